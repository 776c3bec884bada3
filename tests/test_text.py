"""Decoding and folding: what counts as text, and what counts as the same text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import text
from blogarc.errors import InputError

SPANISH = "El año pasado la niña comió jamón y salchichón en un rincón de la montaña. ¿Quién más cocinó? ¡Ella!\n"

ENCODINGS = [
    # bytes, codec, why it was chosen
    (b"plain ascii\n", "utf-8", "utf-8"),
    (SPANISH.encode(), "utf-8", "utf-8"),
    (b"\xef\xbb\xbf" + SPANISH.encode(), "utf-8", "bom"),
    (b"\xff\xfe" + SPANISH.encode("utf-16-le"), "utf-16-le", "bom"),
    (b"\xfe\xff" + SPANISH.encode("utf-16-be"), "utf-16-be", "bom"),
    (b"\xff\xfe\x00\x00" + SPANISH.encode("utf-32-le"), "utf-32-le", "bom"),
    (SPANISH.encode("utf-16-le"), "utf-16-le", "guess"),
    (SPANISH.encode("utf-16-be"), "utf-16-be", "guess"),
    ((SPANISH * 5).encode("cp1252"), "cp1252", "guess"),
    (("“" + SPANISH + "”").encode("cp1252"), "cp1252", "guess"),
    ((SPANISH * 5).encode().replace(b"\xc3\xb1", b"\xff", 1), "utf-8", "damaged utf-8"),
    (SPANISH.encode() + b"\x00 \xff\n", "utf-8", "damaged utf-8"),
]

NOT_TEXT = [
    (b"\x89PNG\r\n\x1a\n" + bytes(50), "a PNG image"),
    (b"\xff\xd8\xff\xe0" + bytes(50), "a JPEG image"),
    (b"%PDF-1.7\n", "a PDF document"),
    (b"PK\x03\x04" + bytes(50), "a ZIP archive or office document"),
    (b"\x1f\x8b\x08" + bytes(50), "a gzip file"),
    (b"SQLite format 3\x00" + bytes(50), "an SQLite database"),
    (bytes(range(1, 32)) * 20, "does not look like text"),
    (bytes(400), "does not look like text"),
]


@pytest.mark.parametrize(("data", "codec", "source"), ENCODINGS)
def test_an_encoding_is_found_with_the_reason(data: bytes, codec: str, source: str) -> None:
    found = text.detect_encoding(data)
    assert (found.name, found.source) == (codec, source)


@pytest.mark.parametrize(("data", "what"), NOT_TEXT)
def test_what_is_not_text_is_called_by_its_name(data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=re.escape(what)):
        text.detect_encoding(data, "thing")


@given(st.text())
def test_any_text_in_utf_8_is_taken_for_utf_8(written: str) -> None:
    data = written.encode("utf-8", "replace")
    try:
        assert text.detect_encoding(data).name in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")
    except InputError:
        assert any(c < 32 or c == 127 for c in data) or data.startswith((b"GIF8", b"RIFF", b"%PDF", b"BZh"))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_a_whole_line_needs_no_repair(written: str) -> None:
    assert text.decode_line(written.encode(), "utf-8") == (text.strip(written), 0)


def test_repairs_are_counted_one_by_one() -> None:
    assert text.decode_line(b"a\x00b\xff\xfec", "utf-8") == ("ab\ufffd\ufffdc", 3)


@given(st.text("a b\u00a0\u200b\ufeff\t\n"))
def test_stripping_leaves_no_blank_at_either_end(written: str) -> None:
    stripped = text.strip(written)
    assert stripped == text.strip(stripped)
    assert not stripped or (stripped[0] in "ab" and stripped[-1] in "ab")


@given(st.text())
def test_normalising_twice_is_normalising_once(written: str) -> None:
    once = text.normalise(written)
    assert text.normalise(once) == once or "\u0345" in unicodedata.normalize("NFKD", written.casefold())


def slow_words(written: str) -> list[str]:
    """The obvious way: runs of letters and digits."""
    folded = unicodedata.normalize("NFKC", written).casefold()
    return "".join(c if re.match(r"[^\W_]", c) else " " for c in folded).split()


def slow_skeleton(written: str) -> str:
    folded = unicodedata.normalize("NFKD", written).casefold()
    return "".join(c for c in folded if re.match(r"[^\W_]", c)) or written


ODD = st.text(st.sampled_from("aAñÑé1٣ ½ﬁß_-–'’“.\n\u00a0\u0301\u00ad"))


@given(st.one_of(st.text(), st.text(st.characters(max_codepoint=127)), ODD))
def test_the_quick_words_are_the_obvious_ones(written: str) -> None:
    assert text.words(written) == slow_words(written)


@given(st.one_of(st.text(), st.text(st.characters(max_codepoint=127)), ODD))
def test_the_quick_skeleton_is_the_obvious_one(written: str) -> None:
    assert text.skeleton(written) == slow_skeleton(written)


@pytest.mark.parametrize(
    "other", ["the table no. 1: “Así”", "THE TABLE, NO 1 - ASÍ", "The  table\u00a0No 1 — Así!", "The table No. 1 'así'"]
)
def test_quotes_case_dashes_and_spaces_do_not_make_another_text(other: str) -> None:
    first = 'The table No. 1: "Así"'
    assert text.fingerprint(first) == text.fingerprint(other)
    assert text.content_key([first]) == text.content_key([other])


def test_an_accent_makes_another_article_but_not_another_paragraph() -> None:
    assert text.content_key(["mas"]) != text.content_key(["más"])
    assert text.fingerprint("mas") == text.fingerprint("más")


def test_how_an_article_is_cut_into_paragraphs_does_not_change_its_key() -> None:
    assert text.content_key(["one two", "three"]) == text.content_key(["one", "two three"])


def test_texts_without_words_have_keys_of_their_own() -> None:
    assert len({text.content_key([rule]) for rule in ("***", "---", "* * *")}) == 3


@given(st.text(st.characters(), min_size=1))
def test_fingerprints_and_keys_fit_where_they_are_stored(written: str) -> None:
    assert -(2**63) <= text.fingerprint(written) < 2**63
    assert re.fullmatch("[0-9a-f]{16}", text.content_key([written]))


@given(
    st.lists(st.lists(st.one_of(st.text(st.characters()), ODD), min_size=1, max_size=3), max_size=6), st.integers(1, 40)
)
def test_many_articles_have_the_keys_and_words_that_each_has(articles: list[list[str]], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "_LONG", at_once)
        told = list(text.contents(articles))
    assert told == [text.content(pieces) for pieces in articles]


@given(st.text(st.sampled_from("ab \n\u00a0\u2028")), st.integers(min_value=2, max_value=6))
def test_an_excerpt_is_the_beginning_of_all_its_words(written: str, length: int) -> None:
    told = text.excerpt(written, length)
    flat = " ".join(written.split())
    assert told == flat if len(flat) <= length else flat.startswith(told.removesuffix("…")) and told.endswith("…")


@given(st.text(), st.integers(min_value=2, max_value=60))
def test_an_excerpt_is_short_and_flat(written: str, length: int) -> None:
    short = text.excerpt(written, length)
    assert len(short) <= length
    assert "\n" not in short


@given(st.text(st.characters()))
def test_nothing_visible_acts_on_a_terminal(written: str) -> None:
    shown = text.visible(written)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown if c not in "\n\t")
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert text.visible(shown) == shown


def test_ordinary_text_is_shown_as_it_is() -> None:
    assert text.visible(SPANISH + "日本語 🎉 tab\there") == SPANISH + "日本語 🎉 tab\there"
