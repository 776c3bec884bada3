"""How close each decision on a split was: what the best labels are worth with a cut before a paragraph, and without it.

`decoding` finds the labels that are worth the most. Here each paragraph is asked what these would lose if it had to start an
article, or must not: the difference of two max-marginals, from one pass forwards and one backwards, exact and linear in the
number of paragraphs. Near zero it was a toss-up, and a person should look.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from blogarc.segmentation.decoding import Label
from blogarc.segmentation.strip import Bools, Floats


def margins(start: Floats, furniture: Floats, dump_starts: Bools, steps: Floats, opening: Floats) -> Floats:
    """What the best labels with a start at each paragraph are worth, less what the best without one are; above zero there is a
    cut. The arguments are those of `decoding.decode`.

    >>> steps = np.array([[-4.0, 0, -4], [-2.5, 0, -2.5], [1, -3, 0.5]])
    >>> evidence = np.array([0.0, 9, -9]), np.array([9.0, 0, -9])
    >>> margins(*evidence, np.array([True, False, False]), steps, np.array([0, -np.inf, 0])).tolist()
    [-14.0, 12.5, -13.0]
    """
    own = np.stack((start, np.zeros(len(start)), furniture), axis=1)
    found = np.empty(len(start))
    for first, end in pairwise([*np.flatnonzero(dump_starts).tolist(), len(start)]):
        found[first:end] = _margins_of_one(own[first:end], steps, opening)
    return found


def _margins_of_one(own: Floats, steps: Floats, opening: Floats) -> Floats:
    count = len(own)
    until, after = np.empty((count, 3)), np.zeros((count, 3))
    until[0] = opening + own[0]
    for n in range(1, count):
        until[n] = (until[n - 1][:, None] + steps).max(axis=0) + own[n]
    for n in range(count - 2, -1, -1):
        after[n] = (steps + own[n + 1] + after[n + 1]).max(axis=1)
    best = until + after
    return np.asarray(best[:, Label.START] - best[:, [Label.INSIDE, Label.FURNITURE]].max(axis=1))
