"""How a close call looks: both sides of a split, of two copies, of a pair, and what speaks for and against it.

Made for a terminal of 80 by 24: what is long is cut, and one key shows all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blogarc.cli.reasons import flat
from blogarc.console import Column, plain, side_by_side
from blogarc.messages import counted, say
from blogarc.text import excerpt

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from blogarc.archive.reports import Call, Record

_PARAGRAPH, _OPENING = 220, 420
_MOST_EVIDENCE = 5
_MOST_CHANGES = 6
_CONTEXT = 6  # words before and after what differs


def question(call: Call, sides: Record) -> str:
    """What is asked, in words that yes and no answer."""
    if call.kind == "split":
        return say("Does a post start at {place}?", place=call.first)
    if call.kind == "duplicate":
        return say("Are these two copies of one post?")
    return say("Is one the translation of the other?")


def both_sides(call: Call, sides: Record) -> list[RenderableType]:
    """Both sides of a call, then what blogarc thinks of it and why."""
    if call.kind == "split":
        return [*_split(sides), _opinion(call), *_weighed(call.evidence)]
    shown = [_heading(sides[side]) for side in ("first", "second")]
    if call.kind == "duplicate":
        return [*shown, *_words(sides["words"]), _opinion(call), plain(flat(call.evidence["scores"]), "dim")]
    openings = [plain(excerpt(_text(sides[side]), _OPENING)) for side in ("first", "second")]
    both = side_by_side([Column(""), Column("")], [openings])
    evidence = {name: value for name, value in call.evidence.items() if not isinstance(value, dict | list)}
    return [*shown, both, _opinion(call), *([plain(flat(evidence), "dim")] if evidence else [])]


def _opinion(call: Call) -> Text:
    """What stands as long as nobody decides."""
    score = f"{call.score:+.2f}" if call.kind == "split" else f"{call.score:.3f}"
    told = (
        say("blogarc says yes ({score}).", score=score)
        if call.taken
        else say("blogarc says no ({score}).", score=score)
    )
    return plain(told, "bold")


def _split(sides: Record) -> Iterator[Text]:
    for paragraph in sides["before"]:
        yield _paragraph(paragraph)
    yield plain(say("-- here? --"), "bold yellow")
    for paragraph in sides["after"]:
        yield _paragraph(paragraph)


def _paragraph(paragraph: Mapping[str, Any]) -> Text:
    aside = paragraph["role"] in ("boilerplate", "unassigned")
    text = plain(f"{paragraph['line']:>6}  ", "cyan")
    text.append_text(plain(excerpt(paragraph["text"], _PARAGRAPH), "dim" if aside else ""))
    if aside:
        text.append_text(plain("  " + say("(set aside)"), "dim italic"))
    return text


def _weighed(evidence: Mapping[str, Mapping[str, float]]) -> Iterator[Text]:
    """The weightiest evidence, a line for the cut and a line for its being furniture."""
    names = {"for a cut": say("For and against:"), "for furniture": say("For and against furniture:")}
    for name, told in evidence.items():
        if told:
            parts = [f"{what} {weight:+.2f}" for what, weight in list(told.items())[:_MOST_EVIDENCE]]
            more = f"; +{len(told) - _MOST_EVIDENCE}" if len(told) > _MOST_EVIDENCE else ""
            yield plain(f"{names[name]} {'; '.join(parts)}{more}", "dim")


def _heading(side: Mapping[str, Any]) -> Text:
    facts = [
        side["language"],
        counted(side["words"], "word"),
        side["published"],
        f"{side['source']}:{side['start_line']}",
    ]
    text = plain(f"{side['id'][:8]}  ", "cyan")
    text.append_text(plain(excerpt(side["title"]), "bold"))
    text.append_text(plain("  " + "  ".join(str(fact) for fact in facts if fact), "dim"))
    return text


def _text(side: Mapping[str, Any]) -> str:
    return str(side["text"])


def _words(words: Sequence[tuple[str, str, str]]) -> Iterator[Text]:
    """What differs, with some words around it: what only the first has [-so-], what only the second has {+so+}, also where
    there are no colours."""
    changes = [n for n, (tag, _, _) in enumerate(words) if tag != "same"]
    if not changes:
        yield plain(say("Their words are the same."), "dim")
    for n in changes[:_MOST_CHANGES]:
        before = words[n - 1][1].split()[-_CONTEXT:] if n else []
        after = words[n + 1][1].split()[:_CONTEXT] if n + 1 < len(words) else []
        _, first, second = words[n]
        line = plain(f"  {'... ' if before else ''}{' '.join(before)} ")
        if first:
            line.append_text(plain(f"[-{excerpt(first, _PARAGRAPH)}-]", "red"))
        if second:
            line.append_text(plain(f"{{+{excerpt(second, _PARAGRAPH)}+}}", "green"))
        line.append_text(plain(f" {' '.join(after)}{' ...' if after else ''}"))
        yield line
    if len(changes) > _MOST_CHANGES:
        more = len(changes) - _MOST_CHANGES
        yield plain(say("... and {count} more places where their words part.", count=more), "dim")
