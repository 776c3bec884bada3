"""Why: the evidence behind a split, a cluster, a pair, or a line that was set aside."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from blogarc import alignment, duplicates, pairs, provenance
from blogarc.archive import bitext, decisions
from blogarc.archive.corpus import find_article, find_place, record
from blogarc.archive.dumps import load_dump, load_profile
from blogarc.archive.matching import (
    ARTICLE_COLUMNS,
    CORPUS_ORDER,
    article_of,
    given_words,
    last_dedupe_config,
    last_pair_config,
    load_articles,
)
from blogarc.archive.related import split_with
from blogarc.archive.reports import Record
from blogarc.model import UNDETERMINED, Article

# Articles of each language that two are weighed among, if they did not come near each other: enough to tell rare from common.
_AMONG = 250
# So many copies of a cluster are compared with their representative.
_MOST_COMPARED = 50


def explain_article(db: Database, reference: str) -> Record:
    """Why an article starts where it does, what language it is taken for, its cluster and its translations."""
    row = find_article(db, reference)
    told = record(db, row)
    (evidence, toggle) = db.execute("SELECT evidence, toggle FROM articles WHERE id = ?", [row]).fetchone()
    members = db.query(
        """
        SELECT a.key AS id, d.name AS source, a.line_start AS start_line, coalesce(u.kind, 'representative') AS kind,
            u.similarity, u.scores, a.words, a.published, a.id AS row
        FROM clusters own JOIN clusters c ON c.representative = own.representative
        JOIN articles a ON a.id = c.article JOIN dumps d ON d.id = a.dump LEFT JOIN duplicates u ON u.article = a.id
        WHERE own.article = ? ORDER BY a.id <> c.representative, d.name, d.sha256, a.paragraph_start
        """,
        [row],
    )
    cluster = _with_what_is_lacking(db, [{**m, "scores": json.loads(m["scores"] or "{}")} for m in members])
    lines = db.query("SELECT line_start AS line, role FROM paragraphs WHERE article = ? ORDER BY ordinal", [row])
    found = db.query(
        """
        SELECT s.key AS source, t.key AS target, p.score, p.evidence FROM pairs p JOIN articles s ON s.id = p.source
        JOIN articles t ON t.id = p.target JOIN clusters c ON c.article = ? AND c.representative IN (p.source, p.target)
        """,
        [row],
    )
    missed = next(
        db.query(
            """
            SELECT n.key AS id, n.title, u.score, u.why FROM unpaired u JOIN clusters c ON c.representative = u.article
            LEFT JOIN articles n ON n.id = u.nearest WHERE c.article = ?
            """,
            [row],
        ),
        None,
    )
    return {
        "id": told["id"],
        "title": told["title"],
        "source": told["source"],
        "start_line": told["start_line"],
        "end_line": told["end_line"],
        "split": json.loads(evidence),
        "roles": [dict(line) for line in lines if line["role"] != "body"],
        "toggle": toggle,
        "language": told["language"],
        "language_confidence": told["language_confidence"],
        "cluster": cluster,
        "because": _because(db, cluster),
        "pairs": [{**p, "evidence": json.loads(p["evidence"])} for p in found],
        "nearest": dict(missed) if missed else None,
        "decisions": decisions.about_articles(db, told["id"]),
    }


def _with_what_is_lacking(db: Database, cluster: list[Record]) -> list[Record]:
    """The members of a cluster, each with the passages that the representative lacks; of those with the same words none is
    asked, and of very many only the first."""
    if len(cluster) > 1:
        represented = _article(db, cluster[0]["row"])
    for n, member in enumerate(cluster):
        row = member.pop("row")
        asked = 0 < n <= _MOST_COMPARED and member["kind"] != "exact"
        member["lacking"] = duplicates.lacking(represented.text, _article(db, row).text) if asked else []
    return cluster


def _because(db: Database, cluster: list[Record]) -> str:
    """Why the first of the cluster represents the others."""
    if len(cluster) < 2:
        return ""
    chosen = cluster[0]
    copies = sum(member["id"] == chosen["id"] for member in cluster)
    keep = last_dedupe_config(db).keep
    why = {
        "longest": "it has the most words of those that resemble all others",
        "first": "it comes first of those that resemble all others",
        "newest": f"it is the latest of those that resemble all others ({chosen['published'] or 'without a date'})",
        "dumps": f"its dump, {chosen['source']}, was preferred",
        "complete": "most others resemble it, and of such texts it is the most complete",
    }
    others = [member["words"] for member in cluster[1:]]
    told, words, of, least, most = why[keep], chosen["words"], len(cluster), min(others), max(others)
    because = f"{told}: {words} words, {copies} of {of} copies; the others have {least} to {most} words"
    return because  # noqa: RET504  # by this name `make words` finds it


def explain_two(db: Database, first: str, second: str) -> Record:
    """Whether two articles are duplicates, or a translation of each other, and what speaks for and against it."""
    rows = [find_article(db, first), find_article(db, second)]
    told = [_article(db, row) for row in rows]
    answer: Record = {"first": _name(told[0]), "second": _name(told[1])}
    languages = {article.language for article in told}
    decided = decisions.about_articles(db, *(article.key for article in told))
    if (len(languages) == 2 and UNDETERMINED not in languages) or any("pair" in d["verdict"] for d in decided):
        answer["pair"] = _recall_pair(db, rows, told) or _weigh_pair(db, rows, told)
        answer["pair"]["aligned"] = bitext.aligned(db, told[0].key, told[1].key) or _align(*told)
    else:
        rulings = decisions.rulings(db)
        answer["duplicate"] = _plain(duplicates.explain(told[0], told[1], last_dedupe_config(db), rulings))
    answer["decisions"] = decided
    return answer


def _recall_pair(db: Database, rows: list[int], told: list[Article]) -> Record | None:
    """What was weighed when `pairs` last ran; None if these two did not come near each other."""
    weighed = next(
        db.query(
            "SELECT * FROM candidates WHERE (source = ? AND target = ?) OR (target = ? AND source = ?)", [*rows, *rows]
        ),
        None,
    )
    if weighed is None:
        return None
    ends = weighed["source"], weighed["target"]
    paired = db.execute("SELECT 1 FROM pairs WHERE source = ? AND target = ?", ends).fetchone()
    clues, vetoes = json.loads(weighed["clues"]), json.loads(weighed["vetoes"])
    nearest = _nearest_otherwise(db, "source", *ends), _nearest_otherwise(db, "target", *ends[::-1])
    return pairs.retell(
        told[0],
        told[1],
        pairs.Weighed(*ends, weighed["probability"], clues, vetoes),
        paired is not None,
        nearest,
        last_pair_config(db),
        decisions.rulings(db),
    )


def _nearest_otherwise(db: Database, end: str, row: int, other: int) -> Record | None:
    """What an article, as `end` of a pair, is most probably a translation of, other than this one."""
    beyond = "target" if end == "source" else "source"
    found = next(
        db.query(
            f"""
            SELECT a.key AS id, a.title, c.probability, c.vetoes FROM candidates c JOIN articles a ON a.id = c.{beyond}
            WHERE c.{end} = ? AND c.{beyond} <> ? ORDER BY c.probability DESC, a.key LIMIT 1
            """,
            [row, other],
        ),
        None,
    )
    return {**found, "vetoes": json.loads(found["vetoes"])} if found else None


def _weigh_pair(db: Database, rows: list[int], told: list[Article]) -> Record:
    """Weigh two articles that were not, among the others; in a large archive among some of them, by the lexicon of all."""
    sql = (
        "SELECT a.id, a.language FROM articles a JOIN dumps d ON d.id = a.dump"
        f" JOIN clusters c ON c.article = a.id AND c.representative = a.id ORDER BY {CORPUS_ORDER}"
    )
    config = last_pair_config(db)
    listed = [(row, code) for row, code in db.execute(sql).fetchall() if code in config.languages]
    chosen = _chosen(db, listed, rows)
    _, articles = load_articles(db, only={*chosen, *rows})
    learned = bitext.learned_words(db, config.languages) if len(chosen) < len(listed) else None
    answer: Record = pairs.explain(
        told[0], told[1], articles, config, decisions.rulings(db), given_words(db, config.languages), learned
    )
    return answer | {"among": {"articles": len(articles), "of": max(len(listed), len(articles))}}


def _chosen(db: Database, listed: list[tuple[int, str]], rows: list[int]) -> list[int]:
    """Of all representatives those that two articles are weighed among: all if they are few; otherwise what came near either of
    both, what stands beside them, and so many of each language, evenly spread."""
    if len(listed) <= 2 * _AMONG:
        return [row for row, _ in listed]
    places = {row: n for n, (row, _) in enumerate(listed)}
    beside = {n + step for row in rows if (n := places.get(row)) is not None for step in (-1, 0, 1)}
    chosen = {listed[n][0] for n in beside if 0 <= n < len(listed)}
    for row in rows:
        near = "SELECT target FROM candidates WHERE source = ? UNION SELECT source FROM candidates WHERE target = ?"
        chosen |= {other for (other,) in db.execute(near, [row, row]).fetchall()}
    for code in {code for _, code in listed}:
        own = [row for row, said in listed if said == code]
        chosen |= set(own[:: max(1, len(own) // _AMONG)])
    return sorted(chosen, key=places.__getitem__)


def explain_line(db: Database, reference: str) -> Record | None:
    """What one line of a dump is, and the weighted evidence there; None if the reference is no DUMP:LINE."""
    place = find_place(db, reference)
    if place is None:
        return None
    dump, line = place
    row = next(
        db.query(
            "SELECT p.*, a.key, a.title, a.paragraph_start FROM paragraphs p LEFT JOIN articles a ON a.id = p.article"
            " WHERE p.dump = ? AND p.line_start <= ? AND p.line_end > ?",
            [dump, line, line],
        ),
        None,
    )
    if row is None:
        entry = db.execute(
            "SELECT a.key, a.title FROM articles a JOIN dumps d ON d.id = a.dump AND d.reader IS NOT NULL"
            " WHERE a.dump = ? AND a.line_start <= ? AND a.line_end > ?",
            [dump, line, line],
        ).fetchone()
        if entry is not None:
            return {"place": reference, "role": "ready", "article": entry[0], "title": entry[1]}
        return {"place": reference, "role": "blank"}
    group = split_with(db, dump)
    dumps = [load_dump(db, member) for member in group]
    profiles = [load_profile(db, member) for member in group]
    rulings = decisions.line_rulings(db)
    evidence = provenance.explain(dumps, group.index(dump), row["ordinal"], rulings, profiles)
    return {
        "place": reference,
        "text": dumps[group.index(dump)].paragraphs[row["ordinal"]].text,
        "role": row["role"],
        "article": row["key"],
        "title": row["title"],
        "starts_article": row["ordinal"] == row["paragraph_start"],
        "for_a_cut": evidence["cut"],
        "for_furniture": evidence["furniture"],
        "weighed_with": len(group),
        "decisions": decisions.about_paragraph(db, dump, row["ordinal"]),
    }


def _article(db: Database, row: int) -> Article:
    sql = f"SELECT {ARTICLE_COLUMNS} FROM articles a JOIN dumps d ON d.id = a.dump WHERE a.id = ?"
    return article_of(next(db.query(sql, [row])))


def _align(first: Any, second: Any) -> list[Record]:
    """The paragraphs of two articles that are no pair, side by side all the same."""
    sides = alignment.paragraphs(first.text), alignment.paragraphs(second.text)
    return [
        {
            "first": sides[0][bead.source.start : bead.source.end],
            "second": sides[1][bead.target.start : bead.target.end],
            "score": bead.score,
        }
        for bead in alignment.align_blocks(*sides)
    ]


def _name(article: Any) -> Record:
    return {
        "id": article.key,
        "title": article.title,
        "language": article.language,
        "words": article.words,
        "source": article.dump,
        "start_line": article.lines.start,
    }


def _plain(value: Any) -> Any:
    """A dataclass as a dictionary; anything else as it is."""
    from dataclasses import asdict, is_dataclass

    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
