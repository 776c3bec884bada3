"""What happens to the second copy of a post: edits, typos, other quotes, a cut end, the errors of character recognition.

Each function takes the random generator first and changes nothing in place. Rates are per letter or per word, as small as
in copies found in the wild: an edited copy is still plainly the same post to a reader.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence

NEIGHBOURS = dict(
    zip("abcdefghilmnoprstuvy", "s v xv sf wr dg fh gj uo k n bm ip o et ad ry yi cb tu".split(), strict=True)
)
MISREAD = {
    "a": ("o", "á", "e"), "b": ("h", "6"), "c": ("e", "("), "d": ("cl", "ó"), "e": ("c", "é", "o"), "f": ("t", "í"),
    "g": ("q", "9"), "h": ("b", "li"), "i": ("l", "1", "í"), "l": ("1", "I", "i"), "m": ("rn", "nn"), "n": ("u", "ri"),
    "o": ("0", "c", "ó"), "q": ("g",), "r": ("t", "í"), "s": ("5", "a"), "t": ("f", "l", "+"), "u": ("n", "ii"),
    "v": ("y",), "w": ("vv",), "y": ("v",), "z": ("2",), "á": ("a", "4"), "é": ("e",), "í": ("i",), "ó": ("o", "6"),
    "ñ": ("n", "fi"), "B": ("8",), "D": ("O",), "E": ("F",), "I": ("l", "1"), "O": ("0", "Q"), "S": ("5",), "Z": ("2",),
    "0": ("O", "o"), "1": ("l", "I"), "5": ("S",), "8": ("B",), ".": (",", ""), ",": (".", ""), "—": ("-", "~"),
    "“": ('"', "'"), "”": ('"', "''"), "’": ("'", "`"),
}  # fmt: skip


def add_typos(rng: random.Random, text: str, rate: float) -> str:
    """Slips of the finger: a letter lost, doubled, swapped with its neighbour, or the key beside it."""
    out: list[str] = []
    for letter in text:
        if not letter.isalpha() or rng.random() >= rate:
            out.append(letter)
            continue
        slip = rng.random()
        if slip < 0.3:
            continue
        if slip < 0.5:
            out += (letter, letter)
        elif slip < 0.75 and out and out[-1].isalpha():
            out.insert(len(out) - 1, letter)
        else:
            out.append(rng.choice(NEIGHBOURS.get(letter.lower(), letter)))
    return "".join(out) if "".join(out).strip() else text


def misread(rng: random.Random, text: str, rate: float) -> str:
    """Errors of character recognition: look-alike letters, lost and invented spaces, specks."""
    out: list[str] = []
    for letter in text:
        if letter.isspace():
            if rng.random() >= rate / 2:
                out.append(letter)
        elif rng.random() >= rate:
            out.append(letter)
        else:
            slip = rng.random()
            if slip < 0.7 and letter in MISREAD:
                out.append(rng.choice(MISREAD[letter]))
            elif slip < 0.8:
                out += (letter, " ")
            elif slip < 0.88:
                out += (letter, rng.choice((".", "'", "-", "·")))
            elif slip < 0.94:
                continue
            else:
                out.append(letter)
    return "".join(out) if re.search(r"\w", "".join(out)) else text


def straighten(text: str) -> str:
    """What an old editor leaves of good typography."""
    for curly, plain in ('“"', '”"', "‘'", "’'", '«"', '»"', "—-", "–-", "\u00a0 "):
        text = text.replace(curly, plain)
    return text.replace("…", "...")


def curl(text: str) -> str:
    """What a clever editor makes of plain quotes."""
    text = re.sub(r'"(?=\w)', "“", text).replace('"', "”")
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    return text.replace(" - ", " – ").replace("...", "…").replace(" -- ", " — ")


def respace(rng: random.Random, text: str, rate: float = 0.06) -> str:
    """Doubled spaces and no-break spaces."""
    return "".join(rng.choice(("  ", "\u00a0")) if letter == " " and rng.random() < rate else letter for letter in text)


def garble(text: str) -> str:
    """UTF-8 once read as Windows-1252."""
    return text.encode("utf-8").decode("cp1252", errors="ignore").replace("\u00ad", "")


def strip_accents(text: str) -> str:
    """Spanish as typed on a keyboard without accents."""
    plain = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(letter for letter in plain if letter not in "\u0301\u0303\u0308"))


def escape(text: str) -> str:
    """HTML that was escaped once too often."""
    for letter in "&“”’‘—–…«»":
        text = text.replace(letter, "&amp;" if letter == "&" else f"&#{ord(letter)};")
    return text.replace("\u00a0", "&nbsp;")


def reword(rng: random.Random, text: str, rate: float) -> str:
    """Words dropped, repeated, or put in capitals: the small changes of a second look."""
    words = text.split(" ")
    if len(words) < 6:
        return text
    out = []
    for word in words:
        if rng.random() >= rate:
            out.append(word)
            continue
        change = rng.random()
        if change < 0.45:
            continue
        if change < 0.6:
            out += (word, word)
        elif change < 0.8:
            out.append(word.upper() if change < 0.7 else word.capitalize())
        elif re.search(r"\d", word):
            out.append(re.sub(r"\d", lambda _: str(rng.randrange(10)), word, count=1))
        else:
            out += (word, rng.choice(("also", "then", "quite", "también", "luego", "muy", "really")))
    return " ".join(out)


def rearrange(rng: random.Random, paragraphs: Sequence[str], spare: Sequence[str]) -> tuple[list[str], list[str]]:
    """Drop, add, merge, split and swap some paragraphs; says what was done."""
    out = list(paragraphs)
    done: list[str] = []
    if len(out) > 3 and rng.random() < 0.6:
        count = rng.randint(1, max(1, len(out) // 6))
        for _ in range(count):
            out.pop(rng.randrange(len(out)))
        done.append(f"dropped {count}")
    if spare and rng.random() < 0.5:
        count = rng.randint(1, max(1, min(3, len(out) // 6)))
        for _ in range(count):
            out.insert(rng.randint(1, len(out)), rng.choice(spare))
        done.append(f"inserted {count}")
    if len(out) > 3 and rng.random() < 0.25:
        at = rng.randrange(len(out) - 1)
        out[at : at + 2] = [out[at] + " " + out[at + 1]]
        done.append("merged")
    if rng.random() < 0.25:
        at = rng.randrange(len(out))
        first, stop, rest = out[at].partition(". ")
        if stop and len(rest) > 40:
            out[at : at + 1] = [first + ".", rest]
            done.append("split")
    if len(out) > 4 and rng.random() < 0.12:
        at = rng.randrange(len(out) - 1)
        out[at], out[at + 1] = out[at + 1], out[at]
        done.append("swapped")
    return out, done


def edit(rng: random.Random, paragraphs: Sequence[str], spare: Sequence[str]) -> tuple[list[str], str]:
    """An edited copy of a post, and what was done to it."""
    out = list(paragraphs)
    done: list[str] = []
    if rng.random() < 0.6:
        out, done = rearrange(rng, out, spare)
    if rng.random() < 0.45:
        done.append("typos")
        rate = rng.choice((0.003, 0.006, 0.012, 0.02))
        out = [add_typos(rng, text, rate) for text in out]
    if rng.random() < 0.25:
        done.append("reworded")
        rate = rng.choice((0.01, 0.03, 0.06))
        out = [reword(rng, text, rate) for text in out]
    quotes = rng.random()
    if quotes < 0.35:
        done.append("straight")
        out = [straighten(text) for text in out]
    elif quotes < 0.5:
        done.append("curly")
        out = [curl(text) for text in out]
    elif quotes < 0.57:
        done.append("garbled")
        out = [garble(text) for text in out]
    elif quotes < 0.63:
        done.append("escaped")
        out = [escape(text) for text in out]
    elif quotes < 0.68:
        done.append("no accents")
        out = [strip_accents(text) for text in out]
    if rng.random() < 0.3:
        done.append("spaces")
        out = [respace(rng, text) for text in out]
    out = [text for text in out if re.search(r"\w", text)]
    return out, ", ".join(done) or "orig"


def break_pages(rng: random.Random, paragraphs: Sequence[str]) -> list[str]:
    """Paragraphs torn in two where a printed page ended, and joined where the indent was overlooked."""
    out: list[str] = []
    for text in paragraphs:
        if out and rng.random() < 0.05:
            out[-1] += " " + text
        elif len(text) > 200 and rng.random() < 0.12:
            at = text.index(" ", rng.randint(60, len(text) - 100))
            out += [text[:at], text[at + 1 :]]
        else:
            out.append(text)
    return out


def cut_text(rng: random.Random, text: str, ending: str) -> str:
    """The opening of a text, cut at a word or anywhere, with `ending` where the rest was."""
    if len(text) < 60:
        return text
    at = rng.randint(40, len(text) - 12)
    opening = text[:at] if ending == "" else text[:at].rsplit(" ", 1)[0].rstrip(" ,;:—–")
    return opening.rstrip() + ending
