"""Each format comes in as a writer that is not ours wrote it, goes out byte for byte, and is read again the same."""

from __future__ import annotations

import datetime
import gzip
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive
from blogarc.errors import InputError
from blogarc.reading import dump_of, formats
from blogarc.reading.packing import Unpacked, open_packed
from blogarc.reading.records import Record, Unreadable
from blogarc.text import mend
from tests.conftest import Run
from tests.packed import ATOM, PACKERS, POSTS, RSS, TITLES, WORDPRESS, dump, page, table, text_of, web_archive


def needs(*modules: str) -> pytest.MarkDecorator:
    import importlib.util

    absent = [module for module in modules if importlib.util.find_spec(module) is None]
    return pytest.mark.skipif(bool(absent), reason=f"{', '.join(absent)} is an extra and not installed")


html, warc, parquet = needs("trafilatura", "lxml"), needs("fastwarc", "trafilatura", "lxml"), needs("pyarrow")


def parquet_file() -> bytes:
    import pyarrow
    from pyarrow import parquet as files

    out = pyarrow.BufferOutputStream()
    columns = {
        "body": [*map(text_of, TITLES), None],
        "headline": [*TITLES, "No text"],
        "date": [datetime.date(2021, 3, 4)] * (len(TITLES) + 1),
        "tags": [["sea", "work"]] * (len(TITLES) + 1),
    }
    files.write_table(pyarrow.table(columns), out, row_group_size=2)
    return out.getvalue().to_pybytes()


def entries(data: bytes, format: str | None = None, **names: str) -> list[Record | Unreadable]:
    """What the reader of the format gives that the file shows, or that is insisted on."""
    file = Unpacked(data)
    recipe = formats.choose(file, "file", names, format)
    assert recipe.reader is not None
    return list(formats.reader_called(recipe.reader).read(file, names))


def fields(data: bytes, **names: str) -> list[dict[str, str]]:
    return [dict(entry.fields) for entry in entries(data, **names) if isinstance(entry, Record)]


SAMPLES: list[Any] = [
    pytest.param("jsonl", lambda: json.dumps({"text": text_of(TITLES[0])}).encode(), id="jsonl"),
    pytest.param("csv", lambda: table().encode(), id="csv"),
    pytest.param("csv", lambda: table("\t").encode("utf-16"), id="csv-excel"),
    pytest.param("feed", RSS.encode, id="rss", marks=html),
    pytest.param("feed", ATOM.encode, id="atom", marks=html),
    pytest.param("feed", WORDPRESS.encode, id="wordpress", marks=html),
    pytest.param("html", lambda: page(TITLES[0]).encode(), id="html", marks=html),
    pytest.param("warc", lambda: web_archive(packed=False), id="warc", marks=warc),
    pytest.param("warc", lambda: web_archive(packed=True), id="warc-gz", marks=warc),
    pytest.param("wet", lambda: web_archive(packed=True, kind="conversion"), id="wet", marks=warc),
    pytest.param("parquet", parquet_file, id="parquet", marks=parquet),
    pytest.param("text", dump, id="text"),
]
NAMES = {"text": "body", "title": "headline"}


@pytest.mark.parametrize(("format", "make"), SAMPLES)
def test_every_format_is_recognised_kept_and_read_again(format: str, make: Callable[[], bytes], tmp_path: Path) -> None:
    data = make()
    names = NAMES if format == "parquet" else {}
    # A name that says something else.
    (tmp_path / "file.txt").write_bytes(data)
    with Archive(":memory:") as archive:
        report = archive.ingest(tmp_path / "file.txt", fields=names)
        assert report.dumps[0].format == format
        assert report.articles > 0
        before = list(archive.records(every=True))
        assert archive.restore("file.txt") == data
        assert archive.check(deep=True).problems == []
        assert archive.rebuild().changed == []
        assert list(archive.records(every=True)) == before


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize(("format", "make"), [p for p in SAMPLES if p.id in ("csv", "rss", "html", "warc", "parquet")])
def test_every_format_may_be_packed(format: str, make: Callable[[], bytes], packing: str, tmp_path: Path) -> None:
    names = NAMES if format == "parquet" else {}
    (tmp_path / "plain").write_bytes(make())
    packed = PACKERS[packing]((tmp_path / "plain").read_bytes())
    (tmp_path / "packed").write_bytes(packed)
    with Archive(":memory:") as plain, Archive(":memory:") as archive:
        plain.ingest(tmp_path / "plain", fields=names)
        archive.ingest(tmp_path / "packed", fields=names)
        assert [r["id"] for r in archive.records()] == [r["id"] for r in plain.records()]
        assert archive.restore("packed") == packed
        assert archive.check().ok


# Two ways to read a file, by what is said to `ingest`.
WAYS: list[Any] = [
    pytest.param(lambda: page(TITLES[0]).encode(), {}, {"whole_page": True}, id="whole-page", marks=html),
    pytest.param(
        lambda: page(TITLES[0]).encode(), {"whole_page": True}, {"format": "html"}, id="main-text", marks=html
    ),
    pytest.param(lambda: web_archive(packed=True), {}, {"whole_page": True}, id="warc", marks=warc),
    pytest.param(RSS.encode, {}, {"format": "text"}, id="text", marks=html),
    pytest.param(lambda: table().encode(), {"format": "text"}, {"format": "csv"}, id="csv"),
    pytest.param(parquet_file, {"fields": NAMES}, {"fields": {"text": "headline"}}, id="fields", marks=parquet),
]


@pytest.mark.parametrize(("make", "first", "then"), WAYS)
def test_a_known_file_is_read_another_way_as_if_it_had_never_been_read(
    make: Callable[[], bytes], first: dict, then: dict, tmp_path: Path
) -> None:
    file, beside = tmp_path / "file", tmp_path / "beside.txt"
    file.write_bytes(make())
    # Shares text with all of them, so that what they show of its borders counts while they are split.
    beside.write_text("\n\n".join(text_of(title) for title in TITLES), "utf-8")
    with Archive(tmp_path / "known.db") as archive, Archive(":memory:") as fresh:
        for other in (archive, fresh):
            other.ingest(beside)
        archive.ingest(file, **first)
        archive.pairs()
        archive.decide("boilerplate", "beside.txt:1")
        report = archive.ingest(file, **then)
        assert [dump.name for dump in report.reread] == ["file"]
        assert not report.dumps
        fresh.ingest(file, **then)
        fresh.decide("boilerplate", "beside.txt:1")
        for other in (archive, fresh):
            other.pairs()
        assert list(archive.records(every=True)) == list(fresh.records(every=True))
        assert [r["text"] for r in archive.leftovers()] == [r["text"] for r in fresh.leftovers()]
        assert archive.restore("file") == file.read_bytes()
        assert archive.check(deep=True).problems == []
        assert archive.rebuild().changed == []
        assert len(archive.decisions()) == 1
        before = (tmp_path / "known.db").read_bytes()
        for said in (then, {}):  # the same again, and nothing in particular: it is as it was told last
            assert not archive.ingest(file, **said).reread
        assert (tmp_path / "known.db").read_bytes() == before
        # And back, and again: what went leaves nothing behind that would be taken for a text.
        for said in (first or {"format": report.reread[0].format.replace("text", "feed")}, then):
            archive.ingest(file, **said)
            archive.pairs()
        assert list(archive.records(every=True)) == list(fresh.records(every=True))


def test_what_cannot_be_read_another_way_stays_as_it_was(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(dump())
    assert run("ingest", "dump.txt").code == 0
    before = run("export", "--all", "--format", "jsonl").out
    ended = run("ingest", "dump.txt", "--format", "jsonl")
    assert ended.code == 4
    assert "dump.txt holds no article" in ended.err
    assert run("export", "--all", "--format", "jsonl").out == before
    assert run("check").code == 0


def test_a_kill_while_a_file_is_read_another_way_leaves_it_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dump.csv").write_text(table(), "utf-8")
    with Archive(tmp_path / "blogarc.db") as archive:
        archive.ingest(tmp_path / "dump.csv")
        before = list(archive.records(every=True))
        with monkeypatch.context() as patched:
            patched.setattr("blogarc.archive.intake.segment_pending", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                archive.ingest(tmp_path / "dump.csv", format="text")
        assert list(archive.records(every=True)) == before
        assert archive.check(deep=True).ok
        assert archive.ingest(tmp_path / "dump.csv", format="text").reread


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("make", [lambda: page(TITLES[0]).encode(), lambda: web_archive(packed=False)])
@html
@warc
def test_all_text_of_pages_is_split_and_kept(make: Callable[[], bytes], packed: bool, tmp_path: Path) -> None:
    data = gzip.compress(make()) if packed else make()
    (tmp_path / "crawl").write_bytes(data)
    with Archive(":memory:") as archive:
        report = archive.ingest(tmp_path / "crawl", whole_page=True)
        told = " ".join([*(r["text"] for r in archive.records()), *(r["text"] for r in archive.leftovers())])
        assert report.articles >= 1
        for text in ("Subscribe to our newsletter", "About us", POSTS[TITLES[0]][2]):
            assert text in told
        assert "tracker" not in told
        archive.restore_to("crawl", tmp_path / "text", text=True)
        for record in archive.records():
            place = (tmp_path / "text").read_bytes()[record["byte_start"] : record["byte_end"]].decode()
            assert place.endswith(record["text"])
        assert archive.restore("crawl") == data
        assert archive.check().problems == []
        assert archive.rebuild().changed == []


class TestTables:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_rows_are_articles(self, delimiter: str) -> None:
        first = fields(table(delimiter).encode())[0]
        assert first["text"] == f'{text_of(TITLES[0])}\n\nShe said "yes", twice.'
        assert (first["title"], first["byline"], first["published"]) == (TITLES[0], "Ona Prat", "2021-03-04")

    @pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
    def test_other_encodings_are_read(self, codec: str) -> None:
        assert fields(table(";").encode(codec))[2]["title"] == "La lámpara del espigón"

    def test_places_are_those_of_the_rows(self) -> None:
        data = table().encode()
        found = entries(data)
        assert [(e.lines.start, e.lines.end) for e in found] == [(2, 9), (9, 16), (16, 23)]
        assert all(data[e.bytes.start : e.bytes.end].startswith(t.encode()) for e, t in zip(found, TITLES, strict=True))

    def test_other_names_of_columns(self) -> None:
        data = table(names=("caption", "body", "who", "when", "tag")).encode()
        assert fields(data, text="body", title="caption")[1]["title"] == TITLES[1]

    @pytest.mark.parametrize("row", ['A,"never closed', "a,b,c,d", '"x"y,z', "only a title"])
    def test_a_row_that_is_none_is_set_aside(self, row: str) -> None:
        found = entries(f"title,text\nOne,The text.\n{row}\n".encode(), format="csv")
        assert isinstance(found[0], Record)
        assert isinstance(found[1], Unreadable)
        assert found[1].text == row

    @pytest.mark.parametrize(
        "text", ["Salt, rope, and text\nare here\n", "text\nOne word a line\n", "text,text\na,b\n"]
    )
    def test_prose_is_no_table(self, text: str) -> None:
        assert formats.choose(Unpacked(text.encode()), "file", {}) == formats.PLAIN


@html
class TestFeeds:
    def test_rss(self) -> None:
        first, second = fields(RSS.encode())
        assert first == {
            "text": "The salt comes in by\xa0boat.\n\nThe rope does not.",
            "title": "Salt & rope",
            "byline": "Ona Prat",
            "published": "2021-03-04T23:30:00+00:00",
            "url": "https://quay.example/salt",
        }
        assert (second["title"], second["byline"]) == ("Without markup", "Ona Prat")
        assert second["url"] == "https://quay.example/plain"

    def test_atom(self) -> None:
        first, second = fields(ATOM.encode())
        assert first["text"] == "La sal llega en barco.\n\nLa cuerda no."
        assert (first["title"], first["byline"]) == ("Sal y cuerda", "Zoé Añón")
        assert (first["published"][:10], first["url"]) == ("2021-03-04", "https://muelle.example/sal")
        assert second["text"] == "Uno < dos."

    def test_wordpress(self) -> None:
        first, second = entries(WORDPRESS.encode())
        assert isinstance(first, Record)
        assert isinstance(second, Record)
        assert first.fields["text"] == "The salt comes in\nby boat.\n\nThe rope does not."
        assert (first.fields["byline"], first.fields["published"][:10]) == ("Ona Prat", "2021-03-04")
        assert first.rest == {"tags": ["Sea"], "status": "draft"}
        assert second.fields["text"] == "One paragraph in two lines of source."

    @pytest.mark.parametrize("kind", ["rss", "atom"])
    def test_what_another_library_writes(self, kind: str) -> None:
        feedgen = pytest.importorskip("feedgen.feed", reason="feedgen is not installed")
        feed = feedgen.FeedGenerator()
        feed.id("https://blog.example/"), feed.title("Blog"), feed.description("Notes"), feed.language("es")
        feed.link(href="https://blog.example/")
        titles = [*TITLES, "1 &lt; 2 & más", "A <b> in plain text"] if kind == "atom" else [*TITLES, "Sal & limón"]
        for number, title in enumerate(titles):
            entry = feed.add_entry(order="append")
            entry.id(f"https://blog.example/{number}"), entry.link(href=f"https://blog.example/{number}")
            entry.title(title), entry.author(name="Ana Ñ", email="ana@blog.example"), entry.category(term="mar")
            entry.published(datetime.datetime(2021, 3, 4, tzinfo=datetime.UTC))
            entry.content(f"<p>{text_of(TITLES[0])} &amp; more.</p><p>Número {number}.</p>", type="html")
        told = fields(feed.rss_str() if kind == "rss" else feed.atom_str())
        assert [entry["title"] for entry in told] == titles
        assert [entry["url"] for entry in told] == [f"https://blog.example/{n}" for n in range(len(titles))]
        assert {entry["byline"] for entry in told} == {"Ana Ñ"}
        assert {entry["published"][:10] for entry in told} == {"2021-03-04"}
        assert all(f"& more.\n\nNúmero {n}." in entry["text"] for n, entry in enumerate(told))

    def test_places_are_those_of_the_entries(self) -> None:
        data = RSS.encode()
        for entry in entries(data):
            assert data[entry.bytes.start : entry.bytes.end].startswith(b"<item>")
            assert data[entry.bytes.start : entry.bytes.end].endswith(b"</item>")
            assert data[: entry.bytes.start].count(b"\n") + 1 == entry.lines.start

    def test_an_entry_that_is_not_well_formed_is_set_aside(self) -> None:
        data = RSS.replace("<title>Salt &amp;amp; rope", "<title>Salt & rope").encode()
        first, second = entries(data)
        assert isinstance(first, Unreadable)
        assert "not well-formed" in first.reason
        assert "Salt & rope" in first.text
        assert isinstance(second, Record)
        assert second.lines == entries(RSS.encode())[1].lines

    def test_a_feed_cut_anywhere_gives_what_is_whole(self) -> None:
        data = RSS.encode()
        whole = data.index(b"</item>") + 7
        for cut in range(whole, len(data) - 20, 37):
            first, *others = entries(data[:cut])
            assert isinstance(first, Record)
            assert first.fields["title"] == "Salt & rope"
            assert all(isinstance(entry, Record) or "cut short" in entry.reason for entry in others)

    def test_entities_are_refused(self, run: Run, tmp_path: Path) -> None:
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        (tmp_path / "laughs.xml").write_text(
            f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{laughs}]>'
            "<rss><channel><item><title>&l9;</title></item></channel></rss>"
        )
        ended = run("ingest", "laughs.xml")
        assert ended.code == 4
        assert "declares an entity" in ended.err
        assert len(ended.complaint) <= 4

    def test_nothing_outside_the_file_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("the secret")
        outside = f'<!DOCTYPE rss SYSTEM "file://{tmp_path}/secret">' + RSS.partition("?>")[2]
        assert "secret" not in str(entries(outside.encode()))
        with pytest.raises(InputError, match="declares an entity"):
            entries(f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>{RSS.partition("?>")[2]}'.encode())

    @pytest.mark.parametrize("encoding", ["U-TF-8", "utf-7", "idna", "rot13", "utf-16"])
    def test_an_encoding_that_cannot_be_read_is_said(self, encoding: str) -> None:
        for entry in entries(RSS.replace("UTF-8", encoding).encode()):
            assert isinstance(entry, Record) or entry.reason

    def test_what_xml_forbids_does_not_stop_it(self) -> None:
        data = RSS.replace("boat", "bo\x0bat").encode().replace(b"does not", b"does\xff not")
        assert "The rope does? not." in fields(b"\n" + data)[0]["text"]


def test_json_lines_of_which_the_first_is_damaged_are_json_lines(run: Run, tmp_path: Path) -> None:
    lines = [json.dumps({"title": title, "text": text_of(title)}).encode() for title in TITLES]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([b"\xff" + lines[0], *lines]))
    told = run("ingest", "a.jsonl", "--json")
    assert told.code == 3
    assert (told.json["dumps"][0]["format"], told.json["articles"], told.json["leftovers"]) == ("jsonl", 3, 1)
    (tmp_path / "b.txt").write_text(f"A post that quotes a line\n\n{lines[0].decode()}\n\nand goes on.")
    assert run("ingest", "b.txt", "--json").json["dumps"][0]["format"] == "text"


@html
class TestPages:
    def test_a_page_is_an_article_with_what_it_says_of_itself(self, tmp_path: Path) -> None:
        (tmp_path / "lamp.html").write_text(page(TITLES[0], "https://quay.example/lamp"), "utf-8")
        with Archive(":memory:") as archive:
            archive.ingest(tmp_path / "lamp.html")
            (record,) = archive.records()
        assert record["text"] == text_of(TITLES[0])
        assert (record["title"], record["byline"], record["published"]) == (TITLES[0], "Ona Prat", "2021-03-04")
        assert (record["url"], record["language"]) == ("https://quay.example/lamp", "en")

    @pytest.mark.parametrize("codec", ["utf-8", "cp1252", "utf-16"])
    def test_a_page_says_its_encoding_or_shows_it(self, codec: str) -> None:
        told = page(TITLES[2]).replace('charset="utf-8"', f'charset="{codec}"')
        assert text_of(TITLES[2]) in fields(told.encode(codec))[0]["text"]

    def test_what_trafilatura_itself_writes_is_read(self) -> None:
        import trafilatura

        written = trafilatura.extract(
            page(TITLES[0]), output_format="json", with_metadata=True, url="https://blog.example/1"
        )
        (told,) = fields((written + "\n").encode())
        (own,) = fields(page(TITLES[0]).encode())
        assert told["title"] == own["title"]
        assert POSTS[TITLES[0]][2] in told["text"]

    def test_a_page_without_a_text_keeps_what_it_has(self) -> None:
        (entry,) = entries(b"<html><body><img src='lamp.jpg'><form><button></button></form></body></html>")
        assert isinstance(entry, Unreadable)
        assert "--whole-page" in entry.reason

    @pytest.mark.parametrize(
        "hostile",
        [
            "<div>" * 100_000,
            "<html><body>" + "<a<b" * 100_000,
            "<html><!--" + "x" * 1_000_000,
            "<html><body>" + "<p>&#0;&#xD800;&#1114112;\x00</p>",
            '<html><meta charset="idna"><body>\xff\xfe\x00',
            "<html><table>" + "<tr><td>" * 5000,
        ],
    )
    def test_hostile_pages_are_read_or_refused(self, run: Run, tmp_path: Path, hostile: str) -> None:
        data = (
            f"<!DOCTYPE html>{hostile}".encode("latin-1") if "\xff" in hostile else f"<!DOCTYPE html>{hostile}".encode()
        )
        (tmp_path / "page.html").write_bytes(data)
        for options in ([], ["--whole-page"]):
            ended = run("ingest", "page.html", *options)
            assert ended.code in (0, 3, 4), ended
            assert len(ended.complaint) <= 8


@warc
class TestWebArchives:
    def test_pages_are_articles_with_where_they_are_from(self, tmp_path: Path) -> None:
        data = web_archive(packed=True)
        (tmp_path / "quay.warc.gz").write_bytes(data)
        with Archive(":memory:") as archive:
            report = archive.ingest(tmp_path / "quay.warc.gz")
            records = list(archive.records(every=True))
            shown = archive.show("quay.warc.gz:3")
        assert (report.articles, report.leftovers, report.problems) == (3, 0, [])
        assert [r["title"] for r in records] == TITLES
        assert shown["id"] == records[1]["id"]
        for number, record in enumerate(records):
            assert record["url"] == f"https://quay.example/{number}"
            assert record["text"] == text_of(TITLES[number])
            assert record["origin"]["record"] == number + 2
            # There the record's own gzip stream starts.
            told = gzip.decompress(data[record["origin"]["offset"] :])
            assert told.startswith(b"WARC/1.0")
            assert f"WARC-Target-URI: {record['url']}".encode() in told.partition(b"\r\n\r\n")[0]
            assert record["origin"]["retrieved"].startswith("20")

    def test_wet_texts_are_split_page_by_page(self, tmp_path: Path) -> None:
        (tmp_path / "quay.wet").write_bytes(web_archive(packed=False, kind="conversion"))
        with Archive(":memory:") as archive:
            archive.ingest(tmp_path / "quay.wet")
            records = list(archive.records(every=True))
        assert {r["url"] for r in records} == {f"https://quay.example/{n}" for n in range(3)}
        assert [r["origin"]["record"] for r in records] == sorted(r["origin"]["record"] for r in records)

    @pytest.mark.parametrize("packed", [False, True])
    def test_a_last_record_that_was_cut_short_is_noticed(self, packed: bool, run: Run, tmp_path: Path) -> None:
        data = web_archive(packed=packed)
        # The last of the pages, and what comes behind it, is not all there.
        at = data.rfind(b"\x1f\x8b\x08") if packed else data.rfind(b"WARC/1.0")
        (tmp_path / "cut").write_bytes(data[: at + 60])
        ended = run("ingest", "cut")
        assert ended.code == 3
        assert run("check").code == 0
        assert len(run("list", "--json").json) == 3
        said = ended.err + run("list", "--leftovers").out
        assert "cut short" in said

    def test_a_web_archive_cut_anywhere_keeps_the_records_before(self) -> None:
        data = web_archive(packed=False)
        whole = [e for e in entries(data) if isinstance(e, Record)]
        for cut in range(600, len(data) - 10, len(data) // 23):
            found = entries(data[:cut])
            before = [e.fields["title"] for e in whole if e.bytes.end <= cut]
            assert [e.fields["title"] for e in found if isinstance(e, Record)][: len(before)] == before
            ends = [at for at in range(len(data)) if data.startswith(b"WARC/1.0", at)]
            between = any(0 <= at - cut <= 4 for at in ends)
            assert between or any(isinstance(e, Unreadable) for e in found), cut

    def test_pages_that_the_server_packed_are_unpacked_within_limits(self) -> None:
        import io

        from warcio.statusandheaders import StatusAndHeaders
        from warcio.warcwriter import WARCWriter

        out = io.BytesIO()
        writer = WARCWriter(out, gzip=False)
        for encoding, body in (
            ("gzip", gzip.compress(page(TITLES[0]).encode())),
            ("gzip", page(TITLES[1]).encode()),  # unpacked by the crawler, which kept the head
            ("gzip", gzip.compress(bytes(100 << 20))),
            ("br", b"\x0b\x02\x80"),
        ):
            head = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html"), ("Content-Encoding", encoding)], protocol="HTTP/1.1"
            )
            writer.write_record(
                writer.create_warc_record(
                    "https://quay.example/", "response", payload=io.BytesIO(body), http_headers=head
                )
            )
        first, second, third, fourth = entries(out.getvalue())
        assert isinstance(first, Record)
        assert isinstance(second, Record)
        assert isinstance(third, Unreadable)
        assert "times as many" in third.reason
        assert isinstance(fourth, Unreadable)
        assert "'br'" in fourth.reason


@parquet
class TestParquet:
    def test_of_a_result_of_spark_only_the_corpus_is_read(self, tmp_path: Path, run: Run) -> None:
        for name in ("corpus", "articles", "leftovers"):
            (tmp_path / "result [1]" / name).mkdir(parents=True)
            (tmp_path / "result [1]" / name / "part-0.parquet").write_bytes(parquet_file())
        (tmp_path / "result [1]" / "corpus" / "_SUCCESS").touch()
        ended = run("ingest", "--from-parquet", "result [1]", "--map", "text=body,title=headline")
        assert ended.code == 3, ended.err  # one row has no text
        articles = [json.loads(line) for line in run("export").out.splitlines()]
        assert {article["source"] for article in articles} == {"result [1]/corpus/part-0.parquet"}

    def test_it_is_not_read_as_something_else_at_once(self, run: Run) -> None:
        ended = run("ingest", "--from-parquet", "result", "--format", "csv")
        assert (ended.code, ended.err.splitlines()[0]) == (
            2,
            "Error: --from-parquet reads Parquet, and --format says csv.",
        )

    def test_rows_are_articles_and_one_without_a_text_is_set_aside(self, tmp_path: Path) -> None:
        (tmp_path / "posts").write_bytes(parquet_file())
        with Archive(":memory:") as archive:
            with pytest.raises(InputError, match="its fields are body, headline"):
                archive.ingest(tmp_path / "posts")
            report = archive.ingest(tmp_path / "posts", fields=NAMES)
            records = list(archive.records(every=True))
            told = archive.explain(records[0]["id"])
        assert (report.articles, report.leftovers) == (3, 1)
        assert [r["start_line"] for r in records] == [1, 2, 3]
        assert records[0]["published"] == "2021-03-04"
        assert told["split"]["record"] == {"tags": ["sea", "work"]}

    @pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
    def test_a_file_that_was_cut_short_cannot_be_read(self, run: Run, tmp_path: Path, share: float) -> None:
        data = parquet_file()
        (tmp_path / "cut.parquet").write_bytes(data[: int(share * len(data))])
        ended = run("ingest", "cut.parquet", "--map", "text=body")
        assert ended.code == 4
        assert "cut short" in ended.err
        assert len(ended.complaint) <= 4


class TestMojibake:
    @pytest.mark.parametrize("codec", ["cp1252", "latin-1", "mac-roman", "cp1250"])
    @pytest.mark.parametrize("text", ["Sí, señor: «mañana» será otro día.", "“Don’t”, she said — and didn’t."])
    def test_what_was_read_in_another_encoding_is_put_right(self, codec: str, text: str) -> None:
        wrong = text.encode().decode(codec, "ignore")
        if wrong.encode(codec) != text.encode():
            pytest.skip(f"{codec} has not all of its bytes")
        assert mend(wrong) == (text, True)
        again = wrong.encode().decode(codec, "ignore")
        if again.encode(codec, "ignore") == wrong.encode():
            assert mend(again) == (text, True)

    @pytest.mark.parametrize(
        "text", [*map(text_of, TITLES), "«Ñ» ¿É? — “Á” ’tis Ó… 5 €", "SÃO PAULO, ÂNGELO", "√2 ≈ 1,4 &amp; ﬁn"]
    )
    def test_what_is_right_stays(self, text: str) -> None:
        assert mend(text) == (text, False)

    def test_it_is_put_right_counted_and_kept_as_received(self, run: Run, tmp_path: Path) -> None:
        wrong = dump().decode().encode().decode("cp1252", "replace").replace("\ufffd", "").encode()
        (tmp_path / "wrong.txt").write_bytes(wrong)
        (tmp_path / "right.txt").write_bytes(dump())
        ended = run("ingest", "wrong.txt")
        assert "Encoding put right in" in ended.err
        assert "Ã" not in run("export", "--all").out
        assert run("restore", "wrong.txt").out_bytes == wrong
        assert run("check").code == 0
        spanish = next(r for r in run("list", "--json").json if r["language"] == "es")
        shown = run("show", spanish["id"])
        assert "encoding put right in" in shown.out
        run("ingest", "right.txt", "-d", "right.db")
        assert spanish["id"] in {r["id"] for r in run("list", "--json", "-d", "right.db").json}

    def test_ready_articles_are_put_right_too(self, tmp_path: Path) -> None:
        told = {"text": "La canciÃ³n del espigÃ³n.\n\nOtra lÃ­nea.", "title": "CanciÃ³n"}
        (tmp_path / "posts.jsonl").write_text(json.dumps(told))
        with Archive(":memory:") as archive:
            archive.ingest(tmp_path / "posts.jsonl")
            (record,) = archive.records()
            assert archive.check().ok
        assert (record["title"], record["text"]) == ("Canción", "La canción del espigón.\n\nOtra línea.")
        assert record["origin"] == {"mended": 3}


class TestPlaces:
    """What is named on the command line."""

    @pytest.fixture
    def crawls(self, tmp_path: Path) -> Path:
        for name in ("a.txt", "b.txt", ".hidden.txt", "2020/c.txt", "2020/page.html"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(dump() + name.encode())
        return tmp_path

    @pytest.mark.parametrize(
        ("pattern", "names"),
        [
            ("*.txt", ["a.txt", "b.txt"]),
            ("**/*.txt", ["2020/c.txt", "a.txt", "b.txt"]),
            ("20*", ["2020/c.txt", "2020/page.html"]),
            ("[ab].txt", ["a.txt", "b.txt"]),
            (".h*", [".hidden.txt"]),
        ],
    )
    def test_patterns_are_expanded(self, crawls: Path, run: Run, pattern: str, names: list[str]) -> None:
        ended = run("ingest", pattern, "--json")
        assert ended.code == 0
        assert [d["name"] for d in ended.json["dumps"]] == names
        with Archive(":memory:") as archive:
            assert [d.name for d in archive.ingest(crawls / pattern).dumps] == names

    def test_a_name_with_the_signs_of_a_pattern_is_a_name(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a[1].txt").write_bytes(dump())
        assert [d["name"] for d in run("ingest", "a[1].txt", "--json").json["dumps"]] == ["a[1].txt"]

    @pytest.mark.parametrize("pattern", ["gone*.txt", "**.txt", "[", "gone/*/x"])
    def test_a_pattern_that_matches_nothing_is_said(self, run: Run, pattern: str) -> None:
        ended = run("ingest", pattern)
        assert ended.code == 4
        assert len(ended.complaint) <= 4

    @pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
    def test_loops_of_links_are_not_followed(self, crawls: Path, run: Run) -> None:
        for name in ("one", "two"):
            (crawls / "2020" / name).symlink_to(crawls, target_is_directory=True)
        (crawls / "2020" / "self.txt").symlink_to(crawls / "2020" / "self.txt")
        assert len(run("ingest", "2020", "--json").json["dumps"]) == 2
        assert len(run("ingest", "**/*.txt", "--json", "-d", "other.db").json["dumps"]) == 3
        assert run("ingest", "2020/self.txt").code == 4

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files here")
    def test_pipes_sockets_and_devices_are_not_read(self, run: Run, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.txt")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.txt")
            for path in ("pipe.txt", "socket.txt", "/dev/zero", "/dev/null"):
                ended = run("ingest", path)
                assert ended.code == 4
                assert "neither a file nor a folder" in ended.err
                assert len(ended.complaint) <= 4
            assert run("ingest", ".").code == 4

    def test_standard_input_without_an_end_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Endless:
            reads = 0

            def read(self, size: int) -> bytes:
                self.reads += 1
                assert self.reads < 5, "it goes on reading"
                return bytes(size)

        from types import SimpleNamespace

        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Endless()))
        with Archive(":memory:") as archive, pytest.raises(InputError, match="does not look like text"):
            archive.ingest("-")

    def test_standard_input_may_be_packed(self, run: Run) -> None:
        assert run("ingest", "-", stdin=gzip.compress(dump())).code == 0


class TestInsisting:
    def test_a_format_that_there_is_not(self, run: Run) -> None:
        ended = run("ingest", "a.docx", "--format", "docx")
        assert ended.code == 2
        assert "jsonl" in ended.err

    def test_text_is_split_whatever_it_looks_like(self, tmp_path: Path) -> None:
        (tmp_path / "posts.jsonl").write_text(json.dumps({"text": text_of(TITLES[0])}) + "\n")
        with Archive(":memory:") as archive:
            assert archive.ingest(tmp_path / "posts.jsonl", format="text").dumps[0].layout != "records"

    @pytest.mark.parametrize("format", [f for f in formats.FORMATS if f != "text"])
    def test_what_is_not_of_the_format_is_refused_in_words(self, run: Run, tmp_path: Path, format: str) -> None:
        (tmp_path / "plain.txt").write_bytes(dump())
        ended = run("ingest", "plain.txt", "--format", format)
        assert ended.code in (0, 3, 4), ended.err
        assert "bug" not in ended.err
        assert len(ended.complaint) <= 8


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("page.html", lambda: page(TITLES[0]).encode()),
        ("x.warc", lambda: web_archive(packed=False)),
        ("x", parquet_file),
    ],
    ids=["html", "warc", "parquet"],
)
@html
@warc
@parquet
def test_an_absent_extra_is_named(
    name: str, make: Callable[[], bytes], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(make())
    (tmp_path / "good.txt").write_bytes(dump())
    assert run("ingest", name, "-d", "before.db", "--map", "text=body" if name == "x" else "").code in (0, 3)
    for module in ("trafilatura", "lxml", "lxml.etree", "fastwarc", "fastwarc.warc", "pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, module, None)
    ended = run("ingest", name)
    assert ended.code == 4
    assert 'pip install "blogarc[' in ended.err
    assert len(ended.complaint) <= 4
    assert run("ingest", name, "good.txt").code == 3


@html
def test_another_version_of_a_library_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.html").write_text(page(TITLES[0]), "utf-8")
    (tmp_path / "whole.html").write_text(page(TITLES[1]), "utf-8")
    with Archive(":memory:") as archive:
        archive.ingest(tmp_path / "page.html")
        archive.ingest(tmp_path / "whole.html", whole_page=True)
        monkeypatch.setattr("blogarc.reading.formats.versions", lambda _: "a newer one 9.9")
        report = archive.check()
        assert report.ok
        assert report.checks["not_compared"] == 2
        assert archive.check(deep=True).ok
        archive.rebuild()
        assert "not_compared" not in archive.check().checks
        assert archive.check().ok


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * 1_000_000,
        b"\r" * 100_000,
        b"{" * 100_000,
        b"[" * 100_000 + b"\n",
        b"<" * 100_000,
        b"WARC/1.0\r\n" * 9,
        b"PAR1" * 9,
    ],
    ids=["feeds", "returns", "braces", "brackets", "angles", "warc", "parquet"],
)
def test_files_of_nothing_much_end_in_words(run: Run, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "odd").write_bytes(data)
    ended = run("ingest", "odd")
    assert ended.code in (0, 3, 4), ended.err
    assert "bug" not in ended.err
    assert len(ended.complaint) <= 8


def test_the_formats_are_documented() -> None:
    from tests.conftest import ROOT

    page = (ROOT / "docs" / "reading.md").read_text("utf-8")
    for name in formats.FORMATS:
        assert f"| `{name}` | " in page


@pytest.mark.parametrize(("format", "make"), SAMPLES)
@given(data=st.data())
def test_damage_of_any_kind_ends_in_words(format: str, make: Callable[[], bytes], data: st.DataObject) -> None:
    """Bytes changed, taken away or put in: what a reader cannot read it says, and nothing else is raised."""
    made = bytearray(make())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(made)))
        made[start : start + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=8))
    for whole_page in (False, True):
        try:
            file = open_packed(bytes(made), "file")
            recipe = formats.choose(file, "file", {}, format, whole_page=whole_page)
            if recipe.reader is None:
                assert dump_of(bytes(made), "file", recipe, file)
            else:
                for entry in formats.reader_called(recipe.reader).read(file, {}):
                    assert isinstance(entry, Record | Unreadable)
                    assert 0 <= entry.bytes.start <= entry.bytes.end <= len(file.data)
        except InputError:
            continue
