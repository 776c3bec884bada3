"""The command by which a person overrules the machine: decide."""

from __future__ import annotations

from typing import Annotated

import typer

from blogarc.cli import views
from blogarc.cli.session import DryRun, Session
from blogarc.console import number
from blogarc.errors import UsageError
from blogarc.model import Verdict


def decide(
    session: Session,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="VERDICT [ID|DUMP:LINE]...",
            help="What is ruled, and on what: see above.",
            show_default=False,
            autocompletion=lambda: list(Verdict),
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the decisions that hold.")] = False,
    every: Annotated[
        bool, typer.Option("--all", "-a", help="With --list: also those that were undone or replaced.")
    ] = False,
    undone: Annotated[
        str | None,
        typer.Option("--undo", metavar="N|last", help="Take decision N back, or the last one.", show_default=False),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Overrule the machine, for good.

    \b
    blogarc decide same 3f2a90 77b1c4        two articles are copies of each other
    blogarc decide different 3f2a90 77b1c4   they are not
    blogarc decide pair 3f2a90 5c181a        one is the translation of the other
    blogarc decide not-pair 3f2a90 5c181a    it is not
    blogarc decide cut dump.txt:120          an article starts at this line
    blogarc decide no-cut dump.txt:120       none does
    blogarc decide boilerplate dump.txt:7    this line is page furniture
    blogarc decide content dump.txt:7        it is not: it is in an article
    blogarc decide --list
    blogarc decide --undo 3
    blogarc decide --undo last

    A decision is kept by what it speaks of, not by where that stands: it outlives rebuilds, and holds in every copy and every
    dump to come. A line is known by its words and those of the lines around it. Decisions on lines act at once; those on
    articles when `dedupe` or `pairs` runs next. A later decision takes the place of one that it contradicts.
    """
    given = words or []
    if (len(given) > 0) + listed + (undone is not None) != 1:
        raise UsageError(
            "Say what is decided, or --list, or --undo N.", "For instance: blogarc decide same 3f2a90 77b1c4"
        )
    with session.archive(dry_run=dry_run) as archive:
        if listed:
            rows = archive.decisions(every=every)
            session.answer(rows, *views.decisions(rows))
            session.terminal.talk(f"{number(len(rows), 'decision')}.")
            session.suggest(f"decide --undo {rows[-1]['number']}" if rows else "explain ID|DUMP:LINE")
            return
        report = archive.decide(given[0], *given[1:]) if undone is None else archive.undo(_number(undone))
    if session.terminal.as_json:
        session.terminal.print_json(report)
    else:
        session.terminal.talk(*(views.decided(report) if undone is None else views.undone(report)))
    if report.stale:
        # The last of them runs those before it.
        session.suggest(report.stale[-1], dry_run=dry_run)
    elif report.decision["first"] is not None:
        session.suggest("pairs" if "pair" in report.decision["verdict"] else "dedupe", dry_run=dry_run)
    else:
        session.suggest(f"explain {report.decision['place']}", dry_run=dry_run)


def _number(told: str) -> int | None:
    """The number of a decision; None for the last. Raises UsageError for what is neither."""
    if told == "last":
        return None
    try:
        return int(told)
    except ValueError:
        raise UsageError(
            f"--undo wants the number of a decision, or last, not {told!r}.",
            "They are listed by: blogarc decide --list",
        ) from None
