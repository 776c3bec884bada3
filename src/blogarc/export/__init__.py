"""The corpus out of the archive: a writer for each format, taking records, or passages of pairs, and a stream of bytes.

A writer streams: it never holds the corpus. `whole_file` sees to it that a file is there whole or not at all.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from blogarc.errors import UsageError, WriteError
from blogarc.export import jsonl, moses, tmx
from blogarc.export.passages import Passage

Writer = Callable[[Iterable[Any], BinaryIO], int]

LEVELS = ("paragraph", "sentence")


@dataclass(frozen=True, slots=True)
class BitextFormat:
    """A format of passages: its usual level, its writer to one stream, and how it is saved to a file or to several."""

    level: str
    write: Callable[..., int]
    save: Callable[..., tuple[int, list[Path]]]


def writer_for(name: str) -> Writer:
    """The writer of a format. Raises UsageError for one that there is not."""
    try:
        return FORMATS[name]
    except KeyError:
        raise UsageError(f"There is no format {name!r}.", f"Formats: {', '.join(sorted(FORMATS))}") from None


def bitext_format(name: str) -> BitextFormat:
    """A format of passages. Raises UsageError for one that there is not."""
    try:
        return BITEXT[name]
    except KeyError:
        raise UsageError(f"There is no format {name!r} of passages.", f"Formats: {', '.join(sorted(BITEXT))}") from None


def _save_tmx(
    passages: Iterable[Passage], target: Path, lost: Counter[str], *, level: str, languages: tuple[str, str]
) -> tuple[int, list[Path]]:
    with whole_file(target) as stream:
        return tmx.write(passages, stream, lost, level=level, languages=languages), [target]


def _save_moses(
    passages: Iterable[Passage], target: Path, lost: Counter[str], *, level: str, languages: tuple[str, str]
) -> tuple[int, list[Path]]:
    """The target is what both files are called before the dot."""
    files = [target.with_name(f"{target.name}.{language}") for language in languages]
    with whole_file(files[0]) as source, whole_file(files[1]) as other:
        return moses.write_both(passages, source, other, lost), files


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


# Formats of passages, which are written from pairs; and all formats.
BITEXT: dict[str, BitextFormat] = {
    # A translator revises paragraphs in their context; what is trained on a bitext wants sentences.
    "tmx": BitextFormat("paragraph", tmx.write, _save_tmx),
    "moses": BitextFormat("sentence", moses.write, _save_moses),
}
FORMATS: dict[str, Writer] = {"jsonl": jsonl.write, **{name: form.write for name, form in BITEXT.items()}}
