"""What strangers send: files that are not what they seem, that never end, or that unpack to more than there is room for.

Each is ingested by a process of its own, of which the memory is measured. It must end with the exit code of the contract, in
time, in at most four lines and without a traceback; and if anything of the file was taken in, `restore` gives back its bytes.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import socket
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from blogarc.cli.session import PARTIAL
from blogarc.errors import InputError
from tests import packed
from tests.faults.kills import Case
from tests.faults.processes import Process

MEGABYTE = 1 << 20
# Bytes that a command may take, with all its libraries; a large file takes more, because a dump is read whole.
MOST_MEMORY = 512 * MEGABYTE
_SECONDS = 60.0
_WORDS = "the tide mill on the river was built of grey stone and nobody remembers by whom or when it stopped".split()

DONE, REFUSED = 0, InputError.exit_code
Maker = Callable[[Path, float], None]  # writes the file; the number says how large it is to be: 1 is the real thing


@dataclass(frozen=True, slots=True)
class Stranger:
    """A file, how it is made, with which exit codes it may end, and what must be said of it."""

    name: str
    make: Maker
    codes: Sequence[int]
    said: str = ""
    kept: bool = True  # what is taken in is given back
    heavy: float = 0  # bytes of memory that it may take besides, for each byte of it


def prose(count: int, seed: int = 0) -> Iterator[str]:
    """So many words."""
    rng = random.Random(seed)
    return (rng.choice(_WORDS) for _ in range(count))


def posts(count: int = 3) -> str:
    """A dump of a few posts, each twice."""
    told = [f"The {n}th mill\n\n{' '.join(prose(90, n))}.\n\n{' '.join(prose(60, -n - 1))}." for n in range(count)]
    return "\n\n".join(post for post in told for post in (post, post)) + "\n"


def written(data: bytes | Callable[[], bytes]) -> Maker:
    """A file of these bytes, of whatever size."""
    return lambda path, size: void(path.write_bytes(data() if callable(data) else data))


def void(_: object) -> None:
    """For what is done and not asked."""


def one_line(path: Path, size: float) -> None:
    """A gigabyte of words without a line end."""
    piece = (" ".join(prose(20_000)) + " ").encode()
    with path.open("wb") as stream:
        for _ in range(max(1, int(size * (1 << 30)) // len(piece))):
            stream.write(piece)


def empty_lines(path: Path, size: float) -> None:
    path.write_bytes(b"\n" * int(1_000_000 * size) + posts().encode())


def many_lines(path: Path, size: float) -> None:
    """Lines of one letter each, of which every one could be a paragraph."""
    path.write_bytes(b"a\n\nb\n\n" * int(30_000 * size))


def mixed(path: Path, size: float) -> None:
    """UTF-8 with a part in Latin-1, one in UTF-16 and one that was damaged."""
    text = "La estación está cerrada, señor: mañana abrirá otra vez a las nueve.\n\n" * 20
    path.write_bytes(
        text.encode() + text.encode("latin-1")[:700] + text.encode("utf-16-le")[:301] + b"\xe2\x82\n" + text.encode()
    )


def forms(path: Path, size: float) -> None:
    """The same posts with composed and with decomposed letters."""
    text = posts().replace("stone", "señal de montaña, pingüino y corazón")
    path.write_text(unicodedata.normalize("NFC", text) + "\n\n" + unicodedata.normalize("NFD", text), "utf-8")


def zeros_in(compress: Callable[[], object]) -> Maker:
    """A gigabyte of zeros, packed."""

    def make(path: Path, size: float) -> None:
        packer, zeros = compress(), bytes(16 * MEGABYTE)
        with path.open("wb") as stream:
            for _ in range(max(8, int(64 * size))):
                stream.write(packer.compress(zeros))  # type: ignore[attr-defined]
            stream.write(packer.flush())  # type: ignore[attr-defined]

    return make


def zstd_packer() -> object:
    from backports import zstd

    return zstd.ZstdCompressor()


def bomb_of_records(path: Path, size: float) -> None:
    """A Parquet file whose rows are one long text again and again, which dictionaries pack to nothing."""
    from pyarrow import DictionaryArray, array, parquet, table

    rows = array([0] * int(4000 * size), "int32")
    parquet.write_table(table({"text": DictionaryArray.from_arrays(rows, ["the same words " * 70_000])}), path)


def laughs(path: Path, size: float) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{entities}]><rss><channel>&l9;</channel></rss>'
    )


def outside(path: Path, size: float) -> None:
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel>&x;</channel></rss>'
    )


def zipped(path: Path, size: float) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("dump.txt", posts())
    path.write_bytes(gzip.compress(out.getvalue()))


def pipe(path: Path, size: float) -> None:
    os.mkfifo(path)


def a_socket(path: Path, size: float) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(path.parent)  # a name of a socket must be short
        try:
            listening.bind(path.name)
        finally:
            os.chdir(here)


def loop(path: Path, size: float) -> None:
    path.mkdir()
    (path / "again").symlink_to(path, target_is_directory=True)
    (path / "self.txt").symlink_to(path / "self.txt")
    (path / "dump.txt").write_text(posts())


def link_to(target: str) -> Maker:
    return lambda path, size: path.symlink_to(target)


def cut(compress: Callable[[bytes], bytes], by: int) -> Callable[[], bytes]:
    return lambda: compress(posts(40).encode())[:-by]


def web_archive_cut(*, packing: bool) -> Maker:
    return written(lambda: packed.web_archive(packed=packing)[:-99])


def double_mojibake(text: str) -> bytes:
    for _ in range(2):
        text = text.encode().decode("cp1252", "replace")
    return text.encode()


WHOLE = (DONE, PARTIAL)
ANY = (DONE, PARTIAL, REFUSED)
STRANGERS: tuple[Stranger, ...] = (
    # lines
    Stranger("one line of a gigabyte", one_line, ANY, heavy=6),
    Stranger("a million empty lines", empty_lines, WHOLE),
    Stranger("lines of one letter", many_lines, WHOLE),
    Stranger("nothing", written(b""), (REFUSED,), "is empty"),
    Stranger("blank lines only", written(b" \n\t\n\xc2\xa0\n" * 999), (REFUSED,), "holds no text"),
    Stranger("returns as line ends", written(posts().replace("\n", "\r").encode()), WHOLE),
    Stranger("all kinds of line ends", written(posts().replace("\n\n", "\r\n\x0b\x0c\x85\u2028\u2029").encode()), WHOLE),
    Stranger("a long word", written(b"x" * 5 * MEGABYTE), WHOLE),
    Stranger("marks upon marks", written(("e" + "\u0301" * 1_000_000).encode()), WHOLE),
    # bytes
    Stranger("NUL bytes", written(posts().replace("mill", "mi\x00ll").encode()), (PARTIAL,), "damaged characters"),
    Stranger("only NUL bytes", written(bytes(9999)), (REFUSED,), "does not look like text"),
    Stranger("noise", written(lambda: random.Random(1).randbytes(MEGABYTE)), (REFUSED,), "does not look like text"),
    Stranger("mixed encodings", mixed, (PARTIAL,), "damaged characters"),
    Stranger("double mojibake", written(lambda: double_mojibake(posts().replace("mill", "estación"))), WHOLE),
    Stranger("composed and decomposed", forms, (DONE,)),
    Stranger("half a UTF-16", written(("\ufeff" + posts()).encode("utf-16-le")[:-1]), WHOLE),
    Stranger("controls", written(posts().replace("mill", "\x1b[31mmill\x1b]0;x\x07").encode()), WHOLE),
    # not text
    Stranger("an image", written(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9), (REFUSED,), "a PNG image"),
    Stranger("a database", written(b"SQLite format 3\x00" + bytes(999)), (REFUSED,), "an SQLite database"),
    Stranger("an office document", written(b"PK\x03\x04" + bytes(999)), (REFUSED,), "a ZIP archive"),
    # packed
    Stranger("a gzip file cut short", written(cut(gzip.compress, 9)), (PARTIAL,), "at byte"),
    Stranger("a bzip2 file cut short", written(cut(bz2.compress, 9)), (PARTIAL, REFUSED), "at byte"),
    Stranger("an xz file cut short", written(cut(lzma.compress, 9)), (PARTIAL,), "at byte"),
    Stranger("a WARC file cut short", web_archive_cut(packing=False), (PARTIAL, REFUSED), "at byte"),
    Stranger("a .warc.gz cut short", web_archive_cut(packing=True), (PARTIAL, REFUSED), "at byte"),
    Stranger("a gzip file with a wrong checksum", written(lambda: wrong_sum(gzipped(posts()))), (PARTIAL,), "damaged"),
    Stranger("a gzip file with more behind it", written(lambda: gzipped(posts()) + b"and so on"), (PARTIAL,), "at byte"),
    Stranger("a packed file in a packed file", written(lambda: gzip.compress(gzipped(posts()))), (REFUSED,), "packed twice"),
    Stranger("a zip archive in a packed file", zipped, (REFUSED,), "a ZIP archive"),
    Stranger("a bomb of gzip", zeros_in(lambda: zlib.compressobj(9, zlib.DEFLATED, 31)), (REFUSED,), "times as many"),
    Stranger("a bomb of bzip2", zeros_in(bz2.BZ2Compressor), (REFUSED,), "times as many"),
    Stranger("a bomb of xz", zeros_in(lambda: lzma.LZMACompressor(preset=1)), (REFUSED,), "times as many"),
    Stranger("a bomb of zstd", zeros_in(zstd_packer), (REFUSED,), "times as many"),
    Stranger("a bomb of Parquet", bomb_of_records, (PARTIAL,), "times as many"),
    # documents
    Stranger("a billion laughs", laughs, (REFUSED,), "declares an entity"),
    Stranger("an entity from a file", outside, (REFUSED,), "declares an entity"),
    Stranger("XML in an encoding that there is not", written(b'<?xml version="1.0" encoding="U-TF-8"?><rss/>'), ANY),
    Stranger("deep JSON", written(b'{"text":' * 200_000 + b"\n"), ANY),
    Stranger("JSON of odd numbers", written(b'{"text": "A post.", "n": NaN, "m": 1e999, "k": ' + b"9" * 9999 + b"}\n"), ANY),
    Stranger("half characters in JSON", written(b'{"text": "A post \\ud800 and \\u0000 more."}\n' * 9), WHOLE),
    Stranger("deep HTML", written(b"<!DOCTYPE html><html><body>" + b"<div>" * 200_000 + posts().encode()), ANY),
    Stranger("a cell of a megabyte", written(b'title,text\none,"' + b"word " * 200_000 + b'"\ntwo,"never closed\n'), ANY),
    # no files
    Stranger("a pipe", pipe, (REFUSED,), "neither a file nor a folder", kept=False),
    Stranger("a socket", a_socket, (REFUSED,), "neither a file nor a folder", kept=False),
    Stranger("/dev/zero", link_to("/dev/zero"), (REFUSED,), "neither a file nor a folder", kept=False),
    Stranger("/dev/urandom", link_to("/dev/urandom"), (REFUSED,), "neither a file nor a folder", kept=False),
    Stranger("a folder with loops", loop, (DONE,), kept=False),
    Stranger("a link that leads nowhere", link_to("nowhere"), (REFUSED,), "no such file", kept=False),
)  # fmt: skip


def gzipped(text: str) -> bytes:
    return gzip.compress(text.encode())


def wrong_sum(data: bytes) -> bytes:
    return data[:-6] + bytes([data[-6] ^ 1]) + data[-5:]


def all_of(folder: Path, share: float) -> Iterator[Case]:
    """Every stranger; of those that are large, so large a share."""
    for number, stranger in enumerate(STRANGERS):
        yield partial(met, stranger, folder / f"{number}", share)


def met(stranger: Stranger, folder: Path, size: float) -> str:
    """Ingest it; empty, or what was wrong."""
    folder.mkdir(parents=True)
    path = folder / "from-a-stranger"
    stranger.make(path, size)
    length = path.stat().st_size if path.is_file() else 0
    peak = folder / "peak"
    process = Process(folder, ("ingest", path.name, "--quiet"), {"FAULT_PEAK": str(peak)})
    allowed = MOST_MEMORY + stranger.heavy * length
    if not process.wait(_SECONDS + length / MEGABYTE):
        return f"{stranger.name}: it did not end in time"
    ended = process.result()
    memory = int(peak.read_text()) if peak.exists() else 0
    if ended.code not in stranger.codes or "Traceback" in ended.err or stranger.said not in ended.err:
        return f"{stranger.name}: it ended with {ended.code}: {ended.err.strip()[-300:]}"
    if len(ended.err.strip().splitlines()) > 4:
        return f"{stranger.name}: it said {len(ended.err.splitlines())} lines: {ended.err[:300]}"
    if not 0 < memory <= allowed:
        return f"{stranger.name}: it took {memory / MEGABYTE:,.0f} MB of memory for {length / MEGABYTE:,.0f} MB"
    if ended.code == REFUSED:
        return f"{stranger.name}: it left an archive" if (folder / "blogarc.db").exists() else ""
    if stranger.kept:
        back = Process(folder, ("restore", path.name, "-o", "back")).result()
        if back.code != 0 or not same(path, folder / "back"):
            return f"{stranger.name}: restore gave something else back"
    sound = Process(folder, ("check", "--quiet")).result()
    return "" if sound.code == 0 else f"{stranger.name}: check says {sound.err[-300:]}"


def same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    with one.open("rb") as first, other.open("rb") as second:
        pieces = iter(lambda: (first.read(MEGABYTE), second.read(MEGABYTE)), (b"", b""))
        return all(a == b for a, b in islice(pieces, 1 << 20))
