"""Learn the coefficients of `blogarc.pairs` from translated handbooks, and measure with one collection left out.

    python benchmarks/pairs/train.py                    # tables, then the coefficients to paste into clues.py
    python benchmarks/pairs/train.py --given            # tables with the coefficients that stand in clues.py

Each collection makes a large pool and many small ones, of 1 to 12 posts, whole and cut to the first three paragraphs, to
500 letters and to a third from the middle (on the Spanish side, as a partial translation). Three in ten English and one
in ten Spanish posts of a pair are taken out, so that every pool holds posts without a partner. Everything is drawn with
a fixed seed.

The model is a logistic regression with a quadratic penalty on standardised clues, by Newton's method. Coefficients whose
sign would contradict what the clue says are held at zero: a clue that is explained to people must mean what it says.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial

import numpy as np
from handbooks import Post, load

from blogarc.alignment import paragraphs
from blogarc.clues import COEFFICIENTS, INTERCEPT, SECOND_COEFFICIENTS, SECOND_INTERCEPT
from blogarc.languages import detect
from blogarc.pairs import PairConfig, Pool, as_articles

SEED = 20
SMALL_POOLS = 15  # for each collection and cut
PENALTY = 2.0
TRAPS = "traps"
# Which way a clue may point: these against a translation, the others for it.
AGAINST = ("conflicting numbers", "conflicting names")


def cut_whole(text: str, language: str) -> str:
    return text


def cut_three(text: str, language: str) -> str:
    """The title and the first three paragraphs that are not heads."""
    kept, long_ones = [], 0
    for block in paragraphs(text):
        kept.append(block)
        long_ones += len(block) > 60
        if long_ones == 3:
            break
    return "\n\n".join(kept)


def cut_letters(text: str, language: str) -> str:
    return text[:500].rsplit(" ", 1)[0]


def cut_third(text: str, language: str) -> str:
    """The Spanish side: a third of the paragraphs, from the middle."""
    blocks = paragraphs(text)
    if language == "en" or len(blocks) < 6:
        return text
    return "\n\n".join(blocks[len(blocks) // 3 : 2 * len(blocks) // 3])


CUTS: dict[str, Callable[[str, str], str]] = {
    "whole": cut_whole,
    "three paragraphs": cut_three,
    "500 letters": cut_letters,
    "a third": cut_third,
}


@dataclass
class Trial:
    """A pool with its truth."""

    collection: str
    cut: str
    small: bool
    names: list[str]  # of each article
    pool: Pool
    truths: int  # pairs there are to find
    labels: np.ndarray = field(init=False)  # of each edge: 1 for a translation

    def __post_init__(self) -> None:
        ends = [self.pool.position(edge) for edge in range(len(self.pool.rows))]
        self.labels = np.array([self.names[source] == self.names[target] for source, target in ends], float)

    def table(self, names: Sequence[str]) -> np.ndarray:
        return np.stack([self.pool.clues[name] for name in names], axis=1).reshape(-1, len(names))


def draw(posts: Sequence[Post], rng: random.Random) -> list[Post]:
    """Without some of the originals and some of the translations."""
    both = {p.name for p in posts if p.language == "en"} & {p.name for p in posts if p.language == "es"}
    fate = {name: rng.random() for name in sorted(both)}
    return [
        p for p in posts if p.name not in fate or not (fate[p.name] < 0.3 if p.language == "en" else fate[p.name] > 0.9)
    ]


@cache
def is_untranslated(text: str) -> bool:
    return detect(text[:3000]).code == "en"


def make_trial(posts: Sequence[Post], collection: str, cut: str, small: bool) -> Trial:
    cuts = [replace(p, text=CUTS[cut](p.text, p.language)) for p in posts]
    # A page may have been translated in part. Where what is left of it is mostly English, it is no Spanish post: the same rule
    # as for whole pages, and what blogarc itself would say.
    posts = [p for p in cuts if p.language == "en" or not is_untranslated(p.text)]
    articles = as_articles([(p.language, p.text) for p in posts])
    names = [p.name for p in posts]
    english = {p.name for p in posts if p.language == "en"}
    truths = sum(p.language == "es" and p.name in english for p in posts)
    return Trial(collection, cut, small, names, Pool(articles, PairConfig()), truths)


def trials(posts: Sequence[Post], cuts: Sequence[str]) -> Iterator[Trial]:
    collections: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        collections[post.collection].append(post)
    for collection, own in collections.items():
        for cut in cuts:
            rng = random.Random(f"{SEED} {collection} {cut}")
            yield make_trial(draw(own, rng), collection, cut, False)
            by_name: dict[str, list[Post]] = defaultdict(list)
            for post in own:
                by_name[post.name].append(post)
            for _ in range(SMALL_POOLS):
                # Neighbours in the book, so that the others are about the same things.
                count = rng.choice((1, 2, 3, 4, 6, 8, 12))
                names = sorted(by_name)
                at = rng.randrange(max(1, len(names) - 2 * count))
                chosen = rng.sample(names[at : at + 2 * count], min(count, len(names)))
                yield make_trial(draw([p for n in chosen for p in by_name[n]], rng), collection, cut, True)


@dataclass
class Look:
    """An intercept and a coefficient for each clue."""

    intercept: float
    coefficients: dict[str, float]

    def log_odds(self, trial: Trial) -> np.ndarray:
        return self.intercept + trial.table(list(self.coefficients)) @ np.array(list(self.coefficients.values()))


def fit(chosen: Sequence[Trial], names: Sequence[str]) -> Look:
    """Learned from these trials; coefficients that point the wrong way are held at zero, the most wrong first."""
    table = np.concatenate([trial.table(names) for trial in chosen])
    labels = np.concatenate([trial.labels for trial in chosen])
    spread = table.std(axis=0) + 1e-9
    scaled = np.hstack([np.ones((len(table), 1)), table / spread])
    sign = np.array([0.0, *(-1.0 if name in AGAINST else 1.0 for name in names)])
    active = np.ones(scaled.shape[1], bool)
    while True:
        solution = np.zeros(scaled.shape[1])
        solution[active] = _newton(scaled[:, active], labels)
        if not (solution * sign < 0).any():
            return Look(float(solution[0]), dict(zip(names, (solution[1:] / spread).tolist(), strict=True)))
        active[np.argmin(solution * sign)] = False


def _newton(table: np.ndarray, labels: np.ndarray) -> np.ndarray:
    penalty = np.full(table.shape[1], PENALTY)
    penalty[0] = 0.0
    solution = np.zeros(table.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(table @ solution, -40, 40)))
        slope = table.T @ (chance - labels) + penalty * solution
        curve = (table * (chance * (1 - chance))[:, None]).T @ table + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curve, slope)
        # A long step of Newton's overshoots where the curve is flat.
        solution -= step * min(1.0, 5.0 / (np.abs(step).max() + 1e-12))
        if np.abs(step).max() < 1e-7:
            break
    return solution


@dataclass
class Count:
    """Right, wrong and wanted pairs."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def add(self, right: int, found: int, wanted: int) -> None:
        self.right, self.found, self.wanted = self.right + right, self.found + found, self.wanted + wanted

    def __str__(self) -> str:
        precision, recall = self.right / max(1, self.found), self.right / max(1, self.wanted)
        return f"{precision:.3f}  {recall:.3f}  {2 * precision * recall / max(precision + recall, 1e-9):.3f}"


def learn(chosen: Sequence[Trial]) -> tuple[Look, Look]:
    """Both looks. The second is learned where a lexicon was: its clues come from the coefficients that stand in clues.py."""
    first = fit(chosen, list(COEFFICIENTS))
    again = [trial for trial in chosen if trial.pool.lexicon]
    for trial in again:
        trial.pool.clues["first look"] = first.log_odds(trial)
    return first, fit(again, list(SECOND_COEFFICIENTS))


def judge(trial: Trial, first: Look, second: Look) -> list[tuple[str, str, float]]:
    """Posts that are each other's most probable partner by these coefficients, as names and probability."""
    log_odds = first.log_odds(trial)
    if trial.pool.lexicon:
        trial.pool.clues["first look"] = log_odds
        log_odds = second.log_odds(trial)
    trial.pool.judge(log_odds)
    trial.pool.config = replace(trial.pool.config, threshold=0.0)  # what is refused is for the reliability diagram
    found = []
    for edge in trial.pool.decide():
        source, target = trial.pool.position(edge)
        found.append((trial.names[source], trial.names[target], float(trial.pool.probability[edge])))
    return found


def next_in_series(text: str, translation: str) -> str:
    """The same post of another year or version: those that stand in both openings, a decimal in the title only."""
    head = text[:300].partition("\n\n")[0]
    keys = {match[0] for match in re.finditer(r"\b(?:(?:19|20)\d\d|\d+(?:\.\d+){2,})\b", text[:300])}
    keys |= {match[0] for match in re.finditer(r"\b\d+\.\d+\b", head[:120])}
    changed = text
    for key in sorted(keys):
        if key in translation[:300]:
            start, last = key[: -len(key.rsplit(".", 1)[-1])], key.rsplit(".", 1)[-1]
            changed = re.sub(rf"(?<!\d)(?<!\d\.){re.escape(key)}(?!\.?\d)", f"{start}{int(last) + 1}", changed)
    return changed if changed != text else ""


def trap_trial(posts: Sequence[Post]) -> Trial:
    """Spanish posts whose only likely partner is the English post of another year or version."""
    by_name = {(p.name, p.collection, p.language): p for p in posts}
    trap: list[Post] = []
    for post in posts:
        other = by_name.get((post.name, post.collection, "en"))
        if post.language == "es" and other and (changed := next_in_series(other.text, post.text)):
            trap += [Post(TRAPS, f"{post.collection} {post.name}", "es", post.text)]
            trap += [Post(TRAPS, f"{post.collection} {post.name} changed", "en", changed)]
    return make_trial(trap, TRAPS, "whole", False)


def sure(found: Sequence[tuple[str, str, float]], threshold: float) -> list[tuple[str, str, float]]:
    """Those that are pairs."""
    return [pair for pair in found if pair[2] >= threshold]


def best_threshold(judged: Sequence[tuple[Trial, list[tuple[str, str, float]]]]) -> float:
    """Where F1 is highest over these trials, in steps of a twentieth; of equally good ones the highest."""

    def f1(threshold: float) -> float:
        count = Count()
        for trial, best in judged:
            found = sure(best, threshold)
            count.add(sum(source == target for source, target, _ in found), len(found), trial.truths)
        return 2 * count.right / max(1, count.found + count.wanted)

    return max((n / 20 for n in range(19, 0, -1)), key=f1)


def reliability(chances: np.ndarray, labels: np.ndarray) -> Iterator[str]:
    """A line for each tenth of the probability: how many there are, how probable they are, and how many are right."""
    yield "| probability | posts | mean | right | |"
    yield "| --- | --- | --- | --- | --- |"
    bins = np.minimum((chances * 10).astype(int), 9)
    for n in range(10):
        held = bins == n
        if held.any():
            right = labels[held].mean()
            tenth = f"{n / 10:.1f} to {(n + 1) / 10:.1f}"
            yield f"| {tenth} | {held.sum()} | {chances[held].mean():.2f} | {right:.2f} | `{'#' * round(20 * right):20}` |"


def calibration(chances: np.ndarray, labels: np.ndarray) -> float:
    """The expected calibration error, in ten bins of equal width."""
    bins = np.minimum((chances * 10).astype(int), 9)
    held = [bins == n for n in range(10)]
    return sum(abs(chances[h].mean() - labels[h].mean()) * h.mean() for h in held if h.any())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--given", action="store_true", help="measure the coefficients that stand in clues.py")
    arguments.add_argument("--wrong", action="store_true", help="list every pair that is not in the gold")
    options = arguments.parse_args()
    say = partial(print, flush=True)
    posts = load()
    made = list(trials(posts, list(CUTS)))
    collections = list(dict.fromkeys(t.collection for t in made))
    given = Look(INTERCEPT, COEFFICIENTS), Look(SECOND_INTERCEPT, SECOND_COEFFICIENTS)

    totals: dict[tuple[str, bool], Count] = defaultdict(Count)
    nested: dict[tuple[str, bool], Count] = defaultdict(Count)
    chances, truths, all_chances, all_truths = [], [], [], []
    for collection in collections:
        others = [t for t in made if t.collection != collection]
        model = given if options.given else learn(others)
        chosen = best_threshold([(t, judge(t, *model)) for t in others])
        say(f"{collection}: the other collections would choose a threshold of {chosen:.2f}")
        own: dict[tuple[str, bool], Count] = defaultdict(Count)
        for trial in made:
            if trial.collection != collection:
                continue
            best = judge(trial, *model)
            all_chances += [chance for *_, chance in best]
            all_truths += [source == target for source, target, _ in best]
            own_choice = sure(best, chosen)
            own_right = sum(source == target for source, target, _ in own_choice)
            nested[trial.cut, trial.small].add(own_right, len(own_choice), trial.truths)
            found = sure(best, PairConfig().threshold)
            right = sum(source == target for source, target, _ in found)
            for counts in (own, totals):
                counts[trial.cut, trial.small].add(right, len(found), trial.truths)
            chances += [chance for *_, chance in found]
            truths += [source == target for source, target, _ in found]
            if options.wrong and not trial.small:
                for source, target, chance in found:
                    if source != target:
                        say(f"    wrong in {collection}, {trial.cut}: {source} / {target} {chance:.3f}")
        for key, count in own.items():
            say(f"{collection:20} {key[0]:17} {'small' if key[1] else 'large':6} {count}   {count.wanted}")
    for key, count in totals.items():
        say(f"{'all':20} {key[0]:17} {'small' if key[1] else 'large':6} {count}   {count.wanted}")
    for key, count in nested.items():
        say(f"{'threshold of others':20} {key[0]:17} {'small' if key[1] else 'large':6} {count}   {count.wanted}")
    say(f"calibration error of found pairs: {calibration(np.array(chances), np.array(truths, float)):.3f}")
    say("\n".join(reliability(np.array(all_chances), np.array(all_truths, float))))
    model = given if options.given else learn(made)
    trap = trap_trial(posts)
    accepted = sure(judge(trap, *model), PairConfig().threshold)
    say(f"traps: {len(accepted)} of {trap.pool.sizes[1]} accepted")
    if options.wrong:
        for source, target, chance in accepted:
            say(f"    accepted trap: {source} / {target} {chance:.3f}")
    for look in model:
        say(f"\nintercept {look.intercept:.2f}")
        for name, value in look.coefficients.items():
            say(f'    "{name}": {value:.2f},')


if __name__ == "__main__":
    main()
