"""How reports and records look: each function turns one into tables and sentences. Nothing here prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blogarc.cli import reasons
from blogarc.console import Column, number, plain, size, table
from blogarc.model import UNDETERMINED
from blogarc.text import FOUND, FOUND_END

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from blogarc.archive.reports import (
        AgainstReport,
        CheckReport,
        Decided,
        DedupeReport,
        IngestReport,
        PairsReport,
        RebuildReport,
        Record,
        Stats,
    )

# Digits of an id that are shown; any start that no other article has will do to name one.
SHORT = 8
# A language that is less sure is shown with its confidence.
_NO_DOUBT = 0.9
explanation = reasons.explanation

_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32-le": "UTF-32", "utf-32-be": "UTF-32"}
_WHY = {"guess": " (a guess)", "bom": "", "utf-8": "", "damaged utf-8": ", damaged"}


def ingested(report: IngestReport) -> list[RenderableType]:
    """The summary of an ingest."""
    shown: list[RenderableType] = []
    if report.dumps:
        told = any(d.format != "text" or d.packing for d in report.dumps)
        columns = [
            Column("dump", flexible=True),
            Column("size", "right"),
            *([Column("format")] if told else []),
            Column("encoding"),
            Column("layout"),
            Column("articles", "right"),
            Column("set aside", "right"),
        ]
        rows = [
            (
                d.name,
                size(d.size),
                *([d.format + (f" in {d.packing}" if d.packing else "")] if told else []),
                _NAMES.get(d.encoding, d.encoding) + _WHY.get(d.encoding_source, ""),
                d.layout,
                f"{d.articles:,}",
                f"{d.leftovers:,}",
            )
            for d in report.dumps
        ]
        shown.append(table(columns, rows))
    counted = f"{number(report.articles, 'article')}{_in_languages(report.languages)}"
    counted += (
        f" in {number(len(report.dumps), 'new dump')}; {number(report.leftovers, 'leftover paragraph')} set aside"
    )
    shown.append(f"{counted}; {_seconds(report.seconds)}.")
    mended = sum(d.mended for d in report.dumps)
    if mended:
        shown.append(f"Encoding put right in {number(mended, 'line')} (mojibake); the bytes are kept as received.")
    unchanged = [name for name in report.known if name not in report.profiled]
    if unchanged:
        names = ", ".join(unchanged[:3]) + (", ..." if len(unchanged) > 3 else "")
        shown.append(f"Already known, nothing changed: {number(len(unchanged), 'dump')} ({names}).")
    if report.profiled:
        shown.append(f"Given another profile: {', '.join(report.profiled[:5])}.")
    if report.resegmented and report.profiled:
        shown.append(f"Split anew: {', '.join(report.resegmented[:5])}.")
    elif report.resegmented:
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
    told = ", ".join(f"{count:,} {what}" for what, count in report.changed.items() if count)
    if report.changed:
        shown.append(f"Since the last run: {told}." if told else "The clusters are those of the last run.")
    return shown


def changes(report: DedupeReport) -> list[RenderableType]:
    """Articles that are represented by another than before."""
    if not report.changes:
        return []
    columns = [Column("", style="dim"), Column("id", style="cyan"), Column("title", flexible=True)]
    columns += [Column("where", flexible=True), Column("was", style="red"), Column("now", style="green")]
    rows = [
        (row.change, row.id[:SHORT], row.title, f"{row.source}:{row.line}", (row.was or "")[:SHORT], row.now[:SHORT])
        for row in report.changes
    ]
    return [table(columns, rows, "Represented by another than after the last run")]


def known_elsewhere(report: AgainstReport, limit: int | None) -> list[RenderableType]:
    """Articles that another archive has already, the closest calls first."""
    if not report.rows:
        return []
    columns = [Column("id", style="cyan"), Column("kind"), Column("score", "right"), Column("title", flexible=True)]
    columns += [Column("where", flexible=True), Column("there", style="cyan"), Column("where", flexible=True)]
    rows = [
        (
            row.id[:SHORT],
            row.kind,
            f"{row.similarity:.3f}",
            row.title,
            f"{row.source}:{row.line}",
            row.other[:SHORT],
            f"{row.other_source}:{row.other_line}",
        )
        for row in report.rows[:limit]
    ]
    return [table(columns, rows, f"Already in {report.other}, the closest calls first")]


def compared(report: AgainstReport) -> list[RenderableType]:
    """The summary of a comparison with another archive."""
    found = sum(report.found.values())
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in report.found.items())
    told = f"{found:,} of {number(report.articles, 'article')} are in {report.other} already"
    return [f"{told}{f' ({kinds})' if found else ''}; {report.articles - found:,} are not; {_seconds(report.seconds)}."]


def translations(report: PairsReport, limit: int | None, verbose: bool) -> list[RenderableType]:
    """The pairs, the closest calls first."""
    if not report.pairs:
        return []
    columns = [Column("score", "right"), Column("", style="yellow")]
    for language in report.candidates:
        columns += [Column(language, style="cyan"), Column("title", flexible=True)]
        columns += [Column("words", "right"), Column("aligned", "right")]
    columns.append(Column("note", flexible=True))
    if verbose:
        columns.append(Column("evidence", flexible=True))
    rows = [
        (
            f"{row.score:.3f}",
            "?" if row.close else "",
            *(row.source[:SHORT], row.source_title),
            *(f"{row.source_words:,}", _share(row.aligned.get("source"))),
            *(row.target[:SHORT], row.target_title),
            *(f"{row.target_words:,}", _share(row.aligned.get("target"))),
            row.note,
            *([reasons.flat(row.evidence)] if verbose else []),
        )
        for row in report.pairs[:limit]
    ]
    if not any(row.note for row in report.pairs[:limit]):
        columns = [column for column in columns if column.header != "note"]
        rows = [(*row[:10], *row[11:]) for row in rows]
    return [table(columns, rows, "Translation pairs, the closest calls first; ? marks what to look at")]


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


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
    if report.lexicon:
        entries = " and ".join(f"{count:,} {origin}" for origin, count in sorted(report.lexicon.items()))
        shown.append(f"Its lexicon has {entries} translations of words.")
    elif report.pairs:
        shown.append("No lexicon was learned: that takes ten pairs that are sure without it.")
    if report.less_sure:
        codes = " and ".join(report.less_sure)
        shown.append(
            f"Less sure than for en and es: blogarc knows no months, ordinals or suffixes of {codes}, and went by what all "
            "languages share."
        )
    for miss in report.misses[: None if not report.pairs else 1]:
        shown.append(
            f"Nearest miss: {miss.id[:SHORT]} ({miss.title}) and {miss.nearest[:SHORT]} ({miss.nearest_title}), "
            f"{miss.score:.3f}. {miss.why}"
        )
    unpaired = " and ".join(f"{count:,} {code}" for code, count in report.unpaired.items() if count)
    if unpaired:
        shown.append(f"Without a partner: {unpaired}. `blogarc explain ID` says what came nearest, and why not.")
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
        _language(record),
        record["byline"],
        record["published"],
        record["updated"] and f"updated {record['updated']}",
        record["translator"] and f"translated by {record['translator']}",
        number(record["words"], "word"),
        f"{record['source']}:{record['start_line']}-{record['end_line']}",
    ]
    if len(record["copies"]) > 1:
        facts.append(number(len(record["copies"]), "copy"))
    if record["kind"] != "representative":
        facts.append(f"{record['kind']} copy of {record['cluster'][:SHORT]}")
    origin = [f"{name.replace('_', ' ')}: {told}" for name, told in record["origin"].items() if name != "mended"]
    if record["origin"].get("mended"):
        origin.append(f"encoding put right in {number(record['origin']['mended'], 'line')}")
    facts += [f"{t['language']}: {t['id'][:SHORT]}" for t in record["translations"]]
    own_title = record["title_source"] == "line"
    return [
        *([plain(record["title"], "bold")] if own_title else []),
        plain("  ".join(str(fact) for fact in facts if fact), "dim"),
        *([plain(record["url"], "dim")] if record["url"] else []),
        *([plain("  ".join(origin), "dim")] if origin else []),
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
        ("decisions", f"{report.decisions:,}", "of a person"),
        ("archive", size(report.archive_bytes), ""),
    ]
    shown = [table([Column("what"), Column("how many", "right"), Column("of which", flexible=True)], rows)]
    if report.stale:
        shown.append(plain(f"Out of date: {', '.join(report.stale)}.", "yellow"))
    return shown


def decisions(rows: Sequence[Record]) -> list[RenderableType]:
    """Decisions, one a row."""
    if not rows:
        return []
    columns = [Column("n", "right"), Column("verdict"), Column("where", flexible=True), Column("what", flexible=True)]
    columns += [Column("when", style="dim"), Column("state")]
    listed = ((d["number"], d["verdict"], d["place"], d["shown"], d["decided"][:10], _state(d)) for d in rows)
    return [table(columns, listed)]


def decided(report: Decided) -> list[RenderableType]:
    """A decision that was made."""
    told = report.decision
    said = f"{told['number']}: {told['verdict']} {told['place']} ({told['shown']})."
    if report.known:
        return [f"That was decided already, as {said}"]
    shown: list[RenderableType] = [f"Decided, as {said}"]
    if report.replaced:
        shown.append(f"It takes the place of {_numbers(report.replaced)}.")
    return shown + _effects(report)


def undone(report: Decided) -> list[RenderableType]:
    """A decision that was taken back."""
    told = report.decision
    shown: list[RenderableType] = [f"Undone: {told['number']}: {told['verdict']} {told['place']} ({told['shown']})."]
    if report.replaced:
        shown.append(f"What it had replaced holds again: {_numbers(report.replaced)}.")
    return shown + _effects(report)


def _effects(report: Decided) -> list[RenderableType]:
    of_lines = report.decision["first"] is None
    if report.resegmented:
        return [f"Split anew: {', '.join(report.resegmented[:5])}; {_seconds(report.seconds)}."]
    return ["It was so already: no dump is split otherwise."] if of_lines else []


def _numbers(numbers: Sequence[int]) -> str:
    return f"{'decision' if len(numbers) == 1 else 'decisions'} {', '.join(map(str, numbers))}"


def _state(decision: Record) -> str:
    return f"replaced by {decision['replaced']}" if decision["state"] == "replaced" else str(decision["state"])


def problems(report: CheckReport) -> list[RenderableType]:
    """What a check found wrong."""
    return [plain(problem) for problem in report.problems]


def checked(report: CheckReport) -> list[RenderableType]:
    """What a check looked at."""
    seen = report.checks
    told = f"Looked at {number(seen['dumps'], 'dump')} ({size(seen['bytes'])}, {number(seen['lines'], 'line')}), "
    told += f"{number(seen['paragraphs'], 'paragraph')}, {number(seen['articles'], 'article')}"
    told += ", the search index and SQLite itself."
    if "rederived" in seen and report.ok:
        told += " Everything was derived again from the kept bytes, and came out the same."
    other = seen.get("not_compared", 0)
    if other:
        told += f" Of {number(other, 'dump')} only the bytes, because other versions of libraries read them:"
        told += " blogarc rebuild reads them anew."
    return [told, *(["All is well."] if report.ok else [])]


def _language(record: Record) -> str:
    """The language; how sure it is where there is a doubt, and all of them where there are two."""
    if record["mixed"]:
        return "mixed: " + ", ".join(f"{code} {share:.0%}" for code, share in record["language_shares"].items())
    if record["language_source"] == "surroundings":
        return f"{record['language']} (by the posts around it, {record['language_confidence']:.0%} sure)"
    doubt = record["language"] != UNDETERMINED and record["language_confidence"] < _NO_DOUBT
    return f"{record['language']} ({record['language_confidence']:.0%} sure)" if doubt else str(record["language"])


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
