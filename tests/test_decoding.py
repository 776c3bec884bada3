"""The best labels are found: an obvious and slow search says which they are."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.segmentation.decoding import Label, decode, drop_stubs

# Whole numbers, so that sums are exact and equally good labels are equal.
worth = st.integers(-9, 9).map(float)
STEPS = np.array([[-4.0, 0.0, -4.0], [-2.5, 0.0, -2.5], [1.0, -3.0, 0.5]])
OPENING = np.array([0.0, -np.inf, 0.0])


def worth_of(
    labels: tuple[int, ...], start: list[float], furniture: list[float], steps: np.ndarray, opening: np.ndarray
) -> float:
    """What these labels of one dump add up to."""
    own = [(s, 0.0, f)[label] for s, f, label in zip(start, furniture, labels, strict=True)]
    return sum(own) + float(opening[labels[0]]) + sum(float(steps[a, b]) for a, b in pairwise(labels))


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[list[float]], list[list[float]], np.ndarray, np.ndarray]:
    """Evidence for some short dumps, and costs."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    start, furniture = ([draw(st.lists(worth, min_size=n, max_size=n)) for n in sizes] for _ in range(2))
    steps = np.array(draw(st.lists(st.lists(worth, min_size=3, max_size=3), min_size=3, max_size=3)))
    opening = np.array([draw(worth), -np.inf, draw(worth)])
    return start, furniture, steps, opening


@given(problems())
def test_no_labels_are_worth_more(problem: tuple) -> None:
    start, furniture, steps, opening = problem
    firsts = np.concatenate([[True] + [False] * (len(row) - 1) for row in start])
    found = decode(np.concatenate(start), np.concatenate(furniture), firsts, steps, opening).tolist()
    at = 0
    for s, f in zip(start, furniture, strict=True):
        labels = tuple(found[at : at + len(s)])
        best = max(worth_of(other, s, f, steps, opening) for other in product(range(3), repeat=len(s)))
        assert worth_of(labels, s, f, steps, opening) == best
        at += len(s)


@given(problems())
def test_a_dump_never_begins_inside_an_article(problem: tuple) -> None:
    start, furniture, steps, opening = problem
    firsts = np.concatenate([[True] + [False] * (len(row) - 1) for row in start])
    labels = decode(np.concatenate(start), np.concatenate(furniture), firsts, steps, opening)
    assert Label.INSIDE not in labels[firsts].tolist()


def test_strong_evidence_beats_the_steps_around_it() -> None:
    start, furniture = np.zeros(6), np.full(6, -5.0)
    first = np.arange(6) == 0
    start[3] = 2.0
    assert decode(start, furniture, first, STEPS, OPENING).tolist() == [0, 1, 1, 1, 1, 1]
    start[3] = 3.0
    assert decode(start, furniture, first, STEPS, OPENING).tolist() == [0, 1, 1, 0, 1, 1]


def test_dumps_do_not_touch() -> None:
    rng = np.random.default_rng(5)
    start, furniture = rng.normal(0, 4, 40), rng.normal(0, 4, 40)
    together = decode(start, furniture, np.isin(np.arange(40), (0, 17)), STEPS, OPENING)
    apart = [
        decode(start[part], furniture[part], np.arange(len(start[part])) == 0, STEPS, OPENING)
        for part in (slice(0, 17), slice(17, 40))
    ]
    assert together.tolist() == np.concatenate(apart).tolist()


def test_nothing_has_no_labels() -> None:
    nothing = np.array([])
    assert decode(nothing, nothing, np.array([], bool), STEPS, OPENING).tolist() == []


# -- articles that say nothing

S, I, F = Label.START, Label.INSIDE, Label.FURNITURE  # noqa: E741


def dropped(labels: list[Label], telling: list[int], start: list[float] | None = None) -> list[int]:
    count = len(labels)
    said = np.array(start or [0.0] * count)
    first = np.arange(count) == 0
    return drop_stubs(
        np.array(labels, np.int8), said, np.zeros(count), first, np.isin(np.arange(count), telling)
    ).tolist()


@pytest.mark.parametrize(
    ("labels", "telling", "expected"),
    [
        ([F, S, I, F], [], [F, F, F, F]),
        ([F, S, I, F], [2], [F, S, I, F]),
        ([S, I], [], [F, F]),  # a dump of nothing but short lines
        ([F, S, S, I, F], [3], [F, S, S, I, F]),  # it has another article beside it: that may be its title
    ],
)
def test_only_short_lines_between_furniture_are_furniture(
    labels: list[Label], telling: list[int], expected: list[Label]
) -> None:
    assert dropped(labels, telling) == expected


def test_what_a_person_said_stands() -> None:
    assert dropped([F, S, I, F], [], start=[0.0, 1000.0, 0.0, 0.0]) == [F, S, I, F]
