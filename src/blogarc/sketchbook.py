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
    in segments; verified `pairs` and whether a crowd made them candidates, and `judgements` gives those on such pairs."""

    digests: Mapping[int, int] = field(default_factory=dict)
    words: Mapping[int, int] = field(default_factory=dict)
    leaders: Mapping[int, str] = field(default_factory=dict)
    buckets: Sequence[bytes] = ()
    pairs: Mapping[Pair, bool] = field(default_factory=dict)
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
    position = {number: place for place, number in enumerate(texts.numbers)}
    unknown = [number for number in texts.numbers if number not in known.digests]
    fresh = minhash.sketch(texts.read(unknown))
    digests = dict(known.digests) | dict(zip(unknown, fresh.digests.view(np.int64).tolist(), strict=True))
    words = dict(known.words) | dict(zip(unknown, fresh.counts.tolist(), strict=True))
    leader, leaders = _lead(texts, digests, words)
    added = [number for number in leaders if number not in known.leaders]
    again = [number for number in added if number in known.digests]
    own = [_numbered(fresh, unknown), _numbered(minhash.sketch(texts.read(again)), again)]

    size = max(digests, default=0) + 1
    is_leader, changed = np.zeros(size, bool), np.zeros(size, bool)
    is_leader[list(leaders)] = True
    changed[added] = True
    new = np.concatenate(own)
    new = new[is_leader[minhash.texts_of(new)]]
    segments = [np.frombuffer(part, np.uint64) for part in known.buckets]
    kept = (
        minhash.merge(segments[0], np.concatenate(segments[1:]))
        if len(segments) > 1
        else np.concatenate([*segments, new[:0]])
    )
    gone = new[:0]
    left = [number for number in known.leaders if number not in leaders]
    if left:
        leaving = np.zeros(size, bool)
        leaving[left] = True
        of_left = leaving[minhash.texts_of(kept)]
        kept, gone = kept[~of_left], kept[of_left]
    buckets = minhash.merge(kept, new)
    counts, marks = np.zeros(size, np.int64), np.zeros(size, np.int64)
    counts[list(words)], marks[list(digests)] = list(words.values()), list(digests.values())
    retitled = [n for n, title in leaders.items() if known.leaders.get(n, title) != title]
    if known.leaders:
        changed |= minhash.changed_by(buckets, new, gone, size)
        changed[retitled] = True
        candidates = minhash.candidates_of(buckets, counts, marks.view(np.uint64), changed)
    else:
        changed[:] = is_leader
        candidates = minhash.candidates_of(buckets, counts, marks.view(np.uint64))

    crowds = set(_pairs(candidates, candidates.in_crowd))
    staying_pairs = {
        pair: crowd
        for pair, crowd in known.pairs.items()
        if is_leader[pair[0]] and is_leader[pair[1]] and not (changed[pair[0]] or changed[pair[1]])
        and (not crowd or pair in crowds)
    }  # fmt: skip
    dropped = [pair for pair in known.pairs if pair not in staying_pairs]
    wanted = np.array([pair not in staying_pairs for pair in _pairs(candidates)], bool)
    fresh_pairs = list(_pairs(candidates, wanted))
    lead_of = dict(zip(texts.numbers, leader, strict=True))
    start = set(np.flatnonzero(changed & is_leader).tolist())
    start |= {lead_of[number] for number in texts.touched}
    start |= {number for pair in (*dropped, *fresh_pairs) for number in pair if is_leader[number]}
    if regroup:
        start = set(leaders)
    reached = grouping.connected((*staying_pairs, *fresh_pairs), start)
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
    preferred = None if texts.preference is None else np.full(size, np.iinfo(np.int64).max)
    for n, (number, times) in enumerate(zip(leader, texts.copies, strict=True)):
        copies[number] += times
        if preferred is not None and texts.preference is not None:
            preferred[number] = min(preferred[number], texts.preference[n])
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


def _lead(texts: Texts, digests: Mapping[int, int], words: Mapping[int, int]) -> tuple[list[int], dict[int, str]]:
    """For each text the one of the same words that is compared for all of them, and the title of each of those."""
    first: dict[tuple[int, int], tuple[str, int]] = {}
    for number, key in zip(texts.numbers, texts.keys, strict=True):
        if words[number]:
            same = digests[number], words[number]
            first[same] = min(first.get(same, (key, number)), (key, number))
    leader = [first[digests[n], words[n]][1] if words[n] else n for n in texts.numbers]
    titles: dict[int, str] = {}
    for number, title in zip(leader, texts.titles, strict=True):
        known = titles.get(number, "")
        titles[number] = min(known, title) if known and title else known or title
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
