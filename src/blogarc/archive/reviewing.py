"""The closest calls: what a person should look at, the closest first, and both sides of each.

A call is a question that can be answered with yes or no, and each answer is a decision as `decide` takes it down. What a
person has decided is asked no more, wherever the same words stand. Nothing here writes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import islice

from sqlite_utils import Database

from blogarc import duplicates, provenance
from blogarc.archive import decisions
from blogarc.archive.corpus import find_article, find_place, record
from blogarc.archive.dumps import load_dump, load_profile
from blogarc.archive.matching import ARTICLE_COLUMNS, article_of, last_dedupe_config, last_pair_config, require_articles
from blogarc.archive.related import blocks_around
from blogarc.archive.reports import Call, Progress, Record
from blogarc.errors import UsageError, meant
from blogarc.model import ArticleRuling, Dump, Verdict
from blogarc.rulings import subject

KINDS = ("splits", "duplicates", "pairs")
# A person sees so many paragraphs on either side of a split.
_AROUND = 3
# What came nearest to a post without a partner is a call if it is at least so probable.
_NEAR_MISS = 0.05


def closest(db: Database, kinds: Collection[str], limit: int, progress: Progress) -> list[Call]:
    """The closest calls that nobody has decided, `limit` of each of these kinds, in the order in which the stages run: a
    split that is set right sets its copies right.

    Raises UsageError for another kind, NoArchiveError if nothing was ingested.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"There is nothing to review that is called {kind!r}.", meant(kind, KINDS))
    require_articles(db)
    found = {"splits": _splits, "duplicates": _duplicates, "pairs": _pairs}
    return [call for kind in KINDS if kind in kinds for call in islice(found[kind](db, limit, progress), limit)]


def look(db: Database, call: Call) -> Record | None:
    """Both sides of a call; None if there is nothing to decide any more, because it was, or what it speaks of is gone."""
    try:
        return _around(db, call) if call.second is None else _both(db, call, call.second)
    except UsageError:
        return None


def _splits(db: Database, limit: int, progress: Progress) -> Iterator[Call]:
    """Over all dumps: each group that shares text is weighed anew, which takes as long as to split it."""
    rulings = decisions.line_rulings(db)
    pending = [row[0] for row in db.execute("SELECT id FROM dumps WHERE reader IS NULL ORDER BY name, sha256")]
    done: set[int] = set()
    asked: set[object] = set()
    calls: list[tuple[float, Call]] = []
    for dump in pending:
        if dump in done:
            continue
        progress("Looking for close calls", len(done), len(pending), "dumps")
        for group in blocks_around(db, dump):
            done.update(group)
            dumps = [load_dump(db, member) for member in group]
            found = 0
            for doubt in provenance.doubts(dumps, rulings, [load_profile(db, member) for member in group]):
                member = group[doubt.index]
                # The same place in a copy is the same question.
                place = subject(decisions.ruling_at(db, Verdict.CUT, member, doubt.ordinal))
                if place in asked:
                    continue
                asked.add(place)
                reference = _reference(db, member, dumps[doubt.index], doubt.ordinal)
                taken = _starts_article(db, member, doubt.ordinal)
                evidence = {"for a cut": doubt.cut, "for furniture": doubt.furniture}
                calls.append(
                    (abs(doubt.margin), Call("split", reference, None, taken, round(doubt.margin, 2), evidence))
                )
                found += 1
                if found == limit:
                    break
    progress("Looking for close calls", len(pending), len(pending), "dumps")
    yield from (call for _, call in sorted(calls, key=lambda told: (told[0], told[1].first)))


def _duplicates(db: Database, limit: int, progress: Progress) -> Iterator[Call]:
    decided = _decided(db, Verdict.SAME, Verdict.DIFFERENT)
    rows = db.query(
        """
        SELECT a.key AS first, k.key AS second, min(u.similarity) AS similarity, u.kind, u.scores FROM duplicates u
        JOIN articles a ON a.id = u.article JOIN articles k ON k.id = u.kept
        WHERE u.kind IN ('near', 'excerpt') GROUP BY a.key, k.key ORDER BY 3, 1, 2
        """
    )
    for row in rows:
        if frozenset((row["first"], row["second"])) not in decided:
            evidence = {"kind": row["kind"], "scores": json.loads(row["scores"])}
            yield Call("duplicate", row["first"], row["second"], True, row["similarity"], evidence)


def _pairs(db: Database, limit: int, progress: Progress) -> Iterator[Call]:
    """Pairs and near misses, by how far their probability is from that which decides."""
    asked = _decided(db, Verdict.PAIR, Verdict.NOT_PAIR, Verdict.SAME)
    threshold = last_pair_config(db).threshold
    rows = db.query(
        """
        SELECT s.key AS first, t.key AS second, p.score, p.evidence, 1 AS taken FROM pairs p
        JOIN articles s ON s.id = p.source JOIN articles t ON t.id = p.target
        UNION ALL
        SELECT a.key, n.key, u.score, json_object('why', u.why), 0 FROM unpaired u
        JOIN articles a ON a.id = u.article JOIN articles n ON n.id = u.nearest WHERE u.score >= ?
        ORDER BY 5 DESC, 1, 2
        """,
        [_NEAR_MISS],
    )
    for row in sorted(rows, key=lambda row: abs(row["score"] - threshold)):
        two = frozenset((row["first"], row["second"]))
        if two not in asked:
            asked.add(two)
            evidence = json.loads(row["evidence"])
            yield Call("pair", row["first"], row["second"], bool(row["taken"]), row["score"], evidence)


def _decided(db: Database, *verdicts: Verdict) -> set[frozenset[str]]:
    """The two articles of each decision with one of these verdicts."""
    return {
        frozenset((ruling.first, ruling.second))
        for ruling in decisions.rulings(db)
        if isinstance(ruling, ArticleRuling) and ruling.verdict in verdicts
    }


def _around(db: Database, call: Call) -> Record | None:
    """The paragraphs on either side of a split, with the lines on which they stand."""
    place = find_place(db, call.first)
    assert place is not None
    dump, line = place
    row = db.execute("SELECT ordinal FROM paragraphs WHERE dump = ? AND line_start = ?", [dump, line]).fetchone()
    if row is None or decisions.about_paragraph(db, dump, row[0]):
        return None
    (ordinal,) = row
    paragraphs = load_dump(db, dump).paragraphs
    roles = dict(db.execute("SELECT ordinal, role FROM paragraphs WHERE dump = ?", [dump]).fetchall())

    def told(first: int, end: int) -> list[Record]:
        return [
            {"line": p.lines.start, "role": roles[p.ordinal], "text": p.text} for p in paragraphs[max(0, first) : end]
        ]

    return {"before": told(ordinal - _AROUND, ordinal), "after": told(ordinal, ordinal + _AROUND)}


def _both(db: Database, call: Call, second: str) -> Record | None:
    """Two articles, and for copies their words side by side."""
    verdicts = {call.yes, call.no}
    told = decisions.about_articles(db, call.first, second)
    if any(decision["verdict"] in verdicts for decision in told):
        return None
    rows = [find_article(db, key) for key in (call.first, second)]
    names = ("id", "title", "title_source", "language", "words", "published", "source", "start_line", "text")
    sides = [{name: record(db, row)[name] for name in names} for row in rows]
    answer: Record = {"first": sides[0], "second": sides[1]}
    if call.kind == "duplicate":
        sql = f"SELECT {ARTICLE_COLUMNS} FROM articles a JOIN dumps d ON d.id = a.dump WHERE a.id = ?"
        articles = [article_of(next(db.query(sql, [row]))) for row in rows]
        answer |= duplicates.explain(articles[0], articles[1], last_dedupe_config(db))
    return answer


def _reference(db: Database, dump: int, read: Dump, ordinal: int) -> str:
    """DUMP:LINE, with the sha256 where another dump has the same name."""
    (others,) = db.execute("SELECT count(*) FROM dumps WHERE name = ? AND id <> ?", [read.name, dump]).fetchone()
    return f"{read.sha256[:12] if others else read.name}:{read.paragraphs[ordinal].lines.start}"


def _starts_article(db: Database, dump: int, ordinal: int) -> bool:
    sql = "SELECT EXISTS (SELECT 1 FROM articles WHERE dump = ? AND paragraph_start = ?)"
    return bool(db.execute(sql, [dump, ordinal]).fetchone()[0])
