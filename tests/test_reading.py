"""What is named on the command line is found, or said to be missing."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from blogarc.errors import InputError
from blogarc.reading import Source, find_sources, load_source, read, read_text

TEXT = "One paragraph.\n\nAnother one.\n"


@pytest.fixture
def crawls(tmp_path: Path) -> Path:
    folder = tmp_path / "crawls"
    for name in ("b.txt", "a.txt", "2020/c.txt", "notes.md", "PLAIN", "image.png", ".hidden.txt", ".git/d.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT)
    return folder


def test_a_folder_gives_its_text_files_in_order(crawls: Path) -> None:
    sources, skipped = find_sources([crawls])
    assert [s.name for s in sources] == ["2020/c.txt", "PLAIN", "a.txt", "b.txt", "notes.md"]
    assert skipped == []


def test_a_file_that_is_named_is_read_whatever_its_name(crawls: Path) -> None:
    (source,), _ = find_sources([crawls / "image.png"])
    assert (source.name, source.size) == ("image.png", len(TEXT))
    assert load_source(source) == TEXT.encode()


def test_a_file_named_twice_is_read_once(crawls: Path) -> None:
    sources, _ = find_sources([crawls / "a.txt", crawls, crawls / "a.txt"])
    assert [s.name for s in sources].count("a.txt") == 1


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode())))
    (source,), _ = find_sources(["-"])
    assert (source.name, load_source(source)) == ("stdin", TEXT.encode())


def test_one_missing_file_does_not_lose_the_others(crawls: Path) -> None:
    sources, (skipped,) = find_sources([crawls / "gone.txt", crawls / "b.txt"])
    assert [s.name for s in sources] == ["b.txt"]
    assert "no such file" in skipped.reason


def test_a_misspelt_name_is_recognised(crawls: Path) -> None:
    (crawls / "harbour.txt").write_text(TEXT)
    _, (skipped,) = find_sources([crawls / "harbor.txt"])
    assert "harbour.txt" in skipped.hint


def test_a_folder_without_text_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")
    sources, (skipped,) = find_sources([tmp_path])
    assert sources == []
    assert ".txt" in skipped.hint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_with_a_name_is_neither_file_nor_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    _, (skipped,) = find_sources([tmp_path / "pipe"])
    assert "neither a file nor a folder" in skipped.reason


@pytest.mark.parametrize(("data", "message"), [(b"", "is empty"), (b" \n\t\n", "holds no text")])
def test_a_file_without_text_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "d.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        read(path)


def test_a_file_that_went_away_is_said_to_be_unreadable(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Cannot read"):
        load_source(Source("gone.txt", tmp_path / "gone.txt"))


def test_a_text_is_a_dump_too() -> None:
    assert [p.text for p in read_text(TEXT).paragraphs] == ["One paragraph.", "Another one."]
