"""Reads what gets planted: the blogs and the page furniture in `texts/`.

A blog file starts with its name and facts, then come its posts, one paragraph a line, blank lines ignored:

    # The Tidewater Almanac
    # authors: Nora Quill, Sam Petrie
    # topic: tides and small harbours || las mareas y los puertos pequeños
    == tide-clock | en | essay | The clock that was always late
    A paragraph.
    == reloj-mareas | es | essay | El reloj que siempre llegaba tarde | pair=tide-clock

The furniture file has sections of lines, English and Spanish beside each other, ` ¶ ` where an item has several lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Post:
    """One post as its author left it; `pair` names the post that it translates or that translates it."""

    id: str
    blog: str
    lang: str
    form: str
    title: str
    paragraphs: tuple[str, ...]
    pair: str | None = None

    @property
    def words(self) -> int:
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Blog:
    name: str
    authors: tuple[str, ...]
    topic: tuple[str, str]  # English, Spanish
    posts: tuple[Post, ...]


def parse_blog(text: str) -> Blog:
    """Read one blog file.

    >>> blog = parse_blog("# Tides\\n# authors: Nora\\n# topic: tides || mareas\\n== a | en | note | High\\nOne.\\n\\nTwo.")
    >>> blog.posts[0].title, blog.posts[0].paragraphs
    ('High', ('One.', 'Two.'))
    """
    name, facts = "", {}
    heads: list[tuple[list[str], list[str]]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("# ") and not heads:
            key, colon, value = line[2:].partition(": ")
            if name and colon:
                facts[key] = value
            else:
                name = line[2:]
        elif line.startswith("== "):
            heads.append(([field.strip() for field in line[3:].split(" | ")], []))
        elif line:
            heads[-1][1].append(line)
    english, _, spanish = facts["topic"].partition(" || ")
    posts = tuple(
        Post(head[0], name, head[1], head[2], head[3], tuple(body), head[4].removeprefix("pair=") if head[4:] else None)
        for head, body in heads
    )
    return Blog(name, tuple(facts["authors"].split(", ")), (english, spanish), posts)


def parse_furniture(text: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Read the furniture file.

    >>> parse_furniture("[share]\\nShare this || Compartir\\nTweet")
    {'share': (('Share this', 'Compartir'), ('Tweet', 'Tweet'))}
    """
    sections: dict[str, list[tuple[str, str]]] = {}
    items: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]") and "||" not in line:
            items = sections.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("# "):
            english, _, spanish = line.partition(" || ")
            items.append((english.strip(), (spanish or english).strip()))
    return {name: tuple(items) for name, items in sections.items()}


_half: ContextVar[int | None] = ContextVar("half", default=None)


@contextmanager
def only(half: int | None) -> Iterator[None]:
    """Within this, there is only every other blog, line of furniture and phrase: the first and third and so on for 0, the
    rest for 1. What was learnt on one half can be tried on the other."""
    token = _half.set(half)
    try:
        yield
    finally:
        _half.reset(token)


def blogs() -> tuple[Blog, ...]:
    """All blogs; pairs are told both ways, although only one of the two posts names the other in its file."""
    return _blogs(_half.get())


def furniture() -> dict[str, tuple[tuple[str, str], ...]]:
    return _sections("furniture.txt", _half.get())


def phrasebook(name: str) -> tuple[tuple[str, str], ...]:
    """A section that is no furniture but belongs to posts: bylines, toggles, read-more lines, update notes."""
    return _sections("phrases.txt", _half.get())[name]


@cache
def _blogs(half: int | None) -> tuple[Blog, ...]:
    if half is not None:
        return _blogs(None)[half::2]
    found = [parse_blog(path.read_text(encoding="utf-8")) for path in sorted(TEXTS.glob("blog_*.txt"))]
    partner = {}
    for blog in found:
        for post in blog.posts:
            if post.pair:
                partner[post.id], partner[post.pair] = post.pair, post.id
    return tuple(
        Blog(
            blog.name,
            blog.authors,
            blog.topic,
            tuple(
                Post(post.id, post.blog, post.lang, post.form, post.title, post.paragraphs, partner.get(post.id))
                for post in blog.posts
            ),
        )
        for blog in found
    )


@cache
def _sections(file: str, half: int | None) -> dict[str, tuple[tuple[str, str], ...]]:
    if half is not None:
        return {name: items[half::2] for name, items in _sections(file, None).items()}
    return parse_furniture((TEXTS / file).read_text(encoding="utf-8"))
