"""How alike posts of two languages are, among all the others: candidates, cosines and margins.

Never all against all. An inverted index over rare keys (numbers, names, cognates) names the candidates of a post; only
those are compared, family by family, as sparse vectors (`sides`) whose keys are weighed by rarity.

A likeness is divided by the mean likeness to the nearest neighbours on both sides (the ratio margin of Artetxe and
Schwenk 2019): a post full of common words is a little like everything, and a margin does not mind.

What is told of two posts depends on them and on how rare their keys are, and not on what else stands in the same arrays: sums
are taken post by post, each in its own order. So some posts at a time give what all at once would give, to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogarc.features import FAMILIES
from blogarc.sides import (
    GRAM_BITS,
    GRAM_MASK,
    NAMED,
    Floats,
    Ints,
    Reader,
    Side,
    Vocabulary,
    rarity,
)

_SHRINKAGE = 8.0  # shared keys that count half in judging their order
_MEASURED = 512  # posts measured at once
# By how often a key occurs, what it counts: the tenth time says less than the first.
_DAMPENED = (1 + np.log(np.maximum(np.arange(1 << 16), 1))).astype(np.float32)

# What each family counts in the likeness that ranks candidates.
_SHARES = dict(zip(FAMILIES, (0.15, 0.2, 0.3, 0.35), strict=True))


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of each post by itself: the Euclidean length of each family, the weight of all its named keys, shared or
    not, family by family, and how many named keys it has."""

    lengths: Floats
    totals: Floats
    sizes: Ints


def measure(side: Side, kinds: NDArray[np.int8], rarities: Floats, named: Floats, grams: Floats) -> Measures:
    """Of named keys, by their number: the family (`kinds`), the rarity on this side, and the weight; of 4-grams the weight.

    The weight of a key is the lesser rarity of the two sides, or the one that it has.
    """
    lengths, totals = np.zeros((len(side), len(FAMILIES))), np.zeros((len(side), NAMED))
    for n in range(0, len(side), _MEASURED):
        cuts = side.cuts[n : n + _MEASURED]
        keys = side.keys[cuts[0, 0] : cuts[-1, -1]]
        value = _DAMPENED[side.counts[cuts[0, 0] : cuts[-1, -1]]] * named[keys]
        runs = np.diff(cuts, axis=1).ravel()
        lengths[n : n + _MEASURED, :NAMED] = _sums(value**2, runs).reshape(-1, NAMED)
        totals[n : n + _MEASURED] = _sums(rarities[keys], runs).reshape(-1, NAMED)
        starts = side.gram_starts[n : n + _MEASURED + 1]
        packed = side.grams[starts[0] : starts[-1]]
        value = _DAMPENED[packed >> GRAM_BITS] * grams[packed & GRAM_MASK]
        lengths[n : n + _MEASURED, NAMED] = _sums(value**2, np.diff(starts))
    return Measures(np.maximum(np.sqrt(lengths), 1e-9), totals, np.diff(side.starts))


def rarest(weights: Floats, most: int) -> Ints:
    """Of keys in their order the places of the weightiest; of equal ones, the earlier."""
    return np.argsort(-weights, kind="stable")[:most]


def most_named(posts: Ints, weights: Floats, most: int) -> Ints:
    """The posts that keys name which weigh most together, best first; of equal ones, the earlier. Keys come one after the
    other, each with the weight for every post that it names."""
    total = np.bincount(posts, weights)
    found = np.flatnonzero(total)
    if len(found) > most:
        least = np.partition(total[found], len(found) - most)[len(found) - most]
        found = np.flatnonzero(total >= least)
    return found[np.argsort(-total[found], kind="stable")[:most]]


def spell(keys: Sequence[tuple[str, int, float]]) -> list[list[str]]:
    """Keys that two posts share (name, family, weight), family by family, the weightiest first."""
    ranked = sorted(keys, key=lambda key: (-key[2], key[0]))
    return [[name for name, kind, _ in ranked if kind == family] for family in range(NAMED)]


class Likeness:
    """Two sides made comparable.

    Keys are numbers in both: `kinds` has the family of each named key, `rarities` how rare it is on either side; `grams` the
    weight of each 4-gram. `names` may be left empty where nobody asks for them.
    """

    def __init__(
        self,
        sides: tuple[Side, Side],
        measures: tuple[Measures, Measures],
        kinds: NDArray[np.int8],
        rarities: tuple[Floats, Floats],
        grams: Floats,
        names: Sequence[str] = (),
    ) -> None:
        self.source, self.target = sides
        self.kinds, self._rarities, self._gram_weights, self._names = kinds, rarities, grams, names
        # A key that is common on one side says little, however rare it is on the other; in one side only, nothing.
        self.weights = np.minimum(*rarities)
        self._lengths, self._totals, self._sizes = (
            [getattr(one, name) for one in measures] for name in ("lengths", "totals", "sizes")
        )
        self._dense = np.zeros(len(kinds), np.float32)
        self._dense_grams = np.zeros(len(grams), np.float32)
        self._at = np.full(len(kinds), -1, np.int32)

    @classmethod
    def of_texts(cls, source: Sequence[str], target: Sequence[str]) -> Likeness:
        """All the posts of both languages, read and counted here."""
        vocabulary = Vocabulary()
        readers = Reader(source, vocabulary), Reader(target, vocabulary)
        # Keys are numbered anew without gaps, so that ten posts do not pay for a table of all possible 4-grams.
        used = (readers[0].spread[NAMED] > 0) | (readers[1].spread[NAMED] > 0)
        sizes = [len(ids) for ids in vocabulary.ids]
        names = [key for ids in vocabulary.ids for key in ids]
        del vocabulary
        kinds = np.repeat(np.arange(NAMED, dtype=np.int8), sizes)
        rarities, grams = [], []
        for reader in readers:
            padded = [np.zeros(size, np.int32) for size in sizes]
            for family, size in enumerate(sizes):
                held = reader.spread[family][:size]
                padded[family][: len(held)] = held
            rarities.append(rarity(np.concatenate(padded), reader.units))
            grams.append(rarity(reader.spread[NAMED][used], reader.units))
        order = (np.cumsum(used) - 1).astype(np.int32)
        sides = [reader.side([0, *accumulate(sizes)], order) for reader in readers]
        weights, gram_weights = np.minimum(*rarities), np.minimum(*grams)
        measures = [
            measure(
                side, kinds, own, np.where(weights > 0, weights, own), np.where(gram_weights > 0, gram_weights, gram)
            )
            for side, own, gram in zip(sides, rarities, grams, strict=True)
        ]
        return cls(
            (sides[0], sides[1]), (measures[0], measures[1]), kinds, (rarities[0], rarities[1]), gram_weights, names
        )

    def invert(self, postings: int) -> None:
        """Make the index that `candidates` needs; a key that more than `postings` target posts have is not looked up."""
        side = self.target
        held = np.bincount(side.keys, minlength=len(self.kinds))
        useful = (self.weights > 0) & (held <= postings)
        chosen = useful[side.keys]
        owners = np.repeat(np.arange(len(side), dtype=np.int32), np.diff(side.starts))[chosen]
        starts = np.concatenate([[0], np.cumsum(np.where(useful, held, 0))])
        self._postings = starts.astype(np.int64), owners[np.argsort(side.keys[chosen], kind="stable")]

    def candidates(self, n: int, keys: int, most: int) -> Ints:
        """The target posts that share the weightiest rare keys, so many of them, with source post `n`, best first."""
        if len(self.target) <= most:
            return np.arange(len(self.target))
        starts, owners = self._postings
        own = self.source.named(n)
        own = own[starts[own + 1] > starts[own]]
        if not len(own):
            return np.empty(0, np.int64)
        own = own[rarest(self.weights[own], keys)]
        found = np.concatenate([owners[starts[key] : starts[key + 1]] for key in own])
        return most_named(found, np.repeat(self.weights[own], starts[own + 1] - starts[own]), most)

    def compare(self, n: int, others: Ints) -> Floats:
        """The cosines of source post `n` with target posts: a row each, a column for each family."""
        source, target = self.source, self.target
        found = np.zeros((len(others), len(FAMILIES)))
        if not len(others):
            return found
        # What a key counts on both sides is laid out here, so that only its frequency is asked for there.
        keys = source.named(n)
        self._dense[keys] = self.weights[keys] ** 2 * _DAMPENED[source.counts[source.row(n)]]
        rows = [slice(start, end) for start, end in target.cuts[others][:, [0, -1]].tolist()]
        products = self._dense[np.concatenate([target.keys[row] for row in rows])]
        products *= _DAMPENED[np.concatenate([target.counts[row] for row in rows])]
        self._dense[keys] = 0
        found[:, :NAMED] = _sums(products, np.diff(target.cuts[others], axis=1).ravel()).reshape(-1, NAMED)
        packed = source.grams[source.gram_row(n)]
        grams = packed & GRAM_MASK
        self._dense_grams[grams] = self._gram_weights[grams] ** 2 * _DAMPENED[packed >> GRAM_BITS]
        starts, ends = target.gram_starts[others], target.gram_starts[others + 1]
        packed = np.concatenate(
            [target.grams[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        )
        products = self._dense_grams[packed & GRAM_MASK]
        self._dense_grams[grams] = 0
        # Most stand on one side only, and need no further look.
        hit = np.flatnonzero(products)
        products = products[hit] * _DAMPENED[packed[hit] >> GRAM_BITS]
        found[:, NAMED] = _sums(products, np.diff(np.searchsorted(hit, np.cumsum(ends - starts)), prepend=0))
        return np.asarray(found / self._lengths[0][n] / self._lengths[1][others])

    def forget_grams(self) -> None:
        """Free the memory that only `compare` needs, which cannot be called any more."""
        del self.source.grams, self.target.grams

    def look(self, n: int, others: Ints) -> Closer:
        """What source post `n` and each of these target posts share, key by key."""
        ours, count = self.source.named(n), len(others)
        self._at[ours] = np.arange(len(ours), dtype=np.int32)
        rows = [self.target.named(int(other)) for other in others]
        theirs = np.concatenate([np.empty(0, np.int32), *rows])
        at = self._at[theirs]
        self._at[ours] = -1
        hit = np.flatnonzero(at >= 0)
        edge = np.repeat(np.arange(count), [len(row) for row in rows])[hit]
        keys, at = theirs[hit], at[hit]
        groups, size = edge * NAMED + self.kinds[keys], count * NAMED
        # Ours that they lack, and theirs that we lack.
        totals = self._totals[0][n][None, :], self._totals[1][others]
        shared = [np.bincount(groups, r[keys], minlength=size).reshape(count, NAMED) for r in self._rarities]
        alone = [total - both for total, both in zip(totals, shared, strict=True)]
        places = np.concatenate([np.empty(0, np.float32), *(self.target.places(int(other)) for other in others)])[hit]
        ranks = [_ranks(edge, where) for where in (self.source.places(n)[at], places)]
        apart = np.bincount(edge, (ranks[0] - ranks[1]) ** 2, minlength=count)
        held = np.bincount(edge, minlength=count)
        order = 1 - 6 * apart / np.maximum(held * (held * held - 1), 1)
        # The shorter post: what it is made of tells a copy.
        fewest = np.minimum(self._sizes[0][n], self._sizes[1][others])
        return Closer(
            np.minimum(*alone).clip(0),
            np.where(held < 2, 0.0, order * held / (held + _SHRINKAGE)),
            held / np.maximum(fewest, 1),
        )

    def shared(self, row: int, column: int) -> list[list[str]]:
        """Numbers, names and cognates that both posts have, the rarest first."""
        keys = np.intersect1d(self.source.named(row), self.target.named(column), assume_unique=True)
        names = (self._names[key] for key in keys.tolist())
        return spell(list(zip(names, self.kinds[keys].tolist(), self.weights[keys].tolist(), strict=True)))

    def keys(self, end: int, n: int, family: int) -> set[str]:
        """The keys of a named family that a post has; `end` is 0 for a source post, 1 for a target post."""
        keys = (self.source, self.target)[end].named(n)
        return {self._names[key] for key in keys[self.kinds[keys] == family].tolist()}


@dataclass(frozen=True, slots=True)
class Closer:
    """What one source post and several target posts share: an entry for each target post.

    `conflict` has a column for each named family: the weight of the keys that each of two posts has and the other lacks.
    The lesser side counts: a partial translation lacks much, and contradicts nothing.

    `order` is how far the keys that both have come in the same order: from 1, in the same, to -1, in the opposite one;
    Spearman's rank correlation of where each stands first, shrunk where there are few. Two texts about one subject share
    keys in any order; a translation, and a partial one, in the same.

    `held` is the share, by count, of the keys of the shorter post that the other has.
    """

    conflict: Floats
    order: Floats
    held: Floats


def _sums(values: NDArray[Any], lengths: Ints) -> Floats:
    """The sums of runs of so many values each; none depends on what stands beside it."""
    owners = np.repeat(np.arange(len(lengths)), lengths)
    return np.bincount(owners, values, minlength=len(lengths)).astype(np.float64, copy=False)


def _ranks(owners: Ints, values: NDArray[Any]) -> Ints:
    """The rank of each entry among those of its owner, from 0 for the least; owners come in groups."""
    order = np.lexsort((values, owners))
    ranks = np.empty(len(owners), np.int64)
    ranks[order] = np.arange(len(owners)) - np.searchsorted(owners, owners)
    return ranks


def likeness(cosines: Floats) -> Floats:
    """One number for each row of cosines."""
    # Not a product of matrices: how that adds up depends on how many rows there are.
    return np.asarray(sum(share * cosines[:, n].astype(np.float64) for n, share in enumerate(_SHARES.values())))


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
