"""Opening an archive, transactions, and turning SQLite's errors into ours, in one place.

The journal is SQLite's rollback journal, with `synchronous=FULL`: an archive at rest is one file, which can be copied,
mailed and opened read-only, and a kill at any moment leaves the state before or after a transaction.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from blogarc import schema
from blogarc.archive.pieces import DamageError
from blogarc.errors import BlogarcError, CorruptError, LockedError, NoArchiveError, UsageError, WriteError

Word = TypeVar("Word", bound=StrEnum)

MEMORY = ":memory:"
_BUSY_SECONDS = 30.0
_CACHE = 1 << 16  # kilobytes
# Texts are longer than the rows of most databases: of pages four times the usual fewer are asked for and written, and the file
# is a tenth smaller.
PAGE = 1 << 14


def connect(path: str | Path, *, create: bool, copied: Callable[[Path], None] = lambda path: None) -> Database:
    """The archive at this path, its schema up to date; `copied` is told where it is kept as it was, if that was another.

    Raises NoArchiveError if there is none and `create` is false, CorruptError if the file is not one, WriteError if it
    cannot be made, LockedError if another process holds it.
    """
    name = str(path)
    if name != MEMORY and not Path(path).exists():
        if not create:
            raise NoArchiveError(
                f"There is no archive at {name}.", f"Make one with: blogarc ingest DUMP.txt --db {name}"
            )
        if not Path(path).absolute().parent.is_dir():
            raise WriteError(f"Cannot create {name}: there is no folder {Path(path).absolute().parent}.")
    if name != MEMORY and Path(path).is_file() and Path(path).stat().st_size == 1:
        raise _no_database(name)  # SQLite takes such a file for an empty one, and would write over it
    with translated(name):
        # isolation_level None: transactions are begun and ended by us alone.
        connection = sqlite3.connect(name, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE}")  # of a new file
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            # Of the pages of an archive so many are held; of the usual two megabytes the indexes of a large one take all.
            connection.execute(f"PRAGMA cache_size = -{_CACHE}")
            # The file may be a stranger's: its views call nothing that acts.
            connection.execute("PRAGMA trusted_schema = OFF")
            db = Database(connection, execute_plugins=False)
            version = schema.version_of(db)
            if 0 < version < schema.VERSION and name != MEMORY:
                copied(keep_copy(db, Path(path), version))
            schema.migrate(db)
        except BaseException:
            connection.close()
            raise
    return db


def connect_readonly(path: str | Path) -> Database:
    """An archive that is only looked at; its schema is left as it is.

    Raises NoArchiveError if there is none, CorruptError if the file is not one, or is of another version.
    """
    name = str(path)
    if not Path(path).is_file():
        raise NoArchiveError(f"There is no archive at {name}.", "Name the file of another archive.")
    with translated(name):
        connection = open_readonly(path)
        db = Database(connection, execute_plugins=False)
        if schema.version_of(db) != schema.VERSION:
            connection.close()
            raise CorruptError(
                f"{name} is of an older blogarc, and is not changed.", f"Bring it up to date: blogarc stats -d {name}"
            )
    return db


def open_readonly(path: str | Path, *, threads: bool = False) -> sqlite3.Connection:
    """A connection that cannot write, whatever the file is called; with `threads` it may be used in any of them."""
    uri = f"{Path(path).absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, check_same_thread=not threads)


def copy_name(path: Path, version: int) -> Path:
    """Where an archive is kept as it was before its schema moved on from this version."""
    return path.with_name(f"{path.name}.schema-{version}")


def keep_copy(db: Database, path: Path, version: int) -> Path:
    """Copy an archive as it is, whole or not at all; one that is there already was made by whoever came first. Says where."""
    target = copy_name(path, version)
    partial = path.with_name(f".{target.name}.part")
    with writing(db):  # so that one process copies, and nobody writes meanwhile
        if target.exists():
            return target
        try:
            partial.unlink(missing_ok=True)  # of a process that was killed
            # Read by another connection: SQLite backs up nothing from one that is in a transaction for writing, and Python
            # would wait for it without end.
            source, copy = open_readonly(path), sqlite3.connect(partial, isolation_level=None)
            try:
                copy.execute("PRAGMA journal_mode = OFF")
                source.backup(copy)
            finally:
                copy.close()
                source.close()
            with partial.open("rb+") as stream:
                os.fsync(stream.fileno())
            partial.replace(target)
        except (OSError, sqlite3.OperationalError) as error:
            partial.unlink(missing_ok=True)
            raise WriteError(
                f"{path} is of an older blogarc, and cannot be copied first to {target}: {error}.",
                "Nothing was changed. Make room, or see to it that its folder can be written.",
            ) from error
    return target


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction, taken for writing at once; within another it is a part of that one."""
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    try:
        db.commit()
    except BaseException:
        db.rollback()
        raise


def data_version(db: Database) -> int:
    """A number that is another one as soon as another process has changed the file."""
    return int(db.execute("PRAGMA data_version").fetchone()[0])


@contextmanager
def undone(db: Database) -> Iterator[None]:
    """A transaction of which nothing remains, however it ends; within another, only that part is undone."""
    inner = db.conn.in_transaction
    db.execute("SAVEPOINT rehearsal" if inner else "BEGIN IMMEDIATE")
    try:
        yield
    finally:
        if inner:
            db.execute("ROLLBACK TO rehearsal")
            db.execute("RELEASE rehearsal")
        else:
            db.rollback()


def word_of(words: type[Word], kept: object) -> Word:
    """The word of an enumeration that the archive keeps. Raises CorruptError for one that blogarc never wrote."""
    try:
        return words(str(kept))
    except ValueError as error:
        raise CorruptError(
            f"The archive is damaged: {error}.", "Restore it from a copy; `blogarc check` says what is hurt."
        ) from error


@contextmanager
def translated(name: str) -> Iterator[None]:
    """SQLite's errors as BlogarcErrors; what is not the fault of the file or the disk stays what it is: a bug."""
    try:
        yield
    except BlogarcError:
        raise
    except (json.JSONDecodeError, DamageError) as error:
        # All JSON in an archive was written by blogarc, and all that is packed was packed by it.
        raise _damaged(name, error) from error
    except UnicodeEncodeError as error:
        # What is stored was made fit for it before; this was asked for, by a command line whose bytes are no UTF-8.
        raise UsageError(
            f"No text of an archive holds {error.object[error.start : error.end]!r}: it is half a character.",
            "Type it as UTF-8, or name the article by its id.",
        ) from error
    except sqlite3.DatabaseError as error:
        reason = str(error)
        code = getattr(error, "sqlite_errorname", "") or ""
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise LockedError(
                f"Another process is writing to {name}; waited {_BUSY_SECONDS:.0f} s.",
                "Try again when it has finished.",
            ) from error
        if code == "SQLITE_TOOBIG":
            raise WriteError(
                f"Cannot write to {name}: a text has more than the 1,000,000,000 bytes that SQLite keeps.",
                "Nothing was changed. Break the dump into smaller files.",
            ) from error
        if code == "SQLITE_NOTADB":
            raise _no_database(name) from error
        # Text that is no UTF-8 is found by Python and not by SQLite, which only writes what it was given.
        if code.startswith("SQLITE_CORRUPT") or reason.startswith("Could not decode to UTF-8"):
            raise _damaged(name, reason) from error
        if code.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            raise WriteError(
                f"Cannot write to {name}: {reason}.", "Nothing was changed. Check the disk and the permissions."
            ) from error
        if code.startswith(("SQLITE_CONSTRAINT", "SQLITE_ERROR")) and _is_hurt(name):
            raise _damaged(name, reason) from error
        raise
    except (TypeError, ValueError, LookupError) as error:
        # What damage left may be of another type than what was put there, or no text.
        if _is_hurt(name):
            raise _damaged(name, error) from error
        raise


def _no_database(name: str) -> CorruptError:
    return CorruptError(f"{name} is not a blogarc archive: not an SQLite database.", "Name another file with --db.")


def _damaged(name: str, reason: object) -> CorruptError:
    return CorruptError(f"{name} is damaged: {reason}.", "Restore it from a copy; `blogarc check` says what is hurt.")


def _is_hurt(name: str) -> bool:
    """Whether SQLite finds the file out of order, or its tables and columns are not those that blogarc makes: then an error
    that would be a bug is none."""
    if name == MEMORY or not Path(name).is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{Path(name).absolute().as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                return True
            own = Database(memory=True)
            schema.migrate(own)
            db = Database(connection, execute_plugins=False)
            return schema.version_of(db) == schema.VERSION and not schema.columns_of(own) <= schema.columns_of(db)
    except (sqlite3.DatabaseError, ValueError, BlogarcError) as error:  # its own words may be no UTF-8
        return not str(getattr(error, "sqlite_errorname", "")).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
