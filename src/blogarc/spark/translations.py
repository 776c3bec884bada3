"""Which representative is the translation of which: what the local engine finds, to the row.

What one task holds, one task pairs, as an archive does: that is quicker than the many small jobs of `pairing`, which finds the
same among more.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from blogarc import pairs
from blogarc.archive.matching import article_of
from blogarc.pairs import PairConfig
from blogarc.spark import pairing
from blogarc.spark.columns import ddl, whole
from blogarc.spark.pairing.columns import PAIR
from blogarc.spark.pairing.telling import row_of
from blogarc.spark.tables import ROWS, Store, Table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

# Representatives of both languages that one task pairs.
TOGETHER = 4_000
VERSION = 2

# Bits of the number of a post for its row in its partition; the partition is above them.
_ROW_BITS, _SPARKS = 24, 33

# The names that `article_of` knows, and where they differ those of the table of articles.
_OF_ARTICLE = {
    "key": "id", "dump": "source", "paragraph_start": "paragraph_start", "paragraph_end": "paragraph_end",
    "line_start": "start_line", "line_end": "end_line + 1", "byte_start": "byte_start", "byte_end": "byte_end",
    "title": "title", "title_source": "title_source", "byline": "byline", "published": "published", "updated": "updated",
    "translator": "translator", "language": "language", "language_confidence": "language_confidence", "toggle": "toggle",
    "words": "words", "evidence": "'{}'",
}  # fmt: skip


def find_translations(
    store: Store, articles: Table, clusters: Table, config: PairConfig, together: int = TOGETHER
) -> Table:
    """The table `pairs`. So many posts are paired in one task; of more the work is parted."""
    depends = {"of": clusters.stamp, "version": VERSION, "languages": config.languages}
    # That there is none at all of a language was counted while the articles were written.
    held = [articles.counts.get(f"in_{language}", 1) for language in config.languages]
    if all(held):
        held = _count(articles.rows, clusters.rows, config)
    if not all(held):
        # One language alone need not be read.
        return store.keep("pairs", depends, lambda: _none(store), result=True, count=ROWS)
    posts = store.keep("posts", depends, lambda: _posts(articles.rows, clusters.rows, config))
    if sum(held) > together:
        return pairing.pair(store, posts, config)
    rules = {"of": posts.stamp, "pairs": pairs.VERSION, "config": asdict(config)}
    return store.keep("pairs", rules, lambda: _pair(posts.rows, config), result=True, count=ROWS)


def _none(store: Store) -> DataFrame:
    return store.spark.range(0).selectExpr(*(f"cast(null AS {kind}) AS {name}" for name, kind in PAIR.items()))


def _representatives(articles: DataFrame, clusters: DataFrame) -> DataFrame:
    chosen = clusters.where("kind = 'representative'").select("position")
    return articles.join(chosen, "position", "left_semi")


def _count(articles: DataFrame, clusters: DataFrame, config: PairConfig) -> list[int]:
    """How many representatives there are in either language."""
    spoken = _representatives(articles, clusters).where(articles["language"].isin(*config.languages))
    told = {row["language"]: row["count"] for row in spoken.groupBy("language").count().collect()}
    return [told.get(language, 0) for language in config.languages]


def _posts(articles: DataFrame, clusters: DataFrame, config: PairConfig) -> DataFrame:
    """The representatives in the order of the corpus, each with its number in it (`post`), the language it is in (`side`: 0 or
    1; -1 for another), and a number that is next to that of the `neighbour` in its dump. Of other languages it counts only that
    they stand between: they have no text."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    side = f.when(f.col("language") == config.languages[0], 0).when(f.col("language") == config.languages[1], 1)
    told = _representatives(articles, clusters).select(
        "position",
        side.otherwise(-1).alias("side"),
        *(f.expr(told).alias(name) for name, told in _OF_ARTICLE.items()),
        f.when(side.isNotNull(), f.col("text")).otherwise("").alias("text"),
    )
    placed = told.select(
        "position", f.row_number().over(Window.partitionBy("dump").orderBy("position")).alias("neighbour")
    )
    number = f.monotonically_increasing_id()
    number = f.shiftleft(f.shiftright(number, _SPARKS), _ROW_BITS).bitwiseOR(number.bitwiseAND((1 << _ROW_BITS) - 1))
    return told.join(placed, "position").orderBy("position").withColumn("post", number)


def _pair(posts: DataFrame, config: PairConfig) -> DataFrame:
    from pyspark.sql import functions as f

    def pair(told: pa.Table) -> pa.Table:
        return _pair_all(told.to_pylist(), config)

    return posts.groupBy(f.lit(0).alias("all")).applyInArrow(pair, ddl(PAIR))


def _pair_all(rows: list[dict[str, Any]], config: PairConfig) -> pa.Table:
    rows.sort(key=lambda row: row["position"])
    articles = [article_of(row) for row in rows]
    found = pairs.pair_up(articles, config).pairs
    return whole((row_of(pair, rows, articles) for pair in found), PAIR)
