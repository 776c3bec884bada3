"""A person's word: it overrules the machine, outlives everything, and can be taken back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogarc import Archive, find_duplicates, find_pairs, read, segmentation
from blogarc.archive.reports import Record
from blogarc.articles import segment
from blogarc.duplicates import DuplicateConfig
from blogarc.errors import UsageError
from blogarc.model import Article, ArticleRuling, Dump, Kind, LineRuling, Role, Ruling, Verdict
from blogarc.rulings import find_conflict
from blogarc.text import fingerprint
from tests.conftest import SAMPLES, Run, contents, sample_dumps

HARBOUR, SIERRA = SAMPLES / "harbour.txt", SAMPLES / "sierra.txt"
LINE_VERDICTS = [Verdict.CUT, Verdict.NO_CUT, Verdict.BOILERPLATE, Verdict.CONTENT]


@pytest.fixture
def full(filled: Path) -> Iterator[Archive]:
    """An archive of one's own with both samples, deduplicated and paired."""
    with Archive(filled) as archive:
        yield archive


@pytest.fixture(scope="module")
def dump() -> Dump:
    return read(HARBOUR)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return segment([read(path) for path in sample_dumps()])


def ruling_at(dump: Dump, ordinal: int, verdict: Verdict) -> LineRuling:
    prints = [None, *(fingerprint(p.text) for p in dump.paragraphs), None]
    return LineRuling(verdict, prints[ordinal], prints[ordinal + 1] or 0, prints[ordinal + 2])


def told(archive: Archive) -> list[Record]:
    """Everything that an export says once all stages are up to date."""
    archive.pairs()
    return list(archive.records(every=True))


def starts(archive: Archive, dump: str = "harbour.txt") -> set[int]:
    return {r["start_line"] for r in archive.records(every=True) if r["source"] == dump}


def cluster_of(archive: Archive, reference: str) -> str:
    return str(archive.show(reference)["cluster"])


def obeys(split: segmentation.Segmentation, ordinal: int, verdict: Verdict) -> bool:
    starting = {article.paragraphs.start for article in split.articles}
    return {
        Verdict.CUT: ordinal in starting,
        Verdict.NO_CUT: ordinal not in starting,
        Verdict.BOILERPLATE: split.roles[ordinal] is Role.BOILERPLATE,
        Verdict.CONTENT: not split.roles[ordinal].is_leftover,
    }[verdict]


class TestSplitting:
    @given(st.data())
    def test_obeys_whatever_is_ruled_on_a_paragraph(self, dump: Dump, data: st.DataObject) -> None:
        ordinal = data.draw(st.integers(1, len(dump.paragraphs) - 1))
        verdict = data.draw(st.sampled_from(LINE_VERDICTS))
        (split,) = segmentation.segment([dump], [ruling_at(dump, ordinal, verdict)])
        assert obeys(split, ordinal, verdict)

    def test_a_line_is_taken_out_of_a_post_without_breaking_it(self, dump: Dump) -> None:
        (before,) = segmentation.segment([dump])
        article = before.articles[2]
        inside = article.paragraphs.start + 4
        (after,) = segmentation.segment([dump], [ruling_at(dump, inside, Verdict.BOILERPLATE)])
        assert [a.paragraphs for a in after.articles] == [a.paragraphs for a in before.articles]
        assert len(after.articles[2].text) < len(article.text)

    def test_a_line_is_taken_from_above_a_post_without_its_start(self, dump: Dump) -> None:
        (before,) = segmentation.segment([dump])
        first = before.articles[1].paragraphs.start
        (after,) = segmentation.segment([dump], [ruling_at(dump, first, Verdict.BOILERPLATE)])
        assert after.articles[1].paragraphs.start == first + 1
        assert after.articles[0] == before.articles[0]

    def test_holds_wherever_the_context_is_the_same(self, dump: Dump) -> None:
        """The sample holds most posts twice: a cut within one is a cut in its copy, if the lines around it are the same."""
        prints = [fingerprint(p.text) for p in dump.paragraphs]
        trios = list(zip(prints, prints[1:], prints[2:], strict=False))
        ordinal = next(n for n, trio in enumerate(trios) if trios.count(trio) == 2) + 1
        (split,) = segmentation.segment([dump], [ruling_at(dump, ordinal, Verdict.CUT)])
        starting = {article.paragraphs.start for article in split.articles}
        assert {n + 1 for n, trio in enumerate(trios) if trio == trios[ordinal - 1]} <= starting

    def test_a_ruling_on_what_is_not_there_changes_nothing(self, dump: Dump) -> None:
        asleep = LineRuling(Verdict.CUT, None, 7, None)
        assert segmentation.segment([dump], [asleep]) == segmentation.segment([dump])

    def test_the_reason_says_that_a_person_decided(self, dump: Dump) -> None:
        (split,) = segmentation.segment(
            [dump], [ruling_at(dump, 7, Verdict.CUT), ruling_at(dump, 9, Verdict.BOILERPLATE)]
        )
        cut = next(a for a in split.articles if a.paragraphs.start == 7)
        assert next(iter(cut.evidence["cut"])) == "a person decided"
        assert "a person decided" in split.reasons[9]


@st.composite
def rulings_on_copies(draw: st.DrawFn, keys: list[str]) -> list[Ruling]:
    """Rulings on some of these articles that can all hold."""
    some = draw(st.lists(st.sampled_from(keys), min_size=2, max_size=8, unique=True))
    pairs = draw(st.lists(st.sampled_from(list(combinations(some, 2))), max_size=12))
    rulings: list[Ruling] = []
    for first, second in pairs:
        ruling = ArticleRuling(draw(st.sampled_from([Verdict.SAME, Verdict.DIFFERENT])), first, second)
        if not find_conflict([*rulings, ruling]):
            rulings.append(ruling)
    return rulings


class TestDuplicates:
    @given(st.data())
    def test_obey_any_rulings_that_agree_in_any_order(self, articles: list[Article], data: st.DataObject) -> None:
        rulings = data.draw(rulings_on_copies(sorted({a.key for a in articles})))
        clusters = find_duplicates(articles, rulings=rulings)
        home = {a.key: clusters.representative[n] for n, a in enumerate(articles)}
        for ruling in rulings:
            assert isinstance(ruling, ArticleRuling)
            assert (home[ruling.first] == home[ruling.second]) == (ruling.verdict is Verdict.SAME)
        duplicates = {d.article: d for d in clusters.duplicates}
        assert len(duplicates) == len(clusters.duplicates)
        for n, kept in enumerate(clusters.representative):
            assert clusters.representative[kept] == kept
            assert duplicates[n].kept == kept if n in duplicates else n == kept
        assert find_duplicates(articles, rulings=data.draw(st.permutations(rulings))) == clusters

    def test_clusters_that_no_ruling_speaks_of_stay(self, articles: list[Article]) -> None:
        before = find_duplicates(articles)
        first, second = articles[0], next(a for a in articles if a.title.startswith("Contamos"))
        after = find_duplicates(articles, rulings=[ArticleRuling(Verdict.SAME, first.key, second.key)])
        involved = {n for n, kept in enumerate(before.representative) if articles[kept].key in (first.key, second.key)}
        involved |= {n for n, a in enumerate(articles) if a.key in (first.key, second.key)}
        untouched = [d for d in before.duplicates if d.article not in involved and d.kept not in involved]
        assert [d for d in after.duplicates if d in untouched] == untouched

    def test_what_only_a_person_joins_has_a_kind_and_a_score_of_its_own(self, articles: list[Article]) -> None:
        keys = sorted({a.key for a in articles if a.language == "en"})[:2]
        clusters = find_duplicates(articles, rulings=[ArticleRuling(Verdict.SAME, *keys)])
        decided = [d for d in clusters.duplicates if d.kind is Kind.DECIDED]
        assert decided
        assert all(d.scores["decided"] == 1.0 and d.similarity < 0.5 for d in decided)

    def test_joined_clusters_keep_the_copy_that_is_wanted(self, articles: list[Article]) -> None:
        first, last = articles[0], articles[-1]
        ruling = ArticleRuling(Verdict.SAME, last.key, first.key)
        for keep, dumps in (("first", ()), ("dumps", ("sierra.txt",))):
            kept = find_duplicates(articles, DuplicateConfig(keep=keep, dumps=dumps), [ruling]).representative[0]
            assert articles[kept].key == (first.key if keep == "first" else last.key)

    def test_what_the_machine_joins_as_well_keeps_its_kind(self, archive: Archive) -> None:
        archive.ingest(HARBOUR)
        near = archive.dedupe().closest[0]
        archive.decide("same", near.id, near.kept)
        again = next(row for row in archive.dedupe().closest if row.id == near.id)
        assert (again.kind, again.similarity) == (near.kind, near.similarity)
        assert again.scores["decided"] == 1.0


class TestPairs:
    def test_a_ruled_pair_is_taken_and_the_rest_stays_one_to_one(self, articles: list[Article]) -> None:
        kept = [articles[n] for n in sorted(set(find_duplicates(articles).representative))]
        before = {(kept[p.source].key, kept[p.target].key) for p in find_pairs(kept)}
        (first, second), (third, fourth) = sorted(before)[:2]
        after = find_pairs(kept, rulings=[ArticleRuling(Verdict.PAIR, fourth, first)])
        (ruled,) = (p for p in after if p.evidence.get("decided"))
        assert (kept[ruled.source].key, kept[ruled.target].key, ruled.score) == (first, fourth, 1.0)
        assert ruled.beads
        ends = [end for p in after for end in (p.source, p.target)]
        assert len(ends) == len(set(ends))
        assert (second, third) not in {(kept[p.source].key, kept[p.target].key) for p in after}

    def test_a_pair_that_is_ruled_out_is_not_found(self, articles: list[Article]) -> None:
        kept = [articles[n] for n in sorted(set(find_duplicates(articles).representative))]
        pair = find_pairs(kept)[0]
        ruling = ArticleRuling(Verdict.NOT_PAIR, kept[pair.target].key, kept[pair.source].key)
        assert (pair.source, pair.target) not in {(p.source, p.target) for p in find_pairs(kept, rulings=[ruling])}

    def test_an_article_whose_language_was_mistaken_can_be_paired(self) -> None:
        posts = [("en", "Fog."), ("und", "Niebla, y más niebla."), ("es", "Otra cosa.")]
        from blogarc.pairs import as_articles

        listed = as_articles(posts)
        (pair,) = find_pairs(listed, rulings=[ArticleRuling(Verdict.PAIR, listed[1].key, listed[0].key)])
        assert (pair.source, pair.target, pair.score) == (0, 1, 1.0)


class TestArchive:
    def test_a_cut_splits_at_once_and_for_good(self, full: Archive, tmp_path: Path) -> None:
        report = full.decide("cut", "harbour.txt:15")
        assert list(report.resegmented) == ["harbour.txt"]
        assert 15 in starts(full)
        assert full.check().ok
        assert not full.rebuild().changed
        (tmp_path / "more.txt").write_bytes(contents(HARBOUR) + b"\nOne line more.\n")
        full.ingest(tmp_path / "more.txt")
        assert 15 in starts(full)
        assert 15 in starts(full, "more.txt"), "what was decided holds in a dump that came later"

    def test_only_the_dumps_that_a_line_concerns_are_split_again(self, full: Archive) -> None:
        before = full._db.execute(
            "SELECT a.id FROM articles a JOIN dumps d ON d.id = dump WHERE d.name = 'sierra.txt'"
        ).fetchall()
        full.decide("cut", "harbour.txt:15")
        after = full._db.execute(
            "SELECT a.id FROM articles a JOIN dumps d ON d.id = dump WHERE d.name = 'sierra.txt'"
        ).fetchall()
        assert before == after

    @pytest.mark.parametrize("verdict", ["boilerplate", "no-cut"])
    def test_a_line_can_be_taken_out_or_joined(self, full: Archive, verdict: str) -> None:
        full.decide(verdict, "harbour.txt:9")
        assert 9 not in starts(full)
        leftover = {(r["source"], r["line"]): r for r in full.leftovers()}.get(("harbour.txt", 9))
        assert (leftover is not None) == (verdict == "boilerplate")

    def test_content_puts_a_leftover_into_an_article(self, full: Archive) -> None:
        place = "{source}:{line}".format(**full.leftovers()[0])
        with pytest.raises(UsageError, match="in no article"):
            full.show(place)
        full.decide("content", place)
        assert full.show(place)["text"]

    def test_different_splits_a_cluster_and_same_joins_two(self, full: Archive) -> None:
        assert cluster_of(full, "harbour.txt:9") == cluster_of(full, "harbour.txt:23")
        report = full.decide("different", "harbour.txt:9", "harbour.txt:23")
        assert list(report.stale) == ["dedupe", "pairs"]
        full.pairs()
        assert cluster_of(full, "harbour.txt:9") != cluster_of(full, "harbour.txt:23")
        full.decide("same", "harbour.txt:9", "harbour.txt:39")
        full.pairs()
        assert cluster_of(full, "harbour.txt:9") == cluster_of(full, "harbour.txt:39")
        assert full.check().ok

    def test_a_decision_on_a_copy_holds_for_its_cluster(self, full: Archive) -> None:
        """A copy that is no representative is never paired itself."""
        copy = next(r for r in told(full) if r["kind"] == "near" and r["language"] == "en")
        partner = next(r for r in told(full) if r["kind"] == "representative" and r["language"] == "es")
        full.decide("pair", copy["id"], partner["id"])
        full.pairs()
        assert [t["id"] for t in full.show(copy["id"])["translations"]] == [partner["id"]]

    def test_not_pair_is_kept_apart_whatever_the_rest_says(self, full: Archive) -> None:
        pair = full.pairs().pairs[-1]
        full.decide("not-pair", pair.target, pair.source)
        assert (pair.source, pair.target) not in {(p.source, p.target) for p in full.pairs().pairs}
        assert full.explain(pair.source, pair.target)["pair"]["why"] == "A person decided that they are no pair."

    @pytest.mark.parametrize(
        "decision",
        [
            ("cut", "harbour.txt:15"), ("no-cut", "harbour.txt:23"), ("boilerplate", "harbour.txt:9"),
            ("content", "harbour.txt:1"), ("same", "harbour.txt:9", "harbour.txt:39"),
            ("different", "harbour.txt:9", "harbour.txt:23"), ("pair", "harbour.txt:9", "harbour.txt:39"),
            ("not-pair", "harbour.txt:283", "harbour.txt:263"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("run_stages", [False, True])
    def test_deciding_and_undoing_changes_nothing(
        self, full: Archive, decision: tuple[str, ...], run_stages: bool
    ) -> None:
        before = told(full)
        report = full.decide(*decision)
        if run_stages:
            full.pairs()
        full.undo(report.decision["number"])
        assert told(full) == before
        assert full.decisions() == []
        assert full.stats().stale == []
        assert full.check().ok

    def test_nothing_is_stale_without_reason_or_fresh_without(self, full: Archive) -> None:
        full.decide("different", "harbour.txt:9", "harbour.txt:23")
        assert full.stats().stale == ["dedupe", "pairs"]
        full.pairs()
        assert full.dedupe().up_to_date
        assert full.pairs().up_to_date
        full.decide("not-pair", "harbour.txt:9", "harbour.txt:39")
        assert full.stats().stale == ["pairs"]
        assert full.dedupe().up_to_date
        assert not full.pairs().up_to_date
        full.undo(2)
        assert full.stats().stale == ["pairs"]

    def test_a_decision_that_sleeps_makes_nothing_stale(self, full: Archive) -> None:
        full.decide("different", "harbour.txt:9", "harbour.txt:23")
        full.decide("cut", "harbour.txt:15")
        assert [d["state"] for d in full.decisions()] == ["sleeps", "holds"]
        full.pairs()
        full.undo(1)
        assert full.stats().stale == []

    def test_a_decision_wakes_when_what_it_speaks_of_is_back(self, full: Archive) -> None:
        full.decide("different", "harbour.txt:9", "harbour.txt:23")
        full.decide("cut", "harbour.txt:15")
        full.pairs()
        full.undo(2)
        assert full.decisions()[0]["state"] == "holds"
        full.pairs()
        assert cluster_of(full, "harbour.txt:9") != cluster_of(full, "harbour.txt:23")

    def test_explain_says_that_a_person_decided(self, full: Archive) -> None:
        full.decide("cut", "harbour.txt:15")
        line, article = full.explain("harbour.txt:15"), full.explain(full.show("harbour.txt:15")["id"])
        assert line["for_a_cut"]["a person decided"] > 0
        assert [d["verdict"] for d in line["decisions"]] == ["cut"]
        assert "a person decided" in article["split"]["cut"]
        full.decide("same", "harbour.txt:15", "harbour.txt:39")
        two = full.explain("harbour.txt:15", "harbour.txt:39")
        assert [d["verdict"] for d in two["decisions"]] == ["same"]
        assert full.stats().decisions == 2


class TestContradictions:
    def test_a_later_decision_takes_the_place_of_an_earlier_one_and_gives_it_back(self, full: Archive) -> None:
        before = starts(full)
        full.decide("no-cut", "harbour.txt:23")
        without = starts(full)
        report = full.decide("cut", "harbour.txt:23")
        assert list(report.replaced) == [1]
        assert starts(full) == before != without
        assert [d["state"] for d in full.decisions(every=True)] == ["replaced", "holds"]
        with pytest.raises(UsageError, match="decision 2 took its place"):
            full.undo(1)
        assert list(full.undo(2).replaced) == [1]
        assert starts(full) == without

    def test_what_agrees_is_kept_side_by_side(self, full: Archive) -> None:
        full.decide("no-cut", "harbour.txt:9")
        full.decide("content", "harbour.txt:9")
        assert len(full.decisions()) == 2
        assert full.explain("harbour.txt:9")["role"] not in ("boilerplate", "unassigned")
        assert 9 not in starts(full)

    def test_in_sum_they_are_refused(self, full: Archive) -> None:
        a, b, c = "harbour.txt:9", "harbour.txt:39", "harbour.txt:283"
        full.decide("same", a, b)
        full.decide("same", b, c)
        with pytest.raises(UsageError, match="taken together") as caught:
            full.decide("different", a, c)
        assert "1: same" in caught.value.message
        assert "--undo 2" in caught.value.hint
        assert len(full.decisions(every=True)) == 2

    def test_an_article_has_one_translation_in_a_language(self, full: Archive) -> None:
        spanish = [r["id"] for r in full.list(language="es")][:2]
        full.decide("pair", "harbour.txt:9", spanish[0])
        assert list(full.decide("pair", spanish[1], "harbour.txt:9").replaced) == [1]
        full.pairs()
        assert [t["id"] for t in full.show("harbour.txt:9")["translations"]] == [spanish[1]]

    def test_to_say_it_again_changes_nothing(self, full: Archive) -> None:
        full.decide("different", "harbour.txt:9", "harbour.txt:23")
        assert full.decide("different", "harbour.txt:23", "harbour.txt:9").known
        assert len(full.decisions(every=True)) == 1

    @pytest.mark.parametrize(
        ("decision", "complaint"),
        [
            (("same", "harbour.txt:9"), "two articles; 1 given"),
            (("cut", "harbour.txt:9", "harbour.txt:23"), "one line"),
            (("cut", "91328767"), "names none"),
            (("cut", "harbour.txt:2"), "is blank"),
            (("cut", "harbour.txt:99999"), "no line 99,999"),
            (("no-cut", "harbour.txt:1"), "nothing before it"),
            (("same", "harbour.txt:39", "harbour.txt:61"), "the same words"),
            (("pair", "harbour.txt:9", "harbour.txt:23"), "copies of one article"),
            (("sme", "harbour.txt:9", "harbour.txt:39"), "no verdict"),
        ],
    )
    def test_what_makes_no_sense_is_refused_with_a_way_out(
        self, full: Archive, decision: tuple[str, ...], complaint: str
    ) -> None:
        with pytest.raises(UsageError, match=complaint):
            full.decide(*decision)
        assert full.decisions(every=True) == []

    def test_only_what_holds_can_be_undone(self, full: Archive) -> None:
        with pytest.raises(UsageError, match="no decision 7"):
            full.undo(7)
        full.decide("cut", "harbour.txt:15")
        full.undo(1)
        with pytest.raises(UsageError, match="undone already"):
            full.undo(1)


DECISIONS = (
    ("cut", "harbour.txt:15"),
    ("boilerplate", "harbour.txt:3"),
    ("no-cut", "sierra.txt:21"),
    ("same", "harbour.txt:39", "harbour.txt:283"),
    ("different", "sierra.txt:337", "sierra.txt:21"),
    ("pair", "harbour.txt:263", "harbour.txt:237"),
)


@settings(max_examples=6)
@given(st.permutations(range(len(DECISIONS))), st.booleans())
def test_the_order_of_decisions_and_of_dumps_does_not_show(order: list[int], reverse: bool) -> None:
    def export(decided: list[int], dumps: list[Path]) -> bytes:
        with Archive(":memory:") as archive, tempfile.TemporaryDirectory() as folder:
            archive.ingest(dumps[0])
            archive.ingest(*dumps[1:])
            for n in decided:
                archive.decide(*DECISIONS[n])
            archive.rebuild()
            archive.pairs()
            archive.export(Path(folder, "all.jsonl"), every=True)
            return Path(folder, "all.jsonl").read_bytes()

    dumps = sample_dumps()
    assert export(order, dumps[::-1] if reverse else dumps) == export([*range(len(DECISIONS))], dumps)


def test_decisions_survive_another_order_of_ingest(tmp_path: Path) -> None:
    """Made with one dump there, they hold for those that come later."""
    early, late = Archive(":memory:"), Archive(":memory:")
    with early, late:
        early.ingest(HARBOUR)
        early.decide("cut", "harbour.txt:15")
        early.ingest(SIERRA)
        late.ingest(SIERRA, HARBOUR)
        late.decide("cut", "harbour.txt:15")
        assert told(early) == told(late)


class TestCommand:
    def test_says_what_it_did_and_what_comes_next(self, run: Run, filled: Path) -> None:
        ended = run("decide", "different", "harbour.txt:9", "harbour.txt:23", "-d", filled)
        assert (ended.code, ended.out) == (0, "")
        assert "Decided, as 1: different harbour.txt:9 harbour.txt:23" in ended.err
        assert f"Next: blogarc pairs -d {filled}" in ended.err
        ended = run("decide", "cut", "harbour.txt:15", "-d", filled)
        assert "Split anew: harbour.txt" in ended.err

    def test_lists_and_takes_back(self, run: Run, filled: Path) -> None:
        run("decide", "cut", "harbour.txt:15", "-d", filled)
        listed = run("decide", "--list", "-d", filled)
        assert "harbour.txt:15" in listed.out
        assert "1 decision." in listed.err
        assert run("decide", "--undo", 1, "-d", filled).code == 0
        assert run("decide", "--list", "--json", "-d", filled).json == []
        assert run("decide", "--list", "--all", "--json", "-d", filled).json[0]["state"] == "undone"

    def test_answers_in_json(self, run: Run, filled: Path) -> None:
        told = run("decide", "cut", "harbour.txt:15", "--json", "-d", filled).json
        assert told["decision"]["verdict"] == "cut"
        assert told["resegmented"] == ["harbour.txt"]

    def test_counts_decisions_where_a_person_looks(self, run: Run, filled: Path) -> None:
        assert "of a person" not in run("list", "-d", filled).err
        run("decide", "cut", "harbour.txt:15", "-d", filled)
        assert "1 decision of a person" in run("list", "-d", filled).err
        assert run("stats", "--json", "-d", filled).json["decisions"] == 1
        assert "A person decided" in run("explain", "harbour.txt:15", "-d", filled).out

    @pytest.mark.parametrize("words", [[], ["cut", "harbour.txt:15", "--list"], ["--list", "--undo", "1"]])
    def test_does_one_thing_at_a_time(self, run: Run, filled: Path, words: list[str]) -> None:
        ended = run("decide", *words, "-d", filled)
        assert ended.code == 2
        assert len(ended.complaint) <= 4

    def test_a_rehearsal_of_undoing_changes_nothing(self, run: Run, filled: Path) -> None:
        run("decide", "cut", "harbour.txt:15", "-d", filled)
        before = contents(filled)
        assert run("decide", "--undo", 1, "--dry-run", "-d", filled).code == 0
        assert contents(filled) == before
