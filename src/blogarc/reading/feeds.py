"""Feeds: RSS, Atom and the exports of WordPress (WXR), each entry a ready article.

Python's expat reads the XML, because it says at which byte an entry starts, and asks before it follows anything: a document
that declares entities of its own is refused, nothing outside the file is ever read, and entities of HTML that a careless
program left in (`&nbsp;`) stand for their characters. An entry that is not well-formed is set aside, and reading goes on
with the next. The text of an entry is HTML, whose blocks become paragraphs; WordPress keeps line feeds instead, as typed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from html import escape
from html.entities import html5
from xml.parsers import expat

from blogarc.errors import InputError
from blogarc.model import Span
from blogarc.reading.markup import first_tag, text_of
from blogarc.reading.packing import Unpacked
from blogarc.reading.records import Record, Unreadable, clean

_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
# "http://wordpress.org/export/1.2/": the numbers change.
_WORDPRESS = "http://wordpress.org/export/"
_ENTRIES = frozenset({"item", "entry"})
_ENTRY_TAG = re.compile(rb"<(?:item|entry)[\s>]")
# What WordPress exports beside posts and pages; it is passed over if it has no text.
_POSTS = frozenset({"", "post", "page"})
_PIECE = 1 << 16
# Of what cannot be read so much is shown; all of it is in the file.
_SHOWN = 4000
_MOST_ENTRIES_BROKEN = 1000
# XML forbids them, and WordPress exports them. A space takes as many bytes, so places in the file stay what they are.
_CONTROLS = bytes(32 if code < 32 and code not in (9, 10, 13) else code for code in range(256))


class Feed:
    """Reads RSS, Atom and WXR."""

    name = "feed"
    libraries: tuple[str, ...] = ("lxml",)

    def recognises(self, data: bytes, names: Mapping[str, str]) -> bool:
        """Its first element is that of a feed.

        >>> Feed().recognises(b'<?xml version="1.0"?><rss version="2.0"></rss>', {}), Feed().recognises(b"rss", {})
        (True, False)
        """
        tag = first_tag(data)
        return tag in ("rss", "feed") or (tag == "rdf:rdf" and b"purl.org/rss" in data[:4096])

    def read(self, file: Unpacked, names: Mapping[str, str]) -> Iterator[Record | Unreadable]:
        data = _sound(file.data)
        handler = _Handler()
        start, prefix, broken = 0, b"", 0
        while True:
            parser = _Parser(handler, data, start, prefix)
            for entry in parser.entries():
                yield from _record(entry, handler)
            if parser.error is None:
                return
            if isinstance(parser.error, _ForbiddenError):
                raise InputError(str(parser.error), "No feed needs that; it may be made to fill the memory.")
            broken += 1
            told = expat.errors.messages.get(getattr(parser.error, "code", 0), parser.error)
            reason = f"{told}, at byte {parser.at:,}"
            following = _ENTRY_TAG.search(data, parser.at) if broken < _MOST_ENTRIES_BROKEN else None
            end = following.start() if following else len(data)
            first = handler.open_at if handler.open_at is not None else max(parser.last, start)
            if not prefix:
                # What stands before the first entry declares the name spaces for all.
                begin = _ENTRY_TAG.search(data)
                prefix = data[: begin.start()] if begin else b""
            if left := data[first:end].strip():
                first = data.index(left, first)
                shown = left[:_SHOWN].decode("utf-8", "replace")
                line = data.count(b"\n", 0, first) + 1
                lines = Span(line, line + 1 + left.count(b"\n"))
                cut = "it is cut short" if end == len(data) else "it is not well-formed"
                yield Unreadable(lines, Span(first, first + len(left)), clean(shown), f"{cut}: {reason}")
            if following is None or not prefix:
                return
            start = end


@dataclass(slots=True)
class _Entry:
    """What an entry says: the text of each element in it, by name space and name."""

    start: int
    line: int
    end: int = 0
    last_line: int = 0
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    link: str = ""

    def get(self, *names: tuple[str, str]) -> str:
        """The first of these elements that says something."""
        return next((self.told[name].strip() for name in names if self.told.get(name, "").strip()), "")

    def wordpress(self, name: str) -> str:
        return next(
            (v.strip() for (space, own), v in self.told.items() if own == name and space.startswith(_WORDPRESS)), ""
        )


class _ForbiddenError(Exception):
    """The document declares entities."""


class _Handler:
    """What the feed says about itself, kept over all pieces."""

    def __init__(self) -> None:
        self.title = ""
        self.language = ""
        self.authors: dict[str, str] = {}
        self.open_at: int | None = None


class _Parser:
    """One run of expat, up to the end or to what it cannot read; `prefix` is fed before what starts at `start`."""

    def __init__(self, handler: _Handler, data: bytes, start: int, prefix: bytes) -> None:
        self.error: Exception | None = None
        self.at = self.last = start
        self._handler, self._data, self._start, self._prefix = handler, data, start, prefix if start else b""
        handler.open_at = None
        self._lines = data.count(b"\n", 0, start) - self._prefix.count(b"\n")
        self._path: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._entry: _Entry | None = None
        self._depth = 0
        self._login = ""
        self._done: list[_Entry] = []
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._open, self._close
        parser.CharacterDataHandler = self._text.append
        parser.EntityDeclHandler = self._refuse
        # With a document type that is never read, an entity nobody declared is skipped, and not an error.
        parser.UseForeignDTD(True)
        parser.ExternalEntityRefHandler = lambda *_: 1
        parser.SkippedEntityHandler = lambda name, _: self._text.append(html5.get(f"{name};", f"&{name};"))

    def entries(self) -> Iterator[_Entry]:
        """The entries, as they come."""
        try:
            if self._prefix:
                self._parser.Parse(self._prefix, False)
                self._done.clear()
            for begin in range(self._start, len(self._data), _PIECE):
                self._parser.Parse(self._data[begin : begin + _PIECE], False)
                yield from self._take()
            self._parser.Parse(b"", True)
        except (expat.ExpatError, _ForbiddenError, LookupError, ValueError) as error:
            # The last two: of an encoding that Python does not know, or that expat cannot use.
            self.error = error
            self.at = max(self._here(self._parser.ErrorByteIndex), self._start)
        yield from self._take()

    def _take(self) -> list[_Entry]:
        taken = self._done[:]
        self._done.clear()
        return taken

    def _here(self, index: int) -> int:
        return index - len(self._prefix) + self._start

    def _refuse(self, name: str, *_: object) -> None:
        raise _ForbiddenError(f"it declares an entity, {name!r}, and such XML is not read.")

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        self._path.append((space, name))
        if self._entry is None:
            self._text.clear()
            if name in _ENTRIES:
                self._handler.open_at = self._here(self._parser.CurrentByteIndex)
                self._entry = _Entry(self._handler.open_at, self._parser.CurrentLineNumber + self._lines)
                self._depth = len(self._path)
            return
        below = len(self._path) - self._depth
        if below == 1:
            self._text.clear()
            self._entry.types[name] = attributes.get("type", "")
            if name == "link" and attributes.get("href") and attributes.get("rel", "alternate") == "alternate":
                self._entry.link = self._entry.link or attributes["href"]
            if name == "category":
                self._entry.tags.append(attributes.get("term", ""))
        elif self._entry.types.get(self._path[self._depth][1]) == "xhtml":
            self._text.append(f"<{name}>")

    def _close(self, tag: str) -> None:
        space, name = self._path.pop()
        text, entry = "".join(self._text), self._entry
        if entry is None:
            self._head(space, name, text)
            return
        below = len(self._path) + 1 - self._depth
        if below == 0:
            index = self._here(self._parser.CurrentByteIndex)
            entry.end = self._data.find(b">", index) + 1
            entry.last_line = self._parser.CurrentLineNumber + self._lines
            self._done.append(entry)
            self._entry, self._handler.open_at, self.last = None, None, entry.end
        elif below == 1:
            if name == "category":
                entry.tags[-1] = entry.tags[-1] or text.strip()
            # The first of its name counts.
            entry.told.setdefault((space, name), text)
            self._text.clear()
        elif entry.types.get(self._path[self._depth][1]) == "xhtml":
            self._text.append(f"</{name}>")
        elif (name, self._path[-1][1]) == ("name", "author"):
            entry.told.setdefault((space, "author/name"), text.strip())
            self._text.clear()
        elif below == 2:
            self._text.clear()

    def _head(self, space: str, name: str, text: str) -> None:
        """What stands outside entries: the feed's own title and language, and the names of WordPress authors."""
        told, parent = text.strip(), self._path[-1][1] if self._path else ""
        if name == "title" and parent in ("channel", "feed") and not self._handler.title:
            self._handler.title = told
        elif name == "language" and parent == "channel":
            self._handler.language = told
        elif space.startswith(_WORDPRESS) and name == "author_login":
            self._login = told
        elif space.startswith(_WORDPRESS) and name == "author_display_name" and told:
            self._handler.authors[self._login] = told
        self._text.clear()


def _record(entry: _Entry, feed: _Handler) -> Iterator[Record | Unreadable]:
    lines, place = Span(entry.line, entry.last_line + 1), Span(entry.start, entry.end)
    kind = entry.wordpress("post_type")
    atom = [(space, name) for space in _ATOM for name in ("content", "summary")]
    spaces = [
        ("", "description"),
        ("http://purl.org/rss/1.0/", "description"),
        ("http://my.netscape.com/rdf/simple/0.9/", "description"),
    ]
    source = next((name for name in ((_CONTENT, "encoded"), *atom, *spaces) if entry.get(name)), None)
    markup = entry.told.get(source, "") if source else ""
    if source and source[0] in _ATOM and entry.types.get(source[1], "text") in ("", "text"):
        markup = f"<pre>{escape(markup)}</pre>"
    # In WordPress a line feed is one, unless its newer editor made the post.
    text = "\n\n".join(text_of(markup, breaks=bool(kind) and "<!-- wp:" not in markup).paragraphs)
    space, title = next(((place[0], told) for place, told in entry.told.items() if place[1] == "title"), ("", ""))
    # A title of Atom is plain text unless it says otherwise; what one of RSS is nobody says, and nearly all take it for HTML.
    plain = space in _ATOM and entry.types.get("title", "text") in ("", "text")
    if not plain and ("<" in title or "&" in title):
        title = " ".join(text_of(title).paragraphs)
    if not text:
        if kind in _POSTS:
            yield Unreadable(lines, place, clean(" ".join(title.split())), "it has no text")
        return
    creator = entry.get((_DC, "creator"), *((space, "author/name") for space in _ATOM), ("", "author"))
    # RSS: "mail@example.org (The Name)".
    named = re.fullmatch(r"\S+@\S+\s+\((.+)\)", creator)
    link = entry.link or entry.get(("", "link"), ("http://purl.org/rss/1.0/", "link"))
    identity = entry.get(("", "guid"), *((space, "id") for space in _ATOM))
    fields = {
        "text": clean(text),
        "title": clean(" ".join(title.split())),
        "byline": clean(feed.authors.get(creator, named[1] if named else creator)),
        "published": _date(entry),
        "url": clean(link or (identity if identity.startswith(("http://", "https://")) else "")),
    }
    origin = {"feed": clean(feed.title), "feed_language": clean(feed.language), "id": clean(identity)}
    tags = [clean(tag) for tag in entry.tags if tag]
    rest = {"tags": tags, "status": entry.wordpress("status"), "type": kind if kind not in _POSTS else ""}
    yield Record(
        lines,
        place,
        {name: value for name, value in fields.items() if value},
        {name: value for name, value in rest.items() if value},
        origin={name: value for name, value in origin.items() if value},
    )


def _date(entry: _Entry) -> str:
    """The day on which an entry was published, as its author's calendar had it."""
    local = entry.wordpress("post_date")
    if re.match(r"[12]\d{3}-", local):
        return local
    told = entry.get(
        ("", "pubDate"), (_DC, "date"), *((s, n) for n in ("published", "issued", "updated", "modified") for s in _ATOM)
    )
    if re.match(r"\d{4}-\d\d-\d\d", told):
        return told
    try:
        return parsedate_to_datetime(told).replace(tzinfo=UTC).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _same_length(error: UnicodeError) -> tuple[bytes | str, int]:
    """A question mark for each byte that is not UTF-8, so that places in the file stay what they are."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "?" * (error.end - error.start), error.end


codecs.register_error("blogarc.same_length", _same_length)


def _sound(data: bytes) -> bytes:
    """The file with as many bytes, and without those for which expat would give it up."""
    declared = re.match(
        rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)", data[:200].removeprefix(codecs.BOM_UTF8).lstrip()
    )
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    if declared is None or declared[1].lower() in (b"utf-8", b"utf8"):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            data = data.decode("utf-8", "blogarc.same_length").encode("utf-8")
    data = data.translate(_CONTROLS)
    # White space before the declaration is an error in XML, and usual where a plug-in printed some.
    lead = len(data) - len(data.lstrip())
    if lead and data[lead : lead + 5] == b"<?xml":
        end = data.find(b"?>", lead) + 2
        data = b" " * end + data[end:] if end > 1 else data
    return data
