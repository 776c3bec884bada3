"""How explanations look: of an article, of a line of a dump, of two articles side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blogarc.console import Column, plain, table

if TYPE_CHECKING:
    from rich.console import RenderableType

_ID = 8


def explanation(answer: Mapping[str, Any], verbose: bool) -> list[RenderableType]:
    """Whatever `Archive.explain` answered."""
    if "place" in answer:
        shown = _line(answer)
    elif "first" in answer:
        shown = _two(answer, verbose)
    else:
        shown = _article(answer, verbose)
    decided = [
        f"A person decided on {told['decided'][:10]} (decision {told['number']}): {told['verdict']} {told['place']}"
        for told in answer.get("decisions", ())
    ]
    return [*shown, *(plain(line, "bold") for line in decided)]


def flat(evidence: Mapping[str, Any]) -> str:
    """Evidence on one line.

    >>> flat({"shared numbers": ["2009", "41"], "length": 0.9, "runner-up": None})
    'shared numbers: 2009, 41; length: 0.9'
    """
    return "; ".join(f"{name}: {_value(value)}" for name, value in evidence.items() if value not in (None, [], {}, ""))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(inner)}" for name, inner in value.items() if inner is not None)
    if isinstance(value, list | tuple):
        return ", ".join(_value(inner) for inner in value)
    return str(value)


def _weights(title: str, evidence: Mapping[str, float]) -> RenderableType:
    """Evidence and its weight, for above and against below zero."""
    columns = [Column("weight", "right"), Column("evidence", flexible=True)]
    rows = [(plain(f"{weight:+.2f}", "green" if weight > 0 else "red"), name) for name, weight in evidence.items()]
    rows.append((plain(f"{sum(evidence.values()):+.2f}", "bold"), "in all"))
    return table(columns, rows, title)


def _line(answer: Mapping[str, Any]) -> list[RenderableType]:
    if answer["role"] == "blank":
        return [plain(f"{answer['place']} is blank.")]
    if answer["role"] == "ready":
        return [plain(f"{answer['place']} is in a file of ready articles, which is not split: {answer['article']}.")]
    if answer["article"]:
        where = "starts" if answer["starts_article"] else "is in"
        said = f"{answer['place']} ({answer['role']}) {where} article {answer['article'][:_ID]}: {answer['title']}"
    else:
        said = f"{answer['place']} ({answer['role']}) is in no article."
    shown = [
        plain(said, "bold"),
        plain(answer["text"]),
        _weights("For and against a cut before it", answer["for_a_cut"]),
        _weights("For and against its being furniture", answer["for_furniture"]),
    ]
    if answer["weighed_with"] > 1:
        shown.append(
            plain(
                f"Weighed together with {answer['weighed_with'] - 1} other dumps that share text with this one.", "dim"
            )
        )
    return shown


def _article(answer: Mapping[str, Any], verbose: bool) -> list[RenderableType]:
    place = f"{answer['source']}:{answer['start_line']}-{answer['end_line']}"
    shown: list[RenderableType] = [
        plain(f"{answer['id']}  {answer['title']}", "bold"),
        plain(f"{place}; {answer['language']}, confidence {answer['language_confidence']:.2f}"),
    ]
    if answer["toggle"]:
        shown.append(plain(f"A toggle line before it offers the language {answer['toggle']}."))
    if answer["split"].get("cut"):
        shown.append(_weights("Why it starts there", answer["split"]["cut"]))
    elif "record" in answer["split"]:
        shown.append(plain(f"A ready article; its record also says: {flat(answer['split']['record'])}", "dim"))
    else:
        shown.append(plain("It starts there because the dump does.", "dim"))
    if answer["roles"]:
        shown.append(plain("Head lines: " + ", ".join(f"line {r['line']} {r['role']}" for r in answer["roles"])))
    if len(answer["cluster"]) > 1:
        columns = [Column("id", style="cyan"), Column("kind"), Column("similarity", "right"), Column("words", "right")]
        columns += [Column("where", flexible=True), Column("scores", flexible=True)]
        rows = [
            (
                m["id"][:_ID],
                m["kind"],
                "" if m["similarity"] is None else f"{m['similarity']:.3f}",
                f"{m['words']:,}",
                f"{m['source']}:{m['start_line']}",
                flat(m["scores"]),
            )
            for m in answer["cluster"]
        ]
        shown.append(table(columns, rows, "Its cluster"))
        shown.append(plain(f"{answer['cluster'][0]['id'][:_ID]} represents it: {answer['because']}.", "bold"))
        lacking = [(m["id"][:_ID], passage) for m in answer["cluster"] for passage in m["lacking"]]
        if lacking:
            columns = [Column("id", style="cyan"), Column("passage", style="green", flexible=True)]
            listed = lacking if verbose else lacking[:_MOST_CHANGES]
            shown.append(table(columns, listed, "What others have that the representative lacks"))
            if len(listed) < len(lacking):
                shown.append(plain(f"... and {len(lacking) - len(listed)} more (--verbose lists them all).", "dim"))
    else:
        shown.append(plain("It has no copies, or none were looked for yet.", "dim"))
    for pair in answer["pairs"]:
        shown.append(
            plain(f"Translation: {pair['source'][:_ID]} and {pair['target'][:_ID]}, score {pair['score']:.3f}", "bold")
        )
        shown.append(plain(flat(pair["evidence"])))
    if answer["nearest"] is not None and not answer["pairs"]:
        shown += _nearest_miss(answer["nearest"])
    return shown


def _nearest_miss(nearest: Mapping[str, Any]) -> list[RenderableType]:
    """What came nearest to a post without a partner."""
    if nearest["id"] is None:
        return [plain(f"It has no partner. {nearest['why']}", "bold")]
    told = f"Nearest: {nearest['id'][:_ID]}, {nearest['title']}; probability {nearest['score']:.3f}. {nearest['why']}"
    return [plain("It has no partner.", "bold"), plain(told)]


def _two(answer: Mapping[str, Any], verbose: bool) -> list[RenderableType]:
    columns = [Column("id", style="cyan"), Column("", style="dim"), Column("words", "right")]
    columns += [Column("where", flexible=True), Column("title", flexible=True)]
    both = [answer["first"], answer["second"]]
    rows = [
        (a["id"][:_ID], a["language"], f"{a['words']:,}", f"{a['source']}:{a['start_line']}", a["title"]) for a in both
    ]
    return [
        table(columns, rows),
        *(_copies(answer["duplicate"], verbose) if "duplicate" in answer else _pair(answer["pair"], verbose)),
    ]


def _copies(verdict: Mapping[str, Any], verbose: bool) -> list[RenderableType]:
    """Whether one repeats the other, and where their words part."""
    copies = verdict["verdict"] != "different"
    said = f"A duplicate, {verdict['verdict']}" if copies else "No duplicate"
    shown: list[RenderableType] = [
        plain(f"{said}: {verdict['rule']}; similarity {verdict['similarity']:.3f}.", "bold"),
        plain(flat(verdict["scores"])),
    ]
    # Of two texts that are not alike everything is different: that needs no list.
    changes = [(tag, first, second) for tag, first, second in verdict["words"] if tag != "same"]
    common = sum(len(first.split()) for tag, first, _ in verdict["words"] if tag == "same")
    if common:
        shown.append(plain(f"{common:,} words are common to both, in the same order.", "dim"))
    if changes and (copies or verbose):
        columns = [Column("", style="dim"), Column("first", style="red", flexible=True)]
        columns.append(Column("second", style="green", flexible=True))
        shown.append(
            table(
                columns,
                _side_by_side(verdict["words"]) if verbose else changes[:_MOST_CHANGES],
                "Side by side" if verbose else "Where their words part",
            )
        )
        if not verbose and len(changes) > _MOST_CHANGES:
            shown.append(plain(f"... and {len(changes) - _MOST_CHANGES} more (--verbose lists them all).", "dim"))
    return shown


def _side_by_side(words: Sequence[tuple[str, str, str]]) -> list[tuple[Any, ...]]:
    """All words of both texts, the common ones dimmed."""
    return [
        (tag, *((plain(first, "dim"), plain(second, "dim")) if tag == "same" else (first, second)))
        for tag, first, second in words
    ]


def _pair(verdict: Mapping[str, Any], verbose: bool) -> list[RenderableType]:
    """Whether one translates the other, and what was weighed."""
    said = "A translation" if verdict["taken"] else "Not taken for a translation"
    shown: list[RenderableType] = [
        plain(f"{said}: probability {verdict['probability']:.3f}. {verdict['why']}", "bold"),
        *(plain(f"Veto: {veto}.", "yellow") for veto in verdict["vetoes"]),
    ]
    if verdict["clues"]:
        clues = {f"{name} ({_value(clue['value'])})": clue["weight"] for name, clue in verdict["clues"].items()}
        shown.append(_weights("For and against, in log-odds", {"at the outset": verdict["at the outset"], **clues}))
    for which, nearest in verdict["nearest"].items():
        if nearest:
            told = f"The {which} is nearest to {nearest['id'][:_ID]} otherwise, {nearest['title']}"
            shown.append(plain(f"{told}: probability {nearest['probability']:.3f}.", "dim"))
    if verdict.get("aligned") and (verdict["taken"] or verbose):
        shown.append(_paragraphs_side_by_side(verdict["aligned"]))
    return shown


_MOST_CHANGES = 20


def _paragraphs_side_by_side(beads: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Aligned paragraphs in two columns of the same width, whole, with their score; what has no partner is in colour."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=SIMPLE_HEAD, show_edge=False, show_lines=False, padding=(0, 1, 0, 0), expand=True)
    grid.title, grid.title_justify, grid.title_style = plain("Their paragraphs side by side"), "left", "bold"
    grid.add_column(plain("score"), justify="right", no_wrap=True)
    grid.add_column(plain("first"), ratio=1, overflow="fold")
    grid.add_column(plain("second"), ratio=1, overflow="fold")
    alone = 0
    for bead in beads:
        paired = bool(bead["first"] and bead["second"])
        alone += not paired
        sides = [
            plain("\n".join(bead[side]) or "(nothing)", "" if bead[side] else "dim") for side in ("first", "second")
        ]
        score = plain(f"{bead['score']:.2f}") if paired else plain("none", "yellow")
        grid.add_row(score, *sides, style="" if paired else "yellow")
    told = f"{alone} of {len(beads)} passages have no partner." if alone else "Every paragraph has a partner."
    return Group(grid, plain(told, "dim"), Text())
