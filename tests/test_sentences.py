"""Sentences: nothing is lost, abbreviations and quotes do not end one, and aligned paragraphs give aligned sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.alignment import align_blocks
from blogarc.sentences import align_sentences, sentences

# label, language, sentences as they should come out; the paragraph is these, joined by spaces.
CASES = [
    ("titles", "en", ["Dr. Smith met Mrs. Jones at 5 p.m. on Monday.", "They left."]),
    ("titles", "es", ["El Sr. López y la Dra. Pérez vinieron.", "Se fueron pronto."]),
    ("latin", "en", ["Bring fruit, e.g. apples, i.e. red ones.", "We wait."]),
    ("for example", "es", ["Traiga fruta (p. ej. manzanas).", "Le esperamos."]),
    ("countries", "es", ["Vive en EE. UU. desde 1990.", "No vuelve."]),
    ("decimals", "en", ["It cost $4.50 in 1999.", "Now it is 1,234.5 dollars."]),
    ("decimals", "es", ["Costaba 4.500,75 euros.", "Hoy cuesta 3,5 millones."]),
    ("inverted marks", "es", ["¿Quién vino?", "¡Nadie!", "¿Y ayer?"]),
    ("quotes", "en", ['"Is it true?" he asked.', "Nobody answered."]),
    ("angular quotes", "es", ["«Vale.»", "Y se fue."]),
    ("dialogue", "es", ["—No sé —dijo Ana—.", "Nadie habló."]),
    ("initials", "en", ["J. R. Smith wrote it.", "I read it."]),
    ("a list", "en", ["1. Open the box.", "2. Close the lid."]),
    ("a list", "es", ["1. Abra la caja.", "2. Cierre la tapa."]),
    ("a volume", "en", ["See vol. 2.", "It is long."]),
    ("ellipsis", "en", ["He waited...", "Then he left."]),
]


@pytest.mark.parametrize(("label", "language", "expected"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_a_sentence_ends_where_a_reader_says(label: str, language: str, expected: list[str]) -> None:
    assert sentences(" ".join(expected), language) == expected


@given(st.text(max_size=200), st.sampled_from(["en", "es", "und", "pt", "xx", "no code"]))
def test_joined_the_sentences_are_the_paragraph(paragraph: str, language: str) -> None:
    found = sentences(paragraph, language)
    assert "".join("".join(found).split()) == "".join(paragraph.split())
    assert all(found)


@given(
    st.lists(st.sampled_from(["Dr. ", "No. ", "2. ", "¿Y? ", "a. ", "B! ", "«c.» ", "... ", "\n", "1) ", "EE. UU. "]))
)
def test_no_order_of_marks_loses_any(pieces: list[str]) -> None:
    paragraph = "".join(pieces)
    assert "".join("".join(sentences(paragraph, "es")).split()) == "".join(paragraph.split())


ENGLISH = [
    "It rained in May 1998. The road to Loja was closed for 12 days.",
    "Ana Torres sold 300 umbrellas. She left.",
]
SPANISH = ["En mayo de 1998 llovió. La vía a Loja estuvo cerrada 12 días.", "Ana Torres vendió 300 paraguas. Se fue."]


def test_sentences_are_aligned_inside_their_paragraphs() -> None:
    found = list(align_sentences(ENGLISH, SPANISH, align_blocks(ENGLISH, SPANISH)))
    assert [(ours, theirs) for ours, theirs, _ in found] == [
        ("It rained in May 1998.", "En mayo de 1998 llovió."),
        ("The road to Loja was closed for 12 days.", "La vía a Loja estuvo cerrada 12 días."),
        ("Ana Torres sold 300 umbrellas.", "Ana Torres vendió 300 paraguas."),
        ("She left.", "Se fue."),
    ]
    assert all(0 <= score <= 1 for _, _, score in found)


def test_a_sentence_is_no_surer_than_its_paragraph() -> None:
    beads = align_blocks(ENGLISH, SPANISH)
    most = max(bead.score for bead in beads)
    assert all(score <= most for _, _, score in align_sentences(ENGLISH, SPANISH, beads))


def test_an_untranslated_paragraph_gives_sentences_without_a_partner() -> None:
    found = list(align_sentences(ENGLISH, SPANISH[:1], align_blocks(ENGLISH, SPANISH[:1])))
    assert ("Ana Torres sold 300 umbrellas.", "", 0.0) in found
    assert ("She left.", "", 0.0) in found


texts = st.lists(st.text(alphabet="aB1.?¿ \n", min_size=1, max_size=30), max_size=5)


@given(texts, texts)
def test_every_sentence_is_in_one_place(source: list[str], target: list[str]) -> None:
    found = list(align_sentences(source, target, align_blocks(source, target)))
    assert "".join("".join(o for o, _, _ in found).split()) == "".join("".join(source).split())
    assert "".join("".join(t for _, t, _ in found).split()) == "".join("".join(target).split())
