"""Every format of articles, written from an archive and read back by something that is not ours."""

from __future__ import annotations

import csv as spreadsheet
import io
import json
import os
import sqlite3
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from blogarc import Archive
from blogarc.archive.corpus import CONTRACT
from blogarc.errors import CorruptError, UsageError, WriteError
from blogarc.export import ARTICLES, FORMATS, csv, markdown, parquet
from blogarc.export.names import file_name, slug
from blogarc.export.targets import LISTING, whole_folder
from tests.conftest import Run, contents, sample_dumps

FOLDERS = [name for name, form in ARTICLES.items() if form.fill]
# What an archive can hold: SQLite keeps text as UTF-8.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
HOSTILE = "=cmd|' /C calc'!A0 +1 -1 @SUM <script>alert(1)</script> ../../x \x1b[31m \u202e {{7*7}} [/x] `rm` ,\"'; #"


def needs(name: str) -> None:
    """Skip where the library of a format is not installed."""
    for module in {"parquet": ["pyarrow.parquet"], "hf": ["pyarrow.parquet"], "bagit": ["bagit"]}.get(name, []):
        pytest.importorskip(module, reason=f"{module} is not installed")


@pytest.fixture
def hostile(tmp_path: Path) -> Archive:
    source = tmp_path / "hostile.jsonl"
    articles = [
        {"title": HOSTILE, "text": f"{HOSTILE}\n\n1. one\n# two\n    three"},
        {"title": "=1", "text": "-1 word"},
    ]
    source.write_text("\n".join(json.dumps(article) for article in articles), "utf-8")
    archive = Archive(":memory:")
    archive.ingest(source)
    source.unlink()
    return archive


# -- reading back: each answers the keys in the export, in their order


def ids_jsonl(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()]


def rows_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(spreadsheet.DictReader(stream))


def ids_parquet(path: Path) -> list[str]:
    from pyarrow import parquet as foreign

    return foreign.read_table(path).column("id").to_pylist()  # type: ignore[no-any-return]


def front_matter(path: Path) -> dict[str, Any]:
    _, matter, _ = path.read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(matter)  # type: ignore[no-any-return]


def ids_markdown(path: Path) -> list[str]:
    pages = [front_matter(page) for page in path.glob("*.md")]
    return [p["id"] for p in sorted(pages, key=lambda p: (p["source"], p["start_line"]))]


def ids_hf(path: Path) -> list[str]:
    return [id_ for shard in sorted((path / "data").glob("train-*.parquet")) for id_ in ids_parquet(shard)]


def ids_sqlite(path: Path) -> list[str]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    query = "SELECT a.key FROM articles a JOIN dumps d ON d.id = a.dump ORDER BY d.name, d.sha256, a.paragraph_start"
    return [key for (key,) in connection.execute(query)]


READ_IDS: dict[str, Callable[[Path], list[str]]] = {
    "jsonl": ids_jsonl,
    "csv": lambda path: [row["id"] for row in rows_csv(path)],
    "parquet": ids_parquet,
    "markdown": ids_markdown,
    "hf": ids_hf,
    "bagit": lambda path: ids_jsonl(path / "data" / "corpus.jsonl"),
    "sqlite": ids_sqlite,
}


def test_every_format_of_articles_is_read_back() -> None:
    assert {*READ_IDS, "tmx", "moses"} == set(FORMATS)


@pytest.mark.parametrize("name", READ_IDS)
def test_every_copy_is_written(corpus: Archive, name: str, tmp_path: Path) -> None:
    needs(name)
    assert corpus.export(tmp_path / "out", format=name, every=True) == 34
    assert READ_IDS[name](tmp_path / "out") == [r["id"] for r in corpus.records(every=True)]


FILTERS: list[dict[str, Any]] = [
    {"language": "es"},
    {"since": "2020-10"},
    {"until": "2020-10"},
    {"dump": "harbour.txt"},
    {"pairs_only": True},
    {"min_words": 220},
    {"max_words": 219},
    {"query": "muelle viejo"},
    {"language": "en", "pairs_only": True, "min_words": 200, "dump": "harbour.txt"},
]


def meant(records: list[dict[str, Any]], archive: Archive, filters: dict[str, Any]) -> list[str]:
    """The slow and obvious way to filter."""
    found = {r["id"] for r in archive.search(filters["query"], limit=100)} if "query" in filters else set()
    return [
        r["id"]
        for r in records
        if r["language"] == filters.get("language", r["language"])
        and ("since" not in filters or (r["published"] or "") >= filters["since"])
        and ("until" not in filters or (r["published"] or "9999")[:7] <= filters["until"])
        and ("dump" not in filters or filters["dump"] in {c["source"] for c in r["copies"]})
        and (not filters.get("pairs_only") or r["translations"])
        and filters.get("min_words", 0) <= r["words"] <= filters.get("max_words", 10**9)
        and ("query" not in filters or r["id"] in found)
    ]


@pytest.mark.parametrize("filters", FILTERS, ids=" ".join)
@pytest.mark.parametrize("name", READ_IDS)
def test_filters_are_the_same_for_every_format(
    corpus: Archive, name: str, filters: dict[str, Any], tmp_path: Path
) -> None:
    needs(name)
    expected = meant(list(corpus.records()), corpus, filters)
    assert 0 < len(expected) < 18
    assert corpus.export(tmp_path / "out", format=name, **filters) == len(expected)
    assert READ_IDS[name](tmp_path / "out") == expected


@pytest.mark.parametrize("name", ["tmx", "moses"])
def test_of_a_pair_one_article_must_be_meant(corpus: Archive, name: str, tmp_path: Path) -> None:
    whole = corpus.bitext(tmp_path / "all", format=name).passages
    assert corpus.bitext(tmp_path / "out", format=name, language="es").passages == whole
    some = corpus.bitext(tmp_path / "out", format=name, language="es", query="muelle viejo").passages
    assert 0 < some < whole
    assert corpus.bitext(tmp_path / "out", format=name, language="en", query="muelle viejo").passages == 0


@pytest.mark.parametrize(
    "filters",
    [
        {"since": "last week"}, {"until": "2020-02-30"}, {"since": "2021", "until": "2020"}, {"query": "?!"},
        {"min_words": 2, "max_words": 1}, {"dump": "nothing.txt"},
    ],
    ids=str,
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused(corpus: Archive, filters: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        list(corpus.records(**filters))


def test_a_year_is_the_whole_of_it(corpus: Archive) -> None:
    dates = [r["published"] for r in corpus.records(since="2020", until="2020")]
    assert dates == [d for r in corpus.records() if (d := r["published"]) and d.startswith("2020")] != []


@pytest.mark.parametrize("name", READ_IDS)
def test_the_same_corpus_gives_the_same_bytes(corpus: Archive, name: str, tmp_path: Path) -> None:
    needs(name)
    other = Archive(":memory:")
    for dump in reversed(sample_dumps()):
        other.ingest(dump)
    other.pairs()
    # A copy of an archive also says when it was filled.
    corpora = (corpus, corpus) if name == "sqlite" else (corpus, other)
    for n, archive in enumerate(corpora):
        archive.export(tmp_path / f"{n}", format=name)
    trees = [
        {p.relative_to(root): contents(p) for p in [root, *root.rglob("*")] if p.is_file()}
        for root in (tmp_path / "0", tmp_path / "1")
    ]
    assert trees[0] == trees[1]


# -- csv


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_whatever_a_cell_holds_it_is_no_formula_and_comes_back(cells: list[str]) -> None:
    out = io.BytesIO()
    names = [str(n) for n in range(len(cells))]
    csv.write([dict(zip(names, cells, strict=True))], out, fields=names)
    _, row = spreadsheet.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""))
    assert [csv.undefused(cell) for cell in row] == cells
    assert not any(cell.lstrip()[:1] in set("=+-@＝＋－＠") - {""} or cell[:1] in set("\t\r\n") - {""} for cell in row)


def test_raw_cells_are_left_alone(hostile: Archive, tmp_path: Path) -> None:
    hostile.export(tmp_path / "raw.csv", format="csv", raw=True)
    hostile.export(tmp_path / "safe.csv", format="csv")
    assert {r["title"] for r in rows_csv(tmp_path / "raw.csv")} == {HOSTILE, "=1"}
    assert {r["title"] for r in rows_csv(tmp_path / "safe.csv")} == {f"'{HOSTILE}", "'=1"}
    assert contents(tmp_path / "safe.csv").startswith(b"\xef\xbb\xbfid,title,")
    assert contents(tmp_path / "raw.csv").startswith(b"id,title,")


def test_a_table_holds_what_the_records_hold(corpus: Archive, tmp_path: Path) -> None:
    corpus.export(tmp_path / "t.csv", format="csv", every=True)
    for row, record in zip(rows_csv(tmp_path / "t.csv"), corpus.records(every=True), strict=True):
        assert tuple(row) == CONTRACT
        for name, value in record.items():
            cell = csv.undefused(row[name])
            assert (json.loads(cell) if isinstance(value, list | dict) else cell) == (
                value if isinstance(value, list | dict) else "" if value is None else str(value)
            )


def test_a_table_without_a_row_has_its_header(corpus: Archive, tmp_path: Path) -> None:
    assert corpus.export(tmp_path / "t.csv", format="csv", language="fr") == 0
    assert contents(tmp_path / "t.csv").decode("utf-8-sig").strip().split(",") == list(CONTRACT)


# -- parquet and hf


def test_parquet_has_a_typed_column_for_each_field(corpus: Archive, tmp_path: Path) -> None:
    needs("parquet")
    from pyarrow import parquet as foreign

    corpus.export(tmp_path / "c.parquet", format="parquet", every=True)
    table = foreign.read_table(tmp_path / "c.parquet")
    assert tuple(table.column_names) == CONTRACT
    for row, record in zip(table.to_pylist(), corpus.records(every=True), strict=True):
        row["language_shares"] = {share["language"]: share["share"] for share in row["language_shares"]}
        for name in ("published", "updated"):
            row[name] = row[name] and row[name].isoformat()
        row["origin"] = json.loads(row["origin"])
        assert row == record
    assert isinstance(table.column("published").to_pylist()[0], date | None)


def test_parquet_streams(corpus: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("parquet")
    from pyarrow import parquet as foreign

    monkeypatch.setattr(parquet, "_ROWS", 10)
    records = list(corpus.records(every=True))
    drawn: list[int] = []

    class Watcher(io.BytesIO):
        def write(self, data: Any) -> int:
            drawn.append(taken)
            return super().write(data)

    taken = 0

    def watched():  # type: ignore[no-untyped-def]
        nonlocal taken
        for taken, record in enumerate(records, 1):  # noqa: B007
            yield record

    out = Watcher()
    assert parquet.write(watched(), out) == 34
    assert {10, 20, 30} <= set(drawn)
    assert foreign.ParquetFile(io.BytesIO(out.getvalue())).num_row_groups == 4


def test_a_data_set_is_loaded_by_its_own_library(
    corpus: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("hf")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    from blogarc.export import hf

    monkeypatch.setattr(hf, "_SHARD", 20)
    corpus.export(tmp_path / "set", format="hf", every=True)
    assert [p.name for p in sorted((tmp_path / "set" / "data").iterdir())] == [
        "train-00000-of-00002.parquet", "train-00001-of-00002.parquet",
    ]  # fmt: skip
    loaded = datasets.load_dataset(str(tmp_path / "set"), split="train", cache_dir=str(tmp_path / "cache"))
    assert [(r["id"], r["text"]) for r in loaded] == [(r["id"], r["text"]) for r in corpus.records(every=True)]


def test_a_card_says_what_can_be_known(corpus: Archive, tmp_path: Path) -> None:
    needs("hf")
    corpus.export(tmp_path / "set", format="hf")
    told = front_matter(tmp_path / "set" / "README.md")
    assert (told["language"], told["license"], told["size_categories"]) == (["en", "es"], "unknown", ["n<1K"])
    assert told["configs"][0]["data_files"] == [{"split": "train", "path": "data/train-*.parquet"}]
    assert "18 articles" in (tmp_path / "set" / "README.md").read_text("utf-8")


def test_a_data_set_may_be_empty(corpus: Archive, tmp_path: Path) -> None:
    needs("hf")
    assert corpus.export(tmp_path / "set", format="hf", language="fr") == 0
    assert ids_hf(tmp_path / "set") == []


# -- markdown


class Shown(HTMLParser):
    """The text of a page, and the tags in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", set[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


# What CommonMark itself does not show as it is: these are written as numbers, which readers replace or leave out.
PRINTABLE = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), st.sampled_from("\t\n"))
)
MARKUP = st.text(st.sampled_from("ab1 \n\t.)#*_-+=>~`|[]()<>&!\\\"':^{}$@/;"), max_size=40)


@given(PRINTABLE | MARKUP)
def test_a_text_shows_as_the_text_that_it_is(text: str) -> None:
    foreign = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    shown = Shown(foreign.MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(markdown.escaped(text)))
    assert shown.text.split() == text.split()
    assert shown.tags <= {"p", "br"}


def test_a_page_is_read_by_another_library(corpus: Archive, tmp_path: Path) -> None:
    frontmatter = pytest.importorskip("frontmatter", reason="python-frontmatter is not installed")
    corpus.export(tmp_path / "pages", format="markdown")
    records = {r["id"]: r for r in corpus.records()}
    pages = [frontmatter.load(str(path)) for path in sorted((tmp_path / "pages").glob("*.md"))]
    assert len(pages) == len(records)
    for page in pages:
        record = records[page["id"]]
        assert page.metadata == {name: value for name, value in record.items() if name != "text"}
        assert page.content.split("\n\n")[-1].replace("\\", "") == record["text"].split("\n\n")[-1]


@given(TEXT, TEXT)
def test_whatever_is_known_of_an_article_comes_back(title: str, byline: str) -> None:
    record = {"id": "aa", "title": title, "byline": byline, "text": "---\ntext", "title_source": "line"}
    _, matter, rest = markdown.page(record).split("---\n", 2)
    assert yaml.safe_load(matter) == {name: value for name, value in record.items() if name != "text"}
    assert rest.endswith("\\---\ntext\n")


def test_a_hostile_title_is_a_harmless_name(hostile: Archive, tmp_path: Path) -> None:
    hostile.export(tmp_path / "pages", format="markdown")
    names = {p.name for p in (tmp_path / "pages").iterdir()} - {LISTING}
    assert len(names) == 2
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.") for name in names)
    for path in (tmp_path / "pages").glob("*.md"):
        assert not any(c in path.read_text("utf-8") for c in "\x1b\u202e")


@given(TEXT)
def test_a_slug_is_safe(text: str) -> None:
    made = slug(text)
    assert len(made) <= 60
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not file_name(text, "aa", ".md").startswith((".", "-"))


# -- bagit


def test_a_bag_is_valid_to_its_own_validator(corpus: Archive, tmp_path: Path) -> None:
    needs("bagit")
    import bagit

    here = Path.cwd()
    corpus.export(tmp_path / "bag", format="bagit")
    assert Path.cwd() == here
    bag = bagit.Bag(str(tmp_path / "bag"))
    assert bag.validate()
    assert "Bagging-Date" not in bag.info
    listed = [json.loads(line) for line in (tmp_path / "bag/data/dumps.jsonl").read_text("utf-8").splitlines()]
    assert [row["name"] for row in listed] == [path.name for path in sample_dumps()]
    for row, path in zip(listed, sample_dumps(), strict=True):
        assert contents(tmp_path / "bag" / row["file"]) == contents(path)


def test_a_bag_of_one_dump_has_no_other(corpus: Archive, tmp_path: Path) -> None:
    needs("bagit")
    corpus.export(tmp_path / "bag", format="bagit", dump="sierra.txt")
    assert [p.name.partition("-")[0] for p in (tmp_path / "bag/data/dumps").iterdir()] == ["sierra"]


# -- sqlite


def test_a_copy_is_the_archive_without_a_journal(filled: Path, tmp_path: Path) -> None:
    with Archive(filled) as archive:
        archive.export(tmp_path / "copy.db", format="sqlite")
        stats = archive.stats()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.db", "filled.db"]
    with Archive(tmp_path / "copy.db", create=False) as copy:
        assert copy.check().ok
        assert copy.stats().articles == stats.articles
        assert copy.search("pluviometro")
    readonly = sqlite3.connect(f"{(tmp_path / 'copy.db').as_uri()}?mode=ro&immutable=1", uri=True)
    assert readonly.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert readonly.execute("SELECT count(*) FROM corpus").fetchone() == (18,)
    found = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'pluviometro'"
    assert readonly.execute(found).fetchone()[0] > 0


def test_a_filtered_copy_holds_nothing_of_the_rest(filled: Path, tmp_path: Path) -> None:
    with Archive(filled) as archive:
        english = [r["text"] for r in archive.records(language="en")]
        assert archive.export(tmp_path / "es.db", format="sqlite", language="es", every=True) == 15
    data = contents(tmp_path / "es.db")
    for text in english:
        assert text.split("\n\n")[-1][:40].encode() not in data
    copy = sqlite3.connect(tmp_path / "es.db")
    for table in ("dump_chunks", "paragraphs", "decisions", "lexicon", "pairs"):
        assert copy.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert copy.execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'pluviometro'").fetchone()[0] > 0
    assert copy.execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'gauge'").fetchone() == (0,)
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not copy.execute("PRAGMA foreign_key_check").fetchall()
    # It is no archive any more, and says so.
    with pytest.raises(CorruptError):
        Archive(tmp_path / "es.db", create=False)


# -- folders, whole or absent


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out") as folder:
        (folder / "a").write_bytes(b"1")
        assert not (tmp_path / "out").exists()
    assert sorted(p.name for p in tmp_path.rglob("*")) == [LISTING, "a", "out"]
    assert (tmp_path / "out").stat().st_mode & 0o055 == 0o055 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_folder_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "out") as folder:
        (folder / str(1 / 0)).write_bytes(b"1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_replaced_only_by_force_and_only_if_it_is_ours(corpus: Archive, name: str, tmp_path: Path) -> None:
    needs(name)
    target = tmp_path / "out"
    corpus.export(target, format=name, language="es")
    with pytest.raises(WriteError, match="there already") as caught:
        corpus.export(target, format=name)
    assert "--force" in caught.value.hint
    corpus.export(target, format=name, force=True)
    assert len(READ_IDS[name](target)) == 18
    (target / "notes.txt").write_text("mine")
    with pytest.raises(WriteError, match=r"notes\.txt"):
        corpus.export(target, format=name, force=True)
    (target / "notes.txt").unlink()
    changed = next(p for p in sorted(target.rglob("*")) if p.is_file() and p.name != LISTING)
    changed.write_bytes(b"mine")
    with pytest.raises(WriteError, match="no export"):
        corpus.export(target, format=name, force=True)
    assert contents(changed) == b"mine"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_no_link_is_followed(corpus: Archive, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    corpus.export(elsewhere, format="markdown")
    before = sorted(p.name for p in elsewhere.iterdir())
    for target in (elsewhere, tmp_path / "nowhere"):
        link = tmp_path / f"link-{target.name}"
        link.symlink_to(target)
        with pytest.raises(WriteError):
            corpus.export(link, format="markdown", force=True)
    assert sorted(p.name for p in elsewhere.iterdir()) == before
    # A link in the folder is nothing that an export has put there.
    (elsewhere / before[-1]).rename(tmp_path / "page")
    (elsewhere / before[-1]).symlink_to(tmp_path / "page")
    with pytest.raises(WriteError):
        corpus.export(elsewhere, format="markdown", force=True)
    (tmp_path / "file").write_text("theirs")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "file")
    corpus.export(tmp_path / "link.jsonl")
    assert (tmp_path / "file").read_text() == "theirs"


# -- the command


@pytest.mark.parametrize("name", ["parquet", "hf", "bagit"])
def test_an_absent_library_is_named_with_its_extra(
    run: Run, filled: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blogarc.export.find_spec", lambda module: None)
    ended = run("export", "--format", name, "-o", "out", "-d", filled)
    assert ended.code == 2
    assert f'pip install "blogarc[{"bagit" if name == "bagit" else "parquet"}]"' in ended.err
    assert not Path("out").exists()


def test_the_name_of_the_file_says_the_format(run: Run, filled: Path) -> None:
    run("export", "-o", "a.csv", "-d", filled)
    assert len(rows_csv(Path("a.csv"))) == 18
    run("export", "-o", "b.csv", "--format", "jsonl", "-d", filled)
    assert len(ids_jsonl(Path("b.csv"))) == 18


@pytest.mark.parametrize(
    "line",
    [
        ["--format", "markdown"], ["--format", "sqlite"], ["--raw"], ["--force"], ["--format", "cvs"],
        ["--since", "soon"], ["--dump", "none.txt"], ["--query", "?"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_makes_no_sense_is_said_in_four_lines(run: Run, filled: Path, line: list[str]) -> None:
    ended = run("export", *line, "-d", filled)
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.complaint) <= 4


def test_filters_that_nothing_passes_are_said(run: Run, filled: Path) -> None:
    ended = run("export", "--query", "zeppelin", "-d", filled)
    assert (ended.code, ended.out) == (0, "")
    assert "No article" in ended.err


def test_help_starts_with_examples(run: Run) -> None:
    told = run("export", "--help").out
    assert told.index("blogarc export --format jsonl") < told.index("--output")
    assert all(name in told for name in FORMATS)
