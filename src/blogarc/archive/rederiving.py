"""`check --deep`: derive everything again from the kept bytes, compare, and undo it.

What `check` proves row by row is that the archive agrees with itself and with its bytes. Whether a language, a score or a piece
of evidence is the one that was found can only be known by finding it again. That is done in one transaction that is rolled
back, with nothing taken from what earlier runs kept to save work; so a deep check also proves that an archive which grew dump
by dump is the one that would have come out at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlite_utils import Database

from blogarc.archive import dumps, matching, splitting
from blogarc.archive.connection import undone
from blogarc.archive.reports import Progress
from blogarc.archive.runs import last_run

# What is compared, for each dump or as a whole: the columns say nothing of row numbers and times.
_PLACE = "d.name, d.sha256, a.paragraph_start"
_TOLD = {
    "the digests": "SELECT name, segmented FROM dumps ORDER BY name, sha256",
    "the articles": f"""
        SELECT d.name, a.key, a.paragraph_start, a.paragraph_end, a.line_start, a.line_end, a.byte_start, a.byte_end, a.title,
            a.title_source, a.byline, a.published, a.updated, a.translator, a.language, a.language_confidence,
            a.language_shares, a.language_source, a.mixed, a.toggle, a.words, a.text, a.evidence, a.url, a.origin
        FROM articles a JOIN dumps d ON d.id = a.dump ORDER BY {_PLACE}""",
    "the paragraphs": """
        SELECT d.name, p.ordinal, p.fingerprint, p.letters, p.role, a.paragraph_start, p.text, p.evidence
        FROM paragraphs p JOIN dumps d ON d.id = p.dump LEFT JOIN articles a ON a.id = p.article
        ORDER BY d.name, d.sha256, p.ordinal""",
    "the duplicates": f"""
        SELECT d.name, a.key, a.paragraph_start, k.key, u.kind, u.similarity, u.scores
        FROM duplicates u JOIN articles a ON a.id = u.article JOIN dumps d ON d.id = a.dump
        JOIN articles k ON k.id = u.kept ORDER BY {_PLACE}""",
    "the clusters": f"""
        SELECT d.name, a.key, a.paragraph_start, r.key FROM clusters c JOIN articles a ON a.id = c.article
        JOIN dumps d ON d.id = a.dump JOIN articles r ON r.id = c.representative ORDER BY {_PLACE}""",
    "the pairs": """
        SELECT '', s.key, t.key, p.score, p.evidence,
            (SELECT json_group_array(json_array(b.source_start, b.source_end, b.target_start, b.target_end, b.score))
             FROM (SELECT * FROM beads WHERE pair = p.id ORDER BY ordinal) b)
        FROM pairs p JOIN articles s ON s.id = p.source JOIN articles t ON t.id = p.target ORDER BY s.key, t.key""",
    "the candidates": """
        SELECT '', s.key, t.key, c.probability, c.clues, c.vetoes FROM candidates c JOIN articles s ON s.id = c.source
        JOIN articles t ON t.id = c.target ORDER BY s.key, t.key""",
    "what has no partner": """
        SELECT '', a.key, n.key, u.score, u.why FROM unpaired u JOIN articles a ON a.id = u.article
        LEFT JOIN articles n ON n.id = u.nearest ORDER BY a.key, n.key""",
    "the lexicon": "SELECT '', * FROM lexicon ORDER BY origin, source_language, target_language, target, source",
}
# Kept so as not to do again what was done; a second opinion may not read it.
_KEPT = ("judged_texts", "likenesses", "sketch_buckets", "sketch_measures", "sketches")

Digests = dict[tuple[str, str], str]


def rederive(db: Database, progress: Progress) -> Iterator[str]:
    """In words, what comes out otherwise than it is stored. The archive stays as it is."""
    before = _digests(db)
    ran = {stage for stage in ("dedupe", "pairs") if last_run(db, stage)}
    stale = set(matching.stale_stages(db))
    # What other versions of libraries read need not agree with these, nor does what follows from it.
    names = dict(db.execute("SELECT id, name FROM dumps").fetchall())
    passed_over = {names[dump] for dump in dumps.outdated(db)}
    with undone(db):
        for table in _KEPT:
            db.execute(f"DELETE FROM {table}")
        db.execute("UPDATE dumps SET segmented = ''")  # no split is like this one: all are stored anew
        splitting.rebuild(db, progress)
        # A stage that waits for its next run need not agree with it.
        if "dedupe" in ran - stale:
            matching.dedupe(db, matching.last_dedupe_config(db), progress)
        if "pairs" in ran - stale:
            matching.find_pairs(db, matching.last_pair_config(db), progress)
        after = _digests(db)
    compared = {"the digests", "the articles", "the paragraphs"}
    compared |= {"the duplicates", "the clusters"} if "dedupe" in ran - stale and not passed_over else set()
    compared |= (
        {"the pairs", "the candidates", "what has no partner", "the lexicon"} if "pairs" in ran - stale else set()
    )
    for what, name in sorted(before.keys() | after.keys()):
        if name in passed_over or (passed_over and not name):
            continue
        if what in compared and before.get((what, name)) != after.get((what, name)):
            yield f"{name or 'The archive'}: {what} come out otherwise when they are derived again from the kept bytes."


def _digests(db: Database) -> Digests:
    """A digest of what is told of each dump."""
    sums: dict[tuple[str, str], hashlib._Hash] = {}
    for what, sql in _TOLD.items():
        for row in db.execute(sql):
            told = sums.setdefault((what, row[0]), hashlib.sha256())
            told.update(repr(row).encode("utf-8", "surrogatepass"))
    return {place: told.hexdigest() for place, told in sums.items()}
