"""Learn the weights of the evidence for splitting from dumps with planted truth.

    python -m benchmarks.segmentation.train                       # without labelled dumps of your own
    python -m benchmarks.segmentation.train --gold FOLDER         # the recipe of the weights that blogarc ships

The model is a linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) over three labels, whose features
are the columns of `blogarc.segmentation.evidence`. The objective is the log-likelihood of the true labels, less `--penalty`
times half the squared weights; L-BFGS finds its only maximum. The evidence of lists is learnt over the rest (see `learn`).

The shipped weights were learnt with the defaults, that is from

- 16 planted dumps of each kind, seeds 1000 and up (tests use seeds below 100): texts, furniture and damage of
  `tests/planting`, all written for this project;
- the sample dumps of the repository, and a folder of labelled dumps that --gold names and that is not part of the repository:
  one real dump, and seven made of the posts of openly licensed blogs (CC BY, CC BY-SA, CC0). These few count six times.

Learnt again from the same dumps, weights differ by a unit of the second digit after the point at most.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from tests.planting import KINDS, plant

from blogarc.model import Dump
from blogarc.paragraphs import read_dump
from blogarc.segmentation.decoding import Label
from blogarc.segmentation.evidence import Evidence, Regime, gather
from blogarc.segmentation.listings import LISTED

Floats = NDArray[np.float64]
LABELS = len(Label)
REGIME_PENALTY = 3.0
MOST_STEPS = 150
BATCH = 64
ROOT = Path(__file__).parents[2]
SAMPLES, WEIGHTS = ROOT / "sample_data", ROOT / "src" / "blogarc" / "segmentation" / "weights.json"
# Kinds that were planted for the evidence of lists; all others teach without them first.
LISTING_KINDS = ("index_pages",)
# The group of dumps that were not planted; what is learnt from them counts more.
LABELLED, WEIGHT, PENALTY, SEEDS, FIRST = "labelled", 6.0, 6.0, 16, 1000


@dataclass(frozen=True)
class Example:
    """One dump file: a row of evidence and a label for each paragraph."""

    group: str
    names: list[str]
    columns: NDArray[np.float32]
    regimes: NDArray[np.int64]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Labelled:
    """The files of a dump and their gold labels; the group says where it comes from."""

    group: str
    files: dict[str, bytes]
    gold: dict[str, Any]


def examples_of(source: Labelled, gather: Callable[[Sequence[Dump]], Evidence] = gather) -> list[Example]:
    """The examples of one gold file, a dump file each."""
    group, files, gold = source.group, source.files, source.gold
    dumps = [read_dump(files[name], name) for name in sorted(files)]
    order = sorted(range(len(dumps)), key=lambda i: (dumps[i].name, dumps[i].sha256))
    evidence = gather([dumps[i] for i in order])
    found, first = [], 0
    for i in order:
        dump = dumps[i]
        truth = gold["files"][dump.name]
        owner: dict[int, int] = {}
        for article in truth["articles"]:
            owner |= dict.fromkeys(range(article["start"], article["end"] + 1), article["copy"])
        furniture = set(truth["boilerplate"])
        labels, before = [], None
        for paragraph in dump.paragraphs:
            line = paragraph.lines.start
            if line in furniture or line not in owner:
                labels.append(Label.FURNITURE)
                continue
            labels.append(Label.INSIDE if owner[line] == before else Label.START)
            before = owner[line]
        part = slice(first, first + len(labels))
        rows = evidence.columns[part].astype(np.float32)
        found.append(Example(group, list(evidence.names), rows, evidence.regimes[part], np.array(labels, np.int64)))
        first += len(labels)
    return found


def planted(kinds: Iterable[str], seeds: range, half: int | None = None) -> list[Labelled]:
    """Planted dumps, of all texts or of one half of them."""
    dumps = [plant(kind, seed, half=half) for kind in kinds for seed in seeds]
    return [
        Labelled(f"{dump.kind}/{dump.seed}", {name: text.encode() for name, text in dump.files.items()}, dump.gold)
        for dump in dumps
    ]


def labelled(folder: Path) -> list[Labelled]:
    """The dumps of a folder, and of the folders in it, that have gold labels beside them."""
    found = []
    for path in sorted(folder.rglob("*gold.json")):
        gold = json.loads(path.read_text("utf-8"))
        files = {name: path.with_name(name).read_bytes() for name in gold["files"]}
        found.append(Labelled(f"{LABELLED}/{path.relative_to(folder)}", files, gold))
    return found


class Model:
    """The weights as one vector: evidence everywhere and in each regime (x 2), steps (3 x 3), opening (3; never inside)."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.width = len(names) * (1 + len(Regime))
        self.size = 2 * self.width + LABELS * LABELS + LABELS
        # What a regime adds must be better founded than what holds everywhere.
        self.penalties = np.ones(self.size)
        self.penalties[2 * len(names) : 2 * self.width] = REGIME_PENALTY

    def unpack(self, vector: Floats) -> tuple[Floats, Floats, Floats]:
        k = 2 * self.width
        weights = np.zeros((self.width, LABELS))
        weights[:, [Label.START, Label.FURNITURE]] = vector[:k].reshape(-1, 2)
        steps = vector[k : k + LABELS * LABELS].reshape(LABELS, LABELS)
        opening = vector[-LABELS:].copy()
        opening[Label.INSIDE] = -1e3
        return weights, steps, opening

    def to_json(self, vector: Floats) -> dict[str, Any]:
        weights, steps, opening = self.unpack(vector)
        pairs = np.round(weights[:, [Label.START, Label.FURNITURE]], 2).reshape(-1, len(self.names), 2).tolist()
        regimes = {
            regime.name.lower(): {
                name: pair for name, pair in zip(self.names, pairs[1 + regime], strict=True) if any(pair)
            }
            for regime in Regime
        }
        return {
            "everywhere": dict(zip(self.names, pairs[0], strict=True)),
            "regimes": regimes,
            "steps": np.round(steps, 3).tolist(),
            "opening": [None if value < -100 else round(float(value), 3) for value in opening],
        }


def learn(examples: list[Example], weight: float = WEIGHT, penalty: float = PENALTY) -> dict[str, Any]:
    """The weights under which the labels of the examples are likeliest. Each dump file counts alike, up to its length; those
    that were not planted count `weight` times.

    In two steps: first the weights of all evidence but that of lists, from all dumps but the kinds that were planted for it;
    then those of lists from all dumps, the others given. Learnt at once, what is told by both is shared out between them, and
    dumps without a list are split by what is left."""
    model = Model(examples[0].names)
    later = np.zeros(model.size, bool)
    of_lists = np.isin(model.names, LISTED)
    later[: 2 * model.width] = np.repeat(np.tile(of_lists, 1 + len(Regime)), 2)
    first = [e for e in examples if e.group.split("/")[0] not in LISTING_KINDS]
    vector = np.zeros(model.size)
    for given, free in ((first, ~later), (examples, later)):
        vector = _fit(model, given or examples, vector, free, weight, penalty)
    return model.to_json(vector)


def _fit(
    model: Model, examples: list[Example], vector: Floats, free: NDArray[np.bool_], weight: float, penalty: float
) -> Floats:
    """The vector with the best values where it is free, the others as they are."""
    order = sorted(examples, key=lambda e: len(e.labels))
    batches = [_pad(order[at : at + BATCH], weight) for at in range(0, len(order), BATCH)]

    def filled(values: Floats) -> Floats:
        whole = vector.copy()
        whole[free] = values
        return whole

    def objective(values: Floats) -> tuple[float, Floats]:
        whole = filled(values)
        weights, steps, opening = model.unpack(whole)
        gradient = penalty * model.penalties * whole
        loss = 0.5 * float(gradient @ whole)
        for batch in batches:
            value, (g_weights, g_steps, g_opening) = _likelihood(batch, weights, steps, opening)
            loss -= value
            k = 2 * model.width
            gradient[:k] -= g_weights[:, [Label.START, Label.FURNITURE]].ravel()
            gradient[k : k + LABELS * LABELS] -= g_steps.ravel()
            g_opening[Label.INSIDE] = 0.0
            gradient[-LABELS:] -= g_opening
        return loss, gradient[free]

    found = minimize(objective, vector[free], jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS})
    return filled(found.x)


def _pad(examples: list[Example], weight: float) -> tuple[Any, ...]:
    longest = max(len(e.labels) for e in examples)
    labels = np.zeros((longest, len(examples)), np.int64)
    lengths = np.array([len(e.labels) for e in examples])
    for n, example in enumerate(examples):
        labels[: lengths[n], n] = example.labels
    # For each regime the evidence of its paragraphs, and where in the padded table they are.
    own = np.concatenate([e.regimes for e in examples])
    at = np.concatenate([np.arange(len(e.labels)) * len(examples) + n for n, e in enumerate(examples)])
    columns = np.concatenate([e.columns for e in examples])
    parts = [(columns[own == regime], at[own == regime]) for regime in Regime]
    # A long dump must not drown many short ones: it counts by the root of its length.
    shares = np.array(
        [
            (weight if e.group.startswith(LABELLED + "/") else 1.0) * (100 / max(len(e.labels), 100)) ** 0.5
            for e in examples
        ]
    )
    return parts, labels, lengths, shares


def _likelihood(
    batch: tuple[Any, ...], weights: Floats, steps: Floats, opening: Floats
) -> tuple[float, tuple[Floats, Floats, Floats]]:
    """Log-likelihood of a batch of padded rows and its gradient, by the forward-backward algorithm."""
    parts, labels, lengths, shares = batch
    longest, count = labels.shape
    everywhere, *added = weights.reshape(1 + len(Regime), -1, LABELS)
    scores = np.zeros((longest * count, LABELS))
    for (columns, at), more in zip(parts, added, strict=True):
        scores[at] = columns @ (everywhere + more).astype(np.float32)
    scores = scores.reshape(longest, count, LABELS)
    inside = np.arange(longest)[:, None] < lengths[None, :]
    forward = np.empty((longest, count, LABELS))
    forward[0] = opening + scores[0]
    for t in range(1, longest):
        reached = _log_sum(forward[t - 1][:, :, None] + steps, 1) + scores[t]
        forward[t] = np.where(inside[t][:, None], reached, forward[t - 1])
    backward = np.zeros((longest, count, LABELS))
    for t in range(longest - 2, -1, -1):
        left = _log_sum(steps + (scores[t + 1] + backward[t + 1])[:, None, :], 2)
        backward[t] = np.where(inside[t + 1][:, None], left, 0.0)
    total = _log_sum(forward[-1], 1)
    rows = np.arange(count)
    marginal = np.exp(forward + backward - total[:, None]) * inside[:, :, None]
    true = np.zeros_like(marginal)
    true[np.arange(longest)[:, None], rows, labels] = 1.0
    true *= inside[:, :, None]
    difference = (true - marginal) * shares[None, :, None]
    flat = difference.reshape(-1, LABELS).astype(np.float32)
    told = [np.asarray(columns.T @ flat[at], float) for columns, at in parts]
    g_weights = np.concatenate([np.sum(told, axis=0), *told])
    g_opening = difference[0].sum(0)
    both = inside[1:]
    pair = (
        np.exp(
            forward[:-1, :, :, None] + steps + (scores[1:] + backward[1:])[:, :, None, :] - total[None, :, None, None]
        )
        * (both * shares)[:, :, None, None]
    )
    true_steps = np.zeros((LABELS, LABELS))
    np.add.at(true_steps, (labels[:-1][both], labels[1:][both]), np.broadcast_to(shares, both.shape)[both])
    g_steps = true_steps - pair.sum((0, 1))
    value = (scores * true).sum((0, 2)) + (opening * true[0]).sum(1)
    value += (steps[labels[:-1], labels[1:]] * both).sum(0)
    return float(((value - total) * shares).sum()), (g_weights, g_steps, g_opening)


def _log_sum(values: Floats, axis: int) -> Floats:
    top = values.max(axis, keepdims=True)
    return np.asarray((top + np.log(np.exp(values - top).sum(axis, keepdims=True))).squeeze(axis))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="planted dumps of each kind")
    parser.add_argument("--first", type=int, default=FIRST, help="the first seed")
    parser.add_argument("--gold", type=Path, action="append", default=[], help="a folder of dumps with gold labels")
    parser.add_argument("--weight", type=float, default=WEIGHT, help="how often dumps that were not planted count")
    parser.add_argument("--penalty", type=float, default=PENALTY)
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS, help="by default the file that blogarc ships")
    options = parser.parse_args()
    sources = planted(KINDS, range(options.first, options.first + options.seeds))
    for folder in [SAMPLES, *options.gold]:
        sources += labelled(folder)
    examples = [example for source in sources for example in examples_of(source)]
    told = learn(examples, options.weight, options.penalty)
    options.output.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    print(f"{len(examples)} dump files, {sum(len(e.labels) for e in examples):,} paragraphs -> {options.output}")


if __name__ == "__main__":
    main()
