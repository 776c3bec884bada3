"""Where openings of posts stand one after another, as on the index page of a blog, and what that says of the whole posts.

Several copies next to each other in one place are apart in another: each of them begins a post, in both places, whatever
stands before it in either. In the index an opening ends where the next begins; in the whole post it goes on. A single copy
that stops early may be anything (a quotation, the half of an edited post); the company that it keeps tells.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise, zip_longest

import numpy as np
from rapidfuzz import fuzz

from blogarc.segmentation.cues import Cue
from blogarc.segmentation.repetition import ELLIPSIS, Copy, are_adjacent, is_cut
from blogarc.segmentation.strip import SHORT, Bools, Columns, Floats, Strip, slim
from blogarc.text import skeleton

# Between two openings of an index stand so many lines at most: read-more, comment count, title and byline of the next.
_BETWEEN = 4
# So many openings make an index; a place with two is one at half strength.
_SURE = 4
# Of a copy so many lines above the opening may be its head.
_HEAD_LINES = 3
# An ellipsis and what may follow ("... Read more"). Without such a mark, a beginning of so many letters can be told.
_LEFT_OFF = re.compile(r"(?:…|\.\.\.)[^\w…]*(?:\w+\W*){0,4}$")
_BEGINNING, _ALIKE_BEGINNING = 20, 90.0
# The kinds of evidence.
LISTED = (
    "a copy starts here, of an opening in a list", "a copy starts here below a line, of an opening in a list",
    "above a copy of an opening in a list", "a line below an opening in a list",
    "an opening in a list ended elsewhere, and this goes on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a copy: its first and last place, those of the other, and whether the other goes on where this one ends; and
    whether the two stand apart."""

    first: int
    last: int
    other_first: int
    other_last: int
    opening: bool
    apart: bool

    @property
    def counts(self) -> bool:
        return self.opening and self.apart


def listing_columns(strip: Strip, copies: Sequence[Copy]) -> Columns:
    """What lists of openings say of a cut before each paragraph, from 0 to 1: here is one, or here goes on what one began."""
    columns = {name: np.zeros(len(strip)) for name in LISTED}
    sides = _sides(strip, _parted(strip, copies))
    sign = strip.has(Cue.READ_MORE | Cue.CONTROL)
    head = strip.has(Cue.BYLINE | Cue.DATE | Cue.TOGGLE) | (strip.has(Cue.TITLE) & ~sign)
    part: Bools = np.zeros(len(strip), bool)
    for side in sides:
        part[side.first : side.last + 1] = True
    head &= ~part
    # A line above an opening may be of its head although it does not look so ("Dispatch no. 12, from the north"), and one of
    # words of controls below a head line is ("16 min read").
    short = (strip.letters < SHORT) & ~part
    line = head | (short & (~sign | strip.previous(head)))
    below_opening = np.append(short & ~strip.starts, False)
    for side, strength in zip(sides, _company(strip, sides), strict=True):
        if not strength:
            continue
        for place in (side.first, side.other_first):
            below = "" if strip.starts[place] or not line[place - 1] else " below a line"
            _raise(columns[f"a copy starts here{below}, of an opening in a list"], place, strength)
            top = place
            while place - top < _HEAD_LINES and not strip.starts[top] and head[top - 1]:
                top -= 1
            if top < place:
                _raise(columns["above a copy of an opening in a list"], top, strength)
        if below_opening[side.last + 1]:
            _raise(columns["a line below an opening in a list"], side.last + 1, strength)
        if side.opening:
            _raise(columns["an opening in a list ended elsewhere, and this goes on"], side.other_last + 1, strength)
    for column in columns.values():
        column[strip.starts] = 0.0
    return slim(columns)


def _parted(strip: Strip, copies: Sequence[Copy]) -> list[Copy]:
    """The copies, each of them parted where an opening ends on one side only, above a read-more line or with an ellipsis; a cut
    paragraph at the end belongs to a part.

    An index and the posts in the same order are one copy, if little is missing from the openings. Only here it is parted: for
    all other evidence a gap is a gap, whatever stands in it."""
    ends = np.array([bool(ELLIPSIS.search(text[-9:])) for text in strip.texts], bool)
    more = strip.has(Cue.READ_MORE)
    ends |= strip.next(more)
    stops = np.append(0, np.cumsum(ends)).tolist()
    found = []
    for copy in copies:
        # The read-more line above may recur as well: it ends another opening, and begins nothing.
        pairs = list(dropwhile(lambda pair: more[pair[0]], copy.pairs))
        if not pairs:
            continue
        parts = [pairs[:1]]
        for (a, b), (x, y) in pairwise(pairs):
            smooth = x == a + 1 and y == b + 1
            if not smooth and (stops[x] > stops[a]) != (stops[y] > stops[b]):
                parts.append([])
            parts[-1].append((x, y))
        for part, following in zip_longest(parts, parts[1:]):
            (i, j), (i_last, j_last) = part[0], part[-1]
            end, other_end = following[0] if following else (j, len(strip))
            x, y = i_last + 1, j_last + 1
            inside = x < min(end, j) and y < other_end and not strip.starts[x] and not strip.starts[y]
            if inside and _begins(strip.texts[x], strip.texts[y]):
                part.append((x, y))
                i_last = x
            adjacent = are_adjacent(strip, i, i_last, j)
            found.append(Copy(tuple(part), copy.weight, adjacent))
    return found


def _begins(text: str, other: str) -> bool:
    """Whether the shorter of two texts is the beginning of the longer; little is enough where it says that it was cut.

    >>> _begins("It was not until… Read more", "It was not until May that the ferry ran again."), _begins("It", "It was.")
    (True, False)
    """
    short, whole = sorted((text, other), key=len)
    left_off = _LEFT_OFF.search(short[-60:])
    start = skeleton(short[: len(short) - len(left_off[0])] if left_off else short)
    begun = skeleton(whole)[: len(start)]
    if left_off:
        return bool(start) and start == begun
    return len(start) >= _BEGINNING and bool(fuzz.ratio(start, begun, score_cutoff=_ALIKE_BEGINNING))


def _sides(strip: Strip, copies: Sequence[Copy]) -> list[_Side]:
    """Both sides of all copies that may stand in a list, in order of place."""
    # Beyond the last paragraph nothing stands: there and at the first of a dump nothing goes on.
    begins = np.append(strip.starts, True)
    starting: Bools = np.zeros(len(strip) + 1, bool)
    for copy in copies:
        for first, _ in copy.sides:
            starting[first] = True
    more = np.append(strip.has(Cue.READ_MORE), False) & ~begins
    text = np.append(strip.letters >= SHORT, False)
    # Lines of a page that recur ("Filed under ...", titles in a sidebar) make copies as well, but say no sentence.
    says = strip.has(Cue.SENTENCE) & ~strip.has(
        Cue.CONTROL | Cue.READ_MORE | Cue.NOTICE | Cue.COMMENT | Cue.BYLINE | Cue.DATE
    )
    found = []
    for copy in copies:
        if not says[[place for pair in copy.pairs for place in pair]].any():
            continue
        for n in (0, 1):
            (first, last), (other_first, other_last) = copy.sides[n], copy.sides[1 - n]
            here, there = last + 1, other_last + 1
            opening = not (begins[there] or starting[there] or more[there]) and (
                bool(more[here])
                or is_cut(strip.texts[last], strip.texts[other_last])
                # Where the next one starts at once, only text says that the other goes on: a line may be of the page.
                or bool(starting[here] and not begins[here] and text[there])
            )
            # An opening may stand right beside its post, but a post beside its copy is no part of a list.
            if opening or not copy.adjacent:
                found.append(_Side(first, last, other_first, other_last, opening, not copy.adjacent))
    return sorted(found, key=lambda side: (side.first, side.last, side.other_first))


def _company(strip: Strip, sides: Sequence[_Side]) -> list[float]:
    """How surely each side stands in a list, by how many openings stand in a row with it; 0 for what is in none."""
    links: list[list[int]] = []  # for each side those that follow it
    firsts = [side.first for side in sides]
    for side in sides:
        at = bisect_right(firsts, side.last)
        end = bisect_right(firsts, side.last + 1 + _BETWEEN, at)
        links.append([other for other in range(at, end) if _beside(strip, side.last, firsts[other])])
    before = [float(side.counts) for side in sides]
    for at, following in enumerate(links):
        for other in following:
            before[other] = max(before[other], before[at] + sides[other].counts)
    after = [float(side.counts) for side in sides]
    for at in range(len(sides) - 1, -1, -1):
        for other in links[at]:
            after[at] = max(after[at], after[other] + sides[at].counts)
    # What is no opening itself (a short post, whole) is in a list where openings stand on both sides of it.
    counts = (
        b + a - 1 if s.counts else b + a if s.opening or (b and a) else 0.0
        for b, a, s in zip(before, after, sides, strict=True)
    )
    return [min(1.0, count / _SURE) if count >= 2 else 0.0 for count in counts]


def _beside(strip: Strip, last: int, first: int) -> bool:
    """Whether nothing but lines stands between the end of one copy and the start of another."""
    return bool(not strip.starts[last + 1 : first + 1].any() and (strip.letters[last + 1 : first] < SHORT).all())


def _raise(column: Floats, place: int, value: float) -> None:
    if place < len(column):
        column[place] = max(column[place], value)
