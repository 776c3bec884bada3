"""An archive file whose bytes are no longer what they were.

No command crashes on it or calls it a bug of blogarc. `check` finds the damage; or `check --deep` does, where a value is
another that could stand there; or there is none, and everything that the archive says is what it said before.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.faults.kills import Case
from tests.faults.scene import Scene, archive_lines, digest, run

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
    if found.code != 0:
        return ""
    archive.write_bytes(data)
    before = digest(archive_lines(scene.states["paired"]))  # type: ignore[arg-type]  # that state is a file
    if before == digest(archive_lines(archive)):
        return ""
    deep = run(folder, ("check", "--deep"))
    return "" if deep.code == 12 else f"{what}: not found, and the archive says something else"
