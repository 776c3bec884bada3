"""What speaks for and against a cut before each paragraph, and for each paragraph being page furniture.

Each kind of evidence is a column of numbers, mostly 0 or 1, over the paragraphs of some dumps; its weight stands in the
table below, in the manner of log-odds, so that weighted evidence adds up. `decode` looks for the best labels under the
sums, and `explain` shows the parts. To add a kind of evidence: compute its column here and give it a weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from blogarc.model import Dump
from blogarc.segmentation.cues import LONGEST_HEAD, Cue, look
from blogarc.segmentation.repetition import Bools, Copy, Floats, Ints, find_copies
from blogarc.text import fingerprint, skeleton

# Weights for what stands before a paragraph ending there, be it followed by an article or by furniture. Set by hand so
# that the clearest evidence decides alone: a border of two neighbouring copies outweighs any line shape, and being inside
# one outweighs every cue.
BORDER_WEIGHTS: dict[str, float] = {
    "neighbouring copies meet here": 12.0,
    "inside one of two neighbouring copies": -14.0,
    "a copy ended before": 3.0,
    "inside a copy": -3.0,
    "both sides branch": 3.0,
    "after a read-more line": 3.0,
    "after a credit line": 2.0,
}

# Weights for an article starting at the paragraph.
START_WEIGHTS: dict[str, float] = {
    "a copy starts here": 4.0,
    "head lines of the dump's usual form": 6.0,
    "title and byline": 4.0,
    "byline or date line": 2.0,
    "language toggle": 4.0,
    "title-shaped before a long paragraph": 0.5,
    "after another head line": -6.0,
}

# Weights for the paragraph being furniture.
FURNITURE_WEIGHTS: dict[str, float] = {
    "recurs among different neighbours": 5.0,
    "the odd one out among copies": 4.0,
    "at the edge of the dump": 1.5,
    "read-more line": 4.0,
    "part of a copy": -6.0,
    "long": -1.5,
    "part of a long stretch": -5.0,
    "head line": -4.0,
    "stands alone among short lines": 1.0,
}

# A copy of so many letters is evidence at full strength; a shorter one at a part of it.
_FULL_STRENGTH = 150.0
# A dump of which so large a share is covered by copies has an odd one out.
_MOSTLY_COPIES = 0.6
_SHORT, _LONG = 60, 150
# An uncovered stretch with so many letters is a post that occurs once, not furniture.
_STRETCH = 1500
# So many head lines of one form make the dump's usual form.
_USUAL = 3
_EDGE = 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """Columns over the paragraphs of all given dumps, laid end to end. `starts` marks the first one of each dump."""

    texts: Sequence[str]
    dumps: Ints
    starts: Bools
    cues: Sequence[Cue]
    copies: Sequence[Copy]
    cut: dict[str, Floats]
    furniture: dict[str, Floats]

    def border_scores(self) -> Floats:
        return _weigh(self.cut, BORDER_WEIGHTS, len(self.texts))

    def start_scores(self) -> Floats:
        return _weigh(self.cut, START_WEIGHTS, len(self.texts))

    def furniture_scores(self) -> Floats:
        return _weigh(self.furniture, FURNITURE_WEIGHTS, len(self.texts))

    def for_cut(self, place: int) -> dict[str, float]:
        """The weighted evidence for (above 0) and against (below 0) a cut before this paragraph."""
        return _parts(self.cut, BORDER_WEIGHTS | START_WEIGHTS, place)

    def for_furniture(self, place: int) -> dict[str, float]:
        """The weighted evidence for and against this paragraph being furniture."""
        return _parts(self.furniture, FURNITURE_WEIGHTS, place)


def _weigh(columns: dict[str, Floats], weights: dict[str, float], count: int) -> Floats:
    total: Floats = np.zeros(count)
    for name, weight in weights.items():
        total += weight * columns[name]
    return total


def _parts(columns: dict[str, Floats], weights: dict[str, float], place: int) -> dict[str, float]:
    parts = {name: round(float(weight * columns[name][place]), 2) for name, weight in weights.items()}
    return dict(sorted(((n, v) for n, v in parts.items() if v), key=lambda item: -abs(item[1])))


def gather(dumps: Sequence[Dump]) -> Evidence:
    """All evidence about these dumps, which may repeat one another."""
    texts = [p.text for dump in dumps for p in dump.paragraphs]
    sizes = [len(dump.paragraphs) for dump in dumps]
    owner: Ints = np.repeat(np.arange(len(dumps)), sizes)
    starts = np.zeros(len(texts), bool)
    starts[np.cumsum([0, *sizes[:-1]])[[size > 0 for size in sizes]]] = True
    letters: Ints = np.fromiter((len(skeleton(t)) for t in texts), np.int64, len(texts))
    prints = np.fromiter(map(fingerprint, texts), np.int64, len(texts))
    identities: Ints = np.unique(prints, return_inverse=True)[1].astype(np.int64)
    cues = [look(text) for text in texts]
    heads = np.fromiter((bool(c & (Cue.TOGGLE | Cue.BYLINE | Cue.DATE)) for c in cues), bool, len(texts))
    copies = find_copies(identities, owner, letters, heads, texts)
    page = _Page(texts, owner, starts, letters, identities, cues, copies)
    return Evidence(texts, owner, starts, cues, copies, page.cut_columns(), page.furniture_columns())


class _Page:
    """The columns of one set of dumps; a class only so that the many inputs need not be passed around."""

    def __init__(
        self,
        texts: Sequence[str],
        dumps: Ints,
        starts: Bools,
        letters: Ints,
        identities: Ints,
        cues: list[Cue],
        copies: list[Copy],
    ) -> None:
        self.count = len(texts)
        self.texts, self.dumps, self.starts, self.letters = texts, dumps, starts, letters
        self.identities, self.cues, self.copies = identities, cues, copies
        self.covered = self._cover()
        self.coverage = self._coverage_by_dump()
        self.heads = self._usual_heads()

    def _zeros(self) -> Floats:
        return np.zeros(self.count)

    def _has(self, cue: Cue) -> Bools:
        return np.fromiter((bool(c & cue) for c in self.cues), bool, self.count)

    def _cover(self) -> Floats:
        """How strongly each paragraph is part of a copy, 0 to 1."""
        covered = self._zeros()
        for copy in self.copies:
            strength = _strength(copy)
            for first, last in copy.sides:
                np.maximum(covered[first : last + 1], strength, out=covered[first : last + 1])
        return covered

    def _coverage_by_dump(self) -> Floats:
        """For each paragraph, the share of its dump's letters that is part of a copy."""
        total = np.bincount(self.dumps, self.letters, minlength=1)
        part = np.bincount(self.dumps, self.letters * (self.covered > 0.4), minlength=1)
        share: Floats = part / np.maximum(total, 1)
        return share[self.dumps]

    # -- cuts

    def cut_columns(self) -> dict[str, Floats]:
        columns = {name: self._zeros() for name in BORDER_WEIGHTS | START_WEIGHTS}
        self._weigh_copies(columns)
        columns["both sides branch"] = self._branching()
        byline = self._has(Cue.BYLINE) | self._has(Cue.DATE)
        title = self._has(Cue.TITLE) & ~byline & ~self._has(Cue.TOGGLE) & ~self._has(Cue.READ_MORE)
        toggle = self._has(Cue.TOGGLE)
        byline_next, long_next = self._next(byline), self._next(self.letters > _LONG)
        columns["title and byline"] = (title & byline_next).astype(float)
        columns["byline or date line"] = byline.astype(float)
        columns["language toggle"] = (toggle & ~self._next(toggle)).astype(float)
        columns["title-shaped before a long paragraph"] = (title & long_next).astype(float)
        columns["head lines of the dump's usual form"] = self.heads.astype(float)
        columns["after a read-more line"] = self._previous(self._has(Cue.READ_MORE)).astype(float)
        columns["after a credit line"] = self._previous(self._has(Cue.CREDIT)).astype(float)
        # A title follows its toggle, a byline its title: the cut belongs before the first of them.
        lead = self._previous(toggle) & (title | byline)
        lead |= self._previous(title) & byline & ~toggle
        lead |= self._previous(byline) & byline
        columns["after another head line"] = lead.astype(float)
        for column in columns.values():
            column[self.starts] = 0.0
        return columns

    def _weigh_copies(self, columns: dict[str, Floats]) -> None:
        for copy in self.copies:
            strength = _strength(copy)
            inside = "inside one of two neighbouring copies" if copy.adjacent else "inside a copy"
            for first, last in copy.sides:
                edge = "neighbouring copies meet here" if copy.adjacent else "a copy starts here"
                _raise(columns[edge], first, strength)
                if last + 1 < self.count:
                    edge = "neighbouring copies meet here" if copy.adjacent else "a copy ended before"
                    _raise(columns[edge], last + 1, strength)
                np.maximum(columns[inside][first + 1 : last + 1], strength, out=columns[inside][first + 1 : last + 1])
        # Where neighbouring copies meet, a chain of both of them together, seen elsewhere, is no objection.
        meet = columns["neighbouring copies meet here"]
        columns["inside a copy"] *= 1 - meet

    def _branching(self) -> Floats:
        """1 where the paragraph before is followed by different things, and this one preceded by different things."""
        following = np.append(self.identities[1:], -1)
        following[np.append(self.starts[1:], True)] = -1
        before = np.concatenate(([-1], self.identities[:-1]))
        before[self.starts] = -1
        forwards = _distinct(self.identities, following)[self.identities] > 1
        backwards = _distinct(self.identities, before)[self.identities] > 1
        return (self._previous(forwards) & backwards).astype(float)

    def _usual_heads(self) -> Bools:
        """Titles over a byline or date line, where a dump has several of one form: there each is a head."""
        byline = self._has(Cue.BYLINE) | self._has(Cue.DATE)
        first = byline & ~self._previous(byline)
        heads = np.zeros(self.count, bool)
        forms: dict[tuple[int, str], list[int]] = {}
        for place in np.flatnonzero(first).tolist():
            forms.setdefault((int(self.dumps[place]), _form(self.texts[place])), []).append(place)
        title = self._has(Cue.TITLE) & ~byline & ~self._has(Cue.TOGGLE) & ~self._has(Cue.READ_MORE)
        for places in forms.values():
            if len({self.texts[p] for p in places}) < _USUAL:
                continue
            titled = [p for p in places if p and not self.starts[p] and title[p - 1]]
            usually_titled = len(titled) >= 0.7 * len(places)
            for p in places:
                at = p - 1 if usually_titled and p in set(titled) else p
                # A toggle line before the head belongs to it.
                if at and not self.starts[at] and self.cues[at - 1] & Cue.TOGGLE:
                    at -= 1
                heads[at] = True
        return heads

    # -- furniture

    def furniture_columns(self) -> dict[str, Floats]:
        columns = {name: self._zeros() for name in FURNITURE_WEIGHTS}
        counts = np.bincount(self.identities)[self.identities]
        following = np.append(self.identities[1:], -1)
        before = np.concatenate(([-1], self.identities[:-1]))
        varied = (_distinct(self.identities, following)[self.identities] > 0.5 * counts) & (
            _distinct(self.identities, before)[self.identities] > 0.5 * counts
        )
        head = self._has(Cue.BYLINE) | self._has(Cue.DATE) | self._has(Cue.TOGGLE)
        lone = self.covered < 0.4
        columns["recurs among different neighbours"] = ((counts >= 2) & varied & lone & (self.letters < _LONG)).astype(
            float
        )
        odd = (self.coverage > _MOSTLY_COPIES) & lone
        columns["the odd one out among copies"] = odd * self.coverage
        columns["part of a copy"] = self.covered.copy()
        columns["read-more line"] = (self._has(Cue.READ_MORE) & lone).astype(float)
        columns["long"] = (self.letters > _LONG).astype(float)
        columns["head line"] = (head | self._next(head) & self._has(Cue.TITLE)).astype(float)
        columns["part of a long stretch"] = self._long_stretches(lone)
        columns["at the edge of the dump"] = self._edges(lone)
        short = (self.letters < _SHORT) & ~np.fromiter(
            (t.endswith((".", ":", ",", ";")) for t in self.texts), bool, self.count
        )
        columns["stands alone among short lines"] = (
            short & lone & (self._previous(short) | self.starts) & self._next(short, at_end=True)
        ).astype(float)
        return columns

    def _long_stretches(self, lone: Bools) -> Floats:
        """How much an unbroken stretch of paragraphs outside copies looks like a post that occurs once, 0 to 1."""
        column = self._zeros()
        breaks = (
            np.flatnonzero(np.concatenate(([True], (lone[1:] != lone[:-1]) | self.starts[1:]))) if self.count else []
        )
        edges = [*np.asarray(breaks, int).tolist(), self.count]
        for start, end in pairwise(edges):
            if lone[start]:
                column[start:end] = min(1.0, float(self.letters[start:end].sum()) / _STRETCH) ** 2
        return column

    def _edges(self, lone: Bools) -> Floats:
        """1 for the paragraphs outside copies before the first copy of a dump and after its last, a few at most."""
        column = self._zeros()
        first = np.flatnonzero(self.starts).tolist()
        for start, end in zip(first, [*first[1:], self.count], strict=True):
            for places in (range(start, end), range(end - 1, start - 1, -1)):
                for seen, place in enumerate(places):
                    if seen >= _EDGE or not lone[place]:
                        break
                    column[place] = 1.0
        return column

    # -- neighbours within the dump

    def _next(self, column: Bools, at_end: bool = False) -> Bools:
        shifted = np.append(column[1:], at_end)
        shifted[np.append(self.starts[1:], True)] = at_end
        return shifted

    def _previous(self, column: Bools) -> Bools:
        shifted = np.concatenate(([False], column[:-1]))
        shifted[self.starts] = False
        return shifted


def _strength(copy: Copy) -> float:
    return min(1.0, copy.weight / _FULL_STRENGTH)


def _raise(column: Floats, place: int, value: float) -> None:
    column[place] = max(column[place], value)


def _distinct(groups: Ints, values: Ints) -> Ints:
    """For each group, how many distinct values it meets."""
    pairs = np.unique(np.stack((groups, values)), axis=1)
    return np.bincount(pairs[0], minlength=int(groups.max(initial=-1)) + 1)


def _form(text: str) -> str:
    """The form of a head line: its words with names, numbers and months replaced.

    >>> _form("Posted by Ana Ruiz on 3 May 2019") == _form("Posted by Bo Li on 12 June 2020")
    True
    """
    if len(text) > LONGEST_HEAD:
        return ""
    out: list[str] = []
    for position, word in enumerate(text.split()):
        bare = word.strip(".,;:|·()")
        if any(c.isdigit() for c in bare):
            mark = "#"
        elif _is_month(bare):
            mark = "M"
        elif position and bare[:1].isupper():
            mark = "C"
        else:
            mark = bare.lower()
        if not (out and out[-1] == mark == "C"):
            out.append(mark)
    return " ".join(out)


def _is_month(word: str) -> bool:
    return bool(look(f"1 {word} 2000") & Cue.DATE)
