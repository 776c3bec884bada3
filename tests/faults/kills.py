"""SIGKILL at any moment: the archive opens, checks, and the same command goes on to the end it would have had.

A kill is at a named point (before and after each begin, commit, fsync and rename that Python makes), at a system call
(`strace --inject`, where there is strace: every write and sync that SQLite itself makes), or after a random time. It shows
that no state on the way is a bad one; it does not show what a disk does when the power fails.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from blogarc.export import ARTICLES
from tests.faults.processes import Process, run
from tests.faults.scene import FORMATS, JOBS, Job, Scene, folder_lines, outcome, sound

Case = Callable[[], str]  # empty, or what was wrong

SYSTEM_CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate")


def points_of(scene: Scene, job: Job, folder: Path) -> list[str]:
    """Every point that the job passes, with its number: "after commit:2"."""
    scene.fresh(folder, job.before)
    counts = folder.parent / f"{folder.name}.json"
    run(folder, job.line, environment={**job.environment, "FAULT_COUNT": str(counts)})
    passed = json.loads(counts.read_text())
    return [f"{point}:{number}" for point in sorted(passed) for number in range(1, passed[point] + 1)]


def at_point(scene: Scene, job: Job, point: str, folder: Path) -> str:
    """Kill at a named point; empty, or what was wrong afterwards."""
    scene.fresh(folder, job.before)
    ended = run(folder, job.line, environment={**job.environment, "FAULT_AT": point})
    if ended.code != -signal.SIGKILL:
        return f"{job.name} was not killed at {point}: it ended with {ended.code}"
    return recovered(scene, job, folder, point)


def after_seconds(scene: Scene, job: Job, part: float, folder: Path) -> str:
    """Kill after a part of the time that it usually takes; sooner if it was over by then."""
    seconds = scene.seconds(job) * part
    while True:
        scene.fresh(folder, job.before)
        process = Process(folder, job.line, job.environment)
        if not process.wait(seconds):
            process.send(signal.SIGKILL)
        if process.result().code == -signal.SIGKILL:
            break
        shutil.rmtree(folder)
        seconds *= 0.8
    return recovered(scene, job, folder, f"{seconds:.3f} s")


def at_system_call(scene: Scene, job: Job, call: str, number: int, folder: Path) -> str:
    """Kill as the process makes its so many-th call of a kind."""
    scene.fresh(folder, job.before)
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    prefix = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
    ended = run(folder, job.line, prefix=prefix, environment=job.environment)
    # How often a thread writes is not the same each time: the last calls may not come.
    return recovered(scene, job, folder, f"{call} {number}") if ended.code != 0 else ""


def calls_of(scene: Scene, job: Job, folder: Path) -> Iterator[tuple[str, int]]:
    """Each system call that can leave a half-done state, counted without disturbing it."""
    scene.fresh(folder, job.before)
    log = folder.parent / f"{folder.name}.strace"
    run(folder, job.line, prefix=("strace", "-f", "-qq", "-o", str(log), "-e", f"trace={','.join(SYSTEM_CALLS)}"),
        environment=job.environment)  # fmt: skip
    counts: dict[str, int] = {}
    for name in re.findall(r"^\d+\s+(\w+)\(", log.read_text("utf-8", "replace"), re.M):
        counts[name] = counts.get(name, 0) + 1
    for name, count in counts.items():
        yield from ((name, number) for number in range(1, count + 1))


def can_trace() -> bool:
    """Whether strace is here and may do its work."""
    if shutil.which("strace") is None:
        return False
    return (
        subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0
    )


def recovered(scene: Scene, job: Job, folder: Path, where: str) -> str:
    """Type the same command again, and compare with the folder in which nothing happened."""
    place = f"{job.name} killed at {where}"
    if (folder / "corpus.jsonl").exists() and outcome(folder) != scene.undisturbed(job):
        return f"{place}: half an export is there"
    # Before anything is repaired by a command, the archive as it was left opens and checks.
    wrong = sound(folder)
    if wrong:
        return f"{place}: {wrong}"
    again = run(folder, job.line, environment=job.environment)
    if again.code != 0:
        return f"{place}: the second time it ended with {again.code}: {again.err.strip()}"
    # What a killed process was writing beside the archive has a name that says so, and is nobody's copy of anything.
    for path in folder.glob(".*.part"):
        path.unlink()
    if outcome(folder) != scene.undisturbed(job):
        return f"{place}: the outcome differs: " + first_difference(scene, job, folder)
    return ""


def first_difference(scene: Scene, job: Job, folder: Path) -> str:
    """For whoever has to find out why."""
    good, bad = folder_lines(scene.folder / f"undisturbed-{job.name}"), folder_lines(folder)
    for one, other in zip(good, bad, strict=False):
        if one != other:
            return f"{other[:150]!r} instead of {one[:150]!r}"
    return "one has more lines"


def at_points(scene: Scene, folder: Path, share: float, seed: int) -> Iterator[Case]:
    """Every named point of every job, or a share of them."""
    rng = random.Random(seed)
    for job in JOBS:
        for number, point in enumerate(points_of(scene, job, folder / f"{job.name}-points")):
            if rng.random() < share:
                yield partial(at_point, scene, job, point, folder / f"{job.name}-{number}")


def at_system_calls(scene: Scene, folder: Path, count: int, seed: int) -> Iterator[Case]:
    """So many of the system calls that can leave something half-done, as many of each job."""
    rng = random.Random(seed)
    for job in JOBS:
        calls = list(calls_of(scene, job, folder / f"{job.name}-calls"))
        for call, number in rng.sample(calls, min(len(calls), -(-count // len(JOBS)))):
            yield partial(at_system_call, scene, job, call, number, folder / f"{job.name}-{call}-{number}")


def at_random(scene: Scene, folder: Path, count: int, seed: int) -> Iterator[Case]:
    """So many kills at random moments."""
    rng = random.Random(seed)
    for number in range(count):
        job = JOBS[number % len(JOBS)]
        yield partial(after_seconds, scene, job, rng.random(), folder / f"{job.name}-{number}")


def asked(scene: Scene, folder: Path, count: int, seed: int) -> Iterator[Case]:
    """So many requests to stop, by SIGINT and SIGTERM, at random moments."""
    rng = random.Random(seed)
    for number in range(count):
        job, asking = JOBS[number % len(JOBS)], (signal.SIGINT, signal.SIGTERM)[number // len(JOBS) % 2]
        yield partial(stopped, scene, job, asking, rng.random(), folder / f"{job.name}-{number}")


def stopped(scene: Scene, job: Job, asking: signal.Signals, part: float, folder: Path) -> str:
    """Ask a job to stop after a part of its time: it says so in its exit code, and says nothing else than it should."""
    scene.fresh(folder, job.before)
    process = Process(folder, job.line, job.environment)
    if not process.wait(scene.seconds(job) * part):
        process.send(asking)
    ended = process.result()
    # Before the command is up and has its handlers, the signal itself ends the process, or Python, which then says nothing.
    unheard = ended.code == -asking or (ended.code == 1 and not ended.err) or "KeyboardInterrupt" in ended.err
    if ended.code not in (0, 128 + asking) and not unheard:
        return f"{job.name} ended {asking.name} with {ended.code}: {ended.err}"
    if ended.code == 128 + asking and len(ended.err.strip().splitlines()) > 4:
        return f"{job.name} said too much at {asking.name}: {ended.err}"
    return recovered(scene, job, folder, f"{asking.name} after {part:.2f} of its time")


def half_exports(scene: Scene, folder: Path, count: int, seed: int) -> Iterator[Case]:
    """End each export at so many places of its bytes: the file is there whole or not at all."""
    rng = random.Random(seed)
    for form in FORMATS:
        job = Job(f"export {form}", ("export", "--format", form, "-o", "corpus"), "paired")
        scene.undisturbed(job)
        done = (scene.folder / f"undisturbed-{job.name}").glob("corpus*/**/*" if is_folder(form) else "corpus*")
        size = max(path.stat().st_size for path in done if path.is_file())
        for number in range(count):
            yield partial(half_export, scene, job, rng.randrange(size), folder / f"{form}-{number}")


def is_folder(form: str) -> bool:
    return form in ARTICLES and ARTICLES[form].fill is not None


def half_export(scene: Scene, job: Job, size: int, folder: Path) -> str:
    scene.fresh(folder, job.before)
    ended = run(folder, job.line, environment={"FAULT_SIZE": str(size)})
    if ended.code != -signal.SIGXFSZ:
        return f"{job.name} was not ended at {size:,} bytes: {ended.code}: {ended.err}"
    halves = [path.name for path in folder.iterdir() if path.name.startswith("corpus")]
    return f"{job.name} ended at {size:,} bytes left {halves}" if halves else ""
