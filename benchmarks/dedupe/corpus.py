"""Blog posts with planted copies, and the truth about them.

    python -m benchmarks.dedupe.corpus SIZE [--seed 7] [--pool POOL.txt] [--out FOLDER]

A post is three to sixty sentences of the pool in paragraphs; a quarter of the posts end with one of forty footers. Most occur
twice, some up to five times: the same, reformatted, with 1-5, 6-10 or 11-20 per cent of their words edited, as a teaser (the
first 15 to 50 per cent and "Read more") or wrapped in two footers. One in twenty has a *hard negative*: another post that
begins with two fifths of its paragraphs. Writes SIZE.jsonl, and SIZE.tsv with the family and the kind of every line.

Where the pool is small for the size, every sentence would stand in dozens of posts, as no sentence of a real corpus does.
Then the pool is stretched: each sentence comes in variants in which a third of the words are others.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

from benchmarks.dedupe.pool import POOL

FOOTERS = 40
# Sentences of the pool for each post, below which the pool is stretched.
_ENOUGH = 6
_EXCHANGED = 1 / 3


class Maker:
    """Makes posts and their copies from a pool; the same seed makes the same."""

    def __init__(self, pool: list[str], seed: int, size: int) -> None:
        self.random = random.Random(seed)
        self.pool = pool
        self.vocabulary = sorted({word for sentence in pool[:20000] for word in sentence.split()})
        self.variants = max(1, -(-_ENOUGH * size // len(pool)))
        self.footers = [" ".join(self.random.sample(pool, 3)) for _ in range(FOOTERS)]

    def post(self) -> list[str]:
        """The paragraphs of a new post."""
        count = min(60, max(3, int(self.random.lognormvariate(2.4, 0.6))))
        chosen = [self._vary(sentence) for sentence in self.random.sample(self.pool, count)]
        paragraphs, at = [], 0
        while at < count:
            end = at + self.random.randint(1, 5)
            paragraphs.append(" ".join(chosen[at:end]))
            at = end
        if self.random.random() < 0.25:
            paragraphs.append(self.random.choice(self.footers))
        return paragraphs

    def copy(self, paragraphs: list[str]) -> tuple[str, str]:
        """A copy of a post, and its kind."""
        text, dice = "\n\n".join(paragraphs), self.random.random()
        if dice < 0.30:
            return "exact", text
        if dice < 0.42:
            return "format", self._reformat(text)
        for limit, kind, low, high in (
            (0.62, "edit 1-5 %", 0.01, 0.05), (0.72, "edit 6-10 %", 0.06, 0.10), (0.82, "edit 11-20 %", 0.11, 0.20),
        ):  # fmt: skip
            if dice < limit:
                rate = self.random.uniform(low, high)
                return kind, "\n\n".join(" ".join(self._edit(p.split(), rate)) for p in paragraphs)
        if dice < 0.94:
            words = text.split(" ")
            return "teaser", " ".join(
                words[: max(12, int(len(words) * self.random.uniform(0.15, 0.5)))]
            ) + " […] Read more"
        return "wrapped", f"{self.random.choice(self.footers)}\n\n{text}\n\n{self.random.choice(self.footers)}"

    def corpus(self, size: int) -> list[tuple[int, str, str]]:
        """Family, kind and text of each document, shuffled."""
        documents: list[tuple[int, str, str]] = []
        family = 0
        while len(documents) < size:
            paragraphs = self.post()
            documents.append((family, "original", "\n\n".join(paragraphs)))
            dice = self.random.random()
            for _ in range(0 if dice < 0.30 else 1 if dice < 0.85 else self.random.randint(2, 4)):
                documents.append((family, *self.copy(paragraphs)))
            if self.random.random() < 0.05:
                family += 1
                shared = paragraphs[: max(1, int(len(paragraphs) * 0.4))]
                documents.append((family, "hard negative", "\n\n".join(shared + self.post())))
            family += 1
        documents = documents[:size]
        self.random.shuffle(documents)
        return documents

    def _vary(self, sentence: str) -> str:
        if self.variants == 1:
            return sentence
        # A variant is drawn by number, so that it too can occur in several posts.
        own = random.Random(f"{self.random.randrange(self.variants)} {sentence}")
        return " ".join(own.choice(self.vocabulary) if own.random() < _EXCHANGED else word for word in sentence.split())

    def _edit(self, words: list[str], rate: float) -> list[str]:
        edited: list[str] = []
        for word in words:
            dice = self.random.random()
            if dice < rate * 0.6:
                edited.append(self.random.choice(self.vocabulary))
            elif dice < rate * 0.8:
                continue
            elif dice < rate:
                edited += [word, self.random.choice(self.vocabulary)]
            else:
                edited.append(word)
        return edited

    def _reformat(self, text: str) -> str:
        if self.random.random() < 0.5:
            return re.sub(r"\s+", " ", text).replace(",", "").replace(".", " .")
        return text.upper() if self.random.random() < 0.2 else text.replace("\n\n", "\n") + "\n"


def write(size: int, seed: int, pool: Path, folder: Path) -> tuple[Path, Path]:
    """The corpus of this size and its truth, made if they are not there."""
    corpus, truth = folder / f"{size}-{seed}.jsonl", folder / f"{size}-{seed}.tsv"
    if not truth.exists():
        folder.mkdir(parents=True, exist_ok=True)
        documents = Maker(pool.read_text("utf-8").split("\n")[:-1], seed, size).corpus(size)
        with corpus.open("w", encoding="utf-8") as out:
            for number, (_, _, text) in enumerate(documents):
                out.write(json.dumps({"id": number, "text": text, "language": "und"}, ensure_ascii=False) + "\n")
        truth.write_text("".join(f"{family}\t{kind}\n" for family, kind, _ in documents), "utf-8")
    return corpus, truth


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--pool", type=Path, default=POOL)
    parser.add_argument("--out", type=Path, default=POOL.parent)
    given = parser.parse_args()
    print(*write(given.size, given.seed, given.pool, given.out))
