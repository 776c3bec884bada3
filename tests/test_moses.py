"""Moses: two files that keep step, whatever the passages hold."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive
from blogarc.errors import UsageError, WriteError
from blogarc.export import moses
from blogarc.export.passages import Passage
from tests.conftest import Run

TEXT = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\r\n\t\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00")))


def passages(texts: list[tuple[str, str]]) -> list[Passage]:
    return [Passage(str(n), ("en", "es"), *pair, 1.0, 1.0, ("a", "b"), ("a:1", "b:1")) for n, pair in enumerate(texts)]


@given(st.lists(st.tuples(TEXT, TEXT), max_size=6))
def test_both_files_have_a_line_for_each_passage(texts: list[tuple[str, str]]) -> None:
    source, target = io.BytesIO(), io.BytesIO()
    assert moses.write_both(passages(texts), source, target) == len(texts)
    for out in (source, target):
        # However a reader breaks lines, there are as many.
        assert len(out.getvalue().decode().splitlines()) == len(texts)
        assert out.getvalue().count(b"\n") == len(texts)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=6))
def test_on_one_stream_a_tab_parts_both_sides(texts: list[tuple[str, str]]) -> None:
    out = io.BytesIO()
    assert moses.write(passages(texts), out) == len(texts)
    assert all(line.count("\t") == 1 for line in out.getvalue().decode().splitlines())


def test_controls_are_left_out_and_counted() -> None:
    lost: Counter[str] = Counter()
    assert moses.line("a\x00b\x1bc\nd", lost) == "abc d"
    assert lost == {"U+0000": 1, "U+001B": 1}


def test_an_archive_writes_two_files_named_by_language(corpus: Archive, tmp_path: Path) -> None:
    report = corpus.bitext(tmp_path / "train.v1", format="moses")
    english, spanish = (tmp_path / f"train.v1.{code}" for code in ("en", "es"))
    assert report.files == [str(english), str(spanish)]
    lines = english.read_text("utf-8").splitlines(), spanish.read_text("utf-8").splitlines()
    assert len(lines[0]) == len(lines[1]) == report.passages
    assert ("She counted 412 waves in an hour.", "Contó 412 olas en una hora.") in list(zip(*lines, strict=True))


def test_sentences_are_the_usual_level(corpus: Archive, tmp_path: Path) -> None:
    counts = {
        level: corpus.bitext(tmp_path / "x", format="moses", level=level).passages
        for level in (None, "sentence", "paragraph")
    }
    assert counts[None] == counts["sentence"] > counts["paragraph"] > 0


def test_a_place_that_cannot_be_written_leaves_neither_file(corpus: Archive, tmp_path: Path) -> None:
    (tmp_path / "train.es").mkdir()
    with pytest.raises(WriteError):
        corpus.bitext(tmp_path / "train", format="moses")
    assert [path.name for path in tmp_path.iterdir()] == ["train.es"]


@pytest.mark.parametrize(("option", "value"), [("format", "jsonl"), ("level", "word"), ("min_score", 1.5)])
def test_what_is_not_known_is_refused(corpus: Archive, tmp_path: Path, option: str, value: object) -> None:
    with pytest.raises(UsageError):
        corpus.bitext(tmp_path / "x", **{option: value})  # type: ignore[arg-type]


def test_the_command_puts_both_sides_on_one_line_without_a_file(run: Run, filled: Path) -> None:
    ended = run("export", "--format", "moses", "-d", filled)
    assert ended.code == 0
    run("export", "--format", "moses", "-o", "both", "-d", filled)
    files = [Path(f"both.{code}").read_text("utf-8").splitlines() for code in ("en", "es")]
    assert [tuple(line.split("\t")) for line in ended.out.splitlines()] == list(zip(*files, strict=True))
