"""The table of decisions: what a person ruled, which of it holds, and what the stages are told of it.

A decision speaks of contents: of articles by their keys, of a paragraph by its fingerprint and those of its neighbours. It
is never deleted: it is undone, or a later one that contradicts it takes its place and gives it back when undone itself.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from blogarc.archive.connection import word_of
from blogarc.archive.seals import seal
from blogarc.errors import UsageError
from blogarc.model import ArticleRuling, LineRuling, Ruling, Verdict
from blogarc.rulings import Verdicts, contradict, find_conflict, subject, weigh

_HOLDS = "undone IS NULL AND replaced IS NULL"
# Where a paragraph of one dump stands as a ruling says.
_SAME_PLACE = """
    FROM paragraphs p LEFT JOIN paragraphs b ON b.dump = p.dump AND b.ordinal = p.ordinal - 1
    LEFT JOIN paragraphs n ON n.dump = p.dump AND n.ordinal = p.ordinal + 1
    WHERE p.fingerprint = :paragraph AND b.fingerprint IS :before AND n.fingerprint IS :after
"""


def rulings(db: Database) -> list[Ruling]:
    """The decisions that hold, in the order in which they were made."""
    return [ruling for _, ruling in _held(db)]


def line_rulings(db: Database) -> list[LineRuling]:
    """Those of paragraphs: what segmentation is told."""
    return [ruling for ruling in rulings(db) if isinstance(ruling, LineRuling)]


def copies_told(db: Database) -> Verdicts:
    """What decisions on copies come to among the articles that are there."""
    held = [ruling for ruling in rulings(db) if isinstance(ruling, ArticleRuling)]
    named = sorted({key for ruling in held for key in (ruling.first, ruling.second)})
    sql = "SELECT DISTINCT key FROM articles WHERE key IN (SELECT value FROM json_each(?))"
    return weigh(held, {row[0] for row in db.execute(sql, [json.dumps(named)])} if held else set())


def copies_digest(db: Database) -> str:
    """A digest of that, empty if it is nothing: a decision that sleeps makes nothing stale."""
    told = copies_told(db).told
    return hashlib.sha256("\n".join(told).encode()).hexdigest() if told else ""


def pair_rulings(db: Database) -> list[ArticleRuling]:
    """Decisions on translations between articles that are there, those of copies told of their representatives."""
    told = []
    for ruling in rulings(db):
        if isinstance(ruling, ArticleRuling) and ruling.verdict in (Verdict.PAIR, Verdict.NOT_PAIR):
            keys = [_represented(db, key) for key in (ruling.first, ruling.second)]
            if keys[0] is not None and keys[1] is not None and keys[0] != keys[1]:
                told.append(ArticleRuling(ruling.verdict, *sorted((keys[0], keys[1]))))
    return told


def pairs_told(db: Database) -> list[str]:
    """The same in lines for a digest. Their order counts only where one article has two partners."""
    told = [f"{ruling.verdict} {ruling.first} {ruling.second}" for ruling in pair_rulings(db)]
    partners = [key for line in told if line.startswith(Verdict.PAIR) for key in line.split()[1:]]
    return told if len(partners) != len(set(partners)) else sorted(set(told))


def _represented(db: Database, key: str) -> str | None:
    row = db.execute(
        "SELECT coalesce(r.key, a.key) FROM articles a LEFT JOIN clusters c ON c.article = a.id"
        " LEFT JOIN articles r ON r.id = c.representative WHERE a.key = ? LIMIT 1",
        [key],
    ).fetchone()
    return None if row is None else str(row[0])


def dumps_with(db: Database, ruling: LineRuling) -> list[int]:
    """The dumps in which a paragraph stands between these neighbours."""
    rows = db.execute(f"SELECT DISTINCT p.dump {_SAME_PLACE} ORDER BY p.dump", _content(ruling))
    return [row[0] for row in rows]


def ruling_at(db: Database, verdict: Verdict, dump: int, ordinal: int) -> LineRuling:
    """The ruling with this verdict on a paragraph."""
    prints = dict(
        db.execute(
            "SELECT ordinal, fingerprint FROM paragraphs WHERE dump = ? AND ordinal BETWEEN ? AND ?",
            [dump, ordinal - 1, ordinal + 1],
        ).fetchall()
    )
    return LineRuling(verdict, prints.get(ordinal - 1), prints[ordinal], prints.get(ordinal + 1))


def about_paragraph(db: Database, dump: int, ordinal: int) -> list[dict[str, Any]]:
    """The decisions that hold on a paragraph."""
    place = subject(ruling_at(db, Verdict.CUT, dump, ordinal))
    return [describe(db, number) for number, ruling in _held(db) if subject(ruling) == place]


def about_articles(db: Database, *keys: str) -> list[dict[str, Any]]:
    """The decisions that hold on all of these articles."""
    return [
        describe(db, number)
        for number, ruling in _held(db)
        if isinstance(ruling, ArticleRuling) and set(keys) <= {ruling.first, ruling.second}
    ]


def find_decision(db: Database, ruling: Ruling) -> int | None:
    """The number of the decision that says just this, whichever article is named first, if it holds."""
    told = ruling.verdict, subject(ruling)
    return next((number for number, held in _held(db) if (held.verdict, subject(held)) == told), None)


def add(db: Database, ruling: Ruling, place: str, shown: str, contradicted: list[int]) -> int:
    """Write a decision, in place of those that it contradicts.

    Raises UsageError if it cannot hold together with the others.
    """
    held = {number: other for number, other in _held(db) if number not in contradicted}
    conflict = find_conflict([*held.values(), ruling])
    if conflict:
        numbers = [number for number, other in held.items() if other in conflict]
        listed = "; ".join(f"{number}: {held[number].verdict} {describe(db, number)['place']}" for number in numbers)
        raise UsageError(
            f"That contradicts what was decided before, taken together ({listed}).",
            f"Nothing was changed. Undo one of them first: blogarc decide --undo {numbers[-1]}",
        )
    row = {"verdict": str(ruling.verdict), **_content(ruling), "place": place, "shown": shown, "decided": _now()}
    number = int(db.table("decisions").insert(row).last_pk)  # type: ignore[arg-type]  # an INTEGER PRIMARY KEY
    seal(db, "decisions", number)
    for other in contradicted:
        _change(db, other, "replaced", number)
    return number


def contradicted_by(db: Database, ruling: Ruling) -> list[int]:
    """The decisions whose place a new one takes."""
    return [number for number, held in _held(db) if contradict(held, ruling) or _share_partner(db, held, ruling)]


def _share_partner(db: Database, held: Ruling, ruling: Ruling) -> bool:
    """Whether both pair one article, with two others of one language: it has one translation there."""
    if not isinstance(held, ArticleRuling) or not isinstance(ruling, ArticleRuling):
        return False
    if held.verdict is not Verdict.PAIR or ruling.verdict is not Verdict.PAIR:
        return False
    others = {held.first, held.second} ^ {ruling.first, ruling.second}
    if len(others) != 2:
        return False
    languages = [
        row[0]
        for key in others
        if (row := db.execute("SELECT language FROM articles WHERE key = ? LIMIT 1", [key]).fetchone())
    ]
    return len(languages) == 2 and languages[0] == languages[1]


def undo(db: Database, number: int) -> tuple[list[Ruling], list[int]]:
    """Take a decision back; what it had replaced holds again, unless that contradicts what was decided since.

    All rulings that may hold or not hold now, and the numbers of those that hold again. Raises UsageError if there is no such
    decision, or it does not hold.
    """
    row = next(db.query("SELECT * FROM decisions WHERE id = ?", [number]), None)
    if row is None:
        raise UsageError(f"There is no decision {number}.", "They are listed by: blogarc decide --list")
    if row["undone"] is not None:
        raise UsageError(f"Decision {number} was undone already, on {row['undone'][:10]}.")
    if row["replaced"] is not None:
        raise UsageError(
            f"Decision {number} does not hold: decision {row['replaced']} took its place.",
            f"To have it back: blogarc decide --undo {row['replaced']}",
        )
    _change(db, number, "undone", _now())
    changed, again = [_ruling(row)], []
    for earlier in list(db.query("SELECT * FROM decisions WHERE replaced = ? ORDER BY id DESC", [number])):
        ruling = _ruling(earlier)
        contradicting = contradicted_by(db, ruling)
        if contradicting:
            _change(db, earlier["id"], "replaced", contradicting[-1])
        elif find_conflict([*rulings(db), ruling]) or find_decision(db, ruling):
            _change(db, earlier["id"], "undone", _now())
        else:
            _change(db, earlier["id"], "replaced", None)
            changed.append(ruling)
            again.append(earlier["id"])
    return changed, sorted(again)


def newest(db: Database) -> int:
    """The number of the last decision that holds. Raises UsageError if none does."""
    (number,) = db.execute(f"SELECT max(id) FROM decisions WHERE {_HOLDS}").fetchone()
    if number is None:
        raise UsageError("There is no decision to undo.", "All that were made: blogarc decide --list --all")
    return int(number)


def describe(db: Database, number: int) -> dict[str, Any]:
    """A decision for people: `state` is holds, sleeps (what it speaks of is not there), replaced or undone."""
    row = next(db.query("SELECT * FROM decisions WHERE id = ?", [number]))
    ruling = _ruling(row)
    if isinstance(ruling, LineRuling):
        there = bool(dumps_with(db, ruling))
    else:
        keys = (ruling.first, ruling.second)
        there = all(db.execute("SELECT 1 FROM articles WHERE key = ? LIMIT 1", [key]).fetchone() for key in keys)
    state = "undone" if row["undone"] else "replaced" if row["replaced"] else "holds" if there else "sleeps"
    names = ("verdict", "first", "second", "place", "shown", "decided", "undone", "replaced")
    return {"number": row["id"], "state": state} | {name: row[name] for name in names}


def listed(db: Database, *, every: bool = False) -> list[dict[str, Any]]:
    """The decisions in the order in which they were made; with `every`, also those that were undone or replaced."""
    where = "" if every else f"WHERE {_HOLDS}"
    return [describe(db, row[0]) for row in db.execute(f"SELECT id FROM decisions {where} ORDER BY id").fetchall()]


def count(db: Database) -> int:
    """How many decisions hold."""
    return int(db.execute(f"SELECT count(*) FROM decisions WHERE {_HOLDS}").fetchone()[0])


def _change(db: Database, number: int, column: str, value: str | int | None) -> None:
    db.execute(f"UPDATE decisions SET {column} = ? WHERE id = ?", [value, number])
    seal(db, "decisions", number)


def _held(db: Database) -> list[tuple[int, Ruling]]:
    return [(row["id"], _ruling(row)) for row in db.query(f"SELECT * FROM decisions WHERE {_HOLDS} ORDER BY id")]


def _ruling(row: dict[str, Any]) -> Ruling:
    verdict = word_of(Verdict, row["verdict"])
    if verdict.is_of_articles:
        return ArticleRuling(verdict, row["first"], row["second"])
    return LineRuling(verdict, row["before"], row["paragraph"], row["after"])


def _content(ruling: Ruling) -> dict[str, Any]:
    if isinstance(ruling, ArticleRuling):
        return {"first": ruling.first, "second": ruling.second}
    return {"before": ruling.before, "paragraph": ruling.paragraph, "after": ruling.after}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
