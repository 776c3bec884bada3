"""The promise, checked: nothing is lost, and what the archive says of the bytes is what the bytes say.

`check` re-reads every dump from its kept bytes; `restore` gives it back.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator

from sqlite_utils import Database

from blogarc.archive import matching, pieces, ready, seals, shelf
from blogarc.archive.dumps import load_recipe
from blogarc.archive.records import ready_entries
from blogarc.archive.reports import CheckReport, Progress
from blogarc.errors import CorruptError
from blogarc.model import Role
from blogarc.reading import dump_of
from blogarc.text import content_key, fingerprint

MOST_PROBLEMS = 50
_ROLES = frozenset(Role)


def check(db: Database, progress: Progress) -> CheckReport:
    """Look at everything that can be proved; the problems are in words, the first fifty of them."""
    checks: dict[str, int] = {}
    problems: list[str] = []
    problems += _check_file(db)
    checks["pages"] = db.execute("PRAGMA page_count").fetchone()[0]
    dumps = list(db.query("SELECT * FROM dumps ORDER BY name, sha256"))
    checks |= {"dumps": len(dumps), "bytes": 0, "lines": 0, "paragraphs": 0, "articles": 0}
    for done, row in enumerate(dumps):
        progress("Checking", done, len(dumps), "dumps")
        problems += _check_dump(db, row, checks)
    progress("Checking", len(dumps), len(dumps), "dumps")
    problems += _check_index(db, checks)
    problems += _check_values(db)
    hurt = list(seals.broken(db))
    problems += hurt or matching.hurt_lexicons(db)  # which believes the log
    problems += _check_clusters(db)
    return CheckReport(checks, problems[:MOST_PROBLEMS])


def restore(db: Database, dump: int) -> bytes:
    """The bytes of a dump as received.

    Raises CorruptError if they no longer have their sha256.
    """
    return b"".join(restore_in_pieces(db, dump))


def restore_in_pieces(db: Database, dump: int) -> Iterator[bytes]:
    """The same in pieces. Raises CorruptError, at the last of them if only the sha256 is another."""
    name, sha256 = db.execute("SELECT name, sha256 FROM dumps WHERE id = ?", [dump]).fetchone()
    digest = hashlib.sha256()
    kept = db.execute("SELECT data FROM dump_chunks WHERE dump = ? ORDER BY ordinal", [dump])
    try:
        for piece in pieces.unpack(data for (data,) in kept):
            digest.update(piece)
            yield piece
    except pieces.DamageError as error:
        raise CorruptError(
            f"The bytes of {name} cannot be decompressed: {error}.", "blogarc check says what is hurt."
        ) from error
    if digest.hexdigest() != sha256:
        raise CorruptError(
            f"The bytes of {name} are not what was ingested: another sha256.", "blogarc check says what is hurt."
        )


def _check_file(db: Database) -> Iterator[str]:
    """What SQLite itself finds."""
    for (told,) in db.execute("PRAGMA integrity_check(20)"):
        if told != "ok":
            yield f"SQLite: {told}"
    for table, _, other, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"A row of {table} refers to a row of {other} that is not there."


def _check_dump(db: Database, row: dict[str, object], checks: dict[str, int]) -> Iterator[str]:
    name = row["name"]
    try:
        data = restore(db, int(str(row["id"])))
    except CorruptError as error:
        yield error.message
        return
    try:
        recipe = load_recipe(db, int(str(row["id"])))
    except CorruptError as error:
        yield f"{name}: {error.message}"
        return
    if recipe.libraries != row["libraries"]:
        # Another version reads otherwise, and that is no damage: the bytes are what can be proved.
        checks["not_compared"] = checks.get("not_compared", 0) + 1
        checks["bytes"] += len(data)
        return
    if row["segmented"] is None:
        checks["bytes"] += len(data)
        yield f"{name} was stored but not split yet; blogarc ingest goes on with it."
        return
    if row["reader"] is not None:
        checks["bytes"] += len(data)
        checks["lines"] += int(str(row["lines"]))
        checks["articles"] += db.execute("SELECT count(*) FROM articles WHERE dump = ?", [row["id"]]).fetchone()[0]
        yield from ready.check(ready_entries(db, int(str(row["id"]))), db, int(str(row["id"])), str(name))
        return
    dump, _ = dump_of(data, str(name), recipe)
    checks["bytes"] += len(data)
    checks["lines"] += dump.lines
    checks["paragraphs"] += len(dump.paragraphs)
    stored = list(db.query("SELECT * FROM paragraphs WHERE dump = ? ORDER BY ordinal", [row["id"]]))
    if len(stored) != len(dump.paragraphs):
        yield f"{name}: {len(dump.paragraphs)} paragraphs in its bytes, {len(stored)} in the archive."
        return
    texts: dict[int, list[tuple[Role, str]]] = {}
    for own, kept in zip(dump.paragraphs, stored, strict=True):
        spans = (own.lines.start, own.lines.end, own.bytes.start, own.bytes.end, fingerprint(own.text))
        if spans != (kept["line_start"], kept["line_end"], kept["byte_start"], kept["byte_end"], kept["fingerprint"]):
            yield f"{name}:{own.lines.start}: the span or fingerprint of the paragraph is not that of its bytes."
        # In an article, or a leftover with its text; a line between paragraphs is blank, because dump_of said so.
        role = Role(kept["role"]) if kept["role"] in _ROLES else None
        if role is None or (kept["article"] is None) != role.is_leftover:
            yield f"{name}:{own.lines.start}: the paragraph is neither in an article nor set aside."
        elif kept["article"] is None and kept["text"] != own.text:
            yield f"{name}:{own.lines.start}: the text of the leftover is not that of its bytes."
        elif kept["article"] is not None:
            texts.setdefault(kept["article"], []).append((role, own.text))
    yield from _check_articles(db, row, texts, checks)


def _check_articles(
    db: Database, row: dict[str, object], texts: dict[int, list[tuple[Role, str]]], checks: dict[str, int]
) -> Iterator[str]:
    """Articles follow each other without overlap, and their texts are those of their paragraphs."""
    end = 0
    for article in db.query("SELECT * FROM articles WHERE dump = ? ORDER BY paragraph_start", [row["id"]]):
        checks["articles"] += 1
        place = f"{row['name']}:{article['line_start']}"
        own = texts.pop(article["id"], [])
        if article["paragraph_start"] < end or article["byte_start"] > article["byte_end"]:
            yield f"{place}: the article overlaps the one before."
        end = article["paragraph_end"]
        body = [text for role, text in own if role in (Role.BODY, Role.BYLINE)]
        title = [text for role, text in own if role is Role.TITLE]
        if article["text"] != "\n\n".join(body) or (title and article["title"] != title[0]):
            yield f"{place}: the text of the article is not that of its paragraphs."
        elif article["key"] != content_key([*title, *body]):
            yield f"{place}: the key of the article is not that of its words."
    for article_id in texts:
        yield f"{row['name']}: paragraphs belong to article {article_id}, which is not one of this dump."


def _check_index(db: Database, checks: dict[str, int]) -> Iterator[str]:
    try:
        with db.atomic():
            db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if "readonly" not in str(error):
            yield f"The search index does not agree with the articles: {error}."
    (keys, indexed, distinct) = db.execute(
        "SELECT count(DISTINCT key), coalesce(sum(indexed), 0), count(DISTINCT CASE WHEN indexed THEN key END) FROM articles"
    ).fetchone()
    checks["indexed"] = indexed
    # Ready articles are indexed when somebody searches, all at once.
    (waiting,) = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM articles a JOIN dumps d ON d.id = a.dump GROUP BY a.key"
        " HAVING max(a.indexed) = 0 AND max(d.reader IS NOT NULL))"
    ).fetchone()
    if not (keys - waiting == indexed == distinct):
        yield f"The search index has {indexed} texts for {keys} different articles."


# What a column may hold, in SQL, where a damaged byte could make it something else and nothing above would tell.
_SOUND = {
    "articles": "json_valid(evidence) AND json_valid(language_shares) AND mixed IN (0, 1) AND indexed IN (0, 1)"
    " AND title_source IN ('line', 'derived') AND language_confidence BETWEEN 0 AND 1 AND words >= 0"
    " AND length(language) BETWEEN 2 AND 8",
    "paragraphs": "evidence IS NULL OR json_valid(evidence)",
    "duplicates": "json_valid(scores) AND similarity BETWEEN 0 AND 1 AND kind IN ('exact', 'near', 'excerpt', 'decided')",
    "likenesses": "json_valid(scores) AND similarity BETWEEN 0 AND 1 AND kind IN ('near', 'excerpt')",
    "pairs": "json_valid(evidence) AND score BETWEEN 0 AND 1",
    "beads": "source_start <= source_end AND target_start <= target_end",
    "lexicon": "origin IN ('learned', 'given') AND probability BETWEEN 0 AND 1",
    "runs": "json_valid(parameters) AND json_valid(counts)",
    **shelf.SOUND,
}


def _check_values(db: Database) -> Iterator[str]:
    """Every value is one that its column may have."""
    for table, sound in _SOUND.items():
        (wrong,) = db.execute(f"SELECT count(*) FROM {table} WHERE NOT ({sound})").fetchone()
        if wrong:
            yield f"{wrong} rows of {table} hold what cannot stand there."


def _check_clusters(db: Database) -> Iterator[str]:
    """Each representative represents itself, and each duplicate is in the cluster of what it repeats."""
    wrong = db.execute(
        "SELECT count(*) FROM clusters c JOIN clusters r ON r.article = c.representative WHERE r.representative <> r.article"
    ).fetchone()[0]
    if wrong:
        yield f"{wrong} articles are in the cluster of an article that is no representative."
    wrong = db.execute(
        "SELECT count(*) FROM duplicates u LEFT JOIN clusters c ON c.article = u.article WHERE c.representative IS NOT u.kept"
    ).fetchone()[0]
    if wrong:
        yield f"{wrong} duplicates are kept in favour of an article that does not represent their cluster."
