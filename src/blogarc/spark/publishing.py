"""The table `corpus`: one row a representative, with the fields of the contract, as `export --format parquet` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blogarc.spark.tables import ROWS, Store, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

VERSION = 2
# In the order of the contract.
_FIELDS = (
    "id", "title", "language", "language_confidence", "byline", "published", "text", "words", "source", "start_line",
    "end_line", "byte_start", "byte_end", "cluster", "kind", "similarity", "copies", "translations", "title_source",
    "occurrence", "language_shares", "mixed", "updated", "translator", "language_source", "url", "origin",
)  # fmt: skip


def publish(store: Store, articles: Table, clusters: Table, pairs: Table | None, *, little: bool = False) -> Table:
    """The table `corpus`; translations are empty unless pairs were looked for. Where there is `little`, one task writes it."""
    depends = {"of": [articles.stamp, clusters.stamp, pairs and pairs.stamp], "version": VERSION}
    found = pairs.rows if pairs and pairs.count(ROWS)["rows"] else None

    def corpus() -> DataFrame:
        members = clusters.rows.coalesce(1) if little else clusters.rows
        rows = _corpus(articles.rows, members, found)
        ordered = rows.coalesce(1).sortWithinPartitions("position") if little else rows.orderBy("position")
        return ordered.select(*_FIELDS)

    return store.keep("corpus", depends, corpus, result=True)


def _corpus(articles: DataFrame, clusters: DataFrame, pairs: DataFrame | None) -> DataFrame:
    from pyspark.sql import functions as f

    col = f.col
    # The representative first, then in the order of the corpus.
    apart = col("position") != col("representative")
    told = ("source", "start_line", "end_line", "kind")
    copy = f.struct(apart.alias("apart"), "position", *told, "id", "cluster", "similarity")
    own = clusters.groupBy("representative").agg(f.array_sort(f.collect_list(copy)).alias("all"))
    # Those of the same key are in the same cluster.
    occurrence = "size(filter(all, c -> c.id = all[0].id AND c.position <= all[0].position))"
    own = own.select(
        col("representative").alias("position"),
        *(col("all")[0][name].alias(name) for name in ("cluster", "kind", "similarity")),
        f.expr(occurrence).cast("bigint").alias("occurrence"),
        f.transform("all", lambda c: f.struct(*(c[name].alias(name) for name in told))).alias("copies"),
    )
    rows = articles.join(own, "position")
    kind = "array<struct<id:string,language:string,score:double>>"
    if pairs is None:
        rows = rows.withColumn("translations", f.array().cast(kind))
    else:
        rows = rows.join(_translations(pairs), "position", "left")
        rows = rows.withColumn("translations", f.coalesce("translations", f.array().cast(kind)))
    for name in ("published", "updated"):
        rows = rows.withColumn(name, col(name).cast("date"))
    return rows


def _translations(pairs: DataFrame) -> DataFrame:
    """For each post what translates it, the surest first."""
    from pyspark.sql import functions as f

    sides = ("source", "target")
    ways = [
        pairs.select(
            f.col(f"{one}_position").alias("position"), f.col(other).alias("id"),
            f.col(f"{other}_language").alias("language"), "score",
        )
        for one, other in (sides, sides[::-1])
    ]  # fmt: skip
    partner = f.struct((-f.col("score")).alias("less"), "id", "language", "score")
    held = ways[0].union(ways[1]).groupBy("position").agg(f.array_sort(f.collect_list(partner)).alias("held"))
    told = "transform(held, p -> named_struct('id', p.id, 'language', p.language, 'score', p.score))"
    return held.select("position", f.expr(told).alias("translations"))
