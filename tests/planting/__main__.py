"""Write a folder of planted dumps: `python -m tests.planting OUT --seeds 5 --kinds doubled,wrapped`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import KINDS, plant, write


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.planting", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write to; each kind gets a folder inside")
    parser.add_argument("--seeds", type=int, default=5, help="dumps per kind (default 5)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--kinds", default="all", help="names with commas between, or all: " + ", ".join(KINDS))
    options = parser.parse_args()
    names = list(KINDS) if options.kinds == "all" else options.kinds.split(",")
    if unknown := sorted(set(names) - set(KINDS)):
        parser.error(f"no such kind: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    articles = 0
    for name in names:
        for seed in range(options.first, options.first + options.seeds):
            planted = plant(name, seed)
            write(planted, options.out)
            articles += sum(len(file["articles"]) for file in planted.gold["files"].values())
    sys.stderr.write(
        f"{len(names) * options.seeds} dumps of {len(names)} kinds, {articles} articles, in {options.out}\n"
    )


if __name__ == "__main__":
    main()
