"""Languages: right where it can be known, `und` where it cannot, and the same every time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.languages import LANGUAGES, UNKNOWN, detect, detect_all, detect_article

EN = "The lighthouse keeper wrote down every ship that passed, and on Sundays he read the list to his goat."
ES = "El farero apuntaba cada barco que pasaba, y los domingos le leía la lista a su cabra."

CASES = [
    # what it shows, text, language
    ("English", EN, "en"),
    ("Spanish", ES, "es"),
    ("capitals", ES.upper(), "es"),
    (
        "Portuguese is not Spanish",
        "O faroleiro anotava cada navio que passava, e aos domingos lia a lista à sua cabra.",
        "pt",
    ),
    (
        "Catalan is not Spanish",
        "El faroner apuntava cada vaixell que passava, i els diumenges llegia la llista a la seva cabra.",
        "ca",
    ),
    ("a link is in no language", "https://example.org/una/lista/de/barcos/que/pasaban/el/domingo", "und"),
    ("digits only", "2020 -- 17:45, 3.14 (41 %)", "und"),
    ("punctuation only", "* * *", "und"),
    ("a word is too little", "Hola", "und"),
    ("nothing", "", "und"),
    ("white space", " \n\n \u00a0 ", "und"),
    ("a script that no profile knows", "これは日本語の文章です。とても短いです。", "und"),
]


@pytest.mark.parametrize(("shows", "text", "code"), CASES, ids=[case[0] for case in CASES])
def test_the_language_is_found(shows: str, text: str, code: str) -> None:
    assert detect(text).code == code


def test_a_quotation_does_not_turn_an_article() -> None:
    assert detect_article([EN, EN + " And so on, for many years, in all weathers.", ES]).code == "en"


def test_short_paragraphs_are_judged_together() -> None:
    assert detect_article("Buenos días. | ¿Qué tal? | Muy bien. | Hasta luego. | Mañana más.".split(" | ")).code == "es"


def test_more_text_is_more_certain() -> None:
    assert detect("Era de noche en el puerto").confidence < detect("\n\n".join([ES] * 3)).confidence


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    found = detect(text)
    assert found.code in {*LANGUAGES, "und"}
    assert 0 <= found.confidence <= 1
    assert (found.code == "und") == (found == UNKNOWN)


def test_the_answer_does_not_depend_on_what_was_asked_before() -> None:
    from blogarc import languages

    asked = [ES, EN, "Nota: la reunión del martes es el miércoles", "The end of the pier"]
    first = [detect(text) for text in asked]
    languages._probabilities.cache_clear()
    assert [detect(text) for text in reversed(asked)][::-1] == first


def test_many_articles_are_judged_one_by_one() -> None:
    assert [found.code for found in detect_all([[EN], [ES], []])] == ["en", "es", "und"]
