"""What a person names becomes rows: the files behind paths that Spark reads, and what the corpus will call them.

As `blogarc ingest` does it: a file by its own name, a file of a folder or of a pattern by its path below that. In folders
the files with the suffixes of text are read; those whose name begins with a dot or an underscore are passed over, as
everything on Hadoop does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blogarc.reading import TEXT_SUFFIXES
from blogarc.spark.tables import file_system

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

# Spark gives a file as one value, which has less than two gigabytes.
LARGEST = (1 << 31) - (1 << 20)
# Files and bytes of them that are read with fewer jobs.
LITTLE_FILES, LITTLE = 1000, 100_000_000
_SIGNS = "*?[{"
_HERE = "file:"


@dataclass(frozen=True, slots=True)
class Input:
    """One path that was named. `pattern` is what Spark is given, `base` what is left out of the names of its files; in a
    folder that is `searched` only some files are texts; `reason` says why there is nothing to read."""

    told: str
    order: int
    pattern: str = ""
    base: str = ""
    is_file: bool = False
    searched: bool = True
    reason: str = ""


def find_inputs(spark: SparkSession, paths: Sequence[str]) -> list[Input]:
    """What is behind each of these paths."""
    return [_find(spark, told, order) for order, told in enumerate(paths)]


def _find(spark: SparkSession, told: str, order: int) -> Input:
    files, path = file_system(spark, told)
    if files.exists(path):
        # A name may hold signs of patterns, and is then no pattern.
        place = str(files.makeQualified(path).toString())
        literal = "".join(f"\\{sign}" if sign in _SIGNS + "]}\\" else sign for sign in place)
        if files.getFileStatus(path).isFile():
            return Input(told, order, literal, place.rpartition("/")[0], is_file=True)
        return Input(told, order, literal, place.rstrip("/"))
    if not any(sign in told for sign in _SIGNS) or not files.globStatus(path):
        return Input(told, order, reason="there is no such file or folder")
    parts = told.split("/")
    fixed = list(takewhile(lambda part: not any(sign in part for sign in _SIGNS), parts[:-1]))
    base = "/".join(fixed) or ("/" if told.startswith("/") else ".")
    place = str(files.makeQualified(file_system(spark, base)[1]).toString()).rstrip("/")
    return Input(told, order, str(files.makeQualified(path).toString()), place, searched=False)


def seem_little(paths: Sequence[str]) -> bool:
    """Whether these are a few small files of this machine, as far as it can be told before Spark is there."""
    count = size = 0
    try:
        for place in (Path(told.removeprefix(_HERE)) for told in paths):
            for file in place.rglob("*") if place.is_dir() else (place,):
                count, size = count + 1, size + file.stat().st_size
                if count > LITTLE_FILES or size > LITTLE:
                    return False
    except OSError:  # no path of this machine
        return False
    return True


def list_files(spark: SparkSession, inputs: Sequence[Input], *, content: bool) -> DataFrame:
    """The files behind the inputs: `path`, `name`, `input` (which it was), `length`, `modified`, and `content` if it is wanted,
    of those that are not too large for it. `read` gives the bytes of such a row."""
    frames = [_files_of(spark, given, content=content) for given in inputs if not given.reason]
    first, *others = frames
    for other in others:
        first = first.union(other)
    return first


def _files_of(spark: SparkSession, given: Input, *, content: bool) -> DataFrame:
    from pyspark.sql import functions as f

    here = given.pattern.startswith(_HERE)
    read = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(given.pattern)
    if content:
        read = read.where(f.col("length") <= LARGEST)
    if not given.is_file:
        suffix = f.lower(f.regexp_extract("path", r"[^/](\.[^./]+)$", 1))
        if given.searched:
            read = read.where(suffix.isin(sorted(TEXT_SUFFIXES)))
    name: Column = f.substring("path", len(given.base) + 2, 1 << 30)
    columns = [f.col("path"), name.alias("name"), f.lit(given.order).alias("input"), f.col("length"),
               f.unix_micros("modificationTime").alias("modified")]  # fmt: skip
    if content:
        columns.append((f.lit(None).cast("binary") if here else f.col("content")).alias("content"))
    return read.select(*columns)


def read(row: dict[str, Any]) -> bytes:
    """The bytes of a file. One that every machine sees at the same path is read from there: the way through Java would need
    the memory several times."""
    content = row.pop("content")
    return Path(row["path"].removeprefix(_HERE)).read_bytes() if content is None else bytes(content)
