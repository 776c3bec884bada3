"""Two texts of one post side by side: which words differ, in rows that begin and end where the texts agree.

Long stretches that are the same are cut in their middle, and a row ends there: what differs is what there is to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blogarc.duplicates import differences

# Words are compared in time and memory that grow with the product of both lengths.
MOST_WORDS = 6000
# A stretch of so many equal words is cut, and so many of them stay at its ends.
_LONG, _KEPT = 40, 14


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one side; `differs` if the other side has others, or none, in their place."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of both texts. `skipped` words that are the same in both are left out after it."""

    first: Sequence[Stretch]
    second: Sequence[Stretch]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """`cut` says that the texts are longer than what was compared."""

    rows: Sequence[Row]
    differing: int
    cut: bool


def compare(first: str, second: str) -> Comparison:
    """Both texts side by side; nothing that differs is left out, unless they are very long.

    >>> told = compare("It rained for nine days.", "It rained for six long days")
    >>> [(stretch.text, stretch.differs) for stretch in told.rows[0].second]
    [('It rained for', False), ('six long', True), ('days', False)]
    """
    sides = [text.split() for text in (first, second)]
    cut = any(len(side) > MOST_WORDS for side in sides)
    runs = differences(*(" ".join(side[:MOST_WORDS]) for side in sides))
    rows: list[Row] = []
    left: list[Stretch] = []
    right: list[Stretch] = []
    for n, (tag, ours, theirs) in enumerate(runs):
        words = ours.split(), theirs.split()
        # At the ends of the texts only one end of a stretch touches what differs.
        head, tail = (_KEPT if n else 0), (_KEPT if n < len(runs) - 1 else 0)
        skipped = len(words[0]) - head - tail
        if tag == "same" and skipped > _LONG - 2 * _KEPT:
            rows.append(Row((*left, *_stretch(words[0][:head])), (*right, *_stretch(words[1][:head])), skipped))
            left, right = (list(_stretch(listed[len(listed) - tail :])) for listed in words)
        else:
            left += _stretch(words[0], differs=tag != "same")
            right += _stretch(words[1], differs=tag != "same")
    if left or right:
        rows.append(Row(tuple(left), tuple(right)))
    return Comparison(rows, sum(tag != "same" for tag, _, _ in runs), cut)


def _stretch(words: Sequence[str], *, differs: bool = False) -> Sequence[Stretch]:
    """The words as a stretch, none if there are none."""
    return (Stretch(" ".join(words), differs),) if words else ()
