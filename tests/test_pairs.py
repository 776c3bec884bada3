"""Pairs: translations are found, copies and siblings refused, and every judgement can be explained."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogarc.model import Article
from blogarc.pairs import PairConfig, as_articles, explain, find_pairs, pair_up, whole_text

DEFAULT = PairConfig()
# Written for this test.
HARBOUR = (
    "The harbour of Almería froze on 3 February 1956.\n\nForty-one boats were crushed, said the captain, Inés Cano, and "
    "the municipal archive keeps the photographs.",
    "El puerto de Almería se heló el 3 de febrero de 1956.\n\nQuedaron rotas cuarenta y una barcas, dijo la capitana, "
    "Inés Cano, y el archivo municipal conserva las fotografías.",
)
OBSERVATORY = (
    "The university opened its observatory to the public in 1987.\n\nThe telescope, of 12,500 dollars, was a donation "
    "of the astronomer Julia Barrantes, a specialist in variable stars.",
    "La universidad abrió su observatorio al público en 1987.\n\nEl telescopio, de 12.500 dólares, fue una donación de "
    "la astrónoma Julia Barrantes, especialista en estrellas variables.",
)
OPERA = (
    "The opera house of Manaus stands in the middle of the forest.\n\nIts 198 chandeliers came from Murano, and the "
    "acoustics are excellent.",
    "El teatro de la ópera de Manaus está en medio de la selva.\n\nSus 198 lámparas llegaron de Murano, y la acústica es "
    "excelente.",
)
BREAD = "Bread without salt is sold in Florence only.\n\nNobody there has ever asked why, and nobody ever will."
RAIN = "Llovió durante nueve días.\n\nEl décimo solo lloviznaba, y colgamos la ropa en el patio de los vecinos."


def posts(*texts: tuple[str, str]) -> list[tuple[str, str]]:
    return list(texts)


MIXED = posts(
    ("es", OPERA[1]),
    ("en", HARBOUR[0]),
    ("en", BREAD),
    ("es", RAIN),
    ("en", OBSERVATORY[0]),
    ("fr", "Il a plu pendant neuf jours."),
    ("es", HARBOUR[1]),
    ("en", OPERA[0]),
    ("es", OBSERVATORY[1]),
)
TRUE = [(1, 6), (4, 8), (7, 0)]


def ends(given_posts: list[tuple[str, str]] | list[Article], config: PairConfig = DEFAULT) -> list[tuple[int, int]]:
    return [(pair.source, pair.target) for pair in find_pairs(given_posts, config)]


def test_translations_are_found_and_nothing_else() -> None:
    assert ends(MIXED) == TRUE


def test_the_order_of_the_list_does_not_matter() -> None:
    assert sorted((8 - s, 8 - t) for s, t in ends(MIXED[::-1])) == TRUE


def test_languages_may_be_given_the_other_way_round() -> None:
    assert ends(MIXED, PairConfig(languages=("es", "en"))) == sorted((t, s) for s, t in TRUE)


def test_a_post_without_its_original_stays_alone() -> None:
    assert ends(posts(("en", BREAD), ("es", RAIN))) == []
    assert ends(posts(("en", BREAD), ("en", OPERA[0]), ("es", HARBOUR[1]))) == []


def test_one_language_alone_gives_no_pairs() -> None:
    assert ends(posts(("en", BREAD), ("en", OPERA[0]))) == []
    assert ends([]) == []


SERIES = [
    ("year", "1956", "1957"),
    ("another year", "1956", "2006"),
]


@pytest.mark.parametrize(("ours", "theirs"), [case[1:] for case in SERIES], ids=[case[0] for case in SERIES])
def test_the_same_post_of_another_year_is_refused(ours: str, theirs: str) -> None:
    english, spanish = HARBOUR[0], HARBOUR[1].replace(ours, theirs)
    assert ends(posts(("en", english), ("es", spanish))) == []


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Release 3.2.10 is out", "Ya está aquí la versión 3.2.6"),
        ("Release 3.2 is out", "Ya está aquí la versión 3.3"),
        ("The 3rd fair of books", "La cuarta feria de libros"),
        ("The third fair of books", "La 4.ª feria de libros"),
    ],
)
def test_another_version_or_ordinal_in_the_title_is_a_veto(english: str, spanish: str) -> None:
    pair = as_articles(posts(("en", f"{english}\n\n{OPERA[0]}"), ("es", f"{spanish}\n\n{OPERA[1]}")))
    assert ends(pair) == []
    told = explain(pair[0], pair[1], pair)
    assert "against" in told["vetoes"][0]
    assert told["clues"]["veto"]["weight"] < -10


def test_the_same_version_and_ordinal_are_no_veto() -> None:
    english, spanish = f"The third fair, 3.2\n\n{OPERA[0]}", f"La 3.ª feria, 3.2\n\n{OPERA[1]}"
    assert ends(posts(("en", english), ("es", spanish))) == [(0, 1)]


def test_lines_of_author_and_date_decide_nothing() -> None:
    english, spanish = f"Posted on 30 December 1999\n\n{OPERA[0]}", f"2 de enero de 2000\n\n{OPERA[1]}"
    assert ends(posts(("en", english), ("es", spanish))) == [(0, 1)]


def test_a_text_that_is_read_whole_is_not_kept_twice() -> None:
    (article,) = as_articles([("en", f"{HARBOUR[0]}\n\n{OPERA[0]}")])
    assert whole_text(article) is article.text
    assert whole_text(replace(article, text=f"Posted on 30 December 1999\n\n{article.text}")) == article.text


def test_a_copy_whose_language_was_mistaken_is_no_translation() -> None:
    copy = as_articles(posts(("en", HARBOUR[1]), ("es", HARBOUR[1])))
    assert ends(copy) == []
    assert "copy" in explain(copy[0], copy[1], copy)["vetoes"][0]


def test_an_excerpt_of_a_translation_is_found() -> None:
    whole = "\n\n".join((HARBOUR[0], OBSERVATORY[0], OPERA[0]))
    (pair,) = find_pairs(posts(("en", whole), ("en", BREAD), ("es", OBSERVATORY[1]), ("es", RAIN)))
    assert (pair.source, pair.target) == (0, 2)
    assert pair.evidence["aligned"]["target"] > pair.evidence["aligned"]["source"]


def test_toggles_and_neighbours_speak_for_a_pair() -> None:
    apart = as_articles(MIXED)
    source, target = (replace(apart[n], dump="one") for n in TRUE[0])
    together = [source, replace(target, toggle="en"), *(apart[n] for n in (2, 3, 4))]
    (near,) = find_pairs(together)
    (far,) = find_pairs([apart[1], apart[6], *(apart[n] for n in (2, 3, 4))])
    assert near.score > far.score
    assert near.evidence["clues of the dump"] == ["toggles that offer the other language", "neighbours in the dump"]
    assert far.evidence["clues of the dump"] == []


def test_evidence_is_readable_and_fits_into_json() -> None:
    pair = find_pairs(MIXED)[0]
    told = pair.evidence
    assert json.loads(json.dumps(told)) == told
    assert "1956" in told["shared numbers"]
    assert {"almeria", "cano"} <= set(told["shared names"])
    assert "few posts" in told
    assert isinstance(told["runner-up"]["position"], int)
    assert told["runner-up"]["score"] <= pair.score
    assert told["aligned"] == {"source": 1.0, "target": 1.0}


def test_explain_agrees_with_what_was_found() -> None:
    articles = as_articles(MIXED)
    (pair, *_) = find_pairs(articles)
    told = explain(articles[pair.target], articles[pair.source], articles)
    assert told["taken"]
    assert told["probability"] == pair.score
    log_odds = told["at the outset"] + sum(clue["weight"] for clue in told["clues"].values())
    assert log_odds > 0
    assert json.loads(json.dumps(told)) == told


def test_explain_names_what_is_nearer() -> None:
    articles = as_articles(MIXED)
    told = explain(articles[2], articles[6], articles)
    assert not told["taken"]
    assert told["nearest"]["second"]["id"] == articles[1].key
    assert explain(articles[6], articles[2], articles)["nearest"]["first"]["id"] == articles[1].key


def test_explain_takes_articles_that_are_not_in_the_list() -> None:
    articles = as_articles(MIXED)
    outside = as_articles(posts(("en", BREAD + " Or so."), ("es", RAIN + " Creo.")))
    assert not explain(*outside, articles)["taken"]


def test_explain_says_so_if_the_languages_do_not_fit() -> None:
    articles = as_articles(MIXED)
    assert "fr" in explain(articles[1], articles[5], articles)["why"]


def test_a_config_survives_json() -> None:
    config = PairConfig(languages=("en", "pt"), threshold=0.7)
    assert PairConfig(**json.loads(json.dumps(asdict(config)))) == config


def test_a_lexicon_is_learned_where_many_pairs_are_sure() -> None:
    towns = "Almería Bilbao Cartagena Denia Estepona Ferrol Gandía Huelva Irún Jaén León Murcia Nerja Orense".split()
    towns += "Palencia Quintanar Ronda Segovia Toledo Utrera Valencia Xàtiva Yecla Zamora".split()
    pool = []
    for n, town in enumerate(towns):
        english = f"The old bridge near {town} fell in {1900 + n}.\n\nIts {137 + 13 * n} stones sold well in {town}."
        spanish = (
            f"El viejo puente junto a {town} cayó en {1900 + n}.\n\nSus {137 + 13 * n} piedras se vendieron en {town}."
        )
        pool += posts(("en", english), ("es", spanish))
    assert ends(pool) == [(2 * n, 2 * n + 1) for n in range(len(towns))]
    articles = as_articles(pool)
    assert "lead in translated words" in explain(articles[0], articles[1], articles)["clues"]


some_posts = st.lists(st.tuples(st.sampled_from(["en", "es", "und"]), st.text(max_size=80)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(some_posts)
def test_pairs_of_anything_are_one_to_one_in_order_and_the_same_twice(given_posts: list[tuple[str, str]]) -> None:
    found = find_pairs(given_posts)
    assert found == find_pairs(given_posts)
    sources, targets = [p.source for p in found], [p.target for p in found]
    assert sources == sorted(set(sources))
    assert len(set(targets)) == len(targets)
    for pair in found:
        assert given_posts[pair.source][0] == "en"
        assert given_posts[pair.target][0] == "es"
        assert DEFAULT.threshold <= pair.score <= 1


def test_every_post_without_a_partner_is_told_what_came_nearest() -> None:
    pairing = pair_up(MIXED)
    assert [nearest.article for nearest in pairing.unpaired] == [2, 3]
    assert all(nearest.why for nearest in pairing.unpaired)
    assert pairing.pairs == find_pairs(MIXED)


def test_a_veto_is_told_as_the_reason_rather_than_something_less_alike() -> None:
    spanish = HARBOUR[1].replace("1956", "1957")
    (english, _, _) = pair_up(posts(("en", HARBOUR[0]), ("es", spanish), ("es", RAIN))).unpaired
    assert english.other == 1
    assert "1956 against 1957" in english.why


def test_a_post_that_shares_nothing_has_nothing_near() -> None:
    many = [("es", f"{RAIN} {'xyz' * n}") for n in range(60)]
    nearest = pair_up([("en", "Zzz."), *many]).unpaired[0]
    assert (nearest.other, nearest.score) == (None, 0.0)


def test_a_second_translation_of_a_post_is_named() -> None:
    other = OBSERVATORY[1].replace("abrió", "inauguró").replace("al público", "para el pueblo")
    pairing = pair_up([*MIXED, ("es", other)])
    (pair,) = (pair for pair in pairing.pairs if pair.source == 4)
    (version,) = pair.evidence["other versions"]
    assert {pair.target, version["position"]} == {8, 9}
    assert [n.article for n in pairing.unpaired if "another version" in n.why] == [version["position"]]


def test_a_partial_translation_says_how_much_is_translated() -> None:
    whole = "\n\n".join((HARBOUR[0], OBSERVATORY[0], OPERA[0]))
    (pair,) = find_pairs(posts(("en", whole), ("en", BREAD), ("es", OBSERVATORY[1]), ("es", RAIN)))
    assert 0.2 < pair.evidence["aligned"]["source"] < 0.5
    assert pair.evidence["partial"].endswith("of the source is translated")
    assert find_pairs(MIXED)[0].evidence["partial"] is None


def test_a_lexicon_that_a_person_gives_speaks_for_a_pair() -> None:
    english = (
        "The old blacksmith sold his anvil to a young shepherd.\n\nThe shepherd wept, for the hammer was too heavy."
    )
    spanish = (
        "El viejo herrero vendió su yunque a un joven pastor.\n\nEl pastor lloró, pues el martillo pesaba demasiado."
    )
    pool = posts(("en", english), ("en", BREAD), ("es", spanish), ("es", RAIN))
    given_words = [("old", "viejo"), ("blacksmith", "herrero"), ("sold", "vendió"), ("anvil", "yunque")]
    given_words += [("young", "joven"), ("shepherd", "pastor"), ("wept", "lloró"), ("hammer", "martillo")]
    given_words += [("a" * n, "b" * n) for n in range(3, 103)]  # a lexicon of a few words is not gone by
    articles = as_articles(pool)
    without = explain(articles[0], articles[2], articles)["probability"]
    with_words = explain(articles[0], articles[2], articles, words=given_words)["probability"]
    assert with_words > without


def test_what_is_learned_is_given_back_and_asked_for_nothing() -> None:
    assert pair_up(MIXED).lexicon == {}
