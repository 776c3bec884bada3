"""Each command, as it is typed: what it says, what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blogarc.cli import COMMANDS, app
from tests.conftest import SAMPLES, Run, contents, sample_dumps

HARBOUR = SAMPLES / "harbour.txt"

# A command line for each command, on an archive that holds both samples.
LINES = {
    "ingest": ["ingest", HARBOUR],
    "dedupe": ["dedupe"],
    "pairs": ["pairs"],
    "export": ["export", "--format", "jsonl"],
    "list": ["list"],
    "show": ["show", "harbour.txt:9"],
    "search": ["search", "ice"],
    "explain": ["explain", "harbour.txt:9"],
    "stats": ["stats"],
    "report": ["report"],
    "browse": ["browse", "--no-open", "--port", "0"],
    "decide": ["decide", "cut", "harbour.txt:15"],
    "review": ["review"],
    "check": ["check"],
    "restore": ["restore", "harbour.txt"],
    "rebuild": ["rebuild"],
    "demo": ["demo", "tour"],
    "config": ["config"],
}
WRITING = ["ingest", "dedupe", "pairs", "rebuild", "decide", "review"]
# These ask for no archive.
ELSEWHERE = ["demo", "config"]

pytestmark = pytest.mark.usefixtures("served_and_closed")


def test_there_is_a_line_for_each_command() -> None:
    assert sorted(LINES) == sorted(command.__name__.rstrip("_") for command in COMMANDS)


def test_the_four_commands_make_a_corpus(run: Run) -> None:
    ingest = run("ingest", *sample_dumps())
    assert (ingest.code, ingest.out) == (0, "")
    for said in ("34 articles", "19 en", "leftover", " s.", "Next: blogarc dedupe"):
        assert said in ingest.err
    dedupe = run("dedupe")
    assert dedupe.code == 0
    assert "34 articles in 18 clusters" in dedupe.err
    assert "Next: blogarc pairs" in dedupe.err
    assert "near" in dedupe.out
    pairs = run("pairs")
    assert pairs.code == 0
    assert "4 translation pairs" in pairs.err
    assert "Next: blogarc export" in pairs.err
    export = run("export", "--format", "jsonl")
    assert export.code == 0
    assert len([json.loads(line) for line in export.out.splitlines()]) == 18


def test_a_dump_that_is_known_is_said_to_be(run: Run, filled: Path) -> None:
    before = contents(filled)
    ended = run("ingest", HARBOUR, "-d", filled)
    assert ended.code == 0
    assert "Already known, nothing changed: 1 dump (harbour.txt)" in ended.err
    assert contents(filled) == before


def test_standard_input_is_a_dump_too(run: Run) -> None:
    assert run("ingest", "-", stdin=contents(HARBOUR)).code == 0
    assert run("restore", "stdin").out_bytes == contents(HARBOUR)


def test_a_folder_is_all_its_dumps(run: Run) -> None:
    ended = run("ingest", SAMPLES, "--json")
    assert {d["name"] for d in ended.json["dumps"]} >= {"harbour.txt", "sierra.txt"}


@pytest.mark.parametrize("name", LINES)
def test_each_command_ends_well_and_names_the_next(run: Run, filled: Path, name: str) -> None:
    ended = run(*LINES[name], "-d", filled)
    assert ended.code == 0, ended.err
    assert f"-d {filled}" in ended.err or name in ELSEWHERE
    assert "Next: " in ended.err


@pytest.mark.parametrize("name", [n for n in LINES if n not in ("export", "restore")])
def test_each_command_answers_in_json(run: Run, filled: Path, name: str) -> None:
    ended = run(*LINES[name], "--json", "-d", filled)
    assert ended.code == 0
    assert ended.json is not None
    assert ended.err == ""


@pytest.mark.parametrize("name", ["export", "restore"])
def test_commands_that_write_a_file_report_in_json(run: Run, filled: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "out"
    ended = run(*LINES[name], "--json", "-o", target, "-d", filled)
    assert ended.code == 0
    assert ended.json["output"] == str(target)
    assert target.stat().st_size > 0


@pytest.mark.parametrize("name", LINES)
def test_quiet_commands_say_nothing(run: Run, filled: Path, name: str) -> None:
    ended = run(*LINES[name], "--quiet", "-d", filled)
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize("name", WRITING)
def test_a_rehearsal_changes_nothing(run: Run, filled: Path, name: str) -> None:
    before = contents(filled)
    ended = run(*LINES[name], "--dry-run", "-d", filled)
    assert ended.code == 0
    assert "nothing was changed" in ended.err
    assert contents(filled) == before


def test_a_rehearsal_makes_no_archive(run: Run, tmp_path: Path) -> None:
    ended = run("ingest", HARBOUR, "--dry-run")
    assert ended.code == 0
    assert "15 articles" in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [n for n in LINES if n not in WRITING])
def test_commands_that_look_change_nothing(run: Run, filled: Path, name: str) -> None:
    before = contents(filled)
    run(*LINES[name], "-d", filled)
    assert contents(filled) == before


@pytest.mark.parametrize("name", [n for n in LINES if n not in ("ingest", *ELSEWHERE)])
def test_a_command_without_an_archive_says_how_to_make_one(run: Run, name: str) -> None:
    ended = run(*LINES[name])
    assert (ended.code, ended.out) == (10, "")
    assert "There is no archive at blogarc.db" in ended.err
    assert "blogarc ingest" in ended.err
    assert len(ended.complaint) <= 4


def test_the_archive_can_be_named_in_the_environment(run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOGARC_DB", str(filled))
    ended = run("stats")
    assert ended.code == 0
    assert "-d" not in ended.err


def test_list_shows_ids_titles_and_translations(run: Run, filled: Path) -> None:
    ended = run("list", "-d", filled)
    assert "We Counted the Waves" in ended.out
    assert "18 articles" in ended.err
    spanish = run("list", "--language", "es", "--json", "-d", filled).json
    assert {row["language"] for row in spanish} == {"es"}


def test_list_shows_what_was_set_aside(run: Run, filled: Path) -> None:
    ended = run("list", "--leftovers", "-d", filled)
    assert "The Harbour Notebook" in ended.out
    assert "boilerplate" in ended.out


def test_show_prints_the_whole_text(run: Run, filled: Path) -> None:
    ended = run("show", "harbour.txt:9", "-d", filled)
    assert "So the old regulator from the pilots’ office" in ended.out.replace("\n", " ")


def test_search_finds_words_without_their_accents(run: Run, filled: Path) -> None:
    rows = run("search", "pluviometro", "--json", "-d", filled).json
    assert rows
    assert "**pluviómetro**" in rows[0]["snippet"].lower()
    assert "0 articles found" in run("search", "xylophone", "-d", filled).err


@pytest.mark.parametrize("place", ["harbour.txt:1", "harbour.txt:2", "harbour.txt:9", "harbour.txt:23"])
def test_explain_answers_for_a_line(run: Run, filled: Path, place: str) -> None:
    ended = run("explain", place, "-d", filled)
    assert ended.code == 0
    assert place in ended.out


def test_explain_answers_for_an_article(run: Run, filled: Path) -> None:
    row = next(r for r in run("list", "--json", "-d", filled).json if r["translations"] and r["copies"] > 1)
    ended = run("explain", row["id"], "-d", filled)
    assert ended.code == 0, ended.err
    for said in (row["id"], "starts there", "Its cluster", "Translation"):
        assert said in ended.out


def test_explain_answers_for_two_articles(run: Run, filled: Path) -> None:
    first, second = run("list", "--language", "en", "--json", "-d", filled).json[:2]
    ended = run("explain", first["id"], second["id"], "-d", filled)
    assert ended.code == 0
    assert "duplicate" in ended.out.lower()
    pair = run("pairs", "--json", "-d", filled).json["pairs"][0]
    ended = run("explain", pair["source"], pair["target"], "-d", filled)
    assert ended.code == 0
    assert "translation" in ended.out.lower()


def test_export_writes_a_file_or_standard_output_alike(run: Run, filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "corpus.jsonl"
    assert "Wrote 18 articles" in run("export", "-o", target, "-d", filled).err
    assert contents(target) == run("export", "-d", filled).out_bytes
    assert len(run("export", "--all", "-d", filled).out.splitlines()) == 34


def test_restore_gives_the_bytes_back(run: Run, filled: Path, tmp_path: Path) -> None:
    assert run("restore", "harbour.txt", "-d", filled).out_bytes == contents(HARBOUR)
    run("restore", "harbour.txt", "-o", tmp_path / "again.txt", "-d", filled)
    assert contents(tmp_path / "again.txt") == contents(HARBOUR)
    ended = run("restore", "-d", filled)
    assert ended.code == 2
    assert "harbour.txt, sierra.txt" in ended.err


def test_check_says_that_all_is_well_or_what_is_not(run: Run, filled: Path) -> None:
    assert "All is well" in run("check", "-d", filled).err
    import sqlite3

    with sqlite3.connect(filled) as hurt:
        hurt.execute("UPDATE paragraphs SET fingerprint = 0 WHERE ordinal = 3")
    hurt.close()
    ended = run("check", "-d", filled)
    assert ended.code == 12
    assert "2 problems" in ended.err
    assert "span or fingerprint" in ended.out
    assert run("check", "--json", "-d", filled).json["ok"] is False


@pytest.mark.parametrize("command", [None, *LINES])
def test_help_shows_an_example_first(run: Run, command: str | None) -> None:
    ended = run(*([command] if command else []), "--help")
    assert ended.code == 0
    assert "blogarc " + (command or "ingest") in ended.out
    if command:
        rest = ended.out.partition("\n\n")[2]
        assert rest.index(f"blogarc {command}") < rest.index("Options")


def test_blogarc_alone_shows_its_help(run: Run) -> None:
    assert "blogarc ingest dump.txt" in run().out


@pytest.mark.parametrize(
    ("line", "said", "hint"),
    [
        (["lst"], "No such command 'lst'. Did you mean 'list'?", "blogarc --help"),
        (["list", "--jsn"], "No such option: --jsn", "Did you mean --json?"),
        (["list", "--limit", "few"], "Invalid value for '--limit' / '-l'", "blogarc list --help"),
        (["list", "one"], "Got unexpected extra argument", "blogarc list --help"),
        (["ingest"], "Missing argument", "blogarc ingest --help"),
        (["export", "-f", "jsnl"], "There is no format 'jsnl'.", "Did you mean jsonl?"),
        (["review", "--only", "split"], "nothing to review that is called 'split'", "Did you mean splits?"),
        (["decide", "sam", "a", "b"], "'sam' is no verdict.", "Did you mean same?"),
    ],
)
def test_a_mistyped_line_is_told_what_may_have_been_meant(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch, line: list[str], said: str, hint: str
) -> None:
    monkeypatch.setenv("BLOGARC_DB", str(filled))
    ended = run(*line)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert hint in ended.err
    assert len(ended.complaint) <= 4


def test_the_version_is_shown(run: Run) -> None:
    assert run("--version").out.startswith("blogarc 0.")


def test_options_have_the_same_meaning_everywhere() -> None:
    import typer

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for command in commands.values():
        options = {name for parameter in command.params for name in parameter.opts}
        assert options >= {"--db", "-d", "--json", "--quiet", "-q", "--verbose", "-v", "--no-color"}
        assert ("--dry-run" in options) == (command.name in WRITING)


def outside(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "blogarc", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_it_runs_as_a_module(filled: Path, tmp_path: Path) -> None:
    done = outside("list", "-d", filled, cwd=tmp_path)
    assert done.returncode == 0
    assert b"18 articles" in done.stderr


@pytest.mark.parametrize("how", [{"NO_COLOR": "1"}, {}])
def test_a_pipe_gets_no_colours(filled: Path, tmp_path: Path, how: dict[str, str]) -> None:
    done = outside("list", "-d", filled, cwd=tmp_path, **how)
    assert b"\x1b" not in done.stdout + done.stderr


def test_colours_that_are_forced_are_taken_back_by_no_color(filled: Path, tmp_path: Path) -> None:
    assert b"\x1b[36m" in outside("list", "-d", filled, cwd=tmp_path, FORCE_COLOR="1").stdout
    assert b"\x1b[36m" not in outside("list", "-d", filled, cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert b"\x1b[36m" not in outside("list", "--no-color", "-d", filled, cwd=tmp_path, FORCE_COLOR="1").stdout


def test_whoever_has_seen_enough_may_close_the_pipe(filled: Path, tmp_path: Path) -> None:
    script = f"{sys.executable} -m blogarc export --all -d {filled} | head -c 10; echo $PIPESTATUS"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("0\n")
    script = f"{sys.executable} -m blogarc --help | true; echo ${{PIPESTATUS[0]}}"
    assert (
        subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False).stdout
        == "0\n"
    )
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr


def test_a_terminal_that_knows_only_ascii_is_no_reason_to_stop(filled: Path, tmp_path: Path) -> None:
    done = outside("list", "-d", filled, cwd=tmp_path, PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr


HOSTILE = "\x1b[2J\x1b]0;owned\x07 \u202egnp.exe\x9b31m [red]markup[/red]"


def test_no_command_lets_a_dump_act_on_the_terminal(run: Run, tmp_path: Path) -> None:
    """Each command on a dump that tries to, in every place where text can stand."""
    posts = [
        f"{HOSTILE} title {n}\n\nBy {HOSTILE}\n\n" + f"{HOSTILE} A text about the tide number {n}. " * 30
        for n in range(3)
    ]
    near = posts[1].replace("about the tide", "about the old tide", 4)
    (tmp_path / "hostile.txt").write_text("\n\n".join([*posts, posts[0], near, HOSTILE]), "utf-8")
    assert run("ingest", "hostile.txt").code in (0, 3)
    ids = [row["id"] for row in run("list", "--all", "--json").json]
    lines = [
        ["dedupe", "--verbose"], ["pairs", "--verbose"], ["list", "--all"], ["list", "--leftovers"], ["search", "tide"],
        *(["show", one] for one in ids), *(["explain", one, "--verbose"] for one in ids),
        *(["explain", ids[0], one, "--verbose"] for one in ids[1:]), ["explain", "hostile.txt:1"],
        ["decide", "cut", "hostile.txt:3"], ["decide", "--list"], ["decide", "--undo", "last"], ["stats"], ["check"],
        ["restore"], ["restore", HOSTILE], ["show", HOSTILE], ["decide", HOSTILE, "a", "b"], ["export", "-f", HOSTILE],
    ]  # fmt: skip
    for line in [*lines, *([*line, "--json"] for line in lines if line[0] != "restore")]:
        ended = run(*line)
        told = ended.out + ended.err if line[0] != "restore" or len(line) > 1 else ended.err
        assert not set(told) & set("\x1b\x07\x9b\u202e"), line
    ended = run("review", stdin=b"m\ns\n" * 20)
    assert "markup[/red]" in ended.out
    assert not set(ended.out + ended.err) & set("\x1b\x07\x9b\u202e")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
def test_a_full_disk_is_said_to_be_full(filled: Path, tmp_path: Path) -> None:
    script = f"{sys.executable} -m blogarc export --all -d {filled} > /dev/full"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 13
    assert len(done.stderr.splitlines()) <= 4
