"""How well an export agrees with the labels of a dump: seven numbers, from 0 to 1.

A gold file says of each copy of a post which lines it takes, where it may start, its language and its cluster; which lines
are furniture; and which posts translate each other. The export is that of `--all`: a record for each copy.

    starts      F1 of the first lines; any of a copy's `alt_starts` is right, and each copy can be found once
    exact       copies of which one record has all the lines, and no other line
    leaked      furniture lines that are in a record (0 is best)
    lost        lines of copies that are in no record (0 is best)
    language    copies whose record has their language
    duplicates  F1 of the pairs of copies that are in one cluster
    pairs       F1 of the pairs of posts that are translations
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from blogarc.model import Dump, Role
from blogarc.segmentation import Segmentation
from blogarc.text import strip

Line = tuple[str, int]  # dump, number
Pairs = set[frozenset[Any]]

PERFECT = {"starts": 1.0, "exact": 1.0, "leaked": 0.0, "lost": 0.0, "language": 1.0, "duplicates": 1.0, "pairs": 1.0}


@dataclass(frozen=True)
class Copy:
    """One labelled copy of a post."""

    post: str
    cluster: str
    language: str
    starts: frozenset[Line]
    lines: frozenset[Line]  # without those that may be left out


@dataclass
class Gold:
    """The labels of one or more dumps."""

    copies: list[Copy] = field(default_factory=list)
    furniture: set[Line] = field(default_factory=set)
    pairs: Pairs = field(default_factory=set)
    texts: dict[Line, str] = field(default_factory=dict)  # lines that are not blank


def load_gold(*paths: Path) -> Gold:
    """The labels in these files; each dump lies beside its labels."""
    told = [json.loads(path.read_text("utf-8")) for path in paths]
    return read_gold(
        *(
            (labels, {name: path.with_name(name).read_bytes() for name in labels["files"]})
            for path, labels in zip(paths, told, strict=True)
        )
    )


def read_gold(*sources: tuple[dict[str, Any], dict[str, bytes]]) -> Gold:
    """The same of labels and dumps that are at hand."""
    gold = Gold()
    for labels, files in sources:
        gold.pairs |= {frozenset(pair) for pair in labels["pairs"]}
        for name, told in labels["files"].items():
            lines = files[name].decode("utf-8").split("\n")
            gold.texts |= {(name, n): strip(text) for n, text in enumerate(lines, 1) if strip(text)}
            gold.furniture |= {(name, n) for n in told["boilerplate"]}
            gold.copies += [
                Copy(
                    post=a["post_id"],
                    cluster=a["cluster"],
                    language=a["lang"],
                    starts=frozenset((name, n) for n in a["alt_starts"]),
                    lines=frozenset(
                        (name, n)
                        for n in range(a["start"], a["end"] + 1)
                        if (name, n) in gold.texts and n not in a["optional"] and n not in told["boilerplate"]
                    ),
                )
                for a in told["articles"]
            ]
    return gold


def score(gold: Gold, records: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The seven numbers."""
    held = [_lines_of(record, gold) for record in records]

    # The copy that a record stands for, and the record that covers a copy best.
    stands_for = [_most(range(len(gold.copies)), [len(own & copy.lines) for copy in gold.copies]) for own in held]
    covered_by = [_most(range(len(records)), [len(own & copy.lines) for own in held]) for copy in gold.copies]

    clusters: dict[Any, list[int]] = defaultdict(list)
    post_of: dict[str, str] = {}
    for record, place in zip(records, stands_for, strict=True):
        if place is not None:
            clusters[record["cluster"]].append(place)
            post_of[record["id"]] = gold.copies[place].post
    paired = {
        frozenset((post_of[record["id"]], post_of[partner["id"]]))
        for record in records
        if record["id"] in post_of
        for partner in record["translations"]
        if partner["id"] in post_of
    }
    right = sum(
        covered is not None and records[covered]["language"] == copy.language
        for copy, covered in zip(gold.copies, covered_by, strict=True)
    )
    return {
        **_score_lines(gold, [(record["source"], record["start_line"]) for record in records], held),
        "language": _share(right, len(gold.copies), 1.0),
        "duplicates": _agreement(_pairs_within(clusters.values()), _gold_duplicates(gold)),
        "pairs": _agreement(paired, gold.pairs),
    }


def score_splits(gold: Gold, dumps: Sequence[Dump], splits: Sequence[Segmentation]) -> dict[str, float]:
    """The first four numbers, of dumps that were only split. Each line of a paragraph counts, so that dumps of wrapped lines
    are scored as well."""
    starts: list[Line] = []
    held: list[set[Line]] = []
    for dump, split in zip(dumps, splits, strict=True):
        starts += [(dump.name, article.lines.start) for article in split.articles]
        first = len(held)
        held += [set() for _ in split.articles]
        for paragraph, role, owner in zip(dump.paragraphs, split.roles, split.owners, strict=True):
            if owner >= 0 and role is not Role.TOGGLE:  # a toggle line is not in the text
                lines = ((dump.name, n) for n in range(paragraph.lines.start, paragraph.lines.end))
                held[first + owner] |= {line for line in lines if line in gold.texts}
    return _score_lines(gold, starts, held)


def _score_lines(gold: Gold, starts: Sequence[Line], held: Sequence[set[Line]]) -> dict[str, float]:
    """What can be said of articles by their first lines, and by all lines that they hold."""
    everything: set[Line] = set().union(*held)
    wanted = {line for copy in gold.copies for line in copy.lines}
    optional = set(gold.texts) - gold.furniture - wanted
    found: set[int] = set()
    for start in starts:
        copy = next((c for c, g in enumerate(gold.copies) if start in g.starts and c not in found), None)
        if copy is not None:
            found.add(copy)
    exact = sum(any(own - optional == copy.lines for own in held) for copy in gold.copies)
    return {
        "starts": _f1(len(found), len(starts), len(gold.copies)),
        "exact": _share(exact, len(gold.copies), 1.0),
        "leaked": _share(len(gold.furniture & everything), len(gold.furniture), 0.0),
        "lost": _share(len(wanted - everything), len(wanted), 0.0),
    }


def _lines_of(record: dict[str, Any], gold: Gold) -> set[Line]:
    """The lines between the first and the last of a record that are its title or in its text."""
    texts = {strip(text) for text in record["text"].split("\n\n")} | {strip(record["title"])}
    places = ((record["source"], n) for n in range(record["start_line"], record["end_line"] + 1))
    return {place for place in places if gold.texts.get(place) in texts}


def _gold_duplicates(gold: Gold) -> Pairs:
    clusters: dict[Any, list[int]] = defaultdict(list)
    for n, copy in enumerate(gold.copies):
        clusters[copy.cluster].append(n)
    return _pairs_within(clusters.values())


def _pairs_within(groups: Iterable[list[int]]) -> Pairs:
    return {frozenset(pair) for group in groups for pair in combinations(sorted(set(group)), 2)}


def _most(places: Iterable[int], counts: Sequence[int]) -> int | None:
    best = Counter(dict(zip(places, counts, strict=True))).most_common(1)
    return best[0][0] if best and best[0][1] else None


def _agreement(found: Pairs, wanted: Pairs) -> float:
    return _f1(len(found & wanted), len(found), len(wanted))


def _f1(right: int, found: int, wanted: int) -> float:
    return 2 * right / (found + wanted) if found + wanted else 1.0


def _share(part: int, whole: int, empty: float) -> float:
    return part / whole if whole else empty
