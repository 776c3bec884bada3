"""Work in threads comes out in order, whatever finishes first."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from blogarc import workers


def test_results_come_in_the_order_of_the_items() -> None:
    def slow_at_first(n: int) -> int:
        time.sleep(0.02 if n == 0 else 0)
        return n * n

    assert list(workers.in_order(slow_at_first, range(20))) == [n * n for n in range(20)]


def test_items_are_taken_a_few_ahead_only() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for n in range(1000):
            taken.append(n)
            yield n

    next(iter(workers.in_order(abs, items())))
    assert len(taken) < 10 * (workers._THREADS + 1)


def test_an_error_reaches_who_asked() -> None:
    with pytest.raises(ZeroDivisionError):
        list(workers.in_order(lambda n: 1 // n, [1, 0]))
