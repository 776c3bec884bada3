"""What a single line looks like: toggle, title, byline, date, read-more, rule.

Only short lines are looked at, and only for forms that blogs in English and Spanish share; a form is a cue, never a
verdict. `Cue` values are what `segmentation` weighs, and `explain` shows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Flag, auto
from functools import lru_cache

from blogarc.segmentation.vocabulary import CONTROL_STEMS, CONTROL_WORDS, NEUTRAL_WORDS
from blogarc.text import fold_accents, words

# Longer than this, a line is text, not a head or a link. In the dev dumps 99 % of title lines are shorter.
LONGEST_TITLE = 140
LONGEST_HEAD = 90
LONGEST_LINK = 45


class Cue(Flag):
    """What a line looks like; a line can look like several things."""

    NONE = 0
    TOGGLE = auto()  # "In English", "Leer en español"
    TITLE = auto()  # title-shaped: short, no closing punctuation
    BYLINE = auto()  # "By Jane Roe", "Publicado por ..."
    DATE = auto()  # a date and little else
    READ_MORE = auto()  # "Continue reading", "Leer más »"
    RULE = auto()  # "_____", "* * *"
    CREDIT = auto()  # "Traducción de ...": ends an article
    CONTROL = auto()  # words of a page's controls: "Search", "Compartir", "3 comments", "Older posts"
    NOTICE = auto()  # a sentence or two made of such words: cookies, newsletter, comment policy
    NOTE = auto()  # "This post was updated on ...", "Actualización:", "Editor's note": stands on top of a post
    ITEM = auto()  # begins with a dash, a bullet, a number or a quotation mark: dialogue, attribution, list
    COMMENT = auto()  # "3 comments", "Ana dice:", "Reply": where readers speak
    FIGURES = auto()  # digits and signs, few letters
    LOWER = auto()  # begins in lower case
    SENTENCE = auto()  # ends as a sentence does
    COLON = auto()  # ends with a colon: what it announces comes next
    PATH = auto()  # parts between signs, as in "Home » Blog » Title" or "Title | Site"
    HOUR = auto()  # holds a time of day
    NAME = auto()  # two to four words as in a name, or the name of a user


@dataclass(frozen=True, slots=True)
class Head:
    """What the head lines of an article say."""

    byline: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Credits:
    """What the notes and credits of an article say: who translated it, and when it was last changed."""

    translator: str | None = None
    updated: str | None = None


_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|"
    "aug|sept|sep|oct|nov|dec|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|"
    "noviembre|diciembre|ene|abr|ago|dic"
)
MONTHS = frozenset(_MONTHS.split("|"))
_DAY = r"\d{1,2}(?:st|nd|rd|th|º|°|\.)?"
_DATE = re.compile(
    rf"\b(?:{_DAY}\s+(?:de\s+|of\s+)?(?:{_MONTHS})\.?,?\s+(?:de\s+|del\s+)?\d{{4}}"
    rf"|(?:{_MONTHS})\.?\s+{_DAY},?\s+(?:de\s+)?\d{{4}}"
    rf"|\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[/.\-]\d{{1,2}}[/.\-](?:\d{{4}}|\d{{2}}))\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WEEKDAYS = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|lunes|martes|miercoles|miércoles|jueves|viernes|sabado|"
    "sábado|domingo"
)
_PUBLISHED = (
    r"(?:(?:last\s+)?(?:posted|published|updated|written)|publicad[oa]|actualizad[oa]|escrit[oa]|fecha|date|el|on|de|"
    rf"by|por|at|a las|{_WEEKDAYS})"
)
_NAME = r"[^\W\d_][\w'’.\-]*(?:\s+(?:[^\W\d_][\w'’.\-]*|[y&]))*"
_BYLINE = re.compile(
    r"^\W*(?:(?:by|por)|(?:guest\s+)?(?:post|posted|published|written|text|words|story|report|art[ií]culo|entrada|texto|"
    r"escrit[oa]|publicad[oa]|redactad[oa])\s+(?:invitad[oa]\s+)?(?:by|por|de))\s*:?\s+"
    rf"(?P<name>{_NAME})",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    rf"^\W*(?:authors?|autor(?:a|es|as)?|texto?s?|words|story|report|escribe|redacci[oó]n|cr[oó]nica|by|por)\s*:\s*(?P<name>{_NAME})",
    re.IGNORECASE,
)
_READING_TIME = re.compile(
    r"\b\d{1,3}\s*(?:min(?:ute)?s?\.?|minutos?)\s+(?:read(?:ing)?|de\s+lectura|to\s+read)\b", re.IGNORECASE
)
_CREDIT = re.compile(
    r"^\W*(?:(?:translat(?:ed|ion)|edited|photo(?:graph)?s?|image|illustration)\s+(?:by|:)|"
    r"(?:traducci[oó]n|traducid[oa]|edici[oó]n|fotos?|imagen|ilustraci[oó]n)\s*(?:de|por|:))",
    re.IGNORECASE,
)
_TRANSLATOR = re.compile(
    r"^\W*(?:translat(?:ed|ion)|traducci[oó]n|traducid[oa])(?:\s+(?:into|to|al|from|del)\s+\w+)?\s*(?:by|de|por|:)\s*:?\s*"
    rf"(?P<name>{_NAME})",
    re.IGNORECASE,
)
# Paragraphs at either end of an article where credits and notes stand.
_ENDS = 3
_LANGUAGES = {"english": "en", "ingles": "en", "spanish": "es", "espanol": "es", "castellano": "es"}
_TOGGLE_WORDS = frozenset(
    "in en read leer lee ver view see lea version this post article entry page esta este entrada articulo pagina "
    "also tambien available disponible is the la el a to switch cambiar translation traduccion here aqui text texto".split()
)
_MORE = re.compile(
    r"^\W*(?:(?:(?:keep|continue|read|seguir|sigue|siga|continuar|contin[uú]a|leer|lee|lea|ver)\b[\w\s]{0,24}?)?"
    r"\b(?:more|reading|on|m[aá]s|leyendo|(?:the\s+)?(?:full|whole|rest|complete)\b[\w\s]{0,16}|complet[oa]|"
    r"(?:la\s+)?entrada\s+complet[ao]|(?:el\s+)?art[ií]culo\s+completo))\W*$",
    re.IGNORECASE,
)
# A line of controls is mostly their words; a notice is longer, and has many of them.
_MOSTLY_CONTROL, _LONGEST_NOTICE, _FEWEST_IN_NOTICE, _SHARE_OF_NOTICE = 0.5, 400, 3, 0.25

_ENDS_SENTENCE = re.compile(r"[.!?:;,…][\"'”’»)\]]*$")
_ENDS_SENTENCE_FULLY = re.compile(r"[.!?…]$")
_ENDS_CLAUSE = re.compile(r"[.:;,…][\"'”’»)\]]*$")  # a title may ask or exclaim
_COMMENT = re.compile(
    r"^\W*(?:(?:\d{1,4}|no|one|un|sin|leave\s+a|post\s+a|add\s+a|deja\s+un|a[ñn]ade\s+un|escribe\s+un)?\s*"
    r"(?:comments?|comentarios?|repl(?:y|ies)|respuestas?|responses?|thoughts?|responder|opiniones)\b.{0,30}|"
    r".{2,40}\s(?:says|said|wrote|replied|commented|dice|dijo|escribi[oó]|respondi[oó]|coment[oó])(?:\s+(?:on|at|el|a\s+las)\b.*)?)\W*$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^\W*(?:(?:last\s+)?updat(?:e|ed)\b|actualizaci[oó]n\b|actualizad[oa]\b|(?:editor.?s?\s+|author.?s?\s+)?note\s*:|"
    r"nota(?:\s+(?:del|de\s+la)\s+(?:editora?|redacci[oó]n|autora?))?\s*:|correction\b|correcci[oó]n\b|"
    r"(?:this|the)\s+(?:post|entry|article|page|story|text)\s+(?:was|has\s+been)\s+(?:\w+\s+)?(?:updated|corrected|edited|amended|"
    r"revised|published)|est[ea]\s+(?:entrada|art[ií]culo|texto|p[aá]gina|nota|post)\s+(?:se|ha\s+sido|fue)\s+"
    r"(?:actualiz|corrigi|corregi|edit|revis|public)\w+)",
    re.IGNORECASE,
)
_ENDS_WITH_STOP = re.compile(r"[.!?…:;,][^\w\s]*(?:\s[^\w\s]{1,3})?$")  # an emoji may follow
_ITEM = re.compile(r"^(?:[-–—―•·*▪◦»>]+|\(?\d{1,2}[.)]|[a-z]\)|[\"“«‘'])\s*\S")
_OPENS_A_TITLE = re.compile(r"[\"“«‘'(\[¿¡#…]*[^\W_]")
_WORDS = re.compile(r"[^\W\d_]+")
_IS_PATH = re.compile(r"\S\s+(?:[»›>/|·•→]|::)\s+\S")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\s*(?:h\b|hrs?\b|[ap]\.?\s?m\b)?", re.IGNORECASE)
_IS_NAME = re.compile(r"@?[^\W\d_][\w.'’\-]*(?:\s+(?:[A-ZÁÉÍÓÚÑ][\w.'’\-]*|d[ei]l?|la|y|van|von)){1,3}|@?[a-z]\w{2,19}")


_TOGGLE, _TITLE, _BY, _DATED = Cue.TOGGLE.value, Cue.TITLE.value, Cue.BYLINE.value, Cue.DATE.value
_READ_MORE, _RULE, _CREDITED = Cue.READ_MORE.value, Cue.RULE.value, Cue.CREDIT.value
_CONTROL, _NOTICE, _NOTED, _ITEMISED = Cue.CONTROL.value, Cue.NOTICE.value, Cue.NOTE.value, Cue.ITEM.value
_COMMENTED, _FIGURES, _LOWER, _SENTENCE = Cue.COMMENT.value, Cue.FIGURES.value, Cue.LOWER.value, Cue.SENTENCE.value
_COLON, _PATH, _HOUR, _NAMED = Cue.COLON.value, Cue.PATH.value, Cue.HOUR.value, Cue.NAME.value


def look(text: str) -> Cue:
    """What the line looks like.

    >>> look("In English"), look("Leer más »"), look("Posted by Ana Ruiz on 3 May 2019")
    (<Cue.TOGGLE|TITLE|CONTROL|NAME: 262275>, <Cue.TITLE|READ_MORE|CONTROL: 146>, <Cue.TITLE|BYLINE|DATE: 14>)
    """
    return Cue(shape(text))


def shape(text: str) -> int:
    """The value of what the line looks like: numbers are joined much faster than flags."""
    # An emoji ends a sentence as well as a stop does.
    ends = _ENDS_WITH_STOP.search(text, max(0, len(text) - 8)) or (text and unicodedata.category(text[-1]) == "So")
    found = _SENTENCE if ends else 0
    if text[:1].islower():
        found |= _LOWER
    if ":" in text[-2:]:
        found |= _COLON
    if len(text) > _LONGEST_NOTICE:
        return found
    if not any(map(str.isalnum, text)):
        return _RULE
    head = text[:LONGEST_HEAD]
    if sum(map(str.isalpha, head)) < 0.5 * len(head):
        found |= _FIGURES
    found |= _controls(text)
    if _NOTE.match(text):
        found |= _NOTED
    if _ITEM.match(text):
        found |= _ITEMISED
    if len(text) > LONGEST_TITLE:
        return found
    if _WORDS.search(text) and not _ENDS_CLAUSE.search(text) and _OPENS_A_TITLE.match(text) and not text[0].islower():
        found |= _TITLE
    if _IS_PATH.search(text):
        found |= _PATH
    if len(text) <= LONGEST_HEAD:
        if _CLOCK.search(text):
            found |= _HOUR
        if _is_date_line(text):
            found |= _DATED
        if _is_byline(text) or _READING_TIME.search(text):
            found |= _BY
        if _CREDIT.match(text):
            found |= _CREDITED
    if len(text) <= LONGEST_LINK:
        if _IS_NAME.fullmatch(text):
            found |= _NAMED
        if toggle_language(text):
            found |= _TOGGLE
        if _COMMENT.match(text) and not _ENDS_SENTENCE_FULLY.search(text):
            found |= _COMMENTED
        if _MORE.match(text):
            found |= _READ_MORE
    return found


def _controls(text: str) -> int:
    listed = [w for w in words(fold_accents(text)) if w not in NEUTRAL_WORDS and not w.isdigit()]
    controls = sum([w in CONTROL_WORDS or w.startswith(CONTROL_STEMS) for w in listed])
    if not controls:
        return 0
    if len(text) <= LONGEST_HEAD and controls >= _MOSTLY_CONTROL * len(listed):
        return _CONTROL
    return _NOTICE if controls >= max(_FEWEST_IN_NOTICE, _SHARE_OF_NOTICE * len(listed)) else 0


def toggle_language(text: str) -> str | None:
    """The one language that a toggle line offers, if the line is nothing but that.

    >>> toggle_language("Leer en español"), toggle_language("Spanish food"), toggle_language("English | Español")
    ('es', None, None)
    """
    folded = _WORDS.findall(fold_accents(text))
    named = {_LANGUAGES[w] for w in folded if w in _LANGUAGES}
    if len(named) != 1 or any(w not in _LANGUAGES and w not in _TOGGLE_WORDS for w in folded):
        return None
    (language,) = named
    return language


def _is_date_line(text: str) -> bool:
    """A date, with little else than words of publishing and a name around it."""
    found = _DATE.search(text)
    if not found:
        return False
    rest = text[: found.start()] + " " + text[found.end() :]
    rest = re.sub(rf"\b{_PUBLISHED}\b", " ", rest, flags=re.IGNORECASE)
    if _ENDS_SENTENCE.search(text) and not text.endswith((".", ":")):
        return False
    # What is left may be a name, a time, "5 min read"; not a sentence.
    return len(_WORDS.findall(rest)) <= 6 and not (text.endswith(".") and len(_WORDS.findall(rest)) > 2)


def _is_byline(text: str) -> bool:
    found = _BYLINE.match(text) or _AUTHOR.match(text)
    if not found or _ENDS_SENTENCE.search(text):
        return False
    name = _without_date(found["name"])
    listed = [
        w
        for w in re.findall(r"[^\W\d_][\w'’.\-]*", name)
        if w.lower() not in {"de", "del", "la", "los", "y", "and", "van", "von"}
    ]
    # A name is one to six capitalised words; "By the end of May" and "Por eso" are not names.
    return (
        0 < len(listed) <= 6
        and sum(w[0].isupper() for w in listed) == len(listed)
        and (len(listed) > 1 or "post" in text.lower())
    )


def _without_date(name: str) -> str:
    cut = re.split(rf"[,|·(]|\s+(?:on|el|in|en|at|-|–|—)\s+(?=\w*\s*\d|(?:{_MONTHS}))|\s\d", name, maxsplit=1)[0]
    return re.sub(rf"\s+(?:{_MONTHS}|on|el|in|en|at)\.?$", "", cut, flags=re.IGNORECASE).strip(" ,.|·-–—")


def read_head(lines: list[str], language: str) -> Head:
    """Author and date in the byline and date lines of an article's head.

    >>> read_head(["Publicado por Ana Ruiz el 21 de octubre de 2020"], "es")
    Head(byline='Ana Ruiz', published='2020-10-21')
    """
    byline = published = None
    for line in lines:
        if byline is None and (found := _BYLINE.match(line) or _AUTHOR.match(line)) and _is_byline(line):
            byline = _without_date(found["name"]) or None
        if published is None and (dated := _DATE.search(line)):
            published = parse_date(dated[0], language)
    return Head(byline, published)


def read_credits(texts: Sequence[str], language: str) -> Credits:
    """Translator and date of the last change, as told by the short paragraphs at either end of an article.

    >>> read_credits(["This post was updated on October 13, 2020.", "Long text.", "Traducción de Eva Solís"], "en")
    Credits(translator='Eva Solís', updated='2020-10-13')
    """
    translator = updated = None
    ends = texts if len(texts) <= 2 * _ENDS else [*texts[:_ENDS], *texts[-_ENDS:]]
    for text in (text for text in ends if len(text) <= LONGEST_HEAD):
        if translator is None and (found := _TRANSLATOR.match(text)):
            translator = _without_date(found["name"]) or None
        if _NOTE.match(text) and (dated := _DATE.search(text)):
            updated = max(filter(None, (updated, parse_date(dated[0], language))), default=None)
    return Credits(translator, updated)


@lru_cache(maxsize=4096)
def parse_date(text: str, language: str) -> str | None:
    """ISO date of a written one, read as the language writes it (03/04 is 3 April in Spanish, 4 March in English)."""
    try:
        found = _read_iso(text) or _read_written(text, language)
    except (ValueError, OverflowError):
        return None
    return found.isoformat() if found and date(1900, 1, 1) <= found <= date(2200, 1, 1) else None


def _read_iso(text: str) -> date | None:
    """Year, month, day in any language: some releases of dateparser turn it round with the order of other dates."""
    found = _ISO.fullmatch(text)
    return date(*map(int, found.groups())) if found else None


def _read_written(text: str, language: str) -> date | None:
    import dateparser

    order = ["es", "en"] if language == "es" else ["en", "es"]
    parsed = dateparser.parse(text, languages=order, settings={"DATE_ORDER": "DMY" if language == "es" else "MDY"})
    return None if parsed is None else date(parsed.year, parsed.month, parsed.day)
