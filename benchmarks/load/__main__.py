"""A gigabyte of dumps, in bounded memory, interrupted and resumed.

    python -m benchmarks.load [GIGABYTES] [--folder FOLDER] [--kills 2] [--undisturbed] [--keep]

Makes dumps of posts with planted copies and translations (`corpus`), and runs ingest, dedupe, pairs and export over them, each
in a process of its own. Ingest, dedupe and pairs are killed (SIGKILL) so many times, at other parts of the time that they
take, and typed again. Says of each stage how long it took and how much memory at most; `--undisturbed` does all once more
without a kill, and compares the exported bytes. What is exported is written to disk, and is not kept.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.load.corpus import write

_MEGABYTE = 1 << 20
STAGES = (("ingest", "dumps"), ("dedupe",), ("pairs",), ("export", "-o", "corpus.jsonl"))


def run(folder: Path, line: tuple[str, ...], kill_after: float | None = None) -> tuple[float, int, bool]:
    """Run a command; the seconds that it took, the most bytes of memory, and whether it was killed: after so many seconds,
    if that is said and it still ran."""
    clock = time.perf_counter()
    command = [sys.executable, "-m", "blogarc", *line, "--quiet"]
    process = subprocess.Popen(command, cwd=folder)
    peak = 0
    while process.poll() is None:
        peak = max(peak, memory(process.pid))
        if kill_after is not None and time.perf_counter() - clock > kill_after:
            process.send_signal(signal.SIGKILL)
            process.wait()
            break
        time.sleep(0.05)
    killed = kill_after is not None and process.returncode == -signal.SIGKILL
    if not killed and process.returncode not in (0, 3):
        sys.exit(f"{' '.join(line)} ended with {process.returncode}")
    return time.perf_counter() - clock, peak, killed


def memory(pid: int) -> int:
    """The most bytes that a process had at a time so far; 0 once it has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    except (OSError, ValueError):
        pass
    return 0


def through(folder: Path, kills: int, first: dict[str, float]) -> dict[str, str]:
    """All stages; a row of the table for each. `first` says about how long each takes, where it is to be killed."""
    rows: dict[str, str] = {}
    for line in STAGES:
        killed = 0
        for part in (k / (kills + 1) for k in range(1, kills + 1)):
            if line[0] in first and first[line[0]] * part > 1:
                killed += run(folder, line, first[line[0]] * part)[2]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds, peak, _ = run(folder, line)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        first.setdefault(line[0], seconds)
        rows[line[0]] = f"| {line[0]} | {seconds:.0f} | {cpu:.0f} | {peak // _MEGABYTE:,} | {killed} |"
        print(rows[line[0]], flush=True)
    return rows


def digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gigabytes", nargs="?", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder if none is named")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--undisturbed", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the archive there")
    given = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="load", dir=given.folder))
    try:
        clock = time.perf_counter()
        posts, size = write(place / "dumps", int(given.gigabytes * 1e9))
        print(f"{size / 1e9:.2f} GB of dumps, {posts:,} copies of posts, made in {time.perf_counter() - clock:.0f} s\n")
        print(
            "| stage | seconds | of processor | MB of memory | killed before |\n| --- | ---: | ---: | ---: | ---: |",
            flush=True,
        )
        # How long things take is learned from a tenth of it, or from the run that nothing disturbs.
        expected: dict[str, float] = {}
        results = []
        if given.undisturbed:
            (place / "left-alone").mkdir()
            (place / "left-alone" / "dumps").symlink_to(place / "dumps")
            through(place / "left-alone", 0, expected)
            results.append(digest(place / "left-alone" / "corpus.jsonl"))
            print("| *and killed* | | | | |")
        else:
            expected = {"ingest": 300 * given.gigabytes, "dedupe": 20 * given.gigabytes, "pairs": 300 * given.gigabytes}
        (place / "killed").mkdir()
        (place / "killed" / "dumps").symlink_to(place / "dumps")
        through(place / "killed", given.kills, expected)
        results.append(digest(place / "killed" / "corpus.jsonl"))
        archive = (place / "killed" / "blogarc.db").stat().st_size
        print(f"\nThe archive has {archive / 1e9:.2f} GB.")
        if given.undisturbed:
            print("The exported bytes are the same." if len(set(results)) == 1 else "THE EXPORTED BYTES DIFFER.")
        print(f"Exported: sha256 {results[-1][:16]}, {os.cpu_count()} cores.")
        return int(len(set(results)) > 1)
    finally:
        if not given.keep:
            shutil.rmtree(place)


if __name__ == "__main__":
    sys.exit(main())
