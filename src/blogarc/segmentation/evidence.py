"""What speaks for and against a cut before each paragraph, and for each paragraph being page furniture.

Each kind of evidence is a column of numbers from 0 to 1 over the paragraphs of some dumps. `weights.json` gives each two
weights, one for an article starting there and one for furniture, in log-odds against going on with the article; weighted
evidence adds up, `decoding` looks for the best labels under the sums, and `explain` shows the parts.

The weights were learned from dumps with planted truth (`benchmarks/segmentation` has the recipe). To add a kind of
evidence: compute its column in the room that it belongs to, and learn the weights again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogarc.model import Dump
from blogarc.segmentation.cohesion import cohesion_columns
from blogarc.segmentation.cues import Cue
from blogarc.segmentation.heads import find_heads
from blogarc.segmentation.lines import furniture_columns, head_columns, share_copied
from blogarc.segmentation.listings import listing_columns
from blogarc.segmentation.repetition import COVERED, Copy, Coverage, copy_columns, cover, find_copies, tie
from blogarc.segmentation.strip import LONG, Bools, Floats, Ints, Strip, lay_out

# A dump of which so large a share is copies has odd ones out; what is part of more copies than this is furniture.
_MOSTLY_COPIES, _FEW_TIMES = 0.6, 6


class Regime(IntEnum):
    """How a paragraph stands to copies: the same line means one thing among doubled posts, another among single ones."""

    DOUBLED = 0  # part of neighbouring copies
    COPIED = 1  # part of a copy that stands elsewhere
    ODD = 2  # outside copies, in a dump that is mostly copies
    SINGLE = 3  # outside copies, in another dump


@dataclass(frozen=True, slots=True)
class Weights:
    """`start` and `furniture` (a row for each regime, a column for each kind of evidence named in `names`) are what
    evidence is worth; `steps` and `opening` are those of `decoding`."""

    names: Sequence[str]
    start: Floats
    furniture: Floats
    steps: Floats
    opening: Floats


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row for each paragraph of the given dumps, laid end to end, and a column (float32) for each kind of evidence."""

    strip: Strip
    copies: Sequence[Copy]
    names: Sequence[str]
    columns: NDArray[np.float32]
    regimes: Ints

    @property
    def starts(self) -> Bools:
        """Which paragraphs are the first of their dump."""
        return self.strip.starts

    @property
    def telling(self) -> Bools:
        """Which paragraphs are long, or stand again elsewhere, or end as a sentence does and are no control."""
        strip = self.strip
        sentence = strip.has(Cue.SENTENCE) & ~strip.has(Cue.CONTROL | Cue.READ_MORE)
        return np.asarray((strip.letters >= LONG) | (self.regimes <= Regime.COPIED) | sentence)

    @property
    def alone(self) -> Bools:
        """Which paragraphs are part of no copy."""
        return np.asarray(self.regimes > Regime.COPIED)

    def shape(self, place: int) -> Cue:
        """What the paragraph at a place looks like."""
        return Cue(int(self.strip.shapes[place]))

    def scores(self, weights: Weights) -> tuple[Floats, Floats]:
        """The summed evidence for an article starting at each paragraph, and for its being furniture."""
        rows = np.arange(len(self.columns))
        both = (self.columns @ side.T.astype(np.float32) for side in (weights.start, weights.furniture))
        start, furniture = (scores[rows, self.regimes].astype(float) for scores in both)
        return start, furniture

    def for_cut(self, place: int) -> dict[str, float]:
        """The weighted evidence for (above 0) and against (below 0) an article starting at this paragraph."""
        return self._parts(load_weights().start, place)

    def for_furniture(self, place: int) -> dict[str, float]:
        """The weighted evidence for and against this paragraph being furniture."""
        return self._parts(load_weights().furniture, place)

    def _parts(self, weights: Floats, place: int) -> dict[str, float]:
        worth = np.round(weights[self.regimes[place]] * self.columns[place], 2)
        telling = np.flatnonzero(worth)
        order = telling[np.argsort(-np.abs(worth[telling]), kind="stable")]
        return {self.names[n]: value for n, value in zip(order.tolist(), worth[order].tolist(), strict=True)}


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The weights shipped with blogarc."""
    return read_weights(json.loads(resources.files(__package__).joinpath("weights.json").read_text("utf-8")))


def read_weights(told: dict[str, Any]) -> Weights:
    """The weights as they were learnt: for each kind of evidence what it is worth everywhere, and what a regime adds."""
    names = list(told["everywhere"])
    sides = np.array([[told["everywhere"][name] for name in names] for _ in Regime])
    for regime in Regime:
        added = told["regimes"][regime.name.lower()]
        sides[regime] += [added.get(name, [0.0, 0.0]) for name in names]
    opening = [-np.inf if value is None else value for value in told["opening"]]
    return Weights(names, sides[:, :, 0], sides[:, :, 1], np.array(told["steps"], float), np.array(opening, float))


def gather(dumps: Sequence[Dump], shapes: Ints | None = None) -> Evidence:
    """All evidence about these dumps, which may repeat one another; `shapes` are `Cue` numbers known from elsewhere."""
    strip = lay_out(dumps)
    if shapes is not None:
        strip = replace(strip, shapes=strip.shapes | shapes)
    copies = find_copies(strip)
    copied = cover(strip, copies)
    heads = find_heads(strip, copied.starting)
    told = {
        "any paragraph": np.ones(len(strip), np.float32),
        **copy_columns(strip, copies, copied, heads.confirmed),
        **listing_columns(strip, copies),
        **head_columns(strip, copied, heads),
        **furniture_columns(strip, copied),
        **cohesion_columns(strip),
    }
    names = list(told)
    # Column by column, so that the table grows as what it is made of goes.
    columns = np.empty((len(strip), len(names)), np.float32, order="F")
    for n, name in enumerate(names):
        columns[:, n] = told.pop(name)
    tie(columns, copies)
    return Evidence(strip, copies, names, columns, _regimes(strip, copied))


def _regimes(strip: Strip, copied: Coverage) -> Ints:
    mostly = share_copied(strip, copied.covered) > _MOSTLY_COPIES
    regimes = np.where(mostly, Regime.ODD, Regime.SINGLE)
    regimes = np.where(copied.covered > COVERED, Regime.COPIED, regimes)
    return np.where((copied.adjacent > COVERED) & (copied.times <= _FEW_TIMES), Regime.DOUBLED, regimes).astype(
        np.int64
    )
