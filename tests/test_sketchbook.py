"""What an archive finds bit by bit is what it would have found at once."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogarc import Archive, minhash, segments
from blogarc.archive import copies, shelf
from blogarc.archive.matching import load_articles
from blogarc.duplicates import DuplicateConfig, find_duplicates
from tests.test_duplicates import FERRY, KILN, OTHER_END, edited

FOOTER = "Home of the island news since 1931, written by hand and read aloud on Sundays in the square by the pump."


def posts(random_: random.Random, count: int) -> list[str]:
    """Posts with copies of all kinds, and a footer that many share."""
    words = f"{FERRY} {KILN} {OTHER_END}".split()
    made: list[str] = []
    while len(made) < count:
        text = " ".join(random_.choices(words, k=random_.randint(15, 120)))
        made.append(text)
        for _ in range(random_.randint(0, 3)):
            kind = random_.randrange(5)
            if kind == 0:
                made.append(text.upper())
            elif kind == 1:
                made.append(edited(text, random_.randint(6, 20)))
            elif kind == 2:
                made.append(text[: len(text) // 3] + " [...]")
            elif kind == 3:
                made.append(f"{FOOTER} {text} {FOOTER}")
            else:
                made.append(f"{text[: len(text) // 2]} {' '.join(random_.choices(words, k=60))} {FOOTER}")
    random_.shuffle(made)
    return made[:count]


def written(folder: Path, texts: list[str], name: str) -> Path:
    """Each post under a date line, so that they are told apart."""
    path = folder / name
    path.write_text(
        "\n\n".join(f"Post {name} {n}\n\n2020-01-{n % 28 + 1:02d}\n\n{t}" for n, t in enumerate(texts)), "utf-8"
    )
    return path


def told(archive: Archive) -> list[tuple]:
    return [
        (r["source"], r["start_line"], r["id"], r["cluster"], r["kind"], r["similarity"])
        for r in archive.records(every=True)
    ]


@contextmanager
def both_ways(paths: list[Path], order: list[int] | None = None) -> Iterator[tuple[Archive, Archive]]:
    """An archive that got one file after the other, and one that got all at once; both tell the same."""
    with Archive(":memory:") as bit_by_bit, Archive(":memory:") as at_once:
        for path in paths if order is None else (paths[n] for n in order):
            bit_by_bit.ingest(path)
            bit_by_bit.dedupe()
        at_once.ingest(*paths)
        at_once.dedupe()
        assert told(bit_by_bit) == told(at_once)
        yield bit_by_bit, at_once


@pytest.mark.parametrize("seed", range(4))
def test_dump_after_dump_gives_the_clusters_of_all_at_once(seed: int, tmp_path: Path) -> None:
    texts = posts(random.Random(seed), 120)
    parts = [texts[:50], texts[50:90], texts[90:]]
    names = ["m.txt", "z.txt", "a.txt"]
    paths = [written(tmp_path, part, name) for part, name in zip(parts, names, strict=True)]
    with both_ways(paths) as (_, at_once):
        assert len({row[3] for row in told(at_once)}) < len(told(at_once))


@pytest.fixture(params=[1, 8], ids=["few by few", "all again"], scope="module")
def few(request: pytest.FixtureRequest) -> Iterator[None]:
    """However many articles come, they are few; and the usual, by which most of what comes in these tests is much."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "_FEW", request.param)
        yield


@given(st.integers(0, 10_000), st.lists(st.integers(1, 25), min_size=2, max_size=5), st.permutations(range(5)))
@settings(max_examples=15, deadline=None)
@pytest.mark.usefixtures("few")
def test_in_any_portions_and_any_order(seed: int, sizes: list[int], order: list[int]) -> None:
    texts = posts(random.Random(seed), sum(sizes))
    parts = [texts[sum(sizes[:n]) : sum(sizes[: n + 1])] for n in range(len(sizes))]
    with tempfile.TemporaryDirectory() as folder:
        paths = [ready(Path(folder), part, f"{n}.jsonl") for n, part in enumerate(parts)]
        with both_ways(paths, [n for n in order if n < len(paths)]):
            pass


@pytest.mark.parametrize("seed", range(3))
def test_a_few_more_of_very_many_that_share_a_footer(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of crowds only what matters is read, in parts, and again in full where another text has become their centre."""
    monkeypatch.setattr(segments, "_IN_PART", 64)
    texts = [f"{text} {FOOTER}" if n % 2 else text for n, text in enumerate(posts(random.Random(seed), 330))]
    parts = [texts[:300], *(texts[n : n + 3] for n in range(300, 330, 3))]
    paths = [ready(tmp_path, part, f"{n:02}.jsonl") for n, part in enumerate(parts)]
    with both_ways(paths) as (bit_by_bit, at_once):
        sizes = shelf.segments(bit_by_bit._db)
        assert max(sizes.values()) > sum(sizes.values()) / 2
        assert len(sizes) < len(paths) - 3
        assert sum(sizes.values()) == sum(shelf.segments(at_once._db).values())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.usefixtures("few")
def test_a_pair_that_shares_rare_words_and_furniture_is_not_looked_at_again(seed: int, tmp_path: Path) -> None:
    """Of texts that did not change only the furniture is seen that they share; that must not be taken for all."""
    random_ = random.Random(seed)

    def some(count: int) -> list[str]:
        return [f"x{random_.randrange(100_000)}" for _ in range(count)]

    furniture = some(30)
    fillers = [" ".join([*furniture, *some(60)]) for _ in range(30)]
    lowest, pair = minhash.sketch(fillers).digests.min(), fillers[:2]
    while minhash.sketch(pair).digests.min() >= lowest:  # one of the two is to be the centre of the crowds
        own = some(12)
        like = [*own]
        like[0], like[3], like[6] = some(3)
        pair = [" ".join([*furniture, *own]), " ".join([*furniture, *like, *some(60)])]
    unlike = [" ".join(some(60)) for _ in range(20)]
    with both_ways([ready(tmp_path, [*pair, *fillers], "a.jsonl"), ready(tmp_path, unlike, "b.jsonl")]):
        pass


def test_an_article_that_went_is_forgotten_and_may_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_FEW", 1)
    texts = posts(random.Random(1), 30)
    dump = written(tmp_path, texts[:20], "dump.txt")
    with Archive(":memory:") as archive, Archive(":memory:") as at_once:
        archive.ingest(dump)
        archive.dedupe()
        whole: list[bool] = []
        refreshed = copies.refresh
        monkeypatch.setattr(copies, "refresh", lambda *a, **k: whole.append(True) or refreshed(*a, **k))
        line = archive.records(every=True)
        archive.decide("no-cut", f"dump.txt:{sorted(row['start_line'] for row in line)[5]}")
        archive.dedupe()
        assert whole == [True]
        later = [ready(tmp_path, [text], f"{n}.jsonl") for n, text in enumerate(texts[20:])]
        for path in later:
            archive.ingest(path)
            archive.dedupe()
        assert whole == [True]
        archive.undo(1)
        archive.dedupe()
        at_once.ingest(dump, *later)
        at_once.dedupe()
        assert told(archive) == told(at_once)


@pytest.mark.parametrize("seed", range(4))
def test_a_few_more_after_decisions(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What persons decided holds, also of what came later, whether or not it concerns what they decided about."""
    monkeypatch.setattr(shelf, "_FEW", 1)
    random_ = random.Random(seed)
    texts = posts(random_, 90)
    parts = [texts[:60], *([text] for text in texts[60:])]
    paths = [ready(tmp_path, part, f"{n:02}.jsonl") for n, part in enumerate(parts)]
    few = 0
    refreshed = copies.refresh
    with Archive(":memory:") as bit_by_bit, Archive(":memory:") as at_once:
        bit_by_bit.ingest(paths[0])
        bit_by_bit.dedupe()
        rows = bit_by_bit.records(every=True)
        keys = [(row["id"], row["cluster"]) for row in rows]
        apart = next((a, b) for a, b in keys if a != b)
        same = random_.sample(sorted({b for _, b in keys} - {apart[1]}), 2)
        decided = [("different", *apart), ("same", *same)]
        for one in decided:
            bit_by_bit.decide(*one)
        bit_by_bit.dedupe()
        for path in paths[1:]:
            bit_by_bit.ingest(path)
            with monkeypatch.context() as patch:
                whole: list[bool] = []
                patch.setattr(copies, "refresh", lambda *a, w=whole, **k: w.append(True) or refreshed(*a, **k))
                bit_by_bit.dedupe()
            few += not whole
        at_once.ingest(*paths)
        for one in decided:
            at_once.decide(*one)
        at_once.dedupe()
        assert told(bit_by_bit) == told(at_once)
        assert few > 10


@pytest.mark.parametrize("seed", range(6))
def test_one_more_of_very_many_copies(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of which all shingles are in crowds meet in the centres of these only, which may be the last that came."""
    monkeypatch.setattr(shelf, "_FEW", 1)
    random_ = random.Random(seed)
    texts = []
    for post in (KILN.split()[:40], OTHER_END.split()[:40]):
        for n in range(40):
            words = list(post)
            words[random_.randrange(40)] = f"{seed}word{n}"
            texts.append(" ".join(words))
    random_.shuffle(texts)
    paths = [ready(tmp_path, part, f"{n:02}.jsonl") for n, part in enumerate([texts[:60], *([t] for t in texts[60:])])]
    with both_ways(paths) as (bit_by_bit, at_once):
        pairs = (
            "SELECT a.key, b.key, crowd, l.kind FROM likenesses l"
            " JOIN sketches a ON a.id = l.first JOIN sketches b ON b.id = l.second"
        )
        found = [{(*sorted(row[:2]), *row[2:]) for row in of._db.execute(pairs)} for of in (bit_by_bit, at_once)]
        assert found[0] == found[1]
        assert any(row[2] for row in found[0])


def ready(folder: Path, texts: list[str], name: str) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps({"text": text, "language": "en"}) + "\n" for text in texts), "utf-8")
    return path


@pytest.mark.usefixtures("few")
def test_a_sentence_that_becomes_furniture_changes_what_was_found(tmp_path: Path) -> None:
    """Two posts that share little but a footer are near only as long as nobody else has it."""
    words = f"{KILN} {OTHER_END}".split()
    footer = f"{FOOTER} {FERRY[:300]}"
    made = [f"{' '.join(random.Random(n).choices(words, k=25))} {footer}" for n in range(60)]
    paths = [ready(tmp_path, made[:2], "a.jsonl"), ready(tmp_path, made[2:], "b.jsonl")]
    with both_ways(paths):
        pass


def test_the_archive_finds_what_the_stage_finds(tmp_path: Path) -> None:
    texts = posts(random.Random(5), 150)
    with Archive(":memory:") as archive:
        archive.ingest(ready(tmp_path, texts, "a.jsonl"))
        archive.dedupe()
        _, articles = load_articles(archive._db)
        found = find_duplicates(articles)
        keys = [articles[kept].key for kept in found.representative]
        assert [row[3] for row in told(archive)] == keys


def test_another_choice_of_representatives_makes_the_clusters_anew(tmp_path: Path) -> None:
    texts = posts(random.Random(6), 80)
    with Archive(":memory:") as changed, Archive(":memory:") as fresh:
        for archive in (changed, fresh):
            archive.ingest(ready(tmp_path, texts, "a.jsonl"))
        changed.dedupe()
        report = changed.dedupe(DuplicateConfig(keep="first"))
        fresh.dedupe(DuplicateConfig(keep="first"))
        assert told(changed) == told(fresh)
        assert report.changes
        assert sum(report.changed.values()) > 0


def test_other_thresholds_forget_what_was_found(tmp_path: Path) -> None:
    texts = posts(random.Random(7), 80)
    with Archive(":memory:") as changed, Archive(":memory:") as fresh:
        for archive in (changed, fresh):
            archive.ingest(ready(tmp_path, texts, "a.jsonl"))
        changed.dedupe()
        changed.dedupe(DuplicateConfig(near=0.9))
        fresh.dedupe(DuplicateConfig(near=0.9))
        assert told(changed) == told(fresh)


def test_another_archive_is_only_looked_at(tmp_path: Path) -> None:
    texts = posts(random.Random(8), 60)
    with Archive(tmp_path / "old.db") as old:
        old.ingest(ready(tmp_path, texts[:30], "old.jsonl"))
    before = (tmp_path / "old.db").read_bytes()
    with Archive(":memory:") as new:
        new.ingest(ready(tmp_path, [*texts[30:], texts[0]], "new.jsonl"))
        report = new.against(tmp_path / "old.db")
    assert (tmp_path / "old.db").read_bytes() == before
    assert report.found["exact"] >= 1
    assert report.articles == 31
