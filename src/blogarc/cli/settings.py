"""What is in force when the command line says nothing: the environment, then the nearest `blogarc.toml`, then the defaults.

A setting is an option of a command, under its own long name. At the top of the file it holds for every command that has it; in
a table named after a command, for that command alone. `BLOGARC_JOBS` and `BLOGARC_INGEST_JOBS` do the same in the
environment, which outweighs the file, and the command line outweighs both. So there is no second list of settings that could
fall behind the commands: this room reads theirs, and hands click the values as its `default_map`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from blogarc.errors import UsageError, meant
from blogarc.messages import LANGUAGES, say

FILE_NAME = "blogarc.toml"
# What is meant for one run only: what is asked for, where it goes, and what is done with it.
_OF_ONE_RUN = {
    "json", "debug", "force", "dry-run", "help", "version", "output", "undo", "list", "all", "against", "leftovers", "only",
    "query", "install-completion", "show-completion",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """One option as it is in force: `name` is `db` or `dedupe.keep`; `origin` says where its value is from."""

    name: str
    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What the nearest file says: `values` by command and parameter, as click's `default_map` wants them."""

    path: Path | None = None
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ui: str | None = None


def find_file(folder: Path) -> Path | None:
    """The nearest `blogarc.toml`, here or in a folder above; not above the home folder for whoever is at home."""
    home = Path.home()
    for place in (folder, *folder.parents):
        with suppress(OSError):  # a folder above that may not be looked into has nothing to say
            if (place / FILE_NAME).is_file():
                return place / FILE_NAME
        if place == home:
            return None
    return None


def load(commands: Mapping[str, Any], folder: Path | None = None) -> Settings:
    """The settings of the nearest file. Raises UsageError for what is no TOML, no setting, or no value of one."""
    path = None
    with suppress(OSError):  # a current folder that somebody has taken away
        path = find_file(folder or Path.cwd())
    if path is None:
        return Settings()
    try:
        told = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            say("{path} cannot be read: {error}.", path=path, error=error),
            say('A line is like this: db = "blogs.db"; blogarc config shows what is in force.'),
        ) from None
    options = {command: dict(_settings_of(tree)) for command, tree in commands.items()}
    values: dict[str, dict[str, Any]] = {command: {} for command in commands}
    ui = told.pop("ui", None)
    if ui is not None and ui not in LANGUAGES:
        raise UsageError(_no_value(path, "ui", ui, ", ".join(LANGUAGES)))
    # Tables last: what is said of one command outweighs what is said of all.
    for name, value in sorted(told.items(), key=lambda item: isinstance(item[1], dict)):
        if isinstance(value, dict):
            known = options.get(name)
            if known is None:
                raise _unknown(path, f"[{name}]", name, options, "table")
            for own, inner in value.items():
                if own not in known:
                    raise _unknown(path, f"{name}.{own}", own, known, "setting")
                values[name][known[own].name] = _value(path, f"{name}.{own}", commands[name], known[own], inner)
        else:
            concerned = [(command, own[name]) for command, own in options.items() if name in own]
            if not concerned:
                everything = {"ui", *options, *(n for own in options.values() for n in own)}
                raise _unknown(path, name, name, everything, "setting")
            for command, parameter in concerned:
                values[command][parameter.name] = _value(path, name, commands[command], parameter, value)
    return Settings(path, values, ui)


def name_variables(commands: Mapping[str, Any]) -> None:
    """Tell each option of these commands from which environment variables it may be read."""
    for command, tree in commands.items():
        for name, parameter in _settings_of(tree):
            general = f"BLOGARC_{_upper(name)}"
            parameter.envvar = [f"BLOGARC_{_upper(command)}_{_upper(name)}", general]
            parameter.show_envvar = False  # docs/configuration.md has the rule; --help is long enough


def in_force(commands: Mapping[str, Any], settings: Settings, ui: tuple[str, str]) -> list[Setting]:
    """All settings, those of every command first; `ui` is the language of the interface and its origin."""
    shared = set.intersection(*(set(dict(_settings_of(tree))) for tree in commands.values()))
    listed = [Setting("ui", *ui)]
    for command, tree in commands.items():
        for name, parameter in _settings_of(tree):
            if name in shared and command != next(iter(commands)):
                continue
            value, origin = _resolved(parameter, settings, command)
            listed.append(Setting(name if name in shared else f"{command}.{name}", value, origin))
    return sorted(listed, key=lambda setting: "." in setting.name)


def _resolved(parameter: Any, settings: Settings, command: str) -> tuple[Any, str]:
    for variable in parameter.envvar or ():
        if os.environ.get(variable):
            return os.environ[variable], variable
    own = settings.values.get(command, {})
    if parameter.name in own:
        return _plain(own[parameter.name]), str(settings.path)
    return _plain(None if callable(parameter.default) else parameter.default), "default"


def _settings_of(tree: Any) -> Iterator[tuple[str, Any]]:
    """The options of a command that may be set, by their long names."""
    for parameter in tree.params:
        name = next((opt.removeprefix("--") for opt in parameter.opts if opt.startswith("--")), "")
        if parameter.param_type_name == "option" and name and name != "ui" and name not in _OF_ONE_RUN:
            yield name, parameter


def _value(path: Path, name: str, tree: Any, parameter: Any, value: Any) -> Any:
    """The value as the option takes it; a path in the file is meant from where the file is."""
    if isinstance(value, list) and not parameter.multiple:
        value = ",".join(map(str, value))
    if isinstance(value, bool) != parameter.is_flag or not isinstance(value, str | int | float):
        raise UsageError(_no_value(path, name, value, "true, false" if parameter.is_flag else parameter.metavar or ""))
    try:
        parameter.process_value(typer.Context(tree), value)
    except typer.BadParameter as error:
        raise UsageError(_no_value(path, name, value, error.message)) from None
    return str(path.parent / Path(str(value)).expanduser()) if _is_path(parameter) else value


def _is_path(parameter: Any) -> bool:
    return "FILE" in (parameter.metavar or "")


def _no_value(path: Path, name: str, value: Any, wanted: str) -> str:
    return say("{path}: {name} cannot be {value!r} ({wanted}).", path=path, name=name, value=value, wanted=wanted)


def _unknown(path: Path, shown: str, name: str, known: Iterable[str], kind: str) -> UsageError:
    told = say("{path}: there is no setting {name}.", path=path, name=shown)
    if kind == "table":
        told = say("{path}: {name} is no command.", path=path, name=shown)
    return UsageError(told, meant(name, sorted(set(known))))


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
