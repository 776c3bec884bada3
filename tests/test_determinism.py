"""The same dumps give the same bytes: whatever the hash seed, the processes, the locale and the order of ingestion.

`BLOGARC_PYTHONS="python3.12 python3.13"` names other Pythons, with blogarc installed, that must agree as well.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLES
from tests.planting import plant

# The whole way, in a process of its own; what it prints is a digest of every export.
PIPELINE = """
import hashlib, sys, tempfile
from pathlib import Path
from blogarc import Archive
jobs, *dumps = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder, Archive(Path(folder, "a.db")) as archive:
    for dump in dumps:
        archive.ingest(dump, jobs=int(jobs))
    for name in ("jsonl", "tmx", "moses"):
        for every in (False, True) if name == "jsonl" else (False,):
            archive.export(Path(folder, "out"), format=name, every=every)
    for path in sorted(Path(folder).iterdir()):
        if path.suffix != ".db":
            print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    print([row["text"] for row in archive.leftovers()].__repr__().__len__())
"""


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("dumps")
    paths = sorted(SAMPLES.glob("*.txt"))
    for name, text in plant("paginated", 11).files.items():
        (folder / name).write_text(text, "utf-8", newline="")
        paths.append(folder / name)
    return paths


def outcome(dumps: list[Path], *, python: str = sys.executable, jobs: int = 1, **surroundings: str) -> str:
    ended = subprocess.run(
        [python, "-c", PIPELINE, str(jobs), *map(str, dumps)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1", **surroundings},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout


@pytest.fixture(scope="module")
def usual(dumps: list[Path]) -> str:
    return outcome(dumps, PYTHONHASHSEED="0")


def test_it_is_the_same_under_another_hash_seed_in_another_order_and_locale(dumps: list[Path], usual: str) -> None:
    """Three at once, so that a difference is found by one run; which of them made it is then easily told."""
    assert outcome(dumps[::-1], PYTHONHASHSEED="1", LC_ALL="es_ES.UTF-8", LANG="es_ES.UTF-8") == usual


def test_it_is_the_same_with_two_processes(dumps: list[Path], usual: str) -> None:
    assert outcome([*dumps[1:], dumps[0]], jobs=2, PYTHONHASHSEED="2", LC_ALL="C") == usual


@pytest.mark.parametrize("python", os.environ.get("BLOGARC_PYTHONS", "").split())
def test_it_is_the_same_in_another_python(dumps: list[Path], usual: str, python: str) -> None:
    assert outcome(dumps, python=python) == usual


def test_the_digest_tells_different_corpora_apart(dumps: list[Path], usual: str) -> None:
    assert outcome(dumps[:1]) != usual
    assert hashlib.sha256(b"").hexdigest() not in usual
