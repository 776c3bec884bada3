"""A page out of what it shows: templates that escape whatever they are given, and a policy that lets nothing else in.

A page is one file. It has no script, asks for nothing over a network, and its Content-Security-Policy forbids both, so that
whatever a scraped text holds can do nothing. The one style sheet stands in the page, and the policy names it by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from blogarc.report import comparison, drawing
from blogarc.report.content import CopyCall, Listed, Overview, PairCall, Place
from blogarc.report.messages import Messages
from blogarc.text import visible

if TYPE_CHECKING:
    from jinja2 import Environment

# Parts of the evidence of a pair that say how it compares, in the order of a table; others have a place of their own.
_NUMBERS = ("likeness", "margin", "length ratio")
_LISTS = ("shared numbers", "shared names", "shared cognates", "clues of the dump", "vetoes")


def render_report(overview: Overview, language: str = "en", *, option: str = "", home: str = "") -> Iterator[bytes]:
    """The report, in pieces; `option` is what commands need to find the archive, `home` where a link leads back to.

    Raises UsageError for a language that the interface does not speak.
    """
    return _render("report.html", language, overview=overview, option=option, home=home)


def render_pair(call: PairCall, language: str = "en", *, option: str = "", home: str = "") -> Iterator[bytes]:
    """A page with one translation pair."""
    return _render("pair.html", language, call=call, option=option, home=home)


def render_copy(call: CopyCall, language: str = "en", *, option: str = "", home: str = "") -> Iterator[bytes]:
    """A page with two texts of one post."""
    return _render("copy.html", language, call=call, option=option, home=home)


def render_article(listed: Listed, language: str = "en", *, option: str = "", home: str = "") -> Iterator[bytes]:
    """A page with one article, whole."""
    return _render("article.html", language, listed=listed, option=option, home=home)


def policy() -> str:
    """The Content-Security-Policy of a page."""
    digest = hashlib.sha256(style().encode()).digest()
    return f"default-src 'none'; style-src 'sha256-{base64.b64encode(digest).decode()}'; base-uri 'none'; form-action 'none'"


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet, as it stands in a page; its hash is of just these bytes."""
    return resources.files("blogarc.report").joinpath("templates", "style.css").read_text("utf-8")


def command(option: str, *words: str) -> str:
    """A command of blogarc for this archive, safe to be pasted into a shell.

    >>> command("", "decide", "no-cut", "my dump.txt:7")
    "blogarc decide no-cut 'my dump.txt:7'"
    """
    quoted = [shlex.quote(word) for word in words]
    # What begins with a dash is no option.
    if any(word.startswith("-") for word in words):
        return f"blogarc {quoted[0]}{option} -- {' '.join(quoted[1:])}"
    return f"blogarc {' '.join(quoted)}{option}"


def line(place: Place) -> str:
    """The first line of a place, as a command names it."""
    return f"{place.reference}:{place.start_line}"


def _render(template: str, language: str, *, option: str, **values: Any) -> Iterator[bytes]:
    from markupsafe import Markup

    messages = Messages(language)
    page = _environment().get_template(template)
    terms = {
        "ui": messages.language,
        "t": messages.text,
        "tn": messages.count,
        "term": messages.term,
        "num": messages.number,
        "percent": messages.percent,
        "size": messages.size,
        "policy": policy(),
        # A style sheet is not HTML: escaping would change it. It is ours, and a test sees that it closes nothing.
        "style": Markup(style()),
        "command": lambda *words: command(option, *words),
        "line": line,
    }
    stream = page.stream(**terms, **values)
    stream.enable_buffering(64)
    for piece in stream:
        # A lone surrogate is no UTF-8; `visible` has turned those of texts into signs.
        yield piece.encode("utf-8", "replace")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("blogarc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals.update(
        compare=comparison.compare,
        lay_out=drawing.lay_out,
        columns=drawing.columns,
        chart_height=drawing.CHART,
        strip_width=drawing.WIDTH,
        strip_row=drawing.ROW,
        strip_heights=drawing.HEIGHTS,
        evidence_numbers=_NUMBERS,
        evidence_lists=_LISTS,
    )
    environment.filters["weighty"] = _weighty
    return environment


def _shown(value: Any) -> Any:
    """What reaches the page: no character in it can turn the direction of writing, or act on what displays it."""
    # Markup is what the templates themselves made of pieces that came through here.
    return visible(value) if type(value) is str else value


def _weighty(evidence: Mapping[str, float], most: int = 12) -> list[tuple[str, float]]:
    """What weighs most, for or against; the rest summed up under an empty name."""
    ranked = sorted(evidence.items(), key=lambda item: (-abs(item[1]), item[0]))
    rest = sum(weight for _, weight in ranked[most:])
    return [*ranked[:most], ("", rest)] if len(ranked) > most else ranked
