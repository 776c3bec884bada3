"""What a page shows, as values: the archive gathers them, the templates set them.

Every list that could be long comes as a `Shown`, which knows how many there are in all, so that a page can say what it leaves
out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Shown(Generic[Row]):
    """The rows that are shown, of `total`."""

    rows: Sequence[Row]
    total: int

    @property
    def left_out(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a dump, the last one included. `reference` names the dump on a command line."""

    source: str
    start_line: int
    end_line: int
    reference: str


@dataclass(frozen=True, slots=True)
class Post:
    """An article, with as much of its text as is wanted."""

    key: str
    title: str
    language: str
    words: int
    published: str | None
    place: Place
    text: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A representative with the places of all its copies (kind and place), the keys of its translations, and its first and last
    words, between which a wrong split would show."""

    post: Post
    copies: Sequence[tuple[str, Place]]
    copies_total: int
    translations: Sequence[str]
    opening: str
    ending: str
    number: int


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a dump in its place: an article, or a run of leftovers of one role.

    `kind` is "first" (it has copies and represents them), "single", "exact", "near", "excerpt", "decided", "new" (not compared
    yet), "boilerplate" or "unassigned"; `number` is that of its post in the list of articles, 0 if it is not listed. `doubtful`
    says that its start was a close call.
    """

    kind: str
    start: int
    end: int
    first_line: int
    last_line: int
    title: str
    key: str = ""
    number: int = 0
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class DumpStrip:
    """A dump with its blocks in order; of a very long one only the first."""

    name: str
    size: int
    lines: int
    encoding: str
    layout: str
    articles: int
    leftovers: int
    blocks: Shown[Block]


@dataclass(frozen=True, slots=True)
class SplitCall:
    """A start of an article: the end of what stands before it, how it begins, and what was weighed (log-odds)."""

    place: Place
    key: str
    title: str
    before: str
    after: str
    score: float
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LeftoverCall:
    """A paragraph that was set aside, and what spoke for its being furniture (log-odds)."""

    place: Place
    role: str
    text: str
    score: float
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CopyCall:
    """Two texts of one post, the second one kept; `times` such copies have the same words."""

    article: Post
    kept: Post
    kind: str
    similarity: float
    scores: Mapping[str, float]
    times: int = 1


@dataclass(frozen=True, slots=True)
class Aligned:
    """Paragraphs that translate each other; a side may be empty."""

    source: Sequence[str]
    target: Sequence[str]
    score: float


@dataclass(frozen=True, slots=True)
class PairCall:
    """A translation pair, its paragraphs side by side."""

    source: Post
    target: Post
    score: float
    evidence: Mapping[str, Any]
    beads: Shown[Aligned]


@dataclass(frozen=True, slots=True)
class MissCall:
    """A post without a partner, what came nearest to it, and why that was not taken."""

    article: Post
    nearest: Post
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the whole archive, whatever is shown of it."""

    dumps: int
    bytes: int
    articles: int
    clusters: int
    words: int
    duplicates: Mapping[str, int]
    pairs: int
    leftovers: Mapping[str, int]
    languages: Mapping[str, int]
    years: Mapping[str, int]
    decisions: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that a report shows; `as_of` is when a stage last ran."""

    name: str
    as_of: str
    figures: Figures
    strips: Shown[DumpStrip]
    splits: Shown[SplitCall]
    leftovers: Shown[LeftoverCall]
    copies: Shown[CopyCall]
    pairs: Shown[PairCall]
    misses: Shown[MissCall]
    articles: Shown[Listed]

    @property
    def shown(self) -> dict[str, int]:
        """How many of each kind are shown."""
        return {name: len(shown.rows) for name, shown in self._lists()}

    @property
    def left_out(self) -> dict[str, int]:
        """How many of each kind are not, of those that are not all shown."""
        return {name: shown.left_out for name, shown in self._lists() if shown.left_out}

    def _lists(self) -> list[tuple[str, Shown[Any]]]:
        return [
            ("dumps", self.strips),
            ("splits", self.splits),
            ("leftovers", self.leftovers),
            ("copies", self.copies),
            ("pairs", self.pairs),
            ("misses", self.misses),
            ("articles", self.articles),
        ]
