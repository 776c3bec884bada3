"""Commands in processes of their own: each is forked from one that has loaded blogarc, which saves most of the time.

What is killed, stopped or starved is a process as any other; only its imports were done before. Where a command must be
started by another program (strace, setpriv), it is a fresh one.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from tests.faults import child

ROOT = Path(__file__).parent.parent.parent
_PATIENCE = 300.0
# Whoever starts a process also looks after others that have ended, and of two threads that look one would find nothing.
_starting = threading.Lock()


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended: its exit code (negative for a signal) and what it said."""

    code: int
    out: bytes
    err: str


class Process:
    """A command that is running in a folder."""

    def __init__(self, folder: Path, line: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._said = [tempfile.NamedTemporaryFile() for _ in range(2)]  # noqa: SIM115  # closed when they were read
        given = (str(folder), tuple(line), surroundings(environment), *(stream.name for stream in self._said))
        self._process = _nursery().Process(target=child.work, args=given)
        with _starting:
            self._process.start()

    def wait(self, seconds: float) -> bool:
        """Whether it ends in time."""
        connection.wait([self._process.sentinel], seconds)
        return self._code() is not None

    def send(self, asking: signal.Signals) -> None:
        """Ask it to stop, or kill it."""
        if self._code() is None and self._process.pid is not None:
            os.kill(self._process.pid, asking)

    def _code(self) -> int | None:
        with _starting:
            return self._process.exitcode

    def result(self) -> Result:
        """How it ended, which is waited for."""
        if not self.wait(_PATIENCE):
            self.send(signal.SIGKILL)
            self.wait(_PATIENCE)
        code = self._code()
        assert code is not None
        told = []
        for stream in self._said:
            stream.seek(0)
            told.append(stream.read())
            stream.close()
        self._process.close()
        return Result(code, told[0], told[1].decode("utf-8", "replace"))


def run(
    folder: Path, line: Sequence[str], *, prefix: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Result:
    """Run blogarc in this folder; after a `prefix` as a fresh process."""
    if not prefix:
        return Process(folder, line, environment).result()
    ended = subprocess.run(
        [*prefix, *fresh(*line)], cwd=folder, env=surroundings(environment), capture_output=True, timeout=_PATIENCE,
        check=False,
    )  # fmt: skip
    return Result(ended.returncode, ended.stdout, ended.stderr.decode("utf-8", "replace"))


def fresh(*line: str) -> list[str]:
    """The command line of a process that shares nothing with this one."""
    return [sys.executable, "-m", "tests.faults.child", *line]


def surroundings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: nothing of blogarc's own but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BLOGARC_", "FAULT_"))}
    return {**kept, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "LC_ALL": "C.UTF-8", **(environment or {})}


def _nursery() -> Any:
    context: ForkServerContext = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.child"])
    return context
