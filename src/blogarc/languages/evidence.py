"""What speaks for each language, piece by piece: all n-grams of langdetect's profiles, and the words of grammar.

A text is read as pieces: its paragraphs, long ones cut, so that a change of language is seen wherever it is. A piece in
capitals is read in small letters (langdetect takes two capitals in a row for an acronym, and skips it), and links and
addresses are in no language. Evidence is in natural logarithms: it adds up, and its exponential is odds.

The languages in question are those with a loaded profile, and the *strangers* of which only words are listed. A stranger
is credited with the n-grams of whichever profile does best, so that words alone decide against it; a language with a
profile and no list, with the words of whichever list does best, so that n-grams alone decide. Galician is the
exception: its n-grams are, one by one, those of Portuguese or of Spanish, and what the better of both says of each is
far more than either says of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from blogarc.languages import profiles, words

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

# A line is a piece; a longer one than `_LONGEST_PIECE` is cut into pieces of up to `_PIECE` characters, after a sentence if
# one ends there, or else at a space.
_PIECE, _LONGEST_PIECE = 140, 180
# Of a long text so many characters are read, in runs of pieces that are spread over it. More change no language, and hardly
# a share; a single window would often be page furniture.
_MOST_READ, _RUN = 1_200, 240
# langdetect draws from three windows of this many characters of what is read: beginning, middle and end.
_WINDOW = 200

_LETTER = re.compile(r"[^\W\d_]")
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_TWO_CAPITALS = re.compile(r"[A-ZÀ-ÖØ-Þ]{2}")
# A word of so many capitals is read in small letters wherever it stands; a shorter one is an acronym.
_SHOUTED = re.compile(r"\b[^\W\d_a-z]{5,}\b")
# Links and addresses, and words with the signs of code: `os.path`, `a[0]`, `snake_case`, `if x == y:`. Not what prose has as
# well: "this & that", "and/or", "Home | About", "$500", "17:45".
_NO_WORD = re.compile(
    r"[=\\^`~@]|\w_\w|__|[^\W\d][.:(]+[^\W\d]|\w[\[{]|[\]}]\w|^\[[a-z]|[a-z]\]$|\(\)|&\w|\$[A-Za-z_{(]|^%\w|<[\w/]|\w>|\|\|"
    r"|/\w*/|^\.?/\w|www\.|[)\]}'\"];$|^[{}\[\]<>]+$"
)
# Signs that a line must have for that. One class of characters is searched for much faster than alternatives; full stops,
# colons and brackets do not count where prose has them.
_SIGN = re.compile(r"[=\\^`~@_\[\]{}&$%<>|/;]")
_MARKS_OF_PROSE = ((".", ". "), (":", ": "), ("(", " ("))
# A statement, in Python or its kin, that may have no sign at all.
_STATEMENT = re.compile(
    r"\s*(?:(?:if|elif|else|for|while|try|except|finally|with|def|class)\b.*:"
    r"|(?:return|raise|import|from \S+ import|yield|break|continue|pass|assert|global)\b.*[^.!?,;])\s*$"
)
# A line with such a share of them is code, and in no language. In prose with links it is under a tenth.
_CODE = 0.25

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read of a text. Rows are pieces, columns are languages; what has no columns is a number for each piece."""

    languages: tuple[str, ...]
    profiled: int  # the first so many languages have a profile, the others are strangers
    credited: tuple[int, ...]  # strangers that are credited with the n-grams of the best profile
    wordless: tuple[int, ...]  # languages with a profile of which no words are listed
    prior: Matrix  # of each language
    pieces: tuple[str, ...]
    skipped: int  # letters in lines of code, which are no piece
    ngrams: Matrix  # sums of logarithms, against the mean of the languages
    listed: Matrix  # words of grammar
    letters: Matrix
    words: Matrix
    dropped: Matrix  # words that are links or code
    strange: Matrix  # n-grams of three that no profile knows ...
    places: Matrix  # ... of so many


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    dropped: int


@dataclass(frozen=True, slots=True)
class _Tables:
    loaded: profiles.Profiles
    languages: tuple[str, ...]
    credited: tuple[int, ...]
    wordless: tuple[int, ...]
    prior: Matrix
    word_rows: dict[str, int]
    speakers: Matrix  # rows are words, columns languages; row 0 is for no word
    logs: profiles.Logs  # of the profiles, and a column more for the language between two


def read(paragraphs: Iterable[str], languages: Sequence[str]) -> Evidence | None:
    """The evidence in a text; None where there is no letter."""
    pieces, skipped = _cut(paragraphs)
    if not pieces:
        return None
    tables = _tables(tuple(sorted(set(languages))))
    rows, places, letters = tables.loaded.rows("\n".join(piece.text for piece in pieces))
    lengths = np.array([len(piece.text) + 1 for piece in pieces])
    # Every piece has a letter, so every piece has a place.
    first = np.searchsorted(places, np.cumsum(lengths) - lengths)
    logs = tables.logs
    # `take` is twice as fast as brackets.
    each = logs.take(rows[0], axis=0)
    each += logs.take(rows[1], axis=0)
    each += logs.take(rows[2], axis=0)
    each = np.add.reduceat(each, first, axis=0)
    profiled = len(tables.loaded.langlist)
    ngrams = np.zeros((len(pieces), len(tables.languages)))
    ngrams[:, :profiled] = each[:, :profiled]
    if each.shape[1] > profiled:
        ngrams[:, tables.languages.index(_BETWEEN)] = each[:, profiled]
    known: list[int] = []
    starts, counted = [], []
    for piece in pieces:
        own = words.found_in(piece.text)
        counted.append(len(own))
        starts.append(len(known))
        # Row 0 is for no word, so that no piece is empty.
        known.append(0)
        known.extend(filter(None, map(tables.word_rows.get, own)))
    return Evidence(
        languages=tables.languages,
        profiled=profiled,
        credited=tables.credited,
        wordless=tables.wordless,
        prior=tables.prior,
        skipped=skipped,
        pieces=tuple(piece.text for piece in pieces),
        letters=np.add.reduceat(letters.astype(float), first),
        ngrams=ngrams,
        listed=np.add.reduceat(tables.speakers.take(known, axis=0), starts, axis=0),
        words=np.array(counted, float),
        dropped=np.array([piece.dropped for piece in pieces], float),
        strange=np.add.reduceat((rows[2] < 0).astype(float), first),
        places=np.diff(np.append(first, len(places))).astype(float),
    )


def weigh(read: Evidence, ngrams: Matrix, listed: Matrix) -> Matrix:
    """What n-grams and words of grammar, of a piece or of several together, are worth for each language."""
    credited = ngrams.copy()
    credited[..., read.credited] = ngrams[..., : read.profiled].max(axis=-1, keepdims=True)
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
    strangers = tuple(code for code in words.LISTED if code not in loaded)
    languages = loaded + strangers
    prior = [_AT_HOME.get(code, 0.0) for code in loaded]
    has_neighbours = all(code in loaded for code in _NEIGHBOURS)
    prior += [_BETWEEN_PRIOR if code == _BETWEEN and has_neighbours else _STRANGER for code in strangers]
    speakers = words.speakers(languages)
    matrix = np.zeros((len(speakers) + 1, len(languages)))
    for row, columns in enumerate(speakers.values(), 1):
        matrix[row, columns] = 1.0
    found = profiles.load(loaded)
    logs = found.logs
    # The language between two has n-grams of its own, where both are known.
    lies_between = _BETWEEN in strangers and has_neighbours
    if lies_between:
        better = logs[:, [loaded.index(code) for code in _NEIGHBOURS]].max(axis=1, keepdims=True) - _GAIN
        better[-1] = 0.0  # no n-gram, no gain
        logs = np.hstack([logs, better]).astype(np.float32)
    return _Tables(
        loaded=found,
        languages=languages,
        credited=tuple(languages.index(code) for code in strangers if not (lies_between and code == _BETWEEN)),
        wordless=tuple(column for column, code in enumerate(loaded) if code not in words.LISTED),
        prior=np.array(prior),
        word_rows={word: row for row, word in enumerate(speakers, 1)},
        speakers=matrix,
        logs=logs,
    )


def _cut(paragraphs: Iterable[str]) -> tuple[list[_Piece], int]:
    """The pieces to be read, and the letters of those that are code."""
    pieces, skipped = [], 0
    for line in _sample([line for paragraph in paragraphs for line in _lines(paragraph)]):
        text, dropped = line, 0
        if _STATEMENT.match(line):
            skipped += len(_LETTER.findall(line))
            continue
        if _has_signs(line):
            tokens = line.split()
            # Asking first whether it is letters only spares most of the searches.
            kept = [token for token in tokens if token.strip(".,").isalpha() or not _NO_WORD.search(token)]
            text, dropped = " ".join(kept), len(tokens) - len(kept)
            if dropped and dropped >= _CODE * len(tokens):
                skipped += len(_LETTER.findall(line))
                continue
        if not _LETTER.search(text):
            continue
        if _TWO_CAPITALS.search(text):
            capitals = 2 * len(_CAPITAL.findall(text)) > len(_LETTER.findall(text))
            text = text.lower() if capitals else _SHOUTED.sub(_lower, text)
        pieces.append(_Piece(text, dropped))
    return pieces, skipped


def _has_signs(line: str) -> bool:
    """Whether there may be a word of code, or a link; quick, and never wrongly no.

    >>> [_has_signs(line) for line in ("He said: no. (Or yes).", "see os.path", "len(x)", "and/or")]
    [False, True, True, True]
    """
    if _SIGN.search(line):
        return True
    rest = line.rstrip(".:")
    return any(mark in rest and mark in rest.replace(in_prose, " ") for mark, in_prose in _MARKS_OF_PROSE)


def _sample(lines: list[str]) -> list[str]:
    """All of a short text, and of a long one some runs of lines, evenly spread."""
    total = sum(map(len, lines))
    if total <= _MOST_READ:
        return lines
    kept, read, passed = [], 0, 0
    for line in lines:
        # A run of lines, then a gap: where less was read than is due by here, or the run is not full yet.
        due = _MOST_READ * passed / total
        if read <= due or read % _RUN + len(line) < _RUN:
            kept.append(line)
            read += len(line)
        passed += len(line)
    return kept


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        start = 0
        while len(line) - start > _LONGEST_PIECE:
            cut = line.rfind(". ", start + _PIECE // 3, start + _PIECE) + 1
            cut = cut or line.rfind(" ", start + _PIECE // 2, start + _PIECE) + 1 or start + _PIECE
            yield line[start:cut]
            start = cut
        yield line[start:]


def _lower(found: re.Match[str]) -> str:
    return found[0].lower()


def count_capitalised(piece: str) -> int:
    """Words that begin with a capital, the first aside: in a list of names all do."""
    return sum(word[0].isupper() for word in piece.split()[1:])
