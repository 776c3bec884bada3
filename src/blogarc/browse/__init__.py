"""The archive in a browser: Datasette over the file, which it only reads, with the pages of the report beside its tables.

`serving` opens the port and serves, `plugin` adds our pages to Datasette. What Datasette is told of tables and queries is SQL,
and so stands in `blogarc.archive.browsing`. Datasette is an extra, `blogarc[web]`, and loaded when it is asked for.
"""

from __future__ import annotations

from blogarc.browse.serving import DEFAULT_PORT, application, is_loopback, listen, require_datasette, serve

__all__ = ["DEFAULT_PORT", "application", "is_loopback", "listen", "require_datasette", "serve"]
