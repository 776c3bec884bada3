"""Work in threads comes out in order, whatever finishes first, and so does what a copy of the process makes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from blogarc import workers
from blogarc.errors import InputError


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


class TestBeside:
    """Threads of the tests themselves would have the work done here: each asks in a process of its own, or says that it may."""

    @pytest.fixture(autouse=True)
    def _copied(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if sys.platform != "linux":
            pytest.skip("only there a process is copied")
        monkeypatch.setattr(workers, "can_copy", lambda: True)

    def test_items_come_in_order_from_another_process(self) -> None:
        with workers.beside(lambda: ((n, os.getpid()) for n in range(500))) as made:
            told = list(made)
        assert [n for n, _ in told] == list(range(500))
        assert {maker for _, maker in told} != {os.getpid()}

    def test_large_items_come_whole(self) -> None:
        with workers.beside(lambda: (bytes([n]) * 3_000_000 for n in range(4))) as made:
            assert [(len(item), item[:1]) for item in made] == [(3_000_000, bytes([n])) for n in range(4)]

    def test_an_error_reaches_who_asked_with_its_hint(self) -> None:
        def fail() -> Iterator[int]:
            yield 1
            raise InputError("It is torn.", "Mend it.")

        with workers.beside(fail) as made:
            assert next(made) == 1
            with pytest.raises(InputError) as told:
                next(made)
        assert told.value.hint == "Mend it."

    def test_an_error_that_cannot_be_sent_is_told(self) -> None:
        class Odd(Exception):
            pass

        def fail() -> Iterator[int]:
            raise Odd("strange")
            yield 1

        with workers.beside(fail) as made, pytest.raises(RuntimeError, match="strange"):
            next(made)

    def test_a_copy_that_dies_is_missed(self) -> None:
        def die() -> Iterator[int]:
            yield 1
            os._exit(9)

        with workers.beside(die) as made:
            assert next(made) == 1
            with pytest.raises(RuntimeError):
                next(made)

    def test_nothing_is_left_of_a_copy_whose_items_nobody_wants(self) -> None:
        def endless() -> Iterator[int]:
            while True:
                yield os.getpid()

        with workers.beside(endless) as made:
            copy = next(made)
        with pytest.raises(ProcessLookupError):
            os.kill(copy, 0)


def test_a_copy_ends_when_the_process_that_made_it_was_killed() -> None:
    if sys.platform != "linux" or (os.cpu_count() or 1) < 2:
        pytest.skip("nothing is copied here")
    script = """
import itertools, os, signal
from blogarc import workers
with workers.beside(lambda: ((os.getpid(), n) for n in itertools.count())) as made:
    print(next(made)[0], os.getpid(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    copy, maker = map(int, ran.stdout.split())
    assert copy != maker
    until = time.monotonic() + 10
    while os.path.exists(f"/proc/{copy}") and time.monotonic() < until:  # noqa: PTH110
        time.sleep(0.02)
    assert not os.path.exists(f"/proc/{copy}")  # noqa: PTH110


def test_with_another_thread_nothing_is_copied() -> None:
    script = """
import os, threading
from blogarc import workers
threading.Thread(target=threading.Event().wait, daemon=True).start()
with workers.beside(lambda: [os.getpid()]) as made:
    assert list(made) == [os.getpid()]
"""
    subprocess.run([sys.executable, "-c", script], check=True)
