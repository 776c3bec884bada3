"""Which representative is the translation of which, for more posts than one task holds: what `pairs` finds, to the row.

What is decided about two posts is decided by the functions of `likeness`, `clues`, `lexicon` and `pairs`, on some posts at a
time. Between are aggregations and joins:

1. `keys`: every post is read where it stands. How often each key occurs is counted by aggregation, and told to each post that
   has it.
2. `candidates`: keys that few target posts have name the candidates of a source post. They are compared in blocks of source
   posts, each with the target posts that it needs. The nearest others of both sides are looked for once by source and once
   by target.
3. `judging`: what is left is looked at closely, and who is whose best is an aggregation on both sides. The surest pairs, so
   many as `learn` reads at most, teach a lexicon in one task, and all are judged with it.
4. `telling`: a pair, with its texts and what stands beside it, is aligned and told.

A post has a number, in the order of the corpus. Told to every task are: what each of the 2**20 4-grams weighs (16 MB), and the
lexicon that 4,000 passages teach. On the driver are these, and counts.

Three limits. A key of a post travels as 64 bits of a hash, so that two of a billion different keys may, with a chance of one
in forty, be counted as one. A candidate's keys travel to each block of 1,024 source posts that asks for it, to 50 at worst. And
the candidates of one target post, and those of the thousand beside it, are ranked in one task.
"""

from __future__ import annotations

from dataclasses import asdict

from blogarc import pairs
from blogarc.pairs import PairConfig
from blogarc.spark.pairing import candidates, judging, keys, telling
from blogarc.spark.tables import ROWS, Store, Table

VERSION = 1


def pair(store: Store, posts: Table, config: PairConfig) -> Table:
    """The table `pairs`, from the table of representatives (`translations`)."""
    rules = {"of": posts.stamp, "version": VERSION, "pairs": pairs.VERSION, "config": asdict(config), "way": "parted"}
    known = keys.find_keys(store, posts, rules, config.keys, config.postings)
    chosen = candidates.find_candidates(store, known, config)
    judged = judging.judge(store, posts, known, chosen, config)
    return store.keep("pairs", rules, lambda: telling.tell(posts.rows, known, judged, config), result=True, count=ROWS)
