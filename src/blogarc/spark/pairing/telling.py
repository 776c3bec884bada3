"""A pair with its evidence and its beads: told where its two posts are, and what else could be their partner."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from blogarc.archive.matching import article_of, named
from blogarc.lexicon import Translations
from blogarc.likeness import spell
from blogarc.model import Article, Pair
from blogarc.pairs import PairConfig
from blogarc.pairs.judged import Judged, Shared
from blogarc.pairs.posts import Posts
from blogarc.pairs.telling import Telling
from blogarc.sides import NAMED
from blogarc.spark.columns import ddl, numbers, ordered, whole
from blogarc.spark.pairing.candidates import split
from blogarc.spark.pairing.columns import PAIR, SOURCES, clues_of, places
from blogarc.spark.pairing.judging import Judgement, decide
from blogarc.spark.pairing.keys import Known

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

_SHOWN = ("hashes", "names", "runs", "rarities0", "rarities1")


def tell(posts: DataFrame, known: Known, judged: Judgement, config: PairConfig) -> DataFrame:
    """The table `pairs`."""
    from pyspark.sql import functions as f

    col, yes = f.col, f.lit(True)
    edges = judged.edges.rows
    taken = decide(edges, config).select("source", "target", f.shiftright("source", SOURCES).alias("block"))
    # With a pair go all edges at its two ends, and of the posts at their other ends whether they have a partner.
    ends = [taken.select(end, "block").join(edges, end) for end in ("source", "target")]
    around = ends[0].unionByName(ends[1]).dropDuplicates(["block", "source", "target"])
    for end in ("source", "target"):
        around = around.join(taken.select(end, yes.alias(f"{end}_taken")), end, "left").fillna(False, [f"{end}_taken"])
    around = around.join(taken.select("source", "target", yes.alias("taken")), ["source", "target"], "left")
    around = around.fillna(False, ["taken"])
    # Their texts are needed of the two ends alone.
    both = f.array(*(f.struct(col(end).alias("post"), col("full").alias("full")) for end in ("source", "target")))
    wanted = around.withColumn("full", f.lit(False)).unionByName(
        taken.withColumn("full", yes), allowMissingColumns=True
    )
    asked = wanted.select("block", f.explode(both).alias("end")).groupBy("block", col("end.post").alias("post"))
    wanted = asked.agg(f.bool_or("end.full").alias("full"))
    own = wanted.join(posts, "post").withColumn("text", f.when(col("full"), col("text")).otherwise(""))
    shown = known.weighed.rows.select(col("post").alias("number"), *_SHOWN)
    own = own.join(shown, (own["post"] == shown["number"]) & own["full"], "left")
    own = own.drop("number", "full").withColumnRenamed("block", "of")
    lexicon, among = judged.lexicon, known.posts

    def told(some: pa.Table, at: pa.Table) -> pa.Table:
        return _tell_block(some, at, config, lexicon, among)

    return around.groupBy("block").cogroup(own.groupBy("of")).applyInArrow(told, ddl(PAIR))


def _tell_block(
    edges: pa.Table, own: pa.Table, config: PairConfig, lexicon: Translations, among: tuple[int, int]
) -> pa.Table:
    edges, own = ordered(edges, "source", "nth"), ordered(own, "post")
    rows = own.drop_columns(list(_SHOWN)).to_pylist()
    articles = [article_of(row) for row in rows]
    posts = Posts(articles, config.languages, [row["neighbour"] for row in rows])
    sides = split(own)
    ends = [
        places(numbers(side, "post"), numbers(edges, end))
        for side, end in zip(sides, ("source", "target"), strict=True)
    ]
    vetoes, ratio = edges.column("vetoes").to_pylist(), numbers(edges, "length_ratio")
    judged = Judged(posts, config, (ends[0], ends[1]), clues_of(edges), vetoes, ratio, _sharer(sides), among=among)
    judged.probability, judged.lexicon = numbers(edges, "probability"), lexicon
    judged.take(_taken(judged, edges))
    telling = Telling(judged)
    pairs = (telling.pair(edge) for edge in np.flatnonzero(numbers(edges, "taken")).tolist())
    return whole((row_of(pair, rows, articles) for pair in pairs), PAIR)


def _taken(judged: Judged, edges: pa.Table) -> dict[int, int]:
    """Every post that has a partner, with itself in its place: which it is matters to nobody here."""
    paired: dict[int, int] = {}
    for side, (owner, end) in enumerate(zip((judged.rows, judged.columns), ("source", "target"), strict=True)):
        held = judged.places[side][owner[numbers(edges, f"{end}_taken").astype(bool)]].tolist()
        paired |= dict(zip(held, held, strict=True))
    return paired


def _sharer(sides: tuple[pa.Table, pa.Table]) -> Shared:
    """Tells the keys that two posts of the block share."""
    held = [side.select(list(_SHOWN)) for side in sides]

    def shared(row: int, column: int) -> list[list[str]]:
        ours, theirs = (
            {name: one.column(name)[n].as_py() for name in _SHOWN} for one, n in zip(held, (row, column), strict=True)
        )
        families = np.repeat(np.arange(NAMED), ours["runs"]).tolist()
        weights = map(min, ours["rarities0"], ours["rarities1"])
        both = set(theirs["hashes"])
        keys = zip(ours["hashes"], ours["names"], families, weights, strict=True)
        return spell([(name, family, weight) for number, name, family, weight in keys if number in both])

    return shared


def row_of(pair: Pair, rows: list[dict[str, Any]], articles: list[Article]) -> dict[str, Any]:
    """A pair among articles, as the table has it."""
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
