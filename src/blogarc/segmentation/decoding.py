"""The best labels for a row of paragraphs: a linear-chain model decoded by dynamic programming (Viterbi 1967).

Each paragraph starts an article, goes on with one, or is furniture. The labels that add up to the most under the
weighted evidence and the costs of the steps from one to the next are found in one pass, linear in the number of
paragraphs.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Label(IntEnum):
    START = 0
    INSIDE = 1
    FURNITURE = 2


def decode(
    start: Floats, furniture: Floats, dump_starts: NDArray[np.bool_], steps: Floats, opening: Floats
) -> NDArray[np.int8]:
    """The labels. `start` and `furniture` hold the summed evidence for each paragraph, against its being inside an
    article; `dump_starts` marks the first paragraph of each dump; `steps` is what going from one label (row) to another
    (column) is worth, and `opening` what beginning a dump with each is worth.

    >>> steps = np.array([[-4.0, 0, -4], [-2.5, 0, -2.5], [1, -3, 0.5]])
    >>> evidence = np.array([0.0, 9, -9]), np.array([9.0, 0, -9])
    >>> decode(*evidence, np.array([True, False, False]), steps, np.array([0, -np.inf, 0])).tolist()
    [2, 0, 1]
    """
    labels = np.empty(len(start), np.int8)
    own = np.stack((start, np.zeros(len(start)), furniture), axis=1)
    edges = [*np.flatnonzero(dump_starts).tolist(), len(start)]
    arrivals = steps.T.tolist()  # by label reached, then by label left
    for first, end in pairwise(edges):
        labels[first:end] = _decode_one(own[first:end].tolist(), arrivals, opening.tolist())
    return labels


def _decode_one(own: list[list[float]], arrivals: list[list[float]], opening: list[float]) -> list[int]:
    # Written out for the three labels: this loop is the longest that blogarc runs in Python.
    (to_0, to_1, to_2) = arrivals
    (s00, s10, s20), (s01, s11, s21), (s02, s12, s22) = to_0, to_1, to_2
    b0, b1, b2 = (worth + score for worth, score in zip(opening, own[0], strict=True))
    back: list[tuple[int, int, int]] = []
    for own_0, own_1, own_2 in own[1:]:
        x, y, z = b0 + s00, b1 + s10, b2 + s20
        if x >= y:
            o0, n0 = (0, x) if x >= z else (2, z)
        else:
            o0, n0 = (1, y) if y >= z else (2, z)
        x, y, z = b0 + s01, b1 + s11, b2 + s21
        if x >= y:
            o1, n1 = (0, x) if x >= z else (2, z)
        else:
            o1, n1 = (1, y) if y >= z else (2, z)
        x, y, z = b0 + s02, b1 + s12, b2 + s22
        if x >= y:
            o2, n2 = (0, x) if x >= z else (2, z)
        else:
            o2, n2 = (1, y) if y >= z else (2, z)
        b0, b1, b2 = n0 + own_0, n1 + own_1, n2 + own_2
        back.append((o0, o1, o2))
    best = [b0, b1, b2]
    label = best.index(max(best))
    labels = [label]
    for origins in reversed(back):
        label = origins[label]
        labels.append(label)
    labels.reverse()
    return labels
