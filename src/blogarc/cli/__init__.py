"""The command line: a command parses, calls one method of `Archive`, and prints its report.

`session` holds what all commands share; `collecting`, `exporting`, `looking`, `showing`, `deciding`, `keeping` and
`sparking` the commands; `views` the tables.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from blogarc import messages
from blogarc.cli import (
    collecting,
    deciding,
    exporting,
    keeping,
    looking,
    reviewing,
    setting_up,
    settings,
    showing,
    sparking,
)
from blogarc.cli.session import INTERRUPTED, SETTINGS, command, speak
from blogarc.console import Terminal
from blogarc.errors import BlogarcError

_HELP = """Turn raw scraped text of blogs into a clean, deduplicated, paired and searchable corpus.

\b
blogarc ingest dump.txt          read a dump and split it into articles
blogarc dedupe                   find copies
blogarc pairs                    find translations
blogarc export --format jsonl    write the corpus

Everything is kept in one file, blogarc.db unless you say otherwise; not a byte of a dump is lost, and `blogarc explain`
answers for every decision.
"""


class Commands(TyperGroup):
    """The commands. Each of their options may be set in the environment and in `blogarc.toml`, and their help speaks the
    language of whoever asks."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        settings.name_variables(self.commands)
        self.found: settings.Settings | BlogarcError = settings.Settings()

    def make_context(self, *given: Any, **more: Any) -> typer.Context:
        """The context of a run, once it is known what is set, and which language is spoken.

        What is wrong with the settings is said by the command, so that --help is there in any case.
        """
        try:
            self.found = settings.load(self.commands)
        except BlogarcError as error:
            self.found = error
        with suppress(BlogarcError):
            speak(None, self.found)
        if messages.spoken() != "en":
            for told in (self, *self.commands.values()):
                one: Any
                for one in (told, *told.params):
                    if getattr(one, "help", None):
                        one.help = messages.say(one.help)
        return super().make_context(*given, **more)  # type: ignore[return-value]  # typer's is click's

    def main(self, args: Any = None, prog_name: str | None = None, *, standalone_mode: bool = True, **more: Any) -> Any:  # type: ignore[override]  # as it is called
        """Run a command line. A mistake in it is told as any other error is: what is wrong, and the way out."""
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **more)
        try:
            raise SystemExit(super().main(args, prog_name, standalone_mode=False, **more) or 0)
        except _UsageError as error:
            near = getattr(error, "possibilities", None) or ()
            told = f"No such option: {error.option_name}" if near else error.format_message()
            path = error.ctx.command_path if error.ctx else "blogarc"
            hint = f"Did you mean {near[0]}?" if near else f"How it is used: {path} --help"
            Terminal().complain(told.strip(), hint)
            raise SystemExit(error.exit_code) from None
        except typer.Abort:
            raise SystemExit(INTERRUPTED) from None


# Each release of typer has its own copy of click's, and shows only its children.
_UsageError: Any = typer.BadParameter.__bases__[0]

app = typer.Typer(
    cls=Commands,
    name="blogarc",
    help=_HELP,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

# In the order in which they are used, which is the order of the help.
COMMANDS = (
    collecting.ingest, collecting.dedupe, collecting.pairs, exporting.export,
    looking.list_, looking.show, looking.search, looking.explain, looking.stats,
    showing.report, showing.browse, deciding.decide, reviewing.review, keeping.check, keeping.restore, collecting.rebuild,
    setting_up.demo, setting_up.config,
)  # fmt: skip
for _function in (*COMMANDS, sparking.spark):  # which works on no archive, and takes its time
    app.command(_function.__name__.rstrip("_"))(command(_function))


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"blogarc {version('blogarc')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    found = context.command.found  # type: ignore[attr-defined]  # of the group above
    context.meta[SETTINGS] = found
    if isinstance(found, settings.Settings):
        context.default_map = {name: dict(values) for name, values in found.values.items()}
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run(arguments: list[str] | None = None) -> int:
    """Run a command line; its exit code."""
    try:
        app(arguments, prog_name="blogarc")
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):  # of the help, which no command has printed
            return 0
        return leaving.code if isinstance(leaving.code, int) else 1 if leaving.code else 0
    return 0
