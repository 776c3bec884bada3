"""Alignment: the beads tile both texts, and find what was left out, merged and split."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import alignment
from blogarc.alignment import AlignmentConfig, align, align_blocks, paragraphs
from blogarc.model import Bead, Span

ENGLISH = [
    "The observatory of Arequipa was founded in 1889 by two brothers from Boston.",
    "Its first telescope had a lens of 33 centimetres and came by ship to Mollendo.",
    "For 38 years the astronomers photographed the southern sky on plates of glass.",
    "In 1927 the instruments were moved to Bloemfontein, in South Africa.",
    "The building is a museum today; the entrance costs 5 soles.",
]
SPANISH = [
    "El observatorio de Arequipa fue fundado en 1889 por dos hermanos de Boston.",
    "Su primer telescopio tenía una lente de 33 centímetros y llegó en barco a Mollendo.",
    "Durante 38 años los astrónomos fotografiaron el cielo austral en placas de vidrio.",
    "En 1927 los instrumentos se llevaron a Bloemfontein, en Sudáfrica.",
    "El edificio es hoy un museo; la entrada cuesta 5 soles.",
]


def spans(beads: list[Bead]) -> list[tuple[list[int], list[int]]]:
    return [(list(range(*_ends(b.source))), list(range(*_ends(b.target)))) for b in beads]


def _ends(span: object) -> tuple[int, int]:
    return span.start, span.end  # type: ignore[attr-defined]


def test_a_faithful_translation_goes_one_to_one() -> None:
    assert spans(align_blocks(ENGLISH, SPANISH)) == [([n], [n]) for n in range(5)]


@pytest.mark.parametrize("missing", range(5))
def test_a_paragraph_left_untranslated_has_no_partner(missing: int) -> None:
    shorter = SPANISH[:missing] + SPANISH[missing + 1 :]
    beads = spans(align_blocks(ENGLISH, shorter))
    assert ([missing], []) in beads
    assert sum(1 for source, target in beads if source and target) == 4


@pytest.mark.parametrize("place", range(4))
def test_merged_paragraphs_share_a_bead(place: int) -> None:
    merged = [*SPANISH[:place], " ".join(SPANISH[place : place + 2]), *SPANISH[place + 2 :]]
    assert ([place, place + 1], [place]) in spans(align_blocks(ENGLISH, merged))
    assert ([place], [place, place + 1]) in spans(align_blocks(merged, ENGLISH))


def test_true_beads_score_high_and_skipped_ones_nothing() -> None:
    beads = align_blocks(ENGLISH, SPANISH[:3])
    assert all(bead.score > 0.4 for bead in beads[:3])
    assert all(bead.score == 0 for bead in beads[3:])


def chapters(texts: list[str], count: int) -> list[str]:
    """Many paragraphs, each with numbers of its own."""
    numbered = enumerate(texts * count)
    return [f"{text} {2011 + 7 * n} {5011 + 11 * n}." for n, text in numbered]


def test_a_long_text_cut_at_anchors_aligns_as_a_whole_one() -> None:
    english, spanish = chapters(ENGLISH, 12), chapters(SPANISH, 12)
    del spanish[20:29]
    whole = align_blocks(english, spanish)
    assert spans(align_blocks(english, spanish, AlignmentConfig(cells=400))) == spans(whole)
    assert sum(1 for source, target in spans(whole) if source and not target) == 9


def test_a_long_text_without_anchors_is_cut_along_the_diagonal() -> None:
    english, spanish = ENGLISH * 12, SPANISH * 12
    assert spans(align_blocks(english, spanish, AlignmentConfig(cells=100)))


def test_a_heading_set_into_its_paragraph_is_kept_and_one_left_out_is_not_swallowed() -> None:
    source = ["The telescopes of Mollendo", *ENGLISH]
    merged = ["Los telescopios de Mollendo. " + SPANISH[0], *SPANISH[1:]]
    assert ([0, 1], [0]) in spans(align_blocks(source, merged))
    assert ([0], []) in spans(align_blocks(source, SPANISH))


def test_a_lexicon_finds_what_shares_no_key() -> None:
    source = ["The old house stands alone.", "A dog sleeps near the door.", "Children laugh loudly."]
    target = ["Un perro duerme junto a la puerta.", "Los niños ríen mucho."]
    lexicon = {
        "perro": [("dog", 0.9)], "duerme": [("sleeps", 0.9)], "puerta": [("door", 0.9)],
        "ninos": [("childr", 0.9)], "rien": [("laugh", 0.9)], "casa": [("house", 0.9)],
    }  # fmt: skip
    assert spans(align_blocks(source, target, lexicon=lexicon)) == [([0], []), ([1], [0]), ([2], [1])]


def test_no_bead_leaves_the_runs_that_are_given() -> None:
    runs = [(Span(0, 2), Span(0, 1)), (Span(2, 5), Span(1, 5))]
    beads = align_blocks(ENGLISH, SPANISH, within=runs)
    for bead in beads:
        assert any(
            run[0].start <= bead.source.start
            and bead.source.end <= run[0].end
            and run[1].start <= bead.target.start
            and bead.target.end <= run[1].end
            for run in runs
        )
    assert tiles([_ends(b.source) for b in beads], 5)
    assert tiles([_ends(b.target) for b in beads], 5)


def test_the_coefficients_are_of_features_that_there_are() -> None:
    keys = alignment._Keys(ENGLISH, SPANISH, None)
    table = alignment._Table(keys, Span(0, 5), Span(0, 5))
    contact = table.contact()
    assert list(alignment.CONTACT) == ["constant", *contact]
    for turned in (False, True):
        joined = table.joined(contact["shared"], turned=turned)
        assert list(alignment.JOINED) == ["constant", *joined]
        assert {column.shape for column in joined.values()} == {(4, 5)}


def test_paragraphs_stand_between_blank_lines() -> None:
    assert paragraphs("\n\nOne.\n \nTwo,\nstill two.\n\n\n") == ["One.", "Two,\nstill two."]
    assert align("", "") == []


blocks = st.lists(st.text(min_size=1, max_size=40), max_size=8)


def tiles(ends: list[tuple[int, int]], count: int) -> bool:
    return [n for start, end in ends for n in range(start, end)] == list(range(count))


@given(blocks, blocks, st.sampled_from([AlignmentConfig(), AlignmentConfig(cells=4)]))
def test_beads_tile_both_sides_of_anything(source: list[str], target: list[str], config: AlignmentConfig) -> None:
    beads = align_blocks(source, target, config)
    assert tiles([_ends(b.source) for b in beads], len(source))
    assert tiles([_ends(b.target) for b in beads], len(target))
    assert all(0 <= b.score <= 1 for b in beads)
    assert align_blocks(source, target, config) == beads
