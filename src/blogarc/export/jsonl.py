"""JSON Lines: one record a line, in UTF-8, keys in the order of the record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, BinaryIO

# JSON itself escapes only the controls below U+0020. These could end the line for some readers, act on a terminal, or not
# be encoded at all; a reader of JSON gets them back as they were. None of them is printable.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Those that can be encoded, as they look in UTF-8. A pattern that begins with one certain byte is searched several times as
# fast as one that has all of them, which is asked of every character.
_IN_LATIN = re.compile(rb"\xc2[\x80-\x9f]").search
_IN_PUNCTUATION = re.compile(rb"\xe2(?:\x80[\x8e\x8f\xa8-\xae]|\x81[\xa6-\xa9])").search
_IN_ARABIC = b"\xd8\x9c"
# The controls of ASCII that texts have as a rule, and the others.
_ESCAPES = ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\t", b"\\t"))
_RARE = bytes(c for c in (*range(0x20), 0x7F) if c not in b"\n\t")
# Stands for the text meanwhile. It cannot be encoded, so that another one like it does not go unnoticed.
_PLACE = "\ud800"


def write(records: Iterable[dict[str, Any]], stream: BinaryIO) -> int:
    """Write the records; says how many.

    >>> import io
    >>> out = io.BytesIO()
    >>> write([{"id": "1", "title": "Año"}], out), out.getvalue().decode()
    (1, '{"id": "1", "title": "Año"}\\n')
    """
    count = 0
    for record in records:
        stream.write(_line(record) + b"\n")
        count += 1
    return count


# A record is a tree, so that nothing need be remembered to find circles.
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def _line(record: dict[str, Any]) -> bytes:
    """A record in UTF-8.

    Nearly all of it is its text, with few signs to escape: these are replaced in the bytes, in less than half of the time
    that is needed to look at it character by character. The rest, and what has more to escape, is left to json.
    """
    text = record.get("text")
    if isinstance(text, str):
        try:
            told = text.encode()
            if len(told.translate(None, _RARE)) == len(told):
                for sign, escaped in _ESCAPES:
                    told = told.replace(sign, escaped)
                before, _, after = _encode({**record, "text": _PLACE}).partition(_PLACE)
                line = b"".join((before.encode(), told, after.encode()))
                if not (b"\x7f" in line or _IN_LATIN(line) or _IN_PUNCTUATION(line) or _IN_ARABIC in line):
                    return line
        except UnicodeEncodeError:  # half a surrogate pair
            pass
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", _encode(record)).encode()
