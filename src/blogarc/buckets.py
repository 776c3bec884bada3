"""Buckets in order: the sampled shingles of all texts, each with its text, sorted, so that those of a shingle stand together.

A bucket that more than a few dozen texts share is a *crowd*: page furniture, or a post with very many copies.

What is found about two texts depends on them and on the texts that share a bucket with them, on nothing else. So an
archive can keep its buckets, sorted, and ask after new texts came which texts these *changed*.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blogarc import workers
from blogarc.minhash import HINT_BITS, HINT_MASK, SCALE, SHINGLE_BITS, TEXT_MASK, Hashes, Ints

# A bucket of more texts is furniture. Shingles outside the coarse sample are seen in short texts only, which are the
# smaller part of an archive, so there the limit is lower.
CROWD, CROWD_OF_SHORT = 24, 12
# The highest shingle of the coarse sample.
COARSE = ((1 << 64) - 1) // SCALE >> int(SHINGLE_BITS)
# Buckets sorted together, and those of some shingles looked at together: these fit into a processor's cache.
_SORTED_AT_ONCE = 1 << 17
_BUCKETS_AT_ONCE = 1 << 19


def texts_of(buckets: Hashes) -> Ints:
    """The text of each bucket."""
    return ((buckets >> HINT_BITS) & TEXT_MASK).astype(np.int64)


def parts_of(buckets: Hashes) -> tuple[Hashes, Ints, NDArray[np.uint8]]:
    """The shingle of each bucket (34 bits of its hash), its text, and the hint of the words that follow (6 bits)."""
    return buckets >> SHINGLE_BITS, texts_of(buckets), (buckets & HINT_MASK).astype(np.uint8)


def renumber(buckets: Hashes, texts: Ints) -> Hashes:
    """The buckets with their texts numbered anew: text `n` becomes `texts[n]`.

    >>> from blogarc.minhash import sketch
    >>> texts_of(renumber(sketch(["one two three"]).buckets, np.array([7]))).tolist()
    [7]
    """
    mask = TEXT_MASK << HINT_BITS
    return (buckets & ~mask) | (texts[texts_of(buckets)].astype(np.uint64) << HINT_BITS)


def sort_buckets(buckets: Hashes, wanted: NDArray[np.bool_] | None = None) -> Hashes:
    """Buckets in order, and of a shingle that occurs in a text several times the first only; of the `wanted` texts, if it is
    said which."""

    def part(at: int) -> list[Hashes]:
        piece = buckets[at : at + _SORTED_AT_ONCE]
        piece = piece if wanted is None else piece[wanted[texts_of(piece)]]
        return parted(piece, (piece >> np.uint64(56)).astype(np.uint8))

    def join(pieces: tuple[Hashes, ...]) -> Hashes:
        ordered = np.concatenate(pieces)
        ordered.sort()
        return ordered[first_of_each(ordered >> HINT_BITS)]

    pieces = list(workers.in_order(part, range(0, len(buckets), _SORTED_AT_ONCE)))
    columns = list(zip(*pieces, strict=True))[::-1]
    del pieces
    # Each is let go when it is joined, and memory that was not written to is not taken: so they are never there twice.
    ordered, end = np.empty(len(buckets), np.uint64), 0
    for joined in workers.in_order(join, (columns.pop() for _ in range(len(columns)))):
        ordered[end : end + len(joined)] = joined
        end += len(joined)
    return ordered[:end]


def parted(values: Hashes, keys: NDArray[np.uint8]) -> list[Hashes]:
    """The values parted by their keys, for each key from 0 to 255 some or none. In so short numbers numpy counts instead of
    comparing, and many small sorts are much quicker than a large one."""
    ends = np.cumsum(np.bincount(keys, minlength=256))
    return np.split(values[np.argsort(keys, kind="stable")], ends[:-1])


def merge_buckets(buckets: Hashes, new: Hashes) -> Hashes:
    """Sorted buckets with some others among them. One pass over the many and a sort of the few."""
    if not len(buckets):
        return sort_buckets(new)
    few = sort_buckets(new)
    merged = np.insert(buckets, np.searchsorted(buckets, few), few)
    return merged[first_of_each(merged >> HINT_BITS)]


def shingles_of(buckets: Hashes) -> Hashes:
    """The shingles of sorted buckets, each once, in order."""
    shingles = buckets >> SHINGLE_BITS
    return shingles[first_of_each(shingles)]


def buckets_of(buckets: Hashes, shingles: Hashes) -> Hashes:
    """Those of the buckets that are of these shingles; both sorted."""
    starts, sizes = _spans(buckets, shingles)
    return np.asarray(buckets[_places(starts, sizes)])


def few_buckets_of(buckets: Hashes, shingles: Hashes, centres: Ints) -> Hashes:
    """The same, but of a crowd only so many that it is one still, and its centre if that is one of those at the places of
    `centres`; in no order, and a centre may be there twice."""
    starts, sizes = _spans(buckets, shingles)
    few = _places(starts, np.minimum(sizes, CROWD + 1))
    of = np.searchsorted(starts, centres, "right") - 1
    asked = (of >= 0) & (centres < (starts + sizes)[of]) if len(starts) else centres < 0
    return np.asarray(buckets[np.concatenate([few, centres[asked]])])


def centres_of_crowds(buckets: Hashes, digests: Hashes) -> Ints:
    """The places in sorted buckets of the centres of those crowds of which `few_buckets_of` does not give all."""
    starts = np.flatnonzero(first_of_each(buckets >> SHINGLE_BITS))
    sizes = np.diff(np.append(starts, len(buckets)))
    large = sizes > CROWD + 1
    places = _places(starts[large], sizes[large])
    return places[centres_of(buckets[places], digests)[1]]


def centres_of(buckets: Hashes, digests: Hashes) -> tuple[Hashes, Ints]:
    """The shingles of sorted buckets, each once, and for each the place of the bucket whose text has the lowest digest."""
    shingles = buckets >> SHINGLE_BITS
    starts = np.flatnonzero(first_of_each(shingles))
    told = digests[texts_of(buckets)]
    lowest = np.minimum.reduceat(told, starts) if len(starts) else told
    places = np.flatnonzero(told == np.repeat(lowest, np.diff(np.append(starts, len(buckets)))))
    return shingles[starts], places[first_of_each(shingles[places])]


def changed_by(buckets: Hashes, new: Hashes, gone: Hashes, digests: Hashes) -> NDArray[np.bool_]:
    """Which of the texts with these `digests` may have other candidates than before: those that are new; those with a shingle
    that has become furniture, or is it no longer, because of the `new` buckets and of those that are `gone`; and those that
    have become the centre of a crowd, or are it no longer.

    `buckets` are all that there are now, sorted, the new ones among them.
    """
    shingles = buckets >> SHINGLE_BITS
    gone = np.sort(gone)
    came, went = np.sort(new) >> SHINGLE_BITS, gone >> SHINGLE_BITS
    told = np.sort(np.concatenate([came, went]))
    told = told[first_of_each(told)]
    starts, now = np.searchsorted(shingles, told), _times(shingles, told)
    before = now - _times(came, told) + _times(went, told)
    crowded, was_crowded = are_crowded(told, now), are_crowded(told, before)
    changed = np.zeros(len(digests), bool)
    changed[texts_of(new)] = True
    members = buckets_of(buckets, told[crowded & was_crowded])
    earlier = np.concatenate([members[~changed[texts_of(members)]], buckets_of(gone, told[crowded & was_crowded])])
    crossed = crowded != was_crowded
    changed[texts_of(buckets[_places(starts[crossed], now[crossed])])] = True
    centres, centres_before = (texts_of(side[centres_of(side, digests)[1]]) for side in (members, np.sort(earlier)))
    displaced = centres != centres_before
    changed[centres[displaced]] = changed[centres_before[displaced]] = True
    return changed


def changed_among(held: Hashes, new: Hashes, digests: Hashes, texts: int) -> NDArray[np.bool_]:
    """The same as `changed_by` where only buckets of the shingles of the `new` ones are known, those that were there before in
    `held`, of a crowd at least so many that it is one. Of the centres of crowds those too whose place a new text takes. Both
    are sorted."""
    changed = np.zeros(texts, bool)
    changed[texts_of(new)] = True
    told = shingles_of(new)
    shingles = held >> SHINGLE_BITS
    before, came = _times(shingles, told), _times(new >> SHINGLE_BITS, told)
    crowded = are_crowded(told, before + came)
    crossed = crowded & ~are_crowded(told, before)
    changed[texts_of(buckets_of(held, told[crossed]))] = True
    rest = told[crowded & ~crossed]
    among = buckets_of(held, rest)
    centres = texts_of(among[centres_of(among, digests)[1]])
    ours = buckets_of(new, rest)
    newest = texts_of(ours[centres_of(ours, digests)[1]])
    changed[centres[digests[newest] < digests[centres]]] = True
    return changed


def crowds_around(buckets: Hashes, digests: Hashes, changed: NDArray[np.bool_]) -> Hashes:
    """The shingles of those crowds in sorted buckets whose centre is a text that `changed`."""
    starts = np.flatnonzero(first_of_each(buckets >> SHINGLE_BITS))
    sizes = np.diff(np.append(starts, len(buckets)))
    crowded = are_crowded(buckets[starts] >> SHINGLE_BITS, sizes)
    members = buckets[np.repeat(crowded, sizes)]
    shingles, places = centres_of(members, digests)
    return shingles[changed[texts_of(members[places])]]


def _spans(buckets: Hashes, shingles: Hashes) -> tuple[Ints, Ints]:
    """Where the buckets of each shingle begin, and how many they are; both sorted."""
    low = shingles << SHINGLE_BITS
    high = low | ((np.uint64(1) << SHINGLE_BITS) - np.uint64(1))
    starts = np.searchsorted(buckets, low)
    return starts, np.searchsorted(buckets, high, "right") - starts


def _places(starts: Ints, sizes: Ints) -> Ints:
    """So many places from each start on."""
    return np.asarray(np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum()))


def are_crowded(shingles: Hashes, sizes: Ints) -> NDArray[np.bool_]:
    """Whether buckets of these sizes are furniture."""
    return np.asarray(sizes > np.where(are_coarse(shingles), CROWD, CROWD_OF_SHORT))


def are_coarse(shingles: Hashes) -> NDArray[np.bool_]:
    """Whether these are sampled of long texts too."""
    return np.asarray(shingles <= np.uint64(COARSE))


def first_of_each(ascending: Hashes) -> NDArray[np.bool_]:
    """Where a new value begins."""
    return np.concatenate(([True], ascending[1:] != ascending[:-1])) if len(ascending) else np.empty(0, bool)


def _times(ascending: Hashes, told: Hashes) -> Ints:
    """How often each of these occurs."""
    return np.searchsorted(ascending, told, "right") - np.searchsorted(ascending, told, "left")


def cuts(buckets: Hashes) -> Hashes:
    """Where to part buckets so that those of a shingle stay together, and about so many as fit into a cache do."""
    count = len(buckets) // _BUCKETS_AT_ONCE
    if not count:
        return buckets[:0]
    sample = np.sort(buckets[:: max(1, len(buckets) // (64 * count))])
    return np.unique((sample[np.arange(1, count) * len(sample) // count] >> SHINGLE_BITS) << SHINGLE_BITS)
