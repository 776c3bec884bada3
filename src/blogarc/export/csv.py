"""CSV: a table with one article a row, which a spreadsheet can open without harm, or with `raw` just the values.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and a formula can send the table away
(https://owasp.org/www-community/attacks/CSV_Injection). So a cell that begins with one of these, or with one of their
full-width look-alikes, or with a tab or a line end, gets an apostrophe before it, as does one that begins with apostrophes
and then with one of these, and white space in between changes nothing. That makes it reversible: `undefused` gives every cell
back. The file also begins with a byte order mark, without which Excel takes UTF-8 for another encoding.

Lists are JSON in their cell. Rows end as RFC 4180 says, by CR LF.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

FORMULA = re.compile("'*(?:[\t\r\n]|[\\s\ufeff\u200b-\u200f]*[=+\\-@＝＋－＠])")
_BOM = "\ufeff"


def write(records: Iterable[dict[str, Any]], stream: BinaryIO, *, fields: Sequence[str], raw: bool = False) -> int:
    """Write the records under a row of their fields; says how many records. With `raw` no cell is changed."""
    table = io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace", newline="", write_through=True)
    try:
        table.write("" if raw else _BOM)
        writer = csv.writer(table)
        writer.writerow(fields)
        count = 0
        for record in records:
            writer.writerow([_cell(record[name], raw) for name in fields])
            count += 1
        table.flush()
    finally:
        table.detach()  # the stream is not ours to close
    return count


def _cell(value: Any, raw: bool) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value if raw or not isinstance(value, str) else defused(value)


def defused(text: str) -> str:
    """The text as no spreadsheet takes it for a formula.

    >>> defused("=1+1"), defused("'=1+1"), defused("'tis")
    ("'=1+1", "''=1+1", "'tis")
    """
    return f"'{text}" if FORMULA.match(text) else text


def undefused(text: str) -> str:
    """The text that was defused.

    >>> undefused("'=1+1"), undefused("''=1+1"), undefused("'tis")
    ('=1+1', "'=1+1", "'tis")
    """
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
