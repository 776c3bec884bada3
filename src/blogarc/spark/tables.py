"""Tables of a run, each a folder of Parquet that is there whole or not at all, and is not made twice.

A table is written beside its place and renamed. With it goes its stamp, a digest of everything that it depends on: the rules'
versions, the parameters, and the stamps of the tables and files that it was made from. A run that was killed, or is repeated,
finds the tables with the right stamp and makes the others. Paths are any that Hadoop reads: local, HDFS, S3.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blogarc.errors import WriteError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_STAMP = "_blogarc.json"  # readers of Parquet pass over names that begin so
_WORK, _UNFINISHED = "work", "unfinished"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is there, and its stamp. `made` is whether this run has made it."""

    name: str
    rows: DataFrame
    stamp: str
    made: bool


class Store:
    """The tables of one output folder."""

    def __init__(self, spark: SparkSession, folder: str) -> None:
        self.spark, self.folder = spark, folder.rstrip("/")
        self._files, root = file_system(spark, self.folder)
        self.folder = str(self._files.makeQualified(root).toString()).rstrip("/")

    def keep(self, name: str, depends: dict[str, Any], make: Callable[[], DataFrame], *, result: bool = False) -> Table:
        """The table of this name, made unless it is there with the same stamp. A `result` stands in the folder itself, all
        else in `work`. Raises WriteError if it cannot be written."""
        stamp = stamp_of(name, depends)
        place = f"{self.folder}/{name}" if result else f"{self.folder}/{_WORK}/{name}"
        made = self._stamp_at(place) != stamp
        if made:
            self.spark.sparkContext.setJobDescription(f"blogarc {name}")
            unfinished = f"{self.folder}/{_WORK}/{_UNFINISHED}/{name}"
            self._write(make(), unfinished)
            self._note(unfinished, stamp, depends)
            self._move(unfinished, place)
        return Table(name, self.spark.read.parquet(place), stamp, made)

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

    def _write(self, frame: DataFrame, place: str) -> None:
        from py4j.protocol import Py4JJavaError
        from pyspark.errors import PySparkException

        try:
            frame.write.mode("overwrite").parquet(place)
        except (Py4JJavaError, PySparkException) as error:
            reason = _io_reason(error)
            if reason is None:
                raise
            raise WriteError(
                f"Cannot write {place}: {reason}.", "What was finished is kept; the same command goes on."
            ) from error

    def _stamp_at(self, place: str) -> str | None:
        """The stamp of the table there; None if none is finished."""
        path = self._path(f"{place}/{_STAMP}")
        if not self._files.exists(path):
            return None
        stream = self._files.open(path)
        try:
            told = java(self.spark).org.apache.commons.io.IOUtils.toString(stream, "UTF-8")
        finally:
            stream.close()
        try:
            return str(json.loads(told)["stamp"])
        except (ValueError, KeyError, TypeError):
            return None

    def _note(self, place: str, stamp: str, depends: dict[str, Any]) -> None:
        stream = self._files.create(self._path(f"{place}/{_STAMP}"), True)
        try:
            stream.write(json.dumps({"stamp": stamp, "depends": depends}, ensure_ascii=False, default=str).encode())
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


def _io_reason(error: BaseException) -> str | None:
    """What the file system said, if it was the file system."""
    for sign in ("No space left on device", "Permission denied", "Read-only file system", "Mkdirs failed"):
        if sign in str(error):
            return sign
    return None
