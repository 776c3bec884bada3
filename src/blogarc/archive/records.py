"""Files of ready articles, which are split already: stored with their bytes, or, if they are huge, some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from sqlite_utils import Database

from blogarc.archive import ready
from blogarc.archive.connection import writing
from blogarc.archive.dumps import (
    add_dump,
    load_bytes,
    load_recipe,
    spoken_languages,
    store_bytes,
)
from blogarc.archive.reports import Progress
from blogarc.archive.seals import seal
from blogarc.archive.splits import (
    article_row,
    remove_articles,
)
from blogarc.model import Article, Dump
from blogarc.reading.formats import Recipe
from blogarc.reading.packing import Unpacked, open_packed
from blogarc.reading.records import Unreadable

# Bytes of a file of ready articles from which on they are stored in several transactions, so that a kill takes back minutes at
# most, and how many parts of such a file are one of them.
HUGE, _PARTS_AT_ONCE = 256 << 20, 256


def ready_entries(db: Database, dump: int) -> Iterator[tuple[int, Article | Unreadable]]:
    """The records of a file of ready articles, read from its bytes."""
    (name,) = db.execute("SELECT name FROM dumps WHERE id = ?", [dump]).fetchone()
    file = open_packed(load_bytes(db, dump), name)
    return ready.entries(file, load_recipe(db, dump), name, spoken_languages(db))


def read_ready(db: Database, dump: int, progress: Progress) -> bool:
    """Store the articles of a file of ready articles; whether they are others than before.

    The first time a number of them is a transaction, and what is there after a kill is gone on with.
    """
    (before,) = db.execute("SELECT segmented FROM dumps WHERE id = ?", [dump]).fetchone()
    row_of = partial(article_row, dump)
    if before is not None:
        with writing(db):
            # Nothing is touched unless the rules read something else, because what was found about articles goes with them.
            digest = ready.digest_of(ready_entries(db, dump))
            db.table("dumps").update(dump, {"libraries": load_recipe(db, dump).libraries})
            seal(db, "dumps", dump)
            if digest == before:
                return False
            remove_articles(db, dump)
            ready.forget(db, dump)
            _end_ready(db, dump, ready.store(db, dump, ready.parts(ready_entries(db, dump), row_of), progress))
        return True
    (name,) = db.execute("SELECT name FROM dumps WHERE id = ?", [dump]).fetchone()
    file, recipe = open_packed(load_bytes(db, dump), name), load_recipe(db, dump)
    while (state := _ready_so_far(db, dump)) is not None:
        with ready.reading(file, recipe, name, spoken_languages(db), row_of, state[0]) as parts:
            while _ready_so_far(db, dump) == state:  # and no other process has gone on with it
                some = list(islice(parts, _PARTS_AT_ONCE))
                with writing(db):
                    if _ready_so_far(db, dump) != state:
                        break
                    digest = ready.store(db, dump, some, progress, digest=state[1])
                    if len(some) < _PARTS_AT_ONCE:
                        _end_ready(db, dump, digest)
                        return True
                    db.table("dumps").update(dump, {"unfinished": digest})
                    state = some[-1].count, digest
    return True


def _ready_so_far(db: Database, dump: int) -> tuple[int, str] | None:
    """How many entries of a file of ready articles are stored, and a digest of them; None if all are."""
    segmented, digest = db.execute("SELECT segmented, unfinished FROM dumps WHERE id = ?", [dump]).fetchone()
    if segmented is not None:
        return None
    return (ready.stored(db, dump), digest) if digest else (0, "")


def store_ready(
    db: Database, dump: Dump, data: bytes, recipe: Recipe, file: Unpacked, damage: str, progress: Progress
) -> int:
    """Keep a file of ready articles with its bytes, and its articles at once, because no other file changes them; its number.

    Its bytes are packed while its articles are read, as far as these reach.
    """
    id_ = add_dump(db, dump, recipe, file.packing, damage)
    pieces = store_bytes(db, id_, data)
    stored, size = 0, len(file.data)

    def besides(reached: int) -> None:
        nonlocal stored
        # Of a packed file as large a share.
        while stored * size < reached * len(data):
            stored = next(pieces, len(data))

    with ready.reading(file, recipe, dump.name, spoken_languages(db), partial(article_row, id_)) as parts:
        digest = ready.store(db, id_, parts, progress, besides)
    for _ in pieces:
        pass
    _end_ready(db, id_, digest)
    return id_


def _end_ready(db: Database, dump: int, digest: str) -> None:
    """Write down which articles were read of a file of ready articles, now that it was read to its end."""
    ready.count_lines(db, dump)
    db.table("dumps").update(dump, {"segmented": digest, "unfinished": None})
    seal(db, "dumps", dump)  # how many lines it has may be known only now
