"""Where openings of posts stand one after another, and what that says of the whole posts."""

from __future__ import annotations

import numpy as np

from blogarc.model import Dump
from blogarc.segmentation import segment
from blogarc.segmentation.listings import LISTED, listing_columns
from blogarc.segmentation.repetition import find_copies
from blogarc.segmentation.strip import lay_out
from tests.splitting import BREAD, ICE, LAMP, OLAS, SAL, dump

POSTS = (BREAD, ICE, LAMP, OLAS, SAL)
WHOLE = (LAMP, SAL, ICE, OLAS, BREAD)
START, BELOW, ABOVE, LINE, GOES_ON = LISTED


def opening(post: tuple[str, ...], *, more: bool = True) -> tuple[str, ...]:
    return (post[0], *(["Read more"] if more else []))


def marked(name: str, *dumps: Dump) -> list[str]:
    """The paragraphs at which a kind of evidence speaks up."""
    strip = lay_out(dumps)
    column = listing_columns(strip, find_copies(strip))[name]
    return [strip.texts[place] for place in np.flatnonzero(column).tolist()]


def test_each_opening_of_a_list_begins_a_post_here_and_there() -> None:
    page = dump(*(opening(post) for post in POSTS), *WHOLE)
    assert marked(START, page) == [post[0] for post in (*POSTS[1:], *WHOLE)]


def test_posts_in_the_order_of_their_openings_are_told_as_well() -> None:
    page = dump(*(opening(post) for post in POSTS), *POSTS)
    assert [text for text in marked(START, page) if text == POSTS[2][0]] == [POSTS[2][0]] * 2


def test_the_whole_post_goes_on_where_its_opening_ends() -> None:
    page = dump(*(opening(post) for post in POSTS), *WHOLE)
    assert marked(GOES_ON, page) == [post[1] for post in WHOLE]


def test_a_single_opening_is_no_list() -> None:
    page = dump(opening(ICE), BREAD, LAMP, ICE)
    assert not any(marked(name, page) for name in LISTED)


def test_whole_posts_in_another_order_are_no_list_of_openings() -> None:
    assert not any(marked(name, dump(*POSTS, *WHOLE)) for name in LISTED)


def test_a_title_above_the_whole_post_only_is_where_it_begins() -> None:
    titled = [("A title of its own", *post) if post is LAMP else post for post in WHOLE]
    page = dump(*(opening(post) for post in POSTS), *titled)
    assert marked(ABOVE, page) == ["A title of its own"]
    assert marked(BELOW, page) == [LAMP[0]]


def test_an_opening_below_an_unknown_line_cuts_its_post_from_the_one_before() -> None:
    # The first opening of a list: nothing tells whether the line above belongs to it.
    page = dump("A quiet page about this and that", *(opening(post) for post in POSTS), *WHOLE)
    starts = {article.title[:20] for article in segment([page])[0].articles}
    assert starts >= {post[0][:20] for post in POSTS}
