"""Which target posts may be the translation of a source post: named by rare keys, compared, and the best of both sides kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blogarc.clues import lead_over, margin_over, neighbourhood, runner_up
from blogarc.features import FAMILIES
from blogarc.likeness import Likeness, Measures, best, likeness, most_named
from blogarc.pairs import PairConfig
from blogarc.pairs.pool import BACKGROUND
from blogarc.sides import NAMED, Floats, Ints, Side
from blogarc.spark.columns import ddl, flat, frame, lists, numbers, ordered
from blogarc.spark.pairing.columns import CHOSEN, EDGE, OF_CANDIDATES, SOURCES, TARGETS, clue_lists, edges_of, places
from blogarc.spark.pairing.keys import Grams, Known, weights_of_grams
from blogarc.spark.tables import Store, Table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark import Broadcast
    from pyspark.sql import DataFrame

_COMPARED = EDGE | {"cosines": "array<float>"}
_NEAR = _COMPARED | {"near": "array<double>"}
_RANKED = CHOSEN | {"rank": "double", "kept": "boolean"}
_OF_ROWS = ("post", "side", "hashes", "runs", "counts", "rarities0", "rarities1", "lengths", "grams")


def find_candidates(store: Store, known: Known, config: PairConfig) -> Table:
    """The candidates that are worth a close look, with what comparing them tells."""
    rules = {"of": known.weighed.stamp, "config": asdict(config)}
    named = store.keep("named", rules, lambda: _name(known, config))
    compared = store.keep("compared", {"of": named.stamp}, lambda: _compare(named.rows, known))
    return store.keep("chosen", {"of": compared.stamp}, lambda: _choose(compared.rows, config.checked))


# ---- names ----


def _name(known: Known, config: PairConfig) -> DataFrame:
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    col = f.col
    sources, targets = (known.weighed.rows.where(f"side = {side}") for side in (0, 1))
    if known.posts[1] <= config.candidates:
        # So few that each is a candidate of all.
        nth = (f.row_number().over(Window.orderBy("post")) - 1).cast("int")
        few = targets.select(nth.alias("nth"), col("post").alias("target"))
        return sources.select(col("post").alias("source")).crossJoin(f.broadcast(few)).select(*EDGE)
    holders = targets.select(f.explode("offered").alias("hash"), "post").groupBy("hash")
    held = holders.agg(f.sort_array(f.collect_list("post")).alias("posts"))
    asked = sources.select(
        col("post").alias("source"), f.posexplode(f.arrays_zip("offered", "weights")).alias("nth", "key")
    )
    asked = asked.select(col("key.offered").alias("hash"), "source", "nth", col("key.weights").alias("weight"))
    block = f.shiftright("source", SOURCES).alias("block")
    found = asked.join(held, "hash").select(block, "source", "nth", "weight", "posts")
    most = config.candidates

    def name(told: pa.Table) -> pa.Table:
        return _name_block(told, most)

    return found.groupBy("block").applyInArrow(name, ddl(EDGE))


def _name_block(told: pa.Table, most: int) -> pa.Table:
    told = ordered(told, "source", "nth")
    sizes, posts = flat(told, "posts")
    targets, place = np.unique(posts.to_numpy(zero_copy_only=False), return_inverse=True)
    weights, sources = np.repeat(numbers(told, "weight"), sizes), np.repeat(numbers(told, "source"), sizes)
    starts = np.flatnonzero(np.diff(sources, prepend=-1))
    found = [
        most_named(place[start:end], weights[start:end], most)
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(sources)], strict=True)
    ]
    held = np.array(list(map(len, found)), np.int64)
    nth = np.arange(held.sum()) - np.repeat(np.cumsum(held) - held, held)
    return frame(
        EDGE, {"source": np.repeat(sources[starts], held), "nth": nth, "target": targets[np.concatenate(found)]}
    )


# ---- likeness ----


def needed(edges: DataFrame, posts: DataFrame) -> tuple[DataFrame, DataFrame]:
    """The edges in blocks of source posts, and for each block the posts that stand at its edges."""
    from pyspark.sql import functions as f

    placed = edges.withColumn("block", f.shiftright("source", SOURCES))
    ends = placed.select("block", f.explode(f.array("source", "target")).alias("post")).distinct()
    return placed, ends.join(posts, "post").withColumnRenamed("block", "of")


def _compare(named: DataFrame, known: Known) -> DataFrame:
    edges, posts = needed(named, known.weighed.rows.select(*_OF_ROWS))
    grams, units = known.grams, known.units

    def compare(told: pa.Table, own: pa.Table) -> pa.Table:
        return _compare_block(told, own, grams, units)

    return edges.groupBy("block").cogroup(posts.groupBy("of")).applyInArrow(compare, ddl(_COMPARED))


def _compare_block(edges: pa.Table, posts: pa.Table, grams: Broadcast[Grams], units: tuple[int, int]) -> pa.Table:
    edges = ordered(edges, "source", "nth")
    sides = split(posts)
    alike = likeness_of(sides, weights_of_grams(grams.value, units)[2])
    numbered = [numbers(side, "post") for side in sides]
    rows, columns = (
        places(*pair) for pair in zip(numbered, (numbers(edges, n) for n in ("source", "target")), strict=True)
    )
    starts = np.searchsorted(rows, np.arange(len(numbered[0]) + 1))
    cosines = [alike.compare(row, columns[starts[row] : starts[row + 1]]) for row in range(len(numbered[0]))]
    told = np.concatenate(cosines).astype(np.float32)
    return frame(_COMPARED, edges_of(edges) | {"cosines": lists(np.full(len(told), len(FAMILIES)), told.ravel())})


def split(posts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The source posts and the target posts, each in their order."""
    import pyarrow as pa

    posts = ordered(posts, "post")
    side = numbers(posts, "side")
    return posts.filter(pa.array(side == 0)), posts.filter(pa.array(side == 1))


def likeness_of(sides: tuple[pa.Table, pa.Table], gram_weights: Floats) -> Likeness:
    """Some posts of either side made comparable, from what `keys` knows of them; columns may be absent that nobody asks for."""
    hashes = [numbers(side, "hashes") for side in sides]
    vocabulary, inverse = np.unique(np.concatenate(hashes), return_inverse=True)
    keys = inverse[: len(hashes[0])], inverse[len(hashes[0]) :]
    kinds = np.zeros(len(vocabulary), np.int8)
    rarities = np.zeros(len(vocabulary)), np.zeros(len(vocabulary))
    made, measured = [], []
    for side, own in zip(sides, keys, strict=True):
        runs = numbers(side, "runs").reshape(-1, NAMED).astype(np.int64)
        kinds[own] = np.repeat(np.tile(np.arange(NAMED), len(runs)), runs.ravel())
        ends = np.cumsum(runs).reshape(-1, NAMED)
        cuts = np.concatenate([ends[:, :1] - runs[:, :1], ends], axis=1)
        made.append(
            Side(
                cuts,
                own.astype(np.int32),
                _values(side, "counts", len(own)),
                _values(side, "places", len(own)),
                *_grams(side),
            )
        )
        lengths, totals, size = (_values(side, name, 0) for name in ("lengths", "totals", "size"))
        measured.append(Measures(lengths.reshape(-1, len(FAMILIES)), totals.reshape(-1, NAMED), size))
    # Keys of target posts alone are asked for nowhere.
    for one, rare in enumerate(rarities):
        rare[keys[0]] = numbers(sides[0], f"rarities{one}")
    return Likeness((made[0], made[1]), (measured[0], measured[1]), kinds, rarities, gram_weights)


def _values(side: pa.Table, name: str, count: int) -> NDArray[Any]:
    return numbers(side, name) if name in side.column_names else np.zeros(count)


def _grams(side: pa.Table) -> tuple[Ints, NDArray[np.uint32]]:
    if "grams" not in side.column_names:
        return np.zeros(len(side) + 1, np.int64), np.empty(0, np.uint32)
    sizes, grams = flat(side, "grams")
    packed = grams.to_numpy(zero_copy_only=False).astype(np.int32).view(np.uint32)
    return np.concatenate([[0], np.cumsum(sizes)]), packed


# ---- the nearest others ----


def _choose(compared: DataFrame, checked: int) -> DataFrame:
    """The candidates that are among the best of their source post or of their target post."""
    from pyspark.sql import functions as f

    def rank(told: pa.Table) -> pa.Table:
        return _rank_by_source(told, checked)

    def keep(told: pa.Table) -> pa.Table:
        return _keep_by_target(told, checked)

    by_source, by_target = f.shiftright("source", SOURCES).alias("of"), f.shiftright("target", TARGETS).alias("of")
    near = compared.groupBy(by_target).applyInArrow(_near_by_target, ddl(_NEAR))
    ranked = near.groupBy(by_source).applyInArrow(rank, ddl(_RANKED))
    return ranked.groupBy(by_target).applyInArrow(keep, ddl(CHOSEN))


def owners(table: pa.Table, name: str) -> Ints:
    """Posts at one end of edges, numbered without gaps."""
    return np.unique(numbers(table, name), return_inverse=True)[1]


def _cosines(table: pa.Table) -> tuple[NDArray[np.float32], Floats, Floats]:
    """Cosines, the likeness that they come to, and those of cognates."""
    cosines = numbers(table, "cosines").reshape(-1, len(FAMILIES))
    return cosines, likeness(cosines), cosines[:, 2].astype(float)


def _near_by_target(told: pa.Table) -> pa.Table:
    told = ordered(told, "source", "nth")
    owner = owners(told, "target")
    _, total, cognates = _cosines(told)
    near = [neighbourhood(owner, total, BACKGROUND), neighbourhood(owner, cognates, BACKGROUND)]
    near.append(runner_up(owner, total, BACKGROUND))
    held = {"cosines": told.column("cosines").combine_chunks()}
    return frame(_NEAR, edges_of(told) | held | {"near": lists(np.full(len(told), 3), np.stack(near, axis=1).ravel())})


def _rank_by_source(told: pa.Table, checked: int) -> pa.Table:
    told = ordered(told, "source", "nth")
    owner = owners(told, "source")
    cosines, total, cognates = _cosines(told)
    near = numbers(told, "near").reshape(-1, 3).T
    far = margin_over(total, neighbourhood(owner, total, BACKGROUND), near[0])
    columns = [total, far, *cosines.astype(float).T]
    columns.append(margin_over(cognates, neighbourhood(owner, cognates, BACKGROUND), near[1]))
    columns.append(lead_over(total, runner_up(owner, total, BACKGROUND), near[2]))
    clues = dict(zip(OF_CANDIDATES, columns, strict=True))
    rank = total + far
    kept = best(owner, rank, checked)
    told_clues = clue_lists(clues, OF_CANDIDATES, len(told))
    return frame(_RANKED, edges_of(told) | {"clues": told_clues, "rank": rank, "kept": kept})


def _keep_by_target(told: pa.Table, checked: int) -> pa.Table:
    import pyarrow as pa

    told = ordered(told, "source", "nth")
    kept = numbers(told, "kept").astype(bool) | best(owners(told, "target"), numbers(told, "rank"), checked)
    return told.filter(pa.array(kept)).select(list(CHOSEN))
