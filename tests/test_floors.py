"""The house has four floors, and imports only go down."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "blogarc"

FLOORS = (
    ("ground", {"model", "errors", "text", "messages", "processor"}),
    (
        "stages",
        {
            "reading", "paragraphs", "segmentation", "languages", "articles", "workers", "minhash", "buckets", "candidates",
            "verification", "grouping", "segments", "sketchbook", "duplicates", "features",
            "profiles", "rulings", "sides", "blocks",
            "provenance", "lexicon", "likeness", "series", "clues", "pairs", "alignment", "sentences", "export", "report",
        },
    ),
    ("archive", {"schema", "archive"}),
    ("people", {"console", "browse", "spark", "cli", "__main__"}),
)  # fmt: skip

# What only some rooms may know, and why: each of these could be exchanged without a look at the rest of the house.
ROOMS = {
    "typer": {"cli"},
    "click": set(),
    "rich": {"console"},
    "sqlite3": {"schema", "archive"},
    "sqlite_utils": {"schema", "archive"},
    "langdetect": {"languages"},
    "charset_normalizer": {"text"},
    "dateparser": {"segmentation"},
    "sentencex": {"sentences"},
    "yaml": {"export"},
    "pyarrow": {"export", "reading", "spark"},
    "pyspark": {"spark"},
    "py4j": {"spark"},
    "bagit": {"export"},
    "jinja2": {"report"},
    "markupsafe": {"report", "browse"},
    "datasette": {"browse"},
    "uvicorn": {"browse"},
    "ftfy": {"text"},
    "backports": {"reading", "archive"},
    "compression": {"reading", "archive"},  # of Python 3.14
}
# numpy and rapidfuzz are the tools of the stages; the archive and the terminal work with what comes out of them. On Spark the
# arrays of the stages travel as batches, so that it has to know numpy as well.
TOOLS_OF_STAGES = {"numpy", "rapidfuzz"}


def modules() -> Iterator[tuple[str, Path]]:
    """The room that each file belongs to; the front door, `__init__`, is no room."""
    for path in sorted(SOURCE.rglob("*.py")):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        if room != "__init__":
            yield room, path


def imports(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    only_for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in only_for_types and _is_of_rich(node):
            continue  # a name for what `console` makes is no way to make it
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports say where from"
            if node.module == "blogarc":
                yield from (f"blogarc.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


def _is_of_rich(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "rich"


def floor_of(room: str) -> int:
    return next((n for n, (_, rooms) in enumerate(FLOORS) if room in rooms), -1)


FILES = list(modules())


@pytest.mark.parametrize(("room", "path"), FILES, ids=[p.relative_to(SOURCE).as_posix() for _, p in FILES])
def test_imports_go_down(room: str, path: Path) -> None:
    floor = floor_of(room)
    assert floor >= 0, f"{room} is on no floor: put it on one in this test, and in docs/how-it-works.md"
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "blogarc":
            other = rest.partition(".")[0]
            assert floor_of(other) <= floor, f"{room} ({FLOORS[floor][0]}) imports {other}, which is above it"
        elif top in ROOMS:
            assert room in ROOMS[top], f"{top} is not for {room}"
        elif top in TOOLS_OF_STAGES:
            assert floor <= 1 or (top, room) == ("numpy", "spark"), f"{top} is not for {room}"
        else:
            assert top in sys.stdlib_module_names or top == "numpy", f"{room} imports {top}, which nobody declared"


def test_rooms_do_not_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for room, path in FILES:
        names = (name.split(".") for name in imports(path))
        graph.setdefault(room, set()).update(n[1] for n in names if n[0] == "blogarc" and n[1] != room)
    assert list(TopologicalSorter(graph).static_order())


def test_only_the_archive_speaks_sql() -> None:
    for room, path in FILES:
        if floor_of(room) != 2:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    assert node.func.attr not in ("execute", "executemany", "executescript"), path


def test_only_the_terminal_prints() -> None:
    for room, path in FILES:
        calls = (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call))
        assert not any(isinstance(c.func, ast.Name) and c.func.id == "print" for c in calls), (room, path)


def test_nothing_is_printed_but_through_the_sanitiser() -> None:
    """What a dump holds may steer a terminal. Only `console` can print (it alone has rich, and the streams), and there each
    text is made by `plain`, which makes it visible, or goes into JSON, which is escaped."""
    for room, path in FILES:
        tree = ast.parse(path.read_text("utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            told = ast.unparse(call.func)
            if room in ("cli", "__main__"):
                assert not told.endswith((".print", "stdout.write", "stderr.write", "secho")), (path, call.lineno, told)
                if told == "typer.echo":  # the version, and the help, which are ours
                    assert ast.unparse(call.args[0]) in ("f\"blogarc {version('blogarc')}\"", "context.get_help()")
                    continue
            if room == "console":
                given = [ast.unparse(argument) for argument in call.args]
                if told == "Text":
                    assert not given or given[0].startswith(("visible(", "rate(")), (call.lineno, given)
                if told.endswith((".add_column", "Rule")):
                    assert given[0].startswith("plain("), (call.lineno, given)
                if told.endswith("stdout.write"):
                    assert given[0].startswith("_escaped("), (call.lineno, given)
                if told.endswith("console.print") or told == "self._console(sys.stderr).print":
                    assert all(one.startswith("plain(") or one == "told" for one in given), (call.lineno, given)


@pytest.mark.parametrize(("room", "path"), FILES, ids=[p.relative_to(SOURCE).as_posix() for _, p in FILES])
def test_every_module_opens_by_saying_what_it_does(room: str, path: Path) -> None:
    told = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert told
    assert len(told) > 30
