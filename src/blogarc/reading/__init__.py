"""What a person names on the command line becomes dumps: files, folders, standard input.

`find_sources` says what there is to read, before anything is read, so that progress can be shown by bytes; `read_source`
reads one. Files of ready articles have a reader for each format, chosen by content: `records` has them. All else is a dump.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from blogarc.errors import InputError
from blogarc.model import Dump
from blogarc.paragraphs import read_dump

STDIN = "-"
# What a folder is searched for; a file that is named is read whatever its name.
TEXT_SUFFIXES = frozenset({".txt", ".text", ".dump", ".asc", ".md", ".jsonl", ".ndjson", ""})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, or standard input. `name` is what the archive will call it; `size` is 0 when unknown."""

    name: str
    path: Path | None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that was left out, and why."""

    name: str
    reason: str
    hint: str = ""


def find_sources(paths: Iterable[str | Path]) -> tuple[list[Source], list[Skipped]]:
    """The files behind the paths, sorted within a folder; what cannot be read is skipped with its reason.

    A file is called by its own name, a file of a folder by its path below that folder.
    """
    sources: list[Source] = []
    skipped: list[Skipped] = []
    seen: set[Path | None] = set()
    for given in paths:
        for found in _find(given):
            if isinstance(found, Skipped):
                skipped.append(found)
            elif found.path not in seen:
                seen.add(found.path)
                sources.append(found)
    return sources, skipped


def read_source(source: Source) -> tuple[Dump, bytes]:
    """The dump, and the bytes it was read from.

    Raises InputError when the source cannot be read, is empty, or is not text.
    """
    data = load_source(source)
    return read_bytes(data, source.name), data


def load_source(source: Source) -> bytes:
    """The bytes of a source. Raises InputError when it cannot be read or is empty."""
    try:
        data = sys.stdin.buffer.read() if source.path is None else source.path.read_bytes()
    except OSError as error:
        raise InputError(f"Cannot read {source.name}: {error.strerror or error}.") from error
    if not data:
        raise InputError(f"{source.name} is empty (0 bytes).", "Check that the scrape or the copy was finished.")
    return data


def read_bytes(data: bytes, name: str) -> Dump:
    """The dump in these bytes. Raises InputError when they are not text, or only white space."""
    dump = read_dump(data, name)
    if not dump.paragraphs:
        raise InputError(f"{name} holds no text: only white space in {dump.size:,} bytes.")
    return dump


def read(path: str | Path) -> Dump:
    """The dump in one file, for a notebook. Raises InputError when it cannot be read, is empty, or is not text."""
    file = Path(path)
    return read_source(Source(file.name, file))[0]


def read_text(text: str, name: str = "text") -> Dump:
    """A text as a dump, for a notebook.

    >>> len(read_text("One paragraph.\\n\\nAnother one.").paragraphs)
    2
    """
    return read_dump(text.encode("utf-8", "replace"), name)


def _find(given: str | Path) -> Iterator[Source | Skipped]:
    if str(given) == STDIN:
        yield Source("stdin", None)
        return
    path = Path(given)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield Skipped(str(given), "there is no such file or folder", _suggest(path))
        return
    except (OSError, ValueError) as error:
        yield Skipped(str(given), f"it cannot be read ({getattr(error, 'strerror', None) or error})")
        return
    if stat.S_ISDIR(mode):
        found = sorted(_walk(path))
        if not found:
            suffixes = ", ".join(sorted(s for s in TEXT_SUFFIXES if s))
            yield Skipped(
                str(given), "the folder holds no text files", f"Looked for {suffixes}; name other files one by one."
            )
        for file in found:
            yield Source(file.relative_to(path).as_posix(), file.resolve(), file.stat().st_size)
    elif stat.S_ISREG(mode):
        yield Source(path.name, path.resolve(), path.stat().st_size)
    else:
        yield Skipped(str(given), "it is neither a file nor a folder", "Use '-' to read standard input.")


def _walk(folder: Path) -> Iterator[Path]:
    """The text files below a folder; hidden ones are left out, and links to folders are not followed."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        for name in files:
            file = Path(parent, name)
            if not name.startswith(".") and file.suffix.lower() in TEXT_SUFFIXES and file.is_file():
                yield file


def _suggest(path: Path) -> str:
    """A file beside the missing one with nearly its name."""
    import difflib

    try:
        names = [p.name for p in path.parent.iterdir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.7)
    return f"Did you mean {path.parent / close[0]}?" if close else ""
