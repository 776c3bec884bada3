"""Verified pairs become clusters of which every member resembles its representative."""

from __future__ import annotations

import numpy as np
import pytest

from blogarc import minhash
from blogarc.candidates import find_candidates
from blogarc.duplicates import DuplicateConfig, find_duplicates, find_known, lacking
from blogarc.grouping import connected, group
from blogarc.verification import Verifier
from tests.test_duplicates import FERRY, KILN, OTHER_END, article, edited

LONGER = f"{FERRY} And that is all that there is to say about the ferry this year, said the harbour master at last."


def representatives(keep: str, *articles: object, dumps: tuple[str, ...] = ()) -> list[int]:
    config = DuplicateConfig(keep=keep, dumps=dumps)
    return list(find_duplicates(list(articles), config).representative)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keep", "chosen"), [("complete", 1), ("longest", 1), ("first", 0), ("newest", 2), ("dumps", 2)]
)
def test_the_choice_of_representatives_is_kept(keep: str, chosen: int) -> None:
    articles = [
        article(FERRY, published="2020-01-01", dump="a.txt"),
        article(LONGER, published="2019-01-01", dump="b.txt"),
        article(edited(FERRY, 30), published="2021-01-01", dump="c.txt"),
    ]
    found = representatives(keep, *articles, dumps=("c.txt", "a.txt"))
    assert len(set(found)) == 1
    assert found[0] == chosen


def test_of_exact_copies_the_one_from_the_preferred_dump_represents() -> None:
    articles = [article(FERRY, dump="a.txt"), article(FERRY, dump="b.txt"), article(KILN, dump="a.txt")]
    assert representatives("dumps", *articles, dumps=("b.txt",)) == [1, 1, 2]
    assert representatives("complete", *articles) == [0, 0, 2]


def test_a_teaser_never_represents_its_post() -> None:
    teaser = article(" ".join(FERRY.split()[:25]), published="2022-01-01")
    assert representatives("newest", article(FERRY), teaser) == [0, 0]
    assert representatives("first", teaser, article(FERRY)) == [1, 1]


def test_a_post_in_two_kinds_of_furniture_is_one_post() -> None:
    footers = [f"{name} {OTHER_END[n * 40 : n * 40 + 120]}" for n, name in enumerate(("Sant Roc", "Harbour"))]
    others = [f"{' '.join(reversed(KILN.split()[n % 20 :]))} {n * 31} {footers[n % 2]}" for n in range(2, 80)]
    short = " ".join(FERRY.split()[:45])
    wrapped = [f"{footer} {short} {footer}" for footer in footers]
    found = find_duplicates([article(text) for text in [short, *wrapped, *others]]).representative
    assert len(set(found[:3])) == 1


def test_parts_that_are_not_connected_do_not_matter_to_each_other() -> None:
    texts = [FERRY, edited(FERRY, 9), KILN, edited(KILN, 9), KILN[:150]]
    sketches = minhash.sketch(texts)
    verifier = Verifier(sketches, lambda n: "", lambda asked: [texts[n] for n in asked], DuplicateConfig())
    judgements = verifier.accept(find_candidates(sketches, np.ones(len(texts), bool)))
    whole = group(verifier, judgements, np.ones(len(texts), np.int64))
    parts = {number: connected(judgements, [number]) for number in range(len(texts))}
    for part in parts.values():
        own = {pair: told for pair, told in judgements.items() if pair[0] in part}
        alone = group(verifier, own, np.ones(len(texts), np.int64))
        assert all(alone.representative[n] == whole.representative[n] for n in part)


def test_what_is_among_others_already_is_found_with_its_kind() -> None:
    others = [article(FERRY), article(KILN)]
    articles = [article(FERRY.upper()), article(edited(KILN, 12)), article(OTHER_END), article(KILN[:160])]
    told = [(d.article, d.kept, str(d.kind)) for d in find_known(articles, others)]
    assert told == [(0, 0, "exact"), (1, 1, "near"), (3, 1, "excerpt")]


def test_what_a_representative_lacks_is_told_in_passages() -> None:
    assert lacking(FERRY, LONGER)[0].startswith("And that is all")
    assert lacking(LONGER, FERRY) == []
