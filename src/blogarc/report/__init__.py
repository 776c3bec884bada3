"""The archive as a page to look at: one HTML file that needs no network, or a page of the browser view.

`content` has the values that a page shows, `page` sets them by the templates beside it, `messages` has its words in English
and Spanish, `comparison` and `drawing` work out what is compared and drawn. Nothing here knows the archive or writes a file.
"""

from __future__ import annotations

from blogarc.report.messages import LANGUAGES, language_of, require_language
from blogarc.report.page import policy, render_article, render_copy, render_pair, render_report

__all__ = [
    "LANGUAGES",
    "language_of",
    "policy",
    "render_article",
    "render_copy",
    "render_pair",
    "render_report",
    "require_language",
]
