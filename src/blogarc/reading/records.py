"""Ready articles: what a reader of any format gives, and how it becomes an article.

A reader says whether a file is in its format, and gives the records in it: the bytes and lines where each stands, and its
fields under the names that blogarc uses. What it cannot read it gives as well, with the reason, so that nothing is lost. Each
format has a room of its own beside this one; for another format write another reader and put it into `formats.READERS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from blogarc.errors import InputError
from blogarc.model import UNDETERMINED, Article, Part, Span
from blogarc.reading.packing import Unpacked
from blogarc.text import contents, excerpt, looks_misread, mend

# The fields that an article has; other names by which they are known, the first that occurs is taken.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": ("text",),
    "title": ("title", "headline"),
    "byline": ("byline", "author"),
    "published": ("published", "date"),
    "language": ("language", "lang"),
    "url": ("url", "link"),
}
# Fields that blogarc works out itself: those of an exported corpus are not carried along.
_DERIVED = frozenset(
    "id language_confidence words start_line end_line byte_start byte_end cluster kind similarity copies translations"
    " title_source occurrence language_shares language_source mixed url origin".split()
)
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file: `fields` are its values under blogarc's names, `rest` are all others."""

    lines: Span
    bytes: Span
    fields: Mapping[str, str]
    rest: Mapping[str, Any] = field(default_factory=dict)
    derived_title: bool = False
    confidence: float | None = None  # in its language
    origin: Mapping[str, Any] = field(default_factory=dict)  # where the file has it from: record, date of retrieval


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line, or another piece of a file, that is no record, and why."""

    lines: Span
    bytes: Span
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """One text, in UTF-8, made of the documents in a file; `lost` says in words what could not be read."""

    text: bytes
    parts: tuple[Part, ...] = ()
    lost: str = ""


class Reader(Protocol):
    """What reads one format of ready articles."""

    name: str
    libraries: tuple[str, ...]  # what of its result depends on their versions

    def recognises(self, data: bytes, names: Mapping[str, str]) -> bool:
        """Whether the file is in this format; `names` as below."""

    def read(self, file: Unpacked, names: Mapping[str, str]) -> Iterator[Record | Unreadable]:
        """The records in order; `names` says what fields are called in this file where that is not the usual."""


Called = Mapping[str, tuple[str, ...]]


def names_of(names: Mapping[str, str]) -> Called:
    """What each field may be called in a file, the likeliest first."""
    return {own: (names[own],) if own in names else usual for own, usual in FIELDS.items()}


def record_of(value: Mapping[str, Any], lines: Span, place: Span, called: Called, shown: str) -> Record | Unreadable:
    """The record that these named values are; if they have no text, `shown` is kept in its place."""
    fields, taken = {}, set()
    for own, names in called.items():
        for name in names:
            told = value.get(name)
            if isinstance(told, str) and told.strip():
                fields[own] = clean(told).strip()
                taken.add(name)
                break
    if not fields.get("text"):
        known = ", ".join(map(str, list(value)[:8]))
        reason = f"it has no text in {called['text'][0]!r}; its fields are {known or 'none'}"
        return Unreadable(lines, place, clean(shown), reason)
    rest = {name: kept for name, kept in value.items() if name not in taken and name not in _DERIVED}
    sure = value.get("language_confidence")
    confidence = float(sure) if isinstance(sure, int | float) and 0 <= sure <= 1 else None
    return Record(lines, place, fields, rest, value.get("title_source") == "derived", confidence)


def parse_names(told: str) -> dict[str, str]:
    """What fields are called, from `text=body,title=headline`.

    Raises InputError for what is not of that form, or a field that an article does not have.

    >>> parse_names("text=body, title=headline")
    {'text': 'body', 'title': 'headline'}
    """
    names = {}
    for part in filter(None, (part.strip() for part in told.split(","))):
        own, _, theirs = part.partition("=")
        if own.strip() not in FIELDS or not theirs.strip():
            raise InputError(
                f"--map does not know {part!r}.",
                f"Like this: --map text=body,title=headline; fields: {', '.join(FIELDS)}",
            )
        names[own.strip()] = theirs.strip()
    return names


def articles_of(records: Sequence[tuple[int, Record, str, float]], dump: str) -> Iterator[Article]:
    """The articles that records are; their places in the file are told by lines and bytes, and a number counts them.

    With each goes the language, and how sure it is, of a text whose record does not say its language.
    """
    mended = [(_mend(record.fields["text"]), _mend(record.fields.get("title", ""))) for _, record, _, _ in records]
    told = [
        [title, text] if title and not record.derived_title else [text]
        for ((text, _), (title, _)), (_, record, _, _) in zip(mended, records, strict=True)
    ]
    for ((text, many), (title, more)), content, given in zip(mended, contents(told), records, strict=True):
        yield _article_of(*given, dump, text, title, many + more, content)


def _article_of(
    ordinal: int, record: Record, language: str, confidence: float, dump: str, text: str, title: str, mended: int,
    content: tuple[str, int],
) -> Article:  # fmt: skip
    """The article that a record is, whose text and title had so many lines `mended`."""
    byline, _ = _mend(record.fields.get("byline", ""))
    origin = dict(record.origin) | ({"mended": mended} if mended else {})
    own_line = bool(title) and not record.derived_title
    told_of = told_language(record)
    language, confidence = told_of or (language, confidence)
    key, count = content
    return Article(
        key=key,
        dump=dump,
        paragraphs=Span(ordinal, ordinal + 1),
        lines=record.lines,
        bytes=record.bytes,
        title=title or excerpt(text[: 4 * _LONGEST_TITLE], _LONGEST_TITLE),
        title_source="line" if own_line else "derived",
        text=text,
        words=count,
        byline=byline or None,
        published=_date(record.fields["published"]) if "published" in record.fields else None,
        language=language or UNDETERMINED,
        language_confidence=confidence,
        language_source="record" if told_of else "text",
        language_shares={language: 1.0} if language not in ("", UNDETERMINED) else {},
        evidence={"record": dict(record.rest)} if record.rest else {},
        url=record.fields.get("url") or None,
        origin=origin,
    )


def _mend(text: str) -> tuple[str, int]:
    """The text with what was decoded wrongly put right, line by line, and in how many lines that was."""
    if not looks_misread(text):
        return text, 0
    told = [mend(line) for line in text.split("\n")]
    return "\n".join(line for line, _ in told), sum(mended for _, mended in told)


def told_language(record: Record) -> tuple[str, float] | None:
    """The language that a record says it is in, with its confidence; "es-MX" is Spanish."""
    told = _code_of(record.fields.get("language", ""))
    if told is None:
        return None
    sure = record.confidence if record.confidence is not None else float(told != UNDETERMINED)
    return told, sure


@lru_cache(maxsize=1 << 10)
def _code_of(told: str) -> str | None:
    """The code of a language, however it is told; None if it is none."""
    code = re.split("[-_]", told.lower())[0]
    return code if code == UNDETERMINED or re.fullmatch("[a-z]{2}", code) else None


def clean(text: str) -> str:
    """Without what no database keeps as text: NUL, and halves of surrogate pairs."""
    text = text.replace("\x00", "")
    if text.isascii() or text.isprintable() or _encodes(text):
        return text
    return text.encode("utf-8", "replace").decode()


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _date(told: str) -> str | None:
    """The day of an ISO 8601 date.

    >>> _date("2020-10-21T08:00:00Z"), _date("last week")
    ('2020-10-21', None)
    """
    from datetime import date

    try:
        return date.fromisoformat(told[:10]).isoformat()
    except ValueError:
        return None
