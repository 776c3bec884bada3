"""Dumps into the archive, and dumps into articles.

Two steps, so that a kill between them loses nothing: each file is stored with its bytes and its paragraphs in a
transaction of its own; then every dump that is not split yet is segmented together with those it shares text with. A dump
whose split comes out as before is left alone, and with it what was found about its articles. Because a split depends on
the set of dumps and not on how it came together, any order of ingestion gives the same corpus. Of a file of ready articles,
which no other file changes, both steps are one transaction.

A known file is read another way only if a person says how, by a format, by `whole_page` or by names of fields: then what was
read of it is replaced, in one transaction with what this changes in others. Its bytes stay, and decisions, which speak of
contents.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from time import perf_counter

from sqlite_utils import Database

from blogarc import languages, profiles, provenance, reading, segmentation, workers
from blogarc.archive import judged, ready
from blogarc.archive.connection import data_version, writing
from blogarc.archive.decisions import line_rulings
from blogarc.archive.related import blocks_around, put_together, related_dumps, split_with, were_together
from blogarc.archive.reports import IngestedDump, IngestReport, Problem, Progress, RebuildReport
from blogarc.archive.runs import last_run, record_run
from blogarc.archive.seals import seal
from blogarc.articles import complete
from blogarc.errors import CorruptError, InputError
from blogarc.model import Article, Dump, Layout, LineRuling, Profile
from blogarc.reading import formats
from blogarc.reading.formats import Recipe
from blogarc.reading.packing import USUAL, Limits, Unpacked, open_packed
from blogarc.reading.records import Unreadable
from blogarc.segmentation import Segmentation
from blogarc.text import fingerprint, skeleton

# Bytes of a dump are packed in pieces of so many.
CHUNK = 1 << 20
# Bytes of a paragraph. SQLite keeps no text above 1,000,000,000; an article is its paragraphs.
LONGEST_PARAGRAPH = 500_000_000
# How hard zlib tries: a corpus of ready articles is a hundred times as large as a dump, and a quarter more on disk is cheaper
# than the time.
_DENSE, _QUICK = 6, 1
# Bytes of a file of ready articles from which on they are stored in several transactions, so that a kill takes back minutes at
# most, and how many parts of such a file are one of them.
HUGE, _PARTS_AT_ONCE = 256 << 20, 256
# Of lines, rows, pages and records that were set aside.
_UNREAD = ("one entry holds no article", "{:,} entries hold no article")


def ingest(
    db: Database,
    paths: Iterable[str],
    progress: Progress,
    spoken: Sequence[str] | None = None,
    profile: str | None = None,
    fields: Mapping[str, str] | None = None,
    jobs: int = 1,
    format: str | None = None,
    whole_page: bool = False,
    limits: Limits = USUAL,
) -> IngestReport:
    """Store the dumps behind these paths, and split what is new, or is known and gets another `profile` (as TOML) or is now
    to be read another way.

    `fields` says what the fields of ready articles are called. Which languages are `spoken` is remembered; if others are,
    all articles are judged again, by so many `jobs`. All files are of this `format`, if one is given, and within the `limits`;
    with `whole_page` all text of web pages is split. Raises InputError if none of the paths could be read, UsageError if one
    of the languages, or the format, is not known.
    """
    if format is not None:
        formats.require_format(format)
    clock, started = perf_counter(), _now()
    chosen = None if spoken is None else _chosen(db, spoken)
    sources, skipped = reading.find_sources(paths)
    problems = [Problem(s.name, f"{s.name}: {s.reason}.", s.hint) for s in skipped]
    came = _Arrivals()
    total, done = sum(s.size for s in sources), 0
    for source in sources:
        progress("Reading", done, total, "bytes")
        done += source.size
        try:
            problems += _take(
                db, source, came, profile, fields or {}, format, whole_page, limits, progress, judge_again=bool(chosen)
            )
        except InputError as error:
            problems.append(Problem(source.name, error.message, error.hint))
    progress("Reading", total, total, "bytes")
    if not came.new and problems and not set(came.known) - {problem.name for problem in problems}:
        first = problems[0]
        more = f" ({len(problems) - 1} more like it.)" if len(problems) > 1 else ""
        raise InputError(f"Nothing could be ingested. {first.message}{more}", first.hint)
    # Whole or not at all: after a kill, what was asked of known files and done by half would look as if it were done.
    with writing(db) if came.otherwise or came.profiled or chosen else nullcontext():
        if chosen:
            record_run(db, "languages", languages.VERSION, {"languages": chosen}, "", "", {}, started, 0.0)
        for known_as in came.profiled:
            set_profile(db, known_as, profile or "")
        touched = {
            dump
            for known_as, (_, recipe, damage) in came.otherwise.items()
            for dump in _reread(db, known_as, recipe, damage)
        }
        changed = segment_pending(db, progress, again=bool(chosen), only=came.profiled.keys() | touched, jobs=jobs)
    dumps = [_describe(db, dump) for dump in came.new]
    reread = [replace(_describe(db, dump), name=name) for dump, (name, _, _) in came.otherwise.items()]
    problems += [
        Problem(
            d.name,
            f"{d.name}: {_UNREAD[d.leftovers != 1].format(d.leftovers)}; the last: {_last_reason(db, d.sha256)}.",
            "blogarc list --leftovers says why.",
        )
        for d in (*dumps, *reread)
        if d.layout == Layout.RECORDS and d.leftovers
    ]
    by_language = _count_languages(db, came.new)
    report = IngestReport(
        dumps=dumps,
        known=came.known,
        problems=problems,
        articles=sum(d.articles for d in dumps),
        languages=by_language,
        leftovers=sum(d.leftovers for d in dumps),
        resegmented=[name for id_, name in changed if id_ not in {*came.new, *came.otherwise}],
        seconds=perf_counter() - clock,
        profiled=list(came.profiled.values()),
        reread=reread,
    )
    if came.new or changed:
        with writing(db):
            counts = {"dumps": len(came.new), "articles": report.articles, "leftovers": report.leftovers}
            record_run(db, "ingest", segmentation.VERSION, {}, "", articles_digest(db), counts, started, report.seconds)
    return report


@dataclass(slots=True)
class _Arrivals:
    """What the files of one call are to an archive: the names of those that it knew, and by number the new ones, those that get
    another profile, and those that are to be read another way, with what cannot be read so."""

    known: list[str] = field(default_factory=list)
    new: list[int] = field(default_factory=list)
    profiled: dict[int, str] = field(default_factory=dict)
    otherwise: dict[int, tuple[str, Recipe, str]] = field(default_factory=dict)


def _take(
    db: Database,
    source: reading.Source,
    came: _Arrivals,
    profile: str | None,
    fields: Mapping[str, str],
    format: str | None,
    whole_page: bool,
    limits: Limits,
    progress: Progress,
    judge_again: bool,
) -> Iterable[Problem]:
    """Read a file and store it, if it is new; what there is to say about it. Raises InputError if it cannot be read.

    Ready articles are stored with their file, unless that takes long, or the languages of all are judged again anyway.
    """
    data = reading.load_source(source, limits)
    sha256 = hashlib.sha256(data).hexdigest()
    known_as = known_dump(db, sha256)
    if known_as is not None:
        came.known.append(source.name)
        if profile is not None and _is_other_profile(db, known_as, profile):
            came.profiled[known_as] = source.name
        if not (format or whole_page or fields):
            return ()
    file = open_packed(data, source.name, limits)
    recipe = formats.choose(file, source.name, fields, format, whole_page=whole_page)
    dump, lost = read_dump(data, source.name, recipe, file, sha256)
    damage = "; ".join(filter(None, (file.damage, lost)))
    if known_as is not None:
        if recipe == load_recipe(db, known_as):
            return ()
        came.otherwise[known_as] = (dump.name, recipe, damage)
        return _troubles(dump, damage)
    with writing(db):
        if known_dump(db, dump.sha256) is not None:
            came.known.append(dump.name)  # another process was quicker
            return ()
        if recipe.reader is None or judge_again or len(data) > HUGE:
            came.new.append(store_dump(db, dump, data, recipe, file.packing, damage))
        else:
            came.new.append(_store_ready(db, dump, data, recipe, file, damage, progress))
        if profile is not None:
            set_profile(db, came.new[-1], profile)
    return _troubles(dump, damage)


def _troubles(dump: Dump, damage: str) -> list[Problem]:
    """What a person should know of a file that is kept although not all of it could be read."""
    told = []
    if damage:
        hint = "What could be read of it is kept, and all its bytes are."
        told.append(Problem(dump.name, f"{dump.name}: {damage}.", hint))
    if dump.repaired:
        told.append(
            Problem(
                dump.name,
                f"{dump.name}: {dump.repaired:,} damaged characters were repaired or left out.",
                "The bytes are kept as received: blogarc restore gives them back.",
            )
        )
    return told


def rebuild(db: Database, progress: Progress) -> RebuildReport:
    """Split all dumps again from their kept bytes, and judge their languages anew."""
    clock, started = perf_counter(), _now()
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


def load_bytes(db: Database, dump: int) -> bytes:
    """The dump as it was received."""
    chunks = db.execute("SELECT data FROM dump_chunks WHERE dump = ? ORDER BY ordinal", [dump])
    return b"".join(workers.in_order(zlib.decompress, (data for (data,) in chunks)))


def load_recipe(db: Database, dump: int) -> Recipe:
    """How the file of a dump is read. Raises CorruptError if that is not known."""
    reader, rendered, fields = db.execute("SELECT reader, rendered, fields FROM dumps WHERE id = ?", [dump]).fetchone()
    try:
        return formats.recipe_of(reader, rendered, json.loads(fields or "{}"))
    except ValueError as error:
        raise CorruptError(
            f"It is not known how a dump is read: {error}.", "Restore the archive from a copy; blogarc check says more."
        ) from error


def load_dump(db: Database, dump: int) -> Dump:
    """The dump read again from its bytes; ready articles are a dump without paragraphs."""
    (name,) = db.execute("SELECT name FROM dumps WHERE id = ?", [dump]).fetchone()
    recipe, data = load_recipe(db, dump), load_bytes(db, dump)
    if recipe.reader is not None:
        return ready.dump_of(data, name, open_packed(data, name))
    return reading.dump_of(data, name, recipe)[0]


def load_text(db: Database, dump: int) -> bytes:
    """What is in a file, in which the lines and bytes of its articles count."""
    (name,) = db.execute("SELECT name FROM dumps WHERE id = ?", [dump]).fetchone()
    return reading.text_in(open_packed(load_bytes(db, dump), name), load_recipe(db, dump)).text


def articles_digest(db: Database) -> str:
    """A digest of all articles: what dedupe depends on. Independent of the order of ingestion."""
    rows = db.execute("SELECT sha256, coalesce(segmented, '') FROM dumps ORDER BY sha256")
    return hashlib.sha256("\n".join(f"{sha} {split}" for sha, split in rows).encode()).hexdigest()


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
                only.update(_reread(db, dump, recipe))
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
            if _read_ready(db, dump, progress):
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
                if _replace_split(db, id_, own.__iter__):
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

    def read(first: int = 0) -> Iterator[_Finished]:
        for stretch, split in provenance.stretches(source, asked.rulings, asked.sites[0], first):
            progress("Splitting a large file", stretch.paragraphs[0].ordinal, len(source.paragraphs), "paragraphs")
            yield _finish(db, stretch, split, asked.spoken, progress, jobs)

    first, digest = _unfinished(db, dump)
    if first is None:
        with writing(db):
            if _replace_split(db, dump, read):
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
            first = _store_split(db, dump, finished)
            done = first == len(source.paragraphs)
            row = {"segmented": digest, "unfinished": None} if done else {"unfinished": digest}
            db.table("dumps").update(dump, row)
            put_together(db, [dump])
    changed.append((dump, source.name))
    return True


def _start_over(db: Database, dump: int) -> None:
    """Forget what of a dump was split, if it was not split to its end."""
    with writing(db):
        if _unfinished(db, dump)[1]:
            _index(db, _remove_articles(db, dump))
            db.table("dumps").update(dump, {"unfinished": None})
            if load_recipe(db, dump).reader is not None:
                ready.forget(db, dump)


def _unfinished(db: Database, dump: int) -> tuple[int | None, str]:
    """At which paragraph to go on with a dump that is not split to its end, None if it is; and a digest of what is done."""
    segmented, digest = db.execute("SELECT segmented, unfinished FROM dumps WHERE id = ?", [dump]).fetchone()
    (first,) = db.execute("SELECT min(ordinal) FROM paragraphs WHERE dump = ? AND role IS NULL", [dump]).fetchone()
    return (None if segmented is not None else int(first or 0)), digest or ""


def outdated(db: Database) -> dict[int, Recipe]:
    """The dumps that were read by other versions of libraries than those that are installed, and how they are read."""
    read_by = db.execute("SELECT id, libraries FROM dumps WHERE libraries <> ''").fetchall()
    recipes = ((dump, libraries, load_recipe(db, dump)) for dump, libraries in read_by)
    return {dump: recipe for dump, libraries, recipe in recipes if recipe.libraries != libraries}


def _reread(db: Database, dump: int, recipe: Recipe, damage: str | None = None) -> list[int]:
    """Put what this recipe makes of a file, by the libraries that are installed now, in place of what was read of it; it is to
    be split. `damage` is what of it cannot be read so; None if that stays as it was.

    Says which dumps share text with what was there, itself among them: what that showed of their borders is no more.
    """
    with writing(db):
        related = related_dumps(db, dump)
        _remove_articles(db, dump)
        db.execute("DELETE FROM paragraphs WHERE dump = ?", [dump])
        db.table("dumps").update(dump, {**_recipe_row(recipe), "segmented": None, "unfinished": None})
        source = load_dump(db, dump)
        _store_paragraphs(db, dump, source)
        db.table("dumps").update(dump, _reading_row(source) | ({} if damage is None else {"damage": damage}))
        seal(db, "dumps", dump)
    return related


def ready_entries(db: Database, dump: int) -> Iterator[tuple[int, Article | Unreadable]]:
    """The records of a file of ready articles, read from its bytes."""
    (name,) = db.execute("SELECT name FROM dumps WHERE id = ?", [dump]).fetchone()
    file = open_packed(load_bytes(db, dump), name)
    return ready.entries(file, load_recipe(db, dump), name, spoken_languages(db))


def _read_ready(db: Database, dump: int, progress: Progress) -> bool:
    """Store the articles of a file of ready articles; whether they are others than before.

    The first time a number of them is a transaction, and what is there after a kill is gone on with.
    """
    (before,) = db.execute("SELECT segmented FROM dumps WHERE id = ?", [dump]).fetchone()
    row_of = partial(_article_row, dump)
    if before is not None:
        with writing(db):
            # Nothing is touched unless the rules read something else, because what was found about articles goes with them.
            digest = ready.digest_of(ready_entries(db, dump))
            db.table("dumps").update(dump, {"libraries": load_recipe(db, dump).libraries})
            seal(db, "dumps", dump)
            if digest == before:
                return False
            _remove_articles(db, dump)
            ready.forget(db, dump)
            _end_ready(db, dump, ready.store(db, dump, ready.parts(ready_entries(db, dump), row_of), progress))
        return True
    (name,) = db.execute("SELECT name FROM dumps WHERE id = ?", [dump]).fetchone()
    file, recipe = open_packed(load_bytes(db, dump), name), load_recipe(db, dump)
    while (state := _ready_so_far(db, dump)) is not None:
        with ready.reading(file, recipe, name, spoken_languages(db), row_of, state[0]) as parts:
            while _ready_so_far(db, dump) == state:  # and no other process has gone on with it
                some = list(islice(parts, _PARTS_AT_ONCE))
                with writing(db):
                    if _ready_so_far(db, dump) != state:
                        break
                    digest = ready.store(db, dump, some, progress, digest=state[1])
                    if len(some) < _PARTS_AT_ONCE:
                        _end_ready(db, dump, digest)
                        return True
                    db.table("dumps").update(dump, {"unfinished": digest})
                    state = some[-1].count, digest
    return True


def _ready_so_far(db: Database, dump: int) -> tuple[int, str] | None:
    """How many entries of a file of ready articles are stored, and a digest of them; None if all are."""
    segmented, digest = db.execute("SELECT segmented, unfinished FROM dumps WHERE id = ?", [dump]).fetchone()
    if segmented is not None:
        return None
    return (ready.stored(db, dump), digest) if digest else (0, "")


def _store_ready(
    db: Database, dump: Dump, data: bytes, recipe: Recipe, file: Unpacked, damage: str, progress: Progress
) -> int:
    """Keep a file of ready articles with its bytes, and its articles at once, because no other file changes them; its number.

    Its bytes are packed while its articles are read, as far as these reach.
    """
    id_ = _add_dump(db, dump, recipe, file.packing, damage)
    pieces = _store_bytes(db, id_, dump, data)
    stored, size = 0, len(file.data)

    def besides(reached: int) -> None:
        nonlocal stored
        # Of a packed file as large a share.
        while stored * size < reached * len(data):
            stored = next(pieces, len(data))

    with ready.reading(file, recipe, dump.name, spoken_languages(db), partial(_article_row, id_)) as parts:
        digest = ready.store(db, id_, parts, progress, besides)
    for _ in pieces:
        pass
    _end_ready(db, id_, digest)
    return id_


def _end_ready(db: Database, dump: int, digest: str) -> None:
    """Write down which articles were read of a file of ready articles, now that it was read to its end."""
    ready.count_lines(db, dump)
    db.table("dumps").update(dump, {"segmented": digest, "unfinished": None})
    seal(db, "dumps", dump)  # how many lines it has may be known only now


def spoken_languages(db: Database) -> tuple[str, ...]:
    """The languages that are told apart in this archive."""
    run = last_run(db, "languages")
    return tuple(json.loads(run["parameters"])["languages"]) if run else languages.LANGUAGES


def _chosen(db: Database, spoken: Sequence[str]) -> tuple[str, ...] | None:
    """These languages in order; None if they are those that are told apart already. Raises UsageError if one is not known."""
    chosen = tuple(sorted(set(spoken)))
    languages.require(chosen)
    return None if chosen == spoken_languages(db) else chosen


def known_dump(db: Database, sha256: str) -> int | None:
    """The number of the dump with these bytes, if the archive has it."""
    row = db.execute("SELECT id FROM dumps WHERE sha256 = ?", [sha256]).fetchone()
    return None if row is None else int(row[0])


def load_profile(db: Database, dump: int) -> Profile | None:
    """The profile of the site of a dump, if it has one."""
    row = db.execute("SELECT text FROM dumps d JOIN profiles p ON p.id = d.profile WHERE d.id = ?", [dump]).fetchone()
    return None if row is None else profiles.parse(row[0])


def set_profile(db: Database, dump: int, text: str) -> None:
    """Give a dump a profile, or take the one it has away if this one is empty."""
    with writing(db):
        id_ = None
        if profiles.parse(text):
            db.execute("INSERT OR IGNORE INTO profiles (text) VALUES (?)", [text])
            (id_,) = db.execute("SELECT id FROM profiles WHERE text = ?", [text]).fetchone()
        db.execute("UPDATE dumps SET profile = ? WHERE id = ?", [id_, dump])


def _is_other_profile(db: Database, dump: int, text: str) -> bool:
    row = db.execute("SELECT text FROM dumps d JOIN profiles p ON p.id = d.profile WHERE d.id = ?", [dump]).fetchone()
    return (row[0] if row else None) != (text if profiles.parse(text) else None)


def read_dump(data: bytes, name: str, recipe: Recipe, file: Unpacked, sha256: str = "") -> tuple[Dump, str]:
    """A file as a dump, and in words what of it could not be read; `sha256` is of its bytes, if that is known. Raises
    InputError if nothing in it is for us."""
    if recipe.reader is None:
        dump, lost = reading.dump_of(data, name, recipe, file)
        reading.require_text(dump)
        longest = max(dump.paragraphs, key=lambda paragraph: paragraph.bytes.end - paragraph.bytes.start)
        if longest.bytes.end - longest.bytes.start > LONGEST_PARAGRAPH:
            raise InputError(
                f"{name} has a paragraph of {longest.bytes.end - longest.bytes.start:,} bytes, at line {longest.lines.start:,};"
                f" no more than {LONGEST_PARAGRAPH:,} can be kept.",
                "Break its lines first, where posts or sentences end: fold -s -w 10000 FILE",
            )
        return dump, lost
    ready.require_records(file, recipe, name)
    return ready.dump_of(data, name, file, sha256), ""


def store_dump(
    db: Database, dump: Dump, data: bytes, recipe: Recipe, packing: str | None, damage: str, ingested: str = ""
) -> int:
    """Keep a dump with its bytes and its paragraphs, to be split later; its number. To be called within a transaction.

    `packing` and `damage` say how it was packed, and what of it could not be read; `ingested` when it came, if that is not now.
    """
    id_ = _add_dump(db, dump, recipe, packing, damage, ingested)
    for _ in _store_bytes(db, id_, dump, data):
        pass
    _store_paragraphs(db, id_, dump)
    seal(db, "dumps", id_)
    return id_


def _add_dump(db: Database, dump: Dump, recipe: Recipe, packing: str | None, damage: str, ingested: str = "") -> int:
    """The row of a dump, to be sealed when all of it is there; its number."""
    row = {
        "name": dump.name,
        "sha256": dump.sha256,
        "size": dump.size,
        **_reading_row(dump),
        "packing": packing,
        **_recipe_row(recipe),
        "damage": damage,
        "ingested": ingested or _now(),
    }
    return int(db.table("dumps").insert(row).last_pk)  # type: ignore[arg-type]  # an INTEGER PRIMARY KEY


def _store_bytes(db: Database, id_: int, dump: Dump, data: bytes) -> Iterator[int]:
    """Store the bytes of a dump, packed, a piece at a time; after each, how many they are so far."""
    view = memoryview(data)
    level = _QUICK if dump.layout is Layout.RECORDS else _DENSE
    chunks = (view[start : start + CHUNK] for start in range(0, len(data), CHUNK))
    for ordinal, piece in enumerate(workers.in_order(partial(zlib.compress, level=level), chunks)):
        db.conn.execute("INSERT INTO dump_chunks (dump, ordinal, data) VALUES (?, ?, ?)", (id_, ordinal, piece))
        yield min((ordinal + 1) * CHUNK, len(data))


def _reading_row(dump: Dump) -> dict[str, object]:
    """What was found when a file was read."""
    return {
        "encoding": dump.encoding,
        "encoding_source": dump.encoding_source,
        "layout": str(dump.layout),
        "lines": dump.lines,
        "repaired": dump.repaired,
    }


def _recipe_row(recipe: Recipe) -> dict[str, object]:
    """How a file is read, so that `load_recipe` tells it."""
    return {
        "reader": recipe.reader,
        "fields": None if recipe.reader is None else json.dumps(dict(recipe.fields)),
        "rendered": recipe.rendered,
        "libraries": recipe.libraries,
    }


def _store_paragraphs(db: Database, id_: int, dump: Dump) -> None:
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What persons said of the splits of some dumps: their decisions, a profile for each dump, the languages told apart."""

    rulings: Sequence[LineRuling]
    sites: Sequence[Profile | None]
    spoken: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Finished:
    """A dump that is split, or a stretch of it, and its articles with all that is known of them."""

    source: Dump
    split: Segmentation
    articles: Sequence[Article]

    def digest(self, before: str = "") -> str:
        """Of everything that is stored about it, evidence aside, and of what is before it."""
        told = [
            (
                a.key,
                a.paragraphs.start,
                a.paragraphs.end,
                a.title,
                a.text,
                a.byline,
                a.published,
                a.updated,
                a.translator,
                a.language,
                a.toggle,
                a.url,
                sorted(a.origin.items()),
            )
            for a in self.articles
        ]
        sure = [(a.language_confidence, a.language_shares, a.language_source, a.mixed) for a in self.articles]
        found = json.dumps([told, sure, self.split.roles, self.split.owners])
        return hashlib.sha256((before + found).encode()).hexdigest()


def _finish(
    db: Database, source: Dump, split: Segmentation, spoken: Sequence[str], progress: Progress, jobs: int
) -> _Finished:
    articles = []
    judge = partial(judged.judge, db, spoken=spoken, jobs=jobs)
    for done, article in enumerate(complete(source, split, spoken, judge=judge)):
        if done % 100 == 0:
            progress("Reading languages", done, len(split.articles), "articles")
        articles.append(provenance.placed(article, source))
    return _Finished(source, split, articles)


def _replace_split(db: Database, dump: int, read: Callable[[], Iterable[_Finished]]) -> bool:
    """Replace the articles and leftovers of a dump, which may be read more than once; whether they are others than before."""
    (before,) = db.execute("SELECT segmented FROM dumps WHERE id = ?", [dump]).fetchone()
    if before is not None:
        digest = ""
        for finished in read():
            digest = finished.digest(digest)
            _store_evidence(db, dump, finished)
        if digest == before:
            return False
    touched, digest = _remove_articles(db, dump), ""
    for finished in read():
        digest = finished.digest(digest)
        _store_split(db, dump, finished)
    db.table("dumps").update(dump, {"segmented": digest, "unfinished": None})
    _index(db, touched)
    return True


def _store_split(db: Database, dump: int, finished: _Finished) -> int:
    """Store the articles and leftovers of a dump or a stretch of it; at which paragraph it ends."""
    ids = []
    for article in finished.articles:
        ids.append(int(db.table("articles").insert(_article_row(dump, article)).last_pk))  # type: ignore[arg-type]
    split, paragraphs = finished.split, finished.source.paragraphs
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
            for paragraph, role, owner, reason in zip(paragraphs, split.roles, split.owners, split.reasons, strict=True)
        ),
    )
    _index(db, {article.key for article in finished.articles})
    return paragraphs[-1].ordinal + 1


def _store_evidence(db: Database, dump: int, finished: _Finished) -> None:
    """Another dump may show the same border by something else: then only what is said of it changes."""
    db.conn.executemany(
        "UPDATE articles SET evidence = :told WHERE dump = :dump AND paragraph_start = :start AND evidence <> :told",
        (
            {"told": _article_row(dump, article)["evidence"], "dump": dump, "start": article.paragraphs.start}
            for article in finished.articles
        ),
    )
    split, first = finished.split, finished.source.paragraphs[0].ordinal
    db.conn.executemany(
        "UPDATE paragraphs SET evidence = :told WHERE dump = :dump AND ordinal = :ordinal AND evidence <> :told",
        (
            {"told": json.dumps(reason, ensure_ascii=False), "dump": dump, "ordinal": first + place}
            for place, (owner, reason) in enumerate(zip(split.owners, split.reasons, strict=True))
            if owner < 0
        ),
    )


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
        "updated": article.updated,
        "translator": article.translator,
        "language": article.language,
        "language_confidence": article.language_confidence,
        "language_shares": json.dumps(article.language_shares) if article.language_shares else "{}",
        "language_source": article.language_source,
        "mixed": article.mixed,
        "toggle": article.toggle,
        "words": article.words,
        "text": article.text,
        "evidence": json.dumps(article.evidence, ensure_ascii=False) if article.evidence else "{}",
        "url": article.url,
        "origin": json.dumps(article.origin, ensure_ascii=False) if article.origin else "{}",
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
    (mended,) = db.execute(
        "SELECT coalesce(sum(json_extract(origin, '$.mended')), 0) FROM articles WHERE dump = ? AND origin <> '{}'",
        [dump],
    ).fetchone()
    return IngestedDump(
        row["name"], row["sha256"], row["size"], row["encoding"], row["encoding_source"], row["layout"], row["repaired"],
        articles, leftovers, row["reader"] or row["rendered"] or "text", row["packing"], mended,
    )  # fmt: skip


def _last_reason(db: Database, sha256: str) -> str:
    """Why the last entry of a file holds no article: of a file that was cut short it says at which byte."""
    (reason,) = db.execute(
        "SELECT json_extract(p.evidence, '$.unreadable') FROM paragraphs p JOIN dumps d ON d.id = p.dump"
        " WHERE d.sha256 = ? ORDER BY p.ordinal DESC LIMIT 1",
        [sha256],
    ).fetchone()
    return str(reason)


def _count_languages(db: Database, dumps: Sequence[int]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for dump in dumps:
        counts.update(
            dict(db.execute("SELECT language, count(*) FROM articles WHERE dump = ? GROUP BY 1", [dump]).fetchall())
        )
    return dict(counts.most_common())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
