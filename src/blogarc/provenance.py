"""Texts that were made of several documents, and texts that are too large to split at once: piece by piece.

Where one page ends and the next begins is certain, so segmentation gets each page as a dump of its own, among all others,
whose copies and furniture count for it; what comes out is put together again, and its articles know where they are from.

A text that is larger than a block may be (`blocks`) is split window by window. Each window begins where the one before found
the start of an article, some way above its own end, so that every border is found with what stands on both sides of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import merge
from itertools import accumulate, islice

from blogarc import blocks, segmentation
from blogarc.model import Article, Dump, Paragraph, Part, Profile, Ruling
from blogarc.segmentation import Doubt, Segmentation

# The share of a window, at its end, in which the next begins: a post is shorter, and its copies stand close by.
_OVERLAP = 1 / 8
# Doubts of a window that are looked at, the closest first.
_DOUBTS = 1_000

_Window = tuple[Dump, int, Segmentation]  # a stretch of a dump, how many of its paragraphs count, and how it was split


def segment(
    dumps: Sequence[Dump], rulings: Sequence[Ruling] = (), profiles: Sequence[Profile | None] = ()
) -> list[Segmentation]:
    """As `segmentation.segment`, with the parts of a dump split one by one, and what is too large for one block window by
    window."""
    return [_joined([split for _, split in own]) for own in split_up(dumps, rulings, profiles)]


def split_up(
    dumps: Sequence[Dump], rulings: Sequence[Ruling] = (), profiles: Sequence[Profile | None] = ()
) -> list[Iterable[tuple[Dump, Segmentation]]]:
    """The same in the stretches in which it is found: of each dump one, itself, or if they are too large, many."""
    given = [*profiles] or [None] * len(dumps)
    if fit(dumps):
        return [[told] for told in zip(dumps, _segment(dumps, rulings, given), strict=True)]
    return [stretches(dump, rulings, profile) for dump, profile in zip(dumps, given, strict=True)]


def stretches(
    dump: Dump, rulings: Sequence[Ruling] = (), profile: Profile | None = None, first: int = 0
) -> Iterator[tuple[Dump, Segmentation]]:
    """What `segment` finds in a dump that is too large for one block, in the stretches in which it finds it, each as a dump of
    its own paragraphs. Those before `first`, with which a stretch begins, are left out."""
    for window, count, split in _windows(dump, rulings, profile, first):
        yield replace(window, paragraphs=window.paragraphs[:count]), _beginning(split, count)


def explain(
    dumps: Sequence[Dump],
    index: int,
    ordinal: int,
    rulings: Sequence[Ruling] = (),
    profiles: Sequence[Profile | None] = (),
) -> dict[str, dict[str, float]]:
    """As `segmentation.explain`, among the same parts and in the same window as `segment`."""
    given = [*profiles] or [None] * len(dumps)
    if fit(dumps):
        return _explain(dumps, index, ordinal, rulings, given)
    first = 0
    for window, count, _ in _windows(dumps[index], rulings, given[index]):
        # Where a window begins, the one before found a start.
        if ordinal <= first + count and ordinal - first < len(window.paragraphs):
            return _explain([window], 0, ordinal - first, rulings, [given[index]])
        first += count
    raise IndexError(ordinal)


def doubts(
    dumps: Sequence[Dump], rulings: Sequence[Ruling] = (), profiles: Sequence[Profile | None] = ()
) -> Iterator[Doubt]:
    """As `segmentation.doubts`, among the same parts and in the same windows as `segment`."""
    given = [*profiles] or [None] * len(dumps)
    if fit(dumps):
        yield from _doubts(dumps, rulings, given)
        return
    found: list[list[Doubt]] = []
    for index, (dump, profile) in enumerate(zip(dumps, given, strict=True)):
        for window, count, _ in _windows(dump, rulings, profile):
            last = window.paragraphs[0].ordinal + count
            own = (doubt for doubt in _doubts([window], rulings, [profile]) if doubt.ordinal <= last)
            found.append([replace(doubt, index=index) for doubt in islice(own, _DOUBTS)])
    yield from merge(*found, key=lambda doubt: abs(doubt.margin))


def pieces_of(dump: Dump) -> list[Dump]:
    """The dump, or one for each of its parts that has a paragraph. Their paragraphs keep their ordinals and places."""
    if len(dump.parts) < 2:
        return [dump]
    starts = [part.start for part in dump.parts]
    groups: dict[int, list[Paragraph]] = {}
    for paragraph in dump.paragraphs:
        groups.setdefault(bisect_right(starts, paragraph.bytes.start), []).append(paragraph)
    return [replace(dump, paragraphs=tuple(group)) for group in groups.values()] or [dump]


def extent(dump: Dump) -> int:
    """How large a dump is, for a block."""
    return sum(map(_extent, dump.paragraphs))


def fit(dumps: Sequence[Dump]) -> bool:
    """Whether dumps can be split together."""
    return sum(map(extent, dumps)) <= blocks.LARGEST


def _extent(paragraph: Paragraph) -> int:
    return blocks.extent(paragraph.bytes.end - paragraph.bytes.start, 1)


def _windows(dump: Dump, rulings: Sequence[Ruling], profile: Profile | None, first: int = 0) -> Iterator[_Window]:
    """A dump in windows that fit into a block."""
    reach = [0, *accumulate(map(_extent, dump.paragraphs))]
    count = len(dump.paragraphs)
    while True:
        end = max(first + 1, bisect_right(reach, reach[first] + blocks.LARGEST) - 1)
        window = replace(dump, paragraphs=dump.paragraphs[first:end])
        (split,) = _segment([window], rulings, [profile])
        if end >= count:
            yield window, count - first, split
            return
        latest = bisect_right(reach, reach[end] - _OVERLAP * blocks.LARGEST) - 1
        starts = [a.paragraphs.start for a in split.articles if first < a.paragraphs.start <= latest]
        following = starts[-1] if starts else end
        yield window, following - first, split
        first = following


def _segment(
    dumps: Sequence[Dump], rulings: Sequence[Ruling], profiles: Sequence[Profile | None]
) -> list[Segmentation]:
    pieces = [pieces_of(dump) for dump in dumps]
    sites = [profile for profile, own in zip(profiles, pieces, strict=True) for _ in own]
    splits = iter(segmentation.segment([piece for own in pieces for piece in own], rulings, sites))
    return [_joined([next(splits) for _ in own]) for own in pieces]


def _explain(
    dumps: Sequence[Dump],
    index: int,
    ordinal: int,
    rulings: Sequence[Ruling],
    profiles: Sequence[Profile | None],
) -> dict[str, dict[str, float]]:
    pieces = [pieces_of(dump) for dump in dumps]
    sites = [profile for profile, own in zip(profiles, pieces, strict=True) for _ in own]
    before = sum(map(len, pieces[:index]))
    for place, piece in enumerate(pieces[index]):
        if ordinal < len(piece.paragraphs):
            return segmentation.explain([p for own in pieces for p in own], before + place, ordinal, rulings, sites)
        ordinal -= len(piece.paragraphs)
    raise IndexError(ordinal)


def _doubts(dumps: Sequence[Dump], rulings: Sequence[Ruling], profiles: Sequence[Profile | None]) -> Iterator[Doubt]:
    """With the ordinals of the dumps instead of those of their pieces."""
    pieces = [(index, piece) for index, dump in enumerate(dumps) for piece in pieces_of(dump)]
    sites = [profiles[index] for index, _ in pieces]
    for doubt in segmentation.doubts([piece for _, piece in pieces], rulings, sites):
        index, piece = pieces[doubt.index]
        yield replace(doubt, index=index, ordinal=piece.paragraphs[doubt.ordinal].ordinal)


def placed(article: Article, dump: Dump) -> Article:
    """The article of a dump, or of a stretch of it, with what its part says of where it is from, and how many of its lines were
    mended."""
    before = dump.paragraphs[0].ordinal
    own = dump.paragraphs[article.paragraphs.start - before : article.paragraphs.end - before]
    mended = sum(p.mended for p in own)
    part = _part_at(dump.parts, article.bytes.start)
    if part is None and not mended:
        return article
    origin = dict(part.origin) if part else {}
    return replace(article, url=part.url if part else None, origin=origin | ({"mended": mended} if mended else {}))


def _part_at(parts: Sequence[Part], start: int) -> Part | None:
    index = bisect_right(parts, start, key=lambda part: part.start) - 1
    return parts[index] if index >= 0 else None


def _beginning(split: Segmentation, count: int) -> Segmentation:
    """What was found in the first so many paragraphs, at the end of which an article ends."""
    owners = split.owners[:count]
    articles = max(owners, default=-1) + 1
    return Segmentation(
        split.articles[:articles], split.roles[:count], owners, split.reasons[:count], split.heads[:articles]
    )


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
