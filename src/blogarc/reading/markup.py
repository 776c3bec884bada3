"""What HTML and XML files begin with, and the text of HTML: its blocks as paragraphs, in the order of the page.

lxml parses, and tells what it meets one after the other; nothing here nests, so a page cannot nest too deeply for it.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from blogarc.reading.libraries import require
from blogarc.text import detect_encoding, strip

# What may stand before the first element; each alternative ends, or the file is not looked at any further.
_BEFORE = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>|<!doctype\s[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<([a-z][a-z0-9:_-]*)[\s/>]", re.IGNORECASE)
_HEAD = 1 << 14

# Elements around which a browser breaks the line; table cells stand beside each other.
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav noscript ol optgroup option p pre section select"
    " summary table tbody textarea tfoot thead tr ul video audio".split()
)
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"head", "script", "style", "template", "svg", "math", "iframe", "object", "canvas"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"[ \t]*\n[ \t]*(?:\n[ \t]*)+")
_LINE_END = re.compile(r"[ \t]*\n[ \t]*")
# Codecs that a page cannot be in, or that take time squared.
_NO_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7", "undefined", "mbcs", "oem"})


def first_tag(data: bytes) -> str:
    """The name of the first element, in lower case; "" if the file does not begin with one.

    >>> first_tag(b'<?xml version="1.0"?> <!-- A feed. --> <rss version="2.0">'), first_tag(b"1 < 2")
    ('rss', '')
    """
    head = data[:_HEAD]
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if wide else "latin-1", "replace").removeprefix("ï»¿")
    at = 0
    while found := _BEFORE.match(text, at):
        at = found.end()
    tag = _TAG.match(text, at)
    return tag[1].lower() if tag else ""


def decode_page(data: bytes, charset: str | None = None) -> str:
    """The text of a page: by its byte order mark, as UTF-8, by what the server said, by what it says itself, or by guess.

    UTF-8 comes before what was said, because what decodes as UTF-8 is UTF-8, whatever a template says. What cannot be
    decoded becomes U+FFFD. Raises InputError if it is no text at all.
    """
    encoding = detect_encoding(data or b" ", "it")
    if encoding.source in ("bom", "utf-8"):
        return data[encoding.bom :].decode(encoding.name, "replace")
    for told in (charset, _declared(data)):
        codec = _codec(told)
        if codec:
            return data.decode(codec, "replace")
    return data.decode(encoding.name, "replace")


def _declared(data: bytes) -> str | None:
    """The encoding that a page says it is in."""
    etree = require("lxml.etree", "Reading HTML")
    try:
        tree = etree.fromstring(data[:_HEAD], etree.HTMLParser())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return None if tree is None else tree.getroottree().docinfo.encoding


def _codec(told: str | None) -> str:
    """The codec of this name, if Python has it and text can be in it; as on the web, latin-1 is cp1252."""
    if not told:
        return ""
    try:
        name = codecs.lookup(told.strip()).name.replace("-", "_")
        "".encode(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    if name in _NO_TEXT:
        return ""
    return "cp1252" if name in ("iso8859_1", "ascii") else name


class Text:
    """What lxml tells of a page, one after the other: its text, and what it says about itself."""

    def __init__(self, *, breaks: bool) -> None:
        self.paragraphs: list[str] = []
        self.url: str | None = None
        self.language: str | None = None
        self._breaks = breaks
        self._run: list[str] = []
        self._unseen = self._as_written = 0

    def start(self, tag: str, attributes: Any) -> None:
        if tag == "html":
            self.language = attributes.get("lang") or self.language
        elif tag == "link" and "canonical" in (attributes.get("rel") or "").lower().split():
            self.url = self.url or attributes.get("href")
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self._run.append("\n")
        elif tag in _CELLS:
            self._run.append(" ")
        elif tag in _BLOCKS:
            self._flush()
            self._as_written += tag in ("pre", "textarea")

    def end(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self._flush()
            self._as_written = max(0, self._as_written - (tag in ("pre", "textarea")))

    def data(self, text: str) -> None:
        if not self._unseen:
            self._run.append(text if self._breaks or self._as_written else _SPACE.sub(" ", text))

    def close(self) -> Text:
        self._flush()
        return self

    def _flush(self) -> None:
        text = "".join(self._run).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        self._run.clear()
        for paragraph in _BLANK_LINES.split(text):
            lines = (_SPACE.sub(" ", line) for line in _LINE_END.split(paragraph))
            told = "\n".join(line for line in map(strip, lines) if line)
            if told:
                self.paragraphs.append(told)


def text_of(page: str, *, breaks: bool = False) -> Text:
    """The text of HTML, a whole page or a piece of one; with `breaks`, line feeds in it count as in plain text.

    Raises InputError where lxml is not installed.

    >>> text_of("<p>One<br>two <b>bold</b> words</p><script>no()</script><ul><li>A</li><li>B</li></ul>").paragraphs
    ['One\\ntwo bold words', 'A', 'B']
    """
    etree = require("lxml.etree", "Reading HTML")
    target = Text(breaks=breaks)
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)
    data = page.encode("utf-8", "replace")
    for start in range(0, len(data), 1 << 16):
        parser.feed(data[start : start + (1 << 16)])
    if not data.strip():
        return target
    told: Text = parser.close()
    return told
