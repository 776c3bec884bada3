"""Dumps as large as is wanted, of posts that nobody wrote: words made of syllables, in English and Spanish function words.

A dump is some megabytes of a blog: each post twice or more (as it is, shortened, or with some words changed), furniture between
them, every tenth post with a translation into made-up words that follow the first ones word by word. Dumps of one blog share
some posts with each other, as crawls at different times do. The same size and seed give the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

_SYLLABLES = [c + v for c in "bdfglmnprstvz" for v in "aeiou"]
_ENGLISH = (
    "the of and to in is that was for it with as his on be at by had not are but from or have an they which".split()
)
_SPANISH = (
    "el de la que y en un ser se no haber por con su para como estar tener le lo todo pero más hacer o poder".split()
)
_DRAWN = random.Random(1)
_WORDS = ["".join(_DRAWN.choice(_SYLLABLES) for _ in range(_DRAWN.randint(1, 4))) for _ in range(100_000)]
_FURNITURE = ("Home", "About us", "Subscribe to our newsletter", "Read more", "Share this post", "All rights reserved")
_DUMP = 8_000_000  # bytes
_SEED = 7


def write(folder: Path, size: int, seed: int = _SEED) -> tuple[int, int]:
    """Write dumps of so many bytes in all; says how many copies of posts there are, and how many bytes."""
    folder.mkdir(parents=True)
    posts = written = number = 0
    while written < size:
        text, count = dump(number, min(_DUMP, size - written), seed)
        data = text.encode()
        (folder / f"{number:05}.txt").write_bytes(data)
        posts, written, number = posts + count, written + len(data), number + 1
    return posts, written


def dump(number: int, size: int, seed: int) -> tuple[str, int]:
    """The text of a dump, and how many copies of posts are in it."""
    rng = random.Random(f"{seed} {number}")
    parts: list[str] = []
    length = count = 0
    post = number * 10_000
    while length < size:
        # One post in fifty stands in the dump before as well.
        own = post - 10_000 if number and rng.random() < 0.02 else post
        post += 1
        for text in copies(own, rng, seed):
            parts += [text, rng.choice(_FURNITURE)]
            length += len(text) + 20
            count += 1
    return "\n\n".join(parts) + "\n", count


def copies(post: int, rng: random.Random, seed: int) -> Iterator[str]:
    """A post as often as it stands in a dump."""
    english = paragraphs(post, seed, _ENGLISH, "")
    yield "\n\n".join(english)
    dice = rng.random()
    if dice < 0.6:
        yield "\n\n".join(english)
    elif dice < 0.8:
        yield "\n\n".join([english[0], *(changed(text, rng) for text in english[1:])])
    elif dice < 0.9:
        yield "\n\n".join([*english[:2], "Read more"])
    if post % 10 == 0:
        yield "\n\n".join(paragraphs(post, seed, _SPANISH, "o"))


def paragraphs(post: int, seed: int, function_words: list[str], ending: str) -> list[str]:
    """A title and five to twenty paragraphs. With an ending its words are those of another language."""
    rng = random.Random(f"{seed} post {post}")
    title = " ".join(word(rng) + ending for _ in range(rng.randint(4, 8))).capitalize()
    told = [
        title,
        f"By {word(rng).capitalize()} {word(rng).capitalize()}, {rng.randint(1, 28)} May {rng.randint(2004, 2023)}",
    ]
    for _ in range(rng.randint(5, 20)):
        words = [
            function_words[rng.randrange(len(_ENGLISH)) % len(function_words)]
            if rng.random() < 0.45
            else word(rng) + ending
            for _ in range(rng.randint(25, 90))
        ]
        told.append(" ".join(words).capitalize() + ".")
    return told


def word(rng: random.Random) -> str:
    """One of a hundred thousand words, some much more often than others."""
    return _WORDS[int(rng.paretovariate(0.7)) % len(_WORDS)]


def changed(text: str, rng: random.Random) -> str:
    """The text with one word in thirty replaced."""
    return " ".join(word(rng) if rng.random() < 1 / 30 else own for own in text.split())
