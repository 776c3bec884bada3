"""blogarc beside its peers on one corpus, all in turn in one run, as ratios.

    make bench-dedupe SIZE=20000
    python -m benchmarks.dedupe.compare 20000 [--only blogarc daft daft@0.7] [--python OTHER/bin/python]
    python -m benchmarks.dedupe.compare --curve 10000 30000 100000 300000
    python -m benchmarks.dedupe.compare --profile 100000

Each tool runs in a process of its own, from reading the file to writing the labels; time and memory are what the system says
of that process and its children. A peer that is not installed is left out, and said so. On a busy machine only the ratios
mean something.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dedupe import corpus, evaluate, runners
from benchmarks.dedupe.pool import POOL

_PATIENCE = 3600
_TOLD_APART = "told apart"
_COLUMNS = (
    "precision", "recall", "F1", "B-cubed F1", "teaser", "wrapped", "edit 11-20 %", "hard negatives clean", _TOLD_APART
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """What a tool took: seconds of the clock and of the processors, and megabytes at its peak; and its scores."""

    name: str
    seconds: float
    processor: float
    memory: float
    scores: dict[str, float]
    labels: list[str]


def run(name: str, path: Path, truth: Path, python: str) -> Run | str:
    """Run one tool; its results, or in words why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        labels, errors = Path(folder, "labels"), Path(folder, "errors")
        command = [python, "-m", "benchmarks.dedupe.runners", name, str(path.absolute()), str(labels)]
        started = time.perf_counter()
        with errors.open("wb") as stream:
            process = subprocess.Popen(command, stdout=stream, stderr=stream)
            _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        if status or not labels.exists():
            lines = errors.read_text("utf-8", "replace").strip().splitlines()
            return lines[-1] if lines else f"ended with status {status}"
        found = labels.read_text("utf-8").split()
        peak = Path(f"{labels}.peak").read_text()
    told = evaluate.scores(*evaluate.read_truth(truth), found)
    return Run(
        name, seconds, used.ru_utime + used.ru_stime, (int(peak) if peak else used.ru_maxrss) / 1024, told, found
    )


def table(results: list[Run], documents: int, megabytes: float) -> str:
    """The results as Markdown; speed also as a ratio, how many times as fast blogarc's engine is."""
    head = ["tool", "docs/s", "MB/s", "blogarc is", "processor s", "peak MB", *_COLUMNS]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    ours = next((r.seconds for r in results if r.name == "blogarc"), math.nan)
    for each in results:
        figures = [f"{each.scores.get(column, math.nan):.3f}" for column in _COLUMNS]
        speed = [f"{documents / each.seconds:,.0f}", f"{megabytes / each.seconds:.1f}", f"{each.seconds / ours:.1f} x"]
        rows.append([each.name, *speed, f"{each.processor:.1f}", f"{each.memory:,.0f}", *figures])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def curve(sizes: list[int], seed: int, pool: Path, folder: Path) -> None:
    """Seconds of the engine at several sizes, and the exponent of growth between the first and the last."""
    points = []
    for size in sizes:
        result = run("blogarc", *corpus.write(size, seed, pool, folder), sys.executable)
        if isinstance(result, str):
            print(f"{size:>9,}: {result}")
            continue
        points.append((size, result.processor))
        print(
            f"{size:>9,} documents: {result.seconds:7.1f} s, processors {result.processor:7.1f} s, "
            f"{result.memory:6,.0f} MB, F1 {result.scores['F1']:.4f}", flush=True,
        )  # fmt: skip
    if len(points) > 1:
        (small, short), (large, long) = points[0], points[-1]
        print(f"exponent of processor time: {math.log(long / short) / math.log(large / small):.2f}")


def profile(size: int, seed: int, pool: Path, folder: Path) -> None:
    """Where the time of the engine goes, step by step, in units of reading the bytes and touching each once in numpy."""
    from blogarc import grouping, minhash, processor

    processor.choose_sorting()

    import numpy as np

    from blogarc.buckets import sort_buckets, texts_of
    from blogarc.candidates import candidates_of
    from blogarc.verification import DuplicateConfig, Verifier

    path, _ = corpus.write(size, seed, pool, folder)
    clock = time.process_time()
    touched = int(np.frombuffer(path.read_bytes(), np.uint8).sum(dtype=np.int64))
    unit, steps = time.process_time() - clock, []

    def step(name: str) -> None:
        nonlocal clock
        steps.append((name, time.process_time() - clock))
        clock = time.process_time()

    clock = time.process_time()
    texts = [json.loads(line)["text"] for line in path.open("rb")]
    step("reading JSON")
    sketches = minhash.sketch(texts)
    step("folding, words, shingles")
    leaders = np.unique(sketches.digests, return_index=True)[1]
    wanted = np.zeros(len(texts), bool)
    wanted[leaders] = True
    buckets = sort_buckets(sketches.buckets[wanted[texts_of(sketches.buckets)]])
    step("sorting buckets")
    candidates = candidates_of(buckets, sketches.counts, sketches.digests)
    step("pairing and counting")
    verifier = Verifier(sketches, lambda n: "", lambda asked: [texts[n] for n in asked], DuplicateConfig())
    judgements = verifier.accept(candidates)
    step("verifying")
    grouping.group(verifier, judgements, np.ones(len(texts), np.int64))
    step("grouping")
    print(f"reading and touching {path.stat().st_size / 1e6:.0f} MB once: {unit:.3f} s (checksum {touched})")
    for name, seconds in (*steps, ("all", sum(seconds for _, seconds in steps))):
        print(f"{name:26} {seconds:7.2f} s {seconds / unit:8.1f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, nargs="?", default=20000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--pool", type=Path, default=POOL)
    parser.add_argument("--folder", type=Path, default=POOL.parent, help="where corpora are made")
    parser.add_argument("--only", nargs="*", default=list(runners.RUNNERS))
    parser.add_argument("--python", default=sys.executable, help="the interpreter of the peers")
    parser.add_argument("--curve", type=int, nargs="+")
    parser.add_argument("--profile", type=int)
    given = parser.parse_args()
    if not given.pool.exists():
        sys.exit(f"There is no {given.pool}: make it with python -m benchmarks.dedupe.pool")
    if given.curve or given.profile:
        if given.curve:
            curve(given.curve, given.seed, given.pool, given.folder)
        if given.profile:
            profile(given.profile, given.seed, given.pool, given.folder)
        return
    path, truth = corpus.write(given.size, given.seed, given.pool, given.folder)
    results: list[Run] = []
    for name in given.only:
        python = sys.executable if name.startswith(("blogarc", "pyspark")) else given.python
        result = run(name, path, truth, python)
        if isinstance(result, str):
            print(f"{name}: left out: {result}", flush=True)
            continue
        results.append(result)
        print(f"{name}: {result.seconds:.1f} s, F1 {result.scores['F1']:.4f}", flush=True)
    # Only now: a process starts with the memory of the one that starts it.
    texts = [json.loads(line)["text"] for line in path.open("rb")]
    families, kinds = evaluate.read_truth(truth)
    besides = evaluate.undecidable(families, kinds, texts)
    for result in results:
        result.scores[_TOLD_APART] = evaluate.told_apart(kinds, result.labels, besides)
    print(f"\n{len(texts):,} documents, {path.stat().st_size / 1e6:.0f} MB, seed {given.seed}\n")
    print(table(results, len(texts), path.stat().st_size / 1e6))
    negatives, teasers = kinds.count("hard negative"), kinds.count("teaser")
    print(
        f"\nThat nobody can tell: {len(besides.holding):,} of {negatives:,} hard negatives hold a whole other post, "
        f"{len(besides.teasers):,} of {teasers:,} teasers begin another post too. Told apart are the other hard negatives "
        "that have nothing but such teasers beside them."
    )


if __name__ == "__main__":
    main()
