"""The planted dumps are what their gold says, the same on every machine, and varied."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.planting import KINDS, Planted, plant, write
from tests.planting.library import TEXTS, blogs, furniture

SEEDS = range(6)


@cache
def dump(kind: str, seed: int) -> Planted:
    return plant(kind, seed)


def dumps() -> list[Planted]:
    return [dump(kind, seed) for kind in KINDS for seed in SEEDS]


def lines_of(text: str) -> dict[int, str]:
    """Number (from 1) and text of each line that is not blank; a no-break space is blank."""
    lines = (unicodedata.normalize("NFKC", line).strip() for line in text.split("\n"))
    return {number: line for number, line in enumerate(lines, 1) if line}


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


# -- determinism


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes(kind: str) -> None:
    assert plant(kind, 3) == plant(kind, 3)


def test_another_process_with_other_hashes_gives_the_same_bytes(tmp_path: Path) -> None:
    program = "from tests.planting import *; from pathlib import Path; [write(plant(k, 1), Path(%r)) for k in KINDS]"
    for salt in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", program % str(tmp_path / salt)],
            cwd=Path(__file__).parents[1],
            env={"PYTHONHASHSEED": salt, "PYTHONUTF8": "1"},
            check=True,
        )
    first, second = (
        {path.relative_to(tmp_path / salt): path.read_bytes() for path in (tmp_path / salt).rglob("*.*")}
        for salt in "12"
    )
    assert len(first) >= 2 * len(KINDS)
    assert first == second


def test_seeds_differ() -> None:
    for kind in KINDS:
        assert len({tuple(dump(kind, seed).files.values()) for seed in SEEDS}) == len(SEEDS)


# -- gold


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_is_in_one_article_or_is_boilerplate(kind: str) -> None:
    for seed in SEEDS:
        planted = dump(kind, seed)
        assert set(planted.gold["files"]) == set(planted.files)
        for name, text in planted.files.items():
            gold, lines = planted.gold["files"][name], lines_of(text)
            owners = Counter(gold["boilerplate"])
            for article in gold["articles"]:
                owners.update(number for number in range(article["start"], article["end"] + 1) if number in lines)
            assert set(owners) == set(lines)
            assert set(owners.values()) == {1}


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_an_article_stay_inside_it(kind: str) -> None:
    for seed in SEEDS:
        for name, file in dump(kind, seed).gold["files"].items():
            lines, end = lines_of(dump(kind, seed).files[name]), 0
            for article in file["articles"]:
                assert end < article["start"] <= article["first_body"] <= article["end"]
                end = article["end"]
                own = {number for number in range(article["start"], end + 1) if number in lines}
                assert article["start"] == min(article["alt_starts"])
                assert {article["first_body"], *article["alt_starts"], *article["optional"], end} <= own
                assert article["title_line"] is None or article["title_line"] in article["alt_starts"]
                assert article["first_body"] not in article["optional"]
                assert own - set(article["optional"]), "an article of nothing but optional lines"


def test_unaltered_copies_of_a_post_have_the_same_body() -> None:
    for planted in dumps():
        if planted.kind == "odd_bytes":
            continue
        bodies: dict[str, set[str]] = {}
        for name, file in planted.gold["files"].items():
            lines = lines_of(planted.files[name])
            for article in file["articles"]:
                if article["variant"] == "orig":
                    body = [lines[n] for n in range(article["first_body"], article["end"] + 1) if n in lines]
                    bodies.setdefault(article["post_id"], set()).add(" ".join(" ".join(body).split()))
        assert all(len(body) == 1 for body in bodies.values())


def test_title_lines_are_titles() -> None:
    found = 0
    for planted in dumps():
        for name, file in planted.gold["files"].items():
            lines = lines_of(planted.files[name])
            for article in file["articles"]:
                if article["title_line"] and article["variant"] == "orig":
                    line = " ".join(lines[article["title_line"]].split())
                    title = planted.gold["posts"][article["post_id"]]["title"]
                    assert fold(title) in fold(line)  # it may stand in capitals or behind a "#"
                    found += 1
    assert found > 300


def test_pairs_are_in_the_dump_and_run_from_english_to_spanish() -> None:
    pairs = [(planted.gold["posts"], pair) for planted in dumps() for pair in planted.gold["pairs"]]
    assert len(pairs) > 50
    for posts, (english, spanish) in pairs:
        assert (posts[english]["lang"], posts[spanish]["lang"]) == ("en", "es")


def test_an_opening_of_a_post_is_shorter_than_the_post() -> None:
    whole = {post.id: post.words for blog in blogs() for post in blog.posts}
    teasers = 0
    for seed in SEEDS:
        for name, file in dump("teasers", seed).gold["files"].items():
            lines = lines_of(dump("teasers", seed).files[name])
            for article in file["articles"]:
                if article["kind"] == "teaser":
                    words = " ".join(
                        lines[n] for n in range(article["first_body"], article["end"] + 1) if n in lines
                    ).split()
                    assert len(words) <= whole[article["post_id"]] + 3  # "… Read more"
                    teasers += 1
    assert teasers > 20


def test_written_files_are_byte_for_byte_what_was_planted(tmp_path: Path) -> None:
    planted = dump("odd_bytes", 1)
    gold = write(planted, tmp_path)
    assert gold.name == f"{planted.name}.gold.json"
    assert json.loads(gold.read_text(encoding="utf-8")) == planted.gold
    for name, text in planted.files.items():
        assert (gold.parent / name).read_bytes().decode("utf-8") == text


# -- layouts


def test_layouts_are_what_their_names_say() -> None:
    for seed in SEEDS:
        assert all("\n\n" not in text for text in dump("lines", seed).files.values())
        widths = [len(line) for text in dump("wrapped", seed).files.values() for line in text.split("\n")]
        assert max(widths) <= 96
    odd = [text for seed in SEEDS for text in dump("odd_bytes", seed).files.values()]
    assert any("\r\n" in text for text in odd)
    assert any("\n\u00a0\n" in text.replace("\r", "") for text in odd)


# -- variety


def test_there_are_many_blogs_in_both_languages() -> None:
    posts = [post for blog in blogs() for post in blog.posts]
    assert len(blogs()) >= 12
    assert all(len(blog.posts) >= 6 for blog in blogs())
    by_language = Counter(post.lang for post in posts)
    assert min(by_language["en"], by_language["es"]) >= 60
    assert len({post.form for post in posts}) >= 16
    words = sorted(post.words for post in posts)
    assert words[0] < 20
    assert words[-1] > 600
    assert sum(post.pair is not None for post in posts) >= 16


def test_post_ids_and_pairs_agree() -> None:
    posts = {post.id: post for blog in blogs() for post in blog.posts}
    assert len(posts) == sum(len(blog.posts) for blog in blogs())
    for post in posts.values():
        assert post.pair is None or (posts[post.pair].pair == post.id and posts[post.pair].lang != post.lang)


def test_no_paragraph_of_some_length_stands_in_two_posts() -> None:
    seen = Counter(text for blog in blogs() for post in blog.posts for text in post.paragraphs if len(text) > 40)
    assert [text for text, count in seen.items() if count > 1] == []


def test_furniture_is_plentiful_and_not_repeated() -> None:
    for language in (0, 1):
        items = [item[language] for section in furniture().values() for item in section]
        assert len(set(items)) >= 150
        assert len(set(items)) > 0.95 * len(items)


def test_every_furniture_template_can_be_filled_in() -> None:
    text = "\n".join(text for planted in dumps() for text in planted.files.values())
    assert not re.findall(r"\{\w+\}|¶|\|\|", text)


def test_dumps_vary_in_furniture_heads_and_repetition() -> None:
    shares, copies, headed = [], [], []
    for planted in dumps():
        files = planted.gold["files"]
        articles = [article for file in files.values() for article in file["articles"]]
        own = sum(article["end"] - article["start"] + 1 for article in articles)
        shares.append(sum(len(file["boilerplate"]) for file in files.values()) / own)
        copies.append(len(articles) / len(planted.gold["posts"]))
        headed.append(sum(article["start"] != article["first_body"] for article in articles) / len(articles))
    assert min(shares) < 0.02
    assert max(shares) > 0.5
    assert min(copies) == 1
    assert max(copies) > 2
    assert min(headed) == 0
    assert max(headed) == 1


def test_the_readme_lists_every_kind() -> None:
    readme = (TEXTS.parent / "README.md").read_text(encoding="utf-8")
    for kind, (_, note) in KINDS.items():
        assert f"| `{kind}` | {note} |" in readme
