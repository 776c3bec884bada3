"""blogarc in a process that dies where it is told to.

    FAULT_AT="before commit:3" python -m tests.faults.child ingest dumps

kills itself (SIGKILL, which no program can answer) at the third such point. `FAULT_COUNT=FILE` writes how often each point
was passed, `FAULT_PEAK=FILE` how much memory it took. With `FAULT_SIZE=BYTES` it dies when a file grows beyond that, with
`FAULT_ROOM=BYTES` the write fails. With `FAULT_LARGEST` a block holds no more, with `FAULT_MIGRATION` there is a newer
schema than there is. The points are put around the library calls from outside: blogarc itself knows nothing of them.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

# Loaded before anything is forked: the command itself loads what it needs only when it runs.
import blogarc.archive
import blogarc.cli
import blogarc.export
import blogarc.languages
import blogarc.pairs  # noqa: F401
from blogarc.__main__ import main as blogarc_main

POINTS = tuple(f"{when} {what}" for what in ("begin", "commit", "fsync", "rename") for when in ("before", "after"))

passed: Counter[str] = Counter()


def reach(point: str) -> None:
    passed[point] += 1
    if os.environ.get("FAULT_AT") == f"{point}:{passed[point]}":
        os.kill(os.getpid(), signal.SIGKILL)


def around(what: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*given: Any, **named: Any) -> Any:
        reach(f"before {what}")
        answer = call(*given, **named)
        reach(f"after {what}")
        return answer

    return wrapped


class Connection(sqlite3.Connection):
    """Transactions begin and end at points; also where a statement ends them."""

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:  # type: ignore[override]
        word = sql.split(None, 1)[0].upper().strip(";")
        if word in ("BEGIN", "COMMIT"):
            return around(word.lower(), super().execute)(sql, *given)  # type: ignore[no-any-return]
        return super().execute(sql, *given)

    def commit(self) -> None:
        around("commit", super().commit)()


def prepare() -> None:
    """Put the points where they belong, and do what else the environment asks."""
    sqlite3.connect = partial(sqlite3.connect, factory=Connection)
    os.fsync = around("fsync", os.fsync)
    os.replace = around("rename", os.replace)  # which Path.replace calls
    deadly, room = os.environ.get("FAULT_SIZE"), os.environ.get("FAULT_ROOM")
    if deadly or room:
        size = int(deadly or room or 0)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        # By itself Python takes the signal for an error of the write; the kernel would end the process with it.
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if deadly else signal.SIG_IGN)
    if os.environ.get("FAULT_LARGEST"):
        from blogarc import blocks

        blocks.LARGEST = int(os.environ["FAULT_LARGEST"])
    if os.environ.get("FAULT_MIGRATION"):
        from blogarc import schema

        schema.MIGRATIONS += ("CREATE TABLE extra (a);\nINSERT INTO extra SELECT id FROM articles;\n",)  # type: ignore[assignment]
        schema.VERSION += 1


def main() -> None:
    prepare()
    try:
        blogarc_main()
    finally:
        if os.environ.get("FAULT_COUNT"):
            Path(os.environ["FAULT_COUNT"]).write_text(json.dumps(passed))
        if os.environ.get("FAULT_PEAK"):
            Path(os.environ["FAULT_PEAK"]).write_text(str(peak_memory()))


def peak_memory() -> int:
    """The most bytes of memory that this process had at a time; 0 where the system does not say."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    return 0


def work(folder: str, line: Sequence[str], environment: Mapping[str, str], out: str, err: str) -> None:
    """The same in a process that was forked: what a new one has by itself is set first."""
    for number, (path, flags) in enumerate(((os.devnull, os.O_RDONLY), (out, os.O_RDWR), (err, os.O_RDWR))):
        opened = os.open(path, flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = open(0, closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["blogarc", *line]
    main()


if __name__ == "__main__":
    sys.exit(main())
