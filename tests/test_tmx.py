"""TMX: read back by readers that are not ours, whatever the passages hold."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from blogarc import Archive
from blogarc.export import tmx
from blogarc.export.passages import Passage, cleaned
from tests.conftest import Run, contents, sample_dumps

LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def passage(source: str, target: str, number: int = 0) -> Passage:
    keys = ("00000000000000aa", "00000000000000bb")
    return Passage(
        f"{'-'.join(keys)}-{number}", ("en", "es"), source, target, 0.9, 0.95, keys, ("a.txt:1", "b&c.txt:2")
    )


def written(passages: list[Passage], lost: Counter[str] | None = None) -> bytes:
    out = io.BytesIO()
    assert tmx.write(passages, out, lost) == len(passages)
    return out.getvalue()


def units(data: bytes) -> list[tuple[str, str]]:
    root = ET.fromstring(data)
    return [tuple(tuv.findtext("seg") or "" for tuv in unit.iter("tuv")) for unit in root.iter("tu")]  # type: ignore[misc]


def test_the_header_says_what_a_reader_must_know() -> None:
    root = ET.fromstring(written([passage("One.", "Uno.")]))
    assert root.get("version") == "1.4"
    header = root.find("header")
    assert header is not None
    # All that the DTD of TMX 1.4 requires.
    required = {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype"}
    assert required == set(header.keys())
    assert (header.get("creationtool"), header.get("srclang"), header.get("segtype")) == ("blogarc", "en", "paragraph")


def test_a_unit_has_both_sides_its_score_and_where_it_comes_from() -> None:
    unit = ET.fromstring(written([passage("One.", "Uno.")])).find("body/tu")
    assert unit is not None
    assert [tuv.get(LANG) for tuv in unit.iter("tuv")] == ["en", "es"]
    props = {prop.get("type"): prop.text for prop in unit.findall("prop")}
    assert props == {"x-score": "0.900", "x-pair-score": "0.950"}
    places = [prop.text for tuv in unit.iter("tuv") for prop in tuv.findall("prop")]
    assert places == ["00000000000000aa", "a.txt:1", "00000000000000bb", "b&c.txt:2"]
    # The DTD wants notes and properties before the variants, and the segment last in each.
    assert [child.tag for child in unit] == ["prop", "prop", "tuv", "tuv"]
    assert all([child.tag for child in tuv] == ["prop", "prop", "seg"] for tuv in unit.iter("tuv"))


OMEGAT = Path("/usr/share/omegat/OmegaT.jar")  # Debian's package omegat; no package of PyPI has the DTD


@pytest.mark.skipif(not OMEGAT.exists(), reason="OmegaT, which has the DTD of TMX 1.4, is not installed")
def test_a_file_is_valid_by_the_dtd() -> None:
    with zipfile.ZipFile(OMEGAT) as jar:
        dtd = etree.DTD(io.BytesIO(jar.read("schemas/tmx14.dtd")))
    for passages in ([], [passage("One & <two>.", "Uno\x00 y dos."), passage("Three.", "Tres.", 1)]):
        assert dtd.validate(etree.fromstring(written(passages))), dtd.error_log


@given(st.lists(st.tuples(st.text(), st.text()), max_size=4))
def test_whatever_a_passage_holds_comes_back(texts: list[tuple[str, str]]) -> None:
    data = written([passage(source, target, n) for n, (source, target) in enumerate(texts)])
    told = [tuple(cleaned(t).replace("\r\n", "\n").replace("\r", "\n") for t in pair) for pair in texts]
    assert units(data) == told


def test_what_xml_forbids_is_left_out_and_counted() -> None:
    lost: Counter[str] = Counter()
    data = written([passage("a\x00b\x0b<c>&\ud800", "ñ\uffff\U0001f600")], lost)
    assert units(data) == [("ab<c>&", "ñ\U0001f600")]
    assert lost == {"U+0000": 1, "U+000B": 1, "U+D800": 1, "U+FFFF": 1}


def test_a_memory_without_a_passage_is_one() -> None:
    assert units(written([])) == []


@pytest.mark.parametrize("level", ["paragraph", "sentence"])
def test_the_pairs_of_an_archive_are_read_by_another_project(corpus: Archive, level: str, tmp_path: Path) -> None:
    toolkit = pytest.importorskip("translate.storage.tmx", reason="translate-toolkit is not installed")
    target = tmp_path / "memory.tmx"
    report = corpus.bitext(target, format="tmx", level=level)
    with target.open("rb") as stream:
        memory = toolkit.tmxfile(stream, "en", "es")
    assert len(memory.units) == report.passages > 0
    assert memory.translate("She counted 412 waves in an hour.") or level == "paragraph"
    for unit in memory.units:
        assert unit.source
        assert unit.target


def test_the_same_corpus_gives_the_same_bytes(corpus: Archive, tmp_path: Path) -> None:
    other = Archive(":memory:")
    for path in reversed(sample_dumps()):
        other.ingest(path)
    for n, source in enumerate((corpus, other)):
        source.bitext(tmp_path / f"{n}.tmx", format="tmx", level="sentence")
    assert (tmp_path / "0.tmx").read_bytes() == (tmp_path / "1.tmx").read_bytes()


def test_a_higher_score_leaves_passages_out(corpus: Archive, tmp_path: Path) -> None:
    counts = [corpus.bitext(tmp_path / "m.tmx", min_score=score).passages for score in (0.0, 0.99, 1.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_every_passage_of_the_samples_is_sure(corpus: Archive, tmp_path: Path) -> None:
    assert corpus.bitext(tmp_path / "m.tmx", min_score=0.8).passages == corpus.bitext(tmp_path / "m.tmx").passages


def test_the_command_writes_a_file_or_standard_output_alike(run: Run, filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "memory.tmx"
    ended = run("export", "--format", "tmx", "-o", target, "-d", filled)
    assert (ended.code, ended.out) == (0, "")
    assert "Wrote 21 passages" in ended.err
    assert contents(target) == run("export", "--format", "tmx", "-d", filled).out_bytes
    told = run("export", "--format", "tmx", "-o", target, "--level", "sentence", "--json", "-d", filled).json
    assert told == {"format": "tmx", "passages": 54, "files": [str(target)], "lost": {}}
    assert ET.parse(target).getroot().find("header").get("segtype") == "sentence"  # type: ignore[union-attr]


def test_a_lost_character_is_said_and_changes_the_exit_code(run: Run, tmp_path: Path) -> None:
    data = b"".join(contents(path) for path in sample_dumps()).replace(b"a stopwatch", b"a\x01 stop\x02watch")
    (tmp_path / "blogs.txt").write_bytes(data)
    run("ingest", "blogs.txt")
    ended = run("export", "--format", "tmx", "-o", "memory.tmx")
    assert ended.code == 3
    assert "U+0001 (1), U+0002 (1)" in ended.err
    assert "a stopwatch" in (tmp_path / "memory.tmx").read_text("utf-8")


@pytest.mark.parametrize(
    "options",
    [
        ("--format", "tmx", "--all"),
        ("--format", "tmx", "--raw"),
        ("--format", "tmx", "--force"),
        ("--level", "sentence"),
        ("--min-score", "1"),
    ],
)
def test_an_option_that_means_nothing_there_is_refused(run: Run, filled: Path, options: tuple[str, ...]) -> None:
    assert run("export", *options, "-d", filled).code == 2


@pytest.mark.parametrize("width", [80, 120])
def test_explain_shows_the_paragraphs_of_a_pair_side_by_side(
    run: Run, filled: Path, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    pair = run("pairs", "--json", "-d", filled).json["pairs"][0]
    shown = run("explain", pair["source"], pair["target"], "-d", filled).out
    assert "side by side" in shown
    assert max(len(line) for line in shown.splitlines()) <= width
    aligned = run("explain", pair["target"], pair["source"], "--json", "-d", filled).json["pair"]["aligned"]
    texts = [run("show", pair[end], "--json", "-d", filled).json["text"] for end in ("target", "source")]
    for side, text in zip(("first", "second"), texts, strict=True):
        assert "\n\n".join(block for bead in aligned for block in bead[side]) == text
