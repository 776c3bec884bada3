"""Which dump and which articles are meant: the filters of an export as one condition in SQL, the same for every format.

Filters are all to hold at once. Language, dates and words are those of the article that is written. A dump and a query look
at its copies as well: a post is of a dump if one copy of it stands there, and is found, as `search` finds it, by the words of
any copy. With every copy written, each answers for itself. Of a translation pair one of the two articles must be meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict

from sqlite_utils import Database

from blogarc.archive import ready
from blogarc.errors import UsageError
from blogarc.reading import called


class Filters(TypedDict, total=False):
    """What an article must be like; what is not said, or None, does not matter."""

    language: str | None  # ISO 639-1, or "und"
    since: str | None  # a day, a month or a year: "2020-06-30", "2020-06", "2020"; articles without a date are left out
    until: str | None  # the same; the whole of it is included
    dump: str | None  # its name, or the start of its sha256
    pairs_only: bool  # has a translation
    min_words: int | None
    max_words: int | None
    query: str | None  # words that it must have, accents and case ignored


@dataclass(frozen=True, slots=True)
class Selection:
    """A condition on the articles `a`, whose representative is `{representative}`, and its parameters."""

    conditions: tuple[str, ...] = ()
    parameters: dict[str, str | int] = field(default_factory=dict)

    def sql(self, representative: str) -> str:
        """The condition; 1 if every article is meant."""
        return " AND ".join(self.conditions).format(representative=representative) or "1"


_OF_DUMP = {
    True: "a.dump = :dump",
    False: "({representative} IN (SELECT c.representative FROM clusters c JOIN articles m ON m.id = c.article"
    " WHERE m.dump = :dump) OR a.dump = :dump)",
}
# The index has one article of each key.
_FOUND = "SELECT m.key FROM articles_fts JOIN articles m ON m.id = articles_fts.rowid WHERE articles_fts MATCH :query"
_WITH_WORDS = {
    True: f"a.key IN ({_FOUND})",
    False: "({representative} IN (SELECT c.representative FROM clusters c JOIN articles m ON m.id = c.article"
    f" WHERE m.key IN ({_FOUND})) OR a.key IN ({_FOUND}))",
}


def select(db: Database, filters: Filters, *, every: bool) -> Selection:
    """The filters as a condition; with `every` each copy answers for itself. Raises UsageError for what makes no sense."""
    conditions: list[str] = []
    told: dict[str, str | int] = {}
    language, query, name = filters.get("language"), filters.get("query"), filters.get("dump")
    if language is not None:
        conditions.append("a.language = :language")
        told["language"] = language.strip().lower()
    since, until = _day(filters.get("since"), "since"), _day(filters.get("until"), "until")
    if since and until and since > until and not since.startswith(until):
        raise UsageError(f"Nothing was published since {since} and until {until}.", "Exchange the two dates.")
    if since:
        conditions.append("a.published >= :since")
        told["since"] = since
    if until:
        conditions.append("substr(a.published, 1, length(:until)) <= :until")
        told["until"] = until
    least, most = filters.get("min_words"), filters.get("max_words")
    if least is not None and most is not None and least > most:
        raise UsageError(f"No article has at least {least} and at most {most} words.", "Exchange the two numbers.")
    if least is not None:
        conditions.append("a.words >= :min_words")
        told["min_words"] = least
    if most is not None:
        conditions.append("a.words <= :max_words")
        told["max_words"] = most
    if filters.get("pairs_only"):
        conditions.append("{representative} IN (SELECT source FROM pairs UNION ALL SELECT target FROM pairs)")
    if name is not None:
        conditions.append(_OF_DUMP[every])
        told["dump"] = find_dump(db, name)
    if query is not None:
        if not re.search(r"\w", query):
            raise UsageError("There is no word in the query.", 'Try: --query "elecciones 2020"')
        ready.index_pending(db)
        conditions.append(_WITH_WORDS[every])
        told["query"] = match_of(db, query)
    return Selection(tuple(conditions), told)


def find_dump(db: Database, name: str) -> int:
    """The row of the dump with this name, or whose sha256 starts so.

    Raises UsageError if there is none, or more than one.
    """
    name = called(name)
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


def match_of(db: Database, query: str) -> str:
    """The words of a query as the search index is asked for them. Half a character, or NUL, is in no word."""
    return db.quote_fts(re.sub("[\x00\ud800-\udfff]", " ", query))


def _day(told: str | None, option: str) -> str | None:
    """A date, a month or a year as it is compared with the dates of articles.

    >>> _day("2020-02", "since"), _day(None, "since")
    ('2020-02', None)
    """
    if told is None:
        return None
    text = told.strip()
    try:
        if not re.fullmatch(r"\d{4}(-\d\d){0,2}", text, re.ASCII):
            raise ValueError
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        raise UsageError(
            f"--{option} takes a date, not {told!r}.", "Write a day, a month or a year: 2020-06-30, 2020-06 or 2020."
        ) from None
    return text
