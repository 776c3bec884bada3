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

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from blogarc import workers

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
CROWD, CROWD_OF_SHORT = 24, 12
# Fewer shared shingles than this, or a smaller share of the shorter text, are chance or a quotation.
FEWEST_SHARED, _LEAST_SHARE = 3, 0.12
# A text of a few words has few shingles: there half of them will do.
_LEAST_SHARE_OF_FEW = 0.5
# Where words are changed here and there, so that a share s of the shingles is left, about s of these are followed by the
# same three words; of the shingles of a common sentence of twelve words 0.7 are. Texts with less than half in common that go
# on alike by so much more than that share a passage.
_PASSAGE_BELOW, _MORE_ALIKE = 0.45, 0.25
# Texts hashed together, and buckets sorted together: these fit into a processor's cache.
_BATCH = 256
_SORTED_AT_ONCE = 1 << 17
_BUCKETS_AT_ONCE = 1 << 19
# The most pairs that are held before they are counted (half a gigabyte), and pairs made at once.
_PAIRS_HELD = 1 << 26
_PAIRS_AT_ONCE = 1 << 17

# A shingle, its text and what follows it in one number, so that one sort does all: 34 bits of hash, 24 for the text, 6 of
# the hint. Of the hundred million shingles of a million texts one in 170 shares its 34 bits with another; they are counted,
# and a pair needs several.
_HINT_BITS = np.uint64(6)
_SHINGLE_BITS = np.uint64(30)
_TEXT_MASK = np.uint64((1 << 24) - 1)
_HINT_MASK = np.uint64(63)
_MOST_TEXTS = 1 << 24
# A pair of texts in one number: the first, the second, whether one has few shingles, whether one is the centre of a crowd,
# and whether both go on alike.
_PAIR_BITS, _FIRST_BITS = np.uint64(3), np.uint64(27)
_ALIKE, _CROWDED, _FEW = np.uint64(1), np.uint64(2), np.uint64(4)

# The highest shingle of the coarse sample.
COARSE = ((1 << 64) - 1) // _SCALE >> int(_SHINGLE_BITS)

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
        return codecs.utf_32_le_decode(self.codes[self.starts[text] : self.starts[text + 1]].data)[0]

    def shingles(self, text: int) -> Ints:
        """The shingles of a text in order, all of them, as numbers."""
        codes = self.codes[self.starts[text] : self.starts[text + 1]].astype(np.int64) - _FIRST_CODE
        return codes[:-2] << 40 | codes[1:-1] << 20 | codes[2:] if len(codes) >= SHINGLE else codes[:0]


@dataclass(frozen=True, slots=True)
class Sampled:
    """What is known of the shingles of some texts: the `words` of each, and in `tally` (four rows) how many of its shingles
    are in crowds and not in the coarse sample, in crowds and in it, of its own and not in it, of its own and in it."""

    words: Ints
    tally: Ints


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

    def only(self, wanted: NDArray[np.bool_] | slice) -> Candidates:
        """Those that are wanted."""
        return Candidates(*(getattr(self, each.name)[wanted] for each in fields(self)))


def sketch(texts: Iterable[str]) -> Sketches:
    """The sketches of texts, at most 16 million; the texts themselves may come one by one and are not held.

    >>> one, two, three = sketch(["A long walk.", "a LONG walk", "a short walk"]).digests.tolist()
    >>> one == two, one == three
    (True, False)
    """
    parts = list(workers.in_order(_sketch_batch, _batches(texts)))
    codes, counts, digests, buckets = zip(*parts, strict=True) if parts else ((), (), (), ())
    return Sketches(
        np.concatenate([np.empty(0, np.uint32), *codes]),
        np.concatenate(([0], np.cumsum(np.concatenate([np.empty(0, np.int64), *counts])))).astype(np.int64),
        np.concatenate([np.empty(0, np.uint64), *digests]),
        np.concatenate([np.empty(0, np.uint64), *buckets]),
    )


def _batches(texts: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """The texts some hundreds at a time, with the number of the first."""
    held, first = iter(texts), 0
    while batch := list(islice(held, _BATCH)):
        if first + len(batch) > _MOST_TEXTS:
            raise ValueError(f"These are more texts than can be numbered ({_MOST_TEXTS:,}).")
        yield first, batch
        first += len(batch)


def find_candidates(sketches: Sketches, wanted: NDArray[np.bool_]) -> Candidates:
    """The pairs among the `wanted` texts that share enough of their rare shingles to be looked at."""
    return candidates_of(sort_buckets(sketches.buckets, wanted), sketches.counts, sketches.digests)


def sort_buckets(buckets: Hashes, wanted: NDArray[np.bool_] | None = None) -> Hashes:
    """Buckets in order, and of a shingle that occurs in a text several times the first only; of the `wanted` texts, if it is
    said which."""

    def part(at: int) -> list[Hashes]:
        piece = buckets[at : at + _SORTED_AT_ONCE]
        piece = piece if wanted is None else piece[wanted[texts_of(piece)]]
        return _parted(piece, (piece >> np.uint64(56)).astype(np.uint8))

    def join(pieces: tuple[Hashes, ...]) -> Hashes:
        ordered = np.concatenate(pieces)
        ordered.sort()
        return ordered[_first_of_each(ordered >> _HINT_BITS)]

    pieces = list(workers.in_order(part, range(0, len(buckets), _SORTED_AT_ONCE)))
    return np.concatenate([buckets[:0], *workers.in_order(join, zip(*pieces, strict=True))])


def _parted(values: Hashes, keys: NDArray[np.uint8]) -> list[Hashes]:
    """The values parted by their keys, for each key from 0 to 255 some or none. In so short numbers numpy counts instead of
    comparing, and many small sorts are much quicker than a large one."""
    ends = np.cumsum(np.bincount(keys, minlength=256))
    return np.split(values[np.argsort(keys, kind="stable")], ends[:-1])


def texts_of(buckets: Hashes) -> Ints:
    """The text of each bucket."""
    return ((buckets >> _HINT_BITS) & _TEXT_MASK).astype(np.int64)


def parts_of(buckets: Hashes) -> tuple[Hashes, Ints, NDArray[np.uint8]]:
    """The shingle of each bucket (34 bits of its hash), its text, and the hint of the words that follow (6 bits)."""
    return buckets >> _SHINGLE_BITS, texts_of(buckets), (buckets & _HINT_MASK).astype(np.uint8)


def number(buckets: Hashes, texts: Ints) -> Hashes:
    """The buckets with their texts numbered anew: text `n` becomes `texts[n]`.

    >>> texts_of(number(sketch(["one two three"]).buckets, np.array([7]))).tolist()
    [7]
    """
    mask = _TEXT_MASK << _HINT_BITS
    return (buckets & ~mask) | (texts[texts_of(buckets)].astype(np.uint64) << _HINT_BITS)


def candidates_of(
    buckets: Hashes,
    counts: Ints,
    digests: Hashes,
    changed: NDArray[np.bool_] | None = None,
    tally: Ints | None = None,
) -> Candidates:
    """The candidates among the texts of these `buckets`, which are as `sort_buckets` gives them.

    `counts` are the words of each text, `digests` of its words choose the centre of a crowd: whatever the order of texts
    is, the same pairs are found. With `changed`, only the pairs with a text for which it is true, and all that have the
    centre of a crowd in them.

    `tally`, of four rows (see `_group`), is what was counted of the shingles of each text before. In it those of the texts
    that are `changed` are counted anew. Of the others only such buckets are needed then as they share with these.
    """
    groups: list[_Group] = []
    own = _Own(counts, np.zeros((4, len(counts)), np.int64), changed)
    pieces = np.split(buckets, np.searchsorted(buckets, _cuts(buckets)))
    for group, counted in workers.in_order(partial(_group, texts=len(counts), digests=digests), pieces):
        groups.append(group)
        np.add(own.tally, counted, out=own.tally)
    if tally is not None:
        np.copyto(tally, own.tally, where=True if changed is None else changed)
        np.copyto(own.tally, tally)
    few = have_few(own.tally)
    # Pairs are parted by their first text into up to 256 parts, and told apart in each. If there are very many, only some
    # parts are made at a time.
    shift = max(0, (len(counts) - 1).bit_length() - 8)
    rounds = 1 + sum(group.pairs for group in groups) // _PAIRS_HELD
    found: list[Candidates] = []
    for turn in range(rounds):
        between = 256 * turn // rounds, 256 * (turn + 1) // rounds
        pair_up = partial(_pair_up, few=few, changed=changed, shift=shift, between=between)
        parts = list(workers.in_order(pair_up, groups))
        found += workers.in_order(partial(_judge, own=own), list(zip(*parts, strict=True)))
        del parts
    no_texts, no_shares = np.empty(0, np.int64), np.empty(0)
    none = Candidates(no_texts, no_texts, no_shares, no_shares, np.empty(0, bool))
    return Candidates(
        *(np.concatenate([getattr(part, each.name) for part in (none, *found)]) for each in fields(Candidates))
    )


def weigh_shared(
    first: Sampled, second: Sampled, rare: Ints, alike: Ints, crowds: Ints, among: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.bool_], Floats, Floats, NDArray[np.bool_]]:
    """Which pairs of texts may be duplicates, by what they share; all arrays of one length, an entry for each pair.

    They share so many `rare` shingles (not furniture), of which so many are followed by the same words, `alike`; and in so
    many `crowds` one of them is the centre. On the first ground only pairs `among` some are wanted, if it is said which.
    Returns which may be, and of these what `Candidates` says: shared, resemblance, in_crowd.
    """
    long = (first.words >= _WHOLE) | (second.words >= _WHOLE)
    # Of a long text only the coarse sample is known, and of what it shares.
    (first_rare, first_all), (second_rare, second_all) = (
        (
            np.where(long, side.tally[3], side.tally[2] + side.tally[3]),
            np.where(long, side.tally[1] + side.tally[3], side.tally.sum(axis=0)),
        )
        for side in (first, second)
    )
    share = rare / np.maximum(np.minimum(first_rare, second_rare), 1)
    resemblance = rare / np.maximum(first_rare + second_rare - rare, 1)
    enough = (rare >= FEWEST_SHARED) & (share >= _LEAST_SHARE) | (rare > 0) & (share >= _LEAST_SHARE_OF_FEW)
    enough &= (share >= _PASSAGE_BELOW) | (alike <= (share + _MORE_ALIKE) * rare)
    if among is not None:
        enough &= among
    in_crowd = ~enough & (crowds >= _LEAST_SHARE_OF_FEW * np.maximum(np.minimum(first_all, second_all), 1))
    share[in_crowd] = resemblance[in_crowd] = 0.0
    found = enough | in_crowd
    return found, np.minimum(share[found], 1.0), np.minimum(resemblance[found], 1.0), in_crowd[found]


def have_few(tally: Ints) -> NDArray[np.bool_]:
    """Of which texts, by the tally of their shingles, a shingle or two in common are worth a look; other pairs need more
    (FEWEST_SHARED): nearly all pairs have one in common, or two."""
    return np.asarray(tally[3] * _LEAST_SHARE_OF_FEW < FEWEST_SHARED)


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


def changed_among(segments: Sequence[Hashes], new: Hashes, digests: Hashes, texts: int) -> NDArray[np.bool_]:
    """The same as `changed_by` of buckets in several `segments`, each sorted, to which the sorted `new` ones come; of the
    centres of crowds those too whose place a new text takes. Only what the new ones touch is read."""
    changed = np.zeros(texts, bool)
    changed[texts_of(new)] = True
    shingles = new >> _SHINGLE_BITS
    told = shingles[_first_of_each(shingles)]
    came = _times(shingles, told)
    before = np.zeros(len(told), np.int64)
    for segment in segments:
        starts, ends = _spans(segment, told)
        before += ends - starts
    crowded = _are_crowded(told, before + came)
    crossed = crowded & ~_are_crowded(told, before)
    changed[texts_of(held_of(segments, told[crossed]))] = True
    rest = told[crowded & ~crossed]
    if len(rest):
        held = held_of(segments, rest)
        owners = texts_of(held)
        begins = np.flatnonzero(_first_of_each(held >> _SHINGLE_BITS))
        lowest = np.minimum.reduceat(digests[owners], begins)
        ours = new[np.isin(shingles, rest)]
        firsts = np.flatnonzero(_first_of_each(ours >> _SHINGLE_BITS))
        displaced = np.minimum.reduceat(digests[texts_of(ours)], firsts) < lowest
        sizes = np.diff(np.append(begins, len(held)))
        changed[owners[(digests[owners] == np.repeat(lowest, sizes)) & np.repeat(displaced, sizes)]] = True
    return changed


def held_of(segments: Sequence[Hashes], shingles: Hashes) -> Hashes:
    """The buckets of these shingles, sorted."""
    parts = [shingles[:0]]
    for segment in segments:
        starts, ends = _spans(segment, shingles)
        sizes = ends - starts
        parts.append(segment[np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())])
    return np.sort(np.concatenate(parts))


def around(segments: Sequence[Hashes], new: Hashes, changed: NDArray[np.bool_]) -> Hashes:
    """All buckets of the shingles that the `changed` texts have, sorted: what is in the segments, and the `new` ones."""
    own = [new >> _SHINGLE_BITS]
    of_others = changed.copy()
    of_others[texts_of(new)] = False
    if of_others.any():
        own += [segment[of_others[texts_of(segment)]] >> _SHINGLE_BITS for segment in segments]
    shingles = np.sort(np.concatenate(own))
    return np.sort(np.concatenate([held_of(segments, shingles[_first_of_each(shingles)]), new]))


def _spans(buckets: Hashes, shingles: Hashes) -> tuple[Ints, Ints]:
    """Where the buckets of these shingles, sorted as they, begin and end."""
    low = shingles << _SHINGLE_BITS
    high = low | ((np.uint64(1) << _SHINGLE_BITS) - np.uint64(1))
    return np.searchsorted(buckets, low), np.searchsorted(buckets, high, "right")


def merge(buckets: Hashes, new: Hashes) -> Hashes:
    """Sorted buckets with some others among them. One pass over the many and a sort of the few."""
    if not len(buckets):
        return sort_buckets(new)
    few = sort_buckets(new)
    merged = np.insert(buckets, np.searchsorted(buckets, few), few)
    return merged[_first_of_each(merged >> _HINT_BITS)]


def _times(ascending: Hashes, told: Hashes) -> Ints:
    """How often each of these occurs."""
    return np.searchsorted(ascending, told, "right") - np.searchsorted(ascending, told, "left")


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
        shingles[:-k] *= _MIX[5]
        shingles[:-k] += words[k:]
    _scramble(shingles)
    whole = np.ones(len(words), bool)
    for k in range(1, SHINGLE):  # a shingle does not reach into the next text
        whole[np.maximum(last - k, begins)] = False
    digests = np.zeros(len(texts), np.uint64)
    # Shingles hold the order of words; a sum of them does not depend on where a batch begins.
    np.copyto(words, shingles, where=whole)
    digests[spoken] = np.add.reduceat(words, begins)
    limits = np.where(counts < _WHOLE, _TOP, _TOP // np.uint64(_SCALE))
    whole &= shingles <= np.repeat(limits, counts)
    kept = np.flatnonzero(whole)
    owners = np.repeat(np.arange(len(texts)), counts)[kept]
    # What follows is the next shingle; where the text ends before, there is no hint.
    beyond = np.append(shingles, np.zeros(SHINGLE, np.uint64))
    hints = beyond[kept + SHINGLE] >> (np.uint64(64) - _HINT_BITS)
    hints[kept + 2 * SHINGLE > ends[owners]] = 0
    buckets = shingles[kept]
    buckets &= ~((np.uint64(1) << _SHINGLE_BITS) - np.uint64(1))
    buckets |= (owners + first).astype(np.uint64) << _HINT_BITS
    buckets |= hints
    return codes, counts, digests, buckets


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
    hashes: Hashes = numbers.astype(np.uint64) * _MIX[0]
    _scramble(hashes)
    return hashes


def mixed(codes: NDArray[np.uint32], owners: Ints) -> Hashes:
    """A number for the shingle that begins with each word: of its words and of whose they are."""
    wide = codes.astype(np.uint64)
    hashes: Hashes = owners.astype(np.uint64) * _MIX[3] + wide * _MIX[0]
    for k in range(1, SHINGLE):
        hashes[:-k] += wide[k:] * _MIX[k]
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
    words *= _MIX[0]
    long = np.flatnonzero(sizes > 8)
    further, rest = starts[long] + 8, sizes[long] - 8
    ends = (eights[further] & _MASKS.take(rest, mode="clip")) * _MIX[1]
    # Of words longer than 24 bytes the length tells the rest.
    longer = np.flatnonzero(rest > 8)
    further, rest = further[longer] + 8, rest[longer] - 8
    ends[longer] += (eights[further] & _MASKS.take(rest, mode="clip")) * _MIX[2]
    ends[longer] += (rest + 16).astype(np.uint64) * _MIX[5]
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
    hashes *= _MIX[3]
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX[4]
    hashes ^= hashes >> np.uint64(32)


def _first_of_each(ascending: Hashes) -> NDArray[np.bool_]:
    """Where a new value begins."""
    return np.concatenate(([True], ascending[1:] != ascending[:-1])) if len(ascending) else np.empty(0, bool)


def _are_crowded(shingles: Hashes, sizes: Ints) -> NDArray[np.bool_]:
    """Whether buckets of these sizes are furniture."""
    return np.asarray(sizes > np.where(_are_coarse(shingles), CROWD, CROWD_OF_SHORT))


def _are_coarse(shingles: Hashes) -> NDArray[np.bool_]:
    """Whether these are sampled of long texts too."""
    return np.asarray(shingles <= np.uint64(COARSE))


def _cuts(buckets: Hashes) -> Hashes:
    """Where to part buckets so that those of a shingle stay together, and about so many as fit into a cache do."""
    count = len(buckets) // _BUCKETS_AT_ONCE
    if not count:
        return buckets[:0]
    sample = np.sort(buckets[:: max(1, len(buckets) // (64 * count))])
    return np.unique((sample[np.arange(1, count) * len(sample) // count] >> _SHINGLE_BITS) << _SHINGLE_BITS)


@dataclass(frozen=True, slots=True)
class _Group:
    """Some sorted buckets: where those begin that several texts share and are not furniture, and how many texts each has;
    and for each crowded one the pairs with its centre."""

    buckets: Hashes
    starts: Ints
    sizes: Ints
    centres: Hashes

    @property
    def pairs(self) -> int:
        """How many pairs of texts they make."""
        return int((self.sizes * (self.sizes - 1) // 2).sum()) + len(self.centres)


def _group(buckets: Hashes, texts: int, digests: Hashes) -> tuple[_Group, Ints]:
    """The buckets of some shingles, grouped; and a tally of the shingles of each text, four rows: in crowds and not in the
    coarse sample, in crowds and in it, of its own and not in it, of its own and in it."""
    shingles = buckets >> _SHINGLE_BITS
    starts = np.flatnonzero(_first_of_each(shingles))
    sizes = np.diff(np.append(starts, len(buckets)))
    shingles = shingles[starts]
    coarse = _are_coarse(shingles)
    crowded = _are_crowded(shingles, sizes)
    owners = texts_of(buckets)
    told = np.repeat((~crowded * 2 + coarse) * texts, sizes) + owners
    tally = np.bincount(told, minlength=4 * texts).reshape(4, -1)
    shared = np.flatnonzero(~crowded & (sizes > 1))
    centres = _centres(owners, sizes, crowded, digests)
    return _Group(buckets, starts[shared], sizes[shared], centres), tally


def _centres(texts: Ints, sizes: Ints, crowded: NDArray[np.bool_], digests: Hashes) -> Hashes:
    """In each crowded bucket the pairs of its centre, the text of the lowest digest, with the others."""
    if not crowded.any():
        return np.empty(0, np.uint64)
    members, lengths = texts[np.repeat(crowded, sizes)], sizes[crowded]
    begins = np.cumsum(lengths) - lengths
    # Ranks, because a minimum of digests does not say whose it is.
    present = np.zeros(len(digests), bool)
    present[members] = True
    present = np.flatnonzero(present)
    ranked = present[np.argsort(digests[present], kind="stable")]
    rank = np.empty(len(digests), np.int64)
    rank[ranked] = np.arange(len(ranked))
    centres = np.repeat(ranked[np.minimum.reduceat(rank[members], begins)], lengths)
    apart = members != centres
    one, other = np.minimum(members, centres)[apart], np.maximum(members, centres)[apart]
    pairs: Hashes = (one.astype(np.uint64) << _FIRST_BITS) | (other.astype(np.uint64) << _PAIR_BITS) | _CROWDED
    return pairs


def _pair_up(
    group: _Group, few: NDArray[np.bool_], changed: NDArray[np.bool_] | None, shift: int, between: tuple[int, int]
) -> list[Hashes]:
    """The pairs of texts in each bucket, each pair as one number, parted by the number of their first text, of which `shift`
    bits are left out; only the parts `between` two."""
    marks = few * _FEW
    made = [group.centres]
    for size in np.flatnonzero(np.bincount(group.sizes)).tolist():
        places = group.starts[group.sizes == size]
        left, right = np.triu_indices(size, 1)
        step = max(1, _PAIRS_AT_ONCE // len(left))
        for at in range(0, len(places), step):
            # A row for each member, so that pairs are made of whole rows.
            held = group.buckets[places[at : at + step] + np.arange(size)[:, None]]
            if changed is not None:
                held = held[:, changed[texts_of(held)].any(axis=0)]
            texts, hints = (held >> _HINT_BITS) & _TEXT_MASK, (held & _HINT_MASK).astype(np.uint8)
            of_few = marks[texts.view(np.int64)]
            pairs = (texts << _FIRST_BITS | of_few)[left]
            pairs |= (texts << _PAIR_BITS | of_few)[right]
            pairs |= hints[left] == hints[right]  # _ALIKE
            if changed is not None:
                anew = changed[texts.view(np.int64)]
                pairs = pairs[anew[left] | anew[right]]
            made.append(pairs.ravel())
    pairs = np.concatenate(made)
    keys = pairs >> (_FIRST_BITS + np.uint64(shift))
    if between != (0, 256):
        some = (keys >= between[0]) & (keys < between[1])
        pairs, keys = pairs[some], keys[some]
    return _parted(pairs, keys.astype(np.uint8))[slice(*between)]


@dataclass(frozen=True, slots=True)
class _Own:
    """What is known of all texts: their words, and the tally of their shingles (four rows, see `_group`)."""

    counts: Ints
    tally: Ints
    changed: NDArray[np.bool_] | None

    def of(self, texts: Ints) -> Sampled:
        return Sampled(self.counts[texts], self.tally[:, texts])


def _judge(parts: Sequence[Hashes], own: _Own) -> Candidates:
    """The candidates among these pairs, which hold all there are of their first texts."""
    values = np.concatenate(parts)
    # Counted roughly first, several pairs in one place, which leaves few to sort.
    places = ((values >> _PAIR_BITS) * _MIX[0] >> np.uint64(62 - max(len(values), 1).bit_length())).view(np.int64)
    times = np.bincount(places)
    times[places[values & _CROWDED > 0]] = FEWEST_SHARED
    values = values[(times[places] >= FEWEST_SHARED) | (values & _FEW > 0)]
    values.sort()
    values = values[_worth_counting(values)]
    at = np.flatnonzero(_first_of_each(values >> _PAIR_BITS))
    sizes = np.diff(np.append(at, len(values)))
    first, second = _texts_of_pairs(values[at])
    marked = [np.concatenate(([0], np.cumsum(values & flag > 0))) for flag in (_ALIKE, _CROWDED)]
    alike, crowds = (sums[at + sizes] - sums[at] for sums in marked)
    return _enough(first, second, sizes - crowds, alike, crowds, own)


def _worth_counting(values: Hashes) -> NDArray[np.bool_]:
    """Which of these numbers are of pairs that share enough shingles, or have a text of few or the centre of a crowd."""
    pairs = values >> _PAIR_BITS
    same = pairs[1:] == pairs[:-1]
    kept = values & (_FEW | _CROWDED) > 0
    # Of a pair with two shingles in common both, where one is marked.
    kept[:-1] |= kept[1:] & same
    kept[1:] |= kept[:-1] & same
    three = same[1:] & same[:-1]
    for k in range(FEWEST_SHARED):
        kept[k : k + len(three)] |= three
    return kept


def _enough(first: Ints, second: Ints, rare: Ints, alike: Ints, crowds: Ints, own: _Own) -> Candidates:
    """Those of these pairs that may be duplicates. They share so many `rare` shingles, of which so many go on alike, and
    in so many crowds one of them is the centre."""
    among = None if own.changed is None else own.changed[first] | own.changed[second]
    found, shared, resemblance, in_crowd = weigh_shared(own.of(first), own.of(second), rare, alike, crowds, among)
    return Candidates(first[found], second[found], shared, resemblance, in_crowd)


def _texts_of_pairs(pairs: Hashes) -> tuple[Ints, Ints]:
    return (pairs >> _FIRST_BITS).astype(np.int64), (pairs >> _PAIR_BITS & _TEXT_MASK).astype(np.int64)
