"""The command line: a command parses, calls one method of `Archive`, and prints its report.

`session` holds what all commands share; `collecting`, `looking`, `showing`, `deciding` and `keeping` the commands; `views` the
tables.
"""

from __future__ import annotations

from typing import Annotated

import typer

from blogarc.cli import collecting, deciding, keeping, looking, showing
from blogarc.cli.session import command

_HELP = """Turn raw scraped text of blogs into a clean, deduplicated, paired and searchable corpus.

\b
blogarc ingest dump.txt          read a dump and split it into articles
blogarc dedupe                   find copies
blogarc pairs                    find translations
blogarc export --format jsonl    write the corpus

Everything is kept in one file, blogarc.db unless you say otherwise; not a byte of a dump is lost, and `blogarc explain`
answers for every decision.
"""

app = typer.Typer(
    name="blogarc",
    help=_HELP,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

# In the order in which they are used, which is the order of the help.
COMMANDS = (
    collecting.ingest, collecting.dedupe, collecting.pairs, keeping.export,
    looking.list_, looking.show, looking.search, looking.explain, looking.stats,
    showing.report, showing.browse, deciding.decide, keeping.check, keeping.restore, collecting.rebuild,
)  # fmt: skip
for _function in COMMANDS:
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
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run(arguments: list[str] | None = None) -> int:
    """Run a command line; its exit code."""
    try:
        app(arguments, prog_name="blogarc")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1 if leaving.code else 0
    return 0
