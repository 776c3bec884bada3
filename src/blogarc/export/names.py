"""File names made of texts: readable, and safe on any system."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 60


def slug(text: str) -> str:
    """The words of a text in lower-case ASCII letters and digits, joined by hyphens, at most 60 characters; may be empty.

    >>> slug("¿Quién cuenta las olas? (2)"), slug("../../etc/passwd"), slug("ありがとう")
    ('quien-cuenta-las-olas-2', 'etc-passwd', '')
    """
    plain = unicodedata.normalize("NFKD", text[: 4 * _LONGEST]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) <= _LONGEST:
        return words
    cut = words[: _LONGEST + 1].rpartition("-")[0]
    return cut or words[:_LONGEST]


def file_name(text: str, key: str, suffix: str) -> str:
    """A name of the slug of a text and of a key that tells it from all others.

    >>> file_name("El faro", "00000000000000aa", ".md"), file_name("?", "00000000000000aa", ".md")
    ('el-faro-00000000000000aa.md', '00000000000000aa.md')
    """
    return "-".join(part for part in (slug(text), key) if part) + suffix
