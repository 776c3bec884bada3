"""Files of ready articles in the archive: each record is an article, and there is nothing to split.

The file is kept as any dump is, with the name of its reader and of its fields, so that its articles can be read again. It has
no paragraphs, except for lines that could not be read, which are leftovers. Its texts are put into the search index when
somebody searches: that takes longer than all the rest, and who only looks for copies does not need it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice

from sqlite_utils import Database

from blogarc import languages, workers
from blogarc.archive.connection import writing
from blogarc.archive.reports import Progress
from blogarc.errors import InputError
from blogarc.model import Article, Dump, Layout, Role
from blogarc.reading.formats import Recipe, reader_called
from blogarc.reading.packing import Unpacked
from blogarc.reading.records import Record, Unreadable, articles_of, told_language
from blogarc.text import fingerprint

# Of a ready text so many characters tell the language: it holds one article, and no other language after it.
_TELLING = 600
# Records whose languages are found together.
_AT_ONCE = 256

# Bytes of a file from which on it is worth another process.
_LARGE = 4 << 20

Rows = Callable[[Article], dict[str, object]]
Entry = tuple[int, Article | Unreadable]


@dataclass(frozen=True, slots=True)
class Part:
    """Some entries of a file as they are stored: `rows` of articles, all with these columns; what is no article, with its
    number; what of the articles goes into the digest; how many entries there were so far, and the byte that they reach."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    aside: list[tuple[int, Unreadable]]
    told: list[str]
    count: int
    reached: int


def dump_of(data: bytes, name: str, file: Unpacked, sha256: str = "") -> Dump:
    """The file as a dump without paragraphs; `file` is what is in it, and `sha256` is of its bytes, if that is known."""
    lines = file.data.count(b"\n") + (not file.data.endswith(b"\n"))
    return Dump(
        name, sha256 or hashlib.sha256(data).hexdigest(), len(data), "utf-8", "utf-8", Layout.RECORDS, lines, 0, ()
    )


def require_records(file: Unpacked, recipe: Recipe, name: str) -> None:
    """Raises InputError if nothing in the file is a record with a text, or it cannot be read at all."""
    assert recipe.reader is not None
    first = None
    try:
        for entry in reader_called(recipe.reader).read(file, recipe.fields):
            if isinstance(entry, Record):
                return
            first = first or entry
    except InputError as error:
        raise InputError(f"{name}: {error.message}", error.hint) from error
    reason = f": {first.reason}" if first else ""
    mapped = recipe.reader in ("jsonl", "csv", "parquet")
    raise InputError(
        f"{name} holds no article{reason}.", "Say which field is the text: --map text=NAME" if mapped else ""
    )


def entries(file: Unpacked, recipe: Recipe, name: str, spoken: tuple[str, ...], first: int = 0) -> Iterator[Entry]:
    """The articles of a file, and what in it is none, each with its number, from the `first` on."""
    assert recipe.reader is not None
    numbered = islice(enumerate(reader_called(recipe.reader).read(file, recipe.fields)), first, None)
    while part := list(islice(numbered, _AT_ONCE)):
        records = [(ordinal, entry) for ordinal, entry in part if isinstance(entry, Record)]
        texts = [_telling(record) for _, record in records if told_language(record) is None]
        found = dict(zip(texts, languages.detect_all(texts, spoken), strict=True))
        judged = [
            (found.get(_telling(record), languages.UNKNOWN) if found else languages.UNKNOWN) for _, record in records
        ]
        given = [(*each, of.code, of.confidence) for each, of in zip(records, judged, strict=True)]
        articles = articles_of(given, name)
        for ordinal, entry in part:
            yield ordinal, next(articles) if isinstance(entry, Record) else entry


@contextmanager
def reading(
    file: Unpacked, recipe: Recipe, name: str, spoken: tuple[str, ...], row_of: Rows, first: int = 0
) -> Iterator[Iterator[Part]]:
    """The entries of a file as they are stored, read while those before are stored, if the file is large; those from the
    `first` on, which is one with which a part begins."""
    assert recipe.reader is not None

    def read() -> Iterator[Part]:
        return parts(entries(file, recipe, name, spoken, first), row_of)

    # What a library does in threads of its own, it does not in a copy of the process.
    alone = len(file.data) < _LARGE or bool(reader_called(recipe.reader).libraries)
    with nullcontext(read()) if alone else workers.beside(read) as made:
        yield made


def parts(read: Iterable[Entry], row_of: Rows) -> Iterator[Part]:
    """The entries of a file as they are stored, some at a time."""
    numbered = iter(read)
    while some := list(islice(numbered, _AT_ONCE)):
        articles = [entry for _, entry in some if isinstance(entry, Article)]
        rows = list(map(row_of, articles))
        aside = [(ordinal, entry) for ordinal, entry in some if isinstance(entry, Unreadable)]
        last, entry = some[-1]
        columns = tuple(rows[0]) if rows else ()
        told = list(map(_line, articles))
        yield Part(columns, [tuple(row.values()) for row in rows], aside, told, last + 1, entry.bytes.end)


def store(
    db: Database,
    dump: int,
    read: Iterable[Part],
    progress: Progress,
    besides: Callable[[int], None] = lambda reached: None,
    digest: str = "",
) -> str:
    """Put articles of a file into the archive; a digest of them and of what is before them, of which `digest` is.

    `besides` is called between the parts with the byte that was reached, and may do what else is to be done.
    """
    (total,) = db.execute("SELECT lines FROM dumps WHERE id = ?", [dump]).fetchone()
    for part in read:
        if part.rows:
            marks = ", ".join("?" * len(part.columns))
            sql = f"INSERT INTO articles ({', '.join(part.columns)}) VALUES ({marks})"
            db.conn.executemany(sql, part.rows)
        for ordinal, entry in part.aside:
            _set_aside(db, dump, ordinal, entry)
        digest = _digest(digest, part.told)
        besides(part.reached)
        progress("Reading records", part.count, total, "articles")
    return digest


def forget(db: Database, dump: int) -> None:
    """Take away what of a file was no article."""
    db.execute("DELETE FROM paragraphs WHERE dump = ?", [dump])


def count_lines(db: Database, dump: int) -> None:
    """Where records count instead of lines, there are as many as were stored."""
    db.execute(
        "UPDATE dumps SET lines = coalesce((SELECT max(line_end) - 1 FROM articles WHERE dump = :dump), 1)"
        " WHERE id = :dump AND reader IN ('warc', 'parquet')",
        {"dump": dump},
    )


def stored(db: Database, dump: int) -> int:
    """How many entries of a file are in the archive."""
    sql = (
        "SELECT 1 + max(coalesce((SELECT max(paragraph_start) FROM articles WHERE dump = :dump), -1),"
        " coalesce((SELECT max(ordinal) FROM paragraphs WHERE dump = :dump), -1))"
    )
    return int(db.execute(sql, {"dump": dump}).fetchone()[0])


def digest_of(read: Iterable[Entry]) -> str:
    """The digest that `store` would give."""
    numbered, digest = iter(read), ""
    while some := list(islice(numbered, _AT_ONCE)):
        digest = _digest(digest, [_line(entry) for _, entry in some if not isinstance(entry, Unreadable)])
    return digest


def _line(article: Article) -> str:
    told = (article.key, article.title, article.byline, article.published, article.language, article.lines.start)
    return repr(told)


def _digest(before: str, lines: list[str]) -> str:
    return hashlib.sha256("\n".join([before, *lines]).encode("utf-8", "replace")).hexdigest()


def check(read: Iterator[Entry], db: Database, dump: int, name: str) -> Iterator[str]:
    """What the archive says of the file that the file does not say, in words."""
    columns = "paragraph_start, key, title, text, line_start, line_end, byte_start, byte_end"
    stored = {row[0]: row[1:] for row in db.execute(f"SELECT {columns} FROM articles WHERE dump = ?", [dump])}
    aside = dict(db.execute("SELECT ordinal, text FROM paragraphs WHERE dump = ?", [dump]).fetchall())
    for ordinal, entry in read:
        place = f"{name}:{entry.lines.start}"
        if isinstance(entry, Unreadable):
            if aside.pop(ordinal, None) != entry.text:
                yield f"{place}: the text of the leftover is not that of its bytes."
            continue
        spans = (entry.lines.start, entry.lines.end, entry.bytes.start, entry.bytes.end)
        if stored.pop(ordinal, None) != (entry.key, entry.title, entry.text, *spans):
            yield f"{place}: the article is not the record on its line."
    if stored or aside:
        yield f"{name}: {len(stored) + len(aside)} articles or leftovers stand on no line of it."


def index_pending(db: Database) -> None:
    """Put what no search would find yet into the index, one article of each key."""
    (waiting,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM articles a JOIN dumps d ON d.id = a.dump WHERE d.reader IS NOT NULL AND NOT indexed)"
    ).fetchone()
    if not waiting:
        return
    chosen = "SELECT min(id) FROM articles GROUP BY key HAVING max(indexed) = 0"
    with writing(db):
        rows = [(row[0],) for row in db.execute(chosen)]
        run = db.conn.executemany
        run("INSERT INTO articles_fts (rowid, title, text) SELECT id, title, text FROM articles WHERE id = ?", rows)
        run("UPDATE articles SET indexed = 1 WHERE id = ?", rows)


def _telling(record: Record) -> str:
    return record.fields["text"][:_TELLING]


def _set_aside(db: Database, dump: int, ordinal: int, entry: Unreadable) -> None:
    db.table("paragraphs").insert(
        {
            "dump": dump,
            "ordinal": ordinal,
            "line_start": entry.lines.start,
            "line_end": entry.lines.end,
            "byte_start": entry.bytes.start,
            "byte_end": entry.bytes.end,
            "fingerprint": fingerprint(entry.text),
            "letters": 0,  # it links its file to no other
            "role": str(Role.UNASSIGNED),
            "text": entry.text,
            "evidence": json.dumps({"unreadable": entry.reason}, ensure_ascii=False),
        }
    )
