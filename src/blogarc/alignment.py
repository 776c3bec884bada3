"""Which paragraphs of a text are the translation of which paragraphs of another, and which sentences of which.

Both texts are read in order and cut into beads: one block against one, one against two, two against one, two against
two, or one against none. A dynamic programme finds the best sequence of beads (Gale and Church 1993). How good a bead
is rests on lengths, as there; on the keys of `features` that its two sides share; and, where there is a `lexicon`, on the
words that translate each other (Moore 2002; Varga et al. 2005, hunalign). Three things are done otherwise:

- Sharing counts against the best that either block shares with anything else (`_rivals`): pages are full of
  headings and menu items that look alike, and a deleted paragraph leaves its neighbours nothing better than each other.
  It is a margin in the manner of Artetxe and Schwenk 2019, inside one pair of texts.
- A bead of two blocks against one is the better of its two halves, and the evidence that the other half belongs there
  too: what of its own keys is found in the partner, and nowhere better. So a heading that a translator set into its
  paragraph is kept, and one that was left out is not swallowed.
- What each of these is worth are coefficients of two logistic models, learned on perturbed pages of translated handbooks:
  see `benchmarks/pairs/beads.py --learn`.

A long text is cut first where both texts hold the same rare keys (`_anchors`), and only what is between is compared.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blogarc.features import GRAM_SPACE, Features, extract
from blogarc.lexicon import Lexicon, Translations, stems
from blogarc.model import Bead, Span

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BREAK = re.compile(r"\n\s*\n")
_END = re.compile(r"[\W_]*$")
_TAIL = 12  # letters at the end of a block in which its end mark is looked for
# Weight of one shared key of each family, before it is weighed by its rarity in the two texts: numbers, names, cognates,
# words of the lexicon, the mark at the end, 4-grams.
_WEIGHTS = np.array([4.0, 3.0, 1.5, 2.0, 1.0, 0.5])
_NUMBERS, _WORDS, _MARKS, _GRAMS = 0, 3, 4, 5
_LEXICON_GAIN = 2.0  # a word with two good translations finds either with a chance of a half; both count as found
_UNKNOWN = 0.4  # what a word without a known translation weighs, beside one that has one
# Characters of translation per character of the source, within which the two texts set the ratio themselves; beyond
# that one of them is partial and says nothing about the ratio.
_RATIOS = (0.85, 1.35)
_PLAIN = 8.0  # letters added to both lengths: a heading may well be half as long as its translation
_MOST, _LEAST = 6.0, -16.0  # log-odds; a bead that is surer than the first may not pay for two that are wrong

# ---- learned: benchmarks/pairs/beads.py --learn ----
# For a block and another: do they hold, at least in part, the same text?
CONTACT = {
    "constant": -1.61,
    "shared": -2.04,
    "margin of the source": -1.22,
    "margin of the target": 7.75,
    "smaller margin, by size": 15.08,
    "shared, by size": 6.68,
    "lengths": -0.19,
    "lengths, by size": -0.44,
    "contained": 13.08,
    "numbers": 0.83,
    "end mark": 0.55,
    "size": 0.64,
}
# For two neighbours and a block with which one of them is in contact: does the other belong there too?
JOINED = {
    "constant": -4.44,
    "shared": 0.17,
    "shared, by size": 2.23,
    "margin": 4.03,
    "margin, by size": 3.94,
    "gain": 19.82,
    "left to explain": 1.16,
    "lengths": 0.4,
    "lengths improved": 1.77,
    "end mark": 1.0,
    "size": -0.64,
}


@dataclass(frozen=True, slots=True)
class AlignmentConfig:
    """The options of `align`; costs are in log-odds, and were chosen where the coefficients were learned."""

    skip_cost: float = 1.0  # a block without a partner
    four_cost: float = 3.0  # two blocks that have changed places, which is rare
    cells: int = 250_000  # above so many pairs of blocks (500 by 500) the texts are cut at anchors


def align(
    source: str, target: str, config: AlignmentConfig = AlignmentConfig(), lexicon: Translations | None = None
) -> list[Bead]:
    """The beads of two texts, paragraph by paragraph; they tile both, in order.

    A `lexicon`, as `lexicon.learn` makes it, has for stems of the target language their translations; it helps most where
    the texts share few names and cognates.

    >>> english = "In 1969 the capital had 4,500 telephones.\\n\\nNobody else knew why he had been left there."
    >>> [(bead.source, bead.target) for bead in align(english, "En 1969 la capital tenía 4.500 teléfonos.")]
    [(Span(start=0, end=1), Span(start=0, end=1)), (Span(start=1, end=2), Span(start=1, end=1))]
    """
    return align_blocks(paragraphs(source), paragraphs(target), config, lexicon)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: what stands between blank lines.

    >>> paragraphs("One.\\n\\nTwo,\\nstill two.\\n"), paragraphs("")
    (['One.', 'Two,\\nstill two.'], [])
    """
    return [block for block in _BREAK.split(text.strip()) if block]


def align_blocks(
    source: Sequence[str],
    target: Sequence[str],
    config: AlignmentConfig = AlignmentConfig(),
    lexicon: Translations | None = None,
    within: Sequence[tuple[Span, Span]] | None = None,
) -> list[Bead]:
    """The beads of two lists of paragraphs, or of sentences. A bead without a partner scores 0, the others from 0 to 1.

    A score is the probability that the two sides hold the same text, rather than that both are left without a partner.
    `within` are runs of both lists that are known to translate each other, and that together make up both: no bead
    leaves its run. So sentences are aligned inside aligned paragraphs, with the rarity that their keys have in the whole.
    """
    if not source or not target:
        return _skipped(Span(0, len(source)), Span(0, len(target)))
    keys = _Keys(source, target, lexicon)
    beads: list[Bead] = []
    for ours, theirs in within or _pieces(keys, config.cells):
        if len(ours) and len(theirs):
            beads += _Programme(_Table(keys, ours, theirs), config).beads(ours.start, theirs.start)
        else:
            beads += _skipped(ours, theirs)
    return beads


def _skipped(source: Span, target: Span) -> list[Bead]:
    """Everything without a partner."""
    ours = [Bead(Span(n, n + 1), Span(target.start, target.start), 0.0) for n in range(source.start, source.end)]
    return ours + [Bead(Span(source.end, source.end), Span(n, n + 1), 0.0) for n in range(target.start, target.end)]


# ---- keys ----


class _Keys:
    """The keys of all blocks of both texts as numbers without gaps, what each weighs, and what it matches on the other side."""

    def __init__(self, source: Sequence[str], target: Sequence[str], lexicon: Translations | None) -> None:
        named: dict[str, int] = {}
        self.lexicon = lexicon or {}
        found = [
            [_keys(block, "<>"[side] if self.lexicon else "", named) for block in blocks]
            for side, blocks in enumerate((source, target))
        ]
        rows = found[0] + found[1]
        used, places, count = np.unique(np.concatenate(rows), return_inverse=True, return_counts=True)
        blocks = np.split(places, np.cumsum([len(row) for row in rows])[:-1])
        self.source, self.target = blocks[: len(source)], blocks[len(source) :]
        self.lengths = np.array([len(b) for b in source], float), np.array([len(b) for b in target], float)
        families = np.array([int(key[0]) for key in named] or [0], np.int64)
        self.families = np.where(used < GRAM_SPACE, _GRAMS, families[np.maximum(used - GRAM_SPACE, 0)])
        # A key in every block of both texts weighs next to nothing.
        self.weights = _WEIGHTS[self.families] * np.log1p(len(rows) / (count + 1.0))
        self.count = len(used)
        self._link(
            {key: int(np.searchsorted(used, n + GRAM_SPACE)) for key, n in named.items() if key[0] == str(_WORDS)}
        )

    def _link(self, words: Mapping[str, int]) -> None:
        """Every key matches itself; a word of the source matches its translations in the target."""
        start = [np.flatnonzero(self.families != _WORDS)]
        end, chance = [start[0]], [np.ones(len(start[0]))]
        listed: list[tuple[int, int, float]] = []
        translated = (self.lexicon if isinstance(self.lexicon, Lexicon) else Lexicon(self.lexicon)).sources
        for key, n in words.items():
            word = key[2:]
            if key[1] == ">":
                said = self.lexicon.get(word)
                if said is None:
                    self.weights[n] *= _UNKNOWN
                    said = [(word, 1.0 / _LEXICON_GAIN)]  # an unknown word may be a name, or spelt alike
                for own, p in said:
                    if (other := words.get(f"{_WORDS}<{own}")) is not None:
                        listed.append((other, n, min(1.0, p * _LEXICON_GAIN)))
            elif word not in translated:
                self.weights[n] *= _UNKNOWN
        if listed:
            columns = np.array(listed)
            start.append(columns[:, 0].astype(np.int64))
            end.append(columns[:, 1].astype(np.int64))
            chance.append(columns[:, 2])
        starts, self.link_to, self.link_chance = np.concatenate(start), np.concatenate(end), np.concatenate(chance)
        order = np.argsort(starts, kind="stable")
        self.link_to, self.link_chance = self.link_to[order], self.link_chance[order]
        self.link_at = np.searchsorted(starts[order], np.arange(self.count + 1))

    def links(self, row: Ints) -> tuple[Ints, Ints, Floats]:
        """For the keys of a block: which of them, what it matches, and how surely."""
        which, at = _expand(self.link_at, row)
        return which, self.link_to[at], self.link_chance[at]


def _keys(block: str, side: str, named: dict[str, int]) -> Ints:
    """The distinct keys of a block: 4-grams as they are, the others numbered on from there."""
    features: Features = extract(block)
    keys = [
        f"{n}{key}" for n, family in enumerate((features.numbers, features.names, features.cognates)) for key in family
    ]
    if side:
        keys += [f"{_WORDS}{side}{word}" for word in stems(block)]
    keys.append(f"{_MARKS}{_end_mark(block)}")
    numbered = {named.setdefault(key, len(named)) for key in keys}
    return np.unique(np.concatenate([features.grams, np.fromiter(numbered, np.int64, len(numbered)) + GRAM_SPACE]))


def _end_mark(block: str) -> str:
    """How a block ends: a heading, a sentence, a question or what announces a list ends alike in both languages.

    >>> _end_mark("¿Por qué?"), _end_mark("Why?»"), _end_mark("A heading")
    ('?', '?', '')
    """
    found = _END.search(block[-_TAIL:])
    marks = found[0] if found else ""
    return next((mark for mark in "?!:.…;," if mark in marks), "")


def _expand(at: Ints, keys: Ints) -> tuple[Ints, Ints]:
    """Positions at[k]..at[k + 1] for each key k, and which of the keys each belongs to."""
    first, size = at[keys], at[keys + 1] - at[keys]
    which = np.repeat(np.arange(len(keys)), size)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(first, size)


# ---- anchors ----


def _pieces(keys: _Keys, cells: int) -> list[tuple[Span, Span]]:
    """The two texts, cut into pieces that are small enough to be compared block by block."""
    n, m = len(keys.source), len(keys.target)
    if n * m <= cells:
        return [(Span(0, n), Span(0, m))]
    anchors = _anchors(keys)
    cuts = [(0, 0)]
    for place, (i, j) in enumerate([*anchors, (n, m)]):
        following = anchors[place + 1] if place + 1 < len(anchors) else (n, m)
        # Cut as late as the limit allows: every cut is a chance to be wrong.
        if (following[0] - cuts[-1][0]) * (following[1] - cuts[-1][1]) > cells and (i, j) != cuts[-1]:
            cuts.append((i, j))
    if cuts[-1] != (n, m):
        cuts.append((n, m))
    pieces = []
    for (i, j), (k, h) in pairwise(cuts):
        # No anchor for so long: what is left to go by is the diagonal.
        parts = math.ceil(math.sqrt((k - i) * (h - j) / cells)) or 1
        edges = [(i + (k - i) * p // parts, j + (h - j) * p // parts) for p in range(parts + 1)]
        pieces += [(Span(a, c), Span(b, d)) for (a, b), (c, d) in pairwise(edges)]
    return pieces


def _anchors(keys: _Keys) -> list[tuple[int, int]]:
    """Pairs of blocks, in order in both texts, that alone share at least two keys found once in either text."""
    places = []
    for blocks in (keys.source, keys.target):
        counts = np.bincount(np.concatenate(blocks), minlength=keys.count)
        where = np.zeros(keys.count, np.int64)
        for n, row in enumerate(blocks):
            where[row] = n
        places.append(np.where(counts == 1, where, -1))
    sure = (places[0] >= 0) & (places[1] >= 0) & (keys.families != _GRAMS)
    cells, count = np.unique(np.stack([places[0][sure], places[1][sure]], 1), axis=0, return_counts=True)
    # The longest chain that rises on both sides (patience sorting); of equal source blocks the later target comes first,
    # so that only one is taken.
    candidates = sorted(map(tuple, cells[count >= 2].tolist()), key=lambda cell: (cell[0], -cell[1]))
    tails: list[int] = []
    last: list[int] = []
    before = [-1] * len(candidates)
    for n, (_, j) in enumerate(candidates):
        at = bisect_left(tails, j)
        before[n] = last[at - 1] if at else -1
        tails[at : at + 1] = [j]
        last[at : at + 1] = [n]
    chain, n = [], last[-1] if last else -1
    while n >= 0:
        chain.append(candidates[n])
        n = before[n]
    return chain[::-1]


# ---- evidence ----


class _Table:
    """What each block of the source has in common with each block of the target, as matrices.

    `own[y]` is the weight of the keys of source block i found in the y target blocks that end with j; `other[x]` that of
    target block j found in the x source blocks that end with i.
    """

    def __init__(self, keys: _Keys, ours: Span, theirs: Span) -> None:
        source, target = keys.source[ours.start : ours.end], keys.target[theirs.start : theirs.end]
        self.n, self.m = len(source), len(target)
        flat = np.concatenate(target)
        starts = np.cumsum([0, *(len(row) for row in target)])[:-1]
        order = np.argsort(flat, kind="stable")
        holders = np.repeat(np.arange(self.m), [len(row) for row in target])[order]
        at = np.searchsorted(flat[order], np.arange(keys.count + 1))
        # Two rows of weights: of all keys, and of numbers alone.
        weights = np.stack([keys.weights, np.where(keys.families == _NUMBERS, keys.weights, 0.0)])
        self.own_total = np.stack([weights[:, row].sum(1) for row in source], 1)
        heavy = weights[:, flat]
        self.other_total = np.add.reduceat(heavy, starts, axis=1)
        own, other = np.zeros((2, 3, self.n, self.m)), np.zeros((2, 3, self.n, self.m))
        met_above = np.zeros(len(flat))
        for i, row in enumerate(source):
            which, to, chance = keys.links(row)
            rising = np.argsort(chance, kind="stable")  # of several the last assigned, the surest, stays
            best = np.zeros(keys.count)
            best[to[rising]] = chance[rising]
            met_here = best[flat]
            other[:, 1, i] = np.add.reduceat(heavy * met_here, starts, axis=1)
            if i:
                other[:, 2, i] = np.add.reduceat(heavy * np.maximum(met_here, met_above), starts, axis=1)
            met_above = met_here
            links, places = _expand(at, to[rising])
            met = np.zeros((len(row), self.m))
            met[which[rising][links], holders[places]] = chance[rising][links]
            weight = weights[:, row]
            own[:, 1, i] = weight @ met
            own[:, 2, i, 1:] = weight @ np.maximum(met[:, 1:], met[:, :-1])
        self.own, self.other = own[0], other[0]
        total = self.own_total[:, :, None] + self.other_total[:, None, :]
        shared = (own[:, 1] + other[:, 1]) / np.maximum(total, 1e-9)
        self.shared = shared[0]
        self.numbers = np.where(total[1] > 0, shared[1] - 0.5, 0.0)
        marks = [np.array([row[keys.families[row] == _MARKS][0] for row in side]) for side in (source, target)]
        self.marks = (marks[0][:, None] == marks[1]).astype(float)
        self.lengths = keys.lengths[0][ours.start : ours.end], keys.lengths[1][theirs.start : theirs.end]
        whole = [float(side.sum()) for side in keys.lengths]
        self.ratio = min(max(whole[1] / whole[0], _RATIOS[0]), _RATIOS[1])

    def contact(self) -> dict[str, Floats]:
        """The features of CONTACT for every pair of blocks."""
        across, down = self.shared - _rivals(self.shared), self.shared - _rivals(self.shared.T).T
        own = self.own[1] / np.maximum(self.own_total[0][:, None], 1e-9)
        other = self.other[1] / np.maximum(self.other_total[0], 1e-9)
        size = np.log1p(np.minimum(self.lengths[0][:, None], self.lengths[1])) / 6
        lengths = np.abs(_log_ratio(self.lengths[0][:, None] * self.ratio, self.lengths[1]))
        return {
            "shared": self.shared,
            "margin of the source": across,
            "margin of the target": down,
            "smaller margin, by size": np.minimum(across, down) * size,
            "shared, by size": self.shared * size,
            "lengths": lengths,
            "lengths, by size": lengths * size,
            "contained": np.maximum(own - _rivals(own), other - _rivals(other.T).T),
            "numbers": self.numbers,
            "end mark": self.marks,
            "size": size,
        }

    def joined(self, contact: Floats, *, turned: bool = False) -> dict[str, Floats]:
        """The features of JOINED for source blocks i - 1 and i with target block j, at [i - 1, j]; `turned`, for source
        block i with target blocks j - 1 and j, at [j - 1, i]."""
        own, other, marks = self.own[1], self.other, self.marks
        totals, lengths, ratio = (self.own_total[0], self.other_total[0]), self.lengths, self.ratio
        if turned:
            own, other = self.other[1].T, self.own.transpose(0, 2, 1)
            marks, contact = marks.T, contact.T
            totals, lengths, ratio = totals[::-1], lengths[::-1], 1 / ratio
        part = own / np.maximum(totals[0][:, None], 1e-9)
        margin = part - _rivals(part)
        first, second = slice(None, -1), slice(1, None)
        later = contact[second] < contact[first]  # the weaker of the two is the second

        def weaker(table: Floats) -> Floats:
            return np.where(later, table[second], table[first])

        found = weaker(part)
        explained = other[1] / np.maximum(totals[1], 1e-9)
        strong = np.where(later, explained[first], explained[second])
        both = other[2][second] / np.maximum(totals[1], 1e-9)
        long = lengths[0][:, None] * ratio + 0 * lengths[1]
        after = np.abs(_log_ratio(long[first] + long[second], lengths[1]))
        before = np.abs(_log_ratio(np.where(later, long[first], long[second]), lengths[1]))
        size = np.log1p(weaker(long)) / 6
        return {
            "shared": found,
            "shared, by size": found * size,
            "margin": weaker(margin),
            "margin, by size": weaker(margin) * size,
            "gain": both - strong,
            "left to explain": 1 - strong,
            "lengths": after,
            "lengths improved": before - after,
            "end mark": marks[second],
            "size": size,
        }


def _rivals(shared: Floats) -> Floats:
    """For each cell the best of the others in its row; 0 where there is none."""
    if shared.shape[1] < 2:
        return np.zeros_like(shared)
    top = shared.argmax(1)
    best = shared.max(1)
    rest = shared.copy()
    rest[np.arange(len(rest)), top] = -np.inf
    found = np.repeat(best[:, None], shared.shape[1], axis=1)
    found[np.arange(len(rest)), top] = rest.max(1)
    return found


def _log_ratio(first: Floats, second: Floats) -> Floats:
    return np.asarray(np.log((second + _PLAIN) / (first + _PLAIN)), np.float64)


def _weigh(coefficients: Mapping[str, float], features: Mapping[str, Floats]) -> Floats:
    """Log-odds of a logistic model, kept in bounds."""
    total = coefficients["constant"] + sum(coefficients[name] * column for name, column in features.items())
    return np.asarray(np.clip(total, _LEAST, _MOST), np.float64)


# ---- the programme ----


class _Programme:
    """The dynamic programme over a table."""

    # The beads, as source blocks and target blocks; their number is what the trace keeps. A row of the programme comes
    # from the rows above by the first five, and from its own left by the last.
    SHAPES = ((1, 1), (1, 0), (1, 2), (2, 1), (2, 2), (0, 1))

    def __init__(self, table: _Table, config: AlignmentConfig) -> None:
        self.config, self.n, self.m = config, table.n, table.m
        contact = _weigh(CONTACT, table.contact())
        # Log-odds of each bead that ends with source block i and target block j.
        self.odds: dict[tuple[int, int], Floats] = {(1, 1): contact}
        low, high = slice(None, -1), slice(1, None)
        if self.n > 1:
            below = _weigh(JOINED, table.joined(contact))
            self.odds[2, 1] = np.maximum(contact[low], contact[high]) + below
        if self.m > 1:
            beside = _weigh(JOINED, table.joined(contact, turned=True)).T
            self.odds[1, 2] = np.maximum(contact[:, low], contact[:, high]) + beside
        if self.n > 1 and self.m > 1:
            self.odds[2, 2] = self._fours(contact, below, beside)

    def _fours(self, contact: Floats, below: Floats, beside: Floats) -> Floats:
        """Log-odds of two blocks against two: two beads of one against one, and what binds them.

        Either one of the source is also in the other of the target, as both ways of joining see it (`below` joins two of the
        source, `beside` two of the target), or they have changed places.
        """
        low, high = slice(None, -1), slice(1, None)
        second_below, second_beside = contact[high] < contact[low], contact[:, high] < contact[:, low]
        # The first of the source in the second of the target, and the other way round; only what was judged the weaker
        # half was weighed for joining.
        first = np.where(~second_below[:, high] & second_beside[low], np.minimum(below[:, high], beside[low]), _LEAST)
        other = np.where(second_below[:, low] & ~second_beside[high], np.minimum(below[:, low], beside[high]), _LEAST)
        straight = contact[low, low] + contact[high, high] + np.maximum(first, other)
        crossed = contact[low, high] + contact[high, low] - self.config.four_cost
        return np.asarray(np.maximum(straight, crossed), np.float64)

    def beads(self, source_start: int, target_start: int) -> list[Bead]:
        """The best sequence of beads; positions are counted from the given ones."""
        skip, n, m = self.config.skip_cost, self.n, self.m
        best = np.full((n + 1, m + 1), np.inf)
        best[0, 0] = 0.0
        came = np.zeros((n + 1, m + 1), np.int8)
        skips = np.arange(m + 1) * skip
        for i in range(n + 1):
            for number, (x, y) in enumerate(self.SHAPES[:5]):
                if x > i or y > m:
                    continue
                gained = self.odds[x, y][i - x] if y else -skip
                cost = best[i - x, : m + 1 - y] - gained
                ends, steps = best[i, y:], came[i, y:]
                better = cost < ends
                ends[better], steps[better] = cost[better], number
            # Along the row: the cheapest start further left, and from there one skipped target block after another.
            start = best[i] - skips
            reached = np.minimum.accumulate(start)
            came[i, reached < start] = 5
            best[i] = reached + skips
        found: list[Bead] = []
        i, j = n, m
        while i or j:
            x, y = self.SHAPES[came[i, j]]
            score = self._score(float(self.odds[x, y][i - x, j - y]), x + y) if x and y else 0.0
            i, j = i - x, j - y
            spans = Span(i, i + x), Span(j, j + y)
            found.append(
                Bead(
                    Span(spans[0].start + source_start, spans[0].end + source_start),
                    Span(spans[1].start + target_start, spans[1].end + target_start),
                    score,
                )
            )
        return found[::-1]

    def _score(self, odds: float, blocks: int) -> float:
        """The probability of a bead, against its blocks' being left without a partner."""
        return round(float(1 / (1 + np.exp(-(odds + self.config.skip_cost * blocks)))), 3)
