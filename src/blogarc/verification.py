"""Whether two texts that may be copies are: their words compared one by one, with rapidfuzz, many pairs at a time.

Words are compared as letters would be (a code a word), in order. Three measures are taken of a pair, each only where those
before it leave doubt: how alike the texts are as a whole; how much of the shorter stands in order in one passage of the
longer, at its beginning or where their common shingles are; and, where words differ but few letters may, how alike their
letters are. Then it is asked whether each has passages of its own where the other has others: such are two posts that share
a part, however long, and not two copies. Of texts alike in all this, two editions of one form (weather, prices, release
notes) are told by their numbers.

What very many texts share is furniture and counts for little: where two have little else in common, they must be nearly
the same to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel

from blogarc import minhash, workers
from blogarc.candidates import Candidates
from blogarc.features import MONTHS
from blogarc.minhash import Floats, Hashes, Ints, Sketches
from blogarc.model import Kind
from blogarc.text import fold_accents, words

Bools = NDArray[np.bool_]
Pair = tuple[int, int]

# Words of pairs that are compared together, some thousands of posts.
_WORDS_AT_ONCE = 1 << 20
# So many such parts are worth a copy of the process.
_WORTH_A_COPY = 8
# Pairs whose shingles are sorted together: these fit into a processor's cache.
_PAIRS_IN_CACHE = 128
# Below such a similarity of words it is not worth reading the letters.
_LETTERS_FROM = 0.35
# Texts that are less than this part of the other are too short to be its near copy, and those that are less than the
# second and wholly in it are an excerpt of it.
_SHORTEST_NEAR, _SHORTEST_WHOLE = 0.5, 0.75
# Places in a text at which the passage that holds it is looked for in a longer one.
_ANCHORS = 12
# Copies that are more alike than this are not searched for passages that were replaced.
_BEYOND_DOUBT = 0.85
# Of two texts with so much of their own shingles in common, and one within the other, the rest is furniture.
_SAME_OF_ITS_OWN = 0.75
# Words in a row without a common shingle make a passage of their own; fewer are an edit.
_PASSAGE = 10
# Two texts of which so many numbers were replaced, and little else, are two editions of one form: weather, prices.
_NUMBERS_OF_AN_EDITION, _MOSTLY_NUMBERS = 3, 0.6


@dataclass(frozen=True, slots=True)
class DuplicateConfig:
    """The options of dedupe. The thresholds stand where posts with planted damage and posts that share two fifths of their
    text part best; `docs/duplicates.md` shows the curves.

    `keep` says which copy represents the others, of those that resemble all of them: `complete` (the most copied of the most
    complete), `longest` (the most words), `first` (the first of the corpus), `newest` (the latest date; those without one
    last), or `dumps`, which takes the one from the dump that comes first in `dumps`.
    """

    near: float = 0.7  # similarity of words from which two texts of like length are copies: one word in six replaced
    near_in_group: float = 0.6  # the same for two copies of a third: each has edits of its own
    near_letters: float = 0.88  # the same for letters, where damage is spread thin: a scan with one wrong letter in ten
    excerpt: float = 0.8  # share of the shorter text that must stand in the longer, in order
    furniture: float = 0.9  # what is asked of texts whose common words are mostly furniture
    least_own: float = 0.2  # share of its own shingles below which what a pair has in common is called furniture
    replaced: float = 0.2  # share of the shorter text that may be passages for which the longer has others
    fewest_words: int = 8  # shorter texts are copies only when they are exact
    keep: str = "complete"
    dumps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """How two texts compare; `kind` is None where they are no copies. `rule` says in words what decided."""

    kind: Kind | None
    similarity: float
    scores: dict[str, float]
    rule: str


class _Rule(IntEnum):
    """What decides, in the order in which it is asked."""

    FEW = 0
    LETTERS = 1
    REPLACED = 2
    NEAR = 3
    EXCERPT = 4
    FURNITURE_AROUND = 5
    FURNITURE = 6
    TOO_LITTLE = 7
    EDITIONS_BY_TITLE = 8
    EDITIONS_BY_NUMBERS = 9


# What of the measures a judgement tells, and letters if they were compared.
_SCORES = ("words", "contained", "own shingles", "replaced")
_KINDS: dict[int, Kind] = {
    _Rule.LETTERS: Kind.NEAR,
    _Rule.NEAR: Kind.NEAR,
    _Rule.EXCERPT: Kind.EXCERPT,
    _Rule.FURNITURE_AROUND: Kind.EXCERPT,
}


def same_words() -> Judgement:
    """Of two texts that have the same words."""
    return Judgement(Kind.EXACT, 1.0, {"words": 1.0}, "the same words")


@dataclass(frozen=True, slots=True)
class _Measures:
    """What was measured of some pairs, the shorter text of each in `short`; arrays of one length, scores from 0 to 1, and
    -1 for letters that were not compared. `replaced` has a row for the shorter texts and one for the longer."""

    short: Ints
    long: Ints
    similarity: Floats
    contained: Floats
    letters: Floats
    replaced: Floats
    own: Floats
    rules: Ints


class _Words:
    """The words of some pairs of texts, each text once: as a string with a character for each word, and roughly, as a byte."""

    def __init__(self, sketches: Sketches, short: Ints, long: Ints) -> None:
        texts, places = np.unique(np.concatenate([short, long]), return_inverse=True)
        self._ours, self._theirs = places.reshape(2, -1).tolist()
        self._counts = (sketches.starts[texts + 1] - sketches.starts[texts]).tolist()
        ends = np.cumsum([0, *self._counts])
        codes = sketches.gather(texts)
        words, rough, edges = minhash.decoded(codes), codes.astype(np.uint8).tobytes(), list(pairwise(ends.tolist()))
        self._words = [words[start:end] for start, end in edges]
        self._rough = [rough[start:end] for start, end in edges]

    def ours(self, pair: int) -> str:
        """The shorter text, a character a word."""
        return self._words[self._ours[pair]]

    def theirs(self, pair: int) -> str:
        """The longer text."""
        return self._words[self._theirs[pair]]

    def compare(self, pairs: Ints, asked: Floats, windows: Sequence[int] | None = None) -> tuple[Floats, Floats]:
        """How alike the texts of each of these pairs are, or the shorter and as many words of the longer from some place on;
        0 where that is less than is asked. And what it is at most.

        First with a byte a word: different words may have the same, so that this never gives less than it is, and takes an
        eighth of the time.
        """
        ours, theirs = ([side[n] for n in pairs.tolist()] for side in (self._ours, self._theirs))
        cuts = [slice(None)] * len(ours)
        if windows is not None:
            cuts = [slice(at, at + self._counts[text]) for at, text in zip(windows, ours, strict=True)]
        at_most = np.ones(len(ours))
        if asked.any():
            at_most = _alike(
                [self._rough[text] for text in ours],
                [self._rough[text][cut] for text, cut in zip(theirs, cuts, strict=True)],
            )
        likely = np.flatnonzero(at_most >= asked)
        alike = np.zeros(len(ours))
        alike[likely] = _alike(
            [self._words[ours[n]] for n in likely.tolist()], [self._words[theirs[n]][cuts[n]] for n in likely.tolist()]
        )
        return alike, np.where(at_most >= asked, alike, at_most)


@dataclass(slots=True)
class _Compared:
    """Some pairs on the way: the shorter and the longer text of each, what was measured so far, and the letters of those
    pairs of which they decide."""

    short: Ints
    long: Ints
    words: _Words
    own: Floats
    resemblance: Floats
    similarity: Floats
    contained: Floats
    by_letters: Ints
    letters: list[list[str]]


class Verifier:
    """Compares texts, numbered as in `sketches`; `title` says that of one, `texts` gives some of them. Words are compared in
    threads; `texts` is called in the thread that asks. If all texts are `held` in memory, half of the pairs are compared in a
    copy of the process, where there can be one."""

    def __init__(
        self,
        sketches: Sketches,
        title: Callable[[int], str],
        texts: Callable[[Sequence[int]], Sequence[str]],
        config: DuplicateConfig,
        *,
        held: bool = False,
    ) -> None:
        self.sketches, self.config, self._held = sketches, config, held
        self.counts = sketches.counts
        self._title, self._texts = title, texts
        self._numbers: tuple[str, Ints] | None = None

    def accept(self, candidates: Candidates) -> dict[Pair, Judgement]:
        """The judgements on those candidates that are copies. What cannot be one is not measured further."""
        found: dict[Pair, Judgement] = {}
        for first, second, measures in self._measure(candidates, hopeless=True):
            places = np.flatnonzero(np.isin(measures.rules, list(_KINDS)))
            pairs = zip(first[places].tolist(), second[places].tolist(), strict=True)
            found |= zip(pairs, self._told(measures, places), strict=True)
        return found

    def judge(self, pairs: Sequence[Pair]) -> dict[Pair, Judgement]:
        """The judgements on these pairs, which are given the benefit of the doubt as to furniture."""
        first, second = np.array(pairs, np.int64).reshape(-1, 2).T
        given = Candidates(first, second, np.ones(len(pairs)), np.zeros(len(pairs)), np.zeros(len(pairs), bool))
        found: dict[Pair, Judgement] = {}
        for first, second, measures in self._measure(given, hopeless=False):
            listed = zip(first.tolist(), second.tolist(), strict=True)
            found |= zip(listed, self._told(measures, np.arange(len(first))), strict=True)
        return found

    def _measure(self, candidates: Candidates, *, hopeless: bool) -> Iterator[tuple[Ints, Ints, _Measures]]:
        """What is measured of these pairs, some at a time. What the `hopeless` would score is left at 0, if it is so said."""
        parts = [candidates.only(part) for part in self._parts(candidates)]
        compare = partial(self._compare, hopeless=hopeless)

        def whole(part: Candidates) -> _Measures:
            return self._decide(self._read(compare(part)))

        if len(parts) > 1:
            self._numbers_of_all()
        if self._held and len(parts) >= _WORTH_A_COPY and workers.can_copy():
            with workers.beside(partial(map, whole, parts[1::2])) as others:
                for number, part in enumerate(parts):
                    yield part.first, part.second, next(others) if number % 2 else whole(part)
            return
        if len(parts) < 2:
            measured: Iterable[_Measures] = map(whole, parts)
        else:
            measured = workers.in_order(self._decide, map(self._read, workers.in_order(compare, parts)))
        for part, measures in zip(parts, measured, strict=True):
            yield part.first, part.second, measures

    def _parts(self, candidates: Candidates) -> list[slice]:
        """The candidates in parts that are worth a task, and whose words can be held."""
        words = np.cumsum(self.counts[candidates.first] + self.counts[candidates.second])
        cuts = np.flatnonzero(np.diff(words // _WORDS_AT_ONCE)) + 1
        return [slice(*part) for part in pairwise([0, *cuts.tolist(), len(candidates)])] if len(candidates) else []

    def _compare(self, pairs: Candidates, hopeless: bool) -> _Compared:
        """Compare the words of these pairs."""
        config, counts = self.config, self.counts
        swapped = counts[pairs.first] > counts[pairs.second]
        short, long = np.where(swapped, pairs.second, pairs.first), np.where(swapped, pairs.first, pairs.second)
        shorter, longer = counts[short], counts[long]
        words = _Words(self.sketches, short, long)
        # Below such scores nothing more is asked of a pair, and nothing depends on what they are.
        enough = min(config.excerpt, config.furniture) if hopeless else min(config.excerpt, config.near_in_group)
        asked = np.zeros(len(short))
        if hopeless:
            least = min(enough, config.near, config.near_in_group)
            asked = np.where(shorter >= _SHORTEST_NEAR * longer, min(_LETTERS_FROM, least), least)
        similarity, at_most = words.compare(np.arange(len(short)), asked)
        contained = similarity.copy()
        # Of texts alike in words and length nothing more is asked.
        # With less than half as many common shingles as such a text leaves, it is not in the other; nor is it if it is not
        # even when words that have others among them count as well.
        common = at_most * (shorter + longer) / 2
        possible = (pairs.shared == 0) | (pairs.shared >= config.excerpt**minhash.SHINGLE / 2)
        possible &= 2 * common >= enough * (shorter + common) - 0.5
        short_or_unlike = (similarity < config.near) | (shorter < _SHORTEST_WHOLE * longer)
        unsure = np.flatnonzero((shorter < longer) & possible & short_or_unlike)
        # A teaser is the beginning of its post; what is wrapped in furniture stands where the first common words do.
        asked = np.full(len(short), enough if hopeless else 0.0)
        contained[unsure] = np.maximum(contained[unsure], words.compare(unsure, asked[unsure], [0] * len(unsure))[0])
        unsure = unsure[(contained[unsure] < config.excerpt) & (similarity[unsure] < config.near)]
        windows = [_window(words.ours(n), words.theirs(n)) for n in unsure.tolist()]
        contained[unsure] = np.maximum(contained[unsure], words.compare(unsure, asked[unsure], windows)[0])
        by_letters = np.flatnonzero(
            (similarity >= _LETTERS_FROM) & (similarity < config.near) & (contained < config.excerpt)
            & (shorter >= _SHORTEST_NEAR * longer)
        )  # fmt: skip
        return _Compared(short, long, words, pairs.shared, pairs.resemblance, similarity, contained, by_letters, [])

    def _read(self, pairs: _Compared) -> _Compared:
        """Read the letters where they decide."""
        sides = [side[pairs.by_letters].tolist() for side in (pairs.short, pairs.long)]
        asked = sorted({text for side in sides for text in side})
        texts = dict(zip(asked, self._texts(asked), strict=True)) if asked else {}
        pairs.letters = [[texts[text] for text in side] for side in sides]
        return pairs

    def _decide(self, pairs: _Compared) -> _Measures:
        """Measure the rest, and say which rule decides each pair."""
        config, similarity, contained = self.config, pairs.similarity, pairs.contained
        letters = np.full(len(pairs.short), -1.0)
        ours, theirs = map(minhash.fold, pairs.letters)
        alike = _alike(ours, theirs, at_least=config.near_letters)
        letters[pairs.by_letters] = np.where(alike > 0, alike, -1.0)
        replaced: Floats = np.zeros((2, len(pairs.short)))
        unsure = np.flatnonzero(
            (similarity >= config.near_in_group) & (similarity < _BEYOND_DOUBT)
            | (contained >= config.excerpt) & (contained < 1 - config.replaced / 4)
        )
        replaced[:, unsure] = self._replaced(pairs.short[unsure], pairs.long[unsure])
        shorter, longer = self.counts[pairs.short], self.counts[pairs.long]
        rules = self._rules(shorter, longer, similarity, contained, letters, replaced, pairs.own, pairs.resemblance)
        measures = _Measures(pairs.short, pairs.long, similarity, contained, letters, replaced, pairs.own, rules)
        self._tell_editions(measures)
        untold = np.flatnonzero(np.isin(measures.rules, list(_KINDS)) & (similarity == 0))
        similarity[untold] = pairs.words.compare(untold, np.zeros(len(untold)))[0]
        return measures

    def _rules(
        self, shorter: Ints, longer: Ints, similarity: Floats, contained: Floats, letters: Floats, replaced: Floats,
        own: Floats, resemblance: Floats,
    ) -> Ints:  # fmt: skip
        """What decides each pair: the first rule that applies."""
        config = self.config
        furniture = own < config.least_own
        near = np.where(furniture, config.furniture, config.near)
        excerpt = contained >= np.where(furniture, config.furniture, config.excerpt)
        asked = {
            _Rule.FEW: shorter < config.fewest_words,
            _Rule.LETTERS: letters >= np.maximum(near, config.near_letters),
            _Rule.REPLACED: replaced.min(axis=0) >= config.replaced,
            _Rule.NEAR: (similarity >= near) & (shorter >= np.where(excerpt, _SHORTEST_WHOLE, _SHORTEST_NEAR) * longer),
            _Rule.FURNITURE_AROUND: excerpt & ~furniture & (resemblance >= _SAME_OF_ITS_OWN),
            _Rule.EXCERPT: excerpt & (replaced[0] < config.replaced / 2),
            _Rule.FURNITURE: furniture,
        }
        return np.select(list(asked.values()), list(asked), _Rule.TOO_LITTLE).astype(np.int64)

    def _tell_editions(self, measures: _Measures) -> None:
        """Put the right rule where two texts are no copies but two editions."""
        copies = np.isin(measures.rules, list(_KINDS))
        for n in np.flatnonzero(copies).tolist():
            titles = self._title(int(measures.short[n])), self._title(int(measures.long[n]))
            if titles[0] and titles[1] and are_editions(*titles):
                measures.rules[n] = _Rule.EDITIONS_BY_TITLE
                copies[n] = False
        near = np.flatnonzero(copies & np.isin(measures.rules, [_Rule.NEAR, _Rule.LETTERS]))
        by_numbers = near[self._differ_in_numbers(measures.short[near], measures.long[near], measures.similarity[near])]
        measures.rules[by_numbers] = _Rule.EDITIONS_BY_NUMBERS

    def _differ_in_numbers(self, short: Ints, long: Ints, similarity: Floats) -> Bools:
        """Of which of these pairs, so similar, most words in which the texts differ are numbers, and several."""
        numbers, edges = self._numbers_of_all()
        begins, ends = edges[:-1], edges[1:]
        few = np.minimum((ends - begins)[short], (ends - begins)[long]) < _NUMBERS_OF_AN_EDITION
        asked = np.flatnonzero(~few)
        sides = [
            [numbers[start:end] for start, end in zip(begins[side].tolist(), ends[side].tolist(), strict=True)]
            for side in (short[asked], long[asked])
        ]
        changed = np.zeros(len(short))
        if len(asked):
            changed[asked] = process.cpdist(*sides, scorer=Indel.distance, workers=1, dtype=np.int32)
            changed[asked] -= np.abs((ends - begins)[short[asked]] - (ends - begins)[long[asked]])
        shorter, longer = self.counts[short], self.counts[long]
        # Of words that were replaced both are counted, so that all is twice what it says.
        replaced = np.rint((1 - similarity) * (shorter + longer)) - (longer - shorter)
        return np.asarray((changed // 2 >= _NUMBERS_OF_AN_EDITION) & (changed // 2 >= _MOSTLY_NUMBERS * replaced / 2))

    def _numbers_of_all(self) -> tuple[str, Ints]:
        """The numbers of all texts as one string, a character for each, and where those of each text begin in it and end."""
        if self._numbers is None:
            places = np.flatnonzero(self.sketches.codes < minhash.FIRST_WORD_CODE)
            numbers = minhash.decoded(self.sketches.codes[places])
            self._numbers = numbers, np.searchsorted(places, self.sketches.starts)
        return self._numbers

    def _told(self, measures: _Measures, places: Ints) -> list[Judgement]:
        """The judgements on these of the measured pairs."""
        config = self.config
        sentences = {
            _Rule.NEAR: f"similarity of words at least {config.near}",
            _Rule.FEW: f"fewer than {config.fewest_words} words, and not the same",
            _Rule.LETTERS: f"similarity of letters at least {config.near_letters}",
            _Rule.REPLACED: "each has passages of its own where the other has others",
            _Rule.EXCERPT: "nearly all of the shorter stands in the longer",
            _Rule.FURNITURE_AROUND: FURNITURE_AROUND,
            _Rule.FURNITURE: "what they share is mostly furniture, and they differ otherwise",
            _Rule.TOO_LITTLE: TOO_LITTLE,
            _Rule.EDITIONS_BY_TITLE: "two editions: their titles differ in numbers only",
            _Rule.EDITIONS_BY_NUMBERS: "two editions: they differ in numbers, and little else",
        }
        similarity, contained, letters, replaced, own = (
            column[places].round(3)
            for column in (
                measures.similarity,
                measures.contained,
                measures.letters,
                measures.replaced.min(axis=0),
                measures.own,
            )
        )
        rules = measures.rules[places]
        best = np.maximum(similarity, letters)
        best = np.where(np.isin(rules, [_Rule.FURNITURE, _Rule.TOO_LITTLE]), np.maximum(best, contained), best)
        best = np.where(np.isin(rules, [_Rule.EXCERPT, _Rule.FURNITURE_AROUND]), contained, best)
        rows = zip(*(column.tolist() for column in (similarity, contained, own, replaced)), strict=True)
        told = [
            Judgement(_KINDS.get(rule), score, dict(zip(_SCORES, row, strict=True)), sentences[rule])
            for rule, score, row in zip(rules.tolist(), best.tolist(), rows, strict=True)
        ]
        for n in np.flatnonzero(letters >= 0).tolist():
            told[n].scores["letters"] = float(letters[n])
        # Of texts that share furniture more is asked. The scores, to three places, say which.
        for n in np.flatnonzero((rules == _Rule.NEAR) & (own < config.least_own)).tolist():
            told[n] = replace(told[n], rule=f"similarity of words at least {config.furniture}")
        return told

    def _replaced(self, short: Ints, long: Ints) -> Floats:
        """How much of each text of each pair is passages that the other has not, in shares of the shorter; two rows."""
        batches = [slice(at, at + _PAIRS_IN_CACHE) for at in range(0, len(short), _PAIRS_IN_CACHE)]
        return np.concatenate([np.zeros((2, 0)), *(self._replaced_in(short[b], long[b]) for b in batches)], axis=1)

    def _replaced_in(self, short: Ints, long: Ints) -> Floats:
        pairs, texts = np.tile(np.arange(len(short)), 2), np.concatenate([short, long])
        counts = self.counts[texts]
        ends = np.cumsum(counts)
        starts = ends - counts
        words = int(ends[-1])
        codes = self.sketches.gather(texts)
        shingles = minhash.mixed(codes, np.repeat(pairs, counts))
        whole = np.ones(words, bool)
        for k in range(1, minhash.SHINGLE):  # a shingle does not reach into the next text
            whole[np.maximum(ends - k, starts)[counts > 0]] = False
        common = _common(shingles, np.flatnonzero(whole), int(ends[len(short) - 1]))
        return _passages(common, starts).reshape(2, -1) / self.counts[short]


TOO_LITTLE = "too little in common"
FURNITURE_AROUND = "the shorter stands in the longer, and around it only furniture"


def are_editions(first: str, second: str) -> bool:
    """Whether two titles are alike but for numbers and dates: two versions, or two weeks, are two posts.

    >>> are_editions("Version 3.2.10 is out", "Version 3.2.6 is out"), are_editions("Digest, 3 May", "Digest, 10 June")
    (True, True)
    >>> are_editions("Version 3 is out", "Version 3 is out!"), are_editions("3 May 2020", "4 May 2020")
    (False, False)
    """
    shapes, numbers = [], []
    for title in (first, second):
        listed = words(fold_accents(title))
        told = [word in MONTHS or any(c.isdigit() for c in word) for word in listed]
        shapes.append([None if number else word for word, number in zip(listed, told, strict=True)])
        numbers.append([word for word, number in zip(listed, told, strict=True) if number])
    # Versions differ in length: "3.2.10" and "3.2" are one shape when runs of numbers are.
    squeezed = [[word for n, word in enumerate(shape) if word or not n or shape[n - 1]] for shape in shapes]
    return squeezed[0] == squeezed[1] and any(squeezed[0]) and numbers[0] != numbers[1]


def _window(ours: str, theirs: str) -> int:
    """Where the words of the longer text begin among which the shorter stands, as far as some common shingles tell."""
    last = len(ours) - minhash.SHINGLE
    offsets = []
    for place in sorted({last * n // _ANCHORS for n in range(_ANCHORS + 1)} if last >= 0 else ()):
        found = theirs.find(ours[place : place + minhash.SHINGLE])
        if found >= 0:
            offsets.append(found - place)
    return max(0, sorted(offsets)[len(offsets) // 2]) if offsets else 0


def _common(numbers: Hashes, places: Ints, ours: int) -> Bools:
    """Which of these numbers, at some places only, stand on both sides: among the first so many of `ours`, and after them.

    A number and its place are sorted as one, which numpy does many times as fast as it finds an order.
    """
    bits = np.uint64(len(numbers).bit_length())
    both = np.sort(numbers[places] >> bits << bits | places.astype(np.uint64))
    places, told = (both & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64), both >> bits
    starts = np.flatnonzero(np.concatenate(([True], told[1:] != told[:-1]))) if len(told) else places
    sizes = np.diff(np.append(starts, len(told)))
    common = np.zeros(len(numbers), bool)
    common[places] = np.repeat((places[starts] < ours) & (places[starts + sizes - 1] >= ours), sizes)
    return common


def _passages(common: Bools, starts: Ints) -> Ints:
    """For each text, its words in runs of at least _PASSAGE words that no common shingle covers.

    `common` says of every word whether the shingle that begins with it is common, `starts` where each text begins.
    """
    covered = common.copy()
    for k in range(1, minhash.SHINGLE):
        covered[k:] |= common[:-k]
    begins = np.zeros(len(covered), bool)
    begins[starts[starts < len(covered)]] = True
    edges = np.flatnonzero(begins | np.concatenate(([True], covered[1:] != covered[:-1])))
    lengths = np.diff(np.append(edges, len(covered)))
    counted = np.where(~covered[edges] & (lengths >= _PASSAGE), lengths, 0)
    owners = np.searchsorted(starts, edges, side="right") - 1
    return np.bincount(owners, counted, minlength=len(starts)).astype(np.int64)


def _alike(
    left: Sequence[str] | Sequence[bytes], right: Sequence[str] | Sequence[bytes], at_least: float = 0.0
) -> Floats:
    """Normalised Indel similarity, pair by pair: 1 for the same, 0 for nothing in common or for less than is asked, which is
    told sooner."""
    if not left:
        return np.zeros(0)
    return process.cpdist(
        left, right, scorer=Indel.normalized_similarity, score_cutoff=at_least, workers=1, dtype=np.float64
    )
