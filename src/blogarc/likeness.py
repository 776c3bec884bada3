"""How alike posts of two languages are, among all the others: candidates, cosines and margins.

Never all against all. An inverted index over rare keys (numbers, names, cognates) names the candidates of a post; only
those are compared, family by family, as sparse vectors whose keys are weighed by rarity. What is rare is counted in
paragraphs, so that ten posts already tell a rare key from a common one.

A likeness is divided by the mean likeness to the nearest neighbours on both sides (the ratio margin of Artetxe and
Schwenk 2019): a post full of common words is a little like everything, and a margin does not mind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from blogarc.alignment import paragraphs
from blogarc.features import FAMILIES, GRAM_SPACE, extract

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# What each family counts in the likeness that ranks candidates.
_SHARES = dict(zip(FAMILIES, (0.15, 0.2, 0.3, 0.35), strict=True))


class Vocabulary:
    """Keys as numbers: the 4-grams first, then all others in order of arrival. A number knows its family."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}

    def add(self, family: int, keys: Iterable[str]) -> Ints:
        ids = self.ids
        return np.fromiter((ids.setdefault(f"{family}{key}", len(ids)) for key in keys), np.int64) + GRAM_SPACE

    def families(self) -> NDArray[np.int8]:
        """The family of every number, as its position in FAMILIES."""
        kinds = np.full(GRAM_SPACE + len(self.ids), len(FAMILIES) - 1, np.int8)
        kinds[GRAM_SPACE:] = np.fromiter((int(key[0]) for key in self.ids), np.int8, len(self.ids))
        return kinds

    def names(self) -> list[str]:
        """The keys behind the numbers from GRAM_SPACE on, without their family."""
        return [key[1:] for key in self.ids]


class Side:
    """The posts of one language as sparse rows: numbers of keys (ascending), and how often each occurs."""

    def __init__(self, texts: Iterable[str], vocabulary: Vocabulary) -> None:
        rows: list[Ints] = []
        counts: list[NDArray[np.float32]] = []
        spread: list[Ints] = []
        self.units = 0
        for text in texts:
            parts = [self._keys(block, vocabulary) for block in paragraphs(text)]
            whole = np.concatenate(parts) if parts else np.empty(0, np.int64)
            keys, times = np.unique(whole, return_counts=True)
            rows.append(keys.astype(np.int32))
            counts.append(times.astype(np.float32))
            # In how many paragraphs of this post each key stands.
            once = np.concatenate([np.unique(part) for part in parts]) if parts else whole
            spread.append(np.unique(once, return_counts=True)[1].astype(np.int32))
            self.units += len(parts)
        self.starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        self.keys: NDArray[np.int32] = np.concatenate(rows) if rows else np.empty(0, np.int32)
        self.counts: NDArray[np.float32] = np.concatenate(counts) if counts else np.empty(0, np.float32)
        self._spread: NDArray[np.int32] = np.concatenate(spread) if spread else np.empty(0, np.int32)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @staticmethod
    def _keys(block: str, vocabulary: Vocabulary) -> Ints:
        found = extract(block)
        named = [vocabulary.add(n, keys) for n, keys in enumerate((found.numbers, found.names, found.cognates))]
        return np.concatenate([*named, found.grams])

    def rarity(self, size: int) -> Floats:
        """The inverse document frequency of every key, counted in paragraphs; 0 where it does not occur."""
        spread = np.bincount(self.keys, self._spread, minlength=size)
        return np.where(spread > 0, np.log((self.units + 1) / (spread + 0.5)), 0.0).clip(0)

    def row(self, n: int) -> slice:
        return slice(int(self.starts[n]), int(self.starts[n + 1]))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A source post against a candidate: the cosines, family by family, and their weighted sum."""

    cosines: tuple[float, ...]
    likeness: float


class Likeness:
    """Two sides made comparable."""

    def __init__(self, source: Sequence[str], target: Sequence[str], *, keys: int, postings: int) -> None:
        self.vocabulary = Vocabulary()
        self.source, self.target = Side(source, self.vocabulary), Side(target, self.vocabulary)
        self.kinds = self.vocabulary.families()
        size = len(self.kinds)
        # A key that is common on one side says little, however rare it is on the other; in one side only, nothing.
        self.weights = np.minimum(self.source.rarity(size), self.target.rarity(size))
        self._values = [self._normalised(side) for side in (self.source, self.target)]
        self._most_keys, self._most_postings = keys, postings
        self._postings = self._invert()

    def _normalised(self, side: Side) -> NDArray[np.float32]:
        """Values of unit length in each family of each row; the length counts unshared keys too."""
        size = len(self.kinds)
        rarity = side.rarity(size)
        rarity[self.weights > 0] = self.weights[self.weights > 0]
        values = (1 + np.log(side.counts)) * rarity[side.keys]
        groups = np.repeat(np.arange(len(side)), np.diff(side.starts)) * len(FAMILIES) + self.kinds[side.keys]
        norms = np.sqrt(np.bincount(groups, values**2, minlength=len(side) * len(FAMILIES)))
        values /= np.maximum(norms[groups], 1e-9)
        values[self.weights[side.keys] <= 0] = 0
        return values.astype(np.float32)

    def _invert(self) -> tuple[Ints, Ints]:
        """For every key the target posts that have it: where they start, and the posts."""
        side = self.target
        useful = (self.kinds[side.keys] < len(FAMILIES) - 1) & (self.weights[side.keys] > 0)
        owners = np.repeat(np.arange(len(side)), np.diff(side.starts))[useful]
        keys = side.keys[useful]
        order = np.argsort(keys, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=len(self.kinds)))])
        return starts.astype(np.int64), owners[order]

    def candidates(self, n: int, most: int) -> Ints:
        """The target posts that share the weightiest rare keys with source post `n`, best first."""
        if len(self.target) <= most:
            return np.arange(len(self.target))
        starts, owners = self._postings
        keys = self.source.keys[self.source.row(n)]
        held = starts[keys + 1] - starts[keys]
        keys = keys[(held > 0) & (held <= self._most_postings)]
        if not len(keys):
            return np.empty(0, np.int64)
        keys = keys[np.argsort(-self.weights[keys], kind="stable")[: self._most_keys]]
        found = np.concatenate([owners[starts[key] : starts[key + 1]] for key in keys])
        weight = np.repeat(self.weights[keys], starts[keys + 1] - starts[keys])
        posts, inverse = np.unique(found, return_inverse=True)
        total = np.bincount(inverse, weight)
        return posts[np.argsort(-total, kind="stable")[:most]]

    def compare(self, n: int, others: Ints) -> Floats:
        """The cosines of source post `n` with target posts: a row each, a column for each family."""
        ours = self.source.row(n)
        dense = np.zeros(len(self.kinds), np.float32) if not hasattr(self, "_dense") else self._dense
        self._dense = dense
        keys = self.source.keys[ours]
        dense[keys] = self._values[0][ours]
        slices = [self.target.row(int(other)) for other in others]
        found = np.zeros((len(slices), len(FAMILIES)))
        if slices:
            theirs = np.concatenate([self.target.keys[s] for s in slices])
            products = dense[theirs] * np.concatenate([self._values[1][s] for s in slices])
            lengths = [s.stop - s.start for s in slices]
            groups = np.repeat(np.arange(len(slices)), lengths) * len(FAMILIES) + self.kinds[theirs]
            found = np.bincount(groups, products, minlength=found.size).reshape(found.shape)
        dense[keys] = 0
        return found

    def shared(self, n: int, other: int) -> Ints:
        """The keys, other than 4-grams, of both posts, rarest first."""
        keys = np.intersect1d(self.source.keys[self.source.row(n)], self.target.keys[self.target.row(other)])
        keys = keys[keys >= GRAM_SPACE]
        return keys[np.argsort(-self.weights[keys], kind="stable")]


def likeness(cosines: Floats) -> Floats:
    """One number for each row of cosines."""
    return cosines @ np.array(list(_SHARES.values()))
