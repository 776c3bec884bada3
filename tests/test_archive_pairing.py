"""Pairs in an archive: what is kept beside them, and that it does not matter how the archive grew."""

from __future__ import annotations

from pathlib import Path

import pytest

from blogarc import Archive, pairs
from blogarc.archive import explaining
from blogarc.pairs import PairConfig
from tests.conftest import Run, sample_dumps

TOWNS = "Almería Bilbao Cartagena Denia Estepona Ferrol Gandía Huelva Irún Jaén León Murcia Nerja Orense".split()


def bridges(part: slice) -> bytes:
    """Posts about bridges and their translations, as a dump."""
    posts = []
    for n, town in list(enumerate(TOWNS))[part]:
        posts.append(
            f"The bridge of {town}\n\nPosted on {n + 1} May {2001 + n}\n\nThe old bridge near {town} fell in {1900 + n}, in a "
            f"cold winter.\n\nIts {137 + 13 * n} stones sold well in {town}, and nobody built another bridge."
        )
        posts.append(
            f"El puente de {town}\n\nPublicado el {n + 1} de mayo de {2001 + n}\n\nEl viejo puente junto a {town} cayó en "
            f"{1900 + n}, en invierno.\n\nSus {137 + 13 * n} piedras se vendieron bien en {town}, y nadie hizo otro puente."
        )
    return "\n\n".join(posts).encode()


def lexicon(archive: Archive) -> list[tuple[str, str, str]]:
    return [(r["origin"], r["source"], r["target"]) for r in archive._db.query("SELECT * FROM lexicon")]


def write(folder: Path) -> list[Path]:
    paths = [folder / "first.txt", folder / "second.txt"]
    for path, part in zip(paths, (slice(0, 7), slice(7, None)), strict=True):
        path.write_bytes(bridges(part))
    return paths


def test_the_learned_lexicon_is_kept_and_grows_with_the_corpus(archive: Archive, tmp_path: Path) -> None:
    first, second = write(tmp_path)
    archive.ingest(first)
    assert archive.pairs().lexicon == {}
    archive.ingest(second)
    report = archive.pairs()
    assert report.lexicon["learned"] == len(lexicon(archive)) > 0
    assert ("learned", "bridge", "puente") in lexicon(archive)


def test_the_order_of_ingestion_changes_neither_pairs_nor_lexicon(tmp_path: Path) -> None:
    told = []
    for order in (1, -1):
        with Archive(":memory:") as archive:
            for path in write(tmp_path)[::order]:
                archive.ingest(path)
                archive.pairs()
            told.append((archive.pairs().pairs, lexicon(archive)))
    assert told[0] == told[1]


def test_words_that_a_person_gave_are_kept_until_others_are_given(archive: Archive) -> None:
    archive.ingest(*sample_dumps())
    words = [("harbour", "puerto"), ("winter", "invierno")]
    assert not archive.pairs(words=words).up_to_date
    assert archive.pairs().up_to_date
    assert archive.pairs().lexicon["given"] == 2
    assert archive.pairs(words=words[::-1]).up_to_date
    assert "given" not in archive.pairs(words=()).lexicon


def test_posts_without_a_partner_say_what_came_nearest(corpus: Archive) -> None:
    report = corpus.pairs()
    assert report.misses
    miss = report.misses[0]
    told = corpus.explain(miss.id)
    assert told["nearest"] == {"id": miss.nearest, "title": miss.nearest_title, "score": miss.score, "why": miss.why}
    assert corpus.explain(report.pairs[0].source)["nearest"] is None


def test_explain_recalls_what_pairs_weighed(corpus: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    anew = {}
    report = corpus.pairs()
    sql = "SELECT s.key, t.key FROM candidates JOIN articles s ON s.id = source JOIN articles t ON t.id = target"
    ends = corpus._db.execute(sql).fetchall()
    assert {(pair.source, pair.target) for pair in report.pairs} <= set(ends)
    corpus._db.execute("CREATE TEMP TABLE kept AS SELECT * FROM candidates")
    corpus._db.execute("DELETE FROM candidates")
    for first, second in ends:
        anew[first, second] = corpus.explain(first, second)["pair"]
    corpus._db.execute("INSERT INTO candidates SELECT * FROM kept")
    monkeypatch.setattr(pairs, "explain", None)  # nothing is weighed again
    for first, second in ends:
        told = corpus.explain(first, second)["pair"]
        for answer in (told, anew[first, second]):
            for nearest in filter(None, answer["nearest"].values()):
                assert nearest.pop("probability") < 1
        assert anew[first, second].pop("among")["articles"] > 0
        # What hardly resembles them is not kept, so of the nearest others there may be none.
        kept = {which: nearest for which, nearest in told.pop("nearest").items() if nearest}
        assert kept.items() <= anew[first, second].pop("nearest").items()
        assert told == anew[first, second]
    assert corpus.explain(*ends[0][::-1])["pair"]["taken"]


def test_explain_weighs_strangers_among_some_of_a_large_archive(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.ingest(*write(tmp_path))
    report = archive.pairs()
    monkeypatch.setattr(explaining, "_AMONG", 3)
    strangers = archive.explain(report.pairs[0].source, report.pairs[-1].target)["pair"]
    assert not strangers["taken"]
    everything = archive.stats().clusters
    assert strangers["among"]["of"] == everything
    assert strangers["among"]["articles"] < everything
    assert "lead in translated words" in strangers["clues"]  # by the lexicon that all of them taught


def test_what_was_decided_since_counts_when_pairs_are_explained(filled: Path) -> None:
    corpus = Archive(filled)
    pair = corpus.pairs().pairs[0]
    corpus.decide("not-pair", pair.source, pair.target)
    told = corpus.explain(pair.source, pair.target)["pair"]
    assert (told["taken"], told["why"]) == (False, "A person decided that they are no pair.")
    corpus.close()


def test_a_rebuild_keeps_the_languages_of_the_last_run(archive: Archive) -> None:
    archive.ingest(*sample_dumps())
    archive.pairs(PairConfig(languages=("es", "en")))
    archive.rebuild()
    assert archive.pairs(PairConfig(languages=("es", "en"))).up_to_date


def test_the_command_takes_a_lexicon(run: Run, filled: Path) -> None:
    Path("mine.tsv").write_text("harbour\tpuerto\n", "utf-8")
    assert "1 given" in run("pairs", "--lexicon", "mine.tsv", "-d", filled).err
    assert "1 given" in run("pairs", "-d", filled).err
    Path("empty.tsv").write_text("", "utf-8")
    assert "given" not in run("pairs", "--lexicon", "empty.tsv", "-d", filled).err


@pytest.mark.parametrize("name", ["no such file", "bad.tsv"])
def test_a_lexicon_that_is_none_is_refused(run: Run, filled: Path, name: str) -> None:
    Path("bad.tsv").write_text("harbour puerto\n", "utf-8")
    assert run("pairs", "--lexicon", name, "-d", filled).code == 4


def test_the_table_says_how_much_is_aligned_and_what_came_nearest(run: Run, filled: Path) -> None:
    told = run("pairs", "-d", filled)
    assert "aligned" in told.out
    assert "Nearest miss" in told.err
    assert "Without a partner" in told.err


def test_no_pairs_is_never_all_that_is_said(run: Run, filled: Path) -> None:
    told = run("pairs", "--languages", "en,pt", "-d", filled)
    assert "0 translation pairs among" in told.err
    assert "Less sure" in told.err
    assert "0 pt" in told.err
