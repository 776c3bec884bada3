"""The posts of one language as rows of keys: what `features` finds in each, as arrays.

A post is read paragraph by paragraph. Keys are numbers, and a row has each key of its post once: how often it occurs, in how
many paragraphs, and where first. What is rare is counted in paragraphs, so that ten posts already tell a rare key from a
common one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogarc.alignment import paragraphs
from blogarc.features import FAMILIES, GRAM_SPACE, READ, extract_named, grams_of
from blogarc.text import fold_accents

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NAMED = len(FAMILIES) - 1  # the families before the 4-grams, whose keys people can read
ID_BITS = 28  # a key is its family, and below it a number of so many bits; both fit into 31
ID_MASK = (1 << ID_BITS) - 1
GRAM_BITS = GRAM_SPACE.bit_length() - 1  # of a 4-gram's number; how often it occurs has the rest of 32
GRAM_MASK = np.uint32(GRAM_SPACE - 1)
_MOST_GRAMS = (1 << 32 - GRAM_BITS) - 1
BATCH = 64  # posts read at once: enough to make numpy worth its while, and few enough for the cache


class Vocabulary:
    """Numbers, names and cognates as integers, in order of arrival within their family."""

    def __init__(self) -> None:
        self.ids: tuple[dict[str, int], ...] = tuple({} for _ in range(NAMED))

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

    A row has the named keys of a post, family by family, how often each occurs and where it stands first; `cuts` says where
    each family of each row starts, and where the row ends. The row of its 4-grams has a number for each, which holds the key
    in its lower bits and how often it occurs above them: there are eight times as many as named keys, and they are what a
    large collection needs memory for.
    """

    def __init__(
        self,
        cuts: Ints,
        keys: NDArray[np.int32],
        counts: NDArray[Any],
        places: NDArray[np.float32],
        gram_starts: Ints,
        grams: NDArray[np.uint32],
    ) -> None:
        self.cuts, self.keys, self.counts, self._places = cuts, keys, counts, places
        self.starts = np.append(cuts[:, 0], len(keys))
        self.gram_starts, self.grams = gram_starts, grams

    def __len__(self) -> int:
        return len(self.cuts)

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


class Reader:
    """Reads posts of one language into rows, and counts in how many paragraphs each key of each family stands (`spread`)."""

    def __init__(self, texts: Sequence[str], vocabulary: Vocabulary) -> None:
        self.units = 0  # paragraphs
        lengths, gram_lengths = Growing("q"), Growing("q")
        keys, counts, places, packed = Growing("i"), Growing("H"), Growing("f"), Growing("I")
        self.spread = [np.zeros(0, np.int32) for _ in range(NAMED)] + [np.zeros(GRAM_SPACE, np.int32)]
        for n in range(0, len(texts), BATCH):
            named, grams, units = read_posts(texts[n : n + BATCH], vocabulary)
            self.units += int(units.sum())
            for family, size in enumerate(map(len, vocabulary.ids)):
                if size > len(self.spread[family]):
                    more = np.zeros(max(size - len(self.spread[family]), len(self.spread[family]) // 4), np.int32)
                    self.spread[family] = np.concatenate([self.spread[family], more])
                chosen = named.keys >> ID_BITS == family
                np.add.at(self.spread[family], named.keys[chosen] & ID_MASK, named.spread[chosen])
            np.add.at(self.spread[NAMED], grams.keys, grams.spread)
            lengths.add(named.lengths)
            keys.add(named.keys)
            counts.add(named.counts)
            places.add(named.places)
            gram_lengths.add(grams.lengths)
            packed.add(pack(grams))
        self._starts, self._gram_starts = (
            np.concatenate([[0], np.cumsum(held.finished())]) for held in (lengths, gram_lengths)
        )
        self._keys, self._counts, self._places, self._grams = (a.finished() for a in (keys, counts, places, packed))

    def side(self, first: Sequence[int], grams: NDArray[np.int32]) -> Side:
        """What was read, once: keys without gaps, those of each family from `first` on, 4-grams in the order that `grams`
        gives them. Renumbered in place, because a copy would need the memory twice."""
        keys, packed_all, count = self._keys, self._grams, len(self._starts) - 1
        for rows in _slices(len(keys)):
            family, ids = keys[rows] >> ID_BITS, keys[rows] & ID_MASK
            keys[rows] = np.array(first, np.int32)[family] + ids
        for rows in _slices(len(packed_all)):
            packed = packed_all[rows]
            packed_all[rows] = packed & ~GRAM_MASK | grams[packed & GRAM_MASK].astype(np.uint32)
        owner = np.repeat(np.arange(count, dtype=np.int32), np.diff(self._starts))
        cuts = np.repeat(self._starts[:-1, None], NAMED + 1, axis=1)
        for n, end in enumerate(first[1:NAMED], start=1):
            cuts[:, n] += np.bincount(owner[keys < end], minlength=count)
        cuts[:, -1] = self._starts[1:]
        self.spread = []
        return Side(cuts, keys, self._counts, self._places, self._gram_starts, packed_all)


def read_posts(texts: Sequence[str], vocabulary: Vocabulary) -> tuple[Rows, Rows, Ints]:
    """A few posts: rows of their named keys, with the family above the number of a key, and rows of their 4-grams; and how
    many paragraphs each has."""
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
    owner, length = np.array(owners, np.int64), np.array(letters, np.int64)
    run, unit = np.array(runs, np.int64), np.arange(len(folded))
    start = np.cumsum(length) - length
    start -= start[np.searchsorted(owner, owner)]
    # A family is in the order of the text: its keys are spread evenly over the paragraph, which is near enough.
    inside = np.arange(len(ids)) - np.repeat(np.cumsum(run) - run, run)
    units = np.repeat(np.repeat(unit, NAMED), run)
    place = start[units] + length[units] * (inside + 0.5) / np.repeat(run, run)
    named = np.array(ids, np.int64) | np.repeat(np.tile(np.arange(NAMED), len(folded)), run) << ID_BITS
    # A stable sort keeps the order of the text among equal keys.
    whose = owner[units] << 32 | named
    order = np.argsort(whose, kind="stable")
    times = _distinct(whose[order])[1]
    first = place[order][np.cumsum(times) - times]
    found, held = grams_of(folded)
    return (
        _rows(np.sort(units << 32 | named), owner, len(texts), first),
        _rows(np.sort(np.repeat(unit, held) << 32 | found), owner, len(texts), np.empty(0)),
        np.bincount(owner, minlength=len(texts)),
    )


def pack(grams: Rows) -> NDArray[np.uint32]:
    """4-grams as a `Side` has them: how often each occurs, above its number."""
    return (np.minimum(grams.counts, _MOST_GRAMS) << GRAM_BITS | grams.keys).astype(np.uint32)


@dataclass(frozen=True, slots=True)
class Rows:
    """Posts one after the other: how many keys each has, and of every key how often it occurs, in how many paragraphs, and
    where first."""

    lengths: Ints
    keys: Ints
    counts: Ints
    spread: Ints
    places: Floats


def _rows(occurrences: Ints, owner: Ints, posts: int, places: Floats) -> Rows:
    """From sorted occurrences, with the paragraph above 32 bits of key; `owner` says which post a paragraph is of."""
    # Once for each paragraph that has the key, and then once for each post.
    once, times = _distinct(occurrences)
    once = (owner[once >> 32] << 32) | (once & 0xFFFFFFFF)
    order = np.argsort(once, kind="stable")
    rows, spread = _distinct(once[order])
    first = np.cumsum(spread) - spread
    counts = np.add.reduceat(times[order], first) if len(first) else first
    return Rows(np.bincount(rows >> 32, minlength=posts), rows & 0xFFFFFFFF, counts, spread, places)


def _distinct(ordered: Ints) -> tuple[Ints, Ints]:
    """The distinct values of an ascending array, and how often each occurs."""
    if not len(ordered):
        return ordered, ordered
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return ordered[first], np.diff(np.concatenate([first, [len(ordered)]]))


def _slices(size: int, step: int = 1 << 20) -> Iterator[slice]:
    return (slice(start, min(start + step, size)) for start in range(0, size, step))


def rarity(spread: NDArray[Any], units: int) -> Floats:
    """The inverse document frequency of every key, counted in paragraphs; 0 where it does not occur."""
    return np.where(spread > 0, np.log((units + 1) / (spread + 0.5)), 0.0).clip(0)
