"""Turns a planted sequence of lines and copies into dump files and their gold labels.

A structure (see `kinds.py`) says what stands where: page furniture and copies of posts, paragraph by paragraph. A `Layout`
says how that is set in a file: blank lines, line ends, a wrapping column. Here the two meet, and only here line numbers
are counted, so that no kind of damage can get them wrong.
"""

from __future__ import annotations

import random
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .library import Post

# A scorer that looks for the lines of a wrapped paragraph inside the paragraph joined again cannot tell lines shorter
# than this from chance; such tails of wrapped paragraphs are marked as optional.
SHORT_TAIL = 20


class Role(StrEnum):
    FURNITURE = "furniture"
    TOGGLE = "toggle"
    BYLINE = "byline"
    RULE = "rule"  # a rule line, or a stray share or reading-time line, inside a post
    TITLE = "title"
    BODY = "body"


OPTIONAL = frozenset({Role.TOGGLE, Role.BYLINE, Role.RULE})


@dataclass(slots=True)
class Line:
    """One paragraph, before it is laid out."""

    text: str
    role: Role = Role.BODY


@dataclass(slots=True)
class Copy:
    """One copy of a post, with the head lines that this copy has."""

    post: Post
    lines: list[Line]
    kind: str = "full"
    variant: str = "orig"


Page = list[Line | Copy]


@dataclass(frozen=True, slots=True)
class Layout:
    """How paragraphs are set in a file."""

    blank_between: bool = True
    column: int | None = None  # wrap here
    newline: str = "\n"
    extra_blank: float = 0.03  # how often a gap has two or three blank lines
    nbsp_blank: float = 0.0  # how often a blank line holds a no-break space
    spaces: float = 0.0  # how often a line has white space around it
    final_newline: bool = True


@dataclass(slots=True)
class _Article:
    copy: Copy
    numbers: list[tuple[int, Role, bool]] = field(default_factory=list)  # line, role, is a short tail


def folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def keep_starts_apart(page: Page) -> None:
    """Mark furniture that reads exactly like the first line of the next post, as a list of links would.

    A bare title in a breadcrumb directly above the same title line leaves open, even for a reader, where the post
    starts: gold would be arbitrary there.
    """
    ahead: str | None = None
    for item in reversed(page):
        if isinstance(item, Copy):
            ahead = folded(item.lines[0].text)
        elif folded(item.text) == ahead:
            item.text = "» " + item.text


def set_page(page: Page, layout: Layout, rng: random.Random) -> tuple[str, list[_Article], list[int]]:
    """Lay out one file: its text, its articles with their line numbers, and the lines that are furniture."""
    keep_starts_apart(page)
    out: list[str] = []
    articles: list[_Article] = []
    furniture: list[int] = []

    def gap() -> None:
        if not out or not layout.blank_between:
            return
        count = rng.choice((2, 2, 3)) if rng.random() < layout.extra_blank else 1
        out.extend(
            rng.choice(("\u00a0", " ", " \u00a0")) if rng.random() < layout.nbsp_blank else "" for _ in range(count)
        )

    def put(line: Line) -> list[tuple[int, Role, bool]]:
        gap()
        pieces = [line.text]
        if layout.column and len(line.text) > layout.column:
            pieces = textwrap.wrap(line.text, layout.column, break_long_words=False, break_on_hyphens=False)
        numbers = []
        for number, piece in enumerate(pieces):
            text = piece
            if rng.random() < layout.spaces:
                text = rng.choice(("  ", "\t", "", "\u00a0")) + text + rng.choice((" ", "  ", "\u00a0"))
            out.append(text)
            numbers.append((len(out), line.role, 0 < number == len(pieces) - 1 and len(piece) <= SHORT_TAIL))
        return numbers

    for item in page:
        if isinstance(item, Copy):
            articles.append(_Article(item, [entry for line in item.lines for entry in put(line)]))
        else:
            furniture += [number for number, _, _ in put(item)]
    text = layout.newline.join(out) + (layout.newline if layout.final_newline else "")
    return text, articles, furniture


def label(article: _Article, copy: int) -> dict[str, Any]:
    """The gold record of one article."""
    numbers = article.numbers
    titles = [number for number, role, _ in numbers if role is Role.TITLE]
    # a title that got wrapped is several lines, and gold can name only one: it counts as the opening of the body
    title = titles[0] if len(titles) == 1 else None
    opening = {Role.BODY} if title else {Role.BODY, Role.TITLE}
    first_body = next(number for number, role, _ in numbers if role in opening)
    true_body = next(number for number, role, _ in numbers if role is Role.BODY)
    post = article.copy.post
    heads = [number for number, role, _ in numbers if number <= true_body and role in OPTIONAL]
    return {
        "copy": copy,
        "post_id": post.id,
        "lang": post.lang,
        "cluster": post.id,
        "kind": article.copy.kind,
        "variant": article.copy.variant,
        "start": numbers[0][0],
        "end": numbers[-1][0],
        "alt_starts": sorted({*heads, *titles[:1], first_body, true_body}),
        "first_body": first_body,
        "title_line": title,
        "optional": sorted(number for number, role, tail in numbers if role in OPTIONAL or tail),
    }


def lay_out(
    kind: str, name: str, note: str, pages: Sequence[tuple[str, Page]], layout: Layout, rng: random.Random
) -> tuple[dict[str, str], dict[str, Any]]:
    """Lay out all files of a dump and label them."""
    files: dict[str, str] = {}
    labels: dict[str, Any] = {}
    posts: dict[str, Post] = {}
    copy = 0
    for file, page in pages:
        text, articles, furniture = set_page(page, layout, rng)
        files[file] = text
        records = []
        for article in articles:
            records.append(label(article, copy))
            posts[article.copy.post.id] = article.copy.post
            copy += 1
        labels[file] = {"articles": records, "boilerplate": furniture}
    gold = {
        "version": 1,
        "scenario": kind,
        "note": note,
        "name": name,
        "commits": {},
        "files": labels,
        "posts": {post.id: {"lang": post.lang, "title": post.title, "source": post.blog} for post in posts.values()},
        "pairs": [[post.id, post.pair] for post in posts.values() if post.lang == "en" and post.pair in posts],
    }
    return files, gold
