"""Which stretches of paragraphs are copies of one another, within a dump and across dumps.

A copy is found as a *chain*: pairs of equal paragraphs that go forward together on both sides. Each occurrence of a
paragraph is linked to the next occurrence of the same one, so the work is linear in the number of paragraphs; links of
one offset form runs, and runs that follow each other closely on both sides form a chain, so that a paragraph changed,
added or dropped in one copy does not break it. The earlier side must end before the later one begins.

Where a chain starts or ends, a post starts or ends; what a chain goes through is one post, or several that stand
together in both places. Chains of pages from different dumps are found the same way, because dumps are laid end to end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from blogarc.segmentation.cues import Cue
from blogarc.segmentation.strip import SHORT, Bools, Columns, Floats, Ints, Strip, slim
from blogarc.text import skeleton

# A changed or added stretch of up to so many paragraphs does not end a copy.
_LONGEST_GAP = 6
# A paragraph counts for a copy as far as its first so many letters: one long paragraph is not a post.
_LETTERS_COUNTED = 250
# Chains lighter than this (in letters, made lighter still by frequency) are lines that happen to recur.
_LIGHTEST = 25.0
# A chain that lies inside much heavier ones on both sides is a phrase that the post repeats.
_HEAVIER = 2.5
# A chain is not continued, at another distance, by a run so many times as heavy.
_ASTRAY = 4.0
# Two copies count as neighbours with up to so many paragraphs of furniture between them.
_FURNITURE_BETWEEN = 3
# How alike (0 to 100) the paragraphs beyond the end of a chain must be to belong to it: they have their place in
# common already, so less is asked than of paragraphs that meet anywhere.
_ALIKE_AT_THE_END = 75.0
# The same for paragraphs in a gap of a chain, as many on one side as on the other.
_ALIKE_IN_PLACE = 55.0
ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\])\W*$")
# How far aligned paragraphs are drawn together, and from which weight of a copy on.
_TIE, _LIGHTEST_TIE = 0.5, 80.0
_COLUMNS_AT_ONCE = 8  # so that no second table is held


@dataclass(frozen=True, slots=True)
class Copy:
    """A stretch of paragraphs that stands again: `pairs` are the equal paragraphs, first and second place of each, both
    ascending; `weight` is in letters; `adjacent` says that little or nothing stands between the two."""

    pairs: tuple[tuple[int, int], ...]
    weight: float
    adjacent: bool

    @property
    def sides(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """First and last paragraph of either side, inclusive."""
        (i, j), (i_last, j_last) = self.pairs[0], self.pairs[-1]
        return (i, i_last), (j, j_last)


@dataclass(slots=True)
class _Chain:
    pairs: list[tuple[int, int]]
    weight: float

    def follows(self, other: _Chain) -> bool:
        """Whether this chain goes on where the other stops, on both sides."""
        (i, j), (i_last, j_last) = self.pairs[0], other.pairs[-1]
        return (
            0 < i - i_last <= _LONGEST_GAP + 1
            and 0 < j - j_last <= _LONGEST_GAP + 1
            and self.pairs[-1][0] < other.pairs[0][1]
            # A few lines that happen to recur at another distance must not lead a copy astray.
            and (i - i_last == j - j_last or self.weight < _ASTRAY * other.weight)
        )


def find_copies(strip: Strip) -> list[Copy]:
    """The copies among the paragraphs of a strip, heaviest first."""
    heads = strip.has(Cue.TOGGLE | Cue.BYLINE | Cue.DATE)
    dumps = strip.dumps
    chains = _join(_runs(strip.identities, dumps, strip.letters, heads), dumps)
    chains = [_extend(_fill(chain, strip), dumps, strip.texts) for chain in chains if chain.weight >= _LIGHTEST]
    chains.sort(key=lambda chain: (-chain.weight, chain.pairs[0]))
    copies = []
    for chain in _drop_repeated_phrases(chains, len(strip)):
        (i, j), (i_last, _) = chain.pairs[0], chain.pairs[-1]
        copies.append(Copy(tuple(chain.pairs), chain.weight, are_adjacent(strip, i, i_last, j)))
    return copies


def are_adjacent(strip: Strip, first: int, last: int, other: int) -> bool:
    """Whether what begins at `other` stands next to the stretch before it from `first` to `last`."""
    adjacent = bool(strip.dumps[first] == strip.dumps[other] and other - last - 1 <= _FURNITURE_BETWEEN)
    # A sentence that a post says again after another is no copy of it.
    limit = max(SHORT, strip.letters[first : last + 1].sum() / 2)
    return adjacent and bool(strip.letters[last + 1 : other].sum() <= limit)


def _next_occurrences(identities: Ints) -> Ints:
    """For each paragraph the place where the same one stands next, or -1."""
    order = np.argsort(identities, kind="stable")
    following = np.full(len(identities), -1, np.int64)
    same = identities[order[1:]] == identities[order[:-1]]
    following[order[:-1][same]] = order[1:][same]
    return following


def _runs(identities: Ints, dumps: Ints, letters: Ints, heads: Bools) -> list[_Chain]:
    """Stretches in which each paragraph's next occurrence lies equally far off, in order of place."""
    following = _next_occurrences(identities)
    places = np.flatnonzero(following >= 0)
    if not places.size:
        return []
    _, inverse, counts = np.unique(identities, return_inverse=True, return_counts=True)
    rarity = 1.0 / np.maximum(1.0, counts[inverse] / 4.0)
    weights = np.minimum(letters, _LETTERS_COUNTED) * rarity
    offsets = following[places] - places
    order = np.lexsort((places, offsets))
    places, offsets = places[order], offsets[order]
    again = places + offsets
    breaks = (
        (np.diff(offsets) != 0) | (np.diff(places) != 1) | (np.diff(dumps[places]) != 0) | (np.diff(dumps[again]) != 0)
    )
    edges = np.concatenate(([0], np.flatnonzero(breaks) + 1, [len(places)]))
    seen_before = np.zeros(len(identities), bool)
    seen_before[following[following >= 0]] = True
    runs = []
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        # Three copies in a row make one run twice as long as its offset: cut it into its copies. Where a line ends both
        # the post before and this one ("x P x P x"), the run is a little longer than its offset: then a copy starts at
        # the first head line, or else at the first paragraph that was not seen before.
        step = int(offsets[start])
        slack = (end - start) % step if end - start > step else 0
        lead = places[start : start + slack + 1]
        likely = np.flatnonzero(heads[lead]) if heads[lead].any() else np.flatnonzero(~seen_before[lead])
        phase = int(likely[0]) if likely.size else 0
        for a in [*([start] if phase else []), *range(start + phase, end, step)]:
            b = min(a + step, end) if a >= start + phase else start + phase
            pairs = list(zip(places[a:b].tolist(), again[a:b].tolist(), strict=True))
            runs.append(_Chain(pairs, float(weights[places[a:b]].sum())))
    runs.sort(key=lambda run: run.pairs[0])
    return runs


def _join(runs: list[_Chain], dumps: Ints) -> list[_Chain]:
    """Runs that follow each other closely on both sides, joined; each to the nearest chain before it."""
    done: list[_Chain] = []
    open_chains: list[_Chain] = []
    for run in runs:
        place = run.pairs[0][0]
        still_open: list[_Chain] = []
        for chain in open_chains:
            (still_open if place - chain.pairs[-1][0] <= _LONGEST_GAP + 1 else done).append(chain)
        open_chains = still_open
        candidates = [
            chain
            for chain in open_chains
            if run.follows(chain)
            and dumps[chain.pairs[-1][0]] == dumps[place]
            and dumps[chain.pairs[-1][1]] == dumps[run.pairs[0][1]]
        ]
        if candidates:
            best = min(candidates, key=lambda chain: (_distance(chain, run), -chain.weight, chain.pairs[0]))
            best.pairs.extend(run.pairs)
            best.weight += run.weight
        else:
            open_chains.append(_Chain(list(run.pairs), run.weight))
    return done + open_chains


def _distance(chain: _Chain, run: _Chain) -> int:
    (i, j), (i_last, j_last) = run.pairs[0], chain.pairs[-1]
    return (i - i_last) + (j - j_last) + 2 * abs((i - i_last) - (j - j_last))


def _fill(chain: _Chain, strip: Strip) -> _Chain:
    """With the paragraphs in its gaps that resemble each other: their place is given, so little is asked of them."""
    filled = chain.pairs[:1]
    for (i, j), (i_next, j_next) in pairwise(chain.pairs):
        ours, theirs = i + 1, j + 1
        while ours < i_next and theirs < j_next:
            # As many on both sides are taken one by one; else the first that resembles is looked for.
            if i_next - ours == j_next - theirs:
                if _resemble(strip.texts[ours], strip.texts[theirs], _ALIKE_IN_PLACE):
                    filled.append((ours, theirs))
                ours, theirs = ours + 1, theirs + 1
                continue
            found = next(
                (
                    other
                    for other in range(theirs, j_next)
                    if _resemble(strip.texts[ours], strip.texts[other], _ALIKE_AT_THE_END)
                ),
                None,
            )
            if found is not None:
                filled.append((ours, found))
                theirs = found + 1
            ours += 1
        filled.append((i_next, j_next))
    chain.pairs = filled
    return chain


def _resemble(text: str, other: str, score: float) -> bool:
    return bool(fuzz.ratio(skeleton(text), skeleton(other), score_cutoff=score))


def _extend(chain: _Chain, dumps: Ints, texts: Sequence[str]) -> _Chain:
    """With the nearly equal paragraphs that stand before its start and after its end on both sides."""
    for step, at in ((-1, 0), (1, -1)):
        while True:
            i, j = chain.pairs[at][0] + step, chain.pairs[at][1] + step
            if i < 0 or j >= len(texts) or dumps[i] != dumps[i - step] or dumps[j] != dumps[j - step]:
                break
            # The earlier side must still end before the later begins.
            if (i >= chain.pairs[0][1]) if step > 0 else (j <= chain.pairs[-1][0]):
                break
            if not _resemble(texts[i], texts[j], _ALIKE_AT_THE_END):
                break
            chain.pairs.insert(0 if step < 0 else len(chain.pairs), (i, j))
    return chain


def _drop_repeated_phrases(chains: list[_Chain], count: int) -> list[_Chain]:
    """Without the chains of which both sides lie within much heavier ones. `chains` come heaviest first."""
    # heaviest[p]: the weight of the heaviest chain that goes over paragraph p.
    heaviest: Floats = np.zeros(count)
    kept = []
    for chain in chains:
        (i, j), (i_last, j_last) = chain.pairs[0], chain.pairs[-1]
        around = min(heaviest[i : i_last + 1].min(), heaviest[j : j_last + 1].min())
        if around > _HEAVIER * chain.weight:
            continue
        kept.append(chain)
        for a, b in ((i, i_last), (j, j_last)):
            np.maximum(heaviest[a : b + 1], chain.weight, out=heaviest[a : b + 1])
    return kept


# ---- what copies say of each paragraph

# A copy of so many letters is evidence at full strength; a shorter one at a part of it.
_FULL_STRENGTH = 150.0
# A head so many lines below the start of a copy is of another post than the one that starts there.
_HEAD_LINES = 3
# Paragraphs in copies stronger than this are covered.
COVERED = 0.4


def _of_several_posts(copies: Sequence[Copy], heads: Floats) -> list[bool]:
    """Which copies go over the head of a post, below their first lines: that they go on there says nothing."""
    marked = np.append(0, np.cumsum(heads > COVERED))
    return [
        any(bool(marked[last + 1] > marked[min(first + _HEAD_LINES, last + 1)]) for first, last in copy.sides)
        for copy in copies
    ]


def _mark_insides(
    columns: dict[str, Floats], within: Floats, strip: Strip, copies: Sequence[Copy], several: Sequence[bool]
) -> None:
    """Mark the paragraphs before which a copy goes on, on both sides alike or past paragraphs that differ; `within` gets the
    weight of the heaviest such copy."""
    if not copies:
        return
    owners = np.repeat(np.arange(len(copies)), [len(copy.pairs) for copy in copies])
    pairs = np.array([pair for copy in copies for pair in copy.pairs])
    weights = np.array([copy.weight for copy in copies])[owners][1:]
    strengths = np.minimum(1.0, weights / _FULL_STRENGTH)
    adjacent = np.array([copy.adjacent for copy in copies])[owners][1:]
    many = np.array(several)[owners][1:]
    elsewhere = (strip.dumps[pairs[:, 0]] != strip.dumps[pairs[:, 1]])[1:]
    linked = owners[1:] == owners[:-1]
    smooth = linked & (np.diff(pairs, axis=0) == 1).all(1)
    kinds = (
        ("inside a copy of several posts", many),
        ("inside neighbouring copies", ~many & adjacent),
        ("inside a copy of another dump", ~many & ~adjacent & elsewhere),
        ("inside a copy", ~many & ~adjacent & ~elsewhere),
    )
    for side in (0, 1):
        here = pairs[1:, side]
        for name, belongs in kinds:
            chosen = smooth & belongs
            np.maximum.at(columns[name], here[chosen], strengths[chosen])
        np.maximum.at(within, here[smooth], weights[smooth])
        differing = columns["inside a copy, where paragraphs differ"]
        for gap in np.flatnonzero(linked & ~smooth).tolist():
            between = slice(int(pairs[gap, side]) + 1, int(here[gap]) + 1)
            np.maximum(differing[between], strengths[gap], out=differing[between])
            np.maximum(within[between], weights[gap], out=within[between])


@dataclass(frozen=True, slots=True)
class Coverage:
    """How strongly each paragraph is part of a copy, and of one whose other stands next to it, from 0 to 1; and of how many
    copies it is part; and how strongly one starts at it."""

    covered: Floats
    adjacent: Floats
    times: Ints
    starting: Floats


def copy_columns(strip: Strip, copies: Sequence[Copy], coverage: Coverage, heads: Floats) -> Columns:
    """What copies say of a cut before each paragraph, from 0 to 1; `heads` says how sure it is the head of a post."""
    names = (
        "a neighbouring copy starts here", "a neighbouring copy ended before", "inside neighbouring copies",
        "a copy starts here, elsewhere at an edge", "a copy starts here, elsewhere after a copy",
        "a copy starts here, elsewhere after other text", "a copy ended before, elsewhere at an edge",
        "a copy ended before, elsewhere before a copy", "a copy ended before, elsewhere before other text",
        "inside a copy", "inside a copy of another dump", "inside a copy of several posts",
        "inside a copy, where paragraphs differ", "between neighbouring copies", "the copy was cut, and this goes on",
        "a cut copy ended before", "copies end and start here", "inside a copy heavier than what starts or ends here",
        "a copy starts here that stands by itself elsewhere", "a copy ended before that stands by itself elsewhere",
        "inside a copy that stands by itself elsewhere", "a copy starts here that was cut elsewhere",
        "a note of an update above a copy", "a copy starts here below a note of an update",
    )  # fmt: skip
    columns = {name: np.zeros(len(strip)) for name in names}
    covered = coverage.covered
    furniture = strip.has(Cue.CONTROL) | (_recurring(strip) & (strip.letters < 60))
    more = strip.has(Cue.READ_MORE)
    edge: Floats = np.zeros(len(strip))
    within: Floats = np.zeros(len(strip))
    opens, closes = _bounds_of(strip, copies, furniture)
    several = _of_several_posts(copies, heads)
    for copy, many in zip(copies, several, strict=True):
        strength = min(1.0, copy.weight / _FULL_STRENGTH)
        for side in (0, 1):
            first, other_first = copy.pairs[0][side], copy.pairs[0][1 - side]
            last, other_last = copy.pairs[-1][side], copy.pairs[-1][1 - side]
            # Other things stand right before and right after the other one: it is a whole, or an opening of one.
            alone = closes[other_first] and opens[other_last + 1]
            if alone:
                _raise(columns["a copy starts here that stands by itself elsewhere"], first, strength)
                if not many:
                    inside = columns["inside a copy that stands by itself elsewhere"]
                    np.maximum(inside[first + 1 : last + 1], strength, out=inside[first + 1 : last + 1])
            if copy.adjacent:
                _raise(columns["a neighbouring copy starts here"], first, strength)
            else:
                before = other_first - 1
                if strip.starts[other_first] or furniture[before]:
                    where = "at an edge"
                else:
                    where = "after a copy" if covered[before] > COVERED else "after other text"
                _raise(columns[f"a copy starts here, elsewhere {where}"], first, strength)
            _raise(edge, first, copy.weight)
            after, other_after = last + 1, other_last + 1
            if after < len(strip) and not strip.starts[after]:
                other_ends = other_after >= len(strip) or bool(strip.starts[other_after])
                cut = is_cut(strip.texts[last], strip.texts[other_last])
                other_cut = is_cut(strip.texts[other_last], strip.texts[last]) or (
                    not other_ends and bool(more[other_after])
                )
                if other_cut and not cut:
                    _raise(columns["the copy was cut, and this goes on"], after, strength)
                elif copy.adjacent:
                    _raise(columns["a neighbouring copy ended before"], after, strength)
                else:
                    if other_ends or furniture[other_after]:
                        where = "at an edge"
                    else:
                        where = "before a copy" if covered[other_after] > COVERED else "before other text"
                    _raise(columns[f"a copy ended before, elsewhere {where}"], after, strength)
                if cut:
                    _raise(columns["a cut copy ended before"], after, strength)
                if other_cut:
                    _raise(columns["a copy starts here that was cut elsewhere"], first, strength)
                else:
                    _raise(edge, after, copy.weight)
                    if alone:
                        _raise(columns["a copy ended before that stands by itself elsewhere"], after, strength)
                if copy.adjacent and side == 0:
                    between = columns["between neighbouring copies"]
                    np.maximum(between[after:other_first], strength, out=between[after:other_first])
    _mark_insides(columns, within, strip, copies, several)
    starting = np.maximum.reduce(
        [column for name, column in columns.items() if "starts here" in name and "end" not in name]
    )
    ended = np.maximum.reduce([column for name, column in columns.items() if "ended before" in name])
    text = strip.letters >= 60
    columns["a copy starts here with text"] = starting * text
    columns["a copy of text ended before"] = ended * strip.previous(text)
    columns["copies end and start here"] = np.minimum(starting, ended)
    # An editor's note on top of one copy only belongs to the copy below, not to the one above.
    note = strip.has(Cue.NOTE) & (covered <= COVERED)
    columns["a note of an update above a copy"] = note * strip.next_value(starting)
    columns["a copy starts here below a note of an update"] = starting * strip.previous(note)
    heavier = (within > 0) & (edge > 0)
    columns["inside a copy heavier than what starts or ends here"][heavier] = (
        np.clip(np.log2(within[heavier] / edge[heavier]), -3, 3) / 3
    )
    for column in columns.values():
        column[strip.starts] = 0.0
    return slim(columns)


def _bounds_of(strip: Strip, copies: Sequence[Copy], furniture: Bools) -> tuple[Bools, Bools]:
    """Before which paragraphs something begins, and before which something has ended: a dump, furniture, a copy. There is a
    place more than there are paragraphs."""
    edge = np.append(strip.starts, True)
    opens, closes = edge | np.append(furniture, False), edge | np.concatenate(([False], furniture))
    for copy in copies:
        for first, last in copy.sides:
            opens[first] = closes[last + 1] = True
    return opens, closes


def tie(columns: NDArray[np.float32], copies: Sequence[Copy]) -> None:
    """Draw together, in place, the rows of aligned paragraphs: what one copy shows counts for the other. The first paragraph
    of a copy keeps its own, because there the surroundings differ."""
    pairs = [
        (a, b)
        for copy in copies
        if copy.weight >= _LIGHTEST_TIE
        for (x, y), (a, b) in pairwise(copy.pairs)
        if a == x + 1 and b == y + 1
    ]
    if not pairs:
        return
    one, other = np.array(pairs).T
    here, there = np.concatenate((one, other)), np.concatenate((other, one))
    order = np.argsort(here, kind="stable")
    here, there = here[order], there[order]
    first = np.flatnonzero(np.concatenate(([True], here[1:] != here[:-1])))
    times = np.diff(np.append(first, len(here)))[:, None]
    for at in range(0, columns.shape[1], _COLUMNS_AT_ONCE):
        part = columns[:, at : at + _COLUMNS_AT_ONCE]
        means = np.add.reduceat(part[there], first) / times
        part[here[first]] = (1 - _TIE) * part[here[first]] + _TIE * means


def cover(strip: Strip, copies: Sequence[Copy]) -> Coverage:
    """What of a strip is part of copies."""
    covered: Floats = np.zeros(len(strip))
    adjacent: Floats = np.zeros(len(strip))
    times = np.zeros(len(strip), np.int64)
    starting: Floats = np.zeros(len(strip))
    for copy in copies:
        strength = min(1.0, copy.weight / _FULL_STRENGTH)
        for first, last in copy.sides:
            for column in (covered, adjacent) if copy.adjacent else (covered,):
                np.maximum(column[first : last + 1], strength, out=column[first : last + 1])
            times[first : last + 1] += 1
            _raise(starting, first, strength)
    return Coverage(covered, adjacent, times, starting)


def _recurring(strip: Strip) -> Bools:
    return np.asarray(np.bincount(strip.identities)[strip.identities] >= 3)


def is_cut(text: str, whole: str) -> bool:
    """Whether a paragraph is the beginning of another, and less than most of it."""
    return len(text) < 0.9 * len(whole) or bool(ELLIPSIS.search(text) and not ELLIPSIS.search(whole))


def _raise(column: Floats, place: int, value: float) -> None:
    column[place] = max(column[place], value)
