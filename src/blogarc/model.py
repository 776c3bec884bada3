"""The nouns of blogarc, in the order in which the data flows.

    bytes -> Dump of Paragraphs -> Articles -> Duplicates and Clusters -> Pairs of Beads

Spans are half-open. Ordinals count from 0, lines from 1, bytes from 0. Scores run from 0 to 1. Languages are ISO 639-1
codes, `und` when unsure. Nothing in this file does any work, and it imports nothing of blogarc.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

UNDETERMINED = "und"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range.

    >>> 3 in Span(1, 4), 4 in Span(1, 4), len(Span(1, 4))
    (True, False, 3)
    """

    start: int
    end: int

    def __contains__(self, position: int) -> bool:
        return self.start <= position < self.end

    def __len__(self) -> int:
        return self.end - self.start


class Layout(StrEnum):
    """How a dump sets its paragraphs, recognised per dump."""

    SPACED = "spaced"  # one paragraph a line, blank lines between
    LINES = "lines"  # one paragraph a line, no blank lines
    WRAPPED = "wrapped"  # lines broken at a column
    RECORDS = "records"  # ready articles, one a line


class Role(StrEnum):
    """What a paragraph is. The first four stand in an article, the last two are leftovers."""

    TOGGLE = "toggle"  # "In English" before a translated post: a clue, not text
    TITLE = "title"
    BYLINE = "byline"  # author or date line at the head of an article; part of its text
    BODY = "body"
    BOILERPLATE = "boilerplate"  # page furniture
    UNASSIGNED = "unassigned"  # in no article, and not recognised as furniture

    @property
    def is_leftover(self) -> bool:
        return self in (Role.BOILERPLATE, Role.UNASSIGNED)


class Kind(StrEnum):
    """How an article relates to the representative of its cluster."""

    REPRESENTATIVE = "representative"
    EXACT = "exact"  # the same words
    NEAR = "near"  # nearly the same words
    EXCERPT = "excerpt"  # contained in the representative: a teaser
    DECIDED = "decided"  # a person says that it is the same


class Verdict(StrEnum):
    """What a person can rule: the first four of two articles, the others of a paragraph."""

    SAME = "same"
    DIFFERENT = "different"
    PAIR = "pair"  # a translation
    NOT_PAIR = "not-pair"
    CUT = "cut"  # an article starts there
    NO_CUT = "no-cut"
    BOILERPLATE = "boilerplate"
    CONTENT = "content"  # in an article

    @property
    def is_of_articles(self) -> bool:
        return self in (Verdict.SAME, Verdict.DIFFERENT, Verdict.PAIR, Verdict.NOT_PAIR)


class Marker(StrEnum):
    """What a line that a site sets in every post says about it."""

    START = "start"  # a post starts with it
    END = "end"  # a post ends with it
    FURNITURE = "furniture"
    BYLINE = "byline"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a dump: where it stands, and its text (white space trimmed, never empty)."""

    ordinal: int
    lines: Span
    bytes: Span
    text: str
    mended: bool = False  # it was decoded wrongly before it came here, and was put right: see `text.mend`


@dataclass(frozen=True, slots=True)
class Part:
    """A document in a text that was made of several: at which byte of the text it starts, and where it came from."""

    start: int
    url: str | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dump:
    """One ingested file, split into paragraphs. `repaired` counts what could not be decoded or was a NUL.

    Name, sha256 and size are those of the file. All else is of the text in it, which is the file itself unless it was
    packed or made of pages; then `parts` has the pages.
    """

    name: str
    sha256: str
    size: int
    encoding: str
    encoding_source: str  # "bom", "utf-8" (it decodes), "guess" (charset-normalizer) or "damaged utf-8"
    layout: Layout
    lines: int
    repaired: int
    paragraphs: tuple[Paragraph, ...]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One occurrence of a post in a dump.

    `paragraphs`, `lines` and `bytes` span from the first paragraph of the article to its last; `text` joins by a blank
    line those that are its own and are neither title nor toggle. `evidence` says why the article starts where it does.
    """

    key: str
    dump: str
    paragraphs: Span
    lines: Span
    bytes: Span
    title: str
    title_source: str  # "line" or "derived"
    text: str
    words: int
    byline: str | None = None
    published: str | None = None  # ISO 8601 date
    updated: str | None = None  # ISO 8601 date
    translator: str | None = None
    language: str = UNDETERMINED
    language_confidence: float = 0.0
    language_shares: Mapping[str, float] = field(default_factory=dict)  # by letters; sums to about 1
    language_source: str = "text"  # or "surroundings", or "record" where that says it
    mixed: bool = False  # in two languages, each with a good part of it
    toggle: str | None = None  # language that a toggle line offers: "In English" -> "en"
    evidence: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None  # where it was published
    origin: Mapping[str, Any] = field(default_factory=dict)  # what else its file says of where it is from; `mended`


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A verified duplicate: article `article` repeats article `kept` (positions in the list that was given)."""

    article: int
    kept: int
    kind: Kind
    similarity: float
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Bead:
    """A run of source paragraphs and the run of target paragraphs that translates it; either may be empty."""

    source: Span
    target: Span
    score: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A translation: article `source` and article `target` (positions in the list that was given)."""

    source: int
    target: int
    score: float
    evidence: Mapping[str, Any]
    beads: Sequence[Bead] = ()


@dataclass(frozen=True, slots=True)
class ArticleRuling:
    """What a person ruled of two articles, named by their keys."""

    verdict: Verdict
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class LineRuling:
    """What a person ruled of a paragraph, known by its fingerprint and those of its neighbours (None at the end of a dump)."""

    verdict: Verdict
    before: int | None
    paragraph: int
    after: int | None


Ruling = ArticleRuling | LineRuling


@dataclass(frozen=True, slots=True)
class Profile:
    """A site's own markers: whole lines, and patterns in which `*` stands for any text."""

    lines: Mapping[Marker, tuple[str, ...]] = field(default_factory=dict)
    patterns: Mapping[Marker, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.lines.values()) or any(self.patterns.values())
