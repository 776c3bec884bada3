"""Likeness: candidates and cosines against a slow oracle, rivals and ranks."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.alignment import paragraphs
from blogarc.features import FAMILIES, extract
from blogarc.likeness import Likeness, best, likeness, rivals
from blogarc.sides import Growing

ENGLISH = [
    "The harbour of Almería froze on 3 February 1956.\n\nThe captain, Inés Cano, lost 41 boats.",
    "A university in Lima opened its observatory to the public in 1987.\n\nThe telescope cost 12,500 dollars.",
    "Bread without salt is sold in Florence only.\n\nNobody has ever asked why, said Paolo Neri.",
    "The opera house of Manaus stands in the forest.\n\nIts 198 chandeliers came from Murano.",
]
SPANISH = [
    "En la selva está el teatro de la ópera de Manaus.\n\nSus 198 lámparas llegaron de Murano.",
    "El puerto de Almería se heló el 3 de febrero de 1956.\n\nLa capitana, Inés Cano, perdió 41 barcas.",
    "Una universidad de Lima abrió su observatorio al público en 1987.\n\nEl telescopio costó 12.500 dólares.",
]


def compared() -> Likeness:
    found = Likeness.of_texts(ENGLISH, SPANISH)
    found.invert(200)
    return found


def keys_of(text: str) -> list[set[tuple[int, object]]]:
    """The keys of each paragraph of a text, with their family."""
    found = []
    for block in paragraphs(text):
        features = extract(block)
        families = (features.numbers, features.names, features.cognates, features.grams.tolist())
        found.append({(n, key) for n, family in enumerate(families) for key in family})
    return found


def slow_weights() -> dict[tuple[int, object], float]:
    """The lesser rarity of the two sides, in paragraphs, of every key that both have."""
    rarities = []
    for texts in (ENGLISH, SPANISH):
        units = [keys for text in texts for keys in keys_of(text)]
        counts = Counter(key for keys in units for key in keys)
        rarities.append({k: max(0.0, math.log((len(units) + 1) / (c + 0.5))) for k, c in counts.items()})
    return {key: min(rarities[0][key], rarities[1][key]) for key in rarities[0].keys() & rarities[1].keys()}


@pytest.mark.parametrize("row", range(len(ENGLISH)))
def test_candidates_are_those_of_a_slow_search(row: int) -> None:
    weights = slow_weights()
    ours = {key for keys in keys_of(ENGLISH[row]) for key in keys if key[0] < 3}
    expected = {}
    for column, text in enumerate(SPANISH):
        shared = [weights[key] for keys in [set().union(*keys_of(text))] for key in keys & ours if key in weights]
        if sum(shared) > 0:
            expected[column] = sum(shared)
    ranked = sorted(expected, key=lambda column: (-expected[column], column))
    assert compared().candidates(row, 64, 2).tolist() == ranked[:2]


def test_the_translation_is_the_likeliest() -> None:
    found = compared()
    for row, column in ((0, 1), (1, 2), (3, 0)):
        assert likeness(found.compare(row, np.arange(3))).argmax() == column


def test_cosines_run_from_0_to_1_in_every_family() -> None:
    cosines = compared().compare(0, np.arange(3))
    assert cosines.shape == (3, len(FAMILIES))
    assert ((cosines >= 0) & (cosines <= 1 + 1e-6)).all()


def test_what_occurs_very_often_counts_as_often_as_can_be_counted() -> None:
    found = Likeness.of_texts(["aaaa " * 9_000, "bread"], ["aaaa " * 9_000, "pan"])
    assert found.compare(0, np.arange(2))[0, 3] == pytest.approx(1)


def test_a_growing_array_holds_what_it_was_given_cut_to_what_it_can_hold() -> None:
    growing = Growing("H")
    growing.add(np.array([1, 2]))
    growing.add(np.array([70_000], np.int64))
    assert growing.finished().tolist() == [1, 2, 65_535]


def test_comparing_leaves_no_trace() -> None:
    found = compared()
    before = found.compare(1, np.arange(3))
    found.compare(0, np.array([2]))
    assert (found.compare(1, np.arange(3)) == before).all()


def test_shared_keys_come_with_the_rarest_first_and_as_people_write_them() -> None:
    shared_numbers, shared_names, _ = compared().shared(0, 1)
    assert {"1956", "41"} <= set(shared_numbers)
    assert "almeria" in shared_names


def test_what_one_side_leaves_out_is_no_conflict() -> None:
    found = Likeness.of_texts(["In 1956 and 1957, 41 boats."], ["En 1956.", "En 1960, 12 barcas."])
    conflict = found.look(0, np.arange(2)).conflict
    assert conflict[0, 0] == pytest.approx(0)
    assert conflict[1, 0] > 0


def test_the_same_order_is_seen_in_a_part_too() -> None:
    towns = "Almería Bilbao Cartagena Denia Estepona Ferrol Gandía Huelva Irún Jaén".split()
    forth = "\n\n".join(f"from there to {town}" for town in towns)
    back = "\n\n".join(f"de ahí a {town}" for town in reversed(towns))
    part = "\n\n".join(f"de ahí a {town}" for town in towns[3:8])
    found = Likeness.of_texts([forth], [back, part])
    assert found.look(0, np.arange(2)).order.tolist() == [pytest.approx(-0.55, abs=0.25), pytest.approx(0.4, abs=0.25)]


def test_a_key_in_too_many_posts_names_no_candidates() -> None:
    spanish = [f"La capital es Lima, dijo {n}." for n in range(30)]
    found = Likeness.of_texts(["The capital is Lima."], spanish)
    found.invert(10)
    assert found.candidates(0, 8, 5).tolist() == []


scored = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 8).map(lambda n: n / 8)), min_size=1, max_size=30)


@given(scored, st.integers(1, 4))
def test_rivals_are_the_best_others(entries: list[tuple[int, float]], most: int) -> None:
    owners = np.array([owner for owner, _ in entries])
    values = np.array([value for _, value in entries])
    total, count = rivals(owners, values, most)
    for place, owner in enumerate(owners):
        others = sorted((v for n, v in enumerate(values) if owners[n] == owner and n != place), reverse=True)[:most]
        assert total[place] == pytest.approx(sum(others))
        assert count[place] == len(others)


@given(scored, st.integers(1, 4))
def test_so_many_are_best_of_each_owner(entries: list[tuple[int, float]], most: int) -> None:
    owners = np.array([owner for owner, _ in entries])
    values = np.array([value for _, value in entries])
    chosen = best(owners, values, most)
    for owner in set(owners.tolist()):
        mine = owners == owner
        assert chosen[mine].sum() == min(most, mine.sum())
        if (mine & ~chosen).any():
            assert values[mine & chosen].min() >= values[mine & ~chosen].max()


@given(st.lists(st.text(max_size=60), max_size=3), st.lists(st.text(max_size=60), max_size=3))
def test_any_texts_can_be_compared(source: list[str], target: list[str]) -> None:
    found = Likeness.of_texts(source, target)
    found.invert(8)
    for row in range(len(source)):
        cosines = found.compare(row, found.candidates(row, 8, 5))
        assert np.isfinite(cosines).all()
        closer = found.look(row, np.arange(len(target)))
        assert (np.abs(closer.order) <= 1).all()
        assert ((closer.held >= 0) & (closer.held <= 1)).all()
