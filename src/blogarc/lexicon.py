"""Which word translates which, learned from pairs of posts that are sure without it.

Nothing is bundled and nothing is looked up: from the surest pairs, aligned paragraph by paragraph, IBM Model 1 (Brown et al.
1993) learns the words of this very archive. Words are folded and cut to a stem, because Spanish inflects more than a
small archive can show. What a lexicon knows then decides about posts that share few cognates.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from blogarc.errors import InputError
from blogarc.text import fold_accents

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST, _STEM = 3, 6  # letters; the stem is that of cognates
MOST_PASSAGES = 4_000  # from so many a lexicon is as good as from more, and memory stays small
_WORDS = 40  # rarest of a passage; the others are function words, which translate each other everywhere
_ROUNDS = 5  # of expectation and maximisation; Model 1 changes little afterwards
_LEAST = 0.08  # probability of a translation that is kept,
_MOST = 4  # and how many of one word
_UNKNOWN = 0.5  # what a word without a known translation counts in the length of a translated post

Translations = Mapping[str, Sequence[tuple[str, float]]]  # stems of the target language to stems of the source language
Words = Sequence[tuple[str, str]]  # a word of the source language and its translation


def stems(text: str) -> list[str]:
    """The words of a text, folded and cut.

    >>> stems("La situación económica")
    ['situac', 'econom']
    """
    return [word[:_STEM] for word in _WORD.findall(fold_accents(text)) if len(word) >= _SHORTEST]


def parse(text: str, name: str = "lexicon") -> list[tuple[str, str]]:
    r"""The pairs of words in a user's lexicon: two words in a line with a tab between, the source language first.

    Blank lines and those that start with `#` are passed over, further columns are not read. Entries of several words are left
    out: words are compared one by one. Raises InputError, with the line, if a line has no tab.

    >>> parse("# ours\nharbour\tpuerto\nof course\tpor supuesto\n")
    [('harbour', 'puerto')]
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        source, tab, rest = line.partition("\t")
        if not tab or not source.strip() or not rest.strip():
            raise InputError(
                f"{name}, line {number}: there are no two words with a tab between.",
                "A line of a lexicon is like this: harbour<TAB>puerto",
            )
        pair = source.strip(), rest.partition("\t")[0].strip()
        if all(len(_WORD.findall(word)) == 1 for word in pair):
            found.append(pair)
    return found


class Lexicon(dict[str, Sequence[tuple[str, float]]]):
    """Translations, and the words of the source language that are among them: collected once, not for every text."""

    @cached_property
    def sources(self) -> frozenset[str]:
        return frozenset(word for said in self.values() for word, _ in said)


def join(given: Words, learned: Translations) -> Lexicon:
    """What a person gave, and after it what was learned.

    >>> join([("harbour", "puerto"), ("port", "puerto")], {"puerto": [("boat", 0.5)]})
    {'puerto': [('harbou', 0.5), ('port', 0.5), ('boat', 0.5)]}
    """
    told: dict[str, dict[str, float]] = {}
    for source, target in given:
        for key in stems(target):
            told.setdefault(key, {}).update(dict.fromkeys(stems(source), 0.0))
    joined = Lexicon(learned)
    for key, words in told.items():
        known = dict(learned.get(key, ()))
        # Each as likely as the others, unless the archive knows it for likelier.
        ours = [(word, max(1 / len(words), known.get(word, 0.0))) for word in words]
        joined[key] = ours + [(word, chance) for word, chance in known.items() if word not in words]
    return joined


def learn(passages: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, float]]]:
    """For stems of the target language their likeliest translations, with probability.

    Passages are aligned paragraphs; the surest come first, and after the first thousands no more are read.

    >>> towns = enumerate(["Lima", "Quito", "Cuenca"], start=1990)
    >>> learn((f"A house in {town}, {year}", f"Una casa en {town}, {year}") for year, town in towns)["casa"]
    [('house', 1.0)]
    """
    found = [(set(stems(source)), set(stems(target))) for source, target in islice(passages, MOST_PASSAGES)]
    counts = [Counter(word for passage in found for word in passage[end]) for end in (0, 1)]
    known: tuple[dict[str, int], dict[str, int]] = ({}, {})
    ours, theirs, groups, group = [], [], [], 0
    for passage in found:
        numbered = []
        for end in (0, 1):
            repeated = sorted((w for w in passage[end] if counts[end][w] > 1), key=lambda w: (counts[end][w], w))
            numbered.append([known[end].setdefault(word, len(known[end])) for word in repeated[:_WORDS]])
        if numbered[0] and numbered[1]:
            target = np.array([-1, *numbered[1]], np.int32)  # -1: a word that translates nothing
            ours.append(np.repeat(np.array(numbered[0], np.int32), len(target)))
            theirs.append(np.tile(target, len(numbered[0])))
            groups.append(np.repeat(np.arange(group, group + len(numbered[0]), dtype=np.int32), len(target)))
            group += len(numbered[0])
    if not ours:
        return {}
    return _model_one(np.concatenate(ours), np.concatenate(theirs), np.concatenate(groups), known)


def _model_one(
    ours: NDArray[np.int32], theirs: NDArray[np.int32], groups: NDArray[np.int32], known: tuple[dict[str, int], ...]
) -> dict[str, list[tuple[str, float]]]:
    """Model 1 over links: a source word, a target word, and the occurrence of the source word that they explain."""
    size = len(known[0])
    links, inverse = np.unique((theirs.astype(np.int64) + 1) * size + ours, return_inverse=True)
    target, source = links // size - 1, links % size
    chance = expected = np.ones(len(links), np.float64)
    for _ in range(_ROUNDS):
        each = chance[inverse]
        share = each / np.bincount(groups, each)[groups]
        expected = np.bincount(inverse, share, minlength=len(links)).astype(np.float64)
        chance = expected / np.bincount(target + 1, expected)[target + 1]
    # A translation that explains less than one occurrence is a chance meeting.
    kept = np.flatnonzero((chance >= _LEAST) & (target >= 0) & (expected >= 1.0))
    words = list(known[0]), list(known[1])
    lexicon: dict[str, list[tuple[str, float]]] = {}
    for link in kept[np.lexsort((source[kept], -chance[kept], target[kept]))]:
        listed = lexicon.setdefault(words[1][target[link]], [])
        if len(listed) < _MOST:
            listed.append((words[0][source[link]], float(chance[link])))
    return lexicon


class Wording:
    """The words of the posts of both languages, to be compared through one lexicon after another.

    Words are numbers in both; `used` is whether any post of the source language has a word. What is told of two posts depends
    on them alone, whatever others are there.
    """

    def __init__(self, vocabulary: dict[str, int], source: Phrases, target: Phrases, used: NDArray[np.bool_]) -> None:
        self._vocabulary, self._source, self._target, self._used = vocabulary, source, target, used
        self._dense = np.zeros(len(vocabulary))

    @classmethod
    def of_texts(cls, source: Iterable[str], target: Iterable[str]) -> Wording:
        """All the posts of both languages, read and counted here."""
        # One vocabulary for both, because what is spelt alike may be one name.
        vocabulary: dict[str, int] = {}
        ours, theirs = (_weigh(texts, vocabulary) for texts in (source, target))
        return cls(vocabulary, ours, theirs, np.bincount(ours.keys, minlength=len(vocabulary)) > 0)

    def cosines(
        self, lexicon: Translations, rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """How alike source post and translated target post are, for each row and column; from 0 to 1."""
        said = self._say(lexicon)
        found = np.zeros(len(rows))
        order = np.argsort(columns, kind="stable")
        ends = np.flatnonzero(np.diff(columns[order])) + 1
        # Post by post of the target, so that no translation is kept.
        for edges in np.split(order, ends) if len(order) else ():
            words = self._translate(int(columns[edges[0]]), said)
            ours = [self._source.row(row) for row in rows[edges].tolist()]
            products = self._dense[np.concatenate([self._source.keys[row] for row in ours])]
            products *= np.concatenate([self._source.values[row] for row in ours])
            lengths = [row.stop - row.start for row in ours]
            found[edges] = np.bincount(np.repeat(np.arange(len(edges)), lengths), products, minlength=len(edges))
            self._dense[words] = 0.0
        return found

    def _say(self, lexicon: Translations) -> _Said:
        """What each word of the target language may be in the source language, as far as that has the word.

        An unknown word may be a name, or a cognate spelt alike.
        """
        told: dict[int, list[tuple[int, float]]] = {}
        held = self._used.astype(np.int64)
        for word, said in lexicon.items():
            if said and (number := self._vocabulary.get(word)) is not None:
                known = ((self._vocabulary.get(own, -1), chance) for own, chance in said)
                told[number] = [(own, chance) for own, chance in known if own >= 0 and self._used[own]]
                held[number] = len(told[number])
        starts = np.concatenate([[0], np.cumsum(held)])
        words, chances = np.zeros(starts[-1], np.int32), np.ones(starts[-1])
        alike = np.flatnonzero(self._used)
        alike = alike[held[alike] > 0]
        words[starts[alike]] = alike
        for number, listed in told.items():
            for place, (own, chance) in enumerate(listed, start=int(starts[number])):
                words[place], chances[place] = own, chance
        return _Said(starts, words, chances)

    def _translate(self, post: int, said: _Said) -> NDArray[np.int32]:
        """Lay out a target post, of unit length, in words of the source language; returns these."""
        row = self._target.row(post)
        keys, values = self._target.keys[row], self._target.values[row]
        starts = said.starts[keys]
        held = said.starts[keys + 1] - starts
        places = np.arange(held.sum()) + np.repeat(starts - np.cumsum(held) + held, held)
        words = said.words[places]
        np.add.at(self._dense, words, np.repeat(values, held) * said.chances[places])
        words = np.unique(words)
        unknown = values[held == 0] * _UNKNOWN
        # An exact sum, which is the same in any order of the words.
        length = math.sqrt(math.fsum((self._dense[words] ** 2).tolist()) + float((unknown**2).sum()))
        self._dense[words] /= max(length, 1e-9)
        return words


@dataclass(frozen=True, slots=True)
class _Said:
    """Of every word, by its number: where its translations start, these, and how likely each is."""

    starts: NDArray[np.int64]
    words: NDArray[np.int32]
    chances: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of each post of one language as numbers, one post after the other, with how much each counts."""

    starts: NDArray[np.int64]
    keys: NDArray[np.int32]
    values: NDArray[np.float32]

    def row(self, n: int) -> slice:
        return slice(int(self.starts[n]), int(self.starts[n + 1]))


def _weigh(texts: Iterable[str], vocabulary: dict[str, int]) -> Phrases:
    """Rows of unit length: frequency, dampened, times rarity."""
    lengths, keys, values = array("q"), array("i"), array("f")
    for text in texts:
        bag = count_stems(text)
        lengths.append(len(bag))
        keys.extend([vocabulary.setdefault(word, len(vocabulary)) for word in bag])
        values.extend([_dampened(count) for count in bag.values()])
    starts = np.concatenate([[0], np.cumsum(np.array(lengths, np.int64))])
    rows = Phrases(starts, np.frombuffer(keys, np.int32), np.frombuffer(values, np.float32))
    spread = np.bincount(rows.keys, minlength=len(vocabulary))
    scale(rows, rarity_of_words(spread, len(lengths))[rows.keys])
    return rows


def count_stems(text: str) -> Counter[str]:
    """How often each stem occurs, in the order of the text."""
    return Counter(stems(text))


def rarity_of_words(spread: NDArray[np.int64], posts: int) -> NDArray[np.float32]:
    """The inverse document frequency of words that so many of the posts of a language have."""
    return np.log((posts + 1) / (spread + 0.5)).clip(0).astype(np.float32)


def dampen(counts: Sequence[int]) -> NDArray[np.float32]:
    """What words count that occur so often."""
    return np.array([_dampened(count) for count in counts], np.float32)


def scale(rows: Phrases, rarities: NDArray[np.float32]) -> None:
    """Weigh, in place, dampened frequencies by how rare each word is, and make every row of unit length."""
    for n in range(len(rows.starts) - 1):
        row = rows.row(n)
        values = rows.values[row]
        values *= rarities[row]
        # Not `norm`, whose last digits depend on the threads that BLAS takes for a long row.
        values /= max(math.sqrt(float(np.square(values, dtype=np.float64).sum())), 1e-9)


@lru_cache(maxsize=1 << 10)
def _dampened(count: int) -> float:
    return 1 + math.log(count)
