"""Serving an archive on a port of this machine, read-only.

Only this machine is served unless another address is asked for. Because any page in a browser can send requests to a port on
loopback, one that comes under another name than the one we serve is refused (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blogarc.archive import browsing
from blogarc.archive.connection import open_readonly
from blogarc.errors import UsageError
from blogarc.report.messages import Messages

DEFAULT_PORT = 8001
DATABASE = "archive"  # what Datasette calls it in its addresses, whatever the file is called
_SETTINGS = {
    "default_page_size": 50,
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 1000,
    "truncate_cells_html": 300,
    "default_cache_ttl": 0,  # a decision shows at once
    "allow_signed_tokens": False,
}


def application(path: Path, language: str = "en", hosts: frozenset[str] = frozenset()) -> Any:
    """The Datasette of an archive. `hosts` are the names under which it may be asked; if empty, any.

    Raises UsageError if Datasette is not installed.
    """
    require_datasette()
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.plugins import pm

    from blogarc.browse import plugin

    if not pm.is_registered(plugin):
        pm.register(plugin, name="blogarc")
        # Of several that handle an exception all are run, and its own prints every variable where rich is installed.
        pm.unregister(name="datasette.handle_exception")
    metadata = browsing.metadata(DATABASE, path.name, language)
    metadata["description_html"] = _welcome(language)
    metadata["plugins"] = {"blogarc": {"path": str(path), "language": language, "hosts": sorted(hosts)}}
    datasette = Datasette([], metadata=metadata, settings=_SETTINGS)
    # It puts a database in memory where there is no file; ours is added under a name of its own, to be read only.
    datasette.remove_database("_memory")
    datasette.add_database(_read_only(Database)(datasette, path=str(path), is_mutable=True), name=DATABASE)
    return datasette


def _read_only(database: Any) -> Any:
    """Datasette's class of a database, but opened by us: it puts the name of the file into a URI as it is, and that of one may
    hold `?` or `%`; and it can write, if a plugin asks for that."""

    class ReadOnly(database):  # type: ignore[misc]  # Datasette has no types
        def connect(self, write: bool = False) -> Any:
            if write:
                raise UsageError("The archive is only read here.", "blogarc decide overrules it.")
            connection = open_readonly(self.path, threads=True)
            self._all_file_connections.append(connection)
            return connection

    return ReadOnly


def _welcome(language: str) -> str:
    """What the first page says: where to begin."""
    from markupsafe import Markup

    text = Messages(language).text
    places = {"/-/blogarc/report": text("browse.report")}
    places |= {f"/{DATABASE}/{query}": text(f"browse.{query}") for query in browsing.QUERIES}
    places[f"/{DATABASE}/corpus"] = text("browse.corpus")
    links = (Markup('<li><a href="{}">{}</a></li>').format(path, label) for path, label in places.items())
    return str(Markup("<p>{}</p><ul>{}</ul>").format(text("browse.what"), Markup("").join(links)))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket: on this port, or, if none was asked for, on the usual one, or any that is free.

    Raises UsageError if the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for wanted in [DEFAULT_PORT, 0] if port is None else [port]:
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, wanted))
        except (OSError, OverflowError) as error:
            listening.close()
            reason = getattr(error, "strerror", None) or str(error)
        else:
            return listening
    raise UsageError(f"Cannot listen on {host} port {port}: {reason}.", "Name another with --port, or leave it out.")


def serve(path: Path, listening: socket.socket, *, language: str, host: str, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the address once it answers. Raises UsageError without Datasette."""
    port = listening.getsockname()[1]
    names = frozenset({"localhost", "127.0.0.1", "[::1]"}) if is_loopback(host) else frozenset()
    datasette = application(path, language, names)
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")

    config = uvicorn.Config(datasette.app(), log_level="warning", lifespan="on", timeout_graceful_shutdown=2)
    Server(config).run(sockets=[listening])


def require_datasette() -> None:
    """Raises UsageError, with the way to get it, if Datasette is not installed."""
    try:
        import datasette.app  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"Browsing needs Datasette, which is not installed ({error.name or error}).",
            'Install it with: pip install "blogarc[web]"   Or write a page: blogarc report -o report.html',
        ) from error
