"""A disk that is full, places that may not be written, and inputs that change while they are read.

Whatever cannot be written is said in at most four lines with exit code 13, and nothing is changed by half.
"""

from __future__ import annotations

import os
import random
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.faults.kills import Case, recovered
from tests.faults.processes import Result, fresh, run, surroundings
from tests.faults.scene import JOBS, Job, Scene, sound

_KILOBYTE = 1024


def full(scene: Scene, folder: Path, count: int, seed: int) -> Iterator[Case]:
    """So many full disks: a small one of its own where mounting is allowed, else a limit on the size of files."""
    rng = random.Random(seed)
    mounting = can_mount(folder)
    for number in range(count):
        job = JOBS[number % len(JOBS)]
        disk = mounting and number // len(JOBS) % 2 == 0
        yield partial(on_a_disk if disk else under_a_limit, scene, job, rng.random(), folder / f"{job.name}-{number}")


def can_mount(folder: Path) -> bool:
    """Whether this process may mount a file system in memory."""
    place = folder / "mounted"
    place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(place)], capture_output=True, check=False)
    if done.returncode == 0:
        subprocess.run(["umount", str(place)], check=False)
    return done.returncode == 0


def under_a_limit(scene: Scene, job: Job, part: float, folder: Path) -> str:
    """No file may grow beyond a size somewhere between what is there and what is needed."""
    scene.fresh(folder, job.before)
    size = round(needed(scene, job) * part)
    ended = run(folder, job.line, environment={**job.environment, "FAULT_ROOM": str(size)})
    return judged(scene, job, folder, ended, f"a limit of {size:,} bytes")


def on_a_disk(scene: Scene, job: Job, part: float, folder: Path) -> str:
    """The folder is a file system of its own, with less room than is needed."""
    archive = scene.states[job.before]
    there = archive.stat().st_size if archive else 0
    size = (there + round(needed(scene, job) * part)) // _KILOBYTE + 32
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(folder)], check=True)
    try:
        scene.fresh(folder, job.before)
        ended = run(folder, job.line, environment=job.environment)
        subprocess.run(["mount", "-o", f"remount,size={size + 65536}k", str(folder)], check=True)
        return judged(scene, job, folder, ended, f"a disk of {size:,} kB")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def needed(scene: Scene, job: Job) -> int:
    """About so many bytes the job writes: its archive, or its export."""
    scene.undisturbed(job)
    done = scene.folder / f"undisturbed-{job.name}"
    return max(path.stat().st_size for path in done.iterdir() if path.is_file())


def judged(scene: Scene, job: Job, folder: Path, ended: Result, what: str) -> str:
    """It may have had room enough; if not, it says so, and with more room the same command goes on."""
    if ended.code not in (0, 13) or (ended.code == 13 and not complained(ended)):
        return f"{job.name} with {what} ended with {ended.code}: {ended.err.strip()[-500:]}"
    return recovered(scene, job, folder, what)


def complained(ended: Result) -> bool:
    """Whether it told what went wrong, in no more lines than a person reads."""
    told = ended.err[max(ended.err.find("Error"), 0) :].strip().splitlines()
    return "Traceback" not in ended.err and 1 <= len(told) <= 4


def closed(scene: Scene, folder: Path) -> Iterator[Case]:
    """Places that cannot be written."""
    for job in JOBS:
        # Where there is no archive yet, or another file is written, it is the folder that must not be written to.
        if job.before == "new" or job.name == "export":
            yield partial(read_only, scene, job, folder / f"folder-{job.name}", 0o444, 0o555)
        else:
            yield partial(read_only, scene, job, folder / f"file-{job.name}", 0o444, 0o755)
    for line in (("export",), ("list", "--json"), ("export", "--format", "tmx"), ("stats", "--json")):
        yield partial(full_pipe, scene, line, folder / f"pipe-{'-'.join(line)}")


def read_only(scene: Scene, job: Job, folder: Path, file_mode: int, folder_mode: int) -> str:
    """Run as somebody without the right to write."""
    scene.fresh(folder, job.before)
    archive = folder / "blogarc.db"
    before = archive.read_bytes() if archive.exists() else None
    if before is not None:
        archive.chmod(file_mode)
    folder.chmod(folder_mode)
    try:
        ended = run(folder, job.line, prefix=without_rights(), environment=job.environment)
    finally:
        folder.chmod(0o755)
    if ended.code != 13 or not complained(ended):
        return f"{job.name} without rights ended with {ended.code}: {ended.err.strip()[-500:]}"
    if before is not None and archive.read_bytes() != before:
        return f"{job.name} without rights changed the archive"
    return ""


def without_rights() -> tuple[str, ...]:
    """What to put before a command so that root, too, may write only what its mode says."""
    taken = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={taken}", f"--inh-caps={taken}") if os.geteuid() == 0 else ()


def full_pipe(scene: Scene, line: tuple[str, ...], folder: Path) -> str:
    """Standard output is a device that is always full."""
    scene.fresh(folder, "paired")
    with Path("/dev/full").open("wb") as device:
        ended = subprocess.run(
            fresh(*line), cwd=folder, env=surroundings(), stdout=device, stderr=subprocess.PIPE, text=True, check=False
        )
    result = Result(ended.returncode, b"", ended.stderr)
    if result.code != 13 or not complained(result):
        return f"{' '.join(line)} > /dev/full ended with {result.code}: {result.err.strip()[-500:]}"
    return sound(folder)


def moving(scene: Scene, folder: Path, count: int, seed: int) -> Iterator[Case]:
    """So many inputs that shrink, grow or change while they are read."""
    rng = random.Random(seed)
    for number in range(count):
        yield partial(changing, scene, rng.randrange(1 << 30), folder / f"{number}")


def changing(scene: Scene, seed: int, folder: Path) -> str:
    """What is stored is one state of the file, of which sha256 and text agree, or a read that said it was torn."""
    rng = random.Random(seed)
    folder.mkdir(parents=True)
    source = max((scene.folder / "dumps").iterdir(), key=lambda path: path.stat().st_size)
    data, target, over = source.read_bytes(), folder / "moving.txt", threading.Event()
    target.write_bytes(data)

    def stir() -> None:
        while not over.is_set():
            choice = rng.randrange(3)
            with target.open("rb+") as stream:
                if choice == 0:
                    stream.truncate(rng.randrange(len(data)))
                elif choice == 1:
                    stream.seek(rng.randrange(len(data)))
                    stream.write(data[: rng.randrange(1, 4096)])
                else:
                    stream.write(data)

    thread = threading.Thread(target=stir)
    thread.start()
    try:
        ended = run(folder, ("ingest", "moving.txt"))
    finally:
        over.set()
        thread.join()
    if ended.code not in (0, 3, 4) or "Traceback" in ended.err:
        return f"ingest of a moving file ended with {ended.code}: {ended.err.strip()[-500:]}"
    return sound(folder)
