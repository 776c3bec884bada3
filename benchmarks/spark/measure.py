"""Seconds, memory, and what is shuffled for each table of a run on Spark in local mode.

    python -m benchmarks.spark.measure cache/20000-7.jsonl                     # all steps, two cores
    python -m benchmarks.spark.measure cache/460000-7.jsonl --memory 4g        # a gigabyte
    python -m benchmarks.spark.measure dumps/ --steps ingest --memory 2g

The run is a process of its own with an event log, read by `shuffle`. Memory is what the whole tree of processes holds at its
peak (proportional set size, so that what forked workers share counts once): Java, which is driver and executor in one, and
Python; seconds of processors are those of the same tree. Rows of the table are tables of the run; seconds are of the wall
clock, and `busy` those of all its tasks. A file is divided into files of 32 MB first, as a crawl has them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.spark.shuffle import shuffled

_PIECE = 32 << 20
_PAUSE = 0.5  # seconds between two looks at the memory


@dataclass(slots=True)
class Watch:
    """A tree of processes, looked at until it ends: the peak of its memory, and of its kinds apart, in bytes; and how many
    seconds of a processor each process took."""

    root: int
    peak: int = 0
    peaks: Counter[str] = field(default_factory=Counter)
    busy: dict[int, float] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> None:
        while not self.over.wait(_PAUSE):
            held = Counter[str]()
            for process in tree(self.root):
                kind, size = memory_of(process)
                held[kind] += size
                self.busy[process] = max(seconds_of(process), self.busy.get(process, 0.0))
            self.peak = max(self.peak, held.total())
            self.peaks |= held


def tree(root: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue  # it has ended
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def memory_of(process: int) -> tuple[str, int]:
    """What kind of process it is, and how many bytes it holds; nothing once it has ended."""
    try:
        name = Path(f"/proc/{process}/comm").read_text().strip()
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return "python", 0
    size = next((int(line.split()[1]) << 10 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return ("java" if name == "java" else "python"), size


def seconds_of(process: int) -> float:
    """The seconds of a processor that it took; nothing once it has ended."""
    try:
        told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def run(command: Sequence[str], environment: dict[str, str]) -> tuple[float, Watch, str]:
    """Seconds, memory, and what the command told."""
    began = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        watch = Watch(process.pid)
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        told, _ = process.communicate()
        watch.over.set()
        watcher.join()
    seconds = time.perf_counter() - began
    if process.returncode not in (0, 3):
        raise SystemExit(f"It ended with {process.returncode}.")
    return seconds, watch, told


def cut(path: Path, size: int, place: Path) -> Path:
    """The lines of a file up to so many bytes, in files of 32 MB, as a crawl has them."""
    folder = place / path.stem
    folder.mkdir()
    held = 0
    pieces: list[list[bytes]] = [[]]
    with path.open("rb") as lines:
        for line in lines:
            if held + len(line) > size:
                break
            if held // _PIECE >= len(pieces):
                pieces.append([])
            pieces[-1].append(line)
            held += len(line)
    for n, piece in enumerate(pieces):
        (folder / f"{n:05d}.jsonl").write_bytes(b"".join(piece))
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", type=Path)
    parser.add_argument("--bytes", type=float, default=1e18, help="so many of the first file at most")
    parser.add_argument("--steps", default="ingest,dedupe,pairs")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="2g")
    parser.add_argument("--apart", action="store_true", help="part also what one task could hold")
    parser.add_argument("--keep", type=Path, help="where the output stays")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="blogarc-measure-") as place:
        scratch = Path(place)
        events = scratch / "events"
        events.mkdir()
        inputs = [cut(given.inputs[0], int(given.bytes), scratch)] if given.inputs[0].is_file() else given.inputs
        conf = {
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": events.as_uri(),
            "spark.eventLog.rolling.enabled": "false",
            "spark.eventLog.compress": "false",
        }
        submit = " ".join(f"--conf {name}={value}" for name, value in conf.items()) + " pyspark-shell"
        output = given.keep or scratch / "output"
        command = [sys.executable, "-m", "blogarc.spark", *map(str, inputs), "-o", str(output)]
        command += ["--master", given.master, "--memory", given.memory, "--steps", given.steps]
        command += ["--apart"] if given.apart else []
        seconds, watch, told = run(command, os.environ | {"PYSPARK_SUBMIT_ARGS": submit})
        report = json.loads(told)
        files = [file for path in inputs for file in (path.rglob("*") if path.is_dir() else [path])]
        size = sum(file.stat().st_size for file in files if file.is_file())
        print(f"{size / 1e6:,.0f} MB, {report['articles']:,} articles, {report['kinds']}, {report['pairs']} pairs, "
              f"{report['problem_count']} problems")  # fmt: skip
        print(
            f"{seconds:,.0f} s, {sum(watch.busy.values()):,.0f} s of processors; "
            + ", ".join(f"{step} {took:,.0f} s" for step, took in report["seconds"].items())
        )
        kinds = ", ".join(f"{kind} {held / 1e9:.2f} GB" for kind, held in sorted(watch.peaks.items()))
        print(f"peak {watch.peak / 1e9:.2f} GB ({kinds})")
        (log,) = events.iterdir()
        with log.open(encoding="utf-8") as lines:
            tables = shuffled(lines)
        print("| table | seconds | busy | rows | MB |\n| --- | ---: | ---: | ---: | ---: |")
        for name, counts in [*tables.items(), ("all", sum(tables.values(), Counter()))]:
            wall, busy = counts["wall"] / 1e3, counts["busy"] / 1e3
            print(f"| {name} | {wall:.1f} | {busy:.1f} | {counts['rows']:,} | {counts['bytes'] / 1e6:.1f} |")


if __name__ == "__main__":
    main()
