"""`check` finds whatever is put out of order: a check that never fails proves nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from blogarc import Archive
from blogarc.archive.connection import PAGE
from blogarc.archive.pieces import pack
from blogarc.errors import CorruptError

DAMAGE = [
    # what is hurt, how, what check says of it
    ("a line in no article", "UPDATE paragraphs SET article = NULL WHERE ordinal = 6", "neither in an article"),
    ("a line without a role", "UPDATE paragraphs SET role = NULL WHERE ordinal = 6", "neither in an article"),
    ("a role that there is not", "UPDATE paragraphs SET role = 'bodi' WHERE ordinal = 6", "neither in an article"),
    ("a line in another article", "UPDATE paragraphs SET article = article + 1 WHERE ordinal = 6", "text of the article"),
    ("a paragraph that is gone", "DELETE FROM paragraphs WHERE ordinal = 2", "paragraphs in its bytes"),
    ("a span", "UPDATE paragraphs SET byte_end = byte_end - 1 WHERE ordinal = 3", "span or fingerprint"),
    ("a fingerprint", "UPDATE paragraphs SET fingerprint = 1 WHERE ordinal = 3", "span or fingerprint"),
    ("a leftover's text", "UPDATE paragraphs SET text = 'x' WHERE article IS NULL", "text of the leftover"),
    ("an article's text", "UPDATE articles SET text = text || '.' WHERE id = 1", "text of the article"),
    ("an article's key", "UPDATE articles SET key = 'abcdabcdabcdabcd' WHERE id = 1", "key of the article"),
    ("an overlap", "UPDATE articles SET paragraph_end = paragraph_end + 1 WHERE id = 1", "overlaps"),
    ("the search index", "UPDATE articles SET title = title || ' x' WHERE id = 1 AND indexed", "search index"),
    ("an article out of the index", "UPDATE articles SET indexed = 0 WHERE id = 1", "search index"),
    ("a cluster", "UPDATE clusters SET representative = article WHERE article IN (SELECT article FROM duplicates)", "favour"),
    ("a dump that was not split", "UPDATE dumps SET segmented = NULL WHERE id = 1", "not split yet"),
    ("a name", "UPDATE dumps SET name = 'harbor.txt' WHERE name = 'harbour.txt'", "seal is broken"),
    ("when a dump came", "UPDATE dumps SET ingested = '2001-01-01T00:00:00+00:00' WHERE id = 1", "seal is broken"),
    ("the log", "UPDATE runs SET started = '2001-01-01T00:00:00+00:00' WHERE id = 1", "seal is broken"),
    ("a digest", "UPDATE dumps SET sha256 = 'abc' WHERE id = 1", "another sha256"),
]  # fmt: skip


@pytest.fixture
def archive(filled: Path) -> Iterator[Archive]:
    with Archive(filled) as opened:
        yield opened


def test_a_sound_archive_has_no_problems(archive: Archive) -> None:
    report = archive.check()
    assert report.ok
    assert list(report.problems) == []
    assert {"dumps": 2, "articles": 34, "bytes": 50749}.items() <= dict(report.checks).items()


@pytest.mark.parametrize(("hurt", "how", "said"), DAMAGE, ids=[case[0] for case in DAMAGE])
def test_damage_is_found(archive: Archive, hurt: str, how: str, said: str) -> None:
    assert archive._db.execute(how).rowcount
    report = archive.check()
    assert not report.ok
    assert any(said in problem for problem in report.problems), report.problems


def test_packed_bytes_that_cannot_be_unpacked_are_damage_and_no_bug(archive: Archive) -> None:
    archive._db.execute("UPDATE dump_chunks SET data = zeroblob(99)")
    for ask in (archive.rebuild, lambda: archive.restore("harbour.txt")):
        with pytest.raises(CorruptError):
            ask()


def test_a_log_that_cannot_be_read_is_damage_and_no_bug(archive: Archive) -> None:
    archive._db.execute("UPDATE runs SET counts = CAST(x'7b22ff' AS TEXT)")
    for ask in (archive.export, archive.bitext, archive.refresh, archive.rebuild):
        with pytest.raises(CorruptError):
            ask()


def test_a_word_that_blogarc_never_wrote_is_damage_and_no_bug(archive: Archive) -> None:
    ids = [told["id"] for told in archive.list()]
    archive.decide("same", ids[0], ids[1])
    archive._db.execute("UPDATE decisions SET verdict = 'samme'")
    with pytest.raises(CorruptError, match="is not a valid"):
        archive.dedupe()


def test_a_decision_or_a_word_that_was_given_is_sealed(archive: Archive) -> None:
    ids = [told["id"] for told in archive.list()]
    archive.decide("different", ids[0], ids[1])
    archive.decide("not-pair", ids[0], ids[1])
    archive.undo()
    archive.pairs(words=[("boat", "barca"), ("lamp", "lámpara")])
    assert archive.check().ok
    archive._db.execute("UPDATE lexicon SET source = 'bout' WHERE source = 'boat' AND origin = 'given'")
    assert any("lexicon that was given" in problem for problem in archive.check().problems)
    archive._db.execute("UPDATE lexicon SET source = 'boat' WHERE source = 'bout' AND origin = 'given'")
    archive._db.execute("UPDATE decisions SET undone = NULL")
    assert any("decisions is not what was written" in problem for problem in archive.check().problems)


def test_a_reference_to_nothing_is_found(archive: Archive) -> None:
    archive._db.execute("PRAGMA foreign_keys = OFF")
    archive._db.execute("INSERT INTO beads VALUES (99, 0, 0, 1, 0, 1, 0.5)")
    assert any("not there" in problem for problem in archive.check().problems)


def test_bytes_that_changed_are_found_and_not_given_back(archive: Archive) -> None:
    archive._db.execute("UPDATE dump_chunks SET data = ? WHERE dump = 1", [*pack(b"other bytes")])
    assert any("sha256" in problem for problem in archive.check().problems)
    with pytest.raises(CorruptError, match="not what was ingested"):
        archive.restore("harbour.txt")


def test_bytes_that_cannot_be_unpacked_are_found_and_not_given_back(archive: Archive) -> None:
    archive._db.execute("UPDATE dump_chunks SET data = X'00FF' WHERE dump = 1")
    assert any("decompressed" in problem for problem in archive.check().problems)
    with pytest.raises(CorruptError, match="decompressed"):
        archive.restore("harbour.txt")


def test_a_great_deal_of_damage_is_told_in_part(archive: Archive) -> None:
    archive._db.execute("UPDATE paragraphs SET fingerprint = fingerprint + 1")
    assert len(archive.check().problems) == 50


def test_damage_within_the_file_is_found(filled: Path) -> None:
    vacuum = sqlite3.connect(filled, isolation_level=None)
    vacuum.execute("VACUUM")  # nobody misses a page that is not in use
    vacuum.close()
    sound = filled.read_bytes()
    for place in range(PAGE, len(sound), 2 * PAGE):
        filled.write_bytes(sound[:place] + b"\xee" * PAGE + sound[place + PAGE :])
        try:
            with Archive(filled) as archive:
                assert not archive.check().ok
        except CorruptError:
            pass


@pytest.mark.parametrize(
    "hurt",
    [
        "sketch_buckets SET data = substr(data, 1, length(data) - 3)",
        "sketch_buckets SET centres = 'text'",
        "sketch_buckets SET lowest = -1",
        "sketch_buckets SET lowest = 'x'",
        "sketch_measures SET data = X'00'",
    ],
)
def test_what_dedupe_keeps_is_not_believed_when_it_is_hurt(hurt: str, tmp_path: Path) -> None:
    posts = [
        json.dumps({"text": f"The tide of day {n} came late, and the ferry waited for number {n}."}) for n in range(40)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(posts[:-1]), "utf-8")
    (tmp_path / "b.jsonl").write_text(posts[-1], "utf-8")
    with Archive(":memory:") as archive:
        archive.ingest(tmp_path / "a.jsonl")
        archive.dedupe()
        assert archive.check().ok
        archive._db.execute(f"UPDATE {hurt}")
        assert any("cannot stand there" in problem for problem in archive.check().problems)
        archive.ingest(tmp_path / "b.jsonl")
        with pytest.raises(CorruptError, match="damaged"):
            archive.dedupe()
