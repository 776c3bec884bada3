"""The usual form of head lines, and what copies say of it."""

from __future__ import annotations

from blogarc.model import Dump
from blogarc.segmentation.heads import find_heads
from blogarc.segmentation.repetition import cover, find_copies
from blogarc.segmentation.strip import lay_out
from tests.splitting import DATES, HEADS, POSTS, dump

TITLED = [(head, date, *post) for head, date, post in zip(HEADS, DATES, POSTS, strict=True)]


def confirmed(*dumps: Dump) -> set[str]:
    """The head lines of these dumps whose form the starts of copies confirm."""
    strip = lay_out(dumps)
    told = find_heads(strip, cover(strip, find_copies(strip)).starting)
    assert (told.confirmed <= told.usual).all()
    return {strip.texts[place] for place in told.confirmed.nonzero()[0].tolist()}


def test_heads_with_which_copies_start_are_confirmed() -> None:
    assert confirmed(dump(*(line for post in TITLED for line in (*post, *post)))) == set(HEADS)


def test_a_form_is_confirmed_for_posts_that_occur_once_too() -> None:
    assert confirmed(dump(*TITLED[:2], *TITLED, *TITLED[:1])) == set(HEADS)


def test_heads_are_not_confirmed_without_copies() -> None:
    assert confirmed(dump(*TITLED)) == set()


def test_dates_within_copies_are_not_confirmed() -> None:
    within = [(*post[:1], date, *post[1:]) for date, post in zip(DATES, POSTS, strict=True)]
    assert confirmed(dump(*(line for post in within for line in (*post, *post)))) == set()
