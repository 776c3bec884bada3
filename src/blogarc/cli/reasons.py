"""How explanations look: of an article, of a line of a dump, of two articles side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blogarc.console import Column, plain, side_by_side, table
from blogarc.messages import say, translated

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
        say(
            "A person decided on {date} (decision {number}): {verdict} {place}",
            date=told["decided"][:10],
            number=told["number"],
            verdict=told["verdict"],
            place=told["place"],
        )
        for told in answer.get("decisions", ())
    ]
    return [*shown, *(plain(line, "bold") for line in decided)]


def flat(evidence: Mapping[str, Any]) -> str:
    """Evidence on one line.

    >>> flat({"shared numbers": ["2009", "41"], "length": 0.9, "runner-up": None})
    'shared numbers: 2009, 41; length: 0.9'
    """
    return "; ".join(
        f"{say(name)}: {_value(value)}" for name, value in evidence.items() if value not in (None, [], {}, "")
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
    if isinstance(value, Mapping):
        return ", ".join(f"{say(name)} {_value(inner)}" for name, inner in value.items() if inner is not None)
    if isinstance(value, list | tuple):
        return ", ".join(_value(inner) for inner in value)
    return translated(str(value))


def _weights(title: str, evidence: Mapping[str, float]) -> RenderableType:
    """Evidence and its weight, for above and against below zero."""
    columns = [Column("weight", "right"), Column("evidence", flexible=True)]
    rows = [(plain(f"{weight:+.2f}", "green" if weight > 0 else "red"), say(name)) for name, weight in evidence.items()]
    rows.append((plain(f"{sum(evidence.values()):+.2f}", "bold"), say("in all")))
    return table(columns, rows, title)


def _line(answer: Mapping[str, Any]) -> list[RenderableType]:
    if answer["role"] == "blank":
        return [plain(say("{place} is blank.", place=answer["place"]))]
    if answer["role"] == "ready":
        place, article = answer["place"], answer["article"]
        said = say(
            "{place} is in a file of ready articles, which is not split: {article}.", place=place, article=article
        )
        return [plain(said)]
    place, role = answer["place"], say(answer["role"])
    if answer["article"]:
        told = {"id": answer["article"][:_ID], "title": answer["title"]}
        if answer["starts_article"]:
            said = say("{place} ({role}) starts article {id}: {title}", place=place, role=role, **told)
        else:
            said = say("{place} ({role}) is in article {id}: {title}", place=place, role=role, **told)
    else:
        said = say("{place} ({role}) is in no article.", place=place, role=role)
    shown = [
        plain(said, "bold"),
        plain(answer["text"]),
        _weights("For and against a cut before it", answer["for_a_cut"]),
        _weights("For and against its being furniture", answer["for_furniture"]),
    ]
    if answer["weighed_with"] > 1:
        shown.append(
            plain(
                say(
                    "Weighed together with {count} other dumps that share text with this one.",
                    count=answer["weighed_with"] - 1,
                ),
                "dim",
            )
        )
    return shown


def _article(answer: Mapping[str, Any], verbose: bool) -> list[RenderableType]:
    place = f"{answer['source']}:{answer['start_line']}-{answer['end_line']}"
    shown: list[RenderableType] = [
        plain(f"{answer['id']}  {answer['title']}", "bold"),
        plain(
            say(
                "{place}; {language}, confidence {sure:.2f}",
                place=place,
                language=answer["language"],
                sure=answer["language_confidence"],
            )
        ),
    ]
    if answer["toggle"]:
        shown.append(plain(say("A toggle line before it offers the language {code}.", code=answer["toggle"])))
    if answer["split"].get("cut"):
        shown.append(_weights("Why it starts there", answer["split"]["cut"]))
    elif "record" in answer["split"]:
        shown.append(
            plain(say("A ready article; its record also says: {told}", told=flat(answer["split"]["record"])), "dim")
        )
    else:
        shown.append(plain(say("It starts there because the dump does."), "dim"))
    if answer["roles"]:
        shown.append(
            plain(say("Head lines: {lines}", lines=", ".join(f"{r['line']} {say(r['role'])}" for r in answer["roles"])))
        )
    if len(answer["cluster"]) > 1:
        columns = [Column("id", style="cyan"), Column("kind"), Column("similarity", "right"), Column("words", "right")]
        columns += [Column("where", flexible=True), Column("scores", flexible=True)]
        rows = [
            (
                m["id"][:_ID],
                say(m["kind"]),
                "" if m["similarity"] is None else f"{m['similarity']:.3f}",
                f"{m['words']:,}",
                f"{m['source']}:{m['start_line']}",
                flat(m["scores"]),
            )
            for m in answer["cluster"]
        ]
        shown.append(table(columns, rows, "Its cluster"))
        shown.append(
            plain(
                say(
                    "{id} represents it: {why}.", id=answer["cluster"][0]["id"][:_ID], why=translated(answer["because"])
                ),
                "bold",
            )
        )
        lacking = [(m["id"][:_ID], passage) for m in answer["cluster"] for passage in m["lacking"]]
        if lacking:
            columns = [Column("id", style="cyan"), Column("passage", style="green", flexible=True)]
            listed = lacking if verbose else lacking[:_MOST_CHANGES]
            shown.append(table(columns, listed, "What others have that the representative lacks"))
            if len(listed) < len(lacking):
                more = len(lacking) - len(listed)
                shown.append(plain(say("... and {count} more (--verbose lists them all).", count=more), "dim"))
    else:
        shown.append(plain(say("It has no copies, or none were looked for yet."), "dim"))
    for pair in answer["pairs"]:
        shown.append(
            plain(
                say(
                    "Translation: {source} and {target}, score {score:.3f}",
                    source=pair["source"][:_ID],
                    target=pair["target"][:_ID],
                    score=pair["score"],
                ),
                "bold",
            )
        )
        shown.append(plain(flat(pair["evidence"])))
    if answer["nearest"] is not None and not answer["pairs"]:
        shown += _nearest_miss(answer["nearest"])
    return shown


def _nearest_miss(nearest: Mapping[str, Any]) -> list[RenderableType]:
    """What came nearest to a post without a partner."""
    if nearest["id"] is None:
        return [plain(f"{say('It has no partner.')} {translated(nearest['why'])}", "bold")]
    told = say(
        "Nearest: {id}, {title}; probability {score:.3f}. {why}",
        id=nearest["id"][:_ID],
        title=nearest["title"],
        score=nearest["score"],
        why=translated(nearest["why"]),
    )
    return [plain(say("It has no partner."), "bold"), plain(told)]


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
    said = say("A duplicate, {kind}", kind=say(verdict["verdict"])) if copies else say("No duplicate")
    told = say(
        "{said}: {rule}; similarity {similarity:.3f}.",
        said=said,
        rule=translated(verdict["rule"]),
        similarity=verdict["similarity"],
    )
    shown: list[RenderableType] = [
        plain(told, "bold"),
        plain(flat(verdict["scores"])),
    ]
    # Of two texts that are not alike everything is different: that needs no list.
    changes = [(tag, first, second) for tag, first, second in verdict["words"] if tag != "same"]
    common = sum(len(first.split()) for tag, first, _ in verdict["words"] if tag == "same")
    if common:
        shown.append(plain(say("{count:,} words are common to both, in the same order.", count=common), "dim"))
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
            more = len(changes) - _MOST_CHANGES
            shown.append(plain(say("... and {count} more (--verbose lists them all).", count=more), "dim"))
    return shown


def _side_by_side(words: Sequence[tuple[str, str, str]]) -> list[tuple[Any, ...]]:
    """All words of both texts, the common ones dimmed."""
    return [
        (tag, *((plain(first, "dim"), plain(second, "dim")) if tag == "same" else (first, second)))
        for tag, first, second in words
    ]


def _pair(verdict: Mapping[str, Any], verbose: bool) -> list[RenderableType]:
    """Whether one translates the other, and what was weighed."""
    told = {"probability": verdict["probability"], "why": translated(verdict["why"])}
    if verdict["taken"]:
        said = say("A translation: probability {probability:.3f}. {why}", **told)
    else:
        said = say("Not taken for a translation: probability {probability:.3f}. {why}", **told)
    shown: list[RenderableType] = [
        plain(said, "bold"),
        *(plain(say("Veto: {veto}.", veto=translated(veto)), "yellow") for veto in verdict["vetoes"]),
    ]
    if verdict["clues"]:
        clues = {f"{name} ({_value(clue['value'])})": clue["weight"] for name, clue in verdict["clues"].items()}
        shown.append(_weights("For and against, in log-odds", {"at the outset": verdict["at the outset"], **clues}))
    among = verdict.get("among")
    if among and among["articles"] < among["of"]:
        few = say(
            "They did not come near each other: weighed anew, among {few:,} of {all:,} articles.",
            few=among["articles"],
            all=among["of"],
        )
        shown.append(plain(few, "dim"))
    for which, nearest in verdict["nearest"].items():
        if nearest:
            name = {"id": nearest["id"][:_ID], "title": nearest["title"], "probability": nearest["probability"]}
            if which == "first":
                line = say("The first is nearest to {id} otherwise, {title}: probability {probability:.3f}.", **name)
            else:
                line = say("The second is nearest to {id} otherwise, {title}: probability {probability:.3f}.", **name)
            shown.append(plain(line, "dim"))
    if verdict.get("aligned") and (verdict["taken"] or verbose):
        shown += _paragraphs_side_by_side(verdict["aligned"])
    return shown


_MOST_CHANGES = 20
_SIDES = ("first", "second")


def _paragraphs_side_by_side(beads: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    """Aligned paragraphs, whole, with their score; what has no partner is in colour."""
    alone = 0
    rows = []
    for bead in beads:
        paired = bool(bead["first"] and bead["second"])
        alone += not paired
        style = "" if paired else "yellow"
        sides = [plain("\n".join(bead[side]) or say("(nothing)"), style if bead[side] else "dim") for side in _SIDES]
        rows.append((plain(f"{bead['score']:.2f}") if paired else plain(say("none"), "yellow"), *sides))
    told = say("{alone} of {all} passages have no partner.", alone=alone, all=len(beads))
    if not alone:
        told = say("Every paragraph has a partner.")
    columns = [Column("score", "right"), Column("first"), Column("second")]
    return [side_by_side(columns, rows, "Their paragraphs side by side"), plain(told, "dim"), plain("")]
