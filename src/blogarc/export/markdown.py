"""Markdown: a folder with one file an article, as site generators and note books take it.

What is known of an article stands in YAML front matter, written by PyYAML; then come its title and its text. A text shows as
the text that it is: what Markdown, HTML or a template would take for markup is escaped by a backslash, as CommonMark allows
before any ASCII punctuation, and control characters are written as numbers (`&#x1b;`). A file is called by the words of its
title and the key of its article: its name is the same in every archive, and nothing in a title can lead elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from blogarc.export.names import file_name
from blogarc.export.targets import new_file

# Code, emphasis, links, HTML, entities, tables, strikethrough, headings, tags, mathematics, templates; and the backslash.
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~#${}!]")
# What only means something at the start of a line: lists, rules, underlines of headings, definitions.
_OPENING = re.compile(r"(?m)^(?=[+\-=:^])")
_NUMBER = re.compile(r"(?m)^(\d{1,9})(?=[.)])")
# White space that would make a line code, or go at either end of one; and what acts on a terminal or is no text.
_CODED = re.compile("(?m)^[ \t]+|[ \t]+$|[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_TURNING = re.compile("[\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def fill(records: Iterable[dict[str, Any]], folder: Path, **_: object) -> int:
    """Write a file for each record; says how many."""
    count = 0
    for record in records:
        with new_file(folder / name_of(record)) as stream:
            stream.write(page(record).encode())
        count += 1
    return count


def name_of(record: dict[str, Any]) -> str:
    """What the file of a record is called; copies with the same words are numbered from the second on."""
    number = f"-{record['occurrence']}" if record["occurrence"] > 1 else ""
    return file_name(record["title"], f"{record['id']}{number}", ".md")


def page(record: dict[str, Any]) -> str:
    """The record as a page."""
    known = {name: value for name, value in record.items() if name != "text"}
    # Characters that turn the direction of a text are printable to YAML; a page that knows one is written in ASCII.
    turned = any(isinstance(value, str) and _TURNING.search(value) for value in known.values())
    matter = yaml.dump(
        known,
        Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper),  # the same in C, where libyaml is there
        allow_unicode=not turned,
        sort_keys=False,
        width=2**31 - 1,
    )
    heading = f"# {escaped(' '.join(record['title'].split()))}\n\n" if record["title_source"] == "line" else ""
    return f"---\n{matter}---\n\n{heading}{escaped(record['text'])}\n"


def escaped(text: str) -> str:
    r"""The text as Markdown that shows it.

    >>> print(escaped("1. <b>Sea_level_rise</b>\n# not a heading"))
    1\. \<b\>Sea\_level\_rise\</b\>
    \# not a heading
    """
    marked = _NUMBER.sub(r"\1\\", _OPENING.sub(r"\\", _MARKUP.sub(r"\\\g<0>", text)))
    return _CODED.sub(lambda found: "".join(f"&#x{ord(character):x};" for character in found[0]), marked)
