"""The lexicon that an archive teaches itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogarc.alignment import align
from blogarc.errors import InputError
from blogarc.lexicon import Lexicon, Wording, join, learn, parse, stems

ENGLISH = ["bread", "house", "bridge", "window", "knife", "horse"]
SPANISH = ["tostada", "casa", "puente", "ventana", "cuchillo", "caballo"]
TOWNS = "Almería Bilbao Cartagena Denia Estepona Ferrol Gandía Huelva Irún Jaén León Murcia".split()


def lesson() -> list[tuple[str, str]]:
    """Pairs in which every two words meet, with a town that makes the alignment sure."""
    found = []
    for n, town in enumerate(TOWNS):
        first, second = n % 6, (n + 1 + n // 6) % 6
        found.append(
            (
                f"In {town} in {1900 + n} they saw {ENGLISH[first]} and {ENGLISH[second]}.",
                f"En {town} en {1900 + n} vieron {SPANISH[first]} y {SPANISH[second]}.",
            )
        )
    return found


def test_words_are_learned_from_what_they_meet() -> None:
    lexicon = learn(lesson())
    for english, spanish in zip(ENGLISH, SPANISH, strict=True):
        assert lexicon[spanish[:6]][0][0] == english[:6]


def test_probabilities_are_sorted_and_no_more_than_one() -> None:
    for translations in learn(lesson()).values():
        chances = [chance for _, chance in translations]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) <= 1 + 1e-9


def test_nothing_is_learned_from_nothing() -> None:
    assert learn([]) == {}
    assert learn([("", ""), ("One.", "Uno.")]) == {}


def test_a_lexicon_sees_what_cognates_do_not() -> None:
    english, spanish = ["the horse saw a house", "a knife, bread"], ["un cuchillo, pan", "el caballo vio una casa"]
    wording = Wording.of_texts(english, spanish)
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert wording.cosines({}, rows, columns).max() == 0
    known = wording.cosines(learn(lesson()), rows, columns).reshape(2, 2)
    assert known[0].argmax() == 1
    assert known[1].argmax() == 0
    assert ((known >= 0) & (known <= 1 + 1e-9)).all()


def test_stems_are_folded_and_cut() -> None:
    assert stems("¡Económicamente, la de él!") == ["econom"]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=5))
def test_anything_can_be_a_lesson_and_always_the_same_one(pairs: list[tuple[str, str]]) -> None:
    assert learn(pairs) == learn(pairs)


def test_a_user_s_lexicon_is_read_line_by_line() -> None:
    assert parse("# mine\n\nbread\tpan\tnoun\nof course\tpor supuesto\n") == [("bread", "pan")]


@pytest.mark.parametrize("line", ["bread pan", "bread\t", "\tpan", "bread"])
def test_a_line_without_two_words_is_named(line: str) -> None:
    with pytest.raises(InputError, match=r"mine\.tsv, line 2"):
        parse(f"house\tcasa\n{line}\n", "mine.tsv")


def test_words_of_a_lexicon_are_collected_once_for_all_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    known = join([("harbour", "puerto")], {"pan": [("bread", 0.5)]})
    assert known.sources == {"harbou", "bread"}
    monkeypatch.setattr(Lexicon, "values", None)
    assert len(align("The harbour.", "El puerto.", lexicon=known)) == 1


def test_what_a_person_gives_comes_before_what_was_learned() -> None:
    joined = join(
        [("loaf", "pan"), ("bread", "pan")], {"pan": [("bread", 0.9), ("pan", 0.1)], "casa": [("house", 1.0)]}
    )
    assert joined["casa"] == [("house", 1.0)]
    assert dict(joined["pan"]) == {"loaf": 0.5, "bread": 0.9, "pan": 0.1}
    assert [word for word, _ in joined["pan"]][-1] == "pan"
