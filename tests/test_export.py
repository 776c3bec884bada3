"""Exports: the JSONL contract to the letter, and files that are there whole or not at all."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive
from blogarc.errors import UsageError, WriteError
from blogarc.export import FORMATS, jsonl, require_known, whole_file
from tests.conftest import SAMPLES

CONTRACT = (
    "id title language language_confidence byline published text words source start_line end_line byte_start byte_end"
    " cluster kind similarity copies translations"
).split()


@pytest.fixture(scope="module")
def records(corpus: Archive) -> list[dict]:
    return list(corpus.records())


@pytest.fixture(scope="module")
def copies(corpus: Archive) -> list[dict]:
    return list(corpus.records(every=True))


def test_keys_come_in_the_order_of_the_contract(copies: list[dict]) -> None:
    for record in copies:
        assert list(record)[: len(CONTRACT)] == CONTRACT


def test_there_is_a_line_for_each_representative_in_dump_order(records: list[dict], copies: list[dict]) -> None:
    places = [(r["source"], r["start_line"]) for r in records]
    assert places == sorted(places)
    assert {r["id"] for r in records} == {c["cluster"] for c in copies}
    assert all(r["kind"] == "representative" and r["cluster"] == r["id"] and r["similarity"] == 1 for r in records)


def test_a_representative_lists_its_copies_its_own_first(records: list[dict], copies: list[dict]) -> None:
    for record in records:
        first, *others = record["copies"]
        assert (first["source"], first["start_line"], first["end_line"], first["kind"]) == (
            record["source"], record["start_line"], record["end_line"], "representative",
        )  # fmt: skip
        own = [c for c in copies if c["cluster"] == record["id"] and c["kind"] != "representative"]
        assert [(o["source"], o["start_line"], o["kind"]) for o in others] == [
            (c["source"], c["start_line"], c["kind"]) for c in own
        ]


def test_occurrences_tell_copies_with_one_key_apart(copies: list[dict]) -> None:
    assert len({(c["id"], c["occurrence"]) for c in copies}) == len(copies)
    assert {c["occurrence"] for c in copies} == {1, 2}


def test_a_translation_is_named_on_both_sides(records: list[dict]) -> None:
    by_id = {r["id"]: r for r in records}
    paired = [r for r in records if r["translations"]]
    assert len(paired) == 8
    for record in paired:
        (partner,) = record["translations"]
        assert {record["language"], partner["language"]} == {"en", "es"}
        assert by_id[partner["id"]]["translations"] == [
            {"id": record["id"], "language": record["language"], "score": partner["score"]}
        ]


def test_lines_and_bytes_of_a_record_hold_its_text(copies: list[dict]) -> None:
    for record in copies:
        data = (SAMPLES / record["source"]).read_bytes()
        by_bytes = data[record["byte_start"] : record["byte_end"]].decode()
        by_lines = "\n".join(data.decode().split("\n")[record["start_line"] - 1 : record["end_line"]])
        assert by_bytes.strip() == by_lines.strip()
        for paragraph in record["text"].split("\n\n"):
            assert paragraph in by_bytes


def test_a_title_line_stands_in_the_title_alone(copies: list[dict]) -> None:
    titled = [c for c in copies if c["title_source"] == "line"]
    assert titled
    assert not any(c["text"].startswith(c["title"]) for c in titled)


def test_no_toggle_line_is_left_in_a_text(copies: list[dict]) -> None:
    lines = {line for c in copies for line in c["text"].split("\n\n")}
    assert not {
        line for line in lines if line.lower().strip(" .:") in ("in english", "en español", "english", "español")
    }


def test_jsonl_is_one_record_a_line(corpus: Archive, tmp_path: Path) -> None:
    target = tmp_path / "corpus.jsonl"
    assert corpus.export(target) == 18
    lines = target.read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == list(corpus.records())


JSON = st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5)


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=4))
def test_whatever_a_record_holds_it_is_one_line_and_comes_back(records: list[dict]) -> None:
    out = io.BytesIO()
    assert jsonl.write(records, out) == len(records)
    written = out.getvalue().decode()
    assert len(written.splitlines()) == len(records)
    assert [json.loads(line) for line in written.splitlines()] == records


HOSTILE = st.text(st.sampled_from('"\\\n\t\r\x00\x1f\x7f\x80\x9f\u2028\u202e\u2066\ud800\udfff aéñ“😀/')) | st.text()


@given(st.dictionaries(st.text(), JSON, max_size=2), HOSTILE, st.dictionaries(st.text(), HOSTILE, max_size=2))
def test_a_text_is_written_as_json_itself_writes_it(before: dict, text: str, after: dict) -> None:
    record = {**before, "text": text, **after}
    out = io.BytesIO()
    jsonl.write([record], out)
    told = json.dumps(record, ensure_ascii=False)
    assert out.getvalue().decode() == "".join(f"\\u{ord(c):04x}" if ord(c) in ALL_ESCAPED else c for c in told) + "\n"


_MARKS = {0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)}
ALL_ESCAPED = {*range(0x7F, 0xA0), *_MARKS, *range(0xD800, 0xE000)}
ESCAPED = ALL_ESCAPED - {*range(0xD801, 0xDFFF)} | {0xDBFF, 0xDC00}


def test_what_is_not_printable_is_escaped_and_nothing_else() -> None:
    beside = {*range(0x20, 0x200), *range(0x600, 0x640), *range(0x2000, 0x2100), 0xFEFF, 0xFFFD, 0x1F600} - {
        ord('"'),
        ord("\\"),
    }
    for point in sorted(ESCAPED | beside):
        out = io.BytesIO()
        jsonl.write([{"text": f"¿é“ {chr(point)} …"}], out)
        written = f"\\u{point:04x}" if point in ESCAPED else chr(point)
        assert out.getvalue() == f'{{"text": "¿é“ {written} …"}}\n'.encode()


def test_a_writer_streams() -> None:
    drawn = []

    def records():  # type: ignore[no-untyped-def]
        for n in range(3):
            drawn.append(n)
            yield {"n": n}

    class Watcher(io.BytesIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            assert len(drawn) == self.getvalue().count(b"\n") + 1
            return super().write(data)

    assert jsonl.write(records(), Watcher()) == 3


def test_formats_have_names_that_can_be_typed() -> None:
    assert FORMATS
    for name in FORMATS:
        assert name == name.lower().strip()
        require_known(name)


@pytest.mark.parametrize(
    ("asked", "meant"), [("jsnol", "jsonl"), ("CSV", "csv"), (".md", "markdown"), ("bag", "bagit"), ("xlsx", "csv")]
)
def test_an_unknown_format_is_told_which_was_meant(asked: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        require_known(asked)
    assert caught.value.hint.startswith(f"Did you mean {meant}?")


def test_an_unknown_format_is_told_which_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        require_known("docx")
    assert all(name in caught.value.hint for name in FORMATS)


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("before")
    with whole_file(target) as stream:
        stream.write(b"after")
        assert target.read_text() == "before"
    assert target.read_text() == "after"
    assert stat.S_IMODE(target.stat().st_mode) & 0o400
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


def test_a_file_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    with pytest.raises(TypeError), whole_file(target) as stream:
        stream.writelines([b"half", None])  # type: ignore[list-item]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("where", ["gone/out.jsonl", "."])
def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path, where: str) -> None:
    with pytest.raises(WriteError), whole_file(tmp_path / where):
        pass
