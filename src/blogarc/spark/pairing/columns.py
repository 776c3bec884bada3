"""The columns that steps of pairing hand on, and the order of clues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from blogarc.clues import COEFFICIENTS, DUMP_CLUES, SECOND_COEFFICIENTS
from blogarc.pairs.pool import FAMILY_NAMES
from blogarc.sides import Floats, Ints
from blogarc.spark.columns import BEADS, flat, lists, numbers

if TYPE_CHECKING:
    import pyarrow as pa

PAIR = {
    "source": "string",
    "target": "string",
    "score": "double",
    "source_position": "bigint",
    "target_position": "bigint",
    "source_language": "string",
    "target_language": "string",
    "evidence": "string",
    "beads": BEADS,
}
# A candidate: `nth` of its source post. Sorted by both, edges come in the order of the local engine.
EDGE = {"source": "bigint", "nth": "int", "target": "bigint"}
CHOSEN = EDGE | {"clues": "array<double>"}
JUDGED = CHOSEN | {
    "vetoes": "array<string>", "length_ratio": "double", "first": "double", "probability": "double", "margin": "double",
}  # fmt: skip

# In the order of the columns of `clues`: what candidates tell, what a first look adds, and what a lexicon does.
OF_CANDIDATES = (
    "likeness", "margin", *(f"cosine of {name}" for name in FAMILY_NAMES), "margin of cognates", "lead over the runner-up",
)  # fmt: skip
OF_LOOK = (*OF_CANDIDATES, *(name for name in COEFFICIENTS if name not in OF_CANDIDATES), *DUMP_CLUES, "veto")
ALL_CLUES = (*OF_LOOK, *SECOND_COEFFICIENTS)
# Bits of the number of a source post: 1,024 posts are looked at together with what they need, and some more target posts,
# of which less is needed.
SOURCES, TARGETS = 10, 11


def clues_of(table: pa.Table) -> dict[str, Floats]:
    """The clues of edges by name."""
    sizes, _ = flat(table, "clues")
    if not len(sizes):
        return {name: np.empty(0) for name in ALL_CLUES}
    columns = numbers(table, "clues").reshape(len(sizes), -1)
    return {name: np.ascontiguousarray(columns[:, n]) for n, name in enumerate(ALL_CLUES[: columns.shape[1]])}


def clue_lists(clues: Mapping[str, Floats], names: tuple[str, ...], count: int) -> pa.ListArray:
    """The same as lists."""
    return lists(np.full(count, len(names)), np.stack([clues[name] for name in names], axis=1).ravel())


def edges_of(table: pa.Table) -> dict[str, Any]:
    return {name: table.column(name).combine_chunks() for name in EDGE}


def places(posts: Ints, wanted: Ints) -> Ints:
    """Where each wanted post stands among posts that come in their order."""
    return np.searchsorted(posts, wanted)
