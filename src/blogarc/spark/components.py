"""Connected components of a graph that no machine holds: alternating large stars and small stars on DataFrames.

Source: Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected Components in MapReduce and Beyond" (2014). In a
large star every node hangs its larger neighbours on the least of its neighbourhood; in a small star it hangs itself and its
smaller neighbours there. Both leave the components as they are, and both together end, in practice after a few rounds, with
every node on the least of its component. A round costs two aggregations and two joins over the edges, and is written
down, so that the plan does not grow and nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from blogarc.spark.columns import batches, ddl

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

# Rounds grow with the logarithm of the longest path in all that was measured; a graph that takes more is a mistake.
_MOST_ROUNDS = 100
_CONNECTED = {"node": "bigint", "component": "bigint"}


def connect(edges: DataFrame, write_down: Callable[[str, DataFrame], DataFrame]) -> DataFrame:
    """For each node of the edges (`one`, `other`: long) the least node of its component: rows of `node` and `component`.

    The order of an edge does not matter, nor whether it is told twice; a node that has only itself is a component. What
    `write_down` is given under a name it writes, and reads back.
    """
    from pyspark.sql import functions as f

    told = write_down(
        "edges",
        edges.select(f.greatest("one", "other").alias("node"), f.least("one", "other").alias("least")).distinct(),
    )
    stars = told.where("node <> least")
    now = _digest(stars)
    for turn in range(_MOST_ROUNDS):
        # Two places in turn: what is read is not written over.
        stars, before = write_down(f"round-{turn % 2}", _small_star(_large_star(stars))), now
        now = _digest(stars)
        if now == before:
            break
    else:
        raise RuntimeError(f"The components are not found after {_MOST_ROUNDS} rounds.")
    nodes = told.select("node").union(told.select("least")).distinct()
    return nodes.join(stars, "node", "left").select("node", f.coalesce("least", "node").alias("component"))


def connect_at_once(edges: DataFrame) -> DataFrame:
    """What `connect` finds, of so few edges that one task holds them."""
    return edges.select("one", "other").coalesce(1).mapInArrow(_connect_batches, ddl(_CONNECTED))


def _connect_batches(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    least: dict[int, int] = {}

    def root(node: int) -> int:
        while least.setdefault(node, node) != node:
            least[node] = node = least[least[node]]
        return node

    for batch in given:
        for pair in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            low, high = sorted(map(root, pair))
            least[high] = low
    rows = [{"node": node, "component": root(node)} for node in sorted(least)]
    yield from batches(rows, _CONNECTED)


def _large_star(edges: DataFrame) -> DataFrame:
    """Each node hangs its larger neighbours on the least of its neighbours and itself. Edges go from `node` to `least`, which
    is the smaller."""
    from pyspark.sql import functions as f

    both = edges.union(edges.select(f.col("least").alias("node"), f.col("node").alias("least")))
    least = both.groupBy("node").agg(f.least(f.min("least"), f.col("node")).alias("root"))
    hung = both.where("least > node").join(least, "node")
    return hung.select(f.col("least").alias("node"), f.col("root").alias("least")).distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """Each node hangs itself and its smaller neighbours on the least of these."""
    from pyspark.sql import functions as f

    least = edges.groupBy("node").agg(f.min("least").alias("root"))
    hung = edges.join(least, "node").where("least <> root").select(f.col("least").alias("node"), "root")
    return hung.union(least).select("node", f.col("root").alias("least")).distinct()


def _digest(edges: DataFrame) -> tuple[int, int]:
    """The same for the same edges; one row comes to the driver."""
    from pyspark.sql import functions as f

    # Halves, so that the sum of very many does not overflow.
    told = f.xxhash64("node", "least")
    row = edges.agg(f.count("*").alias("n"), f.sum(f.shiftright(told, 20)).alias("sum")).first()
    assert row is not None
    return int(row["n"]), int(row["sum"] or 0)
