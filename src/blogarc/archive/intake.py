"""Files into the archive: read, stored with their bytes, and split together with what waits for it.

Two steps, so that a kill between them loses nothing: each file is stored with its bytes and its paragraphs in a transaction of
its own (`dumps`); then every dump that is not split yet is split with those that it shares text with (`splitting`). Of a file
of ready articles, which no other file changes, both steps are one transaction, unless it is huge (`records`).

A known file is read another way only if a person says how, by a format, by `whole_page` or by names of fields: then what was
read of it is replaced, in one transaction with what this changes in others. Its bytes stay, and decisions, which speak of
contents.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from time import perf_counter

from sqlite_utils import Database

from blogarc import languages, reading, segmentation
from blogarc.archive.connection import writing
from blogarc.archive.dumps import (
    has_other_profile,
    known_dump,
    load_recipe,
    now,
    read_dump,
    set_profile,
    spoken_languages,
    store_dump,
)
from blogarc.archive.records import HUGE, store_ready
from blogarc.archive.reports import IngestedDump, IngestReport, Problem, Progress
from blogarc.archive.runs import record_run
from blogarc.archive.splits import (
    articles_digest,
)
from blogarc.archive.splitting import reread, segment_pending
from blogarc.errors import InputError
from blogarc.model import Dump, Layout
from blogarc.reading import formats
from blogarc.reading.formats import Recipe
from blogarc.reading.packing import USUAL, Limits, open_packed

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
    clock, started = perf_counter(), now()
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
            for dump in reread(db, known_as, recipe, damage)
        }
        changed = segment_pending(db, progress, again=bool(chosen), only=came.profiled.keys() | touched, jobs=jobs)
    dumps = [_describe(db, dump) for dump in came.new]
    anew = [replace(_describe(db, dump), name=name) for dump, (name, _, _) in came.otherwise.items()]
    problems += [
        Problem(
            d.name,
            f"{d.name}: {_UNREAD[d.leftovers != 1].format(d.leftovers)}; the last: {_last_reason(db, d.sha256)}.",
            "blogarc list --leftovers says why.",
        )
        for d in (*dumps, *anew)
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
        reread=anew,
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
        if profile is not None and has_other_profile(db, known_as, profile):
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
            came.new.append(store_ready(db, dump, data, recipe, file, damage, progress))
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


def _chosen(db: Database, spoken: Sequence[str]) -> tuple[str, ...] | None:
    """These languages in order; None if they are those that are told apart already. Raises UsageError if one is not known."""
    chosen = tuple(sorted(set(spoken)))
    languages.require(chosen)
    return None if chosen == spoken_languages(db) else chosen


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
