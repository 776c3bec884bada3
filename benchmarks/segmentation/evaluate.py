"""How well dumps are split, and what each kind of evidence contributes.

    python -m benchmarks.segmentation.evaluate                    # by kind: shipped weights, and learnt without these texts
    python -m benchmarks.segmentation.evaluate --ablation         # each kind of evidence left out, and learnt again
    python -m benchmarks.segmentation.evaluate --gold FOLDER      # labelled dumps, each split by what the others taught
    python -m benchmarks.segmentation.evaluate --evidence         # the names of all evidence, as docs/splitting.md lists them

The shipped weights have seen the texts of `tests/planting`, although not in these dumps. The honest number is that of
*texts left out*: weights are learnt from dumps planted with half of the blogs, furniture and phrases, and tried on dumps
planted with the other half; then the other way round. Scores are means over dumps; `tests/scoring.py` defines them.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from tests.planting import KINDS
from tests.scoring import read_gold, score_splits

from benchmarks.segmentation.train import FIRST, SAMPLES, Labelled, examples_of, labelled, learn, planted
from blogarc import segmentation
from blogarc.model import Dump
from blogarc.paragraphs import read_dump
from blogarc.segmentation import evidence, identity
from blogarc.segmentation.evidence import Evidence, Regime, Weights, load_weights, read_weights

MEASURES = ("starts", "exact", "leaked", "lost")
Scores = dict[str, float]

# The kinds of evidence, by what their names say; the first that fits.
GROUPS = {
    "always": r"^any paragraph$",
    "lists of openings": r"opening in a list",
    "copies": r"cop(y|ies|ied)\b.*|doubled posts",
    "cohesion": r"^the words change",
    "language": r"^the language changes",
    "recurrence": r"^recurs|^rarer|^rare among|several dumps|repeats a title",
    "furniture words": r"control|notice|comments|read-more|after furniture",
    "head lines": r"head|title|byline|toggle",
    "shape and place": "",
}


def group_of(name: str) -> str:
    """Which kind a piece of evidence is of.

    >>> group_of("inside neighbouring copies"), group_of("title over a byline"), group_of("short")
    ('copies', 'head lines', 'shape and place')
    """
    return next(group for group, form in GROUPS.items() if re.search(form, name))


@dataclass(frozen=True)
class Variant:
    """A way to gather evidence: with something replaced in its rooms, without the columns of a group, or without regimes."""

    replaced: tuple[tuple[Any, str, Any], ...] = ()
    without: str = ""
    regimes: bool = True

    def gather(self, dumps: Sequence[Dump], shapes: NDArray[np.int64] | None = None) -> Evidence:
        with ExitStack() as stack:
            for room, name, value in self.replaced:
                stack.enter_context(patch.object(room, name, value))
            told = evidence.gather(dumps, shapes)
        if self.without:
            told.columns[:, [group_of(name) == self.without for name in told.names]] = 0.0
        return told if self.regimes else replace(told, regimes=np.full_like(told.regimes, Regime.SINGLE))


EVERYTHING = Variant()
# Without copies there are no regimes but one, and nothing to draw together.
LEFT_OUT = {
    "nothing": EVERYTHING,
    "copies": Variant(replaced=((evidence, "find_copies", lambda strip: []),)),
    "near-equal paragraphs": Variant(replaced=((identity, "are_alike", lambda first, second: False),)),
    "drawing aligned paragraphs together": Variant(replaced=((evidence, "tie", lambda columns, copies: None),)),
    "regimes": Variant(regimes=False),
    **{group: Variant(without=group) for group in GROUPS if group not in ("always", "copies")},
}


def split(source: Labelled, weights: Weights, variant: Variant = EVERYTHING) -> Scores:
    """The scores of a dump, split with these weights."""
    dumps = [read_dump(data, name) for name, data in source.files.items()]
    with (
        patch.object(segmentation, "load_weights", lambda: weights),
        patch.object(evidence, "load_weights", lambda: weights),
        patch.object(segmentation, "gather", variant.gather),
    ):
        return score_splits(read_gold((source.gold, source.files)), dumps, segmentation.segment(dumps))


def taught(sources: Iterable[Labelled], variant: Variant = EVERYTHING) -> Weights:
    """Weights learnt from these dumps."""
    return read_weights(learn([e for source in sources for e in examples_of(source, variant.gather)]))


def mean(scores: Iterable[Scores]) -> Scores:
    listed = list(scores)
    return {measure: sum(s[measure] for s in listed) / len(listed) for measure in MEASURES}


def by_kind(scores: Iterable[tuple[str, Scores]]) -> dict[str, Scores]:
    """The mean of each kind, and in the end the mean of these."""
    kinds: dict[str, list[Scores]] = defaultdict(list)
    for group, told in scores:
        kinds[group.split("/")[0]].append(told)
    means = {kind: mean(told) for kind, told in kinds.items()}
    return means | {"mean": mean(means.values())}


def crossed(variant: Variant, learnt: range, tried: range) -> list[tuple[str, Scores]]:
    """The scores of dumps of either half, with weights learnt from the other."""
    scores = []
    for half in (0, 1):
        weights = taught(planted(KINDS, learnt, half=1 - half), variant)
        scores += [(source.group, split(source, weights, variant)) for source in planted(KINDS, tried, half=half)]
    return scores


def show(head: str, rows: dict[str, Sequence[Scores]], columns: Sequence[str] = ("",)) -> None:
    """A table in Markdown."""
    names = [f"{measure}{', ' + column if column else ''}" for column in columns for measure in MEASURES]
    print(f"| {head} | " + " | ".join(names) + " |")
    print("| --- |" + " --- |" * len(names))
    for name, told in rows.items():
        print(f"| {name} | " + " | ".join(f"{scores[m]:.3f}" for scores in told for m in MEASURES) + " |", flush=True)


def kinds(learnt: range, tried: range) -> None:
    shipped = by_kind((s.group, split(s, load_weights())) for s in planted(KINDS, tried))
    left_out = by_kind(crossed(EVERYTHING, learnt, tried))
    show("kind", {kind: (shipped[kind], left_out[kind]) for kind in shipped}, ("shipped weights", "texts left out"))


def ablation(learnt: range, tried: range) -> None:
    print("| left out | " + " | ".join(MEASURES) + " | loses most |\n| --- |" + " --- |" * (len(MEASURES) + 1))
    whole: dict[str, Scores] = {}
    for name, variant in LEFT_OUT.items():
        told = by_kind(crossed(variant, learnt, tried))
        whole = whole or told
        worst = sorted((round(told[k]["starts"] - whole[k]["starts"], 3), k) for k in told if k != "mean")[:3]
        most = ", ".join(f"{kind} {loss:+.3f}" for loss, kind in worst if loss < -0.005)
        print(f"| {name} | " + " | ".join(f"{told['mean'][m]:.3f}" for m in MEASURES) + f" | {most} |", flush=True)


def labelled_dumps(folder: Path, learnt: range) -> None:
    sources = labelled(folder)
    others = planted(KINDS, learnt) + labelled(SAMPLES)
    rows: dict[str, Sequence[Scores]] = {}
    for source in sources:
        weights = taught([*others, *(other for other in sources if other is not source)])
        rows[source.group.partition("/")[2].removesuffix("gold.json").rstrip("./")] = [split(source, weights)]
    show("dump", rows | {"mean": [mean(told[0] for told in rows.values())]})


def list_evidence() -> None:
    names = evidence.gather([]).names
    for group in GROUPS:
        print(f"**{group}**\n")
        print("\n".join(f"- {name}" for name in names if group_of(name) == group) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ablation", action="store_true", help="what each kind of evidence contributes")
    parser.add_argument("--evidence", action="store_true", help="list the kinds of evidence")
    parser.add_argument("--gold", type=Path, help="a folder of dumps with gold labels, to be cross-validated")
    parser.add_argument(
        "--learnt", type=int, default=6, metavar="SEEDS", help="planted dumps of each kind to learn from"
    )
    parser.add_argument("--tried", type=int, default=8, metavar="SEEDS", help="planted dumps of each kind to try")
    parser.add_argument(
        "--first", type=int, default=100, help="the first seed to try; those from 1000 on are learnt from"
    )
    options = parser.parse_args()
    learnt = range(FIRST, FIRST + options.learnt)
    tried = range(options.first, options.first + options.tried)
    if options.evidence:
        list_evidence()
    elif options.gold:
        labelled_dumps(options.gold, learnt)
    elif options.ablation:
        ablation(learnt, tried)
    else:
        kinds(learnt, tried)


if __name__ == "__main__":
    main()
