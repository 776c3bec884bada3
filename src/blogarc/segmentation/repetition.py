"""Which stretches of paragraphs are copies of one another, within a dump and across dumps.

A copy is found as a *chain*: pairs of equal paragraphs that go forward together on both sides. Each occurrence of a
paragraph is linked to the next occurrence of the same one, so the work is linear in the number of paragraphs; links of
one offset form runs, and runs that follow each other closely on both sides form a chain, so that a paragraph changed,
added or dropped in one copy does not break it. The earlier side must end before the later one begins.

Where a chain starts or ends, a post starts or ends; what a chain goes through is one post, or several that stand
together in both places. Chains of pages from different dumps are found the same way, because dumps are laid end to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from blogarc.text import skeleton

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# A changed or added stretch of up to so many paragraphs does not end a copy.
_LONGEST_GAP = 6
# A paragraph counts for a copy as far as its first so many letters: one long paragraph is not a post.
_LETTERS_COUNTED = 250
# Chains lighter than this (in letters, made lighter still by frequency) are lines that happen to recur.
_LIGHTEST = 25.0
# A chain that lies inside much heavier ones on both sides is a phrase that the post repeats.
_HEAVIER = 2.5
# Two copies count as neighbours with up to so many paragraphs of furniture between them.
_FURNITURE_BETWEEN = 3
# How alike (0 to 100) the paragraphs beyond the end of a chain must be to belong to it: they have their place in
# common already, so less is asked than of paragraphs that meet anywhere.
_ALIKE_AT_THE_END = 75.0


@dataclass(frozen=True, slots=True)
class Copy:
    """Paragraphs `first` to `last` (inclusive) stand again at `first_again` to `last_again`; weight in letters."""

    first: int
    last: int
    first_again: int
    last_again: int
    weight: float
    adjacent: bool

    @property
    def sides(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (self.first, self.last), (self.first_again, self.last_again)


@dataclass(slots=True)
class _Chain:
    pairs: list[tuple[int, int]]
    weight: float

    def follows(self, other: _Chain) -> bool:
        """Whether this chain goes on where the other stops, on both sides."""
        (i, j), (i_last, j_last) = self.pairs[0], other.pairs[-1]
        return (
            0 < i - i_last <= _LONGEST_GAP + 1
            and 0 < j - j_last <= _LONGEST_GAP + 1
            and self.pairs[-1][0] < other.pairs[0][1]
        )


def find_copies(identities: Ints, dumps: Ints, letters: Ints, heads: Bools, texts: Sequence[str]) -> list[Copy]:
    """The copies among paragraphs, heaviest first.

    `identities` holds equal numbers for equal paragraphs, `dumps` the number of the dump each stands in, `letters` how
    long each is, `heads` whether it looks like the first line of a post; all of one length, in order of dump and place.
    """
    chains = _join(_runs(identities, dumps, letters, heads), dumps)
    chains = [_extend(chain, dumps, texts) for chain in chains if chain.weight >= _LIGHTEST]
    chains.sort(key=lambda chain: (-chain.weight, chain.pairs[0]))
    copies = []
    for chain in _drop_repeated_phrases(chains, len(identities)):
        (i, j), (i_last, j_last) = chain.pairs[0], chain.pairs[-1]
        adjacent = bool(dumps[i] == dumps[j] and j - i_last - 1 <= _FURNITURE_BETWEEN)
        copies.append(Copy(i, i_last, j, j_last, chain.weight, adjacent))
    return copies


def _next_occurrences(identities: Ints) -> Ints:
    """For each paragraph the place where the same one stands next, or -1."""
    order = np.argsort(identities, kind="stable")
    following = np.full(len(identities), -1, np.int64)
    same = identities[order[1:]] == identities[order[:-1]]
    following[order[:-1][same]] = order[1:][same]
    return following


def _runs(identities: Ints, dumps: Ints, letters: Ints, heads: Bools) -> list[_Chain]:
    """Stretches in which each paragraph's next occurrence lies equally far off, in order of place."""
    following = _next_occurrences(identities)
    places = np.flatnonzero(following >= 0)
    if not places.size:
        return []
    _, inverse, counts = np.unique(identities, return_inverse=True, return_counts=True)
    rarity = 1.0 / np.maximum(1.0, counts[inverse] / 4.0)
    weights = np.minimum(letters, _LETTERS_COUNTED) * rarity
    offsets = following[places] - places
    order = np.lexsort((places, offsets))
    places, offsets = places[order], offsets[order]
    again = places + offsets
    breaks = (
        (np.diff(offsets) != 0) | (np.diff(places) != 1) | (np.diff(dumps[places]) != 0) | (np.diff(dumps[again]) != 0)
    )
    edges = np.concatenate(([0], np.flatnonzero(breaks) + 1, [len(places)]))
    seen_before = np.zeros(len(identities), bool)
    seen_before[following[following >= 0]] = True
    runs = []
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        # Three copies in a row make one run twice as long as its offset: cut it into its copies. Where a line ends both
        # the post before and this one ("x P x P x"), the run is a little longer than its offset: then a copy starts at
        # the first head line, or else at the first paragraph that was not seen before.
        step = int(offsets[start])
        slack = (end - start) % step if end - start > step else 0
        lead = places[start : start + slack + 1]
        likely = np.flatnonzero(heads[lead]) if heads[lead].any() else np.flatnonzero(~seen_before[lead])
        phase = int(likely[0]) if likely.size else 0
        for a in [*([start] if phase else []), *range(start + phase, end, step)]:
            b = min(a + step, end) if a >= start + phase else start + phase
            pairs = list(zip(places[a:b].tolist(), again[a:b].tolist(), strict=True))
            runs.append(_Chain(pairs, float(weights[places[a:b]].sum())))
    runs.sort(key=lambda run: run.pairs[0])
    return runs


def _join(runs: list[_Chain], dumps: Ints) -> list[_Chain]:
    """Runs that follow each other closely on both sides, joined; each to the nearest chain before it."""
    done: list[_Chain] = []
    open_chains: list[_Chain] = []
    for run in runs:
        place = run.pairs[0][0]
        still_open = []
        for chain in open_chains:
            (still_open if place - chain.pairs[-1][0] <= _LONGEST_GAP + 1 else done).append(chain)
        open_chains = still_open
        candidates = [
            chain
            for chain in open_chains
            if run.follows(chain)
            and dumps[chain.pairs[-1][0]] == dumps[place]
            and dumps[chain.pairs[-1][1]] == dumps[run.pairs[0][1]]
        ]
        if candidates:
            best = min(candidates, key=lambda chain: (_distance(chain, run), -chain.weight, chain.pairs[0]))
            best.pairs.extend(run.pairs)
            best.weight += run.weight
        else:
            open_chains.append(_Chain(list(run.pairs), run.weight))
    return done + open_chains


def _distance(chain: _Chain, run: _Chain) -> int:
    (i, j), (i_last, j_last) = run.pairs[0], chain.pairs[-1]
    return (i - i_last) + (j - j_last) + 2 * abs((i - i_last) - (j - j_last))


def _extend(chain: _Chain, dumps: Ints, texts: Sequence[str]) -> _Chain:
    """With the nearly equal paragraphs that stand before its start and after its end on both sides."""
    for step, at in ((-1, 0), (1, -1)):
        while True:
            i, j = chain.pairs[at][0] + step, chain.pairs[at][1] + step
            if i < 0 or j >= len(texts) or dumps[i] != dumps[i - step] or dumps[j] != dumps[j - step]:
                break
            # The earlier side must still end before the later begins.
            if (i >= chain.pairs[0][1]) if step > 0 else (j <= chain.pairs[-1][0]):
                break
            if fuzz.ratio(skeleton(texts[i]), skeleton(texts[j])) < _ALIKE_AT_THE_END:
                break
            chain.pairs.insert(0 if step < 0 else len(chain.pairs), (i, j))
    return chain


def _drop_repeated_phrases(chains: list[_Chain], count: int) -> list[_Chain]:
    """Without the chains of which both sides lie within much heavier ones. `chains` come heaviest first."""
    # heaviest[p]: the weight of the heaviest chain that goes over paragraph p.
    heaviest: Floats = np.zeros(count)
    kept = []
    for chain in chains:
        (i, j), (i_last, j_last) = chain.pairs[0], chain.pairs[-1]
        around = min(heaviest[i : i_last + 1].min(), heaviest[j : j_last + 1].min())
        if around > _HEAVIER * chain.weight:
            continue
        kept.append(chain)
        for a, b in ((i, i_last), (j, j_last)):
            np.maximum(heaviest[a : b + 1], chain.weight, out=heaviest[a : b + 1])
    return kept
