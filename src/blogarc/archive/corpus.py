"""Reading the archive: the corpus as records, lists, single articles, search, and figures.

A record is a dictionary in the order of the JSONL contract. Nothing here writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Unpack

from sqlite_utils import Database

from blogarc.archive.decisions import count
from blogarc.archive.matching import CORPUS_ORDER, stale_stages
from blogarc.archive.reports import Progress, Record, Stats, no_progress
from blogarc.archive.selection import Filters, find_dump, match_of, select
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
            coalesce(c.representative, a.id) AS representative, d.sha256, a.paragraph_start, a.language_shares, a.mixed,
            a.language_source, a.url, a.origin
        FROM articles a JOIN dumps d ON d.id = a.dump
        LEFT JOIN clusters c ON c.article = a.id LEFT JOIN articles r ON r.id = c.representative
        LEFT JOIN duplicates u ON u.article = a.id
    )
"""
_RECORD_ORDER = "source, sha256, paragraph_start"
CONTRACT = (
    "id", "title", "language", "language_confidence", "byline", "published", "text", "words", "source", "start_line",
    "end_line", "byte_start", "byte_end", "cluster", "kind", "similarity", "copies", "translations", "title_source",
    "occurrence", "language_shares", "mixed", "updated", "translator", "language_source", "url", "origin",
)  # fmt: skip

_PLACED = "articles a JOIN dumps d ON d.id = a.dump LEFT JOIN clusters c ON c.article = a.id"
_REPRESENTATIVE = "coalesce(c.representative, a.id)"
# What the contract says of some articles, in its order; and their rows, and those of their representatives.
_TOLD = """
    SELECT a.key, a.title, a.language, a.language_confidence, a.byline, a.published,
        a.text, a.words, d.name, a.line_start, a.line_end - 1, a.byte_start, a.byte_end, coalesce(r.key, a.key),
        coalesce(u.kind, 'representative'), coalesce(u.similarity, 1.0), NULL, NULL, a.title_source, NULL,
        a.language_shares, a.mixed, a.updated, a.translator, a.language_source, a.url, a.origin,
        a.id, coalesce(c.representative, a.id)
    FROM articles a JOIN dumps d ON d.id = a.dump
    LEFT JOIN clusters c ON c.article = a.id LEFT JOIN articles r ON r.id = c.representative
    LEFT JOIN duplicates u ON u.article = a.id WHERE a.id IN (SELECT value FROM json_each(?))
"""
# Where these come, from the end.
_ROW, _OF = -2, -1
# Of the articles that are wanted their rows, and which of the articles with its key each is, in the order of the corpus. All
# are numbered at once: to ask it of a few at a time takes four times as long, and to compare names instead of ranks, twice.
_NUMBERED = """
    SELECT row, occurrence FROM (
        SELECT a.id AS row, row_number() OVER (PARTITION BY a.key ORDER BY d.rank, a.paragraph_start) AS occurrence,
            {wanted} AS wanted, d.rank, a.paragraph_start
        FROM (SELECT id, row_number() OVER (ORDER BY name, sha256) AS rank FROM dumps) d
        CROSS JOIN articles a ON a.dump = d.id LEFT JOIN clusters c ON c.article = a.id
    ) WHERE wanted ORDER BY rank, paragraph_start
"""
# So many articles are in memory at a time, each a few thousand characters as a rule.
_AT_ONCE = 200


def records(
    db: Database, *, every: bool = False, progress: Progress = no_progress, **filters: Unpack[Filters]
) -> Iterator[Record]:
    """The corpus in the JSONL contract: one record a representative, or with `every` one an article.

    One statement that is open all the while lists the rows, so that they are those of one moment; what is said of them is
    read for a few at a time. So memory does not grow with the corpus.
    """
    chosen = select(db, filters, every=every)
    wanted = f"({chosen.sql(_REPRESENTATIVE)})" + ("" if every else f" AND {_REPRESENTATIVE} = a.id")
    (total,) = db.execute(f"SELECT count(*) FROM {_PLACED} WHERE {wanted}", chosen.parameters).fetchone()
    rows = db.execute(_NUMBERED.format(wanted=wanted), chosen.parameters)
    done = 0
    while some := rows.fetchmany(_AT_ONCE):
        progress("Exporting", done, total, "articles")
        yield from _records(db, some)
        done += len(some)
    progress("Exporting", total, total, "articles")


def record(db: Database, row: int) -> Record:
    """The record of one article, by its row."""
    (told,) = _records(db, [(row, _occurrence(db, row))])
    return told


def _occurrence(db: Database, row: int) -> int:
    """Which of the articles with its key an article is, in the order of the corpus."""
    same = db.execute(
        "SELECT a.id FROM articles a JOIN dumps d ON d.id = a.dump WHERE a.key = (SELECT key FROM articles WHERE id = ?)"
        f" ORDER BY {CORPUS_ORDER}",
        [row],
    )
    return 1 + [other for (other,) in same].index(row)


def _records(db: Database, numbered: list[tuple[int, int]]) -> Iterator[Record]:
    """The records of some articles, given by their rows and occurrences, in this order."""
    told = {values[_ROW]: values for values in db.execute(_TOLD, [json.dumps([row for row, _ in numbered])])}
    copies = _copies(db, json.dumps([row for row, values in told.items() if values[_OF] == row]))
    translations = _translations(db, json.dumps(sorted({values[_OF] for values in told.values()})))
    for row, occurrence in numbered:
        values = told[row]
        # What is not of the contract comes last, and is left out.
        found = dict(zip(CONTRACT, values, strict=False))
        representative = values[_OF]
        found["copies"] = [_copy_itself(found), *copies.get(row, ())] if row == representative else []
        found["translations"] = translations.get(representative, [])
        found["occurrence"] = occurrence
        found["language_shares"] = _shares(found["language_shares"]).copy()
        found["mixed"] = bool(found["mixed"])
        found["origin"] = {} if found["origin"] == "{}" else json.loads(found["origin"])
        yield found


@lru_cache(maxsize=1024)
def _shares(told: str) -> dict[str, float]:
    """Most articles are in one language, and their shares need not be parsed again and again."""
    shares: dict[str, float] = json.loads(told)
    return shares


def _copies(db: Database, representatives: str) -> dict[int, list[Record]]:
    """The other members of some clusters, in the order of the corpus."""
    rows = db.execute(
        f"""
        SELECT c.representative, d.name, a.line_start, a.line_end - 1, coalesce(u.kind, 'representative')
        FROM clusters c JOIN articles a ON a.id = c.article JOIN dumps d ON d.id = a.dump
        LEFT JOIN duplicates u ON u.article = a.id
        WHERE c.representative IN (SELECT value FROM json_each(?)) AND c.article <> c.representative
        ORDER BY c.representative, {CORPUS_ORDER}
        """,
        [representatives],
    )
    found: dict[int, list[Record]] = {}
    for representative, source, start, end, kind in rows:
        found.setdefault(representative, []).append(
            {"source": source, "start_line": start, "end_line": end, "kind": kind}
        )
    return found


def _copy_itself(record: Record) -> Record:
    """What `copies` says of a representative."""
    return {
        "source": record["source"], "start_line": record["start_line"], "end_line": record["end_line"], "kind": record["kind"],
    }  # fmt: skip


def translations_of(db: Database, representative: int) -> list[Record]:
    """The translations of a representative, the surest first."""
    return _translations(db, json.dumps([representative])).get(representative, [])


def _translations(db: Database, representatives: str) -> dict[int, list[Record]]:
    """What some articles are translated by, the surest first."""
    rows = db.execute(
        """
        SELECT p.source, a.key, a.language, p.score FROM pairs p JOIN articles a ON a.id = p.target
        WHERE p.source IN (SELECT value FROM json_each(:rows))
        UNION ALL
        SELECT p.target, a.key, a.language, p.score FROM pairs p JOIN articles a ON a.id = p.source
        WHERE p.target IN (SELECT value FROM json_each(:rows))
        ORDER BY 1, 4 DESC, 2
        """,
        {"rows": representatives},
    )
    found: dict[int, list[Record]] = {}
    for row, key, language, score in rows:
        found.setdefault(row, []).append({"id": key, "language": language, "score": score})
    return found


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
        [FOUND, FOUND_END, match_of(db, query)],
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
            "SELECT article FROM paragraphs WHERE dump = :dump AND line_start <= :line AND article IS NOT NULL"
            " AND line_end > :line UNION ALL SELECT a.id FROM articles a JOIN dumps d ON d.id = a.dump"
            " WHERE d.id = :dump AND d.reader IS NOT NULL AND a.line_start <= :line AND a.line_end > :line LIMIT 1",
            {"dump": place[0], "line": place[1]},
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
