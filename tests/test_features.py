"""What survives translation: numbers, names, cognates, 4-grams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.features import GRAM_SPACE, MONTHS, SUFFIXES, cognate, extract, grams, names, numbers, ordinals

# label, English, Spanish: both must give the same numbers
SAME_NUMBERS = [
    ("thousands", "1,234 boats", "1.234 barcas"),
    ("millions", "12,345,678 people", "12.345.678 personas"),
    ("decimals", "55.2 %", "55,2 %"),
    ("thousands and decimals", "1,234.5 km", "1.234,5 km"),
    ("a date, day first", "on 3 February 1956", "el 3 de febrero de 1956"),
    ("a date, month first", "on October 21st, 2020", "el 21 de octubre de 2020"),
    ("a version stays whole", "version 3.2.10", "la versión 3.2.10"),
]


@pytest.mark.parametrize(("english", "spanish"), [case[1:] for case in SAME_NUMBERS], ids=[c[0] for c in SAME_NUMBERS])
def test_a_number_and_its_translation_have_one_form(english: str, spanish: str) -> None:
    assert sorted(numbers(english)) == sorted(numbers(spanish)) != []


COGNATES = [
    ("nation", "nacion"),
    ("situations", "situaciones"),
    ("university", "universidad"),
    ("possibility", "posibilidad"),
    ("famous", "famoso"),
    ("physically", "fisicamente"),
    ("photograph", "fotografia"),
    ("difference", "diferencia"),
    ("special", "especial"),
    ("economists", "economistas"),
    ("socialism", "socialismo"),
]


@pytest.mark.parametrize(("english", "spanish"), COGNATES)
def test_cognates_share_a_key(english: str, spanish: str) -> None:
    assert cognate(english) == cognate(spanish) != ""


@pytest.mark.parametrize("word", ["red", "once", "come", "pan", ""])
def test_short_words_look_alike_by_chance_and_have_no_key(word: str) -> None:
    assert cognate(word) == ""


def test_longer_endings_stand_above_shorter_ones() -> None:
    endings = [ending for ending, _ in SUFFIXES]
    for place, ending in enumerate(endings):
        assert not any(ending.endswith(earlier) for earlier in endings[:place]), ending


def test_names_are_words_capitalised_inside_a_sentence() -> None:
    assert names("Yesterday Ana Cano and Luis went home. Nobody knew.") == ["ana", "cano", "luis"]


def test_months_are_no_names() -> None:
    assert names("It rained in October and in Lima") == ["lima"]
    assert set(MONTHS.values()) == set(range(1, 13))


def test_addresses_identifiers_and_emoji_are_names() -> None:
    found = names("see https://www.example.org/a/ or use find_pairs of NumPy 😭")
    assert sorted(found) == ["example.org/a", "find_pairs", "numpy", "😭"]


def test_ordinals_in_words_and_digits_are_one() -> None:
    assert ordinals("The third and the 12th") == ordinals("El tercero y el 12.º") == {"3", "12"}
    assert ordinals("20º") == {"20"}
    assert ordinals("3rdly") == set()


def test_words_of_one_stem_share_most_grams() -> None:
    ours, theirs = set(grams("capital").tolist()), set(grams("capitales").tolist())
    assert len(ours & theirs) >= 5


def test_a_text_of_no_letters_has_no_keys() -> None:
    found = extract("... --- ¡! \n\n * * *")
    assert (found.numbers, found.names, found.cognates, len(found.grams)) == ([], [], [], 0)


@given(st.text(max_size=300))
def test_any_text_has_features_within_bounds(text: str) -> None:
    found = extract(text)
    assert found.grams.dtype == np.int64
    assert ((found.grams >= 0) & (found.grams < GRAM_SPACE)).all()
    assert all(found.numbers + found.names + found.cognates)
    assert extract(text).names == found.names


@given(st.integers(min_value=1000, max_value=10**12))
def test_separators_of_thousands_do_not_matter(number: int) -> None:
    english = f"{number:,}"
    assert numbers(english) == numbers(english.replace(",", ".")) == [str(number)]
