"""Ready articles: JSON Lines in, and nothing lost."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive
from blogarc.errors import InputError
from blogarc.reading.jsonl import JsonLines
from blogarc.reading.packing import Unpacked
from blogarc.reading.records import Record, Unreadable, parse_names
from tests.test_duplicates import FERRY, KILN, edited

FIRST = {
    "text": FERRY,
    "title": "The ferry",
    "author": "Ona Prat",
    "date": "2020-10-21T08:00",
    "lang": "en-GB",
    "tags": ["sea"],
}
SECOND = {"text": KILN, "language": "es"}


def written(folder: Path, *records: object, name: str = "posts.jsonl") -> Path:
    path = folder / name
    path.write_bytes(b"".join(r if isinstance(r, bytes) else json.dumps(r).encode() + b"\n" for r in records))
    return path


def test_fields_become_those_of_an_article(tmp_path: Path) -> None:
    with Archive(":memory:") as archive:
        report = archive.ingest(written(tmp_path, FIRST, SECOND))
        first, second = archive.records(every=True)
        told = archive.explain(first["id"])
    assert (report.articles, report.leftovers) == (2, 0)
    assert (first["title"], first["byline"], first["published"]) == ("The ferry", "Ona Prat", "2020-10-21")
    assert (first["language"], second["language"]) == ("en", "es")
    assert (first["start_line"], second["start_line"]) == (1, 2)
    assert first["text"] == FERRY
    assert told["split"] == {"record": {"tags": ["sea"]}}


def test_other_names_of_fields_are_given_by_a_map(tmp_path: Path) -> None:
    path = written(tmp_path, {"body": FERRY, "caption": "A"})
    with Archive(":memory:") as archive:
        with pytest.raises(InputError, match="no text in 'text'"):
            archive.ingest(path)
        archive.ingest(path, fields=parse_names("text=body,title=caption"))
        assert next(archive.records())["title"] == "A"
        assert archive.rebuild().changed == []


def test_a_map_for_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="colour"):
        parse_names("colour=red")


def test_lines_that_are_no_articles_are_set_aside_and_said(tmp_path: Path) -> None:
    path = written(tmp_path, FIRST, b"not json\n", b"\n", b"[1]\n", {"title": "No text"}, SECOND)
    with Archive(":memory:") as archive:
        report = archive.ingest(path)
        aside = archive.leftovers()
        assert archive.check().ok
        assert archive.restore("posts.jsonl") == path.read_bytes()
    assert (report.articles, report.leftovers, len(report.problems)) == (2, 3, 1)
    assert [row["line"] for row in aside] == [2, 4, 5]
    assert "not JSON" in aside[0]["evidence"]["unreadable"]


def test_check_finds_an_article_that_is_not_its_record(tmp_path: Path) -> None:
    with Archive(":memory:") as archive:
        archive.ingest(written(tmp_path, FIRST, SECOND))
        archive._db.execute("UPDATE articles SET text = 'changed' WHERE paragraph_start = 1")
        assert any("posts.jsonl:2" in problem for problem in archive.check().problems)


def test_an_exported_corpus_comes_in_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").touch()
    with Archive(":memory:") as one, Archive(":memory:") as other:
        one.ingest(written(tmp_path, FIRST, SECOND, {"text": edited(FERRY, 9), "language": "en"}))
        one.export(tmp_path / "out.jsonl", every=True)
        other.ingest(tmp_path / "out.jsonl")
        other.dedupe()
        kept = ("id", "title", "text", "words", "language", "byline", "published", "cluster", "kind")
        assert [[r[k] for k in kept] for r in one.records(every=True)] == [
            [r[k] for k in kept] for r in other.records(every=True)
        ]


def test_ready_articles_are_found_by_searching(tmp_path: Path) -> None:
    with Archive(":memory:") as archive:
        archive.ingest(written(tmp_path, FIRST, SECOND))
        assert archive.check().ok
        assert len(archive.search("ferry")) == 1
        assert archive.check().ok


def test_articles_and_dumps_find_each_other(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_text(f"{FERRY}\n\n{FERRY}", "utf-8")
    with Archive(":memory:") as archive:
        archive.ingest(tmp_path / "dump.txt", written(tmp_path, FIRST | {"title": ""}))
        report = archive.dedupe()
        assert (report.articles, report.clusters) == (3, 1)


@given(
    st.lists(st.one_of(st.binary(max_size=20), st.dictionaries(st.text(max_size=4), st.text(max_size=9), max_size=3)))
)
def test_every_line_is_a_record_or_unreadable_or_blank(lines: list[object]) -> None:
    data = b"\n".join(
        line.replace(b"\n", b"") if isinstance(line, bytes) else json.dumps(line).encode() for line in lines
    )  # type: ignore[attr-defined]
    entries = list(JsonLines().read(Unpacked(data), {}))
    assert all(isinstance(entry, Record | Unreadable) for entry in entries)
    spans = [entry.bytes for entry in entries]
    assert all(a.end < b.start for a, b in pairwise(spans))
    covered = bytearray(data)
    for span in reversed(spans):
        del covered[span.start : span.end]
    assert not covered.removeprefix(b"\xef\xbb\xbf").strip()


INGEST = """
import sys
from pathlib import Path
from blogarc import Archive, workers
from blogarc.archive import ready

folder, copied, stop = Path(sys.argv[1]), sys.argv[2] == "copied", int(sys.argv[3])
ready._LARGE = 0
if not copied:
    workers.can_copy = lambda: False
told = []

def progress(task, done, total, unit):
    told.append(task)
    if stop and told.count("Reading records") == stop:
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)

with Archive(folder / "archive.db", progress=progress) as archive:
    report = archive.ingest(folder / "posts.jsonl")
    archive.dedupe()
    archive.export(folder / f"{sys.argv[2]}.jsonl", every=True)
    archive.check(deep=True)
    print(report.articles, report.leftovers)
"""


def _many(folder: Path) -> Path:
    texts = [edited(FERRY, 5 + seed % 9) if seed % 3 else f"{KILN} Number {seed}." for seed in range(700)]
    lines: list[object] = [{"text": told, "title": f"Post {n}" if n % 2 else ""} for n, told in enumerate(texts)]
    lines[5], lines[400] = b"not JSON\n", b"  \n"
    return written(folder, *lines)


def _ingested(folder: Path, how: str, stop: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", INGEST, str(folder), how, str(stop)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_file_is_the_same_read_in_a_copy_of_the_process_and_here(tmp_path: Path) -> None:
    digests, told = [], []
    for how in ("copied", "here"):
        folder = tmp_path / how
        folder.mkdir()
        _many(folder)
        told.append(_ingested(folder, how).stdout)
        digests.append(hashlib.sha256((folder / f"{how}.jsonl").read_bytes()).hexdigest())
    assert told == ["698 1\n"] * 2
    assert digests[0] == digests[1]


@pytest.mark.parametrize("how", ["copied", "here"])
def test_a_file_that_was_stored_by_half_when_all_was_killed_is_not_there(how: str, tmp_path: Path) -> None:
    path = _many(tmp_path)
    assert _ingested(tmp_path, how, stop=2).returncode == -9
    with Archive(tmp_path / "archive.db") as archive:
        assert (archive.stats().articles, len(archive.check().problems)) == (0, 0)
        assert archive.ingest(path).articles == 698
