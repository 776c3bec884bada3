"""Commands that give back and prove: export, check, restore."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from blogarc.cli import views
from blogarc.cli.looking import Every, Language
from blogarc.cli.session import CORRUPT, PARTIAL, Session
from blogarc.console import number, size
from blogarc.errors import UsageError
from blogarc.export import BITEXT

Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write there, whole or not at all.", show_default="standard output"
    ),
]


def export(
    session: Session,
    format: Annotated[
        str, typer.Option("--format", "-f", metavar="NAME", help="The format: jsonl, tmx or moses.")
    ] = "jsonl",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write there, whole or not at all; moses writes FILE.en and FILE.es.",
            show_default="standard output",
        ),
    ] = None,
    every: Every = False,
    language: Language = None,
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
) -> int:
    """Write the corpus: one record a cluster, or every copy with --all; or its translation pairs as aligned passages.

    \b
    blogarc export --format jsonl -o corpus.jsonl
    blogarc export --language es | jq -r .title
    blogarc export --all | gzip > everything.jsonl.gz
    blogarc export --format tmx -o memory.tmx
    blogarc export --format moses --min-score 0.9 -o train

    The last one writes train.en and train.es, line by line the translation of each other. Without -o, moses puts both
    sides on one line, a tab between them.
    """
    if format in BITEXT:
        return _export_bitext(session, format, output, level, min_score or 0.0, filtered=every or language is not None)
    if level is not None or min_score is not None:
        raise UsageError(
            f"--level and --min-score are for aligned passages; {format} has none.", f"Formats: {', '.join(BITEXT)}"
        )
    with session.archive() as archive:
        count = archive.export(output, format=format, every=every, language=language)
    if output is not None:
        if session.terminal.as_json:
            session.terminal.print_json({"records": count, "output": str(output), "format": format})
        session.terminal.talk(f"Wrote {number(count, 'article')} to {output} ({size(output.stat().st_size)}).")
    session.suggest("stats", "check")
    return 0


def _export_bitext(
    session: Session, format: str, output: Path | None, level: str | None, min_score: float, *, filtered: bool
) -> int:
    if filtered:
        raise UsageError(f"--all and --language are for articles; {format} writes pairs.", "Leave them out.")
    with session.archive() as archive:
        report = archive.bitext(output, format=format, level=level, min_score=min_score)
    if output is not None:
        if session.terminal.as_json:
            session.terminal.print_json({"format": format, **asdict(report)})
        bytes_ = sum(Path(file).stat().st_size for file in report.files)
        where = " and ".join(report.files)
        session.terminal.talk(f"Wrote {number(report.passages, 'passage')} to {where} ({size(bytes_)}).")
    if not report.passages:
        session.terminal.talk("There is no passage to write: see what blogarc pairs finds, or lower --min-score.")
    if report.lost:
        told = ", ".join(f"{code} ({count:,})" for code, count in list(report.lost.items())[:8])
        session.terminal.complain(
            f"{number(sum(report.lost.values()), 'character')} that XML forbids left out: {told}.",
            "Everything else is written; the archive keeps them.",
            style="yellow",
            word="Warning",
        )
    session.suggest("pairs", "check")
    return PARTIAL if report.lost else 0


def check(
    session: Session,
    deep: Annotated[
        bool, typer.Option("--deep", help="Derive everything again from the kept bytes, compare, and undo it.")
    ] = False,
) -> int:
    """Prove that nothing is lost: every line is in one article, set aside, or blank, and all parts agree.

    \b
    blogarc check
    blogarc check --deep
    blogarc check --json

    Reads every dump again from its kept bytes. With --deep, articles, languages, duplicates and pairs are found again as well,
    which takes as long as a rebuild, and must come out as they are stored. Exit code 12 when something is wrong.
    """
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
        f"{number(len(report.problems), 'problem')} in {session.db}.",
        "blogarc rebuild derives everything again from the kept bytes; where those are hurt, use a copy of the archive.",
    )
    return CORRUPT


def restore(
    session: Session,
    dump: Annotated[str | None, typer.Argument(metavar="[DUMP]", help="Its name, or the start of its sha256.")] = None,
    output: Output = None,
) -> None:
    """Give a dump back, byte for byte as it was ingested.

    \b
    blogarc restore dump.txt -o again.txt
    blogarc restore 9f86d0 | sha256sum

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
        count = archive.restore_to(dump or next(iter(dumps)), output)
    if output is not None:
        if session.terminal.as_json:
            session.terminal.print_json({"bytes": count, "output": str(output)})
        session.terminal.talk(f"Wrote {output} ({count:,} bytes), as received.")
    session.suggest("check")
