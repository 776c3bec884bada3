"""langdetect, read faster: the same profiles and the same algorithm, and beside it every n-gram counted once.

langdetect is Shuyo Nakatani's language-detection (2010): naive Bayes over the n-grams of letters of Wikipedia. It draws
n-grams of a text at random until one language is all but certain, seven times, and takes the mean. `Detector` makes the
same draws from the same n-grams, so its probabilities are those of the stock detector to the last bit; it only finds the
n-grams with numpy, all at once, and multiplies without calls in between.

A trial ends as soon as one language is ahead, so a short text is judged by a part of what it holds, and the probability
says little: it is 0.99999 for nearly everything. `evidence` therefore adds up the logarithms for *all* n-grams, which
`Profiles.rows` and `Profiles.logs` are for. That costs a fraction of the draws, and the margin between two languages grows
with what speaks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from langdetect.detector import Detector as StockDetector
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import ErrorCode, LangDetectException
from langdetect.utils.ngram import NGram

from blogarc.errors import UsageError
from blogarc.languages.characters import Points, points_of

# Every call starts from this seed: a result depends on the text alone, whatever was asked before, in whatever thread.
SEED = 20
# Characters from here on may be combining marks, or of a script that langdetect cleans away; below, nothing is cleaned.
_FIRST_MARK = 0x300
# Two symbols that stand in no n-gram: white space and all that counts as such, and letters that no profile knows.
_SPACE, _STRANGE = 0, 1
_UPPER = 1 << 14  # beside the symbol: the letter is a capital
_NOT_SEEN = -1
_BEFORE = points_of(" ")

Rows = npt.NDArray[np.int32]
Logs = npt.NDArray[np.float64]


class Profiles(DetectorFactory):  # type: ignore[misc]  # langdetect ships no types
    """langdetect's factory for some languages, with its n-grams in arrays."""

    def __init__(self, languages: Sequence[str]) -> None:
        super().__init__()
        self.set_seed(SEED)
        self.load_json_profile(_read(languages))
        # By length: of the n-grams that end at a character, the longest has the highest row.
        grams = sorted(self.word_lang_prob_map.items(), key=lambda gram: len(gram[0]))
        self.probabilities: list[list[float]] = [found for _, found in grams]
        # The same smoothing as in langdetect, without the noise that it adds.
        smoothing = StockDetector.ALPHA_DEFAULT / StockDetector.BASE_FREQ
        logs = np.log(np.array(self.probabilities) + smoothing)
        # Against the mean of the languages, so that an n-gram that all have says nothing.
        self.logs: Logs = logs - logs.mean(axis=1, keepdims=True)
        by_length = [[gram for gram, _ in grams if len(gram) == length] for length in (1, 2, 3)]
        symbols = sorted(set("".join(map("".join, by_length))) - {" "})
        self.symbols = {" ": _SPACE} | {symbol: n for n, symbol in enumerate(symbols, _STRANGE + 1)}
        size = self.size = len(symbols) + 2
        one, two, three = (
            np.array([self.symbols[symbol] for gram in of_length for symbol in gram]).reshape(-1, length)
            for length, of_length in enumerate(by_length, 1)
        )
        self._ends = np.cumsum([0, *map(len, by_length)])
        first, second, third = (np.arange(len(grams), dtype=np.int32)[self.rows_of(length)] for length in (1, 2, 3))
        # Where an n-gram is found: by its symbol, by its two, and by the number of its first two with the third.
        self.ones, self.twos = np.full(size, _NOT_SEEN, np.int32), np.full(size**2, _NOT_SEEN, np.int32)
        self.ones[one[:, 0]] = first
        self.twos[two @ [size, 1]] = second
        openings, which = np.unique(three[:, :2] @ [size, 1], return_inverse=True)
        self.openings = np.zeros(size**2, np.int32)
        self.openings[openings] = np.arange(1, len(openings) + 1) * size
        self.threes = np.full((len(openings) + 1) * size, _NOT_SEEN, np.int32)
        self.threes[(which + 1) * size + three[:, 2]] = third
        # The row of the n-gram without its first symbol, or without its first two.
        endings = self.twos[three[:, 1:] @ [size, 1]]
        endings = np.where(endings == _NOT_SEEN, self.ones[three[:, 2]], endings)
        self.endings: Rows = np.concatenate((np.full(len(one), _NOT_SEEN, np.int32), self.ones[two[:, 1]], endings))
        # Zeros, of which the machine gives no memory until they are written to: the symbol of each character, plus one.
        self._symbol_of = np.zeros(0x110000, np.int16)

    def _create_detector(self) -> Detector:
        return Detector(self)

    def rows_of(self, length: int) -> slice:
        """The rows of the n-grams of this length; the shorter come first."""
        return slice(self._ends[length - 1], self._ends[length])

    def rows(self, points: Points) -> tuple[Rows, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """The n-grams of a text, as rows of `logs`: those of 1, 2 and 3 that end at a character, each -1 where it is in no
        profile; where in the text these characters stand; and which of them are letters.

        This is langdetect's NGram as arrays. A run of white space is one; an n-gram holds a space at its ends only; and
        after two capitals in a row (an acronym) there is none.
        """
        points = np.concatenate((_BEFORE, points))
        found = self._symbol_of.take(points)
        if not found.all():
            self._learn(points[found == 0])
            found = self._symbol_of.take(points)
        found -= 1
        blank = found == _SPACE
        kept = np.flatnonzero(~(blank[1:] & blank[:-1])) + 1
        found = np.concatenate((found[:1], found[kept]))
        capital = found >= _UPPER
        symbols = (found & (_UPPER - 1)).astype(np.int32)
        here, last = symbols[1:], symbols[:-1]
        twos = last * self.size + here
        rows = np.empty((3, len(here)), np.int32)
        rows[0] = self.ones.take(here)
        rows[1] = self.twos.take(twos)
        rows[2, :1] = _NOT_SEEN
        rows[2, 1:] = self.threes.take(self.openings.take(twos[:-1]) + here[1:])
        # After a space a word begins anew: its first letter ends no n-gram of three.
        rows[2, last == _SPACE] = _NOT_SEEN
        rows[:, capital[1:] & capital[:-1]] = _NOT_SEEN
        return rows, kept - 1, ~blank[kept]

    def _learn(self, points: Points) -> None:
        """What langdetect makes of characters that were not met yet."""
        for point in np.unique(points).tolist():
            symbol = NGram.normalize(chr(point))
            code = self.symbols.get(symbol, _STRANGE) | (_UPPER if symbol.isupper() else 0)
            self._symbol_of[point] = code + 1


_lock = threading.Lock()
_loaded: dict[tuple[str, ...], Profiles] = {}


def load(languages: tuple[str, ...]) -> Profiles:
    """The profiles of these languages, loaded once, whatever thread asks first.

    Raises UsageError where langdetect has no profile.
    """
    with _lock:
        if languages not in _loaded:
            _loaded[languages] = Profiles(languages)
        return _loaded[languages]


class Sampler(Protocol):
    """What is asked of a detector: langdetect's own words, so that whatever speaks them can take its place."""

    langprob: list[float] | None

    def append(self, text: str) -> None: ...
    def get_probabilities(self) -> object: ...


def draw(text: str, languages: tuple[str, ...]) -> dict[str, float]:
    """langdetect's probability of each language; nothing where it finds no n-gram.

    >>> max(draw("Una frase en español", ("en", "es")).items(), key=lambda found: found[1])[0]
    'es'
    """
    profiles = load(languages)
    sampler: Sampler = (_fast_factory(languages) or profiles).create()
    sampler.append(text)
    try:
        sampler.get_probabilities()
    except Exception as error:
        # Nothing to draw from. langdetect-rs has an exception of its own, of the same name.
        if type(error).__name__ != LangDetectException.__name__:
            raise
        return {}
    return dict(zip(profiles.langlist, sampler.langprob or (), strict=False))


@lru_cache(maxsize=8)
def _fast_factory(languages: tuple[str, ...]) -> Any:
    """The factory of langdetect-rs where that is installed (`blogarc[fast]`): the same draws, in Rust."""
    try:
        factory = import_module("langdetect_rs").DetectorFactory()
    except ImportError:
        return None
    factory.load_json_profile(_read(languages))
    factory.set_seed(SEED)
    return factory


def _read(languages: Sequence[str]) -> list[str]:
    known = sorted(path.name for path in Path(PROFILES_DIRECTORY).iterdir() if not path.name.startswith("."))
    strange = sorted(set(languages) - set(known))
    if strange:
        raise UsageError(f"langdetect does not know {', '.join(strange)}.", f"It knows: {' '.join(known)}")
    if len(set(languages)) < 2:
        raise UsageError("One language cannot be told from itself.", "Name two or more: --languages en,es")
    # Sorted: the draws depend on the order of the profiles, and a folder has none.
    return [Path(PROFILES_DIRECTORY, code).read_text("utf-8") for code in sorted(languages)]


class Detector(StockDetector):  # type: ignore[misc]
    """langdetect's detector: the same probabilities, sooner."""

    def __init__(self, profiles: Profiles) -> None:
        super().__init__(profiles)
        self.profiles = profiles

    def append(self, text: str) -> None:
        # The patterns for links and addresses are slow, and need these characters to match.
        if "://" in text:
            text = self.URL_RE.sub(" ", text)
        if "@" in text:
            text = self.MAIL_RE.sub(" ", text)
        if not text.isascii():
            text = NGram.normalize_vi(text)
        # Runs of spaces are left: they are one when the n-grams are taken.
        self.text += text[: self.max_text_length]

    def _detect_block(self) -> None:
        if not self.text.isascii() and max(self.text) >= chr(_FIRST_MARK):
            self.cleaning_text()
        rows, _, _ = self.profiles.rows(points_of(self.text))
        # In the order in which langdetect meets them, on which its draws depend.
        inline = rows.T.ravel()
        seen = inline[inline >= 0].tolist()
        if not seen:
            raise LangDetectException(ErrorCode.CantDetectError, "No features in text.")
        self.random.seed(self.seed)
        mean = [0.0] * len(self.langlist)
        for _ in range(self.n_trial):
            mean = [m + p / self.n_trial for m, p in zip(mean, self._try(seen), strict=True)]
        self.langprob = mean

    def _try(self, seen: Sequence[int]) -> list[float]:
        """One trial: draw n-grams until a language is certain. The stock detector looks after the first draw and then after
        every fifth, so five draws are multiplied in one go; in the same order, for the same last bit."""
        probabilities, size, draw = self.profiles.probabilities, len(seen), self.random.getrandbits
        bits = size.bit_length()
        found = self._init_probability()
        w = (self.alpha + self.random.gauss(0.0, 1.0) * self.ALPHA_WIDTH) / self.BASE_FREQ
        draws = 1
        while True:
            drawn: list[list[float]] = []
            while len(drawn) < draws:
                # This is `random.choice` without its two calls.
                pick = draw(bits)
                if pick < size:
                    drawn.append(probabilities[seen[pick]])
            if draws == 1:
                found = [p * (w + a) for p, a in zip(found, *drawn, strict=True)]
                draws, done = 5, 0
            else:
                found = [
                    p * (w + a) * (w + b) * (w + c) * (w + d) * (w + e)
                    for p, a, b, c, d, e in zip(found, *drawn, strict=True)
                ]
                done += 5
            total = sum(found)
            found = [p / total for p in found]
            if max(found) > self.CONV_THRESHOLD or done >= self.ITERATION_LIMIT:
                return found
