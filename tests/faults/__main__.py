"""Make every fault happen, and count: `make faults`.

    python -m tests.faults [NAME ...] [--share 0.1] [--minutes 5] [--seed 1]

Prints a table, and what went wrong if anything did; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path

from tests.faults import corruption, disks, kills, strangers, writers
from tests.faults.kills import Case
from tests.faults.scene import Scene

# What each is called in the table; how many there are when all is done; and whether they may stand beside each other.
FAULTS: dict[str, tuple[str, Callable[[Scene, Path, float, int], Iterator[Case]], bool]] = {
    "random": ("SIGKILL at random moments", lambda s, f, x, n: kills.at_random(s, f, round(200 * x), n), True),
    "points": ("SIGKILL at named points", kills.at_points, True),
    "calls": (
        "SIGKILL at system calls",
        lambda s, f, x, n: kills.at_system_calls(s, f, round(300 * x), n) if kills.can_trace() else iter(()),
        True,
    ),
    "signals": ("SIGINT and SIGTERM at random moments", lambda s, f, x, n: kills.asked(s, f, round(40 * x), n), True),
    "exports": ("exports cut short", lambda s, f, x, n: kills.half_exports(s, f, round(100 * x), n), True),
    "full": ("full disks", lambda s, f, x, n: disks.full(s, f, round(40 * x), n), True),
    "places": ("read-only places, /dev/full", lambda s, f, x, n: disks.closed(s, f), True),
    "inputs": ("inputs that change while they are read", lambda s, f, x, n: disks.moving(s, f, round(20 * x), n), True),
    "strangers": ("bad input, in limited memory", lambda s, f, x, n: strangers.all_of(f, x), False),
    "writers": ("writers at once", lambda s, f, x, n: writers.together(s, f, round(50 * x), n), False),
    "corruption": ("damaged files", lambda s, f, x, n: corruption.damaged(s, f, round(500 * x), n), True),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(FAULTS)}; all if none is named")
    parser.add_argument("--share", type=float, default=1.0, help="how much of each to do")
    parser.add_argument("--minutes", type=float, help="begin no case of a kind after so long; those done are counted")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    failed = False
    where = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    print(f"blogarc {version('blogarc')}, {date.today().isoformat()}, seed {given.seed}; {where}\n")
    print("| fault | held | of | seconds |\n| --- | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory(prefix="faults") as name:
        scene = Scene(Path(name, "scene"))
        for fault in given.names or FAULTS:
            words, cases, beside = FAULTS[fault]
            clock = time.perf_counter()
            answers = work(
                cases(scene, Path(name, fault), given.share, given.seed),
                (os.cpu_count() or 1) if beside else 1,
                None if given.minutes is None else clock + given.minutes * 60,
            )
            wrong = [answer for answer in answers if answer]
            failed = failed or bool(wrong)
            held = len(answers) - len(wrong)
            print(f"| {words} | {held} | {len(answers)} | {time.perf_counter() - clock:.0f} |", flush=True)
            for answer in wrong[:10]:
                print(f"    {answer}", file=sys.stderr, flush=True)
    return int(failed)


def work(cases: Iterator[Case], at_once: int, until: float | None = None) -> list[str]:
    """What each case answers that was begun in time; one that breaks is one that went wrong."""

    def answer(case: Case) -> str | None:
        if until is not None and time.perf_counter() > until:
            return None
        try:
            return case()
        except Exception as error:
            return f"{case}: {error!r}"

    with ThreadPoolExecutor(at_once) as pool:
        drawn = list(cases)
        if until is not None:
            random.Random(0).shuffle(drawn)  # so that what is left out is left out of everything
        return [told for told in pool.map(answer, drawn) if told is not None]


if __name__ == "__main__":
    sys.exit(main())
