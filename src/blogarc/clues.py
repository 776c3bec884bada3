"""What speaks for a translation, and how much: the clues by name, their coefficients, and how they are counted.

The log-odds of a translation are an intercept and the sum of coefficient times clue. Logarithms are natural, cosines run
from 0 to 1. The coefficients were learned, unless it says otherwise; `benchmarks/pairs` has the recipe.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import numpy as np

from blogarc.alignment import paragraphs
from blogarc.likeness import rivals
from blogarc.model import Article
from blogarc.sides import Floats, Ints

INTERCEPT = -0.36
COEFFICIENTS: dict[str, float] = {
    "margin of cognates": 2.64,
    "lead over the runner-up": 3.47,
    "conflicting numbers": -1.62,
    "conflicting names": -0.45,
    "same order": 1.09,
    "same rhythm": 0.19,
}
# The second look, where enough pairs were sure at the first to learn a lexicon; "first look" is the sum of the above.
SECOND_INTERCEPT = -1.27
SECOND_COEFFICIENTS: dict[str, float] = {
    "first look": 0.42,
    "margin in translated words": 1.68,
    "lead in translated words": 4.27,
    "lead of translated titles": 0.15,
}
# Handbooks have nothing of a dump, so these weights are set by hand: a toggle or a neighbour makes a translation several
# times as likely, and neither can carry a pair alone. The veto outweighs everything else together, as it must.
GIVEN_COEFFICIENTS: dict[str, float] = {
    "toggles that offer the other language": 1.5,  # 0, 1 or 2 of them
    "neighbours in the dump": 1.2,
    "same date": 1.0,
    "dates far apart": -0.5,
    "veto": -20.0,
}
DUMP_CLUES = tuple(name for name in GIVEN_COEFFICIENTS if name != "veto")

_NEIGHBOURS = 4  # nearest others that make a margin: as many as in Artetxe and Schwenk 2019
# With few posts there are few others to compare with. So many imagined ones are counted in, as alike as unrelated posts
# of a large collection are to their nearest.
_IMAGINED = 2.0
_FLOOR = 0.02  # keeps a logarithm of next to nothing in bounds
_SAME_PLACE = 0.012  # of the length of a text: a translation drifts by so much


def weighed_sum(clues: Mapping[str, Floats], coefficients: Mapping[str, float], intercept: float) -> Floats:
    return np.asarray(intercept + sum(weight * clues[name] for name, weight in coefficients.items()))


def weigh(clues: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """The log-odds before any clue, and what each clue of one edge adds to them, the weightiest first.

    There was a second look if "first look" is among the clues; what those of the first add is told as the second sees it.

    >>> weigh({"same order": 0.5, "veto": 0.0})
    (-0.36, {'same order': 0.55})
    """
    outset, coefficients = INTERCEPT, COEFFICIENTS | GIVEN_COEFFICIENTS
    if "first look" in clues:
        scale = SECOND_COEFFICIENTS["first look"]
        outset = SECOND_INTERCEPT + scale * INTERCEPT
        first = {name: scale * weight for name, weight in COEFFICIENTS.items()}
        second = {name: weight for name, weight in SECOND_COEFFICIENTS.items() if name != "first look"}
        coefficients = first | second | GIVEN_COEFFICIENTS
    added = {name: round(weight * clues.get(name, 0.0), 2) for name, weight in coefficients.items()}
    ranked = sorted(added, key=lambda name: (-abs(added[name]), name))
    return round(outset, 2), {name: added[name] for name in ranked if added[name]}


def neighbourhood(owner: Ints, values: Floats, background: float) -> Floats:
    """For each value the mean of the nearest others on one side."""
    total, count = rivals(owner, values, _NEIGHBOURS)
    return np.asarray((total + _IMAGINED * background) / (count + _IMAGINED))


def runner_up(owner: Ints, values: Floats, background: float) -> Floats:
    """For each value the best other on one side."""
    return rivals(owner, values, 1)[0].clip(background)


def margin_over(values: Floats, source: Floats, target: Floats) -> Floats:
    """The logarithm of each value over the mean of its neighbourhoods."""
    return np.asarray(np.log((values + _FLOOR) / ((source + target) / 2 + _FLOOR)))


def lead_over(values: Floats, source: Floats, target: Floats) -> Floats:
    """The logarithm of each value over the better of its runners-up."""
    return np.asarray(np.log((values + _FLOOR) / (np.maximum(source, target) + _FLOOR)))


def margin(owners: tuple[Ints, Ints], values: Floats, background: float) -> Floats:
    """The logarithm of each value over the mean of the nearest others on both sides."""
    return margin_over(values, *(neighbourhood(owner, values, background) for owner in owners))


def lead(owners: tuple[Ints, Ints], values: Floats, background: float) -> Floats:
    """The logarithm of each value over the best other of either side."""
    return lead_over(values, *(runner_up(owner, values, background) for owner in owners))


def borders_of(text: str) -> Floats:
    """Where paragraphs end, as shares of the text; the end of the last is left out."""
    ends = np.cumsum([len(block) for block in paragraphs(text)], dtype=np.float64)
    return ends[:-1] / ends[-1] if len(ends) else ends


def same_rhythm(ours: Floats, theirs: Floats) -> float:
    """How many more paragraphs end at the same place in both texts than by chance, in standard deviations.

    >>> steady = np.arange(1, 10) / 10
    >>> same_rhythm(steady, steady) > 5, same_rhythm(steady, steady**2) < 2
    (True, True)
    """
    if not len(ours) or not len(theirs):
        return 0.0
    fewer, more = sorted((ours, theirs), key=len)
    padded = np.concatenate([[-1.0], more, [2.0]])
    at = np.searchsorted(padded, fewer)
    near = np.minimum(np.abs(padded[at] - fewer), np.abs(padded[at - 1] - fewer)) < _SAME_PLACE
    # The share of the text that is so near to a border by chance; borders may stand close together.
    chance = np.minimum(np.diff(padded)[1:-1], 2 * _SAME_PLACE).sum() + 2 * _SAME_PLACE
    chance = min(float(chance), 0.9)
    return float((near.sum() - len(near) * chance) / math.sqrt(len(near) * chance * (1 - chance)))


def days_between(source: Article, target: Article) -> int | None:
    try:
        return abs((date.fromisoformat(source.published or "") - date.fromisoformat(target.published or "")).days)
    except ValueError:
        return None
