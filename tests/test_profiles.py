"""A site's own markers: what is said in a profile, how it is matched, and what it does to a dump."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive, read_text
from blogarc.articles import segment
from blogarc.errors import InputError, UsageError
from blogarc.model import Marker, Profile
from blogarc.profiles import Markers, fold, parse, read_profile
from tests.conftest import ROOT, SAMPLES, Run

HARBOUR = SAMPLES / "harbour.txt"

# A dump of single posts without titles or dates that blogarc knows, as a site might set them.
POSTS = (
    "The kiln was built by two brothers who did not speak to each other, which is why it has two doors.",
    "Bread comes on Tuesdays with the vet, and news whenever the wind allows.",
    "In the evening the harbour lamps are lit by hand, one after the other, by whoever walks past first.",
    "Nobody in the village would say which half was older, although all of them knew.",
    "My neighbour keeps a list of the days on which she could have left and did not.",
    "The council has asked a firm from the mainland to look at the old slipway.",
)
SITE = """
[start]
patterns = ["~ * ~"]
[end]
lines = ["filed under: odds and ends"]
[furniture]
lines = ["Back to the jetty"]
patterns = ["* people nodded"]
[byline]
patterns = ["Penned: *"]
[date]
patterns = ["Day: *"]
"""


def dump_of(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


def told(profile: str, text: str) -> list[tuple[str, str | None, str | None, str]]:
    return [(a.title, a.byline, a.published, a.text) for a in segment(read_text(text), profile=parse(profile))]


class TestMatching:
    @pytest.mark.parametrize(
        ("pattern", "text", "matches"),
        [
            ("Compartir en *", "COMPARTIR  EN Twitter", True),
            ("Compartir en *", "No compartir en Twitter", False),
            ("* comentarios", "12 comentarios", True),
            ("* comentarios", "12 comentarios más", False),
            ("Página * de *", "pagina 3 de 14", True),
            ("¿Qué?", "¿Que?", True),
            ("¿Qué?", "¿Que!", False),
            ("a*a", "a", False),
            ("a*a", "aa", True),
            ("a*b*c", "a b x c", True),
            ("a*b*c", "a c b", False),
            ("[x]*(y)", "[x] is no class of characters (y)", True),
        ],
    )
    def test_a_star_stands_for_any_text_and_nothing_else_is_special(
        self, pattern: str, text: str, matches: bool
    ) -> None:
        markers = Markers(Profile(patterns={Marker.END: (pattern,)}))
        assert (Marker.END in markers.look(text)) == matches

    @pytest.mark.parametrize("text", ["LEER MÁS", "leer  mas", "Leer\u00a0más"])
    def test_lines_are_known_whatever_their_case_accents_and_white_space(self, text: str) -> None:
        assert Markers(Profile(lines={Marker.FURNITURE: ("Leer más",)})).look(text)

    def test_a_byline_tells_what_the_first_star_stands_for(self) -> None:
        markers = Markers(parse('byline.patterns = ["Escribe: * para *"]'))
        assert markers.look("ESCRIBE: Íñigo Peña-Ruiz para «El Cuaderno»") == {Marker.BYLINE: "Íñigo Peña-Ruiz"}

    @given(st.text(alphabet="ab*ñÑÁ ﬁ«\u00a0", max_size=12), st.text(alphabet="abñÑÁ ﬁ«\u00a0", max_size=12))
    def test_agrees_with_a_slow_and_obvious_matcher(self, pattern: str, text: str) -> None:
        def match(pattern: str, text: str) -> bool:
            if not pattern:
                return not text
            if pattern[0] == "*":
                return any(match(pattern[1:], text[n:]) for n in range(len(text) + 1))
            return text[:1] == pattern[0] and match(pattern[1:], text[1:])

        if not any(c.isalnum() for c in pattern) or "* " in pattern or " *" in pattern or "\u00a0" in pattern:
            return  # white space at a star is folded piece by piece
        found = Markers(Profile(patterns={Marker.END: (pattern,)})).look(text)
        assert bool(found) == match(fold(pattern), fold(text))

    @pytest.mark.parametrize("pattern", ["ANTES *", "* después", "antes*LARGO*DESPUES", "*largo*"])
    def test_long_paragraphs_are_matched_as_short_ones_are(self, pattern: str) -> None:
        markers = Markers(Profile(patterns={Marker.FURNITURE: (pattern,)}))
        assert markers.look("Ántes de un texto " + "muy  largo " * 500 + "y después")
        assert not markers.look("Otro antes de un texto " + "muy lento " * 500 + "y después, nada")

    def test_takes_linear_time(self) -> None:
        """What makes a backtracking matcher run for years."""
        markers = Markers(Profile(patterns={Marker.END: ("*a" * 30 + "*b",)}))
        started = perf_counter()
        assert not markers.look("a" * 200_000)
        assert perf_counter() - started < 2


class TestFile:
    @pytest.mark.parametrize(
        ("text", "line", "complaint"),
        [
            ("[start\n", 1, "Expected ']'"),
            ("# a comment\n\n[begin]\nlines = []\n", 3, "'begin' is no kind of marker"),
            ("[end]\nlines = []\nregex = ['.*']\n", 3, "[end] has no 'regex'"),
            ("[start]\nlines = ['x']\n[end]\nlines = 'FIN'\n", 4, "must be a list"),
            ("[end]\npatterns = ['FIN',\n  ' * ']\n", 3, "says nothing"),
            ("[end]\nlines = ['']\n", 2, "says nothing"),
            ("[start]\nlines = ['Hola']\n[furniture]\nlines = ['HOLA']\n", 2, "cannot be both"),
            ("start = 'FIN'\n", 1, "no kind of marker"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_line(self, tmp_path: Path, text: str, line: int, complaint: str) -> None:
        path = tmp_path / "site.toml"
        path.write_text(text, "utf-8")
        with pytest.raises(UsageError) as caught:
            read_profile(path)
        assert f"line {line}" in caught.value.message
        assert complaint in f"{caught.value.message} {caught.value.hint}"
        assert caught.value.exit_code == 2

    def test_that_is_not_there_is_a_missing_input(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="No such file"):
            read_profile(tmp_path / "site.toml")

    def test_in_another_encoding_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "site.toml").write_bytes("[end]\nlines = ['Leer más']\n".encode("latin-1"))
        with pytest.raises(UsageError, match="UTF-8"):
            read_profile(tmp_path / "site.toml")

    def test_the_example_of_the_docs_is_one(self) -> None:
        page = (ROOT / "docs" / "profiles.md").read_text("utf-8")
        profile = parse(page.partition("```toml\n")[2].partition("```")[0])
        assert set(profile.lines) | set(profile.patterns) == set(Marker)

    def test_an_empty_one_is_none(self) -> None:
        assert not parse("# nothing yet\n[end]\nlines = []\n")


class TestSplitting:
    def test_a_start_line_starts_a_post(self) -> None:
        text = dump_of("~ one ~", *POSTS[:3], "~ two ~", *POSTS[3:])
        assert len(segment(read_text(text), profile=parse(SITE))) == 2

    def test_an_end_line_ends_one_and_furniture_between_is_left_out(self) -> None:
        text = dump_of(*POSTS[:3], "Filed under: odds and ends", "Back to the jetty", "7 people nodded", *POSTS[3:])
        articles = told(SITE, text)
        assert [a[3].split("\n\n")[0] for a in articles] == [POSTS[0], POSTS[3]]
        assert articles[0][3].endswith("Filed under: odds and ends")
        assert not any("nodded" in a[3] or "jetty" in a[3] for a in articles)

    def test_of_end_lines_that_stand_together_the_last_ends_the_post(self) -> None:
        profile = SITE.replace('"filed under: odds and ends"', '"filed under: odds and ends", "the end"')
        text = dump_of(*POSTS[:3], "Filed under: odds and ends", "THE END", *POSTS[3:])
        assert [a[3].split("\n\n")[-1] for a in told(profile, text)] == ["THE END", POSTS[-1]]

    def test_author_and_date_are_read_from_their_lines(self) -> None:
        text = dump_of("~ one ~", "Penned: Inés Cano", "Day: 3 May 2019", *POSTS)
        assert told(SITE, text)[0][1:3] == ("Inés Cano", "2019-05-03")

    def test_a_person_overrules_the_profile(self, archive: Archive, tmp_path: Path) -> None:
        (tmp_path / "site.toml").write_text(SITE, "utf-8")
        (tmp_path / "a.txt").write_text(dump_of(*POSTS[:3], "~ two ~", *POSTS[3:]), "utf-8")
        archive.ingest(tmp_path / "a.txt", profile=tmp_path / "site.toml")
        assert [r["start_line"] for r in archive.records(every=True)] == [1, 7]
        archive.decide("no-cut", "a.txt:7")
        assert [r["start_line"] for r in archive.records(every=True)] == [1]
        assert archive.check().ok


class TestArchive:
    @pytest.fixture
    def site(self, tmp_path: Path) -> Path:
        path = tmp_path / "site.toml"
        path.write_text('[start]\npatterns = ["In the first week it lost *"]\n', "utf-8")
        return path

    def starts(self, archive: Archive) -> set[int]:
        return {r["start_line"] for r in archive.records(every=True)}

    def test_keeps_the_profile_for_rebuilds(self, archive: Archive, site: Path) -> None:
        archive.ingest(HARBOUR, profile=site)
        site.unlink()
        assert 15 in self.starts(archive)
        assert not archive.rebuild().changed
        assert "the profile of the site says so" in archive.explain("harbour.txt:15")["for_a_cut"]

    def test_gives_a_known_dump_another_profile_and_takes_it_away(self, archive: Archive, site: Path) -> None:
        archive.ingest(HARBOUR)
        before = list(archive.records(every=True))
        report = archive.ingest(HARBOUR, profile=site)
        assert list(report.profiled) == list(report.resegmented) == ["harbour.txt"]
        assert 15 in self.starts(archive)
        assert not archive.ingest(HARBOUR, profile=site).profiled
        assert not archive.ingest(HARBOUR).profiled, "without one it keeps what it has"
        site.write_text("", "utf-8")
        assert list(archive.ingest(HARBOUR, profile=site).profiled) == ["harbour.txt"]
        assert list(archive.records(every=True)) == before

    def test_the_order_of_dumps_does_not_show(self, site: Path) -> None:
        with Archive(":memory:") as one, Archive(":memory:") as other:
            one.ingest(HARBOUR, profile=site)
            one.ingest(SAMPLES / "sierra.txt")
            other.ingest(SAMPLES / "sierra.txt")
            other.ingest(HARBOUR)
            other.ingest(HARBOUR, profile=site)
            one.pairs()
            other.pairs()
            assert list(one.records(every=True)) == list(other.records(every=True))

    def test_a_profile_that_is_wrong_leaves_no_archive(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "bad.toml").write_text("[begin]\n", "utf-8")
        ended = run("ingest", HARBOUR, "--profile", "bad.toml")
        assert ended.code == 2
        assert "bad.toml, line 1: 'begin' is no kind of marker." in ended.err
        assert "[start], [end]" in ended.err
        assert len(ended.complaint) <= 4
        assert not (tmp_path / "blogarc.db").exists()

    def test_the_command_says_whose_profile_changed(self, run: Run, site: Path) -> None:
        run("ingest", HARBOUR)
        ended = run("ingest", HARBOUR, "--profile", site)
        assert "Given another profile: harbour.txt." in ended.err
        assert "nothing changed" not in ended.err
