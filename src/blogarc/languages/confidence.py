"""How sure a language is: the chance that it is right, learnt from texts whose language is known.

Each clue is a number about the pieces that chose the language. The coefficients are those of a logistic regression (as
Platt, 1999, makes probabilities of margins), made by `benchmarks/languages/calibrate.py` on handbooks and sayings in eight
languages that blogarc knows and two that it does not, names, code, filler text and random letters, whole and cut down to
two words; `docs/languages.md` shows what they are worth on other texts. A confidence of 0.8 means: of such answers four in
five were right.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from blogarc.languages.evidence import Evidence, Matrix, Numbers, weigh

# fmt: off
COEFFICIENTS: Mapping[str, float] = {
    "letters": -0.68,
    "margin": 1.43,
    "words of grammar": 7.53,
    "words of grammar, in a long text": 0.29,
    "strange n-grams": -6.94,
    "strange n-grams, in a long text": -6.99,
    "capitals, no word of grammar": -0.62,
    "names, no word of grammar": -4.45,
    "votes": 3.00,
    # Not learnt: the draws hardly ever disagree about a long text, and where they do, something is odd about it.
    "drawn by langdetect": 3.0,
}
INTERCEPT = -2.93
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


def gather_clues(read: Evidence, chosen: Matrix, language: Numbers, votes: Matrix) -> dict[str, Matrix]:
    """What the confidence of each text rests on. `chosen` says of each piece whether it is one of those that are judged."""
    texts = np.arange(len(read.texts))
    ngrams, listed, measures = (
        read.total(chosen[:, None] * of_pieces) for of_pieces in (read.ngrams, read.listed, read.measures)
    )
    words, capitals, particles, names, letters, links, places, strange = measures.T
    words = np.maximum(1.0, words)
    scores = weigh(read, ngrams, listed) + read.prior
    own = scores[texts, language]
    scores[texts, language] = -np.inf
    margin = np.maximum(0.0, own - scores.max(axis=1))
    dropped = links / (words + links)
    known = listed[texts, language]
    spoken = np.minimum(0.6, known / words * (1 - dropped))
    strange = strange / places
    # In a list of names every word has a capital, and the only words of grammar are those between names.
    followers = np.maximum(1.0, words - particles - read.total(chosen))
    capitals = np.where(known <= particles, np.minimum(1.0, capitals / followers), 0.0)
    if read.wordless:
        wordless = np.isin(language, read.wordless)
        spoken[wordless], capitals[wordless] = _USUALLY_SPOKEN, 0.0
    longer = np.minimum(2.0, np.maximum(0.0, np.log(letters / _SHORT)))
    return {
        "letters": np.log(np.minimum(letters, 1000.0) / _SHORT),
        "margin": np.log1p(margin),
        "words of grammar": spoken,
        "words of grammar, in a long text": longer * (spoken - 0.3),
        "strange n-grams": strange,
        "strange n-grams, in a long text": longer * (strange - 0.15),
        "capitals, no word of grammar": capitals * np.minimum(2.0, np.log(followers)),
        "names, no word of grammar": capitals * names / words,
        "votes": votes,
        DRAWN: longer * (1 - _USUALLY_DRAWN),
    }


def hear(clues: Mapping[str, Matrix], drawn: Matrix) -> dict[str, Matrix]:
    """The clues, with the probability of each language by langdetect's draws; by itself it is taken to agree."""
    longer = clues[DRAWN] / (1 - _USUALLY_DRAWN)
    return {**clues, DRAWN: longer * (drawn - _USUALLY_DRAWN)}


def estimate(clues: Mapping[str, Matrix]) -> Matrix:
    """The chance that each language is right.

    >>> little = dict.fromkeys(COEFFICIENTS, np.zeros(1))
    >>> much = little | {"words of grammar": np.full(1, 0.4), "margin": np.full(1, 3.0)}
    >>> float(estimate(little)[0]) < 0.5 < float(estimate(much)[0])
    True
    """
    total = sum((COEFFICIENTS[name] * value for name, value in clues.items()), start=np.float64(INTERCEPT))
    chances: Matrix = 1 / (1 + np.exp(-np.clip(total, -30.0, 30.0)))
    return chances
