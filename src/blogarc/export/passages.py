"""What the formats of a bitext write: passages, and what must be taken out of their text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

# Characters that XML 1.0 cannot hold, not even escaped: most controls, lone surrogates, two noncharacters (section 2.2).
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and its translation: a bead of paragraphs or of sentences, none of its sides empty."""

    name: str  # of the passage: keys of both articles and its number, the same in every archive
    languages: tuple[str, str]  # ISO 639-1
    source: str
    target: str
    score: float  # of the bead, from 0 to 1
    pair_score: float  # of the articles that it is from
    articles: tuple[str, str]  # their keys
    places: tuple[str, str]  # where they stand: dump and first line


def cleaned(text: str, lost: Counter[str] | None = None) -> str:
    """The text without characters that XML forbids; `lost` counts them by code point.

    >>> lost = Counter()
    >>> cleaned("a\\x00b\\x0bc", lost), lost
    ('abc', Counter({'U+0000': 1, 'U+000B': 1}))
    """
    found = _FORBIDDEN.findall(text)
    if not found:
        return text
    if lost is not None:
        lost.update(f"U+{ord(character):04X}" for character in found)
    return _FORBIDDEN.sub("", text)
