"""Languages: right where it can be known, `und` where it cannot, mixed where there are two, and the same every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from blogarc import Archive, languages
from blogarc.errors import UsageError
from blogarc.languages import (
    LANGUAGES,
    UNKNOWN,
    detect,
    detect_all,
    detect_among,
    evidence,
    pieces,
    profiles,
    words,
)
from tests.conftest import SAMPLES, Run, sample_dumps

EN = "The lighthouse keeper wrote down every ship that passed, and on Sundays he read the list to his goat."
ES = "El farero apuntaba cada barco que pasaba, y los domingos le leía la lista a su cabra."
GL = "O fareiro apuntaba cada barco que pasaba, e os domingos líalle a lista á súa cabra, que non dicía nada."
CODE = "def read(path):\n    with open(path) as file:\n        return [line.split() for line in file if line]\n"
LOREM = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore."

CASES = [
    # what it shows, text, language
    ("English", EN, "en"),
    ("Spanish", ES, "es"),
    ("English in capitals", EN.upper(), "en"),
    ("Spanish in capitals", ES.upper(), "es"),
    ("capitals in part", "LA NOCHE DEL FARERO. " + ES, "es"),
    ("Portuguese", "O faroleiro anotava cada navio que passava, e aos domingos lia a lista à sua cabra.", "pt"),
    (
        "Catalan",
        "El faroner apuntava cada vaixell que passava, i els diumenges llegia la llista a la seva cabra.",
        "ca",
    ),
    ("French", "Le gardien notait chaque bateau qui passait, et le dimanche il lisait la liste à sa chèvre.", "fr"),
    ("Italian", "Il guardiano annotava ogni nave che passava, e la domenica leggeva la lista alla sua capra.", "it"),
    (
        "German",
        "Der Wärter schrieb jedes Schiff auf, das vorbeikam, und las die Liste sonntags seiner Ziege vor.",
        "de",
    ),
    ("Galician, of which langdetect has no profile", GL, "gl"),
    ("a short line", "Todo lo que sabemos", "es"),
    ("another", "What we know so far", "en"),
    ("a question", "¿Y ahora?", "es"),
    ("text about code", "Call `os.path.join` with the name of the folder, and it will give you the whole path.", "en"),
    ("an address beside text", "Escríbenos a redaccion@example.org si quieres contarnos algo.", "es"),
    ("a link is in no language", "https://example.org/una/lista/de/barcos/que/pasaban/el/domingo", "und"),
    ("an address", "la.lista.de.los.barcos@example.org", "und"),
    ("code", CODE, "und"),
    ("filler text", LOREM, "und"),
    ("names", "Ngozi Okafor, Wei Zhang, Bjørn Lindqvist, Priya Raman, Tomasz Kowalczyk", "und"),
    ("digits only", "2020 -- 17:45, 3.14 (41 %)", "und"),
    ("punctuation only", "* * *", "und"),
    ("emoji", "🎉🎉🎉 👍", "und"),
    ("a letter", "a", "und"),
    ("a word is too little", "Hola", "und"),
    ("nothing", "", "und"),
    ("white space", " \n\n \u00a0 ", "und"),
    ("a script that no profile knows", "これは日本語の文章です。とても短いです。", "und"),
    ("a language that nobody here speaks", "Majakanvartija kirjoitti muistiin jokaisen laivan, joka kulki ohi.", "und"),
    ("half a surrogate pair", "\ud83d la lista de los barcos que pasaban", "es"),
]


@pytest.mark.parametrize(("shows", "text", "code"), CASES, ids=[case[0] for case in CASES])
def test_the_language_is_found(shows: str, text: str, code: str) -> None:
    assert detect(text).code == code


def test_a_quotation_does_not_turn_an_article() -> None:
    found = detect(f"{EN}\n{EN} And so on, for many years, in all weathers.\nHe said it in Spanish: No pasarán.")
    assert found.code == "en"
    assert not found.mixed


@pytest.mark.parametrize("paragraphs", [[EN, ES], [ES, EN], [EN, ES] * 8, [*[EN] * 8, *[ES] * 8], [f"{EN} {ES}"]])
def test_a_text_in_two_languages_is_mixed(paragraphs: list[str]) -> None:
    found = detect("\n".join(paragraphs))
    assert found.mixed
    assert found.code in ("en", "es")
    assert found.shares["en"] == pytest.approx(0.5, abs=0.15)
    assert sum(found.shares.values()) == pytest.approx(1, abs=0.05)


def test_a_text_in_one_language_is_not_mixed() -> None:
    for text in (EN, ES, GL, "\n\n".join([EN] * 20), "\n\n".join([ES] * 20)):
        assert not detect(text).mixed


@pytest.mark.parametrize(
    "line",
    [
        "Region & language",
        "Home | About us | Contact",
        "Either/or questions",
        "We paid $500 at 17:45",
        "#YaBasta, dicen",
    ],
)
def test_signs_that_prose_has_are_no_code(line: str) -> None:
    assert evidence.read([line], LANGUAGES).skipped.tolist() == [0]


@given(st.text(st.sampled_from("ab1 .:()[]{}=_/&$%<>|;'\"\\^`~@w"), max_size=12))
def test_no_sign_of_code_is_overlooked_for_speed(line: str) -> None:
    if any(pieces._NO_WORD.search(word) for word in line.split()):
        assert pieces.look([line])[0][0]


def test_code_in_a_post_does_not_count() -> None:
    assert detect(f"{ES}\n{CODE}\n{ES}").code == "es"


def test_short_paragraphs_are_judged_together() -> None:
    assert detect("Buenos días.\n¿Qué tal?\nMuy bien.\nHasta luego.\nMañana más.").code == "es"


def test_more_text_is_more_certain() -> None:
    assert detect("Fareros jubilados").confidence < detect("\n\n".join([ES] * 3)).confidence


def test_a_line_is_judged_with_the_lines_around_it() -> None:
    lines = [ES, "Capitel decimonónico", ES, "", "* * *", EN, "Granite chapel", EN]
    found = detect_among(lines)
    assert [line.code for line in found[:3]] == ["es", "es", "es"]
    assert [line.code for line in found[5:]] == ["en", "en", "en"]
    assert not found[0].surroundings, "it speaks for itself"
    assert detect_among(["* * *", "17:45"]) == [UNKNOWN, UNKNOWN]


def test_a_line_alone_is_judged_by_itself() -> None:
    assert detect_among([ES]) == [detect(ES)]


def test_every_article_of_the_samples_is_in_its_language() -> None:
    for dump in sample_dumps():
        lines = dump.read_text("utf-8").split("\n")
        gold = json.loads((SAMPLES / f"{dump.stem}.gold.json").read_text("utf-8"))
        for article in gold["files"][dump.name]["articles"]:
            found = detect("\n".join(lines[article["start"] - 1 : article["end"]]))
            assert found.code == article["lang"], lines[article["start"] - 1]


def test_other_languages_can_be_asked_for() -> None:
    finnish = (
        "Majakanvartija kirjoitti muistiin jokaisen laivan, joka kulki ohi, ja luki listan vuohelleen sunnuntaisin."
    )
    assert detect(finnish, ["en", "es", "fi", "sv"]).code == "fi"
    assert detect(ES, ("es", "en")).code == "es"


@pytest.mark.parametrize("asked", [["en", "klingon"], ["en"], []])
def test_languages_that_cannot_be_told_are_refused(asked: list[str]) -> None:
    with pytest.raises(UsageError):
        detect(EN, asked)


ANY_TEXT = st.text(st.characters(codec=None, categories=None) | st.sampled_from("aeiou ñçã ¿.@:/\n"))


@given(ANY_TEXT)
@example("\ud800\udfff")
@example("I\u0307\u0130ŉǰΐ")
@example("a@" * 50)
@example("x" * 5_000)
@example("(" * 300 + "a" * 300)
def test_any_text_has_an_answer(text: str) -> None:
    found = detect(text)
    assert found.code in {*LANGUAGES, *words.LISTED, "und"}
    assert 0 <= found.confidence <= 1
    assert (found.code == "und") == (found == UNKNOWN)
    assert len(detect_among(text.split("\n"))) == text.count("\n") + 1


def test_a_very_long_line_takes_no_time() -> None:
    assert detect(ES.replace(" ", "") * 20_000).code in {*LANGUAGES, "und"}
    assert detect(f"{ES} " * 20_000).code == "es"


def test_the_answer_does_not_depend_on_what_was_asked_before() -> None:
    asked = [ES, EN, GL, "Nota: la reunión del martes es el miércoles", "The end of the pier"]
    first = [detect(text) for text in asked]
    assert [detect(text) for text in reversed(asked)][::-1] == first


def test_the_answer_does_not_depend_on_the_thread() -> None:
    asked = [f"{text} {number}" for number in range(20) for text in (EN, ES, GL, "Fin")]
    alone = [detect(text) for text in asked]
    together: list[list[languages.Language]] = []
    threads = [threading.Thread(target=lambda: together.append([detect(text) for text in asked])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone] * 4


@given(st.lists(ANY_TEXT | st.sampled_from([EN, ES, GL, CODE, LOREM, f"{EN}\n{ES}", EN * 20]), max_size=6))
@example(["", EN, "", "17:45", ES, CODE, "a"])
@example(["x" * 5_000, "\u2028", "(" * 300, EN.upper()])
def test_many_texts_are_judged_as_each_alone(texts: list[str]) -> None:
    assert detect_all(texts) == [detect(text) for text in texts]


def test_any_number_of_processes_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "_WORTH_A_PROCESS", 200)
    texts = [f"{text} {number}" for number in range(100) for text in (EN, ES, GL)]
    assert detect_all(texts, jobs=2) == detect_all(texts)


# In the archive.

POSTS = f"{EN} {EN}\n\n{ES} {ES}\n\n"


def test_the_archive_knows_a_mixed_post(archive: Archive, tmp_path: Path) -> None:
    dump = tmp_path / "mixed.txt"
    dump.write_text(POSTS * 2, "utf-8")
    archive.ingest(dump)
    found = list(archive.records(every=True))
    assert found
    for record in found:
        judged = detect(record["title"] + "\n" + record["text"] if record["title_source"] == "line" else record["text"])
        assert record["mixed"] == judged.mixed
        assert record["language_shares"] == pytest.approx(judged.shares)


def test_the_archive_remembers_which_languages_are_spoken(archive: Archive, tmp_path: Path) -> None:
    finnish = (
        "Majakanvartija kirjoitti muistiin jokaisen laivan, joka kulki ohi, ja luki listan vuohelleen sunnuntaisin. "
    )
    for name in ("first", "second"):
        (tmp_path / f"{name}.txt").write_text(f"{finnish * 3}{name}\n\n" * 2, "utf-8")
    archive.ingest(tmp_path / "first.txt")
    assert {record["language"] for record in archive.records(every=True)} == {"und"}
    archive.ingest(tmp_path / "second.txt", languages=["en", "es", "fi"])
    assert {record["language"] for record in archive.records(every=True)} == {"fi"}
    archive.rebuild()
    assert {record["language"] for record in archive.records(every=True)} == {"fi"}


ENGLISH = (
    "The kiln was built by two brothers who did not speak to each other, which is why it has two doors.",
    "Bread comes on Tuesdays with the vet, and news of the mainland whenever the wind allows it to.",
    "In the evening the harbour lamps are lit by hand, one after the other, by whoever walks past first.",
)
SPANISH = (
    "La fragua la levantaron dos hermanas que no se hablaban, y por eso nadie sabe dónde está la puerta.",
    "Los martes llega el pan con el veterinario, y las noticias llegan cuando el viento las deja pasar.",
    "Mi vecina guarda una lista de los días en que pudo marcharse del pueblo y no quiso hacerlo.",
)


def site_of(folder: Path, posts: list[str], name: str = "dump.txt") -> str:
    """A dump of these posts, which the profile of their site tells apart."""
    (folder / name).write_text("\n\n".join(f"~~~\n\n{post}" for post in posts), "utf-8")
    (folder / "site.toml").write_text('[start]\nlines = ["~~~"]\n', "utf-8")
    return name


def test_show_and_export_tell_the_languages_of_a_mixed_post(run: Run, tmp_path: Path) -> None:
    posts = [f"{EN} {ENGLISH[0]} {ES} {SPANISH[0]}", SPANISH[1]]
    assert run("ingest", site_of(tmp_path, posts), "--profile", "site.toml").code == 0
    mixed, plain = (json.loads(line) for line in run("export", "--all").out.splitlines())
    assert mixed["mixed"]
    assert not plain["mixed"]
    assert set(mixed["language_shares"]) == {"en", "es"}
    assert plain["language_shares"] == {"es": 1.0}
    assert mixed["language_source"] == plain["language_source"] == "text"
    shown = run("show", mixed["id"]).out
    told = ", ".join(f"{code} {share:.0%}" for code, share in mixed["language_shares"].items())
    assert f"mixed: {told}" in " ".join(shown.split())
    assert "mixed" not in run("show", plain["id"]).out.replace(plain["title"], "")


def test_a_short_post_is_judged_with_the_posts_around_it_and_says_so(run: Run, tmp_path: Path) -> None:
    people = "Aldous Huxley, Robert Graves, Anne Sexton, Ted Hughes, Elizabeth Bishop."
    assert detect(people).code == "und"
    posts = [ENGLISH[0], people, ENGLISH[1], SPANISH[0], SPANISH[1]]
    assert run("ingest", site_of(tmp_path, posts), "--profile", "site.toml").code == 0
    records = [json.loads(line) for line in run("export", "--all").out.splitlines()]
    assert [record["language"] for record in records] == ["en", "en", "en", "es", "es"]
    assert [record["language_source"] for record in records] == ["text", "surroundings", "text", "text", "text"]
    for record in records:
        shown = run("show", record["id"]).out
        assert ("by the posts around it" in shown) == (record["language_source"] == "surroundings")


@pytest.fixture
def read_texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are read for their language."""
    seen: list[str] = []
    judge = languages._judge

    def spy(texts: list[str], languages: tuple[str, ...]) -> list[languages.Language]:
        seen.extend(texts)
        return judge(texts, languages)

    monkeypatch.setattr(languages, "_judge", spy)
    return seen


def test_no_text_is_read_twice_for_its_language(archive: Archive, tmp_path: Path, read_texts: list[str]) -> None:
    first = site_of(tmp_path, [*ENGLISH, *SPANISH[:2]] * 2, "first.txt")
    second = site_of(tmp_path, [*SPANISH, *ENGLISH[1:]], "second.txt")
    archive.ingest(tmp_path / first, profile=tmp_path / "site.toml")
    assert len(read_texts) == 5
    read_texts.clear()
    archive.ingest(tmp_path / second, profile=tmp_path / "site.toml")
    assert len(read_texts) == 1
    assert SPANISH[2] in read_texts[0]
    with Archive(":memory:") as other:
        other.ingest(tmp_path / second, profile=tmp_path / "site.toml")
        other.ingest(tmp_path / first, profile=tmp_path / "site.toml")
        assert list(other.records(every=True)) == list(archive.records(every=True))


def test_other_rules_judge_all_texts_anew(
    archive: Archive, tmp_path: Path, read_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first.txt").write_text(POSTS * 2, "utf-8")
    (tmp_path / "second.txt").write_text(POSTS * 2 + EN, "utf-8")
    archive.ingest(tmp_path / "first.txt")
    known = set(read_texts)
    assert known
    read_texts.clear()
    monkeypatch.setattr(languages, "VERSION", languages.VERSION + 1)
    archive.ingest(tmp_path / "second.txt")
    assert known & set(read_texts)
    read_texts.clear()
    archive.rebuild()
    assert known & set(read_texts)


def test_seed_processes_and_order_make_no_difference() -> None:
    program = """
import json, sys
import blogarc, blogarc.languages
if __name__ == "__main__":
    blogarc.languages._WORTH_A_PROCESS = 2
    with blogarc.Archive(":memory:") as archive:
        for dump in sys.argv[2:]:
            archive.ingest(dump, jobs=int(sys.argv[1]))
        told = [name for name in next(archive.records(every=True)) if "lang" in name or name in ("id", "mixed")]
        print(json.dumps([[record[name] for name in told] for record in archive.records(every=True)]))
"""
    dumps = [str(dump) for dump in sample_dumps()]
    runs = [("0", "1", dumps), ("1", "2", dumps[::-1]), ("77", "1", dumps[::-1])]
    told = [
        subprocess.run(
            [sys.executable, "-c", program, jobs, *order],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed, jobs, order in runs
    ]
    assert len(json.loads(told[0])) > 20
    assert told[0] == told[1] == told[2]


def test_ingest_refuses_languages_that_it_does_not_know(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_text(POSTS, "utf-8")
    told = run("ingest", "dump.txt", "--languages", "en,klingon")
    assert told.code == 2
    assert "klingon" in told.err
    assert run("ingest", "dump.txt", "--languages", "en, es").code == 0


# langdetect itself is the oracle of its quicker double.


def stock_factory() -> Any:
    factory = DetectorFactory()
    factory.load_json_profile([Path(PROFILES_DIRECTORY, code).read_text("utf-8") for code in LANGUAGES])
    factory.set_seed(profiles.SEED)
    return factory


STOCK = stock_factory()


def probabilities(factory: Any, *pieces: str) -> list[float] | None:
    """To the last bit; None where langdetect raises."""
    detector = factory.create()
    for piece in pieces:
        detector.append(piece)
    try:
        detector.get_probabilities()
    except LangDetectException:
        return None
    found: list[float] = detector.langprob
    return found


@pytest.mark.parametrize("text", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_the_detector_draws_as_langdetect_does(text: str) -> None:
    assert probabilities(profiles.load(LANGUAGES), text) == probabilities(STOCK, text)


def test_the_detector_draws_as_langdetect_does_from_every_sample_paragraph() -> None:
    for dump in sample_dumps():
        for line in dump.read_text("utf-8").split("\n"):
            assert probabilities(profiles.load(LANGUAGES), line) == probabilities(STOCK, line), line


@given(st.lists(ANY_TEXT, max_size=3))
@example(["AB Cd eFG H", "x  y"])
@example(["ê\u0301 A\u0300", "\u0301"])
@example(["http://example.org/la/casa la casa de a@b.cc y x@y"])
@example(["русский текст with a few words"])
def test_the_detector_draws_as_langdetect_does_from_anything(pieces: list[str]) -> None:
    assert probabilities(profiles.load(LANGUAGES), *pieces) == probabilities(STOCK, *pieces)


def test_the_extra_for_speed_draws_the_same() -> None:
    pytest.importorskip("langdetect_rs", reason="blogarc[fast] is not installed")
    fast = profiles._fast_factory(LANGUAGES)
    for dump in sample_dumps():
        for line in dump.read_text("utf-8").split("\n"):
            if any(letter.isalpha() for letter in line):
                assert probabilities(fast, line) == probabilities(STOCK, line), line
