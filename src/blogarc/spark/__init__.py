"""The same stages on Apache Spark, for what is too much for one machine: files in, tables of Parquet out.

`run` does the steps that are asked for, one after the other: `collecting` makes articles of files, `copies` finds duplicates,
`translations` pairs (many of them by `pairing`), `publishing` the corpus. What decides is decided by the functions of the
stages, called on batches of rows; what is here are the aggregations and joins between. Every table is kept by `tables`, so
that a run that was killed goes on where it was. `engine` starts Spark and says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from blogarc import languages
from blogarc.duplicates import DuplicateConfig
from blogarc.errors import UsageError
from blogarc.pairs import PairConfig

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from blogarc.spark.collecting import Listed
    from blogarc.spark.tables import Store, Table

__all__ = ["STEPS", "SparkReport", "run"]

STEPS = ("ingest", "dedupe", "pairs")

Telling = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SparkReport:
    """What a run made: rows of each table, copies by kind, the first problems, and which steps had been done before."""

    output: str
    files: int
    articles: int
    leftovers: int
    problems: list[dict[str, str]]
    problem_count: int
    kinds: dict[str, int] = field(default_factory=dict)
    pairs: int | None = None
    up_to_date: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def run(
    spark: SparkSession,
    paths: Sequence[str],
    output: str,
    *,
    steps: Sequence[str] = STEPS,
    spoken: Sequence[str] = languages.LANGUAGES,
    pair_languages: tuple[str, str] = ("en", "es"),
    keep_work: bool = True,
    apart: bool = False,
    tell: Telling = lambda step: None,
) -> SparkReport:
    """The corpus of the files behind these paths, as tables in the folder `output`.

    `steps` are those that are wanted; each needs those before it. What one task holds is compared in one, unless it is to be
    `apart`. `tell` hears which step begins. What is there already, of the same files by the same rules, is not made again.
    Raises UsageError for steps that there are not, or not without another; InputError if there is nothing to read; WriteError
    if the output cannot be written.
    """
    from blogarc.spark import collecting, engine
    from blogarc.spark.tables import Store

    wanted = require_steps(steps)
    languages.require(spoken)
    store = Store(spark, output)
    tell("ingest")
    with engine.tuned(spark, True):  # whether there is much is not known before
        listed = collecting.find_files(store, paths)
    little = listed.little and not apart
    with engine.tuned(spark, little):
        pairing = PairConfig(languages=pair_languages)
        report = _run(store, listed, wanted, tuple(sorted(set(spoken))), pairing, tell, little=little, apart=apart)
    if not keep_work:
        store.forget_work()
    return report


def _run(
    store: Store,
    listed: Listed,
    wanted: Sequence[str],
    spoken: Sequence[str],
    pairing: PairConfig,
    tell: Telling,
    *,
    little: bool,
    apart: bool,
) -> SparkReport:
    from blogarc.spark import collecting, copies, publishing, translations

    clock, seconds, old = perf_counter(), dict[str, float](), list[str]()

    def done(step: str, made: bool) -> None:
        nonlocal clock
        seconds[step] = round(perf_counter() - clock, 2)
        clock = perf_counter()
        if not made:
            old.append(step)

    def compare(articles: Table) -> None:
        if "dedupe" in wanted:
            copies.compare_at_once(store, articles, DuplicateConfig())

    collected = collecting.collect(store, listed, spoken, little=little, beside=compare)
    done("ingest", collected.articles.made)
    kinds: dict[str, int] = {}
    pairs = None
    if "dedupe" in wanted:
        tell("dedupe")
        clusters, _ = copies.find_copies(store, collected.articles, DuplicateConfig(), 0 if apart else copies.TOGETHER)
        kinds = {kind: count for kind, count in sorted(clusters.counts.items()) if count}
        done("dedupe", clusters.made)
        if "pairs" in wanted:
            tell("pairs")
            most = 0 if apart else translations.TOGETHER
            pairs = translations.find_translations(store, collected.articles, clusters, pairing, most)
            done("pairs", pairs.made)
        tell("corpus")
        corpus = publishing.publish(store, collected.articles, clusters, pairs, little=little)
        done("corpus", corpus.made)
    told = collected.problems.rows
    problem_count = collected.problems.counts["rows"]
    first = told.orderBy("source", "message").limit(_MOST_TOLD).collect() if problem_count else []
    return SparkReport(
        output=store.folder,
        files=collected.files.counts["rows"],
        articles=collected.articles.counts["rows"],
        leftovers=collected.leftovers.counts["rows"],
        problems=[row.asDict() for row in first],
        problem_count=problem_count,
        kinds=kinds,
        pairs=None if pairs is None else pairs.counts["rows"],
        up_to_date=old,
        seconds=seconds,
    )


_MOST_TOLD = 20


def require_steps(steps: Sequence[str]) -> tuple[str, ...]:
    """The steps in their order, all that are needed. Raises UsageError for one that there is not.

    >>> require_steps(["dedupe"])
    ('ingest', 'dedupe')
    """
    unknown = [step for step in steps if step not in STEPS]
    if unknown or not steps:
        raise UsageError(
            f"There is no step {unknown[0]!r}." if unknown else "No step is named.", f"Steps: {','.join(STEPS)}"
        )
    return STEPS[: 1 + max(map(STEPS.index, steps))]
