"""Where things stand in a drawing: the strip of a dump in rows, and the columns of years. Units are those of the viewBox.

A strip is read like a text, row by row: the bytes of the dump from left to right. What a block is shows in its height as well
as in its colour, so that nobody needs to see colours: a post stands tall, its copies lower, furniture lies at the bottom.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from blogarc.report.content import Block

WIDTH = 480.0
ROW, GAP = 20.0, 10.0
_BLOCKS_IN_A_ROW = 12  # with copies about six posts, wide enough for their numbers on a telephone
_MOST_ROWS = 24
_LABELLED = 14.0  # a narrower block has no room for its number
_NARROWEST = 1.2
HEIGHTS = {"exact": 0.68, "near": 0.68, "decided": 0.68, "excerpt": 0.5, "boilerplate": 0.24, "unassigned": 0.24}

CHART = 150.0
_COLUMN, _ROOM = 34.0, 22.0
_MOST_YEARS = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, or the part of it that stands in one row. `first` says that the block starts here."""

    block: Block
    x: float
    y: float
    width: float
    height: float
    first: bool
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The pieces of a strip, the top of each of its rows with how far the dump reaches in it, and how high it is in all."""

    pieces: Sequence[Piece]
    rows: Sequence[tuple[float, float]]
    height: float


def lay_out(blocks: Sequence[Block], size: int) -> Drawing:
    """The strip of a dump of `size` bytes.

    >>> drawing = lay_out([Block("single", 0, 60, 1, 2, "A"), Block("exact", 62, 100, 4, 9, "B")], 100)
    >>> [(piece.x, round(piece.width, 1)) for piece in drawing.pieces], drawing.rows[0][1]
    ([(0.0, 287.0), (297.6, 181.4)], 480.0)
    """
    size = max(size, 1)
    articles = sum(block.key != "" for block in blocks)
    rows = min(max(1, math.ceil(articles / _BLOCKS_IN_A_ROW)), _MOST_ROWS)
    scale = WIDTH * rows / size
    pieces = [piece for block in blocks for piece in _pieces(block, scale, rows)]
    tops = [(row * (ROW + GAP) + GAP, WIDTH) for row in range(rows)]
    return Drawing(pieces, tops, rows * (ROW + GAP) + GAP / 2)


def _pieces(block: Block, scale: float, rows: int) -> Iterator[Piece]:
    """The block cut where rows end."""
    start, end = block.start * scale, block.end * scale
    height = ROW * HEIGHTS.get(block.kind, 1.0)
    widest, widest_row = 0.0, 0
    first = min(int(start // WIDTH), rows - 1)
    last = min(max(first, math.ceil(end / WIDTH) - 1), rows - 1)
    spans = []
    for row in range(first, last + 1):
        left, right = max(start - row * WIDTH, 0.0), min(end - row * WIDTH, WIDTH)
        spans.append((row, left, right))
        if right - left > widest:
            widest, widest_row = right - left, row
    for row, left, right in spans:
        # A hair of paper between neighbours.
        width = max(right - left - 1.0, _NARROWEST)
        label = str(block.number) if block.number and row == widest_row and width >= _LABELLED else ""
        y = row * (ROW + GAP) + GAP + ROW - height
        yield Piece(block, round(left, 2), round(y, 2), round(width, 2), round(height, 2), row == first, label)


@dataclass(frozen=True, slots=True)
class Column:
    """A year and how many articles it has."""

    year: str
    count: int
    x: float
    y: float
    width: float
    height: float


def columns(years: Mapping[str, int]) -> tuple[Sequence[Column], float]:
    """The columns of the years, with those between that have none, and how wide the drawing is.

    Where they would be very many, as when a text speaks of the year 1, only years that have articles are drawn, and of these
    the last.

    >>> drawn, width = columns({"2009": 2, "2011": 4})
    >>> [(column.year, column.count, column.height) for column in drawn], width
    ([('2009', 2, 56.0), ('2010', 0, 0.0), ('2011', 4, 112.0)], 102.0)
    """
    told = {int(year): count for year, count in years.items() if year.isdecimal()}
    if told and max(told) - min(told) < _MOST_YEARS:
        listed = list(range(min(told), max(told) + 1))
    else:
        listed = sorted(told)[-_MOST_YEARS:]
    most = max(told.values(), default=1)
    drawn = []
    for n, year in enumerate(listed):
        height = round((CHART - _ROOM - 16) * told.get(year, 0) / most, 2)
        top = round(CHART - _ROOM - height, 2)
        drawn.append(Column(f"{year:04}", told.get(year, 0), n * _COLUMN + 5, top, _COLUMN - 10, height))
    return drawn, len(listed) * _COLUMN
