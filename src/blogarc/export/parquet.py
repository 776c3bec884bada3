"""Parquet: typed columns, compressed, for pandas, polars, DuckDB and their like. Written by pyarrow.

Row groups are written as they fill, so a corpus of any size passes through. Nothing but the schema and the release of
pyarrow is in the metadata, so the same corpus gives the same bytes. Dates are dates; lists are lists of structures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa

# A row group has so many rows, or fewer when their texts have so many characters: readers want groups of some megabytes,
# and one is in memory at a time.
_ROWS = 10_000
_CHARACTERS = 16_000_000


def write(records: Iterable[dict[str, Any]], stream: BinaryIO) -> int:
    """Write the records; says how many."""
    from pyarrow import parquet

    count = 0
    columns = schema()
    with parquet.ParquetWriter(stream, columns, compression="zstd") as writer:
        for group in _groups(records):
            writer.write_table(_table(group, columns), row_group_size=len(group))
            count += len(group)
    return count


def schema() -> pa.Schema:
    """The columns of a record, in the order of the contract. A mapping is a list of structures: all readers have those."""
    import pyarrow as pa

    text, number, score = pa.string(), pa.int64(), pa.float64()

    def structures(**fields: pa.DataType) -> pa.ListType[Any]:
        return pa.list_(pa.struct(fields))

    columns = {
        "id": text,
        "title": text,
        "language": text,
        "language_confidence": score,
        "byline": text,
        "published": pa.date32(),
        "text": text,
        "words": number,
        "source": text,
        "start_line": number,
        "end_line": number,
        "byte_start": number,
        "byte_end": number,
        "cluster": text,
        "kind": text,
        "similarity": score,
        "copies": structures(source=text, start_line=number, end_line=number, kind=text),
        "translations": structures(id=text, language=text, score=score),
        "title_source": text,
        "occurrence": number,
        "language_shares": structures(language=text, share=score),
        "mixed": pa.bool_(),
        "updated": pa.date32(),
        "translator": text,
        "language_source": text,
        "url": text,
        "origin": text,  # JSON: what it says differs from format to format
    }
    may_be_null = ("byline", "published", "updated", "translator", "url")
    return pa.schema([pa.field(name, kind, nullable=name in may_be_null) for name, kind in columns.items()])


def _groups(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    characters = 0
    for record in records:
        group.append(record)
        characters += len(record["text"])
        if len(group) >= _ROWS or characters >= _CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _table(group: list[dict[str, Any]], columns: pa.Schema) -> pa.Table:
    import pyarrow as pa

    arrays = [
        pa.array([_value(name, record[name]) for record in group], columns.field(name).type) for name in columns.names
    ]
    return pa.Table.from_arrays(arrays, schema=columns)


def _value(name: str, value: Any) -> Any:
    if name in ("published", "updated"):
        return None if value is None else date.fromisoformat(value)
    if name == "origin":
        return json.dumps(value, ensure_ascii=False)
    if name == "language_shares":
        return [{"language": language, "share": share} for language, share in value.items()]
    return value
