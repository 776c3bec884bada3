"""Bad input gets the right exit code and at most four lines: what and where, what was kept, what to do."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blogarc import Archive
from tests.conftest import SAMPLES, Run, contents

HARBOUR = SAMPLES / "harbour.txt"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4


def test_a_missing_file(run: Run, tmp_path: Path) -> None:
    ended = run("ingest", "gone.txt")
    assert ended.code == 4
    assert "gone.txt" in ended.err
    assert "no such file" in ended.err
    assert len(ended.complaint) <= 4
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    ended = run("ingest", "photos")
    assert ended.code == 4
    assert "no text files" in ended.err
    assert len(ended.complaint) <= 4


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("photo.png", PNG, "a PNG image"),
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b"\n \n\xc2\xa0\n", "holds no text"),
        ("zeros.txt", bytes(5000), "does not look like text"),
    ],
)
def test_a_file_that_is_no_dump(run: Run, tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    ended = run("ingest", name)
    assert ended.code == 4
    assert name in ended.err
    assert said in ended.err
    assert len(ended.complaint) <= 4
    assert not (tmp_path / "blogarc.db").exists()


def test_a_bad_file_among_good_ones_is_skipped_and_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(PNG)
    ended = run("ingest", "photo.png", HARBOUR, "gone.txt")
    assert ended.code == 3
    assert "15 articles" in ended.err
    assert "a PNG image" in ended.err
    assert "gone.txt" in ended.err
    told = run("ingest", "photo.png", HARBOUR, "--json")
    assert told.code == 3
    assert [p["name"] for p in told.json["problems"]] == ["photo.png"]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_utf_16_file_is_read_right(run: Run, tmp_path: Path, codec: str) -> None:
    mark = {"utf-16": "", "utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}[codec]
    data = (mark + HARBOUR.read_text("utf-8")).encode(codec)
    (tmp_path / "wide.txt").write_bytes(data)
    ended = run("ingest", "wide.txt")
    assert ended.code == 0
    assert "15 articles" in ended.err
    assert "UTF-16" in ended.err
    assert run("restore", "wide.txt").out_bytes == data
    rows = run("export").out
    run("ingest", HARBOUR, "-d", "other.db")
    # The same words: the same keys.
    ids = [json.loads(line)["id"] for line in rows.splitlines()]
    assert ids == [json.loads(line)["id"] for line in run("export", "-d", "other.db").out.splitlines()]


def test_a_latin_file_is_guessed_and_said_to_be(run: Run, tmp_path: Path) -> None:
    text = (SAMPLES / "sierra.txt").read_text("utf-8").replace("\u200b", "")
    (tmp_path / "latin.txt").write_bytes(text.encode("cp1252", "ignore"))
    ended = run("ingest", "latin.txt")
    assert ended.code == 0
    assert "cp1252 (a guess)" in ended.err
    assert "19 articles" in ended.err


def test_nuls_and_broken_utf_8_are_repaired_counted_and_kept(run: Run, tmp_path: Path) -> None:
    data = contents(HARBOUR)
    data = data.replace(b"bicycles", b"bicy\x00cles", 1).replace(b"marea", b"mar\xffea", 1)
    (tmp_path / "hurt.txt").write_bytes(data)
    ended = run("ingest", "hurt.txt")
    assert ended.code == 3
    assert "hurt.txt: 2 damaged characters" in ended.err
    assert "15 articles" in ended.err
    assert run("restore", "hurt.txt").out_bytes == data
    assert run("check").code == 0
    assert "bicycles" in run("show", "hurt.txt:9").out


@pytest.mark.parametrize("command", [["stats"], ["dedupe"], ["ingest", HARBOUR]])
def test_a_database_that_is_not_ours(run: Run, tmp_path: Path, command: list[object]) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.commit()
    other.close()
    before = contents(path)
    ended = run(*command, "-d", path)
    assert ended.code == 12
    assert "not a blogarc archive" in ended.err
    assert "--db" in ended.err
    assert len(ended.complaint) <= 4
    assert contents(path) == before


def test_a_file_that_is_no_database(run: Run) -> None:
    before = contents(HARBOUR)
    ended = run("stats", "-d", HARBOUR)
    assert ended.code == 12
    assert len(ended.complaint) <= 4
    assert contents(HARBOUR) == before


def test_a_folder_for_an_archive(run: Run, tmp_path: Path) -> None:
    ended = run("stats", "-d", tmp_path)
    assert ended.code == 13
    assert len(ended.complaint) <= 4


def test_an_archive_that_was_cut_short(run: Run, filled: Path) -> None:
    filled.write_bytes(contents(filled)[:30_000])
    for command in (["stats"], ["check"], ["export"]):
        ended = run(*command, "-d", filled)
        assert ended.code == 12, ended
        assert len(ended.complaint) <= 4
        assert "bug" not in ended.err


@pytest.mark.parametrize("name", ["export", "restore"])
def test_a_target_in_a_folder_that_does_not_exist(run: Run, filled: Path, tmp_path: Path, name: str) -> None:
    line = ["export"] if name == "export" else ["restore", "harbour.txt"]
    ended = run(*line, "-o", "gone/out", "-d", filled)
    assert ended.code == 13
    assert "no folder" in ended.err
    assert "mkdir -p" in ended.err
    assert len(ended.complaint) <= 4


def test_an_archive_in_a_folder_that_does_not_exist(run: Run) -> None:
    ended = run("ingest", HARBOUR, "-d", "gone/a.db")
    assert ended.code == 13
    assert len(ended.complaint) <= 4


@pytest.mark.parametrize("command", ["dedupe", "pairs", "export", "rebuild"])
def test_an_archive_in_which_nothing_was_ingested(run: Run, tmp_path: Path, command: str) -> None:
    from blogarc.archive.connection import connect

    connect(tmp_path / "empty.db", create=True).close()
    ended = run(command, "-d", "empty.db")
    assert ended.code == 10
    assert "nothing has been ingested" in ended.err
    assert "blogarc ingest" in ended.err
    assert len(ended.complaint) <= 4


@pytest.mark.parametrize("command", [["list"], ["stats"], ["check"], ["search", "ice"]])
def test_an_empty_archive_can_be_looked_at(run: Run, tmp_path: Path, command: list[str]) -> None:
    from blogarc.archive.connection import connect

    connect(tmp_path / "empty.db", create=True).close()
    assert run(*command, "-d", "empty.db").code == 0


def test_a_locked_archive(run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blogarc.archive.connection._BUSY_SECONDS", 0.05)
    other = sqlite3.connect(filled, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    new = filled.parent / "new.txt"
    new.write_text("A post that nobody has seen before, about the weather.\n")
    ended = run("ingest", new, "-d", filled)
    assert ended.code == 11
    assert "Another process" in ended.err
    assert len(ended.complaint) <= 4
    # Whoever only looks need not wait.
    assert run("list", "-d", filled).code == 0
    other.rollback()
    assert run("ingest", new, "-d", filled).code == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is nobody else to be here")
def test_a_read_only_archive_is_read_and_not_written(run: Run, filled: Path) -> None:
    new = b"A post that nobody has seen before, about the weather.\n"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "a.db")
        path.write_bytes(contents(filled))
        path.chmod(0o444)
        run("ingest", "-", "--dry-run", stdin=new)  # whoever has no rights may not import either

        def try_everything() -> list[tuple[int, str]]:
            lines = [["list"], ["check"], ["stats"], ["ingest", "-"], ["ingest", "-", "--dry-run"], ["rebuild"]]
            return [(e.code, e.err) for e in (run(*line, "-d", path, stdin=new) for line in lines)]

        ended = as_somebody_else(try_everything)
        assert [code for code, _ in ended] == [0, 0, 0, 13, 13, 13]
        for _, said in ended[3:]:
            assert "Cannot write" in said
            assert len(said.splitlines()) <= 4
        assert contents(path) == contents(filled)


def as_somebody_else(work: Callable[[], object]) -> Any:
    """What the work returns (as JSON) when it is done without the rights of root."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            os.write(writing, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        answer = told.read()
    os.waitpid(child, 0)
    return json.loads(answer)


@pytest.mark.parametrize(
    "line",
    [
        ["export", "--format", "docx"],
        ["pairs", "--languages", "english"],
        ["pairs", "--languages", "en,en"],
        ["show", "nothing"],
        ["show", "zz.txt:1"],
        ["explain", "harbour.txt:0"],
        ["restore", "gone.txt"],
        ["search", "..."],
    ],
)
def test_arguments_that_make_no_sense(run: Run, filled: Path, line: list[str]) -> None:
    ended = run(*line, "-d", filled)
    assert ended.code == 2
    assert ended.out == ""
    assert 1 <= len(ended.complaint) <= 4


@pytest.mark.parametrize("line", [["ingest"], ["export", "--colour"], ["frobnicate"], ["list", "--limit", "0"]])
def test_a_command_line_that_cannot_be_read(run: Run, line: list[str]) -> None:
    ended = run(*line)
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_a_name_that_acts_on_a_terminal_does_not(run: Run) -> None:
    ended = run("ingest", "\x1b[31mred\n\n\n\n\n.txt")
    assert ended.code == 4
    assert "\x1b" not in ended.err
    assert len(ended.complaint) <= 4


def test_an_interrupt_is_answered_with_its_code(run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("blogarc.archive.Archive.dedupe", interrupted)
    ended = run("dedupe", "-d", filled)
    assert ended.code == 130
    assert len(ended.complaint) <= 4


def test_an_interrupt_that_a_library_swallowed_is_one(run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """langdetect has an `except:` around the reading of each of its profiles."""

    def interrupted(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt
        except:  # noqa: E722
            raise ValueError("Profile format error") from None

    monkeypatch.setattr("blogarc.archive.Archive.dedupe", interrupted)
    ended = run("dedupe", "-d", filled)
    assert ended.code == 130
    assert "bug" not in ended.err


def test_being_terminated_is_answered_with_its_code(run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blogarc.archive.Archive.dedupe", lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM))
    ended = run("dedupe", "-d", filled)
    assert ended.code == 143
    assert len(ended.complaint) <= 4


def test_a_bug_is_called_one_and_shows_its_traceback_when_asked(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("blogarc.archive.Archive.stats", broken)
    ended = run("stats", "-d", filled)
    assert ended.code == 1
    assert "bug in blogarc" in ended.err
    assert "--debug" in ended.err
    assert len(ended.complaint) <= 4


def test_a_paragraph_that_no_database_keeps_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blogarc.archive.dumps.LONGEST_PARAGRAPH", 1000)
    (tmp_path / "long.txt").write_text("A post.\n\n" + "word " * 300)
    ended = run("ingest", "long.txt")
    assert ended.code == 4
    assert "a paragraph of 1,500 bytes, at line 3" in ended.err
    assert len(ended.complaint) <= 4
    assert not (tmp_path / "blogarc.db").exists()


HALF = os.fsdecode(b"caf\xe9")  # Latin-1, as on an old disk


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="names of files are Unicode there")
def test_a_name_that_is_no_utf_8_is_kept_as_can_be(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    for place in (tmp_path / f"{HALF}.txt", tmp_path / "old" / f"{HALF}.txt"):
        place.write_bytes(contents(HARBOUR) + place.parent.name.encode())
    assert run("ingest", f"{HALF}.txt").code == 0
    assert run("ingest", "old", "--json").json["dumps"][0]["name"] == "caf\\xe9.txt"
    assert run("list", "--json").json[0]["source"] == "caf\\xe9.txt"
    run("ingest", HARBOUR)
    assert run("ingest", f"{HALF}*.txt", "--json").json["known"] == ["caf\\xe9.txt"]
    with Archive("blogarc.db") as archive:
        (sha256, _), *_ = archive.dumps().items()
    assert run("restore", sha256[:12]).code == 0
    assert run("export", "-o", f"{HALF}.jsonl").code == 0
    assert (tmp_path / f"{HALF}.jsonl").exists()


@pytest.mark.parametrize(
    "line",
    [
        ["show", HALF],
        ["explain", HALF],
        ["search", "\udce9"],
        ["search", f"{HALF} NUL\x00"],
        ["restore", HALF],
        ["list", "--language", HALF],
        ["export", "--dump", HALF],
        ["export", "--query", "\udce9"],
        ["decide", "pair", HALF, HALF],
        ["decide", "cut", f"{HALF}:3"],
        ["dedupe", "--keep", HALF],
        ["pairs", "--lexicon", HALF],
    ],
    ids=ascii,
)
def test_half_a_character_is_answered_in_words(run: Run, filled: Path, line: list[str]) -> None:
    ended = run(*line, "-d", filled)
    assert ended.code in (0, 2, 4)
    assert "bug" not in ended.err
    assert len(ended.complaint) <= 4
