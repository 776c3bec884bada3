"""Reviewing: the closest calls, one key each, nothing lost, and nothing asked twice."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive, read, segmentation
from blogarc.errors import NoArchiveError, UsageError
from blogarc.model import LineRuling, Verdict
from blogarc.segmentation.decoding import decode
from blogarc.segmentation.margins import margins
from blogarc.text import fingerprint
from tests.conftest import SAMPLES, Run, contents

HARBOUR = SAMPLES / "harbour.txt"
STEPS = np.array([[-4.0, 0, -4], [-2.5, 0, -2.5], [1, -3, 0.5]])
OPENING = np.array([0.0, -np.inf, 0.0])
WORTH = st.floats(-9, 9, width=16)


class TestMargins:
    @given(st.lists(st.tuples(WORTH, WORTH, st.booleans()), min_size=1, max_size=6))
    def test_are_what_the_best_labels_would_lose(self, told: list[tuple[float, float, bool]]) -> None:
        start, furniture = (np.array([row[n] for row in told]) for n in (0, 1))
        begins = np.array([n == 0 or row[2] for n, row in enumerate(told)])
        every = [(labels, worth(labels, start, furniture, begins)) for labels in product(range(3), repeat=len(told))]
        found = margins(start, furniture, begins, STEPS, OPENING)
        for place, margin in enumerate(found.tolist()):
            best = [max(value for labels, value in every if (labels[place] == 0) is cut) for cut in (True, False)]
            assert margin == pytest.approx(best[0] - best[1])

    def test_agree_with_the_labels(self) -> None:
        rng = np.random.default_rng(7)
        start, furniture = rng.normal(0, 5, 500), rng.normal(0, 5, 500)
        begins = np.arange(500) % 100 == 0
        found = margins(start, furniture, begins, STEPS, OPENING)
        assert ((found > 0) == (decode(start, furniture, begins, STEPS, OPENING) == 0)).all()


def worth(labels: tuple[int, ...], start: np.ndarray, furniture: np.ndarray, begins: np.ndarray) -> float:
    """What these labels are worth, summed as the definition says."""
    total = 0.0
    for n, label in enumerate(labels):
        total += (start[n], 0.0, furniture[n])[label]
        total += OPENING[label] if begins[n] else STEPS[labels[n - 1], label]
    return float(total)


class TestDoubts:
    def test_come_the_closest_first_and_never_where_a_dump_begins(self) -> None:
        dumps = [read(path) for path in sorted(SAMPLES.glob("*.txt"))]
        found = list(segmentation.doubts(dumps))
        assert [abs(d.margin) for d in found] == sorted(abs(d.margin) for d in found)
        assert len(found) == sum(len(dump.paragraphs) - 1 for dump in dumps)
        assert all(d.ordinal > 0 for d in found)

    def test_are_gone_where_a_person_ruled(self) -> None:
        dump = read(HARBOUR)
        place = next(segmentation.doubts([dump])).ordinal
        prints = [fingerprint(p.text) for p in dump.paragraphs]
        for verdict in (Verdict.CUT, Verdict.NO_CUT, Verdict.BOILERPLATE):
            ruling = LineRuling(verdict, prints[place - 1], prints[place], prints[place + 1])
            assert place not in {d.ordinal for d in segmentation.doubts([dump], [ruling])}


@pytest.fixture
def full(filled: Path) -> Iterator[Archive]:
    with Archive(filled) as archive:
        yield archive


class TestCalls:
    def test_are_splits_duplicates_and_pairs_in_this_order(self, full: Archive) -> None:
        calls = full.review()
        assert [kind for kind, _ in _runs(call.kind for call in calls)] == ["split", "duplicate", "pair"]
        assert all(full.look(call) for call in calls)
        assert [call.kind for call in full.review(["pairs"], limit=2)] == ["pair", "pair"]

    def test_say_what_stands(self, full: Archive) -> None:
        starts = {f"{r['source']}:{r['start_line']}" for r in full.records(every=True)}
        for call in full.review(["splits"], limit=50):
            assert call.taken == (call.first in starts)

    @pytest.mark.parametrize("answer", ["yes", "no"])
    def test_are_not_asked_again_once_answered(self, full: Archive, answer: str) -> None:
        for call in full.review(limit=2):
            if full.look(call) is None:
                continue
            full.decide(getattr(call, answer), *call.references)
            assert full.look(call) is None
            again = full.review(limit=100)
            assert (call.kind, call.references) not in {(c.kind, c.references) for c in again}
        assert full.check().ok

    def test_a_near_miss_can_be_taken(self, full: Archive) -> None:
        pair = full.pairs().pairs[0]
        full.decide("not-pair", pair.source, pair.target)
        full.pairs()
        full.undo()
        assert (pair.source, pair.target) in {call.references for call in full.review(["pairs"])}

    def test_what_is_gone_is_not_shown(self, full: Archive) -> None:
        call = full.review(["duplicates"])[0]
        place = "{source}:{start_line}".format(**full.show(call.first))
        full.decide("cut", f"{place.rpartition(':')[0]}:{int(place.rpartition(':')[2]) + 2}")
        assert full.look(call) is None

    def test_need_an_archive_and_a_kind(self, archive: Archive) -> None:
        with pytest.raises(NoArchiveError):
            archive.review()
        with pytest.raises(UsageError, match="nothing to review") as caught:
            archive.review(["split"])
        assert "splits" in caught.value.hint

    def test_find_what_they_need_first(self, archive: Archive) -> None:
        archive.ingest(HARBOUR)
        assert {call.kind for call in archive.review()} == {"split", "duplicate", "pair"}


def _runs(kinds: Iterator[str]) -> list[tuple[str, int]]:
    told: list[tuple[str, int]] = []
    for kind in kinds:
        told = [*told[:-1], (kind, told[-1][1] + 1)] if told and told[-1][0] == kind else [*told, (kind, 1)]
    return told


class TestLines:
    """Where standard input is no terminal, a line is an answer."""

    def test_answer_skip_undo_and_quit(self, run: Run, filled: Path) -> None:
        ended = run("review", "--limit", "3", "-d", filled, stdin=b"yes\nn\nu\ns\nq\n")
        assert ended.code == 0
        assert "1 decision, 1 skipped" in ended.err
        assert "Next: blogarc pairs" in ended.err
        decided = run("decide", "--list", "--json", "-d", filled).json
        assert [d["verdict"] for d in decided] == ["cut"]

    def test_the_end_of_the_input_is_the_end(self, run: Run, filled: Path) -> None:
        before = contents(filled)
        assert run("review", "-d", filled, stdin=b"").code == 0
        assert contents(filled) == before

    def test_furniture_is_an_answer_to_a_split_only(self, run: Run, filled: Path) -> None:
        run("review", "--only", "splits", "-d", filled, stdin=b"f\nq\n")
        run("review", "--only", "duplicates", "-d", filled, stdin=b"f\nq\n")
        assert [d["verdict"] for d in run("decide", "--list", "--json", "-d", filled).json] == ["boilerplate"]

    def test_undo_takes_back_skips_and_answers_of_this_run_only(self, run: Run, filled: Path) -> None:
        run("review", "-d", filled, stdin=b"y\n")
        ended = run("review", "-d", filled, stdin=b"s\nu\nu\nq\n")
        assert "Nothing was answered in this run" in ended.err
        assert len(run("decide", "--list", "--json", "-d", filled).json) == 1

    def test_more_explains(self, run: Run, filled: Path) -> None:
        assert "For and against a cut before it" in run("review", "-d", filled, stdin=b"m\nq\n").out

    def test_a_contradiction_is_said_and_the_call_stays(
        self, run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Archive(filled) as archive:
            call = archive.review(["duplicates"])[0]
            third = next(r["id"] for r in archive.list() if r["id"] not in call.references)
            archive.decide("same", call.first, third)
            archive.decide("different", third, str(call.second))
        # Somebody else has decided that while the call was waiting.
        monkeypatch.setattr(Archive, "review", lambda *_, **__: [call])
        ended = run("review", "--only", "duplicates", "-d", filled, stdin=b"y\ns\nq\n")
        assert ended.code == 0
        assert "0 decisions, 1 skipped" in ended.err
        assert "contradicts" in ended.err

    def test_a_rehearsal_keeps_nothing(self, run: Run, filled: Path) -> None:
        before = contents(filled)
        ended = run("review", "--dry-run", "-d", filled, stdin=b"y\nn\n")
        assert "2 decisions" in ended.err
        assert contents(filled) == before

    def test_what_differs_is_marked_without_colours_too(self, run: Run, filled: Path) -> None:
        shown = run("review", "--only", "duplicates", "-d", filled, stdin=b"").out
        assert "[-catorce-]{+quince+}" in shown

    def test_json_lists_the_calls_with_the_verdicts_that_settle_them(self, run: Run, filled: Path) -> None:
        calls = run("review", "--json", "-d", filled).json
        assert {call["kind"]: (call["yes"], call["no"]) for call in calls} == {
            "split": ("cut", "no-cut"), "duplicate": ("same", "different"), "pair": ("pair", "not-pair"),
        }  # fmt: skip


class Typist:
    """Somebody at a terminal: types keys, and waits for what appears."""

    def __init__(self, *arguments: object, cwd: Path) -> None:
        ours, theirs = pty.openpty()
        self.screen, self.shown = ours, ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "blogarc", *map(str, arguments)],
            cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"},
        )  # fmt: skip
        os.close(theirs)

    def wait_for(self, pattern: str, seconds: float = 20.0) -> str:
        """What was shown up to this."""
        until = time.monotonic() + seconds
        while not (found := re.search(pattern, self.shown)):
            assert time.monotonic() < until, f"waited for {pattern!r}, saw {self.shown[-800:]!r}"
            if select.select([self.screen], [], [], 0.2)[0]:
                try:
                    self.shown += os.read(self.screen, 65536).decode("utf-8", "replace")
                except OSError:  # the terminal is closed
                    found = re.search(pattern, self.shown)
                    assert found, f"ended before {pattern!r}: {self.shown[-800:]!r}"
                    break
        before, self.shown = self.shown[: found.end()], self.shown[found.end() :]
        return before

    def press(self, key: str) -> None:
        self.wait_for(r"q quit\S*\s")
        # The question is there a moment before the terminal listens; what is typed too early is discarded, as it should be.
        time.sleep(0.3)
        os.write(self.screen, key.encode())

    def end(self) -> int:
        with suppress(OSError):
            while select.select([self.screen], [], [], 0.5)[0] and (more := os.read(self.screen, 65536)):
                self.shown += more.decode("utf-8", "replace")
        code = self.process.wait(20)
        os.close(self.screen)
        return code


class TestTerminal:
    def test_one_key_is_enough(self, filled: Path, tmp_path: Path) -> None:
        typist = Typist("review", "--limit", "2", "-d", filled, cwd=tmp_path)
        typist.press("y")
        typist.wait_for("Decided, as 1")
        typist.press("u")
        typist.wait_for("Undone: 1")
        typist.press("x")  # no answer: the keys are shown again
        typist.press("n")
        typist.wait_for("Decided, as 2")
        typist.press("q")
        assert typist.end() == 0
        assert "1 decision, 0 skipped" in typist.shown

    def test_a_kill_loses_nothing_and_the_next_run_goes_on(self, filled: Path, tmp_path: Path) -> None:
        typist = Typist("review", "--only", "splits", "-d", filled, cwd=tmp_path)
        first = typist.wait_for(r"start at (\S+)\?")
        typist.press("y")
        typist.wait_for("Decided, as 1")
        typist.wait_for("q quit")
        typist.process.send_signal(signal.SIGKILL)
        typist.end()
        with Archive(filled) as archive:
            assert [d["verdict"] for d in archive.decisions()] == ["cut"]
            assert archive.check().ok
            assert archive.review(["splits"])[0].first not in first

    def test_an_interrupt_leaves_the_terminal_as_it_was(self, filled: Path, tmp_path: Path) -> None:
        import termios

        typist = Typist("review", "-d", filled, cwd=tmp_path)
        before = termios.tcgetattr(typist.screen)
        typist.press("\x03")
        typist.wait_for("Interrupted")
        assert termios.tcgetattr(typist.screen) == before
        assert typist.end() == 130
