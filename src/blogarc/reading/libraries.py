"""The libraries that some formats need: extras, imported only when such a file is read."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from typing import Any

from blogarc.errors import InputError

# What pip installs each with.
_EXTRAS = {"trafilatura": "html", "lxml": "html", "fastwarc": "warc", "pyarrow": "parquet"}


def require(module: str, what: str) -> Any:
    """The module. Raises InputError that names the extra to install where it is absent.

    `Any`, because lxml and pyarrow say nothing of their types.
    """
    library = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ImportError as error:
        if not isinstance(error, ModuleNotFoundError) or (error.name or "").partition(".")[0] != library:
            raise InputError(
                f"{what} needs {library}, which is installed and cannot be loaded: {error}.",
                f'Install it again: pip install --upgrade "blogarc[{_EXTRAS[library]}]"',
            ) from error
        raise InputError(
            f"{what} needs {library}, which is not installed.", f'Install it: pip install "blogarc[{_EXTRAS[library]}]"'
        ) from None


@cache
def versions(libraries: Iterable[str]) -> str:
    """Name and version of each, as in "fastwarc 2.0.1, lxml 6.1.3"; "absent" for one that is not installed."""
    return ", ".join(f"{library} {_version(library)}" for library in libraries)


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "absent"
