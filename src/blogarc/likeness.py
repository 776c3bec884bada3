"""How alike posts of two languages are, among all the others: candidates, cosines and margins.

Never all against all. An inverted index over rare keys (numbers, names, cognates) names the candidates of a post; only
those are compared, family by family, as sparse vectors whose keys are weighed by rarity. What is rare is counted in
paragraphs, so that ten posts already tell a rare key from a common one.

A likeness is divided by the mean likeness to the nearest neighbours on both sides (the ratio margin of Artetxe and
Schwenk 2019): a post full of common words is a little like everything, and a margin does not mind.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogarc.alignment import paragraphs
from blogarc.features import FAMILIES, GRAM_SPACE, READ, extract_named, grams_of
from blogarc.text import fold_accents

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_SHRINKAGE = 8.0  # shared keys that count half in judging their order
_NAMED = len(FAMILIES) - 1  # the families before the 4-grams, whose keys people can read
_ID_BITS = 28  # a key is its family, and below it a number of so many bits; both fit into 31
_ID_MASK = (1 << _ID_BITS) - 1
_GRAM_BITS = GRAM_SPACE.bit_length() - 1  # of a 4-gram's number; how often it occurs has the rest of 32
_GRAM_MASK = np.uint32(GRAM_SPACE - 1)
_MOST_GRAMS = (1 << 32 - _GRAM_BITS) - 1
_BATCH = 64  # posts read at once: enough to make numpy worth its while, and few enough for the cache
_MEASURED = 512  # posts measured at once
# By how often a key occurs, what it counts: the tenth time says less than the first.
_DAMPENED = (1 + np.log(np.maximum(np.arange(1 << 16), 1))).astype(np.float32)

# What each family counts in the likeness that ranks candidates.
_SHARES = dict(zip(FAMILIES, (0.15, 0.2, 0.3, 0.35), strict=True))


class Vocabulary:
    """Numbers, names and cognates as integers, in order of arrival within their family."""

    def __init__(self) -> None:
        self.ids: tuple[dict[str, int], ...] = tuple({} for _ in range(_NAMED))

    def add(self, family: int, keys: Iterable[str]) -> list[int]:
        ids = self.ids[family]
        return [ids.setdefault(key, len(ids)) for key in keys]


class Growing:
    """An array that grows at its end. It is never copied as a whole, which would need twice its memory for a moment."""

    def __init__(self, kind: str) -> None:
        self._held = array(kind)

    def add(self, values: NDArray[Any]) -> None:
        """More than the kind can hold is cut to the most that it can."""
        kind = np.dtype(self._held.typecode)
        if kind.kind in "iu":
            values = np.minimum(values, np.iinfo(kind).max)
        self._held.frombytes(np.ascontiguousarray(values, kind).tobytes())

    def finished(self) -> NDArray[Any]:
        """All of it; nothing can be added any more."""
        return np.frombuffer(self._held, self._held.typecode)


class Side:
    """The posts of one language as sparse rows.

    A row has the named keys of a post (ascending, so family by family), how often each occurs and where it stands first. The
    row of its 4-grams has a number for each, which holds the key in its lower bits and how often it occurs above them: there
    are eight times as many as named keys, and they are what a large collection needs memory for.
    """

    def __init__(self, texts: Sequence[str], vocabulary: Vocabulary) -> None:
        self.units = 0  # paragraphs
        lengths, gram_lengths = Growing("q"), Growing("q")
        keys, counts, places, packed = Growing("i"), Growing("H"), Growing("f"), Growing("I")
        # In how many paragraphs each key of each family stands.
        self.spread = [np.zeros(0, np.int32) for _ in range(_NAMED)] + [np.zeros(GRAM_SPACE, np.int32)]
        for n in range(0, len(texts), _BATCH):
            named, grams = self._read(texts[n : n + _BATCH], vocabulary)
            for family, size in enumerate(map(len, vocabulary.ids)):
                if size > len(self.spread[family]):
                    more = np.zeros(max(size - len(self.spread[family]), len(self.spread[family]) // 4), np.int32)
                    self.spread[family] = np.concatenate([self.spread[family], more])
                chosen = named.keys >> _ID_BITS == family
                np.add.at(self.spread[family], named.keys[chosen] & _ID_MASK, named.spread[chosen])
            np.add.at(self.spread[_NAMED], grams.keys, grams.spread)
            lengths.add(named.lengths)
            keys.add(named.keys)
            counts.add(named.counts)
            places.add(named.places)
            gram_lengths.add(grams.lengths)
            packed.add(np.minimum(grams.counts, _MOST_GRAMS) << _GRAM_BITS | grams.keys)
        self.starts = np.concatenate([[0], np.cumsum(lengths.finished())])
        self.gram_starts = np.concatenate([[0], np.cumsum(gram_lengths.finished())])
        self.keys, self.counts, self._places, self.grams = (a.finished() for a in (keys, counts, places, packed))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def _read(self, texts: Sequence[str], vocabulary: Vocabulary) -> tuple[_Rows, _Rows]:
        """A few posts: rows of their named keys, with the family above the number of a key, and rows of their 4-grams."""
        ids: list[int] = []
        runs: list[int] = []  # keys of each family of each paragraph
        letters: list[int] = []
        owners: list[int] = []
        folded: list[str] = []
        for post, text in enumerate(texts):
            for block in paragraphs(text):
                folded.append(fold_accents(block[:READ]))
                letters.append(len(block))
                owners.append(post)
                for family, said in enumerate(extract_named(block, folded[-1])):
                    ids += vocabulary.add(family, said)
                    runs.append(len(said))
        self.units += len(folded)
        owner, length = np.array(owners, np.int64), np.array(letters, np.int64)
        run, unit = np.array(runs, np.int64), np.arange(len(folded))
        start = np.cumsum(length) - length
        start -= start[np.searchsorted(owner, owner)]
        # A family is in the order of the text: its keys are spread evenly over the paragraph, which is near enough.
        inside = np.arange(len(ids)) - np.repeat(np.cumsum(run) - run, run)
        units = np.repeat(np.repeat(unit, _NAMED), run)
        place = start[units] + length[units] * (inside + 0.5) / np.repeat(run, run)
        named = np.array(ids, np.int64) | np.repeat(np.tile(np.arange(_NAMED), len(folded)), run) << _ID_BITS
        # A stable sort keeps the order of the text among equal keys.
        whose = owner[units] << 32 | named
        order = np.argsort(whose, kind="stable")
        times = _distinct(whose[order])[1]
        first = place[order][np.cumsum(times) - times]
        found, held = grams_of(folded)
        return (
            _rows(np.sort(units << 32 | named), owner, len(texts), first),
            _rows(np.sort(np.repeat(unit, held) << 32 | found), owner, len(texts), np.empty(0)),
        )

    def renumber(self, first: Sequence[int], grams: NDArray[np.int32]) -> None:
        """Keys without gaps: those of each family from `first` on, 4-grams in the order that `grams` gives them."""
        for rows in _slices(len(self.keys)):
            family, ids = self.keys[rows] >> _ID_BITS, self.keys[rows] & _ID_MASK
            self.keys[rows] = np.array(first, np.int32)[family] + ids
        for rows in _slices(len(self.grams)):
            packed = self.grams[rows]
            self.grams[rows] = packed & ~_GRAM_MASK | grams[packed & _GRAM_MASK].astype(np.uint32)
        # Where each family starts in each row, and where the row ends.
        owner = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))
        self.cuts = np.repeat(self.starts[:-1, None], _NAMED + 1, axis=1)
        for n, end in enumerate(first[1:_NAMED], start=1):
            self.cuts[:, n] += np.bincount(owner[self.keys < end], minlength=len(self))
        self.cuts[:, -1] = self.starts[1:]

    def row(self, n: int) -> slice:
        return slice(int(self.starts[n]), int(self.starts[n + 1]))

    def gram_row(self, n: int) -> slice:
        return slice(int(self.gram_starts[n]), int(self.gram_starts[n + 1]))

    def named(self, n: int) -> NDArray[np.int32]:
        """The keys of a post that are no 4-grams."""
        return self.keys[self.row(n)]

    def places(self, n: int) -> NDArray[np.float32]:
        """Where each of those stands first, in letters from the start of the post."""
        return self._places[self.row(n)]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Posts one after the other: how many keys each has, and of every key how often it occurs, in how many paragraphs, and
    where first."""

    lengths: Ints
    keys: Ints
    counts: Ints
    spread: Ints
    places: Floats


def _rows(occurrences: Ints, owner: Ints, posts: int, places: Floats) -> _Rows:
    """From sorted occurrences, with the paragraph above 32 bits of key; `owner` says which post a paragraph is of."""
    # Once for each paragraph that has the key, and then once for each post.
    once, times = _distinct(occurrences)
    once = (owner[once >> 32] << 32) | (once & 0xFFFFFFFF)
    order = np.argsort(once, kind="stable")
    rows, spread = _distinct(once[order])
    first = np.cumsum(spread) - spread
    counts = np.add.reduceat(times[order], first) if len(first) else first
    return _Rows(np.bincount(rows >> 32, minlength=posts), rows & 0xFFFFFFFF, counts, spread, places)


def _distinct(ordered: Ints) -> tuple[Ints, Ints]:
    """The distinct values of an ascending array, and how often each occurs."""
    if not len(ordered):
        return ordered, ordered
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return ordered[first], np.diff(np.concatenate([first, [len(ordered)]]))


def _slices(size: int, step: int = 1 << 20) -> Iterator[slice]:
    return (slice(start, min(start + step, size)) for start in range(0, size, step))


def _rarity(spread: NDArray[np.int32], units: int) -> Floats:
    """The inverse document frequency of every key, counted in paragraphs; 0 where it does not occur."""
    return np.where(spread > 0, np.log((units + 1) / (spread + 0.5)), 0.0).clip(0)


class Likeness:
    """Two sides made comparable."""

    def __init__(self, source: Sequence[str], target: Sequence[str], *, keys: int, postings: int) -> None:
        vocabulary = Vocabulary()
        self.source, self.target = Side(source, vocabulary), Side(target, vocabulary)
        sides = self.source, self.target
        # Keys are numbered anew without gaps, so that ten posts do not pay for a table of all possible 4-grams.
        used = (self.source.spread[_NAMED] > 0) | (self.target.spread[_NAMED] > 0)
        sizes = [len(ids) for ids in vocabulary.ids]
        first = [0, *accumulate(sizes)]
        self._names = [key for ids in vocabulary.ids for key in ids]
        del vocabulary
        self.kinds = np.repeat(np.arange(_NAMED, dtype=np.int8), sizes)
        # A key that is common on one side says little, however rare it is on the other; in one side only, nothing.
        self._rarities, grams = [], []
        for side in sides:
            side.renumber(first, (np.cumsum(used) - 1).astype(np.int32))
            padded = [np.zeros(size, np.int32) for size in sizes]
            for family, size in enumerate(sizes):
                held = side.spread[family][:size]
                padded[family][: len(held)] = held
            self._rarities.append(_rarity(np.concatenate(padded), side.units))
            grams.append(_rarity(side.spread[_NAMED][used], side.units))
            side.spread = []
        self.weights, self._gram_weights = np.minimum(*self._rarities), np.minimum(*grams)
        # The length of each family of each post, the weight of all its keys, shared or not.
        self._lengths = [
            self._measure(side, rarity, gram) for side, rarity, gram in zip(sides, self._rarities, grams, strict=True)
        ]
        self._totals = [self._named_totals(side, rarity) for side, rarity in zip(sides, self._rarities, strict=True)]
        self._dense = np.zeros(len(self._names), np.float32)
        self._dense_grams = np.zeros(len(self._gram_weights), np.float32)
        self._at = np.full(len(self._names), -1, np.int32)
        self._most_keys, self._most_postings = keys, postings
        self._postings = self._invert()

    def _measure(self, side: Side, rarity: Floats, grams: Floats) -> Floats:
        """The Euclidean length of each family of each row; unshared keys count too, by the rarity that they have."""
        lengths = np.zeros((len(side), len(FAMILIES)))
        named = np.where(self.weights > 0, self.weights, rarity)
        grams = np.where(self._gram_weights > 0, self._gram_weights, grams)
        for n in range(0, len(side), _MEASURED):
            cuts = side.cuts[n : n + _MEASURED]
            keys = side.keys[cuts[0, 0] : cuts[-1, -1]]
            value = _DAMPENED[side.counts[cuts[0, 0] : cuts[-1, -1]]] * named[keys]
            lengths[n : n + _MEASURED, :_NAMED] = _sums(value**2, np.diff(cuts, axis=1).ravel()).reshape(-1, _NAMED)
            starts = side.gram_starts[n : n + _MEASURED + 1]
            packed = side.grams[starts[0] : starts[-1]]
            value = _DAMPENED[packed >> _GRAM_BITS] * grams[packed & _GRAM_MASK]
            lengths[n : n + _MEASURED, _NAMED] = _sums(value**2, np.diff(starts))
        return np.maximum(np.sqrt(lengths), 1e-9)

    def _named_totals(self, side: Side, rarity: Floats) -> Floats:
        totals = np.zeros((len(side), _NAMED))
        for n in range(len(side)):
            keys = side.named(n)
            totals[n] = np.bincount(self.kinds[keys], rarity[keys], minlength=_NAMED)
        return totals

    def _invert(self) -> tuple[Ints, NDArray[np.int32]]:
        """For every named key the target posts that have it: where they start, and the posts."""
        side = self.target
        count = len(self._names)
        held = np.bincount(side.keys, minlength=count)
        # What is too common is not looked up.
        useful = (self.weights > 0) & (held <= self._most_postings)
        chosen = useful[side.keys]
        owners = np.repeat(np.arange(len(side), dtype=np.int32), np.diff(side.starts))[chosen]
        starts = np.concatenate([[0], np.cumsum(np.where(useful, held, 0))])
        return starts.astype(np.int64), owners[np.argsort(side.keys[chosen], kind="stable")]

    def candidates(self, n: int, most: int) -> Ints:
        """The target posts that share the weightiest rare keys with source post `n`, best first."""
        if len(self.target) <= most:
            return np.arange(len(self.target))
        starts, owners = self._postings
        keys = self.source.named(n)
        keys = keys[starts[keys + 1] > starts[keys]]
        if not len(keys):
            return np.empty(0, np.int64)
        keys = keys[np.argsort(-self.weights[keys], kind="stable")[: self._most_keys]]
        found = np.concatenate([owners[starts[key] : starts[key + 1]] for key in keys])
        weight = np.repeat(self.weights[keys], starts[keys + 1] - starts[keys])
        total = np.bincount(found, weight)
        posts = np.flatnonzero(total)
        if len(posts) > most:
            least = np.partition(total[posts], len(posts) - most)[len(posts) - most]
            posts = np.flatnonzero(total >= least)
        return posts[np.argsort(-total[posts], kind="stable")[:most]]

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
        found[:, :_NAMED] = _sums(products, np.diff(target.cuts[others], axis=1).ravel()).reshape(-1, _NAMED)
        packed = source.grams[source.gram_row(n)]
        grams = packed & _GRAM_MASK
        self._dense_grams[grams] = self._gram_weights[grams] ** 2 * _DAMPENED[packed >> _GRAM_BITS]
        starts, ends = target.gram_starts[others], target.gram_starts[others + 1]
        packed = np.concatenate(
            [target.grams[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        )
        products = self._dense_grams[packed & _GRAM_MASK]
        self._dense_grams[grams] = 0
        # Most stand on one side only, and need no further look.
        hit = np.flatnonzero(products)
        products = products[hit] * _DAMPENED[packed[hit] >> _GRAM_BITS]
        found[:, _NAMED] = _sums(products, np.diff(np.searchsorted(hit, np.cumsum(ends - starts)), prepend=0))
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
        groups, size = edge * _NAMED + self.kinds[keys], count * _NAMED
        # Ours that they lack, and theirs that we lack.
        totals = self._totals[0][n][None, :], self._totals[1][others]
        shared = [np.bincount(groups, r[keys], minlength=size).reshape(count, _NAMED) for r in self._rarities]
        alone = [total - both for total, both in zip(totals, shared, strict=True)]
        places = np.concatenate([np.empty(0, np.float32), *(self.target.places(int(other)) for other in others)])[hit]
        ranks = [_ranks(edge, where) for where in (self.source.places(n)[at], places)]
        apart = np.bincount(edge, (ranks[0] - ranks[1]) ** 2, minlength=count)
        held = np.bincount(edge, minlength=count)
        order = 1 - 6 * apart / np.maximum(held * (held * held - 1), 1)
        # The shorter post: what it is made of tells a copy.
        fewest = np.minimum(len(ours), np.array([len(row) for row in rows]))
        return Closer(
            np.minimum(*alone).clip(0),
            np.where(held < 2, 0.0, order * held / (held + _SHRINKAGE)),
            held / np.maximum(fewest, 1),
        )

    def shared(self, row: int, column: int) -> list[list[str]]:
        """Numbers, names and cognates that both posts have, the rarest first."""
        keys = np.intersect1d(self.source.named(row), self.target.named(column), assume_unique=True)
        keys = keys[np.lexsort((keys, -self.weights[keys]))]
        return [self._spell(keys[self.kinds[keys] == n]) for n in range(_NAMED)]

    def keys(self, end: int, n: int, family: int) -> set[str]:
        """The keys of a named family that a post has; `end` is 0 for a source post, 1 for a target post."""
        keys = (self.source, self.target)[end].named(n)
        return set(self._spell(keys[self.kinds[keys] == family]))

    def _spell(self, keys: NDArray[np.int32]) -> list[str]:
        return [self._names[key] for key in keys]


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
    """The sums of runs of so many values each."""
    return np.asarray(
        np.diff(np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])[np.cumsum(np.append(0, lengths))])
    )


def _ranks(owners: Ints, values: NDArray[Any]) -> Ints:
    """The rank of each entry among those of its owner, from 0 for the least; owners come in groups."""
    order = np.lexsort((values, owners))
    ranks = np.empty(len(owners), np.int64)
    ranks[order] = np.arange(len(owners)) - np.searchsorted(owners, owners)
    return ranks


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
