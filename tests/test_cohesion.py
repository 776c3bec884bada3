"""Where the words and the language change."""

from __future__ import annotations

import pytest

from blogarc.model import Dump
from blogarc.segmentation.cohesion import cohesion_columns
from blogarc.segmentation.strip import lay_out
from tests.splitting import ICE, LAMP, OLAS, SAL, dump

# Two posts that keep to their words.
CLOCK = [
    f"The pendulum of the regulator {what}, and the clock in the ice house keeps its time."
    for what in "was levelled|was hung anew|swings wide|lost nine|gained one|is checked|needs no oil|rests".split("|")
]
PAINT = [
    f"Green paint for the lamp posts {what}; volunteers with ladders paint the quay."
    for what in "has come|ran out|dries slowly|was thunder|costs more|drips|smells|lasts".split("|")
]


def words(*dumps: Dump) -> list[float]:
    return cohesion_columns(lay_out(dumps))["the words change"].tolist()


def language(*dumps: Dump) -> list[float]:
    return cohesion_columns(lay_out(dumps))["the language changes"].tolist()


def test_the_words_change_most_where_the_subject_does() -> None:
    told = words(dump(CLOCK, PAINT))
    assert max(range(len(told)), key=told.__getitem__) == len(CLOCK)
    assert told[len(CLOCK)] > 0.8
    assert sum(told) - told[len(CLOCK)] < 3.0


def test_they_hardly_change_inside_a_subject() -> None:
    inside = words(dump(CLOCK, PAINT))[2 : len(CLOCK) - 2]
    assert max(inside) < 0.5


@pytest.mark.xfail(reason="a gap without ties between places without ties counts as the sharpest change")
def test_where_no_word_comes_back_nothing_can_be_said_to_change() -> None:
    menu = "Estuary Lantern Gravel Thimble Saffron Walnut Orchard Kettle Pebble Harness".split()
    assert max(words(dump(menu, CLOCK, menu[:2]))[3 : len(menu) - 3]) == 0.0


def test_the_language_changes_where_the_other_one_begins() -> None:
    told = language(dump(ICE, OLAS))
    assert max(range(len(told)), key=told.__getitem__) == len(ICE)
    assert told[len(ICE)] > 0.5


def test_one_quoted_paragraph_changes_the_language_less() -> None:
    lasting, quoted = language(dump(ICE, OLAS))[4], language(dump(ICE, OLAS[0], LAMP))
    assert max(quoted) < lasting


def test_posts_in_one_language_do_not_change_it() -> None:
    assert max(language(dump(ICE, LAMP))) == 0.0
    assert max(language(dump(OLAS, SAL))) == 0.0


def test_nothing_changes_at_the_first_paragraph_of_a_dump() -> None:
    first, second = dump(ICE, name="1.txt"), dump(OLAS, name="2.txt")
    assert language(first, second)[len(ICE)] == 0.0
    assert words(first, second)[len(ICE)] == 0.0


def test_values_run_from_0_to_1() -> None:
    for column in cohesion_columns(lay_out([dump(CLOCK, OLAS, PAINT, SAL, ICE), dump(LAMP, name="2.txt")])).values():
        assert column.min() >= 0.0
        assert column.max() <= 1.0


def test_lines_without_words_change_nothing() -> None:
    assert words(dump("* * *", "-----", "2020")) == [0.0, 0.0, 0.0]
    assert language(dump("* * *")) == [0.0]
