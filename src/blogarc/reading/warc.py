"""WARC files: web pages as crawlers keep them, and WET files, their texts.

FastWARC finds the records. Of its answers to crawlers, a page becomes an article (or, if all text is wanted, a part of the
text that is split), and so does plain text; a text that was made of a page before (a `conversion` record, which is what WET
files hold) is split. Images, redirects, errors and notes of the crawler are passed over.

A record counts from 1 where other files have lines; its bytes are those of the file, once unpacked. `origin` has the number,
address and date of the record, and where it starts in the file as received, which is what the index of a web archive says.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blogarc.errors import InputError
from blogarc.model import Part, Span
from blogarc.reading.libraries import require
from blogarc.reading.markup import decode_page, first_tag, text_of
from blogarc.reading.packing import Limits, Unpacked, packing_of, unpack
from blogarc.reading.pages import main_text
from blogarc.reading.records import Record, Rendering, Unreadable, clean

_PAGES = ("text/html", "application/xhtml+xml")
# A page is a few hundred kilobytes; what a server packed may not become more than this.
_PAGE = Limits(most=64 << 20, floor=8 << 20)
_KINDS = ("response", "resource", "conversion")


@dataclass(frozen=True, slots=True)
class _Document:
    """What a record holds: a page or a text."""

    lines: Span
    place: Span
    url: str | None
    origin: Mapping[str, Any]
    text: str
    is_page: bool


class Warc:
    """Reads the pages of a WARC file as articles."""

    name = "warc"
    libraries: tuple[str, ...] = ("fastwarc", "trafilatura", "lxml")

    def recognises(self, data: bytes, names: Mapping[str, str]) -> bool:
        """It begins as a record does."""
        return data.startswith(b"WARC/") and data[5:6].isdigit()

    def read(self, file: Unpacked, names: Mapping[str, str]) -> Iterator[Record | Unreadable]:
        for found in _documents(file):
            if isinstance(found, Unreadable):
                yield found
            elif found.is_page:
                yield main_text(found.text, found.lines, found.place, found.url, found.origin)
            else:
                fields = {"text": clean(found.text).strip(), "url": found.url or ""}
                yield Record(found.lines, found.place, fields, origin=found.origin)


def is_wet(file: Unpacked) -> bool:
    """Whether the first record with a text is one that was made of a page before."""
    kinds = (str(r.record_type) for r in _records(file) if not isinstance(r, Unreadable))
    return next((kind == "conversion" for kind in kinds if kind in _KINDS), False)


def render_warc(file: Unpacked) -> Rendering:
    """All text of all pages, what page starts where, and what could not be read."""
    out = io.BytesIO()
    parts: list[Part] = []
    lost: list[Unreadable] = []
    for found in _documents(file):
        if isinstance(found, Unreadable):
            lost.append(found)
            continue
        whole = text_of(found.text).paragraphs if found.is_page else [found.text.replace("\x00", "").strip()]
        text = "\n\n".join(whole)
        if text:
            parts.append(Part(out.tell(), found.url, found.origin))
            out.write(text.encode("utf-8", "replace") + b"\n\n")
    more = f" ({len(lost) - 1} more like it)" if len(lost) > 1 else ""
    told = f"record {lost[0].lines.start}: {lost[0].reason}{more}" if lost else ""
    return Rendering(out.getvalue(), tuple(parts), told)


def _documents(file: Unpacked) -> Iterator[_Document | Unreadable]:
    data = file.data
    for number, record in enumerate(_records(file), 1):
        if isinstance(record, Unreadable):
            yield record
            continue
        lines, start = Span(number, number + 1), record.stream_pos
        head, length = data.find(b"\r\n\r\n", start), (record.headers.get("Content-Length") or "").strip()
        if head < 0 or not length.isdecimal():
            yield Unreadable(lines, Span(start, len(data)), "", f"its head is cut short or damaged, at byte {start:,}")
            continue
        end = head + 4 + int(length)
        place = Span(start, min(end, len(data)))
        if end > len(data):
            whole = "the file, unpacked," if file.packing else "the file"
            reason = f"it is cut short: it should end at byte {end:,}, and {whole} ends at byte {len(data):,}"
            yield Unreadable(lines, place, "", reason)
        if str(record.record_type) in _KINDS and (not record.is_http or record.http_headers.status_code in (None, 200)):
            origin = {
                "record": number,
                "offset": file.place(start),
                "retrieved": record.headers.get("WARC-Date"),
                "record_id": record.headers.get("WARC-Record-ID"),
            }
            told = {name: clean(value) if isinstance(value, str) else value for name, value in origin.items() if value}
            found = _document(record, lines, place, told)
            if found is not None:
                yield found


def _document(record: Any, lines: Span, place: Span, origin: Mapping[str, Any]) -> _Document | Unreadable | None:
    """The page or text in a record; None if it has neither."""
    head = record.http_headers if record.is_http else None
    mime = (record.http_content_type if record.is_http else record.headers.get("Content-Type")) or ""
    try:
        content = _plain(record.reader.read(), (head.get("Content-Encoding") or "") if head is not None else "")
        mime = mime.partition(";")[0].strip().lower()
        is_page = mime in _PAGES or (not mime and first_tag(content) == "html")
        if not content.strip() or not (is_page or mime == "text/plain"):
            return None
        text = decode_page(content, record.http_charset if record.is_http else None)
    except InputError as error:
        return Unreadable(lines, place, "", error.message)
    url = clean(record.headers.get("WARC-Target-URI") or "").strip("<>") or None
    return _Document(lines, place, url, origin, text, is_page)


def _records(file: Unpacked) -> Iterator[Any]:
    """The records, each with the head of the answer in it read; at the end, if there is one, what cannot be read."""
    warc = require("fastwarc.warc", "Reading WARC")
    number, at = 1, 0
    try:
        for record in warc.ArchiveIterator(
            io.BytesIO(file.data), parse_http=True, auto_decode="transfer", strict_mode=False
        ):
            number, at = number + 1, record.stream_pos
            yield record
    except (OSError, ValueError) as error:
        yield Unreadable(Span(number, number + 1), Span(at, len(file.data)), "", f"after byte {at:,}: {error}")


def _plain(content: bytes, encoding: str) -> bytes:
    """What the server packed. Raises InputError if it cannot be unpacked."""
    for told in reversed(encoding.split(",")):
        packing = told.strip().lower().removeprefix("x-")
        if packing in ("", "identity") or (packing in ("gzip", "zstd") and packing_of(content) != packing):
            continue  # crawlers keep what they unpacked under the old head
        if packing == "deflate":
            # By the standard with a head of zlib, by some servers without.
            packing = "deflate" if content[:1] == b"\x78" else "raw deflate"
        if packing not in ("gzip", "zstd", "deflate", "raw deflate"):
            raise InputError(f"it is packed as {packing!r}, which is not read")
        content = unpack(content, packing, "it", _PAGE).data
    return content
