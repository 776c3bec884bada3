"""Measure alignment on translated pages that are perturbed in a known way, side by side with other programs.

    python benchmarks/pairs/beads.py            # the tables
    python benchmarks/pairs/beads.py --learn    # learn the coefficients of alignment.py, and measure with them

Pages of as many paragraphs on both sides, of like lengths, translate one another in order. Lightly perturbed, a tenth of
the paragraphs is deleted on either side and a twentieth merged with the next; heavily, 40 % are deleted on one side. For
sentences, the paragraphs of a page with as many sentences on both sides are put one after the other, a twentieth deleted
on either side and a tenth merged.

Strict: a bead counts if both its sides are exactly right. Lax, as vecalign scores it (Thompson and Koehn 2019): if it shares
a block on both sides with a bead of the gold. Beads with an empty side do not count.

The coefficients are learned on the collections in LEARNED_ON and measured on the others. A lexicon is learned as an archive
does it: from the surest beads of the very pages that are measured, found without one. Other programs take part if they are
there: hunalign on the PATH, `galechurch` and `nltk` installed.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
from handbooks import Post, load

from blogarc import alignment
from blogarc.alignment import align_blocks, paragraphs
from blogarc.lexicon import Translations, learn
from blogarc.model import Span
from blogarc.sentences import sentences

Bead = tuple[tuple[int, ...], tuple[int, ...]]
Page = tuple[list[str], list[str]]
Program = Callable[[Sequence[str], Sequence[str]], set[Bead]]

LEARNED_ON = frozenset({"gnome-help", "debian-reference", "aptitude", "manual pages", "debian-edu"})
PAGES = 250
SURE_BEAD = 0.8  # score from which a bead teaches the lexicon


@dataclass(frozen=True, slots=True)
class Damage:
    """Shares of the blocks deleted and merged, in the source and in the target."""

    deleted: tuple[float, float]
    merged: tuple[float, float]


LIGHT = Damage((0.1, 0.1), (0.05, 0.05))
HEAVY = Damage((0.0, 0.4), (0.0, 0.0))
MERGED = Damage((0.1, 0.1), (0.15, 0.15))  # to learn from: merged blocks are rare otherwise
SENTENCES = Damage((0.05, 0.05), (0.1, 0.1))


@dataclass(frozen=True, slots=True)
class Case:
    """Two lists of blocks and the beads between them."""

    source: list[str]
    target: list[str]
    gold: set[Bead]


def parallel(posts: Sequence[Post]) -> list[tuple[str, Page]]:
    """Pages with the same number of paragraphs, 5 to 60, of like lengths, with their collection."""
    by_name: dict[tuple[str, str], dict[str, list[str]]] = {}
    for post in posts:
        by_name.setdefault((post.collection, post.name), {})[post.language] = paragraphs(post.text)
    found = []
    for (collection, _), sides in by_name.items():
        if len(sides) == 2 and 5 <= len(sides["en"]) == len(sides["es"]) <= 60 and alike(sides["en"], sides["es"]):
            found.append((collection, (sides["en"], sides["es"])))
    random.Random(20).shuffle(found)
    return found


def alike(source: Sequence[str], target: Sequence[str]) -> bool:
    """Whether each block is about as long as the other of its place."""
    return all(0.4 < len(t) / len(s) < 2.5 for s, t in zip(source, target, strict=True))


def in_sentences(page: Page) -> Page:
    """The sentences of those paragraphs that have as many on both sides, of like lengths."""
    sides: Page = ([], [])
    for english, spanish in zip(*page, strict=True):
        ours, theirs = sentences(english, "en"), sentences(spanish, "es")
        if len(ours) == len(theirs) and alike(ours, theirs):
            sides[0].extend(ours)
            sides[1].extend(theirs)
    return sides


def perturb(
    side: Sequence[str], deleted: float, merged: float, rng: random.Random
) -> tuple[list[str], list[tuple[int, ...]]]:
    """The blocks that are left, and which of the old ones each is made of."""
    kept = [n for n in range(len(side)) if rng.random() >= deleted] or [0]
    groups: list[tuple[int, ...]] = []
    for n in kept:
        if groups and groups[-1][-1] == n - 1 and len(groups[-1]) == 1 and rng.random() < merged:
            groups[-1] = (*groups[-1], n)
        else:
            groups.append((n,))
    return [" ".join(side[n] for n in group) for group in groups], groups


def truth(ours: Sequence[tuple[int, ...]], theirs: Sequence[tuple[int, ...]]) -> set[Bead]:
    """Groups that share an old block, joined."""
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


def cases(pages: Sequence[Page], damage: Damage, seed: int = 20) -> list[Case]:
    """The pages, perturbed; the same seed perturbs them the same way."""
    rng = random.Random(seed)
    made = []
    for english, spanish in pages:
        ours, ours_from = perturb(english, damage.deleted[0], damage.merged[0], rng)
        theirs, theirs_from = perturb(spanish, damage.deleted[1], damage.merged[1], rng)
        made.append(Case(ours, theirs, truth(ours_from, theirs_from)))
    return made


# ---- programs ----


def places(span: Span) -> tuple[int, ...]:
    return tuple(range(span.start, span.end))


def blogarc(lexicon: Translations | None = None) -> Program:
    def run(source: Sequence[str], target: Sequence[str]) -> set[Bead]:
        beads = align_blocks(source, target, lexicon=lexicon)
        return {(places(b.source), places(b.target)) for b in beads if len(b.source) and len(b.target)}

    return run


def taught(made: Sequence[Case]) -> Translations:
    """The lexicon that the surest beads teach."""
    passages = []
    for case in made:
        for bead in align_blocks(case.source, case.target):
            if bead.score >= SURE_BEAD:
                ours = " ".join(case.source[bead.source.start : bead.source.end])
                theirs = " ".join(case.target[bead.target.start : bead.target.end])
                passages.append((bead.score, ours, theirs))
    passages.sort(key=lambda passage: -passage[0])
    return learn((source, target) for _, source, target in passages)


def others() -> dict[str, Program]:
    """The programs that are installed."""
    found: dict[str, Program] = {}
    if shutil.which("hunalign"):
        found["hunalign"] = hunalign
    try:
        import galechurch
    except ImportError:
        pass
    else:

        def gale_church(source: Sequence[str], target: Sequence[str]) -> set[Bead]:
            beads = galechurch.align(list(source), list(target)).beads
            spans = [(range(b.source_start, b.source_end), range(b.target_start, b.target_end)) for b in beads]
            return {(tuple(s), tuple(t)) for s, t in spans if s and t}

        found["galechurch"] = gale_church
    try:
        from nltk.translate import gale_church as of_nltk
    except ImportError:
        pass
    else:

        def nltk(source: Sequence[str], target: Sequence[str]) -> set[Bead]:
            links = of_nltk.align_blocks([len(s) for s in source], [len(t) for t in target])
            ours, theirs = [[(i,) for i in range(len(side))] for side in (source, target)]
            joined: dict[int, set[int]] = {}
            for i, j in links:
                joined.setdefault(i, set()).add(j)
            # It gives links; blocks that share a link are a bead.
            return truth([tuple(joined.get(i, ())) or (-1 - i,) for (i,) in ours], theirs)

        found["nltk"] = nltk
    return found


def hunalign(source: Sequence[str], target: Sequence[str]) -> set[Bead]:
    """hunalign without a dictionary; -realign lets it make one of its own."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("empty.dic", "source", "target")]
        for path, lines in zip(paths, ([], source, target), strict=True):
            path.write_text("".join(" ".join(line.split()) + "\n" for line in lines), "utf-8")
        done = subprocess.run(["hunalign", "-realign", *paths], capture_output=True, text=True, check=True)
    rungs = [tuple(int(n) for n in line.split("\t")[:2]) for line in done.stdout.splitlines() if line.strip()]
    spans = [(tuple(range(a, c)), tuple(range(b, d))) for (a, b), (c, d) in pairwise(rungs)]
    return {(s, t) for s, t in spans if s and t}


# ---- measures ----


def measure(made: Sequence[Case], program: Program) -> tuple[float, float, float]:
    """F1 strict, F1 lax, and blocks a second."""
    exact = overlapping_found = overlapping_gold = found = wanted = 0
    started = perf_counter()
    answers = [program(case.source, case.target) for case in made]
    seconds = perf_counter() - started
    for case, got in zip(made, answers, strict=True):
        exact += len(case.gold & got)
        overlapping_found += sum(any(touch(bead, other) for other in case.gold) for bead in got)
        overlapping_gold += sum(any(touch(bead, other) for other in got) for bead in case.gold)
        found, wanted = found + len(got), wanted + len(case.gold)
    precision, recall = overlapping_found / max(1, found), overlapping_gold / max(1, wanted)
    blocks = sum(len(case.source) + len(case.target) for case in made)
    lax = 2 * precision * recall / max(1e-9, precision + recall)
    return 2 * exact / max(1, found + wanted), lax, blocks / seconds


def touch(first: Bead, second: Bead) -> bool:
    return bool(set(first[0]) & set(second[0]) and set(first[1]) & set(second[1]))


def reliability(made: Sequence[Case], lexicon: Translations) -> list[tuple[str, int, float, float]]:
    """By score of the beads: how many, how many of them exactly right, and how many at least in part."""
    rows = []
    scored = [(b, case.gold) for case in made for b in align_blocks(case.source, case.target, lexicon=lexicon)]
    for low, high in ((0.0, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 0.99), (0.99, 1.01)):
        chosen = [
            ((places(b.source), places(b.target)), gold)
            for b, gold in scored
            if low <= b.score < high and len(b.source) and len(b.target)
        ]
        right = sum(bead in gold for bead, gold in chosen)
        partly = sum(any(touch(bead, other) for other in gold) for bead, gold in chosen)
        rows.append((f"{low:.2f}-{min(high, 1):.2f}", len(chosen), *(n / max(1, len(chosen)) for n in (right, partly))))
    return rows


# ---- learning ----


def logistic(columns: np.ndarray, labels: np.ndarray, ridge: float = 1.0) -> np.ndarray:
    """Constant and coefficients of a logistic model, by Newton's method on standardised columns."""
    mean, spread = columns.mean(0), columns.std(0) + 1e-6
    inputs = np.c_[np.ones(len(columns)), (columns - mean) / spread]
    weights = np.zeros(inputs.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (chance - labels) + ridge * np.r_[0, weights[1:]]
        curve = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(curve, slope)
    raw = weights[1:] / spread
    return np.r_[weights[0] - (raw * mean).sum(), raw]


def learn_coefficients(sets: Sequence[tuple[Sequence[Case], Translations | None]]) -> None:
    """Put what the cases teach into the tables of `alignment`."""
    tables = []
    for made, lexicon in sets:
        for case in made:
            held = np.zeros((len(case.source), len(case.target)))
            for ours, theirs in case.gold:
                held[np.ix_(ours, theirs)] = 1
            keys = alignment._Keys(case.source, case.target, lexicon)
            tables.append((alignment._Table(keys, Span(0, len(held)), Span(0, len(held[0]))), held))
    columns, labels = [], []
    for table, held in tables:
        told = table.contact()
        columns.append(np.stack([told[name] for name in list(alignment.CONTACT)[1:]], -1).reshape(held.size, -1))
        labels.append(held.ravel())
    fitted = logistic(np.concatenate(columns), np.concatenate(labels))
    alignment.CONTACT.update(zip(alignment.CONTACT, fitted.round(2).tolist(), strict=True))
    columns, labels = [], []
    for table, held in tables:
        contact = alignment._weigh(alignment.CONTACT, table.contact())
        for turned in (False, True):
            own, odds = (held.T, contact.T) if turned else (held, contact)
            if len(own) > 1:
                told = table.joined(contact, turned=turned)
                stronger = np.where(odds[1:] < odds[:-1], own[:-1], own[1:]) > 0
                columns.append(np.stack([told[name] for name in list(alignment.JOINED)[1:]], -1)[stronger])
                labels.append((own[:-1] * own[1:])[stronger])
    fitted = logistic(np.concatenate(columns), np.concatenate(labels))
    alignment.JOINED.update(zip(alignment.JOINED, fitted.round(2).tolist(), strict=True))


def relearn(pages: Sequence[Page]) -> None:
    """Learn twice: the first lexica come from coefficients that stand in the code."""
    for _ in range(2):
        sets: list[tuple[Sequence[Case], Translations | None]] = []
        for seed, damage in enumerate((LIGHT, MERGED, HEAVY)):
            made = cases(pages, damage, seed)
            # Half without a lexicon, or the model would not know what to do without one.
            sets += [(made, taught(made)), (made[::2], None)]
        learn_coefficients(sets)
    for name in ("CONTACT", "JOINED"):
        print(f"{name} = {{")
        print("".join(f'    "{feature}": {value},\n' for feature, value in getattr(alignment, name).items()) + "}")


def main() -> None:
    say = partial(print, flush=True)
    pages = parallel(load())
    if "--learn" in sys.argv:
        relearn([page for collection, page in pages if collection in LEARNED_ON][: 2 * PAGES])
    measured = [page for collection, page in pages if collection not in LEARNED_ON][:PAGES]
    split = [page for page in map(in_sentences, measured) if len(page[0]) >= 5]
    tests = {
        "paragraphs, lightly": cases(measured, LIGHT),
        "paragraphs, heavily": cases(measured, HEAVY),
        "sentences": cases(split, SENTENCES),
    }
    for title, made in tests.items():
        say(f"\n{title}: {len(made)} pages, {sum(len(case.gold) for case in made)} beads\n")
        say("| program | strict | lax | blocks a second |\n| --- | --- | --- | --- |")
        lexicon = taught(made)
        programs = {"blogarc": blogarc(), "blogarc, lexicon of these pages": blogarc(lexicon), **others()}
        for name, program in programs.items():
            strict, lax, speed = measure(made, program)
            say(f"| {name} | {strict:.3f} | {lax:.3f} | {speed:,.0f} |")
        if made is not tests["paragraphs, heavily"]:
            say("\n| score | beads | exactly right | right in part |\n| --- | --- | --- | --- |")
            for row in reliability(made, lexicon):
                say("| {} | {} | {:.3f} | {:.3f} |".format(*row))


if __name__ == "__main__":
    main()
