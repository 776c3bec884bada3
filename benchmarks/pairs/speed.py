"""Time and memory of pairing by number of posts, and how often the true partner is among the candidates.

    python benchmarks/pairs/speed.py 10000              # 10,000 posts in each language, of which 8,000 have a partner
    python benchmarks/pairs/speed.py 10000 --profile    # and where the time goes

There is no open bilingual blog of that size, so the handbooks are multiplied. Each copy is another subject: rarer words get
their vowels, and separately their consonants, exchanged in a way of its own, the same in both languages, so that what looked
alike still does; digits are exchanged too. The commonest words of each language stay as they are, and so new words keep
coming as they do in a growing collection. Long pages are cut to their first paragraphs. Peak memory is that of the process,
texts included.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
from collections import Counter
from collections.abc import Sequence
from functools import partial
from time import perf_counter, process_time

import numpy as np
from handbooks import Post, load

from blogarc.alignment import paragraphs
from blogarc.likeness import Likeness
from blogarc.model import Article
from blogarc.pairs import PairConfig, as_articles, find_pairs, whole_text

SEED = 20
LETTERS = 2_500  # at which a post ends, with the paragraph
COMMON = 400  # words of each language that all subjects share
PARTNERLESS = 0.2
_WORD = re.compile(r"[^\W\d_]+|\d")


class Subject:
    """A way to spell rarer words otherwise."""

    def __init__(self, number: int, common: frozenset[str]) -> None:
        rng = random.Random(f"{SEED} {number}")
        self.common = common
        table = {}
        for letters in ("aeiou", "bcdfgjlmnprstv", "0123456789"):
            mixed = "".join(rng.sample(letters, len(letters)))
            table |= str.maketrans(letters + letters.upper(), mixed + mixed.upper())
        self.table = table

    def spell(self, text: str) -> str:
        return _WORD.sub(lambda m: m[0] if m[0].lower() in self.common else m[0].translate(self.table), text)


def multiply(posts: Sequence[Post], count: int) -> list[tuple[str, str, int]]:
    """Language, text and number of the subject matter, which a post shares with its translation; `count` in each language."""
    common = set()
    for language in ("en", "es"):
        heard = Counter(word for p in posts if p.language == language for word in _WORD.findall(p.text.lower()))
        common |= {word for word, _ in heard.most_common(COMMON) if not word.isdigit()}
    by_name: dict[tuple[str, str], dict[str, str]] = {}
    for post in posts:
        by_name.setdefault((post.collection, post.name), {})[post.language] = _cut(post.text)
    both = [texts for texts in by_name.values() if len(texts) == 2]
    rng = random.Random(SEED)
    made: list[tuple[str, str, int]] = []
    counts = Counter[str]()
    number = 0
    while min(counts["en"], counts["es"]) < count:
        if number % len(both) == 0:
            subject = Subject(number // len(both), frozenset(common))
        texts = both[number % len(both)]
        fate = rng.random()
        for language, lost in (("en", fate < PARTNERLESS), ("es", fate > 1 - PARTNERLESS)):
            if not lost and counts[language] < count:
                made.append((language, subject.spell(texts[language]), number))
                counts[language] += 1
        number += 1
    return made


def _cut(text: str) -> str:
    kept: list[str] = []
    for block in paragraphs(text):
        if sum(map(len, kept)) > LETTERS:
            break
        kept.append(block)
    return "\n\n".join(kept)


def recall(articles: Sequence[Article], numbers: Sequence[int], config: PairConfig) -> float:
    """The share of source posts with a partner whose partner is among their candidates."""
    places = [[n for n, a in enumerate(articles) if a.language == language] for language in config.languages]
    texts = [[whole_text(articles[n]) for n in side] for side in places]
    likeness = Likeness.of_texts(*texts)
    likeness.invert(config.postings)
    columns = {numbers[place]: column for column, place in enumerate(places[1])}
    wanted = [(row, columns[numbers[place]]) for row, place in enumerate(places[0]) if numbers[place] in columns]
    found = sum(column in likeness.candidates(row, config.keys, config.candidates) for row, column in wanted)
    return found / max(1, len(wanted))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("posts", type=int, help="in each language")
    arguments.add_argument("--profile", action="store_true")
    arguments.add_argument("--recall", action="store_true", help="measure the candidates instead")
    options = arguments.parse_args()
    say = partial(print, flush=True)
    made = multiply(load(), options.posts)
    articles = as_articles([(language, text) for language, text, _ in made])
    numbers = [number for *_, number in made]
    letters = sum(len(article.text) for article in articles)
    wanted = sum(count == 2 for count in Counter(numbers).values())
    say(f"{options.posts:,} + {options.posts:,} posts, {letters / 1e6:.1f} million letters, {wanted:,} pairs")
    if options.recall:
        config = PairConfig()
        say(f"candidate recall in the best {config.candidates}: {recall(articles, numbers, config):.4f}")
        return
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    started, busy = perf_counter(), process_time()
    if options.profile:
        import cProfile
        import pstats

        with cProfile.Profile() as profile:
            pairs = find_pairs(articles)
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    else:
        pairs = find_pairs(articles)
    seconds, busy = perf_counter() - started, process_time() - busy
    right = sum(numbers[p.source] == numbers[p.target] for p in pairs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    rate = len(made) / seconds
    say(
        f"{seconds:.0f} s, {busy:.0f} s of one processor; {rate:.0f} posts a second; peak {peak:,} MB, {before:,} MB before"
    )
    say(f"precision {right / max(1, len(pairs)):.4f}, recall {right / max(1, wanted):.4f}")
    aligned = np.mean([p.evidence["aligned"]["target"] for p in pairs])
    say(f"share aligned {aligned:.3f}")


if __name__ == "__main__":
    main()
