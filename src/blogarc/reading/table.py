"""Tables of ready articles as CSV, with a row of names at the top; commas, semicolons, tabs or bars part the fields.

Python's csv reads the rows. Nothing in a file says that it is CSV, so one is taken for it only if its first row has a field
with the name of the text; `--format csv` insists.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping

from blogarc.errors import InputError
from blogarc.model import Span
from blogarc.paragraphs import line_edges
from blogarc.reading.packing import Unpacked
from blogarc.reading.records import Record, Unreadable, clean, names_of, record_of
from blogarc.text import detect_encoding

_DELIMITERS = ",;\t|"
# One field may have so many characters; a quote that nobody closes takes no more than that with it.
_LONGEST = 16 << 20
_SAMPLE = 1 << 16


class Table:
    """Reads CSV."""

    name = "csv"
    libraries: tuple[str, ...] = ()

    def recognises(self, data: bytes, names: Mapping[str, str]) -> bool:
        """Its first row has two names or more, all different, and among them that of the text.

        >>> Table().recognises(b"title;text\\n", {}), Table().recognises(b"Salt, and other text\\n", {})
        (True, False)
        """
        try:
            encoding = detect_encoding(data[:_SAMPLE])
        except InputError:
            return False
        head = data[encoding.bom : _SAMPLE].decode(encoding.name, "replace").lstrip("\r\n")
        row = _header(head, _delimiter(head))
        return len(row) > 1 and len(set(row)) == len(row) and bool(set(names_of(names)["text"]) & set(row))

    def read(self, file: Unpacked, names: Mapping[str, str]) -> Iterator[Record | Unreadable]:
        data, called = file.data, names_of(names)
        encoding = detect_encoding(data)
        edges: list[tuple[int, int]] = []  # of the lines of this row

        def lines() -> Iterator[str]:
            for start, end in line_edges(data, encoding):
                edges.append((start, end))
                yield data[start:end].decode(encoding.name, "replace") + "\n"

        csv.field_size_limit(_LONGEST)
        sample = data[encoding.bom : _SAMPLE].decode(encoding.name, "replace").lstrip("\r\n")
        rows = csv.reader(lines(), delimiter=_delimiter(sample), strict=True)
        header: list[str] | None = None
        number = 1
        while True:
            edges.clear()
            reason, row = "", []
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                reason = f"it is no row of CSV: {error}"
            if not edges:
                return
            span, place = Span(number, number + len(edges)), Span(edges[0][0], edges[-1][1])
            number = span.end
            told = data[place.start : place.end].decode(encoding.name, "replace")
            if header is None and not reason and any(row):
                header = [name.strip() for name in row]
            elif reason:
                yield Unreadable(span, place, clean(told), reason)
            elif header is not None and any(row):
                if len(row) > len(header):
                    reason = f"it has {len(row)} fields, and the first row has {len(header)}"
                    yield Unreadable(span, place, clean(told), reason)
                else:
                    filled = {name: value for name, value in zip(header, row, strict=False) if value}
                    yield record_of(filled, span, place, called, told)


def _delimiter(head: str) -> str:
    """What parts the names of the first row: whatever of the usual signs makes the most of them."""
    return max(_DELIMITERS, key=lambda sign: len(_header(head, sign)))


def _header(head: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader(head.splitlines(keepends=True), delimiter=delimiter), [])]
    except csv.Error:
        return []
