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


@dataclass(frozen=True, slots=True)
class Problem:
    """An input that was skipped, or taken with damage."""

    name: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Counts are of the dumps of this call; `resegmented` are older dumps whose splits changed with the new evidence."""

    dumps: Sequence[IngestedDump]
    known: Sequence[str]
    problems: Sequence[Problem]
    articles: int
    languages: Mapping[str, int]
    leftovers: int
    resegmented: Sequence[str]
    seconds: float


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
class DedupeReport:
    """`closest` are the verified duplicates of the least similarity, the closest calls first."""

    articles: int
    clusters: int
    duplicates: Mapping[str, int]
    closest: Sequence[DuplicateRow]
    up_to_date: bool
    seconds: float


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


@dataclass(frozen=True, slots=True)
class PairsReport:
    """`pairs` come with the closest calls first; `unpaired` counts the representatives of each language without one."""

    pairs: Sequence[PairRow]
    candidates: Mapping[str, int]
    unpaired: Mapping[str, int]
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


@dataclass(frozen=True, slots=True)
class CheckReport:
    """`checks` says what was looked at and how much of it; `problems` is empty when all is well."""

    checks: Mapping[str, int]
    problems: Sequence[str] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class RebuildReport:
    dumps: int
    changed: Sequence[str]
    articles: int
    stages: Sequence[str]
    seconds: float
