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

from blogarc import messages
from blogarc.cli.settings import Settings, load
from blogarc.console import Terminal
from blogarc.errors import BlogarcError, UsageError, WriteError
from blogarc.messages import LANGUAGES, say
from blogarc.text import excerpt, visible

if TYPE_CHECKING:
    from blogarc.archive import Archive

DEFAULT_DB = "blogarc.db"
BUG, PARTIAL, CORRUPT, INTERRUPTED, TERMINATED = 1, 3, 12, 130, 143

Db = Annotated[
    Path, typer.Option("--db", "-d", metavar="FILE", help="The archive to work on; BLOGARC_DB does the same.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but data and errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more: every row, every score.")]
NoColor = Annotated[
    bool, typer.Option("--no-color", help="No colours. The environment variable NO_COLOR does the same.")
]
Ui = Annotated[
    str | None,
    typer.Option(
        "--ui", metavar="CODE", help="Speak English (en) or Spanish (es).", show_default="as the locale says",
        autocompletion=lambda: list(LANGUAGES),
    ),
]  # fmt: skip
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Do it, report it, and undo it.")]


class Terminated(BaseException):
    """SIGTERM came: unwind, so that transactions are rolled back and half-written files are taken away."""


class Session:
    """One run of a command: its archive, its terminal, and what is set outside the command line.

    `named` says that the archive was named on the command line, so that the next command has to name it as well.
    """

    def __init__(self, db: Path, terminal: Terminal, context: typer.Context | None = None) -> None:
        self.db, self.terminal, self.context = db, terminal, context
        source = None if context is None else context.get_parameter_source("db")
        self.named = source is None or source.name == "COMMANDLINE"

    def archive(self, *, create: bool = False, dry_run: bool = False) -> Archive:
        """The archive of this run. Raises NoArchiveError unless it is there or `create` is true."""
        from blogarc.archive import Archive

        archive = Archive(self.db, create=create, dry_run=dry_run, progress=self.terminal.progress)
        if archive.copied is not None:
            self.terminal.talk(
                say("{db} was of an older blogarc; as it was, it is kept at {copy}.", db=self.db, copy=archive.copied)
            )
        return archive

    def answer(self, value: Any, *renderables: Any) -> None:
        """Data that was asked for: as JSON, or else as it is shown to people."""
        if self.terminal.as_json:
            self.terminal.print_json(value)
        else:
            self.terminal.show(*renderables)

    def suggest(self, *commands: str, dry_run: bool = False) -> None:
        """Name the next command, with the archive in it if that is not the usual one."""
        if dry_run:
            self.terminal.talk(say("This was a rehearsal (--dry-run): nothing was changed."))
            return
        set_elsewhere = (self.context.default_map or {}).get("db") if self.context else None
        usual = not self.named or str(self.db) == (os.environ.get("BLOGARC_DB") or set_elsewhere or DEFAULT_DB)
        option = "" if usual else f" -d {shlex.quote(str(self.db))}"
        told = f"   {say('or:')} ".join(f"blogarc {command}{option}" for command in commands)
        self.terminal.talk(say("Next: {commands}", commands=told))


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
        "ui": (Ui, None),
        "debug": (Debug, False),
    }
    # A command that has such an option for more than talk is given what was said.
    common = {name: told for name, told in common.items() if name not in hints}

    @functools.wraps(function)
    def run(context: typer.Context, **given: Any) -> None:
        told = {name: given.pop(name) for name in common}
        terminal = Terminal(
            as_json=told["as_json"], quiet=told["quiet"], verbose=told["verbose"], color=not told["no_color"]
        )
        session = Session(told["db"], terminal, context)

        def work() -> int | None:
            speak(told.get("ui", given.get("ui")), context.meta.get(SETTINGS))
            if terminal.as_json:  # what programs read is the same in every language
                messages.use("en")
            return function(session, **given)

        raise typer.Exit(_guarded(work, terminal, told["debug"]))

    parameters = [
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
        *(p.replace(annotation=hints[p.name]) for p in own),
        *(
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
            for name, (hint, default) in common.items()
        ),
    ]
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # typer reads it
        [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    )
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def dump_names(context: typer.Context, incomplete: str) -> list[str]:
    """The names of the dumps, for a shell that completes one."""
    names = _asked(context, lambda archive: sorted(set(archive.dumps().values())))
    return [name for name in names if name.startswith(incomplete) and visible(name) == name]


def article_ids(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The ids of articles and their titles, for a shell that completes an id of which something is typed."""
    if not incomplete:
        return []
    rows = _asked(context, lambda archive: archive.list())
    return [(row["id"], excerpt(visible(row["title"]), 50)) for row in rows if row["id"].startswith(incomplete)]


def _asked(context: typer.Context, ask: Callable[[Archive], list[Any]]) -> list[Any]:
    """What an archive answers while a command line is typed; nothing if there is none: a shell wants no complaints."""
    from blogarc.archive import Archive

    with suppress(Exception):
        db = context.params.get("db") or DEFAULT_DB
        if str(db) == DEFAULT_DB and context.parent is not None:
            # Nobody has read the file yet: a shell that completes runs no command.
            found = load(context.parent.command.commands)  # type: ignore[attr-defined]
            db = found.values[str(context.info_name)].get("db", db)
        with Archive(db, create=False) as archive:
            return ask(archive)
    return []


# Where the settings of a run, or what is wrong with them, go with its context.
SETTINGS = "blogarc.settings"


def speak(wanted: str | None, settings: Settings | BlogarcError | None = None) -> tuple[str, str]:
    """Speak the language that was asked for on the command line, in the environment, in the file, or by the locale; says
    which, and who asked. Raises UsageError for one that blogarc does not speak, and whatever is wrong with the file."""
    asked = [(wanted, "--ui"), (os.environ.get("BLOGARC_UI"), "BLOGARC_UI")]
    if isinstance(settings, Settings):
        asked.append((settings.ui, str(settings.path)))
    language, origin = next(((code, who) for code, who in asked if code), (messages.from_locale(), "locale"))
    if language not in LANGUAGES:
        raise UsageError(
            say("blogarc does not speak {language!r}.", language=language),
            say("It speaks: {all}.", all=", ".join(LANGUAGES)),
        )
    messages.use(language)
    if isinstance(settings, BlogarcError):
        raise settings
    return language, origin


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
    except (Exception, KeyboardInterrupt, Terminated) as error:
        if _stopped_by(error, KeyboardInterrupt):
            terminal.complain(
                "What was finished is kept; the same command goes on from there.", word="Interrupted", style="yellow"
            )
            return INTERRUPTED
        if _stopped_by(error, Terminated):
            terminal.complain(
                "What was finished is kept; the same command goes on from there.", word="Terminated", style="yellow"
            )
            return TERMINATED
        if debug:
            raise
        if isinstance(error, BlogarcError):
            terminal.complain(error.message, error.hint)
            return error.exit_code
        terminal.complain(
            f"This is a bug in blogarc: {type(error).__name__}: {error}",
            "Nothing half-done was kept. Run it again with --debug and report what it prints.",
        )
        return BUG
    finally:
        terminal.close()


def _stopped_by(error: BaseException, asking: type[BaseException]) -> bool:
    """Whether it is this, or a library made another error of it: langdetect takes whatever ends its reading for bad data."""
    told: BaseException | None = error
    while told is not None and not isinstance(told, asking):
        told = told.__context__
    return told is not None


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _mute(stream: Any) -> None:
    """Let the flush at exit, which would fail again, go nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
