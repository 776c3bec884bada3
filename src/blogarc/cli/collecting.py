"""Commands that make the corpus: ingest, dedupe, pairs, rebuild."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blogarc.cli import views
from blogarc.cli.session import PARTIAL, DryRun, Session
from blogarc.messages import say

if TYPE_CHECKING:
    from blogarc.duplicates import DuplicateConfig

Limit = Annotated[int, typer.Option("--limit", "-l", metavar="N", min=0, help="How many rows to show.")]


def ingest(
    session: Session,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Files, folders, patterns ('*.txt'), or - for standard input.", show_default=False
        ),
    ],
    languages: Annotated[
        str | None,
        typer.Option(
            "--languages",
            metavar="A,B,...",
            help="Languages to tell apart from now on, as langdetect calls them. [default: ca,de,en,es,fr,it,pt]",
            show_default=False,
        ),
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option("--profile", metavar="FILE", help="Markers of the site, as TOML.", show_default=False),
    ] = None,
    names: Annotated[
        str,
        typer.Option(
            "--map",
            metavar="FIELD=NAME,...",
            help="What the fields of ready articles are called: text=body,title=headline.",
            show_default=False,
        ),
    ] = "",
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="NAME",
            help="What the files are, where that is not recognised: text, jsonl, csv, feed, html, warc, wet or parquet.",
            show_default="by content",
        ),
    ] = None,
    whole_page: Annotated[
        bool,
        typer.Option("--whole-page", help="Split all text of web pages, instead of taking the main text of each."),
    ] = False,
    from_parquet: Annotated[
        bool,
        typer.Option(
            "--from-parquet", help="PATHs are Parquet; of a folder that `spark run` made, its corpus is read."
        ),
    ] = False,
    max_bytes: Annotated[
        str, typer.Option("--max-bytes", metavar="SIZE", help="The most that a file may hold, once unpacked.")
    ] = "4G",
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", min=1, metavar="N", help="Processes for the languages of ten thousands of articles."
        ),
    ] = 1,
    dry_run: DryRun = False,
) -> int:
    """Read dumps into the archive and split them into articles.

    \b
    blogarc ingest dump.txt
    blogarc ingest crawls/ more.txt
    blogarc ingest crawls/ --profile site.toml
    blogarc ingest articles.jsonl --map text=body,title=headline
    blogarc ingest wordpress-export.xml 'feeds/*.rss' posts.csv.gz
    blogarc ingest crawl.warc.gz page.html --whole-page
    blogarc ingest --from-parquet corpus/
    curl -s https://example.org/dump.txt | blogarc ingest -

    A dump that the archive has already changes nothing, unless it is given another profile, or is to be read another way
    (--format, --whole-page, --map): then what was read of it is replaced. Dumps that share text are split together: what one
    shows about the borders of a post counts in all.

    What a file is shows in its content. JSON Lines, CSV, Parquet, RSS, Atom, WordPress exports, web pages and WARC hold
    ready articles, which are not split: `text`, and `title`, `byline`, `published`, `language` and `url` if they are there, are
    taken as they are. Any file may be packed by gzip, bzip2, xz or zstd; its bytes are kept as received. See docs/reading.md.
    """
    from blogarc.reading.packing import parse_size
    from blogarc.reading.records import parse_names

    terminal = session.terminal
    fields, most = parse_names(names), parse_size(max_bytes)
    if from_parquet:
        paths, format = [_result(path) for path in paths], _parquet(format)
    with session.archive(create=True, dry_run=dry_run) as archive:
        codes = _codes(languages) if languages else None
        report = archive.ingest(
            *paths,
            languages=codes,
            profile=profile,
            fields=fields,
            jobs=jobs,
            format=format,
            whole_page=whole_page,
            max_bytes=most,
        )
    if terminal.as_json:
        terminal.print_json(report)
    else:
        terminal.talk(*views.ingested(report))
        for problem in report.problems[:_MOST_PROBLEMS]:
            terminal.complain(problem.message, problem.hint, word="Warning", style="yellow")
        if len(report.problems) > _MOST_PROBLEMS:
            more = len(report.problems) - _MOST_PROBLEMS
            terminal.talk(say("... and {count} more like it (--json lists them all).", count=more))
    session.suggest("dedupe", dry_run=dry_run)
    return PARTIAL if report.problems else 0


def dedupe(
    session: Session,
    keep: Annotated[
        str,
        typer.Option(
            "--keep",
            metavar="WHICH",
            help="Which copy represents: complete, longest, first, newest, or a FILE of dump names, the best first.",
        ),
    ] = "complete",
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="OTHER.db", help="Say what is in another archive already.", show_default=False
        ),
    ] = None,
    limit: Limit = 20,
    dry_run: DryRun = False,
) -> None:
    """Find copies of articles: the same words, nearly the same, or a part (a teaser).

    \b
    blogarc dedupe
    blogarc dedupe --dry-run
    blogarc dedupe --keep newest
    blogarc dedupe --against last-year.db
    blogarc dedupe --json | jq .closest

    Each cluster of copies is represented by its most complete text, or by the one that --keep chooses among those that
    resemble all others. Nothing is deleted: `blogarc export --all` has every copy. The duplicates of the least similarity are
    listed first: these are the ones to look at.

    After new dumps only what they change is compared. With --against nothing is written.
    """
    terminal = session.terminal
    shown = None if terminal.verbose else limit
    if against is not None:
        with session.archive() as archive:
            found = archive.against(against)
        session.answer(found, *views.known_elsewhere(found, shown))
        terminal.talk(*views.compared(found))
        return
    config = _keeping(keep)
    with session.archive(dry_run=dry_run) as archive:
        report = archive.dedupe(config, limit=shown)
    if terminal.as_json:
        terminal.print_json(report)
    elif not terminal.quiet:
        terminal.show(
            *(views.changes(report) if dry_run and report.changes else views.duplicates(report, terminal.verbose))
        )
        terminal.talk(*views.deduped(report))
    session.suggest("pairs", dry_run=dry_run)


def _keeping(keep: str) -> DuplicateConfig:
    """The options of dedupe with this choice of representatives. Raises UsageError for one that there is not."""
    from blogarc.duplicates import KEEP, DuplicateConfig
    from blogarc.errors import UsageError

    if keep in KEEP:
        return DuplicateConfig(keep=keep)
    try:
        names = Path(keep).read_text("utf-8").splitlines()
    except (OSError, UnicodeError):
        raise UsageError(
            f"--keep wants {', '.join(KEEP)}, or a file of dump names, not {keep!r}.", "Like this: --keep newest"
        ) from None
    return DuplicateConfig(keep="dumps", dumps=tuple(name.strip() for name in names if name.strip()))


def _result(path: str) -> str:
    """What to read of it: of a folder with the tables of `spark run`, the files of the corpus."""
    corpus = Path(path, "corpus")
    return str(Path(glob.escape(str(corpus)), "*.parquet")) if corpus.is_dir() else path


def _parquet(format: str | None) -> str:
    """The format of a result of Spark. Raises UsageError where another one was asked for."""
    from blogarc.errors import UsageError

    if format not in (None, "parquet"):
        raise UsageError(f"--from-parquet reads Parquet, and --format says {format}.", "Leave one of the two out.")
    return "parquet"


def pairs(
    session: Session,
    languages: Annotated[
        str, typer.Option("--languages", metavar="A,B", help="The two languages, as ISO 639-1 codes.")
    ] = "en,es",
    lexicon: Annotated[
        Path | None,
        typer.Option(
            "--lexicon",
            metavar="FILE",
            help="Words and their translations, a tab between; kept in the archive. An empty file is forgetting them.",
            show_default=False,
        ),
    ] = None,
    limit: Limit = 20,
    dry_run: DryRun = False,
) -> None:
    """Find which article is the translation of which.

    \b
    blogarc pairs
    blogarc pairs --verbose
    blogarc pairs --languages en,pt --lexicon en-pt.tsv
    blogarc pairs --json | jq '.pairs[].evidence'

    Finds duplicates first if that is not done. Each article has one partner at most. The surest come last: the pairs of
    the least score, and those marked with ?, are the ones to look at. `blogarc explain ID` says why a post has no partner.

    No lexicon is needed: where ten pairs are sure, one is learned from them, and kept with the pairs. See docs/pairs.md.
    """
    from blogarc.errors import UsageError
    from blogarc.pairs import PairConfig

    codes = tuple(code.strip().lower() for code in languages.split(","))
    if len(codes) != 2 or codes[0] == codes[1] or not all(len(c) == 2 and c.isalpha() for c in codes):
        raise UsageError(
            f"--languages wants two different ISO 639-1 codes, not {languages!r}.", "Like this: --languages en,es"
        )
    with session.archive(dry_run=dry_run) as archive:
        words = None if lexicon is None else _words(lexicon)
        report = archive.pairs(PairConfig(languages=(codes[0], codes[1])), words=words)
    if session.terminal.as_json:
        session.terminal.print_json(report)
    elif not session.terminal.quiet:
        verbose = session.terminal.verbose
        session.terminal.show(*views.translations(report, None if verbose else limit, verbose))
        session.terminal.talk(*views.paired(report))
    session.suggest("export --format jsonl -o corpus.jsonl", dry_run=dry_run)


def rebuild(session: Session, dry_run: DryRun = False) -> None:
    """Derive everything again from the kept bytes, for instance after an upgrade of blogarc.

    \b
    blogarc rebuild
    blogarc rebuild --dry-run

    Needs none of the files that were ingested.
    """
    with session.archive(dry_run=dry_run) as archive:
        report = archive.rebuild()
    if session.terminal.as_json:
        session.terminal.print_json(report)
    else:
        session.terminal.talk(*views.rebuilt(report))
    session.suggest("check", dry_run=dry_run)


def _words(path: Path) -> list[tuple[str, str]]:
    """The pairs of words in a file. Raises InputError if there is none, or a line is not of that kind."""
    from blogarc.errors import InputError
    from blogarc.lexicon import parse

    try:
        return parse(path.read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", "A lexicon is a file of text in UTF-8.") from None


def _codes(listed: str) -> list[str]:
    return [code.strip().lower() for code in listed.split(",") if code.strip()]


_MOST_PROBLEMS = 3
