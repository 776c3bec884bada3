"""Pages in a real browser: nothing in its console, no request off the page, hostile text shown as text, rules of axe-core.

Needs Chromium with its driver (Debian's packages chromium and chromium-driver), selenium and axe-core-python; where one of
them is missing these tests are skipped, and say so.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from blogarc import Archive, browse
from blogarc.text import visible
from tests import hostile

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install --group dev")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no Chromium with chromedriver: apt install chromium chromium-driver"
)
FLAGS = (
    "--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    " --disable-sync --hide-scrollbars"
).split()
DESKTOP, TELEPHONE = (1280, 900), (360, 740)


class Browser:
    """Chromium, with what it said and asked for since the last page."""

    def __init__(self, profile: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        # Within a container root has no sandbox to give.
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        for flag in [*FLAGS, *root, f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
        self.driver.set_page_load_timeout(30)
        self.driver.set_script_timeout(30)

    def open(self, address: str, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> None:
        self.said()
        self.asked()
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == TELEPHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.get(address)

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def said(self) -> list[str]:
        """What is red or yellow in the console: errors of scripts, what the policy refused, what could not be loaded."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def asked(self) -> list[str]:
        """The addresses that were requested, but for those of Chromium's own first page."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        requests = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [r["request"]["url"] for r in requests if not r["documentURL"].startswith("chrome")]

    def faults(self) -> list[str]:
        """What axe-core finds against WCAG 2.1 AA and the usual practice: contrast, headings, landmarks, tables, names."""
        axe = resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
        self.driver.execute_script(axe)
        found = self.driver.execute_async_script(
            "const done = arguments[0];"
            "document.querySelectorAll('details').forEach(part => { part.open = true; });"
            "axe.run(document, {resultTypes: ['violations']})"
            ".then(r => done(r.violations), e => done([{id: String(e), nodes: []}]));"
        )
        return [f"{rule['id']}: {[node['html'][:200] for node in rule['nodes'][:3]]}" for rule in found]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    started = Browser(tmp_path_factory.mktemp("chromium"))
    yield started
    started.driver.quit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def page(corpus: Archive, folder: Path) -> dict[str, Path]:
    """The report of the sample dumps, in each language."""
    for language in ("en", "es"):
        corpus.report(folder / f"{language}.html", language=language, limit=5)
    return {language: folder / f"{language}.html" for language in ("en", "es")}


@pytest.fixture(scope="module")
def hostile_db(folder: Path) -> Path:
    return hostile.hostile_archive(folder)


class Served:
    """The browser view of an archive on a port of this machine, until `close`."""

    def __init__(self, path: Path) -> None:
        import uvicorn

        self.listening = browse.listen("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn.Config(browse.application(path).app(), log_level="warning"))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listening]}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.listening.close()


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("datasette", reason='the extra blogarc[web] is not installed: pip install "blogarc[web]"')
    folder = tmp_path_factory.mktemp("served")
    with Archive(folder / "blogarc.db") as archive:
        samples = Path(__file__).parent.parent / "sample_data"
        archive.ingest(*sorted(samples.glob("*.txt")))
        (folder / "votes.txt").write_text(
            "La elección de la alcaldesa fue el domingo.\n\nNadie esperaba que lloviera.\n", "utf-8"
        )
        archive.ingest(folder / "votes.txt")
        archive.pairs()
    served = Served(folder / "blogarc.db")
    yield served.address
    served.close()


def test_a_report_works_from_a_file_and_asks_for_nothing(browser: Browser, page: dict[str, Path]) -> None:
    browser.open(page["en"].as_uri())
    assert browser.run("return document.title") == "What is in :memory:"
    assert browser.run("return getComputedStyle(document.querySelector('.block.first')).fill") != "rgb(0, 0, 0)"
    assert browser.said() == []
    assert browser.asked() == [page["en"].as_uri()]
    assert browser.run("return performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("en", "light", DESKTOP), ("es", "dark", DESKTOP), ("es", "light", TELEPHONE), ("en", "dark", TELEPHONE)],
)
def test_a_report_is_for_everybody(
    browser: Browser, page: dict[str, Path], language: str, scheme: str, size: tuple[int, int]
) -> None:
    browser.open(page[language].as_uri(), size, scheme)
    assert browser.faults() == []
    assert browser.run("return document.documentElement.scrollWidth") <= size[0]


def test_a_piece_of_a_strip_leads_to_its_post(browser: Browser, page: dict[str, Path]) -> None:
    browser.open(page["en"].as_uri())
    browser.run("document.querySelector('.strip a').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    assert browser.run("return document.querySelector('li:target').id") == "post-1"


def test_a_report_can_be_printed(browser: Browser, page: dict[str, Path]) -> None:
    browser.open(page["en"].as_uri(), scheme="dark")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.run("return getComputedStyle(document.querySelector('nav')).display") == "none"
    assert len(browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})["data"]) > 10_000
    assert browser.said() == []


def test_hostile_text_in_a_report_is_text(browser: Browser, hostile_db: Path, folder: Path) -> None:
    with Archive(hostile_db) as archive:
        archive.report(folder / "hostile.html", limit=100)
    browser.open((folder / "hostile.html").as_uri())
    refused(browser, (folder / "hostile.html").as_uri())
    told = "".join(browser.run("return document.body.textContent").split())
    for text in hostile.ALL:
        assert "".join(visible(text).split()) in told, text
    browser.open((folder / "hostile.html").as_uri(), TELEPHONE)
    assert browser.run("return document.documentElement.scrollWidth") <= TELEPHONE[0]
    assert browser.faults() == []


def refused(browser: Browser, address: str) -> None:
    """Nothing of a hostile text came to life: no script of it ran, no element of it is there, nothing was asked for."""
    assert browser.run(f"return window.{hostile.HIT} === undefined")
    assert (
        browser.run(
            "return document.querySelectorAll('main script, main img, main iframe, main form, main b, base, object').length"
        )
        == 0
    )
    assert browser.said() == []
    assert browser.asked() == [address]


def test_hostile_text_in_the_browser_view_is_text(browser: Browser, hostile_db: Path) -> None:
    served = Served(hostile_db)
    try:
        with Archive(hostile_db) as archive:
            pair, copy = archive.overview().pairs.rows[0], archive.overview().copies.rows[0]
        for address in (
            f"pair/{pair.source.key}-{pair.target.key}",
            f"duplicate/{copy.article.key}-{copy.kept.key}",
            f"article/{pair.source.key}",
        ):
            browser.open(f"{served.address}/-/blogarc/{address}")
            assert browser.run("return document.querySelector('h1').textContent")
            refused(browser, f"{served.address}/-/blogarc/{address}")
        for table in ("", "archive/corpus", "archive/search?words=script", "archive/pairs", "archive/leftovers"):
            browser.open(f"{served.address}/{table}")
            assert browser.run(f"return window.{hostile.HIT} === undefined")
            assert browser.said() == []
            assert [url for url in browser.asked() if not url.startswith((served.address, "data:"))] == []
    finally:
        served.close()


def test_a_search_in_the_browser_view_folds_accents(browser: Browser, view: str) -> None:
    from selenium.webdriver.common.by import By

    browser.open(view)
    browser.driver.find_element(By.LINK_TEXT, "Search").click()
    field = browser.driver.find_element(By.NAME, "words")
    field.send_keys("eleccion")
    field.submit()
    assert "[elección]" in browser.driver.find_element(By.CSS_SELECTOR, "table").text
    browser.driver.find_element(By.LINK_TEXT, "read").click()
    assert "La elección de la alcaldesa fue el domingo." in browser.driver.find_element(By.TAG_NAME, "main").text
    assert browser.said() == []
    assert [url for url in browser.asked() if not url.startswith((view, "data:"))] == []


@pytest.mark.parametrize("query", ["Translation pairs", "Near duplicates"])
def test_a_pair_and_a_copy_open_from_the_browser_view(browser: Browser, view: str, query: str) -> None:
    from selenium.webdriver.common.by import By

    browser.open(view)
    browser.driver.find_element(By.LINK_TEXT, query).click()
    browser.driver.find_element(By.LINK_TEXT, "side by side").click()
    rows = browser.driver.find_elements(By.CSS_SELECTOR, "table.sides tbody tr")
    assert len(rows) > 1
    assert browser.faults() == []
    browser.driver.find_element(By.LINK_TEXT, "blogarc").click()
    assert browser.driver.current_url == f"{view}/"
    assert browser.said() == []
