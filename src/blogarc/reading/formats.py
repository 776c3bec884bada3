"""How a file is read: its format, by its content and not by its name, and the libraries that this takes.

Most formats hold ready articles, and have a `Reader`. A dump of text is split. So are web pages of which all text is wanted,
and the texts of a WET file: a `Renderer` makes one text of them, and says what document starts where in it.

A `Recipe` is all that has to be known to read a file the same way again; the archive keeps it with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from blogarc.errors import InputError, UsageError
from blogarc.reading.feeds import Feed
from blogarc.reading.jsonl import JsonLines
from blogarc.reading.libraries import versions
from blogarc.reading.packing import Unpacked, packing_of
from blogarc.reading.pages import Pages, render_page
from blogarc.reading.parquet import Parquet
from blogarc.reading.records import Reader, Rendering
from blogarc.reading.table import Table
from blogarc.reading.warc import Warc, is_wet, render_warc

TEXT = "text"
# The surest signs first: what a page or a table looks like is the least sure.
READERS: tuple[Reader, ...] = (Parquet(), Warc(), JsonLines(), Feed(), Pages(), Table())


@dataclass(frozen=True, slots=True)
class Renderer:
    """What makes one text, in UTF-8, of all documents in a file."""

    render: Callable[[Unpacked], Rendering]
    libraries: tuple[str, ...]


RENDERERS: Mapping[str, Renderer] = {
    "html": Renderer(render_page, ("lxml",)),
    "warc": Renderer(render_warc, ("fastwarc", "lxml")),
    "wet": Renderer(render_warc, ("fastwarc",)),
}
FORMATS = (TEXT, *(reader.name for reader in READERS), "wet")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a file is read. At most one of `reader` and `rendered` is set; a dump of text has neither."""

    reader: str | None = None
    rendered: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def libraries(self) -> str:
        """Name and version of each library on which the result depends; "" if there is none."""
        if self.reader is not None:
            return versions(reader_called(self.reader).libraries)
        return versions(RENDERERS[self.rendered].libraries) if self.rendered else ""


PLAIN = Recipe()


def require_format(name: str) -> None:
    """Raises UsageError if there is no format of this name."""
    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r} to read.", f"Formats: {', '.join(FORMATS)}")


def choose(
    file: Unpacked, name: str, fields: Mapping[str, str], format: str | None = None, *, whole_page: bool = False
) -> Recipe:
    """How to read the file: as `format`, if one is insisted on, else by its content.

    Raises InputError for a packed file in a packed file.
    """
    inner = packing_of(file.data) if file.packing else None
    if inner:
        raise InputError(
            f"{name} is packed twice: as {inner}, and that as {file.packing}.",
            "Unpack it once, and ingest what comes out.",
        )
    told = format or _recognise(file.data, fields)
    if told == "warc" and format is None and is_wet(file):
        told = "wet"
    if told == TEXT:
        return PLAIN
    if told == "wet" or (whole_page and told in RENDERERS):
        return Recipe(rendered=told)
    return Recipe(reader=told, fields=dict(fields))


def recipe_of(reader: str | None, rendered: str | None, fields: object) -> Recipe:
    """The recipe that an archive remembers. Raises ValueError for one that no version of blogarc would have written."""
    if reader is not None and reader not in (known.name for known in READERS):
        raise ValueError(f"there is no reader {reader!r}")
    if rendered is not None and rendered not in RENDERERS:
        raise ValueError(f"there is no renderer {rendered!r}")
    if not isinstance(fields, dict):
        raise ValueError("its fields are no names")
    return Recipe(reader, rendered, {str(own): str(theirs) for own, theirs in fields.items()})


def _recognise(data: bytes, fields: Mapping[str, str]) -> str:
    return next((reader.name for reader in READERS if reader.recognises(data, fields)), TEXT)


def reader_called(name: str) -> Reader:
    """The reader that an archive remembers by its name."""
    return next(reader for reader in READERS if reader.name == name)
