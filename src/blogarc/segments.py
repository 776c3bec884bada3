"""Buckets as an archive keeps them: sorted segments, one a run, each in parts, of which only those with some shingles are read.

A new segment is put together with those before it that are no larger than it, so that there are few, and no bucket is written
often (a log-structured merge: O'Neil et al. 1996). With each part go the places of the centres of its crowds: who asks for the
buckets of a shingle that thousands of texts have mostly needs no more of them than show that it is a crowd, and its centre.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from blogarc.buckets import buckets_of, centres_of_crowds, few_buckets_of
from blogarc.minhash import SHINGLE_BITS, Hashes

# Buckets of a part: half a megabyte.
_IN_PART = 1 << 16


@dataclass(frozen=True, slots=True)
class Part:
    """Some buckets of a segment: the `lowest` and the `highest` of their shingles (34 bits), the places of the `centres` of
    crowds among them, and the buckets as `data`; both as 64-bit numbers."""

    lowest: int
    highest: int
    centres: bytes
    data: bytes

    def buckets_of(self, shingles: Hashes) -> Hashes:
        """Those of these shingles, which are in order."""
        return buckets_of(_numbers(self.data), shingles)

    def few_buckets_of(self, shingles: Hashes) -> Hashes:
        """The same, of a crowd only so many that it is one, and its centre."""
        return few_buckets_of(_numbers(self.data), shingles, np.frombuffer(self.centres, np.int64))


def parts_of(buckets: Hashes, digests: Hashes) -> Iterator[Part]:
    """Sorted buckets in parts; `digests` are those of all texts.

    >>> from blogarc.minhash import sketch
    >>> [part] = parts_of(np.sort(sketch(["one two three four"]).buckets), np.zeros(1, np.uint64))
    >>> joined([part.data]).tolist() == sorted(sketch(["one two three four"]).buckets.tolist())
    True
    """
    for at in range(0, len(buckets), _IN_PART):
        part = buckets[at : at + _IN_PART]
        lowest, highest = (part[[0, -1]] >> SHINGLE_BITS).tolist()
        yield Part(lowest, highest, centres_of_crowds(part, digests).tobytes(), part.tobytes())


def joined(parts: Iterable[bytes]) -> Hashes:
    """The buckets of the parts of a segment, which are given in order."""
    return _numbers(b"".join(parts))


def touched(spans: Sequence[tuple[int, int]], shingles: Hashes) -> Iterator[tuple[int, Hashes]]:
    """Which of some parts have some of these shingles, and which; of each part the lowest and the highest are given. The
    shingles are in order.

    >>> [(place, asked.tolist()) for place, asked in touched([(1, 4), (4, 9)], np.array([2, 4, 10], np.uint64))]
    [(0, [2, 4]), (1, [4])]
    """
    lowest, highest = np.array(spans, np.uint64).reshape(-1, 2).T
    begins, ends = np.searchsorted(shingles, lowest), np.searchsorted(shingles, highest, "right")
    for place in np.flatnonzero(begins < ends).tolist():
        yield place, shingles[begins[place] : ends[place]]


def outgrown(segments: Mapping[int, int], size: int) -> list[int]:
    """The segments that one of this size is put together with; of each it is said how many buckets it has. Of those that are
    left each is larger than all smaller ones together.

    >>> outgrown({1: 1000, 2: 40, 3: 10}, 12), outgrown({1: 1000, 2: 40, 3: 10}, 35)
    ([3], [3, 2])
    """
    taken = []
    for number, held in sorted(segments.items(), key=lambda segment: segment[1]):
        if held > size:
            break
        taken.append(number)
        size += held
    return taken


def _numbers(data: bytes) -> Hashes:
    return np.frombuffer(data, np.uint64)
