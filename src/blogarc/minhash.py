"""Which texts share word shingles that few others have: candidates for duplicates, found without comparing all pairs.

A text is a set of shingles, its runs of three words (Broder 1997). Of these a *sketch* keeps the ones whose hash falls
below a limit: one in four of a long text, all of a short one. Two texts sample the same shingles, so that what the
sketches share estimates what the texts share; and unlike the minima of classic MinHash, sketches of such a fixed scale
tell how much of a short text is contained in a long one (FracMinHash: Irber et al. 2022), which is what a teaser needs.

Each sampled shingle is a bucket, as a band of one row is in LSH. One sort puts all buckets in order. Texts that share a
bucket are paired and their common buckets counted; a bucket that more than a few dozen texts share is page furniture, or
a post with very many copies: there each text is paired with its neighbour only, so that the work stays linear.

Nothing here loops over words or shingles in Python: texts are hashed in batches, as arrays of bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Runs of three words: runs of two are too common, and of runs of five a copy with every tenth word changed keeps 59 %.
SHINGLE = 3
# One shingle in so many of a long text is sampled; a text of fewer words than _WHOLE is sampled whole.
_SCALE = 4
_WHOLE = 200
# A bucket of more texts is furniture. Shingles outside the coarse sample are seen in short texts only, which are the
# smaller part of an archive, so there the limit is lower.
_CROWD, _CROWD_OF_SHORT = 64, 12
# Fewer shared shingles than this, or a smaller share of the shorter text, are chance or a quotation.
_FEWEST_SHARED, _LEAST_SHARE = 3, 0.12
# A text of a few words has few shingles: there half of them will do.
_LEAST_SHARE_OF_FEW = 0.5
# Texts hashed together, and the most pairs held before they are counted.
_BATCH = 512
_PAIRS_HELD = 1 << 23

# A bucket and a text in one number, so that one sort does all: 40 bits of hash, 24 bits for the text.
_TEXT_BITS = np.uint64(24)
_TEXT_MASK = np.uint64((1 << 24) - 1)
_MOST_TEXTS = 1 << 24

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
    Jaccard coefficient, both from 0 to 1.
    """

    first: Ints
    second: Ints
    shared: Floats
    resemblance: Floats

    def __len__(self) -> int:
        return len(self.first)


def sketch(texts: Sequence[str]) -> Sketches:
    """The sketches of texts, at most 16 million.

    >>> one, two, three = sketch(["A long walk.", "a LONG walk", "a short walk"]).digests.tolist()
    >>> one == two, one == three
    (True, False)
    """
    if len(texts) > _MOST_TEXTS:
        raise ValueError(f"{len(texts):,} texts are more than can be numbered ({_MOST_TEXTS:,})")
    batches = range(0, len(texts), _BATCH)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = list(pool.map(lambda first: _sketch_batch(first, texts[first : first + _BATCH]), batches))
    codes, counts, digests, buckets = zip(*parts, strict=True) if parts else ((), (), (), ())
    return Sketches(
        np.concatenate([np.empty(0, np.uint32), *codes]),
        np.concatenate(([0], np.cumsum(np.concatenate([np.empty(0, np.int64), *counts])))).astype(np.int64),
        np.concatenate([np.empty(0, np.uint64), *digests]),
        np.concatenate([np.empty(0, np.uint64), *buckets]),
    )


def find_candidates(sketches: Sketches, wanted: NDArray[np.bool_]) -> Candidates:
    """The pairs among the `wanted` texts that share enough of their rare shingles to be looked at."""
    buckets = np.sort(sketches.buckets[wanted[(sketches.buckets & _TEXT_MASK).astype(np.int64)]])
    buckets = buckets[_first_of_each(buckets)]
    shingles = buckets >> _TEXT_BITS
    starts = np.flatnonzero(_first_of_each(shingles))
    sizes = np.diff(np.append(starts, len(buckets)))
    coarse = shingles[starts] <= (_TOP // np.uint64(_SCALE)) >> _TEXT_BITS
    crowded = sizes > np.where(coarse, _CROWD, _CROWD_OF_SHORT)
    texts = (buckets & _TEXT_MASK).astype(np.int64)
    # How many shingles of its own a text has: those that are not furniture, and all.
    own = np.bincount(texts[~np.repeat(crowded, sizes)], minlength=len(sketches))
    every = np.bincount(texts, minlength=len(sketches))
    rare_pairs, neighbours = (
        _count(_pair_up(texts, starts, sizes, crowded)),
        _count(_neighbours(texts, starts, sizes, crowded)),
    )
    pairs = np.union1d(rare_pairs[0], neighbours[0])
    rare = _look_up(rare_pairs, pairs)
    counts = rare + _look_up(neighbours, pairs)
    first, second = (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
    # A long text is sampled more coarsely than a short one: counts are brought to the scale of the coarser.
    scale = np.where(sketches.counts < _WHOLE, 1.0, _SCALE)
    coarser = np.maximum(scale[first], scale[second])
    found = []
    for sizes_of, shared in ((own, rare), (every, counts)):
        sizes_first, sizes_second = (sizes_of[side] * scale[side] / coarser for side in (first, second))
        smaller = np.maximum(np.minimum(sizes_first, sizes_second), 1)
        found.append((shared / smaller, shared / np.maximum(sizes_first + sizes_second - shared, 1)))
    (share, resemblance), (share_of_all, _) = found
    enough = (rare >= _FEWEST_SHARED) & (share >= _LEAST_SHARE) | (rare > 0) & (share >= _LEAST_SHARE_OF_FEW)
    enough |= share_of_all >= _LEAST_SHARE_OF_FEW
    return Candidates(
        first[enough], second[enough], np.minimum(share[enough], 1.0), np.minimum(resemblance[enough], 1.0)
    )


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
    kept = whole & (shingles <= np.repeat(limits, counts))
    numbers = np.repeat(np.arange(first, first + len(texts), dtype=np.uint64), counts)
    return codes, counts, digests, ((shingles[kept] >> _TEXT_BITS) << _TEXT_BITS) | numbers[kept]


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
    top = words >> np.uint64(40)
    numeric = data[starts] <= ord("9")
    codes = np.where(
        numeric, top % _NUMBER_CODES + np.uint64(_FIRST_CODE), top % _WORD_CODES + np.uint64(FIRST_WORD_CODE)
    )
    return counts.astype(np.int64), words, codes.astype(np.uint32)


def _fold_two_bytes(data: NDArray[np.uint8]) -> None:
    """In UTF-8: capitals with accents made small, and the punctuation of Latin-1 and of typographers made spaces."""
    lead = np.flatnonzero(data == 0xC3)  # U+00C0 to U+00FF
    follow = data[lead + 1]
    data[lead + 1] = np.where((follow >= 0x80) & (follow <= 0x9E), follow + 0x20, follow)
    lead = np.flatnonzero(data == 0xC2)  # U+0080 to U+00BF: ¡ ¿ « » and the no-break space
    data[lead] = data[lead + 1] = _SPACE
    lead = np.flatnonzero(
        (data[:-2] == 0xE2) & (data[1:-1] >= 0x80) & (data[1:-1] <= 0x84)
    )  # U+2000 to U+213F: dashes, quotes
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


def _pair_up(texts: Ints, starts: Ints, sizes: Ints, crowded: NDArray[np.bool_]) -> Iterator[Hashes]:
    """All pairs of texts in each bucket that is not crowded, each pair as one number."""
    for size in np.unique(sizes[~crowded & (sizes > 1)]).tolist():
        left, right = np.triu_indices(size, 1)
        step = max(1, _PAIRS_HELD // len(left))
        places = starts[(sizes == size) & ~crowded]
        for at in range(0, len(places), step):
            members = texts[places[at : at + step, None] + np.arange(size)].astype(np.uint64)
            yield ((members[:, left] << np.uint64(32)) | members[:, right]).ravel()


def _neighbours(texts: Ints, starts: Ints, sizes: Ints, crowded: NDArray[np.bool_]) -> Iterator[Hashes]:
    """The pairs of texts that stand next to each other in a crowded bucket."""
    inside = np.repeat(crowded, sizes)
    inside[starts + sizes - 1] = False
    places = np.flatnonzero(inside)
    for at in range(0, len(places), _PAIRS_HELD):
        part = places[at : at + _PAIRS_HELD]
        yield (texts[part].astype(np.uint64) << np.uint64(32)) | texts[part + 1].astype(np.uint64)


def _count(parts: Iterator[Hashes]) -> tuple[Hashes, Ints]:
    """The distinct values of all parts, ascending, and how often each occurs; parts are counted as they come."""
    held: list[Hashes] = []
    done: list[tuple[Hashes, Ints]] = []
    for part in chain(parts, [None]):
        if part is not None:
            held.append(part)
        if held and (part is None or sum(map(len, held)) >= _PAIRS_HELD):
            values = np.sort(np.concatenate(held))
            at = np.flatnonzero(_first_of_each(values))
            done.append((values[at], np.diff(np.append(at, len(values)))))
            held = []
    if not done:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    if len(done) == 1:
        return done[0]
    values = np.concatenate([values for values, _ in done])
    order = np.argsort(values, kind="stable")
    values = values[order]
    at = np.flatnonzero(_first_of_each(values))
    return values[at], np.add.reduceat(np.concatenate([counts for _, counts in done])[order], at)


def _look_up(counted: tuple[Hashes, Ints], wanted: Hashes) -> Ints:
    """The counts of the wanted values, 0 for those that do not occur."""
    values, counts = counted
    if not len(values):
        return np.zeros(len(wanted), np.int64)
    at = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
    return np.where(values[at] == wanted, counts[at], 0)
