"""What all commands share: their common options, their exit codes, and how they end.

A command is a function that takes a `Session` first. `command` gives it the common options, turns a BlogarcError into a
message of at most four lines, and sees to it that an interrupt, a closed pipe or a full disk ends it as it should.
"""

from __future__ import annotations

import errno
import functools
import inspect
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from blogarc.console import Terminal
from blogarc.errors import BlogarcError, WriteError

if TYPE_CHECKING:
    from blogarc.archive import Archive

DEFAULT_DB = "blogarc.db"
BUG, PARTIAL, CORRUPT, INTERRUPTED, TERMINATED = 1, 3, 12, 130, 143

Db = Annotated[Path, typer.Option("--db", "-d", envvar="BLOGARC_DB", metavar="FILE", help="The archive to work on.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but data and errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more: every row, every score.")]
NoColor = Annotated[
    bool, typer.Option("--no-color", help="No colours. The environment variable NO_COLOR does the same.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Do it, report it, and undo it.")]


class Terminated(BaseException):
    """SIGTERM came: unwind, so that transactions are rolled back and half-written files are taken away."""


class Session:
    """One run of a command: its archive and its terminal."""

    def __init__(self, db: Path, terminal: Terminal) -> None:
        self.db, self.terminal = db, terminal

    def archive(self, *, create: bool = False, dry_run: bool = False) -> Archive:
        """The archive of this run. Raises NoArchiveError unless it is there or `create` is true."""
        from blogarc.archive import Archive

        return Archive(self.db, create=create, dry_run=dry_run, progress=self.terminal.progress)

    def answer(self, value: Any, *renderables: Any) -> None:
        """Data that was asked for: as JSON, or else as it is shown to people."""
        if self.terminal.as_json:
            self.terminal.print_json(value)
        else:
            self.terminal.show(*renderables)

    def suggest(self, *commands: str, dry_run: bool = False) -> None:
        """Name the next command, with the archive in it if that is not the usual one."""
        if dry_run:
            self.terminal.talk("This was a rehearsal (--dry-run): nothing was changed.")
            return
        option = (
            "" if str(self.db) in (DEFAULT_DB, os.environ.get("BLOGARC_DB")) else f" -d {shlex.quote(str(self.db))}"
        )
        self.terminal.talk("Next: " + "   or: ".join(f"blogarc {command}{option}" for command in commands))


def command(function: Callable[..., int | None]) -> Callable[..., None]:
    """The function as a typer command: its own parameters, then the common options."""
    own = list(inspect.signature(function).parameters.values())[1:]
    hints = get_type_hints(function, include_extras=True)
    common = {
        "db": (Db, Path(DEFAULT_DB)),
        "as_json": (Json, False),
        "quiet": (Quiet, False),
        "verbose": (Verbose, False),
        "no_color": (NoColor, False),
        "debug": (Debug, False),
    }

    @functools.wraps(function)
    def run(**given: Any) -> None:
        db, as_json, quiet, verbose, no_color, debug = (given.pop(name) for name in common)
        terminal = Terminal(as_json=as_json, quiet=quiet, verbose=verbose, color=not no_color)
        code = _guarded(lambda: function(Session(db, terminal), **given), terminal, debug)
        raise typer.Exit(code)

    parameters = [p.replace(annotation=hints[p.name]) for p in own] + [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, (hint, default) in common.items()
    ]
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # typer reads it
        [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    )
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def _guarded(work: Callable[[], int | None], terminal: Terminal, debug: bool) -> int:
    """The exit code of the work; whatever goes wrong is said, and nothing is left open."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)
    try:
        try:
            code = work() or 0
            sys.stdout.flush()
            return code
        except BrokenPipeError:
            # Whoever read our output has seen enough: `blogarc list | head`.
            _mute(sys.stdout)
            return 0
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT):
                raise
            _mute(sys.stdout)
            raise WriteError(
                f"Cannot write to standard output: {error.strerror}.", "The archive is untouched."
            ) from error
    except BlogarcError as error:
        if debug:
            raise
        terminal.complain(error.message, error.hint)
        return error.exit_code
    except KeyboardInterrupt:
        terminal.complain(
            "What was finished is kept; the same command goes on from there.", word="Interrupted", style="yellow"
        )
        return INTERRUPTED
    except Terminated:
        terminal.complain(
            "What was finished is kept; the same command goes on from there.", word="Terminated", style="yellow"
        )
        return TERMINATED
    except Exception as error:
        if debug:
            raise
        terminal.complain(
            f"This is a bug in blogarc: {type(error).__name__}: {error}",
            "Nothing half-done was kept. Run it again with --debug and report what it prints.",
        )
        return BUG
    finally:
        terminal.close()


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _mute(stream: Any) -> None:
    """Let the flush at exit, which would fail again, go nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
