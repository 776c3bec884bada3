"""A person's word: taken down, acted on at once where lines are concerned, and taken back.

A decision on a line splits the dumps again in which that line stands, and no others. One on articles leaves duplicates and
pairs out of date, as a new dump does: a person who goes through a list decides many times, and the stages run once.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from sqlite_utils import Database

from blogarc.archive import decisions
from blogarc.archive.connection import writing
from blogarc.archive.corpus import find_article, find_place
from blogarc.archive.dumps import load_dump
from blogarc.archive.matching import require_articles, stale_stages
from blogarc.archive.reports import Decided, Progress
from blogarc.archive.splitting import segment_pending
from blogarc.errors import UsageError, meant
from blogarc.model import ArticleRuling, LineRuling, Ruling, Verdict
from blogarc.text import excerpt

_SHOWN, _SHOWN_OF_TWO = 60, 40


def decide(db: Database, verdict: Verdict, references: Sequence[str], progress: Progress) -> Decided:
    """Take a decision down and act on it.

    Raises UsageError if the references are not what the verdict speaks of, or it contradicts others in sum.
    """
    clock = perf_counter()
    require_articles(db)
    wanted = 2 if verdict.is_of_articles else 1
    if len(references) != wanted:
        needs = "two articles" if wanted == 2 else "one line, as DUMP:LINE"
        raise UsageError(f"{verdict} speaks of {needs}; {len(references)} given.", _example(verdict))
    with writing(db):
        find = _articles if verdict.is_of_articles else _paragraph
        ruling, place, shown = find(db, verdict, references)
        known = decisions.find_decision(db, ruling)
        if known is not None:
            return Decided(decisions.describe(db, known), True, (), (), (), perf_counter() - clock)
        contradicted = decisions.contradicted_by(db, ruling)
        number = decisions.add(db, ruling, place, shown, contradicted)
        # What a decision on a line replaces is of the same line.
        changed = _act(db, [ruling], progress)
        decision, stale = decisions.describe(db, number), stale_stages(db)
    return Decided(decision, False, contradicted, changed, stale, perf_counter() - clock)


def verdict_of(word: str) -> Verdict:
    """The verdict with this name. Raises UsageError if there is none."""
    if word in list(Verdict):
        return Verdict(word)
    raise UsageError(f"{word!r} is no verdict.", meant(word, Verdict))


def undo(db: Database, number: int, progress: Progress) -> Decided:
    """Take a decision back. Raises UsageError if there is no such decision, or it does not hold."""
    clock = perf_counter()
    with writing(db):
        concerned, again = decisions.undo(db, number)
        changed = _act(db, concerned, progress)
        decision, stale = decisions.describe(db, number), stale_stages(db)
    return Decided(decision, False, again, changed, stale, perf_counter() - clock)


def _act(db: Database, concerned: Sequence[Ruling], progress: Progress) -> list[str]:
    """Split the dumps again that rulings on lines concern; the names of those that came out otherwise."""
    dumps = {
        dump for ruling in concerned if isinstance(ruling, LineRuling) for dump in decisions.dumps_with(db, ruling)
    }
    return [name for _, name in segment_pending(db, progress, only=dumps)] if dumps else []


def _articles(db: Database, verdict: Verdict, references: Sequence[str]) -> tuple[Ruling, str, str]:
    rows = [find_article(db, reference) for reference in references]
    told = [
        next(
            db.query(
                "SELECT a.key, a.title, d.name, a.line_start, c.representative FROM articles a"
                " JOIN dumps d ON d.id = a.dump LEFT JOIN clusters c ON c.article = a.id WHERE a.id = ?",
                [row],
            )
        )
        for row in rows
    ]
    one, other = told
    if one["key"] == other["key"]:
        raise UsageError(
            f"{references[0]} and {references[1]} have the same words: they are one article, {one['key']}."
        )
    if (
        verdict is Verdict.PAIR
        and one["representative"] is not None
        and one["representative"] == other["representative"]
    ):
        raise UsageError(
            f"{references[0]} and {references[1]} are copies of one article, and no translations.",
            f"If they are not: blogarc decide different {references[0]} {references[1]}, then blogarc dedupe.",
        )
    places = [f"{article['name']}:{article['line_start']}" for article in (one, other)]
    titles = [excerpt(str(article["title"]), _SHOWN_OF_TWO) for article in (one, other)]
    return ArticleRuling(verdict, str(one["key"]), str(other["key"])), " ".join(places), " | ".join(titles)


def _paragraph(db: Database, verdict: Verdict, references: Sequence[str]) -> tuple[Ruling, str, str]:
    (reference,) = references
    found = find_place(db, reference)
    if found is None:
        raise UsageError(f"{verdict} speaks of a line, and {reference!r} names none.", _example(verdict))
    dump, line = found
    row = db.execute(
        "SELECT ordinal FROM paragraphs WHERE dump = ? AND line_start <= ? AND line_end > ?", [dump, line, line]
    ).fetchone()
    if row is None:
        (after,) = db.execute(
            "SELECT min(line_start) FROM paragraphs WHERE dump = ? AND line_start > ?", [dump, line]
        ).fetchone()
        name = reference.rpartition(":")[0]
        raise UsageError(
            f"{reference} is blank.",
            f"The next line with text is {name}:{after}" if after else "Name a line with text.",
        )
    ordinal = int(row[0])
    if verdict is Verdict.NO_CUT and ordinal == 0:
        raise UsageError(f"{reference} is the first line of its dump: there is nothing before it to go on with.")
    paragraph = load_dump(db, dump).paragraphs[ordinal]
    ruling = decisions.ruling_at(db, verdict, dump, ordinal)
    return ruling, f"{reference.rpartition(':')[0]}:{paragraph.lines.start}", excerpt(paragraph.text, _SHOWN)


def _example(verdict: Verdict) -> str:
    return f"Like this: blogarc decide {verdict} " + ("3f2a90 77b1c4" if verdict.is_of_articles else "dump.txt:120")
