"""The command by which a person goes through the closest calls: review, and its loop of one key a call.

Each answer is a decision of its own transaction, so that a kill, a lost line or a closed terminal loses nothing, and the next
run goes on behind what was decided. What is skipped is remembered for this run only: to skip is to put off, and a list of
things put off that nobody sees would be one more thing to undo.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from blogarc.cli import sides, views
from blogarc.cli.session import DryRun, Session
from blogarc.errors import UsageError
from blogarc.messages import counted, say

if TYPE_CHECKING:
    from blogarc.archive import Archive
    from blogarc.archive.reports import Call

KINDS = ("splits", "duplicates", "pairs")
# The same in every language: fingers know them, and scripts feed them.
YES, NO, FURNITURE, SKIP, UNDO, MORE, QUIT = "y", "n", "f", "s", "u", "m", "q"


def review(
    session: Session,
    only: Annotated[
        str | None,
        typer.Option(
            "--only",
            metavar="KIND",
            help="Only splits, duplicates or pairs; several with commas.",
            show_default="all",
            autocompletion=lambda: list(KINDS),
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-l", metavar="N", min=1, help="How many calls of each kind.")] = 20,
    dry_run: DryRun = False,
) -> None:
    """Go through the closest calls, one key for each: splits, duplicates, pairs.

    \b
    blogarc review
    blogarc review --only duplicates --limit 50
    blogarc review --json | jq '.[] | select(.taken | not)'
    yes n | blogarc review --only pairs --dry-run

    Each call is shown with both its sides and what speaks for and against it. y and n answer the question, f says that the
    line is page furniture, s skips, u takes the last answer back, m shows more, q ends.

    An answer is a decision, as by `blogarc decide`: kept for good, written at once. What was decided is not asked again, so
    that one can stop at any time and go on later; what was skipped is asked again by the next run. Duplicates and pairs are
    found first if that is not done.

    Where standard input is no terminal, a line is an answer.
    """
    kinds = KINDS if only is None else tuple(kind.strip() for kind in only.split(","))
    with session.archive(dry_run=dry_run) as archive:
        calls = archive.review(kinds, limit=limit)
        if session.terminal.as_json:
            session.terminal.print_json([views.call(call) for call in calls])
            return
        loop = _Loop(session, archive, calls)
        loop.run()
        stale = archive.stats().stale
    session.terminal.talk(loop.summary())
    if stale:
        if loop.made:
            session.terminal.talk(say("What was decided counts for copies and pairs once these have run:"))
        session.suggest(stale[-1], dry_run=dry_run)
    else:
        session.suggest("decide --list" if loop.made else "list", dry_run=dry_run)


class _Loop:
    """The calls of one run, where it stands, and what can be taken back."""

    def __init__(self, session: Session, archive: Archive, calls: Sequence[Call]) -> None:
        self.terminal, self.archive, self.calls = session.terminal, archive, calls
        self.at = 0
        self.past: list[tuple[int, int | None]] = []  # the call, and the decision on it if one was made
        self.ended = False

    @property
    def made(self) -> int:
        """How many decisions this run made that were not taken back."""
        return sum(number is not None for _, number in self.past)

    def summary(self) -> str:
        """How far it went."""
        if not self.calls:
            return say("There is no close call that is not decided.")
        skipped = len(self.past) - self.made
        told = say("{decided}, {skipped} skipped", decided=counted(self.made, "decision"), skipped=skipped)
        left = len(self.calls) - self.at
        return f"{told}." if not left else say("{told}; {left} not looked at.", told=told, left=left)

    def run(self) -> None:
        """Ask until all is answered, or enough."""
        while not self.ended and self.at < len(self.calls):
            call = self.calls[self.at]
            both = self.archive.look(call)
            if both is None:  # an answer to another call has settled it
                self.at += 1
                continue
            head = f"{self.at + 1}/{len(self.calls)}  {sides.question(call, both)}"
            self.terminal.show_rule(head)
            self.terminal.show(*sides.both_sides(call, both))
            asking = True
            while asking and not self.ended:
                asking = not self._answer(call, self._key(call))

    def _key(self, call: Call) -> str:
        """One key of a terminal, or the first letter of a line. The end of the input is the end of the review."""
        keys = [(YES, say("yes")), (NO, say("no"))]
        keys += [(FURNITURE, say("furniture"))] if call.kind == "split" else []
        keys += [(SKIP, say("skip")), (UNDO, say("undo")), (MORE, say("more")), (QUIT, say("quit"))]
        self.terminal.prompt("  ".join(f"{key} {word}" for key, word in keys))
        if not sys.stdin.isatty():
            line = sys.stdin.readline()
            return line.strip()[:1].lower() if line else QUIT
        try:
            # What was typed before the question was there is discarded: nobody has seen what it would answer.
            return typer.getchar()[:1].lower()
        except EOFError:
            return QUIT

    def _answer(self, call: Call, key: str) -> bool:
        """Do what a key says; whether the call is done with."""
        if key == QUIT:
            self.ended = True
        elif key == SKIP:
            self.past.append((self.at, None))
            self.at += 1
            return True
        elif key == UNDO:
            return self._take_back()
        elif key == MORE:
            self.terminal.show(*views.explanation(self.archive.explain(*call.references), True))
        elif key in (YES, NO) or (key == FURNITURE and call.kind == "split"):
            return self._decide(call, {YES: call.yes, NO: call.no, FURNITURE: "boilerplate"}[key])
        return False

    def _decide(self, call: Call, verdict: str) -> bool:
        try:
            report = self.archive.decide(verdict, *call.references)
        except UsageError as error:  # it contradicts others in sum: the call stays, to be skipped or answered otherwise
            self.terminal.complain(error.message, error.hint)
            return False
        self.terminal.talk(*views.decided(report))
        self.past.append((self.at, None if report.known else report.decision["number"]))
        self.at += 1
        return True

    def _take_back(self) -> bool:
        """Go back to the last call that was answered or skipped; a decision on it is undone."""
        if not self.past:
            self.terminal.talk(say("Nothing was answered in this run; older decisions: blogarc decide --list"))
            return False
        self.at, number = self.past.pop()
        if number is not None:
            self.terminal.talk(*views.undone(self.archive.undo(number)))
        return True
