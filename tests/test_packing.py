"""Packed files give back what was packed, within limits; what is cut short or damaged says where."""

from __future__ import annotations

import gzip
import io
import resource
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive
from blogarc.errors import InputError, UsageError
from blogarc.reading.packing import Limits, open_packed, packing_of, parse_size
from tests.conftest import Run
from tests.packed import PACKERS, dump

LINES = b"".join(b"Line %d of the log, with the number %d in it.\n" % (n, n * 7919 % 10007) for n in range(6000))
SMALL = Limits(most=1 << 30, ratio=200, floor=1 << 20)
packings = pytest.mark.parametrize("packing", PACKERS)


@packings
def test_what_was_packed_comes_out(packing: str) -> None:
    packed = PACKERS[packing](LINES)
    opened = open_packed(packed, "log")
    assert (opened.data, opened.packing, opened.damage) == (LINES, packing, "")


@packings
def test_streams_in_a_row_are_one_file_and_each_has_its_place(packing: str) -> None:
    first, second = PACKERS[packing](b"One.\n"), PACKERS[packing](b"Two.\n")
    opened = open_packed(first + second + bytes(512), "log")
    assert (opened.data, opened.damage) == (b"One.\nTwo.\n", "")
    assert [opened.place(at) for at in (0, 2, 5)] == [0, None, len(first)]


@packings
def test_bytes_after_the_end_are_said(packing: str) -> None:
    packed = PACKERS[packing](LINES)
    opened = open_packed(packed + b"and so on", "log")
    assert opened.data == LINES
    assert f"at byte {len(packed):,}, come 9 bytes" in opened.damage


@packings
def test_a_file_cut_anywhere_gives_its_beginning_and_says_so(packing: str) -> None:
    packed = PACKERS[packing](LINES)
    given_back = 0
    for cut in range(12, len(packed), len(packed) // 40):
        try:
            opened = open_packed(packed[:cut], "log")
        except InputError:
            continue  # nothing of it could be read
        given_back += 1
        assert LINES.startswith(opened.data)
        assert f"ends at byte {cut:,}" in opened.damage
    assert given_back > 5


def test_only_the_last_byte_missing_is_noticed_too() -> None:
    opened = open_packed(gzip.compress(LINES)[:-1], "log")
    assert opened.data == LINES
    assert "cut short" in opened.damage


def test_a_wrong_checksum_loses_no_text() -> None:
    packed = bytearray(gzip.compress(b"A short text, all of it."))
    packed[-6] ^= 1
    opened = open_packed(bytes(packed), "log")
    assert opened.data == b"A short text, all of it."
    assert "damaged" in opened.damage


@packings
@given(place=st.floats(0.3, 0.99), bit=st.integers(1, 255))
def test_damage_in_the_middle_never_raises_anything_else(packing: str, place: float, bit: int) -> None:
    packed = bytearray(PACKERS[packing](LINES[:60_000]))
    packed[int(place * len(packed))] ^= bit
    try:
        opened = open_packed(bytes(packed), "log")
    except InputError:
        return
    # Python packs zstd without a checksum: what was changed in it may come out changed.
    assert opened.damage or opened.data == LINES[:60_000] or packing == "zstd"


@packings
def test_a_bomb_is_not_unpacked(packing: str) -> None:
    """The real ones hold gigabytes; here a lower floor stands for them, and memory is looked at below."""
    with pytest.raises(InputError, match="more than 200 times as many"):
        open_packed(PACKERS[packing](bytes(20 << 20)), "bomb", SMALL)


def test_a_bomb_takes_little_memory() -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(256)) + squeeze.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError):
        open_packed(bomb, "bomb", Limits())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10


def test_a_text_packed_well_is_no_bomb() -> None:
    page = b"".join(b"The same line of a page that was crawled every hour, %d.\n" % (n % 100) for n in range(40_000))
    assert open_packed(gzip.compress(page, 9), "pages", SMALL).data == page


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_may_not_hold_more_than_is_said(packed: bool) -> None:
    data = gzip.compress(LINES) if packed else LINES
    with pytest.raises(InputError, match="more than 1,000 bytes") as raised:
        open_packed(data, "log", Limits(most=1000))
    assert "--max-bytes" in raised.value.hint


@pytest.mark.parametrize("data", [b"", b"\x1f\x8b", b"BZhello", b"A text.", b"\x28\xb5"])
def test_other_files_are_not_packed(data: bytes) -> None:
    assert packing_of(data) is None


@pytest.mark.parametrize("told", ["", "many", "-5M", "0", "5X", "1e999G"])
def test_a_size_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(UsageError, match="no size"):
        parse_size(told)


@packings
def test_a_packed_dump_is_split_as_the_dump_itself(packing: str, tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_bytes(dump())
    packed = PACKERS[packing](dump())
    (tmp_path / "dump").write_bytes(packed)
    with Archive(":memory:") as plain, Archive(":memory:") as archive:
        plain.ingest(tmp_path / "plain.txt")
        report = archive.ingest(tmp_path / "dump")
        kept = ("id", "start_line", "byte_start", "byte_end", "language")
        assert [[r[k] for k in kept] for r in archive.records(every=True)] == [
            [r[k] for k in kept] for r in plain.records(every=True)
        ]
        assert report.dumps[0].packing == packing
        assert report.dumps[0].size == len(packed)
        assert archive.restore("dump") == packed
        archive.restore_to("dump", tmp_path / "text", text=True)
        assert (tmp_path / "text").read_bytes() == dump()
        assert archive.check().ok
        assert archive.rebuild().changed == []


def test_what_is_cut_short_is_kept_told_and_answered_with_3(run: Run, tmp_path: Path) -> None:
    packed = gzip.compress(dump())[:-40]
    (tmp_path / "cut.txt.gz").write_bytes(packed)
    ended = run("ingest", "cut.txt.gz")
    assert ended.code == 3
    assert f"cut.txt.gz: it is cut short: it ends at byte {len(packed):,}" in ended.err
    assert "all its bytes are" in ended.err
    assert run("restore", "cut.txt.gz").out_bytes == packed
    assert run("check").code == 0


def test_archives_in_archives_are_not_followed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "twice.gz").write_bytes(gzip.compress(gzip.compress(dump())))
    ended = run("ingest", "twice.gz")
    assert ended.code == 4
    assert "packed twice" in ended.err
    assert len(ended.complaint) <= 4


def test_a_tar_file_is_called_one(run: Run, tmp_path: Path) -> None:
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        told = tarfile.TarInfo("dump.txt")
        told.size = len(dump())
        archive.addfile(told, io.BytesIO(dump()))
    (tmp_path / "crawl.tar.gz").write_bytes(out.getvalue())
    ended = run("ingest", "crawl.tar.gz")
    assert ended.code == 4
    assert "a tar archive" in ended.err


def test_the_limit_is_an_option(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(LINES))
    ended = run("ingest", "log.gz", "--max-bytes", "100K")
    assert ended.code == 4
    assert "102,400 bytes" in ended.err
    assert run("ingest", "log.gz", "--max-bytes", "huge").code == 2
