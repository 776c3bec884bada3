"""TMX 1.4, the translation memory that OmegaT and its like read: one unit a passage, in both languages.

https://www.gala-global.org/tmx-14b: the header says the source language and how long a segment is, and `<prop>` holds what
a tool wants to add. Here that is the score of the passage and of its pair, and where each side comes from. No date is
written, so the same corpus makes the same bytes, and no DOCTYPE, because a reader that follows one fails where the DTD is
not beside the file. The XML is written by the standard library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from itertools import chain
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from blogarc.export.passages import Passage, cleaned

_SIDES = (0, 1)


def write(
    passages: Iterable[Passage],
    stream: BinaryIO,
    lost: Counter[str] | None = None,
    *,
    level: str = "paragraph",
    languages: tuple[str, str] = ("en", "es"),
) -> int:
    """Write the passages; says how many. `lost` counts the characters that XML forbids, which are left out.

    `level`, "paragraph" or "sentence", is what the header calls the segments. `languages` are those of a memory without a
    passage.
    """
    listed = iter(passages)
    first = next(listed, None)
    source_language = first.languages[0] if first else languages[0]
    xml = XMLGenerator(stream, encoding="utf-8", short_empty_elements=True)
    writer = _Writer(xml, lost)
    xml.startDocument()
    writer.open("tmx", 0, version="1.4")
    header = {
        "creationtool": "blogarc",
        "creationtoolversion": version("blogarc"),
        "segtype": level,
        "o-tmf": "blogarc",
        "adminlang": "en",
        "srclang": source_language,
        "datatype": "plaintext",
    }
    writer.leaf("header", "", 1, **header)
    writer.open("body", 1)
    count = 0
    for passage in chain([first] if first else [], listed):
        own = {} if passage.languages[0] == source_language else {"srclang": passage.languages[0]}
        writer.open("tu", 2, tuid=passage.name, **own)
        writer.leaf("prop", f"{passage.score:.3f}", 3, type="x-score")
        writer.leaf("prop", f"{passage.pair_score:.3f}", 3, type="x-pair-score")
        for side in _SIDES:
            writer.open("tuv", 3, **{"xml:lang": passage.languages[side]})
            writer.leaf("prop", passage.articles[side], 4, type="x-article")
            writer.leaf("prop", passage.places[side], 4, type="x-place")
            writer.leaf("seg", (passage.source, passage.target)[side], 4)
            writer.close("tuv", 3)
        writer.close("tu", 2)
        count += 1
    writer.close("body", 1)
    writer.close("tmx", 0)
    xml.endDocument()
    return count


class _Writer:
    """Elements one a line, indented; the text of a segment is never touched by that."""

    def __init__(self, xml: XMLGenerator, lost: Counter[str] | None) -> None:
        self.xml, self.lost = xml, lost

    def open(self, name: str, depth: int, **attributes: str) -> None:
        self._start(name, depth, attributes)
        self.xml.characters("\n")

    def close(self, name: str, depth: int) -> None:
        self.xml.characters("  " * depth)
        self.xml.endElement(name)
        self.xml.characters("\n")

    def leaf(self, name: str, text: str, depth: int, **attributes: str) -> None:
        self._start(name, depth, attributes)
        if text:
            # A reader of XML makes any line end a line feed.
            self.xml.characters(cleaned(text, self.lost).replace("\r\n", "\n").replace("\r", "\n"))
        self.xml.endElement(name)
        self.xml.characters("\n")

    def _start(self, name: str, depth: int, attributes: dict[str, str]) -> None:
        self.xml.characters("  " * depth)
        self.xml.startElement(name, AttributesImpl({key: cleaned(value) for key, value in attributes.items()}))
