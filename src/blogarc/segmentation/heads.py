"""The head lines that a blog sets over its posts: titles over bylines and dates, where several have one form.

A form is believed where it comes several times with text below, and more so where copies of posts start with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blogarc.segmentation.cues import LONGEST_HEAD, MONTHS, Cue
from blogarc.segmentation.strip import SHORT, Bools, Floats, Strip

# So many head lines of one form make the usual form of a dump, if most of them have text below.
USUAL, _TEXT_BELOW = 3, 0.6
# With so many head lines of one form copies must start for the form to be confirmed, and with such a share of them for it to
# be so fully: of a crawl of pages, the copies of most posts start higher up.
_CONFIRMED, _SHARE_CONFIRMED = 2, 0.1
# Below a head line there is text within so many paragraphs.
_BELOW = 8
# As sure as the start of a copy.
_STARTED = 0.4


@dataclass(frozen=True, slots=True)
class Heads:
    """For each paragraph how sure it is the head of a post, by the usual form of bylines or dates in dumps that share text; and
    how far the starts of copies confirm that form."""

    usual: Floats
    confirmed: Floats


def titles(strip: Strip) -> Bools:
    """What looks like a title, and like nothing else."""
    other = Cue.BYLINE | Cue.DATE | Cue.TOGGLE | Cue.READ_MORE | Cue.CONTROL
    return strip.has(Cue.TITLE) & ~strip.has(other)


def find_heads(strip: Strip, starting: Floats) -> Heads:
    """The heads of a strip; `starting` says how strongly a copy starts at each paragraph."""
    byline, title = strip.has(Cue.BYLINE | Cue.DATE), titles(strip)
    first = byline & ~strip.previous(byline)
    heads: Floats = np.zeros(len(strip))
    confirmed: Floats = np.zeros(len(strip))
    forms: dict[str, list[int]] = {}
    for place in np.flatnonzero(first).tolist():
        forms.setdefault(_form(strip.texts[place]), []).append(place)
    letters = np.concatenate(([0], np.cumsum(np.where(byline | title, 0, strip.letters))))
    for places in forms.values():
        if len({strip.texts[p] for p in places}) < USUAL:
            continue
        ends = [*places[1:], len(strip)]
        below = [
            letters[min(end, place + _BELOW)] - letters[place] >= SHORT for place, end in zip(places, ends, strict=True)
        ]
        sure = sum(below) / len(below)
        if sure < _TEXT_BELOW:
            continue
        titled = {p for p in places if p and not strip.starts[p] and title[p - 1]}
        usually_titled = len(titled) >= 0.7 * len(places)
        tops = []
        for p in places:
            at = p - 1 if usually_titled and p in titled else p
            # A toggle line before the head belongs to it.
            if at and not strip.starts[at] and strip.shapes[at - 1] & Cue.TOGGLE.value:
                at -= 1
            heads[at] = sure
            tops.append(at)
        started = int((starting[tops] > _STARTED).sum())
        if started >= _CONFIRMED:
            confirmed[tops] = sure * min(1.0, started / (_SHARE_CONFIRMED * len(tops)))
    return Heads(heads, confirmed)


def _form(text: str) -> str:
    """The form of a head line: its words with names, numbers and months replaced.

    >>> _form("Posted by Ana Ruiz on 3 May 2019") == _form("Posted by Bo Li on 12 June 2020")
    True
    """
    if len(text) > LONGEST_HEAD:
        return ""
    out: list[str] = []
    for position, word in enumerate(text.split()):
        bare = word.strip(".,;:|·()")
        if any(c.isdigit() for c in bare):
            mark = "#"
        elif _is_month(bare):
            mark = "M"
        elif position and bare[:1].isupper():
            mark = "C"
        else:
            mark = bare.lower()
        if not (out and out[-1] == mark == "C"):
            out.append(mark)
    return " ".join(out)


def _is_month(word: str) -> bool:
    return word.lower() in MONTHS
