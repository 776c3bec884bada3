"""Which dumps are split together when all that share text are too much: `blocks`, and what an archive makes of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from benchmarks.load.corpus import dump
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive, blocks, provenance, read_text
from blogarc.archive import intake, ready, records
from blogarc.model import Dump
from tests.splitting import LAMP, SAL, crowd, write_pages

EXTENTS = st.lists(st.integers(1, 50), min_size=1, max_size=12)


@st.composite
def linked_dumps(draw: st.DrawFn) -> tuple[list[int], Counter[tuple[int, int]]]:
    extents = draw(EXTENTS)
    numbers = st.integers(0, len(extents) - 1)
    pairs = draw(st.lists(st.tuples(numbers, numbers, st.integers(1, 5)), max_size=20))
    return extents, Counter({(min(a, b), max(a, b)): weight for a, b, weight in pairs if a != b})


class TestBlocks:
    @given(linked_dumps(), st.integers(1, 200))
    def test_hold_each_dump_once_and_are_not_too_large(
        self, told: tuple[list[int], Counter[tuple[int, int]]], largest: int
    ) -> None:
        extents, linked = told
        formed = blocks.form(extents, linked, largest)
        assert sorted(number for block in formed for number in block) == list(range(len(extents)))
        assert all(len(block) == 1 or sum(extents[number] for number in block) <= largest for block in formed)

    @given(linked_dumps())
    def test_are_all_that_is_linked_if_it_fits(self, told: tuple[list[int], Counter[tuple[int, int]]]) -> None:
        extents, linked = told
        expected = [{number} for number in range(len(extents))]
        for one, other in linked:
            first, second = (next(own for own in expected if number in own) for number in (one, other))
            if first is not second:
                expected.remove(second)
                first |= second
        found = blocks.form(extents, linked, sum(extents))
        assert sorted(map(sorted, expected)) == sorted(found)

    @given(linked_dumps(), st.integers(1, 200), st.randoms())
    def test_do_not_depend_on_the_order_of_links(
        self, told: tuple[list[int], Counter[tuple[int, int]]], largest: int, random: object
    ) -> None:
        extents, linked = told
        shuffled = list(linked.items())
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        assert blocks.form(extents, linked, largest) == blocks.form(extents, dict(shuffled), largest)

    def test_hold_those_that_share_most(self) -> None:
        assert blocks.form([4, 4, 4], {(0, 1): 9, (1, 2): 10}, 8) == [[0], [1, 2]]


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    return write_pages(tmp_path)


@pytest.fixture
def crowded(pages: list[Path], monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    return crowd(pages, monkeypatch)


def state(archive: Archive) -> tuple[object, ...]:
    """What was found, and with which others each dump was split."""
    told = archive._db.execute("SELECT name, segmented, together FROM dumps ORDER BY name").fetchall()
    return (*told, *(tuple(sorted(record.items(), key=str)) for record in map(plain, archive.records(every=True))))


def plain(record: dict[str, object]) -> dict[str, object]:
    return {name: str(value) for name, value in record.items()}


class TestAnArchiveOfManyDumpsThatShareText:
    def test_splits_them_in_blocks_that_fit(self, crowded: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[int] = []
        whole = provenance.split_up

        def watched(dumps, *told, **more):  # type: ignore[no-untyped-def]
            seen.append(len(dumps))
            return whole(dumps, *told, **more)

        monkeypatch.setattr(provenance, "split_up", watched)
        with Archive(":memory:") as archive:
            archive.ingest(*crowded)
        assert sum(seen) == len(crowded)
        assert 1 < max(seen) < len(crowded)

    @pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
    def test_finds_the_same_in_any_order_one_by_one(self, crowded: list[Path], order: tuple[int, ...]) -> None:
        with Archive(":memory:") as at_once, Archive(":memory:") as one_by_one:
            at_once.ingest(*crowded)
            for number in order:
                one_by_one.ingest(crowded[number])
            assert state(at_once) == state(one_by_one)
            assert not one_by_one.check(deep=True).problems

    def test_goes_on_after_a_kill_between_two_blocks(
        self, crowded: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Archive(":memory:") as undisturbed:
            undisturbed.ingest(*crowded)
            expected = state(undisturbed)
        whole, calls = provenance.split_up, 0

        def killed(dumps, *told, **more):  # type: ignore[no-untyped-def]
            nonlocal calls
            calls += 1
            if calls == 2:
                raise KeyboardInterrupt
            return whole(dumps, *told, **more)

        with Archive(tmp_path / "a.db") as archive:
            archive.ingest(crowded[1], crowded[3])
            with monkeypatch.context() as patched:
                patched.setattr(provenance, "split_up", killed)
                with pytest.raises(KeyboardInterrupt):
                    archive.ingest(*crowded)
        assert calls == 2
        with Archive(tmp_path / "a.db") as archive:
            archive.ingest(*crowded)
            assert state(archive) == expected

    def test_explains_a_line_by_its_block(self, crowded: list[Path]) -> None:
        with Archive(":memory:") as archive:
            archive.ingest(*crowded)
            told = [archive.explain(f"{path.name}:1")["weighed_with"] for path in crowded]
        assert 1 < max(told) < len(crowded)

    def test_splits_all_together_where_they_fit(self, pages: list[Path]) -> None:
        with Archive(":memory:") as archive:
            archive.ingest(*pages)
            assert archive.explain("3.txt:1")["weighed_with"] == len(pages)


@pytest.fixture(scope="module")
def text() -> Dump:
    return read_text(dump(0, 400_000, 3)[0])


def borders(text: Dump) -> set[int]:
    (split,) = provenance.segment([text])
    return {article.paragraphs.start for article in split.articles}


class TestATextThatIsTooLargeForOneBlock:
    @pytest.fixture
    def windowed(self, text: Dump, monkeypatch: pytest.MonkeyPatch) -> Dump:
        monkeypatch.setattr(blocks, "LARGEST", 150_000)
        return text

    def test_is_split_into_nearly_the_same_articles(self, text: Dump, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = borders(text)
        monkeypatch.setattr(blocks, "LARGEST", 150_000)
        found = borders(text)
        assert len(whole) > 50
        assert 2 * len(whole & found) / (len(whole) + len(found)) > 0.95

    def test_has_each_paragraph_in_one_place(self, windowed: Dump) -> None:
        (split,) = provenance.segment([windowed])
        stretches = [stretch.paragraphs for stretch, _ in provenance.stretches(windowed)]
        assert len(stretches) > 3
        assert tuple(paragraph for own in stretches for paragraph in own) == windowed.paragraphs
        assert len(split.roles) == len(split.owners) == len(split.reasons) == len(windowed.paragraphs)
        for number, article in enumerate(split.articles):
            own = [at for at, owner in enumerate(split.owners) if owner == number]
            assert (own[0], own[-1] + 1) == (article.paragraphs.start, article.paragraphs.end)
        assert all(role.is_leftover == (owner < 0) for role, owner in zip(split.roles, split.owners, strict=True))

    def test_is_explained_as_it_was_split(self, windowed: Dump) -> None:
        (split,) = provenance.segment([windowed])
        for article in split.articles[:: max(1, len(split.articles) // 6)]:
            told = provenance.explain([windowed], 0, article.paragraphs.start)
            assert sum(told["cut"].values()) == pytest.approx(article.evidence["score"], abs=0.02) or (
                "the dump starts here" in article.evidence["cut"]
            )
        with pytest.raises(IndexError):
            provenance.explain([windowed], 0, len(windowed.paragraphs))

    def test_has_its_doubts_in_order(self, windowed: Dump) -> None:
        told = list(provenance.doubts([windowed]))
        assert len(told) > 100
        assert [abs(doubt.margin) for doubt in told] == sorted(abs(doubt.margin) for doubt in told)
        assert len({doubt.ordinal for doubt in told}) > 0.9 * len(told)


class TestALargeFileInAnArchive:
    """Each stretch of it is a transaction."""

    @pytest.fixture
    def large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(blocks, "LARGEST", 50_000)
        path = tmp_path / "large.txt"
        path.write_text(dump(0, 150_000, 3)[0], "utf-8")
        return path

    @pytest.fixture
    def expected(self, large: Path) -> tuple[object, ...]:
        with Archive(":memory:") as undisturbed:
            undisturbed.ingest(large)
            assert undisturbed.ingest(large).known
            assert not undisturbed.check(deep=True).problems
            return state(undisturbed)

    def interrupt(self, archive: Archive, large: Path, monkeypatch: pytest.MonkeyPatch) -> int:
        """Ingest the file, and be killed in its third stretch; how many articles are there."""
        whole = provenance.stretches

        def killed(*told, **more):  # type: ignore[no-untyped-def]
            for number, found in enumerate(whole(*told, **more)):
                if number == 2:
                    raise KeyboardInterrupt
                yield found

        with monkeypatch.context() as patched:
            patched.setattr(provenance, "stretches", killed)
            with pytest.raises(KeyboardInterrupt):
                archive.ingest(large)
        (count,) = archive._db.execute("SELECT count(*) FROM articles").fetchone()
        return int(count)

    def test_goes_on_after_a_kill_where_it_was(
        self, large: Path, expected: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Archive(tmp_path / "a.db") as archive:
            there = self.interrupt(archive, large, monkeypatch)
            assert there
            assert any("not split yet" in told for told in archive.check().problems)
        first = archive_numbers(tmp_path / "a.db")
        with Archive(tmp_path / "a.db") as archive:
            archive.ingest(large)
            assert state(archive) == expected
            assert not archive.check(deep=True).problems
        assert archive_numbers(tmp_path / "a.db")[:there] == first

    def test_is_begun_anew_when_a_person_decides_meanwhile(
        self, large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Archive(":memory:") as undisturbed, Archive(":memory:") as archive:
            undisturbed.ingest(large)
            self.interrupt(archive, large, monkeypatch)
            lines = [record["start_line"] for record in undisturbed.records(every=True)]
            for one in (undisturbed, archive):
                one.decide("no-cut", f"large.txt:{sorted(map(int, lines))[1]}")
            archive.ingest(large)
            assert state(archive) == state(undisturbed)

    def test_and_by_other_rules(
        self, large: Path, expected: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Archive(":memory:") as archive:
            self.interrupt(archive, large, monkeypatch)
            archive._db.execute("UPDATE dumps SET together = 'by other rules', unfinished = 'by other rules'")
            archive.ingest(large)
            assert state(archive) == expected

    def test_stays_as_it_is_when_it_is_split_again(self, large: Path, expected: tuple[object, ...]) -> None:
        with Archive(":memory:") as archive:
            archive.ingest(large)
            numbers = archive._db.execute("SELECT id FROM articles ORDER BY id").fetchall()
            assert not archive.rebuild().changed
            assert archive._db.execute("SELECT id FROM articles ORDER BY id").fetchall() == numbers
            archive._db.execute("UPDATE dumps SET segmented = 'otherwise'")
            assert archive.rebuild().changed == ["large.txt"]
            assert state(archive) == expected


def archive_numbers(path: Path) -> list[tuple[int, str]]:
    with Archive(path) as archive:
        return list(archive._db.execute("SELECT id, key FROM articles ORDER BY id").fetchall())


FRENCH = """Le phare de la digue

Le bureau du port a acheté une nouvelle lampe pour le bout de la digue, et le vieux gardien l'a allumée mardi soir.

Cette nuit-là onze bateaux sont rentrés à sa lumière, bien que trois d'entre eux n'aient eu aucune raison d'être dehors si tard.
"""


class TestWhatIsAskedOfKnownFiles:
    """After a kill it is done when the same command is typed again."""

    def interrupt(self, archive: Archive, monkeypatch: pytest.MonkeyPatch, path: Path, **asked: object) -> None:
        def killed(*told: object, **more: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(provenance, "split_up", killed)
            with pytest.raises(KeyboardInterrupt):
                archive.ingest(path, **asked)  # type: ignore[arg-type]

    def test_languages(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        page = tmp_path / "page.txt"
        page.write_text(FRENCH, "utf-8")
        with Archive(":memory:") as archive:
            archive.ingest(page)
            self.interrupt(archive, monkeypatch, page, languages=["en", "es", "fr"])
            archive.ingest(page, languages=["en", "es", "fr"])
            assert {record["language"] for record in archive.records(every=True)} == {"fr"}

    def test_a_profile(self, pages: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        profile = tmp_path / "site.toml"
        profile.write_text(f'[furniture]\nlines = ["{SAL[0]}"]\n', "utf-8")
        with Archive(":memory:") as archive:
            archive.ingest(pages[2])
            self.interrupt(archive, monkeypatch, pages[2], profile=profile)
            assert list(archive.ingest(pages[2], profile=profile).profiled) == ["3.txt"]
            assert not archive.ingest(pages[2], profile=profile).profiled


class TestALargeFileOfReadyArticles:
    """So many of them are a transaction."""

    @pytest.fixture
    def records(self, tmp_path: Path) -> Path:
        path = tmp_path / "posts.jsonl"
        told = [
            json.dumps({"title": f"Post {n}", "text": f"{SAL[n % 3]} {n * n} {LAMP[n % 4]}"}) if n % 7 else "{no record"
            for n in range(100)
        ]
        path.write_text("\n".join(told) + "\n", "utf-8")
        return path

    @pytest.fixture
    def expected(self, records: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[object, ...]:
        monkeypatch.setattr(ready, "_AT_ONCE", 8)
        with Archive(":memory:") as archive:
            archive.ingest(records)
            return state(archive)

    @pytest.fixture
    def in_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(intake, "HUGE", 0)
        monkeypatch.setattr(records, "_PARTS_AT_ONCE", 2)

    def interrupt(self, archive: Archive, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        whole, calls = ready.store, 0

        def killed(*told, **more):  # type: ignore[no-untyped-def]
            nonlocal calls
            calls += 1
            if calls == 4:
                raise KeyboardInterrupt
            return whole(*told, **more)

        with monkeypatch.context() as patched:
            patched.setattr(ready, "store", killed)
            with pytest.raises(KeyboardInterrupt):
                archive.ingest(records)
        assert archive._db.execute("SELECT max(paragraph_start) FROM articles").fetchone() == (47,)
        assert any("not split yet" in told for told in archive.check().problems)

    def test_is_read_as_a_small_one(self, records: Path, expected: tuple[object, ...], in_parts: None) -> None:
        with Archive(":memory:") as archive:
            archive.ingest(records)
            assert state(archive) == expected
            assert not archive.check(deep=True).problems

    @pytest.mark.parametrize("command", ["ingest", "rebuild"])
    def test_goes_on_after_a_kill_or_is_begun_anew_with_all(
        self,
        command: str,
        records: Path,
        expected: tuple[object, ...],
        in_parts: None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with Archive(":memory:") as archive:
            self.interrupt(archive, records, monkeypatch)
            if command == "ingest":
                archive.ingest(records)
            else:
                archive.rebuild()
            assert state(archive) == expected
            assert not archive.check(deep=True).problems
