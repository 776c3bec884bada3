"""Everything that blogarc raises on purpose.

    BlogarcError                    exit code
    |-- UsageError                      2   an argument that makes no sense
    |-- InputError                      4   missing, unreadable or of no known format
    |-- NoArchiveError                 10   nothing to work on yet
    |-- LockedError                    11   another process is writing
    |-- CorruptError                   12   damaged, not ours, or from a newer blogarc
    `-- WriteError                     13   full, read-only, or an I/O error

A message says what happened and where; the hint says what to type next. The command line turns these into at most
four lines of text, in one place. Any other exception is a bug and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class BlogarcError(Exception):
    """Base of the tree; `hint` is the way out, in words that can be typed or done."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BlogarcError):
    """The arguments contradict each other or name something that is not there."""

    exit_code = 2


class InputError(BlogarcError):
    """An input is missing, cannot be read, or is not text that blogarc knows."""

    exit_code = 4


class NoArchiveError(BlogarcError):
    """There is no archive at the given place, or nothing has been ingested into it."""

    exit_code = 10


class LockedError(BlogarcError):
    """Another process holds the archive for longer than the busy timeout."""

    exit_code = 11


class CorruptError(BlogarcError):
    """The file is not a blogarc archive, is damaged, or comes from a newer version."""

    exit_code = 12


class WriteError(BlogarcError):
    """The archive or the output could not be written."""

    exit_code = 13


def meant(word: str, known: Iterable[str]) -> str:
    """The hint for a word that is not known: what it may have been meant to be, or all there are.

    >>> meant("jsnl", ["jsonl", "tmx"]), meant("xyz", ["jsonl", "tmx"])
    ('Did you mean jsonl?', 'There are: jsonl, tmx.')
    """
    names = list(known)
    close = get_close_matches(word, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(names)}."
