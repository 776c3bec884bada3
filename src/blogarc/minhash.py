"""Which texts share word shingles that few others have: candidates for duplicates, found without comparing all pairs.

A text is a set of shingles, its runs of three words (Broder 1997). Of these a *sketch* keeps the ones whose hash falls
below a limit: one in four of a long text, all of a short one. Two texts sample the same shingles, so that what the
sketches share estimates what the texts share; and unlike the minima of classic MinHash, sketches of such a fixed scale
tell how much of a short text is contained in a long one (FracMinHash: Irber et al. 2022), which is what a teaser needs.

Each sampled shingle is a bucket, as a band of one row is in LSH. One sort puts all buckets in order. Texts that share a
bucket are paired and their common buckets counted; a bucket that more than a few dozen texts share is page furniture, or
a post with very many copies: there each text is paired with one *centre* only, so that the work stays linear.

A shared passage is not a copy. With each shingle goes a hint of the three words that follow it: where most of the common
shingles are followed by the same words, and yet less than half of the text is common, two texts share a passage and
differ otherwise; a text with changes all over has few such shingles. So posts that share a quotation or some of their
sentences, by far the most of all pairs, are told from damaged copies before anything is compared word by word.

What is found about two texts depends on them and on the texts that share a bucket with them, on nothing else. So an
archive can keep its buckets, sorted, and after new texts came ask for the candidates that these *changed*.

Nothing here loops over words or shingles in Python: texts are hashed in batches, as arrays of bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import accumulate, chain, islice

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Runs of three words: runs of two are too common, and of runs of five a copy with every tenth word changed keeps 59 %.
SHINGLE = 3
# One shingle in so many of a long text is sampled; a text of fewer words than _WHOLE is sampled whole.
_SCALE = 4
_WHOLE = 128
# A bucket of more texts is furniture. Shingles outside the coarse sample are seen in short texts only, which are the
# smaller part of an archive, so there the limit is lower.
_CROWD, _CROWD_OF_SHORT = 24, 12
# Fewer shared shingles than this, or a smaller share of the shorter text, are chance or a quotation.
_FEWEST_SHARED, _LEAST_SHARE = 3, 0.12
# A text of a few words has few shingles: there half of them will do.
_LEAST_SHARE_OF_FEW = 0.5
# Where words are changed here and there, so that a share s of the shingles is left, about s of these are followed by the
# same three words; of the shingles of a common sentence of twelve words 0.7 are. Texts with less than half in common that go
# on alike by so much more than that share a passage.
_PASSAGE_BELOW, _MORE_ALIKE = 0.45, 0.25
# Texts hashed together, and the most pairs held before they are counted.
_BATCH = 512
_BATCHES_HELD = 16
_PAIRS_HELD = 1 << 24
_PAIRS_AT_ONCE = 1 << 21

# A shingle, its text and what follows it in one number, so that one sort does all: 34 bits of hash, 24 for the text, 6 of
# the hint. Of the hundred million shingles of a million texts one in 170 shares its 34 bits with another; they are counted,
# and a pair needs several.
_HINT_BITS = np.uint64(6)
_SHINGLE_BITS = np.uint64(30)
_TEXT_MASK = np.uint64((1 << 24) - 1)
_MOST_TEXTS = 1 << 24
# A pair of texts in one number: the first, the second, whether both go on alike, and whether one is the centre of a crowd.
_PAIR_BITS = np.uint64(2)
_ALIKE, _CROWDED = np.uint64(1), np.uint64(2)

# ASCII letters and digits are kept, in lower case; the rest of ASCII parts words; bytes of other characters are kept.
_FOLD = bytes(ord(chr(c).lower()) if chr(c).isalnum() else 32 for c in range(128)) + bytes(range(128, 256))
_SPACE = 32
_MASKS = np.array([(1 << (8 * k)) - 1 for k in range(9)], np.uint64)
# Odd constants with well mixed bits, from splitmix64 and wyhash.
_MIX = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB],
    np.uint64,
)  # fmt: skip
_TOP = np.uint64((1 << 64) - 1)
# Word codes are code points, so that rapidfuzz compares words as it compares letters: above the surrogates, 20 bits. Words
# that begin with a digit have codes of their own, below the others.
_FIRST_CODE, FIRST_WORD_CODE = 0xE000, 0x20000
_NUMBER_CODES, _WORD_CODES = np.uint64(FIRST_WORD_CODE - _FIRST_CODE), np.uint64(0x110000 - FIRST_WORD_CODE)


@dataclass(frozen=True, slots=True)
class Sketches:
    """What is kept of some texts: their words as codes, and their sampled shingles.

    `codes` (uint32) holds one code point a word, `starts` where each text begins in it (one more than there are texts);
    `digests` are equal for texts of the same words; `buckets` are sampled shingles with their text, in no order.
    """

    codes: NDArray[np.uint32]
    starts: Ints
    digests: Hashes
    buckets: Hashes

    def __len__(self) -> int:
        return len(self.digests)

    @property
    def counts(self) -> Ints:
        """Words of each text."""
        return np.diff(self.starts)

    def words(self, text: int) -> str:
        """The words of a text as a string with a character for each."""
        return self.codes[self.starts[text] : self.starts[text + 1]].tobytes().decode("utf-32-le")

    def shingles(self, text: int) -> Ints:
        """The shingles of a text in order, all of them, as numbers."""
        codes = self.codes[self.starts[text] : self.starts[text + 1]].astype(np.int64) - _FIRST_CODE
        return codes[:-2] << 40 | codes[1:-1] << 20 | codes[2:] if len(codes) >= SHINGLE else codes[:0]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of texts that may be duplicates, `first` before `second`; all arrays of one length.

    `shared` estimates how much of the smaller text's own (not furniture) shingles the other has, `resemblance` their
    Jaccard coefficient, both from 0 to 1; `in_crowd` marks pairs that have nothing but furniture in common, or are two of
    very many copies: there the estimates are 0.
    """

    first: Ints
    second: Ints
    shared: Floats
    resemblance: Floats
    in_crowd: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.first)

    def only(self, wanted: NDArray[np.bool_]) -> Candidates:
        """Those that are wanted."""
        return Candidates(*(getattr(self, each.name)[wanted] for each in fields(self)))


def sketch(texts: Iterable[str]) -> Sketches:
    """The sketches of texts, at most 16 million; the texts themselves may come one by one and are not held.

    >>> one, two, three = sketch(["A long walk.", "a LONG walk", "a short walk"]).digests.tolist()
    >>> one == two, one == three
    (True, False)
    """
    parts: list[tuple[NDArray[np.uint32], Ints, Hashes, Hashes]] = []
    held, first = iter(texts), 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while batches := [batch for _ in range(_BATCHES_HELD) if (batch := list(islice(held, _BATCH)))]:
            starts = [first, *accumulate(map(len, batches), initial=first)][1:-1]
            parts += pool.map(_sketch_batch, starts, batches)
            first = starts[-1] + len(batches[-1])
            if first > _MOST_TEXTS:
                raise ValueError(f"{first:,} texts are more than can be numbered ({_MOST_TEXTS:,})")
    codes, counts, digests, buckets = zip(*parts, strict=True) if parts else ((), (), (), ())
    return Sketches(
        np.concatenate([np.empty(0, np.uint32), *codes]),
        np.concatenate(([0], np.cumsum(np.concatenate([np.empty(0, np.int64), *counts])))).astype(np.int64),
        np.concatenate([np.empty(0, np.uint64), *digests]),
        np.concatenate([np.empty(0, np.uint64), *buckets]),
    )


def find_candidates(sketches: Sketches, wanted: NDArray[np.bool_]) -> Candidates:
    """The pairs among the `wanted` texts that share enough of their rare shingles to be looked at."""
    buckets = sort_buckets(sketches.buckets[wanted[texts_of(sketches.buckets)]])
    return candidates_of(buckets, sketches.counts, sketches.digests)


def sort_buckets(buckets: Hashes) -> Hashes:
    """Buckets in order, and of a shingle that occurs in a text several times the first only."""
    ordered = _sorted([buckets])
    return ordered[_first_of_each(ordered >> _HINT_BITS)]


def texts_of(buckets: Hashes) -> Ints:
    """The text of each bucket."""
    return ((buckets >> _HINT_BITS) & _TEXT_MASK).astype(np.int64)


def number(buckets: Hashes, texts: Ints) -> Hashes:
    """The buckets with their texts numbered anew: text `n` becomes `texts[n]`.

    >>> texts_of(number(sketch(["one two three"]).buckets, np.array([7]))).tolist()
    [7]
    """
    mask = _TEXT_MASK << _HINT_BITS
    return (buckets & ~mask) | (texts[texts_of(buckets)].astype(np.uint64) << _HINT_BITS)


def candidates_of(
    buckets: Hashes, counts: Ints, digests: Hashes, changed: NDArray[np.bool_] | None = None
) -> Candidates:
    """The candidates among the texts of these `buckets`, which are as `sort_buckets` gives them.

    `counts` are the words of each text, `digests` of its words choose the centre of a crowd: whatever the order of texts
    is, the same pairs are found. With `changed`, only the pairs with a text for which it is true, and all that have the
    centre of a crowd in them.
    """
    texts = texts_of(buckets)
    shingles = buckets >> _SHINGLE_BITS
    starts = np.flatnonzero(_first_of_each(shingles))
    sizes = np.diff(np.append(starts, len(buckets)))
    crowded = _are_crowded(shingles[starts], sizes)
    # How many shingles a text has, all of them and those of its own, which are not furniture; and of those in the coarse
    # sample, which is what a text has in common with a long one.
    told = texts << 2 | np.repeat(~crowded * 2 + _are_coarse(shingles[starts]), sizes)
    common, common_coarse, own, own_coarse = np.bincount(told, minlength=4 * len(counts)).reshape(-1, 4).T
    own, every, every_coarse = own + own_coarse, common + common_coarse + own + own_coarse, common_coarse + own_coarse
    del told, shingles
    looked_at = ~crowded & (sizes > 1)
    if changed is not None:
        looked_at &= np.logical_or.reduceat(changed[texts], starts) if len(starts) else looked_at
    # Nearly all pairs have one shingle in common, or two: only a text of very few words could be a copy on that ground.
    few = own_coarse * _LEAST_SHARE_OF_FEW < _FEWEST_SHARED
    parts = chain(
        _pair_up(buckets, texts, starts, sizes, looked_at, changed), _centres(texts, starts, sizes, crowded, digests)
    )
    pairs = _count(parts, few)
    first, second = pairs.texts
    long = (counts[first] >= _WHOLE) | (counts[second] >= _WHOLE)
    own_first, own_second = (np.where(long, own_coarse[side], own[side]) for side in (first, second))
    smaller = np.maximum(np.minimum(own_first, own_second), 1)
    share = pairs.rare / smaller
    resemblance = pairs.rare / np.maximum(own_first + own_second - pairs.rare, 1)
    enough = (pairs.rare >= _FEWEST_SHARED) & (share >= _LEAST_SHARE) | (pairs.rare > 0) & (
        share >= _LEAST_SHARE_OF_FEW
    )
    enough &= (share >= _PASSAGE_BELOW) | (pairs.alike <= (share + _MORE_ALIKE) * pairs.rare)
    if changed is not None:
        enough &= changed[first] | changed[second]
    fewest = np.minimum(*(np.where(long, every_coarse[side], every[side]) for side in (first, second)))
    in_crowd = ~enough & (pairs.crowded >= _LEAST_SHARE_OF_FEW * np.maximum(fewest, 1))
    share[in_crowd] = resemblance[in_crowd] = 0.0
    found = enough | in_crowd
    return Candidates(
        first[found],
        second[found],
        np.minimum(share[found], 1.0),
        np.minimum(resemblance[found], 1.0),
        in_crowd[found],
    )


def changed_by(buckets: Hashes, new: Hashes, gone: Hashes, texts: int) -> NDArray[np.bool_]:
    """Which of so many texts may have other candidates than before: those that are new, and those with a shingle that has
    become furniture, or is it no longer, because of the `new` buckets and of those that are `gone`.

    `buckets` are all that there are now, sorted, the new ones among them.
    """
    shingles = buckets >> _SHINGLE_BITS
    came, went = np.sort(new) >> _SHINGLE_BITS, np.sort(gone) >> _SHINGLE_BITS
    told = np.sort(np.concatenate([came, went]))
    told = told[_first_of_each(told)]
    starts, now = np.searchsorted(shingles, told), _times(shingles, told)
    before = now - _times(came, told) + _times(went, told)
    changed = np.zeros(texts, bool)
    changed[texts_of(new)] = True
    for place in np.flatnonzero(_are_crowded(told, now) != _are_crowded(told, before)).tolist():
        changed[texts_of(buckets[starts[place] : starts[place] + now[place]])] = True
    return changed


def merge(buckets: Hashes, new: Hashes) -> Hashes:
    """Sorted buckets with some others among them. One pass over the many and a sort of the few."""
    few = sort_buckets(new)
    merged = np.insert(buckets, np.searchsorted(buckets, few), few)
    return merged[_first_of_each(merged >> _HINT_BITS)]


def _times(ascending: Hashes, told: Hashes) -> Ints:
    """How often each of these occurs."""
    return np.searchsorted(ascending, told, "right") - np.searchsorted(ascending, told, "left")


def _sketch_batch(first: int, texts: Sequence[str]) -> tuple[NDArray[np.uint32], Ints, Hashes, Hashes]:
    """Word codes, word counts, digests and buckets of a batch; the texts are numbered from `first`."""
    counts, words, codes = _hash_words(texts)
    ends = np.cumsum(counts)
    spoken = counts > 0
    begins, ends = (ends - counts)[spoken], ends[spoken]
    shingles = words.copy()
    for k in range(1, SHINGLE):
        shingles[:-k] *= _MIX[5]
        shingles[:-k] += words[k:]
    _scramble(shingles)
    whole = np.ones(len(words), bool)
    for k in range(1, SHINGLE):  # a shingle does not reach into the next text
        whole[np.maximum(ends - k, begins)] = False
    digests = np.zeros(len(texts), np.uint64)
    if len(words):
        # Shingles hold the order of words; a sum of them does not depend on where a batch begins.
        digests[spoken] = np.add.reduceat(np.where(whole, shingles, words), begins)
    limits = np.where(counts < _WHOLE, _TOP, _TOP // np.uint64(_SCALE))
    kept = np.flatnonzero(whole & (shingles <= np.repeat(limits, counts)))
    numbers = np.repeat(np.arange(first, first + len(texts), dtype=np.uint64), counts)[kept]
    # What follows is the next shingle; where the text ends before, there is no hint.
    beyond = np.append(shingles, np.zeros(SHINGLE, np.uint64))
    hints = beyond[kept + SHINGLE] >> (np.uint64(64) - _HINT_BITS)
    hints[kept + 2 * SHINGLE > np.repeat(np.cumsum(counts), counts)[kept]] = 0
    return codes, counts, digests, ((shingles[kept] >> _SHINGLE_BITS) << _SHINGLE_BITS) | numbers << _HINT_BITS | hints


def fold(text: str) -> bytes:
    """A text as its words are hashed: in lower case, without punctuation.

    >>> fold("A long – walk!").decode()
    'a long walk'
    """
    data = np.frombuffer(text.encode("utf-8", "replace").translate(_FOLD) + b"   ", np.uint8).copy()
    _fold_two_bytes(data)
    return b" ".join(data.tobytes().split())


def scrambled(numbers: NDArray[np.integer]) -> Hashes:
    """Well mixed hashes of numbers."""
    hashes: Hashes = numbers.astype(np.uint64) * _MIX[0]
    _scramble(hashes)
    return hashes


def _hash_words(texts: Sequence[str]) -> tuple[Ints, Hashes, NDArray[np.uint32]]:
    """How many words each text has, and a hash and a code for every word; case and punctuation do not matter."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1
    # The spaces at the end let every word be read in three steps of eight bytes.
    padded = b" ".join(encoded) + b" " * 41
    data = np.frombuffer(padded.translate(_FOLD), np.uint8).copy()
    _fold_two_bytes(data)
    letters = data != _SPACE
    edges = np.flatnonzero(letters[1:] != letters[:-1]) + 1
    if letters[0]:
        edges = np.concatenate(([0], edges))
    starts, sizes = edges[0::2], edges[1::2] - edges[0::2]
    eights = np.lib.stride_tricks.as_strided(data[:8].view(np.uint64), (data.size - 7,), (1,))
    words = (eights[starts] & _MASKS[np.minimum(sizes, 8)]) * _MIX[0]
    long = np.flatnonzero(sizes > 8)
    words[long] += (eights[starts[long] + 8] & _MASKS[np.minimum(sizes[long] - 8, 8)]) * _MIX[1]
    # Of words longer than 24 bytes the length tells the rest.
    long = long[sizes[long] > 16]
    words[long] += (eights[starts[long] + 16] & _MASKS[np.minimum(sizes[long] - 16, 8)]) * _MIX[2]
    words[long] += sizes[long].astype(np.uint64) * _MIX[5]
    _scramble(words)
    counts = np.diff(np.searchsorted(starts, np.concatenate(([0], np.cumsum(lengths)))))
    # The upper 24 bits of the hash, scaled to the number of codes there are.
    numeric = data[starts] <= ord("9")
    codes = (words >> np.uint64(40)) * np.where(numeric, _NUMBER_CODES, _WORD_CODES) >> np.uint64(24)
    codes += np.where(numeric, np.uint64(_FIRST_CODE), np.uint64(FIRST_WORD_CODE))
    return counts.astype(np.int64), words, codes.astype(np.uint32)


def _fold_two_bytes(data: NDArray[np.uint8]) -> None:
    """In UTF-8: capitals with accents made small, and the punctuation of Latin-1 and of typographers made spaces."""
    leads = np.flatnonzero(data >= 0xC2)
    kinds = data[leads]
    lead = leads[kinds == 0xC3]  # U+00C0 to U+00FF
    follow = data[lead + 1]
    data[lead + 1] = np.where((follow >= 0x80) & (follow <= 0x9E), follow + 0x20, follow)
    sign = lead[data[lead + 1] == 0xB7]  # × and ÷
    data[sign] = data[sign + 1] = _SPACE
    lead = leads[kinds == 0xC2]  # U+0080 to U+00BF: ¡ ¿ « » and the no-break space
    data[lead] = data[lead + 1] = _SPACE
    lead = leads[kinds == 0xE2]
    lead = lead[(data[lead + 1] >= 0x80) & (data[lead + 1] <= 0x84)]  # U+2000 to U+213F: dashes, quotes
    data[lead] = data[lead + 1] = data[lead + 2] = _SPACE


def _scramble(hashes: Hashes) -> None:
    """Mix the bits of every number, in place."""
    hashes ^= hashes >> np.uint64(32)
    hashes *= _MIX[3]
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX[4]
    hashes ^= hashes >> np.uint64(32)


def _first_of_each(ascending: Hashes) -> NDArray[np.bool_]:
    """Where a new value begins."""
    return np.concatenate(([True], ascending[1:] != ascending[:-1])) if len(ascending) else np.empty(0, bool)


def _are_crowded(shingles: Hashes, sizes: Ints) -> NDArray[np.bool_]:
    """Whether buckets of these sizes are furniture."""
    return np.asarray(sizes > np.where(_are_coarse(shingles), _CROWD, _CROWD_OF_SHORT))


def _are_coarse(shingles: Hashes) -> NDArray[np.bool_]:
    """Whether these are sampled of long texts too."""
    return np.asarray(shingles <= (_TOP // np.uint64(_SCALE)) >> _SHINGLE_BITS)


def _pair_up(
    buckets: Hashes, texts: Ints, starts: Ints, sizes: Ints, looked_at: NDArray[np.bool_],
    changed: NDArray[np.bool_] | None,
) -> Iterator[Hashes]:  # fmt: skip
    """All pairs of texts in each bucket that is looked at, each pair as one number."""
    for size in np.flatnonzero(np.bincount(sizes[looked_at])).tolist():
        left, right = np.triu_indices(size, 1)
        step = max(1, _PAIRS_AT_ONCE // len(left))
        places = starts[(sizes == size) & looked_at]
        for at in range(0, len(places), step):
            held = buckets[places[at : at + step, None] + np.arange(size)]
            one, other = held[:, left].ravel(), held[:, right].ravel()
            pairs = _as_pair((one >> _HINT_BITS) & _TEXT_MASK, (other >> _HINT_BITS) & _TEXT_MASK)
            pairs |= ((one ^ other) & np.uint64(63) == 0).astype(np.uint64) * _ALIKE
            if changed is not None:
                members = changed[texts[places[at : at + step, None] + np.arange(size)]]
                pairs = pairs[(members[:, left] | members[:, right]).ravel()]
            yield pairs


def _centres(texts: Ints, starts: Ints, sizes: Ints, crowded: NDArray[np.bool_], digests: Hashes) -> Iterator[Hashes]:
    """In each crowded bucket the pairs of its centre, the text of the lowest digest, with the others."""
    if not crowded.any():
        return
    places = np.flatnonzero(np.repeat(crowded, sizes))
    members, lengths = texts[places], sizes[crowded]
    begins = np.cumsum(lengths) - lengths
    # Ranks, because a minimum of digests does not say whose it is.
    present = np.flatnonzero(np.bincount(members))
    ranked = present[np.argsort(digests[present], kind="stable")]
    rank = np.empty(len(digests), np.int64)
    rank[ranked] = np.arange(len(ranked))
    centres = np.repeat(ranked[np.minimum.reduceat(rank[members], begins)], lengths)
    apart = members != centres
    one, other = np.minimum(members, centres)[apart], np.maximum(members, centres)[apart]
    yield _as_pair(one.astype(np.uint64), other.astype(np.uint64)) | _CROWDED


def _as_pair(first: Hashes, second: Hashes) -> Hashes:
    return (first << np.uint64(24) | second) << _PAIR_BITS


@dataclass(frozen=True, slots=True)
class _Counted:
    """Distinct pairs, ascending, with the number of rare shingles they share, of those that go on alike, and of crowded
    buckets of which one is the centre."""

    values: Hashes
    rare: Ints
    alike: Ints
    crowded: Ints

    @property
    def texts(self) -> tuple[Ints, Ints]:
        return (self.values >> np.uint64(24)).astype(np.int64), (self.values & _TEXT_MASK).astype(np.int64)


def _count(parts: Iterable[Hashes], few: NDArray[np.bool_]) -> _Counted:
    """Pairs counted as they come, so that never more than some tens of millions are held; of those with a shingle or two in
    common only the pairs with a text that has `few`, and those of crowds."""
    held: list[Hashes] = []
    done: list[tuple[Hashes, Ints]] = []
    waiting = 0
    for part in parts:
        held.append(part)
        waiting += len(part)
        if waiting >= _PAIRS_HELD:
            done.append(_distinct(held))
            held, waiting = [], 0
    if not done:
        # All fit in at once, as they do unless there are very many: then most are dropped before they are told apart.
        values = _sorted(held)
        counts = None
    else:
        done.append(_distinct(held))
        values = np.concatenate([values for values, _ in done])
        counts = np.concatenate([counts for _, counts in done])
        del done
        order = np.argsort(values, kind="stable")
        values, counts = values[order], counts[order]
    at = np.flatnonzero(_first_of_each(values >> _PAIR_BITS))
    sizes = np.diff(np.append(at, len(values)))
    pairs = values[at] >> _PAIR_BITS
    total = sizes if counts is None else np.add.reduceat(counts, at) if len(at) else sizes
    kept = total >= _FEWEST_SHARED
    rest = np.flatnonzero(~kept)
    first, second = (pairs[rest] >> np.uint64(24)).astype(np.int64), (pairs[rest] & _TEXT_MASK).astype(np.int64)
    kept[rest] = few[first] | few[second] | (values[at[rest] + sizes[rest] - 1] & _CROWDED > 0)
    of_kept = np.repeat(kept, sizes)
    values, counts = values[of_kept], None if counts is None else counts[of_kept]
    sizes, pairs, total = sizes[kept], pairs[kept], total[kept]
    at = np.cumsum(sizes) - sizes
    weights = np.ones(len(values), np.int64) if counts is None else counts
    alike, crowded = (
        np.add.reduceat(np.where(values & flag > 0, weights, 0), at) if len(at) else total
        for flag in (_ALIKE, _CROWDED)
    )
    return _Counted(pairs, total - crowded, alike, crowded)


def _sorted(parts: list[Hashes]) -> Hashes:
    """All of them in order: two halves at once, and then merged."""
    values = np.concatenate([np.empty(0, np.uint64), *parts])
    parts.clear()
    half = len(values) // 2
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(np.ndarray.sort, (values[:half], values[half:])))
    # Of two runs in order a stable sort makes one in a single pass.
    values.sort(kind="stable")
    return values


def _distinct(parts: list[Hashes]) -> tuple[Hashes, Ints]:
    values = _sorted(parts)
    at = np.flatnonzero(_first_of_each(values))
    return values[at], np.diff(np.append(at, len(values)))
