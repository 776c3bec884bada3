"""Tables of a run, each a folder of Parquet that is there whole or not at all, and is not made twice.

A table is written beside its place and renamed. With it goes its stamp, a digest of everything that it depends on: the rules'
versions, the parameters, and the stamps of the tables and files that it was made from. A run that was killed, or is repeated,
finds the tables with the right stamp and makes the others. Paths are any that Hadoop reads: local, HDFS, S3.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from blogarc.errors import WriteError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_STAMP = "_blogarc.json"  # readers of Parquet pass over names that begin so
_WORK, _UNFINISHED = "work", "unfinished"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is there, its stamp, and what was counted of it. `made` is whether this run has made it."""

    name: str
    rows: DataFrame
    stamp: str
    made: bool
    counts: Mapping[str, int] = field(default_factory=dict)

    def count(self, count: Mapping[str, str]) -> Mapping[str, int]:
        """These numbers, in SQL over the rows: as they were counted while it was written, or else by reading it."""
        return self.counts if self.counts.keys() >= count.keys() else _aggregate(self.rows, count)


# What is counted of a table that is told of: its rows.
ROWS = {"rows": "count(*)"}


class Store:
    """The tables of one output folder."""

    def __init__(self, spark: SparkSession, folder: str) -> None:
        self.spark, self.folder = spark, folder.rstrip("/")
        self._files, root = file_system(spark, self.folder)
        self.folder = str(self._files.makeQualified(root).toString()).rstrip("/")

    def keep(
        self,
        name: str,
        depends: dict[str, Any],
        make: Callable[[], DataFrame],
        *,
        result: bool = False,
        count: Mapping[str, str] | None = None,
    ) -> Table:
        """The table of this name, made unless it is there with the same stamp. A `result` stands in the folder itself, all
        else in `work`. `count` names numbers that are aggregated over the rows, in SQL, while these are written: they are kept
        with the stamp. Raises WriteError if it cannot be written."""
        stamp = stamp_of(name, depends)
        place = f"{self.folder}/{name}" if result else f"{self.folder}/{_WORK}/{name}"
        count = count or {}
        note = self._note_at(place)
        made = note.get("stamp") != stamp
        if made:
            self.spark.sparkContext.setJobDescription(f"blogarc {name}")
            unfinished = f"{self.folder}/{_WORK}/{_UNFINISHED}/{name}"
            frame = make()
            note = {"stamp": stamp, "depends": depends, "counts": self._write(frame, unfinished, count)}
            self._note(unfinished, note)
            self._move(unfinished, place)
            rows = self.spark.read.schema(frame.schema).parquet(place)
        else:
            rows = self.spark.read.parquet(place)
        table = Table(name, rows, stamp, made, note.get("counts", {}))
        return replace(table, counts=table.count(count))

    def keep_all(self, *keeping: Callable[[], Any]) -> list[Any]:
        """Tables that do not need one another, made side by side."""
        with ThreadPoolExecutor(len(keeping)) as pool:
            began = [pool.submit(keep) for keep in keeping]
        return [one.result() for one in began]

    def scratch(self, table: str) -> Callable[[str, DataFrame], DataFrame]:
        """A way to write rows down while a table is made: what is given under a name is written, and read back. The
        next of the same name takes its place."""

        def write_down(name: str, frame: DataFrame) -> DataFrame:
            place = f"{self.folder}/{_WORK}/{_UNFINISHED}/{table}-{name}"
            schema = frame.schema
            self._write(frame, place)
            return self.spark.read.schema(schema).parquet(place)

        return write_down

    def forget_work(self) -> None:
        """Take away all but the results; what was made then has to be made again."""
        self._files.delete(self._path(f"{self.folder}/{_WORK}"), True)

    def _write(self, frame: DataFrame, place: str, count: Mapping[str, str] | None = None) -> dict[str, int]:
        """Write the rows, and what was counted meanwhile; less if Spark has not seen it."""
        from py4j.protocol import Py4JJavaError
        from pyspark.errors import PySparkException
        from pyspark.sql import Observation
        from pyspark.sql import functions as f

        seen = Observation() if count else None
        if seen and count:
            frame = frame.observe(seen, *(f.expr(told).alias(name) for name, told in count.items()))
        try:
            frame.write.mode("overwrite").parquet(place)
        except (Py4JJavaError, PySparkException) as error:
            reason = _io_reason(error)
            if reason is None:
                raise
            raise WriteError(
                f"Cannot write {place}: {reason}.", "What was finished is kept; the same command goes on."
            ) from error
        if seen is None:
            return {}
        try:
            return {name: int(told or 0) for name, told in seen.get.items()}
        except TypeError:  # nothing was seen: a row without columns
            return {}

    def _note_at(self, place: str) -> dict[str, Any]:
        """What was noted of the table there; nothing if none is finished."""
        path = self._path(f"{place}/{_STAMP}")
        if not self._files.exists(path):
            return {}
        stream = self._files.open(path)
        try:
            told = java(self.spark).org.apache.commons.io.IOUtils.toString(stream, "UTF-8")
        finally:
            stream.close()
        try:
            note = json.loads(told)
        except ValueError:
            return {}
        return note if isinstance(note, dict) else {}

    def _note(self, place: str, note: dict[str, Any]) -> None:
        stream = self._files.create(self._path(f"{place}/{_STAMP}"), True)
        try:
            stream.write(json.dumps(note, ensure_ascii=False, default=str).encode())
        finally:
            stream.close()

    def _move(self, unfinished: str, place: str) -> None:
        target = self._path(place)
        self._files.mkdirs(target.getParent())
        self._files.delete(target, True)
        if not self._files.rename(self._path(unfinished), target):
            raise WriteError(
                f"Cannot rename {unfinished} to {place}.", "What was finished is kept; the same command goes on."
            )

    def _path(self, told: str) -> Any:
        return java(self.spark).org.apache.hadoop.fs.Path(told)


def java(spark: Any) -> Any:
    """The packages of Java; py4j knows no types."""
    return spark._jvm


def file_system(spark: Any, told: str) -> tuple[Any, Any]:
    """The file system that a path is on, and the path, as Hadoop has them."""
    path = java(spark).org.apache.hadoop.fs.Path(told)
    return path.getFileSystem(spark._jsc.hadoopConfiguration()), path


def stamp_of(name: str, depends: dict[str, Any]) -> str:
    """A digest of what a table depends on.

    >>> stamp_of("a", {"x": 1}) == stamp_of("a", {"x": 1}), stamp_of("a", {"x": 1}) == stamp_of("a", {"x": 2})
    (True, False)
    """
    told = json.dumps([name, depends], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def _aggregate(rows: DataFrame, count: Mapping[str, str]) -> dict[str, int]:
    from pyspark.sql import functions as f

    told = rows.agg(*(f.expr(sql).alias(name) for name, sql in count.items())).first()
    return {name: int((told and told[name]) or 0) for name in count}


def _io_reason(error: BaseException) -> str | None:
    """What the file system said, if it was the file system."""
    for sign in ("No space left on device", "Permission denied", "Read-only file system", "Mkdirs failed"):
        if sign in str(error):
            return sign
    return None
