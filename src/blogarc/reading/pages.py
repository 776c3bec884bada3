"""HTML pages: the main text of each as a ready article, found by trafilatura, or all text of it, to be split as a dump is.

Main text is what an archive of posts wants; all text is for pages with several posts, where copies and furniture show what
is what. What a page says about itself (title, author, date, address) is kept with its main text.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from blogarc.model import Part, Span
from blogarc.reading.libraries import require
from blogarc.reading.markup import decode_page, first_tag, text_of
from blogarc.reading.packing import Unpacked
from blogarc.reading.records import Record, Rendering, Unreadable, clean
from blogarc.text import normalise

# htmldate looks for dates in the whole text of a page if it is let, and takes that of a comment or a copyright. A fixed end
# of time, because by default it is today, and the same page would be read otherwise tomorrow.
_DATES = {"extensive_search": False, "original_date": True, "min_date": "1990-01-01", "max_date": "2100-01-01"}


class Pages:
    """Reads a page as one article."""

    name = "html"
    libraries: tuple[str, ...] = ("trafilatura", "lxml")

    def recognises(self, data: bytes, names: Mapping[str, str]) -> bool:
        """Its first element is one with which a page begins.

        >>> Pages().recognises(b"<!DOCTYPE html><title>A page</title>", {}), Pages().recognises(b"<3 this blog", {})
        (True, False)
        """
        head = data[:512].lower()
        return first_tag(data) in ("html", "head", "body") or b"<!doctype html" in head.split(b"<html")[0]

    def read(self, file: Unpacked, names: Mapping[str, str]) -> Iterator[Record | Unreadable]:
        lines = Span(1, 1 + max(1, file.data.count(b"\n") + (not file.data.endswith(b"\n"))))
        yield main_text(decode_page(file.data), lines, Span(0, len(file.data)))


def main_text(
    page: str, lines: Span, place: Span, url: str | None = None, origin: Mapping[str, Any] | None = None
) -> Record | Unreadable:
    """The main text of a page; where there is none, all its text, and why."""
    trafilatura = require("trafilatura", "The main text of a page")
    _hush()
    try:
        found = trafilatura.bare_extraction(
            page, url=url, with_metadata=True, include_comments=False, date_extraction_params=_DATES
        )
    except Exception as error:
        # Whatever a hostile page does to an extractor, the other pages of the file are read.
        return _nothing(page, lines, place, f"trafilatura failed on it: {type(error).__name__}")
    text = found and found.text
    if not text:
        return _nothing(page, lines, place, "it has no main text, as far as trafilatura can tell")
    title = clean(found.title or "").strip()
    paragraphs = [line.strip() for line in clean(text).split("\n") if line.strip()]
    if title and len(paragraphs) > 1 and normalise(paragraphs[0]) == normalise(title):
        paragraphs = paragraphs[1:]
    fields = {
        "text": "\n\n".join(paragraphs),
        "title": title,
        "byline": clean(found.author or ""),
        "published": found.date or "",
        "url": clean(url or found.url or ""),
    }
    rest = {"tags": list(found.tags)} if found.tags else {}
    return Record(lines, place, {name: value for name, value in fields.items() if value}, rest, origin=origin or {})


def render_page(file: Unpacked) -> Rendering:
    """All text of a page."""
    text = text_of(decode_page(file.data))
    return Rendering("\n\n".join(text.paragraphs).encode("utf-8", "replace"), (Part(0, text.url),))


def _nothing(page: str, lines: Span, place: Span, reason: str) -> Unreadable:
    return Unreadable(
        lines, place, clean("\n".join(text_of(page).paragraphs)), f"{reason}; --whole-page takes all of it"
    )


def _hush() -> None:
    """What trafilatura and its helpers log about a page would stand among our own words."""
    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
