"""Spark finds what an archive finds, to the row; bad files are rows of problems; what is there is not made again."""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from blogarc import Archive
from blogarc.cli import run as run_command
from blogarc.errors import InputError, UsageError
from blogarc.spark import SparkReport, engine, require_steps
from blogarc.spark import run as run_spark
from tests.conftest import SAMPLES, Run
from tests.planting import plant

DEV = Path(__file__).parent.parent.parent / "shared" / "dev"


def _absent() -> str | None:
    if find_spec("pyspark") is None or find_spec("pyarrow") is None:
        return 'pyspark is not installed: pip install "blogarc[spark]"'
    version = engine.java_version()
    return None if version and version >= engine.JAVA else f"there is no Java {engine.JAVA}"


REASON = _absent()
with_spark = pytest.mark.skipif(REASON is not None, reason=REASON or "")


# ---- without Spark ----


def test_without_pyspark_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="needs pyspark") as caught:
        engine.start()
    assert 'pip install "blogarc[spark]"' in caught.value.hint


def test_without_java_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="Java was not found") as caught:
        engine.require_java()
    assert "openjdk-17" in caught.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Java is a shell script")
@pytest.mark.parametrize(
    ("told", "version"), [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_411"', 8), ("no", None)]
)
def test_java_is_asked_for_its_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: str, version: int | None
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{told}' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert engine.java_version() == version
    if version == 8:
        with pytest.raises(UsageError, match="Java 8 is too old"):
            engine.require_java()


def test_steps_bring_what_they_need() -> None:
    assert require_steps(["pairs"]) == ("ingest", "dedupe", "pairs")
    with pytest.raises(UsageError, match="no step 'sort'"):
        require_steps(["ingest", "sort"])


def test_the_command_says_how_it_is_used(run: Run) -> None:
    ended = run("spark", "walk", "dump.txt", "-o", "out")
    assert ended.code == 2
    assert "blogarc spark run INPUT... -o FOLDER" in ended.err


# ---- with Spark ----


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    started = engine.start("local[2]", memory="1g")
    yield started
    started.stop()


def posts(count: int, seed: int) -> Iterator[dict[str, str]]:
    """Made-up posts, half of them copies of earlier ones: the same, edited, cut short, or with the same furniture."""
    dice = random.Random(seed)
    words = ["".join(dice.choices("abcdefghilmnoprstuv", k=dice.randint(2, 9))) for _ in range(4000)]
    footers = [" ".join(dice.choices(words, k=30)) for _ in range(3)]
    made: list[tuple[str, list[str]]] = []
    for _ in range(count):
        fresh = not made or dice.random() < 0.5
        title, text = (
            (" ".join(dice.choices(words, k=4)), dice.choices(words, k=dice.randint(5, 260)))
            if fresh
            else dice.choice(made)
        )
        if fresh:
            made.append((title, text))
        elif dice.random() < 0.4:
            text = [dice.choice(words) if dice.random() < 0.06 else word for word in text]
        elif dice.random() < 0.5:
            text = text[: max(8, len(text) // 3)]
        told = " ".join(text) + (f" {dice.choice(footers)}" if dice.random() < 0.3 else "")
        yield {"title": title, "text": told, "language": "en"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dumps that share text and dumps that do not, ready articles, and files that nobody can read."""
    place = tmp_path_factory.mktemp("input")
    for sample in ("harbour.txt", "sierra.txt"):
        shutil.copy(SAMPLES / sample, place / sample)
    shutil.copy(SAMPLES / "harbour.txt", place / "same-bytes.txt")
    (place / "site").mkdir()
    for kind in ("doubled", "paginated"):
        for name, text in plant(kind, 3).files.items():
            (place / "site" / f"{kind}-{name}").write_text(text, "utf-8")
    lines = [json.dumps(post) for post in posts(300, seed=5)]
    (place / "ready.jsonl").write_text("\n".join([*lines[:100], "no JSON at all", *lines[100:]]) + "\n", "utf-8")
    (place / "broken.txt").write_bytes(bytes(range(256)) * 40)
    (place / "spaces.txt").write_bytes(b" \n \n")
    (place / "picture.png").write_bytes(b"\x89PNG")
    if DEV.exists():
        for path in DEV.rglob("*.txt"):
            (place / path.relative_to(DEV.parent)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place / path.relative_to(DEV.parent))
    return place


@pytest.fixture(scope="module")
def archive(folder: Path) -> Iterator[Archive]:
    with Archive(":memory:") as filled:
        filled.ingest(folder)
        filled.pairs()
        yield filled


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("output")


@pytest.fixture(scope="module")
def report(session: Any, folder: Path, output: Path) -> SparkReport:
    return run_spark(session, [str(folder)], str(output))


def rows(output: Path, name: str, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of a table, read without Spark, sorted."""
    from pyarrow import parquet

    table = parquet.read_table(output / name, columns=list(columns))
    return sorted(map(_plain, zip(*(table.column(name).to_pylist() for name in columns), strict=True)), key=repr)


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(json.dumps(cell, sort_keys=True) if isinstance(cell, list | dict) else cell for cell in row)


def sql(archive: Archive, query: str) -> list[tuple[Any, ...]]:
    return sorted(archive._db.execute(query).fetchall(), key=repr)


ARTICLES = (
    "sha256", "source", "paragraph_start", "paragraph_end", "start_line", "end_line", "byte_start", "byte_end", "id",
    "title", "title_source", "text", "words", "byline", "published", "updated", "translator", "language",
    "language_confidence", "language_source", "mixed", "toggle", "url", "origin", "evidence",
)  # fmt: skip
ARTICLES_OF_AN_ARCHIVE = """
    SELECT d.sha256, d.name, a.paragraph_start, a.paragraph_end, a.line_start, a.line_end - 1, a.byte_start, a.byte_end, a.key,
        a.title, a.title_source, a.text, a.words, a.byline, a.published, a.updated, a.translator, a.language,
        a.language_confidence, a.language_source, a.mixed = 1, a.toggle, a.url, a.origin, a.evidence
    FROM articles a JOIN dumps d ON d.id = a.dump
"""


@with_spark
def test_the_articles_are_those_of_an_archive(archive: Archive, report: SparkReport, output: Path) -> None:
    assert report.articles > 300
    assert rows(output, "articles", *ARTICLES) == sql(archive, ARTICLES_OF_AN_ARCHIVE)


@with_spark
def test_the_leftovers_are_those_of_an_archive(archive: Archive, report: SparkReport, output: Path) -> None:
    assert report.leftovers
    assert rows(
        output, "leftovers", "source", "sha256", "start_line", "byte_start", "byte_end", "role", "text", "evidence"
    ) == sql(
        archive,
        "SELECT d.name, d.sha256, p.line_start, p.byte_start, p.byte_end, p.role, p.text, p.evidence FROM paragraphs p"
        " JOIN dumps d ON d.id = p.dump WHERE p.article IS NULL",
    )


@with_spark
def test_the_clusters_are_those_of_an_archive(archive: Archive, report: SparkReport, output: Path) -> None:
    assert report.kinds["near"]
    assert report.kinds["excerpt"]
    found = rows(output, "clusters", "source", "start_line", "id", "cluster", "kind", "similarity")
    assert found == sql(
        archive,
        "SELECT d.name, a.line_start, a.key, r.key, coalesce(u.kind, 'representative'), coalesce(u.similarity, 1.0)"
        " FROM articles a JOIN dumps d ON d.id = a.dump JOIN clusters c ON c.article = a.id"
        " JOIN articles r ON r.id = c.representative LEFT JOIN duplicates u ON u.article = a.id",
    )


@with_spark
def test_the_duplicates_are_those_of_an_archive(archive: Archive, report: SparkReport, output: Path) -> None:
    found = rows(
        output,
        "duplicates",
        "source",
        "start_line",
        "id",
        "kept_source",
        "kept_start_line",
        "kept",
        "kind",
        "similarity",
        "scores",
    )
    assert len(found) == sum(count for kind, count in report.kinds.items() if kind != "representative")
    assert found == sql(
        archive,
        "SELECT d.name, a.line_start, a.key, e.name, k.line_start, k.key, u.kind, u.similarity, u.scores FROM duplicates u"
        " JOIN articles a ON a.id = u.article JOIN dumps d ON d.id = a.dump"
        " JOIN articles k ON k.id = u.kept JOIN dumps e ON e.id = k.dump",
    )


@with_spark
def test_the_pairs_are_those_of_an_archive(archive: Archive, report: SparkReport, output: Path) -> None:
    assert report.pairs
    assert rows(output, "pairs", "source", "target", "score", "evidence") == sql(
        archive,
        "SELECT s.key, t.key, p.score, p.evidence FROM pairs p JOIN articles s ON s.id = p.source"
        " JOIN articles t ON t.id = p.target",
    )


@with_spark
def test_the_corpus_is_what_an_archive_exports(
    archive: Archive, report: SparkReport, output: Path, tmp_path: Path
) -> None:
    from pyarrow import parquet

    exported = tmp_path / "corpus.parquet"
    archive.export(exported, format="parquet")
    theirs, ours = parquet.read_table(exported), parquet.read_table(output / "corpus")
    assert set(theirs.column_names) <= set(ours.column_names)
    names = theirs.column_names
    assert [_told(row) for row in ours.select(names).to_pylist()] == [_told(row) for row in theirs.to_pylist()]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"origin": json.loads(row["origin"]) if isinstance(row["origin"], str) else row["origin"]}


@with_spark
def test_files_that_cannot_be_read_are_problems(archive: Archive, report: SparkReport, output: Path) -> None:
    found = rows(output, "problems", "source", "lost")
    assert found == [("broken.txt", True), ("ready.jsonl", False), ("spaces.txt", True)]
    assert report.problem_count == 3


@with_spark
def test_what_is_there_is_not_made_again(session: Any, folder: Path, output: Path, report: SparkReport) -> None:
    again = run_spark(session, [str(folder)], str(output))
    assert again.up_to_date == ["ingest", "dedupe", "pairs", "corpus"]
    assert (again.articles, again.kinds, again.pairs) == (report.articles, report.kinds, report.pairs)


@with_spark
def test_a_run_that_was_killed_goes_on(session: Any, folder: Path, output: Path, report: SparkReport) -> None:
    before = rows(output, "clusters", "position", "representative", "kind")
    # As it is after a kill while the clusters were written: some of them in a place of their own, none where they belong.
    unfinished = output / "work" / "unfinished" / "clusters"
    unfinished.parent.mkdir(exist_ok=True)
    (output / "clusters").rename(unfinished)
    (unfinished / "_blogarc.json").unlink()
    again = run_spark(session, [str(folder)], str(output))
    assert again.up_to_date == ["ingest", "pairs", "corpus"]
    assert rows(output, "clusters", "position", "representative", "kind") == before


@with_spark
def test_nothing_to_read_is_an_error(session: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        run_spark(session, [str(tmp_path / "nowhere.txt")], str(tmp_path / "out"))


@with_spark
def test_components_are_those_of_a_slow_and_obvious_way(session: Any, tmp_path: Path) -> None:
    from blogarc.spark.components import connect
    from blogarc.spark.tables import Store

    dice = random.Random(3)
    edges = [(dice.randrange(60), dice.randrange(60)) for _ in range(40)] + [(n, n + 1) for n in range(100, 112)]
    least = {node: node for edge in edges for node in edge}
    for _ in least:
        for one, other in edges:
            least[one] = least[other] = min(least[one], least[other])
    frame = session.createDataFrame(edges, "one bigint, other bigint")
    found = connect(frame, Store(session, str(tmp_path)).scratch("test"))
    assert {row["node"]: row["component"] for row in found.collect()} == least


@with_spark
def test_the_command_reports_and_archives_take_the_corpus(
    session: Any, output: Path, folder: Path, report: SparkReport, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Last, because the command ends its session.
    code = run_command(["spark", "run", str(folder), "-o", str(output), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 3  # some files were no text
    assert told["articles"] == report.articles
    assert told["up_to_date"] == ["ingest", "dedupe", "pairs", "corpus"]
    with Archive(tmp_path / "blogs.db") as archive:
        archive.ingest(*map(str, sorted((output / "corpus").glob("*.parquet"))))
        assert archive.stats().articles == report.kinds["representative"]
