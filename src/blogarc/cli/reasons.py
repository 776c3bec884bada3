"""How explanations look: of an article, of a line of a dump, of two articles side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from blogarc.console import Column, plain, table

if TYPE_CHECKING:
    from rich.console import RenderableType

_ID = 8


def explanation(answer: Mapping[str, Any], verbose: bool) -> list[RenderableType]:
    """Whatever `Archive.explain` answered."""
    if "place" in answer:
        return _line(answer)
    if "first" in answer:
        return _two(answer, verbose)
    return _article(answer, verbose)


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
        shown.append(table(columns, rows, "Its cluster: the representative has the most complete text"))
    else:
        shown.append(plain("It has no copies, or none were looked for yet.", "dim"))
    for pair in answer["pairs"]:
        shown.append(
            plain(f"Translation: {pair['source'][:_ID]} and {pair['target'][:_ID]}, score {pair['score']:.3f}", "bold")
        )
        shown.append(plain(flat(pair["evidence"])))
    return shown


def _two(answer: Mapping[str, Any], verbose: bool) -> list[RenderableType]:
    columns = [Column("id", style="cyan"), Column("", style="dim"), Column("words", "right")]
    columns += [Column("where", flexible=True), Column("title", flexible=True)]
    both = [answer["first"], answer["second"]]
    rows = [
        (a["id"][:_ID], a["language"], f"{a['words']:,}", f"{a['source']}:{a['start_line']}", a["title"]) for a in both
    ]
    return [
        table(columns, rows),
        *(_copies(answer["duplicate"], verbose) if "duplicate" in answer else _pair(answer["pair"])),
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
    if changes and (copies or verbose):
        columns = [Column("", style="dim"), Column("first", flexible=True), Column("second", flexible=True)]
        shown.append(table(columns, changes if verbose else changes[:_MOST_CHANGES], "Where their words part"))
        if not verbose and len(changes) > _MOST_CHANGES:
            shown.append(plain(f"... and {len(changes) - _MOST_CHANGES} more (--verbose lists them all).", "dim"))
    return shown


def _pair(verdict: Mapping[str, Any]) -> list[RenderableType]:
    """Whether one translates the other, and what was weighed."""
    said = "A translation" if verdict["taken"] else "Not taken for a translation"
    shown: list[RenderableType] = [
        plain(f"{said}: probability {verdict['probability']:.3f}. {verdict['why']}", "bold"),
        *(plain(f"Veto: {veto}.", "yellow") for veto in verdict["vetoes"]),
    ]
    if verdict["clues"]:
        clues = {name: clue["weight"] for name, clue in verdict["clues"].items()}
        shown.append(_weights("For and against, in log-odds", {"at the outset": verdict["at the outset"], **clues}))
    for which, nearest in verdict["nearest"].items():
        if nearest:
            told = f"The {which} is nearest to {nearest['id'][:_ID]} otherwise, {nearest['title']}"
            shown.append(plain(f"{told}: probability {nearest['probability']:.3f}.", "dim"))
    return shown


_MOST_CHANGES = 20
