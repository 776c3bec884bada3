"""Paragraphs cut into sentences, and the sentences of aligned paragraphs aligned.

Where a sentence ends is the business of `sentencex`, which knows the abbreviations, quotes and inverted marks of both
languages, and of some hundred others. Three of its judgements are overruled, because a translation memory is no use with
half a sentence: a piece without a letter ("...") belongs to what is before it, so does one that goes on in a small letter,
and a number alone belongs to what follows ("2. Close the lid."), unless an abbreviation is before it ("vol. 2."). Nothing
is lost: joined, the sentences are the paragraph again, white space aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from blogarc.alignment import AlignmentConfig, align_blocks
from blogarc.lexicon import Translations
from blogarc.model import Bead, Span

# What opens a piece that does not begin a sentence: a small letter after, at most, a closing mark or a dash of dialogue.
_GOES_ON = re.compile(r"[\s»”\"'’)\]—–-]*[^\W\d_]")
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"\s*\(?\d+[.)]\s*")
# What is numbered: "No. 1", "vol. 2", "pág. 3".
_ABBREVIATED = re.compile(
    r"\b(?:arts?|caps?|ch|ed|eq|figs?|n|nos?|núms?|num|págs?|pp?|sec|tab|vols?)\.\s*$", re.IGNORECASE
)
# A sentence is left out less often than a paragraph, and one in a paragraph that has a partner less often still.
_INSIDE = AlignmentConfig(skip_cost=1.5)
_CODE = re.compile(r"[a-z]{2,3}")
_ORDINARY = "en"  # whose rules do where a language is not known


def sentences(paragraph: str, language: str = "und") -> list[str]:
    """The sentences of a paragraph, in order, white space around them taken away and line ends in them made spaces.

    `language` is an ISO 639-1 code; one that is not known, as `und`, is treated as English. Together they hold the
    characters of the paragraph, white space aside, each once and in its order.

    >>> sentences("Dr. Smith paid $4.50. Was it true? He left.", "en")
    ['Dr. Smith paid $4.50.', 'Was it true?', 'He left.']
    >>> sentences("El Sr. López vino (p. ej. ayer). ¿Qué dijo? ¡Nada! «Vale.»", "es")
    ['El Sr. López vino (p. ej. ayer).', '¿Qué dijo?', '¡Nada!', '«Vale.»']
    >>> sentences("")
    []
    """
    from sentencex import segment

    code = language if _CODE.fullmatch(language) and language != "und" else _ORDINARY
    pieces: list[str] = []
    waiting = ""  # a number that opens the next sentence
    for piece in segment(code, paragraph):
        if pieces and not waiting and _NUMBER.fullmatch(piece) and not _ABBREVIATED.search(pieces[-1]):
            waiting = piece
        elif pieces and not waiting and not (_begins(piece) and _LETTER.search(pieces[-1])):
            pieces[-1] += piece
        else:
            pieces.append(waiting + piece)
            waiting = ""
    if waiting:
        pieces.append(waiting)
    return [" ".join(piece.split()) for piece in pieces if piece.strip()]


def _begins(piece: str) -> bool:
    """Whether a piece can begin a sentence."""
    if not _LETTER.search(piece):
        return False
    opening = _GOES_ON.match(piece)
    return opening is None or not opening[0][-1].islower()


def align_sentences(
    source: Sequence[str],
    target: Sequence[str],
    beads: Sequence[Bead],
    languages: tuple[str, str] = ("en", "es"),
    lexicon: Translations | None = None,
) -> Iterator[tuple[str, str, float]]:
    """The sentences inside aligned paragraphs: source, target, and score from 0 to 1; one side may be empty.

    `source` and `target` are paragraphs and `beads` what `alignment.align_blocks` found. A sentence is no surer than its
    paragraph: the lower of both scores is given.

    >>> from blogarc.alignment import AlignmentConfig, align_blocks
    >>> sides = (["It rained in May 1998. The road to Loja was closed."], ["En mayo de 1998 llovió. Se cerró la vía a Loja."])
    >>> [(ours, theirs) for ours, theirs, _ in align_sentences(*sides, align_blocks(*sides))]
    [('It rained in May 1998.', 'En mayo de 1998 llovió.'), ('The road to Loja was closed.', 'Se cerró la vía a Loja.')]
    """
    cut = [[sentences(block, code) for block in side] for side, code in zip((source, target), languages, strict=True)]
    starts = [list(accumulate((len(held) for held in side), initial=0)) for side in cut]
    ours, theirs = ([sentence for held in side for sentence in held] for side in cut)
    runs = [
        (
            Span(starts[0][b.source.start], starts[0][b.source.end]),
            Span(starts[1][b.target.start], starts[1][b.target.end]),
        )
        for b in beads
    ]
    scores = iter(zip(runs, beads, strict=True))
    run, paragraph = next(scores, (None, None))
    for bead in align_blocks(ours, theirs, _INSIDE, lexicon, within=runs):
        while run and paragraph and (bead.source.end > run[0].end or bead.target.end > run[1].end):
            run, paragraph = next(scores, (None, None))
        score = bead.score
        if run and paragraph and bead.score:
            # One sentence each: what was found of the paragraph is all there is to know.
            alone = len(run[0]) == len(run[1]) == 1
            score = paragraph.score if alone else min(bead.score, paragraph.score)
        yield (
            " ".join(ours[bead.source.start : bead.source.end]),
            " ".join(theirs[bead.target.start : bead.target.end]),
            score,
        )
