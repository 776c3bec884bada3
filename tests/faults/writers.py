"""Several processes on one archive: each waits for its turn, and the outcome is that of one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.faults.kills import Case
from tests.faults.processes import Process, run
from tests.faults.scene import Job, Scene, outcome, sound

READERS = (("list", "--json"), ("stats", "--json"), ("search", "the"), ("list", "--leftovers", "--json"))


def together(scene: Scene, folder: Path, count: int, seed: int) -> Iterator[Case]:
    """So many meetings of two to four writers and a reader."""
    rng = random.Random(seed)
    for number in range(count):
        yield partial(meeting, scene, rng.randrange(1 << 30), folder / f"{number}")


def meeting(scene: Scene, seed: int, folder: Path) -> str:
    rng = random.Random(seed)
    scene.fresh(folder, "new")
    files = sorted((scene.folder / "dumps").iterdir())
    writers = rng.randint(2, 4)
    # Every dump is given to somebody, and some to two.
    shares: list[list[str]] = [[] for _ in range(writers)]
    for file in files:
        for who in rng.sample(range(writers), rng.choice((1, 1, 2))):
            shares[who].append(f"dumps/{file.name}")
    lines = [("ingest", *share) for share in shares if share]
    readers = [rng.choice(READERS) for _ in range(2)]
    running = [(line, Process(folder, line)) for line in (*lines, *readers)]
    for line, process in running:
        ended = process.result()
        # Whoever only looks may come before there is an archive.
        if ended.code not in ((0, 10) if line in readers else (0,)):
            return f"{' '.join(line)} ended with {ended.code}: {ended.err[-500:]}"
    wrong = sound(folder)
    if wrong:
        return wrong
    job = Job("all", ("pairs",), "deduped")
    for line in (("dedupe",), ("pairs",)):
        ended = run(folder, line)
        if ended.code != 0:
            return f"{line[0]} ended with {ended.code}: {ended.err}"
    return (
        "" if outcome(folder) == scene.undisturbed(job) else f"{lines} end in something else than one after the other"
    )
