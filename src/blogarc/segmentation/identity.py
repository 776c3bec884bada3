"""Which paragraphs are the same, letter for letter or nearly: what repetition counts by.

Two paragraphs with the same letters and digits are the same. So are two that differ by typing errors, by scanning errors
in one letter in twenty, or by a few edited words; and a cut paragraph is the same as the whole one ("The ferry has not…
Read more"). Candidates come from `candidates`, here over paragraphs, so that nothing is compared with everything; rapidfuzz
verifies each, and asks more of short lines: two that differ in a number only are two lines.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from blogarc import minhash
from blogarc.candidates import find_candidates
from blogarc.minhash import Sketches
from blogarc.text import skeleton

Ints = NDArray[np.int64]

# Shorter paragraphs (in letters) are the same only when they are equal: "Yes, we did." is no copy of "No, we did."
_SHORTEST = 25
# How alike (0 to 100) two paragraphs must be, by the letters of the shorter: a line of a few words has little to lose.
_ALIKE = ((35, 90.0), (60, 84.0), (1 << 30, 78.0))
# How alike a cut paragraph must be to the beginning of the whole, and from how many letters on a beginning can be told.
_ALIKE_CUT, _SHORTEST_CUT = 84.0, 30
# What follows the cut ("... Read more") may be so large a part of a cut paragraph.
_CUT_TAIL, _ALIKE_BEFORE_TAIL = 0.2, 90.0

# Characters of a paragraph that are looked at for what it is nearly like, and letters of it that are compared: a line of
# millions is no paragraph, and what a comparison takes grows with the square. Whether two are the same is told by all of them.
_LONGEST, _LONGEST_COMPARED = 1 << 20, 100_000

_NOT_DIGITS, _DIGITS = re.compile(r"\D+"), re.compile(r"\d+")


def identify(texts: Sequence[str]) -> tuple[Ints, Ints, Sketches]:
    """A number for each paragraph, equal for paragraphs that are the same, in the order of the first of each; how many
    letters and digits each has; and the sketches that told.

    >>> identify(["The ferry to the island has not run since May.", "Table 1.", "Table 2.", "“Table 1”"])[0].tolist()
    [0, 1, 2, 1]
    """
    places: dict[bytes, int] = {}
    letters, classes = np.empty(len(texts), np.int64), np.empty(len(texts), np.int64)
    for at, text in enumerate(texts):
        bare = skeleton(text)
        letters[at] = len(bare)
        classes[at] = places.setdefault(
            hashlib.blake2b(bare.encode("utf-8", "replace"), digest_size=8).digest(), len(places)
        )
    first = np.full(len(places), len(texts), np.int64)
    np.minimum.at(first, classes, np.arange(len(texts)))
    sketches = minhash.sketch(text[:_LONGEST] for text in texts)
    class_of_text = dict(zip(first.tolist(), range(len(first)), strict=True))
    parents = np.arange(len(first))
    for a, b in _near(texts, first, letters, sketches):
        _unite(parents, class_of_text[a], class_of_text[b])
    roots = np.array([_root(parents, c) for c in range(len(parents))], np.int64)
    # A class is numbered by the place of its first paragraph, so that numbers do not depend on hashes.
    earliest = np.full(len(roots), len(texts), np.int64)
    np.minimum.at(earliest, roots, first)
    # Words are asked for again, buckets are not.
    sketches = replace(sketches, buckets=sketches.buckets[:0].copy())
    return np.unique(earliest[roots[classes]], return_inverse=True)[1].astype(np.int64), letters, sketches


def _near(texts: Sequence[str], first: Ints, letters: Ints, sketches: Sketches) -> list[tuple[int, int]]:
    """The pairs that are nearly the same, among the first of each class."""
    wanted = np.zeros(len(texts), bool)
    wanted[first] = letters[first] >= _SHORTEST
    found = find_candidates(sketches, wanted)
    pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    bare = {at: skeleton(texts[at][:_LONGEST])[:_LONGEST_COMPARED] for at in {at for pair in pairs for at in pair}}
    return [(a, b) for a, b in pairs if are_alike(bare[a], bare[b])]


def are_alike(first: str, second: str) -> bool:
    """Whether two different skeletons are those of one paragraph."""
    short, long = sorted((first, second), key=len)
    if len(short) < _SHORTEST:
        return False
    needed = next(score for limit, score in _ALIKE if len(short) < limit)
    if fuzz.ratio(short, long, score_cutoff=needed):
        # "Day 3 of the march" and "Day 4 of the march" are two lines, as long as little else is said.
        return len(short) >= 60 or not _differ_in_numbers_only(short, long)
    if len(short) < _SHORTEST_CUT:
        return False
    if fuzz.ratio(short, long[: len(short)], score_cutoff=_ALIKE_CUT):
        return True
    cut = int(len(short) * (1 - _CUT_TAIL))
    return cut >= _SHORTEST_CUT and bool(fuzz.ratio(short[:cut], long[:cut], score_cutoff=_ALIKE_BEFORE_TAIL))


def _differ_in_numbers_only(first: str, second: str) -> bool:
    return _DIGITS.sub("", first) == _DIGITS.sub("", second) and _NOT_DIGITS.sub("", first) != _NOT_DIGITS.sub(
        "", second
    )


def _root(parents: Ints, at: int) -> int:
    while parents[at] != at:
        parents[at] = parents[parents[at]]
        at = int(parents[at])
    return at


def _unite(parents: Ints, a: int, b: int) -> None:
    a, b = _root(parents, a), _root(parents, b)
    parents[max(a, b)] = min(a, b)
