"""Candidates that were judged, of a whole corpus or of some posts: who is whose partner, and what stands beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from blogarc.alignment import align, paragraphs
from blogarc.clues import GIVEN_COEFFICIENTS, weighed_sum
from blogarc.lexicon import Translations
from blogarc.model import Bead
from blogarc.pairs.config import PairConfig
from blogarc.pairs.posts import Posts
from blogarc.pairs.ruled import Ruled
from blogarc.sides import Floats, Ints

Shared = Callable[[int, int], list[list[str]]]


class Judged:
    """Posts of two languages, the candidates among them that were judged, and what is known of each.

    A candidate is an edge between a row (a source post) and a column (a target post), counted within their languages; edges
    come row by row. `clues` has a column for each coefficient, `probability` one number for each edge. `shared` tells the
    numbers, names and cognates that a row and a column have in common. `among` is how many posts of each language there are:
    more than here, if these are some of a corpus.
    """

    def __init__(
        self,
        posts: Posts,
        config: PairConfig,
        edges: tuple[Ints, Ints],
        clues: dict[str, Floats],
        vetoes: Sequence[Sequence[str]],
        length_ratio: Floats,
        shared: Shared,
        *,
        ruled: Ruled = Ruled(),
        among: tuple[int, int] | None = None,
    ) -> None:
        self.posts, self.config, self.ruled, self.shared = posts, config, ruled, shared
        self.articles, self.places, self.sizes = posts.articles, posts.places, posts.sizes
        self.among = among or posts.sizes
        self.rows, self.columns = edges
        self.clues, self.vetoes, self.length_ratio = clues, vetoes, length_ratio
        self.barred = ruled.bars(self.places[0][self.rows], self.places[1][self.columns])
        self.lexicon: Translations = {}  # what the second look went by
        # The edges of each post, so that none is searched for: rows are in order, columns are not.
        self._by_end = [np.argsort(owner, kind="stable") for owner in (self.rows, self.columns)]
        self._beads: dict[int, list[Bead]] = {}
        self._paired: Mapping[int, int] | None = None

    def judge(self, log_odds: Floats) -> None:
        """The probability of every edge from what the text says, with the clues of the dump and the vetoes added."""
        self.log_odds, self.probability = odds_and_probability(log_odds, self.clues)
        self._paired = None

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

    def taken(self) -> Mapping[int, int]:
        """Every article that has a partner, and which; a person's pairs included."""
        if self._paired is None:
            pairs = [*map(self.position, self.decide()), *self.ruled.pairs]
            self._paired = {
                one: other for source, target in pairs for one, other in ((source, target), (target, source))
            }
        return self._paired

    def take(self, paired: Mapping[int, int]) -> None:
        """What `taken` is to say, where the edges that decide it are not all here."""
        self._paired = paired

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

    def passages(self, edge: int) -> Iterator[tuple[str, str]]:
        """The paragraphs of an edge that translate each other."""
        source, target = (self.articles[n].text for n in self.position(edge))
        yield from passages_of(source, target, self.align(edge))


def passages_of(source: str, target: str, beads: Sequence[Bead]) -> Iterator[tuple[str, str]]:
    """The paragraphs of two texts that stand in a bead with a partner."""
    ours, theirs = paragraphs(source), paragraphs(target)
    for bead in beads:
        if len(bead.source) and len(bead.target):
            yield (
                "\n".join(ours[bead.source.start : bead.source.end]),
                "\n".join(theirs[bead.target.start : bead.target.end]),
            )


def odds_and_probability(log_odds: Floats, clues: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Of every edge, from the log-odds that the text gives, with the clues of the dump and the vetoes added."""
    told = (log_odds + weighed_sum(clues, GIVEN_COEFFICIENTS, 0.0)).clip(-50, 50)
    return told, 1 / (1 + np.exp(-told))
