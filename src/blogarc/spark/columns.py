"""Columns of the tables, told once for Spark and for Arrow, and rows put together into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Columns = Mapping[str, str]

_ROWS, _CHARACTERS = 2000, 16_000_000


def ddl(columns: Columns) -> str:
    """The columns as Spark is told.

    >>> ddl({"id": "string", "words": "bigint"})
    'id string, words bigint'
    """
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def arrow(columns: Columns) -> pa.Schema:
    """The columns as Arrow has them."""
    import pyarrow as pa

    kinds: dict[str, pa.DataType] = {
        "string": pa.string(),
        "bigint": pa.int64(),
        "int": pa.int32(),
        "double": pa.float64(),
        "boolean": pa.bool_(),
        "binary": pa.binary(),
        "array<bigint>": pa.list_(pa.int64()),
        SHARES: pa.list_(pa.struct({"language": pa.string(), "share": pa.float64()})),
        BEADS: pa.list_(
            pa.struct(
                {
                    "source_start": pa.int64(),
                    "source_end": pa.int64(),
                    "target_start": pa.int64(),
                    "target_end": pa.int64(),
                    "score": pa.float64(),
                }
            )
        ),
    }
    return pa.schema([(name, kinds[kind]) for name, kind in columns.items()])


SHARES = "array<struct<language:string,share:double>>"
BEADS = "array<struct<source_start:bigint,source_end:bigint,target_start:bigint,target_end:bigint,score:double>>"


def batches(rows: Iterable[dict[str, Any]], columns: Columns) -> Iterator[pa.RecordBatch]:
    """The rows some at a time; a column that a row does not have is null."""
    import pyarrow as pa

    schema = arrow(columns)
    held: list[dict[str, Any]] = []
    characters = 0
    for row in rows:
        held.append(row)
        characters += len(row.get("text") or "")
        if len(held) >= _ROWS or characters >= _CHARACTERS:
            yield pa.RecordBatch.from_pylist(held, schema)
            held, characters = [], 0
    if held:
        yield pa.RecordBatch.from_pylist(held, schema)


def whole(rows: Iterable[dict[str, Any]], columns: Columns) -> pa.Table:
    """All the rows as one table."""
    import pyarrow as pa

    return pa.Table.from_batches(batches(rows, columns), arrow(columns))
