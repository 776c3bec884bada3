"""The language of a text, with an honest confidence; the only room that knows langdetect.

langdetect draws random numbers and reads whole texts. Here one factory is made, once, with the profiles of the languages
that matter; every call is seeded, so that a result depends on the text alone; and an article is judged by the votes of its
paragraphs, weighted by their letters, so that a quotation in another language does not turn a post. A paragraph is judged
once, however many copies of it there are.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from blogarc.model import UNDETERMINED

VERSION = 1

# English and Spanish, and the neighbours that would otherwise be taken for them. Fewer profiles are also quicker: seven
# load in 25 ms, all fifty-five in 400.
LANGUAGES = ("ca", "de", "en", "es", "fr", "it", "pt")
_SEED = 20
# langdetect is sure of itself on any three letters. Below this many letters a text is not judged at all.
_FEWEST_LETTERS = 12
# So many letters of a paragraph are looked at; more change nothing.
_LETTERS_READ = 600
# So many of an article's longest paragraphs vote.
_VOTERS = 8
# A winner with a smaller share of the votes is not believed.
_LEAST_CONFIDENCE = 0.6
# Letters at which half of the doubt is gone: short texts are judged, but with less confidence.
_HALF_SURE = 12.0

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639-1 code or `und`, and a confidence from 0 to 1."""

    code: str
    confidence: float


UNKNOWN = Language(UNDETERMINED, 0.0)


@lru_cache(maxsize=1)
def _factory() -> Any:
    from pathlib import Path

    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.load_json_profile([Path(PROFILES_DIRECTORY, code).read_text("utf-8") for code in LANGUAGES])
    factory.set_seed(_SEED)
    return factory


def detect(text: str) -> Language:
    """The language of one text.

    >>> detect("El domingo los bolivianos acudieron a las urnas.").code, detect("2020 -- 17:45").code
    ('es', 'und')
    """
    return detect_article(text.split("\n\n"))


def detect_article(paragraphs: Sequence[str]) -> Language:
    """The language of a text given as paragraphs, by their votes.

    >>> detect_article(["We asked what had happened that night.", "—No pasarán, dijo.", "Nobody wanted to answer."]).code
    'en'
    """
    voters = sorted(enumerate(paragraphs), key=lambda p: (-len(p[1]), p[0]))[:_VOTERS]
    votes: dict[str, float] = {}
    total = 0.0
    for _, paragraph in voters:
        letters = _count_letters(paragraph)
        if not letters:
            continue
        weight = float(min(letters, _LETTERS_READ))
        total += weight
        for code, probability in _probabilities(paragraph):
            votes[code] = votes.get(code, 0.0) + weight * probability
    if not votes:
        return _detect_together(paragraphs)
    code, score = max(votes.items(), key=lambda vote: (vote[1], vote[0]))
    confidence = score / (total + _HALF_SURE)
    return Language(code, round(confidence, 3)) if confidence >= _LEAST_CONFIDENCE else UNKNOWN


def detect_all(articles: Iterable[Sequence[str]]) -> list[Language]:
    """The language of each article, given as paragraphs."""
    return [detect_article(paragraphs) for paragraphs in articles]


def _detect_together(paragraphs: Sequence[str]) -> Language:
    """Paragraphs each too short to be judged, judged as one text."""
    together = " ".join(paragraphs)
    if len(paragraphs) < 2 or _count_letters(together) < _FEWEST_LETTERS:
        return UNKNOWN
    return detect_article([together])


def _count_letters(text: str) -> int:
    return sum(c.isalpha() for c in text)


@lru_cache(maxsize=1 << 16)
def _probabilities(paragraph: str) -> tuple[tuple[str, float], ...]:
    """langdetect's languages for one paragraph, () where it has no say."""
    from langdetect.lang_detect_exception import LangDetectException

    text = paragraph[: 2 * _LETTERS_READ]
    if _count_letters(text) < _FEWEST_LETTERS:
        return ()
    # langdetect skips words in capitals as if they were acronyms.
    if sum(c.isupper() for c in text) > 0.5 * _count_letters(text):
        text = text.lower()
    with _lock:
        detector = _factory().create()
        # Links are in no language, and langdetect's own pattern for them can take very long.
        detector.append(" ".join(w for w in text.split() if "://" not in w and "@" not in w))
        try:
            found = detector.get_probabilities()
        except LangDetectException:
            return ()
    return tuple((guess.lang, guess.prob) for guess in found)
