"""blogarc turns raw scraped text of blogs into a clean, deduplicated, paired and searchable corpus.

In a notebook, on plain values and without a database:

>>> import blogarc
>>> blogarc.detect("Llovió durante nueve días, y el décimo colgamos la ropa en el patio.").code
'es'
>>> blogarc.dedupe(["A long walk by the sea, in June.", "Quite another text about bread.", "A LONG walk by the sea - in June"])
[0, 1, 0]

Or with memory, and a method for each command:

>>> with blogarc.Archive(":memory:") as archive:
...     archive.stats().dumps
0

Each name is imported when it is first used, because the libraries behind them take time to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blogarc.alignment import AlignmentConfig, align
    from blogarc.archive import Archive
    from blogarc.articles import segment
    from blogarc.duplicates import Clusters, DuplicateConfig, dedupe, find_duplicates
    from blogarc.errors import BlogarcError
    from blogarc.languages import Language, detect
    from blogarc.model import Article, Bead, Dump, Duplicate, Kind, Layout, Pair, Paragraph, Role, Span
    from blogarc.pairs import PairConfig, find_pairs
    from blogarc.reading import read, read_text

_HOMES = {
    "blogarc.alignment": ("AlignmentConfig", "align"),
    "blogarc.archive": ("Archive",),
    "blogarc.articles": ("segment",),
    "blogarc.duplicates": ("Clusters", "DuplicateConfig", "dedupe", "find_duplicates"),
    "blogarc.errors": ("BlogarcError",),
    "blogarc.languages": ("Language", "detect"),
    "blogarc.model": ("Article", "Bead", "Dump", "Duplicate", "Kind", "Layout", "Pair", "Paragraph", "Role", "Span"),
    "blogarc.pairs": ("PairConfig", "find_pairs"),
    "blogarc.reading": ("read", "read_text"),
}

__all__ = [
    "AlignmentConfig",
    "Archive",
    "Article",
    "Bead",
    "BlogarcError",
    "Clusters",
    "Dump",
    "Duplicate",
    "DuplicateConfig",
    "Kind",
    "Language",
    "Layout",
    "Pair",
    "PairConfig",
    "Paragraph",
    "Role",
    "Span",
    "align",
    "dedupe",
    "detect",
    "find_duplicates",
    "find_pairs",
    "read",
    "read_text",
    "segment",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    from blogarc.processor import choose_sorting

    choose_sorting()
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(home), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'blogarc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
