"""The language in which blogarc speaks: whole, true to its fields, and never in what programs read."""

from __future__ import annotations

import gettext
import io
import json
import os
import string
import subprocess
import sys
from pathlib import Path

import pytest

from blogarc import messages
from blogarc.errors import NoArchiveError
from tests.conftest import Run, contents
from tests.test_cli import ELSEWHERE, LINES

make_words = pytest.importorskip("tests.make_words", reason="babel is not installed")

CATALOGUE = [message for message in make_words.catalogue() if message.id]


@pytest.fixture
def spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "es_ES.UTF-8")
    messages.use("es")


def fields(template: str) -> list[str]:
    """The fields of a template with what they are formatted by."""
    return sorted(
        f"{name}!{how}:{spec}" for _, name, spec, how in string.Formatter().parse(template) if name is not None
    )


class TestCatalogue:
    def test_has_all_that_is_marked_as_a_message(self) -> None:
        assert [message for message, marked in make_words.missing() if marked] == [], "run: make words, and translate"

    def test_has_nearly_all_that_is_collected(self) -> None:
        """What somebody adds below in English waits for its translation, and does no harm."""
        assert len(make_words.missing()) < 0.1 * len(make_words.collect()), "make words; then --missing lists them"

    def test_is_compiled(self) -> None:
        """The bytes may differ with the version of babel; what they say may not."""
        ready, anew = (
            gettext.GNUTranslations(io.BytesIO(data))._catalog  # type: ignore[attr-defined]
            for data in (contents(make_words.MO), make_words.compiled(make_words.catalogue()))
        )
        ready.pop(""), anew.pop("")
        assert ready == anew, "run: make words"

    @pytest.mark.parametrize("message", CATALOGUE, ids=lambda m: str(m.id)[:40])
    def test_fills_in_the_same_fields(self, message: object) -> None:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)  # type: ignore[attr-defined]
        told = message.string if isinstance(message.string, tuple) else (message.string,)  # type: ignore[attr-defined]
        if not all(told) or ids[0].startswith("Turn raw") or "\b" in ids[0]:
            return
        try:
            wanted = fields(ids[0])
        except ValueError:  # braces of something else, as in the help of jq
            return
        assert all(fields(one) == wanted for one in told)

    def test_keeps_examples_as_they_are_typed(self) -> None:
        for message in CATALOGUE:
            if isinstance(message.id, str) and "\b" in message.id and message.string:
                examples = [part for part in message.id.split("\n\n") if part.startswith("\b")]
                assert all(example in message.string for example in examples)


class TestSpeaking:
    def test_english_is_what_the_code_says(self) -> None:
        assert messages.say("There is no archive at {name}.", name="x") == "There is no archive at x."

    def test_counts_agree(self, spanish: None) -> None:
        assert [messages.counted(n, "translation pair") for n in (0, 1, 2)] == [
            "0 pares de traducción", "1 par de traducción", "2 pares de traducción",
        ]  # fmt: skip
        assert messages.counted(2, "ghost") == "2 ghosts"

    @pytest.mark.parametrize(
        ("variables", "language"),
        [
            ({}, "en"),
            ({"LANG": "es"}, "es"),
            ({"LANG": "es_MX.UTF-8"}, "es"),
            ({"LANG": "es_ES.UTF-8", "LC_ALL": "C"}, "en"),
            ({"LANG": "C.UTF-8", "LC_MESSAGES": "es_AR"}, "es"),
            ({"LANG": "de_DE.UTF-8"}, "en"),
            ({"LANG": "est_EE"}, "en"),
        ],
    )
    def test_the_locale_is_heard(
        self, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
    ) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert messages.from_locale() == language

    def test_errors_of_the_rooms_below_are_told_in_spanish(self, spanish: None) -> None:
        error = NoArchiveError("There is no archive at my {odd} name.db.")
        assert messages.translated(error.message) == "No hay ningún archivo de blogarc en my {odd} name.db."
        assert messages.translated("Quite another sentence, of 2 words.") == "Quite another sentence, of 2 words."
        assert messages.translated("") == ""

    def test_every_template_is_found_again(self, spanish: None) -> None:
        for message in CATALOGUE:
            if isinstance(message.id, str) and "{v1}" in message.id and message.string:
                values = {f"v{n}": f"<{n}>" for n in range(1, 9)}
                told = messages.translated(message.id.format(**values))
                assert told == message.string.format(**values), message.id

    def test_a_hostile_sentence_costs_little(self, spanish: None) -> None:
        import time

        clock = time.process_time()
        messages.translated(": . , line " * 180)
        assert time.process_time() - clock < 1.0

    def test_a_notebook_hears_english(self, tmp_path: Path) -> None:
        """Who only imports blogarc has asked for no interface."""
        code = (
            "import blogarc\ntry: blogarc.Archive('gone.db', create=False)\nexcept blogarc.BlogarcError as e: print(e)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={**os.environ, "LANG": "es_ES.UTF-8"},
        )  # fmt: skip
        assert done.stdout == "There is no archive at gone.db.\n"


class TestCommands:
    def test_speak_spanish_where_the_locale_does(self, run: Run, filled: Path, spanish: None) -> None:
        assert "18 artículos." in run("list", "-d", filled).err
        assert "Siguiente: blogarc" in run("stats", "-d", filled).err
        assert "volcados" in run("stats", "-d", filled).out
        assert "¿Empieza una entrada en" in run("review", "-d", filled, stdin=b"").out
        ended = run("stats", "-d", "gone.db")
        assert ended.code == 10
        assert "No hay ningún archivo de blogarc en gone.db." in ended.err
        assert "Haga uno con: blogarc ingest" in ended.err

    def test_obey_whoever_asks_for_another_language(self, run: Run, filled: Path, spanish: None) -> None:
        assert "18 articles." in run("list", "--ui", "en", "-d", filled).err
        assert "18 artículos." in run("list", "-d", filled).err

    def test_help_is_translated_with_its_examples(self, run: Run, spanish: None) -> None:
        told = run("review", "--help").out
        assert "Repasa los casos más dudosos" in told
        assert "blogarc review --only duplicates" in told
        assert "Opciones:" in told
        assert "Órdenes:" in run("--help").out

    @pytest.mark.usefixtures("served_and_closed")
    @pytest.mark.parametrize("name", [n for n in LINES if n not in ("restore", *ELSEWHERE)])
    def test_say_the_same_to_programs_in_every_language(
        self, run: Run, filled: Path, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        line = [*LINES[name], *([] if name == "export" else ["--json"]), "--dry-run", "-d", filled]
        line = [
            part for part in line if part != "--dry-run" or name in ("ingest", "dedupe", "pairs", "rebuild", "decide")
        ]
        english = run(*line).out
        monkeypatch.setenv("LANG", "es_ES.UTF-8")
        told = run(*line).out
        assert what_is_said(told) == what_is_said(english)

    def test_give_reasons_in_spanish_and_keep_them_in_english_for_programs(
        self, run: Run, filled: Path, spanish: None
    ) -> None:
        told = run("explain", "67140943", "-d", filled).out
        assert "lo representa: la mayoría de los demás se le parecen" in " ".join(told.split())
        assert "palabras, 2 de 2 copias" in " ".join(told.split())
        assert json.loads(run("explain", "67140943", "--json", "-d", filled).out)["because"].startswith("most others")

    def test_tell_in_spanish_what_check_finds(self, run: Run, filled: Path, tmp_path: Path, spanish: None) -> None:
        import sqlite3

        hurt = tmp_path / "hurt.db"
        hurt.write_bytes(contents(filled))
        connection = sqlite3.connect(hurt)
        with connection:
            connection.execute("UPDATE articles SET text = text || '!' WHERE id = 1")
        connection.close()
        told = run("check", "-d", hurt)
        assert "el texto del artículo no es el de sus párrafos." in " ".join((told.out + told.err).split())
        assert "the text of the article is not" in run("check", "--json", "-d", hurt).out

    def test_errors_for_programs_are_in_english(self, run: Run, spanish: None) -> None:
        assert "There is no archive at gone.db." in run("stats", "--json", "-d", "gone.db").err


def what_is_said(told: str) -> object:
    """The document without what differs from run to run, and the size of a page, which is for people and in their language."""
    try:
        document = json.loads(told)
    except ValueError:
        return told
    if isinstance(document, dict):
        for passing in ("seconds", "bytes"):
            document.pop(passing, None)
        for inner in document.values():
            if isinstance(inner, dict):
                inner.pop("decided", None)
    return document
