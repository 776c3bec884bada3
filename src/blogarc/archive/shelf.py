"""What dedupe reads of an archive: all of it, or from what was kept only what a few new articles touch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from blogarc.archive.connection import word_of
from blogarc.duplicates import DuplicateConfig, comparable, rank_of_date
from blogarc.minhash import Hashes
from blogarc.model import Kind
from blogarc.segments import Part, joined, parts_of, touched
from blogarc.sketchbook import MEASURED_BYTES, Newcomers, Texts
from blogarc.verification import Judgement

_READ_AT_ONCE = 500
# So many articles are few, among as many as one in so many of them.
_FEW = 8
# What holds of every row, unless it was damaged.
SOUND = {
    "sketch_buckets": "typeof(data) = 'blob' AND length(data) % 8 = 0 AND typeof(centres) = 'blob' AND length(centres) % 8 = 0"
    " AND typeof(lowest) = 'integer' AND typeof(highest) = 'integer' AND 0 <= lowest AND lowest <= highest"
    " AND highest < 1 << 34",
    "sketch_measures": f"typeof(data) = 'blob' AND length(data) % {MEASURED_BYTES} = 0",
}
_LINE_TITLE = "CASE a.title_source WHEN 'line' THEN a.title ELSE '' END"
_SOME = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is known of every article, in the order of the corpus, without its text."""

    rows: list[int]
    keys: list[str]
    titles: list[str]
    dumps: list[str]
    published: list[str | None]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The number of each text that is known, by its key, and by number how often it occurred."""

    of: Mapping[str, int]
    copies: Mapping[int, int]


def load_corpus(db: Database) -> Corpus:
    corpus = Corpus([], [], [], [], [])
    for dump, name in db.execute("SELECT id, name FROM dumps ORDER BY name, sha256").fetchall():
        told = db.execute(
            "SELECT id, key, CASE title_source WHEN 'line' THEN title ELSE '' END, published FROM articles WHERE dump = ?"
            " ORDER BY paragraph_start",
            [dump],
        )
        rows = told.fetchall()
        if rows:
            ids, keys, titles, published = zip(*rows, strict=True)
            corpus.rows.extend(ids)
            corpus.keys.extend(keys)
            corpus.titles.extend(titles)
            corpus.published.extend(published)
        corpus.dumps.extend([name] * len(rows))
    return corpus


def texts_in(
    db: Database, corpus: Corpus, numbers: Numbers, config: DuplicateConfig, before: Mapping[int, int]
) -> tuple[Texts, list[int]]:
    """The different texts of the corpus, and for each article the place of its text among them."""
    times = Counter(corpus.keys)
    keys, copies = list(times), list(times.values())
    places = dict(zip(keys, range(len(keys)), strict=True))
    place = list(map(places.__getitem__, corpus.keys))
    # Read backwards, what remains of each key is its first article.
    first = dict(zip(reversed(corpus.keys), reversed(corpus.rows), strict=True))
    titles = [""] * len(keys)
    for at, title in zip(place, corpus.titles, strict=True):
        if title:
            titles[at] = min(titles[at] or title, title)
    told: list[int] = [numbers.of.get(key, 0) for key in keys]
    next_number = max(numbers.copies, default=0) + 1
    for at in [at for at, number in enumerate(told) if not number]:
        told[at] = next_number
        next_number += 1
    touched = {number for number, many in zip(told, copies, strict=True) if numbers.copies.get(number) != many}
    came = set(corpus.rows).difference(before)
    touched |= {told[at] for at, row in zip(place, corpus.rows, strict=True) if row in came} if came else set()
    row_of = dict(zip(told, map(first.__getitem__, keys), strict=True))

    def read(wanted: Sequence[int]) -> Iterator[str]:
        for at in range(0, len(wanted), _READ_AT_ONCE):
            rows = [row_of[number] for number in wanted[at : at + _READ_AT_ONCE]]
            marks = ", ".join("?" * len(rows))
            sql = f"SELECT id, text, CASE title_source WHEN 'line' THEN title ELSE '' END FROM articles WHERE id IN ({marks})"
            texts = {row: comparable(text, title) for row, text, title in db.execute(sql, rows)}
            yield from (texts[row] for row in rows)

    preference = None
    liking = ranks(db, corpus, config)
    if liking is not None:
        liked: dict[int, int] = {}
        for at, rank in zip(place, liking, strict=True):
            liked[at] = min(rank, liked.get(at, rank))
        preference = [liked[at] for at in range(len(keys))]
    return Texts(told, keys, titles, copies, preference, touched, read), place


def ranks(db: Database, corpus: Corpus, config: DuplicateConfig) -> list[int] | None:
    """For each article how well it is suited to represent others, the lower the better; None for the usual rule."""
    if config.keep == "longest":
        sql = "SELECT id, words FROM articles WHERE id IN (SELECT value FROM json_each(?))"
        words = dict(db.execute(sql, [json.dumps(corpus.rows)]).fetchall())
        return [-words[row] for row in corpus.rows]
    if config.keep == "newest":
        return [-rank_of_date(published) for published in corpus.published]
    if config.keep == "dumps":
        order = {name: rank for rank, name in enumerate(config.dumps)}
        return [order.get(name, len(order)) for name in corpus.dumps]
    return list(range(len(corpus.rows))) if config.keep == "first" else None


def judgements_on(db: Database, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Judgement]:
    """What was found about these pairs."""
    sql = (
        "SELECT l.first, l.second, l.kind, l.similarity, l.scores, l.rule FROM json_each(?) w CROSS JOIN likenesses l"
        " ON l.first = json_extract(w.value, '$[0]')"
        " AND l.second = json_extract(w.value, '$[1]')"
    )
    return {
        (a, b): Judgement(word_of(Kind, kind), similarity, json.loads(scores), rule)
        for a, b, kind, similarity, scores, rule in db.execute(sql, [json.dumps(wanted)])
    }


def is_hurt(db: Database) -> bool:
    """Whether something of what dedupe keeps cannot be what it wrote."""
    told = (f"EXISTS (SELECT 1 FROM {table} WHERE NOT ({sound}))" for table, sound in SOUND.items())
    return bool(db.execute(f"SELECT {' OR '.join(told)}").fetchone()[0])


def segments(db: Database) -> dict[int, int]:
    """How many buckets there are in each segment, by its number."""
    sizes: Counter[int] = Counter()
    for segment, size in db.execute("SELECT segment, length(data) FROM sketch_buckets"):
        sizes[segment] += size // 8
    return dict(sizes)


def load_segment(db: Database, number: int) -> Hashes:
    """The buckets of a segment, sorted."""
    return joined(
        data for (data,) in db.execute("SELECT data FROM sketch_buckets WHERE segment = ? ORDER BY id", [number])
    )


def store_segment(db: Database, buckets: Hashes, digests: Hashes) -> None:
    """Write a new segment down; `digests` are those of all texts."""
    (number,) = db.execute("SELECT coalesce(max(segment), 0) + 1 FROM sketch_buckets").fetchone()
    parts = parts_of(buckets, digests)
    db.conn.executemany(
        "INSERT INTO sketch_buckets (segment, lowest, highest, centres, data) VALUES (?, ?, ?, ?, ?)",
        ((number, part.lowest, part.highest, part.centres, part.data) for part in parts),
    )


class Shelf:
    """What was kept of the texts of an archive, read as `sketchbook.extend` asks for it. After it asked for `texts`, `corpus`
    has the articles with these texts, and `place` for each the place of its text among them."""

    def __init__(self, db: Database, config: DuplicateConfig, measures: bytes, came: Sequence[int]) -> None:
        self.measures = measures
        self.corpus, self.place = Corpus([], [], [], [], []), list[int]()
        self._db, self._config, self._came = db, config, came
        self._new: dict[str, int] = {}
        self._spans: dict[int, tuple[int, int]] | None = None

    @classmethod
    def opened(cls, db: Database, config: DuplicateConfig) -> Shelf | None:
        """None unless a few articles came since, and none went."""
        measures = db.execute("SELECT data FROM sketch_measures").fetchone()
        if measures is None:
            return None
        came = [row for (row,) in db.execute("SELECT id FROM articles WHERE id NOT IN (SELECT article FROM clusters)")]
        (there,) = db.execute("SELECT count(*) FROM articles").fetchone()
        (compared,) = db.execute("SELECT coalesce(sum(copies), 0) FROM sketches").fetchone()
        if not came or len(came) * _FEW > there or compared != there - len(came):
            return None
        return cls(db, config, measures[0], came)

    def newcomers(self) -> Newcomers:
        """The texts of the articles that came."""
        corpus = self._articles("a.id", self._came)
        keys = sorted(set(corpus.keys))
        known = dict(
            self._db.execute(f"SELECT key, id FROM sketches WHERE key IN {_SOME}", [json.dumps(keys)]).fetchall()
        )
        (last,) = self._db.execute("SELECT coalesce(max(id), 0) FROM sketches").fetchone()
        self._new = {key: last + 1 + n for n, key in enumerate(k for k in keys if k not in known)}
        texts, _ = texts_in(self._db, corpus, Numbers(known | self._new, {}), self._config, {})
        return Newcomers(texts.numbers, texts.keys, texts.titles, texts.read)

    def segments(self) -> dict[int, int]:
        """How many buckets there are in each segment."""
        return segments(self._db)

    def segment(self, number: int) -> Hashes:
        """The buckets of a segment, sorted."""
        return load_segment(self._db, number)

    def buckets_of(self, shingles: Hashes) -> Iterator[Hashes]:
        """The buckets of these shingles, in pieces."""
        return (part.buckets_of(asked) for part, asked in self._parts_with(shingles))

    def few_buckets_of(self, shingles: Hashes) -> Iterator[Hashes]:
        """The same, of crowds only so many that they are crowds still, and their centres."""
        return (part.few_buckets_of(asked) for part, asked in self._parts_with(shingles))

    def _parts_with(self, shingles: Hashes) -> Iterator[tuple[Part, Hashes]]:
        """The parts of segments that have some of these shingles, and which."""
        if self._spans is None:
            spans = self._db.execute("SELECT lowest, highest, id FROM sketch_buckets").fetchall()
            self._spans = {id_: (lowest, highest) for lowest, highest, id_ in spans}
        ids = list(self._spans)
        for place, asked in touched(list(self._spans.values()), shingles):
            sql = "SELECT lowest, highest, centres, data FROM sketch_buckets WHERE id = ?"
            yield Part(*self._db.execute(sql, [ids[place]]).fetchone()), asked

    def leaders(self, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Key and title of those among these texts that are known."""
        sql = f"SELECT id, key, title FROM sketches WHERE id IN {_SOME}"
        return {number: (key, title) for number, key, title in self._db.execute(sql, [json.dumps(numbers)])}

    def pairs_of(self, numbers: Sequence[int]) -> Iterable[tuple[int, int]]:
        """The verified pairs that have one of these texts."""
        for side in ("first", "second"):
            sql = f"SELECT first, second FROM likenesses WHERE {side} IN {_SOME}"
            yield from self._db.execute(sql, [json.dumps(numbers)]).fetchall()

    def judgements(self, pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], Judgement]:
        """What was found about these pairs."""
        return judgements_on(self._db, pairs)

    def texts(self, numbers: Sequence[int]) -> Texts:
        """These texts, in the order of the corpus."""
        of = {key: number for number, (key, _) in self.leaders(numbers).items()} | self._new
        self.corpus = self._articles("a.key", list(of))
        texts, self.place = texts_in(self._db, self.corpus, Numbers(of, {}), self._config, {})
        return texts

    def _articles(self, column: str, among: Sequence[int] | Sequence[str]) -> Corpus:
        """The articles of which this column is among some, in the order of the corpus."""
        sql = (
            f"SELECT a.id, a.key, {_LINE_TITLE}, d.name, a.published FROM articles a JOIN dumps d ON d.id = a.dump"
            f" WHERE {column} IN {_SOME} ORDER BY d.name, d.sha256, a.paragraph_start"
        )
        rows = self._db.execute(sql, [json.dumps(among)]).fetchall()
        return Corpus(*(list(column) for column in zip(*rows, strict=True))) if rows else Corpus([], [], [], [], [])
