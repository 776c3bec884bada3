"""What each character of a text is, for a whole text at once: a letter, a capital, a sign of code; and its small letter.

Asking a pattern about every character takes longer than all else that is done with a text; a table is asked in no time. It
is filled as characters are met.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

LETTER = re.compile(r"[^\W\d_]")
CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")
# Signs that only code and addresses have; and those that prose has as well, where no letter follows.
_SIGNS, _MARKS = "=\\^`~@_[]{}&$%<>|/;", ".:("
# The marks that open a Spanish question or exclamation.
_OPENING = "¿¡"
IS_LETTER, IS_CAPITAL, IS_SIGN, IS_MARK, IS_OPENING, _MET = 1, 2, 4, 8, 16, 32

Points = npt.NDArray[np.uint32]
Kinds = npt.NDArray[np.uint8]

# Zeros, of which the machine gives no memory until they are written to.
_kinds = np.zeros(0x110000, np.uint8)
_small = np.zeros(0x110000, np.uint32)


def points_of(text: str) -> Points:
    """The characters of a text as numbers; half a surrogate pair is one too."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def kinds_of(points: Points) -> Kinds:
    """What each character is, as a sum of the constants above.

    >>> [bool(kind & IS_LETTER) for kind in kinds_of(points_of("é1_"))]
    [True, False, False]
    """
    kinds = _kinds.take(points)
    if not kinds.all():
        for point in np.unique(points[kinds == 0]).tolist():
            _learn(point)
        kinds = _kinds.take(points)
    return kinds


def lower(points: Points) -> Points:
    """Small letters, and plain apostrophes, of characters whose kinds were asked for."""
    return _small.take(points)


def _learn(point: int) -> None:
    sign = chr(point)
    small = "'" if sign == "’" else sign.lower()
    _small[point] = ord(small[0])
    # Last, because another thread takes this for known.
    _kinds[point] = (
        _MET
        | IS_LETTER * bool(LETTER.match(sign))
        | IS_CAPITAL * bool(CAPITAL.match(sign))
        | IS_SIGN * (sign in _SIGNS)
        | IS_MARK * (sign in _MARKS)
        | IS_OPENING * (sign in _OPENING)
    )
