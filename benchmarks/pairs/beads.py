"""Measure alignment: translated pages of as many paragraphs on both sides, perturbed, against the beads that this gives.

    python benchmarks/pairs/beads.py

Lightly: a tenth of the paragraphs deleted on either side, a twentieth merged with the next. Heavily: 40 % deleted on one
side. A bead counts if both its sides are exactly right; beads with an empty side do not count.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

from handbooks import Post, load

from blogarc.alignment import AlignmentConfig, align_blocks, paragraphs

Beads = set[tuple[tuple[int, ...], tuple[int, ...]]]
PAGES = 300


def parallel(posts: Sequence[Post]) -> list[tuple[list[str], list[str]]]:
    """Pages with the same number of paragraphs, 5 to 60, of like lengths: these translate one another in order."""
    by_name: dict[tuple[str, str], dict[str, list[str]]] = {}
    for post in posts:
        by_name.setdefault((post.collection, post.name), {})[post.language] = paragraphs(post.text)
    found = []
    for sides in by_name.values():
        if len(sides) == 2 and 5 <= len(sides["en"]) == len(sides["es"]) <= 60:
            ratios = [len(s) / len(e) for e, s in zip(sides["en"], sides["es"], strict=True)]
            if all(0.4 < ratio < 2.5 for ratio in ratios):
                found.append((sides["en"], sides["es"]))
    return found


def perturb(
    side: Sequence[str], deleted: float, merged: float, rng: random.Random
) -> tuple[list[str], list[tuple[int, ...]]]:
    """The paragraphs that are left, and which of the old ones each is made of."""
    kept = [n for n in range(len(side)) if rng.random() >= deleted] or [0]
    groups: list[tuple[int, ...]] = []
    for n in kept:
        if groups and groups[-1][-1] == n - 1 and len(groups[-1]) == 1 and rng.random() < merged:
            groups[-1] = (*groups[-1], n)
        else:
            groups.append((n,))
    return ["\n".join(side[n] for n in group) for group in groups], groups


def truth(ours: Sequence[tuple[int, ...]], theirs: Sequence[tuple[int, ...]]) -> Beads:
    """Groups that share an old paragraph, joined."""
    beads: list[tuple[set[int], set[int]]] = []
    for n, group in enumerate(ours):
        touched = {m for m, other in enumerate(theirs) if set(group) & set(other)}
        if touched:
            if beads and beads[-1][1] & touched:
                beads[-1][0].add(n)
                beads[-1][1].update(touched)
            else:
                beads.append(({n}, touched))
    return {(tuple(sorted(left)), tuple(sorted(right))) for left, right in beads}


def measure(pages: Sequence[tuple[list[str], list[str]]], config: AlignmentConfig, heavy: bool) -> float:
    """F1 of beads."""
    rng = random.Random(20)
    right = found = wanted = 0
    for english, spanish in pages:
        ours, ours_from = perturb(english, 0.0 if heavy else 0.1, 0.0 if heavy else 0.05, rng)
        theirs, theirs_from = perturb(spanish, 0.4 if heavy else 0.1, 0.0 if heavy else 0.05, rng)
        gold = truth(ours_from, theirs_from)
        beads = align_blocks(ours, theirs, config)
        got = {(tuple(range(b.source.start, b.source.end)), tuple(range(b.target.start, b.target.end))) for b in beads}
        got = {bead for bead in got if bead[0] and bead[1]}
        right, found, wanted = right + len(gold & got), found + len(got), wanted + len(gold)
    return 2 * right / max(1, found + wanted)


def main() -> None:
    say = partial(print, flush=True)
    pages = parallel(load())
    pages = random.Random(20).sample(pages, min(PAGES, len(pages)))
    say(f"{len(pages)} pages")
    for skip in (3.0, 4.0, 5.0, 6.0):
        config = AlignmentConfig(skip_cost=skip)
        say(
            f"skip cost {skip}: lightly {measure(pages, config, False):.3f}, heavily {measure(pages, config, True):.3f}"
        )


if __name__ == "__main__":
    main()
