"""`check --salvage` brings out of a damaged archive what is whole, and says what is not."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from blogarc import Archive
from blogarc.archive import pieces
from blogarc.archive.connection import PAGE
from blogarc.errors import CorruptError, NoArchiveError, UsageError
from tests.conftest import Run, sample_dumps

Hurt = Callable[[sqlite3.Connection], None]


@pytest.fixture
def archive(filled: Path) -> Path:
    """An archive with decisions, one of them undone."""
    with Archive(filled) as opened:
        ids = [told["id"] for told in opened.list()]
        opened.decide("different", ids[0], ids[1])
        opened.decide("not-pair", ids[2], ids[3])
        opened.undo()
    return filled


def hurt(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        db.execute(statement)
    db.close()


def test_a_sound_archive_comes_out_whole(archive: Path, tmp_path: Path) -> None:
    before = archive.read_bytes()
    report = Archive.salvage(archive, tmp_path / "new.db")
    assert report.complete
    assert (report.whole, report.decisions, report.articles) == (2, 2, 0)
    assert archive.read_bytes() == before
    with Archive(tmp_path / "new.db") as new, Archive(archive) as old:
        assert new.check().ok
        assert new.decisions(every=True) == old.decisions(every=True)
        new.pairs()
        assert [told["id"] for told in new.list()] == [told["id"] for told in old.list()]
        ingested = "SELECT name, ingested FROM dumps ORDER BY 1"
        assert new._db.execute(ingested).fetchall() == old._db.execute(ingested).fetchall()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE dump_chunks SET data = X'00FF' WHERE dump = 1",
        "UPDATE dump_chunks SET data = substr(data, 1, length(data) / 2) WHERE dump = 1",
        "DELETE FROM dump_chunks WHERE dump = 1",
    ],
    ids=["no bytes that can be unpacked", "half of the bytes", "no bytes"],
)
def test_of_a_hurt_dump_the_articles_are_saved(archive: Path, tmp_path: Path, damage: str) -> None:
    with Archive(archive) as old:
        (name, other) = (
            old._db.execute("SELECT name FROM dumps WHERE id = ?", [number]).fetchone()[0] for number in (1, 2)
        )
        texts = {text for (text,) in old._db.execute("SELECT text FROM articles WHERE dump = 1")}
    hurt(archive, "PRAGMA foreign_keys = OFF", damage)
    report = Archive.salvage(archive, tmp_path / "new.db")
    assert (report.whole, report.parts, report.lost, report.decisions) == (1, [name], [], 2)
    with Archive(tmp_path / "new.db") as new:
        assert new.check().ok
        saved = new._db.execute(
            "SELECT a.text FROM articles a JOIN dumps d ON d.id = a.dump WHERE d.name = ?", [f"{name} (articles).jsonl"]
        )
        assert {text for (text,) in saved} == texts
        assert new.restore(other) == next(path for path in sample_dumps() if path.name == other).read_bytes()
        halves = [told for told in new.dumps().values() if told == f"{name} (damaged)"]
        if halves:
            whole = next(path for path in sample_dumps() if path.name == name).read_bytes()
            assert whole.startswith(new.restore(halves[0]))


def test_a_dump_without_a_row_is_found_by_its_bytes(archive: Path, tmp_path: Path) -> None:
    with Archive(archive) as old:
        data = old.restore(old._db.execute("SELECT name FROM dumps WHERE id = 1").fetchone()[0])
    hurt(archive, "PRAGMA foreign_keys = OFF", "DELETE FROM dumps WHERE id = 1")
    report = Archive.salvage(archive, tmp_path / "new.db")
    assert (report.whole, report.parts) == (1, ["dump 1"])
    with Archive(tmp_path / "new.db") as new:
        assert new.restore("dump 1 (damaged)") == data


def test_a_name_that_is_not_what_was_written_is_doubted(archive: Path, tmp_path: Path) -> None:
    hurt(archive, "UPDATE dumps SET name = 'harbor.txt' WHERE name = 'harbour.txt'")
    report = Archive.salvage(archive, tmp_path / "new.db")
    assert not report.complete
    assert (report.whole, report.doubtful) == (2, ["harbor.txt"])


def test_a_decision_that_is_not_what_was_decided_is_left_out(archive: Path, tmp_path: Path) -> None:
    hurt(archive, "UPDATE decisions SET verdict = 'same' WHERE id = 1")
    report = Archive.salvage(archive, tmp_path / "new.db")
    assert (report.decisions, report.decisions_hurt, report.complete) == (1, 1, False)


def test_a_page_of_anything_may_be_gone(archive: Path, tmp_path: Path) -> None:
    """Whatever page it is, every dump that is called whole is, and only the first page takes everything with it."""
    sound, good = archive.read_bytes(), {path.name: path.read_bytes() for path in sample_dumps()}
    whole = 0
    pages = range(0, len(sound) // PAGE, max(1, len(sound) // PAGE // 12))
    for page in pages:
        archive.write_bytes(sound[: page * PAGE] + bytes(PAGE) + sound[(page + 1) * PAGE :])
        target = tmp_path / f"{page}.db"
        if page == 0:
            with pytest.raises(CorruptError, match="Nothing can be read"):
                Archive.salvage(archive, target)
            assert not target.exists()
            continue
        report = Archive.salvage(archive, target)
        whole += report.whole
        with Archive(target) as new:
            assert new.check().ok
            kept = [name for sha256, name in new.dumps().items() if good.get(name) == new.restore(sha256)]
            assert len(kept) == report.whole
    assert whole > len(pages)


def test_what_is_wanted_must_make_sense(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is there already"):
        Archive.salvage(archive, archive)
    with pytest.raises(NoArchiveError):
        Archive.salvage(tmp_path / "gone.db", tmp_path / "new.db")


@pytest.mark.parametrize("size", [300, 20_000, 100_000, pieces.PIECE])
def test_of_a_hurt_piece_all_before_the_damage_comes_out(size: int) -> None:
    words = random.Random(size)
    data = " ".join(f"{words.randrange(10_000)} tides" for _ in range(size // 8))[:size].encode()
    [packed] = pieces.pack(data)
    assert pieces.salvage(packed) == (data, True)
    hurt = bytearray(packed)
    hurt[-20] ^= 255  # in the last block
    found, whole = pieces.salvage(bytes(hurt))
    before = (size - 1) // 16_384 * 16_384
    assert (found[:before], whole) == (data[:before], False)
    # If only the checksum is hurt nothing is missing.
    assert pieces.salvage(packed[:-1] + bytes([packed[-1] ^ 1])) == (data, False)
    assert pieces.salvage(packed + b"more") == (data, False)


def test_a_bomb_in_an_archive_is_not_unpacked(archive: Path, tmp_path: Path) -> None:
    db = sqlite3.connect(archive)
    db.execute("UPDATE dump_chunks SET data = ? WHERE dump = 1", [pieces.zstd.compress(bytes(200 << 20))])
    db.commit()
    db.close()
    report = Archive.salvage(archive, tmp_path / "new.db")
    assert len(report.parts) == 1  # its articles
    assert report.bytes < 2 << 20


def test_the_command_says_what_is_missing(run: Run, archive: Path) -> None:
    ended = run("check", "-d", archive, "--salvage", "whole.db")
    assert (ended.code, "2 dumps as ingested" in ended.out, "All is there" in ended.err) == (0, True, True)
    hurt(archive, "DELETE FROM dump_chunks WHERE dump = 1")
    ended = run("check", "-d", archive, "--salvage", "part.db")
    assert ended.code == 3
    assert "only a part" in ended.out
    assert len(ended.complaint) <= 4
    assert run("check", "-d", "part.db").code == 0
    told = run("check", "-d", archive, "--salvage", "again.db", "--json")
    assert (told.code, told.json["complete"], told.json["whole"]) == (3, False, 1)
    archive.write_bytes(b"SQLite format 3\x00" + bytes(5000))
    ended = run("check", "-d", archive, "--salvage", "none.db")
    assert ended.code == 12
    assert len(ended.complaint) <= 4
    assert run("check", "-d", archive, "--salvage", "none.db", "--deep").code == 2


def test_a_hurt_definition_hides_no_other_table(archive: Path, tmp_path: Path, run: Run) -> None:
    data = archive.read_bytes()
    assert b"CREATE TABLE sketches" in data
    archive.write_bytes(data.replace(b"CREATE TABLE sketches", b"CREATE TA\xc4LE sketches"))
    found = run("check", "--db", str(archive))
    assert found.code == 12
    assert "damaged" in found.err
    assert len(found.err.splitlines()) <= 4
    with Archive(tmp_path / "whole.db") as other:
        other.ingest(*sample_dumps())
        kept = {sha256: other.restore(sha256) for sha256 in other.dumps()}
    report = Archive.salvage(archive, tmp_path / "saved.db")
    with Archive(tmp_path / "saved.db") as saved:
        assert {sha256: saved.restore(sha256) for sha256 in saved.dumps()} == kept
    assert report.whole == len(kept)
