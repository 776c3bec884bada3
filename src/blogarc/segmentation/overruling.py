"""What was said from outside about the paragraphs of some dumps: by a person, and by the profile of a site.

Both are evidence that outweighs all other evidence together, a person's word also the profile's. It is added before the
labels are found, so that everything around adapts: where a person cuts, the copy that went through the cut ends there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from blogarc.model import Dump, LineRuling, Marker, Profile, Ruling, Verdict
from blogarc.profiles import Markers
from blogarc.segmentation.cues import Cue, Head
from blogarc.segmentation.decoding import Label
from blogarc.segmentation.evidence import Evidence, Weights
from blogarc.segmentation.strip import Bools, Floats, Ints
from blogarc.text import fingerprint

BY_A_PERSON, BY_THE_PROFILE = "a person decided", "the profile of the site says so"
# All evidence at a paragraph, and the steps around it, come to some tens at most.
DECIDED, PROFILED = 1000.0, 100.0

_Parts = dict[int, dict[str, float]]
# What a verdict adds to a start, and to furniture; both are weighed against going on with the article.
_WORTH = {
    Verdict.CUT: (DECIDED, 0.0),
    Verdict.NO_CUT: (-DECIDED, 0.0),
    Verdict.BOILERPLATE: (0.0, DECIDED),
    Verdict.CONTENT: (0.0, -DECIDED),
}
_MARKED = {
    Marker.START: (PROFILED, 0.0),
    Marker.FURNITURE: (0.0, PROFILED),
    Marker.BYLINE: (0.0, -PROFILED),
    Marker.DATE: (0.0, -PROFILED),
}
_LAST = (-PROFILED, -PROFILED)
_SHAPES = {Marker.BYLINE: Cue.BYLINE, Marker.DATE: Cue.DATE}


@dataclass(slots=True)
class Word:
    """What was said, by place in a strip: `start` and `furniture` hold weights by who said it, `firsts` and `ends` are
    the first and last lines of posts, `joined` the places where a person wants no cut, `heads` what lines of author and date
    tell."""

    start: _Parts = field(default_factory=lambda: defaultdict(dict))
    furniture: _Parts = field(default_factory=lambda: defaultdict(dict))
    firsts: set[int] = field(default_factory=set)
    ends: set[int] = field(default_factory=set)
    joined: set[int] = field(default_factory=set)
    heads: dict[int, Head] = field(default_factory=dict)
    shapes: dict[int, Cue] = field(default_factory=dict)

    def _add(self, place: int, who: str, worth: tuple[float, float]) -> None:
        for parts, weight in zip((self.start, self.furniture), worth, strict=True):
            if weight:
                parts[place][who] = parts[place].get(who, 0.0) + weight

    def rule(self, place: int, verdict: Verdict) -> None:
        """Add a person's verdict."""
        self._add(place, BY_A_PERSON, _WORTH[verdict])
        if verdict is Verdict.NO_CUT:
            self.joined.add(place)

    def mark(self, place: int, marks: Mapping[Marker, str]) -> None:
        """Add what a profile makes of a paragraph."""
        for marker in marks:
            if marker is Marker.END:
                self.ends.add(place)
                if Marker.FURNITURE not in marks:
                    self._add(place, BY_THE_PROFILE, _LAST)
            else:
                self._add(place, BY_THE_PROFILE, _MARKED[marker])
                if marker is Marker.START:
                    self.firsts.add(place)
        for marker, cue in _SHAPES.items():
            if marker in marks:
                self.shapes[place] = self.shapes.get(place, Cue.NONE) | cue
        if Marker.BYLINE in marks or Marker.DATE in marks:
            self.heads[place] = Head(marks.get(Marker.BYLINE), marks.get(Marker.DATE))

    def bound_posts(self, past: int) -> None:
        """See to it that a first line is not a whole post, and that after the last line of a post, or of some that stand
        together, none goes on; `past` is the first place of the next dump."""
        for place in self.firsts:
            if place + 1 < past and place + 1 not in self.firsts:
                self._add(place + 1, BY_THE_PROFILE, (-PROFILED, 0.0))
        self.ends = {place for place in self.ends if place + 1 not in self.ends}
        for place in self.ends:
            if place + 1 < past and place + 1 not in self.joined:
                self._add(place + 1, BY_THE_PROFILE, (PROFILED, PROFILED))


def listen(dumps: Sequence[Dump], rulings: Iterable[Ruling], profiles: Sequence[Sequence[Profile]]) -> Word:
    """What rulings, and the profiles of each dump, say about dumps laid end to end."""
    by_paragraph: dict[int, list[LineRuling]] = defaultdict(list)
    for ruling in rulings:
        if isinstance(ruling, LineRuling):
            by_paragraph[ruling.paragraph].append(ruling)
    # Most paragraphs stand twice or more.
    remembered = cache(fingerprint)
    word = Word()
    first = 0
    for dump, own in zip(dumps, profiles, strict=True):
        if by_paragraph:
            prints = [None, *(remembered(p.text) for p in dump.paragraphs), None]
            for n, (before, paragraph, after) in enumerate(zip(prints, prints[1:], prints[2:], strict=False)):
                for ruling in by_paragraph.get(paragraph, ()) if paragraph is not None else ():
                    if (ruling.before, ruling.after) == (before, after):
                        word.rule(first + n, ruling.verdict)
        past = first + len(dump.paragraphs)
        marked = Word(joined=word.joined)
        for profile in own:
            look = cache(Markers(profile).look)
            for n, paragraph_ in enumerate(dump.paragraphs):
                marks = look(paragraph_.text)
                if marks:
                    marked.mark(first + n, marks)
        marked.bound_posts(past)
        word = _joined(word, marked)
        first = past
    return word


def _joined(word: Word, other: Word) -> Word:
    for ours, theirs in ((word.start, other.start), (word.furniture, other.furniture)):
        for place, parts in theirs.items():
            ours[place].update(parts)
    word.ends |= other.ends
    word.heads |= other.heads
    word.shapes |= other.shapes
    return word


@dataclass(frozen=True, slots=True)
class Overruled:
    """Evidence with a word on top; it answers as `Evidence` does."""

    evidence: Evidence
    word: Word

    @property
    def starts(self) -> Bools:
        return self.evidence.starts

    @property
    def telling(self) -> Bools:
        return self.evidence.telling

    @property
    def alone(self) -> Bools:
        return self.evidence.alone

    @property
    def taken(self) -> Bools:
        """Which paragraphs a person took out as furniture."""
        taken = np.zeros(len(self.evidence.strip), bool)
        for place, told in self.word.furniture.items():
            taken[place] = told.get(BY_A_PERSON, 0.0) > 0
        return taken

    def shape(self, place: int) -> Cue:
        return self.evidence.shape(place)

    def scores(self, weights: Weights) -> tuple[Floats, Floats]:
        """As those of the evidence, with what was said added."""
        scores = self.evidence.scores(weights)
        for column, parts in zip(scores, (self.word.start, self.word.furniture), strict=True):
            for place, told in parts.items():
                column[place] += sum(told.values())
        return scores

    def for_cut(self, place: int) -> dict[str, float]:
        return self.word.start.get(place, {}) | self.evidence.for_cut(place)

    def for_furniture(self, place: int) -> dict[str, float]:
        return self.word.furniture.get(place, {}) | self.evidence.for_furniture(place)

    def close(self, labels: Sequence[Label], first: int) -> list[Label]:
        """The labels of a dump that begins at `first`: an article that was ended is not taken up again after furniture."""
        closed, told = False, list(labels)
        for n, label in enumerate(labels):
            if label is not Label.FURNITURE:
                if closed and label is Label.INSIDE and first + n not in self.word.joined:
                    told[n] = Label.START
                closed = False
            closed = closed or first + n in self.word.ends
        return told

    def head(self, places: Iterable[int]) -> Head:
        """Author and date in an article of these places, as its lines have them."""
        heads = [self.word.heads[place] for place in places if place in self.word.heads]
        return Head(
            next((head.byline for head in heads if head.byline), None),
            next((head.published for head in heads if head.published), None),
        )


def shapes_of(word: Word, count: int) -> Ints | None:
    """What lines look like beyond what is seen, as a column of `Cue` numbers; None if there is nothing to add."""
    if not word.shapes:
        return None
    added = np.zeros(count, np.int64)
    for place, cue in word.shapes.items():
        added[place] = cue.value
    return added
