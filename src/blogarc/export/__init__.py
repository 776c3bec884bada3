"""The corpus out of the archive: a writer for each format, taking records and a stream of bytes.

A writer streams: it never holds the corpus. `whole_file` sees to it that a file is there whole or not at all.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from blogarc.errors import UsageError, WriteError
from blogarc.export import jsonl

Writer = Callable[[Iterable[dict[str, Any]], BinaryIO], int]

FORMATS: dict[str, Writer] = {"jsonl": jsonl.write}


def writer_for(name: str) -> Writer:
    """The writer of a format. Raises UsageError for one that there is not."""
    try:
        return FORMATS[name]
    except KeyError:
        raise UsageError(f"There is no format {name!r}.", f"Formats: {', '.join(sorted(FORMATS))}") from None


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file when all are written, synced, and not before.

    Raises WriteError; then the target is as it was.
    """
    folder = target.absolute().parent
    if not folder.is_dir():
        raise WriteError(f"Cannot write {target}: there is no folder {folder}.", f"Make it first: mkdir -p {folder}")
    if target.is_dir():
        raise WriteError(f"Cannot write {target}: it is a folder.", "Name a file in it.")
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{target.name}.", suffix=".part", delete=False) as stream:
            temporary = Path(stream.name)
            yield stream  # type: ignore[misc]  # a wrapper with all that BinaryIO has
            stream.flush()
            os.fsync(stream.fileno())
        # NamedTemporaryFile is private to its owner; a file that one writes is as the umask says.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
        _sync_folder(folder)
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise WriteError(
            f"Cannot write {target}: {reason}.", "Nothing was written; the archive is untouched."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """So that the new name survives a power loss; not every system lets a folder be opened."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
