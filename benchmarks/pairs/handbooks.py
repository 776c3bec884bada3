"""Bilingual text to train and measure on: translated handbooks of Debian and GNOME, read where their packages put them.

A page, or a section of a long page, is one post. Which Spanish post translates which English one is known by the file name
and the place of the section; a page that is still English in the Spanish edition is left out. Nothing of the text is
kept in the repository. On Debian and its kin:

    apt-get install $(python benchmarks/pairs/handbooks.py --packages)
    python benchmarks/pairs/handbooks.py                # lists what was found
"""

from __future__ import annotations

import gzip
import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from blogarc.languages import detect

SHORTEST = 300  # letters; below, a page is a list of links


@dataclass(frozen=True, slots=True)
class Post:
    """`name` is the same for a post and its translation."""

    collection: str
    name: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where one collection is, and how its pages are read and cut."""

    collection: str
    packages: str
    licence: str
    pages: dict[str, str]  # language -> pattern of paths
    read: Callable[[Path], list[str]]  # a page -> its posts


class _Page(HTMLParser):
    """The blocks of an HTML page, with the rank of those that are headings. Code, scripts and navigation are left out."""

    BLOCKS = frozenset("p li dt dd h1 h2 h3 h4 h5 h6 td th div ul ol dl table tr blockquote title br".split())
    DROPPED = frozenset("pre script style head table".split())
    NAVIGATION = frozenset("navheader navfooter toc list-of-examples navigation docnav".split())

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[tuple[int, str]] = []
        self._words: list[str] = []
        self._rank = 0
        self._hidden: list[str] = []  # the open elements inside a dropped one

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = set((dict(attrs).get("class") or "").split())
        if self._hidden:
            if tag == self._hidden[0]:
                self._hidden.append(tag)
            return
        if tag in self.DROPPED or classes & self.NAVIGATION:
            self._hidden.append(tag)
        if tag in self.BLOCKS:
            self._flush()
        if re.fullmatch(r"h[1-6]", tag):
            self._rank = int(tag[1])

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
            return
        if tag in self.BLOCKS:
            self._flush()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words.append(data)

    def _flush(self) -> None:
        text = " ".join("".join(self._words).split())
        if text:
            self.blocks.append((self._rank, text))
        self._words, self._rank = [], 0


def read_html(path: Path, ranks: tuple[int, ...] = ()) -> list[str]:
    """The posts of a page, cut before headings of these ranks."""
    page = _Page()
    page.feed(path.read_text("utf-8", "replace"))
    page.close()
    posts: list[list[str]] = [[]]
    for rank, block in page.blocks:
        if rank in ranks:
            posts.append([])
        posts[-1].append(block)
    return ["\n\n".join(blocks) for blocks in posts]


def read_mallard(path: Path) -> list[str]:
    """The one post of a GNOME help page: what its reader sees, without the notes of its editors and what is said about it."""
    blocks = []

    def walk(element: ET.Element) -> None:
        for part in element:
            name = part.tag.rpartition("}")[2] if isinstance(part.tag, str) else ""
            if name in ("title", "p"):
                text = " ".join("".join(part.itertext()).split())
                if text:
                    blocks.append(text)
            elif name not in ("info", "comment", "screen", "code"):
                walk(part)

    walk(ET.parse(path).getroot())
    return ["\n\n".join(blocks)]


_FONT = re.compile(r"\\f(?:\[\w*\]|\(..|.)|\\s[-+]?\d|\\[&/,|^%]")
_SIGNS = {r"\-": "-", r"\(aq": "'", r"\(bu": "", r"\(co": "", r"\(em": "-", r"\(en": "-", r"\(lq": '"', r"\(rq": '"'}


def read_man(path: Path) -> list[str]:
    """The one post of a manual page: its running text."""
    source = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
    blocks: list[list[str]] = [[]]
    code = False
    for sign, plain in _SIGNS.items():
        source = source.replace(sign, plain)
    for line in _FONT.sub("", source).splitlines():
        if line.startswith((".", "'")):
            name, _, rest = line[1:].strip().partition(" ")
            code = name in ("nf", "EX") or (code and name not in ("fi", "EE"))
            if name in ("SH", "SS", "PP", "P", "LP", "TP", "IP", "br", "sp", "RE", "TQ"):
                blocks.append([])
            if name in ("B", "I", "BR", "IR", "RB", "RI", "BI", "IB", "SM", "SS"):
                blocks[-1].append(rest.replace('"', ""))
        elif not code and line.strip():
            blocks[-1].append(line.strip())
    return ["\n\n".join(" ".join(block) for block in blocks if block)]


_GPL, _BY_SA = "GPL-2+", "CC BY-SA 3.0"
SOURCES = (
    Source(
        "gnome-help",
        "gnome-user-docs",
        _BY_SA,
        {"en": "/usr/share/help/C/*/*.page", "es": "/usr/share/help/es/*/*.page"},
        read_mallard,
    ),
    Source(
        "aptitude",
        "aptitude-doc-en aptitude-doc-es",
        _GPL,
        {code: f"/usr/share/doc/aptitude/html/{code}/*.html" for code in ("en", "es")},
        read_html,
    ),
    Source(
        "installation-guide",
        "installation-guide-amd64",
        _GPL,
        {code: f"/usr/share/doc/installation-guide-amd64/{code}/*.html" for code in ("en", "es")},
        partial(read_html, ranks=(3,)),
    ),
    Source(
        "maint-guide",
        "maint-guide maint-guide-es",
        _GPL,
        {code: f"/usr/share/doc/maint-guide*/html/*.{code}.html" for code in ("en", "es")},
        partial(read_html, ranks=(2,)),
    ),
    Source(
        "debian-reference",
        "debian-reference-en debian-reference-es",
        _GPL,
        {code: f"/usr/share/debian-reference/ch*.{code}.html" for code in ("en", "es")},
        partial(read_html, ranks=(2, 3)),
    ),
    Source(
        "debian-handbook",
        "debian-handbook",
        f"{_GPL} or {_BY_SA}",
        {
            "en": "/usr/share/doc/debian-handbook/html/en-US/*.html",
            "es": "/usr/share/doc/debian-handbook/html/es-ES/*.html",
        },
        partial(read_html, ranks=(3,)),
    ),
    Source(
        "debian-edu",
        "debian-edu-doc-en debian-edu-doc-es",
        _GPL,
        {code: f"/usr/share/doc/debian-edu-doc-{code}/debian-edu-bookworm-manual.html" for code in ("en", "es")},
        partial(read_html, ranks=(1, 2, 3)),
    ),
    Source(
        "freedombox",
        "freedombox-doc-en freedombox-doc-es",
        "CC BY-SA 4.0",
        {code: f"/usr/share/freedombox/manual/{code}/*.part.html" for code in ("en", "es")},
        partial(read_html, ranks=(2,)),
    ),
    Source(
        "manual pages",
        "manpages manpages-dev manpages-es coreutils",
        f"{_GPL} and others",
        {"en": "/usr/share/man/man*/*.gz", "es": "/usr/share/man/es/man*/*.gz"},
        read_man,
    ),
)


def load() -> list[Post]:
    """All posts of the installed collections; a name may occur in one language only."""
    return [post for source in SOURCES for post in _load(source)]


def _load(source: Source) -> Iterator[Post]:
    pages: dict[str, dict[str, list[str]]] = {}
    for language, pattern in source.pages.items():
        pages[language] = {}
        for path in sorted(Path("/").glob(pattern[1:])):
            name = re.sub(r"\.(en|es|html|page|part|gz)(?=\.|$)", "", path.name)
            if not name.startswith(("index", "legal", "freedombox-manual", "Manual")):
                pages[language][f"{path.parent.name if source.read is read_man else ''}{name}"] = source.read(path)
    wanted = set(pages["es"]) if source.read is read_man else set(pages["en"]) | set(pages["es"])
    seen: set[tuple[str, str]] = set()
    for name in sorted(wanted):
        editions = {language: of[name] for language, of in pages.items() if name in of}
        if len({len(posts) for posts in editions.values()}) > 1:
            continue  # a section more or less: which is which is not known
        for language, posts in editions.items():
            for n, text in enumerate(posts):
                if len(text) < SHORTEST or (language, text) in seen:
                    continue
                seen.add((language, text))
                if detect(text[:3000]).code == language:
                    yield Post(source.collection, f"{name}#{n}", language, text)


def main() -> None:
    """What is installed."""
    if "--packages" in sys.argv:
        print(*(source.packages for source in SOURCES))
        return
    posts = load()
    for source in SOURCES:
        own = [post for post in posts if post.collection == source.collection]
        languages = Counter(post.language for post in own)
        pairs = sum(count == 2 for count in Counter(post.name for post in own).values())
        letters = sum(len(post.text) for post in own)
        print(f"{source.collection:20} {dict(languages)} {pairs} pairs, {letters:,} letters; {source.licence}")


if __name__ == "__main__":
    main()
