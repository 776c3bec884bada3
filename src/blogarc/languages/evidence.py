"""What speaks for each language, piece by piece: all n-grams of langdetect's profiles, and the words of grammar.

Evidence is in natural logarithms: it adds up, and its exponential is odds. Many texts are read at once, because numpy takes
as long for one as for twenty.

The languages in question are those with a loaded profile, and the *strangers* of which only words are listed. A stranger
is credited with the n-grams of whichever profile does best, so that words alone decide against it; a language with a
profile and no list, with the words of whichever list does best, so that n-grams alone decide. Galician is the
exception: its n-grams are, one by one, those of Portuguese or of Spanish, and what the better of both says of each is
far more than either says of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from blogarc.languages import profiles, words
from blogarc.languages.characters import points_of
from blogarc.languages.pieces import cut

# N-grams of one, two and three overlap, and repeat: a third of what they add up to is what they are worth. Chosen, like the
# next three figures, on the texts that the confidence is calibrated on.
_WORTH_OF_NGRAMS = 0.3
_WORTH_OF_A_WORD = 1.5
# blogarc is for blogs in these two languages: a line that could be either is theirs. A sentence outweighs this.
_AT_HOME = {"en": 2.0, "es": 2.0}
_STRANGER = -4.0
# Galician, between two languages that have a profile. In paragraphs the better of Portuguese and Spanish, n-gram by
# n-gram, gains 0.16 over the better of their sums in Galician, 0.10 in Portuguese and 0.09 in Spanish.
_BETWEEN, _NEIGHBOURS, _GAIN = "gl", ("pt", "es"), 0.12
_BETWEEN_PRIOR = -3.0

# langdetect draws from three windows of this many characters of what is read: beginning, middle and end.
_WINDOW = 200
# N-grams are worth whole numbers of this fraction, because sums of whole numbers are the same in any order.
_GRAIN = 1 / 1024

Matrix = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]
Number = TypeVar("Number", bound=np.generic)


# What is counted in a piece: words; those that begin with a capital, the first aside; those that stand between names; given
# names; letters; words that are links or code; n-grams of three; those that no profile knows.
MEASURES = WORDS, CAPITALS, PARTICLES, NAMES, LETTERS, DROPPED, PLACES, STRANGE = range(8)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read of some texts. Rows are pieces, columns are languages; what has no columns is a number for each piece."""

    languages: tuple[str, ...]
    profiled: int  # the first so many languages have a profile, the others are strangers
    credited: int  # from here on, strangers are credited with the n-grams of the best profile
    wordless: tuple[int, ...]  # languages with a profile of which no words are listed
    prior: Matrix  # of each language
    texts: Numbers  # which of the given texts have a piece at all
    first: Numbers  # their first pieces
    lengths: Numbers  # and how many they have
    skipped: Matrix  # their letters in lines of code, which are no piece
    pieces: tuple[str, ...]
    ngrams: Matrix  # sums of logarithms, against the mean of the languages
    listed: Matrix  # words of grammar
    measures: Matrix  # columns are MEASURES

    @property
    def letters(self) -> Matrix:
        """The letters of each piece."""
        return self.measures[:, LETTERS]

    def total(self, values: Matrix) -> Matrix:
        """Sums over the pieces of each text."""
        found: Matrix = np.add.reduceat(values, self.first, axis=0)
        return found

    def spread(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """For each piece the value of its text."""
        found: npt.NDArray[Number] = values.repeat(self.lengths, axis=0)
        return found

    def pieces_of(self, text: int) -> range:
        """The pieces of one of the `texts`."""
        first = int(self.first[text])
        return range(first, first + int(self.lengths[text]))

    def only(self, chosen: npt.NDArray[np.bool_]) -> Evidence:
        """The evidence of some of the `texts`."""
        own = chosen.repeat(self.lengths)
        lengths = self.lengths[chosen]
        return replace(
            self,
            texts=self.texts[chosen],
            first=lengths.cumsum() - lengths,
            lengths=lengths,
            skipped=self.skipped[chosen],
            pieces=tuple(compress(self.pieces, own)),
            ngrams=self.ngrams[own],
            listed=self.listed[own],
            measures=self.measures[own],
        )


@dataclass(frozen=True, slots=True)
class _Tables:
    loaded: profiles.Profiles
    languages: tuple[str, ...]
    credited: int
    wordless: tuple[int, ...]
    prior: Matrix
    words: words.Lists
    # For each language, with a profile or between two: what an n-gram is worth with all those that it ends in.
    worth: npt.NDArray[np.int32]


def read(texts: Sequence[str], languages: Sequence[str]) -> Evidence:
    """The evidence in some texts, all at once; each is read as if it were alone."""
    tables = _tables(tuple(sorted(set(languages))))
    found = cut(texts)
    which = [number for number, count in enumerate(found.counts) if count]
    lengths = np.array([found.counts[number] for number in which], np.intp)
    sizes = np.array([len(piece) + 1 for piece in found.pieces], np.intp)
    begins = np.append(0, sizes.cumsum())
    points = points_of("".join(f"{piece}\n" for piece in found.pieces))
    rows, places, letters = tables.loaded.rows(points)
    # Every piece has a letter, so every piece has a place.
    starts = places.searchsorted(begins)
    ngrams = np.zeros((len(sizes), len(tables.languages)))
    if found.pieces:
        longest = rows.max(axis=0)
        ngrams[:, : tables.credited] = (
            np.add.reduceat(tables.worth.take(longest, axis=1), starts[:-1], axis=1).T * _GRAIN
        )
    listed, counted = tables.words.count(points, begins)
    measures = np.empty((len(sizes), len(MEASURES)))
    measures[:, : len(counted.T)] = counted
    measures[:, LETTERS] = _sums(letters, starts)
    measures[:, DROPPED] = found.dropped
    measures[:, PLACES] = starts[1:] - starts[:-1]
    measures[:, STRANGE] = _sums(rows[2] < 0, starts)
    return Evidence(
        languages=tables.languages,
        profiled=len(tables.loaded.langlist),
        credited=tables.credited,
        wordless=tables.wordless,
        prior=tables.prior,
        texts=np.array(which, np.intp),
        first=lengths.cumsum() - lengths,
        lengths=lengths,
        skipped=np.array(found.skipped, float)[which],
        pieces=tuple(found.pieces),
        ngrams=ngrams,
        listed=listed,
        measures=measures,
    )


def _sums(flags: npt.NDArray[np.bool_], starts: Numbers) -> Numbers:
    """How many are set from each start to the next."""
    sums = np.zeros(len(flags) + 1, np.intp)
    flags.cumsum(out=sums[1:])
    found = sums[starts]
    return found[1:] - found[:-1]


def weigh(read: Evidence, ngrams: Matrix, listed: Matrix) -> Matrix:
    """What n-grams and words of grammar, of a piece or of several together, are worth for each language."""
    credited = ngrams.copy()
    credited[..., read.credited :] = ngrams[..., : read.profiled].max(axis=-1, keepdims=True)
    spoken = listed
    if read.wordless:
        spoken = listed.copy()
        spoken[..., read.wordless] = listed.max(axis=-1, keepdims=True)
    scores: Matrix = _WORTH_OF_NGRAMS * credited + _WORTH_OF_A_WORD * spoken
    return scores


def draw(pieces: Sequence[str], languages: Sequence[str]) -> dict[str, float]:
    """What langdetect's own draws say of these pieces: the probability of each language, from three windows."""
    text = "\n".join(pieces)
    if len(text) > 3 * _WINDOW:
        middle = (len(text) - _WINDOW) // 2
        text = "\n".join((text[:_WINDOW], text[middle : middle + _WINDOW], text[-_WINDOW:]))
    return profiles.draw(text, tuple(sorted(set(languages))))


@lru_cache(maxsize=8)
def _tables(loaded: tuple[str, ...]) -> _Tables:
    has_neighbours = all(code in loaded for code in _NEIGHBOURS)
    # The language between two has n-grams of its own, where both are known.
    between = tuple(code for code in words.LISTED if code == _BETWEEN and has_neighbours and code not in loaded)
    languages = loaded + between
    credited = len(languages)
    languages += tuple(code for code in words.LISTED if code not in languages)
    prior = [_AT_HOME.get(code, 0.0) for code in loaded]
    prior += [_BETWEEN_PRIOR if code in between else _STRANGER for code in languages[len(loaded) :]]
    found = profiles.load(loaded)
    logs = found.logs
    if between:
        better = logs[:, [loaded.index(code) for code in _NEIGHBOURS]].max(axis=1, keepdims=True) - _GAIN
        logs = np.hstack([logs, better])
    # Each n-gram stands for those that it ends in; those are shorter, and done before it. The last row is for no n-gram.
    worth = np.vstack([logs, np.zeros(logs.shape[1])])
    for length in (2, 3):
        own = found.rows_of(length)
        worth[own] += worth[found.endings[own]]
    return _Tables(
        loaded=found,
        languages=languages,
        credited=credited,
        wordless=tuple(column for column, code in enumerate(loaded) if code not in words.LISTED),
        prior=np.array(prior),
        words=words.Lists(languages),
        worth=np.ascontiguousarray(np.rint(worth / _GRAIN).astype(np.int32).T),
    )
