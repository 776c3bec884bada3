"""Which articles are copies of one another: what `sketchbook` finds, for a corpus that no machine holds.

The steps are those of the local engine, with its functions where something is decided, and aggregations and joins between:

1. Every article is sketched where it stands (`minhash.sketch`). Of articles with the same words one leads; only leaders are
   compared.
2. Sampled shingles become rows. Of each it is counted how many leaders have it. Crowded ones (furniture) are dropped before
   anything is joined: there each text is paired with the centre only, so that the work stays linear.
3. Pairs of leaders that share shingles are counted, and `weigh_shared` says which may be duplicates.
4. Candidates are compared word by word (`verification`), in blocks of pairs, each with the texts that it needs.
5. Connected parts of the graph of verified pairs are grouped (`grouping`), many small ones together.

Texts go through the network in steps 4 and 5 only, those of candidates and of duplicates; all else are numbers. What one
task holds is compared in one, by the local engine as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from blogarc import duplicates, grouping, minhash
from blogarc.buckets import COARSE, CROWD, CROWD_OF_SHORT, parts_of, sort_buckets
from blogarc.candidates import FEWEST_SHARED, Candidates, Sampled, weigh_shared
from blogarc.duplicates import comparable
from blogarc.minhash import Ints, Sketches
from blogarc.model import Article, Kind, Span
from blogarc.spark import components
from blogarc.spark.columns import ddl, frame, whole
from blogarc.spark.tables import ROWS, Store, Table
from blogarc.verification import DuplicateConfig, Judgement, Verifier

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

VERSION = 4
# Pairs that are verified together, with their texts, and texts that are grouped together: some tens of megabytes.
_PAIRS_OF_A_BLOCK, _TEXTS_OF_A_BLOCK = 8192, 8192
# A text with more candidates than this has them in several blocks; and so many leaders with a shingle are too many to send
# to one place, so that each place is told instead which shingles those are.
_MANY, _SALT = 4096, 64
_HEAVY = 100_000
# Rows of so few numbers that they are told to every task, rather than that what they belong to is sent to them.
_TOLD = 1_000_000
_SHARED = {"crowded": "count_if(crowded)", "rare": "count_if(NOT crowded)"}
# Characters that one task compares, as the local engine does: quicker than many small jobs, and within 1.5 GB. An article
# counts for some hundred more.
TOGETHER, _EACH = 250_000_000, 500
LETTERS = {"letters": f"sum(length(text) + {_EACH})"}
_WAYS = ("first", "second"), ("second", "first")
_EXACT = json.dumps({"words": 1.0})

_SKETCH = {
    "position": "bigint",
    "id": "string",
    "title": "string",
    "digest": "bigint",
    "words": "bigint",
    "shingles": "array<bigint>",
}
_CANDIDATE = {"first": "bigint", "second": "bigint", "shared": "double", "resemblance": "double", "in_crowd": "boolean"}
_VERIFIED = {
    "first": "bigint", "second": "bigint", "kind": "string", "similarity": "double", "scores": "string", "rule": "string",
}  # fmt: skip
_GROUPED = {
    "leader": "bigint", "representative": "bigint", "kind": "string", "similarity": "double", "scores": "string",
}  # fmt: skip
_PLACE = {"id": "string", "source": "string", "start_line": "bigint", "end_line": "bigint", "title": "string"}
_READ = ("position", *_PLACE, "title_source", "text")
_MEMBER = {
    "position": "bigint", **_PLACE, "kept_position": "bigint", "kept": "string", "kept_source": "string",
    "kept_start_line": "bigint", "kind": "string", "similarity": "double", "scores": "string",
}  # fmt: skip
_KINDS = {str(kind): f"count_if(kind = '{kind}')" for kind in Kind}
# A shingle and its hint in one number.
_HINT_BITS = 6
# What is told of a pair beside its second text: that the hints are alike, that one has few shingles, that one is a centre.
_ALIKE, _FEW, _CROWD, _FLAGS = 1, 2, 4, 3


def find_copies(
    store: Store, articles: Table, config: DuplicateConfig, together: int = TOGETHER
) -> tuple[Table, Table]:
    """The tables `clusters`, a row for each article, and `duplicates`, a row for each that another represents.

    So many characters of text are compared in one task; of more the work is parted.
    """
    if config.keep != "complete":
        raise ValueError("the choice of representatives is made in an archive")
    members = compare_at_once(store, articles, config, together) or _part(store, articles, config)
    of = {"of": members.stamp}
    clusters, found = store.keep_all(
        lambda: store.keep("clusters", of, lambda: _clusters(members.rows), result=True, count=_KINDS),
        lambda: store.keep("duplicates", of, lambda: _duplicates(members.rows), result=True),
    )
    return clusters, found


def compare_at_once(store: Store, articles: Table, config: DuplicateConfig, together: int = TOGETHER) -> Table | None:
    """Each article with the one that represents it, and why; nothing if there is more than one task compares."""
    if articles.count(LETTERS)["letters"] > together:
        return None
    told = _rules(articles) | {"config": asdict(config)}
    return store.keep("members", told, lambda: _compare_at_once(articles.rows, config))


def _rules(articles: Table) -> dict[str, Any]:
    return {"of": articles.stamp, "version": VERSION, "duplicates": duplicates.VERSION}


def _part(store: Store, articles: Table, config: DuplicateConfig) -> Table:
    """The same by the steps above."""
    rules = _rules(articles)
    sketches = store.keep("sketches", rules, lambda: _sketch(articles.rows))
    texts = store.keep("texts", {"of": sketches.stamp}, lambda: _lead(sketches.rows))
    leaders = store.keep("leaders", {"of": texts.stamp}, lambda: _leaders(sketches.rows, texts.rows))
    counted = store.keep("shingles", {"of": leaders.stamp}, lambda: _count(leaders.rows), count=_SHARED)
    crowds = store.keep("crowds", {"of": counted.stamp}, lambda: _crowds(leaders.rows, counted))
    known = store.keep("known", {"of": crowds.stamp}, lambda: _tally(leaders.rows, crowds.rows), count=ROWS)
    candidates = store.keep(
        "candidates", {"of": known.stamp}, lambda: _candidates(known, leaders.rows, counted, crowds.rows), count=ROWS
    )
    judged = {"of": candidates.stamp, "config": asdict(config)}
    verified = store.keep("verified", judged, lambda: _verify(candidates, leaders.rows, articles.rows, config))
    groups = store.keep(
        "grouped", {"of": verified.stamp}, lambda: _group(store, verified.rows, leaders.rows, articles.rows, config)
    )
    return store.keep(
        "members", {"of": groups.stamp}, lambda: _members(articles.rows, texts.rows, groups.rows, leaders.rows)
    )


# ---- in one task ----


def _compare_at_once(articles: DataFrame, config: DuplicateConfig) -> DataFrame:
    """In one task, to which the articles need not be sent: it reads them where they are."""

    def compare(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from _compare_all(given, config).to_batches()

    return articles.select(*_READ).coalesce(1).mapInArrow(compare, ddl(_MEMBER))


def _compare_all(given: Iterable[pa.RecordBatch], config: DuplicateConfig) -> pa.Table:
    """What the local engine finds among these articles."""
    import pyarrow as pa

    # Texts are held once: as the engine has them.
    held, parts = list[Article](), list[pa.RecordBatch]()
    for batch in given:
        held += map(_article, batch.to_pylist())
        parts.append(batch.select(["position", *_PLACE]))
    if not parts:
        return whole([], _MEMBER)
    places = pa.Table.from_batches(parts)
    order = np.argsort(places.column("position").to_numpy(), kind="stable")
    places = places.take(order)
    found = duplicates.find_duplicates([held[n] for n in order.tolist()], config)
    why = {duplicate.article: duplicate for duplicate in found.duplicates}
    own = [why.get(n) for n in range(len(held))]
    kept = places.take(list(found.representative))
    columns = {name: places.column(name) for name in ("position", *_PLACE)}
    columns |= {f"kept_{name}": kept.column(name) for name in ("position", "source", "start_line")}
    columns |= {
        "kept": kept.column("id"),
        "kind": [str(one.kind) if one else "representative" for one in own],
        "similarity": [one.similarity if one else 1.0 for one in own],
        "scores": [json.dumps(one.scores) if one else None for one in own],
    }
    return frame(_MEMBER, columns)


def _article(row: dict[str, Any]) -> Article:
    """As much of an article as its comparison needs."""
    nowhere = Span(0, 0)
    return Article(
        key=row["id"], dump="", paragraphs=nowhere, lines=nowhere, bytes=nowhere, title=row["title"],
        title_source=row["title_source"], text=row["text"], words=0,
    )  # fmt: skip


# ---- texts and leaders ----


def _sketch(articles: DataFrame) -> DataFrame:
    told = articles.select("position", "id", "title", "title_source", "text")
    return told.mapInArrow(_sketch_batches, ddl(_SKETCH))


def _sketch_batches(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in given:
        positions, keys, titles, sources, texts = (batch.column(n).to_pylist() for n in range(5))
        own = [title if source == "line" else "" for title, source in zip(titles, sources, strict=True)]
        sketches = minhash.sketch(map(comparable, texts, own))
        buckets = sort_buckets(sketches.buckets)
        shingles, owners, hints = parts_of(buckets)
        order = np.argsort(owners, kind="stable")
        packed = ((shingles << np.uint64(_HINT_BITS)) | hints).astype(np.int64)[order]
        ends = np.cumsum(np.bincount(owners, minlength=len(texts)))
        lists = pa.ListArray.from_arrays(pa.array(np.concatenate(([0], ends)), pa.int32()), pa.array(packed))
        yield pa.RecordBatch.from_arrays(
            [
                pa.array(positions, pa.int64()),
                pa.array(keys, pa.string()),
                pa.array(own, pa.string()),
                pa.array(sketches.digests.view(np.int64)),
                pa.array(sketches.counts.astype(np.int64)),
                lists,
            ],
            names=list(_SKETCH),
        )


def _lead(sketches: DataFrame) -> DataFrame:
    """For each key the position of the first article that has it, and of that with whose words it is compared, its leader:
    of the keys of the same words the least one leads, as in `sketchbook`. With it how many articles that has, and a title."""
    from pyspark.sql import functions as f

    first = sketches.groupBy("id").agg(
        f.min(f.struct("position", "digest", "words")).alias("first"),
        f.count("*").alias("copies"),
        f.min(f.when(f.col("title") != "", f.col("title"))).alias("title"),
    )
    keys = first.select("id", "first.*", "copies", "title")
    # A text without a word is like no other.
    apart = f.when(f.col("words") == 0, f.col("id")).otherwise("")
    leads = keys.groupBy("digest", "words", apart.alias("apart")).agg(
        f.min(f.struct("id", "position")).alias("lead"),
        f.min("position").alias("best"),
        f.sum("copies").alias("all"),
        f.min("title").alias("name"),
    )
    joined = keys.withColumn("apart", apart).join(leads, ["digest", "words", "apart"])
    return joined.select(
        "id", f.col("lead.position").alias("leader"), "digest", "words", "best", f.col("all").alias("copies"),
        f.coalesce("name", f.lit("")).alias("title"), (f.col("lead.id") == f.col("id")).alias("leads"),
    )  # fmt: skip


def _leaders(sketches: DataFrame, texts: DataFrame) -> DataFrame:
    """The texts that are compared, with their shingles. `best` is the first article that any of them stands for."""
    leads = texts.where("leads").select("leader", "best", "copies", "title")
    own = sketches.select("position", "digest", "words", "shingles")
    return leads.join(own, leads["leader"] == own["position"]).drop("position")


# ---- shingles ----


def _everywhere(rows: DataFrame, count: int) -> DataFrame:
    """The rows, told to every task that joins them if they are few."""
    from pyspark.sql import functions as f

    return f.broadcast(rows) if count <= _TOLD else rows


def _shingles(leaders: DataFrame, *columns: str) -> DataFrame:
    from pyspark.sql import functions as f

    told = leaders.select(f.col("leader").alias("text"), *columns, f.explode("shingles").alias("packed"))
    return told.select(
        f.shiftright("packed", _HINT_BITS).alias("shingle"), "text", *columns,
        f.col("packed").bitwiseAND((1 << _HINT_BITS) - 1).cast("tinyint").alias("hint"),
    )  # fmt: skip


def _count(leaders: DataFrame) -> DataFrame:
    """How many texts share each shingle, of those that several do, and whether they are a crowd."""
    from pyspark.sql import functions as f

    counted = _shingles(leaders).groupBy("shingle").agg(f.count("*").alias("texts")).where("texts > 1")
    coarse = f.col("shingle") <= COARSE
    limit = f.when(coarse, CROWD).otherwise(CROWD_OF_SHORT)
    return counted.select("shingle", "texts", coarse.alias("coarse"), (f.col("texts") > limit).alias("crowded"))


def _crowds(leaders: DataFrame, counted: Table) -> DataFrame:
    """The texts of each crowded shingle, each with the centre of the crowd, the text of the lowest digest."""
    from pyspark.sql import functions as f

    count = counted.count(_SHARED)["crowded"]
    crowded = counted.rows.where("crowded").select("shingle", "coarse", "texts")
    rows = _shingles(leaders, "digest").select("shingle", "text", "digest")
    if count <= _TOLD:
        told = rows.join(f.broadcast(crowded.drop("texts")), "shingle")
    else:
        # What very many texts have is told to every task; its rows stay where they are.
        heavy = rows.join(f.broadcast(crowded.where(f"texts > {_HEAVY}").drop("texts")), "shingle")
        other = rows.join(crowded.where(f"texts <= {_HEAVY}").drop("texts"), "shingle")
        told = heavy.unionByName(other)
    # Digests are numbers without a sign; flipped, they sort as such.
    unsigned = f.col("digest").bitwiseXOR(f.lit(-(1 << 63)).cast("bigint"))
    told = told.select("shingle", "coarse", "text", unsigned.alias("digest"))
    centres = told.groupBy("shingle").agg(f.min(f.struct("digest", "text"))["text"].alias("centre"))
    return (
        told.drop("digest").join(_everywhere(centres, count), "shingle").select("shingle", "coarse", "text", "centre")
    )


def _tally(leaders: DataFrame, crowds: DataFrame) -> DataFrame:
    """What is known of the shingles of each text, in the four rows of `Sampled`."""
    from pyspark.sql import functions as f

    highest = (COARSE << _HINT_BITS) | ((1 << _HINT_BITS) - 1)
    all_coarse = f.size(f.filter("shingles", lambda packed: packed <= highest)).cast("bigint")
    own = leaders.select(
        f.col("leader").alias("text"),
        "words",
        f.size("shingles").cast("bigint").alias("all"),
        all_coarse.alias("coarse"),
    )
    shared = crowds.groupBy("text").agg(
        f.count_if(~f.col("coarse")).alias("tally0"), f.count_if("coarse").alias("tally1")
    )
    told = own.join(shared, "text", "left").fillna(0, ["tally0", "tally1"])
    return told.select(
        "text", "words", "tally0", "tally1",
        (f.col("all") - f.col("coarse") - f.col("tally0")).alias("tally2"),
        (f.col("coarse") - f.col("tally1")).alias("tally3"),
    )  # fmt: skip


def _candidates(known: Table, leaders: DataFrame, counted: Table, crowds: DataFrame) -> DataFrame:
    """The texts that share a shingle travel together, as one list to each of them; what a pair shares is counted there."""
    from pyspark.sql import functions as f

    col, lit = f.col, f.lit
    texts = known.count(ROWS)["rows"]
    # The same as `have_few`, which decides; here it spares most pairs the journey to it.
    few = known.rows.select(col("text").alias("leader"), (col("tally3") < 2 * FEWEST_SHARED).alias("few"))
    rare = _everywhere(counted.rows.where("NOT crowded").select("shingle"), counted.count(_SHARED)["rare"])
    rows = _shingles(leaders.join(_everywhere(few, texts), "leader"), "few").join(rare, "shingle")
    holder = f.struct("text", "hint", "few")
    held = rows.groupBy("shingle").agg(f.sort_array(f.collect_list(holder)).alias("held"))
    one = held.select(f.posexplode("held").alias("at", "one"), "held")

    def pack(other: Column) -> Column:
        alike, either = other["hint"] == col("one.hint"), other["few"] | col("one.few")
        return _packed(other["text"], alike.cast("bigint") * _ALIKE + either.cast("bigint") * _FEW)

    after = f.slice("held", col("at") + 2, f.greatest(f.size("held") - col("at") - 1, lit(0)))
    shared = one.select(col("one.text").alias("first"), f.transform(after, pack).alias("others"))
    centred = crowds.where("text <> centre").select(
        f.least("text", "centre").alias("first"),
        f.array(_packed(f.greatest("text", "centre"), lit(_CROWD))).alias("others"),
    )
    # By the first of a pair, and not by both, so that a list is sent once.
    pairs = shared.where("size(others) > 0").union(centred).repartition("first")
    pairs = pairs.select("first", f.explode("others").alias("other"))
    bit = {
        name: col("other").bitwiseAND(flag) != 0 for name, flag in (("alike", _ALIKE), ("few", _FEW), ("crowd", _CROWD))
    }
    pairs = pairs.groupBy("first", f.shiftright("other", _FLAGS).alias("second")).agg(
        f.count_if(~bit["crowd"]).alias("rare"), f.count_if(bit["alike"]).alias("alike"),
        f.count_if(bit["crowd"]).alias("crowds"), f.bool_or(bit["few"]).alias("few"),
    )  # fmt: skip
    pairs = pairs.where(f"rare >= {FEWEST_SHARED} OR crowds > 0 OR few").drop("few")
    for side in ("first", "second"):
        names = [name for name in known.rows.columns if name != "text"]
        told = known.rows.select(col("text").alias(side), *(col(name).alias(f"{side}_{name}") for name in names))
        pairs = pairs.join(_everywhere(told, texts), side)
    sides = [f"{side}_{name}" for side in ("first", "second") for name in ("words", *(f"tally{n}" for n in range(4)))]
    return pairs.select("first", "second", "rare", "alike", "crowds", *sides).mapInArrow(_weigh, ddl(_CANDIDATE))


def _packed(text: Column, flags: Column) -> Column:
    """A text of a pair, and what is known of the pair, in one number."""
    from pyspark.sql import functions as f

    return f.shiftleft(text, _FLAGS).bitwiseOR(flags)


def _weigh(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in given:
        first, second, rare, alike, crowds, *sides = (
            column.to_numpy(zero_copy_only=False).astype(np.int64) for column in batch.columns
        )
        one, other = (Sampled(side[0], np.array(side[1:])) for side in (sides[:5], sides[5:]))
        found, shared, resemblance, in_crowd = weigh_shared(one, other, rare, alike, crowds)
        columns = (first[found], second[found], shared, resemblance, in_crowd)
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], names=list(_CANDIDATE))


# ---- comparing word by word ----


def _verify(candidates: Table, leaders: DataFrame, articles: DataFrame, config: DuplicateConfig) -> DataFrame:
    from pyspark.sql import functions as f

    col = f.col
    blocks = max(1, candidates.count(ROWS)["rows"] // _PAIRS_OF_A_BLOCK)
    placed = _place(candidates.rows, blocks)
    needed = placed.select("block", col("first").alias("text")).union(placed.select("block", "second")).distinct()
    texts = _texts(needed, 2 * candidates.count(ROWS)["rows"], leaders, articles)

    def verify(pairs: pa.Table, told: pa.Table) -> pa.Table:
        return _verify_block(pairs, told, config)

    return placed.groupBy("block").cogroup(texts.groupBy("needed_in")).applyInArrow(verify, ddl(_VERIFIED))


def _place(candidates: DataFrame, blocks: int) -> DataFrame:
    """Each pair with the block in which it is verified. Texts that name one another come into the same block, so that a text
    travels once: that of the least text within two steps. Where very many would, by the first of a pair, and the pairs of one
    that has very many in several blocks."""
    from pyspark.sql import functions as f

    col = f.col
    ends = [candidates.select(col(one).alias("text"), col(other).alias("near")) for one, other in _WAYS]
    near = ends[0].union(ends[1])
    one = near.groupBy("text").agg(f.least("text", f.min("near")).alias("root"))
    two = (
        near.join(one.select(col("text").alias("near"), "root"), "near")
        .groupBy("text")
        .agg(f.min("root").alias("root"))
    )
    told = candidates.join(two.select(col("text").alias("first"), "root"), "first")

    def crowded(name: str, most: int) -> DataFrame:
        counted = told.groupBy(name).agg(f.count("*").alias("pairs")).where(f"pairs > {most}")
        return f.broadcast(counted.select(name, f.lit(True).alias(f"many_{name}")))

    told = told.join(crowded("root", _PAIRS_OF_A_BLOCK), "root", "left").join(crowded("first", _MANY), "first", "left")
    salt = f.when(col("many_first"), f.pmod("second", f.lit(_SALT))).otherwise(0)
    key = f.when(col("many_root"), f.xxhash64("first", salt)).otherwise(f.xxhash64("root"))
    return told.select(*_CANDIDATE, f.pmod(key, f.lit(blocks)).alias("block"))


def _texts(needed: DataFrame, count: int, leaders: DataFrame, articles: DataFrame) -> DataFrame:
    """The words of each `text` that is needed in a `block`, as they are compared, and its title. `count` is how many rows are
    needed at most: texts go straight to their blocks if these can be told to every task."""
    from pyspark.sql import functions as f

    needed = needed.withColumnRenamed("block", "needed_in")
    own = leaders.select(f.col("leader").alias("text"), "title", "copies", "best")
    line = f.when(f.col("title_source") == "line", f.col("title")).otherwise("")
    told = articles.select(f.col("position").alias("text"), line.alias("line"), f.col("text").alias("body"))
    return told.join(_everywhere(needed.join(own, "text"), count), "text")


def _verify_block(pairs: pa.Table, texts: pa.Table, config: DuplicateConfig) -> pa.Table:
    numbers, verifier = _verifier(texts, config)
    first, second = (np.searchsorted(numbers, pairs.column(side).to_numpy()) for side in ("first", "second"))
    order = np.lexsort((second, first))
    shared, resemblance, in_crowd = (
        pairs.column(name).to_numpy(zero_copy_only=False)[order] for name in ("shared", "resemblance", "in_crowd")
    )
    candidates = Candidates(first[order], second[order], shared, resemblance, in_crowd.astype(bool))
    found = verifier.accept(candidates)
    rows = (
        {"first": int(numbers[a]), "second": int(numbers[b]), "rule": judgement.rule} | _told(judgement)
        for (a, b), judgement in found.items()
    )
    return whole(rows, _VERIFIED)


def _verifier(texts: pa.Table, config: DuplicateConfig) -> tuple[Ints, Verifier]:
    """The positions of these texts, ascending, and a verifier that numbers them so."""
    positions = texts.column("text").to_numpy()
    texts = texts.take(np.argsort(positions, kind="stable"))
    bodies, lines, titles = (texts.column(name).to_pylist() for name in ("body", "line", "title"))
    compared = list(map(comparable, bodies, lines))
    sketches: Sketches = minhash.sketch(compared)
    return np.sort(positions), Verifier(
        sketches, titles.__getitem__, lambda asked: [compared[n] for n in asked], config
    )


def _told(judgement: Judgement) -> dict[str, Any]:
    return {
        "kind": str(judgement.kind),
        "similarity": judgement.similarity,
        "scores": json.dumps(judgement.scores),
    }


# ---- clusters ----


def _group(
    store: Store, verified: DataFrame, leaders: DataFrame, articles: DataFrame, config: DuplicateConfig
) -> DataFrame:
    from pyspark.sql import functions as f

    edges = verified.select(f.col("first").alias("one"), f.col("second").alias("other"))
    parts = store.scratch("grouped")("parts", components.connect(edges, store.scratch("grouped")))
    count = parts.count()
    blocks = max(1, count // _TEXTS_OF_A_BLOCK)
    placed = parts.select(f.col("node").alias("text"), f.pmod(f.xxhash64("component"), f.lit(blocks)).alias("block"))
    pairs = verified.join(placed.select(f.col("text").alias("first"), "block"), "first")
    texts = _texts(placed, count, leaders, articles)

    def group(told: pa.Table, own: pa.Table) -> pa.Table:
        return _group_block(told, own, config)

    return pairs.groupBy("block").cogroup(texts.groupBy("needed_in")).applyInArrow(group, ddl(_GROUPED))


def _group_block(pairs: pa.Table, texts: pa.Table, config: DuplicateConfig) -> pa.Table:
    numbers, verifier = _verifier(texts, config)
    order = np.argsort(texts.column("text").to_numpy(), kind="stable")
    copies = texts.column("copies").to_numpy()[order]
    first, second = (np.searchsorted(numbers, pairs.column(side).to_numpy()).tolist() for side in ("first", "second"))
    judgements = {
        (a, b): Judgement(Kind(kind), similarity, json.loads(scores), rule)
        for a, b, kind, similarity, scores, rule in sorted(
            zip(
                first,
                second,
                *(pairs.column(n).to_pylist() for n in ("kind", "similarity", "scores", "rule")),
                strict=True,
            )
        )
    }
    groups = grouping.group(verifier, judgements, copies)
    rows: list[dict[str, Any]] = []
    for text, representative in enumerate(groups.representative.tolist()):
        reason = groups.reasons.get(text) if representative != text else None
        rows.append(
            {"leader": int(numbers[text]), "representative": int(numbers[representative])}
            | (_told(reason) if reason else {})
        )
    return whole(rows, _GROUPED)


def _members(articles: DataFrame, texts: DataFrame, groups: DataFrame, leaders: DataFrame) -> DataFrame:
    """Each article with the one that represents it, itself perhaps, and why."""
    from pyspark.sql import functions as f

    col = f.col
    places = articles.select("position", "id")
    led = texts.select("id", "leader").join(groups, "leader", "left")
    led = led.withColumn("representative", f.coalesce("representative", "leader"))
    best = leaders.select(col("leader").alias("representative"), col("best").alias("kept_position"))
    told = places.join(led, "id").join(best, "representative")
    itself, same = col("position") == col("kept_position"), col("leader") == col("representative")
    judged = told.select(
        "position", "kept_position",
        f.when(itself, "representative").when(same, "exact").otherwise(col("kind")).alias("kind"),
        f.when(itself | same, 1.0).otherwise(col("similarity")).alias("similarity"),
        f.when(itself, None).when(same, _EXACT).otherwise(col("scores")).alias("scores"),
    )  # fmt: skip
    return _with_places(articles, judged)


def _with_places(articles: DataFrame, judged: DataFrame) -> DataFrame:
    """With where both articles are."""
    from pyspark.sql import functions as f

    places = articles.select("position", "id", "source", "start_line", "end_line", "title")
    kept = articles.select(
        f.col("position").alias("kept_position"), f.col("id").alias("kept"), f.col("source").alias("kept_source"),
        f.col("start_line").alias("kept_start_line"),
    )  # fmt: skip
    return judged.join(places, "position").join(kept, "kept_position").select(*_MEMBER)


def _clusters(members: DataFrame) -> DataFrame:
    from pyspark.sql import functions as f

    return members.select(
        "position", "id", "source", "start_line", "end_line", f.col("kept").alias("cluster"),
        f.col("kept_position").alias("representative"), "kind", "similarity",
    )  # fmt: skip


def _duplicates(members: DataFrame) -> DataFrame:
    return members.where("position <> kept_position").drop("end_line")
