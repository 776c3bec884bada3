"""Where an export goes: a file or a folder that is there whole or not at all.

Both are made beside their place under another name, synced, and renamed. Nothing is written through a link: a file replaces
whatever had its name, and a folder must not be there, or with `force` must hold only what an export has put there. That is
known by a listing in it (`.blogarc-export`, which `sha256sum --check` reads): a folder with a file that is not listed, or was
changed since, is somebody's work, and is left alone.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from blogarc.errors import WriteError

LISTING = ".blogarc-export"
_LISTED = re.compile(r"([0-9a-f]{64})  (.+)")
# More files than this are synced together with all else that the system has to write, which then takes less time.
_SYNCED_ONE_BY_ONE = 100
# Bytes. A line of an export is some thousands long, and the usual buffer holds three; a quarter of this takes the system three
# times as long to write.
_WRITTEN_AT_ONCE = 1 << 20


@contextmanager
def whole_path(target: Path) -> Iterator[Path]:
    """An empty file to be written, which becomes the target when it is written, synced, and not before.

    Raises WriteError; then the target is as it was.
    """
    require_file(target)
    place = target.absolute()
    with _told(target):
        descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part")
        os.close(descriptor)
        made = Path(name)
        try:
            yield made
            _sync(made)
            # A temporary file is private to its owner; a file that one writes is as the umask says.
            made.chmod(0o666 & ~_umask())
            made.replace(place)
            _sync(place.parent)
        finally:
            made.unlink(missing_ok=True)


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file when all are written, and not before. Raises WriteError, as above."""
    with whole_path(target) as path, path.open("wb", buffering=_WRITTEN_AT_ONCE) as stream:
        yield stream


@contextmanager
def whole_folder(target: Path, *, force: bool = False) -> Iterator[Path]:
    """An empty folder that becomes the target with all that is put into it, synced, and not before.

    With `force` it replaces one that was exported before. Raises WriteError; then the target is as it was.
    """
    require_folder(target, force=force)
    place = Path(os.path.abspath(target))  # noqa: PTH100  # resolve() would follow the link that the target may be
    with _told(target), _beside(place) as around:
        made = around / "new"
        made.mkdir()
        yield made
        _list(made)
        _sync_tree(made)
        before = around / "old"
        if os.path.lexists(place):
            # Looked at again: it was written by others while we wrote.
            require_folder(target, force=force)
            place.rename(before)
        try:
            made.rename(place)
        except OSError:
            if before.exists():
                before.rename(place)
            raise
        _sync(place.parent)


def require_file(target: Path) -> None:
    """Raises WriteError if no file can be put there."""
    _require_parent(target)
    if target.is_dir():
        raise WriteError(f"Cannot write {target}: it is a folder.", "Name a file in it.")


def require_folder(target: Path, *, force: bool) -> None:
    """Raises WriteError if there is something already, except what an export has put there, with `force`."""
    _require_parent(target)
    if not os.path.lexists(target):
        return
    if target.is_symlink() or not target.is_dir():
        raise WriteError(f"{target} is there already, and is no folder.", "Name a folder that is not there yet.")
    stranger = _stranger(target)
    if stranger is not None:
        raise WriteError(
            f"The folder {target} is there already, and holds what no export has put there: {stranger}.",
            "Name a folder that is not there yet.",
        )
    if not force:
        raise WriteError(f"The folder {target} is there already.", "Name another folder, or replace it with --force.")


def new_file(path: Path) -> BinaryIO:
    """A file that was not there, to be written."""
    return path.open("xb")


def _require_parent(target: Path) -> None:
    folder = target.absolute().parent
    if not folder.is_dir():
        raise WriteError(f"Cannot write {target}: there is no folder {folder}.", f"Make it first: mkdir -p {folder}")


def _stranger(folder: Path) -> str | None:
    """A file or link in the folder that is not what its listing says; None if all are, or if it is empty."""
    listed: dict[str, str] = {}
    listing = folder / LISTING
    if listing.is_file() and not listing.is_symlink():
        for line in listing.read_text("utf-8", "replace").splitlines():
            if found := _LISTED.fullmatch(line):
                listed[found[2]] = found[1]
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if path != listing and (path.is_symlink() or not path.is_file() or listed.get(name) != _digest(path)):
            return name
    return None


def _list(folder: Path) -> None:
    """Write the listing of what the folder holds."""
    lines = [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in _files(folder)]
    with new_file(folder / LISTING) as stream:
        stream.writelines(line.encode() for line in lines)


def _files(folder: Path) -> Iterator[Path]:
    """All files and links below the folder, in the order of their names; no link is followed."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        else:
            yield path


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync_tree(folder: Path) -> None:
    files = list(_files(folder))
    if len(files) > _SYNCED_ONE_BY_ONE and hasattr(os, "sync"):
        os.sync()
        return
    folders = {parent for path in files for parent in path.parents if parent.is_relative_to(folder)}
    for written in [*files, *folders]:
        _sync(written)


def _sync(path: Path) -> None:
    """So that a file, or a name in a folder, survives a power loss; not every system lets a folder be opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """A folder on the same disk, gone in the end. It is private to its owner: nobody else can put a link into it."""
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}.", suffix=".part") as around:
        yield Path(around)


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """An error of the system as a WriteError that names the target."""
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise WriteError(
            f"Cannot write {target}: {reason}.", "Nothing was written; the archive is untouched."
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
