"""The best labels for a row of paragraphs: a linear-chain model decoded by dynamic programming (Viterbi 1967).

Each paragraph starts an article, goes on with one, or is furniture. The labels that add up to the most under the
weighted evidence and the costs of the steps below are found in one pass, linear in the number of paragraphs.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blogarc.segmentation.repetition import Floats


class Label(IntEnum):
    START = 0
    INSIDE = 1
    FURNITURE = 2


# What a step from one label (row) to the next (column) is worth, in the log-odds of the evidence. A start needs
# evidence; furniture is dearer than text, so that in doubt text is kept; after furniture a new article is likelier
# than the old one going on; an article of a single paragraph is rare.
#                    START  INSIDE  FURNITURE
STEPS = np.array(
    [
        [-4.0, 0.0, -4.0],  # after START
        [-2.5, 0.0, -2.5],  # after INSIDE
        [1.0, -3.0, 0.5],  # after FURNITURE
    ]
)
# A dump opens with an article or with furniture, never inside an article.
OPENING = np.array([0.0, -np.inf, -0.5])


def decode(border: Floats, start: Floats, furniture: Floats, dump_starts: NDArray[np.bool_]) -> NDArray[np.int8]:
    """The labels. The first three hold the summed evidence for each paragraph: for what stands before it ending there, for
    an article starting with it, and for its being furniture; `dump_starts` marks the first paragraph of each dump.

    >>> nothing = np.zeros(3)
    >>> decode(np.array([0, 9.0, -9]), nothing, np.array([9.0, 0, 0]), np.array([True, False, False])).tolist()
    [2, 0, 1]
    """
    labels = np.empty(len(border), np.int8)
    own = np.stack((border + start, np.zeros(len(border)), border + furniture), axis=1)
    edges = [*np.flatnonzero(dump_starts).tolist(), len(border)]
    for first, end in pairwise(edges):
        labels[first:end] = _decode_one(own[first:end].tolist())
    return labels


def _decode_one(own: list[list[float]]) -> list[int]:
    steps = STEPS.T.tolist()  # by label reached, then by label left
    best = [opening + score for opening, score in zip(OPENING.tolist(), own[0], strict=True)]
    back: list[list[int]] = []
    for scores in own[1:]:
        reached = [[b + s for b, s in zip(best, row, strict=True)] for row in steps]
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
