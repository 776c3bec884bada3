"""A BagIt bag (RFC 8493), as archives hand over and keep what they have: written by the Library of Congress's bagit.

The payload is the corpus as JSON Lines, the dumps as they were received, and `dumps.jsonl`, which says of each what it was
called, where it is now and what its SHA-256 is. What names a dump is nobody's path: its file is called by the words of its name
and the start of its SHA-256. No date is written, so the same corpus makes the same bytes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from blogarc.export import jsonl
from blogarc.export.names import file_name, slug
from blogarc.export.targets import new_file

CORPUS, DUMPS, LIST = "corpus.jsonl", "dumps", "dumps.jsonl"


@dataclass(frozen=True, slots=True)
class KeptDump:
    """A dump to be put into a bag: what it is called, and its bytes in pieces."""

    name: str
    sha256: str
    size: int
    encoding: str
    pieces: Iterable[bytes]


def fill(records: Iterable[dict[str, Any]], folder: Path, *, dumps: Iterable[KeptDump] = (), **_: object) -> int:
    """Make a bag of the empty folder; says how many records are in it."""
    with new_file(folder / CORPUS) as stream:
        count = jsonl.write(records, stream)
    (folder / DUMPS).mkdir()
    with new_file(folder / LIST) as stream:
        jsonl.write(_put(dumps, folder), stream)
    _seal(folder)
    return count


def _put(dumps: Iterable[KeptDump], folder: Path) -> Iterator[dict[str, Any]]:
    for dump in dumps:
        place = f"{DUMPS}/{_called(dump)}"
        with new_file(folder / place) as stream:
            stream.writelines(dump.pieces)
        yield {
            "name": dump.name, "file": f"data/{place}", "sha256": dump.sha256, "size": dump.size, "encoding": dump.encoding
        }  # fmt: skip


def _called(dump: KeptDump) -> str:
    """`harbour-9f86d081884c7d65.txt` for harbour.txt."""
    name = PurePosixPath(dump.name.replace("\\", "/"))
    suffix = slug(name.suffix)
    return file_name(name.stem, dump.sha256[:16], f".{suffix}" if suffix else "")


def _seal(folder: Path) -> None:
    """Let bagit move the payload and write the manifests."""
    import bagit

    logging.getLogger("bagit").addHandler(logging.NullHandler())  # its errors are raised as well
    here = Path.cwd()
    agent = f"blogarc {version('blogarc')}"
    try:
        bag = bagit.make_bag(str(folder), {"Bag-Software-Agent": agent}, checksums=["sha256", "sha512"])
        del bag.info["Bagging-Date"]  # which is today
        bag.save()
    finally:
        os.chdir(here)  # where bagit does not go back to when it fails
