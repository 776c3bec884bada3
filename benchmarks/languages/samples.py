"""What is judged: texts of known language in several lengths, and texts in none; half to calibrate on, the rest held back.

Calibrated on: Debian's reference, its maintainers' guide and aptitude's manual, half of the sayings, and GNOME's help in
three languages that blogarc does not speak. Held back: GNOME's help in all others, the Debian handbook, the other half of
the sayings, and the Declaration.
"""

from __future__ import annotations

import ast
import random
import re
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import texts
from texts import Text

SEED = 20
SPOKEN = ("en", "es", "pt", "ca", "fr", "it", "de")
UNSPOKEN_IN_CALIBRATION = ("nl", "sv", "fi")
CALIBRATION = ("reference", "maint-guide", "aptitude")
FILLER = (
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua"
    " ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat duis aute"
    " irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur excepteur sint occaecat"
    " cupidatat non proident sunt in culpa qui officia deserunt mollit anim id est laborum"
).split()
NONE = "und"


@dataclass(frozen=True, slots=True)
class Sample:
    kind: str  # document, paragraph, sentence, short line; names, code, filler, letters
    language: str
    text: str


def is_held_back(text: Text) -> bool:
    if text.collection == "fortunes":
        return sum(map(ord, text.name)) % 2 == 1
    if text.collection == "gnome":
        return text.language not in UNSPOKEN_IN_CALIBRATION
    return text.collection not in CALIBRATION


def draw(held_back: bool, per_language: int = 250) -> list[Sample]:
    """Samples of every kind and language; of English and Spanish so many, of each other language two fifths."""
    rng = random.Random(SEED + held_back)
    by_language: dict[str, list[Text]] = defaultdict(list)
    for text in texts.load():
        if is_held_back(text) == held_back:
            by_language[text.language].append(text)
    found: list[Sample] = []
    for language, of_language in sorted(by_language.items()):
        size = per_language if language in ("en", "es") else per_language * 2 // 5
        for kind in ("document", "paragraph", "sentence", "short line"):
            pool = [piece for text in shuffled(of_language, rng) for piece in cut(text, kind, rng)]
            found += [Sample(kind, language, piece) for piece in pool[:size]]
    return found + list(draw_none(held_back, per_language, rng))


def cut(text: Text, kind: str, rng: random.Random) -> Iterator[str]:
    """The parts of a text that are of this kind; of the short ones at most three."""
    if kind == "document":
        if sum(map(len, text.paragraphs)) > 400:
            yield "\n\n".join(text.paragraphs)
        return
    for paragraph in rng.sample(text.paragraphs, min(3, len(text.paragraphs))):
        words = len(paragraph.split())
        if (kind == "paragraph" and words > 25) or (kind == "short line" and 2 <= words <= 5):
            yield paragraph
        elif kind == "sentence":
            sentences = [s for s in re.split(r"(?<=[.!?]) ", paragraph) if 6 <= len(s.split()) <= 25]
            yield from sentences[:1]


def draw_none(held_back: bool, size: int, rng: random.Random) -> Iterator[Sample]:
    """Texts in no language: names, code, filler text and random letters."""
    people, sources = texts.names(held_back), functions(held_back)
    for _ in range(size):
        yield Sample("names", NONE, ", ".join(rng.sample(people, rng.choice([1, 1, 2, 4, 8]))))
        lines = rng.choice(sources)
        start = rng.randrange(len(lines))
        yield Sample("code", NONE, "\n".join(lines[start : start + rng.choice([1, 3, 8, 20])]))
    for _ in range(size // 4):
        yield Sample("filler", NONE, " ".join(rng.choices(FILLER, k=rng.choice([5, 10, 30]))))
    for _ in range(size // 2):
        words = (
            "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 8)))
            for _ in range(rng.choice([2, 5, 20]))
        )
        yield Sample("letters", NONE, " ".join(words))


def functions(held_back: bool) -> list[list[str]]:
    """Functions and classes of Python's library, every other module, without what they say about themselves."""
    found = []
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[held_back::2]:
        tree = ast.parse(path.read_text("utf-8", "replace"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
                node.body = node.body[1:] or [ast.Pass()]
        found += [
            [line.strip() for line in ast.unparse(node).splitlines()]
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        ]
    return [lines for lines in found if len(lines) > 2]


def mixtures(size: int) -> list[tuple[str, bool, list[str]]]:
    """Held-back documents as paragraphs: half and half, in turns and one after the other, and ones in one language."""
    rng = random.Random(SEED)
    by_language: dict[str, list[Text]] = defaultdict(list)
    for text in texts.load():
        if is_held_back(text) and sum(map(len, text.paragraphs)) > 800:
            by_language[text.language].append(text)
    found: list[tuple[str, bool, list[str]]] = []
    for other in ("es", "fr", "pt"):
        first = "es" if other == "pt" else "en"
        for turn in range(size):
            halves = [half(rng.choice(by_language[code]), 600, rng) for code in (first, other)]
            paragraphs = (
                [p for pair in zip(*halves, strict=False) for p in pair] if turn % 2 else [*halves[0], *halves[1]]
            )
            lengths = [sum(len(p) for p in paragraphs if p in half_) for half_ in halves]
            if min(lengths) >= 0.35 * sum(lengths):
                found.append((f"{first} and {other}", True, paragraphs))
    for language in SPOKEN:
        chosen = rng.sample(by_language[language], min(size, len(by_language[language])))
        found += [(language, False, list(text.paragraphs)) for text in chosen]
    return found


def half(text: Text, letters: int, rng: random.Random) -> list[str]:
    start = rng.randrange(len(text.paragraphs))
    kept: list[str] = []
    for paragraph in text.paragraphs[start:] + text.paragraphs[:start]:
        kept.append(paragraph)
        if sum(map(len, kept)) > letters:
            break
    return kept


def shuffled(given: list[Text], rng: random.Random) -> list[Text]:
    return rng.sample(given, len(given))
