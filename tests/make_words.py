"""Keeps the catalogue of translated messages: collects them from the sources, and compiles what is translated.

    python -m tests.make_words            brings locale/es/LC_MESSAGES/blogarc.po up to date, and compiles it
    python -m tests.make_words --missing  lists what is not translated yet

The compiled catalogue is in the repository, so that nothing has to be built where blogarc is installed from its sources; a
test compares the two. Collected is: what is given to `say` and `counted`, the headers and titles of tables, what errors and
warnings of the rooms below are made of, and what `check` finds, the names of kinds, roles and evidence, and the help of the
commands, with what click adds to it.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from blogarc import errors
from blogarc.cli import app
from blogarc.clues import COEFFICIENTS, GIVEN_COEFFICIENTS, SECOND_COEFFICIENTS
from blogarc.messages import CATALOGUES, plural
from blogarc.model import Kind, Role
from blogarc.segmentation.evidence import load_weights

SOURCE = Path(__file__).parent.parent / "src" / "blogarc"
PO = CATALOGUES / "es" / "LC_MESSAGES" / "blogarc.po"
MO = PO.with_suffix(".mo")
# What typer passes to gettext itself, and what its complaints look like.
CLICK = (
    "Options", "Arguments", "Commands", "default: {default}", "env var: {var}", "required", "(dynamic)",
    "No such command {v1}.", "No such command {v1}. Did you mean {v2}?", "No such option: {v1}", "Missing command.",
    "Missing argument {v1}.", "Option {v1} requires an argument.", "Option {v1} does not take a value.",
    "Got unexpected extra argument(s) ({v1})", "Got unexpected extra argument ({v1})", "Invalid value for {v1}: {v2}",
    "How it is used: {v1} --help",
)  # fmt: skip
# What is said by name: of what was done, in reports.
NAMES = (
    "learned",
    "given",
    "new",
    "gone",
    "joins",
    "leaves",
    "moves",
    "holds",
    "sleeps",
    "undone",
    "bytes",
    "dumps",
    "articles",
)

# Evidence beside what is weighed: of splits, of copies, of pairs.
EVIDENCE = (
    "a person decided", "the profile of the site says so", "the dump starts here",
    "words", "letters", "contained", "own shingles", "replaced", "decided",
    "likeness", "margin", "length ratio", "shared numbers", "shared names", "shared cognates", "clues of the dump", "vetoes",
    "numbers", "names", "cognates", "4-grams", "runner-up", "partial", "few posts",
)  # fmt: skip

# What `check --deep` compares.
COMPARED = (
    "The archive", "the digests", "the articles", "the paragraphs", "the duplicates", "the clusters", "the pairs",
    "the candidates", "what has no partner", "the lexicon",
)  # fmt: skip

_ERRORS = {name for name in vars(errors) if name.endswith("Error")}
_CLUES = (*COEFFICIENTS, *SECOND_COEFFICIENTS, *GIVEN_COEFFICIENTS)

# The hints of `errors.meant`.
_HINTS = ("Did you mean {v1}?", "There are: {v1}.")

Message = str | tuple[str, str]


def collect() -> dict[Message, bool]:
    """All messages; those that are marked in the code as such are true, and are all translated."""
    found: dict[Message, bool] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for message, marked in (*_of_module(tree), *(_of_checks(tree) if path.parent.name == "archive" else ())):
            found[message] = found.get(message, False) or marked
    for message in (
        *CLICK,
        *NAMES,
        *EVIDENCE,
        *COMPARED,
        *_HINTS,
        *map(str, (*Kind, *Role)),
        *load_weights().names,
        *_CLUES,
        *_help(),
    ):
        found.setdefault(message, False)
    # gettext knows a word once: where there is a plural as well, the singular is the word.
    for message in [message for message in found if isinstance(message, tuple)]:
        found.pop(message[0], None)
    return found


def _of_module(tree: ast.Module) -> Iterator[tuple[Message, bool]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in _ERRORS:
            yield from ((text, False) for argument in node.args for text in _templates(argument))
        if isinstance(node, ast.Assign) and any(
            getattr(target, "id", "") in ("why", "because") for target in node.targets
        ):
            yield from ((text, False) for text in _templates(node.value))
        if not isinstance(node, ast.Call):
            continue
        name = _name(node)
        constants = {
            n: a.value for n, a in enumerate(node.args) if isinstance(a, ast.Constant) and isinstance(a.value, str)
        }
        if name == "say" and 0 in constants:
            yield constants[0], True
        elif name in ("counted", "number") and 1 in constants:
            yield (constants[1], plural(constants[1])), True
        elif name == "Column" and constants.get(0):
            yield constants[0], False
        elif name in ("table", "side_by_side") and 2 in constants:
            yield constants[2], False
        elif name == "_weights" and 0 in constants:
            yield constants[0], False
        elif name in ("Problem", "Skipped", "Nearest", "complain", "progress"):
            yield from ((text, False) for argument in node.args for text in _templates(argument))
            yield from (
                (word.value.value, False)
                for word in node.keywords
                if word.arg == "word" and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str)
            )


def _of_checks(tree: ast.Module) -> Iterator[tuple[Message, bool]]:
    """What is yielded in words: the problems that `check` finds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Yield) and node.value is not None:
            yield from ((text, False) for text in _templates(node.value))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _templates(node: ast.AST) -> Iterator[str]:
    """The sentences that an expression can be, with a named field for each value that is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and any(c.isalpha() for c in node.value):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        # One that is nothing but fields would match every sentence.
        if any(isinstance(p, ast.Constant) and any(map(str.isalpha, str(p.value))) for p in node.values):
            yield _template(node)
    elif isinstance(node, ast.IfExp):
        yield from (*_templates(node.body), *_templates(node.orelse))
    elif isinstance(node, ast.BoolOp | ast.Dict):
        yield from (text for value in node.values for text in _templates(value))


def _template(node: ast.JoinedStr) -> str:
    parts, used = [], 0
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            parts.append(str(piece.value))
        else:
            used += 1
            parts.append(f"{{v{used}}}")
    return "".join(parts)


def _help() -> Iterator[str]:
    """What --help shows: of the whole, and of each command and its parameters."""
    tree: Any = typer.main.get_command(app)
    for command in (tree, *tree.commands.values()):
        yield from (text for text in (command.help, *(getattr(p, "help", None) for p in command.params)) if text)


def catalogue() -> Catalog:
    """What is translated."""
    with PO.open("rb") as stream:
        told = read_po(stream, locale="es")
    told.creation_date = told.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # or each run would write another file
    return told


def compiled(translated: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, translated)
    return stream.getvalue()


def missing() -> list[tuple[Message, bool]]:
    """Messages without a translation, and whether they are marked as messages in the code."""
    done = {message.id for message in catalogue() if message.id and _complete(message.string)}
    return [(message, marked) for message, marked in collect().items() if message not in done]


def _complete(told: str | tuple[str, ...]) -> bool:
    return bool(told) if isinstance(told, str) else bool(told) and all(told)


def main() -> int:
    if "--missing" in sys.argv:
        for message, _ in missing():
            sys.stdout.write(f"{message!r}\n")
        return 0
    PO.parent.mkdir(parents=True, exist_ok=True)
    old = catalogue() if PO.exists() else Catalog(locale="es")
    new = Catalog(
        locale="es", project="blogarc", version="", header_comment="# The messages of blogarc in Spanish: `make words`."
    )
    # One and many, as people count: newer versions of babel have a third form, for millions.
    new.mime_headers = [("Plural-Forms", "nplurals=2; plural=(n != 1);")]
    for message in sorted(collect(), key=str):
        known = old.get(message if isinstance(message, str) else message[0])
        new.add(message, known.string if known else None)
    stream = io.BytesIO()
    write_po(stream, new, width=120, omit_header=False, sort_output=True)
    lines = stream.getvalue().decode().splitlines(keepends=True)
    # Dates and tools would change with every run.
    passing = ("POT-Creation", "PO-Revision", "Generated-By", "Last-Translator", "Report-Msgid")
    kept = [line for line in lines if not line.startswith(tuple(f'"{name}' for name in passing))]
    PO.write_text("".join(kept), "utf-8")
    MO.write_bytes(compiled(catalogue()))
    sys.stderr.write(f"{len(new)} messages, {len(missing())} of them not translated: see --missing.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
