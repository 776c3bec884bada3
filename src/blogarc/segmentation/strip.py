"""The paragraphs of some dumps laid end to end, as columns: what all evidence is gathered from.

Dumps that share text are looked at together; a strip knows where one ends and the next begins, so that nothing is said of
neighbours that are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from blogarc.minhash import Sketches
from blogarc.model import Dump
from blogarc.segmentation.cues import Cue, shape
from blogarc.segmentation.identity import identify

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Columns = dict[str, NDArray[np.float32]]
Number = TypeVar("Number", np.int64, np.float64)

# Letters up to which a paragraph is a line, and from which on it is text.
SHORT, LONG = 60, 150


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Columns of one length, a value for each paragraph.

    `dumps` numbers the dump each stands in, `starts` marks the first of each dump; `letters` counts letters and digits;
    `identities` are equal for paragraphs that are the same or nearly; `shapes` holds their `Cue` as numbers; `distinct`
    are the sketches of the different texts, `text_of` the sketch of each paragraph.
    """

    texts: Sequence[str]
    dumps: Ints
    starts: Bools
    letters: Ints
    identities: Ints
    shapes: Ints
    distinct: Sketches
    text_of: Ints

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def edges(self) -> list[tuple[int, int]]:
        """Where each dump begins and ends, half-open."""
        first = np.flatnonzero(self.starts).tolist()
        return list(zip(first, [*first[1:], len(self)][: len(first)], strict=True))

    def has(self, cue: Cue) -> Bools:
        """Which paragraphs look so."""
        return np.asarray((self.shapes & cue.value) != 0)

    def next(self, column: Bools, at_end: bool = False) -> Bools:
        """The value of the paragraph after, within the dump."""
        shifted = np.append(column[1:], at_end)
        shifted[np.append(self.starts[1:], True)] = at_end
        return shifted

    def next_value(self, column: NDArray[Number]) -> NDArray[Number]:
        """The number of the paragraph after, within the dump; 0 where there is none."""
        shifted = np.append(column[1:], 0)
        shifted[np.append(self.starts[1:], True)] = 0
        return shifted

    def previous_value(self, column: Ints) -> Ints:
        """The number of the paragraph before, within the dump; 0 where there is none."""
        shifted = np.concatenate(([0], column[:-1]))
        shifted[self.starts] = 0
        return shifted

    def previous(self, column: Bools, at_start: bool = False) -> Bools:
        """The value of the paragraph before, within the dump."""
        shifted = np.concatenate(([at_start], column[:-1]))
        shifted[self.starts] = at_start
        return shifted


def lay_out(dumps: Sequence[Dump]) -> Strip:
    """The strip of these dumps, in the order in which they are given."""
    texts = [p.text for dump in dumps for p in dump.paragraphs]
    sizes = [len(dump.paragraphs) for dump in dumps]
    starts = np.zeros(len(texts), bool)
    starts[np.cumsum([0, *sizes[:-1]])[[size > 0 for size in sizes]]] = True
    places: dict[str, int] = {}
    text_of = np.fromiter((places.setdefault(text, len(places)) for text in texts), np.int64, len(texts))
    distinct = list(places)
    identities, letters, sketches = identify(distinct)
    shapes = np.fromiter(map(shape, distinct), np.int64, len(distinct))
    return Strip(
        texts,
        np.repeat(np.arange(len(dumps)), sizes).astype(np.int64),
        starts,
        letters[text_of],
        identities[text_of],
        shapes[text_of],
        sketches,
        text_of,
    )


def slim(columns: dict[str, Floats] | dict[str, Bools | Floats]) -> Columns:
    """The columns in half the room, each taken out of the given ones as it is done: of a large archive both are too much."""
    return {name: columns.pop(name).astype(np.float32) for name in list(columns)}
