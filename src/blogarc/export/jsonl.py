"""JSON Lines: one record a line, in UTF-8, keys in the order of the record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, BinaryIO

# JSON itself escapes only the controls below U+0020. These could end the line for some readers, act on a terminal, or not
# be encoded at all; a reader of JSON gets them back as they were. None of them is printable.
_ESCAPED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def write(records: Iterable[dict[str, Any]], stream: BinaryIO) -> int:
    """Write the records; says how many.

    >>> import io
    >>> out = io.BytesIO()
    >>> write([{"id": "1", "title": "Año"}], out), out.getvalue().decode()
    (1, '{"id": "1", "title": "Año"}\\n')
    """
    encode = json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    for record in records:
        line = encode(record)
        # Asked as quickly as can be: most lines hold none.
        if "\x7f" in line if line.isascii() else not line.isprintable():
            line = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
        stream.write(line.encode() + b"\n")
        count += 1
    return count
