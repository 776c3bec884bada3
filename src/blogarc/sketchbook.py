"""Duplicates for an archive that remembers: after new texts came, only what these have changed is looked at again.

What is kept of the texts that were compared: how many words each has and their digest; the buckets of all that are not
exact copies of another; and the pairs that were verified. New texts change the candidates among themselves and those with
whom they share a shingle, and those of texts with a shingle that has become furniture through them: `buckets` says which.
Their pairs are verified, and the connected parts of the graph that hold a change are grouped anew. The clusters are the same
as if all had been compared at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from blogarc import grouping, minhash
from blogarc.buckets import (
    changed_among,
    changed_by,
    crowds_around,
    first_of_each,
    merge_buckets,
    renumber,
    shingles_of,
    sort_buckets,
    texts_of,
)
from blogarc.candidates import Candidates, candidates_of
from blogarc.minhash import HINT_BITS, SHINGLE_BITS, Hashes, Ints, Sketches
from blogarc.segments import outgrown
from blogarc.verification import Bools, DuplicateConfig, Judgement, Pair, Verifier

# So many letters of texts are held in memory while these are compared: a quarter of a gigabyte, more if not all are ASCII.
_LETTERS_HELD = 1 << 28
# Shingles whose buckets are looked at together.
_SHINGLES_AT_ONCE = 1 << 14
# What is kept of each text in a row of one array, at the place that is its number: so it is read without a loop.
_MEASURES = np.dtype([("digest", "<u8"), ("words", "<i4"), ("leads", "?"), ("tally", "<i4", 4)])
MEASURED_BYTES = _MEASURES.itemsize  # of each text


@dataclass(frozen=True, slots=True)
class Texts:
    """The different texts that there are, in the order of the corpus; each has a number that it keeps, below 16 million.

    `copies` says how often each occurs, `preference` how well it is suited to represent others (the lower the better; None
    for the usual rule), `touched` are the numbers of those of which occurrences came or went; `read` gives the texts of
    numbers, in order.
    """

    numbers: Sequence[int]
    keys: Sequence[str]
    titles: Sequence[str]
    copies: Sequence[int]
    preference: Sequence[int] | None
    touched: Collection[int]
    read: Callable[[Sequence[int]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Known:
    """What was kept: by number its digest and words; the title of each of the `leaders`, those that were compared; their
    `buckets` in segments, by number; verified `pairs`, two numbers and whether a crowd made them candidates, and `judgements`
    gives those on such pairs."""

    digests: Mapping[int, int] = field(default_factory=dict)
    words: Mapping[int, int] = field(default_factory=dict)
    leaders: Mapping[int, str] = field(default_factory=dict)
    buckets: Mapping[int, Hashes] = field(default_factory=dict)
    pairs: Sequence[tuple[int, int, int]] = ()
    judgements: Callable[[Sequence[Pair]], Mapping[Pair, Judgement]] = lambda pairs: {}
    measures: bytes = b""


@dataclass(frozen=True, slots=True)
class Newcomers:
    """The different texts of new articles, numbered as in `Texts`; some may be known already, and have their old number."""

    numbers: Sequence[int]
    keys: Sequence[str]
    titles: Sequence[str]
    read: Callable[[Sequence[int]], Iterable[str]]


class Shelf(Protocol):
    """What was kept, of which only what is asked for is read."""

    @property
    def measures(self) -> bytes:
        """As `Changes` gave them."""

    def segments(self) -> Mapping[int, int]:
        """How many buckets there are in each segment."""

    def segment(self, number: int) -> Hashes:
        """The buckets of a segment, sorted."""

    def buckets_of(self, shingles: Hashes) -> Iterable[Hashes]:
        """The buckets of these shingles, in pieces."""

    def few_buckets_of(self, shingles: Hashes) -> Iterable[Hashes]:
        """The same, of crowds only so many that they are crowds still, and their centres."""

    def leaders(self, numbers: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        """Key and title of those among these texts that are known."""

    def pairs_of(self, numbers: Sequence[int]) -> Iterable[Pair]:
        """The verified pairs that have one of these texts."""

    def judgements(self, pairs: Sequence[Pair]) -> Mapping[Pair, Judgement]:
        """What was found about these pairs."""

    def texts(self, numbers: Sequence[int]) -> Texts:
        """These texts, in the order of the corpus."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be kept from now on, beside what was; and the clusters that changed.

    `sketched` are numbers with digest and words, `leaders` those that are compared, with their titles, `leader` for each of
    the texts given. `buckets` is a new segment, in which those of the `replaced` ones are, and `digests` are those
    of all texts by number. `representative` has the leader that represents each of the leaders whose cluster was looked at, and
    `reasons` why, where it is another. `measures` are kept as they are.
    """

    sketched: Sequence[tuple[int, int, int]]
    leaders: Mapping[int, str]
    leader: Sequence[int]
    buckets: Hashes
    digests: Hashes
    replaced: Sequence[int]
    dropped: Sequence[Pair]
    verified: Sequence[tuple[Pair, bool, Judgement]]
    representative: Mapping[int, int]
    reasons: Mapping[int, Judgement]
    measures: bytes


def refresh(texts: Texts, known: Known, config: DuplicateConfig, *, regroup: bool = False) -> Changes:
    """Compare what is new with all there is; with `regroup` make all clusters anew from the pairs that are known."""
    unknown = [number for number in texts.numbers if number not in known.digests]
    held: list[str] = []
    fresh = minhash.sketch(_holding(texts.read(unknown), held))
    digests = dict(known.digests) | dict(zip(unknown, fresh.digests.view(np.int64).tolist(), strict=True))
    words = dict(known.words) | dict(zip(unknown, fresh.counts.tolist(), strict=True))
    size = max(digests, default=0) + 1
    counts, marks = np.zeros(size, np.int64), np.zeros(size, np.int64)
    counts[list(words)], marks[list(digests)] = list(words.values()), list(digests.values())
    leader, leaders = _lead(texts, marks.view(np.uint64), counts)
    added = [number for number in leaders if number not in known.leaders]
    again = [number for number in added if number in known.digests]
    own = [_numbered(fresh, unknown), _numbered(minhash.sketch(texts.read(again)), again)]

    is_leader, changed = np.zeros(size, bool), np.zeros(size, bool)
    is_leader[list(leaders)] = True
    changed[added] = True
    new = sort_buckets(np.concatenate(own), is_leader)
    # The largest first, which the others are put into.
    segments = sorted(known.buckets.values(), key=len, reverse=True)
    kept = np.concatenate([*segments[:1], new[:0]])
    if len(segments) > 1:
        kept = merge_buckets(kept, np.concatenate(segments[1:]))
    gone = new[:0]
    left = known.leaders.keys() - leaders.keys()
    if left:
        leaving = np.zeros(size, bool)
        leaving[list(left)] = True
        of_left = leaving[texts_of(kept)]
        kept, gone = kept[~of_left], kept[of_left]
    buckets = merge_buckets(kept, new) if len(kept) else new
    tally = np.zeros((4, size), np.int64)
    old = np.frombuffer(known.measures, _MEASURES)
    tally[:, : len(old)] = old["tally"].T
    if known.leaders:
        changed |= changed_by(buckets, new, gone, marks.view(np.uint64)) & is_leader
        changed[[n for n, title in leaders.items() - known.leaders.items() if n in known.leaders]] = True
        candidates = candidates_of(buckets, counts, marks.view(np.uint64), changed, tally)
    else:
        changed[:] = is_leader
        candidates = candidates_of(buckets, counts, marks.view(np.uint64), tally=tally)

    pairs = np.array(known.pairs, np.int64).reshape(-1, 3)
    one, other = pairs[:, 0], pairs[:, 1]
    staying: Bools = is_leader[one] & is_leader[other] & ~changed[one] & ~changed[other]
    staying_pairs: list[Pair] = [(a, b) for a, b in pairs[staying, :2].tolist()]
    dropped: list[Pair] = [(a, b) for a, b in pairs[~staying, :2].tolist()]
    lead_of = dict(zip(texts.numbers, leader, strict=True))
    fresh_pairs = list(_pairs(candidates))
    start = set(np.flatnonzero(changed & is_leader).tolist())
    start |= {lead_of[number] for number in texts.touched}
    start |= {number for pair in (*dropped, *fresh_pairs) for number in pair if is_leader[number]}
    if regroup:
        start = set(leaders)
    reached = start
    if len(start) < len(leaders):
        reached = grouping.connected((*staying_pairs, *fresh_pairs), start)
    position = dict(zip(texts.numbers, range(len(texts.numbers)), strict=True))
    local = sorted(reached, key=position.__getitem__)
    # All at once, as the first time, they are sketched already.
    if local != unknown:
        held = []
        fresh = minhash.sketch(_holding(texts.read(local), held))
    part = _Part(local, leaders, fresh, candidates, held)
    remembered = known.judgements([pair for pair in staying_pairs if pair[0] in reached])
    verified, groups = _group(part, texts, leader, remembered, config, size)
    # What is gone may have been in any segment.
    replaced = list(known.buckets) if left else outgrown({n: len(held) for n, held in known.buckets.items()}, len(new))
    segment = buckets if left else new
    if replaced and not left:
        segment = sort_buckets(np.concatenate([new, *(known.buckets[n] for n in replaced)]))
    return Changes(
        sketched=[(number, digests[number], words[number]) for number in unknown],
        leaders=leaders,
        leader=leader,
        buckets=segment,
        digests=marks.view(np.uint64),
        replaced=replaced,
        dropped=dropped,
        verified=verified,
        representative={local[n]: local[kept] for n, kept in enumerate(groups.representative.tolist())},
        reasons={local[n]: judgement for n, judgement in groups.reasons.items()},
        measures=_written(marks.view(np.uint64), counts, is_leader, tally),
    )


def extend(came: Newcomers, shelf: Shelf, config: DuplicateConfig) -> tuple[Changes, Texts] | None:
    """The same where texts only came, and few: nothing is read but what they touch. The changes, and the texts of the
    clusters that were looked at. None if that is not enough, because a new text is to be compared in place of a known one,
    or one that was gone came back."""
    old = np.frombuffer(shelf.measures, _MEASURES)
    unknown = [number for number in came.numbers if number >= len(old)]
    places = [at for at, number in enumerate(came.numbers) if number >= len(old)]
    fresh = minhash.sketch(came.read(unknown))
    size = max([len(old) - 1, *came.numbers]) + 1
    marks, counts, tally = np.zeros(size, np.uint64), np.zeros(size, np.int64), np.zeros((4, size), np.int64)
    is_leader = np.zeros(size, bool)
    marks[: len(old)], counts[: len(old)], tally[:, : len(old)] = old["digest"], old["words"], old["tally"].T
    is_leader[: len(old)] = old["leads"]
    marks[unknown], counts[unknown] = fresh.digests, fresh.counts
    told = marks ^ minhash.scrambled(counts)
    asked = np.flatnonzero(_among(told, told[list(came.numbers)]) & is_leader & (counts > 0))
    known_leaders = {int(told[number]): (key, number) for number, (key, _) in shelf.leaders(asked.tolist()).items()}
    # Each new text goes to the one of its words that has the first key; a known one stays in its place.
    first = dict(known_leaders)
    for at in places:
        mine = came.keys[at], came.numbers[at]
        same = int(told[mine[1]])
        if counts[mine[1]]:
            first[same] = min(first.get(same, mine), mine)
    if any(first[same] != known for same, known in known_leaders.items()):
        return None
    leader = [first.get(int(told[n]), ("", n))[1] if counts[n] else n for n in came.numbers]
    added = sorted({at for at in leader if at >= len(old)})
    is_leader[added] = True
    if not is_leader[leader].all():
        return None
    titles = {number: title for number, (_, title) in shelf.leaders(sorted(set(leader) - set(added))).items()}
    before = dict(titles)
    for number, title in zip(leader, came.titles, strict=True):
        known_title = titles.get(number, "")
        titles[number] = min(known_title or title, title or known_title)

    own = _numbered(fresh, unknown)
    new = sort_buckets(own, is_leader)
    met = _in_order(shelf.few_buckets_of(shingles_of(new)))
    changed = changed_among(met, new, marks, size)
    changed[added] = True
    changed[[number for number, title in before.items() if titles[number] != title]] = True
    candidates = candidates_of(_around(met, new, changed, marks, shelf), counts, marks, changed, tally)
    fresh_pairs = list(_pairs(candidates))
    dropped = sorted(set(shelf.pairs_of([n for n in np.flatnonzero(changed).tolist() if n < len(old)])))
    start = set(np.flatnonzero(changed & is_leader).tolist()) | set(leader)
    start |= {number for pair in (*dropped, *fresh_pairs) for number in pair}
    reached, staying = _reach(start, fresh_pairs, set(dropped), shelf)
    # With all texts that have the words of one of them.
    all_of = np.flatnonzero(_among(told, told[sorted(reached)]) & (counts > 0)).tolist()
    texts = shelf.texts(sorted({*all_of, *reached}))
    lead_of = {int(told[number]): number for number in reached if counts[number]}
    homes = [lead_of[int(told[n])] if counts[n] else n for n in texts.numbers]
    local = [number for number in texts.numbers if number in reached]
    titles = {number: title for number, (_, title) in shelf.leaders(local).items()} | titles
    held: list[str] = []
    part = _Part(local, titles, minhash.sketch(_holding(texts.read(local), held)), candidates, held)
    verified, groups = _group(part, texts, homes, shelf.judgements(staying), config, size)
    replaced = outgrown(shelf.segments(), len(new))
    segment = sort_buckets(np.concatenate([new, *map(shelf.segment, replaced)])) if replaced else new
    changes = Changes(
        sketched=list(zip(unknown, fresh.digests.view(np.int64).tolist(), fresh.counts.tolist(), strict=True)),
        leaders={number: titles[number] for number in sorted({*leader})},
        leader=homes,
        buckets=segment,
        digests=marks,
        replaced=replaced,
        dropped=dropped,
        verified=verified,
        representative={local[n]: local[kept] for n, kept in enumerate(groups.representative.tolist())},
        reasons={local[n]: judgement for n, judgement in groups.reasons.items()},
        measures=_written(marks, counts, is_leader, tally),
    )
    return changes, texts


def _around(met: Hashes, new: Hashes, changed: Bools, digests: Hashes, shelf: Shelf) -> Hashes:
    """The buckets of all shingles that texts have that `changed`, sorted: the `new` ones, and those that were there, of which
    those with shingles of the new were `met` already. Of crowds only those members that matter: such texts, and all others if
    the centre is one."""
    changed_before = changed.copy()
    changed_before[texts_of(new)] = False
    others = np.flatnonzero(changed_before).tolist()
    own, beyond = new[:0], new[:0]
    if others:
        own = sort_buckets(_numbered(minhash.sketch(shelf.texts(others).read(others)), others))
        beyond = np.setdiff1d(shingles_of(own), shingles_of(new), assume_unique=True)
    # Some shingles at a time: what there is of them fits into a processor's cache.
    edges = beyond[_SHINGLES_AT_ONCE::_SHINGLES_AT_ONCE]
    sides = [np.split(side, np.searchsorted(side, edges << SHINGLE_BITS)) for side in (met, new, own)]
    around = []
    for *there, further in zip(*sides, np.split(beyond, np.searchsorted(beyond, edges)), strict=True):
        buckets = _in_order([*there, *shelf.few_buckets_of(further)])
        crowds = crowds_around(buckets, digests, changed)
        around.append(_in_order([buckets, *shelf.buckets_of(crowds)]) if len(crowds) else buckets)
    return np.concatenate(around)


def _among(numbers: Hashes, few: Hashes) -> Bools:
    """Which of very many numbers are among a few."""
    if not len(few):
        return np.zeros(len(numbers), bool)
    ascending = np.sort(few)
    places = np.minimum(np.searchsorted(ascending, numbers), len(few) - 1)
    return np.asarray(ascending[places] == numbers)


def _in_order(pieces: Iterable[Hashes]) -> Hashes:
    """All buckets of these pieces, sorted; one that is in several once."""
    buckets = np.concatenate([np.empty(0, np.uint64), *pieces])
    buckets.sort()
    return buckets[first_of_each(buckets >> HINT_BITS)]


def _reach(
    start: set[int], fresh_pairs: Sequence[Pair], dropped: set[Pair], shelf: Shelf
) -> tuple[set[int], list[Pair]]:
    """All that is connected with the texts from which it starts, and the known pairs among them that stay."""
    staying: set[Pair] = set()
    reached, frontier = set(start), set(start)
    while frontier:
        found = set(shelf.pairs_of(sorted(frontier))) - dropped
        staying |= found
        # The fresh pairs begin and end at the start.
        frontier = {number for pair in found for number in pair} - reached
        reached |= frontier
    return reached, sorted(staying)


@dataclass(frozen=True, slots=True)
class _Part:
    """The texts that are grouped anew, in the order of the corpus, with their titles and sketches, and candidates to verify;
    the texts themselves, if they are not too many to be `held`."""

    local: Sequence[int]
    titles: Mapping[int, str]
    sketches: Sketches
    candidates: Candidates
    held: Sequence[str]


def _group(
    part: _Part, texts: Texts, leader: Sequence[int], remembered: Mapping[Pair, Judgement], config: DuplicateConfig, size: int
) -> tuple[list[tuple[Pair, bool, Judgement]], grouping.Groups]:  # fmt: skip
    """Verify the candidates and group a part with what is remembered; `leader` is that of each of the texts."""
    local = part.local
    place = np.zeros(size, np.int64)
    place[local] = np.arange(len(local))

    held = len(part.held) == len(local)

    def some(asked: Sequence[int]) -> list[str]:
        return [part.held[n] for n in asked] if held else list(texts.read([local[n] for n in asked]))

    verifier = Verifier(part.sketches, lambda n: part.titles[local[n]], some, config, held=held)
    judged = verifier.accept(_placed(part.candidates, place))
    verified = [
        (pair, crowd, judged[key])
        for pair, crowd in zip(_pairs(part.candidates), part.candidates.in_crowd.tolist(), strict=True)
        if (key := _ordered(int(place[pair[0]]), int(place[pair[1]]))) in judged
    ]
    judged |= {_ordered(int(place[a]), int(place[b])): judgement for (a, b), judgement in remembered.items()}
    copies = np.zeros(size, np.int64)
    np.add.at(copies, leader, texts.copies)
    preferred = None
    if texts.preference is not None:
        preferred = np.full(size, np.iinfo(np.int64).max)
        np.minimum.at(preferred, leader, texts.preference)
    return verified, grouping.group(verifier, judged, copies[local], None if preferred is None else preferred[local])


def _holding(texts: Iterable[str], held: list[str]) -> Iterable[str]:
    """The texts as they come, which are put into a list; if they are more than can be held, that is left empty."""
    letters = 0
    for text in texts:
        letters += len(text)
        if letters <= _LETTERS_HELD:
            held.append(text)
        else:
            held.clear()
        yield text


def _written(digests: Hashes, words: Ints, leads: Bools, tally: Ints) -> bytes:
    measures = np.zeros(len(words), _MEASURES)
    measures["digest"], measures["words"], measures["leads"], measures["tally"] = digests, words, leads, tally.T
    return measures.tobytes()


def _lead(texts: Texts, digests: Hashes, words: Ints) -> tuple[list[int], dict[int, str]]:
    """For each text the one of the same words that is compared for all of them, and the title of each of those."""
    numbers = np.array(texts.numbers, np.int64)
    told = digests[numbers] ^ minhash.scrambled(words[numbers])
    order = np.argsort(told, kind="stable")
    same = told[order][1:] == told[order][:-1]
    shared = np.zeros(len(numbers), bool)
    shared[order[1:]] |= same
    shared[order[:-1]] |= same
    leader: list[int] = numbers.tolist()
    first: dict[int, tuple[str, int]] = {}
    places = np.flatnonzero(shared & (words[numbers] > 0)).tolist()
    for place in places:
        mine = texts.keys[place], leader[place]
        first[int(told[place])] = min(first.get(int(told[place]), mine), mine)
    for place in places:
        leader[place] = first[int(told[place])][1]
    titles = dict.fromkeys(leader, "")
    for number, title in zip(leader, texts.titles, strict=True):
        if title:
            known = titles[number]
            titles[number] = min(known, title) if known else title
    return leader, titles


def _numbered(sketches: Sketches, numbers: Sequence[int]) -> Hashes:
    return renumber(sketches.buckets, np.array(numbers, np.int64)) if numbers else sketches.buckets


def _pairs(candidates: Candidates) -> Iterable[Pair]:
    return zip(candidates.first.tolist(), candidates.second.tolist(), strict=True)


def _placed(candidates: Candidates, place: Ints) -> Candidates:
    """Candidates with their texts numbered as `place` says."""
    one, other = place[candidates.first], place[candidates.second]
    return replace(candidates, first=np.minimum(one, other), second=np.maximum(one, other))


def _ordered(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)
