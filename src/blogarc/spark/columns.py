"""Columns of the tables, told once for Spark and for Arrow, and rows and arrays put together into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
        "float": pa.float32(),
        "array<bigint>": pa.list_(pa.int64()),
        "array<int>": pa.list_(pa.int32()),
        "array<float>": pa.list_(pa.float32()),
        "array<double>": pa.list_(pa.float64()),
        "array<boolean>": pa.list_(pa.bool_()),
        "array<string>": pa.list_(pa.string()),
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


def frame(columns: Columns, values: Mapping[str, Any]) -> pa.Table:
    """A table of arrays, each of its kind."""
    import pyarrow as pa

    schema = arrow(columns)
    told = [
        value if isinstance(value, pa.Array | pa.ChunkedArray) else pa.array(value, schema.field(name).type)
        for name, value in ((name, values[name]) for name in columns)
    ]
    return pa.Table.from_arrays([one.cast(field.type) for one, field in zip(told, schema, strict=True)], schema=schema)


def lists(lengths: NDArray[Any], values: Any) -> pa.ListArray:
    """Lists of so many values each."""
    import pyarrow as pa

    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    return pa.ListArray.from_arrays(
        pa.array(starts, pa.int32()), values if isinstance(values, pa.Array) else pa.array(values)
    )


def flat(table: pa.Table, name: str) -> tuple[NDArray[np.int64], pa.Array]:
    """How many values each list of a column has, and all of them, one list after the other."""
    column = table.column(name).combine_chunks()
    return column.value_lengths().to_numpy(zero_copy_only=False).astype(np.int64), column.flatten()


def numbers(table: pa.Table, name: str) -> NDArray[Any]:
    """The values of a column, or of its lists, as an array."""
    import pyarrow as pa

    column = table.column(name).combine_chunks()
    if pa.types.is_list(column.type):
        column = column.flatten()
    return np.asarray(column.to_numpy(zero_copy_only=False))


def ordered(table: pa.Table, *names: str) -> pa.Table:
    """The rows in the order of these columns, of numbers."""
    return table.take(np.lexsort([numbers(table, name) for name in reversed(names)]))


def whole(rows: Iterable[dict[str, Any]], columns: Columns) -> pa.Table:
    """All the rows as one table."""
    import pyarrow as pa

    return pa.Table.from_batches(batches(rows, columns), arrow(columns))
