"""Files that hold ready articles: one reader for each format, chosen by content.

A reader says whether a file is in its format, and gives the records in it: the bytes and lines where each stands, and its
fields under the names that blogarc uses. What it cannot read it gives as well, with the reason, so that no line is lost. For
another format (CSV, HTML, WARC) write another reader and put it into READERS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from blogarc.errors import InputError
from blogarc.model import UNDETERMINED, Article, Span
from blogarc.text import content, excerpt

# The fields that an article has; other names by which they are known, the first that occurs is taken.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": ("text",),
    "title": ("title", "headline"),
    "byline": ("byline", "author"),
    "published": ("published", "date"),
    "language": ("language", "lang"),
}
# Fields that blogarc works out itself: those of an exported corpus are not carried along.
_DERIVED = frozenset(
    "id language_confidence words start_line end_line byte_start byte_end cluster kind similarity copies translations"
    " title_source occurrence language_shares language_source mixed".split()
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


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no record, and why."""

    lines: Span
    bytes: Span
    text: str
    reason: str


class Reader(Protocol):
    """What reads one format of ready articles."""

    name: str

    def recognises(self, data: bytes) -> bool:
        """Whether the file is in this format."""

    def read(self, data: bytes, names: Mapping[str, str]) -> Iterator[Record | Unreadable]:
        """The records in order; `names` says what fields are called in this file where that is not the usual."""


class JsonLines:
    """JSON Lines: an object on each line, in UTF-8."""

    name = "jsonl"

    def recognises(self, data: bytes) -> bool:
        """The first line that is not blank holds a JSON object.

        >>> JsonLines().recognises(b'{"text": "One."}\\n'), JsonLines().recognises(b"{ not json }")
        (True, False)
        """
        start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        while start < len(data):
            end = data.find(b"\n", start)
            line = data[start : end if end >= 0 else len(data)].strip()
            if line:
                return line.startswith(b"{") and isinstance(_loads(line), dict)
            start = end + 1 if end >= 0 else len(data)
        return False

    def read(self, data: bytes, names: Mapping[str, str]) -> Iterator[Record | Unreadable]:
        called = {own: (names[own],) if own in names else usual for own, usual in FIELDS.items()}
        start, number = 3 if data.startswith(b"\xef\xbb\xbf") else 0, 0
        while start < len(data):
            end = data.find(b"\n", start)
            end = end if end >= 0 else len(data)
            number += 1
            line = data[start:end]
            if line.strip():
                yield _record(line, Span(number, number + 1), Span(start, start + len(line.rstrip(b"\r"))), called)
            start = end + 1


READERS: tuple[Reader, ...] = (JsonLines(),)


def reader_for(data: bytes) -> Reader | None:
    """The reader of this file; None when it is a dump."""
    return next((reader for reader in READERS if reader.recognises(data)), None)


def reader_called(name: str) -> Reader:
    """The reader that an archive remembers by its name."""
    return next(reader for reader in READERS if reader.name == name)


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


def article_of(record: Record, ordinal: int, dump: str, language: str, confidence: float) -> Article:
    """The article that a record is; its place in the file is told by lines and bytes, `ordinal` counts records.

    `language` and `confidence` are those of a text whose record does not say its language.
    """
    text, title = record.fields["text"], record.fields.get("title", "")
    own_line = bool(title) and not record.derived_title
    told_of = told_language(record)
    language, confidence = told_of or (language, confidence)
    told = [title, text] if own_line else [text]
    key, count = content(told)
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
        byline=record.fields.get("byline") or None,
        published=_date(record.fields["published"]) if "published" in record.fields else None,
        language=language or UNDETERMINED,
        language_confidence=confidence,
        language_source="record" if told_of else "text",
        language_shares={language: 1.0} if language not in ("", UNDETERMINED) else {},
        evidence={"record": dict(record.rest)} if record.rest else {},
    )


def told_language(record: Record) -> tuple[str, float] | None:
    """The language that a record says it is in, with its confidence; "es-MX" is Spanish."""
    told = re.split("[-_]", record.fields.get("language", "").lower())[0]
    if told != UNDETERMINED and not re.fullmatch("[a-z]{2}", told):
        return None
    sure = record.confidence if record.confidence is not None else float(told != UNDETERMINED)
    return told, sure


def _record(line: bytes, lines: Span, place: Span, called: Mapping[str, tuple[str, ...]]) -> Record | Unreadable:
    value = _loads(line)
    if not isinstance(value, dict):
        reason = "it is not JSON" if value is None else "it is JSON, but not an object"
        return Unreadable(lines, place, _clean(line.decode("utf-8", "replace")), reason)
    fields, taken = {}, set()
    for own, names in called.items():
        for name in names:
            if isinstance(value.get(name), str) and value[name].strip():
                fields[own] = _clean(value[name]).strip()
                taken.add(name)
                break
    if not fields.get("text"):
        known = ", ".join(map(str, list(value)[:8]))
        reason = f"it has no text in {called['text'][0]!r}; its fields are {known or 'none'}"
        return Unreadable(lines, place, _clean(line.decode("utf-8", "replace")), reason)
    rest = {name: kept for name, kept in value.items() if name not in taken and name not in _DERIVED}
    sure = value.get("language_confidence")
    confidence = float(sure) if isinstance(sure, int | float) and 0 <= sure <= 1 else None
    return Record(lines, place, fields, rest, value.get("title_source") == "derived", confidence)


def _loads(line: bytes) -> Any:
    """The value of a line of JSON, or None."""
    try:
        return json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None


def _clean(text: str) -> str:
    """Without what no database keeps as text: NUL, and halves of surrogate pairs."""
    text = text.replace("\x00", "")
    return text if text.isprintable() or _encodes(text) else text.encode("utf-8", "replace").decode()


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
