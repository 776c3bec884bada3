"""What simpler ways find in the pools of train.py: one family of keys each, without a lexicon and without a model.

    python benchmarks/pairs/baselines.py

Of the best 50 candidates two posts are a pair if each is the other's likeliest by the ratio margin of one cosine (numbers,
names, cognates, or 4-grams, each weighed by rarity), and the cosine is above a threshold: that at which the other collections
fare best, so that it has to travel, as it must in use.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial

import numpy as np
from handbooks import load
from train import CUTS, Count, Trial, trials

from blogarc.features import FAMILIES
from blogarc.likeness import Likeness, best, rivals

NEIGHBOURS = 4
CANDIDATES = 50


def mutual(trial: Trial, family: int) -> list[tuple[float, bool]]:
    """The cosine of posts that are each other's likeliest, and whether they are a translation."""
    pool = trial.pool
    likeness = Likeness.of_texts(*pool.texts)
    likeness.invert(pool.config.postings)
    rows, columns, cosines = [], [], []
    for row in range(pool.sizes[0]):
        others = likeness.candidates(row, pool.config.keys, CANDIDATES)
        rows.append(np.full(len(others), row))
        columns.append(others)
        cosines.append(likeness.compare(row, others)[:, family])
    row, column = (np.concatenate([np.empty(0, int), *listed]).astype(int) for listed in (rows, columns))
    cosine = np.concatenate([np.empty(0), *cosines])
    sums = [rivals(owner, cosine, NEIGHBOURS) for owner in (row, column)]
    near = [total / np.maximum(count, 1) for total, count in sums]
    margin = np.where(cosine > 0, cosine / (sum(near) / 2 + 0.02), 0.0)
    chosen = best(row, margin, 1) & best(column, margin, 1) & (cosine > 0)
    names = trial.names
    places = pool.places
    return [(float(cosine[e]), names[places[0][row[e]]] == names[places[1][column[e]]]) for e in np.flatnonzero(chosen)]


def main() -> None:
    say = partial(print, flush=True)
    made = [trial for trial in trials(load(), list(CUTS)) if not trial.small]
    say("| | " + " | ".join(CUTS) + " |")
    say("| --- |" + " --- |" * len(CUTS))
    for family, name in enumerate(FAMILIES):
        told = []
        for cut in CUTS:
            found = {t.collection: (mutual(t, family), t.truths) for t in made if t.cut == cut}
            count = Count()
            for collection, (pairs, truths) in found.items():
                others = [other for key, other in found.items() if key != collection]
                tried = defaultdict(float)
                for threshold in np.arange(0.0, 0.6, 0.01):
                    kept = [right for pairs_, _ in others for cosine, right in pairs_ if cosine >= threshold]
                    tried[threshold] = 2 * sum(kept) / (len(kept) + sum(truth for _, truth in others))
                threshold = max(tried, key=lambda t: tried[t])
                kept = [right for cosine, right in pairs if cosine >= threshold]
                count.add(sum(kept), len(kept), truths)
            told.append(str(count).split()[-1])
        say(f"| {name} | " + " | ".join(told) + " |")


if __name__ == "__main__":
    main()
