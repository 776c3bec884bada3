"""JSON Lines: one record a line, in UTF-8, keys in the order of the record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, BinaryIO

# JSON itself escapes only the controls below U+0020. These could end the line for some readers, act on a terminal, or not
# be encoded at all; a reader of JSON gets them back as they were. None of them is printable.
_ESCAPED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Those that can be encoded, as they look in UTF-8. A pattern that begins with one certain byte is searched several times as
# fast as one that has all of them, which is asked of every character.
_IN_LATIN = re.compile(rb"\xc2[\x80-\x9f]").search
_IN_PUNCTUATION = re.compile(rb"\xe2(?:\x80[\xa8-\xae]|\x81[\xa6-\xa9])").search


def write(records: Iterable[dict[str, Any]], stream: BinaryIO) -> int:
    """Write the records; says how many.

    >>> import io
    >>> out = io.BytesIO()
    >>> write([{"id": "1", "title": "Año"}], out), out.getvalue().decode()
    (1, '{"id": "1", "title": "Año"}\\n')
    """
    # A record is a tree, so that nothing need be remembered to find circles.
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
    count = 0
    for record in records:
        stream.write(_line(encode(record)) + b"\n")
        count += 1
    return count


def _line(told: str) -> bytes:
    """A record in UTF-8; most hold nothing to escape, which is found as quickly as can be."""
    try:
        line = told.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        pass
    else:
        if b"\x7f" not in line and (told.isascii() or not (_IN_LATIN(line) or _IN_PUNCTUATION(line))):
            return line
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", told).encode()
