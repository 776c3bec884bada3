"""Dumps into the archive, and dumps into articles.

Two steps, so that a kill between them loses nothing: each file is stored with its bytes and its paragraphs in a
transaction of its own; then every dump that is not split yet is segmented together with those it shares text with. A dump
whose split comes out as before is left alone, and with it what was found about its articles. Because a split depends on
the set of dumps and not on how it came together, any order of ingestion gives the same corpus.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from time import perf_counter

from sqlite_utils import Database

from blogarc import reading, segmentation
from blogarc.archive.connection import writing
from blogarc.archive.reports import IngestedDump, IngestReport, Problem, Progress, RebuildReport
from blogarc.archive.runs import record_run
from blogarc.articles import complete
from blogarc.errors import InputError
from blogarc.model import Article, Dump
from blogarc.paragraphs import read_dump
from blogarc.schema import LINKING_LETTERS
from blogarc.segmentation import Segmentation
from blogarc.text import fingerprint, skeleton

_CHUNK = 1 << 20


def ingest(db: Database, paths: Iterable[str], progress: Progress) -> IngestReport:
    """Store the dumps behind these paths, and split what is new.

    Raises InputError if none of them could be read.
    """
    clock, started = perf_counter(), _now()
    sources, skipped = reading.find_sources(paths)
    problems = [Problem(s.name, f"{s.name}: {s.reason}.", s.hint) for s in skipped]
    known: list[str] = []
    new: list[int] = []
    total, done = sum(s.size for s in sources), 0
    for source in sources:
        progress("Reading", done, total, "bytes")
        done += source.size
        try:
            dump, data = reading.read_source(source)
        except InputError as error:
            problems.append(Problem(source.name, error.message, error.hint))
            continue
        if _known(db, dump.sha256):
            known.append(dump.name)
            continue
        with writing(db):
            new.append(_store(db, dump, data))
        if dump.repaired:
            problems.append(
                Problem(
                    dump.name,
                    f"{dump.name}: {dump.repaired:,} damaged characters were repaired or left out.",
                    "The bytes are kept as received: blogarc restore gives them back.",
                )
            )
    progress("Reading", total, total, "bytes")
    if not new and not known and problems:
        first = problems[0]
        more = f" ({len(problems) - 1} more like it.)" if len(problems) > 1 else ""
        raise InputError(f"Nothing could be ingested. {first.message}{more}", first.hint)
    changed = segment_pending(db, progress)
    dumps = [_describe(db, dump) for dump in new]
    by_language = _count_languages(db, new)
    report = IngestReport(
        dumps=dumps,
        known=known,
        problems=problems,
        articles=sum(d.articles for d in dumps),
        languages=by_language,
        leftovers=sum(d.leftovers for d in dumps),
        resegmented=[name for id_, name in changed if id_ not in set(new)],
        seconds=perf_counter() - clock,
    )
    if new or changed:
        with writing(db):
            counts = {"dumps": len(new), "articles": report.articles, "leftovers": report.leftovers}
            record_run(db, "ingest", segmentation.VERSION, {}, "", articles_digest(db), counts, started, report.seconds)
    return report


def rebuild(db: Database, progress: Progress) -> RebuildReport:
    """Split all dumps again from their kept bytes, and judge their languages anew."""
    clock, started = perf_counter(), _now()
    dumps = [row["id"] for row in db.query("SELECT id FROM dumps")]
    with writing(db):
        before = articles_digest(db)
        changed = segment_pending(db, progress, again=True)
        after = articles_digest(db)
        (articles,) = db.execute("SELECT count(*) FROM articles").fetchone()
        seconds = perf_counter() - clock
        counts = {"dumps": len(dumps), "changed": len(changed), "articles": articles}
        record_run(db, "rebuild", segmentation.VERSION, {}, before, after, counts, started, seconds)
    return RebuildReport(len(dumps), [name for _, name in changed], articles, ["segmentation", "languages"], seconds)


def load_bytes(db: Database, dump: int) -> bytes:
    """The dump as it was received."""
    chunks = db.execute("SELECT data FROM dump_chunks WHERE dump = ? ORDER BY ordinal", [dump])
    return b"".join(zlib.decompress(data) for (data,) in chunks)


def load_dump(db: Database, dump: int) -> Dump:
    """The dump read again from its bytes."""
    (name,) = db.execute("SELECT name FROM dumps WHERE id = ?", [dump]).fetchone()
    return read_dump(load_bytes(db, dump), name)


def related_dumps(db: Database, dump: int) -> list[int]:
    """The dump and all that share text with it, directly or through others: what is segmented together."""
    seen, frontier = {dump}, [dump]
    while frontier:
        rows = db.execute(
            """
            SELECT DISTINCT other.dump FROM paragraphs AS own CROSS JOIN paragraphs AS other
            ON other.fingerprint = own.fingerprint AND other.letters >= ? WHERE own.dump = ? AND own.letters >= ?
            """,
            [LINKING_LETTERS, frontier.pop(), LINKING_LETTERS],
        )
        fresh = {row[0] for row in rows} - seen
        seen |= fresh
        frontier.extend(fresh)
    return sorted(seen)


def articles_digest(db: Database) -> str:
    """A digest of all articles: what dedupe depends on. Independent of the order of ingestion."""
    rows = db.execute("SELECT sha256, coalesce(segmented, '') FROM dumps ORDER BY sha256")
    return hashlib.sha256("\n".join(f"{sha} {split}" for sha, split in rows).encode()).hexdigest()


def segment_pending(db: Database, progress: Progress, *, again: bool = False) -> list[tuple[int, str]]:
    """Split the dumps that are not split yet, with all they are related to; or every dump. Says which splits changed."""
    condition = "" if again else "WHERE segmented IS NULL"
    pending = [row["id"] for row in db.query(f"SELECT id FROM dumps {condition} ORDER BY name, sha256")]
    changed: list[tuple[int, str]] = []
    done: set[int] = set()
    for dump in pending:
        if dump in done:
            continue
        progress("Splitting", len(done), len(pending), "dumps")
        group = related_dumps(db, dump)
        done.update(group)
        dumps = [load_dump(db, member) for member in group]
        splits = segmentation.segment(dumps)
        with writing(db):
            touched: set[str] = set()
            for id_, source, split in zip(group, dumps, splits, strict=True):
                keys = _store_split(db, id_, source, split, progress)
                if keys is not None:
                    changed.append((id_, source.name))
                    touched |= keys
            _index(db, touched)
    progress("Splitting", len(pending), len(pending), "dumps")
    return changed


def _known(db: Database, sha256: str) -> bool:
    return db.execute("SELECT 1 FROM dumps WHERE sha256 = ?", [sha256]).fetchone() is not None


def _store(db: Database, dump: Dump, data: bytes) -> int:
    row = {
        "name": dump.name,
        "sha256": dump.sha256,
        "size": dump.size,
        "encoding": dump.encoding,
        "encoding_source": dump.encoding_source,
        "layout": str(dump.layout),
        "lines": dump.lines,
        "repaired": dump.repaired,
        "ingested": _now(),
    }
    id_ = int(db.table("dumps").insert(row).last_pk)  # type: ignore[arg-type]  # an INTEGER PRIMARY KEY
    chunks = (
        {"dump": id_, "ordinal": n, "data": zlib.compress(data[start : start + _CHUNK], 6)}
        for n, start in enumerate(range(0, len(data), _CHUNK))
    )
    db.table("dump_chunks").insert_all(chunks)
    db.conn.executemany(
        "INSERT INTO paragraphs (dump, ordinal, line_start, line_end, byte_start, byte_end, fingerprint, letters)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                id_,
                p.ordinal,
                p.lines.start,
                p.lines.end,
                p.bytes.start,
                p.bytes.end,
                fingerprint(p.text),
                len(skeleton(p.text)),
            )
            for p in dump.paragraphs
        ),
    )
    return id_


def _store_split(db: Database, dump: int, source: Dump, split: Segmentation, progress: Progress) -> set[str] | None:
    """Replace the articles and leftovers of a dump. The keys of old and new articles; None if nothing is different."""
    articles = []
    for done, article in enumerate(complete(source, split)):
        if done % 100 == 0:
            progress("Reading languages", done, len(split.articles), "articles")
        articles.append(article)
    digest = _digest(articles, split)
    (before,) = db.execute("SELECT segmented FROM dumps WHERE id = ?", [dump]).fetchone()
    if before == digest:
        return None
    touched = _remove_articles(db, dump) | {article.key for article in articles}
    ids = []
    for article in articles:
        ids.append(int(db.table("articles").insert(_article_row(dump, article)).last_pk))  # type: ignore[arg-type]
    db.conn.executemany(
        "UPDATE paragraphs SET role = ?, article = ?, text = ?, evidence = ? WHERE dump = ? AND ordinal = ?",
        (
            (
                str(role),
                ids[owner] if owner >= 0 else None,
                paragraph.text if owner < 0 else None,
                json.dumps(reason, ensure_ascii=False) if owner < 0 else None,
                dump,
                paragraph.ordinal,
            )
            for paragraph, role, owner, reason in zip(
                source.paragraphs, split.roles, split.owners, split.reasons, strict=True
            )
        ),
    )
    db.table("dumps").update(dump, {"segmented": digest})
    return touched


def _digest(articles: Sequence[Article], split: Segmentation) -> str:
    """Of everything that is stored about a split, evidence aside."""
    told = [
        (a.key, a.paragraphs.start, a.paragraphs.end, a.title, a.text, a.byline, a.published, a.language, a.toggle)
        for a in articles
    ]
    return hashlib.sha256(json.dumps([told, split.roles, split.owners]).encode()).hexdigest()


def _article_row(dump: int, article: Article) -> dict[str, object]:
    return {
        "key": article.key,
        "dump": dump,
        "paragraph_start": article.paragraphs.start,
        "paragraph_end": article.paragraphs.end,
        "line_start": article.lines.start,
        "line_end": article.lines.end,
        "byte_start": article.bytes.start,
        "byte_end": article.bytes.end,
        "title": article.title,
        "title_source": article.title_source,
        "byline": article.byline,
        "published": article.published,
        "language": article.language,
        "language_confidence": article.language_confidence,
        "toggle": article.toggle,
        "words": article.words,
        "text": article.text,
        "evidence": json.dumps(article.evidence, ensure_ascii=False),
    }


def _remove_articles(db: Database, dump: int) -> set[str]:
    """Take the articles of a dump out of the archive and out of the index; their keys."""
    keys = {row[0] for row in db.execute("SELECT key FROM articles WHERE dump = ?", [dump])}
    db.execute("UPDATE paragraphs SET role = NULL, article = NULL, text = NULL, evidence = NULL WHERE dump = ?", [dump])
    # An external-content index must be told what it forgets, before it is gone.
    db.execute(
        "INSERT INTO articles_fts (articles_fts, rowid, title, text)"
        " SELECT 'delete', id, title, text FROM articles WHERE dump = ? AND indexed",
        [dump],
    )
    db.execute("DELETE FROM articles WHERE dump = ?", [dump])
    return keys


def _index(db: Database, keys: set[str]) -> None:
    """See to it that of each of these keys one article is in the search index, and only one."""
    for key in sorted(keys):
        row = db.execute("SELECT min(id), max(indexed) FROM articles WHERE key = ?", [key]).fetchone()
        if row[0] is not None and not row[1]:
            id_ = row[0]
            db.execute(
                "INSERT INTO articles_fts (rowid, title, text) SELECT id, title, text FROM articles WHERE id = ?", [id_]
            )
            db.execute("UPDATE articles SET indexed = 1 WHERE id = ?", [id_])


def _describe(db: Database, dump: int) -> IngestedDump:
    row = next(db.query("SELECT * FROM dumps WHERE id = ?", [dump]))
    (articles,) = db.execute("SELECT count(*) FROM articles WHERE dump = ?", [dump]).fetchone()
    (leftovers,) = db.execute("SELECT count(*) FROM paragraphs WHERE dump = ? AND article IS NULL", [dump]).fetchone()
    return IngestedDump(
        row["name"], row["sha256"], row["size"], row["encoding"], row["encoding_source"], row["layout"], row["repaired"],
        articles, leftovers,
    )  # fmt: skip


def _count_languages(db: Database, dumps: Sequence[int]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for dump in dumps:
        counts.update(
            dict(db.execute("SELECT language, count(*) FROM articles WHERE dump = ? GROUP BY 1", [dump]).fetchall())
        )
    return dict(counts.most_common())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
