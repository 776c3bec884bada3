"""The language of a text, with an honest confidence; the only room that knows langdetect.

langdetect draws n-grams at random, reads whole texts, knows no doubt and raises on what has no letters. Here

- all n-grams of its profiles are counted, and the words of grammar (`evidence`), piece by piece, so that a line of five
  words is judged by all that it holds, and a long text sooner than langdetect judges a page;
- the pieces of a text vote, weighed by their letters; what is uncertain by itself goes with the rest. A quotation in
  another language does not turn a post; a post that is half and half is called *mixed*;
- langdetect's own draws, seeded, from three windows of the text, are heard as a witness (`profiles`);
- the confidence is the chance of being right, as measured on texts whose language is known (`confidence`). Where it is
  low the language is `und`: too short, names, code, filler text, or a language that nobody here speaks.

A result depends on the text alone: not on what was asked before, the process, the thread or the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from multiprocessing import get_context

import numpy as np

from blogarc.languages import confidence, evidence, profiles
from blogarc.languages.confidence import LEAST
from blogarc.languages.evidence import Evidence, Matrix
from blogarc.model import UNDETERMINED

VERSION = 2

# English and Spanish, and the neighbours that would otherwise be taken for them.
LANGUAGES = ("ca", "de", "en", "es", "fr", "it", "pt")
# A text with fewer letters is not judged by itself, nor one that has so much less prose than code.
_FEWEST_LETTERS, _OF_CODE = 5, 0.5
# Known by their words of grammar, and not named: Latin is mostly filler text (lorem ipsum), Asturian has no ISO 639-1 code,
# and Occitan is known too little.
_NAMELESS = frozenset({"la", "ast", "oc"})
# Above, langdetect's draws are not waited for: of 4,700 texts they would have turned none.
_NO_DOUBT = 0.99
# What a piece may still be although no other piece of its text is.
_SURPRISE = 0.02
# A second language with such a share makes a text mixed, if it is sure of itself; more of a share with Galician, half of
# which can pass for Spanish or for Portuguese.
_MIXED, _MIXED_KIN, _SURE = 0.2, 0.45, 0.8
_KIN = "gl"
_FEWEST_LETTERS_MIXED = 30
# Lines to both sides by which a line is judged, and what the whole text counts beside them.
_LINES_AROUND, _WHOLE = 3, 0.15
# A process is started in the time that so many articles take.
_WORTH_A_PROCESS = 1024


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639-1 code or `und`, and the chance that it is right.

    `shares` are the languages of the pieces, by letters. `mixed` says that there are two, `surroundings` that the text by
    itself was too little, and that those around it decided.
    """

    code: str
    confidence: float
    shares: Mapping[str, float] = field(default_factory=dict, hash=False)
    mixed: bool = False
    surroundings: bool = False


UNKNOWN = Language(UNDETERMINED, 0.0)


def detect(text: str, languages: Sequence[str] = LANGUAGES) -> Language:
    """The language of one text.

    >>> detect("El domingo los bolivianos acudieron a las urnas.").code, detect("2020 -- 17:45").code
    ('es', 'und')

    A text in two languages has both:

    >>> both = detect("The polls closed at five, and nobody went home.\\n\\nLas urnas cerraron a las cinco y nadie se fue.")
    >>> both.mixed, sorted(both.shares)
    (True, ['en', 'es'])
    """
    return _judge(text, tuple(languages))


def detect_article(paragraphs: Sequence[str], languages: Sequence[str] = LANGUAGES) -> Language:
    """The language of a text given as paragraphs, by their votes.

    >>> detect_article(["We asked what had happened that night.", "—No pasarán, dijo.", "Nobody wanted to answer."]).code
    'en'
    """
    return _judge("\n".join(paragraphs), tuple(languages))


def detect_all(
    articles: Iterable[Sequence[str]], languages: Sequence[str] = LANGUAGES, *, jobs: int = 1
) -> list[Language]:
    """The language of each article, given as paragraphs; with `jobs` processes the same, sooner when there are thousands."""
    texts = ["\n".join(paragraphs) for paragraphs in articles]
    judge = partial(_judge, languages=tuple(languages))
    if jobs < 2 or len(texts) < _WORTH_A_PROCESS:
        return [judge(text) for text in texts]
    different = list(dict.fromkeys(texts))
    # Not forked: the progress bar has a thread, and a copy of half a thread can stop for ever.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        found = dict(zip(different, pool.map(judge, different, chunksize=_WORTH_A_PROCESS // 4), strict=True))
    return [found[text] for text in texts]


def require(languages: Sequence[str]) -> None:
    """Raises UsageError unless these languages can be told apart."""
    profiles.load(tuple(sorted(set(languages))))


def detect_lines(lines: Sequence[str], languages: Sequence[str] = LANGUAGES) -> list[Language]:
    """The language of each line, judged with the lines around it where it is too short by itself.

    >>> lines = ["The keeper of the lighthouse wrote down every ship.", "Aldous Huxley", "He read the list to his goat."]
    >>> [(found.code, found.surroundings) for found in detect_lines(lines)][1]
    ('en', True)
    """
    own = [detect(line, languages) for line in lines]
    readings = [evidence.read([line], languages) for line in lines]
    told = [reading for reading in readings if reading is not None]
    if not told:
        return own
    silent = np.zeros(len(told[0].languages))
    scores = [evidence.weigh(r, r.ngrams, r.listed).sum(axis=0) if r is not None else silent for r in readings]
    votes = np.array([
        _softmax(score + r.prior) * r.letters.sum() if r is not None else silent
        for score, r in zip(scores, readings, strict=True)
    ])  # fmt: skip
    whole = votes.sum(axis=0) / votes.sum()
    judged = []
    for number, (line, score) in enumerate(zip(own, scores, strict=True)):
        near = votes[max(0, number - _LINES_AROUND) : number + _LINES_AROUND + 1].sum(axis=0) - votes[number]
        around = _WHOLE * whole + (1 - _WHOLE) * near / near.sum() if near.sum() else whole
        chances = _softmax(score + np.log(around + _SURPRISE))
        best = int(chances.argmax())
        code, chance = told[0].languages[best], round(float(chances[best]), 3)
        if (code == line.code and line.confidence >= min(chance, _SURE)) or code in _NAMELESS or not near.sum():
            judged.append(line)
        else:
            judged.append(Language(code, chance, {code: 1.0}, surroundings=True))
    return judged


@lru_cache(maxsize=1 << 12)
def _judge(text: str, languages: tuple[str, ...]) -> Language:
    """The same text is judged once: most posts of a dump stand in it twice."""
    read = evidence.read([text], languages)
    if read is None or read.letters.sum() < max(_FEWEST_LETTERS, _OF_CODE * read.skipped):
        return UNKNOWN
    chances = vote(read)
    shares = read.letters @ chances / read.letters.sum()
    ranked = np.argsort(-shares, kind="stable").tolist()
    first, second = ranked[:2]
    told = {read.languages[n]: round(float(shares[n]), 3) for n in ranked if shares[n] > _SURPRISE}
    mixed = _is_mixed(read, chances, shares, first, second, languages)
    chosen = (chances.argmax(axis=1) == first).astype(float) if mixed else np.ones(len(read.letters))
    sure = _estimate(read, chosen, first, 1.0 if mixed else float(shares[first]), languages)
    code = read.languages[first]
    if sure < LEAST or code in _NAMELESS:
        return UNKNOWN
    return Language(code, round(sure, 3), told, mixed)


def vote(read: Evidence) -> Matrix:
    """The chances of each language for each piece, once the piece has heard the others, and the text as a whole."""
    scores = evidence.weigh(read, read.ngrams, read.listed)
    # What is a little likelier in every piece is certain of the whole: so are next of kin told apart.
    whole = evidence.weigh(read, read.ngrams.sum(axis=0), read.listed.sum(axis=0)) + read.prior
    chances = _softmax(scores + read.prior)
    shares = (read.letters @ chances / read.letters.sum() + _softmax(whole)) / 2
    chances = _softmax(scores + read.prior / 2 + np.log(shares + _SURPRISE))
    shares = read.letters @ chances / read.letters.sum()
    return _softmax(scores + read.prior / 2 + np.log(shares + _SURPRISE))


def _is_mixed(
    read: Evidence, chances: Matrix, shares: Matrix, first: int, second: int, languages: tuple[str, ...]
) -> bool:
    kin = _KIN in (read.languages[first], read.languages[second])
    if shares[second] < (_MIXED_KIN if kin else _MIXED) or read.languages[second] in _NAMELESS:
        return False
    chosen = (chances.argmax(axis=1) == second).astype(float)
    if chosen @ read.letters < _FEWEST_LETTERS_MIXED:
        return False
    return _estimate(read, chosen, second, 1.0, languages) >= _SURE


def _estimate(read: Evidence, chosen: Matrix, language: int, votes: float, languages: tuple[str, ...]) -> float:
    """The chance that this is the language of the chosen pieces. langdetect's draws are heard where there is a doubt."""
    clues = confidence.gather_clues(read, chosen, language, votes)
    sure = confidence.estimate(clues)
    if sure > _NO_DOUBT or language >= read.profiled:
        return sure
    pieces = [piece for piece, is_chosen in zip(read.pieces, chosen, strict=True) if is_chosen]
    drawn = evidence.draw(pieces, languages).get(read.languages[language], 0.0)
    return confidence.estimate(confidence.hear(clues, drawn))


def _softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    chances: Matrix = raised / raised.sum(axis=-1, keepdims=True)
    return chances
