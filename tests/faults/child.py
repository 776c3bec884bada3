"""blogarc in a process that dies where it is told to.

    FAULT_AT="before commit:3" python -m tests.faults.child ingest dumps

kills itself (SIGKILL, which no program can answer) at the third such point. `FAULT_COUNT=FILE` writes how often each point
was passed. With `FAULT_SIZE=BYTES` it dies when a file grows beyond that. With `FAULT_MIGRATION` there is a newer schema than
there is. The points are put around the library calls from outside: blogarc itself knows nothing of them.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

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


def main() -> None:
    sqlite3.connect = partial(sqlite3.connect, factory=Connection)
    os.fsync = around("fsync", os.fsync)
    os.replace = around("rename", os.replace)  # which Path.replace calls
    if os.environ.get("FAULT_SIZE"):
        # The kernel ends the process with the write that makes a file larger than this.
        size = int(os.environ["FAULT_SIZE"])
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if os.environ.get("FAULT_MIGRATION"):
        from blogarc import schema

        schema.MIGRATIONS += ("CREATE TABLE extra (a);\nINSERT INTO extra SELECT id FROM articles;\n",)  # type: ignore[assignment]
        schema.VERSION += 1
    from blogarc.__main__ import main as blogarc

    try:
        blogarc()
    finally:
        if os.environ.get("FAULT_COUNT"):
            Path(os.environ["FAULT_COUNT"]).write_text(json.dumps(passed))


if __name__ == "__main__":
    sys.exit(main())
