"""The corpus out of the archive: a writer for each format, streaming, and never holding the corpus.

A format writes articles (records), or passages of translation pairs, or is a copy of the archive itself, which the archive
makes. Articles go to a stream or into a folder. `targets` sees to it that a file or folder is there whole or not at all.
Writers are imported when they are used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from blogarc.errors import UsageError
from blogarc.export.targets import require_file, require_folder, whole_file, whole_folder, whole_path

if TYPE_CHECKING:
    from blogarc.export.passages import Passage

__all__ = [
    "ARTICLES", "BITEXT", "COPY", "FORMATS", "LEVELS", "ArticleFormat", "BitextFormat", "bitext_format", "require_extra",
    "require_file", "require_folder", "require_known", "whole_file", "whole_folder",
    "whole_path",
]  # fmt: skip

LEVELS = ("paragraph", "sentence")

Records = Iterable[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ArticleFormat:
    """A format of articles. One that is text also goes to standard output; `needs` is the module of an extra."""

    write: Callable[..., int] | None = None  # to one stream
    fill: Callable[..., int] | None = None  # into an empty folder
    is_text: bool = False
    needs: str = ""


@dataclass(frozen=True, slots=True)
class BitextFormat:
    """A format of passages: its usual level, its writer to one stream, and how it is saved to a file or to several."""

    level: str
    write: Callable[..., int]
    save: Callable[..., tuple[int, list[Path]]]


def require_known(name: str) -> None:
    """Raises UsageError for a format that there is not."""
    if name in FORMATS:
        return
    asked = name.strip().lower().lstrip(".")
    near = _ALIASES.get(asked) or next(iter(get_close_matches(asked, FORMATS, 1)), None)
    listed = f"Formats: {', '.join(FORMATS)}"
    raise UsageError(f"There is no format {name!r}.", f"Did you mean {near}? {listed}" if near else listed)


def bitext_format(name: str) -> BitextFormat:
    """A format of passages. Raises UsageError for one that there is not."""
    require_known(name)
    try:
        return BITEXT[name]
    except KeyError:
        raise UsageError(f"{name} is no format of passages.", f"Formats of passages: {', '.join(BITEXT)}") from None


def require_extra(name: str) -> None:
    """Raises UsageError if the library of a format is not installed; says how to install it."""
    module = ARTICLES[name].needs
    if module and find_spec(module) is None:
        extra = _EXTRAS[module]
        raise UsageError(
            f"The format {name} needs {module}, which is not installed.", f'Install it: pip install "blogarc[{extra}]"'
        )


def _write_jsonl(records: Records, stream: BinaryIO, **_: object) -> int:
    from blogarc.export import jsonl

    return jsonl.write(records, stream)


def _write_csv(records: Records, stream: BinaryIO, **given: Any) -> int:
    from blogarc.export import csv

    return csv.write(records, stream, **given)


def _write_parquet(records: Records, stream: BinaryIO, **_: object) -> int:
    from blogarc.export import parquet

    return parquet.write(records, stream)


def _fill_markdown(records: Records, folder: Path, **_: object) -> int:
    from blogarc.export import markdown

    return markdown.fill(records, folder)


def _fill_hf(records: Records, folder: Path, **_: object) -> int:
    from blogarc.export import hf

    return hf.fill(records, folder)


def _fill_bag(records: Records, folder: Path, **given: Any) -> int:
    from blogarc.export import bag

    return bag.fill(records, folder, dumps=given["dumps"])


def _write_tmx(passages: Iterable[Passage], stream: BinaryIO, lost: Counter[str], **given: Any) -> int:
    from blogarc.export import tmx

    return tmx.write(passages, stream, lost, **given)


def _save_tmx(
    passages: Iterable[Passage], target: Path, lost: Counter[str], *, level: str, languages: tuple[str, str]
) -> tuple[int, list[Path]]:
    with whole_file(target) as stream:
        return _write_tmx(passages, stream, lost, level=level, languages=languages), [target]


def _write_moses(passages: Iterable[Passage], stream: BinaryIO, lost: Counter[str], **_: object) -> int:
    from blogarc.export import moses

    return moses.write(passages, stream, lost)


def _save_moses(
    passages: Iterable[Passage], target: Path, lost: Counter[str], *, level: str, languages: tuple[str, str]
) -> tuple[int, list[Path]]:
    """The target is what both files are called before the dot."""
    from blogarc.export import moses

    files = [target.with_name(f"{target.name}.{language}") for language in languages]
    with whole_file(files[0]) as source, whole_file(files[1]) as other:
        return moses.write_both(passages, source, other, lost), files


ARTICLES: dict[str, ArticleFormat] = {
    "jsonl": ArticleFormat(write=_write_jsonl, is_text=True),
    "csv": ArticleFormat(write=_write_csv, is_text=True),
    "parquet": ArticleFormat(write=_write_parquet, needs="pyarrow"),
    "markdown": ArticleFormat(fill=_fill_markdown),
    "hf": ArticleFormat(fill=_fill_hf, needs="pyarrow"),
    "bagit": ArticleFormat(fill=_fill_bag, needs="bagit"),
}
BITEXT: dict[str, BitextFormat] = {
    # A translator revises paragraphs in their context; what is trained on a bitext wants sentences.
    "tmx": BitextFormat("paragraph", _write_tmx, _save_tmx),
    "moses": BitextFormat("sentence", _write_moses, _save_moses),
}
COPY = "sqlite"  # the archive itself
FORMATS: tuple[str, ...] = (*ARTICLES, *BITEXT, COPY)

_EXTRAS = {"pyarrow": "parquet", "bagit": "bagit"}
# What people call them.
_ALIASES = {
    "json": "jsonl", "ndjson": "jsonl", "tsv": "csv", "excel": "csv", "xlsx": "csv", "xls": "csv", "ods": "csv",
    "md": "markdown", "huggingface": "hf", "hugging-face": "hf", "datasets": "hf", "bag": "bagit", "db": "sqlite",
    "sqlite3": "sqlite", "datasette": "sqlite", "arrow": "parquet", "omegat": "tmx",
}  # fmt: skip
