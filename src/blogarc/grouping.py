"""Verified pairs become clusters: every member resembles the representative of its cluster, or is contained in it.

Exact and near copies are symmetric and join into groups. In each the text that most others resemble is elected, and of
those that as many resemble the most complete one; what does not resemble it elects another, and so on: chains do not drift.
Then each text that is contained in others hangs, with its group, on one of them only, the one that holds most of it: a
teaser of two posts does not make one of them.

What happens in one connected part of the graph of pairs does not depend on the others. So an archive that has got new texts
groups those parts anew that these have touched, and leaves the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from blogarc.minhash import Ints
from blogarc.model import Kind
from blogarc.verification import FURNITURE_AROUND, TOO_LITTLE, Judgement, Pair, Verifier

# A text is as complete as the longest when it has so large a part of its words: the rest is noise.
_COMPLETE = 0.97
# So many texts that hold an excerpt are tried for it.
_HOLDERS = 8


@dataclass(frozen=True, slots=True)
class Groups:
    """For each text the one that represents it, itself if none does; and for those that have another one, why."""

    representative: Ints
    reasons: Mapping[int, Judgement]


def group(
    verifier: Verifier, judgements: Mapping[Pair, Judgement], copies: Ints, preference: Ints | None = None
) -> Groups:
    """The clusters of texts, numbered in the order of the corpus, of which these pairs are copies.

    `copies` says how often each text occurs. Where texts are as good as each other, the one of the lowest `preference`
    represents, if that is given, or else the most complete, the most copied, the first.
    """
    return _Grouping(verifier, judgements, copies, preference).groups()


def connected(pairs: Iterable[Pair], start: Iterable[int]) -> set[int]:
    """All that is connected with these texts, through any number of pairs.

    >>> sorted(connected([(1, 2), (2, 3), (4, 5)], [3, 9]))
    [1, 2, 3, 9]
    """
    linked: dict[int, list[int]] = defaultdict(list)
    for a, b in pairs:
        linked[a].append(b)
        linked[b].append(a)
    seen = set(start)
    frontier = list(seen)
    while frontier:
        fresh = [other for other in linked.get(frontier.pop(), ()) if other not in seen]
        seen.update(fresh)
        frontier += fresh
    return seen


class _Grouping:
    def __init__(
        self, verifier: Verifier, judgements: Mapping[Pair, Judgement], copies: Ints, preference: Ints | None
    ) -> None:
        self.verifier, self.preference = verifier, None if preference is None else preference.tolist()
        self.counts: list[int] = verifier.counts.tolist()
        self.copies: list[int] = copies.tolist()
        self.judgements = dict(judgements)
        self.near: dict[int, list[int]] = defaultdict(list)
        self.holders: dict[int, list[int]] = defaultdict(list)
        for (a, b), judgement in judgements.items():
            # A post in furniture is a copy as any other: there is nothing else in the longer text.
            if judgement.kind is Kind.NEAR or judgement.rule == FURNITURE_AROUND:
                self.near[a].append(b)
                self.near[b].append(a)
            else:
                short, long = (a, b) if (self.counts[a], -a) <= (self.counts[b], -b) else (b, a)
                self.holders[short].append(long)
        self.representative: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}
        self.reasons: dict[int, Judgement] = {}

    def groups(self) -> Groups:
        texts = sorted({text for pair in self.judgements for text in pair})
        # Most groups are two texts: all their pairs are known. Those that are not are judged together, which is quicker.
        for members in self._components(texts):
            self._elect(members)
        self._judge_holders()
        # The longest first, so that the text on which an excerpt hangs has found its own place.
        for text in sorted(self.holders, key=lambda t: (-self.counts[t], t)):
            self._hang(text)
        representative = np.arange(len(self.counts))
        representative[list(self.representative)] = list(self.representative.values())
        return Groups(representative, self.reasons)

    def _components(self, texts: Sequence[int]) -> Iterable[list[int]]:
        """The groups of texts that near copies link, in order."""
        seen: set[int] = set()
        for text in texts:
            if text in seen:
                continue
            if text not in self.near:
                yield [text]
                continue
            members, frontier = [], [text]
            seen.add(text)
            while frontier:
                reached = frontier.pop()
                members.append(reached)
                fresh = [other for other in self.near.get(reached, ()) if other not in seen]
                seen.update(fresh)
                frontier += fresh
            yield sorted(members)

    def _elect(self, members: list[int]) -> None:
        """The best connected text represents those that resemble it; the others elect one of their own, and so on."""
        while members:
            chosen = self._choose(members) if len(members) > 1 else members[0]
            self.representative[chosen] = chosen
            self.reasons.pop(chosen, None)
            self.members[chosen] = [chosen]
            rest = [m for m in members if m != chosen]
            members = self._join(rest, chosen) if rest else rest

    def _choose(self, members: Sequence[int]) -> int:
        tie = len(members) == 2 and members[1] in self.near.get(members[0], ())
        elected = members if tie else self._best_connected(members)
        if self.preference is not None:
            preference = self.preference
            return min(elected, key=lambda m: (preference[m], -self.copies[m], m))
        # Of those that resemble equally many, the most complete: then the most copied, then the first of the corpus.
        longest = max(self.counts[m] for m in elected)
        complete = [m for m in elected if self.counts[m] >= _COMPLETE * longest]
        return min(complete, key=lambda m: (-self.copies[m], m))

    def _best_connected(self, members: Sequence[int]) -> Sequence[int]:
        """Those that most copies among the members are, or resemble."""
        inside = set(members)
        votes = [
            self.copies[m] + sum(self.copies[other] for other in self.near.get(m, ()) if other in inside)
            for m in members
        ]
        most = max(votes)
        return [m for m, count in zip(members, votes, strict=True) if count == most]

    def _join(self, members: Sequence[int], chosen: int) -> list[int]:
        """Give the members that resemble the chosen text, or are contained in it, to it; those that do not are left."""
        left = []
        unknown = [pair for member in members if (pair := _ordered(member, chosen)) not in self.judgements]
        if unknown:
            self.judgements |= self.verifier.judge(unknown)
        for member in members:
            judgement = self._as_one_of_a_group(self._between(member, chosen))
            if judgement.kind is None:
                left.append(member)
            else:
                self.representative[member], self.reasons[member] = chosen, judgement
                self.members[chosen].append(member)
        return left

    def _as_one_of_a_group(self, judgement: Judgement) -> Judgement:
        """Two copies of a third differ by the edits of both: less is asked of them."""
        config, scores = self.verifier.config, judgement.scores
        asked = config.near_in_group
        if judgement.rule != TOO_LITTLE or max(scores["words"], scores["contained"]) < asked:
            return judgement
        kind = Kind.NEAR if scores["words"] >= asked else Kind.EXCERPT
        return replace(judgement, kind=kind, rule=f"copies of one text, and similarity at least {asked}")

    def _judge_holders(self) -> None:
        """Judge excerpts and what represents their holders now, all together: most hang there in the end."""
        wanted = (
            _ordered(text, target)
            for text, holders in self.holders.items()
            if (group := self.representative[text]) in self.members
            for holder in holders
            if (target := self.representative[holder]) != group and self.counts[target] > self.counts[text]
        )
        unknown = sorted({pair for pair in wanted if pair not in self.judgements})
        if unknown:
            self.judgements |= self.verifier.judge(unknown)

    def _hang(self, text: int) -> None:
        """Hang the group of a text on the representative of the text that holds most of it."""
        group = self.representative[text]
        if group not in self.members:
            return
        # Of holders as good as each other the one with most copies: it is the likelier to have been announced. Then the
        # tightest: a longer one may hold it among other things, as a digest does.
        holders = sorted(
            self.holders[text],
            key=lambda h: (-round(self._between(text, h).similarity, 2), -self._copies_of(h), self.counts[h], h),
        )
        for holder in holders[:_HOLDERS]:
            target = self.representative[holder]
            if target == group:
                return
            if self.counts[target] <= self.counts[text]:
                continue
            judgement = self._between(text, target)
            if (judgement if holder == target else self._as_one_of_a_group(judgement)).kind is None:
                continue
            members = self.members.pop(group)
            self._elect(self._join(members, target))
            return

    def _copies_of(self, text: int) -> int:
        return self.copies[text] + sum(self.copies[other] for other in self.near.get(text, ()))

    def _between(self, a: int, b: int) -> Judgement:
        pair = _ordered(a, b)
        if pair not in self.judgements:
            self.judgements |= self.verifier.judge([pair])
        return self.judgements[pair]


def _ordered(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)
