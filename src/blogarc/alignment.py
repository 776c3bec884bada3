"""Which paragraphs of a text are the translation of which paragraphs of another.

Both texts are read in order and cut into beads: one paragraph against one, one against two, two against one, two
against two, or one against none. A dynamic programme finds the cheapest sequence of beads (Gale and Church 1993). What a
bead costs is how unlikely its lengths are, as there, and how few keys its two sides share, as in the aligners that add
a lexicon to the lengths (Moore 2002; Varga et al. 2005, hunalign); the keys are those of `features`, so no lexicon is
needed. A row of the programme is computed at once, and a long text only near its diagonal.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from blogarc.features import GRAM_SPACE, Features, extract
from blogarc.model import Bead, Span

_BREAK = re.compile(r"\n\s*\n")
# Weight of one shared key of each family, before it is weighed by its rarity in the two texts.
_WEIGHTS = (4.0, 3.0, 1.5, 0.5)
# Variance of the length of a translation, per character, and the most that lengths may cost: Gale and Church 1993.
_VARIANCE = 6.8
_LENGTH_COST_LIMIT = 25.0
# Characters of translation per character of the source, within which the two texts set the ratio themselves; beyond
# that one of them is partial and says nothing about the ratio.
_RATIOS = (0.85, 1.35)
_HALF_STRENGTH = 60.0  # letters of a paragraph whose keys prove half as much as those of a long one
_TABLE_Z = np.linspace(0.0, 5.2, 521)
_TABLE_COST = np.array([-math.log(math.erfc(z)) for z in _TABLE_Z])
_ROWS = 64  # source paragraphs whose shared keys are counted together


@dataclass(frozen=True, slots=True)
class AlignmentConfig:
    """The options of `align`; weights are in units of log probability.

    They were chosen on translated handbooks with paragraphs deleted and merged: see benchmarks/pairs/beads.py.
    """

    key_weight: float = 12.0  # what a pair of long paragraphs that share nothing pays
    length_weight: float = 0.5  # lengths count less than in Gale and Church: here the keys carry most
    skip_cost: float = 5.0  # a paragraph without a partner: less than half of a pair that shares nothing
    two_cost: float = 4.0  # 1-2 and 2-1; more than Gale and Church's 2.3, because blogs skip more than they merge
    four_cost: float = 8.0  # 2-2
    full_overlap: float = 0.5  # share of keys at which two paragraphs count as surely translated
    cells: int = 4_000_000  # above so many pairs of paragraphs, only a band around the diagonal is looked at
    band: int = 200  # half the width of that band, in paragraphs


def align(source: str, target: str, config: AlignmentConfig = AlignmentConfig()) -> list[Bead]:
    """The beads of two texts, paragraph by paragraph; they tile both, in order.

    >>> english = "In 1969 the capital had 4,500 telephones.\\n\\nNobody else knew why he had been left there."
    >>> [(bead.source, bead.target) for bead in align(english, "En 1969 la capital tenía 4.500 teléfonos.")]
    [(Span(start=0, end=1), Span(start=0, end=1)), (Span(start=1, end=2), Span(start=1, end=1))]
    """
    return align_blocks(paragraphs(source), paragraphs(target), config)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: what stands between blank lines.

    >>> paragraphs("One.\\n\\nTwo,\\nstill two.\\n"), paragraphs("")
    (['One.', 'Two,\\nstill two.'], [])
    """
    return [block for block in _BREAK.split(text.strip()) if block]


def align_blocks(
    source: Sequence[str], target: Sequence[str], config: AlignmentConfig = AlignmentConfig()
) -> list[Bead]:
    """The beads of two lists of paragraphs, or of sentences."""
    if not source or not target:
        skipped = [Bead(Span(n, n + 1), Span(0, 0), 0.0) for n in range(len(source))]
        return skipped + [Bead(Span(0, 0), Span(n, n + 1), 0.0) for n in range(len(target))]
    return _Programme(source, target, config).beads()


class Overlap:
    """How much two lists of blocks share, block by block: the weights of their common keys."""

    def __init__(self, source: Sequence[str], target: Sequence[str]) -> None:
        ids: dict[str, int] = {}
        left = [_keys(extract(block), ids) for block in source]
        right = [_keys(extract(block), ids) for block in target]
        # Numbered anew without gaps: a table of all possible 4-grams would cost more than the alignment.
        used, places, count = np.unique(np.concatenate(left + right), return_inverse=True, return_counts=True)
        families = np.array([int(key[0]) for key in ids] or [0], np.int8)
        kinds = np.where(used < GRAM_SPACE, 3, families[np.maximum(used - GRAM_SPACE, 0)])
        blocks = np.split(places, np.cumsum([len(keys) for keys in left + right])[:-1])
        # A key in every block of both texts weighs next to nothing.
        rarity = np.log1p((len(left) + len(right)) / (count + 1.0))
        self.weights = np.array(_WEIGHTS)[kinds] * rarity
        self.left, self.right = blocks[: len(left)], blocks[len(left) :]
        self.left_total = np.array([self.weights[keys].sum() for keys in self.left])
        self.right_total = np.array([self.weights[keys].sum() for keys in self.right])

    def rows(self, first: int, last: int, low: int, high: int) -> NDArray[np.float64]:
        """The shared weight of source blocks first..last and target blocks low..high, as a matrix."""
        ours, theirs = np.concatenate(self.left[first:last]), np.concatenate(self.right[low:high])
        common = np.intersect1d(ours, theirs)
        root = np.sqrt(self.weights[common])
        table = []
        for blocks in (self.left[first:last], self.right[low:high]):
            dense = np.zeros((len(blocks), len(common)), np.float32)
            for n, keys in enumerate(blocks):
                at = np.searchsorted(common, keys)
                at[at == len(common)] = 0
                hits = at[common[at] == keys] if len(common) else at[:0]
                dense[n, hits] = root[hits]
            table.append(dense)
        return np.asarray(table[0] @ table[1].T, np.float64)


def _keys(features: Features, ids: dict[str, int]) -> NDArray[np.int64]:
    """The distinct keys of a block as numbers: 4-grams as they are, the others numbered on from there."""
    families = (features.numbers, features.names, features.cognates)
    named = {ids.setdefault(f"{n}{key}", len(ids)) for n, family in enumerate(families) for key in family}
    return np.unique(np.concatenate([features.grams, np.fromiter(named, np.int64, len(named)) + GRAM_SPACE]))


def _strength(letters: int) -> float:
    """How much the keys of a paragraph of so many letters prove, from 0 to 1."""
    return letters / (letters + _HALF_STRENGTH)


class _Programme:
    """The dynamic programme over two lists of blocks."""

    # The beads, as source blocks and target blocks; their number is what the trace keeps. A row of the programme comes
    # from the rows above by the first five, and from its own left by the last.
    SHAPES = ((1, 1), (1, 0), (1, 2), (2, 1), (2, 2), (0, 1))

    def __init__(self, source: Sequence[str], target: Sequence[str], config: AlignmentConfig) -> None:
        self.config = config
        self.overlap = Overlap(source, target)
        self.n, self.m = len(source), len(target)
        # Sums from the start, so that any run of blocks is one subtraction.
        self.source_length = np.array([0, *accumulate(len(block) for block in source)], float)
        self.target_length = np.array([0, *accumulate(len(block) for block in target)], float)
        # A short paragraph, such as a heading, may share nothing with its translation: it has less to say.
        self.source_strength = np.array([0, *accumulate(_strength(len(block)) for block in source)], float)
        self.target_strength = np.array([0, *accumulate(_strength(len(block)) for block in target)], float)
        self.source_weight = np.concatenate([[0.0], np.cumsum(self.overlap.left_total)])
        self.target_weight = np.concatenate([[0.0], np.cumsum(self.overlap.right_total)])
        self.ratio = min(max(self.target_length[-1] / self.source_length[-1], _RATIOS[0]), _RATIOS[1])
        self.banded = self.n * self.m > config.cells

    def _range(self, row: int) -> tuple[int, int]:
        """The target positions of a row that are looked at, half-open."""
        if not self.banded:
            return 0, self.m + 1
        middle = row * self.m // self.n
        # Steep where the target is much the longer: neighbouring rows must overlap.
        half = max(self.config.band, 2 * self.m // self.n + 2)
        return max(0, middle - half), min(self.m, middle + half) + 1

    def _length_cost(self, source: float, target: NDArray[np.float64]) -> NDArray[np.float64]:
        mean = (source + target / self.ratio) / 2
        z = np.abs(target - source * self.ratio) / np.sqrt(2 * _VARIANCE * mean)
        return np.asarray(np.interp(z, _TABLE_Z, _TABLE_COST).clip(max=_LENGTH_COST_LIMIT), np.float64)

    def _fit(self, shared: NDArray[np.float64], source: float, target: NDArray[np.float64]) -> NDArray[np.float64]:
        """From 0 (nothing shared) to 1 (as much as a translation shares)."""
        return np.minimum(2 * shared / np.maximum(source + target, 1e-9) / self.config.full_overlap, 1.0)

    def beads(self) -> list[Bead]:
        config, n, m = self.config, self.n, self.m
        penalty = {(1, 1): 0.0, (1, 2): config.two_cost, (2, 1): config.two_cost, (2, 2): config.four_cost}
        above: list[NDArray[np.float64]] = []  # rows i - 1 and i - 2, over all target positions
        shared: list[NDArray[np.float64]] = []  # their shared weights
        trace: list[tuple[int, NDArray[np.uint8]]] = []
        fits: list[NDArray[np.float32]] = []
        skips = np.arange(m + 1) * config.skip_cost
        chunk, chunk_start = np.empty((0, m)), 0
        for i in range(n + 1):
            low, high = self._range(i)
            best = np.full(m + 1, np.inf)
            came = np.zeros(high - low, np.uint8)
            fit = np.zeros(high - low, np.float32)
            if i == 0:
                best[0] = 0.0
            else:
                if i - 1 >= chunk_start + len(chunk):
                    chunk_start, last = i - 1, min(i - 1 + _ROWS, n)
                    left, right = self._range(i)[0], min(self._range(last)[1], m)
                    chunk = np.zeros((last - chunk_start, m))
                    # One block further left: a bead of two target blocks reaches there.
                    left = max(0, left - 2)
                    chunk[:, left:right] = self.overlap.rows(chunk_start, last, left, right)
                shared = [chunk[i - 1 - chunk_start], *shared[:1]]
                ends = np.arange(low, high)
                for number, (x, y) in enumerate(self.SHAPES[:5]):
                    if x > i:
                        continue
                    ok = ends[ends >= y]
                    before = above[x - 1][ok - y]
                    if y == 0:
                        cost, value = before + config.skip_cost, np.zeros(len(ok))
                    else:
                        common = sum(row[ok - 1 - k] for row in shared[:x] for k in range(y))
                        ours = self.source_weight[i] - self.source_weight[i - x]
                        theirs = self.target_weight[ok] - self.target_weight[ok - y]
                        value = self._fit(np.asarray(common), float(ours), theirs)
                        length = self._length_cost(
                            float(self.source_length[i] - self.source_length[i - x]),
                            self.target_length[ok] - self.target_length[ok - y],
                        )
                        # By the paragraph, or a large bead would be the cheap way out for several that share little.
                        strength = self.source_strength[i] - self.source_strength[i - x]
                        strength = (strength + self.target_strength[ok] - self.target_strength[ok - y]) / 2
                        unlike = config.key_weight * strength * (1 - value)
                        cost = before + penalty[x, y] + config.length_weight * length + unlike
                    better = cost < best[ok]
                    best[ok[better]] = cost[better]
                    came[ok[better] - low] = number
                    fit[ok[better] - low] = value[better]
            # Then along the row: the cheapest start further left, and from there one skipped target block after another.
            row = best[low:high] - skips[low:high]
            reached = np.minimum.accumulate(row)
            came[reached < row] = 5
            best[low:high] = reached + skips[low:high]
            trace.append((low, came))
            fits.append(fit)
            above = [best, *above[:1]]
        return self._walk(trace, fits)

    def _walk(self, trace: list[tuple[int, NDArray[np.uint8]]], fits: list[NDArray[np.float32]]) -> list[Bead]:
        """The beads from the end back to the start."""
        found: list[Bead] = []
        i, j = self.n, self.m
        while i or j:
            low, came = trace[i]
            x, y = self.SHAPES[came[j - low]]
            score = 0.0
            if x and y:
                length = self._length_cost(
                    float(self.source_length[i] - self.source_length[i - x]),
                    self.target_length[[j]] - self.target_length[[j - y]],
                )
                # Half for sharing keys, and what is left is discounted by lengths that do not fit.
                score = float(fits[i][j - low]) * math.exp(-0.1 * float(length[0]))
            found.append(Bead(Span(i - x, i), Span(j - y, j), round(score, 3)))
            i, j = i - x, j - y
        return found[::-1]
