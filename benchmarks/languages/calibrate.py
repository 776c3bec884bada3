"""Learn the coefficients of `blogarc.languages.confidence`, and show on held-back text what its figures are worth.

    python benchmarks/languages/calibrate.py              # the coefficients to paste into confidence.py, and the diagram
    python benchmarks/languages/calibrate.py --given      # the diagram with the coefficients that stand there
    python benchmarks/languages/calibrate.py --given --docs     # and write it into docs/languages.md

One coefficient is not learnt but given: see confidence.py.

A logistic regression with a small quadratic penalty on standardised clues, by Newton's method. In the dumps that blogarc is
for, most lines are English or Spanish, so their samples count six times; without that a heading of three words would be
as doubtful as it is among fifteen languages, code and names.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import samples
from samples import Sample

from blogarc import languages
from blogarc.languages import LANGUAGES, confidence, evidence
from blogarc.languages.confidence import COEFFICIENTS, DRAWN

PAGE = Path(__file__).parents[2] / "docs" / "languages.md"
PENALTY = 1.0
AT_HOME = 6.0
BAR = 40
# Latin is never named, so that taking filler text for it is right.
NAMELESS_IS_RIGHT = {("filler", "la")}


def measure(drawn: Sequence[Sample]) -> tuple[dict[str, Any], Any, Any]:
    """For each sample that has enough letters: the clues to its most likely language, whether that is right whatever its
    confidence, and what the sample counts."""
    read = evidence.read([sample.text for sample in drawn], LANGUAGES)
    read = read.only(languages.have_enough(read))
    shares = languages.share(read, languages.vote(read))
    best = shares.argmax(axis=1)
    clues = confidence.gather_clues(read, np.ones(len(read.pieces)), best, shares.max(axis=1))
    codes = [read.languages[language] for language in best.tolist()]
    heard = [
        evidence.draw([read.pieces[piece] for piece in read.pieces_of(text)], LANGUAGES).get(code, 0.0)
        for text, code in enumerate(codes)
    ]
    clues = {
        name: np.where(best < read.profiled, confidence.hear(clues, np.array(heard))[name], clues[name])
        for name in clues
    }
    judged = [drawn[number] for number in read.texts.tolist()]
    right = [
        code == sample.language or (sample.kind, code) in NAMELESS_IS_RIGHT
        for code, sample in zip(codes, judged, strict=True)
    ]
    weight = [AT_HOME if sample.language in ("en", "es") else 1.0 for sample in judged]
    return clues, np.array(right, float), np.array(weight)


def fit(clues: Mapping[str, Any], right: Any, weight: Any) -> tuple[dict[str, float], float]:
    names = [name for name in clues if name != DRAWN]
    given = COEFFICIENTS[DRAWN] * clues[DRAWN]
    table = np.array([clues[name] for name in names]).T
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    columns = np.c_[np.ones(len(table)), (table - mean) / spread]
    penalty = PENALTY * np.eye(columns.shape[1])
    penalty[0, 0] = 0.0
    found = np.zeros(columns.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-columns @ found - given))
        curvature = (columns.T * (weight * chance * (1 - chance))) @ columns + penalty
        found += np.linalg.solve(curvature, columns.T @ (weight * (right - chance)) - penalty @ found)
    slopes = found[1:] / spread
    learnt = dict(zip(names, slopes.tolist(), strict=True)) | {DRAWN: COEFFICIENTS[DRAWN]}
    return learnt, float(found[0] - slopes @ mean)


def diagram(chance: Any, right: Any, weight: Any) -> str:
    """Of the answers with such a confidence, how many were right. A bar that ends at the mark is honest."""
    lines = ["confidence   said  right  answers"]
    for step in range(10):
        chosen = (chance >= step / 10) & (chance < (step + 1) / 10 + (step == 9))
        if not chosen.any():
            continue
        said = float(np.average(chance[chosen], weights=weight[chosen]))
        true = float(np.average(right[chosen], weights=weight[chosen]))
        bar = list("█" * round(BAR * true) + " " * (BAR - round(BAR * true)))
        bar[min(BAR - 1, round(BAR * said))] = "|"
        lines.append(
            f"{step / 10:.1f} to {(step + 1) / 10:.1f}  {said:5.2f}  {true:5.2f}  {chosen.sum():7,}  {''.join(bar)}"
        )
    brier = float(np.average((chance - right) ** 2, weights=weight))
    lines.append(
        f"mean squared error {brier:.3f}; by always saying the mean {float(np.cov(right, aweights=weight)):.3f}"
    )
    return "\n".join(line.rstrip() for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--given", action="store_true", help="do not learn; use the coefficients of confidence.py")
    parser.add_argument("--docs", action="store_true", help="write the diagram into docs/languages.md")
    options = parser.parse_args()
    coefficients, intercept = dict(COEFFICIENTS), confidence.INTERCEPT
    if not options.given:
        coefficients, intercept = fit(*measure(samples.draw(held_back=False)))
        print("\n".join(f'    "{name}": {value:.2f},' for name, value in coefficients.items()))
        print(f"INTERCEPT = {intercept:.2f}\n")
    clues, right, weight = measure(samples.draw(held_back=True))
    totals = intercept + sum(coefficients[name] * value for name, value in clues.items())
    drawn = diagram(1 / (1 + np.exp(-totals)), right, weight)
    print(drawn)
    if options.docs:
        write("diagram", f"```text\n{drawn}\n```")


def write(name: str, block: str) -> None:
    """Put a block between its marks on the page."""
    page = PAGE.read_text("utf-8")
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, after = page.index(start) + len(start), page.index(end)
    PAGE.write_text(f"{page[:before]}{block}\n{page[after:]}", "utf-8")


if __name__ == "__main__":
    main()
