"""A few of all faults, chosen by a seed; `make faults` makes every one happen, and docs/faults.md has its table."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="limits on a process are a matter of Unix")

from tests.faults import corruption, disks, kills, strangers, writers
from tests.faults.kills import Case
from tests.faults.scene import JOBS, Scene

SEED = int(os.environ.get("FAULTS_SEED", "5"))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene") / "scene")


def some(cases: Iterator[Case], count: int) -> list[Case]:
    return random.Random(SEED).sample(list(cases), count)


def test_killed_at_a_named_point_it_goes_on(scene: Scene, tmp_path: Path) -> None:
    for job in random.Random(SEED).sample(JOBS, 2):
        points = kills.points_of(scene, job, tmp_path / f"{job.name}-points")
        point = random.Random(SEED).choice(points)
        assert kills.at_point(scene, job, point, tmp_path / job.name) == ""


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (lambda scene, folder: kills.at_random(scene, folder, 12, SEED), 2),
        (lambda scene, folder: kills.asked(scene, folder, 12, SEED), 1),
        (lambda scene, folder: kills.half_exports(scene, folder, 2, SEED), 2),
        (lambda scene, folder: disks.full(scene, folder, 12, SEED), 2),
        (disks.closed, 2),
        (lambda scene, folder: disks.moving(scene, folder, 1, SEED), 1),
        (lambda scene, folder: strangers.all_of(folder, 0.02), 16),
        (lambda scene, folder: writers.together(scene, folder, 1, SEED), 1),
        (lambda scene, folder: corruption.damaged(scene, folder, 12, SEED), 4),
    ],
    ids=[
        "killed",
        "stopped",
        "half an export",
        "a full disk",
        "no rights",
        "a moving input",
        "strangers",
        "many writers",
        "damaged",
    ],
)
def test_nothing_is_lost(
    scene: Scene, tmp_path: Path, make: Callable[[Scene, Path], Iterator[Case]], count: int
) -> None:
    for case in some(make(scene, tmp_path), count):
        assert case() == ""


def test_the_harness_finds_what_is_wrong(scene: Scene, tmp_path: Path) -> None:
    """An archive that lacks a dump is not what it would have been, and one whose article was changed does not check."""
    from tests.faults.scene import opened, sound

    folder = scene.fresh(tmp_path / "hurt", "paired")
    with opened(folder / "blogarc.db") as db:
        db.execute("UPDATE articles SET text = text || ' and more' WHERE id = 1")
    assert "is not that of its paragraphs" in sound(folder)
    job = next(job for job in JOBS if job.name == "ingest")
    (tmp_path / "few").mkdir()
    few = next(islice((scene.folder / "dumps").iterdir(), 1))
    (tmp_path / "few" / "dumps").mkdir()
    (tmp_path / "few" / "dumps" / few.name).write_bytes(few.read_bytes())
    assert "the outcome differs" in kills.recovered(scene, job, tmp_path / "few", "nowhere")


@pytest.mark.parametrize(
    "name", ["one line of a gigabyte", "a million empty lines", "a bomb of gzip", "a bomb of Parquet"]
)
def test_what_is_large_takes_little_memory(name: str, tmp_path: Path) -> None:
    """A fiftieth of the real thing; it shows as well that memory does not grow faster than the file."""
    stranger = next(stranger for stranger in strangers.STRANGERS if stranger.name == name)
    assert strangers.met(stranger, tmp_path / "met", 0.02) == ""
