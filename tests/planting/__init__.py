"""Plants damaged dumps with known truth: `plant(kind, seed)` gives the files of a dump and their gold labels.

    fictional blogs and furniture -> a site with habits -> a structure with damage -> a layout -> files and gold

The same kind and seed give the same bytes, anywhere. `python -m tests.planting OUT --seeds 5` writes a folder of dumps,
`OUT/KIND/NAME.gold.json` beside the dump files.

    library.py  reads the texts           damage.py  alters copies
    site.py     head lines, furniture     kinds.py   what stands where: one function per kind
    gold.py     lays out, counts lines
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .gold import Copy, lay_out
from .kinds import KINDS
from .library import only

__all__ = ["KINDS", "Planted", "plant", "write"]


@dataclass(frozen=True, slots=True)
class Planted:
    """A dump: the text of each file by name, and the gold labels of all."""

    kind: str
    seed: int
    name: str
    files: dict[str, str]
    gold: dict[str, Any]


def plant(kind: str, seed: int, *, half: int | None = None) -> Planted:
    """Plant one dump, of all texts or of one half of them (0 or 1); the halves share no post and no furniture.

    >>> dump = plant("doubled", 1)
    >>> dump == plant("doubled", 1)
    True
    >>> first, second, *_ = next(iter(dump.gold["files"].values()))["articles"]
    >>> first["post_id"] == second["post_id"], first["end"] < second["start"]
    (True, True)
    """
    draw, note = KINDS[kind]
    rng = random.Random(f"{kind}/{seed}")
    with only(half):
        draft = draw(rng)
    first = next(item for page in draft.pages for item in page if isinstance(item, Copy))
    plain = unicodedata.normalize("NFKD", first.post.blog).encode("ascii", "ignore").decode().lower()
    name = f"{seed:03}_{'-'.join(re.findall('[a-z0-9]+', plain))}"
    many = len(draft.pages) > 1
    names = [f"{name}_p{number:02}.txt" if many else f"{name}.txt" for number in range(1, len(draft.pages) + 1)]
    files, gold = lay_out(kind, name, note, list(zip(names, draft.pages, strict=True)), draft.layout, rng)
    return Planted(kind, seed, name, files, gold)


def write(planted: Planted, folder: Path) -> Path:
    """Write a dump and its gold file to FOLDER/KIND/, byte for byte; gives the path of the gold file."""
    place = folder / planted.kind
    place.mkdir(parents=True, exist_ok=True)
    for name, text in planted.files.items():
        (place / name).write_bytes(text.encode("utf-8"))
    path = place / f"{planted.name}.gold.json"
    path.write_text(json.dumps(planted.gold, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
