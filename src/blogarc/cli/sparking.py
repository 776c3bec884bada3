"""The command for what is too much for one machine: spark."""

from __future__ import annotations

from typing import Annotated

import typer

from blogarc.cli.session import PARTIAL, Session
from blogarc.console import Column, number, table
from blogarc.errors import UsageError
from blogarc.messages import say

_SHOWN = 5


def spark(
    session: Session,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="run INPUT...",
            help="Files, folders or patterns, on any file system that Spark reads.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Where the tables go.", show_default=False)
    ],
    master: Annotated[
        str | None,
        typer.Option("--master", metavar="URL", help="Where Spark runs.", show_default="all cores of this machine"),
    ] = None,
    steps: Annotated[
        str, typer.Option("--steps", metavar="A,B,...", help="What is to be done; each step needs those before it.")
    ] = "ingest,dedupe,pairs",
    languages: Annotated[
        str | None,
        typer.Option(
            "--languages",
            metavar="A,B,...",
            help="Languages to tell apart. [default: ca,de,en,es,fr,it,pt]",
            show_default=False,
        ),
    ] = None,
    memory: Annotated[
        str, typer.Option("--memory", metavar="SIZE", help="What Spark itself may take on this machine.")
    ] = "2g",
    drop_work: Annotated[
        bool, typer.Option("--drop-work", help="Take away the tables that only a later run would need.")
    ] = False,
) -> int:
    """Do the same on Apache Spark, for what is too much for one machine; the result is Parquet.

    \b
    blogarc spark run crawls/ -o corpus
    blogarc spark run 's3a://bucket/dumps/*.txt' -o s3a://bucket/corpus --master spark://host:7077
    blogarc spark run crawls/ -o corpus --steps ingest,dedupe
    blogarc ingest --from-parquet corpus

    The stages are those of an archive, and so is what they find. FOLDER gets a table each for articles, leftovers, problems,
    duplicates, clusters, pairs and the corpus, which `ingest` brings into an archive. A run that was stopped goes on where it
    was; one that is repeated makes nothing twice. Needs the extra, pip install "blogarc[spark]", and Java 17.
    See docs/spark.md.
    """
    if words[0] != "run" or len(words) < 2:
        raise UsageError(say("Say what to run."), "blogarc spark run INPUT... -o FOLDER")
    from blogarc import languages as told
    from blogarc import spark as stages
    from blogarc.spark import engine, inputs

    terminal = session.terminal
    wanted = stages.require_steps([step.strip() for step in steps.split(",")])
    spoken = tuple(code.strip() for code in languages.split(",")) if languages else told.LANGUAGES
    engine.require_spark()
    names = {
        "ingest": say("Splitting into articles"),
        "dedupe": say("Finding copies"),
        "pairs": say("Finding translations"),
        "corpus": say("Writing the corpus"),
    }
    running = engine.start(master, memory, quick=inputs.seem_little(words[1:]))
    try:
        report = stages.run(
            running,
            words[1:],
            output,
            steps=wanted,
            spoken=spoken,
            keep_work=not drop_work,
            tell=lambda step: terminal.talk(f"{names[step]} ..."),
        )
    finally:
        running.stop()
    if terminal.as_json:
        terminal.print_json(report)
        return PARTIAL if report.problem_count else 0
    rows = [
        (say("files"), report.files),
        (say("articles"), report.articles),
        (say("leftovers"), report.leftovers),
        *report.kinds.items(),
        *([(say("pairs"), report.pairs)] if report.pairs is not None else []),
        (say("problems"), report.problem_count),
    ]
    terminal.talk(table([Column(""), Column("", "right")], [(name, f"{count:,}") for name, count in rows]))
    for problem in report.problems[:_SHOWN]:
        terminal.complain(problem["message"], problem["hint"], word="Warning", style="yellow")
    if report.problem_count > _SHOWN:
        more = number(report.problem_count - _SHOWN, "problem")
        terminal.talk(say("... and {more} more, in {place}.", more=more, place=f"{report.output}/problems"))
    if report.kinds:
        session.suggest(f"ingest --from-parquet {output}")
    return PARTIAL if report.problem_count else 0
