"""What the tests share: archives in memory, the sample dumps, and a way to run the command line."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner

from blogarc import Archive, messages

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_data"

# Few examples, because each of them fills an archive; in CI always the same ones, so that a failure is the change's own.
# `make test ARGS=--hypothesis-profile=deep` looks harder.
settings.register_profile("here", max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("deep", settings.get_profile("here"), max_examples=500)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str
    out_bytes: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def complaint(self) -> list[str]:
        """The lines on standard error; the contract allows a failing command four."""
        return self.err.splitlines()


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of whoever runs the tests change nothing."""
    ours = [name for name in os.environ if name.startswith("BLOGARC_")]
    for name in (*ours, "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    messages.use("en")


@pytest.fixture
def served_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `browse` would serve until somebody interrupts it; test_browse.py has that."""

    def serve(*_: object, ready: Callable[[str], None], **__: object) -> None:
        ready("http://127.0.0.1:1/")
        raise KeyboardInterrupt

    monkeypatch.setattr("blogarc.browse.require_datasette", lambda: None)
    monkeypatch.setattr("blogarc.browse.serve", serve)


@pytest.fixture
def archive() -> Iterator[Archive]:
    """A fresh archive in memory."""
    with Archive(":memory:") as fresh:
        yield fresh


@pytest.fixture(scope="session")
def corpus() -> Iterator[Archive]:
    """Both sample dumps, deduplicated and paired, for tests that only look."""
    with Archive(":memory:") as filled:
        filled.ingest(*sample_dumps())
        filled.pairs()
        yield filled


@pytest.fixture(scope="session")
def _filled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "blogarc.db"
    with Archive(path) as filled:
        filled.ingest(*sample_dumps())
        filled.pairs()
    return path


@pytest.fixture
def filled(_filled_file: Path, tmp_path: Path) -> Path:
    """An archive file of one's own with both sample dumps, deduplicated and paired."""
    path = tmp_path / "filled.db"
    shutil.copyfile(_filled_file, path)
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command in a folder of its own, as `blogarc ...` would."""
    from blogarc.cli import app

    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def blogarc(*arguments: object, stdin: bytes | None = None) -> Outcome:
        ended = CliRunner().invoke(app, [str(a) for a in arguments], input=stdin, prog_name="blogarc")
        return Outcome(ended.exit_code, ended.stdout, ended.stderr, ended.stdout_bytes)

    yield blogarc
    signal.signal(signal.SIGTERM, before)


def sample_dumps() -> list[Path]:
    """The sample dumps, in the order of their names."""
    return sorted(SAMPLES.glob("*.txt"))


def contents(path: Path) -> bytes:
    """What a command may not have changed."""
    return path.read_bytes()
