"""The keys of every post, and how rare each is among all: read, counted, and told to the posts that have it.

A key is a number, name or cognate, a stem of the text or one of its title. 4-grams are counted apart: there are 2**20 at most,
so that each task adds up its own, and the sums of all are one small table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blogarc.archive.matching import article_of
from blogarc.features import GRAM_SPACE
from blogarc.lexicon import Phrases, count_stems, dampen, rarity_of_words, scale
from blogarc.likeness import measure, rarest
from blogarc.pairs.posts import whole_text
from blogarc.series import opening_of, title_of
from blogarc.sides import BATCH, ID_BITS, ID_MASK, NAMED, Floats, Ints, Side, Vocabulary, pack, rarity, read_posts
from blogarc.spark.columns import arrow, ddl, flat, frame, lists, numbers, ordered
from blogarc.spark.tables import Store, Table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark import Broadcast
    from pyspark.sql import Column, DataFrame

STEM, TITLE = NAMED, NAMED + 1  # families of keys after the named ones
_FAMILIES = NAMED + 2
# How a key is put together where it first came up: the side, the number of the post, and its place in the row of the post. The
# local engine numbers keys so, and of equally rare ones the earlier counts.
_NTH_BITS, _POST_BITS = 26, 36
_CHUNK = 1 << 14  # 4-grams that are added up together
_POSTS_OF_A_BLOCK = 9  # bits of the number of a post: 512 are weighed together

READ = {
    "post": "bigint",
    "side": "int",
    "units": "bigint",
    "keys": "array<string>",
    "runs": "array<int>",
    "counts": "array<int>",
    "spread": "array<int>",
    "places": "array<float>",
    "grams": "array<int>",
    "chunk": "int",
    "sums": "array<bigint>",
}
WEIGHED = {
    "post": "bigint",
    "side": "int",
    # Numbers, names and cognates that both languages have; how many there are of each family is in `runs`.
    "hashes": "array<bigint>",
    "names": "array<string>",
    "runs": "array<int>",
    "counts": "array<int>",
    "places": "array<float>",
    "rarities0": "array<double>",
    "rarities1": "array<double>",
    # All of them.
    "numbers": "array<string>",
    "size": "bigint",
    "lengths": "array<double>",
    "totals": "array<double>",
    "grams": "array<int>",
    # Those that name candidates, the rarest first.
    "offered": "array<bigint>",
    "weights": "array<double>",
    "stems": "array<string>",
    "stem_values": "array<float>",
    "stem_used": "array<boolean>",
    "titles": "array<string>",
    "title_values": "array<float>",
    "title_used": "array<boolean>",
}

Grams = tuple[Ints, Ints]  # in how many paragraphs of either language each 4-gram stands


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of keys and posts: a row for each key (`frequencies`) and each post (`weighed`); how many posts and
    paragraphs either language has; and what each 4-gram weighs, told to every task."""

    frequencies: Table
    weighed: Table
    posts: tuple[int, int]
    units: tuple[int, int]
    grams: Broadcast[Grams]


def find_keys(store: Store, posts: Table, rules: dict[str, Any], keys: int, postings: int) -> Known:
    """Read the posts, count their keys, and weigh them."""
    from pyspark.sql import functions as f

    read = store.keep("read", rules, lambda: posts.rows.where("side >= 0").mapInArrow(_read, ddl(READ)))
    frequencies = store.keep("frequencies", {"of": read.stamp}, lambda: _count(read.rows))
    sums = store.keep("grams", {"of": read.stamp}, lambda: _add_up(read.rows))
    told = (
        read.rows.where("post IS NOT NULL")
        .groupBy("side")
        .agg(f.count("*").alias("posts"), f.sum("units").alias("units"))
    )
    by_side = {row["side"]: (row["posts"], row["units"]) for row in told.collect()}
    held, units = zip(*(by_side.get(side, (0, 0)) for side in (0, 1)), strict=True)
    grams = np.zeros((2, GRAM_SPACE), np.int64)
    for row in sums.rows.collect():
        grams[row["side"], row["chunk"] * _CHUNK : (row["chunk"] + 1) * _CHUNK] = row["sums"]
    shared = store.spark.sparkContext.broadcast((grams[0], grams[1]))
    counts = _Counts((held[0], held[1]), (units[0], units[1]), shared, keys, postings)
    weighed = store.keep(
        "weighed",
        {"of": frequencies.stamp, "keys": [keys, postings]},
        lambda: _weigh(read.rows, frequencies.rows, counts),
    )
    return Known(frequencies, weighed, counts.posts, counts.units, shared)


# ---- reading ----


def _read(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    sums: Grams = np.zeros(GRAM_SPACE, np.int64), np.zeros(GRAM_SPACE, np.int64)
    for batch in given:
        rows = sorted(batch.to_pylist(), key=lambda row: (row["side"], row["post"]))
        for side in (0, 1):
            own = [row for row in rows if row["side"] == side]
            for n in range(0, len(own), BATCH):
                yield from _read_some(own[n : n + BATCH], side, sums[side]).to_batches()
    for side, added in enumerate(sums):
        chunks = added.reshape(-1, _CHUNK)
        held = np.flatnonzero(chunks.any(axis=1))
        none = lists(np.zeros(len(held), np.int64), [])
        told = dict.fromkeys(READ, none) | {name: [None] * len(held) for name in ("post", "units")}
        told |= {"side": np.full(len(held), side), "chunk": held}
        told["sums"] = lists(np.full(len(held), _CHUNK), chunks[held].ravel())
        yield from frame(READ, told).to_batches()


def _read_some(rows: list[dict[str, Any]], side: int, sums: Ints) -> pa.Table:
    """A few posts of one language, in their order."""
    texts = [whole_text(article_of(row)) for row in rows]
    vocabulary = Vocabulary()
    named, grams, units = read_posts(texts, vocabulary)
    np.add.at(sums, grams.keys, grams.spread)
    names = [list(ids) for ids in vocabulary.ids]
    families, ids = (named.keys >> ID_BITS).tolist(), (named.keys & ID_MASK).tolist()
    keys, runs, counts, spread, places = list[str](), list[int](), list[int](), list[int](), list[float]()
    start = 0
    for text, held in zip(texts, named.lengths.tolist(), strict=True):
        own = slice(start, start + held)
        start += held
        keys += [f"{family}{names[family][n]}" for family, n in zip(families[own], ids[own], strict=True)]
        runs += np.bincount(np.array(families[own], np.int64), minlength=NAMED).tolist()
        counts += named.counts[own].tolist()
        spread += named.spread[own].tolist()
        places += named.places[own].tolist()
        for family, words in ((STEM, text), (TITLE, title_of(opening_of(text)))):
            bag = count_stems(words)
            keys += [f"{family}{stem}" for stem in bag]
            runs.append(len(bag))
            counts += bag.values()
            spread += [1] * len(bag)
            places += [0.0] * len(bag)
    size = np.array(runs, np.int64).reshape(-1, _FAMILIES).sum(axis=1)
    return frame(
        READ,
        {
            "post": [row["post"] for row in rows],
            "side": np.full(len(rows), side),
            "units": units,
            "keys": lists(size, keys),
            "runs": lists(np.full(len(rows), _FAMILIES), runs),
            "counts": lists(size, np.array(counts, np.int32)),
            "spread": lists(size, np.array(spread, np.int32)),
            "places": lists(size, np.array(places, np.float32)),
            "grams": lists(grams.lengths, pack(grams).view(np.int32)),
            "chunk": [None] * len(rows),
            "sums": lists(np.zeros(len(rows), np.int64), []),
        },
    )


# ---- counting ----


def _hash(key: Column) -> Column:
    from pyspark.sql import functions as f

    return f.xxhash64(key)


def _exploded(read: DataFrame) -> DataFrame:
    from pyspark.sql import functions as f

    told = f.posexplode(f.arrays_zip(f.transform("keys", _hash).alias("hash"), "spread"))
    rows = read.where("post IS NOT NULL").select("post", "side", told.alias("nth", "key"))
    return rows.select("post", "side", "nth", f.col("key.hash").alias("hash"), f.col("key.spread").alias("spread"))


def _count(read: DataFrame) -> DataFrame:
    """In how many paragraphs (of stems: posts) of either side each key stands, how many target posts have it, and where it
    came up first."""
    from pyspark.sql import functions as f

    col = f.col
    first = f.shiftleft(col("side").cast("bigint"), _POST_BITS + _NTH_BITS)
    first = first.bitwiseOR(f.shiftleft("post", _NTH_BITS)).bitwiseOR(col("nth").cast("bigint"))
    of = [f.sum(f.when(col("side") == side, col("spread")).otherwise(0)).alias(f"spread{side}") for side in (0, 1)]
    return _exploded(read).groupBy("hash").agg(*of, f.sum("side").alias("held"), f.min(first).alias("first"))


def _add_up(read: DataFrame) -> DataFrame:
    """In how many paragraphs each 4-gram stands, some thousand of them in a row."""
    rows = read.where("chunk IS NOT NULL").select("side", "chunk", "sums")
    return rows.groupBy("side", "chunk").applyInArrow(_add_up_chunk, "side int, chunk int, sums array<bigint>")


def _add_up_chunk(told: pa.Table) -> pa.Table:
    added = numbers(told, "sums").reshape(-1, _CHUNK).sum(axis=0)
    columns = {"side": "int", "chunk": "int", "sums": "array<bigint>"}
    own = {name: numbers(told, name)[:1] for name in ("side", "chunk")}
    return frame(columns, own | {"sums": lists(np.array([_CHUNK]), added)})


# ---- weighing ----


def _weigh(read: DataFrame, frequencies: DataFrame, counts: _Counts) -> DataFrame:
    from pyspark.sql import functions as f

    block = f.shiftright("post", _POSTS_OF_A_BLOCK).alias("block")
    # Under another name, because on both sides of a cogroup they would be one column.
    counted = _exploded(read).select("hash", f.col("post").alias("owner"), "nth").join(frequencies, "hash")
    counted = counted.withColumn("of", f.shiftright("owner", _POSTS_OF_A_BLOCK))
    posts = read.where("post IS NOT NULL").drop("chunk", "sums", "units", "spread").select(block, "*")

    def weigh(some: pa.Table, known: pa.Table) -> pa.Table:
        return _weigh_block(some, known, counts)

    return posts.groupBy("block").cogroup(counted.groupBy("of")).applyInArrow(weigh, ddl(WEIGHED))


@dataclass(frozen=True, slots=True)
class _Counts:
    """What is the same for all blocks."""

    posts: tuple[int, int]
    units: tuple[int, int]
    grams: Broadcast[Grams]
    keys: int
    postings: int


def weights_of_grams(counts: Grams, units: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
    """How rare each 4-gram is on either side, and what it weighs."""
    rarities = [rarity(count, unit) for count, unit in zip(counts, units, strict=True)]
    return rarities[0], rarities[1], np.minimum(*rarities)


def _weigh_block(posts: pa.Table, counted: pa.Table, told: _Counts) -> pa.Table:
    """Some posts of both sides with what is known of their keys."""
    import pyarrow as pa

    posts, counted = ordered(posts, "post"), ordered(counted, "owner", "nth")
    sides = [_weigh_side(posts, counted, side, told).to_batches() for side in (0, 1)]
    return pa.Table.from_batches([batch for side in sides for batch in side], arrow(WEIGHED))


def _weigh_side(posts: pa.Table, counted: pa.Table, side: int, told: _Counts) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    sizes, _ = flat(posts, "keys")
    chosen = numbers(posts, "side") == side
    counted = counted.filter(pa.array(np.repeat(chosen, sizes)))
    posts = posts.filter(pa.array(chosen))
    runs = numbers(posts, "runs").reshape(-1, _FAMILIES).astype(np.int64)
    families = np.repeat(np.tile(np.arange(_FAMILIES), len(runs)), runs.ravel())
    owners = np.repeat(np.arange(len(runs)), runs.sum(axis=1))
    names = pc.utf8_slice_codeunits(flat(posts, "keys")[1], 1)
    hashes, first, held, *spread = (numbers(counted, name) for name in ("hash", "first", "held", "spread0", "spread1"))
    counts, places = numbers(posts, "counts"), numbers(posts, "places")

    # Named keys in the order of the local engine: by family, and then by where they first came up.
    named = np.flatnonzero(families < NAMED)
    named = named[np.lexsort((first[named], families[named], owners[named]))]
    family, owner = families[named], owners[named]
    rarities = [rarity(spread[one][named], told.units[one]) for one in (0, 1)]
    weights = np.minimum(*rarities)
    ends = np.cumsum(runs[:, :NAMED]).reshape(-1, NAMED)
    cuts = np.concatenate([ends[:, :1] - runs[:, :1], ends], axis=1)
    gram_sizes, grams = flat(posts, "grams")
    packed = grams.to_numpy(zero_copy_only=False).astype(np.int32).view(np.uint32)
    *own_grams, gram_weights = weights_of_grams(told.grams.value, told.units)
    own = Side(
        cuts,
        np.arange(len(named), dtype=np.int32),
        counts[named],
        places[named],
        np.concatenate([[0], np.cumsum(gram_sizes)]),
        packed,
    )
    measured = measure(
        own,
        family.astype(np.int8),
        rarities[side],
        np.where(weights > 0, weights, rarities[side]),
        np.where(gram_weights > 0, gram_weights, own_grams[side]),
    )
    both = weights > 0  # of keys that both languages have
    shared, kept = named[both], owner[both]
    lengths = np.bincount(kept, minlength=len(runs))
    offered = [_offer(at, weights, both & (held[named] <= told.postings), told.keys, side) for at in _split(cuts)]
    offers = np.concatenate([np.empty(0, np.int64), *offered])
    number = named[family == 0]
    of_source = [one[both] if side == 0 else np.empty(0) for one in rarities]
    source_lengths = lengths if side == 0 else np.zeros_like(lengths)
    columns: dict[str, Any] = {
        "post": posts.column("post").combine_chunks(),
        "side": posts.column("side").combine_chunks(),
        "hashes": lists(lengths, hashes[shared]),
        "names": lists(lengths, names.take(pa.array(shared))),
        "runs": lists(
            np.full(len(runs), NAMED),
            np.bincount(kept * NAMED + family[both], minlength=len(runs) * NAMED).astype(np.int32),
        ),
        "counts": lists(lengths, counts[shared]),
        "places": lists(lengths, places[shared]),
        "rarities0": lists(source_lengths, of_source[0]),
        "rarities1": lists(source_lengths, of_source[1]),
        "numbers": lists(np.bincount(owners[number], minlength=len(runs)), names.take(pa.array(number))),
        "size": measured.sizes,
        "lengths": lists(np.full(len(runs), measured.lengths.shape[1]), measured.lengths.ravel()),
        "totals": lists(np.full(len(runs), NAMED), measured.totals.ravel()),
        "grams": lists(gram_sizes, grams),
        "offered": lists(np.array(list(map(len, offered)), np.int64), hashes[named[offers]]),
        "weights": lists(np.array(list(map(len, offered)), np.int64), weights[offers]),
    }
    for label, kind in (("stem", STEM), ("title", TITLE)):
        words = np.flatnonzero(families == kind)
        size = runs[:, kind]
        values = dampen(counts[words].tolist())
        rows = Phrases(np.concatenate([[0], np.cumsum(size)]), np.empty(0, np.int32), values)
        scale(rows, rarity_of_words(spread[side][words], told.posts[side]))
        columns |= {
            f"{label}s": lists(size, names.take(pa.array(words))),
            f"{label}_values": lists(size, values),
            f"{label}_used": lists(size, spread[0][words] > 0),
        }
    return frame(WEIGHED, columns)


def _split(cuts: Ints) -> Iterator[Ints]:
    """The places of the keys of each post."""
    for start, end in cuts[:, [0, -1]].tolist():
        yield np.arange(start, end)


def _offer(at: Ints, weights: Floats, useful: NDArray[np.bool_], most: int, side: int) -> Ints:
    """Of the keys of a post those that look for candidates, the rarest; of a target post all that may be found."""
    at = at[useful[at]]
    return at[rarest(weights[at], most)] if side == 0 else at
