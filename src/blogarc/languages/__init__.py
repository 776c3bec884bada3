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

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from blogarc.languages import confidence, evidence, profiles
from blogarc.languages.confidence import LEAST
from blogarc.languages.evidence import Evidence, Matrix, Numbers
from blogarc.model import UNDETERMINED

VERSION = 3

Truths = npt.NDArray[np.bool_]

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
# A text of so few characters is judged by so many to both sides, and by what all of them are, which counts so much.
_SHORT_TEXT, _AROUND, _WHOLE = 120, 3, 0.15
# Texts that are judged together: more are no sooner done, and take more memory.
_AT_ONCE = 64
# Processes for fewer different texts gain nothing: each of them loads the profiles anew, in the time that thousands of texts
# take. With this many two of them save a fifth.
_WORTH_A_PROCESS = 16_384


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
    return _judge([text], tuple(languages))[0]


def detect_all(texts: Sequence[str], languages: Sequence[str] = LANGUAGES, *, jobs: int = 1) -> list[Language]:
    """The language of each text: the same as one by one, in a third of the time. The same text is judged once.

    With `jobs` processes the same, somewhat sooner when there are tens of thousands of different texts.

    >>> [found.code for found in detect_all(["The keeper wrote it down.", "El farero lo apuntaba todo."])]
    ['en', 'es']
    """
    different = list(dict.fromkeys(texts))
    judge = partial(_judge, languages=tuple(languages))
    parts = [different[at : at + _AT_ONCE] for at in range(0, len(different), _AT_ONCE)]
    if jobs < 2 or len(different) < _WORTH_A_PROCESS:
        judged = [found for part in parts for found in judge(part)]
    else:
        # Not forked: the progress bar has a thread, and a copy of half a thread can stop for ever.
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            judged = [found for part in pool.map(judge, parts, chunksize=8) for found in part]
    found_in = dict(zip(different, judged, strict=True))
    return [found_in[text] for text in texts]


def require(languages: Sequence[str]) -> None:
    """Raises UsageError unless these languages can be told apart."""
    profiles.load(tuple(sorted(set(languages))))


def detect_among(
    texts: Sequence[str], own: Sequence[Language] | None = None, languages: Sequence[str] = LANGUAGES
) -> list[Language]:
    """The language of each of some texts in a row: of a short one that says too little by itself, with those around it.

    `own` is what `detect_all` says of them.

    >>> lines = ["The keeper of the lighthouse wrote down every ship.", "Aldous Huxley", "He read the list to his goat."]
    >>> [(found.code, found.surroundings) for found in detect_among(lines)]
    [('en', False), ('en', True), ('en', False)]
    """
    judged = list(detect_all(texts, languages) if own is None else own)
    # Without a word there is nothing that could be in a language.
    short = [
        number
        for number, text in enumerate(texts)
        if len(text) <= _SHORT_TEXT and any(word.isalpha() for word in text.split())
    ]
    read = evidence.read([texts[number] for number in short], languages)
    positions = {code: position for position, code in enumerate(read.languages)}
    votes = np.zeros((len(texts), len(positions)))
    for number, found in enumerate(judged):
        for code, part in found.shares.items():
            votes[number, positions[code]] = len(texts[number]) * found.confidence * part
    # Those of which nothing could be read have no say of their own.
    scores = np.zeros((len(short), len(positions)))
    scores[read.texts] = evidence.weigh(read, read.total(read.ngrams), read.total(read.listed))
    total = votes.sum(axis=0)
    for number, score in zip(short, scores, strict=True):
        rest = total - votes[number]
        near = votes[max(0, number - _AROUND) : number + _AROUND + 1].sum(axis=0) - votes[number]
        if rest.sum() < 1:
            continue
        around = rest / rest.sum()
        if near.sum() >= 1:
            around = _WHOLE * around + (1 - _WHOLE) * near / near.sum()
        chances = _softmax(score + np.log(np.maximum(around, 0.0) + _SURPRISE))
        best = int(chances.argmax())
        code, chance = read.languages[best], round(float(chances[best]), 3)
        said = code == judged[number].code and judged[number].confidence >= min(chance, _SURE)
        if not said and chance >= LEAST and code not in _NAMELESS:
            judged[number] = Language(code, chance, {code: 1.0}, surroundings=True)
    return judged


def _judge(texts: Sequence[str], languages: tuple[str, ...]) -> list[Language]:
    found = [UNKNOWN] * len(texts)
    read = evidence.read(texts, languages)
    enough = have_enough(read)
    if not enough.all():
        read = read.only(enough)
    if not len(read.texts):
        return found
    chances = vote(read)
    shares = share(read, chances)
    ranked = np.argsort(-shares, axis=1, kind="stable")
    first, second = ranked[:, 0], ranked[:, 1]
    best_of_pieces = chances.argmax(axis=1)
    mixed = _are_mixed(read, best_of_pieces, shares, first, second, languages)
    chosen, votes = np.ones(len(read.pieces)), shares[np.arange(len(first)), first]
    if mixed.any():
        # Of a text in two languages, the first is judged by its own pieces.
        chosen[read.spread(mixed) & (best_of_pieces != read.spread(first))] = 0.0
        votes[mixed] = 1.0
    sure = _estimate(read, chosen, first, votes, languages)
    told = zip(read.texts.tolist(), first.tolist(), sure.tolist(), mixed.tolist(), shares.tolist(), strict=True)
    for text, best, chance, is_mixed, of_text in told:
        code = read.languages[best]
        if chance >= LEAST and code not in _NAMELESS:
            by_share = sorted(((share, -n) for n, share in enumerate(of_text) if share > _SURPRISE), reverse=True)
            named = {read.languages[-n]: round(share, 3) for share, n in by_share}
            found[text] = Language(code, round(chance, 3), named, is_mixed)
    return found


def have_enough(read: Evidence) -> Truths:
    """Which texts have letters enough to be judged, and more prose than code."""
    enough: Truths = read.total(read.letters) >= np.maximum(_FEWEST_LETTERS, _OF_CODE * read.skipped)
    return enough


def vote(read: Evidence) -> Matrix:
    """The chances of each language for each piece, once the piece has heard the others, and the text as a whole."""
    scores = evidence.weigh(read, read.ngrams, read.listed)
    # What is a little likelier in every piece is certain of the whole: so are next of kin told apart.
    whole = evidence.weigh(read, read.total(read.ngrams), read.total(read.listed)) + read.prior
    chances = _softmax(scores + read.prior)
    shares = (share(read, chances) + _softmax(whole)) / 2
    chances = _softmax(scores + read.prior / 2 + read.spread(np.log(shares + _SURPRISE)))
    shares = share(read, chances)
    return _softmax(scores + read.prior / 2 + read.spread(np.log(shares + _SURPRISE)))


def share(read: Evidence, chances: Matrix) -> Matrix:
    """How much of each text is in each language, by letters."""
    found: Matrix = read.total(chances * read.letters[:, None]) / read.total(read.letters)[:, None]
    return found


def _are_mixed(
    read: Evidence, best: Numbers, shares: Matrix, first: Numbers, second: Numbers, languages: tuple[str, ...]
) -> Truths:
    """Which texts have a second language, with a share to speak of, that is sure of itself; `best` is that of each piece."""
    of_second = shares[np.arange(len(second)), second]
    mixed: Truths = of_second >= _MIXED
    if not mixed.any():
        return mixed
    kin, nameless = (np.array([code in codes for code in read.languages]) for codes in ({_KIN}, _NAMELESS))
    mixed &= (of_second >= np.where(kin[first] | kin[second], _MIXED_KIN, _MIXED)) & ~nameless[second]
    chosen = (best == read.spread(second)).astype(float)
    mixed &= read.total(chosen * read.letters) >= _FEWEST_LETTERS_MIXED
    if mixed.any():
        in_question = read.only(mixed)
        chosen = chosen[read.spread(mixed)]
        mixed[mixed] = (
            _estimate(in_question, chosen, second[mixed], np.ones(len(in_question.texts)), languages) >= _SURE
        )
    return mixed


def _estimate(read: Evidence, chosen: Matrix, language: Numbers, votes: Matrix, languages: tuple[str, ...]) -> Matrix:
    """The chance that each text is in its language, by the chosen pieces. langdetect's draws are heard where there is a
    doubt."""
    clues = confidence.gather_clues(read, chosen, language, votes)
    sure = confidence.estimate(clues)
    doubted = np.flatnonzero((sure <= _NO_DOUBT) & (language < read.profiled)).tolist()
    if not doubted:
        return sure
    drawn = np.zeros(len(sure))
    for text in doubted:
        pieces = [read.pieces[piece] for piece in read.pieces_of(text) if chosen[piece]]
        drawn[text] = evidence.draw(pieces, languages).get(read.languages[language[text]], 0.0)
    sure[doubted] = confidence.estimate(confidence.hear(clues, drawn))[doubted]
    return sure


def _softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    chances: Matrix = raised / raised.sum(axis=-1, keepdims=True)
    return chances
