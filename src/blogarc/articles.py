"""From dumps to finished articles: split, then language, author and date, which is read as the language writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from blogarc import languages, segmentation
from blogarc.model import Article, Dump, Role
from blogarc.segmentation import Segmentation


def segment(dumps: Dump | Sequence[Dump]) -> list[Article]:
    """The articles of one or more dumps, in order; what one dump shows about borders counts in the others.

    >>> from blogarc import read_text
    >>> post = "It rained for nine days.\\n\\nOn the tenth day it only drizzled, and we hung out the washing.\\n\\n"
    >>> [a.title for a in segment(read_text(post + post))]
    ['It rained for nine days.', 'It rained for nine days.']
    """
    given = [dumps] if isinstance(dumps, Dump) else list(dumps)
    splits = segmentation.segment(given)
    return [article for dump, split in zip(given, splits, strict=True) for article in complete(dump, split)]


def complete(dump: Dump, split: Segmentation) -> Iterator[Article]:
    """The articles of one split dump with language, byline and date."""
    own: list[list[tuple[str, Role]]] = [[] for _ in split.articles]
    for paragraph, role, owner in zip(dump.paragraphs, split.roles, split.owners, strict=True):
        if owner >= 0 and role is not Role.TOGGLE:
            own[owner].append((paragraph.text, role))
    for article, paragraphs in zip(split.articles, own, strict=True):
        texts = [text for text, _ in paragraphs]
        language = languages.detect_article(texts)
        head = segmentation.head_lines(texts, [role for _, role in paragraphs], language.code)
        yield replace(
            article,
            language=language.code,
            language_confidence=language.confidence,
            byline=head.byline,
            published=head.published,
        )
