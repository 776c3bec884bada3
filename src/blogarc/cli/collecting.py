"""Commands that make the corpus: ingest, dedupe, pairs, rebuild."""

from __future__ import annotations

from typing import Annotated

import typer

from blogarc.cli import views
from blogarc.cli.session import PARTIAL, DryRun, Session

Limit = Annotated[int, typer.Option("--limit", "-l", metavar="N", min=0, help="How many rows to show.")]


def ingest(
    session: Session,
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Files, folders, or - for standard input.", show_default=False),
    ],
    dry_run: DryRun = False,
) -> int:
    """Read dumps into the archive and split them into articles.

    \b
    blogarc ingest dump.txt
    blogarc ingest crawls/ more.txt
    curl -s https://example.org/dump.txt | blogarc ingest -

    A dump that the archive has already changes nothing. Dumps that share text are split together: what one shows about the
    borders of a post counts in all.
    """
    terminal = session.terminal
    with session.archive(create=True, dry_run=dry_run) as archive:
        report = archive.ingest(*paths)
    if terminal.as_json:
        terminal.print_json(report)
    else:
        terminal.talk(*views.ingested(report))
        for problem in report.problems[:_MOST_PROBLEMS]:
            terminal.complain(problem.message, problem.hint, word="Warning", style="yellow")
        if len(report.problems) > _MOST_PROBLEMS:
            terminal.talk(f"... and {len(report.problems) - _MOST_PROBLEMS} more like it (--json lists them all).")
    session.suggest("dedupe", dry_run=dry_run)
    return PARTIAL if report.problems else 0


def dedupe(session: Session, limit: Limit = 20, dry_run: DryRun = False) -> None:
    """Find copies of articles: the same words, nearly the same, or a part (a teaser).

    \b
    blogarc dedupe
    blogarc dedupe --limit 100
    blogarc dedupe --json | jq .closest

    Each cluster of copies is represented by its most complete text. Nothing is deleted: `blogarc export --all` has every
    copy. The duplicates of the least similarity are listed first: these are the ones to look at.
    """
    with session.archive(dry_run=dry_run) as archive:
        report = archive.dedupe(limit=None if session.terminal.verbose else limit)
    if session.terminal.as_json:
        session.terminal.print_json(report)
    elif not session.terminal.quiet:
        session.terminal.show(*views.duplicates(report, session.terminal.verbose))
        session.terminal.talk(*views.deduped(report))
    session.suggest("pairs", dry_run=dry_run)


def pairs(
    session: Session,
    languages: Annotated[
        str, typer.Option("--languages", metavar="A,B", help="The two languages, as ISO 639-1 codes.")
    ] = "en,es",
    limit: Limit = 20,
    dry_run: DryRun = False,
) -> None:
    """Find which article is the translation of which.

    \b
    blogarc pairs
    blogarc pairs --verbose
    blogarc pairs --json | jq '.pairs[].evidence'

    Finds duplicates first if that is not done. Each article has one partner at most. The surest come last: the pairs of
    the least score are the ones to look at.
    """
    from blogarc.errors import UsageError
    from blogarc.pairs import PairConfig

    codes = tuple(code.strip().lower() for code in languages.split(","))
    if len(codes) != 2 or codes[0] == codes[1] or not all(len(c) == 2 and c.isalpha() for c in codes):
        raise UsageError(
            f"--languages wants two different ISO 639-1 codes, not {languages!r}.", "Like this: --languages en,es"
        )
    with session.archive(dry_run=dry_run) as archive:
        report = archive.pairs(PairConfig(languages=(codes[0], codes[1])))
    if session.terminal.as_json:
        session.terminal.print_json(report)
    elif not session.terminal.quiet:
        verbose = session.terminal.verbose
        session.terminal.show(*views.translations(report, None if verbose else limit, verbose))
        session.terminal.talk(*views.paired(report))
    session.suggest("export --format jsonl -o corpus.jsonl", dry_run=dry_run)


def rebuild(session: Session, dry_run: DryRun = False) -> None:
    """Derive everything again from the kept bytes, for instance after an upgrade of blogarc.

    \b
    blogarc rebuild
    blogarc rebuild --dry-run

    Needs none of the files that were ingested.
    """
    with session.archive(dry_run=dry_run) as archive:
        report = archive.rebuild()
    if session.terminal.as_json:
        session.terminal.print_json(report)
    else:
        session.terminal.talk(*views.rebuilt(report))
    session.suggest("check", dry_run=dry_run)


_MOST_PROBLEMS = 3
