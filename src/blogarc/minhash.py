"""What is kept of a text to find its copies: its words as codes, and a sample of its word shingles.

A text is a set of shingles, its runs of three words (Broder 1997). Of these a *sketch* keeps the ones whose hash falls
below a limit: one in four of a long text, all of a short one. Two texts sample the same shingles, so that what the
sketches share estimates what the texts share; and unlike the minima of classic MinHash, sketches of such a fixed scale
tell how much of a short text is contained in a long one (FracMinHash: Irber et al. 2022), which is what a teaser needs.

Each sampled shingle is a *bucket* with its text in it, as a band of one row is in LSH; `buckets` puts them in order, and
`candidates` says which texts meet in them. With each goes a hint of the three words that follow.

Nothing here loops over words or shingles in Python: texts are hashed in batches, as arrays of bytes.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blogarc import workers

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Runs of three words: runs of two are too common, and of runs of five a copy with every tenth word changed keeps 59 %.
SHINGLE = 3
# One shingle in so many of a long text is sampled; a text of fewer words than WHOLE is sampled whole.
SCALE = 4
WHOLE = 128
# Letters hashed together. With fewer, threads wait for one another more; what is made of more does not fit into a cache.
_LETTERS_AT_ONCE = 1 << 21

# A shingle, its text and what follows it in one number, so that one sort does all: 34 bits of hash, 24 for the text, 6 of
# the hint. Of the hundred million shingles of a million texts one in 170 shares its 34 bits with another; they are counted,
# and a pair needs several.
HINT_BITS = np.uint64(6)
SHINGLE_BITS = np.uint64(30)
TEXT_MASK = np.uint64((1 << 24) - 1)
HINT_MASK = np.uint64(63)
_MOST_TEXTS = 1 << 24

# ASCII letters and digits are kept, in lower case; the rest of ASCII parts words; bytes of other characters are kept.
_FOLD = bytes(ord(chr(c).lower()) if chr(c).isalnum() else 32 for c in range(128)) + bytes(range(128, 256))
_SPACE = 32
_MASKS = np.array([(1 << (8 * k)) - 1 for k in range(9)], np.uint64)
# Odd constants with well mixed bits, from splitmix64 and wyhash.
MIX = np.array(
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
        return decoded(self.codes[self.starts[text] : self.starts[text + 1]])

    def gather(self, texts: Ints) -> NDArray[np.uint32]:
        """The codes of some texts, one text after the other."""
        starts, counts = self.starts[texts], self.starts[texts + 1] - self.starts[texts]
        ends = np.cumsum(counts)
        places = np.arange(counts.sum()) + np.repeat(starts - (ends - counts), counts)
        return np.asarray(self.codes[places])

    def shingles(self, text: int) -> Ints:
        """The shingles of a text in order, all of them, as numbers."""
        codes = self.codes[self.starts[text] : self.starts[text + 1]].astype(np.int64) - _FIRST_CODE
        return codes[:-2] << 40 | codes[1:-1] << 20 | codes[2:] if len(codes) >= SHINGLE else codes[:0]


def sketch(texts: Iterable[str]) -> Sketches:
    """The sketches of texts, at most 16 million; the texts themselves may come one by one and are not held.

    >>> one, two, three = sketch(["A long walk.", "a LONG walk", "a short walk"]).digests.tolist()
    >>> one == two, one == three
    (True, False)
    """
    codes, counts, digests, buckets = (_Growing(dtype) for dtype in ("u4", "i8", "u8", "u8"))
    made: Iterable[tuple[NDArray[Any], ...]] = workers.in_order(_sketch_batch, _batches(texts))
    for parts in made:
        for whole, part in zip((codes, counts, digests, buckets), parts, strict=True):
            whole.extend(part)
    starts = np.concatenate(([0], np.cumsum(counts.array()))).astype(np.int64)
    return Sketches(codes.array(), starts, digests.array(), buckets.array())


class _Growing:
    """An array that grows at its end. What is added can be let go at once, so that nothing is held twice; a large array is
    not copied when it grows, where the system can move it as it is (Linux)."""

    def __init__(self, dtype: str) -> None:
        self._held: NDArray[Any] = np.empty(0, dtype)
        self._length = 0

    def extend(self, part: NDArray[Any]) -> None:
        end = self._length + len(part)
        if end > len(self._held):
            self._held.resize(end + end // 8, refcheck=False)
        self._held[self._length : end] = part
        self._length = end

    def array(self) -> NDArray[Any]:
        self._held.resize(self._length, refcheck=False)
        return self._held


def _batches(texts: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """The texts some hundreds at a time, with the number of the first."""
    batch: list[str] = []
    letters = first = 0
    for text in texts:
        batch.append(text)
        letters += len(text) + 1
        if letters >= _LETTERS_AT_ONCE:
            yield first, batch
            first, batch, letters = first + len(batch), [], 0
        if first + len(batch) > _MOST_TEXTS:
            raise ValueError(f"These are more texts than can be numbered ({_MOST_TEXTS:,}).")
    if batch:
        yield first, batch


def _sketch_batch(batch: tuple[int, Sequence[str]]) -> tuple[NDArray[np.uint32], Ints, Hashes, Hashes]:
    """Word codes, word counts, digests and buckets of some texts; `batch` has the number of the first of them."""
    first, texts = batch
    counts, words, codes = _hash_words(texts)
    if not len(words):
        return codes, counts, np.zeros(len(texts), np.uint64), words
    spoken = np.flatnonzero(counts)
    ends = np.cumsum(counts)
    begins, last = (ends - counts)[spoken], ends[spoken]
    shingles = words.copy()
    for k in range(1, SHINGLE):
        shingles[:-k] *= MIX[5]
        shingles[:-k] += words[k:]
    _scramble(shingles)
    whole = np.ones(len(words), bool)
    for k in range(1, SHINGLE):  # a shingle does not reach into the next text
        whole[np.maximum(last - k, begins)] = False
    digests = np.zeros(len(texts), np.uint64)
    # Shingles hold the order of words; a sum of them does not depend on where a batch begins.
    np.copyto(words, shingles, where=whole)
    digests[spoken] = np.add.reduceat(words, begins)
    limits = np.where(counts < WHOLE, _TOP, _TOP // np.uint64(SCALE))
    whole &= shingles <= np.repeat(limits, counts)
    kept = np.flatnonzero(whole)
    owners = np.repeat(np.arange(len(texts)), counts)[kept]
    # What follows is the next shingle; where the text ends before, there is no hint.
    beyond = np.append(shingles, np.zeros(SHINGLE, np.uint64))
    hints = beyond[kept + SHINGLE] >> (np.uint64(64) - HINT_BITS)
    hints[kept + 2 * SHINGLE > ends[owners]] = 0
    buckets = shingles[kept]
    buckets &= ~((np.uint64(1) << SHINGLE_BITS) - np.uint64(1))
    buckets |= (owners + first).astype(np.uint64) << HINT_BITS
    buckets |= hints
    return codes, counts, digests, buckets


def decoded(codes: NDArray[np.uint32]) -> str:
    """Codes of words as a string with a character for each."""
    return codecs.utf_32_le_decode(codes.data)[0]


def fold(texts: Sequence[str]) -> list[bytes]:
    """Texts as their words are hashed: in lower case, without punctuation.

    >>> [text.decode() for text in fold(["A long – walk!", "¿Más?"])]
    ['a long walk', 'más']
    """
    # A byte that UTF-8 never uses stands between the texts.
    joined = b" \xff ".join([text.encode("utf-8", "replace") for text in texts])
    data = np.frombuffer(bytearray(joined + b"   ").translate(_FOLD), np.uint8)
    _fold_two_bytes(data)
    return [text.strip() for text in b" ".join(data.tobytes().split()).split(b"\xff")] if texts else []


def scrambled(numbers: NDArray[np.integer]) -> Hashes:
    """Well mixed hashes of numbers."""
    hashes: Hashes = numbers.astype(np.uint64) * MIX[0]
    _scramble(hashes)
    return hashes


def mixed(codes: NDArray[np.uint32], owners: Ints) -> Hashes:
    """A number for the shingle that begins with each word: of its words and of whose they are."""
    wide = codes.astype(np.uint64)
    hashes: Hashes = owners.astype(np.uint64) * MIX[3] + wide * MIX[0]
    for k in range(1, SHINGLE):
        hashes[:-k] += wide[k:] * MIX[k]
    _scramble(hashes)
    return hashes


def _hash_words(texts: Sequence[str]) -> tuple[Ints, Hashes, NDArray[np.uint32]]:
    """How many words each text has, and a hash and a code for every word; case and punctuation do not matter."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1
    # A space before, so that every word begins after one; at the end enough that a word can be read eight bytes at a time.
    padded = bytearray(b" ").join([b"", *encoded, b" " * 41])
    plain = padded.isascii()
    data = np.frombuffer(padded.translate(_FOLD), np.uint8)
    if not plain:
        _fold_two_bytes(data)
    letters = data != _SPACE
    edges = np.flatnonzero(letters[1:] != letters[:-1])
    starts = edges[0::2].copy()
    sizes = edges[1::2] - starts
    eights = np.lib.stride_tricks.as_strided(data[1:9].view(np.uint64), (data.size - 8,), (1,))
    words = eights[starts]
    # The codes of words that begin with a digit lie below the others.
    numeric = words.view(np.uint8)[::8] <= ord("9")
    words &= _MASKS.take(sizes, mode="clip")
    words *= MIX[0]
    long = np.flatnonzero(sizes > 8)
    further, rest = starts[long] + 8, sizes[long] - 8
    ends = (eights[further] & _MASKS.take(rest, mode="clip")) * MIX[1]
    # Of words longer than 24 bytes the length tells the rest.
    longer = np.flatnonzero(rest > 8)
    further, rest = further[longer] + 8, rest[longer] - 8
    ends[longer] += (eights[further] & _MASKS.take(rest, mode="clip")) * MIX[2]
    ends[longer] += (rest + 16).astype(np.uint64) * MIX[5]
    words[long] += ends
    _scramble(words)
    counts = np.diff(np.searchsorted(starts, np.concatenate(([0], np.cumsum(lengths)))))
    # The upper 24 bits of the hash, scaled to the number of codes there are.
    upper = words >> np.uint64(40)
    codes = ((upper * _WORD_CODES >> np.uint64(24)) + np.uint64(FIRST_WORD_CODE)).astype(np.uint32)
    numbers = np.flatnonzero(numeric)
    codes[numbers] = (upper[numbers] * _NUMBER_CODES >> np.uint64(24)) + np.uint64(_FIRST_CODE)
    return counts.astype(np.int64, copy=False), words, codes


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
    hashes *= MIX[3]
    hashes ^= hashes >> np.uint64(29)
    hashes *= MIX[4]
    hashes ^= hashes >> np.uint64(32)
