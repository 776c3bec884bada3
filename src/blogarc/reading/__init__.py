"""What a person names on the command line becomes dumps: files, folders, patterns, standard input.

`find_sources` says what there is to read, before anything is read, so that progress can be shown by bytes; `load_source`
has the bytes of one, `packing` what is in a packed one, and `formats` how it is read: as ready articles, by the reader of
its format, or as a dump, which `dump_of` makes.
"""

from __future__ import annotations

import glob
import hashlib
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from blogarc.errors import InputError
from blogarc.model import Dump
from blogarc.paragraphs import read_dump
from blogarc.reading.formats import PLAIN, READERS, RENDERERS, Recipe, choose
from blogarc.reading.packing import USUAL, Limits, Unpacked, open_packed, packing_of
from blogarc.reading.records import Rendering
from blogarc.text import detect_encoding

STDIN = "-"
# What a folder is searched for; a file that is named is read whatever its name.
TEXT_SUFFIXES = frozenset(
    (
        ".txt .text .dump .asc .md .jsonl .ndjson .csv .tsv .html .htm .xhtml .xml .rss .atom .wxr .warc .wet .parquet"
        " .gz .bz2 .xz .zst"
    ).split()
) | {""}
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, or standard input. `name` is what the archive will call it; `size` is 0 when unknown."""

    name: str
    path: Path | None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that was left out, and why."""

    name: str
    reason: str
    hint: str = ""


def find_sources(paths: Iterable[str | Path]) -> tuple[list[Source], list[Skipped]]:
    """The files behind the paths, sorted within a folder; what cannot be read is skipped with its reason.

    A file is called by its own name, a file of a folder by its path below that folder.
    """
    sources: list[Source] = []
    skipped: list[Skipped] = []
    seen: set[Path | None] = set()
    for given in paths:
        for found in _find(given):
            if isinstance(found, Skipped):
                skipped.append(found)
            elif found.path not in seen:
                seen.add(found.path)
                sources.append(found)
    return sources, skipped


def load_source(source: Source, limits: Limits = USUAL) -> bytes:
    """The bytes of a source. Raises InputError when it cannot be read, is empty, or is larger than the limits allow."""
    try:
        if source.path is None:
            data = _load(sys.stdin.buffer, source.name, limits)
        else:
            with source.path.open("rb") as stream:
                data = _load(stream, source.name, limits)
    except OSError as error:
        raise InputError(f"Cannot read {source.name}: {error.strerror or error}.") from error
    if not data:
        raise InputError(f"{source.name} is empty (0 bytes).", "Check that the scrape or the copy was finished.")
    return data


def _load(stream: BinaryIO, name: str, limits: Limits) -> bytes:
    """All that comes. What begins as no format does is not waited for: it may have no end, as /dev/zero has none."""
    head = stream.read(_PIECE)
    if len(head) < _PIECE:
        return head
    if packing_of(head) is None and not any(reader.recognises(head, {}) for reader in READERS):
        detect_encoding(head, name)
    # It grows where it is, and what it holds is given away without a copy.
    held = io.BytesIO()
    held.write(head)
    while piece := stream.read(_PIECE):
        if held.write(piece) and held.tell() > limits.most:
            raise InputError(
                f"{name} is larger than {limits.most:,} bytes, which is the limit.",
                "Raise it with --max-bytes, as in: 8G",
            )
    return held.getvalue()


def called(name: str) -> str:
    r"""The name of a file as text that can be kept: bytes of it that are no UTF-8 are written as numbers.

    >>> called("caf\udce9.txt")
    'caf\\xe9.txt'
    """
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def dump_of(data: bytes, name: str, recipe: Recipe = PLAIN, file: Unpacked | None = None) -> tuple[Dump, str]:
    """The dump in the bytes of a file (and in `file`, if they are unpacked already), and what of it could not be read.

    Raises InputError when they are not text, or cannot be unpacked.
    """
    told = text_in(file or open_packed(data, name), recipe)
    dump = read_dump(told.text, name)
    return replace(dump, sha256=hashlib.sha256(data).hexdigest(), size=len(data), parts=told.parts), told.lost


def text_in(file: Unpacked, recipe: Recipe) -> Rendering:
    """The text in which lines and bytes count: all that is in a file, or what was made of its pages."""
    return Rendering(file.data) if recipe.rendered is None else RENDERERS[recipe.rendered].render(file)


def require_text(dump: Dump) -> None:
    """Raises InputError for a dump without a paragraph."""
    if not dump.paragraphs:
        raise InputError(f"{dump.name} holds no text: only white space in {dump.size:,} bytes.")


def read(path: str | Path) -> Dump:
    """The dump in one file, for a notebook. Raises InputError when it cannot be read, is empty, or is not text."""
    file = Path(path)
    name = called(file.name)
    data = load_source(Source(name, file))
    opened = open_packed(data, name, USUAL)
    recipe = choose(opened, name, {}, whole_page=True)
    if recipe.reader is not None:
        raise InputError(f"{name} holds ready articles ({recipe.reader}).", "An Archive ingests them.")
    dump, _ = dump_of(data, name, recipe, opened)
    require_text(dump)
    return dump


def read_text(text: str, name: str = "text") -> Dump:
    """A text as a dump, for a notebook.

    >>> len(read_text("One paragraph.\\n\\nAnother one.").paragraphs)
    2
    """
    return read_dump(text.encode("utf-8", "replace"), name)


def _find(given: str | Path) -> Iterator[Source | Skipped]:
    if str(given) == STDIN:
        yield Source("stdin", None)
        return
    path = Path(given)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        matching = sorted(_match(path)) if glob.has_magic(str(given)) else []
        for match, name in matching:
            for source in _find(match):
                yield replace(source, name=called(f"{name}/{source.name}" if match.is_dir() else name))
        if not matching:
            yield Skipped(str(given), "there is no such file or folder", _suggest(path))
        return
    except (OSError, ValueError) as error:
        yield Skipped(str(given), f"it cannot be read ({getattr(error, 'strerror', None) or error})")
        return
    if stat.S_ISDIR(mode):
        found = sorted(_walk(path))
        if not found:
            suffixes = ", ".join(sorted(s for s in TEXT_SUFFIXES if s))
            yield Skipped(
                str(given), "the folder holds no text files", f"Looked for {suffixes}; name other files one by one."
            )
        for file in found:
            yield Source(called(file.relative_to(path).as_posix()), file.resolve(), file.stat().st_size)
    elif stat.S_ISREG(mode):
        yield Source(called(path.name), path.resolve(), path.stat().st_size)
    else:
        yield Skipped(
            str(given), "it is neither a file nor a folder", "A pipe is read as standard input: blogarc ingest - < PIPE"
        )


def _match(pattern: Path) -> Iterator[tuple[Path, str]]:
    """What matches a pattern, and what it is called: its path below the part of the pattern that has no signs.

    The shell of Windows leaves patterns to programs, and every shell one that is quoted. As in a shell, hidden files are
    left out; links to folders are not followed by `**`, so that no loop of them matters.
    """
    fixed = Path(*takewhile(lambda part: not glob.has_magic(part), pattern.parts))
    wanted = pattern.parts[len(fixed.parts) :]
    hidden = wanted[-1].startswith(".")
    try:
        for match in fixed.glob("/".join(wanted)):
            below = match.relative_to(fixed)
            if hidden or not any(part.startswith(".") for part in below.parts):
                yield match, below.as_posix()
    except (ValueError, OSError):
        return  # no pattern, or a folder that cannot be read: nothing matches


def _walk(folder: Path) -> Iterator[Path]:
    """The text files below a folder; hidden ones are left out, and links to folders are not followed."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        for name in files:
            file = Path(parent, name)
            if not name.startswith(".") and file.suffix.lower() in TEXT_SUFFIXES and file.is_file():
                yield file


def _suggest(path: Path) -> str:
    """A file beside the missing one with nearly its name."""
    import difflib

    try:
        names = [p.name for p in path.parent.iterdir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.7)
    return f"Did you mean {path.parent / close[0]}?" if close else ""
