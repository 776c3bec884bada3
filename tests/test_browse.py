"""The browser view: what Datasette is told, the pages beside its tables, who is answered, and that nothing is written."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from blogarc import Archive, browse
from blogarc.archive import browsing
from blogarc.errors import CorruptError, UsageError
from blogarc.report.messages import LANGUAGES, Messages
from tests.conftest import Run, contents

pytest.importorskip("datasette", reason='the extra blogarc[web] is not installed: pip install "blogarc[web]"')


class View:
    """The browser view of an archive, asked without a network."""

    def __init__(self, path: Path, **options: Any) -> None:
        self._datasette = browse.application(path, **options)

    def get(self, address: str, **headers: str) -> Any:
        return asyncio.run(self._datasette.client.get(address, headers=headers))

    def rows(self, address: str) -> list[dict[str, Any]]:
        answer = self.get(address)
        assert answer.status_code == 200, answer.text
        return list(answer.json())


@pytest.fixture
def view(filled: Path) -> View:
    return View(filled)


# -- tables and queries


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_query_and_every_table_that_it_is_told_of_is_there(filled: Path, language: str) -> None:
    view = View(filled, language=language)
    told = view.get("/archive.json").json()
    there = {table["name"] for table in told["tables"]} | {table["name"] for table in told["views"]}
    metadata = browsing.metadata("archive", filled.name, language)["databases"]["archive"]
    assert set(metadata["tables"]) <= there
    page = view.get("/archive").text
    for name, query in metadata["queries"].items():
        assert query["title"] in unescape(page)
        assert view.get(f"/archive/{name}?words=agua").status_code == 200
    for name, table in metadata["tables"].items():
        answer = view.get(f"/archive/{name}.json")
        assert answer.status_code == 200
        assert set(table.get("facets", ())) >= set(answer.json()["facet_results"])
        assert set(table.get("facets", ())) <= set(answer.json()["columns"])


def test_search_folds_accents(view: View) -> None:
    found = view.rows("/archive/search.json?words=pluviometro&_shape=array")
    assert found
    assert "[pluviómetro]" in found[0]["found"]
    assert view.rows("/archive/search.json?words=&_shape=array") == []
    assert view.rows('/archive/search.json?words="(*&_shape=array') == []


def test_the_search_box_of_articles_folds_accents_too(view: View) -> None:
    assert view.rows("/archive/articles.json?_search=pluviometro&_shape=array")


def test_leftovers_come_with_the_least_sure_first(view: View) -> None:
    weights = [row["evidence"] for row in view.rows("/archive/leftovers_least_sure.json?_shape=array")]
    assert weights
    assert weights == sorted(weights)


def test_the_corpus_has_its_facets(view: View) -> None:
    facets = view.get("/archive/corpus.json?_facet=language&_facet=year").json()["facet_results"]
    assert {row["value"]: row["count"] for row in facets["language"]["results"]} == {"en": 10, "es": 8}
    assert "year" in facets


def test_the_first_page_says_where_to_begin(view: View) -> None:
    page = view.get("/").text
    for address in ("/-/blogarc/report", "/archive/search", "/archive/pairs", "/archive/near_duplicates"):
        assert f'<a href="{address}">' in page
        assert view.get(address).status_code == 200


# -- our pages


@pytest.mark.parametrize(
    ("query", "kind"), [("pairs", "pair"), ("near_duplicates", "duplicate"), ("search", "article")]
)
def test_a_row_leads_to_its_page(view: View, query: str, kind: str) -> None:
    row = view.rows(f"/archive/{query}.json?words=viento&_shape=array")[0]
    html = view.get(f"/archive/{query}?words=viento").text
    assert f'<a href="{row["page"]}">' in html
    assert row["page"].startswith(f"/-/blogarc/{kind}/")
    answer = view.get(row["page"])
    assert answer.status_code == 200
    assert row["title"] in unescape(answer.text)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<script" not in answer.text


def test_a_page_of_the_view_speaks_the_language_of_the_interface(filled: Path) -> None:
    view = View(filled, language="es")
    assert '<html lang="es">' in view.get("/-/blogarc/report").text
    page = view.rows("/archive/pairs.json?_shape=array")[0]["page"]
    assert Messages("es").text("pairs.wrong") in view.get(page).text


@pytest.mark.parametrize(
    "address",
    [
        "pair/0000000000000000-1111111111111111",
        "duplicate/zz-yy",
        "article/0000000000000000",
        "article/../../etc",
        "nothing",
    ],
)
def test_what_is_not_there_is_not_found(view: View, address: str) -> None:
    assert view.get(f"/-/blogarc/{address}").status_code == 404


def test_what_is_refused_is_said_to_the_browser_and_makes_no_traceback(
    view: View, capsys: pytest.CaptureFixture[str]
) -> None:
    told = view.get("/archive.json?sql=select a from nowhere")
    assert (told.status_code, told.json()["ok"]) == (400, False)
    assert "nowhere" in told.json()["error"]
    assert "nowhere" in view.get("/archive?sql=select a from nowhere").text
    assert view.get("/archive/nothing").status_code == 404
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err


def test_two_articles_that_are_no_pair_have_no_page(view: View) -> None:
    keys = [row["id"] for row in view.rows("/archive/corpus.json?language=en&_shape=array")][:2]
    assert view.get(f"/-/blogarc/pair/{keys[0]}-{keys[1]}").status_code == 404
    assert view.get(f"/-/blogarc/duplicate/{keys[0]}-{keys[1]}").status_code == 404


def test_a_decision_shows_at_once(filled: Path) -> None:
    view = View(filled)
    before = view.rows("/archive/pairs.json?_shape=array")
    first, second = re.findall(r"[0-9a-f]{16}", before[0]["page"])
    with Archive(filled) as archive:
        archive.decide("not-pair", first, second)
        archive.pairs()
    assert len(view.rows("/archive/pairs.json?_shape=array")) == len(before) - 1


# -- who is answered, and what may be done


def test_only_requests_for_this_machine_are_answered(filled: Path) -> None:
    view = View(filled, hosts=frozenset({"localhost", "127.0.0.1"}))
    assert view.get("/", host="localhost:8001").status_code == 200
    assert view.get("/", host="127.0.0.1").status_code == 200
    for host in ("evil.example", "localhost.evil.example:8001", ""):
        refused = view.get("/-/blogarc/report", host=host)
        assert refused.status_code == 421
        assert "Report" not in refused.text


def test_nothing_can_be_written(view: View, filled: Path) -> None:
    before = contents(filled)
    for sql in (
        "delete from articles",
        "update articles set title = ''",
        "attach 'x.db' as x",
        "pragma journal_mode=wal",
    ):
        assert view.get(f"/archive.json?sql={sql}").status_code in (400, 403)
    assert view.get("/archive.json?sql=with x as (select 1) insert into runs select 1").status_code == 400
    assert contents(filled) == before
    with Archive(filled, read_only=True) as archive, pytest.raises(Exception, match="readonly"):
        archive.decide("cut", "harbour.txt:15")
    assert contents(filled) == before


@pytest.mark.parametrize("name", ["what? 100%.db", "a#b.db", "ñandú & co.db"])
def test_an_archive_may_be_called_anything(filled: Path, name: str) -> None:
    view = View(filled.rename(filled.with_name(name)))
    assert len(view.rows("/archive/pairs.json?_shape=array")) == 4
    assert view.get("/-/blogarc/report").status_code == 200


def test_a_file_that_is_no_archive_is_not_served(tmp_path: Path, run: Run) -> None:
    (tmp_path / "other.db").write_bytes(b"SQLite format 3\x00" + bytes(100))
    assert run("browse", "-d", "other.db", "--no-open").code == CorruptError.exit_code
    assert run("browse", "-d", "nothing.db", "--no-open").code == 10


# -- the command


def test_without_the_extra_the_command_names_it(filled: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasette.app", None)
    ended = run("browse", "-d", filled, "--no-open")
    assert ended.code == 2
    assert 'pip install "blogarc[web]"' in ended.err
    assert len(ended.complaint) <= 4


@pytest.mark.parametrize("options", [(), ("--no-open",)])
def test_a_browser_is_opened_unless_it_is_not_wanted(
    filled: Path, run: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    opened: Queue[str] = Queue()
    monkeypatch.setattr("webbrowser.open", opened.put)
    monkeypatch.setattr("blogarc.browse.serve", lambda *_, ready, **__: ready("http://127.0.0.1:1/"))
    ended = run("browse", "-d", filled, "--port", 0, *options)
    assert ended.code == 0
    assert "is open at http://127.0.0.1:1/" in ended.err
    if options:
        assert opened.empty()
    else:
        assert opened.get(timeout=10) == "http://127.0.0.1:1/"


def test_whoever_serves_others_is_warned(filled: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blogarc.browse.serve", lambda *_, **__: None)
    ended = run("browse", "-d", filled, "--no-open", "--port", 0, "--host", "0.0.0.0")
    assert "can read the whole archive" in ended.err
    assert "can read" not in run("browse", "-d", filled, "--no-open", "--port", 0).err


def test_a_port_that_is_taken_is_named(filled: Path, run: Run) -> None:
    with browse.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        taken.listen()
        ended = run("browse", "-d", filled, "--no-open", "--port", port)
    assert ended.code == 2
    assert str(port) in ended.err


def test_without_a_port_any_free_one_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with browse.listen("127.0.0.1", 0) as taken:
        taken.listen()
        monkeypatch.setattr("blogarc.browse.serving.DEFAULT_PORT", taken.getsockname()[1])
        with browse.listen("127.0.0.1", None) as found:
            assert found.getsockname()[1] not in (0, taken.getsockname()[1])


def test_a_name_that_is_no_address_of_this_machine_is_refused() -> None:
    with pytest.raises(UsageError, match="Cannot listen"):
        browse.listen("203.0.113.7", 0)


@pytest.fixture
def served(filled: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command itself, and the address that it names."""
    command = [sys.executable, "-m", "blogarc", "browse", "-d", str(filled), "--no-open", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = "".join(iter(process.stdout.readline, "}\n")) + "}"
        yield json.loads(told)["url"], process
        process.kill()


def test_the_command_serves_this_machine_until_it_is_interrupted(served: tuple[str, subprocess.Popen[str]]) -> None:
    address, process = served
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(address, timeout=20) as answer:
        assert b"/-/blogarc/report" in answer.read()
    with socket.socket() as other:
        other.settimeout(2)
        ours = next(
            (info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)), "127.0.0.1"
        )
        if not str(ours).startswith("127."):
            assert other.connect_ex((str(ours), int(address.rstrip("/").rpartition(":")[2]))) != 0
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
