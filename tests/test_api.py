"""`import blogarc`: a short list of names, each of them documented, and quick to import."""

from __future__ import annotations

import importlib.metadata
import inspect
import subprocess
import sys

import pytest

import blogarc
from tests.conftest import ROOT, SAMPLES

STAGES = {"read", "segment", "detect", "find_duplicates", "dedupe", "find_pairs", "align", "Archive", "BlogarcError"}


def test_the_list_of_names_is_sorted_and_short() -> None:
    assert blogarc.__all__ == sorted(blogarc.__all__)
    assert len(blogarc.__all__) < 30
    assert set(blogarc.__all__) >= STAGES
    assert dir(blogarc) == blogarc.__all__


@pytest.mark.parametrize("name", blogarc.__all__)
def test_each_name_is_there_and_says_what_it_is(name: str) -> None:
    told = inspect.getdoc(getattr(blogarc, name)) or ""
    assert len(told) > 20
    assert not told.startswith(f"{name}("), "a docstring, and not the one that dataclass writes"


def test_the_homes_of_the_names_are_those_that_type_checkers_see() -> None:
    named = [name for names in blogarc._HOMES.values() for name in names]
    assert sorted(named) == blogarc.__all__
    for home, names in blogarc._HOMES.items():
        for name in names:
            assert getattr(blogarc, name).__module__.startswith(home.partition(".")[0])


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'scrape'"):
        _ = blogarc.scrape  # type: ignore[attr-defined]


def test_importing_blogarc_loads_none_of_the_libraries_behind_it() -> None:
    heavy = "numpy sqlite_utils langdetect rapidfuzz dateparser charset_normalizer typer rich".split()
    code = f"import blogarc, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_asking_for_help_loads_no_heavy_library() -> None:
    heavy = "numpy sqlite_utils langdetect rapidfuzz dateparser charset_normalizer rich.console".split()
    code = f"import sys; from blogarc.cli import run; run(['--help']); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_types_are_shipped() -> None:
    assert (ROOT / "src" / "blogarc" / "py.typed").exists()


def test_the_version_is_in_the_changelog() -> None:
    version = importlib.metadata.version("blogarc")
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_a_notebook_gets_the_same_corpus_without_a_database() -> None:
    dumps = [blogarc.read(path) for path in sorted(SAMPLES.glob("*.txt"))]
    articles = blogarc.segment(dumps)
    clusters = blogarc.find_duplicates(articles)
    kept = sorted(set(clusters.representative))
    representatives = [articles[n] for n in kept]
    pairs = blogarc.find_pairs(representatives)
    with blogarc.Archive(":memory:") as archive:
        archive.ingest(*sorted(SAMPLES.glob("*.txt")))
        archive.pairs()
        records = list(archive.records())
    assert [a.key for a in representatives] == [r["id"] for r in records]
    found = {frozenset((representatives[p.source].key, representatives[p.target].key)) for p in pairs}
    assert found == {frozenset((r["id"], t["id"])) for r in records for t in r["translations"]}
    beads = blogarc.align(representatives[pairs[0].source].text, representatives[pairs[0].target].text)
    assert all(0 <= bead.score <= 1 for bead in beads)
