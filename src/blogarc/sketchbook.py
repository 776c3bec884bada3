"""Duplicates for an archive that remembers: after new texts came, only what these have changed is looked at again.

What is kept of the texts that were compared: how many words each has and their digest; the buckets of all that are not
exact copies of another; and the pairs that were verified. New texts change the candidates among themselves and those with
whom they share a shingle, and those of texts with a shingle that has become furniture through them: `minhash` says which.
Their pairs are verified, and the connected parts of the graph that hold a change are grouped anew. The clusters are the same
as if all had been compared at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from blogarc import grouping, minhash
from blogarc.minhash import Candidates, Hashes, Ints, Sketches
from blogarc.verification import Bools, DuplicateConfig, Judgement, Pair, Verifier

# Buckets come in segments, one a run. So many are put together into one: reading many is slower, writing one dearer.
_MOST_SEGMENTS = 16


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
    """What was kept: by number its digest and words; the title of each of the `leaders`, those that were compared; `buckets`
    in segments; verified `pairs`, two numbers and whether a crowd made them candidates, and `judgements` gives those on such
    pairs."""

    digests: Mapping[int, int] = field(default_factory=dict)
    words: Mapping[int, int] = field(default_factory=dict)
    leaders: Mapping[int, str] = field(default_factory=dict)
    buckets: Sequence[bytes] = ()
    pairs: Sequence[tuple[int, int, int]] = ()
    judgements: Callable[[Sequence[Pair]], Mapping[Pair, Judgement]] = lambda pairs: {}


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be kept from now on, beside what was; and the clusters that changed.

    `sketched` are numbers with digest and words, `leaders` those that are compared, with their titles, `leader` for each of
    the texts given. `buckets` is a new segment, or all if `rewritten`. `representative` has the leader that represents each
    of the leaders whose cluster was looked at, and `reasons` why, where it is another.
    """

    sketched: Sequence[tuple[int, int, int]]
    leaders: Mapping[int, str]
    leader: Sequence[int]
    buckets: bytes
    rewritten: bool
    dropped: Sequence[Pair]
    verified: Sequence[tuple[Pair, bool, Judgement]]
    representative: Mapping[int, int]
    reasons: Mapping[int, Judgement]


def refresh(texts: Texts, known: Known, config: DuplicateConfig, *, regroup: bool = False) -> Changes:
    """Compare what is new with all there is; with `regroup` make all clusters anew from the pairs that are known."""
    unknown = [number for number in texts.numbers if number not in known.digests]
    fresh = minhash.sketch(texts.read(unknown))
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
    new = np.concatenate(own)
    new = new[is_leader[minhash.texts_of(new)]]
    segments = [np.frombuffer(part, np.uint64) for part in known.buckets]
    kept = np.concatenate([*segments[:1], new[:0]])
    if len(segments) > 1:
        kept = minhash.merge(kept, np.concatenate(segments[1:]))
    gone = new[:0]
    left = known.leaders.keys() - leaders.keys()
    if left:
        leaving = np.zeros(size, bool)
        leaving[list(left)] = True
        of_left = leaving[minhash.texts_of(kept)]
        kept, gone = kept[~of_left], kept[of_left]
    buckets = minhash.merge(kept, new)
    if known.leaders:
        changed |= minhash.changed_by(buckets, new, gone, size)
        changed[[n for n, title in leaders.items() - known.leaders.items() if n in known.leaders]] = True
        candidates = minhash.candidates_of(buckets, counts, marks.view(np.uint64), changed)
    else:
        changed[:] = is_leader
        candidates = minhash.candidates_of(buckets, counts, marks.view(np.uint64))

    pairs = np.array(known.pairs, np.int64).reshape(-1, 3)
    one, other = pairs[:, 0], pairs[:, 1]
    staying: Bools = is_leader[one] & is_leader[other] & ~changed[one] & ~changed[other]
    crowds = set(_pairs(candidates, candidates.in_crowd))
    for n in np.flatnonzero(staying & (pairs[:, 2] > 0)).tolist():
        staying[n] = (int(pairs[n, 0]), int(pairs[n, 1])) in crowds
    staying_pairs: list[Pair] = [(a, b) for a, b in pairs[staying, :2].tolist()]
    dropped: list[Pair] = [(a, b) for a, b in pairs[~staying, :2].tolist()]
    # Of two that did not change it is known what they are.
    wanted = changed[candidates.first] | changed[candidates.second]
    if not wanted.all():
        stay = set(staying_pairs)
        for n in np.flatnonzero(~wanted).tolist():
            wanted[n] = (int(candidates.first[n]), int(candidates.second[n])) not in stay
    fresh_pairs = list(_pairs(candidates, wanted))
    lead_of = dict(zip(texts.numbers, leader, strict=True))
    start = set(np.flatnonzero(changed & is_leader).tolist())
    start |= {lead_of[number] for number in texts.touched}
    start |= {number for pair in (*dropped, *fresh_pairs) for number in pair if is_leader[number]}
    if regroup:
        start = set(leaders)
    reached = grouping.connected((*staying_pairs, *fresh_pairs), start)
    position = dict(zip(texts.numbers, range(len(texts.numbers)), strict=True))
    local = sorted(reached, key=position.__getitem__)
    # All at once, as the first time, they are sketched already.
    sketches = fresh if local == unknown else minhash.sketch(texts.read(local))
    place = np.zeros(size, np.int64)
    place[local] = np.arange(len(local))
    titles = [leaders[number] for number in local]

    def text(n: int) -> str:
        return next(iter(texts.read([local[n]])))

    verifier = Verifier(sketches, titles.__getitem__, text, config)
    judged = verifier.accept(_only(candidates, wanted, place))
    flags = dict(zip(fresh_pairs, candidates.in_crowd[wanted].tolist(), strict=True))
    verified = [
        (pair, flags[pair], judged[key])
        for pair in fresh_pairs
        if (key := _ordered(int(place[pair[0]]), int(place[pair[1]]))) in judged
    ]
    remembered = known.judgements([pair for pair in staying_pairs if pair[0] in reached])
    judged |= {_ordered(int(place[a]), int(place[b])): judgement for (a, b), judgement in remembered.items()}
    copies = np.zeros(size, np.int64)
    np.add.at(copies, leader, texts.copies)
    preferred = None
    if texts.preference is not None:
        preferred = np.full(size, np.iinfo(np.int64).max)
        np.minimum.at(preferred, leader, texts.preference)
    groups = grouping.group(verifier, judged, copies[local], None if preferred is None else preferred[local])
    rewritten = len(known.buckets) >= _MOST_SEGMENTS or not known.leaders or bool(left)
    return Changes(
        sketched=[(number, digests[number], words[number]) for number in unknown],
        leaders=leaders,
        leader=leader,
        buckets=(buckets if rewritten else new).tobytes(),
        rewritten=rewritten,
        dropped=dropped,
        verified=verified,
        representative={local[n]: local[kept] for n, kept in enumerate(groups.representative.tolist())},
        reasons={local[n]: judgement for n, judgement in groups.reasons.items()},
    )


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
    return minhash.number(sketches.buckets, np.array(numbers, np.int64)) if numbers else sketches.buckets


def _pairs(candidates: Candidates, wanted: Bools | slice = slice(None)) -> Iterable[Pair]:
    return zip(candidates.first[wanted].tolist(), candidates.second[wanted].tolist(), strict=True)


def _only(candidates: Candidates, wanted: Bools, place: Ints) -> Candidates:
    """Some of the candidates, their texts numbered as `place` says."""
    one, other = place[candidates.first[wanted]], place[candidates.second[wanted]]
    return Candidates(
        np.minimum(one, other),
        np.maximum(one, other),
        candidates.shared[wanted],
        candidates.resemblance[wanted],
        candidates.in_crowd[wanted],
    )


def _ordered(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)
