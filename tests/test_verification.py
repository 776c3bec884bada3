"""What is told sooner, or in threads, is what comparing everything word by word would tell."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogarc import minhash, verification, workers
from blogarc.candidates import find_candidates
from blogarc.verification import DuplicateConfig, Verifier
from tests.test_sketchbook import posts


def verdicts(texts: list[str], *, hopeless: bool, held: bool = False) -> dict[tuple[int, int], tuple[int, float]]:
    """The rule that decides each candidate, and the similarity of those that are copies."""
    sketches = minhash.sketch(texts)
    found = find_candidates(sketches, np.ones(len(texts), bool))
    verifier = Verifier(sketches, lambda n: "", lambda asked: [texts[n] for n in asked], DuplicateConfig(), held=held)
    told = {}
    for first, second, measures in verifier._measure(found, hopeless=hopeless):
        kinds = [verification._KINDS.get(verification._Rule(rule)) for rule in measures.rules.tolist()]
        for n, kind in enumerate(kinds):
            if kind is not None:
                told[int(first[n]), int(second[n])] = int(measures.rules[n]), float(measures.similarity[n])
    return told


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_nothing_is_lost_by_looking_roughly_first(seed: int) -> None:
    texts = posts(random.Random(seed), 60)
    exactly = verdicts(texts, hopeless=False)
    assert verdicts(texts, hopeless=True) == exactly
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification, "_WORDS_AT_ONCE", 100)
        patch.setattr(workers, "_THREADS", 3)
        assert verdicts(texts, hopeless=True) == exactly


@pytest.mark.skipif(sys.platform != "linux", reason="only there a process is copied")
def test_a_copy_of_the_process_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = posts(random.Random(5), 200)
    exactly = verdicts(texts, hopeless=True)
    asked: list[bool] = []
    beside = workers.beside

    def watched(make):  # type: ignore[no-untyped-def]
        asked.append(True)
        return beside(make)

    monkeypatch.setattr(workers, "can_copy", lambda: True)
    monkeypatch.setattr(workers, "beside", watched)
    monkeypatch.setattr(verification, "_WORDS_AT_ONCE", 300)
    assert verdicts(texts, hopeless=True, held=True) == exactly
    assert asked
