"""A dump's bytes become paragraphs with line and byte spans.

Three layouts are met (`Layout`), and which one a dump has is decided by its own lines. In all three a blank line ends a
paragraph. Where lines are hard-wrapped, neighbouring lines are one paragraph when the first word of the second would
not have fitted on the first: that is what a wrapping program decides, so it is what undoes it. In the other layouts
every line is a paragraph.

Lines are counted as `grep -n` and `sed` count them: by line feeds. A carriage return before one belongs to the line end;
only a dump without any line feed is taken to end its lines with carriage returns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from blogarc.model import Dump, Layout, Paragraph, Span
from blogarc.text import Encoding, decode_line, detect_encoding, mend, strip

# Wrapped text stands between these columns: below is a list, above is a paragraph a line.
_NARROWEST, _WIDEST = 30, 200
# So many neighbouring lines, and so large a share of them broken where the column was full, are not chance. In dumps
# with a paragraph a line, less than a tenth of neighbouring lines look so.
_FEWEST_NEIGHBOURS, _SHARE_FULL = 4, 0.7


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    bytes: Span
    text: str
    mended: bool


def read_dump(data: bytes, name: str = "input") -> Dump:
    """The dump in these bytes.

    Raises InputError if they are not text.

    >>> [p.text for p in read_dump("One.\\n\\n\\xa0\\nTwo.".encode()).paragraphs]
    ['One.', 'Two.']
    """
    encoding = detect_encoding(data, name)
    lines: list[_Line] = []
    count = repaired = 0
    for number, (start, end) in enumerate(line_edges(data, encoding), 1):
        count = number
        text, damage = decode_line(data[start:end], encoding.name)
        repaired += damage
        text, mended = mend(text)
        if mended:
            text = strip(text)
        if text:
            lines.append(_Line(number, Span(start, end), text, mended))
    layout, column = _recognise_layout(lines, count)
    groups = _join_wrapped(lines, column) if layout is Layout.WRAPPED else ([line] for line in lines)
    paragraphs = tuple(
        Paragraph(
            ordinal,
            Span(group[0].number, group[-1].number + 1),
            Span(group[0].bytes.start, group[-1].bytes.end),
            " ".join(line.text for line in group),
            any(line.mended for line in group),
        )
        for ordinal, group in enumerate(groups)
    )
    return Dump(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        encoding=encoding.name,
        encoding_source=encoding.source,
        layout=layout,
        lines=count,
        repaired=repaired,
        paragraphs=paragraphs,
    )


def line_edges(data: bytes, encoding: Encoding) -> Iterator[tuple[int, int]]:
    """Start and end of each line in bytes, line end left out; a last line without one counts, an empty one does not."""
    unit = encoding.unit
    feed, carriage = ("\n".encode(encoding.name), "\r".encode(encoding.name)) if unit > 1 else (b"\n", b"\r")
    body = data[encoding.bom :]
    if _find_aligned(body, feed, 0, unit) < 0:
        feed = carriage
    start, size = 0, len(body)
    while start < size:
        end = _find_aligned(body, feed, start, unit)
        if end < 0:
            end = size
        text_end = end
        if text_end - unit >= start and body[text_end - unit : text_end] == carriage:
            text_end -= unit
        yield start + encoding.bom, text_end + encoding.bom
        start = end + unit


def _find_aligned(data: bytes, needle: bytes, start: int, unit: int) -> int:
    """As bytes.find, but only where a code unit begins."""
    at = data.find(needle, start)
    while at >= 0 and at % unit:
        at = data.find(needle, at + 1)
    return at


def _recognise_layout(lines: list[_Line], count: int) -> tuple[Layout, int]:
    """The layout, and the column at which it wraps (0 where it does not)."""
    neighbours = [(a, b) for a, b in pairwise(lines) if b.number == a.number + 1]
    if len(neighbours) >= _FEWEST_NEIGHBOURS:
        # The widest lines show the column; a few may stick out (an address), so the 98th percentile of those broken.
        lengths = sorted(len(a.text) for a, _ in neighbours)
        column = lengths[int(0.98 * (len(lengths) - 1))]
        if _NARROWEST <= column <= _WIDEST:
            full = sum(_is_full(a, b, column) for a, b in neighbours)
            if full >= _SHARE_FULL * len(neighbours):
                return Layout.WRAPPED, column
    # Neighbours are the exception where paragraphs are set apart by blank lines.
    spaced = len(neighbours) * 2 < len(lines) and count > len(lines)
    return (Layout.SPACED if spaced else Layout.LINES), 0


def _is_full(line: _Line, following: _Line, column: int) -> bool:
    first_word = following.text.split(None, 1)[0]
    return len(line.text) + 1 + len(first_word) > column


def _join_wrapped(lines: list[_Line], column: int) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    for line in lines:
        if group and not (line.number == group[-1].number + 1 and _is_full(group[-1], line, column)):
            yield group
            group = []
        group.append(line)
    if group:
        yield group
