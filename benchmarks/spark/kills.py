"""Kill a run on Spark again and again, go on each time, and see that it ends with the tables of one that nobody disturbed.

    python -m benchmarks.spark.kills sample_data                       # the driver with all that it started, ten times
    python -m benchmarks.spark.kills sample_data --what worker         # a process of Python; the run has to go on by itself
    python -m benchmarks.spark.kills sample_data --what executor       # the same of an executor, of a cluster of two here

Kills are by SIGKILL, spread over the tables of a run: each strikes while the table is being written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pyarrow import parquet

from benchmarks.spark.measure import tree

RESULTS = ("files", "articles", "leftovers", "problems", "clusters", "duplicates", "pairs", "corpus")
MASTERS = {"driver": "local[2]", "worker": "local[2]", "executor": "local-cluster[2,1,1024]"}
_LOOK = 0.02  # seconds between two looks at what is being written


def digests(output: Path) -> dict[str, str]:
    """Of each table of results, whatever the order of its rows."""
    told = {}
    for name in RESULTS:
        rows = [json.dumps(row, sort_keys=True, default=str) for row in parquet.read_table(output / name).to_pylist()]
        told[name] = hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()
    return told


def tables_of(output: Path) -> list[str]:
    """The tables of a finished run, in the order in which they were finished."""
    stamps = [*output.glob("*/_blogarc.json"), *output.glob("work/*/_blogarc.json")]
    return [stamp.parent.name for stamp in sorted(stamps, key=lambda stamp: stamp.stat().st_mtime_ns)]


def start(inputs: Sequence[str], output: Path, master: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "blogarc.spark", *inputs, "-o", str(output), "--master", master, "--memory", "1g"]
    with output.with_suffix(".log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


def finish(process: subprocess.Popen[bytes], output: Path) -> None:
    if process.wait() not in (0, 3):
        raise SystemExit(f"It ended with {process.returncode}: {output.with_suffix('.log').read_text()[-2000:]}")


def victims(what: str, root: int) -> list[int]:
    """The processes to kill: all of a driver, or one of those that work."""
    found = tree(root)
    if what == "driver":
        return found
    lines = {process: command_of(process) for process in found}
    if what == "executor":
        ours = [process for process, line in lines.items() if "CoarseGrainedExecutorBackend" in line and "java" in line]
    else:
        # A worker is a child of the daemon, which has the same command.
        daemons = [process for process, line in lines.items() if "pyspark.daemon" in line]
        ours = [process for process in daemons if len(daemons) > 1 and process != min(daemons)]
    return random.sample(ours, 1) if ours else []


def command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def strike(process: subprocess.Popen[bytes], output: Path, table: str, choose: Callable[[], list[int]]) -> bool:
    """Kill while this table is being written; False if the run ended first."""
    place = output / "work" / "unfinished" / table
    while process.poll() is None:
        if place.exists():
            time.sleep(random.random() * 0.3)
            chosen = choose()
            for one in chosen:
                try:
                    os.kill(one, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            if chosen:
                return True
        time.sleep(_LOOK)
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--what", choices=sorted(MASTERS), default="driver")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    with tempfile.TemporaryDirectory(prefix="blogarc-kills-") as place:
        whole, killed = Path(place, "whole"), Path(place, "killed")
        finish(start(given.inputs, whole, MASTERS["driver"]), whole)
        tables = tables_of(whole)
        struck = 0
        chosen = [tables[n * len(tables) // given.times] for n in range(given.times)]
        process = start(given.inputs, killed, MASTERS[given.what])
        for table in chosen:
            root = process.pid
            if not strike(process, killed, table, lambda root=root: victims(given.what, root)):  # type: ignore[misc]
                print(f"{table}: was finished already")
                process = start(given.inputs, killed, MASTERS[given.what]) if given.what == "driver" else process
                continue
            struck += 1
            print(f"{table}: killed", flush=True)
            if given.what == "driver":
                process.wait()
                process = start(given.inputs, killed, MASTERS["driver"])
        finish(process, killed)
        wanted, found = digests(whole), digests(killed)
        wrong = [name for name in RESULTS if wanted[name] != found[name]]
        print(
            f"{struck} kills of a {given.what}; {'all tables are the same' if not wrong else f'other tables: {wrong}'}"
        )
        raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
