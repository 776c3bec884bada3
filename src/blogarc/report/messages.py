"""The words of the page in each language of its interface, out of one catalogue of data, `messages.toml`.

A message has the same placeholders in every language, which a test sees to. A count takes the form `one` or `other`; both
English and Spanish have just these two. Names of evidence are the archive's own, in English, and are translated by the
catalogue of the terminal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from blogarc.errors import UsageError
from blogarc.messages import in_language

LANGUAGES = ("en", "es")
# How a number is written: between thousands (a narrow no-break space, as the Academy has it), and before its fraction.
_SIGNS = {"en": (",", "."), "es": ("\u202f", ",")}


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Any]:
    """The whole catalogue, as its file has it."""
    return tomllib.loads(resources.files("blogarc.report").joinpath("messages.toml").read_text("utf-8"))


def language_of(environment: Mapping[str, str]) -> str:
    """The language of the interface that a POSIX locale asks for; English where it is not known.

    >>> language_of({"LANG": "es_BO.UTF-8"}), language_of({"LC_ALL": "C", "LANG": "es_ES"}), language_of({})
    ('es', 'en', 'en')
    """
    told = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    code = told.partition("_")[0].partition(".")[0].lower()
    return code if code in LANGUAGES else "en"


def require_language(language: str) -> None:
    """Raises UsageError for a language that the interface does not speak."""
    if language not in LANGUAGES:
        raise UsageError(f"There is no interface in {language!r}.", f"There is: {', '.join(LANGUAGES)}")


class Messages:
    """The messages in one language. Raises UsageError for one that there is not."""

    def __init__(self, language: str) -> None:
        require_language(language)
        self.language = language
        self._texts: Mapping[str, Any] = catalogue()["texts"]

    def text(self, name: str, /, **values: object) -> str:
        """A message, its placeholders filled."""
        told: str = self._texts[name][self.language]
        return told.format(**values) if values else told

    def count(self, name: str, number: int) -> str:
        """A number with its noun: "1 article", "3 articles"."""
        told: str = self._texts[name]["one" if number == 1 else "other"][self.language]
        return told.format(n=self.number(number))

    def term(self, name: str) -> str | None:
        """A name of evidence in this language, None if it is only known in English."""
        return name if self.language == "en" else in_language(name, self.language)

    def number(self, value: float, digits: int = 0) -> str:
        """A number as it is written in this language.

        >>> Messages("en").number(12345), Messages("es").number(0.8921, 3)
        ('12,345', '0,892')
        """
        thousands, point = _SIGNS[self.language]
        whole, _, fraction = f"{value:,.{digits}f}".partition(".")
        if self.language == "es" and len(whole.lstrip("-")) <= 5:
            thousands = ""  # four digits stand together
        return whole.replace(",", thousands) + (point + fraction if fraction else "")

    def percent(self, share: float) -> str:
        """A share of the whole, from 0 to 1.

        >>> Messages("en").percent(0.984), Messages("es").percent(1.0)
        ('98%', '100\\u202f%')
        """
        return self.number(100 * share) + ("\u202f%" if self.language == "es" else "%")

    def size(self, count: int) -> str:
        """Bytes, as a person says them."""
        value, units = float(count), ["B", "kB", "MB", "GB", "TB"]
        while value >= 999.5 and len(units) > 1:
            value, units = value / 1000, units[1:]
        return f"{self.number(value, 0 if units[0] == 'B' or value >= 9.95 else 1)} {units[0]}"
