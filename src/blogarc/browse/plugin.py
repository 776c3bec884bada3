"""What Datasette is taught: our pages, links to them in its tables, and to answer only to its own name.

A plugin of Datasette is a module with hooks. Ours finds the archive and the language of its pages in the configuration that
`serving` gives it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from datasette import NotFound, Response, hookimpl
from markupsafe import Markup

from blogarc import report
from blogarc.archive import Archive
from blogarc.errors import BlogarcError, UsageError
from blogarc.report.messages import Messages

_BASE = "/-/blogarc/"
_KEY = re.compile(r"[0-9a-f]{16}")
# Our pages need nothing but themselves, and nobody may frame them; only the browser is told of the latter by a header.
_HEADERS = {
    "Content-Security-Policy": f"{report.policy()}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# Columns of our tables and queries in which a key of an article stands.
_KEYS = {"id", "key", "kept", "source", "target", "cluster", "first", "second"}


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    two = r"(?P<first>[0-9a-f]{16})-(?P<second>[0-9a-f]{16})"
    return [
        (rf"^{_BASE}report$", _report),
        (rf"^{_BASE}pair/{two}$", _pair),
        (rf"^{_BASE}duplicate/{two}$", _copy),
        (rf"^{_BASE}article/(?P<key>[0-9a-f]{{16}})$", _article),
    ]


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    messages = Messages(_settings(datasette)["language"])
    return [{"href": datasette.urls.path(f"{_BASE}report"), "label": messages.text("browse.report")}]


@hookimpl
def render_cell(value: Any, column: str, database: str, datasette: Any) -> Markup | None:
    """A key leads to its article, and what a query calls a page is a link to it."""
    if not isinstance(value, str):
        return None
    if column == "page" and value.startswith(_BASE):
        kind = value.removeprefix(_BASE).partition("/")[0]
        label = Messages(_settings(datasette)["language"]).text(f"browse.{'read' if kind == 'article' else 'compare'}")
        return Markup('<a href="{}">{}</a>').format(datasette.urls.path(value), label)
    if column in _KEYS and _KEY.fullmatch(value):
        return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"{_BASE}article/{value}"), value)
    return None


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    hosts = set(_settings(datasette)["hosts"])

    def wrap(app: Any) -> Any:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and hosts:
                asked = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
                if re.sub(r":\d+$", "", asked).lower() not in hosts:
                    refusal = "This archive answers to its own name only.\n"
                    await Response.text(refusal, status=421).asgi_send(send)
                    return
            await app(scope, receive, send)

        return answer

    return wrap


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Callable[[], Awaitable[Any]]:
    """What went wrong, as a page or as JSON; only a bug is also written to the terminal."""

    async def answer() -> Any:
        status = getattr(exception, "status", 500)
        message = getattr(exception, "message", None) or str(exception) or type(exception).__name__
        if status >= 500:
            logging.getLogger("uvicorn.error").error("%s", request.path, exc_info=exception)
        told = {"ok": False, "error": message, "status": status, "title": getattr(exception, "title", None)}
        if request.path.partition("?")[0].endswith(".json"):
            return Response.json({**getattr(exception, "error_dict", {}), **told}, status=status)
        if getattr(exception, "message_is_html", False):
            told["error"] = Markup(message)
        html = await datasette.render_template([f"{status}.html", "error.html"], told, request=request)
        return Response.html(html, status=status)

    return answer


async def _report(datasette: Any) -> Any:
    return await _answered(datasette, lambda archive, look: report.render_report(archive.overview(), **look))


async def _pair(request: Any, datasette: Any) -> Any:
    keys = request.url_vars["first"], request.url_vars["second"]
    return await _answered(datasette, lambda archive, look: report.render_pair(archive.view_pair(*keys), **look))


async def _copy(request: Any, datasette: Any) -> Any:
    keys = request.url_vars["first"], request.url_vars["second"]
    return await _answered(datasette, lambda archive, look: report.render_copy(archive.view_copy(*keys), **look))


async def _article(request: Any, datasette: Any) -> Any:
    key = request.url_vars["key"]
    return await _answered(datasette, lambda archive, look: report.render_article(archive.view_article(key), **look))


async def _answered(datasette: Any, page: Callable[[Archive, dict[str, str]], Iterator[bytes]]) -> Any:
    """A page, made in a thread of its own with an archive of its own; 404 for what is not there."""
    settings = _settings(datasette)

    def make() -> bytes:
        with Archive(settings["path"], read_only=True) as archive:
            look = {"language": settings["language"], "option": archive.option, "home": datasette.urls.path("/")}
            return b"".join(page(archive, look))

    try:
        body = await asyncio.to_thread(make)
    except UsageError as error:
        raise NotFound(f"{error.message} {error.hint}") from error
    except BlogarcError as error:
        return Response.text(f"{error.message}\n{error.hint}\n", status=503)
    return Response(body, headers=_HEADERS, content_type="text/html; charset=utf-8")


def _settings(datasette: Any) -> dict[str, Any]:
    return dict(datasette.plugin_config("blogarc") or {"language": "en", "hosts": []})
