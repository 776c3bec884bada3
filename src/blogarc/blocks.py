"""Which dumps are split together: a *block*, all that share text if that fits into memory, and else those that share most.

What one dump shows of repetition counts for those that share text with it, directly or through others. So they are split
together, and what that takes grows with all of them. Of more than fits, the dumps that share the most text come into one block
first, as in single-linkage clustering by Kruskal's algorithm (1956), and two blocks stay two if together they were too large.
Which blocks there are depends on the set of dumps, and not on how it came together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

# The most of a block, as `extent` counts it: it takes about a gigabyte of memory to split.
LARGEST = 128_000_000
# A paragraph takes memory, however short it is: that of so many bytes of text.
_PARAGRAPH = 500
# Letters of a paragraph that count for how much two dumps share: one long notice is not many posts.
LETTERS = 250


def extent(size: int, paragraphs: int) -> int:
    """How large a text of so many bytes and paragraphs is, for the memory that it takes to split it."""
    return size + _PARAGRAPH * paragraphs


def links(shared: Iterable[tuple[int, int, int]]) -> Counter[tuple[int, int]]:
    """How much text dumps share, by the lower and the higher number of both.

    `shared` has a row for each paragraph of each dump: a number that is equal for equal paragraphs, the number of the dump,
    and the letters of the paragraph; equal paragraphs come one after the other. Of the dumps that have a paragraph each is
    linked to the next by number only: so there are not as many links as pairs, and what many have says little.

    >>> links([(7, 0, 100), (7, 2, 100), (8, 0, 400), (8, 1, 400), (8, 2, 400)])
    Counter({(0, 1): 125, (1, 2): 125, (0, 2): 100})
    """
    found: Counter[tuple[int, int]] = Counter()
    for _, rows in groupby(shared, key=itemgetter(0)):
        own = list(rows)
        owners = sorted({dump for _, dump, _ in own})
        for link in pairwise(owners):
            found[link] += worth(own[0][2], len(owners))
    return found


def worth(letters: int, dumps: int) -> int:
    """What a paragraph of so many letters counts for a link between two of the so many dumps that have it."""
    return max(1, min(letters, LETTERS) // (dumps - 1))


def form(extents: Sequence[int], linked: Mapping[tuple[int, int], int], largest: int | None = None) -> list[list[int]]:
    """The blocks of dumps that are as large as their `extents` say, and linked so strongly; the numbers of each, ascending.

    A dump that is larger than the `largest` block may be is one by itself.

    >>> form([5, 5, 5, 5], {(0, 1): 10, (1, 2): 30, (2, 3): 20}, largest=10)
    [[0], [1, 2], [3]]
    """
    most = LARGEST if largest is None else largest
    block_of = list(range(len(extents)))
    members = [[number] for number in block_of]
    room = list(extents)
    for one, other in sorted(linked, key=lambda link: (-linked[link], link)):
        into, gone = sorted((block_of[one], block_of[other]))
        if into == gone or room[into] + room[gone] > most:
            continue
        room[into] += room[gone]
        members[into] += members[gone]
        for number in members[gone]:
            block_of[number] = into
        members[gone] = []
    return [sorted(own) for own in members if own]
