"""Moses: two files of plain text, line n of one the translation of line n of the other, as most trainers of machine
translation read it (https://www2.statmt.org/moses/?n=FactoredTraining.PrepareTraining).

Whatever could end a line inside a passage becomes a space, or the two files would drift apart. Without two files to write
to, both sides stand on one line with a tab between them, as `paste` would set them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import BinaryIO

from blogarc.export.passages import Passage, cleaned

# All at which str.splitlines, and so one reader or another, starts a line; and the tab, which separates the sides.
_SEPARATORS = re.compile("[ \t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def write_both(
    passages: Iterable[Passage], source: BinaryIO, target: BinaryIO, lost: Counter[str] | None = None
) -> int:
    """Write one side to each stream; says how many lines. `lost` counts characters that were left out."""
    count = 0
    for count, passage in enumerate(passages, 1):  # noqa: B007  # the last number is the answer
        source.write(line(passage.source, lost).encode() + b"\n")
        target.write(line(passage.target, lost).encode() + b"\n")
    return count


def write(passages: Iterable[Passage], stream: BinaryIO, lost: Counter[str] | None = None, **_: object) -> int:
    """Write both sides to one stream, a tab between them; says how many lines. Level and languages make no difference."""
    count = 0
    for count, passage in enumerate(passages, 1):  # noqa: B007
        stream.write(f"{line(passage.source, lost)}\t{line(passage.target, lost)}\n".encode())
    return count


def line(text: str, lost: Counter[str] | None = None) -> str:
    r"""The text on one line. Control characters are left out, as in TMX; `lost` counts them.

    >>> line("One.\nTwo,\u2028and\tthree.")
    'One. Two, and three.'
    """
    return cleaned(_SEPARATORS.sub(" ", text), lost).strip(" ")
