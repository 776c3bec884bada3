"""Commands for whoever begins, or settles in: demo, config."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, nullcontext, redirect_stdout
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from blogarc import messages
from blogarc.cli import settings, views
from blogarc.cli.session import SETTINGS, Session, speak
from blogarc.errors import InputError, UsageError, WriteError
from blogarc.messages import say

# The first five minutes, in the order of the README.
_TOUR = (
    "ingest harbour.txt sierra.txt",
    "dedupe",
    "pairs",
    "export --format jsonl -o corpus.jsonl",
    "list --limit 5",
    "search pluviometro --limit 3",
    "explain harbour.txt:9",
    "check",
)
_DUMPS = ("harbour.txt", "sierra.txt")


def demo(
    session: Session,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="Where to make the corpus: a new folder, or an empty one.",
            show_default="a temporary one",
        ),
    ] = None,
) -> int:
    """Show the first five minutes on two small dumps: each command as it is typed, and what it says.

    \b
    blogarc demo
    blogarc demo my-first-corpus

    The folder stays, so that one can go on in it. Nothing else is touched, and no setting of yours counts in it.
    """
    terminal = session.terminal
    place = _new_folder(folder)
    with _samples() as samples:
        for name in _DUMPS:
            shutil.copyfile(samples / name, place / name)
    # The nearest file counts alone: whatever is set above this folder is not in force in it.
    (place / settings.FILE_NAME).write_text(
        '# Settings for this folder: see `blogarc config`.\ndb = "blogarc.db"\n', "utf-8"
    )
    codes = []
    with chdir(place), _surroundings(session):
        for line in _TOUR:
            if not terminal.as_json:
                terminal.show_command(f"blogarc {line}")
            codes.append(_run(line, aside=terminal.as_json))
    if terminal.as_json:
        tour = [{"command": f"blogarc {line}", "code": code} for line, code in zip(_TOUR, codes, strict=True)]
        terminal.print_json({"folder": str(place), "commands": tour})
    else:
        first = json.loads((place / "corpus.jsonl").read_text("utf-8").partition("\n")[0])
        terminal.show(*views.first_record(first))
    terminal.talk(
        say("All of this is in {folder}.", folder=place),
        say(
            "On a dump of yours: blogarc ingest DUMP.txt, then dedupe, pairs, review and export; blogarc --help has them all."
        ),
    )
    terminal.talk(say("Next: {commands}", commands=f"cd {shlex.quote(str(place))} && blogarc review"))
    return next((code for code in codes if code), 0)


def _new_folder(folder: Path | None) -> Path:
    """The folder of the demo, made if it is not there. Raises UsageError if there is something in it."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="blogarc-demo-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(
                say("{folder} is not empty.", folder=folder), say("Name a new folder, or none: blogarc demo")
            )
    except OSError as error:
        raise WriteError(say("Cannot create {folder}: {reason}.", folder=folder, reason=error.strerror)) from None
    return folder.absolute()


@contextmanager
def _samples() -> Iterator[Path]:
    """The sample dumps: inside an installed package, or beside the sources. Raises InputError if they are in neither."""
    packed = resources.files("blogarc").joinpath("sample_data")
    if packed.is_dir():
        with resources.as_file(packed) as folder:
            yield folder
        return
    beside = Path(__file__).parents[3] / "sample_data"
    if not beside.is_dir():
        raise InputError(say("The sample dumps are not there: this installation of blogarc is not whole."))
    yield beside


@contextmanager
def _surroundings(session: Session) -> Iterator[None]:
    """The environment of the demo: no settings but those of its own command line."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("BLOGARC_")]:
        del os.environ[name]
    os.environ["BLOGARC_UI"] = messages.spoken()
    told = session.context.params if session.context else {}
    os.environ |= {f"BLOGARC_{name.upper()}": "1" for name in ("quiet", "verbose", "no_color") if told.get(name)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _run(line: str, *, aside: bool) -> int:
    from blogarc.cli import run

    with redirect_stdout(io.StringIO()) if aside else nullcontext():
        code = run([*shlex.split(line), *(["--quiet"] if aside else [])])
    sys.stdout.flush()
    return code


def config(session: Session) -> None:
    """Show what is in force, and from where: the environment, blogarc.toml, or the defaults.

    \b
    blogarc config
    blogarc config --json
    BLOGARC_JOBS=2 blogarc config

    Any option of a command that is not meant for one run only can be set, in the nearest `blogarc.toml`, in this folder or one
    above, or in the environment. The command line outweighs the environment, and that the file. See docs/configuration.md.
    """
    assert session.context is not None
    commands = session.context.parent.command.commands  # type: ignore[union-attr]
    found = session.context.meta[SETTINGS]
    listed = settings.in_force(commands, found, speak(session.context.params.get("ui"), found))
    told = {
        "file": None if found.path is None else str(found.path),
        "settings": [{"name": s.name, "value": s.value, "from": s.origin} for s in listed],
    }
    session.answer(told, *views.settings(listed, every=session.terminal.verbose))
    if found.path is None:
        session.terminal.talk(say("There is no blogarc.toml in this folder, nor in one above it."))
    else:
        session.terminal.talk(say("Read: {path}", path=found.path))
    session.suggest("stats", "--help")
