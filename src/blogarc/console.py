"""What a person sees: tables, sentences, progress, JSON. Data goes to standard output, talk to standard error.

Every text passes `text.visible` here, whatever it is, before a terminal gets it; rich never reads it as markup.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, Literal

from blogarc.messages import counted, say, translated
from blogarc.text import visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID
    from rich.text import Text

Justify = Literal["left", "right"]

# A table that nobody watches is not cut to the width of a screen that is not there.
_PIPE_WIDTH = 160
# A column that may be cut keeps so much.
_NARROWEST = 8
# Work that takes less time than this shows no progress bar.
_PATIENCE = 0.5


def plain(text: object, style: str = "") -> Text:
    """Any text as rich shows it: safe, and without markup."""
    from rich.text import Text

    return Text(visible(str(text)), style)


class Column:
    """A column of a table: its header, how it is set, and whether it may be cut to fit."""

    __slots__ = ("flexible", "header", "justify", "style")

    def __init__(self, header: str, justify: Justify = "left", style: str = "", *, flexible: bool = False) -> None:
        self.header, self.justify, self.style, self.flexible = header, justify, style, flexible


class Terminal:
    """The two streams of a command, and how much is said on them."""

    def __init__(
        self, *, as_json: bool = False, quiet: bool = False, verbose: bool = False, color: bool = True
    ) -> None:
        self.as_json, self.quiet, self.verbose = as_json, quiet, verbose
        self._color = color
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._task_name = ""
        self._since: float | None = None
        for stream in (sys.stdout, sys.stderr):
            # A terminal that cannot show a character is no reason to stop.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")

    # -- data, on standard output

    def show(self, *renderables: RenderableType) -> None:
        """Tables and texts that were asked for."""
        self._stop_progress()
        console = self._console(sys.stdout)
        for renderable in renderables:
            told = plain(renderable) if isinstance(renderable, str) else renderable
            console.print(told, markup=False, emoji=False, highlight=False)

    def show_rule(self, heading: str) -> None:
        """A rule across the terminal, with words in it."""
        from rich.rule import Rule

        self.show(Rule(plain(heading, "bold"), align="left", characters="─", style="dim"))

    def show_command(self, line: str) -> None:
        """A command as it is typed."""
        self.show(plain(f"\n$ {line}", "bold"))
        sys.stdout.flush()

    def print_json(self, value: Any) -> None:
        """One JSON document."""
        self._stop_progress()
        told = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
        sys.stdout.write(_escaped(json.dumps(told, ensure_ascii=False, indent=2)) + "\n")

    # -- talk, on standard error

    def talk(self, *renderables: RenderableType) -> None:
        """What was done, and what to do next; not with --quiet or --json."""
        if self.quiet or self.as_json:
            return
        self._stop_progress()
        console = self._console(sys.stderr)
        with suppress(OSError):  # nobody can be told that nobody can be told
            for renderable in renderables:
                console.print(
                    plain(renderable) if isinstance(renderable, str) else renderable, highlight=False, emoji=False
                )

    def prompt(self, keys: str) -> None:
        """What can be answered now, where an answer is waited for; not with --quiet."""
        if self.quiet:
            return
        self._stop_progress()
        with suppress(OSError):
            self._console(sys.stderr).print(plain(keys, "cyan"), soft_wrap=True)

    def complain(self, message: str, hint: str = "", *, style: str = "red", word: str = "Error") -> None:
        """A problem and the way out, in at most four lines; always said."""
        self._stop_progress()
        console = self._console(sys.stderr)
        # A message is one line, however hostile the file name in it; a hint is one as well.
        lines = [" ".join(visible(translated(line)).split()) for line in (message, hint) if line]
        with suppress(OSError):
            console.print(
                plain(f"{say(word)}: ", f"bold {style}"), plain(_cut(lines[0])), sep="", end="\n", soft_wrap=True
            )
            for line in lines[1:]:
                console.print(plain(_cut(line)), soft_wrap=True)

    # -- progress, on standard error, if somebody watches

    def progress(self, task: str, done: int, total: int, unit: str) -> None:
        """A `Progress` that draws a bar once the work has taken half a second."""
        if self.quiet or self.as_json or not sys.stderr.isatty():
            return
        if self._since is None:
            self._since = monotonic()
        if self._bar is None:
            if monotonic() - self._since < _PATIENCE:
                return
            self._bar = self._new_bar()
            self._bar.start()
        told = _amount(done, total, unit)
        if task != self._task_name:
            if self._task is not None:
                self._bar.remove_task(self._task)
            # A thread of rich's own draws the bar: a task must have all its fields from the start.
            self._task = self._bar.add_task(visible(say(task)), total=total or None, told=told, unit=unit)
            self._task_name = task
        assert self._task is not None
        self._bar.update(self._task, completed=done, total=total or None, told=told)

    def _new_bar(self) -> RichProgress:
        from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
        from rich.text import Text

        class RateColumn(ProgressColumn):
            def render(self, task: Task) -> Text:
                return Text(rate(task.finished_speed or task.speed or 0.0, task.fields["unit"]), style="dim")

        return Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[told]}", markup=False),
            RateColumn(),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            console=self._console(sys.stderr),
            transient=True,
        )

    def _stop_progress(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = self._since = None
        self._task_name = ""

    def close(self) -> None:
        """Take a progress bar away."""
        with suppress(OSError):
            self._stop_progress()

    def _console(self, stream: IO[str]) -> Console:
        from rich.console import Console

        class Quitting(Console):
            def on_broken_pipe(self) -> None:  # rich would leave with exit code 1
                raise BrokenPipeError

        width = None if stream.isatty() or os.environ.get("COLUMNS", "").isdigit() else _PIPE_WIDTH
        return Quitting(
            file=stream, width=width, no_color=not self._color or None, markup=False, emoji=False, highlight=False
        )


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], title: str = "") -> RenderableType:
    """A table of safe texts, a line for each row; where it is too wide, only its flexible columns are cut.

    A column in which no row says anything is left out.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    grid = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
        title=plain(say(title)) if title else None,
        title_justify="left",
        title_style="bold",
    )
    listed = [[cell if isinstance(cell, Text) else plain(cell) for cell in row] for row in rows]
    wanted = [n for n in range(len(columns)) if not listed or any(row[n].plain for row in listed)]
    for column in (columns[n] for n in wanted):
        # rich takes from columns that may wrap first; their cells say for themselves that they do not.
        grid.add_column(
            plain(say(column.header)),
            justify=column.justify,
            style=column.style or None,
            no_wrap=not column.flexible,
            overflow="ellipsis",
            min_width=_NARROWEST if column.flexible else None,
        )
    for row in listed:
        for cell in row:
            cell.no_wrap, cell.overflow = True, "ellipsis"
        grid.add_row(*(row[n] for n in wanted))
    return Group(grid, Text())  # a blank line before what follows


def side_by_side(columns: Sequence[Column], rows: Sequence[Sequence[Text]], title: str = "") -> RenderableType:
    """A table that shows all of its texts: the last two columns share the width, the others take what they need."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    headed = any(column.header for column in columns)
    grid = Table(
        box=SIMPLE_HEAD if headed else None, show_edge=False, show_header=headed, padding=(0, 1, 0, 0), expand=True,
        title=plain(say(title)) if title else None, title_justify="left", title_style="bold",
    )  # fmt: skip
    for n, column in enumerate(columns):
        shares = n >= len(columns) - 2
        ratio = 1 if shares else None
        overflow: Literal["fold", "ellipsis"] = "fold" if shares else "ellipsis"
        grid.add_column(
            plain(say(column.header)), justify=column.justify, no_wrap=not shares, ratio=ratio, overflow=overflow
        )
    for row in rows:
        grid.add_row(*row)
    return grid


def size(count: int) -> str:
    """A number of bytes for people.

    >>> size(164_000), size(12), size(2_500_000)
    ('164 kB', '12 B', '2.5 MB')
    """
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if unit != "B" and amount < 10 else f"{amount:.0f} {unit}"


def number(count: int, noun: str) -> str:
    """A count and its noun, in the plural where it must be.

    >>> number(1, "article"), number(1200, "copy")
    ('1 article', '1,200 copies')
    """
    return counted(count, noun)


def _amount(done: int, total: int, unit: str) -> str:
    if unit == "bytes":
        return say("{done} of {total}", done=size(done), total=size(total)) if total else size(done)
    return f"{say('{done} of {total}', done=f'{done:,}', total=f'{total:,}') if total else f'{done:,}'} {say(unit)}"


def rate(speed: float, unit: str) -> str:
    """How fast it goes, once that is known.

    >>> rate(2_500_000.0, "bytes"), rate(12.34, "dumps"), rate(0.0, "dumps")
    ('2.5 MB/s', '12.3 dumps/s', '')
    """
    if not speed:
        return ""
    return f"{size(int(speed))}/s" if unit == "bytes" else f"{speed:,.{0 if speed >= 100 else 1}f} {unit}/s"


def _cut(line: str, length: int = 400) -> str:
    return line if len(line) <= length else line[: length - 1] + "…"


def _escaped(document: str) -> str:
    r"""JSON in which nothing acts on a terminal: such characters as \u escapes, which a reader turns back."""
    if document.isascii():
        return document
    return "".join(c if c == "\n" or visible(c) == c else f"\\u{ord(c):04x}" for c in document)
