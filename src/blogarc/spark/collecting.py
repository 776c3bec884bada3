"""Files become articles, leftovers and problems: what `archive.intake` does, for as many files as there are.

Two passes over the files. The first reads each for what the whole needs to know: what it is, its digest, and the fingerprints
of its telling paragraphs. From these, dumps that share text are put together (`components`), because they are split together;
and files get their rank in the order of the corpus. The second pass splits the dumps, a group at a time, and takes ready
articles as they are. Both call the functions of the local engine on each file: `reading`, `provenance`, `articles`,
`archive.ready`.

A file that cannot be read, and one on which blogarc itself fails, is a row of problems, and the others go on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from blogarc import blocks, languages, provenance, reading, segmentation
from blogarc.archive import ready
from blogarc.articles import complete
from blogarc.errors import BlogarcError, InputError
from blogarc.model import Article, Dump, Paragraph, Role
from blogarc.reading.formats import Recipe, choose
from blogarc.reading.packing import USUAL, Unpacked, open_packed
from blogarc.reading.records import Unreadable
from blogarc.schema import LINKING_LETTERS
from blogarc.spark import components, inputs
from blogarc.spark.columns import SHARES, batches, ddl, whole
from blogarc.spark.copies import LETTERS
from blogarc.spark.inputs import Input
from blogarc.spark.tables import ROWS, Store, Table, stamp_of
from blogarc.text import fingerprint, skeleton

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

VERSION = 2
_DUMPS = {"dumps": "count_if(NOT fatal AND NOT ready)"}
# A place in the corpus in one number: the rank of the file, and below it the ordinal of the first paragraph.
ORDINAL_BITS = 32
_PROBLEM = "problem"

_FILE = {
    "path": "string",
    "name": "string",
    "input": "int",
    "sha256": "string",
    "size": "bigint",
    "ready": "boolean",
    "extent": "bigint",
    "fingerprints": "array<bigint>",
    "letters": "array<bigint>",
    "problem": "string",
    "hint": "string",
    "fatal": "boolean",
}
# What is found in a file: its articles, with `role` null; leftovers, with theirs; problems.
_FOUND = {
    "position": "bigint",
    "id": "string",
    "title": "string",
    "language": "string",
    "language_confidence": "double",
    "byline": "string",
    "published": "string",
    "text": "string",
    "words": "bigint",
    "source": "string",
    "start_line": "bigint",
    "end_line": "bigint",
    "byte_start": "bigint",
    "byte_end": "bigint",
    "title_source": "string",
    "language_shares": SHARES,
    "mixed": "boolean",
    "updated": "string",
    "translator": "string",
    "language_source": "string",
    "url": "string",
    "origin": "string",
    "toggle": "string",
    "sha256": "string",
    "paragraph_start": "bigint",
    "paragraph_end": "bigint",
    "evidence": "string",
    "role": "string",
    "hint": "string",
}
_LEFTOVER = (
    "source",
    "start_line",
    "end_line",
    "byte_start",
    "byte_end",
    "role",
    "text",
    "evidence",
    "sha256",
    "position",
)


# What a survey tells: of each file a row of `_FILE`; where there is little, also what is found in files of ready articles, with
# the path of their file, and without `fatal`.
_SURVEYED = _FILE | _FOUND


@dataclass(frozen=True, slots=True)
class Listed:
    """The files behind the paths of a run, a digest of them, and whether they are `little`: few, small, and each named once."""

    paths: Sequence[str]
    inputs: Sequence[Input]
    rows: DataFrame
    digest: str
    little: bool


@dataclass(frozen=True, slots=True)
class Collected:
    """The tables that ingest makes."""

    files: Table
    articles: Table
    leftovers: Table
    problems: Table


def find_files(store: Store, paths: Sequence[str]) -> Listed:
    """The files behind these paths. Raises InputError if there is not one."""
    from pyspark.sql import functions as f

    found = inputs.find_inputs(store.spark, paths)
    if all(given.reason for given in found):
        first = found[0]
        raise InputError(f"{first.told}: {first.reason}.", "Name files, folders, or patterns that Spark can read.")
    listed = inputs.list_files(store.spark, found, content=False)
    told = f.shiftright(f.xxhash64("path", "length", "modified"), 20)
    once = f.count_distinct("path") if len(paths) > 1 else f.count("*")
    row = listed.agg(
        f.count("*").alias("n"), f.sum(told).alias("sum"), f.sum("length").alias("bytes"), once.alias("once")
    ).first()
    assert row is not None
    little = row["n"] == row["once"] and row["n"] <= inputs.LITTLE_FILES and (row["bytes"] or 0) <= inputs.LITTLE
    return Listed(paths, found, listed, f"{row['n']} {row['sum']} {row['bytes']}", little)


def collect(
    store: Store,
    listed: Listed,
    spoken: Sequence[str],
    *,
    little: bool = False,
    beside: Callable[[Table], object] = lambda articles: None,
) -> Collected:
    """The articles, leftovers and problems of these files.

    Where there is `little`, ready articles are read as their file is surveyed, what is between the passes is done in one task,
    and `beside` is called with the articles before their table is written, while that is done.
    """
    depends = {
        "paths": list(listed.paths),
        "files": listed.digest,
        "version": VERSION,
        "segmentation": segmentation.VERSION,
        "languages": [languages.VERSION, *sorted(set(spoken))],
        "little": little,
    }
    way = (lambda: _read(store, listed, spoken)) if little else (lambda: _survey(store, listed))
    surveyed = store.keep("survey", depends, way, count=(LETTERS | _DUMPS) if little else {})
    rank = {"of": surveyed.stamp}
    files: Callable[[], Table] = lambda: store.keep(  # noqa: E731
        "files", rank, lambda: _rank(_files(surveyed), little), result=True, count=ROWS
    )
    if little and not surveyed.counts["dumps"]:
        made = stamp_of("files", rank)
        split = _found(surveyed, _rank(_files(surveyed), little))
    else:
        ranked = files()
        groups = store.keep(
            "groups", {"of": ranked.stamp}, lambda: _group(store, _files(surveyed), ranked.rows, little)
        )
        parted = store.keep(
            "split", {"of": groups.stamp}, lambda: _split(store, listed, ranked.rows, groups.rows, spoken, little)
        )
        made = parted.stamp
        split = parted.rows.unionByName(_found(surveyed, ranked.rows)) if little else parted.rows
    of = {"of": made}
    making: list[Callable[[], object]] = [
        files,
        lambda: store.keep(
            "articles", of, lambda: _articles(split), result=True, count=ROWS | LETTERS | _spoken_in(spoken)
        ),
        lambda: store.keep("leftovers", of, lambda: _leftovers(split), result=True, count=ROWS),
        lambda: store.keep(
            "problems", of, lambda: _problems(store, listed, _files(surveyed), split), result=True, count=ROWS
        ),
    ]
    if little and not surveyed.counts["dumps"]:
        found = Table("articles", _articles(split), stamp_of("articles", of), surveyed.made, surveyed.counts)
        making.append(lambda: beside(found))
    return Collected(*store.keep_all(*making)[:4])


# ---- the first pass ----


def _survey(store: Store, listed: Listed) -> DataFrame:
    read = inputs.list_files(store.spark, listed.inputs, content=True)
    return read.select("path", "name", "input", "content").mapInArrow(_survey_batches, ddl(_FILE))


def _read(store: Store, listed: Listed, spoken: Sequence[str]) -> DataFrame:
    """The survey, and of ready articles all that is found."""
    read = inputs.list_files(store.spark, listed.inputs, content=True).select("path", "name", "input", "content")
    return read.mapInArrow(partial(_read_batches, spoken=tuple(spoken)), ddl(_SURVEYED))


def _survey_batches(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return batches((_look(row) for row in _rows(given)), _FILE)


def _read_batches(given: Iterator[pa.RecordBatch], spoken: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    return batches((told for row in _rows(given) for told in _look_into(row, spoken)), _SURVEYED)


def _look_into(row: dict[str, Any], spoken: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    content = row["content"]
    told = _look(row)
    yield told
    if told.get("ready") and not told["fatal"]:
        for found in _find([told | {"rank": 0, "content": content}], spoken):
            yield found | {"path": told["path"]}


def _files(surveyed: Table) -> DataFrame:
    return surveyed.rows.where("fatal IS NOT NULL").select(*_FILE)


def _found(surveyed: Table, files: DataFrame) -> DataFrame:
    """What was found while files were surveyed, in those that are kept, at its place in the corpus."""
    from pyspark.sql import functions as f

    found = surveyed.rows.where("fatal IS NULL")
    told = found.join(f.broadcast(files.select("path", "rank")), "path")
    place = f.col("position") + f.shiftleft("rank", ORDINAL_BITS)
    return told.withColumn("position", place).select(*_FOUND)


def _rows(given: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    """The rows one by one, so that of large files one at a time is held as Python has it."""
    for batch in given:
        for at in range(batch.num_rows):
            yield batch.slice(at, 1).to_pylist()[0]


def _look(row: dict[str, Any]) -> dict[str, Any]:
    """What the whole needs to know of one file."""
    name = row["name"]
    try:
        data = inputs.read(row)
    except OSError as error:  # it was listed, and is gone or closed since
        told = {
            "sha256": "",
            "size": 0,
            "extent": 0,
            "fingerprints": [],
            "letters": [],
            "fatal": True,
            "hint": "The other files were read.",
        }
        return row | told | {"problem": f"{name}: it cannot be read: {error.strerror}."}
    told = {**row, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "fatal": False}
    told |= {"extent": 0, "fingerprints": [], "letters": []}
    try:
        opened = _open(data, name)
        if opened.dump is None:
            ready.require_records(opened.file, opened.recipe, name)
        else:
            reading.require_text(opened.dump)
            told["extent"] = provenance.extent(opened.dump)
            found = sorted(set(_telling(opened.dump.paragraphs)))
            told["fingerprints"], told["letters"] = [one for one, _ in found], [letters for _, letters in found]
        told["ready"] = opened.dump is None
        problem = opened.problem(name)
        if problem:
            told["problem"], told["hint"] = problem
    except BlogarcError as error:
        told |= {"problem": error.message, "hint": error.hint, "fatal": True}
    except Exception as error:  # whatever one file of millions makes happen, the others are read
        told |= _bug(name, error) | {"fatal": True}
    return told


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file as it is read: a dump, or ready articles, and then there is no dump."""

    file: Unpacked
    recipe: Recipe
    dump: Dump | None
    lost: str

    def problem(self, name: str) -> tuple[str, str] | None:
        """What could not be read of it, and what to do."""
        damage = "; ".join(filter(None, (self.file.damage, self.lost)))
        if damage:
            return f"{name}: {damage}.", "What could be read of it is kept."
        if self.dump is not None and self.dump.repaired:
            return (
                f"{name}: {self.dump.repaired:,} damaged characters were repaired or left out.",
                "The file is as it was.",
            )
        return None


def _open(data: bytes, name: str) -> _Opened:
    """Raises InputError when nothing can be read of it."""
    if not data:
        raise InputError(f"{name} is empty (0 bytes).", "Check that the scrape or the copy was finished.")
    file = open_packed(data, name, USUAL)
    recipe = choose(file, name, {})
    if recipe.reader is not None:
        return _Opened(file, recipe, None, "")
    dump, lost = reading.dump_of(data, name, recipe, file)
    return _Opened(file, recipe, dump, lost)


def _telling(paragraphs: Iterable[Paragraph]) -> Iterator[tuple[int, int]]:
    """The fingerprints and letters of paragraphs that make two dumps that have them dumps of one site."""
    for paragraph in paragraphs:
        letters = len(skeleton(paragraph.text))
        if letters >= LINKING_LETTERS:
            yield fingerprint(paragraph.text), letters


def _bug(name: str, error: Exception) -> dict[str, str]:
    return {
        "problem": f"{name}: this is a bug in blogarc: {type(error).__name__}: {error}",
        "hint": "The other files were read. Please report it, with the file if you may.",
    }


# ---- between the passes ----


def _rank(surveyed: DataFrame, little: bool) -> DataFrame:
    """The files that can be read, each of the same bytes once, with their rank in the order of the corpus."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    # Of the same bytes the first is taken that `blogarc ingest` would have met: folders are read in the order of their parts.
    met = Window.partitionBy("sha256").orderBy("input", f.translate("name", "/", "\x01"), "path")
    surveyed = surveyed.coalesce(1) if little else surveyed
    kept = surveyed.where("not fatal").withColumn("met", f.row_number().over(met)).where("met = 1")
    kept = kept.select("path", "name", "sha256", "size", "ready").orderBy("name", "sha256")
    if little:
        rank = (f.row_number().over(Window.orderBy("name", "sha256")) - 1).cast("bigint")
        return kept.select(rank.alias("rank"), "*")
    ranked = kept.rdd.zipWithIndex().map(lambda pair: (pair[1], *pair[0]))
    return kept.sparkSession.createDataFrame(
        ranked, "rank bigint, path string, name string, sha256 string, size bigint, ready boolean"
    )


def _group(store: Store, surveyed: DataFrame, files: DataFrame, little: bool) -> DataFrame:
    """For each dump that shares text with others the least rank of those that it is split with: `rank`, `group`."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    ranked = surveyed.join(files.where("not ready").select("path", "rank"), "path")
    told = ranked.select("rank", f.explode(f.arrays_zip("fingerprints", "letters")).alias("p"))
    told = told.select("rank", f.col("p.fingerprints").alias("fingerprint"), "p.letters")
    # Each is linked to the next that has a paragraph: as many edges as there are such dumps, not their square (`blocks.links`).
    sharing = Window.partitionBy("fingerprint")
    found = told.withColumn("many", f.count("*").over(sharing)).where("many > 1")
    found = found.withColumn("other", f.lead("rank").over(sharing.orderBy("rank"))).where("other IS NOT NULL")
    worth = f.greatest(f.lit(1), f.floor(f.least("letters", f.lit(blocks.LETTERS)) / (f.col("many") - 1)))
    edges = found.groupBy(f.col("rank").alias("one"), "other").agg(f.sum(worth).alias("worth"))
    edges = store.scratch("links")("edges", edges)
    linked = edges.select("one", "other")
    connected = components.connect_at_once(linked) if little else components.connect(linked, store.scratch("groups"))
    groups = connected.select(f.col("node").alias("rank"), f.col("component").alias("group"))
    row = ranked.agg(f.sum("extent").alias("extent")).first()
    if row is None or (row["extent"] or 0) <= blocks.LARGEST:
        return groups
    # What is too large to be split together is put into blocks, each group of it by one task.
    members = ranked.select("rank", "extent").join(groups, "rank")
    large = members.groupBy("group").agg(f.sum("extent").alias("extent")).where(f.col("extent") > blocks.LARGEST)
    none = f.lit(None).cast("bigint")
    nodes = members.select("group", "rank", none.alias("other"), f.col("extent").alias("worth"))
    links = edges.withColumnRenamed("one", "rank").join(groups, "rank").select("group", "rank", "other", "worth")
    parts = nodes.union(links).join(large.select("group"), "group").groupBy("group")
    formed = parts.applyInArrow(_former(blocks.LARGEST), "rank bigint, group bigint")
    return groups.join(large, "group", "left_anti").select("rank", "group").union(formed)


def _former(largest: int) -> Any:
    def form(part: pa.Table) -> pa.Table:
        import pyarrow as pa

        rows = part.to_pylist()
        extents = {row["rank"]: row["worth"] for row in rows if row["other"] is None}
        ranks = sorted(extents)
        place = {rank: at for at, rank in enumerate(ranks)}
        linked = {(place[row["rank"]], place[row["other"]]): row["worth"] for row in rows if row["other"] is not None}
        formed = blocks.form([extents[rank] for rank in ranks], linked, largest)
        found = [(ranks[at], ranks[block[0]]) for block in formed for at in block]
        return pa.table({"rank": [rank for rank, _ in found], "group": [first for _, first in found]})

    return form


# ---- the second pass ----


def _split(
    store: Store, listed: Listed, files: DataFrame, groups: DataFrame, spoken: Sequence[str], little: bool
) -> DataFrame:
    """Where there is little, ready articles have been found before."""
    files = files.where("not ready") if little else files
    told = files.select("path", "rank", "name", "sha256").join(groups, "rank", "left")
    read = inputs.list_files(store.spark, listed.inputs, content=True).select("path", "content")
    # A file that is named twice is listed twice.
    read = read.dropDuplicates(["path"]) if len(listed.inputs) > 1 else read
    given = read.join(told, "path").select("rank", "path", "name", "sha256", "group", "content")
    alone = given.where("group IS NULL").mapInArrow(partial(_split_alone, spoken=tuple(spoken)), ddl(_FOUND))
    together = given.where("group IS NOT NULL").groupBy("group")
    return alone.union(together.applyInArrow(_splitter(tuple(spoken)), ddl(_FOUND)))


def _split_alone(given: Iterator[pa.RecordBatch], spoken: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    return batches((found for row in _rows(given) for found in _find([row], spoken)), _FOUND)


def _splitter(spoken: tuple[str, ...]) -> Any:
    def split(group: pa.Table) -> pa.Table:
        return whole(_find(group.to_pylist(), spoken), _FOUND)

    return split


def _find(rows: list[dict[str, Any]], spoken: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """All that is found in some files that are split together."""
    rows.sort(key=lambda row: row["rank"])
    try:
        opened = [_open(inputs.read(row), row["name"]) for row in rows]
        found = list(_find_in(rows, opened, spoken))
    except BlogarcError as error:
        found = [_problem(rows[0]["name"], error.message, error.hint)]
    except OSError as error:  # gone since the first pass
        told = f"{rows[0]['name']}: it, or a file that is split with it, cannot be read: {error.strerror}."
        found = [_problem(row["name"], told, "The other files were read.") for row in rows]
    except Exception as error:
        bug = _bug(rows[0]["name"], error)
        found = [_problem(row["name"], bug["problem"], bug["hint"]) for row in rows]
    yield from found


def _find_in(
    rows: Sequence[dict[str, Any]], opened: Sequence[_Opened], spoken: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    dumps = [file.dump for file in opened if file.dump is not None]
    splits = iter(provenance.split_up(dumps) if dumps else ())
    for row, file in zip(rows, opened, strict=True):
        first = int(row["rank"]) << ORDINAL_BITS
        if file.dump is None:
            yield from _find_ready(row, file, spoken, first)
            continue
        for stretch, split in next(splits):
            for article in complete(stretch, split, spoken):
                yield _article(provenance.placed(article, stretch), row, first)
            for paragraph, role, owner, reason in zip(
                stretch.paragraphs, split.roles, split.owners, split.reasons, strict=True
            ):
                if owner < 0:
                    yield _leftover(paragraph, role, json.dumps(reason, ensure_ascii=False), row, first)


def _find_ready(row: dict[str, Any], opened: _Opened, spoken: tuple[str, ...], first: int) -> Iterator[dict[str, Any]]:
    name, aside = row["name"], 0
    for ordinal, entry in ready.entries(opened.file, opened.recipe, name, spoken):
        if isinstance(entry, Unreadable):
            aside += 1
            piece = Paragraph(ordinal, entry.lines, entry.bytes, entry.text)
            told = json.dumps({"unreadable": entry.reason}, ensure_ascii=False)
            yield _leftover(piece, Role.UNASSIGNED, told, row, first)
        else:
            yield _article(entry, row, first)
    if aside:
        message = "one entry holds no article" if aside == 1 else f"{aside:,} entries hold no article"
        yield _problem(name, f"{name}: {message}.", "The leftovers say why.")


def _article(article: Article, file: dict[str, Any], first: int) -> dict[str, Any]:
    """An article under the names of the JSONL contract, and what else is known of it."""
    return {
        "position": first + article.paragraphs.start,
        "id": article.key,
        "title": article.title,
        "language": article.language,
        "language_confidence": article.language_confidence,
        "byline": article.byline,
        "published": article.published,
        "text": article.text,
        "words": article.words,
        "source": article.dump,
        "start_line": article.lines.start,
        "end_line": article.lines.end - 1,
        "byte_start": article.bytes.start,
        "byte_end": article.bytes.end,
        "title_source": article.title_source,
        "language_shares": [{"language": code, "share": share} for code, share in article.language_shares.items()],
        "mixed": article.mixed,
        "updated": article.updated,
        "translator": article.translator,
        "language_source": article.language_source,
        "url": article.url,
        "origin": json.dumps(article.origin, ensure_ascii=False),
        "toggle": article.toggle,
        "sha256": file["sha256"],
        "paragraph_start": article.paragraphs.start,
        "paragraph_end": article.paragraphs.end,
        "evidence": json.dumps(article.evidence, ensure_ascii=False),
    }


def _leftover(paragraph: Paragraph, role: Role, evidence: str, file: dict[str, Any], first: int) -> dict[str, Any]:
    return {
        "position": first + paragraph.ordinal,
        "source": file["name"],
        "sha256": file["sha256"],
        "start_line": paragraph.lines.start,
        "end_line": paragraph.lines.end - 1,
        "byte_start": paragraph.bytes.start,
        "byte_end": paragraph.bytes.end,
        "role": str(role),
        "text": paragraph.text,
        "evidence": evidence,
    }


def _problem(name: str, message: str, hint: str) -> dict[str, Any]:
    return {"source": name, "text": message, "hint": hint, "role": _PROBLEM}


# ---- results ----


def _spoken_in(spoken: Sequence[str]) -> dict[str, str]:
    """How many articles there are in each language, to be counted."""
    return {f"in_{code}": f"count_if(language = '{code}')" for code in spoken}


def _articles(split: DataFrame) -> DataFrame:
    return split.where("role IS NULL").drop("role", "hint")


def _leftovers(split: DataFrame) -> DataFrame:
    return split.where(f"role IS NOT NULL AND role <> '{_PROBLEM}'").select(*_LEFTOVER)


def _problems(store: Store, listed: Listed, surveyed: DataFrame, split: DataFrame) -> DataFrame:
    """What was skipped, or read with loss: `source`, `message`, `hint`, and `lost`, whether nothing of it is in the corpus."""
    from pyspark.sql import functions as f

    def told(rows: DataFrame, source: Column, message: Column, hint: Column, lost: Column) -> DataFrame:
        return rows.select(source.alias("source"), message.alias("message"), hint.alias("hint"), lost.alias("lost"))

    yes, col = f.lit(True), f.col
    absent = [(given.told, f"{given.told}: {given.reason}.", "", True) for given in listed.inputs if given.reason]
    large = listed.rows.where(col("length") > inputs.LARGEST)
    too_large = f.concat(
        col("name"), f.lit(f" is larger than {inputs.LARGEST:,} bytes, which is the most that Spark reads at once.")
    )
    split_it = f.lit("Divide it: split -C 1G for JSON Lines; give Parquet in several files.")
    read = surveyed.where("problem IS NOT NULL")
    rows = told(read, col("name"), col("problem"), f.coalesce("hint", f.lit("")), col("fatal"))
    rows = rows.union(told(large, col("name"), too_large, split_it, yes))
    found_later = split.where(f"role = '{_PROBLEM}'")
    rows = rows.union(told(found_later, col("source"), col("text"), f.coalesce("hint", f.lit("")), f.lit(False)))
    if absent:
        rows = rows.union(
            store.spark.createDataFrame(absent, "source string, message string, hint string, lost boolean")
        )
    return (
        rows.coalesce(1).orderBy("source", "message")
        if listed.little
        else rows.orderBy("source", "message").coalesce(1)
    )
