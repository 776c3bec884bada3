"""Where the subject or the language changes: all there is to go by in untitled posts that occur once.

Cohesion (Halliday and Hasan 1976; measured after the manner of Hearst 1997, TextTiling): a word that comes back a few
paragraphs on ties what lies between. The ties across each gap are counted, weighed by how rare the word is; a gap that few
ties cross, between places that many do, is likely a border. Counted by differences at both ends of each tie, which is
linear in the number of words.

Language is told by function words alone, over a window on both sides of each gap.
"""

from __future__ import annotations

import numpy as np

from blogarc import minhash
from blogarc.segmentation.strip import Columns, Floats, Ints, Strip, slim

# A word that comes back within so many paragraphs ties them; one in more paragraphs than this part of all ties nothing.
_REACH, _COMMON = 12, 0.02
# Paragraphs on each side in which the tops beside a valley are looked for, and over which a language lasts.
_SIDE, _LANGUAGE_SIDE = 8, 3
_AT_ONCE = 1 << 15  # paragraphs whose words are laid out together
_KEYS_AT_ONCE = 1 << 20  # words whose ties are counted together
_PLACE = 40  # bits of a place beside the number of a word

_ENGLISH = (
    "the of and to in that it was for on are with as his they this have from or had by not but what were we when your "
    "said there use each which she how their if will up other about out many then them these so some her would has"
)
_SPANISH = (
    "de la que el y los del se las un por con no una su para es al lo como más pero sus le ya o este sí porque esta entre "
    "cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra otros ese eso"
)


def cohesion_columns(strip: Strip) -> Columns:
    """How sharply the words, and the language, change before each paragraph; from 0 to 1."""
    count = len(strip)
    columns = {"the words change": np.zeros(count), "the language changes": np.zeros(count)}
    if not count:
        return slim(columns)
    keys = _words(strip)
    if len(keys):
        columns["the words change"] = _valleys(_ties(keys, count), strip)
    columns["the language changes"] = _language_changes(strip)
    return slim(columns)


def _words(strip: Strip) -> Ints:
    """Where the words stand that occur more than once, and not everywhere: the number of a word and the place of a paragraph in
    one number, in ascending order."""
    sketches = strip.distinct
    limit = max(8.0, _COMMON * len(strip))
    times = np.bincount(sketches.codes, np.repeat(np.bincount(strip.text_of), sketches.counts))
    useful = (times >= 2) & (times <= limit)
    parts = []
    for at in range(0, len(strip), _AT_ONCE):
        texts = strip.text_of[at : at + _AT_ONCE]
        counts = sketches.counts[texts]
        owners = np.repeat(np.arange(at, at + len(texts)), counts)
        firsts = np.repeat(sketches.starts[texts] - (np.cumsum(counts) - counts), counts)
        codes = sketches.codes[firsts + np.arange(len(owners))]
        kept = useful[codes]
        parts.append(codes[kept].astype(np.int64) << _PLACE | owners[kept])
    # Part by part, so that the words of a large archive are not there twice.
    keys, filled = np.empty(sum(map(len, parts)), np.int64), 0
    while parts:
        part = parts.pop()
        keys[filled : filled + len(part)] = part
        filled += len(part)
    keys.sort()
    return keys


def _ties(keys: Ints, count: int) -> Floats:
    """The weight of the words that tie what stands before each paragraph to it and what follows."""
    change: Floats = np.zeros(count + 1)
    at = 0
    while at < len(keys):
        # Many words at once, and all places of each.
        end = min(at + _KEYS_AT_ONCE, len(keys))
        end = int(np.searchsorted(keys, ((keys[end - 1] >> _PLACE) + 1) << _PLACE))
        own = keys[at:end]
        own = own[np.concatenate(([True], own[1:] != own[:-1]))]  # a word counts once a paragraph
        words, owners = own >> _PLACE, own & ((1 << _PLACE) - 1)
        starts = np.flatnonzero(np.concatenate(([True], words[1:] != words[:-1])))
        spread = np.diff(np.append(starts, len(words)))
        rarity = np.repeat(np.log(count / spread).clip(0).astype(np.float32), spread)
        reach = owners[1:] - owners[:-1]
        tied = (words[1:] == words[:-1]) & (reach <= _REACH)
        weight = rarity[1:][tied] / reach[tied]
        change += np.bincount(owners[:-1][tied] + 1, weight, minlength=count + 1)
        change -= np.bincount(owners[1:][tied] + 1, weight, minlength=count + 1)
        at = end
    return np.cumsum(change)[:count]


def _valleys(ties: Floats, strip: Strip) -> Floats:
    """How deep each gap lies below the tops on both sides of it, as a share of them."""
    tops = [_highest(ties, side) for side in (-1, 1)]
    depth = np.minimum(1.0, np.maximum(0.0, 1 - 2 * ties / np.maximum(tops[0] + tops[1], 1e-9)))
    depth[strip.starts] = 0.0
    # Only the bottom of a valley counts.
    bottom = ties <= np.minimum(np.concatenate(([np.inf], ties[:-1])), np.append(ties[1:], np.inf))
    return np.where(bottom, depth, 0.3 * depth)


def _highest(values: Floats, side: int) -> Floats:
    best = values.astype(float)
    for step in range(1, _SIDE + 1):
        shifted = np.full(len(values), 0.0)
        if side > 0:
            shifted[:-step] = values[step:]
        else:
            shifted[step:] = values[:-step]
        np.maximum(best, shifted, out=best)
    return best


def _language_changes(strip: Strip) -> Floats:
    """From 0 to 1: the paragraphs before speak one language, those from here on the other."""
    count = len(strip)
    sketches = strip.distinct
    worth = np.zeros(0x110000, np.int8)
    for listed, sign in ((_ENGLISH, 1), (_SPANISH, -1)):
        worth[minhash.sketch(listed.split()).codes] = sign
    # A text leans to the language of which it has more function words; an empty one to neither.
    sums = np.concatenate(([0], np.cumsum(worth[sketches.codes], dtype=np.int64)))
    lean = (sums[sketches.starts[1:]] - sums[sketches.starts[:-1]]).astype(float)[strip.text_of]
    sums = np.concatenate(([0.0], np.cumsum(lean)))
    sizes = np.concatenate(([0.0], np.cumsum(np.abs(lean))))
    at = np.arange(count)
    first, last = _bounds(strip)
    left, right = np.maximum(at - _LANGUAGE_SIDE, first), np.minimum(at + _LANGUAGE_SIDE, last)
    before = (sums[at] - sums[left]) / np.maximum(sizes[at] - sizes[left], 3.0)
    after = (sums[right] - sums[at]) / np.maximum(sizes[right] - sizes[at], 3.0)
    return np.where(before * after < 0, np.minimum(np.abs(before), np.abs(after)), 0.0)


def _bounds(strip: Strip) -> tuple[Ints, Ints]:
    """The first paragraph of the dump of each, and the one after its last."""
    edges = strip.edges
    sizes = [end - start for start, end in edges]
    return (
        np.repeat([start for start, _ in edges], sizes).astype(np.int64),
        np.repeat([end for _, end in edges], sizes).astype(np.int64),
    )
