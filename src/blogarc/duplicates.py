"""Which articles are copies of one another, and which of the copies stands for them all.

`minhash` names the candidates; here every one of them is verified, word by word, with rapidfuzz. Three kinds are told
apart: *exact* (the same words), *near* (nearly the same words: typos, edits, a paragraph more or less) and *excerpt* (one
text contained in another: a teaser, or a post wrapped in page furniture).

Exact and near copies are symmetric and join into groups; the most complete text of a group represents it, and whatever
does not resemble the representative itself is split off again, so that chains do not drift. An excerpt hangs on one text
only, the one that holds most of it, so that a teaser cannot glue two posts together.

Two texts that share a quotation, a footer or a template are not copies. What very many texts share is furniture and
counts for little: where two texts have little else in common, they must be nearly the same to the letter.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel

from blogarc import minhash
from blogarc.features import MONTHS
from blogarc.minhash import Candidates, Sketches
from blogarc.model import Article, Duplicate, Kind
from blogarc.text import content_key, fold_accents, words

VERSION = 2

_PAIRS_AT_ONCE = 8192
# Below such a similarity of words it is not worth reading the letters.
_LETTERS_FROM = 0.35
# Texts that are less than this part of the other are too short to be its near copy, and those that are less than the
# second and wholly in it are an excerpt of it.
_SHORTEST_NEAR, _SHORTEST_WHOLE = 0.5, 0.75
# Places in a text at which the passage that holds it is looked for in a longer one.
_ANCHORS = 12
# A text is as complete as the longest when it has so large a part of its words: the rest is noise.
_COMPLETE = 0.97
# Copies that are more alike than this are not searched for passages that were replaced.
_BEYOND_DOUBT = 0.85
# So many texts that hold an excerpt are tried for it.
_HOLDERS = 8
# Words in a row without a common shingle make a passage of their own; fewer are an edit.
_PASSAGE = 10

# Two texts of which so many numbers were replaced, and little else, are two editions of one form: weather, prices.
_NUMBERS_OF_AN_EDITION, _MOSTLY_NUMBERS = 3, 0.6
_NOT_NUMBERS = re.compile(f"[{chr(minhash.FIRST_WORD_CODE)}-{chr(0x10FFFF)}]+")

_TOO_LITTLE = "too little in common"


@dataclass(frozen=True, slots=True)
class DuplicateConfig:
    """The options of dedupe. The thresholds stand where posts with planted damage and posts that share two fifths of their
    text part best; `docs/how-it-works.md` shows the curve."""

    near: float = 0.7  # similarity of words from which two texts of like length are copies: one word in six replaced
    near_in_group: float = 0.6  # the same for two copies of a third: each has edits of its own
    near_letters: float = 0.88  # the same for letters, where damage is spread thin: a scan with one wrong letter in ten
    excerpt: float = 0.8  # share of the shorter text that must stand in the longer, in order
    furniture: float = 0.9  # what is asked of texts whose common words are mostly furniture
    least_own: float = 0.2  # share of its own shingles below which what a pair has in common is called furniture
    replaced: float = 0.2  # share of the shorter text that may be passages for which the longer has others
    fewest_words: int = 8  # shorter texts are copies only when they are exact


@dataclass(frozen=True, slots=True)
class Clusters:
    """`representative[i]` is the position of the text that stands for text `i`, its own if it is one; `duplicates` has an
    entry for every text that is not."""

    representative: Sequence[int]
    duplicates: Sequence[Duplicate]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """How two texts compare; `kind` is None where they are no copies. `rule` says in words what decided."""

    kind: Kind | None
    similarity: float
    scores: Mapping[str, float]
    rule: str


def find_duplicates(articles: Sequence[Article], config: DuplicateConfig = DuplicateConfig()) -> Clusters:
    """The clusters of articles, given in the order of the corpus; of texts equally good the first represents."""
    return _cluster([_text_of(article) for article in articles], config)


def dedupe(texts: Sequence[str], config: DuplicateConfig = DuplicateConfig()) -> list[int]:
    """For each text the position of the one that represents it.

    >>> dedupe(["Bread, salt and a long walk.", "Quite another text.", "bread salt, and a LONG walk"])
    [0, 1, 0]
    """
    return list(_cluster([_Text(text, content_key([text])) for text in texts], config).representative)


def explain(first: Article, second: Article, config: DuplicateConfig = DuplicateConfig()) -> dict[str, object]:
    """How two articles compare: the verdict, its rule and scores, and their words side by side."""
    texts = [_text_of(first), _text_of(second)]
    # What is furniture can only be told from all articles: two alone are given the benefit of the doubt.
    verdict = (
        _same_words() if first.key == second.key else _Verifier(texts, _sketch(texts), config).judge_all([(0, 1)])[0, 1]
    )
    return {
        "verdict": str(verdict.kind) if verdict.kind else "different",
        "rule": verdict.rule,
        "similarity": verdict.similarity,
        "scores": dict(verdict.scores),
        "words": differences(texts[0].text, texts[1].text),
    }


def differences(first: str, second: str) -> list[tuple[str, str, str]]:
    """Two texts side by side: runs of words that are "same", "changed", or "only first", "only second", in order.

    >>> differences("It rained for nine days.", "It rained for six long days")
    [('same', 'It rained for', 'It rained for'), ('changed', 'nine', 'six long'), ('same', 'days.', 'days')]
    """
    left, right = first.split(), second.split()
    keys = [[" ".join(words(word)) or word for word in side] for side in (left, right)]
    told: list[tuple[str, str, str]] = []
    for step in Indel.opcodes(keys[0], keys[1]):
        tag, a, a_end, b, b_end = step.tag, step.src_start, step.src_end, step.dest_start, step.dest_end
        ours, theirs = " ".join(left[a:a_end]), " ".join(right[b:b_end])
        if tag == "equal":
            told.append(("same", ours, theirs))
        elif told and told[-1][0] != "same":
            told[-1] = (
                "changed", f"{told[-1][1]} {ours}".strip(), f"{told[-1][2]} {theirs}".strip()
            )  # fmt: skip
        else:
            told.append(("changed", ours, theirs))
    return [(("only first" if not b else "only second" if not a else tag), a, b) for tag, a, b in told]


@dataclass(frozen=True, slots=True)
class _Text:
    """What is compared: the words, the key of an article with the same words, and the title line if there is one."""

    text: str
    key: str
    title: str = ""


def _text_of(article: Article) -> _Text:
    if article.title_source != "line":
        return _Text(article.text, article.key)
    return _Text(f"{article.title}\n\n{article.text}", article.key, article.title)


def _sketch(texts: Sequence[_Text]) -> Sketches:
    return minhash.sketch([text.text for text in texts])


def _are_editions(first: str, second: str) -> bool:
    """Whether two titles are alike but for numbers and dates: two versions, or two weeks, are two posts.

    >>> _are_editions("Version 3.2.10 is out", "Version 3.2.6 is out"), _are_editions("Digest, 3 May", "Digest, 10 June")
    (True, True)
    >>> _are_editions("Version 3 is out", "Version 3 is out!"), _are_editions("3 May 2020", "4 May 2020")
    (False, False)
    """
    shapes, numbers = [], []
    for title in (first, second):
        listed = words(fold_accents(title))
        told = [word in MONTHS or any(c.isdigit() for c in word) for word in listed]
        shapes.append([None if number else word for word, number in zip(listed, told, strict=True)])
        numbers.append([word for word, number in zip(listed, told, strict=True) if number])
    # Versions differ in length: "3.2.10" and "3.2" are one shape when runs of numbers are.
    squeezed = [[word for n, word in enumerate(shape) if word or not n or shape[n - 1]] for shape in shapes]
    return squeezed[0] == squeezed[1] and any(squeezed[0]) and numbers[0] != numbers[1]


def _same_words() -> _Verdict:
    return _Verdict(Kind.EXACT, 1.0, {"words": 1.0}, "the same words")


def _cluster(texts: Sequence[_Text], config: DuplicateConfig) -> Clusters:
    sketches = _sketch(texts)
    leaders = _exact_leaders(texts, sketches)
    wanted = leaders == np.arange(len(texts))
    candidates = minhash.find_candidates(sketches, wanted)
    verifier = _Verifier(texts, sketches, config)
    verdicts = verifier.verify(candidates)
    copies = Counter(leaders.tolist())
    representative, reasons = _Grouping(sketches, verdicts, copies, verifier).group(np.flatnonzero(wanted).tolist())
    for text, leader in enumerate(leaders.tolist()):
        representative[text] = representative[leader]
    duplicates = []
    for text, leader in enumerate(leaders.tolist()):
        kept = representative[text]
        if kept != text:
            verdict = _same_words() if kept == leader else reasons[leader]
            assert verdict.kind is not None
            duplicates.append(Duplicate(text, kept, verdict.kind, verdict.similarity, verdict.scores))
    return Clusters([representative[text] for text in range(len(texts))], duplicates)


def _exact_leaders(texts: Sequence[_Text], sketches: Sketches) -> NDArray[np.int64]:
    """For each text the first with the same words. Texts without a word go by their key alone."""
    first: dict[object, int] = {}
    leaders = np.empty(len(texts), np.int64)
    keys = (text.key for text in texts)
    for text, (key, digest, count) in enumerate(
        zip(keys, sketches.digests.tolist(), sketches.counts.tolist(), strict=True)
    ):
        leader = first.setdefault(key, text)
        if count:
            leader = min(leader, first.setdefault((digest, count), leader))
        leaders[text] = leader
    return leaders


class _Verifier:
    """Compares texts word by word, many pairs at a time."""

    def __init__(self, texts: Sequence[_Text], sketches: Sketches, config: DuplicateConfig) -> None:
        self.texts, self.sketches, self.config = texts, sketches, config
        self.counts = sketches.counts
        self._words: dict[int, str] = {}

    def verify(self, candidates: Candidates) -> dict[tuple[int, int], _Verdict]:
        """The verdicts on those candidates that are copies."""
        found: dict[tuple[int, int], _Verdict] = {}
        for at in range(0, len(candidates), _PAIRS_AT_ONCE):
            part = slice(at, at + _PAIRS_AT_ONCE)
            pairs = list(zip(candidates.first[part].tolist(), candidates.second[part].tolist(), strict=True))
            for pair, verdict in zip(pairs, self._judge(pairs, candidates.shared[part].tolist()), strict=True):
                if verdict.kind is not None:
                    found[pair] = verdict
            self._words.clear()
        return found

    def judge_all(self, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], _Verdict]:
        """The verdicts on these pairs, which are given the benefit of the doubt as to furniture."""
        found: dict[tuple[int, int], _Verdict] = {}
        for at in range(0, len(pairs), _PAIRS_AT_ONCE):
            part = pairs[at : at + _PAIRS_AT_ONCE]
            found |= zip(part, self._judge(part, [1.0] * len(part)), strict=True)
        return found

    def _judge(self, pairs: Sequence[tuple[int, int]], own: Sequence[float]) -> list[_Verdict]:
        ordered = [(a, b) if self.counts[a] <= self.counts[b] else (b, a) for a, b in pairs]
        short, long = [self._of(a) for a, _ in ordered], [self._of(b) for _, b in ordered]
        similarity = _compare(short, long)
        # A teaser is the beginning of its post; what is wrapped in furniture stands where the first common words do.
        contained = _compare(short, [b[: len(a)] for a, b in zip(short, long, strict=True)])
        unsure = [
            n for n, (a, b) in enumerate(zip(short, long, strict=True))
            if contained[n] < self.config.excerpt and similarity[n] < self.config.near and len(a) < len(b)
        ]  # fmt: skip
        windows = [self._window(*ordered[n]) for n in unsure]
        for n, score in zip(unsure, _compare([short[n] for n in unsure], windows), strict=True):
            contained[n] = max(contained[n], score)
        letters = [-1.0] * len(pairs)
        unsure = [
            n for n, (a, b) in enumerate(zip(short, long, strict=True))
            if _LETTERS_FROM <= similarity[n] < self.config.near and len(a) >= _SHORTEST_NEAR * len(b)
            and contained[n] < self.config.excerpt
        ]  # fmt: skip
        if unsure:
            sides = [[_letters(self.texts[ordered[n][side]].text) for n in unsure] for side in (0, 1)]
            for n, score in zip(unsure, _compare(*sides), strict=True):
                letters[n] = score
        replaced = [(0.0, 0.0)] * len(pairs)
        unsure = [n for n in range(len(pairs)) if self._leaves_doubt(similarity[n], contained[n])]
        for n, passages in zip(unsure, self._replaced([ordered[n] for n in unsure]), strict=True):
            replaced[n] = passages
        verdicts = [
            self._decide(len(a), len(b), *scores)
            for a, b, *scores in zip(short, long, similarity, contained, letters, replaced, own, strict=True)
        ]
        for n, ((a, b), verdict) in enumerate(zip(ordered, verdicts, strict=True)):
            if verdict.kind is None:
                continue
            if _are_editions(self.texts[a].title, self.texts[b].title):
                verdicts[n] = replace(verdict, kind=None, rule="two editions: their titles differ in numbers only")
            elif verdict.kind is Kind.NEAR and self._differ_in_numbers(short[n], long[n]):
                verdicts[n] = replace(verdict, kind=None, rule="two editions: they differ in numbers, and little else")
        return verdicts

    def _differ_in_numbers(self, short: str, long: str) -> bool:
        numbers = _NOT_NUMBERS.sub("", short), _NOT_NUMBERS.sub("", long)
        if numbers[0] == numbers[1]:
            return False
        changed = (Indel.distance(*numbers) - abs(len(numbers[0]) - len(numbers[1]))) // 2
        if changed < _NUMBERS_OF_AN_EDITION:
            return False
        return changed >= _MOSTLY_NUMBERS * (Indel.distance(short, long) - abs(len(short) - len(long))) / 2

    def _leaves_doubt(self, similarity: float, contained: float) -> bool:
        config = self.config
        return (
            config.near_in_group <= similarity < _BEYOND_DOUBT or config.excerpt <= contained < 1 - config.replaced / 4
        )

    def _decide(
        self, short: int, long: int, similarity: float, contained: float, letters: float,
        replaced: tuple[float, float], own: float,
    ) -> _Verdict:  # fmt: skip
        config = self.config
        scores = {"words": similarity, "contained": contained, "own shingles": own, "replaced": min(replaced)}
        if letters >= 0:
            scores["letters"] = letters
        scores = {name: round(score, 3) for name, score in scores.items()}
        best = max(similarity, letters)
        if short < config.fewest_words:
            return _Verdict(None, round(best, 3), scores, f"fewer than {config.fewest_words} words, and not the same")
        furniture = own < config.least_own
        near = config.furniture if furniture else config.near
        if letters >= max(near, config.near_letters):
            return _Verdict(Kind.NEAR, round(best, 3), scores, f"similarity of letters at least {config.near_letters}")
        if min(replaced) >= config.replaced:
            return _Verdict(None, round(best, 3), scores, "each has passages of its own where the other has others")
        excerpt = contained >= (config.furniture if furniture else config.excerpt)
        if similarity >= near and short >= (_SHORTEST_WHOLE if excerpt else _SHORTEST_NEAR) * long:
            return _Verdict(Kind.NEAR, round(best, 3), scores, f"similarity of words at least {near}")
        if excerpt and replaced[0] < config.replaced / 2:
            return _Verdict(Kind.EXCERPT, round(contained, 3), scores, "nearly all of the shorter stands in the longer")
        rule = "what they share is mostly furniture, and they differ otherwise" if furniture else _TOO_LITTLE
        return _Verdict(None, round(max(best, contained), 3), scores, rule)

    def _of(self, text: int) -> str:
        known = self._words.get(text)
        if known is None:
            known = self._words[text] = self.sketches.words(text)
        return known

    def _window(self, short: int, long: int) -> str:
        """The words of the longer text among which the shorter stands, as far as some common shingles tell."""
        ours, theirs = self._of(short), self._of(long)
        last = len(ours) - minhash.SHINGLE
        offsets = []
        for place in sorted({last * n // _ANCHORS for n in range(_ANCHORS + 1)} if last >= 0 else ()):
            found = theirs.find(ours[place : place + minhash.SHINGLE])
            if found >= 0:
                offsets.append(found - place)
        start = max(0, sorted(offsets)[len(offsets) // 2]) if offsets else 0
        return theirs[start : start + len(ours)]

    def _replaced(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
        """How much of each text of each pair is passages that the other has not, in shares of the shorter."""
        if not pairs:
            return []
        sides = [self._numbered_shingles([pair[side] for pair in pairs], side) for side in (0, 1)]
        passages = [
            _passages(np.isin(ours, theirs), starts)
            for (ours, starts), (theirs, _) in ((sides[0], sides[1]), (sides[1], sides[0]))
        ]
        short = self.counts[[pair[0] for pair in pairs]]
        return list(zip((passages[0] / short).tolist(), (passages[1] / short).tolist(), strict=True))

    def _numbered_shingles(self, texts: Sequence[int], side: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """A number for each word of these texts, and where each text begins: the shingle that begins with the word and
        the place of the text in the list, hashed; the last words of a text, which begin none, have numbers that never
        occur twice."""
        counts = self.counts[list(texts)]
        starts = np.cumsum(counts) - counts
        owners = np.repeat(np.arange(len(texts)), counts)
        places = np.arange(len(owners)) + np.repeat(self.sketches.starts[list(texts)] - starts, counts)
        codes = np.append(self.sketches.codes, np.zeros(minhash.SHINGLE, np.uint32))
        hashes = owners.astype(np.uint64)
        for k in range(minhash.SHINGLE):
            hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + codes[places + k]
            hashes ^= hashes >> np.uint64(29)
        ends = np.repeat(starts + counts, counts)
        whole = np.arange(len(owners)) + minhash.SHINGLE <= ends
        return np.where(
            whole, hashes, np.arange(len(owners), dtype=np.uint64) << np.uint64(1) | np.uint64(side)
        ), starts


def _passages(common: NDArray[np.bool_], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each text, its words in runs of at least _PASSAGE words that no common shingle covers.

    `common` says of every word whether the shingle that begins with it is common, `starts` where each text begins.
    """
    covered = common.copy()
    for k in range(1, minhash.SHINGLE):
        covered[k:] |= common[:-k]
    begins = np.zeros(len(covered), bool)
    begins[starts[starts < len(covered)]] = True
    edges = np.flatnonzero(begins | np.concatenate(([True], covered[1:] != covered[:-1])))
    lengths = np.diff(np.append(edges, len(covered)))
    counted = np.where(~covered[edges] & (lengths >= _PASSAGE), lengths, 0)
    owners = np.searchsorted(starts, edges, side="right") - 1
    return np.bincount(owners, counted, minlength=len(starts)).astype(np.int64)


class _Grouping:
    """Verified pairs become clusters: every member resembles its representative, or is contained in it."""

    def __init__(
        self,
        sketches: Sketches,
        verdicts: Mapping[tuple[int, int], _Verdict],
        copies: Counter[int],
        verifier: _Verifier,
    ) -> None:
        self.counts, self.copies, self.verifier = sketches.counts, copies, verifier
        self.verdicts = dict(verdicts)
        self.near: dict[int, list[int]] = defaultdict(list)
        self.holders: dict[int, list[int]] = defaultdict(list)
        for (a, b), verdict in verdicts.items():
            if verdict.kind is Kind.NEAR:
                self.near[a].append(b)
                self.near[b].append(a)
            else:
                short, long = (a, b) if (self.counts[a], -a) <= (self.counts[b], -b) else (b, a)
                self.holders[short].append(long)
        self.representative: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}
        self.reasons: dict[int, _Verdict] = {}

    def group(self, leaders: Sequence[int]) -> tuple[dict[int, int], dict[int, _Verdict]]:
        """The representative of each leader, and for those that have another one, why."""
        for members in self._components(leaders):
            self._elect(members)
        # The longest first, so that the text on which an excerpt hangs has found its own place.
        for text in sorted(self.holders, key=lambda t: (-self.counts[t], t)):
            self._hang(text)
        return self.representative, self.reasons

    def _components(self, leaders: Sequence[int]) -> Iterable[list[int]]:
        seen: set[int] = set()
        for leader in leaders:
            if leader in seen:
                continue
            members, frontier = [], [leader]
            seen.add(leader)
            while frontier:
                text = frontier.pop()
                members.append(text)
                fresh = [other for other in self.near.get(text, ()) if other not in seen]
                seen.update(fresh)
                frontier += fresh
            yield sorted(members)

    def _elect(self, members: list[int]) -> None:
        """The best connected text represents those that resemble it; the others elect one of their own, and so on."""
        while members:
            inside = set(members)
            votes = {
                m: self.copies[m] + sum(self.copies[other] for other in self.near.get(m, ()) if other in inside)
                for m in members
            }
            most = max(votes.values())
            # Of those that resemble equally many, the most complete: then the most copied, then the first of the corpus.
            elected = [m for m in members if votes[m] == most]
            longest = max(int(self.counts[m]) for m in elected)
            complete = [m for m in elected if self.counts[m] >= _COMPLETE * longest]
            chosen = min(complete, key=lambda m: (-self.copies[m], m))
            self.representative[chosen] = chosen
            self.members[chosen] = [chosen]
            members = self._join([m for m in members if m != chosen], chosen)

    def _join(self, members: Sequence[int], chosen: int) -> list[int]:
        """Give the members that resemble the chosen text, or are contained in it, to it; those that do not are left."""
        left = []
        self.verdicts |= self.verifier.judge_all(
            [pair for member in members if (pair := _ordered(member, chosen)) not in self.verdicts]
        )
        for member in members:
            verdict = self._between(member, chosen)
            if verdict.kind is None:
                verdict = self._as_one_of_a_group(verdict)
            if verdict.kind is None:
                left.append(member)
            else:
                self.representative[member], self.reasons[member] = chosen, verdict
                self.members[chosen].append(member)
        return left

    def _as_one_of_a_group(self, verdict: _Verdict) -> _Verdict:
        """Two copies of a third differ by the edits of both: less is asked of them."""
        config, scores = self.verifier.config, verdict.scores
        asked = config.near_in_group
        if verdict.rule != _TOO_LITTLE or max(scores["words"], scores["contained"]) < asked:
            return verdict
        kind = Kind.NEAR if scores["words"] >= asked else Kind.EXCERPT
        return _Verdict(kind, verdict.similarity, scores, f"copies of one text, and similarity at least {asked}")

    def _hang(self, text: int) -> None:
        """Hang the group of a text on the representative of the text that holds most of it."""
        group = self.representative[text]
        if group not in self.members:
            return
        # Of holders as good as each other the one with most copies: it is the likelier to have been announced. Then the
        # tightest: a longer one may hold it among other things, as a digest does.
        holders = sorted(
            self.holders[text],
            key=lambda h: (-round(self._between(text, h).similarity, 2), -self._copies_of(h), self.counts[h], h),
        )
        for holder in holders[:_HOLDERS]:
            target = self.representative[holder]
            if target == group:
                return
            if self.counts[target] <= self.counts[text] or self._between(text, target).kind is None:
                continue
            members = self.members.pop(group)
            self._elect(self._join(members, target))
            return

    def _copies_of(self, text: int) -> int:
        return self.copies[text] + sum(self.copies[other] for other in self.near.get(text, ()))

    def _between(self, a: int, b: int) -> _Verdict:
        pair = _ordered(a, b)
        if pair not in self.verdicts:
            self.verdicts |= self.verifier.judge_all([pair])
        return self.verdicts[pair]


def _ordered(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _compare(left: Sequence[str], right: Sequence[str]) -> list[float]:
    """Normalised Indel similarity, pair by pair, on all cores: 1 for the same, 0 for nothing in common."""
    if not left:
        return []
    scores = process.cpdist(list(left), list(right), scorer=Indel.normalized_similarity, workers=-1, dtype=np.float64)
    return [float(score) for score in scores]


def _letters(text: str) -> str:
    return " ".join(words(fold_accents(text)))
