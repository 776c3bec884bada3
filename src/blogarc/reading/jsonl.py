"""JSON Lines: an article on each line, as an object in UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from blogarc.model import Span
from blogarc.reading.packing import Unpacked
from blogarc.reading.records import Called, Record, Unreadable, clean, names_of, record_of

_MARK = b"\xef\xbb\xbf"
# What JSON allows around a value.
_BLANKS = b" \t\n\r"
# What `json.loads` calls; what it does beside that takes a third of the time of a short line.
_decode = json.JSONDecoder().raw_decode
_LOOKED_AT = 3  # lines, to know what a file is


class JsonLines:
    """Reads JSON Lines; a line that is no object with a text is given back as it is."""

    name = "jsonl"
    libraries: tuple[str, ...] = ()

    def recognises(self, data: bytes, names: Mapping[str, str]) -> bool:
        """The first line that is not blank holds a JSON object, or, if that one is damaged, both that follow do.

        >>> JsonLines().recognises(b'{"text": "One."}\\n', {}), JsonLines().recognises(b"{ not json }", {})
        (True, False)
        """
        start = len(_MARK) if data.startswith(_MARK) else 0
        told: list[bool] = []
        while start < len(data) and len(told) < _LOOKED_AT and told[:1] != [True]:
            end = data.find(b"\n", start)
            end = end if end >= 0 else len(data)
            line = data[start:end].strip()
            if line:
                told.append(line.startswith(b"{") and isinstance(_loads(line), dict))
            start = end + 1
        return told[:1] == [True] or told == [False, True, True]

    def read(self, file: Unpacked, names: Mapping[str, str]) -> Iterator[Record | Unreadable]:
        data, called = file.data, names_of(names)
        start, number = len(_MARK) if data.startswith(_MARK) else 0, 0
        while start < len(data):
            end = data.find(b"\n", start)
            end = end if end >= 0 else len(data)
            number += 1
            line = data[start:end]
            if line and not line.isspace():
                yield _record(line, Span(number, number + 1), Span(start, start + len(line.rstrip(b"\r"))), called)
            start = end + 1


def _record(line: bytes, lines: Span, place: Span, called: Called) -> Record | Unreadable:
    value = _loads(line)
    if not isinstance(value, dict):
        reason = "it is not JSON" if value is None else "it is JSON, but not an object"
        return Unreadable(lines, place, clean(line.decode("utf-8", "replace")), reason)
    entry = record_of(value, lines, place, called, "")
    # What is shown of a line that is no record is made only then.
    return entry if isinstance(entry, Record) else replace(entry, text=clean(line.decode("utf-8", "replace")))


def _loads(line: bytes) -> Any:
    """The value of a line of JSON, or None."""
    try:
        text = line.strip(_BLANKS).decode("utf-8", "surrogatepass")
        value, end = _decode(text)
        return value if end == len(text) else None
    except (ValueError, RecursionError):
        return None
