"""How reports and records look: each function turns one into tables and sentences. Nothing here prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blogarc.cli import reasons
from blogarc.console import Column, number, plain, size, table
from blogarc.messages import say, translated
from blogarc.model import UNDETERMINED
from blogarc.text import FOUND, FOUND_END, excerpt

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from blogarc.archive.reports import (
        AgainstReport,
        Call,
        CheckReport,
        Decided,
        DedupeReport,
        IngestReport,
        PairsReport,
        RebuildReport,
        Record,
        SalvageReport,
        Stats,
    )
    from blogarc.cli.settings import Setting

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
    listed = [*report.dumps, *report.reread]
    if listed:
        told = any(d.format != "text" or d.packing for d in listed)
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
            for d in listed
        ]
        shown.append(table(columns, rows))
    counted = say(
        "{articles}{languages} in {dumps}; {leftovers} set aside; {seconds}.",
        articles=number(report.articles, "article"),
        languages=_in_languages(report.languages),
        dumps=number(len(report.dumps), "new dump"),
        leftovers=number(report.leftovers, "leftover paragraph"),
        seconds=_seconds(report.seconds),
    )
    shown.append(counted)
    mended = sum(d.mended for d in listed)
    if mended:
        lines = number(mended, "line")
        shown.append(say("Encoding put right in {lines} (mojibake); the bytes are kept as received.", lines=lines))
    anew = {*report.profiled, *(d.name for d in report.reread)}
    unchanged = [name for name in report.known if name not in anew]
    if unchanged:
        names = ", ".join(unchanged[:3]) + (", ..." if len(unchanged) > 3 else "")
        dumps = number(len(unchanged), "dump")
        shown.append(say("Already known, nothing changed: {dumps} ({names}).", dumps=dumps, names=names))
    if report.reread:
        names = ", ".join(d.name for d in report.reread[:5]) + (", ..." if len(report.reread) > 5 else "")
        shown.append(say("Read another way than before, in place of what was read: {names}.", names=names))
    if report.profiled:
        shown.append(say("Given another profile: {names}.", names=", ".join(report.profiled[:5])))
    names = ", ".join(report.resegmented[:5])
    if report.resegmented and anew:
        shown.append(say("Split anew: {names}.", names=names))
    elif report.resegmented:
        shown.append(say("Split anew, with what the new dumps show: {names}.", names=names))
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
            say(row.kind),
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
    told = say(
        "{articles} in {clusters}: {duplicates}; {seconds}.",
        articles=number(report.articles, "article"),
        clusters=number(report.clusters, "cluster"),
        duplicates=f"{number(found, 'duplicate')} ({_counts(report.duplicates)})" if found else say("no duplicates"),
        seconds=_seconds(report.seconds),
    )
    shown: list[RenderableType] = [told]
    if report.up_to_date:
        shown.append(say("These were found before, and nothing has changed since."))
    elif found > len(report.closest):
        listed = len(report.closest)
        shown.append(
            say("{listed} of {found:,} are listed; --limit or --verbose lists more.", listed=listed, found=found)
        )
    changed = _counts({what: count for what, count in report.changed.items() if count})
    if report.changed:
        since = say("Since the last run: {changes}.", changes=changed)
        shown.append(since if changed else say("The clusters are those of the last run."))
    return shown


def changes(report: DedupeReport) -> list[RenderableType]:
    """Articles that are represented by another than before."""
    if not report.changes:
        return []
    columns = [Column("", style="dim"), Column("id", style="cyan"), Column("title", flexible=True)]
    columns += [Column("where", flexible=True), Column("was", style="red"), Column("now", style="green")]
    rows = [
        (
            say(row.change),
            row.id[:SHORT],
            row.title,
            f"{row.source}:{row.line}",
            (row.was or "")[:SHORT],
            row.now[:SHORT],
        )
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
            say(row.kind),
            f"{row.similarity:.3f}",
            row.title,
            f"{row.source}:{row.line}",
            row.other[:SHORT],
            f"{row.other_source}:{row.other_line}",
        )
        for row in report.rows[:limit]
    ]
    return [table(columns, rows, say("Already in {other}, the closest calls first", other=report.other))]


def compared(report: AgainstReport) -> list[RenderableType]:
    """The summary of a comparison with another archive."""
    found = sum(report.found.values())
    told = say(
        "{found:,} of {articles} are in {other} already{kinds}; {absent:,} are not; {seconds}.",
        found=found,
        articles=number(report.articles, "article"),
        other=report.other,
        kinds=f" ({_counts(report.found)})" if found else "",
        absent=report.articles - found,
        seconds=_seconds(report.seconds),
    )
    return [told]


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
        stages = _and(report.ran_before)
        shown.append(say("Ran {stages} first: that was out of date.", stages=stages))
    told = say(
        "{pairs} among {among} articles; {seconds}.",
        pairs=number(len(report.pairs), "translation pair"),
        among=_and(f"{count:,} {code}" for code, count in report.candidates.items()),
        seconds=_seconds(report.seconds),
    )
    shown.append(told)
    if report.up_to_date:
        shown.append(say("These were found before, and nothing has changed since."))
    if report.lexicon:
        entries = _and(f"{count:,} {say(origin)}" for origin, count in sorted(report.lexicon.items()))
        shown.append(say("Its lexicon has {entries} translations of words.", entries=entries))
    elif report.pairs:
        shown.append(say("No lexicon was learned: that takes ten pairs that are sure without it."))
    if report.less_sure:
        told = say(
            "Less sure than for en and es: blogarc knows no months, ordinals or suffixes of {codes}, and went by what all "
            "languages share.",
            codes=_and(report.less_sure),
        )
        shown.append(told)
    for miss in report.misses[: None if not report.pairs else 1]:
        told = say(
            "Nearest miss: {id} ({title}) and {nearest} ({nearest_title}), {score:.3f}. {why}",
            id=miss.id[:SHORT],
            title=miss.title,
            nearest=miss.nearest[:SHORT],
            nearest_title=miss.nearest_title,
            score=miss.score,
            why=translated(miss.why),
        )
        shown.append(told)
    unpaired = _and(f"{count:,} {code}" for code, count in report.unpaired.items() if count)
    if unpaired:
        told = say(
            "Without a partner: {unpaired}. `blogarc explain ID` says what came nearest, and why not.",
            unpaired=unpaired,
        )
        shown.append(told)
    return shown


def rebuilt(report: RebuildReport) -> list[RenderableType]:
    """The summary of a rebuild."""
    changed = say("{count:,} of the dumps came out otherwise", count=len(report.changed))
    told = say(
        "{dumps} split again: {articles}, {changed}; {seconds}.",
        dumps=number(report.dumps, "dump"),
        articles=number(report.articles, "article"),
        changed=changed if report.changed else say("all as before"),
        seconds=_seconds(report.seconds),
    )
    return [told, say("Ran: {stages}.", stages=", ".join(report.stages))]


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
            say(row["kind"]) if every else row["copies"],
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
    listed = ((f"{r['source']}:{r['line']}", say(r["role"]), r["text"], reasons.flat(r["evidence"])) for r in rows)
    return [table(columns, listed)]


def article(record: Record) -> list[RenderableType]:
    """One article, whole."""
    facts = [
        record["id"],
        _language(record),
        record["byline"],
        record["published"],
        record["updated"] and say("updated {date}", date=record["updated"]),
        record["translator"] and say("translated by {name}", name=record["translator"]),
        number(record["words"], "word"),
        f"{record['source']}:{record['start_line']}-{record['end_line']}",
    ]
    if len(record["copies"]) > 1:
        facts.append(number(len(record["copies"]), "copy"))
    if record["kind"] != "representative":
        facts.append(say("{kind} copy of {id}", kind=say(record["kind"]), id=record["cluster"][:SHORT]))
    origin = [f"{name.replace('_', ' ')}: {told}" for name, told in record["origin"].items() if name != "mended"]
    if record["origin"].get("mended"):
        origin.append(say("encoding put right in {lines}", lines=number(record["origin"]["mended"], "line")))
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
        (say("dumps"), f"{report.dumps:,}", size(report.bytes)),
        (say("articles"), f"{report.articles:,}", say("every copy")),
        (say("clusters"), f"{report.clusters:,}", say("different articles")),
        (say("duplicates"), f"{sum(report.duplicates.values()):,}", _counts(report.duplicates)),
        (say("translation pairs"), f"{report.pairs:,}", ""),
        (say("languages"), f"{len(report.languages):,}", _counts(report.languages)),
        (say("words"), f"{report.words:,}", say("of the representatives")),
        (say("years"), f"{len(report.years):,}", _counts(report.years)),
        (say("set aside"), f"{sum(report.leftovers.values()):,}", _counts(report.leftovers)),
        (say("decisions"), f"{report.decisions:,}", say("of a person")),
        (say("archive"), size(report.archive_bytes), ""),
    ]
    shown = [table([Column("what"), Column("how many", "right"), Column("of which", flexible=True)], rows)]
    if report.stale:
        shown.append(plain(say("Out of date: {stages}.", stages=", ".join(report.stale)), "yellow"))
    return shown


def call(told: Call) -> Record:
    """A close call for programs: with the verdicts that settle it."""
    from dataclasses import asdict

    return {**asdict(told), "yes": told.yes, "no": told.no}


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
        return [say("That was decided already, as {said}", said=said)]
    shown: list[RenderableType] = [say("Decided, as {said}", said=said)]
    if report.replaced:
        shown.append(say("It takes the place of {numbers}.", numbers=_numbers(report.replaced)))
    return shown + _effects(report)


def undone(report: Decided) -> list[RenderableType]:
    """A decision that was taken back."""
    told = report.decision
    said = f"{told['number']}: {told['verdict']} {told['place']} ({told['shown']})."
    shown: list[RenderableType] = [say("Undone: {said}", said=said)]
    if report.replaced:
        shown.append(say("What it had replaced holds again: {numbers}.", numbers=_numbers(report.replaced)))
    return shown + _effects(report)


def _effects(report: Decided) -> list[RenderableType]:
    of_lines = report.decision["first"] is None
    if report.resegmented:
        names = ", ".join(report.resegmented[:5])
        return [say("Split anew: {names}; {seconds}.", names=names, seconds=_seconds(report.seconds))]
    return [say("It was so already: no dump is split otherwise.")] if of_lines else []


def _numbers(numbers: Sequence[int]) -> str:
    listed = ", ".join(map(str, numbers))
    return (
        say("decision {numbers}", numbers=listed) if len(numbers) == 1 else say("decisions {numbers}", numbers=listed)
    )


def _state(decision: Record) -> str:
    if decision["state"] == "replaced":
        return say("replaced by {number}", number=decision["replaced"])
    return say(decision["state"])


def problems(report: CheckReport) -> list[RenderableType]:
    """What a check found wrong."""
    return [plain(translated(problem)) for problem in report.problems]


def checked(report: CheckReport) -> list[RenderableType]:
    """What a check looked at."""
    seen = report.checks
    told = say(
        "Looked at {dumps} ({size}, {lines}), {paragraphs}, {articles}, the search index and SQLite itself.",
        dumps=number(seen["dumps"], "dump"),
        size=size(seen["bytes"]),
        lines=number(seen["lines"], "line"),
        paragraphs=number(seen["paragraphs"], "paragraph"),
        articles=number(seen["articles"], "article"),
    )
    if "rederived" in seen and report.ok:
        told += " " + say("Everything was derived again from the kept bytes, and came out the same.")
    other = seen.get("not_compared", 0)
    if other:
        told += " " + say(
            "Of {dumps} only the bytes, because other versions of libraries read them: blogarc rebuild reads them anew.",
            dumps=number(other, "dump"),
        )
    return [told, *([say("All is well.")] if report.ok else [])]


def salvaged(report: SalvageReport) -> list[RenderableType]:
    """What came out of a damaged archive, and what did not."""
    told = [
        say(
            "Wrote {output}: {dumps} as ingested ({size}), {decisions}.",
            output=report.output,
            dumps=number(report.whole, "dump"),
            size=size(report.bytes),
            decisions=number(report.decisions, "decision"),
        )
    ]
    told += [say("{name}: only a part of its bytes or articles is left.", name=name) for name in report.parts]
    told += [say("{name}: nothing is left of it.", name=name) for name in report.lost]
    told += [
        say("{name}: its bytes are whole; its name, or how it is read, may not be as it was.", name=name)
        for name in report.doubtful
    ]
    if report.articles:
        told.append(say("Saved besides: the texts of {articles}.", articles=number(report.articles, "article")))
    if report.decisions_hurt:
        told.append(
            say("Left out, because they are hurt: {decisions}.", decisions=number(report.decisions_hurt, "decision"))
        )
    if report.unread:
        told.append(say("Could not be read to the end: {tables}.", tables=", ".join(report.unread)))
    return [plain(line) for line in told]


def _language(record: Record) -> str:
    """The language; how sure it is where there is a doubt, and all of them where there are two."""
    if record["mixed"]:
        return (
            say("mixed:") + " " + ", ".join(f"{code} {share:.0%}" for code, share in record["language_shares"].items())
        )
    if record["language_source"] == "surroundings":
        sure = record["language_confidence"]
        return say("{language} (by the posts around it, {sure:.0%} sure)", language=record["language"], sure=sure)
    doubt = record["language"] != UNDETERMINED and record["language_confidence"] < _NO_DOUBT
    code = str(record["language"])
    sure = record["language_confidence"]
    return say("{language} ({sure:.0%} sure)", language=code, sure=sure) if doubt else code


def _in_languages(languages: Mapping[str, int]) -> str:
    return f" ({_counts(languages)})" if languages else ""


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {say(name)}" for name, count in counts.items())


def _and(parts: Iterable[str]) -> str:
    return f" {say('and')} ".join(parts)


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


def first_record(record: Record) -> list[RenderableType]:
    """The first line of an export, a field a line, its text cut short."""
    shown = [plain("\n" + say("The first record of corpus.jsonl, its text cut short:"), "bold")]
    for name, value in record.items():
        shown.append(plain(f"  {name}: {json.dumps(excerpt(value) if name == 'text' else value, ensure_ascii=False)}"))
    return [*shown, plain("")]


def settings(listed: Sequence[Setting], *, every: bool) -> list[RenderableType]:
    """What is in force, and from where; of what nobody set only what has a default, unless all is wanted."""
    shown = [s for s in listed if every or s.origin != "default" or s.value not in (None, "", False)]
    columns = [
        Column("setting", style="cyan"),
        Column("value", flexible=True),
        Column("from", style="dim", flexible=True),
    ]
    return [table(columns, [(s.name, "" if s.value is None else _setting(s.value), s.origin) for s in shown])]


def _setting(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
