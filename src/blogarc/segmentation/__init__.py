"""Paragraphs become articles and leftovers: where a post starts, what is page furniture, and why.

Repetition is the best evidence (`repetition`): where the copy of a post starts or ends there is a border. The shape of
lines is the second (`cues`): toggle, title, byline, date, read-more. `evidence` weighs both in one table, `decoding` finds
the best labels for a whole dump at once, and this room turns labels into articles with title, byline and date.

Dumps that share text are given together, because pages crawled at different times break at different posts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blogarc.model import Article, Dump, Profile, Role, Ruling, Span
from blogarc.segmentation import cues
from blogarc.segmentation.cues import Cue
from blogarc.segmentation.decoding import Label, decode_around, drop_stubs, keep_one
from blogarc.segmentation.evidence import gather, load_weights
from blogarc.segmentation.margins import margins
from blogarc.segmentation.overruling import BY_A_PERSON, Overruled, listen, shapes_of
from blogarc.text import content, excerpt

VERSION = 2
# Furniture with at least so much evidence is called boilerplate; with less it is unassigned, for a person to look at.
_SURE = 1.0
_MOST_HEAD_LINES = 5


@dataclass(frozen=True, slots=True)
class Segmentation:
    """One dump split: its articles, and for each paragraph its role and the article it is in (-1 for leftovers).

    `heads` are author and date of each article, as written, where the profile of the site knows their lines."""

    articles: tuple[Article, ...]
    roles: tuple[Role, ...]
    owners: tuple[int, ...]
    reasons: tuple[dict[str, float], ...]  # for leftovers: the evidence for being furniture
    heads: tuple[cues.Head, ...] = ()


def segment(
    dumps: Sequence[Dump], rulings: Sequence[Ruling] = (), profiles: Sequence[Profile | None] = ()
) -> list[Segmentation]:
    """Each dump split into articles and leftovers; what one dump shows about repetition counts for the others.

    What a person ruled holds wherever a paragraph stands between the same neighbours; `profiles` has one for each dump, or
    is left out. Pure: the same dumps give the same articles, whatever their order. Languages are left undetermined.
    """
    evidence, first = _gather(dumps, rulings, profiles)
    weights = load_weights()
    scores = evidence.scores(weights)
    found = decode_around(evidence.taken, *scores, evidence.starts, weights.steps, weights.opening)
    told = drop_stubs(found, *scores, evidence.starts, evidence.telling)
    labels = keep_one(told, scores[1], evidence.starts, evidence.telling, evidence.alone).tolist()
    return [
        _assemble(
            dump, evidence.close([Label(label) for label in labels[at : at + len(dump.paragraphs)]], at), evidence, at
        )
        for dump, at in zip(dumps, first, strict=True)
    ]


def explain(
    dumps: Sequence[Dump],
    index: int,
    ordinal: int,
    rulings: Sequence[Ruling] = (),
    profiles: Sequence[Profile | None] = (),
) -> dict[str, dict[str, float]]:
    """The weighted evidence at one paragraph of the dump at `index`: for a cut before it, and for its being furniture."""
    evidence, first = _gather(dumps, rulings, profiles)
    place = first[index] + ordinal
    return {"cut": evidence.for_cut(place), "furniture": evidence.for_furniture(place)}


@dataclass(frozen=True, slots=True)
class Doubt:
    """How close the decision was at one paragraph: `margin` is what a cut before it is worth, in log-odds, against none."""

    index: int  # of the dump
    ordinal: int
    margin: float
    cut: dict[str, float]
    furniture: dict[str, float]


def doubts(
    dumps: Sequence[Dump], rulings: Sequence[Ruling] = (), profiles: Sequence[Profile | None] = ()
) -> Iterator[Doubt]:
    """The decisions on splits of these dumps, the closest first: cuts that were nearly not made, and that nearly were.

    Where a dump begins, or a person has ruled, there is nothing to doubt.
    """
    evidence, first = _gather(dumps, rulings, profiles)
    weights = load_weights()
    start, furniture = evidence.scores(weights)
    kept = ~evidence.taken
    # As in `decode_around`, what a person took out is not there.
    count = np.cumsum(evidence.starts)[kept]
    begins = np.append(True, count[1:] != count[:-1]) if len(count) else np.zeros(0, bool)
    found = np.full(len(start), np.inf)
    if len(count):
        told = margins(start[kept], furniture[kept], begins, weights.steps, weights.opening)
        found[kept] = np.where(begins, np.inf, told)
    owners = {at + n: (index, n) for index, at in enumerate(first) for n in range(len(dumps[index].paragraphs))}
    for place in np.argsort(np.abs(found), kind="stable").tolist():
        if not np.isfinite(found[place]):
            return
        cut, set_aside = evidence.for_cut(place), evidence.for_furniture(place)
        if BY_A_PERSON not in cut and BY_A_PERSON not in set_aside and place in owners:
            yield Doubt(*owners[place], float(found[place]), cut, set_aside)


def _gather(
    dumps: Sequence[Dump], rulings: Sequence[Ruling], profiles: Sequence[Profile | None]
) -> tuple[Overruled, list[int]]:
    """The evidence of these dumps, and where each begins in it.

    A dump that came twice (in another encoding, with a line feed more) is one piece of evidence: that all of it recurs says
    nothing about where its posts end.
    """
    begins: dict[tuple[str, ...], int] = {}
    distinct: list[Dump] = []
    known: dict[tuple[str, ...], list[Profile]] = {}
    count = 0
    texts = [tuple(p.text for p in dump.paragraphs) for dump in dumps]
    for i in sorted(range(len(dumps)), key=lambda i: (dumps[i].name, dumps[i].sha256)):
        if texts[i] not in begins:
            begins[texts[i]] = count
            distinct.append(dumps[i])
            count += len(texts[i])
            known[texts[i]] = []
    for own, profile in zip(texts, profiles, strict=False):
        if profile and profile not in known[own]:
            known[own].append(profile)
    word = listen(distinct, rulings, [*known.values()])
    return Overruled(gather(distinct, shapes_of(word, count)), word), [begins[own] for own in texts]


def _assemble(dump: Dump, labels: list[Label], evidence: Overruled, first: int) -> Segmentation:
    roles = [Role.BODY] * len(labels)
    owners = [-1] * len(labels)
    reasons: list[dict[str, float]] = [{} for _ in labels]
    groups: list[list[int]] = []
    for ordinal, label in enumerate(labels):
        if label is Label.FURNITURE:
            reasons[ordinal] = evidence.for_furniture(first + ordinal)
            sure = sum(reasons[ordinal].values()) >= _SURE
            roles[ordinal] = Role.BOILERPLATE if sure else Role.UNASSIGNED
            continue
        if label is Label.START or not groups:
            groups.append([])
        groups[-1].append(ordinal)
    articles: list[Article] = []
    for group in groups:
        shapes = [evidence.shape(first + o) for o in group]
        group_roles = _head_roles([dump.paragraphs[o].text for o in group], shapes)
        for ordinal, role in zip(group, group_roles, strict=True):
            roles[ordinal], owners[ordinal] = role, len(articles)
        if evidence.starts[first + group[0]]:
            cut = evidence.word.start.get(first + group[0], {}) | {"the dump starts here": 0.0}
        else:
            cut = evidence.for_cut(first + group[0])
        reason: dict[str, Any] = {"score": round(sum(cut.values()), 2), "cut": cut}
        articles.append(_build_article(dump, group, group_roles, reason))
    heads = tuple(evidence.head(first + ordinal for ordinal in group) for group in groups)
    return Segmentation(tuple(articles), tuple(roles), tuple(owners), tuple(reasons), heads)


def _head_roles(texts: Sequence[str], shapes: Sequence[Cue]) -> list[Role]:
    """Toggle lines, then a title, then byline and date lines, in the order in which blogs set them; the rest is body."""
    roles = [Role.BODY] * len(texts)
    title_seen = False
    for place in range(min(len(texts) - 1, _MOST_HEAD_LINES)):
        shape = shapes[place]
        if shape & Cue.TOGGLE:
            roles[place] = Role.TOGGLE
        elif shape & (Cue.BYLINE | Cue.DATE):
            roles[place] = Role.BYLINE
        elif not title_seen and shape & Cue.TITLE and _heads_text(texts, shapes, place, roles):
            roles[place] = Role.TITLE
            title_seen = True
        else:
            break
    return roles


def _heads_text(texts: Sequence[str], shapes: Sequence[Cue], place: int, roles: Sequence[Role]) -> bool:
    """Whether a title-shaped line is a title: under a toggle, over a byline, or over a paragraph longer than itself."""
    if place and roles[place - 1] is Role.TOGGLE:
        return True
    following, shape = texts[place + 1], shapes[place + 1]
    return bool(shape & (Cue.BYLINE | Cue.DATE | Cue.TOGGLE)) or len(following) > len(texts[place])


def _build_article(dump: Dump, group: list[int], roles: Sequence[Role], evidence: dict[str, Any]) -> Article:
    own = [dump.paragraphs[o] for o in group]
    kept = [p.text for p, r in zip(own, roles, strict=True) if r is Role.BODY or r is Role.BYLINE]
    body = next((p.text for p, r in zip(own, roles, strict=True) if r is Role.BODY), "")
    title = next((p.text for p, r in zip(own, roles, strict=True) if r is Role.TITLE), "")
    toggles = [cues.toggle_language(p.text) for p, r in zip(own, roles, strict=True) if r is Role.TOGGLE]
    key, count = content([title, *kept] if title else kept)
    first, last = own[0], own[-1]
    return Article(
        key=key,
        dump=dump.name,
        paragraphs=Span(first.ordinal, last.ordinal + 1),
        lines=Span(first.lines.start, last.lines.end),
        bytes=Span(first.bytes.start, last.bytes.end),
        title=title or excerpt(body or (kept[0] if kept else "")),
        title_source="line" if title else "derived",
        text="\n\n".join(kept),
        words=count,
        toggle=next((t for t in toggles if t), None),
        evidence=evidence,
    )


read_date = cues.parse_date


def credits_of(article_texts: Sequence[str], language: str) -> cues.Credits:
    """Translator and date of the last change; dates are read as the language of the article writes them."""
    return cues.read_credits(article_texts, language)


def head_lines(article_texts: Sequence[str], roles: Sequence[Role], language: str) -> cues.Head:
    """Author and date of an article from its byline lines; dates are read as its language writes them."""
    return cues.read_head([t for t, r in zip(article_texts, roles, strict=True) if r is Role.BYLINE], language)
