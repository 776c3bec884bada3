"""Bytes become paragraphs, and every paragraph knows its lines and its bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.errors import InputError
from blogarc.model import Layout, Span
from blogarc.paragraphs import read_dump
from blogarc.text import strip

WRAPPED = (
    b"The ice house on the harbour street made its last\n"
    b"block in August, and since then it has stored, in\n"
    b"this order, onions, the uniforms of a brass band,\n"
    b"and eleven stolen bicycles.\n"
    b"\n"
    b"Nobody ever asked it to keep the time. But that is\n"
    b"the job it has now, and it does the job rather well\n"
    b"when all the things in it are counted together.\n"
)


def texts(data: bytes) -> list[str]:
    return [p.text for p in read_dump(data).paragraphs]


CASES = [
    # what it shows, bytes, paragraphs
    ("blank lines between", b"One.\n\nTwo.\n", ["One.", "Two."]),
    ("no blank lines", b"One.\nTwo.\nThree.\n", ["One.", "Two.", "Three."]),
    ("no last line feed", b"One.\n\nTwo.", ["One.", "Two."]),
    ("many blank lines", b"\n\n\nOne.\n\n\n\n\nTwo.\n\n\n", ["One.", "Two."]),
    ("Windows line ends", b"One.\r\n\r\nTwo.\r\n", ["One.", "Two."]),
    ("old Mac line ends", b"One.\r\rTwo.\r", ["One.", "Two."]),
    ("a carriage return within a line is no line end", b"One.\rStill one.\nTwo.\n", ["One.\rStill one.", "Two."]),
    ("lines of no-break spaces are blank", "One.\n\u00a0\n \u00a0 \nTwo.\n".encode(), ["One.", "Two."]),
    ("zero-width spaces are blank", "One.\n\u200b\ufeff\nTwo.\n".encode(), ["One.", "Two."]),
    ("white space at the ends goes", "  \u00a0One.\t\n\nTwo. \n".encode(), ["One.", "Two."]),
    ("UTF-16", b"\xff\xfe" + "Uñ.\r\n\r\nDos.\n".encode("utf-16-le"), ["Uñ.", "Dos."]),
    ("UTF-16 whose bytes hold a line feed", b"\xff\xfe" + "Ċ\u0a0a\nDos.\n".encode("utf-16-le"), ["Ċ\u0a0a", "Dos."]),
    ("UTF-8 with a mark", b"\xef\xbb\xbfUno.\n\nDos.\n", ["Uno.", "Dos."]),
    ("nothing", b"", []),
    ("nothing but blank lines", b"\n \n\t\n", []),
]


@pytest.mark.parametrize(("shows", "data", "expected"), CASES, ids=[case[0] for case in CASES])
def test_paragraphs_are_found(shows: str, data: bytes, expected: list[str]) -> None:
    assert texts(data) == expected


def test_hard_wrapped_lines_are_joined() -> None:
    dump = read_dump(WRAPPED)
    assert dump.layout is Layout.WRAPPED
    assert [(p.lines, p.text.split(" ", 2)[:2]) for p in dump.paragraphs] == [
        (Span(1, 5), ["The", "ice"]),
        (Span(6, 9), ["Nobody", "ever"]),
    ]
    assert dump.paragraphs[0].text.endswith("a brass band, and eleven stolen bicycles.")


@pytest.mark.parametrize(
    ("data", "layout"),
    [(b"One.\n\nTwo.\n\nThree.\n", Layout.SPACED), (b"One.\nTwo.\nThree.\nFour.\nFive.\n", Layout.LINES)],
)
def test_each_dump_has_its_layout(data: bytes, layout: Layout) -> None:
    assert read_dump(data).layout is layout


def test_lines_are_counted_as_grep_counts_them() -> None:
    dump = read_dump(b"One.\n\nTwo.\n\n\nThree.")
    assert [p.lines.start for p in dump.paragraphs] == [1, 3, 6]
    assert dump.lines == 6


def test_a_dump_knows_itself() -> None:
    dump = read_dump("Año\x00.\n".encode(), "d.txt")
    assert (dump.name, dump.size, dump.encoding, dump.repaired) == ("d.txt", 7, "utf-8", 1)
    assert len(dump.sha256) == 64


def test_an_image_is_not_a_dump() -> None:
    with pytest.raises(InputError):
        read_dump(b"\x89PNG\r\n\x1a\n")


LINE_ENDS = st.sampled_from(["\n", "\r\n"])
LINES = st.lists(st.text(st.sampled_from("ab éñ\u00a0\t.")), max_size=12)
CODECS = st.sampled_from(
    [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")]
)


@given(LINES, LINE_ENDS, CODECS, st.booleans())
def test_bytes_at_a_span_decode_to_the_text(lines: list[str], end: str, codec: tuple[str, bytes], last: bool) -> None:
    name, mark = codec
    data = mark + (end.join(lines) + (end if last else "")).encode(name)
    dump = read_dump(data)
    if dump.layout is Layout.WRAPPED:
        return
    for paragraph in dump.paragraphs:
        assert strip(data[paragraph.bytes.start : paragraph.bytes.end].decode(dump.encoding)) == paragraph.text
    # The slow and obvious way: split, strip, drop the blank ones.
    if any(lines) or last:
        expected = [(n, strip(line)) for n, line in enumerate(lines, 1) if strip(line)]
        assert [(p.lines.start, p.text) for p in dump.paragraphs] == expected


@given(st.binary(max_size=300))
def test_paragraphs_follow_each_other_whatever_the_bytes(data: bytes) -> None:
    try:
        dump = read_dump(data)
    except InputError:
        return
    line = place = 0
    for n, paragraph in enumerate(dump.paragraphs):
        assert paragraph.ordinal == n
        assert line < paragraph.lines.start < paragraph.lines.end
        assert place <= paragraph.bytes.start < paragraph.bytes.end <= len(data)
        assert paragraph.text == strip(paragraph.text) != ""
        line, place = paragraph.lines.end - 1, paragraph.bytes.end
    assert line <= dump.lines
