"""What a dump was split into, in rows: its articles, what role each paragraph has, and which texts a search finds.

A split that comes out as before is left alone, and with it what was found about its articles.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from blogarc.model import Article, Dump
from blogarc.segmentation import Segmentation


@dataclass(frozen=True, slots=True)
class Finished:
    """A dump that is split, or a stretch of it, and its articles with all that is known of them."""

    source: Dump
    split: Segmentation
    articles: Sequence[Article]

    def digest(self, before: str = "") -> str:
        """Of everything that is stored about it, evidence aside, and of what is before it."""
        told = [
            (
                a.key,
                a.paragraphs.start,
                a.paragraphs.end,
                a.title,
                a.text,
                a.byline,
                a.published,
                a.updated,
                a.translator,
                a.language,
                a.toggle,
                a.url,
                sorted(a.origin.items()),
            )
            for a in self.articles
        ]
        sure = [(a.language_confidence, a.language_shares, a.language_source, a.mixed) for a in self.articles]
        found = json.dumps([told, sure, self.split.roles, self.split.owners])
        return hashlib.sha256((before + found).encode()).hexdigest()


def replace_split(db: Database, dump: int, read: Callable[[], Iterable[Finished]]) -> bool:
    """Replace the articles and leftovers of a dump, which may be read more than once; whether they are others than before."""
    (before,) = db.execute("SELECT segmented FROM dumps WHERE id = ?", [dump]).fetchone()
    if before is not None:
        digest = ""
        for finished in read():
            digest = finished.digest(digest)
            _store_evidence(db, dump, finished)
        if digest == before:
            return False
    touched, digest = remove_articles(db, dump), ""
    for finished in read():
        digest = finished.digest(digest)
        store_split(db, dump, finished)
    db.table("dumps").update(dump, {"segmented": digest, "unfinished": None})
    index(db, touched)
    return True


def store_split(db: Database, dump: int, finished: Finished) -> int:
    """Store the articles and leftovers of a dump or a stretch of it; at which paragraph it ends."""
    ids = []
    for article in finished.articles:
        ids.append(int(db.table("articles").insert(article_row(dump, article)).last_pk))  # type: ignore[arg-type]
    split, paragraphs = finished.split, finished.source.paragraphs
    db.conn.executemany(
        "UPDATE paragraphs SET role = ?, article = ?, text = ?, evidence = ? WHERE dump = ? AND ordinal = ?",
        (
            (
                str(role),
                ids[owner] if owner >= 0 else None,
                paragraph.text if owner < 0 else None,
                json.dumps(reason, ensure_ascii=False) if owner < 0 else None,
                dump,
                paragraph.ordinal,
            )
            for paragraph, role, owner, reason in zip(paragraphs, split.roles, split.owners, split.reasons, strict=True)
        ),
    )
    index(db, {article.key for article in finished.articles})
    return paragraphs[-1].ordinal + 1


def _store_evidence(db: Database, dump: int, finished: Finished) -> None:
    """Another dump may show the same border by something else: then only what is said of it changes."""
    db.conn.executemany(
        "UPDATE articles SET evidence = :told WHERE dump = :dump AND paragraph_start = :start AND evidence <> :told",
        (
            {"told": article_row(dump, article)["evidence"], "dump": dump, "start": article.paragraphs.start}
            for article in finished.articles
        ),
    )
    split, first = finished.split, finished.source.paragraphs[0].ordinal
    db.conn.executemany(
        "UPDATE paragraphs SET evidence = :told WHERE dump = :dump AND ordinal = :ordinal AND evidence <> :told",
        (
            {"told": json.dumps(reason, ensure_ascii=False), "dump": dump, "ordinal": first + place}
            for place, (owner, reason) in enumerate(zip(split.owners, split.reasons, strict=True))
            if owner < 0
        ),
    )


def article_row(dump: int, article: Article) -> dict[str, object]:
    return {
        "key": article.key,
        "dump": dump,
        "paragraph_start": article.paragraphs.start,
        "paragraph_end": article.paragraphs.end,
        "line_start": article.lines.start,
        "line_end": article.lines.end,
        "byte_start": article.bytes.start,
        "byte_end": article.bytes.end,
        "title": article.title,
        "title_source": article.title_source,
        "byline": article.byline,
        "published": article.published,
        "updated": article.updated,
        "translator": article.translator,
        "language": article.language,
        "language_confidence": article.language_confidence,
        "language_shares": json.dumps(article.language_shares) if article.language_shares else "{}",
        "language_source": article.language_source,
        "mixed": article.mixed,
        "toggle": article.toggle,
        "words": article.words,
        "text": article.text,
        "evidence": json.dumps(article.evidence, ensure_ascii=False) if article.evidence else "{}",
        "url": article.url,
        "origin": json.dumps(article.origin, ensure_ascii=False) if article.origin else "{}",
    }


def remove_articles(db: Database, dump: int) -> set[str]:
    """Take the articles of a dump out of the archive and out of the index; their keys."""
    keys = {row[0] for row in db.execute("SELECT key FROM articles WHERE dump = ?", [dump])}
    db.execute("UPDATE paragraphs SET role = NULL, article = NULL, text = NULL, evidence = NULL WHERE dump = ?", [dump])
    # An external-content index must be told what it forgets, before it is gone.
    db.execute(
        "INSERT INTO articles_fts (articles_fts, rowid, title, text)"
        " SELECT 'delete', id, title, text FROM articles WHERE dump = ? AND indexed",
        [dump],
    )
    db.execute("DELETE FROM articles WHERE dump = ?", [dump])
    return keys


def index(db: Database, keys: set[str]) -> None:
    """See to it that of each of these keys one article is in the search index, and only one."""
    for key in sorted(keys):
        row = db.execute("SELECT min(id), max(indexed) FROM articles WHERE key = ?", [key]).fetchone()
        if row[0] is not None and not row[1]:
            id_ = row[0]
            db.execute(
                "INSERT INTO articles_fts (rowid, title, text) SELECT id, title, text FROM articles WHERE id = ?", [id_]
            )
            db.execute("UPDATE articles SET indexed = 1 WHERE id = ?", [id_])


def articles_digest(db: Database) -> str:
    """A digest of all articles: what dedupe depends on. Independent of the order of ingestion."""
    rows = db.execute("SELECT sha256, coalesce(segmented, '') FROM dumps ORDER BY sha256")
    return hashlib.sha256("\n".join(f"{sha} {split}" for sha, split in rows).encode()).hexdigest()
