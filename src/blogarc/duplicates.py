"""Which articles are copies of one another, and which of the copies stands for them all.

Four steps, a room each: texts with the same words are put together here; `candidates` names those of the rest that may be
copies, by sketches of `minhash`; `verification` compares each of these word by word; `grouping` makes clusters of what is
left. Three kinds are told apart: *exact* (the same words), *near* (nearly the same words: typos, edits, a paragraph more or
less) and *excerpt* (one text contained in another: a teaser, or a post wrapped in page furniture). `sketchbook` does the same
for an archive that remembers, and after new texts came looks at what these have changed.

Two texts that share a quotation, a footer or a template are not copies, nor are two weeks of a digest or two versions of a
release note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
from rapidfuzz.distance import Indel

from blogarc import grouping, minhash
from blogarc.buckets import sort_buckets
from blogarc.candidates import candidates_of
from blogarc.minhash import Hashes, Ints, Sketches
from blogarc.model import Article, Duplicate, Kind, Ruling
from blogarc.rulings import Judged, overrule, weigh
from blogarc.text import content_key, words
from blogarc.verification import DuplicateConfig, Judgement, Verifier, same_words

__all__ = [
    "VERSION",
    "Clusters",
    "DuplicateConfig",
    "dedupe",
    "differences",
    "explain",
    "find_duplicates",
    "find_known",
    "lacking",
]

VERSION = 3
# How a person may choose representatives; `dumps`, an order of dumps, goes with a list of them.
KEEP = ("complete", "longest", "first", "newest")

_USUAL = DuplicateConfig()
# Fewer words than these are an edit, and not something that a text lacks.
_FEWEST_LACKING = 3


@dataclass(frozen=True, slots=True)
class Clusters:
    """`representative[i]` is the position of the text that stands for text `i`, its own if it is one; `duplicates` has an
    entry for every text that is not."""

    representative: Sequence[int]
    duplicates: Sequence[Duplicate]


def find_duplicates(
    articles: Sequence[Article], config: DuplicateConfig = _USUAL, rulings: Iterable[Ruling] = ()
) -> Clusters:
    """The clusters of articles, given in the order of the corpus; of texts equally good the first represents.

    What a person ruled is laid on top: `same` joins two clusters, `different` keeps two articles apart.
    """
    texts = [_text_of(article) for article in articles]
    return _overrule(_cluster(texts, config, articles), texts, config, articles, rulings)


def dedupe(texts: Iterable[str], config: DuplicateConfig = _USUAL) -> list[int]:
    """For each text the position of the one that represents it. Texts may come one by one: they are read while those before
    are worked on.

    >>> dedupe(["Bread, salt and a long walk.", "Quite another text.", "bread salt, and a LONG walk"])
    [0, 1, 0]
    """
    held: list[str] = []
    sketches = minhash.sketch(_holding(texts, held))
    # Which copies are exact is not asked: that sketches of the same words are equal is enough.
    leaders = _leaders_by_words(sketches, held)
    sketches, buckets = _in_order(sketches, leaders)
    verifier = Verifier(sketches, lambda n: "", lambda asked: [held[n] for n in asked], config, held=True)
    groups = _group(verifier, buckets, leaders)
    return list(groups.representative[leaders].tolist())


def find_known(
    articles: Sequence[Article], others: Sequence[Article], config: DuplicateConfig = _USUAL
) -> list[Duplicate]:
    """Which of the articles are among the others already, whole or in part: for each the one it is most like, with `kept` its
    position among these.

    What is furniture is told from both together.
    """
    texts = [_text_of(article) for article in (*others, *articles)]
    sketches = minhash.sketch(text.text for text in texts)
    leaders = _exact_leaders(texts, sketches)
    first_own = len(others)
    place = np.arange(len(texts))
    # An article that has its words among the others needs no second look, nor does one like an earlier of its own.
    own = (leaders == place) & (place >= first_own)
    buckets = sort_buckets(sketches.buckets, leaders == place)
    candidates = candidates_of(buckets, sketches.counts, sketches.digests, own)
    candidates = candidates.only((candidates.first < first_own) & (candidates.second >= first_own))
    verifier = Verifier(sketches, _titles(texts, leaders).__getitem__, partial(_some, texts), config, held=True)
    best: dict[int, tuple[int, Judgement]] = {}
    for (other, text), judgement in sorted(verifier.accept(candidates).items()):
        if text not in best or judgement.similarity > best[text][1].similarity:
            best[text] = other, judgement
    found = []
    for text in range(first_own, len(texts)):
        leader = int(leaders[text])
        match = (leader, same_words()) if leader < first_own else best.get(leader)
        if match is not None and match[1].kind is not None:
            kept, judgement = match
            kind = match[1].kind
            found.append(Duplicate(text - first_own, kept, kind, judgement.similarity, judgement.scores))
    return found


def lacking(text: str, other: str) -> list[str]:
    """The passages of the other text that this one has not, of three words and more, in order.

    >>> lacking("It rained for nine days.", "It rained for nine days. Then the ferry came.")
    ['Then the ferry came.']
    """
    told = [theirs for tag, _, theirs in differences(text, other) if tag != "same" and theirs]
    return [passage for passage in told if len(passage.split()) >= _FEWEST_LACKING]


def explain(
    first: Article, second: Article, config: DuplicateConfig = _USUAL, rulings: Iterable[Ruling] = ()
) -> dict[str, object]:
    """How two articles compare: the verdict, its rule and scores, and their words side by side."""
    texts = [_text_of(first), _text_of(second)]
    # What is furniture can only be told from all articles: two alone are given the benefit of the doubt.
    verdict = same_words() if first.key == second.key else _verifier(texts, config).judge([(0, 1)])[0, 1]
    ruled = weigh(rulings, {first.key, second.key})
    if ruled.groups:
        verdict = replace(verdict, kind=Kind.DECIDED, rule="a person decided that they are the same")
    elif ruled.apart:
        verdict = replace(verdict, kind=None, rule="a person decided that they are different")
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


def judge(
    texts: Mapping[int, tuple[str, str]], pairs: Sequence[tuple[int, int]], config: DuplicateConfig
) -> dict[tuple[int, int], Judged]:
    """How pairs of these texts compare, each given with its title line, or an empty one."""
    listed = sorted(texts)
    places = {text: n for n, text in enumerate(listed)}
    verifier = _verifier([_Text(texts[n][0], "", texts[n][1]) for n in listed], config)
    found = verifier.judge([(places[a], places[b]) for a, b in pairs])
    told = {(listed[a], listed[b]): judgement for (a, b), judgement in found.items()}
    return {pair: (judgement.kind, judgement.similarity, judgement.scores) for pair, judgement in told.items()}


def _overrule(
    clusters: Clusters,
    texts: Sequence[_Text],
    config: DuplicateConfig,
    articles: Sequence[Article],
    rulings: Iterable[Ruling],
) -> Clusters:
    """The clusters with the rulings of a person on top."""
    verdicts = weigh(rulings, {article.key for article in articles})
    if not verdicts:
        return clusters

    def judged(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Judged]:
        return judge({n: (texts[n].body, texts[n].title) for pair in pairs for n in pair}, pairs, config)

    preferred = preference(config.keep, articles, config.dumps)
    return Clusters(*overrule(articles, clusters.representative, clusters.duplicates, verdicts, judged, preferred))


@dataclass(frozen=True, slots=True)
class _Text:
    """What is compared: the words, the key of an article with the same words, and the title line if there is one."""

    body: str
    key: str
    title: str = ""

    @property
    def text(self) -> str:
        return comparable(self.body, self.title)


def _text_of(article: Article) -> _Text:
    return _Text(article.text, article.key, article.title if article.title_source == "line" else "")


def _some(texts: Sequence[_Text], asked: Sequence[int]) -> list[str]:
    """What is compared of some of the texts."""
    return [texts[n].text for n in asked]


def comparable(text: str, title: str) -> str:
    """What is compared of an article: its text, and the title if that is a line of its own."""
    return f"{title}\n\n{text}" if title else text


def preference(keep: str, articles: Sequence[Article], dumps: Sequence[str]) -> list[int] | None:
    """For each article how well it is suited to represent others by this rule, the lower the better; None for the usual one.

    >>> preference("first", [], [])
    []
    """
    if keep == "complete":
        return None
    if keep == "longest":
        return [-article.words for article in articles]
    if keep == "newest":
        return [-rank_of_date(article.published) for article in articles]
    if keep == "dumps":
        ranks = {name: rank for rank, name in enumerate(dumps)}
        return [ranks.get(article.dump, len(ranks)) for article in articles]
    return list(range(len(articles)))


def rank_of_date(published: str | None) -> int:
    """A later date has a higher rank; none has the lowest.

    >>> rank_of_date("2020-10-21") > rank_of_date("2019-12-31") > rank_of_date(None)
    True
    """
    try:
        return date.fromisoformat(published).toordinal() if published else 0
    except ValueError:
        return 0


def _verifier(texts: Sequence[_Text], config: DuplicateConfig, sketches: Sketches | None = None) -> Verifier:
    made = sketches if sketches is not None else minhash.sketch([text.text for text in texts])
    return Verifier(made, lambda n: texts[n].title, partial(_some, texts), config, held=True)


def _cluster(texts: Sequence[_Text], config: DuplicateConfig, articles: Sequence[Article] = ()) -> Clusters:
    sketches = minhash.sketch(text.text for text in texts)
    leaders = _exact_leaders(texts, sketches)
    preferred = preference(config.keep, articles, config.dumps) if articles else None
    best = _best_of_each(leaders, preferred)
    sketches, buckets = _in_order(sketches, leaders)
    verifier = Verifier(sketches, _titles(texts, leaders).__getitem__, partial(_some, texts), config, held=True)
    groups = _group(verifier, buckets, leaders, None if preferred is None else np.array(preferred, np.int64)[best])
    # The text that represents another does so through that of its occurrences that is liked best.
    represented = groups.representative[leaders]
    kept = best[represented].tolist()
    duplicates = []
    for text in np.flatnonzero(best[represented] != np.arange(len(texts))).tolist():
        same = represented[text] == leaders[text]
        judgement = same_words() if same else groups.reasons[int(leaders[text])]
        assert judgement.kind is not None
        duplicates.append(Duplicate(text, kept[text], judgement.kind, judgement.similarity, judgement.scores))
    return Clusters(kept, duplicates)


def _in_order(sketches: Sketches, leaders: Ints) -> tuple[Sketches, Hashes]:
    """The sorted buckets of those texts that are the first of their words, and the sketches without theirs, which were in no
    order and need not be held any longer."""
    buckets = sort_buckets(sketches.buckets, leaders == np.arange(len(leaders)))
    return replace(sketches, buckets=buckets[:0].copy()), buckets


def _group(verifier: Verifier, buckets: Hashes, leaders: Ints, ranked: Ints | None = None) -> grouping.Groups:
    """The clusters of those texts that are the first of their words, of which these are the buckets."""
    judgements = verifier.accept(candidates_of(buckets, verifier.counts, verifier.sketches.digests))
    return grouping.group(verifier, judgements, np.bincount(leaders, minlength=len(leaders)), ranked)


def _holding(texts: Iterable[str], held: list[str]) -> Iterator[str]:
    for text in texts:
        held.append(text)
        yield text


def _leaders_by_words(sketches: Sketches, texts: Sequence[str]) -> Ints:
    """For each text the first with the same words, or without any with the same signs."""
    told = sketches.digests ^ minhash.scrambled(sketches.counts)
    _, first, group = np.unique(told, return_index=True, return_inverse=True)
    leaders: Ints = first[group]
    wordless: dict[str, int] = {}
    for text in np.flatnonzero(sketches.counts == 0).tolist():
        leaders[text] = wordless.setdefault(content_key([texts[text]]), text)
    return leaders


def _exact_leaders(texts: Sequence[_Text], sketches: Sketches) -> Ints:
    """For each text the first with the same words. Texts without a word go by their key alone."""
    first: dict[object, int] = {}
    leaders = np.empty(len(texts), np.int64)
    for text, (digest, count) in enumerate(zip(sketches.digests.tolist(), sketches.counts.tolist(), strict=True)):
        key = texts[text].key if texts[text].key or count else content_key([texts[text].text])
        leader = first.setdefault(key, text) if key else text
        if count:
            leader = min(leader, first.setdefault((digest, count), leader))
        leaders[text] = leader
    return leaders


def _titles(texts: Sequence[_Text], leaders: Ints) -> list[str]:
    """For each leader the first, by alphabet, of the titles of its copies: one that has none may have lost it."""
    titles = [text.title for text in texts]
    for text, leader in enumerate(leaders.tolist()):
        if text != leader and titles[text]:
            titles[leader] = min(titles[leader] or titles[text], titles[text])
    return titles


def _best_of_each(leaders: Ints, preferred: Sequence[int] | None) -> Ints:
    """For each leader which of its occurrences is to stand for them: the first of those that are liked best."""
    best = np.arange(len(leaders))
    if preferred is not None:
        for text, leader in enumerate(leaders.tolist()):
            if preferred[text] < preferred[int(best[leader])]:
                best[leader] = text
    return best
