"""Work in threads, in order: numpy and rapidfuzz let go of the interpreter while they count, so that threads use all cores.

Threads need no copies of what they work on, and behave alike on every system, in a notebook and in a frozen program. What
comes out does not depend on how many there are.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
Result = TypeVar("Result")

_THREADS = os.cpu_count() or 1
# Items begun before their turn, for each thread: so many results are held at most.
_AHEAD = 2
# The C library of Linux gives the memory of an array back to the system as soon as it is freed, and asks for it again for the
# next one, unless it has seen an array of this size freed: then it keeps so much. A third of the time goes into that.
_KEPT_MEMORY = 31 << 20

# A thread that wants the interpreter asks for it after so many seconds. By default these are five thousandths, in which numpy
# does tens of the steps after each of which a thread here asks.
_PATIENCE = 0.0005


def in_order(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """What the function makes of each item, in their order. Items are taken one by one, a few ahead of what is asked for.

    >>> list(in_order(abs, [3, -4]))
    [3, 4]
    """
    np.empty(_KEPT_MEMORY, np.uint8)
    begun: deque[Future[Result]] = deque()
    with _patience(), ThreadPoolExecutor(_THREADS) as pool:
        for item in items:
            begun.append(pool.submit(function, item))
            if len(begun) > _AHEAD * _THREADS:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


@contextmanager
def _patience() -> Iterator[None]:
    """Threads take turns more often, as long as this lasts."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, _PATIENCE))
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
