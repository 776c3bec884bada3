"""Settings: the command line outweighs the environment, that the nearest file, and that the defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from blogarc.cli import app, settings
from blogarc.errors import UsageError
from tests.conftest import SAMPLES, Run

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def value(run: Run, name: str) -> tuple[object, str]:
    """What `config` says of a setting."""
    told = next(s for s in run("config", "--json").json["settings"] if s["name"] == name)
    return told["value"], Path(told["from"]).name


def write(folder: Path, text: str) -> Path:
    path = folder / "blogarc.toml"
    path.write_text(text, "utf-8")
    return path


def test_each_outweighs_the_next(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert value(run, "dedupe.keep") == ("complete", "default")
    write(tmp_path, '[dedupe]\nkeep = "newest"\n')
    assert value(run, "dedupe.keep") == ("newest", "blogarc.toml")
    monkeypatch.setenv("BLOGARC_KEEP", "first")
    assert value(run, "dedupe.keep") == ("first", "BLOGARC_KEEP")
    monkeypatch.setenv("BLOGARC_DEDUPE_KEEP", "longest")
    assert value(run, "dedupe.keep") == ("longest", "BLOGARC_DEDUPE_KEEP")


@pytest.mark.parametrize("layer", ["file", "environment", "command line"])
def test_what_config_says_is_what_a_command_does(
    run: Run, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    write(tmp_path, f'db = "{filled}"\n[search]\nlimit = 1\n')
    wanted, line = 1, ["search", "la", "--json"]
    if layer != "file":
        monkeypatch.setenv("BLOGARC_SEARCH_LIMIT", "2")
        wanted = 2
    if layer == "command line":
        line, wanted = [*line, "--limit", "3"], 3
    assert len(run(*line).json) == wanted


def test_the_nearest_file_counts_and_its_paths_are_meant_from_where_it_is(
    run: Run, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'db = "filled.db"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    ended = run("stats")
    assert ended.code == 0
    assert "-d" not in ended.err, "who did not name the archive need not name it next time"
    write(inner, "# nothing\n")
    assert run("stats").code == 10


def test_no_file_above_the_home_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "")
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    assert settings.find_file(home / "work") is None
    monkeypatch.setenv("HOME", "/nowhere")
    assert settings.find_file(home / "work") == tmp_path / "blogarc.toml"


def test_what_is_said_at_the_top_holds_for_every_command_that_has_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path, 'limit = 7\nlanguages = ["en", "es"]\n[dedupe]\nlimit = 3\n')
    assert value(run, "dedupe.limit")[0] == 3
    assert value(run, "search.limit")[0] == 7
    assert value(run, "pairs.languages")[0] == value(run, "ingest.languages")[0] == "en,es"


def test_every_setting_can_be_set_in_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the commands offer is what the file takes: there is no other list."""
    for setting in settings.in_force(COMMANDS, settings.Settings(), ("en", "default")):
        if setting.name == "ui":
            continue
        command, dot, name = setting.name.rpartition(".")
        parameter = dict(settings._settings_of(COMMANDS[command or "list"]))[name]
        sample = True if parameter.is_flag else 1 if parameter.metavar in ("N", "SCORE") else "x"
        told = f"{name} = {str(sample).lower() if sample is True else repr(sample)}\n"
        path = write(tmp_path, f"[{command}]\n{told}" if dot else told)
        found = settings.load(COMMANDS, tmp_path)
        shown = {s.name: s for s in settings.in_force(COMMANDS, found, ("en", "default"))}[setting.name]
        assert shown.origin == str(path)
        monkeypatch.setenv(parameter.envvar[0], "1")
        assert settings.in_force(COMMANDS, found, ("en", "default"))


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("jbos = 2", "there is no setting jbos", "Did you mean jobs?"),
        ("[dedup]\nkeep = 'first'", "[dedup] is no command", "Did you mean dedupe?"),
        ("[dedupe]\nkepe = 'first'", "no setting dedupe.kepe", "Did you mean keep?"),
        ("jobs = 'many'", "jobs cannot be 'many'", ""),
        ("jobs = true", "jobs cannot be True", ""),
        ("no-color = 'yes'", "no-color cannot be 'yes'", ""),
        ("ui = 'fr'", "ui cannot be 'fr' (en, es)", ""),
        ("db = ", "cannot be read", "db ="),
        ("json = true", "no setting json", ""),
        ("[decide]\nundo = 1", "no setting decide.undo", ""),
    ],
)
def test_what_makes_no_sense_is_said_with_its_file_and_a_way_out(
    run: Run, filled: Path, tmp_path: Path, text: str, said: str, hint: str
) -> None:
    path = write(tmp_path, text)
    for line in (["stats", "-d", filled], ["config"]):
        ended = run(*line)
        assert (ended.code, ended.out) == (2, "")
        assert str(path) in ended.err
        assert said in ended.err
        assert hint in ended.err
        assert len(ended.complaint) <= 4
    assert run("stats", "--help").code == 0


def test_the_interface_speaks_what_the_file_says(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 'ui = "es"\n')
    assert value(run, "ui") == ("es", "blogarc.toml")
    monkeypatch.setenv("BLOGARC_UI", "en")
    assert value(run, "ui") == ("en", "BLOGARC_UI")
    ended = run("config", "--ui", "fr")
    assert ended.code == 2
    assert "en, es" in ended.err


def test_config_shows_a_table(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path, "[ingest]\njobs = 2\n")
    ended = run("config")
    assert "ingest.jobs" in ended.out
    assert "search.limit" in ended.out
    assert f"Read: {path}" in ended.err


def test_a_setting_that_is_no_file_is_left_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, "map = 'text=body'\nprofile = 'site.toml'\n")
    found = settings.load(COMMANDS, tmp_path).values["ingest"]
    assert found == {"names": "text=body", "profile": str(tmp_path / "site.toml")}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "blogarc.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        settings.load(COMMANDS, tmp_path)


def test_a_folder_that_is_gone_has_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert settings.load(COMMANDS) == settings.Settings()


def test_the_demo_is_not_touched_by_settings(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 'db = "mine.db"\n')
    monkeypatch.setenv("BLOGARC_DB", str(tmp_path / "mine.db"))
    ended = run("demo", "tour")
    assert ended.code == 0
    assert not (tmp_path / "mine.db").exists()
    assert (tmp_path / "tour" / "blogarc.db").exists()
    assert (tmp_path / "tour" / "harbour.txt").read_bytes() == (SAMPLES / "harbour.txt").read_bytes()


class TestDemo:
    def test_shows_each_command_and_goes_on_in_its_folder(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ended = run("demo", "tour")
        assert ended.code == 0
        shown = [line for line in ended.out.splitlines() if line.startswith("$ ")]
        assert shown[0] == "$ blogarc ingest harbour.txt sierra.txt"
        assert "$ blogarc check" in shown
        assert '"harbour.txt"' in ended.out
        assert "blogarc review" in ended.err
        monkeypatch.chdir(tmp_path / "tour")
        assert run("stats", "--json").json["articles"] == 34

    def test_takes_no_folder_with_something_in_it(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("x")
        ended = run("demo", ".")
        assert ended.code == 2
        assert "not empty" in ended.err
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_takes_a_temporary_folder_where_none_is_named(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        told = run("demo", "--json").json
        assert Path(told["folder"]).parent == tmp_path
        assert all(step["code"] == 0 for step in told["commands"])


class TestCompletion:
    """Shells ask by the environment; what they are told is typer's, what is completed ours."""

    def complete(self, line: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        monkeypatch.setenv("_BLOGARC_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", f"blogarc {line}")
        monkeypatch.setenv("COMP_CWORD", str(len(f"blogarc {line}".split(" ")) - 1))
        return run().out.split()

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_each_shell_is_given_a_script(self, run: Run, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
        monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
        ended = run("--show-completion", shell)
        assert ended.code == 0
        assert "_BLOGARC_COMPLETE" in ended.out

    def test_commands_formats_verdicts_dumps_and_ids(
        self, run: Run, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, 'db = "filled.db"\n')
        assert self.complete("de", run, monkeypatch) == ["dedupe", "decide", "demo"]
        assert "tmx" in self.complete("export --format ", run, monkeypatch)
        assert self.complete("decide no", run, monkeypatch) == ["not-pair", "no-cut"]
        assert self.complete("restore h", run, monkeypatch) == ["harbour.txt"]
        assert self.complete("show 98056", run, monkeypatch) == ["98056c369e4900c6"]
        assert self.complete("review --only p", run, monkeypatch) == ["pairs"]

    def test_without_an_archive_there_is_nothing_to_say(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.complete("restore h", run, monkeypatch) == []
        assert list(tmp_path.iterdir()) == []
