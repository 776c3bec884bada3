"""The table `corpus`: one row a representative, with the fields of the contract, as `export --format parquet` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blogarc.spark.tables import Store, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

VERSION = 1
# In the order of the contract.
_FIELDS = (
    "id", "title", "language", "language_confidence", "byline", "published", "text", "words", "source", "start_line",
    "end_line", "byte_start", "byte_end", "cluster", "kind", "similarity", "copies", "translations", "title_source",
    "occurrence", "language_shares", "mixed", "updated", "translator", "language_source", "url", "origin",
)  # fmt: skip


def publish(store: Store, articles: Table, clusters: Table, pairs: Table | None) -> Table:
    """The table `corpus`; translations are empty unless pairs were looked for."""
    depends = {"of": [articles.stamp, clusters.stamp, pairs and pairs.stamp], "version": VERSION}
    return store.keep(
        "corpus", depends, lambda: _corpus(articles.rows, clusters.rows, pairs.rows if pairs else None), result=True
    )


def _corpus(articles: DataFrame, clusters: DataFrame, pairs: DataFrame | None) -> DataFrame:
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    col = f.col
    # The representative first, then in the order of the corpus.
    apart = col("position") != col("representative")
    copy = f.struct(apart.alias("apart"), "position", "source", "start_line", "end_line", "kind")
    copies = clusters.groupBy("representative").agg(f.array_sort(f.collect_list(copy)).alias("copies"))
    copies = copies.select(
        "representative",
        f.expr(
            "transform(copies, c -> named_struct('source', c.source, 'start_line', c.start_line, 'end_line', c.end_line,"
            " 'kind', c.kind))"
        ).alias("copies"),
    )
    occurrence = f.row_number().over(Window.partitionBy("id").orderBy("position"))
    own = clusters.withColumn("occurrence", occurrence.cast("bigint")).where("position = representative")
    own = own.select("position", "cluster", "kind", "similarity", "occurrence")
    told = articles.join(own, "position").join(copies.withColumnRenamed("representative", "position"), "position")
    kind = "array<struct<id:string,language:string,score:double>>"
    if pairs is None:
        told = told.withColumn("translations", f.array().cast(kind))
    else:
        told = told.join(_translations(pairs), "position", "left")
        told = told.withColumn("translations", f.coalesce("translations", f.array().cast(kind)))
    for name in ("published", "updated"):
        told = told.withColumn(name, col(name).cast("date"))
    return told.orderBy("position").select(*_FIELDS)


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
