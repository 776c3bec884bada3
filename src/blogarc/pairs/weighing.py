"""What is weighed of two posts once they are candidates: clues of the text, clues of the dump, and vetoes.

Each depends on the two posts and on how rare their keys are, and not on the other candidates; what does is in `pool`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from blogarc.clues import COEFFICIENTS, DUMP_CLUES, INTERCEPT, borders_of, days_between, same_rhythm, weighed_sum
from blogarc.likeness import Closer, Likeness
from blogarc.pairs.posts import Posts
from blogarc.pairs.vetoes import NO_VETO, Numbers, Vetoes
from blogarc.sides import Floats, Ints

_OUT = -8.0  # log-odds at the first look that neither the dump nor a lexicon can make up for
_FAR = 120  # days between a post and a late translation are seldom more


@dataclass(frozen=True, slots=True)
class Look:
    """What a first look at some edges finds: `clues` by name, the log-odds that those of the text come to (`first`), why an
    edge cannot be (`vetoes`), and how much longer the target is."""

    clues: dict[str, Floats]
    first: Floats
    vetoes: list[list[str]]
    length_ratio: Floats


def look(
    posts: Posts, edges: tuple[Ints, Ints], likeness: Likeness, clues: dict[str, Floats], numbers: Numbers
) -> Look:
    """Look at edges, which come row by row. `clues` are those that the candidates of both posts gave; `numbers` tells those of
    a post (end, place)."""
    rows, columns = edges
    closer = _look_closer(likeness, rows, columns)
    told = dict(clues)
    for n, name in enumerate(("conflicting numbers", "conflicting names")):
        told[name] = np.log1p(np.ascontiguousarray(closer.conflict[:, n]))
    told["same order"] = closer.order
    borders = [[borders_of(text) for text in texts] for texts in posts.texts]
    rhythms = (same_rhythm(borders[0][r], borders[1][c]) for r, c in zip(rows.tolist(), columns.tolist(), strict=True))
    told["same rhythm"] = np.fromiter(rhythms, float, len(rows))
    letters = [np.array([len(text) for text in texts], float) for texts in posts.texts]
    length_ratio = (letters[1][columns] + 1) / (letters[0][rows] + 1)
    told |= _dump_clues(posts, rows, columns)
    first = weighed_sum(told, COEFFICIENTS, INTERCEPT)
    # What is out of the question needs no veto.
    vetoes, ends = Vetoes(posts.texts, numbers), zip(rows.tolist(), columns.tolist(), strict=True)
    against = [
        vetoes.against(row, column, held) if asked else NO_VETO
        for (row, column), held, asked in zip(ends, closer.held.tolist(), (first > _OUT).tolist(), strict=True)
    ]
    told["veto"] = np.array([float(bool(veto)) for veto in against])
    return Look(told, first, [list(veto) for veto in against], length_ratio)


def _look_closer(likeness: Likeness, rows: Ints, columns: Ints) -> Closer:
    """What the two ends of every edge share, key by key."""
    starts = np.searchsorted(rows, np.arange(len(likeness.source) + 1))
    looked = [
        likeness.look(row, columns[starts[row] : starts[row + 1]]) for row in np.flatnonzero(np.diff(starts)).tolist()
    ]
    if not looked:
        return Closer(conflict=np.zeros((0, 3)), order=np.zeros(0), held=np.zeros(0))
    return Closer(*(np.concatenate([getattr(one, f.name) for one in looked]) for f in fields(Closer)))


def _dump_clues(posts: Posts, rows: Ints, columns: Ints) -> dict[str, Floats]:
    found = np.zeros((len(rows), len(DUMP_CLUES)))
    sources, targets = posts.places[0][rows].tolist(), posts.places[1][columns].tolist()
    for n, (place, other) in enumerate(zip(sources, targets, strict=True)):
        source, target = posts.articles[place], posts.articles[other]
        days = days_between(source, target)
        found[n] = (
            (source.toggle == target.language) + (target.toggle == source.language),
            source.dump == target.dump and posts.are_neighbours(place, other),
            days == 0,
            days is not None and days > _FAR,
        )
    return dict(zip(DUMP_CLUES, found.T, strict=True))
