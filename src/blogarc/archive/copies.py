"""The clusters of the archive, brought up to date: what is kept of earlier comparisons, and what has changed since.

`sketchbook` compares; here what it needs is read, and what it found is kept: a row for each different text, the buckets of
their shingles in segments, the verified pairs. What persons decided is laid on top of the clusters that were found, so that
these are kept as they are. Of the tables that others read, `clusters` and `duplicates`, only rows that differ are written.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from blogarc import duplicates
from blogarc.archive.decisions import rulings
from blogarc.archive.runs import last_run
from blogarc.duplicates import DuplicateConfig, comparable, rank_of_date
from blogarc.model import Duplicate, Kind
from blogarc.rulings import Judged, Verdicts, overrule, weigh
from blogarc.sketchbook import Changes, Known, Texts, refresh
from blogarc.verification import Judgement

_READ_AT_ONCE = 500
# Options that say which copy represents, and not what is a copy.
_OF_CHOICE = ("keep", "dumps")

Row = tuple[int, int, str, float, str]  # article, kept, kind, similarity, scores


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is known of every article, in the order of the corpus, without its text."""

    rows: list[int]
    keys: list[str]
    titles: list[str]
    dumps: list[str]
    published: list[str | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new clusters: `kept[n]` is the row that represents the article at place n. `before` has, for each article that was
    in a cluster, the row that represented it."""

    corpus: Corpus
    kept: list[int]
    before: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What a ruling needs to know of an article."""

    key: str
    words: int


def refresh_clusters(db: Database, config: DuplicateConfig) -> Outcome:
    """Bring clusters and duplicates up to date; to be called within a transaction."""
    corpus = _load_corpus(db)
    regroup = _forget_outdated(db, config)
    before = dict(db.execute("SELECT article, representative FROM clusters").fetchall())
    known, numbers = _load_known(db)
    texts, place = _texts(db, corpus, numbers, config, before)
    changes = refresh(texts, known, config, regroup=regroup)
    _keep(db, texts, known, changes)
    clusters = _assemble(db, corpus, texts, changes, place, config)
    verdicts = weigh(rulings(db), set(corpus.keys))
    kept, found = _overruled(db, corpus, *clusters, verdicts, config)
    _write(db, corpus, kept, found, before)
    return Outcome(corpus, kept, before)


def _load_corpus(db: Database) -> Corpus:
    corpus = Corpus([], [], [], [], [])
    for dump, name in db.execute("SELECT id, name FROM dumps ORDER BY name, sha256").fetchall():
        told = db.execute(
            "SELECT id, key, CASE title_source WHEN 'line' THEN title ELSE '' END, published FROM articles WHERE dump = ?"
            " ORDER BY paragraph_start",
            [dump],
        )
        rows = told.fetchall()
        corpus.rows.extend(row[0] for row in rows)
        corpus.keys.extend(row[1] for row in rows)
        corpus.titles.extend(row[2] for row in rows)
        corpus.published.extend(row[3] for row in rows)
        corpus.dumps.extend([name] * len(rows))
    return corpus


def _forget_outdated(db: Database, config: DuplicateConfig) -> bool:
    """Forget what was found by other rules or with other options; whether clusters must be made anew from what is left."""
    run = last_run(db, "dedupe")
    if run is None or run["version"] != duplicates.VERSION:
        for table in ("likenesses", "sketch_buckets", "sketches"):
            db.execute(f"DELETE FROM {table}")
        return False
    before, now = json.loads(run["parameters"]), json.loads(json.dumps(asdict(config)))
    if {k: v for k, v in before.items() if k not in _OF_CHOICE} != {
        k: v for k, v in now.items() if k not in _OF_CHOICE
    }:
        db.execute("DELETE FROM likenesses")
        db.execute("DELETE FROM sketch_buckets")
        db.execute("UPDATE sketches SET leads = 0")
        return False
    return bool(before != now)


def _load_known(db: Database) -> tuple[Known, dict[str, tuple[int, int]]]:
    """What is kept, and the number of each text and how often it occurred, by its key."""
    digests, words, leaders = {}, {}, {}
    numbers = {}
    for number, key, digest, count, title, leads, copies in db.execute(
        "SELECT id, key, digest, words, title, leads, copies FROM sketches"
    ):
        digests[number], words[number] = digest, count
        numbers[key] = number, copies
        if leads:
            leaders[number] = title
    buckets = [data for (data,) in db.execute("SELECT data FROM sketch_buckets ORDER BY id")]
    pairs = {(a, b): bool(crowd) for a, b, crowd in db.execute("SELECT first, second, crowd FROM likenesses")}

    def judgements(wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Judgement]:
        # Many are read faster all at once, few one by one.
        sql = "SELECT first, second, kind, similarity, scores, rule FROM likenesses"
        if len(wanted) * 8 > len(pairs):
            chosen = set(wanted)
            rows: Iterable[Any] = (row for row in db.execute(sql) if (row[0], row[1]) in chosen)
        else:
            rows = (db.execute(f"{sql} WHERE first = ? AND second = ?", pair).fetchone() for pair in wanted)
        return {
            (a, b): Judgement(Kind(kind), similarity, json.loads(scores), rule)
            for a, b, kind, similarity, scores, rule in rows
        }

    return Known(digests, words, leaders, buckets, pairs, judgements), numbers


def _texts(
    db: Database,
    corpus: Corpus,
    numbers: dict[str, tuple[int, int]],
    config: DuplicateConfig,
    before: Mapping[int, int],
) -> tuple[Texts, list[int]]:
    """The different texts of the corpus, and for each article the place of its text among them."""
    places: dict[str, int] = {}
    place = [places.setdefault(key, len(places)) for key in corpus.keys]
    keys = list(places)
    first = [0] * len(keys)
    titles = [""] * len(keys)
    copies = [0] * len(keys)
    preferred: list[list[int]] = [[] for _ in keys] if config.keep != "complete" else []
    touched = set()
    ranks = _ranks(db, corpus, config)
    for n, (at, row, title) in enumerate(zip(place, corpus.rows, corpus.titles, strict=True)):
        copies[at] += 1
        first[at] = first[at] or row
        if title:
            titles[at] = min(titles[at] or title, title)
        if row not in before:
            touched.add(at)
        if ranks is not None:
            preferred[at].append(ranks[n])
    next_number = max((number for number, _ in numbers.values()), default=0) + 1
    told = []
    for at, key in enumerate(keys):
        known = numbers.get(key)
        if known is None:
            told.append(next_number)
            next_number += 1
        else:
            told.append(known[0])
            if known[1] != copies[at]:
                touched.add(at)
    row_of = dict(zip(told, first, strict=True))

    def read(wanted: Sequence[int]) -> Iterator[str]:
        for at in range(0, len(wanted), _READ_AT_ONCE):
            rows = [row_of[number] for number in wanted[at : at + _READ_AT_ONCE]]
            marks = ", ".join("?" * len(rows))
            sql = f"SELECT id, text, CASE title_source WHEN 'line' THEN title ELSE '' END FROM articles WHERE id IN ({marks})"
            texts = {row: comparable(text, title) for row, text, title in db.execute(sql, rows)}
            yield from (texts[row] for row in rows)

    preference = None if ranks is None else [min(listed) for listed in preferred]
    return Texts(told, keys, titles, copies, preference, {told[at] for at in touched}, read), place


def _ranks(db: Database, corpus: Corpus, config: DuplicateConfig) -> list[int] | None:
    """For each article how well it is suited to represent others, the lower the better; None for the usual rule."""
    if config.keep == "longest":
        words = dict(db.execute("SELECT id, words FROM articles").fetchall())
        return [-words[row] for row in corpus.rows]
    if config.keep == "newest":
        return [-rank_of_date(published) for published in corpus.published]
    if config.keep == "dumps":
        order = {name: rank for rank, name in enumerate(config.dumps)}
        return [order.get(name, len(order)) for name in corpus.dumps]
    return list(range(len(corpus.rows))) if config.keep == "first" else None


def _keep(db: Database, texts: Texts, known: Known, changes: Changes) -> None:
    """Write down what was learnt about texts and pairs."""
    keys = dict(zip(texts.numbers, texts.keys, strict=True))
    copies = dict(zip(texts.numbers, texts.copies, strict=True))
    run = db.conn.executemany
    run(
        "INSERT INTO sketches (id, key, digest, words, title, leads, copies) VALUES (?, ?, ?, ?, '', 0, 0)",
        ((number, keys[number], digest, words) for number, digest, words in changes.sketched),
    )
    run("UPDATE sketches SET leads = 0 WHERE id = ?", ((n,) for n in known.leaders if n not in changes.leaders))
    run(
        "UPDATE sketches SET leads = 1, title = ? WHERE id = ?",
        ((title, n) for n, title in changes.leaders.items() if known.leaders.get(n) != title),
    )
    run("UPDATE sketches SET copies = ? WHERE id = ? AND copies <> ?", ((c, n, c) for n, c in copies.items()))
    run(
        "UPDATE sketches SET representative = ?, kind = ?, similarity = ?, scores = ? WHERE id = ?",
        (
            (kept, *_told(changes.reasons.get(number) if kept != number else None), number)
            for number, kept in changes.representative.items()
        ),
    )
    if changes.rewritten:
        db.execute("DELETE FROM sketch_buckets")
    if changes.buckets:
        db.execute("INSERT INTO sketch_buckets (data) VALUES (?)", [changes.buckets])
    run("DELETE FROM likenesses WHERE first = ? AND second = ?", changes.dropped)
    run(
        "INSERT INTO likenesses (first, second, crowd, kind, similarity, scores, rule) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (*pair, crowd, str(found.kind), found.similarity, json.dumps(found.scores), found.rule)
            for pair, crowd, found in changes.verified
        ),
    )


def _told(judgement: Judgement | None) -> tuple[str | None, float | None, str | None]:
    if judgement is None:
        return None, None, None
    return str(judgement.kind), judgement.similarity, json.dumps(judgement.scores)


def _assemble(
    db: Database, corpus: Corpus, texts: Texts, changes: Changes, place: Sequence[int], config: DuplicateConfig
) -> tuple[list[int], list[Row]]:
    """The places of the articles that represent each, and the duplicates, from what is kept of texts."""
    told = {
        number: (kept, kind, similarity, scores)
        for number, kept, kind, similarity, scores in db.execute(
            "SELECT id, representative, kind, similarity, scores FROM sketches WHERE leads"
        )
    }
    ranks = _ranks(db, corpus, config)
    leaders = [changes.leader[at] for at in place]
    # A text represents others through that of its occurrences that is liked best, or else the first.
    best: dict[int, int] = {}
    for n, leader in enumerate(leaders):
        if leader not in best or (ranks is not None and ranks[n] < ranks[best[leader]]):
            best[leader] = n
    kept, found = [], []
    exact = json.dumps({"words": 1.0})
    for n, leader in enumerate(leaders):
        represented, kind, similarity, scores = told[leader]
        at = best[represented]
        kept.append(at)
        if at != n:
            own = leader == represented
            found.append((n, at, "exact" if own else kind, 1.0 if own else similarity, exact if own else scores))
    return kept, found


def _overruled(
    db: Database, corpus: Corpus, kept: list[int], found: list[Row], verdicts: Verdicts, config: DuplicateConfig
) -> tuple[list[int], list[Row]]:
    """The clusters with the decisions of persons on top."""
    if not verdicts:
        return kept, found
    words = dict(db.execute("SELECT key, words FROM sketches").fetchall())

    def judge(
        pairs: Sequence[tuple[int, int]],
    ) -> dict[tuple[int, int], Judged]:
        involved = sorted({n for pair in pairs for n in pair})
        sql = "SELECT text, CASE title_source WHEN 'line' THEN title ELSE '' END FROM articles WHERE id = ?"
        texts = {n: db.execute(sql, [corpus.rows[n]]).fetchone() for n in involved}
        return duplicates.judge(texts, pairs, config)

    listed = [Duplicate(n, at, Kind(kind), score, json.loads(scores)) for n, at, kind, score, scores in found]
    articles = [_Ruled(key, words[key]) for key in corpus.keys]
    representative, ruled = overrule(articles, kept, listed, verdicts, judge, _ranks(db, corpus, config))
    told = [(d.article, d.kept, str(d.kind), d.similarity, json.dumps(dict(d.scores))) for d in ruled]
    return representative, told


def _write(db: Database, corpus: Corpus, kept: Sequence[int], found: Sequence[Row], before: Mapping[int, int]) -> None:
    """Write those rows of clusters and duplicates that differ from what is there."""
    rows = corpus.rows
    run = db.conn.executemany
    old = {row[0]: row for row in db.execute("SELECT article, kept, kind, similarity, scores FROM duplicates")}
    new = {rows[n]: (rows[n], rows[at], kind, similarity, scores) for n, at, kind, similarity, scores in found}
    run("DELETE FROM duplicates WHERE article = ?", ((row,) for row in old if old[row] != new.get(row)))
    run("INSERT INTO duplicates VALUES (?, ?, ?, ?, ?)", (new[row] for row in new if new[row] != old.get(row)))
    run(
        "INSERT OR REPLACE INTO clusters (article, representative) VALUES (?, ?)",
        ((row, rows[at]) for row, at in zip(rows, kept, strict=True) if before.get(row) != rows[at]),
    )


def count_changes(outcome: Outcome) -> dict[str, int]:
    """What is otherwise than before, in figures: articles that joined, left or moved, clusters of two and more that were
    gained or lost, and clusters that another of their members represents."""
    changes = list(list_changes(outcome))
    touched = {home for _, _, was, now in changes for home in (was, now)}
    rows = outcome.corpus.rows
    now = {row: home for row, at in zip(rows, outcome.kept, strict=True) if (home := rows[at]) in touched}
    before = {row: home for row, home in outcome.before.items() if home in touched}
    then, since = _members(before), _members(now)
    counts = Counter(change for change, *_ in changes)
    # The clusters from which the members of each have come.
    sources = {home: {before[row] for row in members if before.get(row) in then} for home, members in since.items()}
    kept = {home for homes in sources.values() for home in homes}
    counts["clusters gained"] = sum(not homes for homes in sources.values())
    counts["clusters lost"] = sum(home not in kept for home in then)
    counts["representatives changed"] = sum(bool(homes) and home not in homes for home, homes in sources.items())
    return dict(counts)


def list_changes(outcome: Outcome) -> Iterator[tuple[str, int, int | None, int]]:
    """Each article that is represented by another than before: what happened, its row, and both representatives."""
    for row, at in zip(outcome.corpus.rows, outcome.kept, strict=True):
        was, now = outcome.before.get(row), outcome.corpus.rows[at]
        if was == now or (was is None and now == row):
            continue
        yield "joins" if was in (None, row) else "leaves" if now == row else "moves", row, was, now


def _members(homes: Mapping[int, int]) -> dict[int, list[int]]:
    """The members of each cluster of two and more, by their representative."""
    members = defaultdict(list)
    for row, home in homes.items():
        members[home].append(row)
    return {home: rows for home, rows in members.items() if len(rows) > 1}
