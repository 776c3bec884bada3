"""Dumps into articles: whatever waits for it, each block of related dumps in a transaction (`related`).

Because a split depends on the set of dumps and not on how it came together, any order of ingestion gives the same corpus.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from sqlite_utils import Database

from blogarc import provenance, segmentation
from blogarc.archive import judged, ready
from blogarc.archive.connection import data_version, writing
from blogarc.archive.decisions import line_rulings
from blogarc.archive.dumps import (
    load_dump,
    load_profile,
    load_recipe,
    now,
    outdated,
    reading_row,
    recipe_row,
    spoken_languages,
    store_paragraphs,
)
from blogarc.archive.records import read_ready
from blogarc.archive.related import blocks_around, put_together, related_dumps, split_with, were_together
from blogarc.archive.reports import Progress, RebuildReport
from blogarc.archive.runs import record_run
from blogarc.archive.seals import seal
from blogarc.archive.splits import (
    Finished,
    articles_digest,
    index,
    remove_articles,
    replace_split,
    store_split,
)
from blogarc.articles import complete
from blogarc.model import Dump, LineRuling, Profile
from blogarc.reading.formats import Recipe
from blogarc.segmentation import Segmentation


def rebuild(db: Database, progress: Progress) -> RebuildReport:
    """Split all dumps again from their kept bytes, and judge their languages anew."""
    clock, started = perf_counter(), now()
    dumps = [row["id"] for row in db.query("SELECT id FROM dumps")]
    with writing(db):
        before = articles_digest(db)
        judged.forget(db)
        changed = segment_pending(db, progress, again=True)
        after = articles_digest(db)
        (articles,) = db.execute("SELECT count(*) FROM articles").fetchone()
        seconds = perf_counter() - clock
        counts = {"dumps": len(dumps), "changed": len(changed), "articles": articles}
        record_run(db, "rebuild", segmentation.VERSION, {}, before, after, counts, started, seconds)
    return RebuildReport(len(dumps), [name for _, name in changed], articles, ["segmentation", "languages"], seconds)


def segment_pending(
    db: Database, progress: Progress, *, again: bool = False, only: Collection[int] = (), jobs: int = 1
) -> list[tuple[int, str]]:
    """Split the dumps that are not split yet or are among `only`, and those that are now split with others than before; or
    every dump.

    Says which splits changed.
    """
    only = set(only)
    (waiting,) = db.execute("SELECT EXISTS (SELECT 1 FROM dumps WHERE segmented IS NULL)").fetchone()
    if again or only or waiting:
        for dump, recipe in outdated(db).items():
            if recipe.rendered is not None:
                only.update(reread(db, dump, recipe))
    rows = list(db.query("SELECT id, segmented FROM dumps ORDER BY name, sha256"))
    pending = [row["id"] for row in rows if again or row["segmented"] is None or row["id"] in only]
    ready_made = dict(db.execute("SELECT id, name FROM dumps WHERE reader IS NOT NULL").fetchall())
    for dump in pending:
        if again or dump in only:
            _start_over(db, dump)
    changed: list[tuple[int, str]] = []
    done: set[int] = set()
    for dump in pending:
        if dump in done:
            continue
        if dump in ready_made:
            done.add(dump)
            if read_ready(db, dump, progress):
                changed.append((dump, ready_made[dump]))
            continue
        done |= _split_around(db, dump, pending, done, changed, progress, jobs)
    progress("Splitting", len(pending), len(pending), "dumps")
    return changed


def _split_around(
    db: Database,
    dump: int,
    pending: Sequence[int],
    done: Collection[int],
    changed: list[tuple[int, str]],
    progress: Progress,
    jobs: int,
) -> set[int]:
    """Split what is pending of a dump and all that are related to it, which are returned, and what is split with others than
    before. A block is a transaction."""
    waiting = {*pending}
    while True:
        version, finished = data_version(db), set[int]()
        for block in blocks_around(db, dump):
            progress("Splitting", len(waiting.intersection(finished.union(done))), len(pending), "dumps")
            stale = not waiting.isdisjoint(block) or not were_together(db, block)
            if stale and not _split_block(db, block, version, changed, progress, jobs):
                break  # there are other blocks now
            finished.update(block)
        else:
            return finished


@dataclass(frozen=True, slots=True)
class _Asked:
    """What persons said of the splits of some dumps: their decisions, a profile for each dump, the languages told apart."""

    rulings: Sequence[LineRuling]
    sites: Sequence[Profile | None]
    spoken: Sequence[str]


def _split_block(
    db: Database, block: list[int], version: int, changed: list[tuple[int, str]], progress: Progress, jobs: int
) -> bool:
    """Split these dumps together; what came out otherwise goes to `changed`. False if another process has made it another block
    since the archive was of this version, or has gone on with it."""

    def asked() -> _Asked:
        return _Asked(line_rulings(db), [load_profile(db, member) for member in block], spoken_languages(db))

    while True:
        since, told = data_version(db), asked()
        dumps = [load_dump(db, member) for member in block]
        if not provenance.fit(dumps):
            return _split_large(db, block[0], dumps[0], told, changed, progress, jobs)
        found = [
            [_finish(db, stretch, split, told.spoken, progress, jobs) for stretch, split in own]
            for own in provenance.split_up(dumps, told.rulings, told.sites)
        ]
        with writing(db):
            # Another process may have brought a related dump, or a decision, and split them all by more than was known here.
            now = data_version(db)
            if now != version and split_with(db, block[0]) != block:
                return False
            if now != since and told != asked():
                continue
            for id_, source, own in zip(block, dumps, found, strict=True):
                if replace_split(db, id_, own.__iter__):
                    changed.append((id_, source.name))
            put_together(db, block)
        return True


def _split_large(
    db: Database,
    dump: int,
    source: Dump,
    asked: _Asked,
    changed: list[tuple[int, str]],
    progress: Progress,
    jobs: int,
) -> bool:
    """Split a dump that is too large for a block. The first time each stretch of it is a transaction, and what is there after a
    kill is gone on with; later it is replaced as a whole."""

    def read(first: int = 0) -> Iterator[Finished]:
        for stretch, split in provenance.stretches(source, asked.rulings, asked.sites[0], first):
            progress("Splitting a large file", stretch.paragraphs[0].ordinal, len(source.paragraphs), "paragraphs")
            yield _finish(db, stretch, split, asked.spoken, progress, jobs)

    first, digest = _unfinished(db, dump)
    if first is None:
        with writing(db):
            if replace_split(db, dump, read):
                changed.append((dump, source.name))
            put_together(db, [dump])
        return True
    if first and not were_together(db, [dump]):
        _start_over(db, dump)  # it was begun by other rules
        first, digest = 0, ""
    for finished in read(first):
        with writing(db):
            if _unfinished(db, dump) != (first, digest):
                return False  # another process was quicker
            digest = finished.digest(digest)
            first = store_split(db, dump, finished)
            done = first == len(source.paragraphs)
            row = {"segmented": digest, "unfinished": None} if done else {"unfinished": digest}
            db.table("dumps").update(dump, row)
            put_together(db, [dump])
    changed.append((dump, source.name))
    return True


def _finish(
    db: Database, source: Dump, split: Segmentation, spoken: Sequence[str], progress: Progress, jobs: int
) -> Finished:
    articles = []
    judge = partial(judged.judge, db, spoken=spoken, jobs=jobs)
    for done, article in enumerate(complete(source, split, spoken, judge=judge)):
        if done % 100 == 0:
            progress("Reading languages", done, len(split.articles), "articles")
        articles.append(provenance.placed(article, source))
    return Finished(source, split, articles)


def _start_over(db: Database, dump: int) -> None:
    """Forget what of a dump was split, if it was not split to its end."""
    with writing(db):
        if _unfinished(db, dump)[1]:
            index(db, remove_articles(db, dump))
            db.table("dumps").update(dump, {"unfinished": None})
            if load_recipe(db, dump).reader is not None:
                ready.forget(db, dump)


def _unfinished(db: Database, dump: int) -> tuple[int | None, str]:
    """At which paragraph to go on with a dump that is not split to its end, None if it is; and a digest of what is done."""
    segmented, digest = db.execute("SELECT segmented, unfinished FROM dumps WHERE id = ?", [dump]).fetchone()
    (first,) = db.execute("SELECT min(ordinal) FROM paragraphs WHERE dump = ? AND role IS NULL", [dump]).fetchone()
    return (None if segmented is not None else int(first or 0)), digest or ""


def reread(db: Database, dump: int, recipe: Recipe, damage: str | None = None) -> list[int]:
    """Put what this recipe makes of a file, by the libraries that are installed now, in place of what was read of it; it is to
    be split. `damage` is what of it cannot be read so; None if that stays as it was.

    Says which dumps share text with what was there, itself among them: what that showed of their borders is no more.
    """
    with writing(db):
        related = related_dumps(db, dump)
        remove_articles(db, dump)
        db.execute("DELETE FROM paragraphs WHERE dump = ?", [dump])
        db.table("dumps").update(dump, {**recipe_row(recipe), "segmented": None, "unfinished": None})
        source = load_dump(db, dump)
        store_paragraphs(db, dump, source)
        db.table("dumps").update(dump, reading_row(source) | ({} if damage is None else {"damage": damage}))
        seal(db, "dumps", dump)
    return related
