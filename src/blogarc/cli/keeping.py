"""Commands that give back and prove: check, restore."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from blogarc.cli import views
from blogarc.cli.session import CORRUPT, PARTIAL, Session, dump_names
from blogarc.console import number
from blogarc.errors import UsageError
from blogarc.messages import say

Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write there, whole or not at all.", show_default="standard output"
    ),
]


def check(
    session: Session,
    deep: Annotated[
        bool, typer.Option("--deep", help="Derive everything again from the kept bytes, compare, and undo it.")
    ] = False,
    salvage: Annotated[
        Path | None,
        typer.Option("--salvage", metavar="NEW.db", help="Make a new archive of what can be read of this one."),
    ] = None,
) -> int:
    """Prove that nothing is lost: every line is in one article, set aside, or blank, and all parts agree.

    \b
    blogarc check
    blogarc check --deep
    blogarc check --json
    blogarc check --salvage new.db

    Reads every dump again from its kept bytes. With --deep, articles, languages, duplicates and pairs are found again as well,
    which takes as long as a rebuild, and must come out as they are stored. Exit code 12 when something is wrong.

    With --salvage all that can be read of a damaged archive (dumps, decisions, given words) goes into a new one, and this one
    is left as it is. Exit code 3 when something could not be read, 12 when nothing could.
    """
    if salvage is not None:
        if deep:
            raise UsageError("An archive that is damaged cannot be derived again.", "Leave out --deep, or --salvage.")
        return _salvage(session, salvage)
    with session.archive() as archive:
        report = archive.check(deep=deep)
    if session.terminal.as_json:
        session.terminal.print_json({"ok": report.ok, "checks": report.checks, "problems": report.problems})
    else:
        if report.problems:
            session.terminal.show(*views.problems(report))
        session.terminal.talk(*views.checked(report))
    if report.ok:
        session.suggest("stats")
        return 0
    session.terminal.complain(
        say("{problems} in {db}.", problems=number(len(report.problems), "problem"), db=session.db),
        say(
            "blogarc rebuild derives everything again from the kept bytes; where those are hurt, use a copy of the archive."
        ),
    )
    return CORRUPT


def _salvage(session: Session, target: Path) -> int:
    from blogarc.archive import Archive

    report = Archive.salvage(session.db, target, session.terminal.progress)
    if session.terminal.as_json:
        session.terminal.print_json({"complete": report.complete, **asdict(report)})
    else:
        session.terminal.show(*views.salvaged(report))
    if report.complete:
        session.terminal.talk(
            say("All is there."), say("Next: {commands}", commands=f"blogarc pairs -d {shlex.quote(str(target))}")
        )
        return 0
    session.terminal.complain(
        say("Not everything could be read of {db}.", db=session.db),
        say("{output} has what could; {db} was left as it is.", output=report.output, db=session.db),
    )
    return PARTIAL


def restore(
    session: Session,
    dump: Annotated[
        str | None,
        typer.Argument(metavar="[DUMP]", help="Its name, or the start of its sha256.", autocompletion=dump_names),
    ] = None,
    output: Output = None,
    text: Annotated[
        bool, typer.Option("--text", help="What is in it instead: unpacked, or the text made of web pages.")
    ] = False,
) -> None:
    """Give a dump back, byte for byte as it was ingested.

    \b
    blogarc restore dump.txt -o again.txt
    blogarc restore 9f86d0 | sha256sum
    blogarc restore crawl.txt.gz --text | sed -n 120p

    With a single dump in the archive its name may be left out.
    """
    with session.archive() as archive:
        dumps = archive.dumps()
        if dump is None and len(dumps) != 1:
            names = ", ".join(sorted(set(dumps.values()))[:5])
            raise UsageError(
                f"The archive holds {number(len(dumps), 'dump')}: say which.", f"For instance: {names}" if names else ""
            )
        if output is None and sys.stdout.isatty():
            raise UsageError(
                "The bytes of a dump can hold codes that act on a terminal.",
                "Write them to a file with -o FILE, or pipe them on.",
            )
        count = archive.restore_to(dump or next(iter(dumps)), output, text=text)
    if output is not None:
        if session.terminal.as_json:
            session.terminal.print_json({"bytes": count, "output": str(output)})
        told = "Wrote {output} ({count:,} bytes)." if text else "Wrote {output} ({count:,} bytes), as received."
        session.terminal.talk(say(told, output=output, count=count))
    session.suggest("check")
