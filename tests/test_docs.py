"""The documentation is true: generated pages are up to date, examples run, links lead somewhere, nothing is left out.

A `console` block is run in a folder with the sample dumps: each line that begins with `$ ` by a shell, in the order of the
page, and where lines follow it they are what it must print. Seconds are not compared, `...` stands for anything, and white
space counts as one space. A `python` block is a doctest where it has a prompt, or else it is executed. The blocks of a page
follow each other in one folder and one namespace.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from blogarc.archive.corpus import CONTRACT
from blogarc.cli import COMMANDS
from blogarc.duplicates import DuplicateConfig
from blogarc.export import FORMATS
from blogarc.pairs import PairConfig
from tests import make_docs
from tests.conftest import ROOT, SAMPLES

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Commands of set-up, which a test has behind it or must not do.
NOT_RUN = {"git", "cd", "make", "pip", "pipx", "python3", "curl", "source", "datasette", "apt", "brew", "uv"}


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path) -> list[tuple[str, str]]:
    """The blocks of a page that are run, each with its language."""
    return [found for found in FENCE.findall(path.read_text("utf-8")) if found[0] in ("console", "python")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader stands who has just cloned blogarc."""
    shutil.copytree(SAMPLES, tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", make_docs.PAGES)
def test_generated_pages_are_up_to_date(name: str) -> None:
    page = (ROOT / "docs" / name).read_text("utf-8")
    assert page == make_docs.PAGES[name](), "run: make docs"


@pytest.mark.parametrize("path", [p for p in PAGES if blocks(p)], ids=ids)
def test_what_a_page_shows_is_what_happens(path: Path, folder: Path) -> None:
    names: dict[str, object] = {"__name__": "docs"}
    for language, block in blocks(path):
        if language == "console":
            follow(block, folder)
        elif ">>> " in block:
            check(block, names, path)
        else:
            exec(compile(block, path.name, "exec"), names)


def follow(block: str, folder: Path) -> None:
    """Type what a console block shows, and compare."""
    for line, expected in steps(block):
        if can_run(line):
            printed = typed(line, folder)
            assert not expected or re.fullmatch(pattern(expected), flat(printed)), f"$ {line}\n{printed}"


def check(block: str, names: dict[str, object], path: Path) -> None:
    """Run a doctest; what it defines is there for the next block of the page."""
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE, verbose=False)
    test = doctest.DocTestParser().get_doctest(block, names, path.name, str(path), 0)
    said: list[str] = []
    failed = runner.run(test, out=said.append, clear_globs=False).failed
    names.update(test.globs)
    assert not failed, "".join(said)


def steps(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block, and what is shown below it."""
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = step.partition("\n")
        while command.endswith("\\"):
            more, _, shown = shown.partition("\n")
            command = command[:-1] + more.removeprefix("> ")
        yield command.strip(), shown.strip()


def can_run(line: str) -> bool:
    programs = [part.split()[0] for part in line.split("|") if part.split()]
    return not NOT_RUN & set(programs) and all(p == "blogarc" or shutil.which(p) for p in programs)


def typed(line: str, folder: Path) -> str:
    binaries = folder / ".bin"
    if not binaries.exists():
        binaries.mkdir()
        command = binaries / "blogarc"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m blogarc "$@"\n')
        command.chmod(0o755)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BLOGARC")}
    environment |= {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(
        line, shell=True, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 3), f"$ {line}\n{done.stdout}"
    return done.stdout


def flat(text: str) -> str:
    """Seconds masked, rules and white space made alike."""
    return " ".join(re.sub(r"\b\d+\.\d+ s\b", "0.0 s", re.sub(r"[─━-]{3,}", "---", text)).split())


def pattern(expected: str) -> str:
    return ".*".join(re.escape(part) for part in flat(expected).split("..."))


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, heading = target.partition("#")
        page = (path.parent / place) if place else path
        assert page.exists(), f"{ids(path)}: {target}"
        if heading:
            assert heading in headings(page), f"{ids(path)}: {target}"


def headings(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_can_be_reached() -> None:
    linked = {
        (path.parent / target.partition("#")[0]).resolve()
        for path in PAGES
        for target in re.findall(r"\]\(([^)\s:]+)\)", path.read_text("utf-8"))
    }
    for page in (ROOT / "docs").glob("*.md"):
        assert page.resolve() in linked, f"no page links to {page.name}"


def test_every_command_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"\n## {command.__name__.rstrip('_')}\n" in page


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_documented(name: str) -> None:
    assert f"\n## {name}\n" in (ROOT / "docs" / "formats.md").read_text("utf-8").lower()


def test_every_field_of_an_export_is_documented_in_its_order() -> None:
    page = (ROOT / "docs" / "formats.md").read_text("utf-8")
    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == CONTRACT


@pytest.mark.parametrize("config", [DuplicateConfig, PairConfig])
def test_every_option_of_a_stage_is_documented(config: type) -> None:
    page = (ROOT / "docs" / "how-it-works.md").read_text("utf-8")
    for option in fields(config):
        assert f"`{option.name}`" in page, f"{config.__name__}.{option.name}"


def test_no_word_is_left_for_later() -> None:
    for path in PAGES:
        assert not re.search(r"\b(TODO|FIXME|TBD|XXX)\b", path.read_text("utf-8")), path
