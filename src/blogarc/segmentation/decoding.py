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
    best = [worth + score for worth, score in zip(opening, own[0], strict=True)]
    back: list[list[int]] = []
    for scores in own[1:]:
        reached = [[b + s for b, s in zip(best, row, strict=True)] for row in arrivals]
        origins = [r.index(max(r)) for r in reached]
        best = [r[o] + score for r, o, score in zip(reached, origins, scores, strict=True)]
        back.append(origins)
    label = best.index(max(best))
    labels = [label]
    for origins_at in reversed(back):
        label = origins_at[label]
        labels.append(label)
    labels.reverse()
    return labels
