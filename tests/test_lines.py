"""What the shapes of lines say of cuts and of furniture."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.model import Dump
from blogarc.segmentation.heads import find_heads
from blogarc.segmentation.lines import furniture_columns, head_columns
from blogarc.segmentation.repetition import cover, find_copies
from blogarc.segmentation.strip import lay_out
from tests.splitting import BREAD, DATES, HEADS, ICE, LAMP, OLAS, POSTS, SAL, dump


def columns(*dumps: Dump) -> dict[str, list[float]]:
    """All columns of this room."""
    strip = lay_out(dumps)
    copied = cover(strip, find_copies(strip))
    told = head_columns(strip, copied, find_heads(strip, copied.starting)) | furniture_columns(strip, copied)
    return {name: column.tolist() for name, column in told.items()}


def where(name: str, *parts: str | Iterable[str]) -> list[str]:
    """The paragraphs of such a dump for which a column says at least something."""
    one = dump(*parts)
    return [p.text for p, value in zip(one.paragraphs, columns(one)[name], strict=True) if value > 0]


MENU = ("Home", "About us", "Archive", "Search", "Subscribe")
DATED = [line for date, post in zip(DATES, POSTS, strict=True) for line in (date, *post)]
TITLED = [line for head, date, post in zip(HEADS, DATES, POSTS, strict=True) for line in (head, date, *post)]


# -- head lines

USUAL = "head line of the dump's usual form"


def test_several_dates_of_one_form_are_the_usual_head() -> None:
    assert where(USUAL, DATED) == list(DATES[1:])  # a cut before the first line of a dump needs no evidence


def test_titles_over_the_usual_dates_are_the_head() -> None:
    assert where(USUAL, TITLED) == list(HEADS[1:])


def test_a_toggle_over_the_head_belongs_to_it() -> None:
    toggled = [
        "Home",
        *(line for h, d, p in zip(HEADS, DATES, POSTS, strict=True) for line in ("In English", h, d, *p)),
    ]
    assert where(USUAL, toggled) == ["In English"] * len(POSTS)


def test_bylines_count_by_their_form_and_not_by_their_names() -> None:
    names = ("Ana Ruiz", "Bo Li", "Ombeline Sarrat", "Haldor Queiruga", "Nora Quill")
    lines = [f"Posted by {name} on {date}" for name, date in zip(names, DATES, strict=True)]
    posts = [line for head, post in zip(lines, POSTS, strict=True) for line in (head, *post)]
    assert where(USUAL, posts) == lines[1:]


def test_two_dates_are_no_habit() -> None:
    assert where(USUAL, ICE, DATES[0], LAMP, DATES[1], BREAD) == []


def test_dates_without_text_below_are_a_list_and_no_heads() -> None:
    assert where(USUAL, ICE, *DATES, LAMP) == []


def test_a_date_in_a_dump_of_dated_posts_is_missed_where_it_is_not() -> None:
    missing = dict(zip(DATED, columns(dump(DATED))["in a dump with usual heads, but none"], strict=True))
    assert missing[ICE[1]] == pytest.approx(1.0)
    assert missing[DATES[1]] == 0.0


def test_only_the_last_of_several_toggles_counts() -> None:
    assert where("language toggle", ICE, "In English", "En español", OLAS) == ["En español"]


def test_a_title_stands_over_its_byline() -> None:
    assert where("title over a byline", ICE, HEADS[1], "By Ana Ruiz", LAMP) == [HEADS[1]]


def test_the_line_after_a_way_on_a_credit_and_a_rule_is_told() -> None:
    lines = (ICE[0], "Read more", LAMP[0], "Translated by Ana Ruiz", BREAD[0], "* * *", SAL[0])
    assert where("after a read-more line", lines) == [LAMP[0]]
    assert where("after a credit line", lines) == [BREAD[0]]
    assert where("after a rule", lines) == [SAL[0]]


def test_a_line_above_may_hold_the_title() -> None:
    page = ("Home", f"You are here: Home > {HEADS[1]}", "Search", HEADS[1], *LAMP)
    assert where("a line above holds this title", page) == [HEADS[1]]
    assert where("holds a title that stands below", page) == [page[1]]


def test_an_item_and_a_line_that_goes_on_are_told() -> None:
    lines = ("Two things were missing:", "- the green paint", "- a longer ladder", "and, as it turned out, the dog.")
    assert where("item of a list or a dialogue", ICE, lines) == ["- the green paint", "- a longer ladder"]
    assert where("begins in lower case", ICE, lines) == ["and, as it turned out, the dog."]


# -- furniture


def test_a_line_among_other_neighbours_each_time_is_told() -> None:
    shared = [line for post in POSTS for line in (*post, "Share this")]
    assert set(where("recurs among different neighbours", shared)) == {"Share this"}
    assert set(where("recurs three times or more", shared)) == {"Share this"}


def test_a_line_that_recurs_with_its_post_is_not() -> None:
    assert where("recurs among different neighbours", ICE, ICE, LAMP, LAMP) == []


def test_a_long_paragraph_that_recurs_is_not() -> None:
    assert where("recurs among different neighbours", ICE[0] * 2, LAMP, ICE[0] * 2, BREAD, ICE[0] * 2, SAL) == []


def test_what_is_not_copied_where_all_else_is_is_odd() -> None:
    odd = where("outside copies where nearly all is copied", ICE, ICE, LAMP, LAMP, "Who we are", OLAS, OLAS)
    assert odd == ["Who we are"]


def test_a_long_stretch_outside_copies_is_rather_a_post() -> None:
    once = [text for post in (LAMP, BREAD, OLAS, SAL) for text in post]
    told = dict(
        zip([*ICE, *ICE, *once], columns(dump(ICE, ICE, once))["in a long stretch outside copies"], strict=True)
    )
    assert told[LAMP[0]] > 0.5
    assert told[ICE[0]] == 0.0


def test_a_run_of_short_lines_is_told_from_a_line_alone() -> None:
    told = columns(dump(MENU, ICE, "A line alone", LAMP))
    assert told["one of many short lines"][: len(MENU)] == [1.0] * len(MENU)
    assert told["alone among longer ones"][len(MENU) + len(ICE)] == 1.0


def test_lines_near_a_line_of_comments_are_told_by_nearness() -> None:
    below = columns(dump(ICE, "3 comments", "What a cold story", "I was there", LAMP))["below a line of comments"]
    assert below[5] > below[6] > 0
    assert below[3] == 0


def test_nothing_is_below_a_comment_of_another_dump() -> None:
    first, second = dump(ICE, "3 comments", name="1.txt"), dump(LAMP, name="2.txt")
    assert columns(first, second)["below a line of comments"][5:] == [0.0] * len(LAMP)


def test_what_stands_at_the_edge_of_several_dumps_is_told() -> None:
    first = dump("The Harbour Notebook", ICE, "All rights reserved", name="1.txt")
    second = dump("The Harbour Notebook", LAMP, "All rights reserved", name="2.txt")
    told = columns(first, second)["at the edge of several dumps"]
    texts = [p.text for one in (first, second) for p in one.paragraphs]
    assert {text for text, value in zip(texts, told, strict=True) if value} == {texts[0], texts[5]}


def test_a_menu_that_repeats_titles_is_told() -> None:
    assert where("repeats a title", ICE, HEADS[1], LAMP[0] * 2, HEADS[3], OLAS[0] * 2, HEADS[1], HEADS[3]) == [
        HEADS[1],
        HEADS[3],
    ]


# -- laws

LINES = st.lists(
    st.sampled_from([*DATED, *HEADS, *MENU, "Read more", "* * *", "In English", "3 comments"]), max_size=30
)


@given(st.lists(LINES, min_size=1, max_size=3))
def test_every_column_has_a_value_from_0_to_1_for_each_paragraph(files: list[list[str]]) -> None:
    dumps = [dump(lines or ICE, name=f"{n}.txt") for n, lines in enumerate(files)]
    count = sum(len(one.paragraphs) for one in dumps)
    for name, column in columns(*dumps).items():
        assert len(column) == count, name
        assert all(0 <= value <= 1 for value in column), name


# -- frames of pages

FRAME = ("Home", "About us", "Sign up for our mailing list")


def pages(*posts: Iterable[str]) -> list[str]:
    return [line for post in posts for line in (*FRAME, *post, "Share this", "All rights reserved")]


def test_lines_that_recur_together_have_a_first_and_a_last() -> None:
    framed = pages(*POSTS)
    assert set(where("last of lines that recur together", framed)) >= {FRAME[-1]}
    assert set(where("first of lines that recur together", framed)) >= {"Share this"}
    assert set(where("among lines that recur together", framed)) >= {"About us"}
    assert not set(where("among lines that recur together", framed)) & set(BREAD)


def test_a_post_starts_after_the_last_line_of_a_frame() -> None:
    assert where("after the last of lines that recur together", pages(*POSTS)) == [post[0] for post in POSTS]


def test_what_posts_repeat_is_no_frame() -> None:
    assert not where("among lines that recur together", ICE, ICE, LAMP, LAMP, OLAS, OLAS)


def test_what_a_line_with_a_colon_announces_is_told() -> None:
    assert where("after a colon", BREAD, "This is what she said:", ICE) == [ICE[0]]
