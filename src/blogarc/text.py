"""Bytes to text, and text to what is compared: decoding, folding, words, fingerprints.

Three strengths of folding, each with one use:

- `normalise` keeps everything readable (case, quotes, dashes and white space made alike);
- `words` keeps letters and digits as words: two texts with the same words have the same content key;
- `skeleton` keeps only unaccented letters and digits: two paragraphs with the same skeleton are the same paragraph.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from blogarc.errors import InputError

# Beside the usual white space: no-break and zero-width spaces, which scraped pages are full of.
_BLANKS = "\u00a0\u180e\u200b\u200c\u200d\u2060\ufeff"
_BOMS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF media file"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
# Legacy encodings in which English and Spanish were written. charset-normalizer knows many more, and on a short text
# takes Spanish for Baltic or Turkish; EBCDIC and stateful encodings would also break the byte offsets of lines.
_LEGACY = ["cp1252", "latin_1", "iso8859_15", "mac_roman", "cp850", "cp437"]
_CONTROLS = bytes(c for c in range(32) if c not in b"\x00\t\n\x0b\x0c\r\x1b") + b"\x7f"
_SAMPLE = 1 << 18

_QUOTES = str.maketrans(
    {**dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛´`′", "'"), **dict.fromkeys("–—―‐‑‒−", "-"), "…": "..."}
    | dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), None)
)
# What must not reach a terminal, a spreadsheet or a page as it is: control characters, marks that turn the direction of
# writing (they can make a line read as something else), lone surrogates and noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# Marks around the words that a search found, for whoever displays them: noncharacters, which no text should hold.
FOUND, FOUND_END = "\ufdd0", "\ufdd1"

# How the first two bytes of a character in UTF-8 look where they were taken for cp1252 or latin-1, or for what a Macintosh, DOS
# or Central Europe had: such a letter, and behind it a sign that is no letter of the West. Most texts have none of these, and
# then ftfy is not asked. On a Macintosh the quotes look as the other one says.
_MISREAD = re.compile("[\u00c2-\u00f4√├┬ΓĂ][^\x00-\x7f\u00c0-\u00ff]")
_MISREAD_QUOTE = "‚Ä"
# ftfy itself takes longer texts to pieces, because the time that it needs for one has no other bound.
_LONGEST_MENDED = 1_000_000

# Characters of a paragraph from which on it is no usual one.
_LONG = 1 << 20

_NOT_ALNUM = re.compile(r"[\W_]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_ASCII_LOWER = bytes(range(256)).lower()
_ASCII = bytes(range(128))
_WORDS_OF_ASCII = bytes(ord(chr(c).lower()) if chr(c).isalnum() else 32 for c in range(128)) + bytes(range(128, 256))
# Signs outside ASCII that texts are full of, and that part words however they are normalised.
COMMON_SIGNS = "\u2019\u2018\u201c\u201d\u2013\u2014\u2026\u00a0\u00ab\u00bb\u00a1\u00bf\u00b7\u2022"
# Signs that NFKC leaves as they are, next to whatever of them or of ASCII they stand.
_COMPOSED = frozenset(map(chr, range(0xC0, 0x100)))
_ASCII_NOT_ALNUM = bytes(c for c in range(128) if not chr(c).isalnum())


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec and why it was chosen; `bom` is how many bytes of byte order mark come first."""

    name: str
    source: str
    bom: int = 0

    @property
    def unit(self) -> int:
        """Bytes of one line feed: 1, 2 (UTF-16) or 4 (UTF-32)."""
        return {"utf-16": 2, "utf-32": 4}.get(self.name[:6], 1)


def detect_encoding(data: bytes, name: str = "input") -> Encoding:
    """Byte order mark, else UTF-8 if it decodes, else charset-normalizer's guess, else UTF-8 with damage.

    Raises InputError if the bytes are not text at all.

    >>> detect_encoding("señal".encode()).source, detect_encoding(b"a\\n").name
    ('utf-8', 'utf-8')
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return Encoding(codec, "bom", len(mark))
    head = data[:_SAMPLE]
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise InputError(f"{name} is {what}, not text.", "Give blogarc the text itself.")
    if head[257:262] == b"ustar":
        raise InputError(f"{name} is a tar archive, not text.", "Unpack it: tar -xf, and ingest the folder.")
    wide = _wide_without_mark(head)
    if wide:
        return Encoding(wide, "guess")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    nuls = head.count(0)
    if controls > len(head) * 0.02 or nuls > len(head) * 0.3:
        raise InputError(f"{name} does not look like text: {controls + nuls:,} control bytes near its start.")
    try:
        data.decode("utf-8")
        return Encoding("utf-8", "utf-8")
    except UnicodeDecodeError:
        pass
    # Are there more whole UTF-8 sequences than broken ones? Then this is UTF-8 with damage, not another encoding.
    lossy = data.decode("utf-8", "replace")
    broken = lossy.count("\ufffd")
    whole = len(re.findall(r"[^\x00-\x7f\ufffd]", lossy))
    legacy = "" if whole >= broken else _guess_legacy(data)
    return Encoding(legacy, "guess") if legacy else Encoding("utf-8", "damaged utf-8")


def _wide_without_mark(head: bytes) -> str:
    """UTF-16 of a western text has a NUL in every other byte, even without a mark."""
    even, odd = head[::2], head[1::2]
    for codec, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if len(zeros) >= 4 and zeros.count(0) > 0.8 * len(zeros) and others.count(0) < 0.2 * len(others):
            return codec
    return ""


def _guess_legacy(data: bytes) -> str:
    """charset-normalizer's guess, if the letters it makes are ones that people write; else ''."""
    from charset_normalizer import from_bytes

    # The lines with bytes outside ASCII are what there is to judge.
    telling = b"\n".join(line for line in data.split(b"\n") if not line.isascii())[:_SAMPLE]
    best = from_bytes(telling.replace(b"\x00", b""), cp_isolation=_LEGACY, threshold=0.3).best()
    if best is None:
        return ""
    # Python decodes cp1252 strictly; the web, and this function, take it for latin-1 and the other way round.
    codec = "cp1252" if best.encoding in ("latin_1", "iso8859_1") else best.encoding
    foreign = [c for c in telling.decode(codec, "replace") if not c.isascii()]
    plausible = sum(c in "áéíóúüñçàèìòùâêîôûäëïöãõåæøœßªº¿¡“”‘’–—…€£©®°·«»" or c in "ÁÉÍÓÚÜÑÇÀÈÖÄ" for c in foreign)
    return codec if foreign and plausible >= 0.8 * len(foreign) else ""


def decode_line(raw: bytes, encoding: str) -> tuple[str, int]:
    """The text of a line without its line end, and how many of its characters had to be repaired.

    What cannot be decoded becomes U+FFFD, a NUL is left out; the bytes themselves stay in the archive. White space at
    both ends goes, and a no-break space counts as white space.

    >>> decode_line(b"caf\\xc3\\xa9\\x00 ", "utf-8")
    ('café', 1)
    """
    try:
        text, repaired = raw.decode(encoding), 0
    except UnicodeDecodeError:
        text = raw.decode(encoding, "replace")
        repaired = text.count("\ufffd")
    if "\x00" in text:
        repaired += text.count("\x00")
        text = text.replace("\x00", "")
    return strip(text), repaired


def mend(text: str) -> tuple[str, bool]:
    """The text as it was before somebody read its UTF-8 as another encoding, and whether it had been.

    ftfy tells, which changes a text only if what comes out is far likelier; of its repairs only that one is made, on
    sequences that are whole, so that nothing is guessed. Quotes, ligatures, entities and odd characters stay.

    >>> mend("EstaciÃ³n â€œMarÂ»")[0], mend("Estación, ÁÉÍ, «Ñ»")[1]
    ('Estación “Mar»', False)
    """
    if len(text) > _LONGEST_MENDED or not looks_misread(text):
        return text, False
    from ftfy import TextFixerConfig, fix_encoding

    config = TextFixerConfig(
        restore_byte_a0=False, replace_lossy_sequences=False, fix_c1_controls=False, decode_inconsistent_utf8=True
    )
    mended = fix_encoding(text, config)
    # A byte order mark that was read as text is put right too: it is one character, and white space.
    return mended, mended != text


def looks_misread(text: str) -> bool:
    """Whether something in it may be worth mending."""
    return not text.isascii() and (_MISREAD_QUOTE in text or _MISREAD.search(text) is not None)


def strip(text: str) -> str:
    """Without white space at the ends, no-break and zero-width ones included."""
    text = text.strip()
    while text and (text[0] in _BLANKS or text[-1] in _BLANKS):
        text = text.strip(_BLANKS).strip()
    return text


def normalise(text: str) -> str:
    """For comparing what a reader sees: compatibility forms, case, quotes, dashes and white space made alike.

    >>> normalise("“El  MÁS”\\u00a0– hoy")
    '"el más" - hoy'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_QUOTES).split())


def words(text: str) -> list[str]:
    """The words of a text, case folded, punctuation gone, accents kept.

    >>> words("¡Viva! It's 1.5 km")
    ['viva', 'it', 's', '1', '5', 'km']
    """
    return _words_apart(text).decode("utf-8").split()


def _words_apart(text: str) -> bytes:
    """The words of a text in UTF-8, with spaces between them.

    A translation table is many times as fast as a pattern; what is outside ASCII is looked at sign by sign before, each once.
    """
    if not text.isascii():
        signs = _signs(text)
        for sign in signs.intersection(COMMON_SIGNS):
            text = text.replace(sign, " ")
        signs.difference_update(COMMON_SIGNS)
        if not signs <= _COMPOSED:
            text = unicodedata.normalize("NFKC", text)
            signs = _signs(text)
        for sign in signs:
            folded = _fold_sign_of_word(sign)
            if folded != sign:
                text = text.replace(sign, folded)
    return text.encode("utf-8", "replace").translate(_WORDS_OF_ASCII)


@lru_cache(maxsize=1 << 12)
def _fold_sign_of_word(sign: str) -> str:
    """One character outside ASCII case folded, and spaces for what is no letter and no digit."""
    return "".join(c if c.isascii() or c.isalnum() else " " for c in sign.casefold())


def _signs(text: str) -> set[str]:
    """Which characters outside ASCII a text has."""
    return set(text.encode("utf-8", "replace").translate(None, _ASCII).decode("utf-8"))


def fold_accents(text: str) -> str:
    """Without accents, in lower case.

    >>> fold_accents("Próspera ZEDE")
    'prospera zede'
    """
    if text.isascii():
        return text.lower()
    plain = _NOT_ASCII.sub(_fold, text)
    # Of bytes, `lower` turns ASCII only: the others are folded already, and some are in upper case for good reason.
    return plain.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def _fold(found: re.Match[str]) -> str:
    return _fold_sign(found[0])


@lru_cache(maxsize=1 << 12)
def _fold_sign(sign: str) -> str:
    """One character outside ASCII without accents; folding never depends on its neighbours."""
    return "".join(c for c in unicodedata.normalize("NFKD", sign).casefold() if not unicodedata.combining(c))


def skeleton(text: str) -> str:
    """Letters and digits only, unaccented, in lower case; the text itself where it has neither (a rule line).

    >>> skeleton("“Table 1.”"), skeleton("* * *")
    ('table1', '* * *')
    """
    plain = text
    if not plain.isascii():
        for sign in COMMON_SIGNS:
            if sign in plain:
                plain = plain.replace(sign, "")
    if plain.isascii():
        folded = plain.encode("ascii").translate(_ASCII_LOWER, _ASCII_NOT_ALNUM).decode("ascii")
    else:
        folded = _NOT_ALNUM.sub("", unicodedata.normalize("NFKD", plain).casefold())
    return folded or text


def fingerprint(text: str) -> int:
    """64 bits (signed, as SQLite keeps integers) of the paragraph's skeleton: equal for equal paragraphs."""
    digest = hashlib.blake2b(skeleton(text).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def content_key(texts: Iterable[str]) -> str:
    """The key of an article: 16 hexadecimal digits, the same for the same words in any archive.

    >>> content_key(["A title", "Some text."]) == content_key(["a title", "“Some” text"])
    True
    """
    return content(texts)[0]


def content(texts: Iterable[str]) -> tuple[str, int]:
    """The key of an article, and how many words it has."""
    pieces = list(texts)
    told = [_known_words(piece) if len(piece) < _LONG else _joined_words(piece) for piece in pieces]
    return _key_of(b" ".join([words for words, _ in told if words]), pieces), sum([count for _, count in told])


def contents(articles: Sequence[Sequence[str]]) -> Iterator[tuple[str, int]]:
    """`content` of each of some articles, in less than half the time: the spaces between the words of many are made one in
    numpy, without an object for every word.

    >>> list(contents([["A title", "Some text."], ["—"]])) == [content(["A title", "Some text."]), content(["—"])]
    True
    """
    start, letters = 0, 0
    for end, pieces in enumerate(articles, 1):
        letters += sum(map(len, pieces))
        if letters >= _LONG or end == len(articles):
            yield from _contents(articles[start:end])
            start, letters = end, 0


def _contents(articles: Sequence[Sequence[str]]) -> Iterator[tuple[str, int]]:
    import numpy as np

    # A byte that UTF-8 never uses stands between the articles.
    apart = b" \xff ".join([b" ".join(map(_words_apart, pieces)) for pieces in articles])
    data = np.frombuffer(apart, np.uint8)
    blank = data == 32
    kept = np.ones(len(data), bool)
    np.logical_and(blank[1:], blank[:-1], out=kept[1:])
    np.logical_not(kept[1:], out=kept[1:])
    flat = data[kept].tobytes()
    spaces = np.frombuffer(flat, np.uint8) == 32
    start = 0
    for pieces in articles:
        end = flat.find(b"\xff", start)
        end = end if end >= 0 else len(flat)
        joined = flat[start:end].strip(b" ")
        around = end - start - len(joined)
        yield _key_of(joined, pieces), int(np.count_nonzero(spaces[start:end])) - around + 1 if joined else 0
        start = end + 1


def _key_of(joined: bytes, pieces: Sequence[str]) -> str:
    """The key of an article of these words, or, if it has none, of its signs."""
    told = joined or " ".join(pieces).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(told, digest_size=8).hexdigest()


def _joined_words(piece: str) -> tuple[bytes, int]:
    """The words of a paragraph in one string, and how many. A long one is taken apart bit by bit: a list of words takes ten
    times as much memory as the words."""
    told = _words_apart(piece)
    parts, count, start = [], 0, 0
    while start < len(told):
        end = told.find(b" ", start + _LONG) if len(told) - start > _LONG else -1
        listed = told[start : end if end >= 0 else None].split()
        parts.append(b" ".join(listed))
        count += len(listed)
        start = end if end >= 0 else len(told)
    return b" ".join(filter(None, parts)), count


# Kept for a while, because copies stand near each other.
_known_words = lru_cache(maxsize=1 << 12)(_joined_words)


def excerpt(text: str, length: int = 80) -> str:
    """The first words of a text, at most `length` characters, with an ellipsis where something is left out.

    >>> excerpt("One two three four", 11)
    'One two…'
    """
    # More of it is looked at only where that is not enough.
    for end in (2 * length, 20 * length, len(text)):
        flat = " ".join(text[:end].split())
        if len(flat) > length:
            break
    else:
        return flat
    cut = flat[: length - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > length // 2 else cut).rstrip(" ,;:.-–—") + "…"


def visible(text: str) -> str:
    r"""The text with characters that could act on what displays it turned into ones that are seen. Line feeds and tabs stay.

    >>> visible("red \x1b[31m alert\x07")
    'red ␛[31m alert␇'
    >>> visible("abc\u202edef")
    'abc<202E>def'
    """
    return _UNSAFE.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<{code:04X}>"
