"""What the archive answers: frozen dataclasses, shown as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Record = dict[str, Any]


class Progress(Protocol):
    """Told how far a long piece of work is; `total` is 0 when unknown, `unit` is "bytes" or a noun in the plural."""

    def __call__(self, task: str, done: int, total: int, unit: str) -> None: ...


def no_progress(task: str, done: int, total: int, unit: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class IngestedDump:
    name: str
    sha256: str
    size: int
    encoding: str
    encoding_source: str
    layout: str
    repaired: int
    articles: int
    leftovers: int
    format: str = "text"
    packing: str | None = None
    mended: int = 0  # lines that had been decoded wrongly, in its articles


@dataclass(frozen=True, slots=True)
class Problem:
    """An input that was skipped, or taken with damage."""

    name: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Counts are of the new dumps of this call; `resegmented` are older dumps whose splits changed with the new evidence,
    `profiled` known ones that were given another profile, and `reread` known ones that were read another way than before."""

    dumps: Sequence[IngestedDump]
    known: Sequence[str]
    problems: Sequence[Problem]
    articles: int
    languages: Mapping[str, int]
    leftovers: int
    resegmented: Sequence[str]
    seconds: float
    profiled: Sequence[str] = ()
    reread: Sequence[IngestedDump] = ()


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    id: str
    title: str
    source: str
    line: int
    kept: str
    kept_title: str
    kept_source: str
    kept_line: int
    kind: str
    similarity: float
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """An article that is represented by another than before: it `joins` a cluster, `leaves` one, or `moves` to another; `was`
    and `now` are the representatives, None if it had none."""

    change: str
    id: str
    title: str
    source: str
    line: int
    was: str | None
    now: str


@dataclass(frozen=True, slots=True)
class AgainstRow:
    """An article of this archive, and the article of another one that it repeats."""

    id: str
    title: str
    source: str
    line: int
    kind: str
    similarity: float
    scores: Mapping[str, float]
    other: str
    other_title: str
    other_source: str
    other_line: int


@dataclass(frozen=True, slots=True)
class AgainstReport:
    """`found` counts the articles that are in the other archive already, by kind; `rows` has each of them."""

    other: str
    articles: int
    other_articles: int
    found: Mapping[str, int]
    rows: Sequence[AgainstRow]
    seconds: float


@dataclass(frozen=True, slots=True)
class DedupeReport:
    """`closest` are the verified duplicates of the least similarity, the closest calls first; `changed` says in figures what
    is otherwise than after the last run, and `changes` has articles that are represented by another."""

    articles: int
    clusters: int
    duplicates: Mapping[str, int]
    closest: Sequence[DuplicateRow]
    up_to_date: bool
    seconds: float
    changed: Mapping[str, int] = field(default_factory=dict)
    changes: Sequence[ChangeRow] = ()


@dataclass(frozen=True, slots=True)
class PairRow:
    source: str
    source_language: str
    source_title: str
    target: str
    target_language: str
    target_title: str
    score: float
    evidence: Mapping[str, Any]
    source_words: int
    target_words: int
    aligned: Mapping[str, float]
    note: str
    close: bool


@dataclass(frozen=True, slots=True)
class MissRow:
    """A post without a partner, what came nearest to it, and why that was not taken."""

    id: str
    language: str
    title: str
    nearest: str
    nearest_title: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class PairsReport:
    """`pairs` come with the closest calls first; a pair is a close call (`close`) if its score is low or another post fits
    nearly as well. `unpaired` counts the representatives of each language without a partner, and `misses` are those that came
    nearest to one. `lexicon` counts its entries, learned and given; `less_sure` are the languages of which blogarc knows
    neither months nor suffixes."""

    pairs: Sequence[PairRow]
    candidates: Mapping[str, int]
    unpaired: Mapping[str, int]
    misses: Sequence[MissRow]
    lexicon: Mapping[str, int]
    less_sure: Sequence[str]
    ran_before: Sequence[str]
    up_to_date: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Stats:
    dumps: int
    bytes: int
    articles: int
    clusters: int
    duplicates: Mapping[str, int]
    pairs: int
    languages: Mapping[str, int]
    words: int
    leftovers: Mapping[str, int]
    years: Mapping[str, int]
    stale: Sequence[str]
    archive_bytes: int
    decisions: int = 0


@dataclass(frozen=True, slots=True)
class BitextReport:
    """`files` were written (none if it went to standard output); `lost` are the characters left out, by code point."""

    passages: int
    files: Sequence[str]
    lost: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PageReport:
    """A page that was written: how large it is, how many of each kind it shows, and how many it leaves out."""

    output: str | None
    bytes: int
    shown: Mapping[str, int]
    left_out: Mapping[str, int]
    ran_before: Sequence[str]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """`checks` says what was looked at and how much of it; `problems` is empty when all is well."""

    checks: Mapping[str, int]
    problems: Sequence[str] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class SalvageReport:
    """What came out of a damaged archive: `whole` dumps with their bytes as ingested; names of those of which `parts` are left,
    and of those of which nothing is (`lost`); `doubtful` are whole ones whose names, or how they are read, may be wrong.

    `articles` are those whose texts were saved though their dump is hurt. `decisions` were taken over; `decisions_hurt` are not
    what was decided, and were left out. `unread` are tables that could not be read to their end: what is missing is not known.
    """

    output: str
    whole: int
    parts: Sequence[str]
    lost: Sequence[str]
    doubtful: Sequence[str]
    articles: int
    decisions: int
    decisions_hurt: int
    unread: Sequence[str]
    bytes: int
    seconds: float

    @property
    def complete(self) -> bool:
        return not (self.parts or self.lost or self.doubtful or self.decisions_hurt or self.unread)


@dataclass(frozen=True, slots=True)
class Call:
    """A close call: a split (`first` is a place), a duplicate or a pair (`first` and `second` are ids).

    `taken` says what stands: there is a cut, they are copies, they are a pair. `score` is the margin of a split, in log-odds
    for a cut; the similarity of copies; the probability of a pair. `yes` and `no` are the verdicts that settle it."""

    kind: str
    first: str
    second: str | None
    taken: bool
    score: float
    evidence: Mapping[str, Any]

    @property
    def yes(self) -> str:
        return {"split": "cut", "duplicate": "same", "pair": "pair"}[self.kind]

    @property
    def no(self) -> str:
        return {"split": "no-cut", "duplicate": "different", "pair": "not-pair"}[self.kind]

    @property
    def references(self) -> tuple[str, ...]:
        """What `decide` is told that it is about."""
        return (self.first,) if self.second is None else (self.first, self.second)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was made or undone. `known` says that it held already; `replaced` are the numbers of those whose place
    it took, or, when it was undone, of those that hold again; `resegmented` are the dumps that came out otherwise."""

    decision: Record
    known: bool
    replaced: Sequence[int]
    resegmented: Sequence[str]
    stale: Sequence[str]
    seconds: float


@dataclass(frozen=True, slots=True)
class RebuildReport:
    dumps: int
    changed: Sequence[str]
    articles: int
    stages: Sequence[str]
    seconds: float
