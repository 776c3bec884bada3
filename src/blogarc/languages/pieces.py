"""Texts cut into the pieces that are read: lines, long ones cut, so that a change of language is seen wherever it is.

A piece in capitals is read in small letters (langdetect takes two capitals in a row for an acronym, and skips it). Links,
addresses and lines of code are in no language, and are left out. Of a long text some runs are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from blogarc.languages.characters import (
    IS_CAPITAL,
    IS_LETTER,
    IS_MARK,
    IS_SIGN,
    LETTER,
    kinds_of,
    points_of,
)

# A line is a piece; a longer one than `_LONGEST_PIECE` is cut into pieces of up to `_PIECE` characters, after a sentence if
# one ends there, or else at a space.
_PIECE, _LONGEST_PIECE = 140, 180
# Of a long text so many runs of so many characters are read, evenly spread from beginning to end. More change no language,
# and hardly a share; a single window would often be page furniture.
_RUNS, _RUN = 4, 240
# A run begins and ends at a space, if there is one so near.
_LONG_WORD = 40
# A word of so many capitals is read in small letters wherever it stands; a shorter one is an acronym.
_SHOUTED = re.compile(r"\b[A-ZÀ-ÖØ-Þ]{5,}\b")
# Links and addresses, and words with the signs of code: `os.path`, `a[0]`, `snake_case`, `if x == y:`. Not what prose has as
# well: "this & that", "and/or", "Home | About", "$500", "17:45".
_NO_WORD = re.compile(
    r"[=\\^`~@]|\w_\w|__|[^\W\d][.:(]+[^\W\d]|\w[\[{]|[\]}]\w|^\[[a-z]|[a-z]\]$|\(\)|&\w|\$[A-Za-z_{(]|^%\w|<[\w/]|\w>|\|\|"
    r"|/\w*/|^\.?/\w|www\.|[)\]}'\"];$|^[{}\[\]<>]+$"
)
# A statement, in Python or its kin, that may have no sign at all.
_STATEMENT = re.compile(
    r"\s*(?:(?:if|elif|else|for|while|try|except|finally|with|def|class)\b.*:"
    r"|(?:return|raise|import|from \S+ import|yield|break|continue|pass|assert|global)\b.*[^.!?,;])\s*$"
)
# A line with such a share of them is code, and in no language. In prose with links it is under a tenth.
_CODE = 0.25


@dataclass(slots=True)
class Pieces:
    """The pieces of some texts, in their order."""

    pieces: list[str]
    dropped: list[int]  # of each piece, its words that are links or code, and not in it
    counts: list[int]  # how many pieces each text has
    skipped: list[int]  # and how many letters in lines of code, which are no piece


def cut(texts: Sequence[str]) -> Pieces:
    """The pieces of some texts."""
    lines, owners = [], []
    for owner, text in enumerate(texts):
        own = list(_lines(text))
        lines += own
        owners += [owner] * len(own)
    found = Pieces([], [], [0] * len(texts), [0] * len(texts))
    for line, owner, (has_signs, shouts, letters, capitals) in zip(lines, owners, look(lines), strict=True):
        if not letters:
            continue
        text, dropped = line, 0
        if _STATEMENT.match(line):
            found.skipped[owner] += letters
            continue
        if has_signs:
            tokens = line.split()
            # Asking first whether it is letters only spares most of the searches.
            kept = [token for token in tokens if token.strip(".,").isalpha() or not _NO_WORD.search(token)]
            text, dropped = " ".join(kept), len(tokens) - len(kept)
            if dropped and dropped >= _CODE * len(tokens):
                found.skipped[owner] += letters
                continue
            if dropped and not LETTER.search(text):
                continue
        if shouts:
            text = text.lower() if 2 * capitals > letters else _SHOUTED.sub(_lower, text)
        found.pieces.append(text)
        found.counts[owner] += 1
        found.dropped.append(dropped)
    return found


def look(lines: Sequence[str]) -> list[tuple[bool, bool, int, int]]:
    """Of each line: whether there may be a word of code, or a link; two capitals in a row; its letters; its capitals.

    The first is quick, and never wrongly no.

    >>> look(["He said: no. (Or yes).", "see os.path", "len(x)", "and/or", "NATO"])
    [(False, False, 13, 2), (True, False, 9, 0), (True, False, 4, 0), (True, False, 5, 0), (False, True, 4, 4)]
    """
    if not lines:
        return []
    kinds = kinds_of(points_of("".join(f"{line}\n" for line in lines)))
    letter, capital, mark = kinds & IS_LETTER > 0, kinds & IS_CAPITAL > 0, kinds & IS_MARK > 0
    sign, beside = kinds & IS_SIGN > 0, letter | mark
    sign[1:-1] |= mark[1:-1] & beside[:-2] & beside[2:]
    sizes = np.array([len(line) + 1 for line in lines])
    starts = sizes.cumsum() - sizes
    letters, capitals, pairs, signs = (
        np.add.reduceat(flags, starts, dtype=np.intp).tolist()
        for flags in (letter, capital, capital & np.append(capital[1:], False), sign)
    )
    return [
        (bool(own[0]) or "()" in line or "www." in line, bool(own[1]), *own[2:])
        for line, own in zip(lines, zip(signs, pairs, letters, capitals, strict=True), strict=True)
    ]


def _lines(text: str) -> Iterator[str]:
    for run in _runs(text):
        for line in run.splitlines():
            start = 0
            while len(line) - start > _LONGEST_PIECE:
                cut = line.rfind(". ", start + _PIECE // 3, start + _PIECE) + 1
                cut = cut or line.rfind(" ", start + _PIECE // 2, start + _PIECE) + 1 or start + _PIECE
                yield line[start:cut]
                start = cut
            yield line[start:] if start else line


def _runs(text: str) -> Iterator[str]:
    """All of a short text, and of a long one some runs, evenly spread."""
    if len(text) <= _RUNS * _RUN:
        yield text
        return
    for number in range(_RUNS):
        start = number * (len(text) - _RUN) // (_RUNS - 1)
        end = start + _RUN
        if start:
            start = text.find(" ", start, start + _LONG_WORD) + 1 or start
        if end < len(text):
            end = text.rfind(" ", end - _LONG_WORD, end) + 1 or end
        yield text[start:end]


def _lower(found: re.Match[str]) -> str:
    return found[0].lower()
