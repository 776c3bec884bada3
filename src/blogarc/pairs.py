"""Which article is the translation of which: one-to-one pairs, each with a probability and its evidence.

No dictionary and no model of a language: a translation keeps numbers, names, and many words that look alike (`features`).
Three steps, each looking at fewer candidates more closely:

1. An inverted index over rare keys names up to `candidates` posts for each post (`likeness`); they are compared as
   sparse vectors, and each likeness is divided by that to the nearest others on both sides.
2. The best `checked` of each post, from both sides, are judged by a logistic model over the named `clues`:
   likeness and margins, numbers and names that are shared or conflict, the same for the opening alone, lengths, and what
   the dump shows (language toggles, nearness, dates). A raw threshold does not travel between collections; this does.
3. Two posts that are each other's most probable partner, at `threshold` or above, are a pair.

A recurring post ("Prize 2015", "Prize 2016") is nearly the same text with another year, version or ordinal in its opening.
Where those conflict no likeness helps: that is a veto.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields, replace
from typing import Any

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
from blogarc.features import FAMILIES, ordinals
from blogarc.lexicon import Translations, Wording, Words, join, learn, stems
from blogarc.likeness import Closer, Floats, Growing, Ints, Likeness, best, likeness
from blogarc.model import Article, Bead, Pair, Ruling, Span, Verdict
from blogarc.rulings import pairs_of
from blogarc.segmentation import cues
from blogarc.segmentation.cues import Cue
from blogarc.series import Decisive, against, decisive, opening_of, title_of
from blogarc.text import content_key, words

VERSION = 1  # rises when the same articles may give other pairs


@dataclass(frozen=True, slots=True)
class PairConfig:
    """The options of `find_pairs`."""

    languages: tuple[str, str] = ("en", "es")  # source and target; ISO 639-1
    # Lower than a half, because a pair is also each other's best: of such posts between 0.4 and 0.5, three in four were
    # translations.
    threshold: float = 0.4
    candidates: int = 50  # among the best 50, 0.995 of true partners were found, of thousands of posts
    checked: int = 5  # the true partner is among the best five by margin, or it is not recognisable
    keys: int = 64  # so many of a post's rarest keys look for candidates; more found no more
    postings: int = 200  # a key that more posts hold names too many candidates to be of use

    def __post_init__(self) -> None:
        # JSON knows lists only.
        object.__setattr__(self, "languages", tuple(self.languages))


_BACKGROUND = 0.12
_OUT = -8.0  # log-odds at the first look that neither the dump nor a lexicon can make up for
# A pair that a lexicon may be learned from. A wrong one among them does little harm, because its words do not recur
# together; with fewer pairs, and only their surest paragraphs, half as many of the hardest posts were found.
_SURE = 0.7
_ENOUGH = 10  # such pairs; fewer teach little that their cognates do not say
_ENOUGH_WORDS = 100  # that a person gave; with fewer, and nothing learned, hardly a word would be known
_LEXICON_ROUNDS = 4
FEW = 10  # posts of a language; with fewer, evidence says that margins rest on little
_HEADS = 4  # paragraphs among which lines of author and date are looked for
# A translation and its original never share so many of their words; a copy whose language was mistaken does.
_SAME_WORDS = 0.8
_JUDGED = 2000  # letters that show it
_WHOLE = 0.75  # share of a post that has a partner; below, evidence says that the translation is partial
_EVEN = 0.15  # probabilities that differ by less say nothing about which of two posts is the partner
_FAR = 120  # days between a post and a late translation are seldom more
_SHOWN = 8  # keys of a family that evidence lists
_HAS_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Nearest:
    """What came nearest to an article without a partner, and why it was not taken.

    `article` and `other` are positions in the list that was given; `other` is None if nothing shares a rare key with it.
    `score` is the probability that they translate each other, from 0 to 1.
    """

    article: int
    other: int | None
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """What `pair_up` found: pairs in the order of their sources, every article of the two languages that has none, and the
    lexicon that was learned on the way (empty where too few pairs were sure)."""

    pairs: Sequence[Pair]
    unpaired: Sequence[Nearest]
    lexicon: Translations


def pair_up(
    articles: Iterable[Article | tuple[str, str]],
    config: PairConfig = PairConfig(),
    rulings: Iterable[Ruling] = (),
    words: Words = (),
) -> Pairing:
    """Like `find_pairs`, and says what came nearest where there is no pair; `words` are a lexicon that a person gave.

    A function of its arguments alone: what an earlier call learned plays no part, so the same corpus gives the same pairs,
    however it grew.
    """
    listed = as_articles(articles)
    ruled = _rule(listed, config, rulings)
    pool = Pool(listed, config, ruled=ruled, words=words)
    found = [*(pool.pair(edge) for edge in pool.decide()), *(pool.decided(*pair) for pair in ruled.pairs)]
    return Pairing(sorted(found, key=lambda pair: (pair.source, pair.target)), pool.unpaired(), pool.learned)


def find_pairs(
    articles: Iterable[Article | tuple[str, str]],
    config: PairConfig = PairConfig(),
    rulings: Iterable[Ruling] = (),
    words: Words = (),
) -> list[Pair]:
    """The pairs of articles that are translations of each other, in the order of their sources.

    Articles come in corpus order, copies left out; plain `(language, text)` will do. Articles in neither of the two
    languages are passed over. `source` is in the first language and `target` in the second, both as positions in the
    list; no article is in two pairs. What a person ruled comes first: a `pair` is taken as it is, a `not-pair` never.
    `words` are pairs of words that translate each other, in the order of the languages.

    >>> posts = [
    ...     ("en", "The harbour of Almería froze on 3 February 1956: 41 boats, said Inés Cano, were crushed."),
    ...     ("en", "Bread without salt is sold in Florence only, and nobody there has ever asked why."),
    ...     ("es", "El puerto de Almería se heló el 3 de febrero de 1956: 41 barcas, dijo Inés Cano, quedaron rotas."),
    ... ]
    >>> [(pair.source, pair.target) for pair in find_pairs(posts)]
    [(0, 2)]
    """
    return list(pair_up(articles, config, rulings, words).pairs)


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What a person ruled, in positions: `pairs` that are taken, and what is kept `apart` (in both orders)."""

    pairs: Sequence[tuple[int, int]] = ()
    apart: Set[tuple[int, int]] = frozenset()

    def bars(self, sources: Ints, targets: Ints) -> NDArray[np.bool_]:
        """Of each source and target, whether they are no pair, or one of them is taken."""
        if not self.pairs and not self.apart:
            return np.zeros(len(sources), bool)
        taken = {end for pair in self.pairs for end in pair}
        edges = zip(sources.tolist(), targets.tolist(), strict=True)
        return np.array([edge in self.apart or not taken.isdisjoint(edge) for edge in edges], bool)


def _rule(articles: Sequence[Article], config: PairConfig, rulings: Iterable[Ruling]) -> _Ruled:
    """Of two rulings that give one article two partners the one in the languages of `config` holds, then the later."""
    listed = list(rulings)
    places: dict[str, list[int]] = {}
    for n, article in enumerate(articles):
        places.setdefault(article.key, []).append(n)
    told = pairs_of(listed, Verdict.NOT_PAIR)
    apart = {
        (a, b) for x, y in [*told, *((y, x) for x, y in told)] for a in places.get(x, ()) for b in places.get(y, ())
    }
    wanted = []
    for age, (x, y) in enumerate(reversed(pairs_of(listed, Verdict.PAIR))):
        if x in places and y in places:
            first, second = sorted((places[x][0], places[y][0]))
            codes = articles[first].language, articles[second].language
            # The person knows better what language a post is in: what fits half, or not at all, is a pair as well.
            fits = [sum(a == b for a, b in zip(config.languages, side, strict=True)) for side in (codes, codes[::-1])]
            source, target = (second, first) if fits[1] > fits[0] else (first, second)
            wanted.append((-max(fits), age, source, target))
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for _, _, source, target in sorted(wanted):
        if not {source, target} & taken and (source, target) not in apart and source != target:
            pairs.append((source, target))
            taken |= {source, target}
    return _Ruled(pairs, apart)


def explain(
    first: Article,
    second: Article,
    articles: Sequence[Article],
    config: PairConfig = PairConfig(),
    rulings: Iterable[Ruling] = (),
    words: Words = (),
) -> dict[str, Any]:
    """Why two articles are, or are not, taken for a translation among all these: what `find_pairs` weighs.

    `taken`, and why in a sentence; the `probability`; `clues` with the value of each and its weight in log-odds, the
    weightiest first; `vetoes`; and `nearest`, what each of the two most probably is a translation of otherwise.
    """
    swapped = (second.language, first.language) == config.languages
    if swapped:
        first, second = second, first
    if (first.language, second.language) != config.languages:
        ruled = _rule([first, second], config, rulings)
        if ruled.pairs or ruled.apart:
            why = f"A person decided that they are {'a' if ruled.pairs else 'no'} pair."
            return {"taken": bool(ruled.pairs), "why": why, "probability": float(bool(ruled.pairs))} | _NOTHING_WEIGHED
        wanted = " and ".join(config.languages)
        why = f"A pair is of {wanted}; these are {first.language} and {second.language}."
        return {"taken": False, "why": why, "probability": 0.0} | _NOTHING_WEIGHED
    listed = list(articles)
    for article in (first, second):
        if article not in listed:
            listed.append(article)
    positions = listed.index(first), listed.index(second)
    pool = Pool(listed, config, positions, _rule(listed, config, rulings), words)
    told = pool.explanation(*positions)
    source, target = told["nearest"].values()
    return told | {"nearest": {"first": target, "second": source} if swapped else told["nearest"]}


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
        ruled: _Ruled = _Ruled(),
        words: Words = (),
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
        self.vetoes = [
            self._conflicts(edge) if possible else _NO_VETO for edge, possible in enumerate((first > _OUT).tolist())
        ]
        self._decisive.clear()
        self.clues["veto"] = np.array([float(bool(veto)) for veto in self.vetoes])
        self.lexicon: Translations = {}  # what the second look went by
        self.learned: Translations = {}
        # The edges of each post, so that none is searched for: rows are in order, columns are not.
        self._by_end = [np.argsort(owner, kind="stable") for owner in (self.rows, self.columns)]
        self._beads: dict[int, list[Bead]] = {}
        self.judge(first)
        self._look_again()

    def judge(self, log_odds: Floats) -> None:
        """The probability of every edge from what the text says, with the clues of the dump and the vetoes added."""
        self.log_odds = (log_odds + weighed_sum(self.clues, GIVEN_COEFFICIENTS, 0.0)).clip(-50, 50)
        self.probability: Floats = 1 / (1 + np.exp(-self.log_odds))
        self._paired: dict[int, int] | None = None

    def _look_again(self) -> None:
        """Learn a lexicon from the surest pairs and judge with it; twice, because then more pairs are sure."""
        first = weighed_sum(self.clues, COEFFICIENTS, INTERCEPT)
        wording: tuple[Wording, Wording] | None = None
        for _ in range(_LEXICON_ROUNDS):
            sure = [edge for edge in self.decide() if self.probability[edge] >= _SURE]
            if len(sure) >= _ENOUGH:
                sure.sort(key=lambda edge: (-self.probability[edge], edge))
                self.learned = learn(passage for edge in sure for passage in self._passages(edge))
            if len(sure) < _ENOUGH and len(self._words) < _ENOUGH_WORDS:
                return
            self.lexicon = join(self._words, self.learned)
            wording = wording or (Wording(*self.texts), Wording(*self._titles))
            whole, titles = (words.cosines(self.lexicon, self.rows, self.columns) for words in wording)
            owners = self.rows, self.columns
            self.clues["first look"] = first
            self.clues["margin in translated words"] = margin(owners, whole, _BACKGROUND)
            self.clues["lead in translated words"] = lead(owners, whole, _BACKGROUND)
            self.clues["lead of translated titles"] = lead(owners, titles, _BACKGROUND)
            self.judge(weighed_sum(self.clues, SECOND_COEFFICIENTS, SECOND_INTERCEPT))

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
            f"cosine of {name}": cosines[kept, n].astype(float) for n, name in enumerate(_FAMILY_NAMES)
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
        self._decisive: dict[tuple[int, int], tuple[Decisive, Decisive]] = {}
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

    def _conflicts(self, edge: int) -> Sequence[str]:
        """Why these cannot be a translation, whatever else they share.

        The same words; or years, versions or ordinals that differ between the titles, or that stand in one opening each
        and nowhere in the other post.
        """
        row, column = int(self.rows[edge]), int(self.columns[edge])
        if self._held[edge] > _SAME_WORDS / 2 and self._is_copy(row, column):
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
                told.append(against(kind, titles[0][kind], titles[1][kind], "titles"))
            elif openings[0][kind].isdisjoint(openings[1][kind]):
                ours = openings[0][kind] - self._said(kind, 1, column)
                theirs = openings[1][kind] - self._said(kind, 0, row)
                if ours and theirs:
                    told.append(against(kind, ours, theirs, "openings"))
        return told or _NO_VETO

    def _decide_in(self, end: int, n: int) -> tuple[Decisive, Decisive]:
        """What tells a post from the next of its series, in its title and in its opening; computed once."""
        if (end, n) not in self._decisive:
            opening = opening_of(self.texts[end][n])
            self._decisive[end, n] = decisive(title_of(opening)), decisive(opening)
        return self._decisive[end, n]

    def _said(self, kind: str, end: int, n: int) -> set[str]:
        """What a whole post has that an opening of the other could mean."""
        said = self.likeness.keys(end, n, 0)
        return said | ordinals(self.texts[end][n]) if kind == "ordinal" else said

    def _is_copy(self, row: int, column: int) -> bool:
        """Whether the shorter post is made of words of the other: its language was taken for another."""
        shorter, longer = sorted((self.texts[0][row], self.texts[1][column]), key=len)
        own = set(words(shorter[:_JUDGED]))
        return len(own & set(words(longer))) >= _SAME_WORDS * len(own)

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

    def pair(self, edge: int) -> Pair:
        """A judged edge as a pair, with evidence and beads."""
        source, target = self.position(edge)
        beads = self._align_with_lexicon(source, target) if self.lexicon else self._align(edge)
        return Pair(source, target, round(float(self.probability[edge]), 4), self.evidence(edge, beads), beads)

    def decided(self, source: int, target: int) -> Pair:
        """Two articles that a person paired, with what evidence there is."""
        edge = self._edge(source, target)
        if edge is not None:
            judged = self.pair(edge)
            return replace(judged, score=1.0, evidence={**_DECIDED, **judged.evidence, "probability": judged.score})
        beads = self._align_with_lexicon(source, target)
        aligned = _aligned(beads, (self.articles[source].text, self.articles[target].text))
        return Pair(source, target, 1.0, {**_DECIDED, "aligned": aligned, "partial": _partial(aligned)}, beads)

    def _align_with_lexicon(self, source: int, target: int) -> list[Bead]:
        """The beads of two articles, with what of the lexicon can matter to them."""
        texts = self.articles[source].text, self.articles[target].text
        said = {word: self.lexicon[word] for word in sorted(set(stems(texts[1]))) if word in self.lexicon}
        return align(*texts, lexicon=said)

    def _align(self, edge: int) -> list[Bead]:
        """The beads of an edge, computed once."""
        if edge not in self._beads:
            source, target = (self.articles[n].text for n in self.position(edge))
            self._beads[edge] = align(source, target)
        return self._beads[edge]

    def _passages(self, edge: int) -> Iterator[tuple[str, str]]:
        """The paragraphs of an edge that translate each other."""
        source, target = (paragraphs(self.articles[n].text) for n in self.position(edge))
        for bead in self._align(edge):
            if len(bead.source) and len(bead.target):
                yield (
                    "\n".join(source[bead.source.start : bead.source.end]),
                    "\n".join(target[bead.target.start : bead.target.end]),
                )

    def evidence(self, edge: int, beads: Sequence[Bead]) -> dict[str, Any]:
        """What speaks for a pair, for people to read."""
        row, column = int(self.rows[edge]), int(self.columns[edge])
        source, target = self.position(edge)
        shared = self.likeness.shared(row, column)
        told: dict[str, Any] = {
            f"shared {name}": keys[:_SHOWN] for name, keys in zip(_FAMILY_NAMES[:3], shared, strict=True)
        }
        told["cosines"] = {name: self._clue(f"cosine of {name}", edge) for name in _FAMILY_NAMES}
        told["likeness"] = self._clue("likeness", edge)
        told["margin"] = round(math.exp(self._clue("margin", edge)), 2)
        told["length ratio"] = round(float(self.length_ratio[edge]), 2)
        told["aligned"] = _aligned(beads, (self.articles[source].text, self.articles[target].text))
        told["partial"] = _partial(told["aligned"])
        told["clues of the dump"] = [name for name in DUMP_CLUES if self.clues[name][edge]]
        told["vetoes"] = list(self.vetoes[edge])
        told["runner-up"] = self._runner_up(edge)
        told["other versions"] = self._versions(edge)
        if min(self.sizes) < FEW:
            among = " and ".join(f"{size} {code}" for size, code in zip(self.sizes, self.config.languages, strict=True))
            told["few posts"] = f"among {among} posts a margin means little"
        return told

    def explanation(self, source: int, target: int) -> dict[str, Any]:
        """What `explain` answers, for two positions that were `wanted`."""
        edge = self._edge(source, target)
        assert edge is not None
        outset, weights = self._weights(edge)
        nearest = {name: self._nearest(edge, end) for end, name in enumerate(("first", "second"))}
        probability = round(float(self.probability[edge]), 4)
        taken = edge in self.decide() or (source, target) in self.ruled.pairs
        if (source, target) in self.ruled.pairs:
            why = "A person decided that they are a pair."
        elif (source, target) in self.ruled.apart:
            why = "A person decided that they are no pair."
        elif self.barred[edge]:
            why = "A person decided what one of them is a pair with."
        elif taken:
            why = "Each is the other's most probable partner."
        elif probability < self.config.threshold:
            why = f"The probability is under the threshold of {self.config.threshold}."
        else:
            why = "One of them has a more probable partner; this may be another version of it."
        return {
            "taken": taken,
            "why": why,
            "probability": probability,
            "at the outset": outset,
            "clues": {name: {"value": self._clue(name, edge), "weight": weight} for name, weight in weights.items()},
            "vetoes": list(self.vetoes[edge]),
            "nearest": nearest,
        }

    def _weights(self, edge: int) -> tuple[float, dict[str, float]]:
        """The log-odds before any clue, and what each clue adds to them, the weightiest first."""
        outset, coefficients = INTERCEPT, COEFFICIENTS | GIVEN_COEFFICIENTS
        if self.lexicon:
            scale = SECOND_COEFFICIENTS["first look"]
            outset = SECOND_INTERCEPT + scale * INTERCEPT
            first = {name: scale * weight for name, weight in COEFFICIENTS.items()}
            second = {name: weight for name, weight in SECOND_COEFFICIENTS.items() if name != "first look"}
            coefficients = first | second | GIVEN_COEFFICIENTS
        added = {name: round(weight * float(self.clues[name][edge]), 2) for name, weight in coefficients.items()}
        ranked = sorted(added, key=lambda name: (-abs(added[name]), name))
        return round(outset, 2), {name: added[name] for name in ranked if added[name]}

    def position(self, edge: int) -> tuple[int, int]:
        """The two ends of an edge, as positions in the list of articles."""
        return int(self.places[0][self.rows[edge]]), int(self.places[1][self.columns[edge]])

    def _edge(self, source: int, target: int) -> int | None:
        """The edge between two positions; None if it is not judged."""
        row = int(np.searchsorted(self.places[0], source))
        return next((edge for edge in self._edges_of(0, row).tolist() if self.position(edge) == (source, target)), None)

    def _clue(self, name: str, edge: int) -> float:
        return round(float(self.clues[name][edge]), 3)

    def _runner_up(self, edge: int) -> dict[str, Any] | None:
        """The most probable other partner of either post."""
        rivals_ = [other for end in (0, 1) if (other := self._rival(edge, end)) is not None]
        if not rivals_:
            return None
        other = max(rivals_, key=lambda e: (self.probability[e], -e))
        ours, theirs = self.position(edge), self.position(other)
        position = theirs[1] if ours[0] == theirs[0] else theirs[0]
        return {"position": position, "score": round(float(self.probability[other]), 4)}

    def _rival(self, edge: int, end: int) -> int | None:
        """The most probable other edge at one end (0 source, 1 target) of this one."""
        owner = (self.rows, self.columns)[end]
        others = self._edges_of(end, int(owner[edge]))
        others = others[others != edge]
        return int(others[np.argmax(self.probability[others])]) if len(others) else None

    def _edges_of(self, end: int, n: int) -> Ints:
        """The edges of a post: `end` is 0 for a source post, 1 for a target post."""
        order, owner = self._by_end[end], (self.rows, self.columns)[end]
        first, last = np.searchsorted(owner, [n, n + 1], sorter=order)
        return order[first:last]

    def _versions(self, edge: int) -> list[dict[str, Any]]:
        """Posts that would be a partner of either end, were it not taken: most likely other translations of the same post."""
        paired = self._taken()
        told = []
        for end in (0, 1):
            n = int((self.rows, self.columns)[end][edge])
            for other in self._edges_of(end, n).tolist():
                place = self.position(other)[1 - end]
                if self.probability[other] >= self.config.threshold and place not in paired and not self.barred[other]:
                    told.append({"position": place, "score": round(float(self.probability[other]), 4)})
        return sorted(told, key=lambda version: (-version["score"], version["position"]))

    def _taken(self) -> dict[int, int]:
        """Every article that has a partner, and which; a person's pairs included."""
        if self._paired is None:
            pairs = [*map(self.position, self.decide()), *self.ruled.pairs]
            self._paired = {
                one: other for source, target in pairs for one, other in ((source, target), (target, source))
            }
        return self._paired

    def unpaired(self) -> list[Nearest]:
        """What came nearest to each post without a partner, in the order of the list."""
        taken = self._taken()
        told = []
        for end, places in enumerate(self.places):
            for n, place in enumerate(places.tolist()):
                if place not in taken:
                    told.append(self._nearest_to(end, n, place, taken))
        return sorted(told, key=lambda nearest: nearest.article)

    def _nearest_to(self, end: int, n: int, place: int, taken: Mapping[int, int]) -> Nearest:
        edges = self._edges_of(end, n)
        if not len(edges):
            language = self.config.languages[1 - end]
            return Nearest(place, None, 0.0, f"No {language} post shares a rare number, name or cognate with it.")
        # What a veto alone keeps apart is worth more to know than what is unlike.
        chance = 1 / (1 + np.exp(-(self.log_odds[edges] - GIVEN_COEFFICIENTS["veto"] * self.clues["veto"][edges])))
        ranked = edges[np.lexsort((edges, -chance))]
        best_one = int(ranked[0])
        other, probability = self.position(best_one)[1 - end], float(self.probability[best_one])
        why = self._why_not(best_one, place, other, taken)
        if (
            not why
            and len(ranked) > 1
            and self.probability[ranked[1]] > probability - _EVEN
            and probability > 2 * _EVEN
        ):
            why = "Two posts fit it about equally well: translations of the same post, or posts of a series."
        return Nearest(place, other, round(probability, 4), why or self._too_unlike(best_one))

    def _why_not(self, edge: int, place: int, other: int, taken: Mapping[int, int]) -> str:
        """What stands between two posts besides the probability; '' if nothing does."""
        source, target = self.position(edge)
        if (source, target) in self.ruled.apart:
            return "A person decided that they are no pair."
        if self.vetoes[edge]:
            return f"A veto: {'; '.join(self.vetoes[edge])}."
        if self.probability[edge] >= self.config.threshold and other in taken:
            return "That one has a more probable partner; this may be another version of it."
        return ""

    def _too_unlike(self, edge: int) -> str:
        _, weights = self._weights(edge)
        against = [name for name, weight in weights.items() if weight < 0]
        told = f"The probability is under the threshold of {self.config.threshold}"
        return f"{told}; against it weighs most: {against[0]}." if against else f"{told}: too little speaks for it."

    def _nearest(self, edge: int, end: int) -> dict[str, Any] | None:
        other = self._rival(edge, end)
        if other is None:
            return None
        article = self.articles[self.position(other)[1 - end]]
        return {
            "id": article.key,
            "title": article.title,
            "probability": round(float(self.probability[other]), 4),
            "vetoes": list(self.vetoes[other]),
        }


_NO_VETO: Sequence[str] = ()
_DECIDED = {"decided": "by a person"}
_NOTHING_WEIGHED: dict[str, Any] = {"clues": {}, "vetoes": [], "nearest": {}}
_FAMILY_NAMES = ("numbers", "names", "cognates", "4-grams")


def whole_text(article: Article) -> str:
    """Title and text, without lines of author and date: a translation has its own.

    A derived title stands in the text already.
    """
    blocks = paragraphs(article.text)
    blocks[:_HEADS] = [block for block in blocks[:_HEADS] if block != article.byline and not _is_head(block)]
    text = "\n\n".join([article.title, *blocks] if article.title_source == "line" else blocks)
    return article.text if text == article.text else text  # of two that are the same one is enough


def _is_head(block: str) -> bool:
    """Whether this is a line of author or date; a date without its year could be a version.

    >>> _is_head("Posted on 3 May 2019"), _is_head("Release 3.2.10 is out")
    (True, False)
    """
    cue = cues.look(block)
    return bool(cue & Cue.BYLINE) or (bool(cue & Cue.DATE) and _HAS_YEAR.search(block) is not None)


def _aligned(beads: Sequence[Bead], texts: tuple[str, str]) -> dict[str, float]:
    """The shares of both posts, in letters, that stand in a bead with a partner."""
    shares = {}
    for name, text in zip(("source", "target"), texts, strict=True):
        letters = [len(block) for block in paragraphs(text)]
        spans = [getattr(bead, name) for bead in beads if len(bead.source) and len(bead.target)]
        held = sum(sum(letters[span.start : span.end]) for span in spans)
        shares[name] = round(held / max(sum(letters), 1), 2)
    return shares


def _partial(aligned: Mapping[str, float]) -> str | None:
    """What is not translated, if that is much.

    >>> _partial({"source": 0.34, "target": 1.0})
    'only 34 % of the source is translated'
    >>> _partial({"source": 0.97, "target": 0.93})
    """
    short = {name: share for name, share in aligned.items() if share < _WHOLE}
    if len(short) == 2:
        told = " and ".join(f"{share:.0%} of the {name}".replace("%", " %") for name, share in short.items())
        return f"only {told} have a partner"
    if "source" in short:
        return f"only {100 * short['source']:.0f} % of the source is translated"
    return f"only {100 * short['target']:.0f} % of the target is translation" if short else None


def as_articles(given: Iterable[Article | tuple[str, str]]) -> list[Article]:
    return [item if isinstance(item, Article) else _article(n, *item) for n, item in enumerate(given)]


def _article(position: int, language: str, text: str) -> Article:
    """A text by itself, in a dump of its own, so that nothing is near it."""
    return Article(
        key=content_key([text]),
        dump=f"text {position}",
        paragraphs=Span(0, 1),
        lines=Span(1, 2),
        bytes=Span(0, len(text.encode("utf-8", "surrogatepass"))),
        title="",
        title_source="derived",
        text=text,
        words=len(words(text)),
        language=language,
        language_confidence=1.0,
    )
