"""What reaches a terminal: safe, within its width, on the right stream."""

from __future__ import annotations

import io
import json
import sys

import pytest
from rich.console import Console

from blogarc.archive.reports import CheckReport
from blogarc.console import Column, Terminal, number, plain, size, table


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def rendered(renderable: object, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(renderable)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


COLUMNS = [
    Column("id", style="cyan"),
    Column("words", "right"),
    Column("title", flexible=True),
    Column("where", flexible=True),
]
ROWS = [("0123abcd", "1,234", "A long title about the sea and the harbour " * 4, "harbour.txt:1234")] * 3


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_table_fits_its_terminal_and_keeps_ids_and_numbers_whole(width: int) -> None:
    lines = rendered(table(COLUMNS, ROWS), width)
    assert max(map(len, lines)) <= width
    assert all("0123abcd" in line and "1,234" in line for line in lines if "A l" in line)


def test_markup_in_a_dump_is_only_text() -> None:
    shown = "\n".join(rendered(table([Column("t", flexible=True)], [["[red]not red[/red] :smile:"]]), 80))
    assert "[red]not red[/red] :smile:" in shown


def test_a_terminal_is_not_steered_by_a_dump() -> None:
    assert plain("\x1b[31mred\x07").plain == "␛[31mred␇"


def test_data_and_talk_take_different_streams(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.show(plain("data"))
    terminal.talk("talk")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("data\n", "talk\n")


@pytest.mark.parametrize("how", [{"quiet": True}, {"as_json": True}])
def test_quiet_says_nothing_but_errors(how: dict[str, bool], capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(**how)
    terminal.talk("talk")
    terminal.complain("It broke.", "Mend it.")
    assert capsys.readouterr().err == "Error: It broke.\nMend it.\n"


def test_a_complaint_is_two_lines_however_hostile_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().complain("No file \n\n\n\x1b[2J\r\n" + "x" * 5000, "Try\nanother.")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "\x1b" not in lines[0]
    assert len(lines[0]) < 500


def test_json_is_one_document_that_acts_on_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"title": "Año \u202e\x1b[31m\x85", "report": [1, None, 0.5]}
    Terminal(as_json=True).print_json(value)
    out = capsys.readouterr().out
    assert json.loads(out) == value
    assert not set(out) & set("\u202e\x1b\x85")
    assert "Año" in out


def test_a_report_is_json_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(as_json=True).print_json(CheckReport({"dumps": 1}, []))
    assert json.loads(capsys.readouterr().out) == {"checks": {"dumps": 1}, "problems": []}


def test_a_bar_is_drawn_only_where_somebody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blogarc.console._PATIENCE", 0.0)
    for stream, watched in ((Screen(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        terminal = Terminal()
        terminal.progress("Reading", 1, 4, "bytes")
        terminal.progress("Reading", 2, 4, "bytes")
        terminal.progress("Splitting", 0, 0, "dumps")
        terminal.close()
        assert bool(stream.getvalue()) is watched


def test_work_that_is_soon_done_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    terminal = Terminal()
    terminal.progress("Reading", 1, 2, "bytes")
    terminal.progress("Reading", 2, 2, "bytes")
    terminal.close()
    assert screen.getvalue() == ""


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (26_405, "26 kB"), (3 * 10**12, "3.0 TB")]
)
def test_sizes_are_short(count: int, said: str) -> None:
    assert size(count) == said


def test_counts_agree_with_their_nouns() -> None:
    assert [number(n, "copy") for n in (0, 1, 2)] == ["0 copies", "1 copy", "2 copies"]
