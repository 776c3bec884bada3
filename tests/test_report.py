"""The page of `report`: what it shows, that it is whole, safe and the same each time, in both languages."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
import string
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive
from blogarc.clues import DUMP_CLUES
from blogarc.errors import NoArchiveError, UsageError, WriteError
from blogarc.report import LANGUAGES, drawing, messages, page
from blogarc.report.comparison import MOST_WORDS, Comparison, compare
from blogarc.report.content import Block
from blogarc.report.messages import Messages, catalogue
from blogarc.text import visible
from tests import hostile
from tests.conftest import Run, sample_dumps

TEMPLATES = sorted(resources.files("blogarc.report").joinpath("templates").iterdir(), key=str)
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """A page as a reader of HTML sees it: its elements with their attributes, and its text. It must close what it opens."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html.decode("utf-8"))
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    @property
    def commands(self) -> list[str]:
        return [text for text in self.texts if text.startswith("blogarc decide ")]


def report_of(archive: Archive, tmp_path: Path, **options: object) -> bytes:
    archive.report(tmp_path / "page.html", **options)  # type: ignore[arg-type]
    return (tmp_path / "page.html").read_bytes()


@pytest.fixture(scope="module", params=LANGUAGES)
def shown(request: pytest.FixtureRequest, corpus: Archive, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(report_of(corpus, tmp_path_factory.mktemp("report"), language=request.param))


# -- what it shows


def test_every_dump_has_a_strip_and_every_post_a_place(shown: Page, corpus: Archive) -> None:
    for dump in sample_dumps():
        assert dump.name in shown.text
    posts = [attributes["id"] for tag, attributes in shown.elements if tag == "li" and "id" in attributes]
    assert posts == [f"post-{n}" for n in range(1, corpus.stats().clusters + 1)]
    targets = {attributes["href"] for tag, attributes in shown.elements if tag == "a" and "tabindex" in attributes}
    assert targets == {f"#{post}" for post in posts}


def test_every_link_within_the_page_leads_somewhere(shown: Page) -> None:
    ids = [attributes["id"] for _, attributes in shown.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for _, attributes in shown.elements:
        for name in ("href", "aria-labelledby"):
            if name in attributes:
                assert str(attributes[name]).removeprefix("#") in ids


def test_the_blocks_of_a_strip_are_all_articles_and_leftovers_in_their_order(corpus: Archive) -> None:
    overview = corpus.overview()
    assert sum(strip.articles for strip in overview.strips.rows) == corpus.stats().articles
    for strip in overview.strips.rows:
        blocks = strip.blocks.rows
        assert sum(block.key != "" for block in blocks) == strip.articles
        assert all(a.end <= b.start for a, b in pairwise(blocks))
        assert blocks[-1].end <= strip.size
    numbers = {listed.post.key: listed.number for listed in overview.articles.rows}
    for record in corpus.records(every=True):
        block = next(
            b
            for s in overview.strips.rows
            for b in s.blocks.rows
            if s.name == record["source"] and b.start == record["byte_start"]
        )
        assert block.number == numbers[record["cluster"]]
        assert block.kind == (record["kind"] if record["kind"] != "representative" else block.kind)


def test_words_that_differ_are_marked_on_their_side(shown: Page, corpus: Archive) -> None:
    tags = [tag for tag, _ in shown.elements]
    assert tags.count("del")
    assert tags.count("ins")
    call = corpus.overview().copies.rows[0]
    for row in compare(call.article.text, call.kept.text).rows:
        for stretch in (*row.first, *row.second):
            assert " ".join(stretch.text.split()) in shown.text


def test_both_sides_of_every_pair_are_there_whole(shown: Page, corpus: Archive) -> None:
    pairs = corpus.overview().pairs.rows
    assert pairs
    for call in pairs:
        for post in (call.source, call.target):
            for paragraph in post.text.split("\n\n"):
                assert " ".join(paragraph.split()) in shown.text


def test_the_closest_calls_come_first(corpus: Archive) -> None:
    overview = corpus.overview(limit=1000)
    for scores in (
        [call.score for call in overview.splits.rows],
        [call.score for call in overview.leftovers.rows],
        [call.similarity for call in overview.copies.rows],
        [call.score for call in overview.pairs.rows],
        [-call.score for call in overview.misses.rows],
    ):
        assert scores == sorted(scores)


def test_every_command_of_the_page_is_one_that_decides(filled: Path, run: Run) -> None:
    run("report", "-d", filled, "-o", "page.html", "--limit", 2)
    commands = Page(Path("page.html").read_bytes()).commands
    assert {command.split()[2] for command in commands} == {"no-cut", "content", "different", "not-pair", "pair"}
    for command in commands:
        assert run(*shlex.split(command)[1:], "--dry-run").code == 0, command


def test_a_decision_is_obeyed_by_the_next_report(filled: Path, tmp_path: Path) -> None:
    with Archive(filled) as archive:
        call = archive.overview().pairs.rows[0]
        archive.decide("not-pair", call.source.key, call.target.key)
        told = archive.report(tmp_path / "page.html")
        assert told.ran_before == ["pairs"]
        left = [(pair.source.key, pair.target.key) for pair in archive.overview().pairs.rows]
        assert left
        assert (call.source.key, call.target.key) not in left


def test_what_is_not_shown_is_counted(corpus: Archive, tmp_path: Path) -> None:
    html = report_of(corpus, tmp_path, limit=1)
    overview = corpus.overview(limit=1)
    assert len(overview.splits.rows) == 1
    assert overview.left_out["splits"] == overview.splits.total - 1
    assert f"Shown: 1 of {overview.splits.total} splits." in Page(html).text


def test_the_archive_can_be_empty_of_copies_and_pairs(archive: Archive, tmp_path: Path) -> None:
    dump = tmp_path / "one.txt"
    dump.write_text("The only post of this dump says that it rained for nine days in Quilmar, and then stopped.\n")
    archive.ingest(dump)
    told = Page(report_of(archive, tmp_path))
    assert "it rained for nine days" in told.text
    assert "copies" not in {attributes.get("id") for _, attributes in told.elements}


def test_an_archive_of_nothing_has_no_report(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(NoArchiveError):
        archive.report(tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_a_page_of_a_large_archive_stays_a_page(archive: Archive, tmp_path: Path) -> None:
    records = tmp_path / "many.jsonl"
    with records.open("w") as stream:
        for n in range(450):
            text = " ".join(f"{n * 31 % 977}{k}" for k in range(20))
            stream.write(json.dumps({"title": f"Post {n}", "text": text}) + "\n")
    archive.ingest(records)
    html = report_of(archive, tmp_path, limit=5)
    assert len(html) < 1_000_000
    assert "Shown: 400 of 450 posts." in Page(html).text


# -- whole, safe, the same


def test_the_same_archive_makes_the_same_bytes(corpus: Archive, tmp_path: Path) -> None:
    assert report_of(corpus, tmp_path) == report_of(corpus, tmp_path)


def test_a_report_is_there_whole_or_not_at_all(
    corpus: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "page.html"
    target.write_text("what was there")

    def breaks(*_: object, **__: object) -> Iterator[bytes]:
        yield b"<html>"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("blogarc.report.render_report", breaks)
    with pytest.raises(WriteError, match="the disk is full"):
        corpus.report(target)
    assert target.read_text() == "what was there"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_the_page_has_no_script_and_asks_for_nothing(shown: Page) -> None:
    for tag, attributes in shown.elements:
        assert tag not in {"script", "iframe", "img", "link", "object", "embed", "form", "base", "audio", "video"}
        assert not [
            name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset", "action")
        ]
        assert str(attributes.get("href", "#")).startswith("#")


def test_its_policy_allows_its_style_sheet_by_hash_and_nothing_else(
    shown: Page, corpus: Archive, tmp_path: Path
) -> None:
    (policy,) = [a["content"] for t, a in shown.elements if a.get("http-equiv") == "Content-Security-Policy"]
    html = report_of(corpus, tmp_path).decode()
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style
    assert "@import" not in style


def test_hostile_texts_are_texts(tmp_path: Path) -> None:
    path = hostile.hostile_archive(tmp_path)
    with Archive(path) as archive:
        html = report_of(archive, tmp_path, limit=100)
    told = Page(html)  # closes what it opens, so nothing was opened by a text
    assert {tag for tag, _ in told.elements} & {"script", "img", "iframe", "b", "form", "object", "math"} == set()
    everything = "".join(told.text.split())
    for text in hostile.ALL:
        assert "".join(visible(text).split()) in everything, text
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html.decode())


@given(st.text("- 'ab\"$;\n", min_size=1), st.text("- 'ab", min_size=1))
def test_a_command_means_what_it_names(name: str, option: str) -> None:
    words = shlex.split(page.command(f" -d {shlex.quote(option)}", "decide", "cut", name))
    assert words[-1] == option or words[-1] == name
    assert name in words
    assert not name.startswith("-") or words.index("--") < len(words) - 1


def test_dumps_with_one_name_are_told_apart(archive: Archive, tmp_path: Path) -> None:
    told = {
        "a": "The ferry came late on Monday, says the keeper.",
        "b": "Nobody in Valdorneja has seen snow since March.",
    }
    for folder, text in told.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "dump.txt").write_text(f"{text}\n\n{text[::-1]}")
        archive.ingest(tmp_path / folder / "dump.txt")
    digests = {sha256[:12] for sha256, _ in archive.dumps().items()}
    archive.refresh()
    assert {listed.post.place.reference for listed in archive.overview().articles.rows} == digests


# -- words


def test_every_message_is_there_in_every_language_with_the_same_placeholders() -> None:
    def forms(entry: dict[str, object]) -> Iterator[dict[str, str]]:
        for value in [entry] if set(entry) == set(LANGUAGES) else entry.values():
            assert isinstance(value, dict)
            yield value

    for name, entry in catalogue()["texts"].items():
        for told in forms(entry):
            assert set(told) == set(LANGUAGES), name
            fields = {lang: {f for _, f, _, _ in string.Formatter().parse(text) if f} for lang, text in told.items()}
            assert fields["en"] == fields["es"], name


def test_templates_ask_for_messages_that_there_are() -> None:
    texts = catalogue()["texts"]
    for template in TEMPLATES:
        source = template.read_text("utf-8")
        for name in re.findall(r'\bt\("([\w.]+)"[,)]', source):
            assert set(texts[name]) == set(LANGUAGES)
        for name in re.findall(r'\btn\("(\w+)"', source):
            assert set(texts[name]) == {"one", "other"}


def test_the_evidence_has_a_name_in_spanish() -> None:
    weights = json.loads(resources.files("blogarc.segmentation").joinpath("weights.json").read_text("utf-8"))
    names = {*weights["everywhere"], *DUMP_CLUES}
    for regime in weights["regimes"].values():
        names |= set(regime)
    spanish = Messages("es")
    assert sorted(name for name in names if spanish.term(name) is None) == []


def test_the_interface_follows_the_locale_unless_it_is_told(
    filled: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "es_BO.UTF-8")
    assert b'<html lang="es">' in run("report", "-d", filled, "-o", "-").out_bytes
    assert b'<html lang="en">' in run("report", "-d", filled, "-o", "-", "--ui", "en").out_bytes


def test_an_interface_that_there_is_not_is_refused_before_anything_is_done(filled: Path, run: Run) -> None:
    ended = run("report", "-d", filled, "--ui", "fr")
    assert ended.code == 2
    assert "'fr'" in ended.complaint[0]
    assert "en, es" in ended.err
    assert len(ended.complaint) <= 4
    with pytest.raises(UsageError):
        messages.require_language("fr")


@pytest.mark.parametrize(
    ("language", "value", "digits", "told"),
    [
        ("en", 1234567, 0, "1,234,567"),
        ("es", 1234567, 0, "1\u202f234\u202f567"),
        ("es", 4859, 0, "4859"),
        ("es", -0.5, 2, "-0,50"),
    ],
)
def test_numbers_are_written_as_the_language_has_them(language: str, value: float, digits: int, told: str) -> None:
    assert Messages(language).number(value, digits) == told


# -- the command


def test_the_command_says_what_it_wrote_and_what_comes_next(filled: Path, run: Run) -> None:
    ended = run("report", "-d", filled)
    assert ended.code == 0
    assert Path("report.html").exists()
    assert "Wrote report.html" in ended.err
    assert "Next: blogarc browse" in ended.err
    told = run("report", "-d", filled, "--json").json
    assert told["output"] == "report.html"
    assert told["bytes"] == Path("report.html").stat().st_size
    assert told["shown"]["copies"] == 2


def test_a_page_and_json_cannot_both_go_to_standard_output(filled: Path, run: Run) -> None:
    assert run("report", "-d", filled, "-o", "-", "--json").code == 2


# -- comparing and drawing


@given(
    st.lists(st.sampled_from("tide gauge harbour rain wave boat".split()), max_size=120),
    st.lists(st.sampled_from("tide gauge harbour rain wave boat".split()), max_size=120),
)
def test_a_comparison_leaves_out_only_words_that_are_the_same(first: list[str], second: list[str]) -> None:
    told = compare(" ".join(first), " ".join(second))
    skipped = sum(row.skipped for row in told.rows)
    for side, words in (("first", first), ("second", second)):
        stretches = [stretch for row in told.rows for stretch in getattr(row, side)]
        assert sum(len(stretch.text.split()) for stretch in stretches) + skipped == len(words)
    same = [[s.text for row in told.rows for s in getattr(row, side) if not s.differs] for side in ("first", "second")]
    assert " ".join(same[0]) == " ".join(same[1])


def test_a_comparison_of_very_long_texts_says_that_it_is_cut() -> None:
    told = compare("tide " * (MOST_WORDS + 1), "tide " * 3)
    assert isinstance(told, Comparison)
    assert told.cut


@given(st.lists(st.integers(1, 500), min_size=1, max_size=80))
def test_every_byte_of_a_strip_is_drawn_where_it_stands(lengths: list[int]) -> None:
    blocks, at = [], 0
    for n, length in enumerate(lengths):
        blocks.append(Block("single", at, at + length, n, n, "A post", key=str(n), number=n + 1))
        at += length
    drawn = drawing.lay_out(blocks, at)
    assert len([piece for piece in drawn.pieces if piece.first]) == len(blocks)
    for piece in drawn.pieces:
        assert 0 <= piece.x <= drawing.WIDTH
        assert piece.x + piece.width <= drawing.WIDTH + 1.5
        assert piece.y + piece.height <= drawn.height
    width = sum(piece.width + 1 for piece in drawn.pieces)
    assert width >= drawing.WIDTH * len(drawn.rows) - 2


def test_years_far_apart_do_not_make_a_drawing_of_thousands() -> None:
    drawn, _ = drawing.columns({"0001": 1, "2009": 3, "2012": 1})
    assert [column.year for column in drawn] == ["0001", "2009", "2012"]


def schemes() -> list[dict[str, str]]:
    """The colours of the style sheet: in light, in the dark, on paper."""
    return [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", root))
        for root in re.findall(r":root \{(.*?)\}", page.style(), re.DOTALL)
    ]


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio"""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "paper"])
def test_what_is_drawn_can_be_told_from_what_it_is_drawn_on(scheme: int) -> None:
    """axe-core judges the text of a page, but not that in drawings."""
    colours = schemes()[scheme]
    labels = [("on-dark", "first"), ("on-dark", "single"), ("on-dark", "excerpt"), ("on-light", "copy")]
    for ink, ground in [*labels, ("del-ink", "del"), ("ins-ink", "ins")]:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for block in ("first", "copy", "excerpt", "single", "aside", "unsure"):
        assert contrast(colours[block], colours["strip"]) >= 3, block
