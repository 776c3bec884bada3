"""Two published sets, for whoever has the files: CORE (scholarly documents and their duplicates) and NEWS-COPY
(reprints of wire stories in scanned newspapers).

    python -m benchmarks.dedupe.sets core CORE.jsonl
    python -m benchmarks.dedupe.sets news-copy ARTICLES.json CLUSTERS.json

*CORE* (Gyawali et al., LREC 2020, "Deduplication of Scholarly Documents using Locality Sensitive Hashing and Word
Embeddings"): 100,000 documents, each with the ids of its duplicates. The protocol that text-dedup publishes: title and
abstract are the text; of every document it is asked whether it has a duplicate, and the accuracy is that of these answers,
with precision and recall of both classes. Published: gaoya 0.938.

*NEWS-COPY* (Silcock et al., ICLR 2023, "Noise-Robust De-Duplication at Scale"): articles and their clusters. The measure is
the adjusted Rand index of the clusters. Published: text-dedup's MinHash 0.729.

This script has not been run on either set: the files are for those who have them, and the names of their fields are to be
checked against them first.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from blogarc import dedupe


def core(path: Path) -> dict[str, float]:
    """Scores on CORE, by the protocol of text-dedup."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    texts = [f"{row.get('processed_title', '')} {row.get('processed_abstract', '')}" for row in rows]
    truth = [bool(row.get("labelled_duplicates")) for row in rows]
    labels = dedupe(texts)
    sizes = Counter(labels)
    found = [sizes[label] > 1 for label in labels]
    told = {"accuracy": sum(a == b for a, b in zip(truth, found, strict=True)) / len(rows)}
    for name, wanted in (("duplicates", True), ("others", False)):
        both = sum(a == b == wanted for a, b in zip(truth, found, strict=True))
        told[f"precision of {name}"] = both / max(found.count(wanted), 1)
        told[f"recall of {name}"] = both / max(truth.count(wanted), 1)
    return told


def news_copy(articles: Path, clusters: Path) -> dict[str, float]:
    """The adjusted Rand index on NEWS-COPY: `articles` maps ids to records with `article`, `clusters` lists linked ids."""
    told = json.loads(articles.read_text("utf-8"))
    ids = list(told)
    place = {name: n for n, name in enumerate(ids)}
    parent = list(range(len(ids)))

    def find(n: int) -> int:
        while parent[n] != n:
            parent[n] = n = parent[parent[n]]
        return n

    for one, other in json.loads(clusters.read_text("utf-8")):
        parent[find(place[one])] = find(place[other])
    texts = [told[name]["article"] if isinstance(told[name], dict) else told[name] for name in ids]
    return {"adjusted Rand index": adjusted_rand([find(n) for n in range(len(ids))], dedupe(texts))}


def adjusted_rand(truth: Sequence[int], found: Sequence[int]) -> float:
    """1 for the same clusters, about 0 for chance (Hubert and Arabie 1985).

    >>> adjusted_rand([0, 0, 1], [5, 5, 6])
    1.0
    """
    pairs = [sum(n * (n - 1) / 2 for n in counts.values()) for counts in (
        Counter(zip(truth, found, strict=True)), Counter(truth), Counter(found)
    )]  # fmt: skip
    both, one, other = pairs
    chance = one * other / max(len(truth) * (len(truth) - 1) / 2, 1)
    best = (one + other) / 2
    return 1.0 if best == chance else (both - chance) / (best - chance)


if __name__ == "__main__":
    scores = core(Path(sys.argv[2])) if sys.argv[1] == "core" else news_copy(Path(sys.argv[2]), Path(sys.argv[3]))
    for name, value in scores.items():
        print(f"{name:26} {value:.4f}")
