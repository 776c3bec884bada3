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

from collections.abc import Sequence

import numpy as np

from blogarc.clues import SECOND_COEFFICIENTS, SECOND_INTERCEPT, lead, margin, weighed_sum
from blogarc.features import FAMILIES
from blogarc.lexicon import Translations, Wording, Words, join, learn
from blogarc.likeness import Likeness, best, likeness
from blogarc.model import Article
from blogarc.pairs.config import PairConfig
from blogarc.pairs.judged import Judged
from blogarc.pairs.posts import Posts
from blogarc.pairs.ruled import Ruled
from blogarc.pairs.weighing import look
from blogarc.sides import Floats, Growing, Ints

# What the clue of a nearest other is where there is none: unrelated posts of a large collection are as alike.
BACKGROUND = 0.12
# A pair that a lexicon may be learned from. A wrong one among them does little harm, because its words do not recur
# together; with fewer pairs, and only their surest paragraphs, half as many of the hardest posts were found.
SURE = 0.7
ENOUGH = 10  # such pairs; fewer teach little that their cognates do not say
_ENOUGH_WORDS = 100  # that a person gave; with fewer, and nothing learned, hardly a word would be known
LEXICON_ROUNDS = 4
FAMILY_NAMES = ("numbers", "names", "cognates", "4-grams")
_Wordings = tuple[Wording, Wording]  # of whole posts, and of their titles


class Pool(Judged):
    """The posts of two languages, all candidates among them, judged."""

    def __init__(
        self,
        articles: Sequence[Article],
        config: PairConfig,
        wanted: tuple[int, int] | None = None,
        ruled: Ruled = Ruled(),
        words: Words = (),
        learned: Translations | None = None,
    ) -> None:
        posts = Posts(articles, config.languages)
        self.texts, self._words = posts.texts, words
        alike = Likeness.of_texts(*posts.texts)
        edges, clues = _find_candidates(posts, config, alike, wanted)
        looked = look(posts, edges, alike, clues, lambda end, n: alike.keys(end, n, 0))
        super().__init__(
            posts, config, edges, looked.clues, looked.vetoes, looked.length_ratio, alike.shared, ruled=ruled
        )
        self.learned: Translations = learned or {}
        self.judge(looked.first)
        if learned:
            self._judge_by(join(words, learned), looked.first)
        else:
            self._look_again(looked.first)

    def _look_again(self, first: Floats) -> None:
        """Learn a lexicon from the surest pairs and judge with it; several times, because then more pairs are sure."""
        wording: _Wordings | None = None
        for _ in range(LEXICON_ROUNDS):
            sure = [edge for edge in self.decide() if self.probability[edge] >= SURE]
            if len(sure) >= ENOUGH:
                sure.sort(key=lambda edge: (-self.probability[edge], edge))
                self.learned = learn(passage for edge in sure for passage in self.passages(edge))
            if len(sure) < ENOUGH and len(self._words) < _ENOUGH_WORDS:
                return
            wording = self._judge_by(join(self._words, self.learned), first, wording)

    def _judge_by(self, lexicon: Translations, first: Floats, wording: _Wordings | None = None) -> _Wordings:
        """The second look, by a lexicon; `wording` is what an earlier one returned."""
        wording = wording or (Wording.of_texts(*self.texts), Wording.of_texts(*self.posts.titles))
        whole, titles = (words.cosines(lexicon, self.rows, self.columns) for words in wording)
        owners = self.rows, self.columns
        self.lexicon = lexicon
        self.clues["first look"] = first
        self.clues["margin in translated words"] = margin(owners, whole, BACKGROUND)
        self.clues["lead in translated words"] = lead(owners, whole, BACKGROUND)
        self.clues["lead of translated titles"] = lead(owners, titles, BACKGROUND)
        self.judge(weighed_sum(self.clues, SECOND_COEFFICIENTS, SECOND_INTERCEPT))
        return wording


def _find_candidates(
    posts: Posts, config: PairConfig, alike: Likeness, wanted: tuple[int, int] | None
) -> tuple[tuple[Ints, Ints], dict[str, Floats]]:
    """Candidates, their cosines and margins; of those, the best of each post are kept."""
    forced = (-1, -1)
    if wanted:
        forced = tuple(int(np.searchsorted(p, w)) for p, w in zip(posts.places, wanted, strict=True))  # type: ignore[assignment]
    held, named, compared = Growing("q"), Growing("i"), Growing("f")
    alike.invert(config.postings)
    for row in range(posts.sizes[0]):
        columns = alike.candidates(row, config.keys, config.candidates)
        if row == forced[0] and forced[1] not in columns:
            columns = np.append(columns, forced[1])
        held.add(np.array([len(columns)]))
        named.add(columns)
        compared.add(alike.compare(row, columns).ravel())
    alike.forget_grams()
    rows, columns = np.repeat(np.arange(posts.sizes[0]), held.finished()), named.finished().astype(np.int64)
    cosines = compared.finished().reshape(-1, len(FAMILIES))
    total, cognates, owners = likeness(cosines), cosines[:, 2].astype(float), (rows, columns)
    far = margin(owners, total, BACKGROUND)
    kept = (rows == forced[0]) & (columns == forced[1])
    for owner in owners:
        kept |= best(owner, total + far, config.checked)
    # Candidates are many: no more is kept of those that are not judged, and no clue for longer than it is needed.
    clues: dict[str, Floats] = {"likeness": total[kept], "margin": far[kept]}
    clues |= {f"cosine of {name}": cosines[kept, n].astype(float) for n, name in enumerate(FAMILY_NAMES)}
    clues["margin of cognates"] = margin(owners, cognates, BACKGROUND)[kept]
    clues["lead over the runner-up"] = lead(owners, total, BACKGROUND)[kept]
    return (rows[kept], columns[kept]), clues
