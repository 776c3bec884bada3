"""The posts of two languages, the candidates among them, and how probable it is that they translate each other.

Three steps, each looking at fewer candidates more closely:

1. An inverted index over rare keys names up to `candidates` posts for each post (`likeness`); they are compared as
   sparse vectors, and each likeness is divided by that to the nearest others on both sides.
2. The best `checked` of each post, from both sides, are judged by a logistic model over the named `clues`: likeness and
   margins, numbers and names that conflict, the order of what is shared, what the dump shows (toggles, nearness, dates).
   Where enough pairs are sure, they teach a lexicon, and all are judged once more with it.
3. Two posts that are each other's most probable partner, at `threshold` or above, are a pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from blogarc.alignment import align, paragraphs
from blogarc.clues import (
    COEFFICIENTS,
    DUMP_CLUES,
    GIVEN_COEFFICIENTS,
    INTERCEPT,
    SECOND_COEFFICIENTS,
    SECOND_INTERCEPT,
    borders_of,
    days_between,
    lead,
    margin,
    same_rhythm,
    weighed_sum,
)
from blogarc.features import FAMILIES
from blogarc.lexicon import Translations, Wording, Words, join, learn
from blogarc.likeness import Closer, Floats, Growing, Ints, Likeness, best, likeness
from blogarc.model import Article, Bead
from blogarc.pairs.config import PairConfig
from blogarc.pairs.posts import whole_text
from blogarc.pairs.ruled import Ruled
from blogarc.pairs.vetoes import NO_VETO, Vetoes
from blogarc.series import opening_of, title_of

_BACKGROUND = 0.12
_OUT = -8.0  # log-odds at the first look that neither the dump nor a lexicon can make up for
# A pair that a lexicon may be learned from. A wrong one among them does little harm, because its words do not recur
# together; with fewer pairs, and only their surest paragraphs, half as many of the hardest posts were found.
_SURE = 0.7
_ENOUGH = 10  # such pairs; fewer teach little that their cognates do not say
_ENOUGH_WORDS = 100  # that a person gave; with fewer, and nothing learned, hardly a word would be known
_LEXICON_ROUNDS = 4
_FAR = 120  # days between a post and a late translation are seldom more
FAMILY_NAMES = ("numbers", "names", "cognates", "4-grams")
_Wordings = tuple[Wording, Wording]  # of whole posts, and of their titles


class Pool:
    """The posts of two languages, the candidates among them, and what is known of each.

    A candidate is an edge between a row (a source post) and a column (a target post), counted within their languages.
    `edges` are those that are judged, `clues` has a column for each coefficient, `probability` one number for each edge.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        config: PairConfig,
        wanted: tuple[int, int] | None = None,
        ruled: Ruled = Ruled(),
        words: Words = (),
        learned: Translations | None = None,
    ) -> None:
        self.articles, self.config, self.ruled, self._words = articles, config, ruled, words
        self.places = [
            np.array([n for n, article in enumerate(articles) if article.language == language], np.int64)
            for language in config.languages
        ]
        self.texts = [[whole_text(articles[n]) for n in places] for places in self.places]
        self.likeness = Likeness(*self.texts, keys=config.keys, postings=config.postings)
        self.sizes = len(self.places[0]), len(self.places[1])
        self._find_candidates(wanted)
        self.barred = ruled.bars(self.places[0][self.rows], self.places[1][self.columns])
        self.clues = self._weigh()
        first = weighed_sum(self.clues, COEFFICIENTS, INTERCEPT)
        # What is out of the question needs no veto.
        self.vetoes = self._find_vetoes(first > _OUT)
        self.clues["veto"] = np.array([float(bool(veto)) for veto in self.vetoes])
        self.lexicon: Translations = {}  # what the second look went by
        self.learned: Translations = learned or {}
        # The edges of each post, so that none is searched for: rows are in order, columns are not.
        self._by_end = [np.argsort(owner, kind="stable") for owner in (self.rows, self.columns)]
        self._beads: dict[int, list[Bead]] = {}
        self.judge(first)
        if learned:
            self._judge_by(join(words, learned), first)
        else:
            self._look_again(first)

    def judge(self, log_odds: Floats) -> None:
        """The probability of every edge from what the text says, with the clues of the dump and the vetoes added."""
        self.log_odds = (log_odds + weighed_sum(self.clues, GIVEN_COEFFICIENTS, 0.0)).clip(-50, 50)
        self.probability: Floats = 1 / (1 + np.exp(-self.log_odds))
        self._paired: dict[int, int] | None = None

    def _look_again(self, first: Floats) -> None:
        """Learn a lexicon from the surest pairs and judge with it; several times, because then more pairs are sure."""
        wording: _Wordings | None = None
        for _ in range(_LEXICON_ROUNDS):
            sure = [edge for edge in self.decide() if self.probability[edge] >= _SURE]
            if len(sure) >= _ENOUGH:
                sure.sort(key=lambda edge: (-self.probability[edge], edge))
                self.learned = learn(passage for edge in sure for passage in self._passages(edge))
            if len(sure) < _ENOUGH and len(self._words) < _ENOUGH_WORDS:
                return
            wording = self._judge_by(join(self._words, self.learned), first, wording)

    def _judge_by(self, lexicon: Translations, first: Floats, wording: _Wordings | None = None) -> _Wordings:
        """The second look, by a lexicon; `wording` is what an earlier one returned."""
        wording = wording or (Wording(*self.texts), Wording(*self._titles))
        whole, titles = (words.cosines(lexicon, self.rows, self.columns) for words in wording)
        owners = self.rows, self.columns
        self.lexicon = lexicon
        self.clues["first look"] = first
        self.clues["margin in translated words"] = margin(owners, whole, _BACKGROUND)
        self.clues["lead in translated words"] = lead(owners, whole, _BACKGROUND)
        self.clues["lead of translated titles"] = lead(owners, titles, _BACKGROUND)
        self.judge(weighed_sum(self.clues, SECOND_COEFFICIENTS, SECOND_INTERCEPT))
        return wording

    # ---- candidates ----

    def _find_candidates(self, wanted: tuple[int, int] | None) -> None:
        """Candidates, their cosines and margins; of those, the best of each post are kept."""
        forced = (-1, -1)
        if wanted:
            forced = tuple(int(np.searchsorted(p, w)) for p, w in zip(self.places, wanted, strict=True))  # type: ignore[assignment]
        held, named, compared = Growing("q"), Growing("i"), Growing("f")
        for row in range(self.sizes[0]):
            columns = self.likeness.candidates(row, self.config.candidates)
            if row == forced[0] and forced[1] not in columns:
                columns = np.append(columns, forced[1])
            held.add(np.array([len(columns)]))
            named.add(columns)
            compared.add(self.likeness.compare(row, columns).ravel())
        self.likeness.forget_grams()
        rows, columns = np.repeat(np.arange(self.sizes[0]), held.finished()), named.finished().astype(np.int64)
        cosines = compared.finished().reshape(-1, len(FAMILIES))
        total, cognates, owners = likeness(cosines), cosines[:, 2].astype(float), (rows, columns)
        far = margin(owners, total, _BACKGROUND)
        kept = (rows == forced[0]) & (columns == forced[1])
        for owner in owners:
            kept |= best(owner, total + far, self.config.checked)
        # Candidates are many: no more is kept of those that are not judged, and no clue for longer than it is needed.
        self._likeness_clues: dict[str, Floats] = {"likeness": total[kept], "margin": far[kept]}
        self._likeness_clues |= {
            f"cosine of {name}": cosines[kept, n].astype(float) for n, name in enumerate(FAMILY_NAMES)
        }
        self._likeness_clues["margin of cognates"] = margin(owners, cognates, _BACKGROUND)[kept]
        self._likeness_clues["lead over the runner-up"] = lead(owners, total, _BACKGROUND)[kept]
        self.rows, self.columns = rows[kept], columns[kept]

    def _weigh(self) -> dict[str, Floats]:
        """All clues of the edges that are judged."""
        rows, columns = self.rows, self.columns
        clues = dict(self._likeness_clues)
        closer = self._look_closer()
        clues["conflicting numbers"], clues["conflicting names"] = np.log1p(closer.conflict[:, :2]).T
        clues["same order"] = closer.order
        self._held = closer.held
        self._titles = [[title_of(opening_of(text)) for text in texts] for texts in self.texts]
        borders = [[borders_of(text) for text in texts] for texts in self.texts]
        rhythms = (
            same_rhythm(borders[0][r], borders[1][c]) for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
        )
        clues["same rhythm"] = np.fromiter(rhythms, float, len(rows))
        letters = [np.array([len(text) for text in texts], float) for texts in self.texts]
        self.length_ratio = (letters[1][columns] + 1) / (letters[0][rows] + 1)
        return clues | self._dump_clues()

    def _look_closer(self) -> Closer:
        """What the two ends of every edge share, key by key; edges come row by row."""
        starts = np.searchsorted(self.rows, np.arange(self.sizes[0] + 1))
        looked = [
            self.likeness.look(row, self.columns[starts[row] : starts[row + 1]])
            for row in np.flatnonzero(np.diff(starts)).tolist()
        ]
        if not looked:
            return Closer(conflict=np.zeros((0, 3)), order=np.zeros(0), held=np.zeros(0))
        return Closer(*(np.concatenate([getattr(one, f.name) for one in looked]) for f in fields(Closer)))

    def _find_vetoes(self, possible: NDArray[np.bool_]) -> list[Sequence[str]]:
        vetoes, ends = Vetoes(self.texts, self.likeness), zip(self.rows.tolist(), self.columns.tolist(), strict=True)
        return [
            vetoes.against(row, column, held) if asked else NO_VETO
            for (row, column), held, asked in zip(ends, self._held.tolist(), possible.tolist(), strict=True)
        ]

    def _dump_clues(self) -> dict[str, Floats]:
        found = np.zeros((len(self.rows), len(DUMP_CLUES)))
        for n in range(len(self.rows)):
            places = self.position(n)
            source, target = self.articles[places[0]], self.articles[places[1]]
            days = days_between(source, target)
            found[n] = (
                (source.toggle == target.language) + (target.toggle == source.language),
                source.dump == target.dump and abs(places[0] - places[1]) == 1,
                days == 0,
                days is not None and days > _FAR,
            )
        return dict(zip(DUMP_CLUES, found.T, strict=True))

    # ---- decisions ----

    def decide(self) -> list[int]:
        """The edges that are pairs: the most probable one of both its posts, and probable enough."""
        # Equal probabilities: the likelier by margin, then the earlier one, so that the choice never hangs on chance.
        order = np.lexsort((self.columns, self.rows, -self.clues["margin"], -self.probability))
        order = order[~self.barred[order]]
        firsts = []
        for owner, size in zip((self.rows, self.columns), self.sizes, strict=True):
            first = np.full(size, -1)
            first[owner[order[::-1]]] = order[::-1]
            firsts.append(first)
        edges = np.arange(len(self.rows))
        taken = (firsts[0][self.rows] == edges) & (firsts[1][self.columns] == edges)
        taken &= self.probability >= self.config.threshold
        return [int(edge) for edge in np.flatnonzero(taken)]

    def taken(self) -> dict[int, int]:
        """Every article that has a partner, and which; a person's pairs included."""
        if self._paired is None:
            pairs = [*map(self.position, self.decide()), *self.ruled.pairs]
            self._paired = {
                one: other for source, target in pairs for one, other in ((source, target), (target, source))
            }
        return self._paired

    # ---- one edge, and those beside it ----

    def position(self, edge: int) -> tuple[int, int]:
        """The two ends of an edge, as positions in the list of articles."""
        return int(self.places[0][self.rows[edge]]), int(self.places[1][self.columns[edge]])

    def edge(self, source: int, target: int) -> int | None:
        """The edge between two positions; None if it is not judged."""
        row = int(np.searchsorted(self.places[0], source))
        return next((edge for edge in self.edges_of(0, row).tolist() if self.position(edge) == (source, target)), None)

    def edges_of(self, end: int, n: int) -> Ints:
        """The edges of a post: `end` is 0 for a source post, 1 for a target post."""
        order, owner = self._by_end[end], (self.rows, self.columns)[end]
        first, last = np.searchsorted(owner, [n, n + 1], sorter=order)
        return order[first:last]

    def rival(self, edge: int, end: int) -> int | None:
        """The most probable other edge at one end (0 source, 1 target) of this one."""
        owner = (self.rows, self.columns)[end]
        others = self.edges_of(end, int(owner[edge]))
        others = others[others != edge]
        return int(others[np.argmax(self.probability[others])]) if len(others) else None

    def align(self, edge: int) -> list[Bead]:
        """The beads of an edge, computed once."""
        if edge not in self._beads:
            source, target = (self.articles[n].text for n in self.position(edge))
            self._beads[edge] = align(source, target)
        return self._beads[edge]

    def _passages(self, edge: int) -> Iterator[tuple[str, str]]:
        """The paragraphs of an edge that translate each other."""
        source, target = (paragraphs(self.articles[n].text) for n in self.position(edge))
        for bead in self.align(edge):
            if len(bead.source) and len(bead.target):
                yield (
                    "\n".join(source[bead.source.start : bead.source.end]),
                    "\n".join(target[bead.target.start : bead.target.end]),
                )
