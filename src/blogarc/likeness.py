"""How alike posts of two languages are, among all the others: candidates, cosines and margins.

Never all against all. An inverted index over rare keys (numbers, names, cognates) names the candidates of a post; only
those are compared, family by family, as sparse vectors whose keys are weighed by rarity. What is rare is counted in
paragraphs, so that ten posts already tell a rare key from a common one.

A likeness is divided by the mean likeness to the nearest neighbours on both sides (the ratio margin of Artetxe and
Schwenk 2019): a post full of common words is a little like everything, and a margin does not mind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogarc.alignment import paragraphs
from blogarc.features import FAMILIES, GRAM_SPACE, extract

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_NONE = np.empty(0, np.int64)
_SHRINKAGE = 8.0  # shared keys that count half in judging their order

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
        """The family of every number from GRAM_SPACE on, as its position in FAMILIES."""
        return np.fromiter((int(key[0]) for key in self.ids), np.int8, len(self.ids))

    def names(self) -> list[str]:
        """The keys behind the numbers from GRAM_SPACE on, without their family."""
        return [key[1:] for key in self.ids]


class Side:
    """The posts of one language as sparse rows: numbers of keys (ascending), and how often each occurs."""

    def __init__(self, texts: Iterable[str], vocabulary: Vocabulary) -> None:
        rows: list[Ints] = []
        counts: list[NDArray[np.int64]] = []
        spread: list[NDArray[np.int64]] = []
        places: list[NDArray[np.float32]] = []
        self.units = 0
        for text in texts:
            blocks = paragraphs(text)
            parts, where = zip(*_keys(blocks, vocabulary), strict=True) if blocks else ((), ())
            whole = np.concatenate([_NONE, *parts])
            keys, first, times = np.unique(whole, return_index=True, return_counts=True)
            rows.append(keys.astype(np.int32))
            counts.append(times)
            # In how many paragraphs of this post each key stands.
            once = np.concatenate([_NONE, *(np.unique(part) for part in parts)])
            spread.append(np.unique(once, return_counts=True)[1])
            named = np.searchsorted(keys, GRAM_SPACE)
            places.append(np.concatenate([np.empty(0, np.float32), *where])[first[named:]])
            self.units += len(parts)
        self.starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        self.keys = _joined(rows, np.int32)
        self.counts = _joined(counts, np.uint16)
        self.places = places  # of the keys that are no 4-grams, where in the post each stands first
        self._spread = _joined(spread, np.uint16)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rarity(self, size: int) -> Floats:
        """The inverse document frequency of every key, counted in paragraphs; 0 where it does not occur."""
        spread = np.bincount(self.keys, self._spread, minlength=size)
        return np.where(spread > 0, np.log((self.units + 1) / (spread + 0.5)), 0.0).clip(0)

    def row(self, n: int) -> slice:
        return slice(int(self.starts[n]), int(self.starts[n + 1]))


def _keys(blocks: Sequence[str], vocabulary: Vocabulary) -> Iterator[tuple[Ints, NDArray[np.float32]]]:
    """The keys of each paragraph, and where in the text each stands, in letters from its start."""
    start = 0
    for block in blocks:
        found = extract(block)
        families = [vocabulary.add(n, keys) for n, keys in enumerate((found.numbers, found.names, found.cognates))]
        # A family is in the order of the text: its keys are spread evenly over the paragraph, which is near enough.
        where = [(start + len(block) * (np.arange(len(keys)) + 0.5) / max(len(keys), 1)) for keys in families]
        where.append(np.full(len(found.grams), start))
        yield np.concatenate([*families, found.grams]), np.concatenate(where).astype(np.float32)
        start += len(block)


def _joined(rows: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, kind), *(np.minimum(row, np.iinfo(kind).max).astype(kind) for row in rows)])  # type: ignore[type-var]


class Likeness:
    """Two sides made comparable."""

    def __init__(self, source: Sequence[str], target: Sequence[str], *, keys: int, postings: int) -> None:
        vocabulary = Vocabulary()
        self.source, self.target = Side(source, vocabulary), Side(target, vocabulary)
        # Keys are numbered anew without gaps, so that ten posts do not pay for a table of all possible 4-grams.
        used = np.zeros(GRAM_SPACE, bool)
        for side in (self.source, self.target):
            used[side.keys[side.keys < GRAM_SPACE]] = True
        self._first_named = int(used.sum())
        self._names = vocabulary.names()
        size = self._first_named + len(self._names)
        self.kinds = np.full(size, len(FAMILIES) - 1, np.int8)
        self.kinds[self._first_named :] = vocabulary.families()
        number = np.concatenate([np.cumsum(used) - 1, np.arange(self._first_named, size)]).astype(np.int32)
        for side in (self.source, self.target):
            side.keys = number[side.keys]
        # A key that is common on one side says little, however rare it is on the other; in one side only, nothing.
        self._rarities = [side.rarity(size) for side in (self.source, self.target)]
        self.weights = np.minimum(*self._rarities)
        self._values = [
            self._normalised(side, rarity)
            for side, rarity in zip((self.source, self.target), self._rarities, strict=True)
        ]
        self._dense = np.zeros(size, np.float32)
        self._most_keys, self._most_postings = keys, postings
        self._postings = self._invert()

    def _normalised(self, side: Side, own: Floats) -> NDArray[np.float32]:
        """Values of unit length in each family of each row; the length counts unshared keys too."""
        rarity = np.where(self.weights > 0, self.weights, own)
        values = (1 + np.log(side.counts)) * rarity[side.keys]
        groups = np.repeat(np.arange(len(side)), np.diff(side.starts)) * len(FAMILIES) + self.kinds[side.keys]
        norms = np.sqrt(np.bincount(groups, values**2, minlength=len(side) * len(FAMILIES)))
        values /= np.maximum(norms[groups], 1e-9)
        values[self.weights[side.keys] <= 0] = 0
        return np.asarray(values, np.float32)

    def _invert(self) -> tuple[Ints, Ints]:
        """For every key the target posts that have it: where they start, and the posts."""
        side = self.target
        useful = (side.keys >= self._first_named) & (self.weights[side.keys] > 0)
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
        dense = self._dense
        keys = self.source.keys[ours]
        dense[keys] = self._values[0][ours]
        slices = [self.target.row(int(other)) for other in others]
        found = np.zeros((len(slices), len(FAMILIES)))
        if slices:
            theirs = np.concatenate([self.target.keys[s] for s in slices])
            products = dense[theirs] * np.concatenate([self._values[1][s] for s in slices])
            lengths = [s.stop - s.start for s in slices]
            groups = np.repeat(np.arange(len(slices)), lengths) * len(FAMILIES) + self.kinds[theirs]
            found = np.bincount(groups, products, minlength=found.size).astype(np.float64).reshape(found.shape)
        dense[keys] = 0
        return found

    def shared(self, row: int, column: int) -> list[list[str]]:
        """Numbers, names and cognates that both posts have, the rarest first."""
        keys = np.intersect1d(self._named(0, row), self._named(1, column), assume_unique=True)
        keys = keys[np.lexsort((keys, -self.weights[keys]))]
        return [self._spell(keys[self.kinds[keys] == n]) for n in range(len(FAMILIES) - 1)]

    def conflict(self, row: int, column: int, family: int) -> float:
        """The weight of the keys of a family that each of two posts has and the other lacks.

        The lesser side counts: a partial translation lacks much, and contradicts nothing.
        """
        ours, theirs = (self._named(end, n) for end, n in ((0, row), (1, column)))
        ours, theirs = ours[self.kinds[ours] == family], theirs[self.kinds[theirs] == family]
        alone = [
            float(rarity[np.setdiff1d(keys, others, assume_unique=True)].sum())
            for rarity, keys, others in zip(self._rarities, (ours, theirs), (theirs, ours), strict=True)
        ]
        return min(alone)

    def same_order(self, row: int, column: int) -> float:
        """How far the keys that both posts have come in the same order: from 1, in the same, to -1, in the opposite one.

        Spearman's rank correlation of where each stands first, shrunk where there are few. Two texts about one subject
        share keys in any order; a translation, and a partial one, in the same.
        """
        ours, theirs = self._named(0, row), self._named(1, column)
        _, mine, yours = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
        count = len(mine)
        if count < 2:
            return 0.0
        first, second = self.source.places[row][mine], self.target.places[column][yours]
        ranks = [np.argsort(np.argsort(places, kind="stable")) for places in (first, second)]
        apart = float(((ranks[0] - ranks[1]) ** 2).sum())
        return (1 - 6 * apart / (count * (count * count - 1))) * count / (count + _SHRINKAGE)

    def keys(self, end: int, n: int, family: int) -> set[str]:
        """The keys of a family that a post has; `end` is 0 for a source post, 1 for a target post."""
        keys = self._named(end, n)
        return set(self._spell(keys[self.kinds[keys] == family]))

    def _named(self, end: int, n: int) -> NDArray[np.int32]:
        """The keys of a post that are no 4-grams; they stand last."""
        side = (self.source, self.target)[end]
        row = side.keys[side.row(n)]
        return row[np.searchsorted(row, self._first_named) :]

    def _spell(self, keys: NDArray[np.int32]) -> list[str]:
        return [self._names[key - self._first_named] for key in keys]


def likeness(cosines: Floats) -> Floats:
    """One number for each row of cosines."""
    return np.asarray(cosines @ np.array(list(_SHARES.values())))


def rivals(owners: Ints, values: Floats, most: int) -> tuple[Floats, Ints]:
    """For each entry the sum of the `most` highest other values of the same owner, and how many those are.

    >>> total, count = rivals(np.array([7, 7, 7, 9]), np.array([0.5, 0.125, 0.25, 0.75]), 1)
    >>> total.tolist(), count.tolist()
    ([0.25, 0.5, 0.5, 0.0], [1, 1, 1, 0])
    """
    rank = _rank(owners, values)
    held = np.bincount(owners, minlength=1)
    inside = rank <= most  # one more than needed: the entry itself may be among them
    totals = np.bincount(owners[inside], values[inside], minlength=len(held))
    last = np.bincount(owners[rank == most], values[rank == most], minlength=len(held))
    total = np.where(inside, totals[owners] - values, totals[owners] - last[owners])
    return total, np.minimum(held[owners] - 1, most)


def best(owners: Ints, values: Floats, most: int) -> NDArray[np.bool_]:
    """Which entries are among the `most` highest of their owner; of equal ones, the earlier.

    >>> best(np.array([7, 7, 7, 9]), np.array([0.5, 0.2, 0.3, 0.8]), 2).tolist()
    [True, False, True, True]
    """
    return _rank(owners, values) < most


def _rank(owners: Ints, values: Floats) -> Ints:
    """The rank of each entry among those of its owner, from 0 for the highest."""
    order = np.lexsort((-values, owners))
    starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=1))])
    rank = np.empty(len(owners), np.int64)
    rank[order] = np.arange(len(owners)) - starts[owners[order]]
    return rank
