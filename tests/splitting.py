"""Small posts, and dumps made of them, for the tests of segmentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from blogarc import blocks
from blogarc.model import Dump
from blogarc.paragraphs import read_dump
from blogarc.segmentation import Segmentation, segment

Post = tuple[str, ...]

ICE: Post = (
    "The ice house on Cordage Street made its last block in August 1974, and since then it has stored onions, the uniforms "
    "of a brass band and eleven stolen bicycles.",
    "When the cooperative took over the lease last spring, Ombeline noticed that the walls were ninety centimetres thick.",
    "A pendulum clock wants exactly that. It does not mind the cold; it minds change, and there is none in there.",
    "So the old regulator went down the ramp on a fish cart, wrapped in two duvets, and got its first push in thirty years.",
)
LAMP: Post = (
    "Nobody had painted the lamp posts along the quay since the summer of the jellyfish, and it showed from the ferry.",
    "We asked the council for nine litres of green paint and were given eleven of a colour that its label calls thunder.",
    "Three volunteers, two ladders and one very patient dog took four evenings, with a break for the rain on Thursday.",
    "The posts now look like the weather. Some visitors ask whether that was the plan, and we have agreed to say yes.",
)
BREAD: Post = (
    "My grandfather baked for the lighthouse crew and never once used a scale: he weighed flour by the sound of the scoop.",
    "I recorded him in his kitchen, forty scoops in a row, and asked a friend who tunes organs what she could hear in it.",
    "She heard a falling third whenever the scoop was over full, and she was right to within six grams of rye flour.",
)
OLAS: Post = (
    "Durante treinta días contamos las olas del muelle viejo, y el décimo día salieron más que ningún otro del mes.",
    "El mareógrafo no se equivoca: la marea sube 41 centímetros cuando hay luna nueva y sopla el viento del sur.",
    "Los niños de la escuela llevan la cuenta en una libreta, y hasta ahora han sido más cuidadosos que los mayores.",
    "Quien quiera ayudar puede venir a las siete con abrigo; la puerta es la verde y el timbre no funciona.",
)
SAL: Post = (
    "La sal de las tres salinas pequeñas se vende en sacos de tela que cosen las vecinas de la calle de la Cordelería.",
    "Cada saco lleva bordado el año y una letra, y nadie recuerda ya quién decidió que la letra cambiara con la luna.",
    "En el mercado preguntan por la letra antes que por el precio, y hay quien guarda uno de cada desde mil novecientos.",
)
POSTS = (ICE, LAMP, BREAD, OLAS, SAL)
HEADS = ("The ice house keeps time", "Thunder green", "Rye by ear", "Contamos las olas", "La letra del saco")
DATES = ("May 3, 2019", "May 11, 2019", "June 2, 2019", "June 20, 2019", "July 4, 2019")


def dump(*parts: str | Iterable[str], name: str = "dump.txt") -> Dump:
    """A dump of these lines and posts, with a blank line between paragraphs."""
    lines = [line for part in parts for line in ((part,) if isinstance(part, str) else part)]
    return read_dump("\n\n".join(lines).encode(), name)


def split(*parts: str | Iterable[str]) -> list[Post]:
    """The articles of such a dump: the paragraphs of each that are kept, its title line first."""
    one = dump(*parts)
    return articles_of(one, segment([one])[0])


def articles_of(one: Dump, told: Segmentation) -> list[Post]:
    return [
        ((article.title,) if article.title_source == "line" else ()) + tuple(article.text.split("\n\n"))
        for article in told.articles
    ]


def leftovers(*parts: str | Iterable[str]) -> list[str]:
    """The paragraphs of such a dump that are in no article."""
    one = dump(*parts)
    told = segment([one])[0]
    return [p.text for p, owner in zip(one.paragraphs, told.owners, strict=True) if owner < 0]


PAGES = {
    "1.txt": (LAMP, BREAD, LAMP, ICE),
    "2.txt": (BREAD, ICE, SAL),
    "3.txt": (SAL, SAL, OLAS),
    "4.txt": (OLAS, LAMP, OLAS),
    "5.txt": (ICE, OLAS, BREAD),
}


def write_pages(folder: Path) -> list[Path]:
    """Files that share posts."""
    paths = [folder / name for name in PAGES]
    for path in paths:
        path.write_text("\n\n".join(line for post in PAGES[path.name] for line in post) + "\n", "utf-8")
    return paths


def crowd(pages: Sequence[Path], monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The same files, of which a block holds two or three from now on."""
    extents = [blocks.extent(path.stat().st_size, path.read_text("utf-8").count("\n\n") + 1) for path in pages]
    monkeypatch.setattr(blocks, "LARGEST", int(2.5 * max(extents)))
    return [*pages]
