"""What there is to look at in an archive: its dumps as they were split, and the closest calls of every kind.

It gathers the values of `blogarc.report`; what is long is cut here, so that a page of a large archive stays a page. Nothing
here writes.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from blogarc.archive import bitext, corpus
from blogarc.archive.corpus import find_article
from blogarc.archive.matching import CORPUS_ORDER
from blogarc.errors import UsageError
from blogarc.report.content import (
    Aligned,
    Block,
    CopyCall,
    DumpStrip,
    Figures,
    LeftoverCall,
    Listed,
    MissCall,
    Overview,
    PairCall,
    Place,
    Post,
    Shown,
    SplitCall,
)
from blogarc.text import excerpt, visible

USUAL_DB = "blogarc.db"
# A start with less evidence than this, in log-odds, is marked in the strip.
_DOUBTFUL = 3.0
# A page is bounded, whatever the archive holds: strips, the pieces of each, posts in the list and the copies of each,
# paragraphs of a pair, and letters of one paragraph.
_STRIPS, _BLOCKS, _POSTS, _COPIES, _BEADS, _LETTERS = 24, 400, 400, 12, 80, 3000
_ENDS = 240  # letters of the opening and of the ending of a post in the list

# The columns of a `Post`.
_POST = """
    a.key, a.title, a.language, a.words, a.published, d.name AS source, d.sha256, a.line_start AS start_line,
    a.line_end - 1 AS end_line, a.id AS row
"""


class References:
    """How the dumps are named on a command line."""

    def __init__(self, db: Database) -> None:
        self._names = Counter(name for (name,) in db.execute("SELECT name FROM dumps"))

    def of(self, name: str, sha256: str) -> str:
        """The name of a dump, or the start of its digest where the name would not do."""
        plain = name == visible(name) and name.isprintable() and self._names[name] == 1
        return name if plain else sha256[:12]

    def place(self, row: Mapping[str, Any], prefix: str = "") -> Place:
        name, sha256 = row[f"{prefix}source"], row[f"{prefix}sha256"]
        return Place(name, row[f"{prefix}start_line"], row[f"{prefix}end_line"], self.of(name, sha256))

    def post(self, row: Mapping[str, Any], text: str = "") -> Post:
        told = (row["key"], row["title"], row["language"], row["words"], row["published"])
        return Post(*told, self.place(row), text)


def gather(db: Database, path: str, limit: int) -> Overview:
    """All that a report shows, at most `limit` of the closest calls of each kind."""
    references = References(db)
    listed = _listed(db, references)
    numbers = {post.post.key: post.number for post in listed.rows}
    (as_of,) = db.execute("SELECT max(started) FROM runs").fetchone()
    return Overview(
        name=path.replace("\\", "/").rpartition("/")[2],
        as_of=as_of or "",
        figures=_figures(db),
        strips=_strips(db, numbers),
        splits=_splits(db, references, limit),
        leftovers=_leftovers(db, references, limit),
        copies=_copies(db, references, limit),
        pairs=_pairs(db, references, limit),
        misses=_misses(db, references, limit),
        articles=listed,
    )


def option_for(path: str) -> str:
    """What a command needs to find the archive."""
    return "" if path == USUAL_DB else f" -d {shlex.quote(path)}"


def copy_call(db: Database, first: str, second: str) -> CopyCall:
    """Two articles (references) as copies, the one that represents the other second. Raises UsageError."""
    rows = [find_article(db, first), find_article(db, second)]
    told = db.execute(
        "SELECT article, kept, kind, similarity, scores FROM duplicates"
        " WHERE (article = :a AND kept = :b) OR (article = :b AND kept = :a)",
        {"a": rows[0], "b": rows[1]},
    ).fetchone()
    if told is None:
        told = _through_their_keys(db, rows)
    if told is None:
        raise UsageError("These two are not copies of each other.", f"blogarc explain {first} {second} says why.")
    references = References(db)
    article, kept, kind, similarity, scores = told
    sides = [_whole(db, references, row) for row in (article, kept)]
    return CopyCall(sides[0], sides[1], kind, similarity, json.loads(scores))


def pair_call(db: Database, first: str, second: str) -> PairCall:
    """Two articles (references) that are a translation pair, with all their paragraphs. Raises UsageError."""
    rows = [find_article(db, first), find_article(db, second)]
    found = next(
        db.query(
            f"{_PAIR_ROWS} WHERE (p.source = :a AND p.target = :b) OR (p.source = :b AND p.target = :a)",
            {"a": rows[0], "b": rows[1]},
        ),
        None,
    )
    if found is None:
        raise UsageError("These two are no translation pair.", f"blogarc explain {first} {second} says why.")
    return _pair(db, References(db), found, None)


def article(db: Database, reference: str) -> Listed:
    """One article (reference), whole, with the places of its copies. Raises UsageError."""
    row = find_article(db, reference)
    references = References(db)
    told = corpus.record(db, row)
    (representative,) = db.execute(
        "SELECT coalesce((SELECT representative FROM clusters WHERE article = ?), ?)", [row, row]
    ).fetchone()
    copies = _places(db, references, representative, but=row)
    translations = [t["id"] for t in told["translations"]]
    return Listed(_whole(db, references, row), copies, len(copies), translations, "", "", 0)


def _figures(db: Database) -> Figures:
    told = corpus.stats(db)
    return Figures(
        dumps=told.dumps,
        bytes=told.bytes,
        articles=told.articles,
        clusters=told.clusters or told.articles,
        words=told.words,
        duplicates=told.duplicates,
        pairs=told.pairs,
        leftovers=told.leftovers,
        languages=told.languages,
        years=told.years,
        decisions=told.decisions,
    )


# -- the dumps as they were split


def _strips(db: Database, numbers: Mapping[str, int]) -> Shown[DumpStrip]:
    """The dumps; of very many those whose closest call is the closest, in the order of the corpus."""
    rows = list(
        db.query(
            """
            SELECT * FROM (
                SELECT d.*, (SELECT min(json_extract(a.evidence, '$.score')) FROM articles a WHERE a.dump = d.id) AS weakest
                FROM dumps d ORDER BY weakest IS NULL, weakest, d.name, d.sha256 LIMIT ?
            ) ORDER BY name, sha256
            """,
            [_STRIPS],
        )
    )
    (total,) = db.execute("SELECT count(*) FROM dumps").fetchone()
    return Shown([_strip(db, row, numbers) for row in rows], total)


def _strip(db: Database, dump: Mapping[str, Any], numbers: Mapping[str, int]) -> DumpStrip:
    (articles,) = db.execute("SELECT count(*) FROM articles WHERE dump = ?", [dump["id"]]).fetchone()
    (leftovers,) = db.execute(
        "SELECT count(*) FROM paragraphs WHERE dump = ? AND article IS NULL", [dump["id"]]
    ).fetchone()
    blocks = sorted([*_article_blocks(db, dump["id"], numbers), *_leftover_blocks(db, dump["id"])], key=_place_of)
    # How many pieces a long dump has beyond those is not counted piece by piece: articles are what matters.
    total = len(blocks) if len(blocks) <= _BLOCKS else max(articles + leftovers, len(blocks))
    return DumpStrip(
        dump["name"], dump["size"], dump["lines"], dump["encoding"], dump["layout"], articles, leftovers,
        Shown(blocks[:_BLOCKS], total),
    )  # fmt: skip


def _place_of(block: Block) -> int:
    return block.start


def _article_blocks(db: Database, dump: int, numbers: Mapping[str, int]) -> Iterable[Block]:
    rows = db.query(
        """
        SELECT a.byte_start, a.byte_end, a.line_start, a.line_end, a.title, a.key, r.key AS representative, u.kind,
            c.representative IS NULL AS loose, json_extract(a.evidence, '$.score') AS score,
            (SELECT count(*) FROM clusters o WHERE o.representative = a.id) AS copies
        FROM articles a LEFT JOIN clusters c ON c.article = a.id LEFT JOIN articles r ON r.id = c.representative
        LEFT JOIN duplicates u ON u.article = a.id
        WHERE a.dump = ? ORDER BY a.paragraph_start LIMIT ?
        """,
        [dump, _BLOCKS + 1],
    )
    for row in rows:
        own = "new" if row["loose"] else "first" if row["copies"] > 1 else "single"
        yield Block(
            row["kind"] or own,
            row["byte_start"],
            row["byte_end"],
            row["line_start"],
            row["line_end"] - 1,
            excerpt(row["title"], 90),
            row["key"],
            numbers.get(row["representative"] or row["key"], 0),
            row["score"] is not None and row["score"] < _DOUBTFUL,
        )


def _leftover_blocks(db: Database, dump: int) -> list[Block]:
    """Neighbouring leftovers of one role as one block."""
    rows = db.execute(
        "SELECT ordinal, role, byte_start, byte_end, line_start, line_end, text FROM paragraphs"
        " WHERE dump = ? AND article IS NULL AND role IS NOT NULL ORDER BY ordinal LIMIT ?",
        [dump, 8 * _BLOCKS],
    )
    blocks: list[Block] = []
    last = -2
    for ordinal, role, start, end, first_line, end_line, text in rows:
        if ordinal == last + 1 and blocks[-1].kind == role:
            before = blocks[-1]
            title = excerpt(f"{before.title} / {text}", 90)
            blocks[-1] = replace(before, end=end, last_line=end_line - 1, title=title)
        else:
            blocks.append(Block(role, start, end, first_line, end_line - 1, excerpt(text, 90)))
        last = ordinal
    return blocks


# -- the closest calls


def _splits(db: Database, references: References, limit: int) -> Shown[SplitCall]:
    """Starts of articles, but for those where a dump starts; what a person decided is no close call."""
    having = "json_extract(a.evidence, '$.score') IS NOT NULL AND a.paragraph_start > 0"
    rows = db.query(
        f"""
        SELECT {_POST}, a.dump, a.paragraph_start, a.text, a.title_source, a.evidence FROM articles a
        JOIN dumps d ON d.id = a.dump WHERE {having}
        ORDER BY json_extract(a.evidence, '$.score'), {CORPUS_ORDER} LIMIT ?
        """,
        [limit],
    )
    calls = []
    for row in rows:
        evidence = json.loads(row["evidence"])
        opening = row["text"].partition("\n\n")[0]
        if row["title_source"] == "line":
            opening = f"{row['title']} / {opening}"
        before = _ending_before(db, row["dump"], row["paragraph_start"])
        calls.append(
            SplitCall(
                references.place(row), row["key"], row["title"], before, excerpt(opening, _ENDS), evidence["score"],
                evidence["cut"],
            )
        )  # fmt: skip
    (total,) = db.execute(f"SELECT count(*) FROM articles a WHERE {having}").fetchone()
    return Shown(calls, total)


def _ending_before(db: Database, dump: int, ordinal: int) -> str:
    """The last words before a paragraph."""
    told = db.execute(
        "SELECT p.text, a.text, a.title FROM paragraphs p LEFT JOIN articles a ON a.id = p.article"
        " WHERE p.dump = ? AND p.ordinal < ? ORDER BY p.ordinal DESC LIMIT 1",
        [dump, ordinal],
    ).fetchone()
    leftover, text, title = told or ("", "", "")
    return ending(leftover or (text or title or "").rpartition("\n\n")[2])


def ending(text: str, length: int = _ENDS) -> str:
    """The last words of a text, with an ellipsis where something is left out.

    >>> ending("One two three four", 11)
    '…three four'
    """
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    cut = flat[len(flat) - length + 1 :]
    at = cut.find(" ")
    return "…" + (cut[at + 1 :] if 0 <= at < length // 2 else cut)


def _leftovers(db: Database, references: References, limit: int) -> Shown[LeftoverCall]:
    """Leftovers with the least evidence for being furniture; lines that could not be read are none of these."""
    having = "p.article IS NULL AND p.role IS NOT NULL AND json_type(p.evidence, '$.unreadable') IS NULL"
    rows = db.query(
        f"""
        SELECT p.role, p.text, p.evidence, d.name AS source, d.sha256, p.line_start AS start_line,
            p.line_end - 1 AS end_line, (SELECT coalesce(sum(e.value), 0) FROM json_each(p.evidence) e) AS score
        FROM paragraphs p JOIN dumps d ON d.id = p.dump WHERE {having}
        ORDER BY score, d.name, d.sha256, p.ordinal LIMIT ?
        """,
        [limit],
    )
    calls = [
        LeftoverCall(
            references.place(row), row["role"], excerpt(row["text"], 2 * _ENDS), row["score"],
            json.loads(row["evidence"] or "{}"),
        )
        for row in rows
    ]  # fmt: skip
    (total,) = db.execute(f"SELECT count(*) FROM paragraphs p WHERE {having}").fetchone()
    return Shown(calls, total)


def _copies(db: Database, references: References, limit: int) -> Shown[CopyCall]:
    """Duplicates with other words than those that are kept, each two texts once."""
    grouped = (
        "FROM duplicates u JOIN articles a ON a.id = u.article JOIN articles k ON k.id = u.kept WHERE a.key <> k.key"
    )
    rows = list(
        db.query(
            f"""
            SELECT min(u.article) AS article, u.kept, u.kind, u.similarity, u.scores, count(*) AS times {grouped}
            GROUP BY a.key, k.key ORDER BY u.similarity, a.key, k.key LIMIT ?
            """,
            [limit],
        )
    )
    calls = [
        CopyCall(
            _whole(db, references, row["article"]), _whole(db, references, row["kept"]), row["kind"], row["similarity"],
            json.loads(row["scores"]), row["times"],
        )
        for row in rows
    ]  # fmt: skip
    (total,) = db.execute(f"SELECT count(*) FROM (SELECT 1 {grouped} GROUP BY a.key, k.key)").fetchone()
    return Shown(calls, total)


def _through_their_keys(db: Database, rows: list[int]) -> Any:
    """The duplicate between articles with the same words as these two: of equal copies the first is asked for."""
    return db.execute(
        """
        SELECT u.article, u.kept, u.kind, u.similarity, u.scores FROM duplicates u
        JOIN articles a ON a.id = u.article JOIN articles k ON k.id = u.kept
        JOIN articles x ON x.id = ? JOIN articles y ON y.id = ?
        WHERE (a.key = x.key AND k.key = y.key) OR (a.key = y.key AND k.key = x.key) ORDER BY u.article LIMIT 1
        """,
        rows,
    ).fetchone()


_PAIR_ROWS = "SELECT p.id, p.source, p.target, p.score, p.evidence FROM pairs p"


def _pairs(db: Database, references: References, limit: int) -> Shown[PairCall]:
    rows = list(
        db.query(
            f"{_PAIR_ROWS} JOIN articles s ON s.id = p.source JOIN articles t ON t.id = p.target"
            " ORDER BY p.score, s.key, t.key LIMIT ?",
            [limit],
        )
    )
    (total,) = db.execute("SELECT count(*) FROM pairs").fetchone()
    return Shown([_pair(db, references, row, _BEADS) for row in rows], total)


def _pair(db: Database, references: References, row: Mapping[str, Any], most: int | None) -> PairCall:
    source, target = (_whole(db, references, row[side]) for side in ("source", "target"))
    beads = bitext.aligned(db, source.key, target.key) or []
    shown = [Aligned(_cut(bead["first"], most), _cut(bead["second"], most), bead["score"]) for bead in beads[:most]]
    return PairCall(source, target, row["score"], json.loads(row["evidence"]), Shown(shown, len(beads)))


def _cut(texts: Iterable[str], most: int | None) -> list[str]:
    return [text if most is None or len(text) <= _LETTERS else f"{text[:_LETTERS]}…" for text in texts]


def _misses(db: Database, references: References, limit: int) -> Shown[MissCall]:
    rows = list(
        db.query(
            "SELECT u.article, u.nearest, u.score, u.why FROM unpaired u JOIN articles a ON a.id = u.article"
            " WHERE u.nearest IS NOT NULL ORDER BY u.score DESC, a.key LIMIT ?",
            [limit],
        )
    )
    calls = [
        MissCall(
            _whole(db, references, row["article"]), _whole(db, references, row["nearest"]), row["score"], row["why"]
        )
        for row in rows
    ]
    (total,) = db.execute("SELECT count(*) FROM unpaired WHERE nearest IS NOT NULL").fetchone()
    return Shown(calls, total)


# -- posts


def _listed(db: Database, references: References) -> Shown[Listed]:
    """The representatives in the order of the corpus; before duplicates were looked for, all articles."""
    own = "LEFT JOIN clusters c ON c.article = a.id WHERE coalesce(c.representative, a.id) = a.id"
    rows = db.query(
        f"SELECT {_POST}, a.text FROM articles a JOIN dumps d ON d.id = a.dump {own} ORDER BY {CORPUS_ORDER} LIMIT ?",
        [_POSTS],
    )
    listed = []
    for number, row in enumerate(rows, 1):
        text = " ".join(row["text"].split())
        short = len(text) <= 2 * _ENDS
        copies = _places(db, references, row["row"], but=row["row"])
        translations = [t["id"] for t in corpus.translations_of(db, row["row"])]
        listed.append(
            Listed(
                references.post(row), copies[:_COPIES], len(copies), translations,
                text if short else excerpt(text, _ENDS), "" if short else ending(text), number,
            )
        )  # fmt: skip
    (total,) = db.execute(f"SELECT count(*) FROM articles a {own}").fetchone()
    return Shown(listed, total)


def _places(db: Database, references: References, representative: int, *, but: int) -> list[tuple[str, Place]]:
    """Where the articles of a cluster stand, and of what kind they are, but for one of them."""
    rows = db.query(
        f"""
        SELECT coalesce(u.kind, 'representative') AS kind, d.name AS source, d.sha256, a.line_start AS start_line,
            a.line_end - 1 AS end_line FROM clusters c JOIN articles a ON a.id = c.article JOIN dumps d ON d.id = a.dump
        LEFT JOIN duplicates u ON u.article = a.id WHERE c.representative = ? AND a.id <> ?
        ORDER BY a.id <> c.representative, {CORPUS_ORDER}
        """,
        [representative, but],
    )
    return [(row["kind"], references.place(row)) for row in rows]


def _whole(db: Database, references: References, row: int) -> Post:
    found = next(
        db.query(f"SELECT {_POST}, a.text FROM articles a JOIN dumps d ON d.id = a.dump WHERE a.id = ?", [row])
    )
    return references.post(found, found["text"])
