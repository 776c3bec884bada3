"""Evidence, its weights, and how it is told."""

from __future__ import annotations

import json
import math
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc.segmentation import explain, segment
from blogarc.segmentation.evidence import Regime, gather, load_weights
from tests.conftest import ROOT
from tests.splitting import BREAD, DATES, HEADS, ICE, LAMP, OLAS, POSTS, SAL, dump

WEIGHTS = json.loads(resources.files("blogarc.segmentation").joinpath("weights.json").read_text("utf-8"))
DUMP = dump("The Harbour Notebook", HEADS[0], DATES[0], ICE, ICE, "Share this", LAMP, LAMP[:2], "Read more", OLAS, SAL)


# -- the weights


def test_every_kind_of_evidence_has_weights_and_every_weight_is_used() -> None:
    assert list(WEIGHTS["everywhere"]) == list(gather([DUMP]).names)


def test_regimes_add_to_evidence_that_there_is() -> None:
    assert set(WEIGHTS["regimes"]) == {regime.name.lower() for regime in Regime}
    for added in WEIGHTS["regimes"].values():
        assert set(added) <= set(WEIGHTS["everywhere"])


def test_names_are_told_once() -> None:
    names = gather([DUMP]).names
    assert len(set(names)) == len(names)


def test_a_dump_never_opens_inside_an_article() -> None:
    weights = load_weights()
    assert weights.opening[1] == -np.inf
    assert np.isfinite(weights.steps).all()
    assert np.isfinite(weights.start).all()
    assert np.isfinite(weights.furniture).all()


def test_the_docs_list_every_kind_of_evidence() -> None:
    listed = (ROOT / "docs" / "splitting.md").read_text("utf-8")
    missing = [name for name in gather([DUMP]).names if f"- {name}\n" not in listed]
    assert not missing, "write it to docs/splitting.md: python -m benchmarks.segmentation.evaluate --evidence"


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("a neighbouring copy starts here", 1),
        ("inside neighbouring copies", -1),
        ("inside a copy", -1),
        ("language toggle", 1),
        ("after a read-more line", 1),
        ("after a byline", -1),
    ],
)
def test_what_was_learnt_agrees_with_common_sense(name: str, sign: int) -> None:
    assert math.copysign(1, WEIGHTS["everywhere"][name][0]) == sign


# -- gathering


def test_a_row_for_each_paragraph_and_a_column_for_each_name() -> None:
    evidence = gather([DUMP, dump(BREAD, name="2.txt")])
    assert evidence.columns.shape == (len(DUMP.paragraphs) + len(BREAD), len(evidence.names))
    assert np.flatnonzero(evidence.starts).tolist() == [0, len(DUMP.paragraphs)]
    assert np.isfinite(evidence.columns).all()


def test_no_dumps_have_no_evidence() -> None:
    assert gather([]).columns.shape[0] == 0
    assert segment([]) == []


def test_paragraphs_stand_in_a_regime_by_their_copies() -> None:
    evidence = gather([dump(ICE, ICE, LAMP, LAMP, "Who we are")])
    assert set(evidence.regimes[:16].tolist()) == {Regime.DOUBLED}
    assert evidence.regimes[16] == Regime.ODD
    assert set(gather([dump(*POSTS)]).regimes.tolist()) == {Regime.SINGLE}
    apart = gather([dump(ICE, OLAS, SAL, ICE)]).regimes.tolist()
    assert apart[:4] == [Regime.COPIED] * 4


def test_what_one_copy_shows_counts_for_the_other() -> None:
    evidence = gather([dump(ICE[0], ICE[1], ICE[2], ICE[3], *OLAS, ICE[0], ICE[1], ICE[2], ICE[3])])
    inside = evidence.columns[[1, 2, 3]], evidence.columns[[9, 10, 11]]
    name = list(evidence.names).index("near the edge of the dump")
    # The first copy stands at the top, the second at the end; their rows were drawn together.
    assert abs(inside[0][:, name] - inside[1][:, name]).max() < 0.5


# -- explaining


def test_the_parts_add_up_to_the_score() -> None:
    evidence, weights = gather([DUMP]), load_weights()
    start, furniture = evidence.scores(weights)
    for place in range(len(DUMP.paragraphs)):
        # Each part is rounded to the second digit.
        assert sum(evidence.for_cut(place).values()) == pytest.approx(start[place], abs=0.005 * len(evidence.names))
        assert sum(evidence.for_furniture(place).values()) == pytest.approx(
            furniture[place], abs=0.005 * len(evidence.names)
        )


def test_parts_are_told_strongest_first_and_none_is_nothing() -> None:
    evidence = gather([DUMP])
    for place in range(len(DUMP.paragraphs)):
        worth = [abs(value) for value in evidence.for_cut(place).values()]
        assert worth == sorted(worth, reverse=True)
        assert 0.0 not in worth


def test_an_article_tells_the_evidence_for_its_cut() -> None:
    (told,) = segment([DUMP])
    for article in told.articles:
        parts = article.evidence["cut"]
        assert article.evidence["score"] == pytest.approx(sum(parts.values()), abs=0.01)
        if article.paragraphs.start:
            assert parts == explain([DUMP], 0, article.paragraphs.start)["cut"]
        else:
            assert parts == {"the dump starts here": 0.0}


def test_a_leftover_tells_why() -> None:
    (told,) = segment([DUMP])
    for ordinal, (owner, reason) in enumerate(zip(told.owners, told.reasons, strict=True)):
        assert reason == (explain([DUMP], 0, ordinal)["furniture"] if owner < 0 else {})


def test_a_doubled_post_is_explained_by_its_copy() -> None:
    cut = explain([dump(ICE, ICE, LAMP, LAMP)], 0, 4)["cut"]
    assert "a neighbouring copy starts here" in cut
    assert cut["a neighbouring copy starts here"] > 0


@given(st.integers(0, len(DUMP.paragraphs) - 1))
def test_explaining_does_not_depend_on_the_order_of_dumps(ordinal: int) -> None:
    other = dump(LAMP, SAL, name="another.txt")
    assert explain([DUMP, other], 0, ordinal) == explain([other, DUMP], 1, ordinal)
