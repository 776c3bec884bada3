"""Laws that hold for every dump, tried on dumps that nobody would write."""

from __future__ import annotations

import tempfile
from itertools import permutations
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from blogarc import Archive, segmentation
from blogarc.archive.dumps import load_dump
from blogarc.errors import InputError
from blogarc.model import Role
from blogarc.paragraphs import read_dump
from blogarc.text import decode_line, strip
from tests.conftest import sample_dumps

# Paragraphs of which dumps are made: long and short, in two languages, furniture, head lines, rules, and lines with nothing.
PIECES = (
    "The ice house on Cordage Street made its last block in August 1974, and nobody ever asked it to keep time.",
    "Ombeline Sarrat noticed that the walls were ninety centimetres thick, and that the thermometer hardly moved.",
    "Durante treinta días contamos las olas del muelle viejo, y el décimo día salieron más que ningún otro.",
    "El mareógrafo no se equivoca: la marea sube 41 centímetros cuando hay luna nueva y viento del sur.",
    "We asked what had happened.",
    "By Haldor Queiruga",
    "21 de octubre de 2020",
    "In English",
    "En español",
    "Contamos las olas",
    "Read more",
    "Home Stations Stories About us",
    "* * *",
    "2020",
)
BLANKS = ("", " ", "\u00a0", "\t\u00a0 ", "\u200b")

lines = st.lists(st.sampled_from(PIECES + BLANKS), min_size=1, max_size=40)
posts = st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5), min_size=1, max_size=4)
line_ends = st.sampled_from(["\n", "\r\n"])


@st.composite
def crawls(draw: st.DrawFn) -> bytes:
    """A dump of posts, most of them twice, or of lines in any order."""
    if draw(st.booleans()):
        chosen = [line for post in draw(posts) for line in (post * draw(st.integers(1, 2)))]
        return draw(st.sampled_from(["\n\n", "\n"])).join(chosen).encode()
    return draw(line_ends).join(draw(lines)).encode()


def filled(*dumps: bytes, order: tuple[int, ...] | None = None) -> Archive:
    """An archive in memory of these dumps, ingested in this order."""
    archive = Archive(":memory:")
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{n}.txt") for n in range(len(dumps))]
        for path, data in zip(paths, dumps, strict=True):
            path.write_bytes(data)
        for n in order or range(len(dumps)):
            archive.ingest(paths[n])
    return archive


def told(archive: Archive) -> list[dict]:
    return list(archive.records(every=True))


@given(crawls())
def test_articles_never_overlap_and_every_line_is_in_one_place(data: bytes) -> None:
    dump = read_dump(data)
    assume(dump.paragraphs)
    (split,) = segmentation.segment([dump])
    place = line = byte = 0
    for n, article in enumerate(split.articles):
        assert place <= article.paragraphs.start < article.paragraphs.end
        assert line < article.lines.start < article.lines.end
        assert byte <= article.bytes.start < article.bytes.end
        place, line, byte = article.paragraphs.end, article.lines.end - 1, article.bytes.end
        own = [p for p, owner in zip(dump.paragraphs, split.owners, strict=True) if owner == n]
        assert own[0].ordinal == article.paragraphs.start
        assert own[-1].ordinal == article.paragraphs.end - 1
    for role, owner in zip(split.roles, split.owners, strict=True):
        assert role.is_leftover == (owner == -1)


@given(crawls(), crawls())
def test_articles_leftovers_and_blanks_make_the_dump(first: bytes, second: bytes) -> None:
    assume(strip(first.decode()) and strip(second.decode()) and first != second)
    with filled(first, second) as archive:
        assert archive.check().ok
        for (id_,) in archive._db.execute("SELECT id FROM dumps").fetchall():
            data = archive.restore(load_dump(archive._db, id_).name)
            covered: dict[int, str] = {}
            for start, end, byte_start, byte_end in archive._db.execute(
                "SELECT line_start, line_end, byte_start, byte_end FROM paragraphs WHERE dump = ?", [id_]
            ):
                for n in range(start, end):
                    assert n not in covered
                    covered[n] = data[byte_start:byte_end].decode()
            for n, line in enumerate(data.decode().split("\n"), 1):
                assert bool(strip(line)) == (n in covered), "a line is in a paragraph unless it is blank"
                assert strip(line) in covered.get(n, "")


@given(crawls())
def test_text_is_what_the_bytes_say(data: bytes) -> None:
    assume(strip(data.decode()))
    with filled(data) as archive:
        for record in told(archive):
            lines_there = data[record["byte_start"] : record["byte_end"]].decode().split("\n")
            there = [text for text in map(strip, lines_there) if text]
            for paragraph in record["text"].split("\n\n"):
                # A paragraph of wrapped lines is those lines joined; any other is one of them.
                assert paragraph in there or paragraph in " ".join(there)
            if record["title_source"] == "line":
                assert record["title"] in there


@given(crawls(), crawls())
def test_running_twice_changes_nothing(first: bytes, second: bytes) -> None:
    assume(strip(first.decode()) and strip(second.decode()) and first != second)
    with filled(first, second) as archive:
        archive.pairs()
        before, runs = told(archive), archive._db.table("runs").count
        assert archive.dedupe().up_to_date
        assert archive.pairs().up_to_date
        assert archive._db.table("runs").count == runs
        assert not archive.rebuild().changed
        assert told(archive) == before


@given(st.lists(crawls(), min_size=2, max_size=3, unique=True), st.data())
def test_any_order_of_ingestion_exports_the_same(dumps: list[bytes], data: st.DataObject) -> None:
    assume(all(strip(dump.decode()) for dump in dumps))
    order = data.draw(st.sampled_from(list(permutations(range(len(dumps))))))
    with filled(*dumps) as one, filled(*dumps, order=order) as other:
        one.pairs()
        # Stages run between ingests must leave no trace either.
        other.dedupe()
        other.pairs()
        assert told(one) == told(other)
        assert other.check().ok


def test_the_samples_export_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    for n, order in enumerate((sample_dumps(), sample_dumps()[::-1])):
        with Archive(":memory:") as archive:
            for path in order:
                archive.ingest(path)
                archive.pairs()
            archive.export(tmp_path / f"{n}.jsonl", every=True)
    assert (tmp_path / "0.jsonl").read_bytes() == (tmp_path / "1.jsonl").read_bytes()


damaged = st.builds(
    lambda data, bad, at: data[: at % (len(data) + 1)] + bad + data[at % (len(data) + 1) :],
    crawls(),
    st.binary(max_size=12),
    st.integers(0, 10_000),
)


@given(st.one_of(damaged, st.binary(min_size=1, max_size=200), st.text(min_size=1).map(lambda t: t.encode("utf-16"))))
def test_restore_gives_back_whatever_ingest_takes(data: bytes) -> None:
    try:
        archive = filled(data)
    except InputError:
        return
    with archive:
        assert archive.restore("0.txt") == data
        report = archive.check()
        assert report.ok, report.problems
        archive.pairs()
        for record in told(archive):
            record["text"].encode()


@given(damaged)
def test_repairs_are_told_and_only_they(data: bytes) -> None:
    try:
        dump = read_dump(data)
    except InputError:
        return
    if dump.encoding_source in ("utf-8", "damaged utf-8"):
        worst = data.decode("utf-8", "replace")
        assert dump.repaired <= worst.count("\ufffd") + worst.count("\x00")
        assert bool(dump.repaired) == any(decode_line(line, "utf-8")[1] for line in data.split(b"\n"))


def test_roles_are_the_ones_there_are(corpus: Archive) -> None:
    stored = {row[0] for row in corpus._db.execute("SELECT DISTINCT role FROM paragraphs")}
    assert stored <= {str(role) for role in Role}
    assert {"toggle", "title", "body", "boilerplate"} <= stored
