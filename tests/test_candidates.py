"""Candidates are found without comparing all pairs; a slow oracle that does compares them."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import buckets as buckets_room
from blogarc import candidates as candidates_room
from blogarc import minhash, workers
from blogarc.buckets import merge_buckets, sort_buckets, texts_of
from blogarc.candidates import candidates_of, find_candidates
from blogarc.text import words

POOL = (
    "the harbour master wrote down every tide for forty years and nobody asked him why until the archive closed its doors "
    "la directora del instituto guardaba las cartas en una caja de galletas que olía a canela y a tabaco rubio "
    "seven ferries left that morning with bread coal letters and one very tired orchestra from the island school"
).split()


def shingles(text: str) -> set[tuple[str, ...]]:
    told = words(text)
    return {tuple(told[n : n + minhash.SHINGLE]) for n in range(len(told) - minhash.SHINGLE + 1)}


def candidates(texts: list[str]) -> dict[tuple[int, int], float]:
    found = find_candidates(minhash.sketch(texts), np.ones(len(texts), bool))
    return dict(zip(zip(found.first.tolist(), found.second.tolist(), strict=True), found.shared.tolist(), strict=True))


texts_of_the_pool = st.lists(
    st.builds(lambda a, n: " ".join((POOL * 2)[a : a + n]), st.integers(0, len(POOL) - 1), st.integers(3, 40)),
    min_size=2,
    max_size=10,
)


@given(texts_of_the_pool)
def test_every_pair_that_shares_half_of_its_shingles_is_a_candidate(texts: list[str]) -> None:
    found = candidates(texts)
    for a, b in combinations(range(len(texts)), 2):
        ours, theirs = shingles(texts[a]), shingles(texts[b])
        if len(ours & theirs) >= 3 and len(ours & theirs) >= 0.5 * min(len(ours), len(theirs)):
            assert (a, b) in found


@given(texts_of_the_pool)
def test_what_short_texts_share_is_counted_exactly(texts: list[str]) -> None:
    for (a, b), shared in candidates(texts).items():
        ours, theirs = shingles(texts[a]), shingles(texts[b])
        assert shared == len(ours & theirs) / min(len(ours), len(theirs))


@given(texts_of_the_pool)
def test_the_resemblance_of_short_texts_is_their_jaccard_coefficient(texts: list[str]) -> None:
    found = find_candidates(minhash.sketch(texts), np.ones(len(texts), bool))
    told = zip(found.first.tolist(), found.second.tolist(), found.resemblance.tolist(), strict=True)
    for a, b, resemblance in told:
        ours, theirs = shingles(texts[a]), shingles(texts[b])
        assert resemblance == len(ours & theirs) / len(ours | theirs)


@given(texts_of_the_pool, st.integers(0, 9))
def test_candidates_that_new_texts_change_are_those_that_have_one(texts: list[str], known: int) -> None:
    sketches = minhash.sketch(texts)
    buckets = sort_buckets(sketches.buckets)
    new = np.arange(len(texts)) >= known
    few = candidates_of(buckets, sketches.counts, sketches.digests, new)
    everything = candidates(texts)
    assert set(zip(few.first.tolist(), few.second.tolist(), strict=True)) == {
        (a, b) for a, b in everything if b >= known
    }


@given(texts_of_the_pool, st.integers(0, 9))
def test_sorted_buckets_take_in_others(texts: list[str], known: int) -> None:
    buckets = minhash.sketch(texts).buckets
    old = texts_of(buckets) < known
    merged = merge_buckets(sort_buckets(buckets[old]), buckets[~old])
    assert merged.tolist() == sort_buckets(buckets).tolist()


def test_posts_that_share_a_sentence_are_no_candidates_and_damaged_copies_are() -> None:
    own = [" ".join(f"{word}{n}" for word in POOL[:40]) for n in range(2)]
    sentence = " ".join(POOL[10:34])
    assert candidates([f"{text} {sentence}" for text in own]) == {}
    damaged = " ".join(f"x{n}" if n % 4 == 3 else word for n, word in enumerate(POOL))
    assert set(candidates([" ".join(POOL), damaged])) == {(0, 1)}


@given(st.lists(st.text(max_size=80), max_size=12))
def test_no_text_is_too_strange_to_be_sketched(texts: list[str]) -> None:
    sketches = minhash.sketch(texts)
    assert len(sketches) == len(texts)
    assert sketches.starts[-1] == len(sketches.codes)
    find_candidates(sketches, np.ones(len(texts), bool))


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_sketch_depends_on_its_own_text_only(texts: list[str], random) -> None:
    together = minhash.sketch(texts)
    at = random.randrange(len(texts))
    alone = minhash.sketch([texts[at]])
    assert together.words(at) == alone.words(0)
    assert together.digests[at] == alone.digests[0]


def test_case_punctuation_and_typography_do_not_matter() -> None:
    plain, typeset = minhash.sketch(
        ['ÁRBOL, "niño" and don\'t - wait...', "árbol “niño”\u00a0AND don’t — wait…"]
    ).digests.tolist()
    assert plain == typeset


def test_the_order_of_words_matters() -> None:
    one, other = minhash.sketch(["the dog bit the man today", "the man bit the dog today"]).digests.tolist()
    assert one != other


def test_a_batch_may_end_anywhere() -> None:
    texts = [f"{POOL[n % 50]} {n} {POOL[(n * 7) % 50]} and so on {n * n}" for n in range(1100)]
    all_at_once = minhash.sketch(texts)
    assert all_at_once.digests.tolist()[:600] == minhash.sketch(texts[:600]).digests.tolist()


def test_a_post_with_very_many_near_copies_is_still_found() -> None:
    post = " ".join(POOL)
    found = candidates([f"{post} copy number {n} of many" for n in range(200)])
    # All with one and the same, so that few are compared.
    (centre,) = set.intersection(*map(set, found))
    assert {a + b - centre for a, b in found} == set(range(200)) - {centre}


def test_furniture_that_many_texts_share_is_no_reason() -> None:
    footer = " ".join(POOL[:20])
    found = candidates([f"{n} {n + 1000} {n * 17} own words {n * n} here {n**3} {footer}" for n in range(100)])
    assert all(shared < 0.5 for shared in found.values())
    assert len(found) < 400


@given(texts_of_the_pool)
def test_candidates_do_not_depend_on_how_the_work_is_parted(texts: list[str]) -> None:
    everything = candidates(texts)
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (buckets_room, "_SORTED_AT_ONCE", 7),
            (buckets_room, "_BUCKETS_AT_ONCE", 5),
            (candidates_room, "_PAIRS_HELD", 3),
            (candidates_room, "_PAIRS_AT_ONCE", 1),
            (minhash, "_LETTERS_AT_ONCE", 20),
            (workers, "_THREADS", 1),
        ):
            patch.setattr(module, name, value)
        assert candidates(texts) == everything


def test_texts_are_folded_together_as_one_by_one() -> None:
    texts = ["A long – walk!", "", "...", "¿Más ÁRBOLES?", "x"]
    assert minhash.fold(texts) == [minhash.fold([text])[0] for text in texts]
    assert minhash.fold([]) == []
