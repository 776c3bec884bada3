"""Which dumps of an archive are split together: those that share text, in blocks that fit into memory (`blocks`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from sqlite_utils import Database

from blogarc import blocks, segmentation
from blogarc.schema import LINKING_LETTERS


def split_with(db: Database, dump: int) -> list[int]:
    """The dumps that a dump is split with, itself among them, in order of number."""
    return next(block for block in blocks_around(db, dump) if dump in block)


def related_dumps(db: Database, dump: int) -> list[int]:
    """The dump and all that share text with it, directly or through others, in order of number."""
    seen, frontier = {dump}, [dump]
    while frontier:
        # A line that a dump repeats is looked up once.
        rows = db.execute(
            "SELECT DISTINCT other.dump FROM"
            " (SELECT DISTINCT fingerprint FROM paragraphs WHERE dump = ? AND letters >= ?) AS own"
            " CROSS JOIN paragraphs AS other ON other.fingerprint = own.fingerprint AND other.letters >= ?",
            [frontier.pop(), LINKING_LETTERS, LINKING_LETTERS],
        )
        fresh = {row[0] for row in rows} - seen
        seen |= fresh
        frontier.extend(fresh)
    return sorted(seen)


def blocks_around(db: Database, dump: int) -> list[list[int]]:
    """The blocks of a dump and all that are related to it, each with its numbers in ascending order."""
    related = related_dumps(db, dump)
    extents = {number: _extent(db, number) for number in related}
    if len(related) == 1 or sum(extents.values()) <= blocks.LARGEST:
        return [related]
    # Ranked by what they are, not by when they came.
    told = db.execute("SELECT id FROM dumps ORDER BY name, sha256")
    ranked = [number for (number,) in told if number in extents]
    formed = blocks.form([extents[number] for number in ranked], blocks.links(_shared(db, ranked)))
    return [sorted(ranked[rank] for rank in block) for block in formed]


def were_together(db: Database, block: Sequence[int]) -> bool:
    """Whether each of these dumps was last split with just the others, by the rules of now."""
    digest = _digest_of(db, block)
    (other,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM dumps WHERE id IN (SELECT value FROM json_each(?)) AND together IS NOT ?)",
        [json.dumps(block), digest],
    ).fetchone()
    return not other


def put_together(db: Database, block: Sequence[int]) -> None:
    """Remember that these dumps were split together."""
    db.execute(
        "UPDATE dumps SET together = ? WHERE id IN (SELECT value FROM json_each(?))",
        [_digest_of(db, block), json.dumps(block)],
    )


def _digest_of(db: Database, block: Sequence[int]) -> str:
    """What tells a block from others, in any archive, and what the rules split it by."""
    rows = db.execute(
        "SELECT sha256 FROM dumps WHERE id IN (SELECT value FROM json_each(?)) ORDER BY 1", [json.dumps(block)]
    )
    return hashlib.sha256("\n".join([str(segmentation.VERSION), *(sha256 for (sha256,) in rows)]).encode()).hexdigest()


def _extent(db: Database, dump: int) -> int:
    (size, count) = db.execute(
        "SELECT coalesce(sum(byte_end - byte_start), 0), count(*) FROM paragraphs WHERE dump = ?", [dump]
    ).fetchone()
    return blocks.extent(size, count)


def _shared(db: Database, ranked: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """The paragraphs that several dumps have: fingerprint, rank of the dump, letters; equal ones one after the other."""
    rank = {number: at for at, number in enumerate(ranked)}
    rows = db.execute(
        "SELECT DISTINCT p.fingerprint, p.dump, p.letters FROM (SELECT fingerprint FROM paragraphs WHERE letters >= ?"
        " GROUP BY fingerprint HAVING min(dump) < max(dump)) AS several"
        " CROSS JOIN paragraphs AS p ON p.fingerprint = several.fingerprint AND p.letters >= ?",
        [LINKING_LETTERS, LINKING_LETTERS],
    )
    return ((paragraph, rank[dump], letters) for paragraph, dump, letters in rows if dump in rank)
