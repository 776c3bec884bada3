"""The sample dumps come out as their labels say, and so does the real dump where it is at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from blogarc import Archive
from tests.conftest import ROOT, SAMPLES, sample_dumps
from tests.scoring import PERFECT, load_gold, score

GOLD = sorted(SAMPLES.glob("*.gold.json"))
DEV = ROOT.parent / "shared" / "dev"


# Where a score is not perfect: pinned, so that a change that moves it says why.
SHORT_OF_PERFECT: dict[str, dict[str, float]] = {}


def reached(*names: str) -> dict[str, float]:
    """What the scores are expected to be."""
    return PERFECT | SHORT_OF_PERFECT.get("+".join(names), {})


def rounded(scores: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in scores.items()}


def name_of(path: Path) -> str:
    return path.name.removesuffix(".gold.json")


@pytest.mark.parametrize("path", GOLD, ids=name_of)
def test_each_sample_comes_out_as_its_labels_say(path: Path) -> None:
    with Archive(":memory:") as archive:
        archive.ingest(path.with_name(f"{name_of(path)}.txt"))
        archive.pairs()
        assert rounded(score(load_gold(path), list(archive.records(every=True)))) == reached(name_of(path))


def test_the_samples_together_come_out_as_each_alone(corpus: Archive) -> None:
    assert rounded(score(load_gold(*GOLD), list(corpus.records(every=True)))) == reached(*map(name_of, GOLD))


@pytest.mark.parametrize("path", GOLD, ids=name_of)
def test_labels_account_for_every_line_once(path: Path) -> None:
    gold = load_gold(path)
    owners = [line for copy in gold.copies for line in copy.lines] + sorted(gold.furniture)
    assert len(owners) == len(set(owners))
    # What is neither is a line that a copy may leave out.
    assert set(owners) <= set(gold.texts)
    for copy in gold.copies:
        assert copy.starts <= set(gold.texts)


@pytest.mark.parametrize("path", GOLD, ids=name_of)
def test_samples_hold_what_makes_dumps_hard(path: Path) -> None:
    lines = path.with_name(f"{name_of(path)}.txt").read_text("utf-8").split("\n")
    assert any(line and not line.strip("\u00a0 ") and "\u00a0" in line for line in lines), "a line of no-break spaces"


class TestTheScorer:
    """A scorer is believed once it has been seen to find fault."""

    @pytest.fixture
    def records(self, corpus: Archive) -> list[dict]:
        return list(corpus.records(every=True))

    def test_misses_a_record_that_is_not_there(self, records: list[dict]) -> None:
        scores = score(load_gold(*GOLD), records[1:])
        assert scores["starts"] < 1
        assert scores["exact"] < 1
        assert scores["lost"] > 0

    def test_sees_furniture_in_a_record(self, records: list[dict]) -> None:
        first = next(r for r in records if r["source"] == "harbour.txt")
        lines = (SAMPLES / "harbour.txt").read_text("utf-8").split("\n")
        leaking = first | {"start_line": 1, "text": lines[0] + "\n\n" + first["text"]}
        scores = score(load_gold(*GOLD), [leaking, *(r for r in records if r is not first)])
        assert scores["leaked"] > 0
        assert scores["starts"] < 1

    def test_sees_a_wrong_language_cluster_and_pair(self, records: list[dict]) -> None:
        wrong = [r | {"language": "pt", "cluster": "one", "translations": []} for r in records]
        scores = score(load_gold(*GOLD), wrong)
        assert scores["language"] == 0
        assert scores["duplicates"] < 0.2
        assert scores["pairs"] == 0

    def test_of_nothing_finds_nothing(self) -> None:
        scores = score(load_gold(*GOLD), [])
        assert (scores["starts"], scores["exact"], scores["lost"], scores["leaked"]) == (0, 0, 1, 0)


AMERICAS = DEV / "americas" / "dump.txt"


def corpus_of(*dumps: Path) -> set[tuple]:
    with Archive(":memory:") as archive:
        for dump in dumps:
            archive.ingest(dump)
        archive.pairs()
        assert archive.check().ok
        assert archive.stats().dumps == len(dumps)
        # The same id means the same words.
        return {(r["id"], r["title"], len(r["translations"])) for r in archive.records()}


@pytest.mark.parametrize("dump", [*sample_dumps(), AMERICAS], ids=lambda p: p.stem)
def test_a_copy_without_its_last_newline_is_another_dump_of_the_same_corpus(dump: Path, tmp_path: Path) -> None:
    if not dump.exists():
        pytest.skip("the real dump is not part of the repository")
    cut = tmp_path / "copy.txt"
    data = dump.read_bytes()
    cut.write_bytes(data[:-1] if data.endswith(b"\n") else data + b"\n")
    assert corpus_of(dump, cut) == corpus_of(dump)


@pytest.mark.skipif(not DEV.is_dir(), reason="the real dump is not part of the repository")
def test_the_real_dump_comes_out_right() -> None:
    floors = ("bF1=1", "exact=1", "lang=1", "dF1=1", "tF1=1", "leaked=0", "lost=0")
    command = [sys.executable, DEV / "evaluate.py", "--only", "americas", "--blogarc", f"{sys.executable} -m blogarc"]
    for floor in floors:
        command += ["--floor", floor]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
