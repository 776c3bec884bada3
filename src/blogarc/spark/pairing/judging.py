"""How probable it is that candidates translate each other: at first, and by a lexicon that the surest pairs teach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from blogarc.alignment import align
from blogarc.archive.matching import article_of
from blogarc.clues import (
    SECOND_COEFFICIENTS,
    SECOND_INTERCEPT,
    lead_over,
    margin_over,
    neighbourhood,
    runner_up,
    weighed_sum,
)
from blogarc.lexicon import MOST_PASSAGES, Phrases, Translations, Wording, learn
from blogarc.pairs import PairConfig
from blogarc.pairs.judged import odds_and_probability, passages_of
from blogarc.pairs.pool import BACKGROUND, ENOUGH, LEXICON_ROUNDS, SURE
from blogarc.pairs.posts import Posts
from blogarc.pairs.weighing import look
from blogarc.sides import Floats
from blogarc.spark.columns import ddl, flat, frame, lists, numbers, ordered
from blogarc.spark.pairing.candidates import likeness_of, needed, owners, split
from blogarc.spark.pairing.columns import (
    ALL_CLUES,
    JUDGED,
    OF_LOOK,
    SOURCES,
    TARGETS,
    clue_lists,
    clues_of,
    edges_of,
    places,
)
from blogarc.spark.pairing.keys import STEM, TITLE, Known
from blogarc.spark.tables import Store, Table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

_LEXICON = {"target": "string", "words": "array<string>", "chances": "array<double>"}
_SAID = JUDGED | {"whole": "double", "titles": "double"}
_NEAR = _SAID | {"near": "array<double>"}
_SEEN = ("post", "side", "hashes", "runs", "places", "rarities0", "rarities1", "totals", "size", "numbers")
_PHRASES = (
    "post", "side", "stems", "stem_values", "stem_used", "titles", "title_values", "title_used",
)  # fmt: skip
_WORDINGS = (("stem", STEM), ("title", TITLE))


@dataclass(frozen=True, slots=True)
class Judgement:
    """The candidates with their probability, and the lexicon by which they were judged at last; empty if none was learned."""

    edges: Table
    lexicon: Translations


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """What was learned, and of its words of the source language those that any whole post and any title has."""

    said: Translations
    used: tuple[frozenset[str], frozenset[str]]


def judge(store: Store, posts: Table, known: Known, chosen: Table, config: PairConfig) -> Judgement:
    """Look at the candidates, learn from the surest pairs, and look again, as often as the local engine does."""
    edges = store.keep("looked", {"of": chosen.stamp}, lambda: _look(chosen.rows, posts.rows, known, config))
    lexicon = _Lexicon({}, (frozenset(), frozenset()))
    for turn in range(LEXICON_ROUNDS):
        now = edges
        sure = store.keep(f"sure-{turn}", {"of": now.stamp}, lambda now=now: _surest(now.rows, config))  # type: ignore[misc]
        if sure.rows.count() < ENOUGH:
            break
        learned = store.keep(f"lexicon-{turn}", {"of": sure.stamp}, lambda sure=sure: _learn(sure.rows, posts.rows))  # type: ignore[misc]
        said = {row["target"]: list(zip(row["words"], row["chances"], strict=True)) for row in learned.rows.collect()}
        words = sorted({word for listed in said.values() for word, _ in listed})
        lexicon = _Lexicon(said, (_used(known, words, STEM), _used(known, words, TITLE)))
        edges = store.keep(
            f"judged-{turn}",
            {"of": learned.stamp, "edges": now.stamp},
            lambda now=now, lexicon=lexicon: _look_again(now.rows, known, lexicon),  # type: ignore[misc]
        )
    return Judgement(edges, lexicon.said)


# ---- the first look ----


def _look(chosen: DataFrame, posts: DataFrame, known: Known, config: PairConfig) -> DataFrame:
    told = posts.drop("side", "position").join(known.weighed.rows.select(*_SEEN), "post")
    edges, own = needed(chosen, told)
    languages = config.languages

    def see(some: pa.Table, at: pa.Table) -> pa.Table:
        return _look_block(some, at, languages)

    return edges.groupBy("block").cogroup(own.groupBy("of")).applyInArrow(see, ddl(JUDGED))


def _look_block(edges: pa.Table, own: pa.Table, languages: tuple[str, str]) -> pa.Table:
    edges, own = ordered(edges, "source", "nth"), ordered(own, "post")
    sides = split(own)
    rows = own.drop_columns([name for name in _SEEN if name not in {"post", "side"}]).to_pylist()
    posts = Posts([article_of(row) for row in rows], languages, [row["neighbour"] for row in rows])
    numbered = [numbers(side, "post") for side in sides]
    ends = places(numbered[0], numbers(edges, "source")), places(numbered[1], numbers(edges, "target"))
    said = [side.column("numbers").to_pylist() for side in sides]
    seen = look(posts, ends, likeness_of(sides, np.empty(0)), clues_of(edges), lambda end, n: set(said[end][n]))
    probability = odds_and_probability(seen.first, seen.clues)[1]
    held = np.array(list(map(len, seen.vetoes)), np.int64)
    import pyarrow as pa

    return frame(
        JUDGED,
        edges_of(edges)
        | {
            "clues": clue_lists(seen.clues, OF_LOOK, len(edges)),
            "vetoes": lists(held, pa.array([veto for vetoes in seen.vetoes for veto in vetoes], pa.string())),
            "length_ratio": seen.length_ratio,
            "first": seen.first,
            "probability": probability,
            "margin": seen.clues["margin"],
        },
    )


# ---- who is whose best ----


def decide(edges: DataFrame, config: PairConfig) -> DataFrame:
    """The edges that are pairs: the most probable one of both its posts, and probable enough. Of equal ones the likelier by
    margin, then the earlier, as in `Judged.decide`."""
    from pyspark.sql import functions as f

    order = f.struct((-f.col("probability")).alias("p"), (-f.col("margin")).alias("m"), "source", "target")
    ends = ("source", "target")
    taken = edges.where(f"probability >= {config.threshold!r}")
    for end, other in (ends, ends[::-1]):
        best = edges.groupBy(end).agg(f.min(order).alias("best")).select(end, f.col(f"best.{other}").alias(other))
        taken = taken.join(best, list(ends), "left_semi")
    return taken


def _surest(edges: DataFrame, config: PairConfig) -> DataFrame:
    """The pairs that a lexicon may be learned from, the surest first, and no more than have so many passages."""
    from pyspark.sql import functions as f

    sure = decide(edges, config).where(f"probability >= {SURE!r}")
    return (
        sure.orderBy(f.desc("probability"), "source", "nth")
        .limit(MOST_PASSAGES)
        .select("source", "nth", "target", "probability")
    )


# ---- the lexicon ----


def _learn(sure: DataFrame, posts: DataFrame) -> DataFrame:
    from pyspark.sql import functions as f

    for end in ("source", "target"):
        text = posts.select(f.col("post").alias(end), f.col("text").alias(f"{end}_text"))
        sure = sure.join(text, end)
    return sure.groupBy(f.lit(0).alias("all")).applyInArrow(_learn_all, ddl(_LEXICON))


def _learn_all(sure: pa.Table) -> pa.Table:
    order = np.lexsort((numbers(sure, "nth"), numbers(sure, "source"), -numbers(sure, "probability")))
    learned = learn(_passages(sure.take(order)))
    held = np.array(list(map(len, learned.values())), np.int64)
    said = [one for listed in learned.values() for one in listed]
    import pyarrow as pa

    return frame(
        _LEXICON,
        {
            "target": pa.array(list(learned), pa.string()),
            "words": lists(held, pa.array([word for word, _ in said], pa.string())),
            "chances": lists(held, np.array([chance for _, chance in said], np.float64)),
        },
    )


def _passages(sure: pa.Table) -> Iterator[tuple[str, str]]:
    """The paragraphs that translate each other, as far as they are asked for: only then is a pair aligned."""
    for n in range(len(sure)):
        source, target = (str(sure.column(f"{end}_text")[n]) for end in ("source", "target"))
        yield from passages_of(source, target, align(source, target))


def _used(known: Known, words: list[str], family: int) -> frozenset[str]:
    """Which of these words any source post has."""
    from pyspark.sql import functions as f

    if not words:
        return frozenset()
    rows = known.frequencies.rows
    told = rows.sparkSession.createDataFrame([(word,) for word in words], "word string")
    told = told.withColumn("hash", f.xxhash64(f.concat(f.lit(str(family)), "word")))
    found = rows.where("spread0 > 0").join(f.broadcast(told), "hash").select("word").collect()
    return frozenset(row["word"] for row in found)


# ---- the second look ----


def _look_again(edges: DataFrame, known: Known, lexicon: _Lexicon) -> DataFrame:
    from pyspark.sql import functions as f

    some, own = needed(edges, known.weighed.rows.select(*_PHRASES))

    def say(told: pa.Table, at: pa.Table) -> pa.Table:
        return _say_block(told, at, lexicon)

    said = some.groupBy("block").cogroup(own.groupBy("of")).applyInArrow(say, ddl(_SAID))
    near = said.groupBy(f.shiftright("target", TARGETS).alias("of")).applyInArrow(_near_by_target, ddl(_NEAR))
    return near.groupBy(f.shiftright("source", SOURCES).alias("of")).applyInArrow(_judge_by_source, ddl(JUDGED))


def _say_block(edges: pa.Table, own: pa.Table, lexicon: _Lexicon) -> pa.Table:
    edges = ordered(edges, "source", "nth")
    sides = split(own)
    numbered = [numbers(side, "post") for side in sides]
    ends = places(numbered[0], numbers(edges, "source")), places(numbered[1], numbers(edges, "target"))
    whole, titles = (
        _wording(sides, label, used).cosines(lexicon.said, *ends)
        for (label, _), used in zip(_WORDINGS, lexicon.used, strict=True)
    )
    held = {name: edges.column(name).combine_chunks() for name in JUDGED}
    return frame(_SAID, held | {"whole": whole, "titles": titles})


def _wording(sides: tuple[pa.Table, pa.Table], label: str, used: frozenset[str]) -> Wording:
    """The words of some posts; `used` are words of the lexicon that a source post has, here or elsewhere."""
    vocabulary: dict[str, int] = {}
    flags: list[NDArray[np.bool_]] = []
    rows = []
    for side in sides:
        sizes, words = flat(side, f"{label}s")
        keys = np.array([vocabulary.setdefault(word, len(vocabulary)) for word in words.to_pylist()], np.int32)
        rows.append(Phrases(np.concatenate([[0], np.cumsum(sizes)]), keys, numbers(side, f"{label}_values")))
        flags.append(numbers(side, f"{label}_used").astype(bool))
    extra = [vocabulary.setdefault(word, len(vocabulary)) for word in used]
    told = np.zeros(len(vocabulary), bool)
    for row, flag in zip(rows, flags, strict=True):
        told[row.keys[flag]] = True
    told[extra] = True
    return Wording(vocabulary, rows[0], rows[1], told)


def _near_by_target(told: pa.Table) -> pa.Table:
    told = ordered(told, "source", "nth")
    near = _near(told, "target")
    held = {name: told.column(name).combine_chunks() for name in _SAID}
    return frame(_NEAR, held | {"near": lists(np.full(len(told), len(near)), np.stack(near, axis=1).ravel())})


def _near(told: pa.Table, end: str) -> list[Floats]:
    owner = owners(told, end)
    whole, titles = numbers(told, "whole"), numbers(told, "titles")
    return [
        neighbourhood(owner, whole, BACKGROUND),
        runner_up(owner, whole, BACKGROUND),
        runner_up(owner, titles, BACKGROUND),
    ]


def _judge_by_source(told: pa.Table) -> pa.Table:
    told = ordered(told, "source", "nth")
    whole, titles = numbers(told, "whole"), numbers(told, "titles")
    ours, theirs = _near(told, "source"), numbers(told, "near").reshape(-1, 3).T
    clues = {name: values for name, values in clues_of(told).items() if name in OF_LOOK}
    clues["first look"] = numbers(told, "first")
    clues["margin in translated words"] = margin_over(whole, ours[0], theirs[0])
    clues["lead in translated words"] = lead_over(whole, ours[1], theirs[1])
    clues["lead of translated titles"] = lead_over(titles, ours[2], theirs[2])
    text = weighed_sum(clues, SECOND_COEFFICIENTS, SECOND_INTERCEPT)
    held = {name: told.column(name).combine_chunks() for name in JUDGED}
    held |= {"clues": clue_lists(clues, ALL_CLUES, len(told)), "probability": odds_and_probability(text, clues)[1]}
    return frame(JUDGED, held)
