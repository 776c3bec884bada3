"""How work is spread over the cores of a machine: in threads, and beside this process in a copy of it.

numpy, rapidfuzz and zstd let go of the interpreter while they count, so that threads use all cores. Threads need no copies of
what they work on, and behave alike on every system, in a notebook and in a frozen program. Work that is Python's own is done
by one at a time, however many threads there are: where the system can copy this process as it stands (Linux), such work is
done in a copy. What comes out does not depend on how many there are, nor on whether there is a copy.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NoReturn, TypeVar

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

# What a copy has made and nobody has taken is held by the system, up to so many bytes; the usual is a sixteenth of that.
_UNDER_WAY = 1 << 20


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


def can_copy() -> bool:
    """Whether this process may be copied. A thread is not copied with it, and what it held stays locked for ever in the copy:
    so only where Python has no other, of a progress bar or of a notebook. numpy's own bear it; what is done in a copy must not
    ask any other library that has threads."""
    alone = threading.active_count() == 1 and threading.current_thread() is threading.main_thread()
    return sys.platform == "linux" and _THREADS > 1 and alone


@contextmanager
def beside(make: Callable[[], Iterable[Item]]) -> Iterator[Iterator[Item]]:
    """What an iterable gives, made in a copy of this process, some items ahead of what is asked for, while what came is used
    here; made here, where the process cannot be copied. What passes from one to the other is pickled, and so are errors.

    >>> with beside(lambda: (n * n for n in range(3))) as squares:
    ...     list(squares)
    [0, 1, 4]
    """
    if not can_copy():
        yield iter(make())
        return
    ours, theirs = Pipe(duplex=False)
    with suppress(OSError):
        _widen(theirs.fileno())
    child = _fork()
    if not child:
        ours.close()
        _be_the_copy(make, theirs)
    theirs.close()
    try:
        with ours:
            yield _received(ours)
    finally:
        # It may be at work still, if nobody wanted the rest.
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _fork() -> int:
    with warnings.catch_warnings():
        # Python warns of threads, and counts those of numpy.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _widen(pipe: int) -> None:
    if sys.platform == "linux":
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _UNDER_WAY)


def _be_the_copy(make: Callable[[], Iterable[object]], pipe: Connection) -> NoReturn:
    """Make the items and send them; and end without tidying up, because files and databases are those of the other."""
    try:
        # Whoever stops the program stops the other process, which ends this one; if it is killed, nobody takes what is sent.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        gc.freeze()  # what was there before is looked through by nobody any more, and so is not copied
        try:
            for item in make():
                pipe.send((item, None))
            pipe.send(None)
        except BrokenPipeError:
            pass
        except BaseException as error:
            try:
                pipe.send((None, error))
            except (TypeError, AttributeError, pickle.PicklingError):
                pipe.send((None, RuntimeError(repr(error))))
    finally:
        os._exit(0)


def _received(pipe: Connection) -> Iterator[Any]:
    """The items that come through a pipe. Raises what the copy raised, and RuntimeError if it ended before the end."""
    while True:
        try:
            told = pipe.recv()
        except EOFError:
            raise RuntimeError("A process that was to do a part of the work has ended before its time.") from None
        if told is None:
            return
        item, error = told
        if error is not None:
            raise error
        yield item
