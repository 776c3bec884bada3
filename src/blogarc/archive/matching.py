"""The two stages that compare articles: duplicates, and translation pairs of their representatives.

Both read all articles in corpus order (dump name, then place), call a pure function, and replace their tables in one
transaction with their row in `runs`. Each first brings what it depends on up to date.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import islice
from time import perf_counter
from typing import Any

from sqlite_utils import Database

from blogarc import duplicates, pairs
from blogarc.archive import copies
from blogarc.archive.connection import connect_readonly, translated, writing
from blogarc.archive.decisions import copies_digest, pair_rulings, pairs_told
from blogarc.archive.reports import (
    AgainstReport,
    AgainstRow,
    ChangeRow,
    DedupeReport,
    DuplicateRow,
    MissRow,
    PairRow,
    PairsReport,
    Progress,
)
from blogarc.archive.runs import is_current, last_run, record_run
from blogarc.archive.splits import articles_digest
from blogarc.archive.splitting import segment_pending
from blogarc.duplicates import DuplicateConfig
from blogarc.errors import NoArchiveError
from blogarc.features import KNOWN_LANGUAGES
from blogarc.model import UNDETERMINED, Article, Span
from blogarc.pairs import PairConfig

ARTICLE_COLUMNS = """
    a.id AS row, a.key, d.name AS dump, a.paragraph_start, a.paragraph_end, a.line_start, a.line_end, a.byte_start,
    a.byte_end, a.title, a.title_source, a.byline, a.published, a.updated, a.translator,
    a.language, a.language_confidence, a.toggle, a.words, a.text, a.evidence
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
        updated=row["updated"],
        translator=row["translator"],
        language=row["language"],
        language_confidence=row["language_confidence"],
        toggle=row["toggle"],
        evidence=json.loads(row["evidence"]),
    )


def load_articles(
    db: Database, *, representatives: bool = False, only: Iterable[int] | None = None
) -> tuple[list[int], list[Article]]:
    """Row numbers and articles in corpus order: all of them, the representative of each cluster, or `only` these rows."""
    chosen = "JOIN clusters c ON c.article = a.id AND c.representative = a.id" if representatives else ""
    chosen += "" if only is None else " WHERE a.id IN (SELECT value FROM json_each(?))"
    sql = f"SELECT {ARTICLE_COLUMNS} FROM articles a JOIN dumps d ON d.id = a.dump {chosen} ORDER BY {CORPUS_ORDER}"
    rows = list(db.query(sql, None if only is None else [json.dumps(sorted(only))]))
    return [row["row"] for row in rows], [article_of(row) for row in rows]


def dedupe(db: Database, config: DuplicateConfig, progress: Progress, limit: int | None = 20) -> DedupeReport:
    """Find duplicates and clusters, unless that was done with these articles already; `limit` of them are reported.

    Raises NoArchiveError if nothing was ingested.
    """
    clock, started = perf_counter(), datetime.now(UTC).isoformat(timespec="seconds")
    require_articles(db)
    segment_pending(db, progress)
    parameters, digest = asdict(config), _dedupe_input(db)
    if is_current(db, "dedupe", duplicates.VERSION, parameters, digest) and _all_clustered(db):
        return _dedupe_report(db, limit, True, perf_counter() - clock)
    (count,) = db.execute("SELECT count(*) FROM articles").fetchone()
    with writing(db):
        digest = _dedupe_input(db)  # of what is read now: another process may have written meanwhile
        progress("Comparing", 0, count, "articles")
        outcome = copies.refresh_clusters(db, config)
        progress("Comparing", count, count, "articles")
        output = _digest(_clusters_told(db), digest)
        report = _dedupe_report(db, limit, False, perf_counter() - clock)
        if last_run(db, "dedupe") is not None:
            changes = list(islice(copies.list_changes(outcome), limit))
            told = copies.count_changes(outcome)
            report = replace(report, changed=told, changes=[_change_row(db, *change) for change in changes])
        counts = {"articles": report.articles, "clusters": report.clusters, **report.duplicates}
        record_run(db, "dedupe", duplicates.VERSION, parameters, digest, output, counts, started, report.seconds)
    return report


def compare_with(db: Database, path: str, config: DuplicateConfig) -> AgainstReport:
    """Which articles of this archive are in the one at this path already; nothing is written to either.

    Raises NoArchiveError, CorruptError if that is no archive of this version.
    """
    clock = perf_counter()
    require_articles(db)
    other = connect_readonly(path)
    try:
        with translated(path):
            _, others = load_articles(other)
    finally:
        other.close()
    _, articles = load_articles(db)
    rows = []
    for found in duplicates.find_known(articles, others, config):
        own, kept = articles[found.article], others[found.kept]
        rows.append(
            AgainstRow(
                own.key, own.title, own.dump, own.lines.start, str(found.kind), found.similarity, found.scores, kept.key,
                kept.title, kept.dump, kept.lines.start,
            )
        )  # fmt: skip
    kinds = Counter(row.kind for row in rows)
    rows.sort(key=lambda row: (row.similarity, row.source, row.line))
    return AgainstReport(path, len(articles), len(others), dict(sorted(kinds.items())), rows, perf_counter() - clock)


def _change_row(db: Database, change: str, row: int, was: int | None, now: int) -> ChangeRow:
    sql = "SELECT a.key, a.title, d.name, a.line_start FROM articles a JOIN dumps d ON d.id = a.dump WHERE a.id = ?"
    told = db.execute(sql, [row]).fetchone()
    keys = [
        db.execute("SELECT key FROM articles WHERE id = ?", [home]).fetchone()[0] if home else None
        for home in (was, now)
    ]
    return ChangeRow(change, *told, *keys)


# What the stage owns, and speaks of articles.
_OF_PAIRS = ("pairs", "unpaired", "candidates")


def find_pairs(
    db: Database, config: PairConfig, progress: Progress, words: Iterable[tuple[str, str]] | None = None
) -> PairsReport:
    """Pair the representatives that are translations of each other; brings the duplicates up to date first.

    `words` are a lexicon that a person gave, kept for these two languages until another is given; an empty one is forgotten.
    The learned one is kept with the pairs, but never read to find them: the same corpus would give other pairs if it had
    grown in another order.

    Raises NoArchiveError if nothing was ingested.
    """
    clock, started = perf_counter(), datetime.now(UTC).isoformat(timespec="seconds")
    require_articles(db)
    # A chain of stages keeps the parameters with which each was last run.
    ran_before = [] if dedupe(db, last_dedupe_config(db), progress).up_to_date else ["dedupe"]
    known = given_words(db, config.languages)
    told = known if words is None else sorted(set(words))
    digest = _pairs_input(db)
    parameters = asdict(config) | {"words": _words_digest(told)}
    if told == known and is_current(db, "pairs", pairs.VERSION, parameters, digest) and _all_paired(db):
        return _pairs_report(db, config, ran_before, True, perf_counter() - clock)
    rows, articles = load_articles(db, representatives=True)
    progress("Pairing", 0, len(articles), "articles")
    pairing = pairs.pair_up(articles, config, pair_rulings(db), told)
    found = pairing.pairs
    progress("Pairing", len(articles), len(articles), "articles")
    with writing(db):
        if _pairs_input(db) != digest:
            # Another process has written meanwhile, and these rows are no longer those that were read.
            return find_pairs(db, config, progress, words)
        db.execute("DELETE FROM pairs")
        db.execute("DELETE FROM unpaired")
        db.execute("DELETE FROM candidates")
        db.conn.executemany(
            "INSERT INTO candidates (source, target, probability, clues, vetoes) VALUES (?, ?, ?, ?, ?)",
            (
                (rows[w.source], rows[w.target], w.probability, json.dumps(w.clues), json.dumps(w.vetoes))
                for w in pairing.weighed
            ),
        )
        db.conn.executemany(
            "INSERT INTO unpaired (article, nearest, score, why) VALUES (?, ?, ?, ?)",
            ((rows[n.article], None if n.other is None else rows[n.other], n.score, n.why) for n in pairing.unpaired),
        )
        _keep_lexicon(db, config, told, pairing.lexicon)
        for pair in found:
            row = {
                "source": rows[pair.source],
                "target": rows[pair.target],
                "score": pair.score,
                "evidence": json.dumps(named(pair.evidence, articles), ensure_ascii=False),
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
        counts = {table: db.table(table).count for table in _OF_PAIRS}
        record_run(db, "pairs", pairs.VERSION, parameters, digest, output, counts, started, report.seconds)
    return report


def given_words(db: Database, languages: tuple[str, str]) -> list[tuple[str, str]]:
    """The lexicon that a person gave for these two languages."""
    sql = (
        "SELECT source, target FROM lexicon WHERE origin = 'given' AND source_language = ? AND target_language = ?"
        " ORDER BY source, target"
    )
    return [(source, target) for source, target in db.execute(sql, list(languages)).fetchall()]


def hurt_lexicons(db: Database) -> Iterator[str]:
    """In words, the given lexicons that are not those with which pairs were last found for their languages."""
    told = {
        tuple(parameters["languages"]): parameters["words"]
        for (text,) in db.execute("SELECT parameters FROM runs WHERE stage = 'pairs' ORDER BY id")
        if (parameters := json.loads(text))
    }
    for languages, digest in told.items():
        if _words_digest(given_words(db, (languages[0], languages[1]))) != digest:
            yield f"The lexicon that was given for {' and '.join(languages)} is not what it was."


def _words_digest(words: Sequence[tuple[str, str]]) -> str:
    return _digest(map("\t".join, words), "") if words else ""


def last_pair_config(db: Database) -> PairConfig:
    """The parameters that pairs was last run with; the default ones if it never was."""
    run = last_run(db, "pairs")
    if run is None:
        return PairConfig()
    parameters = json.loads(run["parameters"])
    return PairConfig(**{name: value for name, value in parameters.items() if name != "words"})


def _keep_lexicon(
    db: Database,
    config: PairConfig,
    given: Sequence[tuple[str, str]],
    learned: Mapping[str, Sequence[tuple[str, float]]],
) -> None:
    """What was learned replaces what was learned before; what was given, what was given for these languages."""
    db.execute("DELETE FROM lexicon WHERE origin = 'learned'")
    languages = list(config.languages)
    db.execute("DELETE FROM lexicon WHERE source_language = ? AND target_language = ?", languages)
    rows = [("given", target, source, 1.0) for source, target in given]
    rows += [("learned", target, source, round(p, 4)) for target, said in learned.items() for source, p in said]
    db.conn.executemany(
        "INSERT INTO lexicon (origin, source_language, target_language, target, source, probability)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        ((origin, *languages, target, source, chance) for origin, target, source, chance in rows),
    )


def stale_stages(db: Database) -> list[str]:
    """Stages that ran once, but not on what is there now."""
    stale = []
    dedupe_run, pairs_run = last_run(db, "dedupe"), last_run(db, "pairs")
    # What a decision changed and its undoing changed back has the old digest, but the rows of its articles are gone.
    if dedupe_run and (dedupe_run["input"] != _dedupe_input(db) or not _all_clustered(db)):
        stale.append("dedupe")
    if pairs_run and (stale or pairs_run["input"] != _pairs_input(db) or not _all_paired(db)):
        stale.append("pairs")
    return stale


def _dedupe_input(db: Database) -> str:
    """Digests of all that dedupe depends on: the articles, and, after a space, what was decided about them."""
    return f"{articles_digest(db)} {copies_digest(db)}".rstrip()


def _pairs_input(db: Database) -> str:
    """The same for pairs: the clusters, and what was decided about translations."""
    run, told = last_run(db, "dedupe"), pairs_told(db)
    output = run["output"] if run else ""
    return _digest(told, output) if told else output


def _all_clustered(db: Database) -> bool:
    """Whether the clusters are those of the articles there are; a new split takes its articles' rows with it."""
    return not db.execute(
        "SELECT EXISTS (SELECT 1 FROM articles WHERE id NOT IN (SELECT article FROM clusters))"
    ).fetchone()[0]


def _all_paired(db: Database) -> bool:
    """Whether nothing of what was found went with an article that a split replaced, though the corpus is the same again."""
    run = last_run(db, "pairs")
    return run is not None and json.loads(run["counts"]) == {table: db.table(table).count for table in _OF_PAIRS}


def _clusters_told(db: Database) -> list[str]:
    """The clusters, as rows that are represented by others: put together by SQLite, which is quick where they are many."""
    sql = "SELECT article, representative FROM clusters WHERE article <> representative ORDER BY article"
    return [
        db.execute(f"SELECT coalesce(group_concat(article || ' ' || representative), '') FROM ({sql})").fetchone()[0]
    ]


def require_articles(db: Database) -> None:
    """Raises NoArchiveError if no dump was ingested."""
    if db.execute("SELECT 1 FROM dumps LIMIT 1").fetchone() is None:
        raise NoArchiveError(
            "The archive is empty: nothing has been ingested yet.", "Start with: blogarc ingest DUMP.txt"
        )


def last_dedupe_config(db: Database) -> DuplicateConfig:
    """The parameters that dedupe was last run with; the default ones if it never was."""
    run = last_run(db, "dedupe")
    if run is None:
        return DuplicateConfig()
    parameters = json.loads(run["parameters"])
    return DuplicateConfig(**{**parameters, "dumps": tuple(parameters.get("dumps", ()))})


def _digest(lines: Iterable[str], seed: str) -> str:
    return hashlib.sha256("\n".join([seed, *lines]).encode()).hexdigest()


def named(evidence: Any, articles: Sequence[Article]) -> dict[str, Any]:
    """The evidence of a pair with positions in a list turned into keys, which last."""

    def name(value: Any) -> Any:
        if isinstance(value, list):
            return [name(one) for one in value]
        if isinstance(value, dict) and isinstance(value.get("position"), int):
            return {"id": articles[value["position"]].key, **{k: v for k, v in value.items() if k != "position"}}
        return value

    return {key: name(value) for key, value in evidence.items()}


def _dedupe_report(db: Database, limit: int | None, up_to_date: bool, seconds: float) -> DedupeReport:
    (articles,) = db.execute("SELECT count(*) FROM articles").fetchone()
    (clusters,) = db.execute("SELECT count(*) FROM clusters WHERE article = representative").fetchone()
    kinds = Counter(dict(db.execute("SELECT kind, count(*) FROM duplicates GROUP BY kind").fetchall()))
    # Few are shown of very many: only those are looked up that may be among them.
    shown = -1 if limit is None else limit
    last = db.execute("SELECT similarity FROM duplicates ORDER BY 1 LIMIT 1 OFFSET ?", [max(shown - 1, 0)]).fetchone()
    rows = db.query(
        """
        SELECT a.key AS id, a.title, d.name AS source, a.line_start AS line, k.key AS kept, k.title AS kept_title,
            e.name AS kept_source, k.line_start AS kept_line, u.kind, u.similarity, u.scores
        FROM duplicates u JOIN articles a ON a.id = u.article JOIN dumps d ON d.id = a.dump
        JOIN articles k ON k.id = u.kept JOIN dumps e ON e.id = k.dump
        WHERE u.similarity <= ? ORDER BY u.similarity, d.name, d.sha256, a.paragraph_start LIMIT ?
        """,
        [last[0] if last and shown > 0 else 1.0, shown],
    )
    closest = [DuplicateRow(**{**row, "scores": json.loads(row["scores"])}) for row in rows]
    return DedupeReport(articles, clusters, dict(sorted(kinds.items())), closest, up_to_date, seconds)


def _pairs_report(
    db: Database, config: PairConfig, ran_before: list[str], up_to_date: bool, seconds: float
) -> PairsReport:
    rows = db.query(
        """
        SELECT s.key AS source, s.language AS source_language, s.title AS source_title, s.words AS source_words,
            t.key AS target, t.language AS target_language, t.title AS target_title, t.words AS target_words, p.score,
            p.evidence
        FROM pairs p JOIN articles s ON s.id = p.source JOIN articles t ON t.id = p.target ORDER BY p.score, s.key
        """
    )
    listed = [_pair_row(row) for row in rows]
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
    misses = db.query(
        """
        SELECT a.key AS id, a.language, a.title, n.key AS nearest, n.title AS nearest_title, u.score, u.why
        FROM unpaired u JOIN articles a ON a.id = u.article JOIN articles n ON n.id = u.nearest
        ORDER BY u.score DESC, a.key LIMIT ?
        """,
        [_MISSES],
    )
    lexicon = dict(db.execute("SELECT origin, count(*) FROM lexicon GROUP BY 1 ORDER BY 1").fetchall())
    unknown = sorted(set(config.languages) - KNOWN_LANGUAGES)
    return PairsReport(
        listed, wanted, unpaired, [MissRow(**row) for row in misses], lexicon, unknown, ran_before, up_to_date, seconds
    )


_MISSES = 5  # of the posts without a partner, those that came nearest to one


def _pair_row(row: dict[str, Any]) -> PairRow:
    evidence = json.loads(row["evidence"])
    return PairRow(
        **{**row, "evidence": evidence},
        aligned=evidence.get("aligned", {}),
        note="; ".join(_notes(evidence)),
        close=row["score"] < _CLOSE or _is_close(row, evidence),
    )


_CLOSE = 0.8  # below this score one in four pairs is wrong (docs/pairs.md)
_CLOSE_RUNNER_UP = 0.3  # of a runner-up that comes nearer than this to the pair, people should see both


def _is_close(row: dict[str, Any], evidence: dict[str, Any]) -> bool:
    runner_up = evidence.get("runner-up")
    return runner_up is not None and bool(row["score"] - runner_up["score"] < _CLOSE_RUNNER_UP)


def _notes(evidence: dict[str, Any]) -> list[str]:
    notes = [evidence["partial"]] if evidence.get("partial") else []
    versions = evidence.get("other versions", [])
    if versions:
        notes.append("other versions: " + ", ".join(version["id"][:8] for version in versions))
    if evidence.get("decided"):
        notes.append(f"decided {evidence['decided']}")
    return notes
