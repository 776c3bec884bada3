"""What is read of a post to find its translation: its text, without what a translation has of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from blogarc.alignment import paragraphs
from blogarc.model import Article, Span
from blogarc.segmentation import cues
from blogarc.segmentation.cues import Cue
from blogarc.series import opening_of, title_of
from blogarc.text import content_key, words

_HEADS = 4  # paragraphs among which lines of author and date are looked for
_HAS_YEAR = re.compile(r"(?:19|20)\d\d")


class Posts:
    """The posts of two languages among articles in corpus order: their places in the list, and what is read of them.

    `neighbours`, where it is given, are numbers of the articles that tell which stand side by side in a corpus of which these
    are some.
    """

    def __init__(
        self, articles: Sequence[Article], languages: tuple[str, str], neighbours: Sequence[int] | None = None
    ) -> None:
        self.articles, self._neighbours = articles, neighbours
        self.places = [
            np.array([n for n, article in enumerate(articles) if article.language == language], np.int64)
            for language in languages
        ]
        self.texts = [[whole_text(articles[n]) for n in places.tolist()] for places in self.places]
        self.sizes = len(self.places[0]), len(self.places[1])

    @cached_property
    def titles(self) -> list[list[str]]:
        return [[title_of(opening_of(text)) for text in texts] for texts in self.texts]

    def are_neighbours(self, place: int, other: int) -> bool:
        """Whether nothing stands between two articles."""
        told = self._neighbours
        return abs(place - other) == 1 if told is None else abs(told[place] - told[other]) == 1


def whole_text(article: Article) -> str:
    """Title and text, without lines of author and date: a translation has its own.

    A derived title stands in the text already.
    """
    blocks = paragraphs(article.text)
    blocks[:_HEADS] = [block for block in blocks[:_HEADS] if block != article.byline and not _is_head(block)]
    text = "\n\n".join([article.title, *blocks] if article.title_source == "line" else blocks)
    return article.text if text == article.text else text  # of two that are the same one is enough


def _is_head(block: str) -> bool:
    """Whether this is a line of author or date; a date without its year could be a version.

    >>> _is_head("Posted on 3 May 2019"), _is_head("Release 3.2.10 is out")
    (True, False)
    """
    cue = cues.look(block)
    return bool(cue & Cue.BYLINE) or (bool(cue & Cue.DATE) and _HAS_YEAR.search(block) is not None)


def as_articles(given: Iterable[Article | tuple[str, str]]) -> list[Article]:
    return [item if isinstance(item, Article) else _article(n, *item) for n, item in enumerate(given)]


def _article(position: int, language: str, text: str) -> Article:
    """A text by itself, in a dump of its own, so that nothing is near it."""
    return Article(
        key=content_key([text]),
        dump=f"text {position}",
        paragraphs=Span(0, 1),
        lines=Span(1, 2),
        bytes=Span(0, len(text.encode("utf-8", "surrogatepass"))),
        title="",
        title_source="derived",
        text=text,
        words=len(words(text)),
        language=language,
        language_confidence=1.0,
    )
