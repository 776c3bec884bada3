"""What tells a post of a series from the next, whatever else they share: year, version, ordinal, number.

"Prize 2015" and "Prize 2016", or 3.2.10 and 3.2.6, are nearly the same text. A translation keeps what its title and its
opening are about, so two posts that differ in that are no translations of each other.
"""

from __future__ import annotations

import re

from blogarc.features import numbers, ordinals

_OPENING = 400  # letters: a title and a paragraph or two
_TITLE = 120  # letters; a longer first paragraph is no title
_YEAR, _VERSION, _DECIMAL = re.compile(r"(?:19|20)\d\d"), re.compile(r"\d+(?:\.\d+){2,}"), re.compile(r"\d+\.\d+")

Decisive = dict[str, set[str]]


def opening_of(text: str) -> str:
    """The first letters of a text, to the end of a word.

    >>> opening_of("One. " * 200)[-9:]
    'One. One.'
    """
    text = text.strip()
    if len(text) <= _OPENING:
        return text
    cut = text[:_OPENING]
    return cut[: max(cut.rfind(" "), cut.rfind("\n"))] if " " in cut or "\n" in cut else cut


def title_of(opening: str) -> str:
    """The first paragraph, if it is short and no sentence; else ''.

    >>> title_of("The 2016 Prize\\n\\nIt went to nobody."), title_of("It rained in 1956.\\n\\nAnd in 1957.")
    ('The 2016 Prize', '')
    """
    head = opening.partition("\n\n")[0]
    return head if len(head) <= _TITLE and not head.endswith((".", ":", ";", ",")) else ""


def against(kind: str, ours: set[str], theirs: set[str], where: str) -> str:
    """The conflict in words: "year 2015 against 2016 in the titles"."""
    return f"{kind} {', '.join(sorted(ours))} against {', '.join(sorted(theirs))} in the {where}"


def decisive(opening: str) -> Decisive:
    """What tells a post of a series from the next, kind by kind: years, versions, ordinals.

    Ordinals in words, versions that could be any decimal, and other numbers count in a title only.

    >>> decisive("Release 3.2: what is new in 2016\\n\\nFor the first time 12.5 miles of cable.")
    {'year': {'2016'}, 'version': {'3.2'}}
    """
    title = title_of(opening)
    said, entitled = numbers(opening), {key for key in numbers(title) if key[0].isdigit()}
    found = {
        "year": {key for key in said if _YEAR.fullmatch(key)},
        "version": {key for key in said if _VERSION.fullmatch(key)}
        | {key for key in entitled if _DECIMAL.fullmatch(key)},
        "ordinal": ordinals(title),
    }
    found["number"] = entitled - found["year"] - found["version"] - found["ordinal"]
    return {kind: keys for kind, keys in found.items() if keys}
