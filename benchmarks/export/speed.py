"""Export to JSON Lines beside plain `json.dumps` over the same rows, and beside sqlite-utils, in processor seconds.

    blogarc ingest corpus.jsonl -d bench.db && blogarc dedupe -d bench.db
    python -m benchmarks.export.speed bench.db

The export reads the archive, says of each article where its copies and translations are, and syncs the file; `json.dumps` is
given the finished rows, all in memory, and only writes them. So a ratio of 1 cannot be reached. Each is done three times, by
turns, in one process; the quickest counts. Then the commands, each a process of its own: `blogarc export --all`, and
`sqlite-utils rows articles --nl`, which writes that table as it is, and so tells nothing of copies, translations and dumps.
With `--formats` each format once instead, with the peak of memory of a process of its own.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

from blogarc import Archive
from blogarc.export import ARTICLES

ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds that the work takes."""
    started = process_time()
    work()
    return process_time() - started


def dump_plainly(rows: list[dict[str, object]], target: Path, *, ascii_only: bool) -> None:
    """What anyone would write first."""
    with target.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=ascii_only) + "\n")


def compare(archive: Archive, folder: Path) -> None:
    """The three ways by turns."""
    rows = list(archive.records(every=True))
    gc.freeze()  # that so many objects are kept for the others must not slow the export down
    ways: dict[str, Callable[[], object]] = {
        "export": lambda: archive.export(folder / "export.jsonl", every=True),
        "json.dumps, UTF-8": lambda: dump_plainly(rows, folder / "plain.jsonl", ascii_only=False),
        "json.dumps, ASCII": lambda: dump_plainly(rows, folder / "ascii.jsonl", ascii_only=True),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, work in ways.items():
            best[name] = min(best[name], seconds(work))
    size = (folder / "export.jsonl").stat().st_size / 1e6
    print(f"{len(rows):,} articles, {size:.0f} MB")
    for name, spent in best.items():
        print(f"{name:20} {spent:6.2f} s  {size / spent:6.0f} MB/s  {spent / best['export']:.2f} of the time of export")


def compare_commands(path: str, folder: Path) -> None:
    """The whole commands by turns, from their start to their end."""
    tools = Path(sys.executable).parent
    commands = {
        "blogarc export --all": [tools / "blogarc", "export", "--all", "--quiet", "-d", path, "-o", folder / "b.jsonl"],
        "sqlite-utils rows --nl": [tools / "sqlite-utils", "rows", path, "articles", "--nl"],
    }
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(ROUNDS):
        for name, command in commands.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            with (folder / "out").open("wb") as out:
                subprocess.run(command, stdout=out, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            best[name] = min(best[name], spent)
    for name, spent in best.items():
        print(f"{name:24} {spent:6.2f} s")


def export_alone(path: str, name: str, target: str) -> None:
    """One format in this process, with its time and its peak of memory."""
    with Archive(path, create=False) as archive:
        spent = seconds(lambda: archive.export(target, format=name, every=True))
    # Not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status").read_text("ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(f"{name:10} {spent:6.2f} s  peak {peak:5.0f} MB", flush=True)


def main() -> None:
    path = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        if "--formats" not in sys.argv[2:]:
            with Archive(path, create=False) as archive:
                compare(archive, Path(folder))
            compare_commands(path, Path(folder))
            return
        for name in [*ARTICLES, "sqlite"]:
            process = multiprocessing.get_context("spawn").Process(
                target=export_alone, args=(path, name, str(Path(folder, f"{name}.out")))
            )
            process.start()
            process.join()


if __name__ == "__main__":
    main()
