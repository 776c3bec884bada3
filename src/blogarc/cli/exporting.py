"""The command that writes the corpus: export."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blogarc.cli.looking import Every, Language
from blogarc.cli.session import PARTIAL, Session
from blogarc.console import number, size
from blogarc.errors import UsageError
from blogarc.export import ARTICLES, BITEXT, COPY, FORMATS, require_known
from blogarc.messages import say

if TYPE_CHECKING:
    from blogarc.archive.selection import Filters

# What a file is called says what it should hold, where --format does not.
_BY_SUFFIX = {".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet", ".tmx": "tmx"}


def export(
    session: Session,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="NAME",
            autocompletion=lambda: list(FORMATS),
            help="jsonl, csv, parquet, markdown, hf, bagit, tmx, moses or sqlite.",
            show_default="jsonl, or what the name of the output says",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="Write there, whole or not at all: a file; for markdown, hf and bagit a new folder;"
            " for moses PATH.en and PATH.es.",
            show_default="standard output",
        ),
    ] = None,
    every: Every = False,
    language: Language = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only articles of that day, month or year, or later.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="Only articles of that day, month or year, or earlier."),
    ] = None,
    dump: Annotated[
        str | None, typer.Option("--dump", metavar="NAME", help="Only articles that stand in this dump.")
    ] = None,
    pairs_only: Annotated[bool, typer.Option("--pairs-only", help="Only articles with a translation.")] = False,
    min_words: Annotated[
        int | None, typer.Option("--min-words", metavar="N", min=0, help="Only articles with at least so many words.")
    ] = None,
    max_words: Annotated[
        int | None, typer.Option("--max-words", metavar="N", min=0, help="Only articles with at most so many words.")
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="WORDS", help="Only articles that blogarc search WORDS finds.")
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            "--level",
            metavar="LEVEL",
            help="tmx and moses: align by paragraph or by sentence.",
            show_default="paragraph for tmx, sentence for moses",
        ),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(
            "--min-score",
            metavar="SCORE",
            help="tmx and moses: leave out passages that score less, from 0 to 1.",
            show_default="0",
        ),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="csv: leave cells as they are, also those that a spreadsheet would calculate.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="markdown, hf and bagit: replace a folder that was exported before.")
    ] = False,
) -> int:
    """Write the corpus: one record a cluster, or every copy with --all; or its translation pairs as aligned passages.

    \b
    blogarc export --format jsonl -o corpus.jsonl
    blogarc export --language es | jq -r .title
    blogarc export --all | gzip > everything.jsonl.gz
    blogarc export -o articles.csv --since 2019 --until 2020-06 --min-words 100
    blogarc export --format markdown -o notes --query "tide gauge"
    blogarc export --format tmx -o memory.tmx
    blogarc export --format moses --min-score 0.9 -o train
    blogarc export --format bagit -o bag

    Filters say which articles, the same for every format, and are all to hold; of a pair, one article must be meant. moses
    writes train.en and train.es, line by line the translation of each other; without -o, both sides on one line, a tab
    between them. An existing folder is replaced only with --force, and only if nothing in it is yours.
    """
    name = format or (_BY_SUFFIX.get(output.suffix.lower()) if output else None) or "jsonl"
    require_known(name)
    filters: Filters = {
        "language": language, "since": since, "until": until, "dump": dump, "pairs_only": pairs_only,
        "min_words": min_words, "max_words": max_words, "query": query,
    }  # fmt: skip
    if raw and name != "csv":
        raise UsageError(f"--raw is for csv; {name} has no cells that are changed.", "Leave it out.")
    if force and not (name in ARTICLES and ARTICLES[name].fill):
        folders = ", ".join(called for called, form in ARTICLES.items() if form.fill)
        raise UsageError(f"--force is for folders ({folders}); a file is replaced anyway.", "Leave it out.")
    if name in BITEXT:
        if every:
            raise UsageError(f"--all is for articles; {name} writes pairs.", "Leave it out.")
        return _export_bitext(session, name, output, level, min_score or 0.0, filters)
    if level is not None or min_score is not None:
        raise UsageError(
            f"--level and --min-score are for aligned passages; {name} has none.", f"Formats: {', '.join(BITEXT)}"
        )
    if name == "csv" and output is None and sys.stdout.isatty():
        raise UsageError(
            "Cells can hold codes that act on a terminal.", "Write them to a file with -o FILE, or pipe them on."
        )
    with session.archive() as archive:
        count = archive.export(output, format=name, every=every, raw=raw, force=force, **filters)
    if output is not None:
        if session.terminal.as_json:
            session.terminal.print_json({"records": count, "output": str(output), "format": name})
        told = {"what": number(count, "article"), "where": output, "size": size(_bytes(output))}
        session.terminal.talk(say("Wrote {what} to {where} ({size}).", **told))
    if not count and name != COPY:
        session.terminal.talk(say("No article is what the filters say: see blogarc list."))
    session.suggest("stats", "check")
    return 0


def _bytes(path: Path) -> int:
    """Of a file, or of all files in a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size


def _export_bitext(
    session: Session, format: str, output: Path | None, level: str | None, min_score: float, filters: Filters
) -> int:
    with session.archive() as archive:
        report = archive.bitext(output, format=format, level=level, min_score=min_score, **filters)
    if output is not None:
        if session.terminal.as_json:
            session.terminal.print_json({"format": format, **asdict(report)})
        bytes_ = sum(Path(file).stat().st_size for file in report.files)
        where = f" {say('and')} ".join(report.files)
        passages = number(report.passages, "passage")
        session.terminal.talk(say("Wrote {what} to {where} ({size}).", what=passages, where=where, size=size(bytes_)))
    if not report.passages:
        session.terminal.talk(say("There is no passage to write: see what blogarc pairs finds, or lower --min-score."))
    if report.lost:
        told = ", ".join(f"{code} ({count:,})" for code, count in list(report.lost.items())[:8])
        session.terminal.complain(
            say(
                "{characters} that XML forbids left out: {told}.",
                characters=number(sum(report.lost.values()), "character"),
                told=told,
            ),
            say("Everything else is written; the archive keeps them."),
            style="yellow",
            word="Warning",
        )
    session.suggest("pairs", "check")
    return PARTIAL if report.lost else 0
