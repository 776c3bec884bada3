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
from blogarc.model import Article, Pair, Ruling, Verdict
from blogarc.pairs.config import PairConfig
from blogarc.pairs.pool import Pool
from blogarc.pairs.posts import as_articles, whole_text
from blogarc.pairs.ruled import rule
from blogarc.pairs.telling import Nearest, Telling, Weighed, tell
from blogarc.rulings import pairs_of

__all__ = [
    "VERSION",
    "Nearest",
    "PairConfig",
    "Pairing",
    "Pool",
    "Weighed",
    "as_articles",
    "explain",
    "find_pairs",
    "pair_up",
    "retell",
    "whole_text",
]

VERSION = 1  # rises when the same articles may give other pairs

_NOTHING_WEIGHED: dict[str, Any] = {"clues": {}, "vetoes": [], "nearest": {}}


@dataclass(frozen=True, slots=True)
class Pairing:
    """What `pair_up` found: pairs in the order of their sources, every article of the two languages that has none, and the
    lexicon that was learned on the way (empty where too few pairs were sure), and what was weighed of all that came near."""

    pairs: Sequence[Pair]
    unpaired: Sequence[Nearest]
    lexicon: Translations
    weighed: Sequence[Weighed]


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
    return Pairing(
        sorted(found, key=lambda pair: (pair.source, pair.target)),
        telling.unpaired(),
        pool.learned,
        telling.all_weighed(),
    )


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
    learned: Translations | None = None,
) -> dict[str, Any]:
    """Why two articles are, or are not, taken for a translation among all these: what `find_pairs` weighs.

    `taken`, and why in a sentence; the `probability`; `clues` with the value of each and its weight in log-odds, the
    weightiest first; `vetoes`; and `nearest`, what each of the two most probably is a translation of otherwise. `learned` is a
    lexicon that more articles than these have taught; without it, these teach one.
    """
    rulings = list(rulings)
    told = _tell_of_languages(first, second, config, rulings)
    if told is not None:
        return told
    swapped = (second.language, first.language) == config.languages
    ends = (second, first) if swapped else (first, second)
    listed = list(articles)
    for article in ends:
        if article not in listed:
            listed.append(article)
    source, target = map(listed.index, ends)
    pool = Pool(listed, config, (source, target), rule(listed, config, rulings), words, learned)
    return _in_order(Telling(pool).explanation(source, target), swapped)


def retell(
    first: Article,
    second: Article,
    weighed: Weighed,
    taken: bool,
    nearest: tuple[dict[str, Any] | None, dict[str, Any] | None],
    config: PairConfig = PairConfig(),
    rulings: Iterable[Ruling] = (),
) -> dict[str, Any]:
    """The same from what `pair_up` weighed: of the source `first` and the target `second`, or the other way round.

    `taken` is whether it found them to be a pair, and `nearest` what source and target were nearest to otherwise. What people
    decided since then counts.
    """
    rulings = list(rulings)
    told = _tell_of_languages(first, second, config, rulings)
    if told is not None:
        return told
    swapped = (second.language, first.language) == config.languages
    ruled = rule([first, second], config, rulings)
    decided = bool(ruled.pairs), bool(ruled.apart)
    partners = {end for pair in pairs_of(rulings, Verdict.PAIR) for end in pair}
    barred = not partners.isdisjoint((first.key, second.key))
    taken = decided[0] or (taken and not decided[1] and not barred)
    named = {"first": nearest[0], "second": nearest[1]}
    return _in_order(tell(weighed, taken, decided, barred, named, config.threshold), swapped)


def _tell_of_languages(
    first: Article, second: Article, config: PairConfig, rulings: Sequence[Ruling]
) -> dict[str, Any] | None:
    """What there is to say of two articles that are not in the two languages; None if they are."""
    codes = first.language, second.language
    if config.languages in (codes, codes[::-1]):
        return None
    ruled = rule([first, second], config, rulings)
    if ruled.pairs or ruled.apart:
        why = f"A person decided that they are {'a' if ruled.pairs else 'no'} pair."
        return {"taken": bool(ruled.pairs), "why": why, "probability": float(bool(ruled.pairs))} | _NOTHING_WEIGHED
    why = f"A pair is of {' and '.join(config.languages)}; these are {first.language} and {second.language}."
    return {"taken": False, "why": why, "probability": 0.0} | _NOTHING_WEIGHED


def _in_order(told: dict[str, Any], swapped: bool) -> dict[str, Any]:
    """With what source and target are nearest to as the first and the second of those that were asked about."""
    source, target = told["nearest"].values()
    return told | {"nearest": {"first": target, "second": source}} if swapped else told
