"""The same bad input, given to blogarc and to tools that read such files.

    python -m venv PEERS && PEERS/bin/pip install sqlite-utils trafilatura lxml_html_clean warcio datasette
    python -m benchmarks.faults.peers PEERS/bin

Prints a row for each file and tool: the exit code, how many lines it said on standard error, whether a traceback was among
them, and how many of the records of the whole file came out. Each tool runs as its documentation shows it.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests import packed
from tests.faults.strangers import gzipped, posts

Count = Callable[[Path, str], int]


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool: its command for a file, in which {} is the file, and how many of what is in it came out."""

    line: Sequence[str]
    count: Count


@dataclass(frozen=True, slots=True)
class Input:
    """A file, what it is called, its bytes, how many of what it would hold if it were whole, and who is asked."""

    what: str
    name: str
    data: bytes
    whole: str
    peers: Sequence[Peer]


def rows(folder: Path, out: str) -> int:
    path = folder / "out.db"
    if not path.exists() or path.stat().st_size == 0:
        return 0
    db = sqlite3.connect(path)
    try:
        return int(db.execute("SELECT count(*) FROM t").fetchone()[0])
    except sqlite3.Error:
        return 0


def articles(folder: Path, out: str) -> int:
    if not (folder / "blogarc.db").exists():
        return 0
    return int(sqlite3.connect(folder / "blogarc.db").execute("SELECT count(*) FROM articles").fetchone()[0])


def listed(folder: Path, out: str) -> int:
    return sum('"response"' in line or '"conversion"' in line for line in out.splitlines())


BLOGARC = Peer([sys.executable, "-m", "blogarc", "ingest", "{}", "--quiet"], articles)


def sqlite_utils(*options: str) -> Peer:
    return Peer(["sqlite-utils", "insert", "out.db", "t", "{}", *options], rows)


WARCIO = (Peer(["warcio", "index", "-f", "warc-type", "{}"], listed), Peer(["warcio", "check", "{}"], lambda *_: -1))
TRAFILATURA = Peer(["sh", "-c", "trafilatura < {}"], lambda *_: -1)


def inputs() -> list[Input]:
    records = [{"title": f"Post {n}", "text": f"A text about the {n}th tide. " * 9} for n in range(50)]
    jsonl = "".join(json.dumps(record) + "\n" for record in records).encode()
    table = "title,text\n" + "".join(f'"Post {n}","A text about the {n}th tide."\n' for n in range(50))
    page, whole = packed.page(packed.TITLES[0]).encode(), packed.web_archive(packed=False)
    return [
        Input("JSON Lines, cut in the middle of a line", "a.jsonl", jsonl[:-100], "50", (BLOGARC, sqlite_utils("--nl"))),
        Input("JSON Lines with one line of noise", "b.jsonl", jsonl.replace(b"{", b"\xff{", 1), "50",
              (BLOGARC, sqlite_utils("--nl"))),
        Input("JSON Lines, nested too deeply", "c.jsonl", jsonl + b'{"a":' * 100_000 + b"\n", "50",
              (BLOGARC, sqlite_utils("--nl"))),
        Input("CSV in Latin-1", "d.csv", table.replace("tide", "marea señalada").encode("latin-1"), "50",
              (BLOGARC, sqlite_utils("--csv"))),
        Input("CSV with a cell of 200 kB", "e.csv", table.replace("0th tide", "x" * 200_000, 1).encode(), "50",
              (BLOGARC, sqlite_utils("--csv"))),
        Input("text with bytes that are no UTF-8", "f.txt", posts().replace("mill", "mi\xff").encode("latin-1"), "",
              (BLOGARC, sqlite_utils("--lines"))),
        Input(".warc.gz, cut short", "g.warc.gz", packed.web_archive(packed=True)[:-1500], "3", (BLOGARC, *WARCIO)),
        Input("WARC, cut short", "h.warc", whole[:-4000], "3", (BLOGARC, *WARCIO)),
        Input("WARC with a damaged head", "i.warc", whole.replace(b"Content-Length", b"Content-Lemgth", 3),
              "3", (BLOGARC, *WARCIO)),
        Input("a page cut in the middle", "j.html", page[: len(page) * 2 // 3], "", (BLOGARC, TRAFILATURA)),
        Input("an empty file", "k.html", b"", "", (BLOGARC, TRAFILATURA)),
        Input("a page of NUL bytes", "l.html", bytes(5000), "", (BLOGARC, TRAFILATURA)),
        Input("a packed file given as a page", "m.html", gzipped(page.decode()), "", (BLOGARC, TRAFILATURA)),
        Input("a database with a damaged page", "n.db", hurt_database(), "",
              (Peer([sys.executable, "-m", "blogarc", "check", "-d", "{}"], lambda *_: -1),
               Peer(["datasette", "{}", "--get", "/n/articles.json"], lambda *_: -1),
               Peer(["sqlite-utils", "rows", "{}", "articles"], lambda *_: -1))),
    ]  # fmt: skip


def hurt_database() -> bytes:
    """An archive of which a page in the middle of the articles holds something else."""
    from blogarc import Archive

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dump.txt").write_text(posts(200))
        with Archive(folder / "n.db") as archive:
            archive.ingest(folder / "dump.txt")
        data = bytearray((folder / "n.db").read_bytes())
    at = data.find(b"The 100th mill", len(data) // 3) // 4096 * 4096
    data[at : at + 4096] = b"\xa5" * 4096
    return bytes(data)


def tried(given: Input, peer: Peer, place: Path) -> str:
    """A row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / given.name).write_bytes(given.data)
        line = [part.replace("{}", given.name) for part in peer.line]
        if (place / line[0]).exists():
            line[0] = str(place / line[0])
        environment = {"PATH": f"{place}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        ended = subprocess.run(line, cwd=folder, capture_output=True, check=False, timeout=120, env=environment)
        said = ended.stderr.decode("utf-8", "replace")
        out = ended.stdout.decode("utf-8", "replace")
        count = peer.count(folder, out)
        traced = "yes" if "Traceback (most recent call last)" in said + out else "no"
        tool = " ".join(Path(part).name if at == 0 else part for at, part in enumerate(line[:4]))
        tool = re.sub(r"^python\S* -m blogarc", "blogarc", tool).replace("sh -c ", "")
        came = f"{count} of {given.whole}" if given.whole and count >= 0 else ""
        lines = len((said + (out if traced == "yes" and not said else "")).splitlines())
        return f"| {given.what} | `{tool.split(' < ')[0]}` | {ended.returncode} | {lines} | {traced} | {came} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", type=Path, help="the folder `bin` of the environment with the tools in it")
    place = parser.parse_args().place.absolute()
    listing = subprocess.run(
        [place / "python", "-m", "pip", "list", "--format", "json"], capture_output=True, check=True
    )
    versions = {tool["name"]: tool["version"] for tool in json.loads(listing.stdout)}
    names = ("sqlite-utils", "trafilatura", "warcio", "datasette")
    print(f"blogarc {version('blogarc')}; {', '.join(f'{name} {versions[name]}' for name in names)}\n")
    print("| input | command | exit code | lines | traceback | came out |\n| --- | --- | ---: | ---: | --- | ---: |")
    for given in inputs():
        for peer in given.peers:
            print(tried(given, peer, place), flush=True)


if __name__ == "__main__":
    main()
