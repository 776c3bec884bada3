"""Which article is the translation of which: one-to-one pairs, each with a probability and its evidence.

No dictionary and no model of a language: a translation keeps numbers, names, and many words that look alike (`features`).
`pool` finds candidates, judges them and decides; `vetoes` are what no likeness outweighs; `ruled` is what people decided;
`telling` says why. A raw threshold does not travel between collections; a probability does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from blogarc.lexicon import Translations, Words
from blogarc.model import Article, Pair, Ruling
from blogarc.pairs.config import PairConfig
from blogarc.pairs.pool import Pool
from blogarc.pairs.posts import as_articles, whole_text
from blogarc.pairs.ruled import rule
from blogarc.pairs.telling import Nearest, Telling

__all__ = [
    "VERSION",
    "Nearest",
    "PairConfig",
    "Pairing",
    "Pool",
    "as_articles",
    "explain",
    "find_pairs",
    "pair_up",
    "whole_text",
]

VERSION = 1  # rises when the same articles may give other pairs

_NOTHING_WEIGHED: dict[str, Any] = {"clues": {}, "vetoes": [], "nearest": {}}


@dataclass(frozen=True, slots=True)
class Pairing:
    """What `pair_up` found: pairs in the order of their sources, every article of the two languages that has none, and the
    lexicon that was learned on the way (empty where too few pairs were sure)."""

    pairs: Sequence[Pair]
    unpaired: Sequence[Nearest]
    lexicon: Translations


def pair_up(
    articles: Iterable[Article | tuple[str, str]],
    config: PairConfig = PairConfig(),
    rulings: Iterable[Ruling] = (),
    words: Words = (),
) -> Pairing:
    """Like `find_pairs`, and says what came nearest where there is no pair; `words` are a lexicon that a person gave.

    A function of its arguments alone: what an earlier call learned plays no part, so the same corpus gives the same pairs,
    however it grew.
    """
    listed = as_articles(articles)
    ruled = rule(listed, config, rulings)
    pool = Pool(listed, config, ruled=ruled, words=words)
    telling = Telling(pool)
    found = [*(telling.pair(edge) for edge in pool.decide()), *(telling.decided(*pair) for pair in ruled.pairs)]
    return Pairing(sorted(found, key=lambda pair: (pair.source, pair.target)), telling.unpaired(), pool.learned)


def find_pairs(
    articles: Iterable[Article | tuple[str, str]],
    config: PairConfig = PairConfig(),
    rulings: Iterable[Ruling] = (),
    words: Words = (),
) -> list[Pair]:
    """The pairs of articles that are translations of each other, in the order of their sources.

    Articles come in corpus order, copies left out; plain `(language, text)` will do. Articles in neither of the two
    languages are passed over. `source` is in the first language and `target` in the second, both as positions in the
    list; no article is in two pairs. What a person ruled comes first: a `pair` is taken as it is, a `not-pair` never.
    `words` are pairs of words that translate each other, in the order of the languages.

    >>> posts = [
    ...     ("en", "The harbour of Almería froze on 3 February 1956: 41 boats, said Inés Cano, were crushed."),
    ...     ("en", "Bread without salt is sold in Florence only, and nobody there has ever asked why."),
    ...     ("es", "El puerto de Almería se heló el 3 de febrero de 1956: 41 barcas, dijo Inés Cano, quedaron rotas."),
    ... ]
    >>> [(pair.source, pair.target) for pair in find_pairs(posts)]
    [(0, 2)]
    """
    return list(pair_up(articles, config, rulings, words).pairs)


def explain(
    first: Article,
    second: Article,
    articles: Sequence[Article],
    config: PairConfig = PairConfig(),
    rulings: Iterable[Ruling] = (),
    words: Words = (),
) -> dict[str, Any]:
    """Why two articles are, or are not, taken for a translation among all these: what `find_pairs` weighs.

    `taken`, and why in a sentence; the `probability`; `clues` with the value of each and its weight in log-odds, the
    weightiest first; `vetoes`; and `nearest`, what each of the two most probably is a translation of otherwise.
    """
    swapped = (second.language, first.language) == config.languages
    if swapped:
        first, second = second, first
    if (first.language, second.language) != config.languages:
        ruled = rule([first, second], config, rulings)
        if ruled.pairs or ruled.apart:
            why = f"A person decided that they are {'a' if ruled.pairs else 'no'} pair."
            return {"taken": bool(ruled.pairs), "why": why, "probability": float(bool(ruled.pairs))} | _NOTHING_WEIGHED
        wanted = " and ".join(config.languages)
        why = f"A pair is of {wanted}; these are {first.language} and {second.language}."
        return {"taken": False, "why": why, "probability": 0.0} | _NOTHING_WEIGHED
    listed = list(articles)
    for article in (first, second):
        if article not in listed:
            listed.append(article)
    positions = listed.index(first), listed.index(second)
    pool = Pool(listed, config, positions, rule(listed, config, rulings), words)
    told = Telling(pool).explanation(*positions)
    source, target = told["nearest"].values()
    return told | {"nearest": {"first": target, "second": source} if swapped else told["nearest"]}
