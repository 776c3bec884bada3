"""The schema: whose file it is, how it moves forward, and that it explains itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from blogarc import schema
from blogarc.errors import CorruptError


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
