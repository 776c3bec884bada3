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


def decode_around(
    taken: NDArray[np.bool_],
    start: Floats,
    furniture: Floats,
    dump_starts: NDArray[np.bool_],
    steps: Floats,
    opening: Floats,
) -> NDArray[np.int8]:
    """The labels where some paragraphs are `taken` out, as furniture: the others are decoded as if those were not there.

    What spoke for a start at one of them speaks for a start after it: a line above a post goes without taking its start along,
    and one within a post goes without breaking it.

    >>> steps = np.array([[-4.0, 0, -4], [-2.5, 0, -2.5], [1, -3, 0.5]])
    >>> start, taken, nothing = np.array([0.0, -3, -9, 9, 0, -3]), np.arange(6) % 3 == 1, np.zeros(6)
    >>> first = np.arange(6) == 0
    >>> decode_around(taken, start, nothing - 9, first, steps, np.array([0, -np.inf, 0])).tolist()
    [0, 2, 1, 0, 2, 1]
    """
    if not taken.any():
        return decode(start, furniture, dump_starts, steps, opening)
    start = start.copy()
    for place in np.flatnonzero(taken[:-1]).tolist():
        if not dump_starts[place + 1]:
            start[place + 1] = max(start[place], start[place + 1])
    kept = ~taken
    dump = np.cumsum(dump_starts)[kept]
    labels = np.full(len(start), Label.FURNITURE, np.int8)
    if len(dump):
        begins = np.append(True, dump[1:] != dump[:-1])
        labels[kept] = decode(start[kept], furniture[kept], begins, steps, opening)
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


# Evidence this strong is somebody's word, and stands.
_SAID = 50.0


def drop_stubs(
    labels: NDArray[np.int8],
    start: Floats,
    furniture: Floats,
    dump_starts: NDArray[np.bool_],
    telling: NDArray[np.bool_],
) -> NDArray[np.int8]:
    """The labels without articles that say nothing: a few short lines with furniture on both sides are furniture.

    `telling` marks paragraphs that are text or end as a sentence does; the other arguments are those of `decode`. A rule of
    its own, because a model that sees a paragraph at a time cannot know what an article will come to.

    >>> labels = np.array([2, 0, 1, 2, 0, 1], np.int8)
    >>> nothing, first = np.zeros(6), np.arange(6) == 0
    >>> drop_stubs(labels, nothing, nothing, first, np.array([0, 0, 0, 0, 0, 1], bool)).tolist()
    [2, 2, 2, 2, 0, 1]
    """
    count = len(labels)
    breaks = (labels != Label.INSIDE) | dump_starts
    group = np.cumsum(breaks)
    said = (start > _SAID) | (furniture < -_SAID)
    tells = np.bincount(group, telling | said, minlength=int(group.max(initial=0)) + 1) > 0
    first = np.flatnonzero(breaks)
    end = np.append(first[1:], count)
    outside = np.append(labels == Label.FURNITURE, True)
    edge = np.append(dump_starts, True)
    bounded = (edge[first] | outside[first - 1]) & (edge[end] | outside[end])
    stub = bounded & (labels[first] != Label.FURNITURE) & ~tells[group[first]]
    dropped = labels.copy()
    dropped[np.repeat(stub, end - first)] = Label.FURNITURE
    return dropped


def keep_one(
    labels: NDArray[np.int8],
    furniture: Floats,
    dump_starts: NDArray[np.bool_],
    telling: NDArray[np.bool_],
    alone: NDArray[np.bool_],
) -> NDArray[np.int8]:
    """The labels with one article in every dump that stands alone and mostly says something: that is not all furniture.

    `alone` marks paragraphs that are part of no copy; the other arguments are those of `drop_stubs`.

    >>> nothing, telling = np.zeros(4), np.array([0, 1, 1, 0], bool)
    >>> keep_one(np.full(4, 2, np.int8), nothing, np.arange(4) == 0, telling, ~telling | telling).tolist()
    [2, 0, 1, 2]
    """
    kept = labels.copy()
    for first, end in pairwise([*np.flatnonzero(dump_starts).tolist(), len(labels)]):
        if (labels[first:end] != Label.FURNITURE).any() or not alone[first:end].all():
            continue
        told = first + np.flatnonzero(telling[first:end] & (furniture[first:end] < _SAID))
        if len(told) and 2 * len(told) >= end - first:
            kept[told[0] : told[-1] + 1] = Label.INSIDE
            kept[told[0]] = Label.START
    return kept
