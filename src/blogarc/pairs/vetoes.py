"""What no likeness outweighs: a year, version or ordinal that differs, and copies whose language was mistaken.

A recurring post ("Prize 2015", "Prize 2016") is nearly the same text with another year, version or ordinal in its opening.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from blogarc.features import ordinals
from blogarc.series import Decisive, decisive, opening_of, title_of
from blogarc.series import against as conflict
from blogarc.text import words

# A translation and its original never share so many of their words; a copy whose language was mistaken does.
_SAME_WORDS = 0.8
_JUDGED = 2000  # letters that show it
NO_VETO: Sequence[str] = ()

Numbers = Callable[[int, int], Set[str]]  # the numbers of a post: 0 for a source post or 1 for a target post, and which


class Vetoes:
    """Looks for vetoes among the posts of two languages."""

    def __init__(self, texts: Sequence[Sequence[str]], numbers: Numbers) -> None:
        self._texts, self._numbers = texts, numbers
        self._decisive: dict[tuple[int, int], tuple[Decisive, Decisive]] = {}

    def against(self, row: int, column: int, held: float) -> Sequence[str]:
        """Why these cannot be a translation; `held` is the share of the keys of the shorter that the other has.

        The same words; or years, versions or ordinals that differ between the titles, or that stand in one opening each
        and nowhere in the other post.
        """
        if held > _SAME_WORDS / 2 and self._is_copy(row, column):
            return ["the same words in both: a copy, not a translation"]
        told = []
        titles, openings = zip(self._decide_in(0, row), self._decide_in(1, column), strict=True)
        for kind in sorted(openings[0].keys() & openings[1].keys()):
            # Two titles that name different years need no more; in an opening, the other post may name it further down. So it
            # may with a number, which one of them may have written as a word.
            if (
                kind != "number"
                and kind in titles[0]
                and kind in titles[1]
                and titles[0][kind].isdisjoint(titles[1][kind])
            ):
                told.append(conflict(kind, titles[0][kind], titles[1][kind], "titles"))
            elif openings[0][kind].isdisjoint(openings[1][kind]):
                ours = openings[0][kind] - self._said(kind, 1, column)
                theirs = openings[1][kind] - self._said(kind, 0, row)
                if ours and theirs:
                    told.append(conflict(kind, ours, theirs, "openings"))
        return told or NO_VETO

    def _decide_in(self, end: int, n: int) -> tuple[Decisive, Decisive]:
        """What tells a post from the next of its series, in its title and in its opening; computed once."""
        if (end, n) not in self._decisive:
            opening = opening_of(self._texts[end][n])
            self._decisive[end, n] = decisive(title_of(opening)), decisive(opening)
        return self._decisive[end, n]

    def _said(self, kind: str, end: int, n: int) -> Set[str]:
        """What a whole post has that an opening of the other could mean."""
        said = self._numbers(end, n)
        return said | ordinals(self._texts[end][n]) if kind == "ordinal" else said

    def _is_copy(self, row: int, column: int) -> bool:
        """Whether the shorter post is made of words of the other: its language was taken for another."""
        shorter, longer = sorted((self._texts[0][row], self._texts[1][column]), key=len)
        own = set(words(shorter[:_JUDGED]))
        return len(own & set(words(longer))) >= _SAME_WORDS * len(own)
