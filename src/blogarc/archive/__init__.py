"""The archive: one SQLite file that keeps dumps, and all that was found out about them.

`Archive` has a method for each command. It loads, calls a stage, stores the result in one transaction, and returns a
report; it prints nothing. All SQL of blogarc is in this package and in `schema`.

>>> from blogarc import Archive
>>> with Archive(":memory:") as archive:
...     archive.stats().articles
0
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from blogarc import export as exporting
from blogarc import report as pages
from blogarc.archive import (
    bitext,
    checking,
    corpus,
    deciding,
    decisions,
    dumps,
    explaining,
    intake,
    matching,
    overview,
    publishing,
    ready,
    rederiving,
    reviewing,
    salvaging,
    splitting,
)
from blogarc.archive.connection import MEMORY, connect, connect_readonly, translated
from blogarc.archive.reports import (
    AgainstReport,
    BitextReport,
    Call,
    CheckReport,
    Decided,
    DedupeReport,
    IngestReport,
    PageReport,
    PairsReport,
    Progress,
    RebuildReport,
    Record,
    SalvageReport,
    Stats,
    no_progress,
)
from blogarc.archive.runs import last_run
from blogarc.archive.selection import Filters, find_dump
from blogarc.duplicates import DuplicateConfig
from blogarc.errors import UsageError
from blogarc.export.bag import KeptDump
from blogarc.pairs import PairConfig
from blogarc.profiles import read_profile
from blogarc.reading.packing import Limits
from blogarc.report.content import CopyCall, Listed, Overview, PairCall

__all__ = ["Archive"]

Records = list[Record]  # within the class `list` is a method


class Archive:
    """An archive at `path`, made if it is not there unless `create` is false; ":memory:" keeps it in memory.

    With `dry_run` everything is done and reported, and then undone; with `read_only` it is only looked at. Raises
    NoArchiveError, CorruptError, LockedError or WriteError when it cannot be opened; every method raises the same when the
    file fails it.
    """

    def __init__(
        self,
        path: str | Path = "blogarc.db",
        *,
        create: bool = True,
        dry_run: bool = False,
        read_only: bool = False,
        progress: Progress = no_progress,
    ) -> None:
        self.path = str(path)
        # Where the archive is kept as it was, if it was of an older schema and was brought up to date.
        self.copied: Path | None = None
        # Nothing to undo in a file that is not there: a rehearsal in memory does as well.
        new = self.path != MEMORY and not Path(self.path).exists()
        if read_only:
            self._db = connect_readonly(self.path)
        else:
            self._db = connect(MEMORY if dry_run and new and create else self.path, create=create, copied=self._copied)
        self._made = new and not dry_run
        self._dry_run = dry_run
        self._progress = progress
        if dry_run:
            with translated(self.path):
                self._db.execute("BEGIN IMMEDIATE")

    def _copied(self, place: Path) -> None:
        self.copied = place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a rehearsal is undone, and a file made by us in which nothing was put is taken away."""
        if self._dry_run:
            self._db.rollback()
        unused = self._made and not self._db.table("dumps").count
        self._db.close()
        if unused:
            Path(self.path).unlink(missing_ok=True)

    def ingest(
        self,
        *paths: str | Path,
        languages: Sequence[str] | None = None,
        profile: str | Path | None = None,
        fields: Mapping[str, str] | None = None,
        jobs: int = 1,
        format: str | None = None,
        whole_page: bool = False,
        max_bytes: int | None = None,
    ) -> IngestReport:
        """Store dumps and split them. Raises InputError if none could be read.

        `languages` are those that are told apart from now on, in all dumps. `profile` is a file with the markers of the
        site; it is kept with these dumps, also where they are known. Raises UsageError if it is no profile. `fields` says
        what the fields of ready articles are called, as in `{"text": "body"}`. The format of each file is recognised; `format`
        insists on one for all. With `whole_page` all text of web pages is split, instead of taking the main text of each. A
        known file is read another way if one of these three says so, and what was read of it is replaced. A
        file that holds more than `max_bytes` (4 GB) is refused, and so is one that is packed suspiciously well. With tens of
        thousands of articles, `jobs` processes find their languages somewhat sooner; the result is the same with any number.
        """
        site = None if profile is None else read_profile(profile)
        with translated(self.path):
            return intake.ingest(
                self._db,
                [str(p) for p in paths],
                self._progress,
                languages,
                site,
                fields,
                jobs,
                format,
                whole_page=whole_page,
                limits=Limits() if max_bytes is None else Limits(max_bytes),
            )

    def dedupe(self, config: DuplicateConfig | None = None, *, limit: int | None = 20) -> DedupeReport:
        """Find duplicates; `limit` of the closest calls are reported. Raises NoArchiveError if nothing was ingested."""
        with translated(self.path):
            return matching.dedupe(self._db, config or DuplicateConfig(), self._progress, limit)

    def against(self, other: str | Path, config: DuplicateConfig | None = None) -> AgainstReport:
        """Which articles are in another archive already. Writes nothing. Raises NoArchiveError, CorruptError."""
        with translated(self.path):
            return matching.compare_with(self._db, str(other), config or matching.last_dedupe_config(self._db))

    def pairs(self, config: PairConfig | None = None, *, words: Iterable[tuple[str, str]] | None = None) -> PairsReport:
        """Find translation pairs, duplicates first if need be. Raises NoArchiveError if nothing was ingested.

        `words` that translate each other, in the order of the languages, are kept for later calls; `()` forgets them.
        """
        with translated(self.path):
            return matching.find_pairs(self._db, config or PairConfig(), self._progress, words)

    def _dedupe_as_before(self) -> DedupeReport:
        """Find duplicates, if that is not done, with the options of the last time."""
        with translated(self.path):
            config = matching.last_dedupe_config(self._db)
        return self.dedupe(config)

    def _pair_as_before(self) -> PairsReport:
        """Find pairs, if that is not done, with the options of the last time."""
        with translated(self.path):
            config = matching.last_pair_config(self._db)
        return self.pairs(config)

    def records(self, *, every: bool = False, **filters: Unpack[Filters]) -> Iterator[Record]:
        """The corpus as dictionaries in the order of the JSONL contract; with `every`, all copies.

        Filters say which: `language`, `since` and `until` (dates), `dump`, `pairs_only`, `min_words`, `max_words`, `query`.
        """
        with translated(self.path):
            yield from corpus.records(self._db, every=every, progress=self._progress, **filters)

    def export(
        self,
        target: str | Path | None = None,
        *,
        format: str = "jsonl",
        every: bool = False,
        raw: bool = False,
        force: bool = False,
        **filters: Unpack[Filters],
    ) -> int:
        """Write the corpus to a file or a folder, whole or not at all, or to standard output. Says how many records.

        Filters are those of `records`. Duplicates, and pairs where they count, are found first if that is not done. `raw`
        leaves the cells of CSV as they are; `force` replaces a folder that was exported before. Raises UsageError for an
        unknown format, or one whose library is not installed, and WriteError if the target cannot be written.
        """
        exporting.require_known(format)
        if format in exporting.BITEXT:
            return self.bitext(target, format=format, **filters).passages
        place = None if target is None else Path(target)
        form = exporting.ARTICLES.get(format, exporting.ArticleFormat())
        if form.needs:
            exporting.require_extra(format)
        if place is None and not form.is_text:
            raise UsageError(f"The format {format} cannot go to standard output.", "Say where to write it: -o NAME")
        if place is not None and form.fill:
            exporting.require_folder(place, force=force)
        elif place is not None:
            exporting.require_file(place)
        self._dedupe_as_before()
        if filters.get("pairs_only"):
            self._pair_as_before()
        if place is not None and format == exporting.COPY:
            with exporting.whole_path(place) as path, translated(str(place)):
                return publishing.publish(self._db, path, every=every, **filters)
        rows = self.records(every=every, **filters)
        if form.fill and place is not None:
            with exporting.whole_folder(place, force=force) as folder, translated(self.path):
                return form.fill(rows, folder, dumps=self._kept_dumps(filters.get("dump")))
        assert form.write  # what is no copy and fills no folder is written to a stream
        if place is None:
            return form.write(rows, sys.stdout.buffer, raw=raw, fields=corpus.CONTRACT)
        with exporting.whole_file(place) as stream:
            return form.write(rows, stream, raw=raw, fields=corpus.CONTRACT)

    def _kept_dumps(self, only: str | None) -> Iterator[KeptDump]:
        """The dumps as received, or the one that is named."""
        where, row = ("", 0) if only is None else ("WHERE id = ?", find_dump(self._db, only))
        listed = f"SELECT id, name, sha256, size, encoding FROM dumps {where} ORDER BY name, sha256"
        for id_, name, sha256, size, encoding in self._db.execute(listed, [row] if where else []).fetchall():
            yield KeptDump(name, sha256, size, encoding, checking.restore_in_pieces(self._db, id_))

    def bitext(
        self,
        target: str | Path | None = None,
        *,
        format: str = "tmx",
        level: str | None = None,
        min_score: float = 0.0,
        **filters: Unpack[Filters],
    ) -> BitextReport:
        """Write the translation pairs as aligned passages: "tmx" (one file), or "moses" (TARGET.en and TARGET.es).

        `level` is "paragraph" or "sentence"; if it is not said, the usual one of the format. Passages without a partner, or
        that score less than `min_score`, are left out, and so are pairs of which neither article is what the filters of
        `records` say. Without a target it goes to standard output. Pairs are found first if that is not done. Raises
        UsageError for what is not known, WriteError if the target cannot be written.
        """
        form = exporting.bitext_format(format)
        level = level or form.level
        if level not in exporting.LEVELS:
            raise UsageError(f"There is no level {level!r}.", f"Levels: {', '.join(exporting.LEVELS)}")
        if not 0 <= min_score <= 1:
            raise UsageError(f"A score is from 0 to 1, not {min_score:g}.")
        self._pair_as_before()
        lost: Counter[str] = Counter()
        codes = bitext.languages(self._db)
        files: Sequence[Path] = ()
        with translated(self.path):
            passages = bitext.passages(self._db, level, min_score, **filters)
            if target is None:
                count = form.write(passages, sys.stdout.buffer, lost, level=level, languages=codes)
            else:
                count, files = form.save(passages, Path(target), lost, level=level, languages=codes)
        return BitextReport(count, [str(file) for file in files], dict(sorted(lost.items())))

    def report(self, target: str | Path | None = None, *, language: str = "en", limit: int = 20) -> PageReport:
        """Write a page that shows what is in the archive, and the `limit` closest calls of each kind, whole or not at all.

        `language` is that of its interface, "en" or "es". Without a target it goes to standard output. Duplicates and pairs
        are found first if that is not done. Raises UsageError for an interface that there is not, WriteError if the target
        cannot be written.
        """
        pages.require_language(language)
        ran_before = self.refresh()
        seen = self.overview(limit=limit)
        pieces = pages.render_report(seen, language, option=self.option)
        if target is None:
            count = sum(map(sys.stdout.buffer.write, pieces))
        else:
            with exporting.whole_file(Path(target)) as stream:
                count = sum(map(stream.write, pieces))
        return PageReport(None if target is None else str(target), count, seen.shown, seen.left_out, ran_before)

    @property
    def option(self) -> str:
        """What a command line needs to find this archive: nothing for the usual one."""
        return overview.option_for(self.path)

    def overview(self, *, limit: int = 20) -> Overview:
        """What a report shows: the dumps as they were split, and the `limit` closest calls of each kind."""
        with translated(self.path):
            return overview.gather(self._db, self.path, limit)

    def view_copy(self, first: str, second: str) -> CopyCall:
        """Two texts of one post. Raises UsageError if there are no such articles, or they are not copies."""
        with translated(self.path):
            return overview.copy_call(self._db, first, second)

    def view_pair(self, first: str, second: str) -> PairCall:
        """A translation pair with its aligned paragraphs. Raises UsageError if there is none of these articles."""
        with translated(self.path):
            return overview.pair_call(self._db, first, second)

    def view_article(self, reference: str) -> Listed:
        """An article with the places of its copies. Raises UsageError if there is none."""
        with translated(self.path):
            return overview.article(self._db, reference)

    def index(self) -> None:
        """Put into the search index what is not in it yet; `search` does so by itself."""
        with translated(self.path):
            ready.index_pending(self._db)

    def refresh(self) -> Sequence[str]:
        """Bring duplicates and pairs up to date; the stages that ran for it."""
        report = self._pair_as_before()
        return [*report.ran_before, *([] if report.up_to_date else ["pairs"])]

    def list(self, *, every: bool = False, language: str | None = None, limit: int | None = None) -> Records:
        """The corpus without texts."""
        with translated(self.path):
            return corpus.listing(self._db, every=every, language=language, limit=limit)

    def leftovers(self, *, limit: int | None = None) -> Records:
        """What was set aside, and why."""
        with translated(self.path):
            return corpus.leftovers(self._db, limit=limit)

    def show(self, reference: str) -> Record:
        """One article by its id, the start of it, or DUMP:LINE. Raises UsageError if there is none."""
        with translated(self.path):
            return corpus.show(self._db, reference)

    def search(self, query: str, *, limit: int = 20) -> Records:
        """Articles with all the words, accents ignored, best first. Raises UsageError for a query without a word."""
        with translated(self.path):
            ready.index_pending(self._db)
            return corpus.search(self._db, query, limit=limit)

    def explain(self, first: str, second: str | None = None) -> Record:
        """Why an article, a pair of articles or a line (DUMP:LINE) was judged as it was. Raises UsageError."""
        with translated(self.path):
            if second is not None:
                return explaining.explain_two(self._db, first, second)
            return explaining.explain_line(self._db, first) or explaining.explain_article(self._db, first)

    def decide(self, verdict: str, *references: str) -> Decided:
        """Overrule the machine, for good: `same`, `different`, `pair` or `not-pair` of two articles, `cut`, `no-cut`,
        `boilerplate` or `content` of a line (DUMP:LINE).

        The dumps that a line concerns are split again at once. Raises UsageError, also for what contradicts, together with
        other decisions, what was decided before.
        """
        with translated(self.path):
            return deciding.decide(self._db, deciding.verdict_of(verdict), references, self._progress)

    def undo(self, number: int | None = None) -> Decided:
        """Take a decision back, the last that holds if none is named; what it had replaced holds again.

        Raises UsageError if it does not hold, or there is none.
        """
        with translated(self.path):
            return deciding.undo(self._db, decisions.newest(self._db) if number is None else number, self._progress)

    def review(self, kinds: Collection[str] = reviewing.KINDS, *, limit: int = 20) -> Sequence[Call]:
        """The closest calls that nobody has decided, `limit` of each kind: "splits", "duplicates", "pairs".

        Duplicates and pairs are found first if that is not done. Raises UsageError for another kind, NoArchiveError if nothing
        was ingested.
        """
        if "pairs" in kinds:
            self._pair_as_before()
        elif "duplicates" in kinds:
            self._dedupe_as_before()
        with translated(self.path):
            return reviewing.closest(self._db, kinds, limit, self._progress)

    def look(self, call: Call) -> Record | None:
        """Both sides of a close call; None if there is nothing to decide any more."""
        with translated(self.path):
            return reviewing.look(self._db, call)

    def decisions(self, *, every: bool = False) -> Records:
        """The decisions that hold, or with `every` also those that were undone or replaced."""
        with translated(self.path):
            return decisions.listed(self._db, every=every)

    def stats(self) -> Stats:
        """Figures of the archive."""
        with translated(self.path):
            return corpus.stats(self._db)

    def check(self, *, deep: bool = False) -> CheckReport:
        """Prove that nothing is lost and everything agrees; `deep` derives all of it again from the kept bytes, and compares.

        A deep check takes as long as a rebuild. It is not begun on an archive in which something else is wrong.
        """
        with translated(self.path):
            report = checking.check(self._db, self._progress)
            if deep and report.ok:
                problems = list(islice(rederiving.rederive(self._db, self._progress), checking.MOST_PROBLEMS))
                report = CheckReport({**report.checks, "rederived": report.checks["articles"]}, problems)
            return report

    @staticmethod
    def salvage(path: str | Path, target: str | Path, progress: Progress = no_progress) -> SalvageReport:
        """Make a new archive at `target` of what can be read of a damaged one at `path`, which is left as it is.

        Raises UsageError if there is something at `target`, NoArchiveError if there is nothing at `path`, CorruptError if
        nothing can be read of it, WriteError if the new one cannot be written.
        """
        return salvaging.salvage(Path(path), Path(target), progress)

    def dumps(self) -> dict[str, str]:
        """Names of the dumps by their sha256."""
        with translated(self.path):
            return dict(self._db.execute("SELECT sha256, name FROM dumps ORDER BY name, sha256").fetchall())

    def restore(self, dump: str) -> bytes:
        """The bytes of a dump, by name or sha256. Raises UsageError or CorruptError."""
        with translated(self.path):
            return checking.restore(self._db, find_dump(self._db, dump))

    def restore_to(self, dump: str, target: str | Path | None = None, *, text: bool = False) -> int:
        """Write the bytes of a dump to a file, whole or not at all, or to standard output. Says how many bytes.

        With `text` what is in them: unpacked, or the text that was made of web pages, where lines and bytes count. Raises
        UsageError, CorruptError, or WriteError if the target cannot be written.
        """
        data = self.restore(dump)
        if text:
            with translated(self.path):
                data = dumps.load_text(self._db, find_dump(self._db, dump))
        if target is None:
            return sys.stdout.buffer.write(data)
        with exporting.whole_file(Path(target)) as stream:
            return stream.write(data)

    def rebuild(self) -> RebuildReport:
        """Split every dump again from its bytes; duplicates and pairs follow if they were found before."""
        with translated(self.path):
            matching.require_articles(self._db)
            report = splitting.rebuild(self._db, self._progress)
            stages = [*report.stages]
            if last_run(self._db, "dedupe"):
                stages += [] if self._dedupe_as_before().up_to_date else ["dedupe"]
            if last_run(self._db, "pairs"):
                stages += [] if self._pair_as_before().up_to_date else ["pairs"]
        from dataclasses import replace

        return replace(report, stages=stages)
