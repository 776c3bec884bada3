"""Texts that were made of several documents: each is split by itself, and its articles know where they are from.

Where one page ends and the next begins is certain, so segmentation gets each page as a dump of its own, among all others,
whose copies and furniture count for it; what comes out is put together again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from blogarc import segmentation
from blogarc.model import Article, Dump, Paragraph, Part, Profile, Ruling
from blogarc.segmentation import Segmentation


def segment(
    dumps: Sequence[Dump], rulings: Sequence[Ruling] = (), profiles: Sequence[Profile | None] = ()
) -> list[Segmentation]:
    """As `segmentation.segment`, with the parts of a dump split one by one."""
    pieces = [piece for dump in dumps for piece in pieces_of(dump)]
    counts = [len(pieces_of(dump)) for dump in dumps]
    given = [*profiles] or [None] * len(dumps)
    sites = [profile for profile, count in zip(given, counts, strict=True) for _ in range(count)]
    splits = iter(segmentation.segment(pieces, rulings, sites))
    return [_joined([next(splits) for _ in range(count)]) for count in counts]


def explain(
    dumps: Sequence[Dump],
    index: int,
    ordinal: int,
    rulings: Sequence[Ruling] = (),
    profiles: Sequence[Profile | None] = (),
) -> dict[str, dict[str, float]]:
    """As `segmentation.explain`, among the same parts as `segment`."""
    pieces = [pieces_of(dump) for dump in dumps]
    given = [*profiles] or [None] * len(dumps)
    sites = [profile for profile, own in zip(given, pieces, strict=True) for _ in own]
    before = sum(map(len, pieces[:index]))
    for place, piece in enumerate(pieces[index]):
        if ordinal < len(piece.paragraphs):
            return segmentation.explain([p for own in pieces for p in own], before + place, ordinal, rulings, sites)
        ordinal -= len(piece.paragraphs)
    raise IndexError(ordinal)


def pieces_of(dump: Dump) -> list[Dump]:
    """The dump, or one for each of its parts that has a paragraph. Their paragraphs keep their ordinals and places."""
    if len(dump.parts) < 2:
        return [dump]
    starts = [part.start for part in dump.parts]
    groups: dict[int, list[Paragraph]] = {}
    for paragraph in dump.paragraphs:
        groups.setdefault(bisect_right(starts, paragraph.bytes.start), []).append(paragraph)
    return [replace(dump, paragraphs=tuple(group)) for group in groups.values()] or [dump]


def placed(article: Article, dump: Dump) -> Article:
    """The article with what its part says of where it is from, and how many of its lines were mended."""
    mended = sum(p.mended for p in dump.paragraphs[article.paragraphs.start : article.paragraphs.end])
    part = _part_at(dump.parts, article.bytes.start)
    if part is None and not mended:
        return article
    origin = dict(part.origin) if part else {}
    return replace(article, url=part.url if part else None, origin=origin | ({"mended": mended} if mended else {}))


def _part_at(parts: Sequence[Part], start: int) -> Part | None:
    index = bisect_right(parts, start, key=lambda part: part.start) - 1
    return parts[index] if index >= 0 else None


def _joined(splits: list[Segmentation]) -> Segmentation:
    if len(splits) == 1:
        return splits[0]
    owners: list[int] = []
    count = 0
    for split in splits:
        owners += [owner + count if owner >= 0 else owner for owner in split.owners]
        count += len(split.articles)
    return Segmentation(
        tuple(article for split in splits for article in split.articles),
        tuple(role for split in splits for role in split.roles),
        tuple(owners),
        tuple(reason for split in splits for reason in split.reasons),
        tuple(head for split in splits for head in split.heads),
    )
