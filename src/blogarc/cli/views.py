"""How reports and records look: each function turns one into tables and sentences. Nothing here prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blogarc.cli import reasons
from blogarc.console import Column, number, plain, size, table
from blogarc.text import FOUND, FOUND_END

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from blogarc.archive.reports import (
        CheckReport,
        DedupeReport,
        IngestReport,
        PairsReport,
        RebuildReport,
        Record,
        Stats,
    )

# Digits of an id that are shown; any start that no other article has will do to name one.
SHORT = 8
explanation = reasons.explanation

_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32-le": "UTF-32", "utf-32-be": "UTF-32"}
_WHY = {"guess": " (a guess)", "bom": "", "utf-8": "", "damaged utf-8": ", damaged"}


def ingested(report: IngestReport) -> list[RenderableType]:
    """The summary of an ingest."""
    shown: list[RenderableType] = []
    if report.dumps:
        columns = [
            Column("dump", flexible=True),
            Column("size", "right"),
            Column("encoding"),
            Column("layout"),
            Column("articles", "right"),
            Column("set aside", "right"),
        ]
        rows = [
            (
                d.name,
                size(d.size),
                _NAMES.get(d.encoding, d.encoding) + _WHY.get(d.encoding_source, ""),
                d.layout,
                f"{d.articles:,}",
                f"{d.leftovers:,}",
            )
            for d in report.dumps
        ]
        shown.append(table(columns, rows))
    told = f"{number(report.articles, 'article')}{_in_languages(report.languages)}"
    told += f" in {number(len(report.dumps), 'new dump')}; {number(report.leftovers, 'leftover paragraph')} set aside"
    shown.append(f"{told}; {_seconds(report.seconds)}.")
    if report.known:
        names = ", ".join(report.known[:3]) + (", ..." if len(report.known) > 3 else "")
        shown.append(f"Already known, nothing changed: {number(len(report.known), 'dump')} ({names}).")
    if report.resegmented:
        shown.append(f"Split anew, with what the new dumps show: {', '.join(report.resegmented[:5])}.")
    return shown


def duplicates(report: DedupeReport, verbose: bool) -> list[RenderableType]:
    """The closest calls among the duplicates."""
    if not report.closest:
        return []
    columns = [
        Column("id", style="cyan"),
        Column("kind"),
        Column("score", "right"),
        Column("title", flexible=True),
        Column("where", flexible=True),
        Column("repeats", style="cyan"),
        Column("where", flexible=True),
    ]
    if verbose:
        columns.append(Column("scores"))
    rows = [
        (
            row.id[:SHORT],
            row.kind,
            f"{row.similarity:.3f}",
            row.title,
            f"{row.source}:{row.line}",
            row.kept[:SHORT],
            f"{row.kept_source}:{row.kept_line}",
            *([_scores(row.scores)] if verbose else []),
        )
        for row in report.closest
    ]
    return [table(columns, rows, "Duplicates, the closest calls first")]


def deduped(report: DedupeReport) -> list[RenderableType]:
    """The summary of dedupe."""
    found = sum(report.duplicates.values())
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in report.duplicates.items())
    told = f"{number(report.articles, 'article')} in {number(report.clusters, 'cluster')}"
    told += f": {number(found, 'duplicate')} ({kinds})" if found else ": no duplicates"
    shown: list[RenderableType] = [f"{told}; {_seconds(report.seconds)}."]
    if report.up_to_date:
        shown.append("These were found before, and nothing has changed since.")
    elif found > len(report.closest):
        shown.append(f"{len(report.closest)} of {found:,} are listed; --limit or --verbose lists more.")
    return shown


def translations(report: PairsReport, limit: int | None, verbose: bool) -> list[RenderableType]:
    """The pairs, the closest calls first."""
    if not report.pairs:
        return []
    columns = [
        Column("score", "right"),
        Column("", style="dim"),
        Column("id", style="cyan"),
        Column("title", flexible=True),
        Column("", style="dim"),
        Column("id", style="cyan"),
        Column("title", flexible=True),
    ]
    if verbose:
        columns.append(Column("evidence", flexible=True))
    rows = [
        (
            f"{row.score:.3f}",
            row.source_language,
            row.source[:SHORT],
            row.source_title,
            row.target_language,
            row.target[:SHORT],
            row.target_title,
            *([reasons.flat(row.evidence)] if verbose else []),
        )
        for row in report.pairs[:limit]
    ]
    return [table(columns, rows, "Translation pairs, the closest calls first")]


def paired(report: PairsReport) -> list[RenderableType]:
    """The summary of pairs."""
    shown: list[RenderableType] = []
    if report.ran_before:
        shown.append(f"Ran {' and '.join(report.ran_before)} first: that was out of date.")
    among = " and ".join(f"{count:,} {code}" for code, count in report.candidates.items())
    told = f"{number(len(report.pairs), 'translation pair')} among {among} articles; {_seconds(report.seconds)}."
    shown.append(told)
    if report.up_to_date:
        shown.append("These were found before, and nothing has changed since.")
    if not report.pairs:
        shown.append(
            "`blogarc explain ID OTHER-ID` says why two articles are not taken for translations of each other."
        )
    return shown


def rebuilt(report: RebuildReport) -> list[RenderableType]:
    """The summary of a rebuild."""
    told = f"{number(report.dumps, 'dump')} split again: {number(report.articles, 'article')}"
    told += f", {len(report.changed):,} of the dumps came out otherwise" if report.changed else ", all as before"
    return [f"{told}; {_seconds(report.seconds)}.", f"Ran: {', '.join(report.stages)}."]


def articles(rows: Sequence[Record], every: bool) -> list[RenderableType]:
    """The list of articles."""
    if not rows:
        return []
    columns = [
        Column("id", style="cyan"),
        Column("", style="dim"),
        Column("title", flexible=True),
        Column("words", "right"),
        Column("date"),
        Column("kind") if every else Column("copies", "right"),
        Column("translation", style="cyan"),
        Column("where", flexible=True),
    ]
    listed = (
        (
            row["id"][:SHORT],
            row["language"],
            row["title"],
            f"{row['words']:,}",
            row["published"] or "",
            row["kind"] if every else row["copies"],
            " ".join(partner[:SHORT] for partner in row["translations"]),
            f"{row['source']}:{row['start_line']}",
        )
        for row in rows
    )
    return [table(columns, listed)]


def leftovers(rows: Sequence[Record]) -> list[RenderableType]:
    """What was set aside."""
    if not rows:
        return []
    columns = [
        Column("where", flexible=True),
        Column("role"),
        Column("text", flexible=True),
        Column("why", flexible=True, style="dim"),
    ]
    listed = ((f"{r['source']}:{r['line']}", r["role"], r["text"], reasons.flat(r["evidence"])) for r in rows)
    return [table(columns, listed)]


def article(record: Record) -> list[RenderableType]:
    """One article, whole."""
    facts = [
        record["id"],
        record["language"],
        record["byline"],
        record["published"],
        number(record["words"], "word"),
        f"{record['source']}:{record['start_line']}-{record['end_line']}",
    ]
    if len(record["copies"]) > 1:
        facts.append(number(len(record["copies"]), "copy"))
    if record["kind"] != "representative":
        facts.append(f"{record['kind']} copy of {record['cluster'][:SHORT]}")
    facts += [f"{t['language']}: {t['id'][:SHORT]}" for t in record["translations"]]
    own_title = record["title_source"] == "line"
    return [
        *([plain(record["title"], "bold")] if own_title else []),
        plain("  ".join(str(fact) for fact in facts if fact), "dim"),
        plain("\n" + record["text"] + "\n"),
    ]


def found(rows: Sequence[Record]) -> list[RenderableType]:
    """What a search found, the words in bold."""
    if not rows:
        return []
    columns = [
        Column("id", style="cyan"),
        Column("", style="dim"),
        Column("title", flexible=True),
        Column("text", flexible=True),
        Column("where", flexible=True),
    ]
    listed = (
        (r["id"][:SHORT], r["language"], r["title"], _marked(r["snippet"]), f"{r['source']}:{r['start_line']}")
        for r in rows
    )
    return [table(columns, listed)]


def without_marks(row: Record) -> Record:
    """A search result whose snippet shows the words that were found `**so**`."""
    return row | {"snippet": row["snippet"].replace(FOUND, "**").replace(FOUND_END, "**")}


def figures(report: Stats) -> list[RenderableType]:
    """The figures of an archive."""
    rows = [
        ("dumps", f"{report.dumps:,}", size(report.bytes)),
        ("articles", f"{report.articles:,}", "every copy"),
        ("clusters", f"{report.clusters:,}", "different articles"),
        ("duplicates", f"{sum(report.duplicates.values()):,}", _counts(report.duplicates)),
        ("translation pairs", f"{report.pairs:,}", ""),
        ("languages", f"{len(report.languages):,}", _counts(report.languages)),
        ("words", f"{report.words:,}", "of the representatives"),
        ("years", f"{len(report.years):,}", _counts(report.years)),
        ("set aside", f"{sum(report.leftovers.values()):,}", _counts(report.leftovers)),
        ("archive", size(report.archive_bytes), ""),
    ]
    shown = [table([Column("what"), Column("how many", "right"), Column("of which", flexible=True)], rows)]
    if report.stale:
        shown.append(plain(f"Out of date: {', '.join(report.stale)}.", "yellow"))
    return shown


def problems(report: CheckReport) -> list[RenderableType]:
    """What a check found wrong."""
    return [plain(problem) for problem in report.problems]


def checked(report: CheckReport) -> list[RenderableType]:
    """What a check looked at."""
    seen = report.checks
    told = f"Looked at {number(seen['dumps'], 'dump')} ({size(seen['bytes'])}, {number(seen['lines'], 'line')}), "
    told += f"{number(seen['paragraphs'], 'paragraph')}, {number(seen['articles'], 'article')}"
    told += ", the search index and SQLite itself."
    return [told, *(["All is well."] if report.ok else [])]


def _in_languages(languages: Mapping[str, int]) -> str:
    return f" ({_counts(languages)})" if languages else ""


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _scores(scores: Mapping[str, Any]) -> str:
    return "  ".join(
        f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}" for name, value in scores.items()
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def _marked(snippet: str) -> Text:
    """A snippet on one line, with what was found in bold."""
    text = plain("")
    for n, piece in enumerate(" ".join(snippet.split()).split(FOUND)):
        inside, mark, after = piece.partition(FOUND_END)
        if n and mark:
            text.append_text(plain(inside, "bold"))
            text.append_text(plain(after))
        else:
            text.append_text(plain(piece))
    return text
