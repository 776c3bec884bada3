"""A site's own markers: a small TOML file says which lines start a post, end it, are furniture, or name author and date.

    [furniture]
    lines = ["Sierra Abierta", "* * *"]
    patterns = ["Compartir en *", "* comentarios"]

Lines and patterns are compared with whole paragraphs; case, accents, kinds of quotes and of white space do not matter. In a
pattern `*` stands for any text, and nothing else is special. Regular expressions would say more, but one slip in them can
take hours over a dump; the pieces of such a pattern are looked for one after the other, in one pass over the paragraph.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from blogarc.errors import InputError, UsageError
from blogarc.model import Marker, Profile
from blogarc.text import fold_accents, normalise

_KINDS = ", ".join(f"[{marker}]" for marker in Marker)
# A byline in a long paragraph is no line; folding letter by letter is for lines.
_LONGEST_CAPTURE = 400
# Longer paragraphs are looked at from their ends first.
_SHORT = 100


def read_profile(path: str | Path) -> str:
    """The text of a profile file, which `parse` understands.

    Raises InputError if it cannot be read, UsageError if it is no profile.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"Cannot read the profile {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: a profile is written in UTF-8, and byte {error.start} is not.") from error
    parse(text, str(path))
    return text


@lru_cache(maxsize=64)
def parse(text: str, name: str = "profile") -> Profile:
    """The profile in this TOML.

    Raises UsageError, with the line, for what is no TOML or no profile.

    >>> parse('end.lines = ["FIN"]').lines[Marker.END]
    ('FIN',)
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name}: {error}.", "A profile is TOML: see docs/profiles.md for an example.") from error
    lines: dict[Marker, tuple[str, ...]] = {}
    patterns: dict[Marker, tuple[str, ...]] = {}

    def mistake(what: str, hint: str, *words: str) -> UsageError:
        line = _line_of(text, words)
        return UsageError(f"{name}{f', line {line}' if line else ''}: {what}.", hint)

    for kind, table in told.items():
        if kind not in list(Marker) or not isinstance(table, dict):
            raise mistake(f"{kind!r} is no kind of marker", f"The kinds are {_KINDS}.", kind)
        for key, values in table.items():
            if key not in ("lines", "patterns"):
                raise mistake(f"[{kind}] has no {key!r}", "It takes lines = [...] and patterns = [...].", kind, key)
            if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
                hint = f'Like this: {key} = ["one", "another"]'
                raise mistake(f"{key} of [{kind}] must be a list of texts", hint, kind, key)
            for value in values:
                if not fold(value if key == "lines" else value.replace("*", "")):
                    hint = "A line needs a sign, and a pattern one beside the stars: it would match everything."
                    raise mistake(f"{value!r} in {key} of [{kind}] says nothing", hint, kind, key, value)
            (lines if key == "lines" else patterns)[Marker(kind)] = tuple(values)
    furniture = {fold(line) for line in lines.get(Marker.FURNITURE, ())}
    for marker in (Marker.START, Marker.BYLINE, Marker.DATE):
        for line in lines.get(marker, ()):
            if fold(line) in furniture:
                raise mistake(f"{line!r} is in [{marker}] and in [furniture]", "It cannot be both.", str(marker), line)
    return Profile(lines, patterns)


def _line_of(text: str, words: Sequence[str]) -> int | None:
    """The line on which the last of these words stands, after those before it."""
    at = 0
    for word in words:
        found = text.find(word, at)
        # A text may be written with escapes, which are not looked for.
        at = found if found >= 0 else at
    return text.count("\n", 0, at) + 1 if words and words[0] in text else None


def fold(text: str) -> str:
    """What is compared: without case, accents, kinds of quotes and runs of white space.

    >>> fold("  Leer MÁS…")
    'leer mas...'
    """
    return fold_accents(normalise(text))


class Markers:
    """A profile made ready to look at paragraphs."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    @cached_property
    def _lines(self) -> dict[str, set[Marker]]:
        found: dict[str, set[Marker]] = defaultdict(set)
        for marker, lines in self._profile.lines.items():
            for line in lines:
                found[fold(line)].add(marker)
        return dict(found)

    @cached_property
    def _patterns(self) -> list[tuple[Marker, list[str]]]:
        return [
            (marker, [fold_pattern(piece) for piece in pattern.split("*")])
            for marker, patterns in self._profile.patterns.items()
            for pattern in patterns
        ]

    @cached_property
    def _long(self) -> int:
        """Letters from which on no line is so long, folded or not, and a second look costs less than folding all."""
        return max([_SHORT, *(2 * len(line) + _SHORT for line in self._lines)])

    def _may_match(self, text: str) -> bool:
        """Whether a long paragraph begins and ends as a pattern does: most do not, and need not be folded."""
        reach = max((len(piece) for _, pieces in self._patterns for piece in pieces), default=0) * 2 + _SHORT
        flat = " ".join(text.split())
        head, tail = fold(flat[:reach]), fold(flat[-reach:])
        return any(
            head.startswith(pieces[0].strip()) and tail.endswith(pieces[-1].strip()) for _, pieces in self._patterns
        )

    def look(self, text: str) -> dict[Marker, str]:
        """What the paragraph is, and for each of that what it tells: the text that the first `*` stands for, or all of it.

        >>> Markers(parse('byline.patterns = ["Escribe: *"]')).look("ESCRIBE: Inés Cano")
        {<Marker.BYLINE: 'byline'>: 'Inés Cano'}
        """
        if len(text) > self._long and not self._may_match(text):
            return {}
        folded = fold(text)
        found = dict.fromkeys(self._lines.get(folded, ()), text)
        for marker, pieces in self._patterns:
            if marker not in found and (places := _match(pieces, folded)) is not None:
                found[marker] = _original(text, folded, places) if marker in (Marker.BYLINE, Marker.DATE) else text
        return {marker: found[marker] for marker in Marker if marker in found}


def fold_pattern(piece: str) -> str:
    """A piece of a pattern between stars: folded, but white space at its ends counts."""
    folded = fold(piece)
    if not folded:
        return " " if piece else ""
    return " " * piece[:1].isspace() + folded + " " * piece[-1:].isspace()


def _match(pieces: list[str], text: str) -> tuple[int, int] | None:
    """Where the first star begins and ends if the pieces, with any text between them, make the text; else None.

    >>> _match(["share on ", ""], "share on the web"), _match(["a", "b", "c"], "a-b-c!")
    ((9, 16), None)
    """
    if len(pieces) == 1:
        return (0, len(text)) if pieces[0].strip() == text else None
    first, *between, last = pieces
    first, last = first.lstrip(), last.rstrip()
    if not text.startswith(first) or not text.endswith(last) or len(first) + len(last) > len(text):
        return None
    at, end = len(first), len(text) - len(last)
    star_end = None
    for piece in between:
        found = text.find(piece, at, end)
        if found < 0:
            return None
        star_end = found if star_end is None else star_end
        at = found + len(piece)
    return len(first), end if star_end is None else star_end


def _original(text: str, folded: str, places: tuple[int, int]) -> str:
    """The stretch of a text of which a stretch of the folded one was made."""
    if len(text) > _LONGEST_CAPTURE:
        return text
    letters: list[str] = []
    origins: list[int] = []
    for origin, letter in _fold_by_letter(text):
        if letter == " " and (not letters or letters[-1] == " "):
            continue
        letters.append(letter)
        origins.append(origin)
    if "".join(letters).rstrip() != folded:
        return text
    start, end = places
    if start >= end:
        return text
    after = origins[end] if end < len(origins) else len(text)
    return text[origins[start] : after].strip(" \t\u00a0.,:;|·-–—")


def _fold_by_letter(text: str) -> Iterator[tuple[int, str]]:
    for origin, letter in enumerate(text):
        if letter.isspace():
            yield origin, " "
        else:
            yield from ((origin, folded) for folded in re.sub(r"\s", " ", fold(letter)))
