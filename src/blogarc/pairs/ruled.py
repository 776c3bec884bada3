"""What people decided about pairs, in positions of the list of articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blogarc.model import Article, Ruling, Verdict
from blogarc.pairs.config import PairConfig
from blogarc.rulings import pairs_of
from blogarc.sides import Ints


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a person ruled, in positions: `pairs` that are taken, and what is kept `apart` (in both orders)."""

    pairs: Sequence[tuple[int, int]] = ()
    apart: Set[tuple[int, int]] = frozenset()

    def bars(self, sources: Ints, targets: Ints) -> NDArray[np.bool_]:
        """Of each source and target, whether they are no pair, or one of them is taken."""
        if not self.pairs and not self.apart:
            return np.zeros(len(sources), bool)
        taken = {end for pair in self.pairs for end in pair}
        edges = zip(sources.tolist(), targets.tolist(), strict=True)
        return np.array([edge in self.apart or not taken.isdisjoint(edge) for edge in edges], bool)


def rule(articles: Sequence[Article], config: PairConfig, rulings: Iterable[Ruling]) -> Ruled:
    """Of two rulings that give one article two partners the one in the languages of `config` holds, then the later."""
    listed = list(rulings)
    places: dict[str, list[int]] = {}
    for n, article in enumerate(articles):
        places.setdefault(article.key, []).append(n)
    told = pairs_of(listed, Verdict.NOT_PAIR)
    apart = {
        (a, b) for x, y in [*told, *((y, x) for x, y in told)] for a in places.get(x, ()) for b in places.get(y, ())
    }
    wanted = []
    for age, (x, y) in enumerate(reversed(pairs_of(listed, Verdict.PAIR))):
        if x in places and y in places:
            first, second = sorted((places[x][0], places[y][0]))
            codes = articles[first].language, articles[second].language
            # The person knows better what language a post is in: what fits half, or not at all, is a pair as well.
            fits = [sum(a == b for a, b in zip(config.languages, side, strict=True)) for side in (codes, codes[::-1])]
            source, target = (second, first) if fits[1] > fits[0] else (first, second)
            wanted.append((-max(fits), age, source, target))
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for _, _, source, target in sorted(wanted):
        if not {source, target} & taken and (source, target) not in apart and source != target:
            pairs.append((source, target))
            taken |= {source, target}
    return Ruled(pairs, apart)
