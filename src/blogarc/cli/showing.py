"""Commands for those who would rather look: report, browse."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from blogarc.cli.session import Session
from blogarc.console import size
from blogarc.errors import UsageError

Interface = Annotated[
    str | None,
    typer.Option("--ui", metavar="CODE", help="The language of the page: en or es.", show_default="by the locale"),
]


def report(
    session: Session,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Write there, whole or not at all; - for standard output."),
    ] = Path("report.html"),
    limit: Annotated[
        int, typer.Option("--limit", "-l", metavar="N", min=1, help="How many close calls of each kind to show.")
    ] = 20,
    ui: Interface = None,
) -> None:
    """Write one page to look at: the dumps as they were split, copies and translations side by side, what was a close call.

    \b
    blogarc report -o report.html
    blogarc report --ui es --limit 100
    blogarc report -o - | ssh host 'cat > public_html/report.html'

    The page needs no network and holds no script; each close call comes with the command that overrules it. Duplicates and
    translations are found first if that is not done.
    """
    from blogarc.report import language_of

    to_pipe = str(output) == "-"
    if to_pipe and session.terminal.as_json:
        raise UsageError("The page and --json would both go to standard output.", "Write the page to a file: -o FILE")
    with session.archive() as archive:
        told = archive.report(None if to_pipe else output, language=ui or language_of(os.environ), limit=limit)
    if session.terminal.as_json:
        session.terminal.print_json(asdict(told))
    if told.ran_before:
        session.terminal.talk(f"Ran {' and '.join(told.ran_before)} first: that was out of date.")
    if not to_pipe:
        session.terminal.talk(f"Wrote {output} ({size(told.bytes)}): open it in a browser.")
    left_out = ", ".join(f"{name} ({count:,})" for name, count in told.left_out.items())
    if left_out:
        session.terminal.talk(f"Not shown, for brevity: {left_out}. --limit shows more of the close calls.")
    session.suggest("browse", "decide --list")


def browse(
    session: Session,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            "-p",
            metavar="N",
            min=0,
            max=65535,
            help="The port to listen on.",
            show_default="8001, or a free one",
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            "--host", metavar="ADDRESS", help="The address to listen on; the usual one is for this machine only."
        ),
    ] = "127.0.0.1",
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    ui: Interface = None,
) -> None:
    """Look around in the archive with a browser: tables, search, copies and translations side by side.

    \b
    blogarc browse
    blogarc browse --port 8080 --no-open
    blogarc browse --ui es

    Datasette shows the archive, and only reads it. It needs the extra: pip install "blogarc[web]". Ctrl+C ends it.
    """
    from blogarc import browse as browsing
    from blogarc.report import language_of, require_language

    language = ui or language_of(os.environ)
    require_language(language)
    browsing.require_datasette()
    with session.archive() as archive:
        ran_before = archive.refresh()
        archive.index()
    if ran_before:
        session.terminal.talk(f"Ran {' and '.join(ran_before)} first: that was out of date.")
    if not browsing.is_loopback(host):
        session.terminal.complain(
            f"Everybody who can reach {host} can read the whole archive.",
            "Leave --host out to serve this machine only.",
            style="yellow",
            word="Warning",
        )

    def ready(address: str) -> None:
        if session.terminal.as_json:
            session.terminal.print_json({"url": address})
            sys.stdout.flush()
        session.terminal.talk(f"{session.db} is open at {address}", "Ctrl+C ends it.")
        if not no_open:
            import webbrowser

            # In a thread, because some browsers are programs of the terminal, and the page must be served meanwhile.
            threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()

    with browsing.listen(host, port) as listening:
        try:
            browsing.serve(session.db, listening, language=language, host=host, ready=ready)
        except KeyboardInterrupt:
            session.terminal.talk("Closed.")
    session.suggest("report", "stats")
