"""`check --salvage`: what can still be read of a damaged archive, into a new one.

The damaged file is opened read-only, and where a query breaks on a bad page its rows are tried one by one. Only facts are
taken over: dumps with their bytes, profiles, decisions, given words. A dump whose bytes have their sha256 is stored as it was;
everything else is derived again. Of a dump whose bytes are hurt, what is left of them becomes a dump of its own, and so do the
texts of its articles, which stand elsewhere in the file: they may say the same twice, but `dedupe` sees to that, and a person
can look at both. A decision whose seal is broken is not what somebody decided, and is left out.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlite_utils import Database

from blogarc import languages, profiles, reading
from blogarc.archive import dumps, pieces, seals, splitting
from blogarc.archive.connection import connect, translated, writing
from blogarc.archive.reports import Progress, SalvageReport
from blogarc.archive.runs import record_run
from blogarc.errors import BlogarcError, CorruptError, NoArchiveError, UsageError
from blogarc.reading import formats
from blogarc.reading.formats import PLAIN, Recipe
from blogarc.reading.packing import open_packed

Row = dict[str, Any]

_TEXTS = ("title", "byline", "published", "language", "text", "url")
# Where not even the largest row number can be read, so many that are not there are the end.
_GAP = 2000
# Bytes that a row of any table takes at least.
_LEAST_ROW = 16


@dataclass(slots=True)
class _Tally:
    whole: int = 0
    bytes: int = 0
    articles: int = 0
    parts: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)


def salvage(path: Path, target: Path, progress: Progress) -> SalvageReport:
    """Make a new archive at `target` of what can be read of the one at `path`, which is left as it is.

    Raises UsageError if there is something at `target`, NoArchiveError if there is nothing at `path`, CorruptError if nothing
    at all can be read of it, WriteError if the new one cannot be written.
    """
    if target.exists():
        raise UsageError(f"{target} is there already.", "Name a file that is not there: blogarc check --salvage NEW.db")
    if not path.is_file():
        raise NoArchiveError(f"There is no archive at {path}.", "Name its file with --db.")
    clock = perf_counter()
    with _opened(path) as source:
        numbers = source.dump_numbers()
        if not numbers:
            raise CorruptError(
                f"Nothing can be read of {path}: no dump, and none of their bytes.",
                "Use a copy of it. The command .recover of the sqlite3 shell may still find texts.",
            )
        db = connect(target, create=True)
        try:
            with translated(str(target)):
                report = _fill(db, source, numbers, target, progress, clock)
        except BaseException:
            db.close()
            target.unlink(missing_ok=True)
            raise
        db.close()
    return report


def _fill(
    db: Database, source: _Source, numbers: Sequence[int], target: Path, progress: Progress, clock: float
) -> SalvageReport:
    tally = _Tally()
    _take_languages(db, source)
    sites = {row["id"]: row["text"] for row in source.rows("profiles", ("id", "text"))}
    known = {row["id"]: row for row in source.rows("dumps", (*_columns("dumps"), "id", "profile", "seal"))}
    for done, number in enumerate(numbers):
        progress("Salvaging", done, len(numbers), "dumps")
        with writing(db):
            _take_dump(db, source, number, known.get(number), sites, tally)
    progress("Salvaging", len(numbers), len(numbers), "dumps")
    with writing(db):
        decisions, hurt = _take_decisions(db, source)
        _take_words(db, source)
    splitting.segment_pending(db, progress)
    source.examine()
    return SalvageReport(
        output=str(target), whole=tally.whole, parts=tally.parts, lost=tally.lost, doubtful=tally.doubtful,
        articles=tally.articles, decisions=decisions, decisions_hurt=hurt, unread=sorted(source.unread), bytes=tally.bytes,
        seconds=perf_counter() - clock,
    )  # fmt: skip


def _take_dump(
    db: Database, source: _Source, number: int, row: Row | None, sites: Mapping[int, str], tally: _Tally
) -> None:
    """One dump: whole, or what is left of it."""
    sound = row is not None and seals.holds("dumps", row)
    row = row or {}
    name = str(row.get("name") or f"dump {number}")
    data, complete = source.bytes_of(number, int(row["size"]) if sound else None)
    site = sites.get(row.get("profile") or 0)
    if complete and hashlib.sha256(data).hexdigest() == row.get("sha256"):
        recipe = _recipe(row) if sound else None
        _keep(db, data, name, recipe, str(row["ingested"] or "") if sound else "", site)
        tally.whole += 1
        tally.bytes += len(data)
        if not sound or (site is None and row["profile"] is not None):
            tally.doubtful.append(name)
        return
    saved = False
    with suppress(BlogarcError):  # of bytes that say nothing any more
        if data:
            _keep(db, data, f"{name} (damaged)", _recipe(row) if sound else None, "", site)
            tally.bytes += len(data)
            saved = True
    texts = [
        {**dict.fromkeys(_TEXTS), **row}
        for row in source.rows("articles", _TEXTS, f"dump = {number}")
        if isinstance(row["text"], str)
    ]
    if texts:
        lines = "".join(json.dumps({**text, "source": name}, ensure_ascii=False, default=repr) + "\n" for text in texts)
        _keep(db, lines.encode("utf-8", "replace"), f"{name} (articles).jsonl", None, "", None)
        tally.articles += len(texts)
    (tally.parts if saved or texts else tally.lost).append(name)


def _recipe(row: Mapping[str, Any]) -> Recipe | None:
    """How the dump was read; None if no blogarc reads like that."""
    with suppress(ValueError, TypeError):
        return formats.recipe_of(row.get("reader"), row.get("rendered"), json.loads(row.get("fields") or "{}"))
    return None


def _keep(db: Database, data: bytes, name: str, recipe: Recipe | None, ingested: str, site: str | None) -> None:
    """Store bytes as `ingest` does. Without a recipe, or if they are no longer what it is for, they say themselves what they
    are, or are text.

    Raises BlogarcError if they are nothing that can be read, or it takes a library that is not there.
    """
    if dumps.known_dump(db, hashlib.sha256(data).hexdigest()) is not None:
        return
    try:
        file = open_packed(data, name)
        recipe = recipe or formats.choose(file, name, {})
        dump, lost = dumps.read_dump(data, name, recipe, file)
        damage, packing = "; ".join(filter(None, (file.damage, lost))), file.packing
    except BlogarcError as error:
        recipe, packing = PLAIN, None
        try:
            dump, damage = reading.dump_of(data, name, recipe)
        except BlogarcError:
            raise error from None
    number = dumps.store_dump(db, dump, data, recipe, packing, damage, ingested)
    if site is not None:
        with suppress(BlogarcError):  # of a profile that is hurt itself
            profiles.parse(site)
            dumps.set_profile(db, number, site)


def _take_languages(db: Database, source: _Source) -> None:
    """Which languages are told apart, as it was last said."""
    told = None
    for row in source.rows("runs", (*_columns("runs"), "seal")):
        if row["stage"] == "languages" and seals.holds("runs", row):
            told = json.loads(row["parameters"])
    if told is not None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record_run(db, "languages", languages.VERSION, told, "", "", {}, now, 0.0)


def _take_decisions(db: Database, source: _Source) -> tuple[int, int]:
    """How many were taken over, and how many are not what was decided."""
    names = _columns("decisions")
    rows = list(source.rows("decisions", (*names, "seal")))
    sound = [row for row in rows if seals.holds("decisions", row)]
    numbers = {row["id"] for row in sound}
    for row in sorted(sound, key=lambda row: -row["id"]):  # the later one, which replaces, first
        if row["replaced"] not in numbers:
            row["replaced"] = None
        db.table("decisions").insert({name: row[name] for name in names})
        seals.seal(db, "decisions", row["id"])
    return len(sound), len(rows) - len(sound)


def _take_words(db: Database, source: _Source) -> None:
    """The lexicon that a person gave."""
    names = ("origin", "source_language", "target_language", "target", "source", "probability")
    for row in source.every("lexicon", names):
        if row["origin"] == "given":
            db.table("lexicon").insert(row, ignore=True)


def _columns(table: str) -> list[str]:
    return seals.SEALED[table].split(", ")


class _Source:
    """A damaged archive: whatever can be read of it, and the names of the tables in which something could not."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.unread: set[str] = set()

    def examine(self) -> None:
        """Note the tables of facts that SQLite finds out of order, though they may be read; bytes prove themselves."""
        for table in ("dumps", "profiles", "decisions", "lexicon", "runs"):
            try:
                sound = self._connection.execute(f"PRAGMA integrity_check({table})").fetchone() == ("ok",)
            except sqlite3.Error:
                sound = False
            if not sound:
                self.unread.add(table)

    def dump_numbers(self) -> list[int]:
        """The numbers of all dumps of which there is a row, or some bytes."""
        found = {row["id"] for row in self.rows("dumps", ("id",))}
        found |= {row["dump"] for row in self.every("dump_chunks", ("dump",))}
        return sorted(number for number in found if isinstance(number, int))

    def rows(self, table: str, columns: Sequence[str], condition: str = "1") -> Iterator[Row]:
        """The rows of a table with row numbers, in their order."""
        select = f"SELECT rowid, {', '.join(columns)} FROM {table} WHERE {condition} AND rowid"
        last = 0
        try:
            for row in self._connection.execute(f"{select} > 0 ORDER BY rowid"):
                yield dict(zip(columns, row[1:], strict=True))
                last = row[0]
        except sqlite3.Error:
            self.unread.add(table)
            for found in self._one_by_one(f"{select} = ?", table, last):
                yield dict(zip(columns, found[1:], strict=True))

    def _one_by_one(self, select: str, table: str, last: int) -> Iterator[tuple[Any, ...]]:
        end = 0
        with suppress(sqlite3.Error):
            # A row number that damage made huge is not counted up to: there are no more rows than there is room for.
            (end,) = self._connection.execute(
                f"SELECT min((SELECT max(rowid) FROM {table}), page_count * page_size / {_LEAST_ROW}, 1 << 24)"
                " FROM pragma_page_count(), pragma_page_size()"
            ).fetchone()
        missed = 0
        while missed < _GAP or last < (end or 0):
            last += 1
            found = None
            with suppress(sqlite3.Error):
                found = self._connection.execute(select, [last]).fetchone()
            missed = 0 if found else missed + 1
            if found:
                yield found

    def every(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """The rows of a table without row numbers, from its start to the first damage and from its end back to the last."""
        names = ", ".join(columns)
        for order in ("ASC", "DESC"):
            sorting = ", ".join(f"{column} {order}" for column in columns)
            try:
                for row in self._connection.execute(f"SELECT {names} FROM {table} ORDER BY {sorting}"):
                    yield dict(zip(columns, row, strict=True))
                return
            except sqlite3.Error:
                self.unread.add(table)

    def bytes_of(self, dump: int, size: int | None) -> tuple[bytes, bool]:
        """What is left of the bytes of a dump, in order, and whether nothing broke; until the first that is not there, if it is
        not known how many there should be."""
        whole, complete, ordinal = bytearray(), True, 0
        while size is None or ordinal * pieces.PIECE < size:
            found = None
            try:
                found = self._connection.execute(
                    "SELECT data FROM dump_chunks WHERE dump = ? AND ordinal = ?", [dump, ordinal]
                ).fetchone()
            except sqlite3.Error:
                complete = False
                self.unread.add("dump_chunks")
                if size is None and ordinal > _GAP:
                    break
            else:
                if found is None and size is None:
                    break
                complete = complete and found is not None
            if found is not None and isinstance(found[0], bytes):
                piece, sound = pieces.salvage(found[0])
                complete = complete and sound
                whole += piece
            ordinal += 1
        return bytes(whole), complete


@contextmanager
def _opened(path: Path) -> Iterator[_Source]:
    """The file, read-only; as it lies there if the journal that a killed process left beside it cannot be played back."""
    for how in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)
        # A table whose definition is hurt is passed over then, and does not hide the others; nothing is written.
        connection.execute("PRAGMA writable_schema = ON")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            break
        except sqlite3.OperationalError:
            connection.close()
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            break  # damaged, which is why we are here
    else:
        raise CorruptError(
            f"{path} cannot be opened.", "Copy it, without what lies beside it, to a place that can be read."
        )
    connection.execute("PRAGMA trusted_schema = OFF")
    # Damage is not to be taken for content; and a text that is no UTF-8 any more is better than none.
    connection.execute("PRAGMA cell_size_check = ON")
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        yield _Source(connection)
    finally:
        connection.close()
