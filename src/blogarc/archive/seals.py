"""Seals on what nothing can derive again: of dumps what they are called and how they were read, decisions, and the log.

A digest of a row, written with it, finds an accident that leaves a value which could stand there as well, such as another
letter in a name. It is no defence against whoever may write the file: they can seal what they write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from sqlite_utils import Database

# The columns that are sealed.
SEALED = {
    "dumps": "name, sha256, size, encoding, encoding_source, layout, lines, repaired, packing, reader, rendered, libraries,"
    " damage, fields, ingested",
    "decisions": "id, verdict, first, second, before, paragraph, after, place, shown, decided, undone, replaced",
    "runs": "id, stage, version, parameters, input, output, counts, started, seconds",
}


def seal(db: Database, table: str, number: int) -> None:
    """Seal a row as it now is; to be called within the transaction that wrote it."""
    row = db.execute(f"SELECT {SEALED[table]} FROM {table} WHERE id = ?", [number]).fetchone()
    db.execute(f"UPDATE {table} SET seal = ? WHERE id = ?", [_digest(row), number])


def broken(db: Database) -> Iterator[str]:
    """In words, the rows that are not what was sealed."""
    for table, columns in SEALED.items():
        for number, told, *row in db.execute(f"SELECT id, seal, {columns} FROM {table} ORDER BY id"):
            if told != _digest(tuple(row)):
                yield f"Row {number} of {table} is not what was written: its seal is broken."


def holds(table: str, row: Mapping[str, object]) -> bool:
    """Whether a row, read from anywhere, is what was sealed."""
    return row["seal"] == _digest(tuple(row[column] for column in SEALED[table].split(", ")))


def _digest(row: tuple[object, ...]) -> str:
    return hashlib.blake2b(json.dumps(row, default=repr).encode(), digest_size=8).hexdigest()
