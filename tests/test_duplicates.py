"""Copies, excerpts and their representatives; and what is no copy, however much it shares."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.duplicates import DuplicateConfig, dedupe, differences, explain, find_duplicates
from blogarc.model import Article, Kind, Span
from blogarc.text import content_key, words

FERRY = """The ferry to Sant Roc has not run since the pilot retired, and the island has learned to wait.
Bread comes on Tuesdays with the vet, letters on Fridays with the man who reads the meters, and news whenever the wind
allows. Last week the school counted its pupils twice, because the first count gave eleven and nobody believed it.
In the evening the harbour lamps are lit by hand, one after the other, by whoever happens to walk past first.
My neighbour keeps a list of the days on which she could have left and did not. It has four hundred and six entries."""
KILN = """The kiln was built by two brothers who did not speak to each other, which is why it has two doors.
Each fired his own pots on his own days and neither ever looked into the other half. When the roof fell in they mended
it together, in silence, over nine evenings, and then went back to their separate doors and their separate clays.
The museum that bought it wanted to know which half was older. Nobody in the village would say, although all of them knew."""
OTHER_END = """Now the council has asked a firm from the mainland to look at the old slipway and to say what a new boat
would cost. The report will be read aloud in the square, as reports are here, and then everybody will go home and
think about it until the almond trees flower. Nobody expects a decision before the second summer from now."""


def article(text: str, title: str = "", **more: object) -> Article:
    made = Article(
        key=content_key([title, text] if title else [text]),
        dump="a.txt",
        paragraphs=Span(0, 1),
        lines=Span(1, 2),
        bytes=Span(0, 1),
        title=title,
        title_source="line" if title else "derived",
        text=text,
        words=len(words(text)),
    )
    return replace(made, **more)


def kinds(*texts: str) -> list[tuple[int, str]]:
    clusters = find_duplicates([article(text) for text in texts])
    by_text = {d.article: str(d.kind) for d in clusters.duplicates}
    return [(r, by_text.get(n, "representative")) for n, r in enumerate(clusters.representative)]


def edited(text: str, step: int) -> str:
    """With every so-many-th word replaced."""
    return " ".join("changed" if n % step == step - 1 else word for n, word in enumerate(text.split()))


def test_the_same_words_are_an_exact_copy() -> None:
    assert kinds(FERRY, KILN, FERRY.upper().replace(",", " -")) == [
        (0, "representative"),
        (1, "representative"),
        (0, "exact"),
    ]


@pytest.mark.parametrize("step", [5, 8, 12, 30])
def test_a_copy_with_changed_words_is_near(step: int) -> None:
    assert kinds(FERRY, edited(FERRY, step))[1] == (0, "near")


def test_a_copy_with_scanning_errors_all_over_is_near() -> None:
    damaged = "".join("c" if c == "e" and n % 3 == 0 else "1" if c == "l" and n % 2 else c for n, c in enumerate(FERRY))
    assert kinds(FERRY, damaged)[1] == (0, "near")


def test_a_teaser_is_an_excerpt_of_its_post() -> None:
    teaser = " ".join(FERRY.split()[:25]) + " […] Read more"
    assert kinds(teaser, FERRY) == [(1, "excerpt"), (1, "representative")]


def test_a_passage_from_the_middle_is_an_excerpt() -> None:
    assert kinds(FERRY, " ".join(FERRY.split()[30:60]))[1] == (0, "excerpt")


def test_posts_that_share_two_fifths_of_their_text_are_two_posts() -> None:
    half = " ".join(FERRY.split()[:40])
    assert kinds(FERRY, f"{half}\n\n{OTHER_END}") == [(0, "representative"), (1, "representative")]


def test_a_teaser_of_both_does_not_glue_two_posts_together() -> None:
    opening = " ".join(FERRY.split()[:40])
    found = kinds(FERRY, f"{opening}\n\n{OTHER_END}", opening)
    assert found[0][0] == 0
    assert found[1][0] == 1
    assert found[2][1] == "excerpt"


def test_a_template_does_not_pull_its_posts_together() -> None:
    frame = " ".join(KILN.split()[:40])
    posts = [
        f"{frame} This week {n} walkers of group {n * 7} crossed bridge {n * 13} and met {n * 3} owls in wood {n * 31}."
        for n in range(1, 90)
    ]
    assert len(set(dedupe(posts))) == len(posts)


def test_versions_of_a_release_note_are_two_posts() -> None:
    notes = [article(FERRY.replace("four", version), f"Version {version} is out") for version in ("3.2.6", "3.2.10")]
    assert find_duplicates(notes).representative == [0, 1]
    assert "editions" in str(explain(*notes)["rule"])


def test_one_title_with_a_new_exclamation_mark_is_one_post() -> None:
    notes = [article(FERRY, "Version 3 is out"), article(edited(FERRY, 20), "Version 3 is out!")]
    assert find_duplicates(notes).representative == [0, 0]


def test_chains_do_not_drift() -> None:
    told = FERRY.split()
    chain = [" ".join(f"x{n}" if n < cut else word for n, word in enumerate(told)) for cut in range(0, len(told), 8)]
    clusters = find_duplicates([article(text) for text in chain])
    assert len(set(clusters.representative)) > 1
    for duplicate in clusters.duplicates:
        verdict = explain(article(chain[duplicate.article]), article(chain[duplicate.kept]))
        assert verdict["scores"]["words"] >= DuplicateConfig().near_in_group  # type: ignore[index]


def test_the_most_complete_text_represents() -> None:
    shorter = " ".join(FERRY.split()[:-12])
    assert kinds(shorter, FERRY)[0][0] == 1


def test_of_equally_complete_texts_the_most_copied_represents_and_then_the_first() -> None:
    assert [r for r, _ in kinds(edited(FERRY, 30), FERRY, FERRY)] == [1, 1, 1]
    assert [r for r, _ in kinds(edited(FERRY, 30), FERRY)] == [0, 0]


def test_a_few_words_are_a_copy_only_when_they_are_the_same() -> None:
    assert dedupe(["Thank you all very much.", "Thank you all so much.", "Thank you all very much!"]) == [0, 1, 0]


def test_texts_without_words_are_compared_by_their_signs() -> None:
    assert dedupe(["* * *", "—", "* * *", ""]) == [0, 1, 0, 3]


def test_very_many_near_copies_are_one_cluster() -> None:
    assert len(set(dedupe([f"{FERRY} Seen {n} times." for n in range(150)]))) == 1


@given(st.lists(st.sampled_from([FERRY, KILN, OTHER_END, edited(FERRY, 9), FERRY[:200], "", "Ok."]), max_size=8))
def test_clusters_are_stars_and_every_duplicate_says_why(texts: list[str]) -> None:
    clusters = find_duplicates([article(text) for text in texts])
    for text, kept in enumerate(clusters.representative):
        assert clusters.representative[kept] == kept
        assert (text != kept) == any(d.article == text for d in clusters.duplicates)
    for duplicate in clusters.duplicates:
        assert clusters.representative[duplicate.article] == duplicate.kept
        assert duplicate.kind is not Kind.REPRESENTATIVE
        assert 0 <= duplicate.similarity <= 1
        assert duplicate.scores


@given(st.lists(st.text(max_size=120), max_size=8))
def test_no_text_is_too_strange(texts: list[str]) -> None:
    assert len(dedupe(texts)) == len(texts)


@given(st.text(max_size=200), st.text(max_size=200))
def test_differences_leave_no_word_out(first: str, second: str) -> None:
    told = differences(first, second)
    assert " ".join(a for _, a, _ in told if a).split() == first.split()
    assert " ".join(b for _, _, b in told if b).split() == second.split()
