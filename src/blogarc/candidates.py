"""Which texts share word shingles that few others have: candidates for duplicates, found without comparing all pairs.

Texts that share a bucket are paired and their common buckets counted; in a crowd each text is paired with one *centre* only,
so that the work stays linear.

A shared passage is not a copy. With each shingle goes a hint of the three words that follow it: where most of the common
shingles are followed by the same words, and yet less than half of the text is common, two texts share a passage and
differ otherwise; a text with changes all over has few such shingles. So posts that share a quotation or some of their
sentences, by far the most of all pairs, are told from damaged copies before anything is compared word by word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

from blogarc import workers
from blogarc.buckets import are_coarse, are_crowded, cuts, first_of_each, parted, sort_buckets, texts_of
from blogarc.minhash import HINT_BITS, HINT_MASK, MIX, SHINGLE_BITS, TEXT_MASK, WHOLE, Floats, Hashes, Ints, Sketches

# Fewer shared shingles than this, or a smaller share of the shorter text, are chance or a quotation.
FEWEST_SHARED, _LEAST_SHARE = 3, 0.12
# A text of a few words has few shingles: there half of them will do.
_LEAST_SHARE_OF_FEW = 0.5
# Where words are changed here and there, so that a share s of the shingles is left, about s of these are followed by the
# same three words; of the shingles of a common sentence of twelve words 0.7 are. Texts with less than half in common that go
# on alike by so much more than that share a passage.
_PASSAGE_BELOW, _MORE_ALIKE = 0.45, 0.25
# The most pairs that are held before they are counted (half a gigabyte), and pairs made at once.
_PAIRS_HELD = 1 << 26
_PAIRS_AT_ONCE = 1 << 17

# and whether both go on alike.
_PAIR_BITS, _FIRST_BITS = np.uint64(3), np.uint64(27)
_ALIKE, _CROWDED, _FEW = np.uint64(1), np.uint64(2), np.uint64(4)


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


def find_candidates(sketches: Sketches, wanted: NDArray[np.bool_]) -> Candidates:
    """The pairs among the `wanted` texts that share enough of their rare shingles to be looked at."""
    return candidates_of(sort_buckets(sketches.buckets, wanted), sketches.counts, sketches.digests)


def candidates_of(
    buckets: Hashes,
    counts: Ints,
    digests: Hashes,
    changed: NDArray[np.bool_] | None = None,
    tally: Ints | None = None,
) -> Candidates:
    """The candidates among the texts of these `buckets`, which are as `sort_buckets` gives them.

    `counts` are the words of each text, `digests` of its words choose the centre of a crowd: whatever the order of texts
    is, the same pairs are found. With `changed`, only the pairs with a text for which it is true.

    `tally`, of four rows (see `_group`), is what was counted of the shingles of each text before. In it those of the texts
    that are `changed` are counted anew. Of the others only such buckets are needed then as they share with these.
    """
    groups: list[_Group] = []
    tallied = np.arange(len(counts)) if changed is None or tally is None else np.flatnonzero(changed)
    place = np.full(len(counts), -1)
    place[tallied] = np.arange(len(tallied))
    found_of = np.zeros((4, len(tallied)), np.int64)
    pieces = np.split(buckets, np.searchsorted(buckets, cuts(buckets)))
    group_of = partial(_group, place=place, digests=digests, changed=changed)
    for group, counted in workers.in_order(group_of, pieces):
        groups.append(group)
        found_of += counted
    if tally is None:
        tally = np.zeros((4, len(counts)), np.int64)
    tally[:, tallied] = found_of
    own = _Own(counts, tally, changed)
    few = have_few(tally)
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
    long = (first.words >= WHOLE) | (second.words >= WHOLE)
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


def _group(buckets: Hashes, place: Ints, digests: Hashes, changed: NDArray[np.bool_] | None) -> tuple[_Group, Ints]:
    """The buckets of some shingles, grouped; and a tally of the shingles of those texts that have a `place` in it, which is
    not negative. It has four rows: in crowds and not in the coarse sample, in crowds and in it, of its own and not in it, of
    its own and in it."""
    shingles = buckets >> SHINGLE_BITS
    starts = np.flatnonzero(first_of_each(shingles))
    sizes = np.diff(np.append(starts, len(buckets)))
    shingles = shingles[starts]
    coarse = are_coarse(shingles)
    crowded = are_crowded(shingles, sizes)
    owners = texts_of(buckets)
    # Those without a place are counted in a column at the end.
    columns = place.max(initial=-1) + 2
    told = np.repeat((~crowded * 2 + coarse) * columns, sizes) + place[owners] % columns
    tally = np.bincount(told, minlength=4 * columns).reshape(4, -1)[:, :-1]
    shared = np.flatnonzero(~crowded & (sizes > 1))
    centres = _centres(owners, sizes, crowded, digests, changed)
    return _Group(buckets, starts[shared], sizes[shared], centres), tally


def _centres(
    texts: Ints, sizes: Ints, crowded: NDArray[np.bool_], digests: Hashes, changed: NDArray[np.bool_] | None
) -> Hashes:
    """In each crowded bucket the pairs of its centre, the text of the lowest digest, with the others; with `changed` only those
    that have a text for which it is true."""
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
    if changed is not None:
        apart &= changed[members] | changed[centres]
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
            texts, hints = (held >> HINT_BITS) & TEXT_MASK, (held & HINT_MASK).astype(np.uint8)
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
    return parted(pairs, keys.astype(np.uint8))[slice(*between)]


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
    places = ((values >> _PAIR_BITS) * MIX[0] >> np.uint64(62 - max(len(values), 1).bit_length())).view(np.int64)
    times = np.bincount(places)
    times[places[values & _CROWDED > 0]] = FEWEST_SHARED
    values = values[(times[places] >= FEWEST_SHARED) | (values & _FEW > 0)]
    values.sort()
    values = values[_worth_counting(values)]
    at = np.flatnonzero(first_of_each(values >> _PAIR_BITS))
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
    return (pairs >> _FIRST_BITS).astype(np.int64), (pairs >> _PAIR_BITS & TEXT_MASK).astype(np.int64)
