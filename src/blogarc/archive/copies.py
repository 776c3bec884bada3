"""The clusters of the archive, brought up to date: what is kept of earlier comparisons, and what has changed since.

`sketchbook` compares; here what it needs is read, and what it found is kept: a row for each different text, the buckets of
their shingles in segments, the verified pairs. What persons decided is laid on top of the clusters that were found, so that
these are kept as they are. Of the tables that others read, `clusters` and `duplicates`, only rows that differ are written.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from sqlite_utils import Database

from blogarc import duplicates
from blogarc.archive.connection import word_of
from blogarc.archive.decisions import copies_digest, copies_told, rulings
from blogarc.archive.runs import last_run
from blogarc.archive.shelf import (
    Corpus,
    Numbers,
    Shelf,
    is_hurt,
    judgements_on,
    load_corpus,
    load_segment,
    ranks,
    segments,
    store_segment,
    texts_in,
)
from blogarc.duplicates import DuplicateConfig
from blogarc.errors import CorruptError
from blogarc.model import Duplicate, Kind
from blogarc.rulings import Judged, Verdicts, overrule, weigh
from blogarc.sketchbook import Changes, Known, Texts, extend, refresh
from blogarc.verification import Judgement

# Options that say which copy represents, and not what is a copy.
_OF_CHOICE = ("keep", "dumps")

Row = tuple[int, int, str, float, str]  # article, kept, kind, similarity, scores


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new clusters: `kept[n]` is the place of the article that represents the one at place n; only those at places that
    were `looked` at may be others than before. `before` has, for each article that was in a cluster, the row that represented
    it."""

    corpus: Corpus
    kept: list[int]
    looked: list[int]
    before: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What a ruling needs to know of an article."""

    key: str
    words: int


def refresh_clusters(db: Database, config: DuplicateConfig) -> Outcome:
    """Bring clusters and duplicates up to date; to be called within a transaction. Raises CorruptError if what is kept of
    earlier comparisons is damaged."""
    try:
        return _refreshed(db, config)
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        if is_hurt(db):
            raise CorruptError(
                f"What dedupe keeps is damaged: {error}.", "Restore it from a copy; `blogarc check` says what is hurt."
            ) from error
        raise


def _refreshed(db: Database, config: DuplicateConfig) -> Outcome:
    outcome = _extended(db, config)
    if outcome is not None:
        return outcome
    corpus = load_corpus(db)
    regroup = _forget_outdated(db, config)
    before = dict(db.execute("SELECT article, representative FROM clusters").fetchall())
    known, numbers = _load_known(db)
    texts, place = texts_in(db, corpus, numbers, config, before)
    changes = refresh(texts, known, config, regroup=regroup)
    _keep(db, texts, known, numbers, changes, whole=True)
    # Decisions, also those that were undone since, may concern clusters that nothing else has changed.
    (decided,) = db.execute("SELECT EXISTS (SELECT 1 FROM decisions)").fetchone()
    leaders = [changes.leader[at] for at in place]
    kept, found, looked = _assemble(db, corpus, changes, leaders, config, before, whole=bool(decided))
    if decided:
        kept, found = _overruled(db, corpus, kept, found, weigh(rulings(db), set(corpus.keys)), config)
    _write(db, corpus, kept, found, looked, before)
    return Outcome(corpus, kept, looked, before)


def _extended(db: Database, config: DuplicateConfig) -> Outcome | None:
    """The same where all is as it was, but for a few articles that came; None where it is not, or more than they is concerned.

    The outcome has those articles only whose clusters were looked at.
    """
    shelf = Shelf.opened(db, config) if _is_as_it_was(db, config) else None
    if shelf is None:
        return None
    found = extend(shelf.newcomers(), shelf, config)
    if found is None:
        return None
    changes, texts = found
    corpus, place = shelf.corpus, shelf.place
    # What persons decided about an article concerns those that are connected with it, which are all here if it is.
    if not copies_told(db).keys.isdisjoint(corpus.keys):
        return None
    marks = json.dumps(corpus.rows)
    sql = "SELECT article, representative FROM clusters WHERE article IN (SELECT value FROM json_each(?))"
    before = dict(db.execute(sql, [marks]).fetchall())
    titles = {number: title for number, (_, title) in shelf.leaders(sorted(changes.leaders)).items()}
    sql = "SELECT id, key, copies FROM sketches WHERE id IN (SELECT value FROM json_each(?))"
    rows = db.execute(sql, [json.dumps(texts.numbers)]).fetchall()
    numbers = Numbers({key: number for number, key, _ in rows}, {number: many for number, _, many in rows})
    _keep(db, texts, Known(leaders=titles), numbers, changes, whole=False)
    leaders = [changes.leader[at] for at in place]
    kept, rows, looked = _assemble(db, corpus, changes, leaders, config, before, whole=False)
    _write(db, corpus, kept, rows, looked, before)
    return Outcome(corpus, kept, looked, before)


def _is_as_it_was(db: Database, config: DuplicateConfig) -> bool:
    """Whether the rules, the options and what persons decided are those of the last time."""
    run = last_run(db, "dedupe")
    return (
        run is not None
        and run["input"].partition(" ")[2] == copies_digest(db)
        and run["version"] == duplicates.VERSION
        and json.loads(run["parameters"]) == json.loads(json.dumps(asdict(config)))
    )


def _forget_outdated(db: Database, config: DuplicateConfig) -> bool:
    """Forget what was found by other rules or with other options; whether clusters must be made anew from what is left."""
    run = last_run(db, "dedupe")
    if run is None or run["version"] != duplicates.VERSION:
        for table in ("likenesses", "sketch_measures", "sketch_buckets", "sketches"):
            db.execute(f"DELETE FROM {table}")
        return False
    before, now = json.loads(run["parameters"]), json.loads(json.dumps(asdict(config)))
    if {k: v for k, v in before.items() if k not in _OF_CHOICE} != {
        k: v for k, v in now.items() if k not in _OF_CHOICE
    }:
        db.execute("DELETE FROM likenesses")
        db.execute("DELETE FROM sketch_measures")
        db.execute("DELETE FROM sketch_buckets")
        db.execute("UPDATE sketches SET leads = 0")
        return False
    return bool(before != now)


def _load_known(db: Database) -> tuple[Known, Numbers]:
    """What is kept, and the number of each text and how often it occurred."""
    rows = db.execute("SELECT id, key, digest, words, copies FROM sketches").fetchall()
    ids, keys, digests, words, copies = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    leaders = dict(db.execute("SELECT id, title FROM sketches WHERE leads").fetchall())
    buckets = {number: load_segment(db, number) for number in segments(db)}
    pairs = db.execute("SELECT first, second, crowd FROM likenesses").fetchall()

    measures = b"".join(data for (data,) in db.execute("SELECT data FROM sketch_measures"))
    known = Known(
        dict(zip(ids, digests, strict=True)),
        dict(zip(ids, words, strict=True)),
        leaders,
        buckets,
        pairs,
        partial(judgements_on, db),
        measures,
    )
    return known, Numbers(dict(zip(keys, ids, strict=True)), dict(zip(ids, copies, strict=True)))


def _keep(db: Database, texts: Texts, known: Known, numbers: Numbers, changes: Changes, *, whole: bool) -> None:
    """Write down what was learnt about texts and pairs; if the texts are the `whole` corpus, those that are known and not
    among them are gone."""
    keys = dict(zip(texts.numbers, texts.keys, strict=True))
    copies = dict(zip(texts.numbers, texts.copies, strict=True))
    run = db.conn.executemany
    fresh = {number for number, *_ in changes.sketched}

    def found(number: int) -> tuple[int | None, str | None, float | None, str | None]:
        kept = changes.representative.get(number)
        return kept, *_told(changes.reasons.get(number) if kept != number else None)

    # Those that represent others before those whom they represent.
    rows = [
        (number, keys[number], digest, words, changes.leaders.get(number, ""), number in changes.leaders,
         copies[number], *found(number))
        for number, digest, words in changes.sketched
    ]  # fmt: skip
    rows.sort(key=lambda row: row[7] is not None and row[7] != row[0])
    run("UPDATE sketches SET leads = 0 WHERE id = ?", [(n,) for n in known.leaders.keys() - changes.leaders.keys()])
    run(
        "INSERT INTO sketches (id, key, digest, words, title, leads, copies, representative, kind, similarity, scores)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    led = [(title, n) for n, title in changes.leaders.items() - known.leaders.items() if n not in fresh]
    run("UPDATE sketches SET leads = 1, title = ? WHERE id = ?", led)
    gone = numbers.copies.keys() - copies.keys() if whole else set()
    counted = [(many, n) for n, many in copies.items() - numbers.copies.items() if n not in fresh]
    counted += [(0, n) for n in gone if numbers.copies[n]]
    run("UPDATE sketches SET copies = ? WHERE id = ?", counted)
    # Most are as they were, and what is written without need is written twice, because of the journal.
    run(
        "UPDATE sketches SET representative = ?1, kind = ?2, similarity = ?3, scores = ?4 WHERE id = ?5"
        " AND (representative, kind, similarity, scores) IS NOT (?1, ?2, ?3, ?4)",
        ((*found(number), number) for number in changes.representative if number not in fresh),
    )
    run("DELETE FROM sketch_buckets WHERE segment = ?", [(number,) for number in changes.replaced])
    store_segment(db, changes.buckets, changes.digests)
    db.execute("DELETE FROM sketch_measures")
    db.execute("INSERT INTO sketch_measures (data) VALUES (?)", [changes.measures])
    # Most pairs that were looked at again are what they were.
    pairs = {pair: (*pair, crowd, str(found.kind), found.similarity, json.dumps(found.scores), found.rule)
             for pair, crowd, found in changes.verified}  # fmt: skip
    dropped = set(changes.dropped)
    run("DELETE FROM likenesses WHERE first = ? AND second = ?", dropped - pairs.keys())
    run(
        "INSERT INTO likenesses (first, second, crowd, kind, similarity, scores, rule) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (row for pair, row in pairs.items() if pair not in dropped),
    )
    run(
        "UPDATE likenesses SET crowd = ?3, kind = ?4, similarity = ?5, scores = ?6, rule = ?7 WHERE first = ?1 AND second = ?2"
        " AND (crowd, kind, similarity, scores, rule) IS NOT (?3, ?4, ?5, ?6, ?7)",
        (row for pair, row in pairs.items() if pair in dropped),
    )


def _told(judgement: Judgement | None) -> tuple[str | None, float | None, str | None]:
    if judgement is None:
        return None, None, None
    return str(judgement.kind), judgement.similarity, json.dumps(judgement.scores)


def _assemble(
    db: Database, corpus: Corpus, changes: Changes, leaders: Sequence[int], config: DuplicateConfig,
    before: Mapping[int, int], *, whole: bool,
) -> tuple[list[int], list[Row], list[int]]:  # fmt: skip
    """The places of the articles that represent each, and the duplicates, from what is kept of texts, of which `leaders` has
    that of each article; of those places only whose cluster was looked at, unless the `whole` is wanted, which are told too."""
    sql = "SELECT id, representative, kind, similarity, scores FROM sketches WHERE leads"
    wanted = changes.representative
    if whole:
        rows = db.execute(sql)
    else:
        rows = db.execute(f"{sql} AND id IN (SELECT value FROM json_each(?))", [json.dumps(list(wanted))])
    told = {number: (kept, kind, similarity, scores) for number, kept, kind, similarity, scores in rows}
    looked = [n for n, leader in enumerate(leaders) if whole or leader in wanted]
    liking = ranks(db, corpus, config)
    # A text represents others through that of its occurrences that is liked best, or else the first.
    best: dict[int, int] = {}
    for n in looked:
        leader = leaders[n]
        if leader not in best or (liking is not None and liking[n] < liking[best[leader]]):
            best[leader] = n
    position = dict(zip(corpus.rows, range(len(corpus.rows)), strict=True))
    kept = [position.get(home, 0) for home in map(before.get, corpus.rows, corpus.rows)]
    found = []
    exact = json.dumps({"words": 1.0})
    for n in looked:
        leader = leaders[n]
        represented, kind, similarity, scores = told[leader]
        at = kept[n] = best[represented]
        if at != n:
            own = leader == represented
            found.append((n, at, "exact" if own else kind, 1.0 if own else similarity, exact if own else scores))
    return kept, found, looked


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

    listed = [Duplicate(n, at, word_of(Kind, kind), score, json.loads(scores)) for n, at, kind, score, scores in found]
    articles = [_Ruled(key, words[key]) for key in corpus.keys]
    representative, ruled = overrule(articles, kept, listed, verdicts, judge, ranks(db, corpus, config))
    told = [(d.article, d.kept, str(d.kind), d.similarity, json.dumps(dict(d.scores))) for d in ruled]
    return representative, told


def _write(
    db: Database, corpus: Corpus, kept: Sequence[int], found: Sequence[Row], looked: Sequence[int], before: Mapping[int, int]
) -> None:  # fmt: skip
    """Write those rows of clusters and duplicates that differ from what is there, of the articles at these places."""
    rows = corpus.rows
    run = db.conn.executemany
    sql = "SELECT article, kept, kind, similarity, scores FROM duplicates"
    ours = [rows[n] for n in looked]
    told = db.execute(f"{sql} WHERE article IN (SELECT value FROM json_each(?))", [json.dumps(ours)]) if before else ()
    old = {row[0]: row for row in told}
    new = {rows[n]: (rows[n], rows[at], kind, similarity, scores) for n, at, kind, similarity, scores in found}
    run("DELETE FROM duplicates WHERE article = ?", [(row,) for row in old if old[row] != new.get(row)])
    run("INSERT INTO duplicates VALUES (?, ?, ?, ?, ?)", [new[row] for row in new if new[row] != old.get(row)])
    changed = [(rows[kept[n]], rows[n]) for n in looked if before.get(rows[n]) != rows[kept[n]]]
    # An INSERT OR REPLACE would take three times as long as an INSERT.
    run("UPDATE clusters SET representative = ? WHERE article = ?", [pair for pair in changed if pair[1] in before])
    run(
        "INSERT INTO clusters (representative, article) VALUES (?, ?)",
        [pair for pair in changed if pair[1] not in before],
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
    rows = outcome.corpus.rows
    for place in outcome.looked:
        row = rows[place]
        was, now = outcome.before.get(row), rows[outcome.kept[place]]
        if was == now or (was is None and now == row):
            continue
        yield "joins" if was in (None, row) else "leaves" if now == row else "moves", row, was, now


def _members(homes: Mapping[int, int]) -> dict[int, list[int]]:
    """The members of each cluster of two and more, by their representative."""
    members = defaultdict(list)
    for row, home in homes.items():
        members[home].append(row)
    return {home: rows for home, rows in members.items() if len(rows) > 1}
