"""The translation pairs of an archive as passages: aligned paragraphs, or the aligned sentences in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Unpack

from sqlite_utils import Database

from blogarc import lexicon
from blogarc.alignment import paragraphs
from blogarc.archive.matching import given_words
from blogarc.archive.runs import last_run
from blogarc.archive.selection import Filters, select
from blogarc.export.passages import Passage
from blogarc.lexicon import Translations
from blogarc.model import Bead, Span
from blogarc.pairs import PairConfig
from blogarc.sentences import align_sentences

# Pairs in the order of the corpus, whatever the order of ingestion.
_PAIRS = """
    SELECT p.id AS row, p.score, s.key AS source, s.text AS source_text, d.name || ':' || s.line_start AS source_place,
        t.key AS target, t.text AS target_text, e.name || ':' || t.line_start AS target_place
    FROM pairs p JOIN articles s ON s.id = p.source JOIN dumps d ON d.id = s.dump
    JOIN articles t ON t.id = p.target JOIN dumps e ON e.id = t.dump {where}
    ORDER BY d.name, d.sha256, s.paragraph_start, e.name, e.sha256, t.paragraph_start
"""


def languages(db: Database) -> tuple[str, str]:
    """The two languages that pairs were last looked for in."""
    run = last_run(db, "pairs")
    told = json.loads(run["parameters"]).get("languages") if run else None
    first, second = told or PairConfig().languages
    return first, second


def passages(db: Database, level: str, min_score: float, **filters: Unpack[Filters]) -> Iterator[Passage]:
    """All passages with a text on both sides that score at least `min_score`; `level` is "paragraph" or "sentence".

    Of a pair one of the two articles must be what the filters say.
    """
    chosen = select(db, filters, every=False)
    meant = f"(SELECT a.id FROM articles a WHERE {chosen.sql('a.id')})"
    where = f"WHERE p.source IN {meant} OR p.target IN {meant}" if chosen.conditions else ""
    codes = languages(db)
    known = lexicon.join(given_words(db, codes), learned_words(db, codes)) if level == "sentence" else None
    for pair in db.query(_PAIRS.format(where=where), chosen.parameters):
        beads = beads_of(db, pair["row"])
        source, target = paragraphs(pair["source_text"]), paragraphs(pair["target_text"])
        if level == "sentence":
            found = align_sentences(source, target, beads, codes, known)
        else:
            found = ((_joined(source, b.source), _joined(target, b.target), b.score) for b in beads)
        for number, (ours, theirs, score) in enumerate(found):
            if ours and theirs and score >= min_score:
                yield Passage(
                    f"{pair['source']}-{pair['target']}-{number}",
                    codes,
                    ours,
                    theirs,
                    score,
                    pair["score"],
                    (pair["source"], pair["target"]),
                    (pair["source_place"], pair["target_place"]),
                )


def beads_of(db: Database, pair: int) -> list[Bead]:
    """The beads of a pair, by its row."""
    rows = db.execute(
        "SELECT source_start, source_end, target_start, target_end, score FROM beads WHERE pair = ? ORDER BY ordinal",
        [pair],
    )
    return [Bead(Span(a, b), Span(c, d), score) for a, b, c, d, score in rows.fetchall()]


def aligned(db: Database, first: str, second: str) -> list[dict[str, Any]] | None:
    """The beads of two paired articles (keys) with their paragraphs, the first article's as `first`; None if no pair."""
    for swapped, (source, target) in enumerate(((first, second), (second, first))):
        row = next(
            db.query(
                "SELECT p.id, s.text AS source, t.text AS target FROM pairs p JOIN articles s ON s.id = p.source"
                " JOIN articles t ON t.id = p.target WHERE s.key = ? AND t.key = ?",
                [source, target],
            ),
            None,
        )
        if row:
            texts = paragraphs(row["source"]), paragraphs(row["target"])
            sides = ("second", "first") if swapped else ("first", "second")
            return [
                {
                    sides[0]: texts[0][bead.source.start : bead.source.end],
                    sides[1]: texts[1][bead.target.start : bead.target.end],
                    "score": bead.score,
                }
                for bead in beads_of(db, row["id"])
            ]
    return None


def _joined(blocks: list[str], span: Span) -> str:
    return "\n".join(blocks[span.start : span.end])


def learned_words(db: Database, languages: tuple[str, str]) -> Translations:
    """What this archive has learned about the words of both languages."""
    rows = db.execute(
        "SELECT target, source, probability FROM lexicon"
        " WHERE origin = 'learned' AND source_language = ? AND target_language = ? ORDER BY target, probability DESC, source",
        list(languages),
    ).fetchall()
    learned: dict[str, list[tuple[str, float]]] = {}
    for target, source, probability in rows:
        learned.setdefault(target, []).append((source, probability))
    return learned
