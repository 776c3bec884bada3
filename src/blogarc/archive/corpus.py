"""Reading the archive: the corpus as records, lists, single articles, search, and figures.

A record is a dictionary in the order of the JSONL contract. Nothing here writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from blogarc.archive.decisions import count
from blogarc.archive.matching import CORPUS_ORDER, stale_stages
from blogarc.archive.reports import Record, Stats
from blogarc.errors import UsageError
from blogarc.text import FOUND, FOUND_END, excerpt

_KEY = re.compile(r"[0-9a-f]{4,16}", re.IGNORECASE)
_PLACE = re.compile(r"(?P<dump>.+):(?P<line>\d+)")

# Every article with what the contract says of it. A window numbers the occurrences of a key in the order of the corpus.
_RECORDS = f"""
    SELECT * FROM (
        SELECT a.id AS row, a.key AS id, a.title, a.language, a.language_confidence, a.byline, a.published, a.text, a.words,
            a.updated, a.translator,
            d.name AS source, a.line_start AS start_line, a.line_end - 1 AS end_line, a.byte_start, a.byte_end,
            coalesce(r.key, a.key) AS cluster, coalesce(u.kind, 'representative') AS kind,
            coalesce(u.similarity, 1.0) AS similarity, a.title_source,
            row_number() OVER (PARTITION BY a.key ORDER BY {CORPUS_ORDER}) AS occurrence,
            coalesce(c.representative, a.id) AS representative, d.sha256, a.paragraph_start, a.language_shares, a.mixed
        FROM articles a JOIN dumps d ON d.id = a.dump
        LEFT JOIN clusters c ON c.article = a.id LEFT JOIN articles r ON r.id = c.representative
        LEFT JOIN duplicates u ON u.article = a.id
    )
"""
_RECORD_ORDER = "source, sha256, paragraph_start"
_CONTRACT = (
    "id", "title", "language", "language_confidence", "byline", "published", "text", "words", "source", "start_line",
    "end_line", "byte_start", "byte_end", "cluster", "kind", "similarity", "copies", "translations", "title_source",
    "occurrence", "language_shares", "mixed", "updated", "translator",
)  # fmt: skip


def records(db: Database, *, every: bool = False, language: str | None = None) -> Iterator[Record]:
    """The corpus in the JSONL contract: one record a representative, or with `every` one an article."""
    conditions, parameters = [], []
    if not every:
        conditions.append("row = representative")
    if language:
        conditions.append("language = ?")
        parameters.append(language)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    for row in db.query(f"{_RECORDS} {where} ORDER BY {_RECORD_ORDER}", parameters):
        yield _record(db, row)


def record(db: Database, row: int) -> Record:
    """The record of one article, by its row."""
    return _record(db, next(db.query(f"{_RECORDS} WHERE row = ?", [row])))


def _record(db: Database, row: dict[str, Any]) -> Record:
    own = row["row"] == row["representative"]
    row["copies"] = _copies(db, row["row"]) if own else []
    row["translations"] = translations_of(db, row["representative"])
    row["language_shares"] = json.loads(row["language_shares"])
    row["mixed"] = bool(row["mixed"])
    return {name: row[name] for name in _CONTRACT}


def _copies(db: Database, representative: int) -> list[Record]:
    """All members of a cluster, the representative first, then in the order of the corpus."""
    return list(
        db.query(
            f"""
            SELECT d.name AS source, a.line_start AS start_line, a.line_end - 1 AS end_line,
                coalesce(u.kind, 'representative') AS kind
            FROM articles a JOIN dumps d ON d.id = a.dump LEFT JOIN duplicates u ON u.article = a.id
            WHERE a.id = :row OR a.id IN (SELECT article FROM clusters WHERE representative = :row)
            ORDER BY a.id <> :row, {CORPUS_ORDER}
            """,
            {"row": representative},
        )
    )


def translations_of(db: Database, representative: int) -> list[Record]:
    """The translations of a representative, the surest first."""
    return list(
        db.query(
            """
            SELECT a.key AS id, a.language, p.score FROM pairs p JOIN articles a ON a.id = p.target WHERE p.source = :row
            UNION ALL
            SELECT a.key AS id, a.language, p.score FROM pairs p JOIN articles a ON a.id = p.source WHERE p.target = :row
            ORDER BY 3 DESC, 1
            """,
            {"row": representative},
        )
    )


def listing(
    db: Database, *, every: bool = False, language: str | None = None, limit: int | None = None
) -> list[Record]:
    """The corpus without its texts, for a table."""
    conditions, parameters = ["1"], []
    if not every:
        conditions.append("row = representative")
    if language:
        conditions.append("language = ?")
        parameters.append(language)
    rows = db.query(
        f"{_RECORDS} WHERE {' AND '.join(conditions)} ORDER BY {_RECORD_ORDER} LIMIT ?",
        [*parameters, -1 if limit is None else limit],
    )
    wanted = ("id", "language", "title", "words", "published", "source", "start_line", "end_line", "kind", "cluster")
    listed = []
    for row in rows:
        (copies,) = db.execute(
            "SELECT count(*) FROM clusters WHERE representative = ?", [row["representative"]]
        ).fetchone()
        partners = [t["id"] for t in translations_of(db, row["representative"])]
        listed.append({name: row[name] for name in wanted} | {"copies": max(1, copies), "translations": partners})
    return listed


def leftovers(db: Database, *, limit: int | None = None) -> list[Record]:
    """What is in no article, with the evidence for it."""
    rows = db.query(
        """
        SELECT d.name AS source, p.line_start AS line, p.role, p.text, p.evidence FROM paragraphs p
        JOIN dumps d ON d.id = p.dump WHERE p.article IS NULL ORDER BY d.name, d.sha256, p.ordinal LIMIT ?
        """,
        [-1 if limit is None else limit],
    )
    return [{**row, "evidence": json.loads(row["evidence"] or "{}")} for row in rows]


def search(db: Database, query: str, *, limit: int = 20) -> list[Record]:
    """Articles with all the words, accents and case ignored, the best match first (BM25); one result a cluster.

    Raises UsageError for a query without a word.
    """
    if not re.search(r"\w", query):
        raise UsageError("There is no word to search for.", 'Try: blogarc search "elecciones 2020"')
    rows = db.query(
        """
        SELECT a.id AS row, snippet(articles_fts, 1, ?, ?, '…', 16) AS snippet
        FROM articles_fts JOIN articles a ON a.id = articles_fts.rowid
        WHERE articles_fts MATCH ? ORDER BY bm25(articles_fts, 4.0, 1.0), a.key
        """,
        [FOUND, FOUND_END, db.quote_fts(query)],
    )
    found: list[Record] = []
    seen: set[int] = set()
    for row in rows:
        (representative,) = db.execute(
            "SELECT coalesce((SELECT representative FROM clusters WHERE article = ?), ?)", [row["row"], row["row"]]
        ).fetchone()
        if representative in seen:
            continue
        seen.add(representative)
        told = next(db.query(f"{_RECORDS} WHERE row = ?", [representative]))
        wanted = ("id", "language", "title", "words", "published", "source", "start_line", "end_line")
        found.append({name: told[name] for name in wanted} | {"snippet": row["snippet"]})
        if len(found) >= limit:
            break
    return found


def find_dump(db: Database, name: str) -> int:
    """The row of the dump with this name, or whose sha256 starts so.

    Raises UsageError if there is none, or more than one.
    """
    rows = list(
        db.query(
            "SELECT id, name, sha256 FROM dumps WHERE name = :n OR sha256 LIKE :n || '%' ORDER BY sha256", {"n": name}
        )
        if re.fullmatch(r"[0-9a-fA-F]{6,64}", name)
        else db.query("SELECT id, name, sha256 FROM dumps WHERE name = ? ORDER BY sha256", [name])
    )
    if not rows:
        names = [row[0] for row in db.execute("SELECT name FROM dumps ORDER BY name LIMIT 5")]
        raise UsageError(f"No dump is called {name!r}.", f"There are: {', '.join(names)}" if names else "")
    if len(rows) > 1:
        choices = ", ".join(row["sha256"][:12] for row in rows)
        raise UsageError(f"{len(rows)} dumps are called {name!r}.", f"Name one by its sha256 instead: {choices}")
    return int(rows[0]["id"])


def find_place(db: Database, reference: str) -> tuple[int, int] | None:
    """Dump row and line of a DUMP:LINE reference; None if it is not of that form."""
    found = _PLACE.fullmatch(reference)
    if not found:
        return None
    dump, line = find_dump(db, found["dump"]), int(found["line"])
    (lines,) = db.execute("SELECT lines FROM dumps WHERE id = ?", [dump]).fetchone()
    if not 1 <= line <= lines:
        raise UsageError(f"{found['dump']} has lines 1 to {lines:,}; there is no line {line:,}.")
    return dump, line


def find_article(db: Database, reference: str) -> int:
    """The row of the article meant by a key, the start of one, or a DUMP:LINE in it.

    Of several occurrences of one key the representative is meant, or else the first of the corpus. Raises UsageError if
    there is no such article, or more than one key starts so.
    """
    if _KEY.fullmatch(reference):
        rows = list(
            db.query(
                f"{_RECORDS} WHERE id LIKE ? || '%' ORDER BY id, row <> representative, {_RECORD_ORDER}",
                [reference.lower()],
            )
        )
        keys = sorted({row["id"] for row in rows})
        if len(keys) > 1:
            raise UsageError(
                f"{len(keys)} articles start with {reference}.", f"Write more of one: {', '.join(keys[:4])}"
            )
        if rows:
            return int(rows[0]["row"])
    place = find_place(db, reference)
    if place:
        row = db.execute(
            "SELECT article FROM paragraphs WHERE dump = ? AND line_start <= ? AND article IS NOT NULL"
            " AND line_end > ? LIMIT 1",
            [place[0], place[1], place[1]],
        ).fetchone()
        if row:
            return int(row[0])
        raise UsageError(f"Line {place[1]} is in no article.", f"blogarc explain {reference} says why.")
    raise UsageError(
        f"No article is called {reference!r}.", "Give the first digits of an id (see: blogarc list), or DUMP:LINE."
    )


def show(db: Database, reference: str) -> Record:
    """One article, whole."""
    return record(db, find_article(db, reference))


def stats(db: Database) -> Stats:
    """Figures of the archive."""

    def one(sql: str) -> int:
        return int(db.execute(sql).fetchone()[0] or 0)

    def counted(sql: str) -> dict[str, int]:
        return dict(db.execute(sql).fetchall())

    representatives = (
        "FROM articles a LEFT JOIN clusters c ON c.article = a.id WHERE coalesce(c.representative, a.id) = a.id"
    )
    return Stats(
        dumps=one("SELECT count(*) FROM dumps"),
        bytes=one("SELECT sum(size) FROM dumps"),
        articles=one("SELECT count(*) FROM articles"),
        clusters=one("SELECT count(*) FROM clusters WHERE article = representative"),
        duplicates=counted("SELECT kind, count(*) FROM duplicates GROUP BY 1 ORDER BY 1"),
        pairs=one("SELECT count(*) FROM pairs"),
        languages=counted(f"SELECT a.language, count(*) {representatives} GROUP BY 1 ORDER BY 2 DESC, 1"),
        words=one(f"SELECT sum(a.words) {representatives}"),
        leftovers=counted(
            "SELECT role, count(*) FROM paragraphs WHERE article IS NULL AND role IS NOT NULL GROUP BY 1 ORDER BY 1"
        ),
        years=counted(
            f"SELECT substr(a.published, 1, 4), count(*) {representatives} AND a.published IS NOT NULL GROUP BY 1 ORDER BY 1"
        ),
        stale=stale_stages(db),
        archive_bytes=one("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
        decisions=count(db),
    )


def label(row: Record) -> str:
    """How an article is called in a sentence: its title, shortened."""
    return excerpt(row["title"] or row["text"], 60)
