"""A copy of the archive that can be given away: one SQLite file without a journal, with its indexes, views and full text.

Without a filter it is the archive, packed: `check` and `restore` work on it. With filters it keeps the articles that are meant
and what is said of them, and nothing else: no bytes of dumps, no leftovers, nothing that was learned or decided, because any
of these could show what was to be left out. That is no longer an archive whose bytes are all there, and so it does not call
itself one.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Unpack

from sqlite_utils import Database

from blogarc.archive import ready
from blogarc.archive.selection import Filters, select

# What can say more than the articles that are meant.
_EMPTIED = (
    "dump_chunks", "paragraphs", "sketch_buckets", "likenesses", "sketches", "lexicon", "decisions", "unpaired", "runs",
)  # fmt: skip


def publish(db: Database, target: Path, *, every: bool = False, **filters: Unpack[Filters]) -> int:
    """Write the copy to an empty file; says how many articles are in it."""
    ready.index_pending(db)
    chosen = select(db, filters, every=every)
    db.execute("VACUUM INTO ?", [str(target)])
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        copy = Database(connection, execute_plugins=False)
        copy.execute("PRAGMA journal_mode = DELETE")
        if chosen.conditions:
            kept = "" if every else " AND coalesce(c.representative, a.id) = a.id"
            _reduce(copy, f"{chosen.sql('coalesce(c.representative, a.id)')}{kept}", chosen.parameters)
        (count,) = copy.execute("SELECT count(*) FROM articles").fetchone()
    return int(count)


def _reduce(copy: Database, condition: str, parameters: dict[str, str | int]) -> None:
    """Take away all that is not meant, and the pages where it stood."""
    copy.execute("PRAGMA foreign_keys = OFF")
    copy.execute("BEGIN")
    joined = "articles a LEFT JOIN clusters c ON c.article = a.id"
    copy.execute(f"CREATE TEMP TABLE meant AS SELECT a.id FROM {joined} WHERE {condition}", parameters)
    for table in _EMPTIED:
        copy.execute(f"DELETE FROM {table}")
    copy.execute("COMMIT")
    copy.execute("PRAGMA foreign_keys = ON")  # what speaks of an article goes with it
    copy.execute("BEGIN")
    copy.execute("DELETE FROM articles WHERE id NOT IN (SELECT id FROM meant)")
    copy.execute("DELETE FROM dumps WHERE id NOT IN (SELECT dump FROM articles)")
    copy.execute("UPDATE dumps SET profile = NULL, segmented = NULL, unfinished = NULL, together = NULL")
    copy.execute("DELETE FROM profiles")
    # A copy without the article that represents it stands for itself.
    copy.execute("INSERT INTO clusters SELECT id, id FROM articles WHERE id NOT IN (SELECT article FROM clusters)")
    copy.execute("UPDATE articles SET evidence = '{}', indexed = id IN (SELECT min(id) FROM articles GROUP BY key)")
    copy.execute("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")
    copy.execute("PRAGMA application_id = 0")
    copy.execute("COMMIT")
    copy.execute("DROP TABLE meant")
    copy.execute("VACUUM")
