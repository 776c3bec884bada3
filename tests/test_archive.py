"""The archive: it keeps what it is given, does nothing twice, and answers for what it did."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from blogarc import Archive
from blogarc.archive.connection import connect
from blogarc.errors import CorruptError, InputError, LockedError, NoArchiveError, UsageError, WriteError
from tests.conftest import SAMPLES, contents, sample_dumps

HARBOUR, SIERRA = SAMPLES / "harbour.txt", SAMPLES / "sierra.txt"


class TestOpening:
    def test_makes_the_file(self, tmp_path: Path) -> None:
        with Archive(tmp_path / "a.db") as archive:
            archive.ingest(HARBOUR)
        assert (tmp_path / "a.db").exists()

    def test_takes_a_file_away_in_which_nothing_was_put(self, tmp_path: Path) -> None:
        with Archive(tmp_path / "a.db") as archive, pytest.raises(InputError):
            archive.ingest(tmp_path / "gone.txt")
        assert list(tmp_path.iterdir()) == []

    def test_asks_for_a_file_that_is_there(self, tmp_path: Path) -> None:
        with pytest.raises(NoArchiveError, match="no archive"):
            Archive(tmp_path / "a.db", create=False)
        assert list(tmp_path.iterdir()) == []

    def test_does_not_make_folders(self, tmp_path: Path) -> None:
        with pytest.raises(WriteError, match="no folder"):
            Archive(tmp_path / "gone" / "a.db")

    def test_refuses_what_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "a.db"
        path.write_text("This is a letter, and a long one, to see whether it is taken for a database.\n" * 20)
        before = contents(path)
        with pytest.raises(CorruptError, match="not an SQLite database"):
            Archive(path)
        assert contents(path) == before

    def test_refuses_the_database_of_another_program(self, tmp_path: Path) -> None:
        path = tmp_path / "a.db"
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE bookmarks (url TEXT)")
        before = contents(path)
        with pytest.raises(CorruptError, match="not a blogarc archive"):
            Archive(path)
        assert contents(path) == before

    def test_waits_for_another_process_and_then_says_so(self, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("blogarc.archive.connection._BUSY_SECONDS", 0.05)
        other = sqlite3.connect(filled, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LockedError):
            Archive(filled)
        other.rollback()
        Archive(filled).close()

    def test_leaves_one_file_behind(self, filled: Path) -> None:
        with Archive(filled) as archive:
            archive.stats()
        assert [p.name for p in filled.parent.iterdir()] == [filled.name]


class TestIngest:
    def test_says_what_came_in(self, archive: Archive) -> None:
        report = archive.ingest(HARBOUR)
        (dump,) = report.dumps
        assert (dump.name, dump.size, dump.encoding, dump.articles) == ("harbour.txt", 26405, "utf-8", 15)
        assert dump.sha256 == hashlib.sha256(contents(HARBOUR)).hexdigest()
        assert (report.articles, report.languages) == (15, {"en": 9, "es": 6})
        assert report.leftovers == dump.leftovers > 0
        assert not report.known
        assert not report.problems

    def test_knows_a_dump_again_by_its_bytes(self, archive: Archive, tmp_path: Path) -> None:
        archive.ingest(HARBOUR)
        before = list(archive.records(every=True))
        other_name = tmp_path / "other.txt"
        other_name.write_bytes(contents(HARBOUR))
        report = archive.ingest(HARBOUR, other_name)
        assert list(report.known) == ["harbour.txt", "other.txt"]
        assert (report.articles, report.dumps) == (0, [])
        assert list(archive.records(every=True)) == before
        assert archive.stats().dumps == 1

    def test_one_bad_dump_does_not_lose_the_others(self, archive: Archive, tmp_path: Path) -> None:
        (tmp_path / "empty.txt").touch()
        report = archive.ingest(tmp_path / "empty.txt", HARBOUR, tmp_path / "gone.txt")
        assert [d.name for d in report.dumps] == ["harbour.txt"]
        assert len(report.problems) == 2

    def test_nothing_but_bad_dumps_is_an_error(self, archive: Archive, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="Nothing could be ingested"):
            archive.ingest(tmp_path / "gone.txt")

    def test_tells_progress_by_bytes(self) -> None:
        told: list[tuple[str, int, int, str]] = []
        with Archive(":memory:", progress=lambda *step: told.append(step)) as archive:
            archive.ingest(*sample_dumps())
        reading = [step for step in told if step[0] == "Reading"]
        total = sum(p.stat().st_size for p in sample_dumps())
        assert reading[0] == ("Reading", 0, total, "bytes")
        assert reading[-1] == ("Reading", total, total, "bytes")


class TestStages:
    def test_need_something_to_work_on(self, archive: Archive) -> None:
        for stage in (archive.dedupe, archive.pairs, archive.rebuild, archive.export):
            with pytest.raises(NoArchiveError, match="nothing has been ingested"):
                stage()

    def test_do_nothing_twice(self, filled: Path) -> None:
        before = contents(filled)
        with Archive(filled) as archive:
            assert archive.dedupe().up_to_date
            assert archive.pairs().up_to_date
            assert archive.ingest(HARBOUR).known
        assert contents(filled) == before

    def test_pairs_finds_duplicates_first(self, archive: Archive) -> None:
        archive.ingest(HARBOUR)
        assert list(archive.pairs().ran_before) == ["dedupe"]
        assert list(archive.pairs().ran_before) == []

    def test_report_what_was_found(self, corpus: Archive) -> None:
        dedupe = corpus.dedupe()
        assert (dedupe.articles, dedupe.clusters) == (34, 18)
        assert sum(dedupe.duplicates.values()) == 16
        assert [d.similarity for d in dedupe.closest] == sorted(d.similarity for d in dedupe.closest)
        pairs = corpus.pairs()
        assert len(pairs.pairs) == 4
        assert [p.score for p in pairs.pairs] == sorted(p.score for p in pairs.pairs)
        assert all(p.evidence for p in pairs.pairs)

    def test_a_new_dump_puts_them_out_of_date(self, archive: Archive) -> None:
        archive.ingest(HARBOUR)
        archive.pairs()
        assert list(archive.stats().stale) == []
        archive.ingest(SIERRA)
        assert list(archive.stats().stale) == ["dedupe", "pairs"]
        archive.pairs()
        assert list(archive.stats().stale) == []

    def test_export_finds_duplicates_first(self, archive: Archive, tmp_path: Path) -> None:
        archive.ingest(HARBOUR)
        assert archive.export(tmp_path / "out.jsonl") == 8

    def test_rebuilding_changes_nothing_when_the_rules_are_the_same(self, filled: Path) -> None:
        with Archive(filled) as archive:
            before = list(archive.records(every=True))
            report = archive.rebuild()
            assert (report.dumps, list(report.changed), report.articles) == (2, [], 34)
            assert list(archive.records(every=True)) == before
            assert archive.check().ok

    def test_rebuilding_mends_what_was_derived(self, filled: Path) -> None:
        with Archive(filled) as archive:
            before = list(archive.records(every=True))
            archive._db.execute("UPDATE articles SET title = 'spoiled', text = 'spoiled'")
            archive._db.execute("UPDATE dumps SET segmented = ''")
            archive.rebuild()
            assert list(archive.records(every=True)) == before

    def test_an_interrupted_ingest_goes_on_where_it_was(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("blogarc.segmentation.segment", stop)
            with pytest.raises(KeyboardInterrupt):
                archive.ingest(HARBOUR)
        assert archive.stats().articles == 0
        archive.dedupe()
        assert archive.stats().articles == 15
        assert archive.check().ok


class TestRehearsals:
    def test_report_and_undo(self, filled: Path, tmp_path: Path) -> None:
        new = tmp_path / "new.txt"
        new.write_bytes(contents(HARBOUR).replace(b"ice", b"salt"))
        before = contents(filled)
        with Archive(filled, dry_run=True) as archive:
            assert archive.ingest(new).articles > 0
            archive.pairs()
            assert archive.stats().dumps == 3
            archive.rebuild()
        assert contents(filled) == before

    def test_make_no_file(self, tmp_path: Path) -> None:
        with Archive(tmp_path / "a.db", dry_run=True) as archive:
            assert archive.ingest(HARBOUR).articles == 15
        assert list(tmp_path.iterdir()) == []


class TestLooking:
    def test_an_article_is_named_by_the_start_of_its_id_or_a_line_in_it(self, corpus: Archive) -> None:
        first = corpus.list()[0]
        assert corpus.show(first["id"][:8])["id"] == first["id"]
        assert corpus.show(first["id"].upper())["id"] == first["id"]
        assert corpus.show(f"{first['source']}:{first['start_line']}")["id"] == first["id"]

    @pytest.mark.parametrize(
        ("reference", "message"),
        [
            ("ffffffffffffffff", "No article is called"),
            ("the ice house", "No article is called"),
            ("gone.txt:3", "No dump is called"),
            ("harbour.txt:1", "Line 1 is in no article"),
            ("harbour.txt:99999", "has lines 1 to"),
        ],
    )
    def test_what_is_not_there_is_said_not_to_be(self, corpus: Archive, reference: str, message: str) -> None:
        with pytest.raises(UsageError, match=message):
            corpus.show(reference)

    def test_an_id_cut_too_short_is_answered_with_the_choices(self, archive: Archive) -> None:
        archive.ingest(HARBOUR)
        archive._db.execute("UPDATE articles SET key = 'abcd' || substr(key, 5)")
        with pytest.raises(UsageError, match="start with abcd") as caught:
            archive.show("abcd")
        assert "abcd" in caught.value.hint

    def test_lists_filter_by_language_and_stop(self, corpus: Archive) -> None:
        assert {row["language"] for row in corpus.list(language="es")} == {"es"}
        assert len(corpus.list(limit=3)) == 3
        assert (len(corpus.list()), len(corpus.list(every=True))) == (18, 34)

    def test_leftovers_say_why(self, corpus: Archive) -> None:
        rows = corpus.leftovers()
        assert {row["line"] for row in rows if row["source"] == "harbour.txt"} >= {1, 3, 5, 7, 321}
        assert all(row["evidence"] for row in rows if row["role"] == "boilerplate")

    def test_search_ignores_case_and_accents_and_shows_a_post_once(self, corpus: Archive) -> None:
        plain, accented = corpus.search("pluviometro"), corpus.search("PLUVIÓMETRO")
        assert [r["id"] for r in plain] == [r["id"] for r in accented]
        assert plain
        assert len({r["id"] for r in plain}) == len(plain)

    def test_search_takes_any_query_with_a_word(self, corpus: Archive) -> None:
        for query in ('"', "AND", "tide*", "(ice", "a:b", '"ice house', "NEAR(", "ice - house", "^ice", "ñ"):
            if any(c.isalnum() for c in query):
                corpus.search(query)
            else:
                with pytest.raises(UsageError, match="no word"):
                    corpus.search(query)

    def test_search_wants_all_the_words(self, corpus: Archive) -> None:
        both = {r["id"] for r in corpus.search("ice house")}
        assert both
        assert both <= {r["id"] for r in corpus.search("ice")} & {r["id"] for r in corpus.search("house")}
        assert corpus.search("ice xylophone") == []

    def test_stats_add_up(self, corpus: Archive) -> None:
        stats = corpus.stats()
        assert (stats.dumps, stats.articles, stats.clusters, stats.pairs) == (2, 34, 18, 4)
        assert stats.articles - stats.clusters == sum(stats.duplicates.values())
        assert sum(stats.languages.values()) == stats.clusters
        assert stats.bytes == sum(p.stat().st_size for p in sample_dumps())
        assert sum(stats.leftovers.values()) == len(corpus.leftovers())


class TestExplaining:
    def test_an_article(self, corpus: Archive) -> None:
        record = next(r for r in corpus.records() if len(r["copies"]) > 1 and r["translations"])
        answer = corpus.explain(record["id"])
        assert answer["split"]["cut"]
        assert answer["split"]["score"] == pytest.approx(sum(answer["split"]["cut"].values()), abs=0.01)
        assert answer["cluster"][0]["kind"] == "representative"
        assert answer["pairs"][0]["evidence"]

    def test_a_line_of_an_article_of_furniture_and_a_blank_one(self, corpus: Archive) -> None:
        assert corpus.explain("harbour.txt:9")["starts_article"]
        furniture = corpus.explain("harbour.txt:1")
        assert (furniture["role"], furniture["article"]) == ("boilerplate", None)
        assert sum(furniture["for_furniture"].values()) > 0
        assert corpus.explain("harbour.txt:2") == {"place": "harbour.txt:2", "role": "blank"}

    def test_two_articles_of_one_language_are_compared_as_duplicates(self, corpus: Archive) -> None:
        first, second = corpus.list(language="en")[:2]
        answer = corpus.explain(first["id"], second["id"])
        assert answer["first"]["id"] == first["id"]
        assert answer["duplicate"]

    def test_two_articles_of_two_languages_are_compared_as_translations(self, corpus: Archive) -> None:
        pair = corpus.pairs().pairs[0]
        assert corpus.explain(pair.source, pair.target)["pair"]
        other = next(r for r in corpus.list(language="es") if r["id"] != pair.target)
        assert corpus.explain(pair.source, other["id"])["pair"]


class TestRestoring:
    @pytest.mark.parametrize("dump", sample_dumps(), ids=lambda p: p.name)
    def test_gives_the_bytes_back(self, corpus: Archive, dump: Path) -> None:
        assert corpus.restore(dump.name) == contents(dump)
        assert corpus.restore(hashlib.sha256(contents(dump)).hexdigest()[:8]) == contents(dump)

    def test_writes_a_file_whole(self, corpus: Archive, tmp_path: Path) -> None:
        assert corpus.restore_to("harbour.txt", tmp_path / "again.txt") == 26405
        assert contents(tmp_path / "again.txt") == contents(HARBOUR)

    def test_says_which_dumps_there_are(self, corpus: Archive) -> None:
        with pytest.raises(UsageError) as caught:
            corpus.restore("gone.txt")
        assert "harbour.txt" in caught.value.hint

    def test_two_dumps_of_one_name_are_told_apart_by_their_bytes(self, archive: Archive, tmp_path: Path) -> None:
        other = tmp_path / "harbour.txt"
        other.write_bytes(contents(SIERRA))
        archive.ingest(HARBOUR, other)
        with pytest.raises(UsageError, match="2 dumps") as caught:
            archive.restore("harbour.txt")
        digest = hashlib.sha256(contents(SIERRA)).hexdigest()
        assert digest[:12] in caught.value.hint
        assert archive.restore(digest[:12]) == contents(SIERRA)

    def test_a_large_dump_is_kept_in_chunks(self, archive: Archive, tmp_path: Path) -> None:
        large = tmp_path / "large.txt"
        large.write_text("".join(f"Line {n} of a log that nobody will ever read again.\n" for n in range(30_000)))
        connection = archive._db
        from blogarc.archive import dumps
        from blogarc.reading import Source, dump_of, load_source
        from blogarc.reading.formats import PLAIN

        data = load_source(Source("large.txt", large))
        id_ = dumps.store_dump(connection, dump_of(data, "large.txt")[0], data, PLAIN, None, "")
        assert connection.table("dump_chunks").count == 2
        assert dumps.load_bytes(connection, id_) == contents(large)


def test_the_archive_opens_read_only(filled: Path) -> None:
    """What SQLite itself calls read-only: an archive on a disc that cannot be written can be looked at."""
    db = connect(filled, create=False)
    db.execute("PRAGMA query_only = ON")
    from blogarc.archive import checking, corpus

    assert corpus.stats(db).articles == 34
    assert checking.check(db, lambda *_: None).ok
