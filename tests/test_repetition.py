"""Copies are found whatever was done to them, and a phrase that recurs is none."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from blogarc.model import Dump
from blogarc.segmentation.heads import find_heads
from blogarc.segmentation.repetition import Copy, copy_columns, cover, find_copies
from blogarc.segmentation.strip import lay_out
from tests.planting.damage import misread
from tests.splitting import BREAD, DATES, HEADS, ICE, LAMP, OLAS, POSTS, SAL, dump

Stretch = tuple[int, int]  # first and last paragraph


def copies(*dumps: Dump) -> list[Copy]:
    return find_copies(lay_out(dumps))


def stretches(*dumps: Dump) -> set[tuple[Stretch, Stretch]]:
    return {copy.sides for copy in copies(*dumps)}


# -- doubled posts


def test_a_post_twice_in_a_row_is_a_copy_beside_its_copy() -> None:
    (copy,) = copies(dump(ICE, ICE))
    assert copy.sides == ((0, 3), (4, 7))
    assert copy.pairs == ((0, 4), (1, 5), (2, 6), (3, 7))
    assert copy.adjacent


def test_each_doubled_post_is_a_copy_of_its_own() -> None:
    assert stretches(dump(ICE, ICE, LAMP, LAMP, OLAS, OLAS)) == {
        ((0, 3), (4, 7)),
        ((8, 11), (12, 15)),
        ((16, 19), (20, 23)),
    }


def test_a_post_three_times_in_a_row_is_cut_into_its_copies() -> None:
    assert stretches(dump(BREAD, BREAD, BREAD)) == {((0, 2), (3, 5)), ((3, 5), (6, 8))}


def test_furniture_between_two_copies_leaves_them_neighbours() -> None:
    (copy,) = copies(dump(ICE, "Share this", "3 comments", ICE))
    assert copy.adjacent


def test_another_post_between_two_copies_parts_them() -> None:
    (copy,) = copies(dump(ICE, OLAS, ICE))
    assert copy.sides == ((0, 3), (8, 11))
    assert not copy.adjacent


def test_posts_that_stand_together_twice_are_one_stretch() -> None:
    assert stretches(dump(ICE, LAMP, SAL, ICE, LAMP)) == {((0, 7), (11, 18))}


# -- altered copies


def test_a_paragraph_more_does_not_break_a_copy() -> None:
    added = "A correction from Ombeline: it was a billiard table, and the owner would like it known that he gave it up."
    (copy,) = copies(dump(ICE, ICE[:2], added, ICE[2:]))
    assert copy.sides == ((0, 3), (4, 8))


def test_a_paragraph_less_does_not_break_a_copy() -> None:
    (copy,) = copies(dump(ICE, ICE[:1], ICE[2:]))
    assert copy.sides == ((0, 3), (4, 6))


def test_a_paragraph_written_anew_does_not_break_a_copy() -> None:
    (copy,) = copies(dump(LAMP, LAMP[:1], "The paint came in the end, and it was grey.", LAMP[2:]))
    assert copy.sides == ((0, 3), (4, 7))


def test_a_first_and_a_last_paragraph_that_changed_still_belong() -> None:
    changed = (ICE[0][:60] + " until the bicycles came.", *ICE[1:3], ICE[3][:70] + ", and there it is.")
    (copy,) = copies(dump(ICE, changed))
    assert copy.sides == ((0, 3), (4, 7))


def test_a_copy_read_by_a_machine_is_found() -> None:
    rng = random.Random(3)
    for post in POSTS:
        (copy,) = copies(dump(post, [misread(rng, text, 0.05) for text in post]))
        assert copy.sides == ((0, len(post) - 1), (len(post), 2 * len(post) - 1))


def test_a_teaser_is_a_copy_of_the_opening() -> None:
    teaser = (LAMP[0], LAMP[1][:50] + "…")
    assert stretches(dump(teaser, "Read more", OLAS, LAMP)) == {((0, 1), (7, 8))}


# -- what is no copy


def test_posts_that_occur_once_have_no_copies() -> None:
    assert copies(dump(*POSTS)) == []


def test_a_short_line_that_recurs_is_no_copy() -> None:
    assert copies(dump(ICE, "Share this", LAMP, "Share this", BREAD, "Share this", OLAS)) == []


def test_a_sentence_that_a_post_says_again_is_not_a_copy_beside_its_copy() -> None:
    refrain = "And the sea said nothing, as it always does."
    found = copies(dump(refrain, ICE[0], ICE[1], refrain, ICE[2], ICE[3]))
    assert not any(copy.adjacent for copy in found)


def test_a_refrain_inside_a_doubled_post_adds_no_copies() -> None:
    refrain = "And the sea said nothing, as it always does."
    post = (ICE[0], refrain, ICE[1], ICE[2], refrain, ICE[3])
    assert stretches(dump(post, post)) == {((0, 5), (6, 11))}


def test_a_quoted_paragraph_is_a_lighter_copy_than_a_post() -> None:
    found = copies(dump(ICE, OLAS, SAL[0], ICE[1], SAL[1], LAMP, LAMP))
    assert found[0].sides == ((11, 14), (15, 18))
    assert all(copy.weight < found[0].weight for copy in found[1:])


# -- across dumps


def test_overlapping_pages_share_a_stretch() -> None:
    first, second = dump(ICE, LAMP, OLAS, name="1.txt"), dump(LAMP, OLAS, SAL, name="2.txt")
    (copy,) = copies(first, second)
    assert copy.sides == ((4, 11), (12, 19))
    assert not copy.adjacent


def test_a_copy_does_not_run_over_the_edge_of_a_dump() -> None:
    # The end of one dump and the start of the next read on as the third does; they are two posts all the same.
    found = copies(dump(ICE, name="1.txt"), dump(LAMP, name="2.txt"), dump(ICE, LAMP, name="3.txt"))
    assert {copy.sides for copy in found} == {((0, 3), (8, 11)), ((4, 7), (12, 15))}


def test_the_last_paragraphs_of_two_dumps_are_no_neighbours() -> None:
    (copy,) = copies(dump(ICE, name="1.txt"), dump(ICE, name="2.txt"))
    assert not copy.adjacent


# -- laws


@given(st.lists(st.sampled_from([*(text for post in POSTS for text in post), "Share this", "* * *"]), max_size=40))
def test_copies_are_ascending_pairs_of_two_stretches_that_do_not_overlap(lines: list[str]) -> None:
    one = dump(lines) if lines else dump(ICE)
    strip = lay_out([one])
    weights = []
    for copy in find_copies(strip):
        for side in (0, 1):
            places = [pair[side] for pair in copy.pairs]
            assert places == sorted(set(places))
        (_, end), (start, last) = copy.sides
        assert end < start <= last < len(strip)
        weights.append(copy.weight)
    assert weights == sorted(weights, reverse=True)


@given(st.permutations(range(len(POSTS))))
def test_doubled_posts_are_found_in_any_order(order: list[int]) -> None:
    found = copies(dump(*(POSTS[n] for n in order for _ in range(2))))
    assert len(found) == len(POSTS)
    assert all(copy.adjacent for copy in found)


def where(name: str, *dumps: Dump) -> list[str]:
    """The paragraphs of these dumps for which a column says at least something."""
    strip = lay_out(dumps)
    found = find_copies(strip)
    copied = cover(strip, found)
    told = copy_columns(strip, found, copied, find_heads(strip, copied.starting).confirmed)
    return [strip.texts[place] for place in told[name].nonzero()[0].tolist()]


def test_a_copy_that_is_a_whole_elsewhere_starts_a_post_there() -> None:
    listing = dump(ICE[:2], "Read more", LAMP[:2], "Read more", BREAD, LAMP, ICE)
    assert where("a copy starts here that stands by itself elsewhere", listing) == [LAMP[0], ICE[0]]


def test_a_post_goes_on_where_its_teaser_ends() -> None:
    listing = dump(ICE[:2], "Read more", LAMP[:2], "Read more", BREAD, LAMP, ICE)
    assert where("a copy starts here that was cut elsewhere", listing) == [LAMP[0], ICE[0]]
    assert where("the copy was cut, and this goes on", listing) == [LAMP[2], ICE[2]]
    assert not {LAMP[2], ICE[2]} & {*where("a copy ended before that stands by itself elsewhere", listing)}


def test_a_note_on_top_of_one_copy_belongs_to_it() -> None:
    note = "This post was updated on 3 May 2019."
    noted = dump(OLAS, OLAS, ICE, note, ICE)
    assert where("a note of an update above a copy", noted) == [note]
    assert where("a copy starts here below a note of an update", noted) == [ICE[0]]
    assert where("a note of an update above a copy", dump(OLAS, OLAS, ICE, ICE, note)) == []


def test_a_copy_that_goes_over_a_head_is_of_several_posts() -> None:
    posts = [(head, date, *post) for head, date, post in zip(HEADS, DATES, POSTS, strict=True)]
    # Three pages of a blog crawled as it grew: what was on top of one is further down in the next.
    pages = [dump(*posts[n : n + 3], name=f"{n}.txt") for n in (0, 1, 2)]
    told = where("inside a copy of several posts", *pages)
    assert {HEADS[2], HEADS[3]} <= {*told}
    assert where("inside a copy of another dump", *pages) == []


def test_a_copy_of_one_post_goes_over_no_head() -> None:
    doubled = [(head, date, *post) * 2 for head, date, post in zip(HEADS, DATES, POSTS, strict=True)]
    assert where("inside a copy of several posts", dump(*doubled)) == []
