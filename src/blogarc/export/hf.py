"""A data set as the Hugging Face Hub holds it: shards of Parquet in `data/`, and a card, README.md, that says what it is.

`datasets.load_dataset` reads the folder as it stands, and the Hub shows it once it is pushed. The YAML at the head of the card
has what can be known: languages and size. The licence is "unknown", because the texts are other people's: whoever publishes
it must say what they may be used for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import yaml

from blogarc.export import parquet
from blogarc.export.targets import new_file

# Of a shard. The Hub likes files of some hundred megabytes; this many articles of a blog make one or two.
_SHARD = 200_000
# As the Hub names them (https://huggingface.co/docs/hub/datasets-cards).
_SIZES = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"),
)  # fmt: skip

_CARD = """\
---
{metadata}---

# Articles of blogs

{articles:,} articles of blogs with {words:,} words, split out of raw text dumps by blogarc: their language was detected, copies
were found, and translations were matched. {kept}

| language | articles |
| --- | ---: |
{languages}

{dated}

## Fields

`text` is the article without its title, which stands in `title`, paragraphs joined by a blank line. `id` is a hash of its
words, so articles with the same words have the same `id`. `source`, `start_line`, `end_line`, `byte_start` and `byte_end` say
where it stands in which dump. `cluster` is the `id` of the article that represents its copies, `kind` and `similarity` how it
is like that one, `copies` where they are. `translations` names articles in other languages by their `id`, each with a score.
`language_shares` has the share of each language by letters, `mixed` whether two have a good part of it.

## What to know before use

Splitting, languages, copies and translations were found by a program and may be wrong: scores are from 0 to 1. The texts are
those of their authors, and no licence is given here: find out what they allow, and say so in this card.
"""


@dataclass(slots=True)
class _Seen:
    """What the card says of the records that went by."""

    words: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    copies: bool = False

    def watch(self, records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for record in records:
            self.words += record["words"]
            self.languages[record["language"]] += 1
            self.copies |= record["kind"] != "representative"
            if record["published"]:
                self.years[record["published"][:4]] += 1
            yield record


def fill(records: Iterable[dict[str, Any]], folder: Path, **_: object) -> int:
    """Write the shards and the card; says how many records."""
    seen = _Seen()
    counts = _write_shards(seen.watch(records), folder / "data")
    with new_file(folder / "README.md") as stream:
        stream.write(_card(seen, sum(counts)).encode())
    return sum(counts)


def _write_shards(records: Iterator[dict[str, Any]], folder: Path) -> list[int]:
    folder.mkdir()
    counts: list[int] = []
    first = next(records, None)
    while first is not None or not counts:
        with new_file(folder / f"{len(counts)}") as stream:
            some = chain([first], islice(records, _SHARD - 1)) if first is not None else ()
            counts.append(parquet.write(some, stream))
        first = next(records, None)
    # How many shards there are is in the name of each, and known now.
    for number in range(len(counts)):
        (folder / f"{number}").rename(folder / f"train-{number:05}-of-{len(counts):05}.parquet")
    return counts


def _card(seen: _Seen, articles: int) -> str:
    codes = sorted(code for code in seen.languages if code != "und")
    metadata: dict[str, Any] = {"language": codes} if codes else {}
    metadata |= {
        "license": "unknown",
        "multilinguality": ["multilingual" if len(codes) > 1 else "monolingual"],
        "size_categories": [next((name for most, name in _SIZES if articles < most), "n>100M")],
        "tags": ["blogs"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*.parquet"}]}],
    }
    years = sorted(seen.years)
    return _CARD.format(
        metadata=yaml.safe_dump(metadata, sort_keys=False),
        articles=articles,
        words=seen.words,
        kept="Every copy is in it." if seen.copies else "Of the copies of an article one is in it.",
        languages="\n".join(f"| {code} | {count:,} |" for code, count in sorted(seen.languages.items())),
        dated=f"{seen.years.total():,} of them have a date, from {years[0]} to {years[-1]}."
        if years
        else "None has a date.",
    )
