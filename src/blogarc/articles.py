"""From dumps to finished articles: split, then language, author and date, which is read as the language writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from blogarc import languages, provenance, segmentation
from blogarc.languages import Language
from blogarc.model import Article, Dump, Profile, Role, Ruling
from blogarc.segmentation import Segmentation

Judge = Callable[[Sequence[str]], list[Language]]


def segment(
    dumps: Dump | Sequence[Dump], *, rulings: Sequence[Ruling] = (), profile: Profile | None = None
) -> list[Article]:
    """The articles of one or more dumps, in order; what one dump shows about borders counts in the others.

    `rulings` of a person, and the `profile` of the site, overrule what the dumps show.

    >>> from blogarc import read_text
    >>> post = "It rained for nine days.\\n\\nOn the tenth day it only drizzled, and we hung out the washing.\\n\\n"
    >>> [a.title for a in segment(read_text(post + post))]
    ['It rained for nine days.', 'It rained for nine days.']
    """
    given = [dumps] if isinstance(dumps, Dump) else list(dumps)
    found = provenance.split_up(given, rulings, [profile] * len(given))
    return [article for own in found for stretch, split in own for article in complete(stretch, split)]


def complete(
    dump: Dump, split: Segmentation, spoken: Sequence[str] = languages.LANGUAGES, *, judge: Judge | None = None
) -> Iterator[Article]:
    """The articles of one split dump with language (one of those `spoken`), author, translator and dates.

    `judge` says of each text by itself which of these languages it is in; a short one that says too little goes with the
    articles around it.
    """
    own: list[list[tuple[str, Role]]] = [[] for _ in split.articles]
    for paragraph, role, owner in zip(dump.paragraphs, split.roles, split.owners, strict=True):
        if owner >= 0 and role is not Role.TOGGLE:
            own[owner].append((paragraph.text, role))
    bodies = ["\n".join(text for text, _ in paragraphs) for paragraphs in own]
    judged = languages.detect_among(bodies, judge(bodies) if judge else None, spoken)
    for article, paragraphs, known, language in zip(split.articles, own, split.heads, judged, strict=True):
        texts = [text for text, _ in paragraphs]
        head = segmentation.head_lines(texts, [role for _, role in paragraphs], language.code)
        told = segmentation.credits_of(texts, language.code)
        yield replace(
            article,
            language=language.code,
            language_confidence=language.confidence,
            language_shares=language.shares,
            language_source="surroundings" if language.surroundings else "text",
            mixed=language.mixed,
            byline=known.byline or head.byline,
            published=(known.published and segmentation.read_date(known.published, language.code)) or head.published,
            translator=told.translator,
            updated=told.updated,
        )
