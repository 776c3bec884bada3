"""How good clusters are, beside the truth: pairwise and B-cubed, the recall of each kind of copy, hard negatives left alone.

python -m benchmarks.dedupe.evaluate TRUTH.tsv LABELS     # a label a line
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path


def read_truth(path: Path) -> tuple[list[str], list[str]]:
    """Family and kind of each document."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    return [row[0] for row in rows], [row[1] for row in rows]


def scores(families: Sequence[str], kinds: Sequence[str], labels: Sequence[Hashable]) -> dict[str, float]:
    """Everything from 0 to 1. Of a copy it is asked whether it is with its original, of a hard negative whether it is alone."""
    both, gold, found = Counter(zip(families, labels, strict=True)), Counter(families), Counter(labels)
    right, precision, recall = _pairs(both), _pairs(found), _pairs(gold)
    told = {"precision": right / max(precision, 1), "recall": right / max(recall, 1)}
    told["F1"] = 2 * right / max(precision + recall, 1)
    total = len(labels)
    cubed = sum(n * n / found[label] for (_, label), n in both.items()) / total
    covered = sum(n * n / gold[family] for (family, _), n in both.items()) / total
    told["B-cubed F1"] = 2 * cubed * covered / (cubed + covered)
    original = {f: label for f, label, kind in zip(families, labels, kinds, strict=True) if kind == "original"}
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for family, label, kind in zip(families, labels, kinds, strict=True):
        if kind == "hard negative":
            by_kind["hard negatives clean"].append(found[label] == 1)
        elif kind != "original" and family in original:
            by_kind[kind].append(original[family] == label)
    return told | {kind: sum(hits) / len(hits) for kind, hits in sorted(by_kind.items())}


@dataclass(frozen=True, slots=True)
class Undecidable:
    """What nobody can tell from the texts: the hard negatives that hold a whole other post (all of its words, in a row), and
    the teasers whose words begin another post too. Places of documents."""

    holding: frozenset[int]
    teasers: frozenset[int]


def undecidable(families: Sequence[str], kinds: Sequence[str], texts: Sequence[str]) -> Undecidable:
    """What in this corpus is so."""
    words = [" ".join(text.lower().split()) for text in texts]
    original = {f: words[n] for n, (f, kind) in enumerate(zip(families, kinds, strict=True)) if kind == "original"}
    heads = {f: words[n] for n, (f, kind) in enumerate(zip(families, kinds, strict=True)) if kind == "hard negative"}
    holding, teasers = [], []
    for n, (family, kind) in enumerate(zip(families, kinds, strict=True)):
        if kind == "hard negative" and original.get(str(int(family) - 1), "\n") in words[n]:
            holding.append(n)
        elif kind == "teaser":
            told = words[n].removesuffix(" […] read more")
            if heads.get(str(int(family) + 1), "").startswith(told):
                teasers.append(n)
    return Undecidable(frozenset(holding), frozenset(teasers))


def told_apart(kinds: Sequence[str], labels: Sequence[Hashable], besides: Undecidable) -> float:
    """The share of hard negatives with nothing beside them, where that can be told."""
    found = Counter(label for n, label in enumerate(labels) if n not in besides.teasers)
    asked = [n for n, kind in enumerate(kinds) if kind == "hard negative" and n not in besides.holding]
    return sum(found[labels[n]] == 1 for n in asked) / max(len(asked), 1)


def _pairs(counts: Counter[Hashable] | Counter[tuple[str, Hashable]] | Counter[str]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


if __name__ == "__main__":
    truth = read_truth(Path(sys.argv[1]))
    for name, value in scores(*truth, Path(sys.argv[2]).read_text("utf-8").split()).items():
        print(f"{name:24} {value:.4f}")
