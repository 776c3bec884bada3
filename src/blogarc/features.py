"""What a text and its translation have in common without a dictionary: numbers, names, cognates, pieces of words.

Four families of keys, from the surest to the most plentiful:

- numbers and dates in a common form: 1.234,5 and 1,234.5 are one key, so are "October 21" and "21 de octubre";
- names: words capitalised inside a sentence, identifiers, addresses, versions;
- cognates: words with accents folded and regular suffixes mapped, cut to a stem (Simard, Foster and Isabelle 1992 cut
  at four letters; the suffix table allows six, which are rarer);
- character 4-grams of the folded text (McNamee and Mayfield 2004), hashed, for everything the others miss.

All that is known about particular languages stands in MONTHS and SUFFIXES. Without an entry there, another language
of the Latin alphabet still has numbers, names, and whatever words look alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from blogarc.text import COMMON_SIGNS, fold_accents

# ---- what is known about English and Spanish, accents folded ----

KNOWN_LANGUAGES = frozenset({"en", "es"})

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero",
            "february feb febrero",
            "march marzo",
            "april apr abril",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto",
            "september sept sep septiembre setiembre",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}

# What tells one post of a series from the next, where it is written as a word. "second" and "segundo" are units of time
# in both languages as well.
ORDINALS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "first primero primera primer",
            "second segundo segunda",
            "third tercero tercera tercer",
            "fourth cuarto cuarta",
            "fifth quinto quinta",
            "sixth sexto sexta",
            "seventh septimo septima",
            "eighth octavo octava",
            "ninth noveno novena",
            "tenth decimo decima",
        ),
        start=1,
    )
    for name in names.split()
}

# The first that fits is applied, to words that keep two letters before it: longer endings stand above shorter ones.
# Both languages go to one form; where only one has an entry, the other is in that form already ("nacion", "capital").
SUFFIXES: tuple[tuple[str, str], ...] = (
    ("aciones", "acion"),
    ("ciones", "cion"),
    ("siones", "sion"),
    ("tions", "cion"),
    ("tion", "cion"),
    ("sions", "sion"),
    ("ibilities", "ibilidad"),
    ("idades", "idad"),
    ("ities", "idad"),
    ("ity", "idad"),
    ("icamente", "ic"),
    ("ically", "ic"),
    ("amente", ""),
    ("mente", ""),
    ("ally", "al"),
    ("ly", ""),
    ("ical", "ic"),
    ("icos", "ic"),
    ("icas", "ic"),
    ("ico", "ic"),
    ("ica", "ic"),
    ("ics", "ic"),
    ("ous", "os"),
    ("osos", "os"),
    ("osas", "os"),
    ("oso", "os"),
    ("osa", "os"),
    ("encias", "enc"),
    ("encia", "enc"),
    ("ancias", "anc"),
    ("ancia", "anc"),
    ("ences", "enc"),
    ("ence", "enc"),
    ("ency", "enc"),
    ("ance", "anc"),
    ("ancy", "anc"),
    ("ists", "ist"),
    ("istas", "ist"),
    ("ista", "ist"),
    ("isms", "ism"),
    ("ismos", "ism"),
    ("ismo", "ism"),
)

# Spellings of one sound that the two languages, and others, write differently.
_SOUNDS = (("ph", "f"), ("th", "t"), ("ch", "c"), ("qu", "c"), ("y", "i"), ("k", "c"), ("w", "v"))

# ---- the families ----

_SHORTEST_COGNATE = 5  # shorter words look alike by chance: "come", "once", "red"
_STEM = 6  # letters of a cognate that are kept; inflection begins after about six
_GRAM = 4
GRAM_SPACE = 1 << 20  # a power of two; 4-grams of 27 letters are 531,441: collisions stay rare
# A post is known by its beginning: beyond so many characters a 4-gram profile hardly changes.
READ = 40_000

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_WORD = re.compile(r"[^\W\d_]+")
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|º|°)?\.? (?:de |of )?([a-z]{3,10})\b")
_MONTH_DAY = re.compile(r"\b([a-z]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?\b(?![.:]\d)")
_ORDINAL = re.compile(r"\b(\d{1,6})(?:st|nd|rd|th|\.?[ºª°])(?!\w)")
# What stands before is looked at after the capital is found: the other way round takes three times as long.
_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ](?<=[\w,;(] .)[\w'’-]+")
_TOKEN = re.compile(r"\w+")
_IDENTIFIER = re.compile(r"\w*[a-z]\w*[A-Z]\w*|[A-Z]{2,}\w*|[A-Za-z]+\d\w*|\w+_\w+")
_HAS_IDENTIFIER = re.compile(r"[A-Z_](?<=\w.)|\d(?<=[A-Za-z].)")  # one pass tells where there is none
_HAS_DOTTED = re.compile(r"\.[a-z]{2}")
_DOTTED = re.compile(r"\b[a-z]+\.[a-z]{2,}(?:\.[a-z]+)*\b")
_ADDRESS = re.compile(r"(?:https?://(?:www\.)?|www\.)([^\s)>\]\"'”»,;]+)")
# Emoji, dingbats and arrows: a translator leaves them where they are.
_SYMBOL = re.compile("[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]")
_GAP = re.compile(r"[\W_]+")
_ASCII_PLAIN = bytes(c if chr(c).isalnum() else 32 for c in range(128)) + bytes(128)


def numbers(text: str) -> list[str]:
    """Numbers, dates and versions in a common form.

    >>> numbers("El 21 de octubre: 1.234,5 km y 55.2 %") == numbers("On October 21st: 1,234.5 km and 55,2 %")
    True
    >>> numbers("Version 3.2.10, 10:30, June 2020")
    ['3.2.10', '10:30', '2020', 'm6']
    """
    folded = fold_accents(text)
    return _numbers(text, folded, _WORD.findall(folded))


def _numbers(text: str, folded: str, words: Sequence[str]) -> list[str]:
    found = [_plain_number(match) for match in _NUMBER.findall(text)]
    months = [word for word in words if word in MONTHS]
    if not months:
        return found
    found += [f"m{MONTHS[word]}" for word in months if len(word) > 3]
    days = [(day, month) for day, month in _DAY_MONTH.findall(folded) if month in MONTHS]
    days += [(day, month) for month, day in _MONTH_DAY.findall(folded) if month in MONTHS]
    return found + [f"m{MONTHS[month]}-{int(day)}" for day, month in days]


def ordinals(text: str) -> set[str]:
    """The ordinals of a text, whether in digits or, up to the tenth, in words; as digits.

    >>> ordinals("The 3rd Fair"), ordinals("La tercera feria"), ordinals("La 12.ª feria")
    ({'3'}, {'3'}, {'12'})
    """
    words = _WORD.findall(fold_accents(text))
    return {str(ORDINALS[word]) for word in words if word in ORDINALS} | set(_ORDINAL.findall(text))


def _plain_number(number: str) -> str:
    """Without separators of thousands, with a decimal point.

    >>> [_plain_number(n) for n in ("1.234,5", "1,234.5", "1.234", "3,5", "3.2.10", "2020-05-01")]
    ['1234.5', '1234.5', '1234', '3.5', '3.2.10', '2020-05-01']
    """
    point, comma = number.rfind("."), number.rfind(",")
    if point >= 0 and comma >= 0:
        thousands, decimal = (".", ",") if comma > point else (",", ".")
        return number.replace(thousands, "").replace(decimal, ".")
    if _THOUSANDS.fullmatch(number):
        return number.replace(".", "").replace(",", "")
    return number.replace(",", ".")


def names(text: str) -> list[str]:
    """Names and identifiers, folded: what a translator leaves as it is.

    A word that opens a sentence is capitalised whatever it is, so only words inside one count.

    >>> names("Ayer, en Tegucigalpa, Ana María leyó www.ejemplo.org/uno con NumPy.")
    ['tegucigalpa', 'ana', 'maria', 'numpy', 'ejemplo.org/uno']
    """
    addresses = []
    if "://" in text or "www." in text:
        addresses = [address.rstrip("./").lower() for address in _ADDRESS.findall(text)]
        text = _ADDRESS.sub(" ", text)
    found = [name.removesuffix("'s").removesuffix("’s") for name in _NAME.findall(text)]
    known = set(found)
    identifiers = []
    if _HAS_IDENTIFIER.search(text):
        identifiers = [token for token in _TOKEN.findall(text) if _is_identifier(token)]
    if _HAS_DOTTED.search(text):
        identifiers += _DOTTED.findall(text)
    found += [name for name in identifiers if name not in known]
    folded = [name for name in map(fold_accents, found) if name not in MONTHS]
    return folded + addresses + ([] if text.isascii() else _SYMBOL.findall(text))


@lru_cache(maxsize=1 << 17)
def _is_identifier(token: str) -> bool:
    return _IDENTIFIER.fullmatch(token) is not None


@lru_cache(maxsize=1 << 17)
def cognate(word: str) -> str:
    """The key that a word (folded) shares with its cognates; '' if it is too short to say.

    >>> cognate("nation"), cognate("nacion"), cognate("university"), cognate("universidad")
    ('nacion', 'nacion', 'univer', 'univer')
    >>> cognate("physically"), cognate("fisicamente"), cognate("special"), cognate("especial")
    ('fisic', 'fisic', 'specia', 'specia')
    """
    if len(word) < _SHORTEST_COGNATE:
        return ""
    for ending, common in SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            word = word[: len(word) - len(ending)] + common
            break
    for written, common in _SOUNDS:
        word = word.replace(written, common)
    word = "".join(c for n, c in enumerate(word) if n == 0 or c != word[n - 1])
    # Spanish puts an e before an s that begins with another consonant.
    if len(word) > 4 and word[:2] == "es" and word[2] in "cptmnl":
        word = word[1:]
    return word[:_STEM]


def cognates(folded: str) -> list[str]:
    """The cognate keys of a folded text.

    >>> cognates("la situacion es optima")
    ['situac', 'optima']
    """
    return [key for key in map(cognate, _WORD.findall(folded)) if key]


def grams(folded: str) -> NDArray[np.int64]:
    """The 4-grams of a folded text as numbers below GRAM_SPACE, in order, repeats included.

    >>> len(grams("capital")), bool((grams("capital")[:4] == grams("capitales")[:4]).all())
    (6, True)
    """
    return _hash(f" {_plain(folded)} ").astype(np.int64)


def grams_of(folded: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The 4-grams of many folded texts, one after the other, and how many each text has.

    >>> found, counts = grams_of(["capital", "", "capitales"])
    >>> counts.tolist(), bool((found[:4] == found[6:10]).all())
    ([6, 0, 8], True)
    """
    lines = [f" {_plain(text)} " for text in folded]
    lengths = np.array([len(line) for line in lines], np.int64)
    counts = np.where(lengths > _GRAM, lengths - _GRAM + 1, 0)
    found = _hash("".join(lines)).astype(np.int64)
    # What begins in one text and ends in the next is no 4-gram.
    ends = np.cumsum(lengths)
    place = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return found[place + np.repeat(ends - lengths, counts)], counts


def _hash(line: str) -> NDArray[np.uint32]:
    """A number below GRAM_SPACE for each four letters; none for a line of one word of less than three."""
    codes = np.frombuffer(line.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if len(codes) < _GRAM + 1:
        return np.empty(0, np.uint32)
    # A polynomial of the four letters and the end of MurmurHash3: well spread, and the same on every machine.
    mixed = codes[: len(codes) - _GRAM + 1].copy()
    for n in range(1, _GRAM):
        mixed *= np.uint32(0x01000193)
        mixed += codes[n : n + len(mixed)]
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed &= np.uint32(GRAM_SPACE - 1)
    return mixed


def _plain(folded: str) -> str:
    """Letters and digits only, with one space between words."""
    if not folded.isascii():
        for sign in COMMON_SIGNS:
            if sign in folded:
                folded = folded.replace(sign, " ")
    if folded.isascii():
        return " ".join(folded.encode("ascii").translate(_ASCII_PLAIN).decode("ascii").split())
    return _GAP.sub(" ", folded).strip()


FAMILIES = ("numbers", "names", "cognates", "grams")


@dataclass(frozen=True, slots=True)
class Features:
    """The keys of one text, repeats included."""

    numbers: list[str]
    names: list[str]
    cognates: list[str]
    grams: NDArray[np.int64]


def extract(text: str) -> Features:
    """All four families of one text.

    >>> extract("In 2015 the capital, Lima, grew.").names
    ['lima']
    """
    folded = fold_accents(text[:READ])
    return Features(*extract_named(text, folded), grams(folded))


def extract_named(text: str, folded: str) -> tuple[list[str], list[str], list[str]]:
    """Numbers, names and cognates of a text; `folded` is its beginning without accents."""
    text = text[:READ]
    words = _WORD.findall(folded)
    return _numbers(text, folded, words), names(text), [key for key in map(cognate, words) if key]
