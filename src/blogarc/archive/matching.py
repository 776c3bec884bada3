"""The two stages that compare articles: duplicates, and translation pairs of their representatives.

Both read all articles in corpus order (dump name, then place), call a pure function, and replace their tables in one
transaction with their row in `runs`. Each first brings what it depends on up to date.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from sqlite_utils import Database

from blogarc import duplicates, pairs
from blogarc.archive.connection import writing
from blogarc.archive.intake import articles_digest, segment_pending
from blogarc.archive.reports import DedupeReport, DuplicateRow, PairRow, PairsReport, Progress
from blogarc.archive.runs import is_current, last_run, record_run
from blogarc.duplicates import DuplicateConfig
from blogarc.errors import NoArchiveError
from blogarc.model import UNDETERMINED, Article, Span
from blogarc.pairs import PairConfig

ARTICLE_COLUMNS = """
    a.id AS row, a.key, d.name AS dump, a.paragraph_start, a.paragraph_end, a.line_start, a.line_end, a.byte_start,
    a.byte_end, a.title, a.title_source, a.byline, a.published, a.language, a.language_confidence, a.toggle, a.words,
    a.text, a.evidence
"""
# The order of the corpus: it does not depend on the order of ingestion.
CORPUS_ORDER = "d.name, d.sha256, a.paragraph_start"


def article_of(row: dict[str, Any]) -> Article:
    """The noun behind a row of ARTICLE_COLUMNS."""
    return Article(
        key=row["key"],
        dump=row["dump"],
        paragraphs=Span(row["paragraph_start"], row["paragraph_end"]),
        lines=Span(row["line_start"], row["line_end"]),
        bytes=Span(row["byte_start"], row["byte_end"]),
        title=row["title"],
        title_source=row["title_source"],
        text=row["text"],
        words=row["words"],
        byline=row["byline"],
        published=row["published"],
        language=row["language"],
        language_confidence=row["language_confidence"],
        toggle=row["toggle"],
        evidence=json.loads(row["evidence"]),
    )


def load_articles(db: Database, *, representatives: bool = False) -> tuple[list[int], list[Article]]:
    """Row numbers and articles in corpus order; all of them, or the representative of each cluster."""
    only = "JOIN clusters c ON c.article = a.id AND c.representative = a.id" if representatives else ""
    sql = f"SELECT {ARTICLE_COLUMNS} FROM articles a JOIN dumps d ON d.id = a.dump {only} ORDER BY {CORPUS_ORDER}"
    rows = list(db.query(sql))
    return [row["row"] for row in rows], [article_of(row) for row in rows]


def dedupe(db: Database, config: DuplicateConfig, progress: Progress, limit: int | None = 20) -> DedupeReport:
    """Find duplicates and clusters, unless that was done with these articles already; `limit` of them are reported.

    Raises NoArchiveError if nothing was ingested.
    """
    clock, started = perf_counter(), datetime.now(UTC).isoformat(timespec="seconds")
    require_articles(db)
    segment_pending(db, progress)
    parameters, digest = asdict(config), articles_digest(db)
    if is_current(db, "dedupe", duplicates.VERSION, parameters, digest) and _all_clustered(db):
        return _dedupe_report(db, limit, True, perf_counter() - clock)
    rows, articles = load_articles(db)
    progress("Comparing", 0, len(articles), "articles")
    clusters = duplicates.find_duplicates(articles, config)
    progress("Comparing", len(articles), len(articles), "articles")
    output = _digest((articles[kept].key for kept in clusters.representative), digest)
    with writing(db):
        db.execute("DELETE FROM duplicates")
        db.execute("DELETE FROM clusters")
        db.conn.executemany(
            "INSERT INTO clusters (article, representative) VALUES (?, ?)",
            ((row, rows[kept]) for row, kept in zip(rows, clusters.representative, strict=True)),
        )
        db.conn.executemany(
            "INSERT INTO duplicates (article, kept, kind, similarity, scores) VALUES (?, ?, ?, ?, ?)",
            (
                (rows[d.article], rows[d.kept], str(d.kind), d.similarity, json.dumps(d.scores))
                for d in clusters.duplicates
            ),
        )
        report = _dedupe_report(db, limit, False, perf_counter() - clock)
        counts = {"articles": report.articles, "clusters": report.clusters, **report.duplicates}
        record_run(db, "dedupe", duplicates.VERSION, parameters, digest, output, counts, started, report.seconds)
    return report


def find_pairs(db: Database, config: PairConfig, progress: Progress) -> PairsReport:
    """Pair the representatives that are translations of each other; brings the duplicates up to date first.

    Raises NoArchiveError if nothing was ingested.
    """
    clock, started = perf_counter(), datetime.now(UTC).isoformat(timespec="seconds")
    require_articles(db)
    # A chain of stages keeps the parameters with which each was last run.
    ran_before = [] if dedupe(db, last_dedupe_config(db), progress).up_to_date else ["dedupe"]
    run = last_run(db, "dedupe")
    digest = run["output"] if run else ""
    parameters = asdict(config)
    if is_current(db, "pairs", pairs.VERSION, parameters, digest) and _all_paired(db):
        return _pairs_report(db, config, ran_before, True, perf_counter() - clock)
    rows, articles = load_articles(db, representatives=True)
    progress("Pairing", 0, len(articles), "articles")
    found = pairs.find_pairs(articles, config)
    progress("Pairing", len(articles), len(articles), "articles")
    with writing(db):
        db.execute("DELETE FROM pairs")
        for pair in found:
            row = {
                "source": rows[pair.source],
                "target": rows[pair.target],
                "score": pair.score,
                "evidence": json.dumps(_named(pair.evidence, articles), ensure_ascii=False),
            }
            id_ = db.table("pairs").insert(row).last_pk
            db.conn.executemany(
                "INSERT INTO beads VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (id_, n, b.source.start, b.source.end, b.target.start, b.target.end, b.score)
                    for n, b in enumerate(pair.beads)
                ),
            )
        report = _pairs_report(db, config, ran_before, False, perf_counter() - clock)
        output = _digest((f"{articles[p.source].key} {articles[p.target].key}" for p in found), digest)
        record_run(
            db, "pairs", pairs.VERSION, parameters, digest, output, {"pairs": len(found)}, started, report.seconds
        )
    return report


def stale_stages(db: Database) -> list[str]:
    """Stages that ran once, but not on what is there now."""
    stale = []
    dedupe_run, pairs_run = last_run(db, "dedupe"), last_run(db, "pairs")
    if dedupe_run and dedupe_run["input"] != articles_digest(db):
        stale.append("dedupe")
    if pairs_run and (stale or not dedupe_run or pairs_run["input"] != dedupe_run["output"]):
        stale.append("pairs")
    return stale


def _all_clustered(db: Database) -> bool:
    """Whether the clusters are those of the articles there are; a new split takes its articles' rows with it."""
    return not db.execute(
        "SELECT EXISTS (SELECT 1 FROM articles WHERE id NOT IN (SELECT article FROM clusters))"
    ).fetchone()[0]


def _all_paired(db: Database) -> bool:
    run = last_run(db, "pairs")
    return run is not None and json.loads(run["counts"])["pairs"] == db.table("pairs").count


def require_articles(db: Database) -> None:
    """Raises NoArchiveError if no dump was ingested."""
    if db.execute("SELECT 1 FROM dumps LIMIT 1").fetchone() is None:
        raise NoArchiveError(
            "The archive is empty: nothing has been ingested yet.", "Start with: blogarc ingest DUMP.txt"
        )


def last_dedupe_config(db: Database) -> DuplicateConfig:
    """The parameters that dedupe was last run with; the default ones if it never was."""
    run = last_run(db, "dedupe")
    return DuplicateConfig(**json.loads(run["parameters"])) if run else DuplicateConfig()


def _digest(lines: Iterable[str], seed: str) -> str:
    return hashlib.sha256("\n".join([seed, *lines]).encode()).hexdigest()


def _named(evidence: Any, articles: Sequence[Article]) -> dict[str, Any]:
    """The evidence of a pair with positions in a list turned into keys, which last."""
    named = dict(evidence)
    for name, value in named.items():
        if isinstance(value, dict) and isinstance(value.get("position"), int):
            named[name] = {"id": articles[value["position"]].key, **{k: v for k, v in value.items() if k != "position"}}
    return named


def _dedupe_report(db: Database, limit: int | None, up_to_date: bool, seconds: float) -> DedupeReport:
    (articles,) = db.execute("SELECT count(*) FROM articles").fetchone()
    (clusters,) = db.execute("SELECT count(*) FROM clusters WHERE article = representative").fetchone()
    kinds = Counter(dict(db.execute("SELECT kind, count(*) FROM duplicates GROUP BY kind").fetchall()))
    rows = db.query(
        """
        SELECT a.key AS id, a.title, d.name AS source, a.line_start AS line, k.key AS kept, k.title AS kept_title,
            e.name AS kept_source, k.line_start AS kept_line, u.kind, u.similarity, u.scores
        FROM duplicates u JOIN articles a ON a.id = u.article JOIN dumps d ON d.id = a.dump
        JOIN articles k ON k.id = u.kept JOIN dumps e ON e.id = k.dump
        ORDER BY u.similarity, d.name, d.sha256, a.paragraph_start LIMIT ?
        """,
        [-1 if limit is None else limit],
    )
    closest = [DuplicateRow(**{**row, "scores": json.loads(row["scores"])}) for row in rows]
    return DedupeReport(articles, clusters, dict(sorted(kinds.items())), closest, up_to_date, seconds)


def _pairs_report(
    db: Database, config: PairConfig, ran_before: list[str], up_to_date: bool, seconds: float
) -> PairsReport:
    rows = db.query(
        """
        SELECT s.key AS source, s.language AS source_language, s.title AS source_title, t.key AS target,
            t.language AS target_language, t.title AS target_title, p.score, p.evidence
        FROM pairs p JOIN articles s ON s.id = p.source JOIN articles t ON t.id = p.target ORDER BY p.score, s.key
        """
    )
    listed = [PairRow(**{**row, "evidence": json.loads(row["evidence"])}) for row in rows]
    candidates = dict(
        db.execute(
            "SELECT a.language, count(*) FROM articles a JOIN clusters c ON c.article = a.id AND c.representative = a.id"
            " WHERE a.language <> ? GROUP BY 1 ORDER BY 2 DESC, 1",
            [UNDETERMINED],
        ).fetchall()
    )
    wanted = {code: candidates.get(code, 0) for code in config.languages}
    paired = Counter(row.source_language for row in listed) + Counter(row.target_language for row in listed)
    unpaired = {code: count - paired[code] for code, count in wanted.items()}
    return PairsReport(listed, wanted, unpaired, ran_before, up_to_date, seconds)
