"""Which language a text is in by itself, asked once: copies, and dumps that are split again with new ones, cost a look-up.

A judgement depends on the text, the rules and the languages that are told apart; it is kept under a digest of all three, so
that better rules are not stuck with old answers. What stands around a text is no part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version

from sqlite_utils import Database

from blogarc import languages
from blogarc.archive.connection import writing
from blogarc.languages import Language


def judge(db: Database, texts: Sequence[str], spoken: Sequence[str], jobs: int) -> list[Language]:
    """The language of each text; only those are read that this archive does not know yet."""
    rules = _rules(spoken)
    digests = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
    known: dict[bytes, Language] = {}
    sql = "SELECT language, confidence, shares, mixed FROM judged_texts WHERE rules = ? AND text = ?"
    for digest in dict.fromkeys(digests):
        row = db.conn.execute(sql, (rules, digest)).fetchone()
        if row is not None:
            known[digest] = Language(row[0], row[1], json.loads(row[2]), bool(row[3]))
    new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
    found = dict(zip(new, languages.detect_all(list(new.values()), spoken, jobs=jobs), strict=True))
    with writing(db):
        db.conn.execute("DELETE FROM judged_texts WHERE rules < ? OR rules > ?", (rules, rules))
        db.conn.executemany(
            "INSERT OR IGNORE INTO judged_texts (rules, text, language, confidence, shares, mixed) VALUES (?, ?, ?, ?, ?, ?)",
            ((rules, digest, f.code, f.confidence, json.dumps(f.shares), f.mixed) for digest, f in found.items()),
        )
    known |= found
    return [known[digest] for digest in digests]


def forget(db: Database) -> None:
    """Let all texts be judged anew."""
    db.execute("DELETE FROM judged_texts")


def _rules(spoken: Sequence[str]) -> int:
    """A number for all but the text that a judgement depends on."""
    told = f"{languages.VERSION} {version('langdetect')} {' '.join(sorted(set(spoken)))}"
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=6).digest())
