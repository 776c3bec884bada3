"""An archive file whose bytes are no longer what they were.

No command crashes on it or calls it a bug of blogarc. `check` finds the damage; or `check --deep` does, where a value is
another that could stand there; or there is none, and everything that the archive says is what it said before. `check
--salvage` brings out of it what it says it does: the bytes of the dumps that it calls whole are those that were ingested.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from blogarc import Archive
from blogarc.archive import seals
from tests.faults.kills import Case
from tests.faults.processes import run
from tests.faults.scene import Scene, archive_lines, digest, opened

PAGE = 4096
COMMANDS = (
    ("list",), ("stats",), ("export",), ("export", "--all"), ("dedupe",), ("pairs",), ("search", "the"), ("rebuild",),
    ("list", "--leftovers"), ("export", "--format", "tmx"), ("decide", "--list"), ("rebuild", "--dry-run"),
)  # fmt: skip
Damage = Callable[[random.Random, bytearray], None]


def flip(rng: random.Random, data: bytearray) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def scribble(rng: random.Random, data: bytearray) -> None:
    at, length = rng.randrange(len(data)), rng.randint(2, 200)
    data[at : at + length] = rng.randbytes(len(data[at : at + length]))


def blank_page(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data) // PAGE) * PAGE
    data[at : at + PAGE] = bytes(PAGE)


def swap_pages(rng: random.Random, data: bytearray) -> None:
    one, other = (rng.randrange(len(data) // PAGE) * PAGE for _ in range(2))
    data[one : one + PAGE], data[other : other + PAGE] = data[other : other + PAGE], data[one : one + PAGE]


def cut(rng: random.Random, data: bytearray) -> None:
    del data[rng.randrange(len(data)) :]


def hurt_header(rng: random.Random, data: bytearray) -> None:
    data[rng.randrange(100)] = rng.randrange(256)


DAMAGES: tuple[Damage, ...] = (flip, flip, flip, scribble, scribble, blank_page, swap_pages, cut, hurt_header)


def damaged(scene: Scene, folder: Path, count: int, seed: int) -> Iterator[Case]:
    """So many damaged copies of an archive."""
    for number in range(count):
        yield partial(hurt, scene, seed * 100_000 + number, folder / f"{number}")


def hurt(scene: Scene, seed: int, folder: Path) -> str:
    rng = random.Random(seed)
    scene.fresh(folder, "paired")
    archive = folder / "blogarc.db"
    good = archive.read_bytes()
    data = bytearray(good)
    damage = rng.choice(DAMAGES)
    damage(rng, data)
    archive.write_bytes(data)
    what = f"{damage.__name__} {seed}"
    found = run(folder, ("check",))
    if found.code not in (0, 12, 13, 10) or "Traceback" in found.err or len(found.err.strip().splitlines()) > 8:
        return f"{what}: check ended with {found.code}: {found.err.strip()[-400:]}"
    line = rng.choice(COMMANDS)
    ended = run(folder, line)
    if ended.code == 1 or ended.code < 0 or "Traceback" in ended.err:
        return f"{what}: {' '.join(line)} ended with {ended.code}: {ended.err.strip()[-400:]}"
    archive.write_bytes(data)
    wrong = salvaged(scene, folder, found.code == 0)
    if wrong or found.code != 0:
        return wrong and f"{what}: {wrong}"
    archive.write_bytes(data)
    before = digest(all_lines(scene.states["paired"]))  # type: ignore[arg-type]  # that state is a file
    if before == digest(all_lines(archive)):
        return ""
    deep = run(folder, ("check", "--deep"))
    return "" if deep.code == 12 else f"{what}: not found, and the archive says something else"


def all_lines(path: Path) -> Iterator[str]:
    """What an archive says, and how it came about, which `archive_lines` leaves out."""
    yield from archive_lines(path)
    with opened(path) as db:
        for sql in (
            f"SELECT {seals.SEALED['dumps']} FROM dumps",
            "SELECT * FROM decisions",
            "SELECT stage, version, parameters, counts, started, seconds FROM runs",
            "SELECT * FROM lexicon",
        ):
            yield from map(str, db.execute(sql))


def salvaged(scene: Scene, folder: Path, sound: bool) -> str:
    """What is wrong with what comes out of an archive; out of a sound one, all must."""
    ended = run(folder, ("check", "--salvage", "saved.db", "--json"))
    if ended.code not in ((0,) if sound else (0, 3, 10, 12)) or "Traceback" in ended.err:
        return f"check --salvage ended with {ended.code}: {ended.err.strip()[-400:]}"
    if ended.code not in (0, 3):
        return ""
    report = json.loads(ended.out)
    good = {hashlib.sha256(data).hexdigest(): data for data in map(Path.read_bytes, (scene.folder / "dumps").iterdir())}
    with Archive(folder / "saved.db") as archive:
        kept = {sha256: archive.restore(sha256) for sha256 in archive.dumps()}
        if not archive.check().ok:
            return f"what was salvaged does not check: {archive.check().problems}"
        decided = len(archive.decisions(every=True))
    whole = sum(good.get(sha256) == data for sha256, data in kept.items())
    # Bytes of which no row says what they should be may be whole without anything that proves it.
    if whole < report["whole"] or (ended.code == 0 and report["whole"] != len(good)):
        return f"salvage speaks of {report['whole']} whole dumps, and there are {whole} of {len(good)}"
    if decided != report["decisions"]:
        return f"salvage speaks of {report['decisions']} decisions, and there are {decided}"
    return ""
