"""The language in which blogarc speaks to people: English, or Spanish where the locale, or whoever runs it, says so.

A message is written in English where it is needed, as `say("There is no archive at {name}.", name=name)`: the template is
looked up in a gettext catalogue (`locale/es`), then filled in. What programs read (JSON, exports, names of kinds, roles and
languages) never passes here, so it is the same everywhere. Without a call of `use`, as in a notebook, it is English.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "es")
CATALOGUES = Path(__file__).parent / "locale"
_DOMAIN = "blogarc"
# In this order, as gettext and POSIX have it.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

# `{name}`, `{count:,}` or `{word!r}` in a template.
_FIELD = re.compile(r"\{(\w+)(?:![rsa])?(?::[^{}]*)?\}")
# Longer ones, with something hostile in them, are not worth a search.
_LONGEST = 2000
# What is filled in may be a sentence as well, such as the reason for a failure, if it has so many characters.
_SENTENCE = range(20, 400)

_spoken: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def say(template: str, /, **values: object) -> str:
    """The message in the language that is spoken, with its values filled in.

    >>> say("{path} is blank.", path="dump.txt:7")
    'dump.txt:7 is blank.'
    """
    told = _spoken.gettext(template) if template else ""
    return told.format(**values) if values else told


def counted(count: int, noun: str) -> str:
    """A count and its noun, in the plural where it must be, in the language that is spoken.

    >>> counted(1, "article"), counted(1200, "copy")
    ('1 article', '1,200 copies')
    """
    return f"{count:,} {_spoken.ngettext(noun, plural(noun), count)}"


def plural(noun: str) -> str:
    """The plural of an English noun, or of the first noun of a phrase with "of".

    >>> plural("copy"), plural("dump"), plural("line of text")
    ('copies', 'dumps', 'lines of text')
    """
    head, of, rest = noun.partition(" of ")
    return (head[:-1] + "ies" if head.endswith("y") else head + "s") + of + rest


def translated(sentence: str) -> str:
    """A sentence of a room below, in the language that is spoken.

    The rooms below the terminal raise their errors in English and know nothing of who reads them: notebooks and logs want
    them so. Their templates are in the catalogue, taken from the sources (`make words`): the one that the sentence was made
    from is found by its fixed words, and filled in again with what stands between them. A sentence without one stays English.

    >>> translated("There is no archive at blogs.db.")
    'There is no archive at blogs.db.'
    """
    if _language == "en" or not sentence or len(sentence) > _LONGEST:
        return sentence
    return _retold(sentence, lambda value: _retold(value, _word) if len(value) in _SENTENCE else _word(value))


def _retold(sentence: str, inner: Callable[[str], str]) -> str:
    """The sentence by its template, and what is filled in by `inner`."""
    told = _word(sentence)
    if told != sentence:
        return told
    for pattern, template in _templates():
        found = pattern.fullmatch(sentence)
        if found:
            return template.format(**{name: inner(value) for name, value in found.groupdict().items()})
    return sentence


def _word(value: str) -> str:
    return _spoken.gettext(value) if value else ""


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """What sentences of the catalogue look like, those with the most fixed words first, and their translations."""
    made = []
    for english, told in getattr(_spoken, "_catalog", {}).items():
        if isinstance(english, str) and "{v1}" in english:
            parts = _FIELD.split(english)  # fixed words, name, fixed words, name, ...
            pattern = "".join(f"(?P<{part}>.*?)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
            made.append((sum(map(len, parts[::2])), re.compile(pattern, re.DOTALL), _FIELD.sub(r"{\1}", told)))
    return [(pattern, told) for _, pattern, told in sorted(made, key=lambda one: -one[0])]


def from_locale() -> str:
    """The language that the locale asks for, if blogarc speaks it; else English."""
    asked = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), "")
    code = asked.partition(".")[0].partition("_")[0].lower()
    return code if code in LANGUAGES else "en"


def use(language: str) -> None:
    """Speak this language from now on."""
    global _spoken, _language  # noqa: PLW0603  # one process speaks one language, as a locale does
    _language = language
    _spoken = gettext.NullTranslations()
    _templates.cache_clear()
    if language != "en":
        _spoken = gettext.translation(_DOMAIN, CATALOGUES, [language])
    # What click and argparse say of themselves goes by the domain of the process.
    gettext.bindtextdomain(_DOMAIN, str(CATALOGUES))
    gettext.textdomain(_DOMAIN)
    os.environ["LANGUAGE"] = language


def in_language(message: str, language: str) -> str | None:
    """A message of the catalogue in another language than the one that is spoken; None if it has no translation."""
    told = _catalogue(language).gettext(message)
    return None if told == message else told


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(_DOMAIN, CATALOGUES, [language])


def spoken() -> str:
    """The language that is spoken now."""
    return _language
