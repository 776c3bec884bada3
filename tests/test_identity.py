"""Which paragraphs are the same: pairs of texts as data, and what holds for any."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.segmentation.identity import identify
from tests.planting.damage import add_typos, cut_text, misread, straighten

ICE = (
    "The ice house on Cordage Street made its last block in August 1974, and since then it has stored, in this order, "
    "onions, the uniforms of a brass band and eleven stolen bicycles. Nobody ever asked it to keep time."
)
WAVES = (
    "Durante treinta días contamos las olas del muelle viejo, y el décimo día salieron más que ningún otro; nadie supo "
    "por qué, aunque el mareógrafo no se equivoca nunca cuando hay luna nueva y viento del sur."
)

SAME = {
    "punctuation": ("“Table 1”", "Table 1."),
    "case and accents": ("CONTAMOS LAS OLAS", "Contamos las ólas"),
    "spaces": ("The  ice\u00a0house", "The ice house"),
    "a typing error": (ICE, ICE.replace("Cordage", "Cordgae").replace("stored", "storde")),
    "one letter in twenty misread": (ICE, misread(random.Random(1), ICE, 0.05)),
    "the same in Spanish": (WAVES, misread(random.Random(2), WAVES, 0.05)),
    "a few words edited": (ICE, ICE.replace("eleven stolen bicycles", "a dozen stolen bicycles and a sledge")),
    "cut": (ICE, ICE[:90]),
    "cut at a word, with an ellipsis": (ICE, ICE[:71] + "…"),
    "cut, with a way on": (ICE, ICE[:100] + " … Read more"),
    "cut, with a way on in Spanish": (WAVES, WAVES[:100] + "... Leer más »"),
    "a short line with a slip": (
        "Haldor levelled the slate on a snooker table",
        "Haldor leveled the slate on a snooker table",
    ),
    "another number in a long one": (ICE, ICE.replace("1974", "1975")),
}

DIFFERENT = {
    "another number in a short one": ("Table 1.", "Table 2."),
    "another day": ("Day 3 of the long march to the sea", "Day 4 of the long march to the sea"),
    "another hour": ("Update at 10:45 from the old harbour", "Update at 11:15 from the old harbour"),
    "another page": ("Page 3 of 14", "Page 4 of 14"),
    "yes and no": ("Yes, we did.", "No, we did."),
    "one word of few": ("We asked what had happened.", "We asked who had happened."),
    "two names": ("Posted by Ana Ruiz in the kitchen", "Posted by Bo Li in the workshop"),
    "the same topic": (ICE, "The ice house on Cordage Street keeps time now: a clock stands where the blocks stood."),
    "two languages": (
        "The tide rises 41 centimetres when there is a new moon.",
        "La marea sube 41 centímetros cuando hay luna nueva.",
    ),
    "an opening that is a phrase": (
        "In the first week",
        ICE.replace("The ice house", "In the first week the ice house"),
    ),
    "two rules": ("* * *", "-----"),
}


def same(first: str, second: str, among: Sequence[str] = ()) -> bool:
    identities, _, _ = identify([first, *among, second])
    return bool(identities[0] == identities[-1])


@pytest.mark.parametrize("case", SAME)
def test_they_are_one_paragraph(case: str) -> None:
    assert same(*SAME[case])


@pytest.mark.parametrize("case", DIFFERENT)
def test_they_are_two_paragraphs(case: str) -> None:
    assert not same(*DIFFERENT[case])


def test_other_paragraphs_around_change_nothing() -> None:
    others = [text for pair in DIFFERENT.values() for text in pair]
    for first, second in SAME.values():
        assert same(first, second, [text for text in others if text not in (first, second)])


def test_numbers_count_from_the_first_of_each() -> None:
    identities, letters, _ = identify([ICE, WAVES, ICE.upper(), "Table 1.", WAVES])
    assert identities.tolist() == [0, 1, 0, 2, 1]
    assert letters.tolist()[3] == len("Table1")


def test_nothing_has_no_identities() -> None:
    identities, letters, _ = identify([])
    assert (len(identities), len(letters)) == (0, 0)


texts = st.lists(
    st.one_of(
        st.sampled_from([t for pair in (*SAME.values(), *DIFFERENT.values()) for t in pair]), st.text(max_size=30)
    ),
    max_size=12,
)


@given(texts)
def test_equal_texts_are_equal_and_numbers_have_no_holes(listed: list[str]) -> None:
    identities = identify(listed)[0].tolist()
    for text, identity in zip(listed, identities, strict=True):
        assert identity == identities[listed.index(text)]
    first_seen = list(dict.fromkeys(identities))
    assert first_seen == list(range(len(first_seen)))


@given(texts, st.randoms(use_true_random=False))
def test_the_order_of_paragraphs_does_not_matter(listed: list[str], rng: random.Random) -> None:
    other = rng.sample(listed, len(listed))
    one, two = (dict(zip(row, identify(row)[0].tolist(), strict=True)) for row in (listed, other))
    for a in listed:
        for b in listed:
            assert (one[a] == one[b]) == (two[a] == two[b])


def test_most_damage_that_dumps_have_is_seen_through() -> None:
    rng = random.Random(7)
    damages = {
        "typing errors": lambda text: add_typos(rng, text, 0.02),
        "scanning": lambda text: misread(rng, text, 0.05),
        "plain quotes": straighten,
        "cut": lambda text: cut_text(rng, text, "… Read more"),
    }
    for name, damage in damages.items():
        seen = sum(same(text, damage(text)) for text in (ICE, WAVES) for _ in range(20))
        assert seen >= 38, name
