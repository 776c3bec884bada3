"""Spark finds what an archive finds, to the row; bad files are rows of problems; what is there is not made again."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import pytest

from blogarc import Archive
from blogarc.archive.matching import load_articles, named
from blogarc.cli import run as run_command
from blogarc.duplicates import DuplicateConfig
from blogarc.errors import InputError, UsageError
from blogarc.pairs import PairConfig, find_pairs, pool
from blogarc.spark import SparkReport, classes, copies, engine, inputs, require_steps, translations
from blogarc.spark import run as run_spark
from blogarc.spark.pairing import judging
from blogarc.spark.tables import Store, Table
from tests.conftest import SAMPLES, Run
from tests.packed import web_archive
from tests.planting import plant
from tests.splitting import crowd, write_pages

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


@pytest.mark.skipif(find_spec("pyspark") is None, reason="pyspark is not installed")
def test_classes_of_java_are_used_once_they_are_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(classes.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1 << 40))
    left = Path(classes.options("17")[-1].removeprefix("-XX:ArchiveClassesAtExit="))
    left.write_bytes(b"\0" * 64)  # Java writes the head last
    assert "ArchiveClassesAtExit" in classes.options("17")[-1]
    left.write_bytes(0xF00BABA8.to_bytes(4, sys.byteorder) + b"\0" * 60)
    used = Path(classes.options("17")[-1].removeprefix("-XX:SharedArchiveFile="))
    assert used.stat().st_size == 64
    assert not left.exists()
    assert "ArchiveClassesAtExit" in classes.options("21")[-1]  # another Java has its own


def test_without_a_cache_java_starts_as_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert classes.options("17") == ()


def test_little_is_told_before_spark_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for n in range(3):
        (tmp_path / f"{n}.txt").write_text("words")
    assert inputs.seem_little([str(tmp_path)])
    assert not inputs.seem_little(["s3a://bucket/dumps"])
    monkeypatch.setattr(inputs, "LITTLE", 14)
    assert not inputs.seem_little([str(tmp_path)])
    assert inputs.seem_little([str(tmp_path / "1.txt"), (tmp_path / "2.txt").as_uri().replace("///", "/")])


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
    # For runs of a minute Java need not compile so thoroughly.
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
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


def translated(count: int, seed: int) -> Iterator[dict[str, str]]:
    """Made-up posts in two made-up languages that share names and numbers; of some only one half is there."""
    dice = random.Random(seed)

    def invent(size: int, letters: str) -> list[str]:
        return ["".join(dice.choices(letters, k=dice.randint(3, 9))) for _ in range(size)]

    english, spanish = invent(900, "bdfghklmnrstwaei"), invent(900, "cdjlmnñpqrstvaou")
    towns = [name.capitalize() for name in invent(250, "bcdfglmnrstaeiou")]
    for _ in range(count):
        halves: tuple[list[str], list[str]] = [], []
        for _ in range(dice.randint(2, 4)):
            words = [dice.randrange(900) for _ in range(dice.randint(15, 40))]
            said = {
                n: dice.choice([dice.choice(towns), str(dice.randint(10, 9999))]) for n in words if dice.random() < 0.15
            }
            for half, own in zip(halves, (english, spanish), strict=True):
                half.append("A " + " ".join(said.get(n, own[n]) for n in words) + ".")
        fate = dice.random()
        for half, language, lost in zip(halves, ("en", "es"), (fate < 0.15, fate > 0.85), strict=True):
            if not lost:
                yield {"title": "", "text": "\n\n".join(half), "language": language}


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
    (place / "both.jsonl").write_text("\n".join(map(json.dumps, translated(90, seed=9))) + "\n", "utf-8")
    if find_spec("fastwarc"):
        (place / "crawl.wet.gz").write_bytes(web_archive(packed=True, kind="conversion"))
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


CLUSTERS = ("source", "start_line", "id", "cluster", "kind", "similarity")
CLUSTERS_OF_AN_ARCHIVE = """
    SELECT d.name, a.line_start, a.key, r.key, coalesce(u.kind, 'representative'), coalesce(u.similarity, 1.0)
    FROM articles a JOIN dumps d ON d.id = a.dump JOIN clusters c ON c.article = a.id
    JOIN articles r ON r.id = c.representative LEFT JOIN duplicates u ON u.article = a.id
"""
DUPLICATES = ("source", "start_line", "id", "kept_source", "kept_start_line", "kept", "kind", "similarity", "scores")
DUPLICATES_OF_AN_ARCHIVE = """
    SELECT d.name, a.line_start, a.key, e.name, k.line_start, k.key, u.kind, u.similarity, u.scores FROM duplicates u
    JOIN articles a ON a.id = u.article JOIN dumps d ON d.id = a.dump
    JOIN articles k ON k.id = u.kept JOIN dumps e ON e.id = k.dump
"""


@with_spark
def test_the_clusters_are_those_of_an_archive(archive: Archive, report: SparkReport, output: Path) -> None:
    assert report.kinds["near"]
    assert report.kinds["excerpt"]
    assert rows(output, "clusters", *CLUSTERS) == sql(archive, CLUSTERS_OF_AN_ARCHIVE)


@with_spark
def test_the_duplicates_are_those_of_an_archive(archive: Archive, report: SparkReport, output: Path) -> None:
    found = rows(output, "duplicates", *DUPLICATES)
    assert len(found) == sum(count for kind, count in report.kinds.items() if kind != "representative")
    assert found == sql(archive, DUPLICATES_OF_AN_ARCHIVE)


@with_spark
def test_copies_found_in_parts_are_those_found_at_once(
    session: Any, archive: Archive, report: SparkReport, output: Path, tmp_path: Path
) -> None:
    told = Table("articles", session.read.parquet(str(output / "articles")), "articles", False)
    copies.find_copies(Store(session, str(tmp_path)), told, DuplicateConfig(), together=0)
    assert (tmp_path / "work" / "verified").exists()
    assert rows(tmp_path, "clusters", *CLUSTERS) == sql(archive, CLUSTERS_OF_AN_ARCHIVE)
    assert rows(tmp_path, "duplicates", *DUPLICATES) == sql(archive, DUPLICATES_OF_AN_ARCHIVE)


@with_spark
def test_what_is_told_to_every_task_may_also_be_sent(
    session: Any, archive: Archive, report: SparkReport, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As where there is very much: nothing is told to all, and blocks are small and crowded.
    for name, few in (("_TOLD", 0), ("_PAIRS_OF_A_BLOCK", 20), ("_MANY", 3), ("_HEAVY", 30)):
        monkeypatch.setattr(copies, name, few)
    told = Table("articles", session.read.parquet(str(output / "articles")), "articles", False)
    copies.find_copies(Store(session, str(tmp_path)), told, DuplicateConfig(), together=0)
    assert rows(tmp_path, "duplicates", *DUPLICATES) == sql(archive, DUPLICATES_OF_AN_ARCHIVE)


@with_spark
def test_the_pairs_are_those_of_an_archive(archive: Archive, report: SparkReport, output: Path) -> None:
    assert report.pairs
    assert rows(output, "pairs", "source", "target", "score", "evidence") == sql(
        archive,
        "SELECT s.key, t.key, p.score, p.evidence FROM pairs p JOIN articles s ON s.id = p.source"
        " JOIN articles t ON t.id = p.target",
    )


@with_spark
def test_pairs_found_in_parts_are_those_found_at_once(
    session: Any, archive: Archive, report: SparkReport, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two rounds of the lexicon show what four would.
    for room in (pool, judging):
        monkeypatch.setattr(room, "LEXICON_ROUNDS", 2)
    told = [Table(name, session.read.parquet(str(output / name)), name, False) for name in ("articles", "clusters")]
    store = Store(session, str(tmp_path))
    parted = translations.find_translations(store, *told, PairConfig(), together=0)
    assert (tmp_path / "work" / "judged-1").exists()
    _, articles = load_articles(archive._db, representatives=True)
    found = find_pairs(articles)
    assert len(found) > 50
    ours = [(row["source"], row["target"], row["score"], row["evidence"], _beads(row)) for row in parted.rows.collect()]
    theirs = [
        (
            articles[pair.source].key,
            articles[pair.target].key,
            pair.score,
            json.dumps(named(pair.evidence, articles), ensure_ascii=False),
            [(b.source.start, b.source.end, b.target.start, b.target.end, b.score) for b in pair.beads],
        )
        for pair in found
    ]
    assert sorted(ours) == sorted(theirs)


def _beads(row: Any) -> list[tuple[Any, ...]]:
    return [tuple(bead) for bead in row["beads"]]


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


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found in /proc")


def descendants(root: int) -> list[int]:
    """The processes that descend from this one, with itself; parents first."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            told = entry.read_text()
            parents[int(told.split()[0])] = int(told.rpartition(")")[2].split()[1])
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def command_of(process: int) -> bytes:
    """With what a process was started; nothing if it has ended meanwhile."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_for(place: Path, ended: Callable[[], bool] = lambda: False) -> bool:
    """Whether it came to be within five minutes, and nothing ended before."""
    limit = monotonic() + 300
    while not place.exists() and not ended() and monotonic() < limit:
        sleep(0.02)
    return place.exists()


@with_spark
@needs_proc
def test_a_killed_process_of_python_costs_nothing_but_time(
    session: Any, folder: Path, output: Path, report: SparkReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As where there is much: in two passes, and with all the jobs that little is spared.
    monkeypatch.setattr(inputs, "LITTLE_FILES", 0)
    killed: list[int] = []

    def kill() -> None:
        wait_for(tmp_path / "work" / "unfinished" / "split")
        limit = monotonic() + 60
        while not killed and monotonic() < limit:
            # A worker is a child of the daemon, and has the same command.
            daemons = [process for process in descendants(os.getpid()) if b"pyspark.daemon" in command_of(process)]
            for process in daemons[1:]:
                with suppress(ProcessLookupError):  # it ended by itself
                    os.kill(process, signal.SIGKILL)
                    killed.append(process)

    killer = Thread(target=kill)
    killer.start()
    # By its whole name, as a path on another file system is given.
    run_spark(session, [folder.as_uri()], tmp_path.as_uri(), steps=["ingest"])
    killer.join()
    assert killed
    for name in ("articles", "leftovers", "problems"):
        columns = parquet_columns(output / name)
        assert rows(tmp_path, name, *columns) == rows(output, name, *columns)


def parquet_columns(place: Path) -> list[str]:
    from pyarrow import parquet

    return list(parquet.read_table(place).column_names)


@with_spark
@needs_proc
def test_a_killed_driver_goes_on_where_it_was(session: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "blogarc.spark", str(SAMPLES), "-o", str(tmp_path), "--steps", "ingest"]
    with subprocess.Popen([*command, "--master", "local[1]"], stderr=subprocess.DEVNULL) as driver:
        assert wait_for(tmp_path / "work" / "unfinished" / "split", lambda: driver.poll() is not None)
        for process in descendants(driver.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    assert not (tmp_path / "articles").exists()
    stamp = (tmp_path / "work" / "survey" / "_blogarc.json").stat().st_mtime_ns
    run_spark(session, [str(SAMPLES)], str(tmp_path), steps=["ingest"])
    assert (tmp_path / "work" / "survey" / "_blogarc.json").stat().st_mtime_ns == stamp
    with Archive(":memory:") as archive:
        archive.ingest(SAMPLES)
        assert rows(tmp_path, "articles", *ARTICLES) == sql(archive, ARTICLES_OF_AN_ARCHIVE)


@with_spark
@pytest.mark.skipif(sys.platform == "win32", reason="spark-submit is a shell script here")
def test_spark_submit_runs_the_two_lines_of_the_docs(session: Any, tmp_path: Path) -> None:
    import pyspark

    docs = (Path(__file__).parent.parent / "docs" / "spark.md").read_text("utf-8")
    told = re.search(r"`run_blogarc.py` holds two lines, `(.+?)` and `(.+?)`", docs)
    assert told
    script = tmp_path / "run_blogarc.py"
    script.write_text("\n".join(told.groups()) + "\n")
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    given = [
        "--deploy-mode",
        "client",
        "--master",
        "local[1]",
        script,
        SAMPLES / "harbour.txt",
        "-o",
        tmp_path / "corpus",
    ]
    done = subprocess.run(
        [submit, *given, "--steps", "ingest"], capture_output=True, text=True, timeout=300,
        env=os.environ | {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}, check=True,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["files"] == 1
    assert report["articles"] == len(rows(tmp_path / "corpus", "articles", "id")) > 0


@with_spark
def test_nothing_to_read_is_an_error(session: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        run_spark(session, [str(tmp_path / "nowhere.txt")], str(tmp_path / "out"))


@with_spark
def test_dumps_that_share_too_much_are_split_in_the_blocks_of_an_archive(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pages").mkdir()
    crowd(write_pages(tmp_path / "pages"), monkeypatch)
    run_spark(session, [str(tmp_path / "pages")], str(tmp_path / "out"), steps=("ingest",))
    with Archive(":memory:") as archive:
        archive.ingest(tmp_path / "pages")
        blocks_of = {row[0] for row in sql(archive, "SELECT together FROM dumps")}
        assert 1 < len(blocks_of) < 5
        assert rows(tmp_path / "out", "articles", *ARTICLES) == sql(archive, ARTICLES_OF_AN_ARCHIVE)


@with_spark
def test_components_are_those_of_a_slow_and_obvious_way(session: Any, tmp_path: Path) -> None:
    from blogarc.spark.components import connect, connect_at_once
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
    at_once = connect_at_once(frame)
    assert {row["node"]: row["component"] for row in at_once.collect()} == least


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
    assert run_command(["ingest", "--from-parquet", str(output), "-d", str(tmp_path / "blogs.db")]) == 0
    with Archive(tmp_path / "blogs.db") as archive:
        assert archive.stats().articles == report.kinds["representative"]
