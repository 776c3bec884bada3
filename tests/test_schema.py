"""The schema: whose file it is, how it moves forward, and that it explains itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from blogarc import Archive, schema
from blogarc.archive.connection import copy_name
from blogarc.errors import CorruptError
from tests.conftest import Run
from tests.keep_schema import DUMP, FIXTURES, archive_of


@pytest.fixture
def db() -> Database:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    fresh = Database(connection, execute_plugins=False)
    schema.migrate(fresh)
    return fresh


def test_an_empty_file_becomes_an_archive_of_the_newest_version(db: Database) -> None:
    assert schema.version_of(db) == schema.VERSION == len(schema.MIGRATIONS)


def test_migrating_twice_is_migrating_once(db: Database) -> None:
    before = db.schema
    schema.migrate(db)
    assert db.schema == before


def test_the_file_says_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    schema.migrate(Database(sqlite3.connect(path, isolation_level=None)))
    assert path.read_bytes()[68:72] == b"blga"


def test_somebody_elses_database_is_left_alone() -> None:
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    db.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(CorruptError, match="not a blogarc archive"):
        schema.migrate(db)
    assert db.table_names() == ["bookmarks"]


def test_an_archive_that_is_made_while_it_is_looked_at_is_nobody_elses(tmp_path: Path) -> None:
    looking, making = (Database(sqlite3.connect(tmp_path / "a.db", timeout=0, isolation_level=None)) for _ in "ab")
    waited = []

    def meanwhile(statement: str) -> None:
        if statement in ("PRAGMA application_id", "SELECT count(*) FROM sqlite_master"):
            try:
                schema.migrate(making)
            except sqlite3.OperationalError as error:
                waited.append(error.sqlite_errorname)

    looking.conn.set_trace_callback(meanwhile)
    assert schema.version_of(looking) == 0
    assert waited == ["SQLITE_BUSY", "SQLITE_BUSY"]  # whoever makes it waits for the other; elsewhere, up to 30 s
    looking.conn.set_trace_callback(None)
    schema.migrate(making)
    assert schema.version_of(looking) == schema.VERSION


def test_an_archive_of_the_future_is_left_alone(db: Database) -> None:
    db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(CorruptError, match="newer blogarc") as caught:
        schema.version_of(db)
    assert "upgrade" in caught.value.hint.lower()


def test_a_migration_that_fails_leaves_the_version_before(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE extra (a);\nCREATE TABLE runs (b);\n"))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(db)
    assert "extra" not in db.table_names()
    assert schema.version_of(db) == schema.VERSION - 1


def test_every_view_can_be_read(db: Database) -> None:
    for view in db.view_names():
        assert list(db.query(f"SELECT * FROM [{view}]")) == []


def test_spans_and_references_are_held_by_the_database(db: Database) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO clusters VALUES (1, 1)")


def test_columns_that_are_followed_are_indexed(db: Database) -> None:
    """SQLite looks a parent up in its children when it is deleted; without an index it reads them all."""
    for table in db.tables:
        indexed = {i.columns[0] for i in table.indexes} | set(table.pks[:1])
        for key in table.foreign_keys:
            # A dump is never deleted, and its children are read by their primary key.
            assert key.column in indexed or key.other_table == "dumps", f"{table.name}.{key.column}"


RELEASED = sorted(int(path.stem.removeprefix("schema-")) for path in FIXTURES.glob("schema-*.sql"))


def test_the_newest_schema_is_kept() -> None:
    """Whoever adds a migration keeps an archive of it as well: python -m tests.keep_schema"""
    assert list(range(1, schema.VERSION + 1)) == RELEASED


@pytest.mark.parametrize("version", RELEASED)
def test_an_archive_of_every_schema_opens(version: int, tmp_path: Path) -> None:
    path = archive_of(version, tmp_path / "old.db")
    with Archive(path) as archive:
        assert (archive.copied is None) == (version == schema.VERSION)
        assert archive.restore("mole.txt") == DUMP.encode()
        assert [told["state"] for told in archive.decisions(every=True)] == ["holds", "undone"]
        archive.rebuild()
        assert archive.check(deep=True).ok
        assert archive.search("lamp")


@pytest.mark.parametrize("version", RELEASED)
def test_an_archive_is_copied_before_it_moves_on(
    version: int, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive_of(version, tmp_path / "blogarc.db")
    before = list(sqlite3.connect(path).iterdump())
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE extra (a);\n"))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    copy = copy_name(path, version)
    ended = run("check")
    assert ended.code == 0
    assert f"as it was, it is kept at {copy.name}" in " ".join(ended.err.split())
    assert list(sqlite3.connect(copy).iterdump()) == before
    assert "extra" in Database(sqlite3.connect(path)).table_names()
    assert copy.name not in run("check").err


def test_an_archive_of_a_newer_blogarc_keeps_every_byte(tmp_path: Path, run: Run) -> None:
    path = archive_of(schema.VERSION, tmp_path / "blogarc.db")
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    newer.close()
    before = path.read_bytes()
    for line in (("stats",), ("ingest", "-"), ("check",), ("rebuild",)):
        ended = run(*line)
        assert ended.code == 12
        assert "newer blogarc" in ended.err
        assert len(ended.complaint) <= 4
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["blogarc.db"]


def test_a_view_of_a_strangers_archive_calls_nothing_that_acts(tmp_path: Path) -> None:
    path = archive_of(schema.VERSION, tmp_path / "blogarc.db")
    stranger = sqlite3.connect(path)
    stranger.executescript("DROP VIEW leftovers; CREATE VIEW leftovers AS SELECT fts3_tokenizer('simple') AS text;")
    stranger.close()
    with Archive(path) as archive, pytest.raises(sqlite3.OperationalError, match="unsafe use"):
        archive._db.execute("SELECT * FROM leftovers").fetchall()
