"""Which representative is the translation of which: the local engine as one task, for as many posts as one task can hold.

What decides about a pair is global in three ways: how rare a key is among all posts, how near other posts come on both sides,
and the lexicon that the surest pairs teach. All of it is added up from real numbers, and the order of a sum shows in its last
digits, which decide between equals. So the posts of the two languages go to one task, which calls `pairs.pair_up` on them as
the archive does, and finds the same to the row. More posts than MOST are refused; the corpus has all that is needed to pair its
sites one by one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from blogarc import pairs
from blogarc.archive.matching import named
from blogarc.errors import UsageError
from blogarc.model import Article, Pair, Span
from blogarc.pairs import PairConfig
from blogarc.spark.columns import BEADS, ddl, whole
from blogarc.spark.tables import Store, Table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

# Representatives of both languages that one task pairs.
MOST = 200_000
VERSION = 1

_PAIR = {
    "source": "string",
    "target": "string",
    "score": "double",
    "source_position": "bigint",
    "target_position": "bigint",
    "source_language": "string",
    "target_language": "string",
    "evidence": "string",
    "beads": BEADS,
}
_READ = (
    "position", "id", "source", "start_line", "end_line", "byte_start", "byte_end", "title", "title_source", "text", "words",
    "byline", "published", "updated", "translator", "language", "language_confidence", "toggle", "paragraph_start",
    "paragraph_end",
)  # fmt: skip


def find_translations(store: Store, articles: Table, clusters: Table, config: PairConfig) -> Table:
    """The table `pairs`. Raises UsageError if there are too many posts for one task."""
    depends = {"of": clusters.stamp, "version": VERSION, "pairs": pairs.VERSION, "config": asdict(config)}
    return store.keep("pairs", depends, lambda: _pair(articles.rows, clusters.rows, config), result=True)


def _pair(articles: DataFrame, clusters: DataFrame, config: PairConfig) -> DataFrame:
    from pyspark.sql import functions as f

    representatives = clusters.where("kind = 'representative'").select("position")
    spoken = f.col("language").isin(*config.languages)
    posts = articles.join(representatives, "position", "left_semi").select(*_READ)
    count = posts.where(spoken).count()
    if count > MOST:
        raise UsageError(
            f"These are {count:,} posts in {' and '.join(config.languages)}; one task pairs at most {MOST:,}.",
            "Leave pairs out (--steps ingest,dedupe), bring a part of corpus/ into an archive, and run blogarc pairs there.",
        )
    # Of the others it counts only that they stand between.
    told = posts.withColumn("text", f.when(spoken, f.col("text")).otherwise(""))
    return told.groupBy(f.lit(0).alias("all")).applyInArrow(_pairer(config), ddl(_PAIR))


def _pairer(config: PairConfig) -> Any:
    def pair(posts: pa.Table) -> pa.Table:
        rows = sorted(posts.to_pylist(), key=lambda row: row["position"])
        articles = [_article(row) for row in rows]
        found = pairs.pair_up(articles, config).pairs
        return whole((_row(pair, rows, articles) for pair in found), _PAIR)

    return pair


def _article(row: dict[str, Any]) -> Article:
    return Article(
        key=row["id"],
        dump=row["source"],
        paragraphs=Span(row["paragraph_start"], row["paragraph_end"]),
        lines=Span(row["start_line"], row["end_line"] + 1),
        bytes=Span(row["byte_start"], row["byte_end"]),
        title=row["title"],
        title_source=row["title_source"],
        text=row["text"],
        words=row["words"],
        byline=row["byline"],
        published=row["published"],
        updated=row["updated"],
        translator=row["translator"],
        language=row["language"],
        language_confidence=row["language_confidence"],
        toggle=row["toggle"],
    )


def _row(pair: Pair, rows: Sequence[dict[str, Any]], articles: Sequence[Article]) -> dict[str, Any]:
    source, target = articles[pair.source], articles[pair.target]
    return {
        "source": source.key,
        "target": target.key,
        "score": pair.score,
        "source_position": rows[pair.source]["position"],
        "target_position": rows[pair.target]["position"],
        "source_language": source.language,
        "target_language": target.language,
        "evidence": json.dumps(named(pair.evidence, articles), ensure_ascii=False),
        "beads": [
            {
                "source_start": bead.source.start,
                "source_end": bead.source.end,
                "target_start": bead.target.start,
                "target_end": bead.target.end,
                "score": bead.score,
            }
            for bead in pair.beads
        ],
    }
