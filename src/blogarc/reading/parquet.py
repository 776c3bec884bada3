"""Parquet: ready articles in columns, as data sets are published. pyarrow reads them, some rows at a time.

A row counts from 1 where other files have lines. Parquet keeps rows apart by columns, so no row has bytes of its own: those
of an article are the whole file's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from math import isfinite
from typing import Any

from blogarc.errors import InputError
from blogarc.model import Span
from blogarc.reading.libraries import require
from blogarc.reading.packing import USUAL, Unpacked, hold
from blogarc.reading.records import Record, Unreadable, names_of, record_of

_ROWS = 32
# Columns are packed as well; a row group may not hold more than so much.
_MOST = 4 << 30


class Parquet:
    """Reads Parquet."""

    name = "parquet"
    libraries: tuple[str, ...] = ("pyarrow",)

    def recognises(self, data: bytes, names: Mapping[str, str]) -> bool:
        """It begins with the mark of Parquet."""
        return data.startswith(b"PAR1")

    def read(self, file: Unpacked, names: Mapping[str, str]) -> Iterator[Record | Unreadable]:
        arrow, parquet = require("pyarrow", "Reading Parquet"), require("pyarrow.parquet", "Reading Parquet")
        called, place, row = names_of(names), Span(0, len(file.data)), 0
        try:
            table = parquet.ParquetFile(arrow.BufferReader(file.data))
            groups = [table.metadata.row_group(group).total_byte_size for group in range(table.num_row_groups)]
            if sum(groups) > _MOST:
                raise InputError(f"it says that it holds {sum(groups):,} bytes, which is more than is read.")
            hold(sum(groups), len(file.data), "it", USUAL)
            held = 0
            for batch in table.iter_batches(batch_size=_ROWS):
                for values in batch.to_pylist():
                    # A dictionary has a value once, and the rows have it again and again.
                    held += sum(len(value) for value in values.values() if isinstance(value, str | bytes))
                    hold(held, len(file.data), "it", USUAL)
                    row += 1
                    told = {name: _plain(value) for name, value in values.items() if value is not None}
                    yield record_of(told, Span(row, row + 1), place, called, json.dumps(told, ensure_ascii=False))
        except (arrow.ArrowException, OSError, ValueError, InputError) as error:
            if isinstance(error, InputError) and not row:
                raise
            reason = (
                f"Parquet that cannot be read: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
            )
            if not row:
                raise InputError(f"it is {reason}.", "It may be cut short: its index stands at its end.") from error
            yield Unreadable(Span(row + 1, row + 2), place, "", f"from here on it is {reason}")


def _plain(value: Any) -> Any:
    """A value as JSON has it: dates in ISO 8601, bytes left to the file."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return f"{len(value):,} bytes" if isinstance(value, bytes) else str(value)
