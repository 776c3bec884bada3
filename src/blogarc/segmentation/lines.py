"""What the shapes of lines say of a cut before each paragraph, and of each being page furniture.

Head lines (toggle, title, byline, date) and closing lines (credit, read-more, rule) speak for a cut; where a dump has
several head lines of one form they are believed. Furniture recurs among different neighbours, stands at the edges of dumps
or in runs of short lines, is the odd one out where all else is copied, or has the words of a page's controls.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from blogarc.segmentation.cues import LONGEST_HEAD, Cue
from blogarc.segmentation.heads import USUAL, Heads, titles
from blogarc.segmentation.repetition import COVERED, Coverage
from blogarc.segmentation.strip import LONG, SHORT, Bools, Columns, Floats, Ints, Strip, slim
from blogarc.text import skeleton

# A stretch outside copies with so many letters is a post that occurs once, not furniture.
_STRETCH = 1500
# Paragraphs at either end of a dump that count as its edge.
_EDGE = 8
# Paragraphs above or below a line of comments that are near it.
_NEAR = 10
# A title has at least so many letters; the line that holds it stands at most so far above.
_TITLE_LETTERS, _ABOVE = 8, 25


def head_columns(strip: Strip, copied: Coverage, heads: Heads) -> Columns:
    """Evidence of shape for a cut before each paragraph; `copied` says what is part of a copy."""
    byline = strip.has(Cue.BYLINE | Cue.DATE)
    toggle = strip.has(Cue.TOGGLE)
    more, credit, rule = strip.has(Cue.READ_MORE), strip.has(Cue.CREDIT), strip.has(Cue.RULE)
    control = strip.has(Cue.CONTROL) & ~toggle
    sentence = strip.has(Cue.SENTENCE)
    title = titles(strip)
    long, short = strip.letters > LONG, strip.letters < SHORT
    previous, following = strip.previous, strip.next
    usual = heads.usual
    sure = _share_of_heads(strip, usual)
    _, announced = _announced(strip)
    columns: dict[str, Bools | Floats] = {
        "head line of the dump's usual form": usual,
        "head line of a form with which copies start": heads.confirmed,
        "in a dump with usual heads, but none": np.where(usual == 0, sure, 0.0),
        "title over a byline": title & following(byline),
        "byline or date line": byline,
        "language toggle": toggle & ~following(toggle),
        "title-shaped": title,
        "a line above holds this title": announced,
        "after a title that a line above holds": previous(announced),
        "title-shaped over a long paragraph": title & following(long),
        "title-shaped after the end of a sentence": title & previous(sentence),
        "title-shaped after furniture": title & previous(control),
        "title-shaped where there is no usual head": (title & previous(sentence) & ~following(title)) * (1 - sure),
        "title-shaped where there is neither head nor copy": (title & previous(sentence) & ~following(title))
        * (1 - sure)
        * (copied.covered < COVERED),
        "after a title-shaped line": previous(title),
        "after a head line": previous(toggle) & (title | byline) | previous(title) & byline | previous(byline) & byline,
        "after a byline": previous(byline),
        "after a read-more line": previous(more),
        "after a credit line": previous(credit),
        "after a rule": previous(rule),
        "item of a list or a dialogue": strip.has(Cue.ITEM),
        "short item of a list or a dialogue": strip.has(Cue.ITEM) & short,
        "a note of an update": strip.has(Cue.NOTE),
        "after a note of an update": previous(strip.has(Cue.NOTE)),
        "a note of an update after a copy": strip.has(Cue.NOTE) & previous(copied.covered > COVERED),
        "a note of an update outside copies": strip.has(Cue.NOTE) & (copied.covered < COVERED),
        "after furniture words": previous(control) & ~control,
        "long after a short line": long & previous(short),
        "begins in lower case": strip.has(Cue.LOWER),
        "after a line that does not end": previous(~sentence & ~title & ~control),
        "after the end of a sentence": previous(sentence),
        "after a colon": previous(strip.has(Cue.COLON)),
        "above a read-more line": following(more),
        "after a head line with a time of day": previous(strip.has(Cue.HOUR) & byline),
        "after a name": previous(strip.has(Cue.NAME) & ~byline),
        "after the last of lines that recur together": _after_a_block(strip),
        "after a path of links": previous(strip.has(Cue.PATH)),
    }
    told = slim(columns)
    for column in told.values():
        column[strip.starts] = 0.0
    return told


def furniture_columns(strip: Strip, copied: Coverage) -> Columns:
    """Evidence for each paragraph being furniture; `copied` says what is part of a copy."""
    counts = np.bincount(strip.identities)[strip.identities]
    covered, adjacent = copied.covered, copied.adjacent
    lone = covered < COVERED
    coverage, doubled = share_copied(strip, covered), share_copied(strip, adjacent)
    sentence = strip.has(Cue.SENTENCE)
    short = strip.letters < SHORT
    stub = short & ~sentence
    head = strip.has(Cue.BYLINE | Cue.DATE | Cue.TOGGLE)
    varied = _varied(strip, counts)
    more_often = _more_often_than_text(strip, counts)
    recurs = (counts >= 3) & (more_often > 0)
    varied_before, varied_after = _varied_sides(strip, counts)
    runs = _runs(strip, stub & ~head)
    controls = _mean_over_runs(strip, stub & ~head, strip.has(Cue.CONTROL | Cue.NOTICE))
    held, _ = _announced(strip)
    columns: dict[str, Bools | Floats] = {
        "recurs among different neighbours": (counts >= 2) & varied & (strip.letters < LONG),
        "recurs three times or more": counts >= 3,
        "recurs, outside copies": (counts >= 3) & lone,
        "recurs very often": np.minimum(1.0, np.maximum(0.0, np.log2(np.maximum(counts, 1)) - 1.5) / 4),
        "recurs as often as anything": _share_of_most(strip, counts),
        "rarer than the line before": _rarer(counts, strip.previous_value(counts)),
        "rarer than the line after": _rarer(counts, strip.next_value(counts)),
        "rare among lines that recur": _rarer(counts, _most_around(counts)),
        "outside all copies": lone,
        "the odd one out among copies": lone * coverage,
        "outside copies where nearly all is copied": lone * np.clip(5 * coverage - 4, 0, 1),
        "outside copies at the edge where nearly all is copied": _edges(strip, lone) * np.clip(5 * coverage - 4, 0, 1),
        "in a short stretch outside copies where nearly all is copied": _short_stretches(strip, lone, head)
        * np.clip(5 * coverage - 4, 0, 1),
        "outside copies in a dump of doubled posts": (adjacent < COVERED) * doubled,
        "part of a copy": covered,
        "part of a copy, once in each": covered / np.maximum(counts - 1, 1),
        "part of neighbouring copies": adjacent,
        "part of neighbouring copies, once in each": adjacent / np.maximum(counts - 1, 1),
        "part of neighbouring copies in a dump of doubled posts": adjacent * doubled,
        "part of a copy that recurs": np.minimum(1.0, np.log2(np.maximum(copied.times, 1)) / 3),
        "short, outside copies": short & lone,
        "title-shaped, outside copies": strip.has(Cue.TITLE) & lone,
        "short": short,
        "does not end as a sentence": ~sentence,
        "long": strip.letters > LONG,
        "very long": strip.letters > 3 * LONG,
        "words of controls": strip.has(Cue.CONTROL),
        "a line of comments": strip.has(Cue.COMMENT),
        "below a line of comments": _below(strip, strip.has(Cue.COMMENT)),
        "above a line of comments": _below(strip, strip.has(Cue.COMMENT), upwards=True),
        "holds a title that stands below": held,
        "a notice": strip.has(Cue.NOTICE),
        "read-more line": strip.has(Cue.READ_MORE),
        "rule": strip.has(Cue.RULE),
        "head line": head,
        "title over a head line": strip.next(head) & strip.has(Cue.TITLE),
        "alone among longer ones": (runs == 1) & stub,
        "one of a few short lines": (runs >= 2) & (runs <= 4),
        "one of many short lines": runs >= 5,
        "in a run of short lines, many of them controls": np.where(runs >= 2, controls, 0.0),
        "in a run of short lines, none of them controls": (runs >= 2) & (controls == 0),
        "beside words of controls": strip.previous(strip.has(Cue.CONTROL)) | strip.next(strip.has(Cue.CONTROL)),
        "in a long stretch outside copies": _long_stretches(strip, lone),
        "below a head line in a stretch outside copies": _below_a_head(strip, lone, head),
        "near the edge of the dump": _edges(strip),
        "outside copies at the edge of the dump": _edges(strip, lone),
        "at the edge of several dumps": _common_edges(strip),
        "digits and signs": strip.has(Cue.FIGURES),
        "repeats a title": _repeats_a_title(strip, stub),
        "ends with a colon": strip.has(Cue.COLON),
        "a path of links": strip.has(Cue.PATH),
        "a head line with a time of day": strip.has(Cue.HOUR) & head,
        "a name": strip.has(Cue.NAME) & ~head,
        "between lines of comments": np.minimum(
            _below(strip, strip.has(Cue.COMMENT)), _below(strip, strip.has(Cue.COMMENT), upwards=True)
        ),
        "recurs more often than text": more_often,
        "first of lines that recur together": recurs & varied_before & ~varied_after,
        "last of lines that recur together": recurs & varied_after & ~varied_before,
        "among lines that recur together": recurs & ~varied_after & ~varied_before,
    }
    return slim(columns)


def _share_of_heads(strip: Strip, usual: Floats) -> Floats:
    """For each paragraph, how sure its dump is of its usual form of head: 0 without one."""
    number = np.bincount(strip.dumps, usual > 0)
    text = np.bincount(strip.dumps, strip.letters)
    # One head in 5,000 letters or more is a dump that has a head over every post.
    return np.asarray(np.minimum(1.0, number / np.maximum(text / 5000, 1)) * (number >= USUAL))[strip.dumps]


def share_copied(strip: Strip, covered: Floats) -> Floats:
    """For each paragraph, the share of its dump's letters that is part of a copy; `covered` says how strongly each is."""
    total = np.bincount(strip.dumps, strip.letters, minlength=1)
    part = np.bincount(strip.dumps, strip.letters * (covered > COVERED), minlength=1)
    return np.asarray(part / np.maximum(total, 1))[strip.dumps]


def _varied(strip: Strip, counts: Ints) -> Bools:
    """Whether what recurs has other neighbours nearly every time, on both sides."""
    before, after = _neighbours(strip)
    return np.asarray((before > 0.5 * counts) & (after > 0.5 * counts))


def _varied_sides(strip: Strip, counts: Ints) -> tuple[Bools, Bools]:
    """Whether what recurs has other neighbours at most times: before, and after. Where posts stand twice, half is most."""
    before, after = _neighbours(strip)
    return before >= 0.4 * counts, after >= 0.4 * counts


@lru_cache(maxsize=2)
def _neighbours(strip: Strip) -> tuple[Ints, Ints]:
    """How many different lines stand before those that are the same as each, and after."""
    after = np.append(strip.identities[1:], -1)
    before = np.concatenate(([-1], strip.identities[:-1]))
    before[strip.starts] = after[np.append(strip.starts[1:], True)] = -1
    return (
        _distinct(strip.identities, before)[strip.identities],
        _distinct(strip.identities, after)[strip.identities],
    )


def _more_often_than_text(strip: Strip, counts: Ints) -> Floats:
    """From 0 (as often as long paragraphs do, all but a few) to 1 (eight times as often)."""
    text = counts[strip.letters >= LONG]
    usual = float(np.quantile(text, 0.8)) if len(text) else 1.0
    return np.clip(np.log2(counts / usual) / 3, 0, 1)


def _after_a_block(strip: Strip) -> Bools:
    """Whether the line before recurs with other lines after it, and this one is at most half as frequent."""
    counts = np.bincount(strip.identities)[strip.identities]
    _, varied_after = _varied_sides(strip, counts)
    ends = (counts >= 3) & (_more_often_than_text(strip, counts) > 0) & varied_after
    return np.asarray(strip.previous(ends) & (2 * counts <= strip.previous_value(counts)))


def _distinct(groups: Ints, values: Ints) -> Ints:
    """For each group, how many distinct values it meets."""
    pairs = _distinct_values(groups << 32 | (values + 1))
    return np.bincount(pairs >> 32, minlength=int(groups.max(initial=-1)) + 1)


def _distinct_values(values: Ints) -> Ints:
    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def _runs(strip: Strip, inside: Bools) -> Ints:
    """For each paragraph in an unbroken run of such ones the length of the run, else 0."""
    changes = np.concatenate(([True], (inside[1:] != inside[:-1]) | strip.starts[1:])) if len(strip) else strip.starts
    at = np.flatnonzero(changes)
    lengths = np.diff(np.append(at, len(strip)))
    return np.repeat(lengths, lengths) * inside


def _mean_over_runs(strip: Strip, inside: Bools, values: Bools) -> Floats:
    """For each paragraph the mean of the values over the unbroken run of inside or outside ones that it is in."""
    changes = np.concatenate(([True], (inside[1:] != inside[:-1]) | strip.starts[1:])) if len(strip) else strip.starts
    at = np.flatnonzero(changes)
    lengths = np.diff(np.append(at, len(strip)))
    means = np.add.reduceat(values.astype(float), at) / lengths if len(at) else np.empty(0)
    return np.repeat(means, lengths)


def _rarer(counts: Ints, others: Ints) -> Floats:
    """From 0 (as frequent as the other, or the other is no line that recurs) to 1 (sixteen times as rare)."""
    ratio = np.log2(np.maximum(others, 1) / np.maximum(counts, 1))
    return np.where(others >= 3, np.clip(ratio / 4, 0, 1), 0.0)


def _most_around(counts: Ints) -> Ints:
    """The count of the most frequent line among the four before and the four after."""
    best = counts.copy()
    for step in range(1, 5):
        np.maximum(best[step:], counts[:-step], out=best[step:])
        np.maximum(best[:-step], counts[step:], out=best[:-step])
    return best


def _share_of_most(strip: Strip, counts: Ints) -> Floats:
    """How often a line that recurs does so, as a share of the most frequent lines of its dumps."""
    often = counts[counts >= 3]
    most = float(np.quantile(often, 0.9)) if len(often) else 1.0
    return np.where(counts >= 3, np.minimum(1.0, counts / most), 0.0)


def _long_stretches(strip: Strip, lone: Bools) -> Floats:
    """How much an unbroken stretch of paragraphs outside copies looks like a post that occurs once, from 0 to 1."""
    column: Floats = np.zeros(len(strip))
    if not len(strip):
        return column
    edges = np.flatnonzero(np.concatenate(([True], (lone[1:] != lone[:-1]) | strip.starts[1:], [True])))
    for start, end in pairwise(edges.tolist()):
        if lone[start]:
            column[start:end] = min(1.0, float(strip.letters[start:end].sum()) / _STRETCH) ** 2
    return column


def _short_stretches(strip: Strip, lone: Bools, head: Bools) -> Floats:
    """How short an unbroken stretch of paragraphs outside copies is, without a head line: 0 from _STRETCH letters on."""
    column: Floats = np.zeros(len(strip))
    if not len(strip):
        return column
    edges = np.flatnonzero(np.concatenate(([True], (lone[1:] != lone[:-1]) | strip.starts[1:], [True])))
    for start, end in pairwise(edges.tolist()):
        if lone[start] and not head[start:end].any():
            column[start:end] = max(0.0, 1 - float(strip.letters[start:end].sum()) / _STRETCH)
    return column


def _below_a_head(strip: Strip, lone: Bools, head: Bools) -> Bools:
    """Whether a head line stands before, with nothing between that is part of a copy: then this is a post that occurs once."""
    stretch = np.cumsum(np.concatenate(([True], (lone[1:] != lone[:-1]) | strip.starts[1:]))) if len(strip) else lone
    heads = np.cumsum(head & lone)
    before = np.concatenate(([0], heads[:-1]))
    opened = np.zeros(int(stretch.max(initial=0)) + 1, np.int64)
    first = np.flatnonzero(np.diff(stretch, prepend=0))
    opened[stretch[first]] = before[first]
    return np.asarray(lone & (heads > opened[stretch]))


def _edges(strip: Strip, lone: Bools | None = None) -> Floats:
    """1 for the first and last few paragraphs of each dump; with `lone`, up to the first that is part of a copy."""
    column: Floats = np.zeros(len(strip))
    for start, end in strip.edges:
        for places in (range(start, end), range(end - 1, start - 1, -1)):
            for seen, place in enumerate(places):
                if seen >= _EDGE or (lone is not None and not lone[place]):
                    break
                column[place] = 1 - seen / (2 * _EDGE)
    return column


def _common_edges(strip: Strip) -> Bools:
    """Whether a paragraph stands near the edge of its dump, and the same one near that of another."""
    near = np.flatnonzero(_edges(strip) > 0)
    pairs = _distinct_values(strip.identities[near] << 32 | strip.dumps[near])
    shared = np.bincount(pairs >> 32, minlength=int(strip.identities.max(initial=-1)) + 1) >= 2
    column = np.zeros(len(strip), bool)
    column[near] = shared[strip.identities[near]]
    return column


def _below(strip: Strip, marks: Bools, *, upwards: bool = False) -> Floats:
    """How near the last marked paragraph is, from 1 (next to it) down to 0; upwards the next one."""
    column: Floats = np.zeros(len(strip))
    near = marks.astype(float)
    for step in range(1, _NEAR + 1):
        near = strip.next(near > 0).astype(float) if upwards else strip.previous(near > 0).astype(float)
        np.maximum(column, near * (1 - (step - 1) / _NEAR), out=column)
    return column


@lru_cache(maxsize=2)
def _announced(strip: Strip) -> tuple[Bools, Bools]:
    """The lines that hold a title standing a little below (a breadcrumb, a page's name), and the titles that one holds."""
    holders, titles = np.zeros(len(strip), bool), np.zeros(len(strip), bool)
    short = strip.letters < LONGEST_HEAD
    likely = strip.has(Cue.TITLE) & short & (strip.letters >= _TITLE_LETTERS)
    likely &= strip.next(strip.letters > SHORT) | strip.next(strip.has(Cue.BYLINE | Cue.DATE))
    for place in np.flatnonzero(likely).tolist():
        title = skeleton(strip.texts[place])
        for above in range(place - 1, max(-1, place - _ABOVE - 1), -1):
            if strip.starts[above + 1]:
                break
            if short[above] and strip.letters[above] > len(title) and title in skeleton(strip.texts[above]):
                holders[above] = titles[place] = True
    return holders, titles


def _repeats_a_title(strip: Strip, stub: Bools) -> Bools:
    """Whether a short line stands elsewhere over a long paragraph: in a menu, or a list of recent posts."""
    over = stub & strip.next(strip.letters > LONG)
    titles = np.zeros(int(strip.identities.max(initial=-1)) + 1, bool)
    titles[strip.identities[over]] = True
    return stub & ~over & titles[strip.identities]
