"""How an archive is opened, and how a unit of work is one transaction."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blogarc import Archive
from blogarc.archive import connection
from blogarc.archive.connection import connect, writing
from blogarc.errors import CorruptError, UsageError
from blogarc.model import Kind
from tests.conftest import sample_dumps


def test_every_connection_is_careful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    usual = sqlite3.connect

    def watched(*given: object, timeout: float, **named: object) -> sqlite3.Connection:
        waits.append(timeout)
        return usual(*given, timeout=timeout, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(connection.sqlite3, "connect", watched)
    db = connect(tmp_path / "a.db", create=True)
    told = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in (
        "foreign_keys", "synchronous", "trusted_schema", "journal_mode",
    )}  # fmt: skip
    assert told == {"foreign_keys": 1, "synchronous": 2, "trusted_schema": 0, "journal_mode": "delete"}
    assert waits == [30.0]


def test_a_unit_of_work_is_taken_for_writing_at_once_and_is_all_or_nothing(tmp_path: Path) -> None:
    db, other = connect(tmp_path / "a.db", create=True), sqlite3.connect(tmp_path / "a.db", timeout=0)

    def work() -> None:
        with writing(db):
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO profiles (text) VALUES ('x')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert other.execute("SELECT count(*) FROM profiles").fetchone() == (0,)


def test_a_stage_stands_in_one_transaction_with_its_row_in_the_log(tmp_path: Path) -> None:
    """Whatever another connection sees, it sees with the row that says it was done."""
    with Archive(tmp_path / "a.db") as archive:
        archive.ingest(*sample_dumps())
        told: list[str] = []
        archive._db.conn.set_trace_callback(told.append)
        archive.dedupe()
    words = [sql.split(None, 1)[0] for sql in told if "blogarc" not in sql]
    assert [word for word in words if word in ("BEGIN", "COMMIT")] == ["BEGIN", "COMMIT"]
    between = told[
        [sql.startswith("BEGIN") for sql in told].index(True) : [sql == "COMMIT" for sql in told].index(True)
    ]
    assert between[0] == "BEGIN IMMEDIATE"
    for table in ("clusters", "duplicates", "runs"):
        assert any(sql.lstrip().upper().startswith("INSERT") and table in sql for sql in between), table
        assert not any(
            sql.lstrip().upper().startswith("INSERT") and table in sql for sql in told if sql not in between
        ), table


def test_what_a_file_holds_in_place_of_a_word_is_damage(tmp_path: Path) -> None:
    with pytest.raises(CorruptError, match="'nearr' is not a valid Kind"):
        connection.word_of(Kind, "nearr")
    assert connection.word_of(Kind, "near") is Kind.NEAR


def test_half_a_character_is_a_mistake_of_whoever_asks() -> None:
    with Archive(":memory:") as archive, pytest.raises(UsageError, match="half a character"):
        archive.restore("\ud800")


def test_an_error_that_damage_explains_is_no_bug(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Archive(path) as archive:
        archive.ingest(*sample_dumps())
    with pytest.raises(sqlite3.OperationalError), connection.translated(str(path)):
        raise _error("no such column: blunder", "SQLITE_ERROR")  # ours, of an archive that is whole
    with closing(sqlite3.connect(path)) as other:
        other.execute("ALTER TABLE dumps RENAME COLUMN fields TO fiends")
    with Archive(path) as archive, pytest.raises(CorruptError, match="no such column: fields"):
        archive.check()


def _error(reason: str, code: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(reason)
    error.sqlite_errorname = code
    return error


def test_a_file_of_one_byte_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "note"
    path.write_bytes(b"x")
    with pytest.raises(CorruptError, match="not an SQLite database"):
        connect(path, create=True)
    assert path.read_bytes() == b"x"
