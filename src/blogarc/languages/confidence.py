"""How sure a language is: the chance that it is right, learnt from texts whose language is known.

Each clue is a number about the pieces that chose the language. The coefficients are those of a logistic regression (as
Platt, 1999, makes probabilities of margins), made by `benchmarks/languages/calibrate.py` on handbooks and sayings in eight
languages that blogarc knows and two that it does not, names, code, filler text and random letters, whole and cut down to
two words; `docs/languages.md` shows what they are worth on other texts. A confidence of 0.8 means: of such answers four in
five were right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from blogarc.languages.evidence import Evidence, Matrix, count_capitalised, weigh
from blogarc.languages.words import LISTED

# fmt: off
COEFFICIENTS: Mapping[str, float] = {
    "letters": -0.79,
    "margin": 1.49,
    "words of grammar": 7.31,
    "words of grammar, in a long text": 0.89,
    "strange n-grams": -6.52,
    "strange n-grams, in a long text": -6.56,
    "capitals, no word of grammar": -1.08,
    "votes": 3.56,
    # Not learnt: the draws hardly ever disagree about a long text, and where they do, something is odd about it.
    "drawn by langdetect": 3.0,
}
INTERCEPT = -3.67
# fmt: on

# Below this confidence, no answer. An answer that is more likely right than any other is worth more than none, as long as
# its confidence is said.
LEAST = 0.3
# Letters at which a text counts as neither short nor long.
_SHORT = 40.0
# What langdetect's draws say of the right language of a long text, at least. Of a short one they know little.
DRAWN, _USUALLY_DRAWN = "drawn by langdetect", 0.9
# The share of words of grammar that is supposed for languages without a list.
_USUALLY_SPOKEN = 0.35


def gather_clues(read: Evidence, chosen: Matrix, language: int, votes: float) -> dict[str, float]:
    """What the confidence rests on. `chosen` says of each piece whether it is one of those that are judged."""
    letters, words = float(chosen @ read.letters), max(1.0, float(chosen @ read.words))
    ngrams, listed = chosen @ read.ngrams, chosen @ read.listed
    scores = weigh(read, ngrams, listed) + read.prior
    margin = max(0.0, float(scores[language]) - _best_of_others(scores, language))
    links = float(chosen @ read.dropped)
    dropped = links / (words + links)
    has_words = read.languages[language] in LISTED
    spoken = float(listed[language]) / words * (1 - dropped) if has_words else _USUALLY_SPOKEN
    strange = float(chosen @ read.strange) / float(chosen @ read.places)
    capitals = 0.0
    if has_words and not listed[language]:
        pieces = [piece for piece, is_chosen in zip(read.pieces, chosen, strict=True) if is_chosen]
        # The first word of a piece has a capital anyway.
        capitals = sum(map(count_capitalised, pieces)) / max(1.0, words - len(pieces))
    longer = min(2.0, max(0.0, math.log(letters / _SHORT)))
    return {
        "letters": math.log(min(letters, 1000.0) / _SHORT),
        "margin": math.log1p(margin),
        "words of grammar": min(spoken, 0.6),
        "words of grammar, in a long text": longer * (min(spoken, 0.6) - 0.3),
        "strange n-grams": strange,
        "strange n-grams, in a long text": longer * (strange - 0.15),
        "capitals, no word of grammar": min(1.0, capitals),
        "votes": votes,
        DRAWN: longer * (1 - _USUALLY_DRAWN),
    }


def _best_of_others(scores: Matrix, language: int) -> float:
    return max(float(score) for n, score in enumerate(scores.tolist()) if n != language)


def hear(clues: Mapping[str, float], drawn: float) -> dict[str, float]:
    """The clues, with the probability of the language by langdetect's draws; by itself it is taken to agree."""
    longer = clues[DRAWN] / (1 - _USUALLY_DRAWN)
    return {**clues, DRAWN: longer * (drawn - _USUALLY_DRAWN)}


def estimate(clues: Mapping[str, float]) -> float:
    """The chance that the language is right.

    >>> little = dict.fromkeys(COEFFICIENTS, 0.0)
    >>> estimate(little) < 0.5 < estimate(little | {"words of grammar": 0.4, "margin": 3.0})
    True
    """
    total = INTERCEPT + sum(COEFFICIENTS[name] * value for name, value in clues.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
