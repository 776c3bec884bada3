"""What is said about a pair, about two posts, and about a post without a partner: the evidence, for people to read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from blogarc.alignment import align, paragraphs
from blogarc.clues import (
    COEFFICIENTS,
    DUMP_CLUES,
    GIVEN_COEFFICIENTS,
    SECOND_COEFFICIENTS,
    weigh,
)
from blogarc.model import Bead, Pair
from blogarc.pairs.judged import Judged
from blogarc.pairs.pool import FAMILY_NAMES

FEW = 10  # posts of a language; with fewer, evidence says that margins rest on little
_WHOLE = 0.75  # share of a post that has a partner; below, evidence says that the translation is partial
_EVEN = 0.15  # probabilities that differ by less say nothing about which of two posts is the partner
_WORTH_TELLING = -4.6  # log-odds of one in a hundred
_SHOWN = 8  # keys of a family that evidence lists
_DECIDED = {"decided": "by a person"}


@dataclass(frozen=True, slots=True)
class Nearest:
    """What came nearest to an article without a partner, and why it was not taken.

    `article` and `other` are positions in the list that was given; `other` is None if nothing shares a rare key with it.
    `score` is the probability that they translate each other, from 0 to 1.
    """

    article: int
    other: int | None
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was weighed of two articles, which are positions in the list that was given.

    `probability` that they translate each other, from 0 to 1; `clues` by name, without those that are 0; `vetoes` in words.
    """

    source: int
    target: int
    probability: float
    clues: Mapping[str, float]
    vetoes: Sequence[str]


def tell(
    weighed: Weighed,
    taken: bool,
    decided: tuple[bool, bool],
    barred: bool,
    nearest: Mapping[str, dict[str, Any] | None],
    threshold: float,
) -> dict[str, Any]:
    """What `explain` answers about two articles.

    `decided` is whether a person said that they are a pair, and that they are none; `barred`, whether a person decided what one
    of them is a pair with; `nearest`, what each is nearest to otherwise.
    """
    outset, weights = weigh(weighed.clues)
    if decided[0]:
        why = "A person decided that they are a pair."
    elif decided[1]:
        why = "A person decided that they are no pair."
    elif barred:
        why = "A person decided what one of them is a pair with."
    elif taken:
        why = "Each is the other's most probable partner."
    elif weighed.probability < threshold:
        why = f"The probability is under the threshold of {threshold}."
    else:
        why = "One of them has a more probable partner; this may be another version of it."
    return {
        "taken": taken,
        "why": why,
        "probability": weighed.probability,
        "at the outset": outset,
        "clues": {name: {"value": weighed.clues[name], "weight": weight} for name, weight in weights.items()},
        "vetoes": list(weighed.vetoes),
        "nearest": dict(nearest),
    }


class Telling:
    """Tells what was found among judged candidates."""

    def __init__(self, pool: Judged) -> None:
        self.pool = pool

    def pair(self, edge: int) -> Pair:
        """A judged edge as a pair, with evidence and beads."""
        source, target = self.pool.position(edge)
        beads = self._align_with_lexicon(source, target) if self.pool.lexicon else self.pool.align(edge)
        return Pair(source, target, round(float(self.pool.probability[edge]), 4), self.evidence(edge, beads), beads)

    def decided(self, source: int, target: int) -> Pair:
        """Two articles that a person paired, with what evidence there is."""
        edge = self.pool.edge(source, target)
        if edge is not None:
            judged = self.pair(edge)
            return replace(judged, score=1.0, evidence={**_DECIDED, **judged.evidence, "probability": judged.score})
        beads = self._align_with_lexicon(source, target)
        aligned = _aligned(beads, (self.pool.articles[source].text, self.pool.articles[target].text))
        return Pair(source, target, 1.0, {**_DECIDED, "aligned": aligned, "partial": _partial(aligned)}, beads)

    def _align_with_lexicon(self, source: int, target: int) -> list[Bead]:
        """The beads of two articles, by what the lexicon knows as well."""
        articles = self.pool.articles
        return align(articles[source].text, articles[target].text, lexicon=self.pool.lexicon)

    def evidence(self, edge: int, beads: Sequence[Bead]) -> dict[str, Any]:
        """What speaks for a pair, for people to read."""
        source, target = self.pool.position(edge)
        shared = self.pool.shared(int(self.pool.rows[edge]), int(self.pool.columns[edge]))
        told: dict[str, Any] = {
            f"shared {name}": keys[:_SHOWN] for name, keys in zip(FAMILY_NAMES[:3], shared, strict=True)
        }
        told["cosines"] = {name: self._clue(f"cosine of {name}", edge) for name in FAMILY_NAMES}
        told["likeness"] = self._clue("likeness", edge)
        told["margin"] = round(math.exp(self._clue("margin", edge)), 2)
        told["length ratio"] = round(float(self.pool.length_ratio[edge]), 2)
        told["aligned"] = _aligned(beads, (self.pool.articles[source].text, self.pool.articles[target].text))
        told["partial"] = _partial(told["aligned"])
        told["clues of the dump"] = [name for name in DUMP_CLUES if self.pool.clues[name][edge]]
        told["vetoes"] = list(self.pool.vetoes[edge])
        told["runner-up"] = self._runner_up(edge)
        told["other versions"] = self._versions(edge)
        if min(self.pool.among) < FEW:
            among = " and ".join(
                f"{size} {code}" for size, code in zip(self.pool.among, self.pool.config.languages, strict=True)
            )
            why = f"among {among} posts a margin means little"
            told["few posts"] = why
        return told

    def explanation(self, source: int, target: int) -> dict[str, Any]:
        """What `explain` answers, for two positions that were `wanted`."""
        edge = self.pool.edge(source, target)
        assert edge is not None
        nearest = {name: self._nearest(edge, end) for end, name in enumerate(("first", "second"))}
        pool = self.pool
        taken = edge in pool.decide() or (source, target) in pool.ruled.pairs
        decided = (source, target) in pool.ruled.pairs, (source, target) in pool.ruled.apart
        return tell(self.weighed(edge), taken, decided, bool(pool.barred[edge]), nearest, pool.config.threshold)

    def weighed(self, edge: int) -> Weighed:
        """What was weighed of an edge."""
        names = [*COEFFICIENTS, *GIVEN_COEFFICIENTS, *(SECOND_COEFFICIENTS if self.pool.lexicon else ())]
        clues = {name: round(float(self.pool.clues[name][edge]), 3) for name in names}
        probability = round(float(self.pool.probability[edge]), 4)
        vetoes = list(self.pool.vetoes[edge])
        return Weighed(
            *self.pool.position(edge), probability, {n: v for n, v in clues.items() if v or n == "first look"}, vetoes
        )

    def all_weighed(self) -> list[Weighed]:
        """What was weighed of every edge that is worth telling of: those that are not quite improbable, a veto aside."""
        veto = GIVEN_COEFFICIENTS["veto"] * self.pool.clues["veto"]
        worth = np.flatnonzero(self.pool.log_odds - veto >= _WORTH_TELLING)
        return [self.weighed(edge) for edge in worth.tolist()]

    def _clue(self, name: str, edge: int) -> float:
        return round(float(self.pool.clues[name][edge]), 3)

    def _runner_up(self, edge: int) -> dict[str, Any] | None:
        """The most probable other partner of either post."""
        rivals_ = [other for end in (0, 1) if (other := self.pool.rival(edge, end)) is not None]
        if not rivals_:
            return None
        other = max(rivals_, key=lambda e: (self.pool.probability[e], -e))
        ours, theirs = self.pool.position(edge), self.pool.position(other)
        position = theirs[1] if ours[0] == theirs[0] else theirs[0]
        return {"position": position, "score": round(float(self.pool.probability[other]), 4)}

    def _versions(self, edge: int) -> list[dict[str, Any]]:
        """Posts that would be a partner of either end, were it not taken: most likely other translations of the same post."""
        paired = self.pool.taken()
        told = []
        for end in (0, 1):
            n = int((self.pool.rows, self.pool.columns)[end][edge])
            for other in self.pool.edges_of(end, n).tolist():
                place = self.pool.position(other)[1 - end]
                if (
                    self.pool.probability[other] >= self.pool.config.threshold
                    and place not in paired
                    and not self.pool.barred[other]
                ):
                    told.append({"position": place, "score": round(float(self.pool.probability[other]), 4)})
        return sorted(told, key=lambda version: (-version["score"], version["position"]))

    def unpaired(self) -> list[Nearest]:
        """What came nearest to each post without a partner, in the order of the list."""
        taken = self.pool.taken()
        told = []
        for end, places in enumerate(self.pool.places):
            for n, place in enumerate(places.tolist()):
                if place not in taken:
                    told.append(self._nearest_to(end, n, place, taken))
        return sorted(told, key=lambda nearest: nearest.article)

    def _nearest_to(self, end: int, n: int, place: int, taken: Mapping[int, int]) -> Nearest:
        edges = self.pool.edges_of(end, n)
        if not len(edges):
            language = self.pool.config.languages[1 - end]
            return Nearest(place, None, 0.0, f"No {language} post shares a rare number, name or cognate with it.")
        # What a veto alone keeps apart is worth more to know than what is unlike.
        chance = 1 / (
            1 + np.exp(-(self.pool.log_odds[edges] - GIVEN_COEFFICIENTS["veto"] * self.pool.clues["veto"][edges]))
        )
        ranked = edges[np.lexsort((edges, -chance))]
        best_one = int(ranked[0])
        other, probability = self.pool.position(best_one)[1 - end], float(self.pool.probability[best_one])
        why = self._why_not(best_one, place, other, taken)
        if (
            not why
            and len(ranked) > 1
            and self.pool.probability[ranked[1]] > probability - _EVEN
            and probability > 2 * _EVEN
        ):
            why = "Two posts fit it about equally well: translations of the same post, or posts of a series."
        return Nearest(place, other, round(probability, 4), why or self._too_unlike(best_one))

    def _why_not(self, edge: int, place: int, other: int, taken: Mapping[int, int]) -> str:
        """What stands between two posts besides the probability; '' if nothing does."""
        source, target = self.pool.position(edge)
        if (source, target) in self.pool.ruled.apart:
            return "A person decided that they are no pair."
        if self.pool.vetoes[edge]:
            return f"A veto: {'; '.join(self.pool.vetoes[edge])}."
        if self.pool.probability[edge] >= self.pool.config.threshold and other in taken:
            return "That one has a more probable partner; this may be another version of it."
        return ""

    def _too_unlike(self, edge: int) -> str:
        _, weights = weigh(self.weighed(edge).clues)
        against = [name for name, weight in weights.items() if weight < 0]
        told = f"The probability is under the threshold of {self.pool.config.threshold}"
        return f"{told}; against it weighs most: {against[0]}." if against else f"{told}: too little speaks for it."

    def _nearest(self, edge: int, end: int) -> dict[str, Any] | None:
        other = self.pool.rival(edge, end)
        if other is None:
            return None
        article = self.pool.articles[self.pool.position(other)[1 - end]]
        return {
            "id": article.key,
            "title": article.title,
            "probability": round(float(self.pool.probability[other]), 4),
            "vetoes": list(self.pool.vetoes[other]),
        }


def _aligned(beads: Sequence[Bead], texts: tuple[str, str]) -> dict[str, float]:
    """The shares of both posts, in letters, that stand in a bead with a partner."""
    shares = {}
    for name, text in zip(("source", "target"), texts, strict=True):
        letters = [len(block) for block in paragraphs(text)]
        spans = [getattr(bead, name) for bead in beads if len(bead.source) and len(bead.target)]
        held = sum(sum(letters[span.start : span.end]) for span in spans)
        shares[name] = round(held / max(sum(letters), 1), 2)
    return shares


def _partial(aligned: Mapping[str, float]) -> str | None:
    """What is not translated, if that is much.

    >>> _partial({"source": 0.34, "target": 1.0})
    'only 34 % of the source is translated'
    >>> _partial({"source": 0.97, "target": 0.93})
    """
    short = {name: share for name, share in aligned.items() if share < _WHOLE}
    if len(short) == 2:
        told = " and ".join(f"{share:.0%} of the {name}".replace("%", " %") for name, share in short.items())
        return f"only {told} have a partner"
    if "source" in short:
        return f"only {100 * short['source']:.0f} % of the source is translated"
    return f"only {100 * short['target']:.0f} % of the target is translation" if short else None
