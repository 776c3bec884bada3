"""Commands that answer: list, show, search, explain, stats."""

from __future__ import annotations

from typing import Annotated

import typer

from blogarc.cli import views
from blogarc.cli.session import Session, article_ids
from blogarc.console import number
from blogarc.messages import say

Every = Annotated[bool, typer.Option("--all", "-a", help="Every copy, not only the representative of each cluster.")]
Language = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="Only articles in this language (en, es, und).")
]
Limit = Annotated[
    int | None, typer.Option("--limit", "-l", metavar="N", min=1, help="How many rows to show.", show_default="all")
]
Reference = Annotated[
    str,
    typer.Argument(
        metavar="ID|DUMP:LINE",
        help="The first digits of an id, or a place in a dump.",
        show_default=False,
        autocompletion=article_ids,
    ),
]


def list_(
    session: Session,
    every: Every = False,
    language: Language = None,
    leftovers: Annotated[bool, typer.Option("--leftovers", help="What was set aside, and why.")] = False,
    limit: Limit = None,
) -> None:
    """List the articles, or what was set aside.

    \b
    blogarc list
    blogarc list --language es --limit 10
    blogarc list --leftovers
    """
    with session.archive() as archive:
        if leftovers:
            rows = archive.leftovers(limit=limit)
            session.answer(rows, *views.leftovers(rows))
            session.terminal.talk(say("{lines} set aside.", lines=number(len(rows), "line")))
            session.suggest("explain DUMP:LINE")
            return
        rows = archive.list(every=every, language=language, limit=limit)
        decided = len(archive.decisions())
    session.answer(rows, *views.articles(rows, every))
    session.terminal.talk(f"{number(len(rows), 'article')}.")
    if decided:
        counted = number(decided, "decision")
        session.terminal.talk(say("{decisions} of a person counted (blogarc decide --list).", decisions=counted))
    session.suggest(f"show {rows[0]['id'][:8]}" if rows else "ingest DUMP.txt")


def show(session: Session, reference: Reference) -> None:
    """Show one article, whole.

    \b
    blogarc show 3f2a90
    blogarc show dump.txt:120
    blogarc show 3f2a90 --json
    """
    with session.archive() as archive:
        record = archive.show(reference)
    session.answer(record, *views.article(record))
    session.suggest(f"explain {record['id'][:8]}")


def search(
    session: Session,
    query: Annotated[
        list[str], typer.Argument(metavar="WORD...", help="Words that must all occur.", show_default=False)
    ],
    limit: Annotated[int, typer.Option("--limit", "-l", metavar="N", min=1, help="How many articles to show.")] = 20,
) -> None:
    """Find articles by their words; accents and case do not matter.

    \b
    blogarc search eleccion
    blogarc search tide gauge --limit 5
    blogarc search '"tide gauge"' --json
    """
    with session.archive() as archive:
        rows = archive.search(" ".join(query), limit=limit)
    session.answer([views.without_marks(row) for row in rows], *views.found(rows))
    session.terminal.talk(say("{articles} found.", articles=number(len(rows), "article")))
    session.suggest(f"show {rows[0]['id'][:8]}" if rows else "list")


def explain(
    session: Session,
    first: Reference,
    second: Annotated[str | None, typer.Argument(metavar="[ID|DUMP:LINE]", help="Another article, to compare.")] = None,
) -> None:
    """Say why: the split, cluster and translation of an article, the verdict on two, or the evidence at a line.

    \b
    blogarc explain 3f2a90
    blogarc explain 3f2a90 77b1c4
    blogarc explain dump.txt:120
    """
    with session.archive() as archive:
        answer = archive.explain(first, second)
    session.answer(answer, *views.explanation(answer, session.terminal.verbose))
    if "place" in answer:
        session.suggest(f"show {answer['article'][:8]}" if answer.get("article") else "list --leftovers")
    elif "first" in answer:
        session.suggest(f"show {answer['first']['id'][:8]}")
    else:
        others = [m["id"] for m in answer["cluster"] if m["id"] != answer["id"]]
        session.suggest(f"explain {answer['id'][:8]} {others[0][:8]}" if others else f"show {answer['id'][:8]}")


def stats(session: Session) -> None:
    """Show the figures of the archive.

    \b
    blogarc stats
    blogarc stats --json
    """
    with session.archive() as archive:
        report = archive.stats()
    session.answer(report, *views.figures(report))
    if report.stale:
        session.suggest(report.stale[0])
    elif not report.dumps:
        session.suggest("ingest DUMP.txt")
    else:
        session.suggest("list")
