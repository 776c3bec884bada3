"""The whole database, readable from top to bottom. One file, made to be opened in Datasette as well.

Facts are dumps and their bytes; they are only ever added. Everything else is derived from them by a stage, which owns its
tables and replaces its rows in one transaction together with its row in `runs`. Spans are half-open; lines count from 1,
everything else from 0. JSON columns hold what explains a judgement.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from blogarc.errors import CorruptError

# "blga": how SQLite, and file(1), know whose file this is.
APPLICATION_ID = 0x626C6761

# Paragraphs with so many letters, found in two dumps, make these dumps of one site: their evidence is weighed together.
# Shorter ones ("Read more") are the same on any site.
LINKING_LETTERS = 40

VERSION_1 = f"""
-- What a stage did, when, and on what: the same input, parameters and version mean that there is nothing to do.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    stage TEXT NOT NULL,              -- ingest, languages, dedupe, pairs, rebuild
    version INTEGER NOT NULL,         -- of the stage's rules
    parameters TEXT NOT NULL,         -- JSON
    input TEXT NOT NULL,              -- digest of what the stage read
    output TEXT NOT NULL,             -- digest of what it made of it
    counts TEXT NOT NULL,             -- JSON
    started TEXT NOT NULL,            -- UTC, ISO 8601
    seconds REAL NOT NULL,
    seal TEXT                         -- digest of the row, by which check finds damage
);

-- The markers of a site, as they were given.
CREATE TABLE profiles (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE         -- TOML
);

-- One ingested file.
CREATE TABLE dumps (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,            -- bytes
    encoding TEXT NOT NULL,
    encoding_source TEXT NOT NULL,    -- bom, utf-8, guess, damaged utf-8
    layout TEXT NOT NULL,             -- spaced, lines, wrapped, records
    lines INTEGER NOT NULL,
    repaired INTEGER NOT NULL,        -- characters that could not be decoded, and NULs
    packing TEXT,                     -- gzip, bzip2, xz, zstd; NULL if it was not packed
    reader TEXT,                      -- jsonl, csv, html, ..., for ready articles; NULL for a dump that is split
    rendered TEXT,                    -- html, warc, wet: whose pages were made one text, which is split
    libraries TEXT NOT NULL DEFAULT '',  -- on which what was read depends, with their versions
    damage TEXT NOT NULL DEFAULT '',  -- what of it could not be read
    fields TEXT,                      -- JSON: what its fields are called, where that is not the usual
    ingested TEXT NOT NULL,           -- UTC, ISO 8601
    profile INTEGER REFERENCES profiles (id),  -- of its site, if one was given
    segmented TEXT,                   -- digest of its articles and leftovers; NULL until it is split
    unfinished TEXT,                  -- digest of what of it is split so far, if it is split and stored in stretches
    together TEXT,                    -- digest of the dumps that it was split with, itself among them
    seal TEXT                         -- digest of what of the row nothing can derive again
);
CREATE INDEX dumps_profile ON dumps (profile);

-- Its bytes as received, in pieces of a megabyte, each compressed by zstd.
CREATE TABLE dump_chunks (
    dump INTEGER NOT NULL REFERENCES dumps (id),
    ordinal INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (dump, ordinal)
) WITHOUT ROWID;

-- One occurrence of a post.
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,                -- hash of its words: the same in every archive
    dump INTEGER NOT NULL REFERENCES dumps (id),
    paragraph_start INTEGER NOT NULL,
    paragraph_end INTEGER NOT NULL,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    byte_start INTEGER NOT NULL,
    byte_end INTEGER NOT NULL,
    title TEXT NOT NULL,
    title_source TEXT NOT NULL,       -- line, derived
    byline TEXT,
    published TEXT,                   -- ISO 8601 date
    updated TEXT,                     -- ISO 8601 date
    translator TEXT,
    language TEXT NOT NULL,           -- ISO 639-1, und
    language_confidence REAL NOT NULL,
    language_shares TEXT NOT NULL,    -- JSON: the share of each language, by letters
    language_source TEXT NOT NULL,    -- text; surroundings: it says too little by itself; record: it was given
    mixed INTEGER NOT NULL,           -- whether two languages have a good part of it
    toggle TEXT,                      -- language that its toggle line offers
    words INTEGER NOT NULL,
    text TEXT NOT NULL,
    evidence TEXT NOT NULL,           -- JSON: why it starts where it does
    url TEXT,                         -- where it was published, if its file says so
    origin TEXT NOT NULL DEFAULT '{{}}',  -- JSON: what else its file says of where it is from; lines mended by ftfy
    indexed INTEGER NOT NULL DEFAULT 0  -- whether articles_fts has it; the same words are indexed once
);
CREATE INDEX articles_key ON articles (key);
CREATE UNIQUE INDEX articles_place ON articles (dump, paragraph_start);

-- What languages was found in each different text by itself, so that no text is read twice for it.
CREATE TABLE judged_texts (
    rules INTEGER NOT NULL,           -- digest of the rules and of the languages that are told apart
    text BLOB NOT NULL,               -- digest
    language TEXT NOT NULL,
    confidence REAL NOT NULL,
    shares TEXT NOT NULL,             -- JSON
    mixed INTEGER NOT NULL,
    PRIMARY KEY (rules, text)
) WITHOUT ROWID;

-- Every paragraph of every dump: in one article, or a leftover (article is NULL), whose text is kept here.
CREATE TABLE paragraphs (
    dump INTEGER NOT NULL REFERENCES dumps (id),
    ordinal INTEGER NOT NULL,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    byte_start INTEGER NOT NULL,
    byte_end INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,     -- equal for equal letters and digits
    letters INTEGER NOT NULL,
    role TEXT,                        -- toggle, title, byline, body, boilerplate, unassigned
    article INTEGER REFERENCES articles (id),
    text TEXT,                        -- of leftovers only
    evidence TEXT,                    -- JSON, of leftovers only: why it was set aside
    PRIMARY KEY (dump, ordinal)
) WITHOUT ROWID;
CREATE INDEX paragraphs_fingerprint ON paragraphs (fingerprint) WHERE letters >= {LINKING_LETTERS};
CREATE INDEX paragraphs_article ON paragraphs (article);

-- Verified duplicates: article repeats kept. Nothing is deleted.
CREATE TABLE duplicates (
    article INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    kept INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,               -- exact, near, excerpt, decided
    similarity REAL NOT NULL,
    scores TEXT NOT NULL              -- JSON
);
CREATE INDEX duplicates_kept ON duplicates (kept);

-- Every article and the representative of its cluster; a representative is its own.
CREATE TABLE clusters (
    article INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    representative INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE
);
CREATE INDEX clusters_representative ON clusters (representative);

-- What dedupe keeps, so that after new articles only what these change is compared: each different text once,
CREATE TABLE sketches (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,         -- of the articles with these words
    digest INTEGER NOT NULL,          -- of its words as they are compared
    words INTEGER NOT NULL,
    title TEXT NOT NULL,              -- if it is a line of its own
    leads INTEGER NOT NULL,           -- whether it is compared for all texts of its digest
    copies INTEGER NOT NULL,          -- articles with this key
    representative INTEGER REFERENCES sketches (id),  -- what was found, before decisions; and why
    kind TEXT,
    similarity REAL,
    scores TEXT                       -- JSON
);
CREATE INDEX sketches_representative ON sketches (representative);

-- what is needed of all of them at once, in one row (`sketchbook` says how it is laid out),
CREATE TABLE sketch_measures (
    id INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);

-- their sampled shingles, as 64-bit numbers sorted within each segment, which is stored in parts,
CREATE TABLE sketch_buckets (
    id INTEGER PRIMARY KEY,
    segment INTEGER NOT NULL,
    lowest INTEGER NOT NULL,          -- of the shingles (34 bits) in this part
    highest INTEGER NOT NULL,
    centres BLOB NOT NULL,            -- places in this part, as 64-bit numbers, of the centres of crowds
    data BLOB NOT NULL
);

-- and the pairs of texts that were verified.
CREATE TABLE likenesses (
    first INTEGER NOT NULL REFERENCES sketches (id) ON DELETE CASCADE,
    second INTEGER NOT NULL REFERENCES sketches (id) ON DELETE CASCADE,
    crowd INTEGER NOT NULL,           -- whether they were candidates only because very many texts share what they share
    kind TEXT NOT NULL,               -- near, excerpt
    similarity REAL NOT NULL,
    scores TEXT NOT NULL,             -- JSON
    rule TEXT NOT NULL,
    PRIMARY KEY (first, second)
) WITHOUT ROWID;
CREATE INDEX likenesses_second ON likenesses (second);

-- Translations between representatives.
CREATE TABLE pairs (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    target INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    score REAL NOT NULL,
    evidence TEXT NOT NULL,           -- JSON
    UNIQUE (source, target)
);
CREATE INDEX pairs_target ON pairs (target);

-- Their aligned paragraphs.
CREATE TABLE beads (
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    source_start INTEGER NOT NULL,
    source_end INTEGER NOT NULL,
    target_start INTEGER NOT NULL,
    target_end INTEGER NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (pair, ordinal)
) WITHOUT ROWID;

-- What was weighed of representatives that came near to being a translation, so that `explain` need not weigh it again.
CREATE TABLE candidates (
    source INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    target INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    probability REAL NOT NULL,
    clues TEXT NOT NULL,              -- JSON: name and value
    vetoes TEXT NOT NULL,             -- JSON
    PRIMARY KEY (source, target)
) WITHOUT ROWID;
CREATE INDEX candidates_target ON candidates (target);

-- What came nearest to a representative without a partner, and why that was not taken.
CREATE TABLE unpaired (
    article INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    nearest INTEGER REFERENCES articles (id) ON DELETE CASCADE,  -- NULL if nothing shares a rare key with it
    score REAL NOT NULL,
    why TEXT NOT NULL
);
CREATE INDEX unpaired_nearest ON unpaired (nearest);

-- Which word translates which: learned from the pairs of this archive (stems, replaced with them), or given by a person
-- (words as they were written, kept until others are given).
CREATE TABLE lexicon (
    origin TEXT NOT NULL,             -- learned, given
    source_language TEXT NOT NULL,
    target_language TEXT NOT NULL,
    target TEXT NOT NULL,
    source TEXT NOT NULL,
    probability REAL NOT NULL,
    PRIMARY KEY (origin, source_language, target_language, target, source)
) WITHOUT ROWID;

-- What a person decided. It speaks of contents and not of rows, and so outlives every rebuild; where what it speaks of is
-- not there, it sleeps. It holds unless it was undone, or a later one replaced it.
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    verdict TEXT NOT NULL,            -- same, different, pair, not-pair; cut, no-cut, boilerplate, content
    first TEXT,                       -- key of an article, for the first four
    second TEXT,                      -- key of the other
    before INTEGER,                   -- fingerprint of the paragraph before, for the last four; NULL at the start of a dump
    paragraph INTEGER,                -- fingerprint of the paragraph
    after INTEGER,                    -- fingerprint of the paragraph after; NULL at the end of a dump
    place TEXT NOT NULL,              -- where that stood: dump and line, or both of them
    shown TEXT NOT NULL,              -- how that began: the paragraph, or both titles
    decided TEXT NOT NULL,            -- UTC, ISO 8601
    undone TEXT,                      -- UTC, ISO 8601
    replaced INTEGER REFERENCES decisions (id),  -- by which later one
    seal TEXT                         -- digest of the row
);
CREATE INDEX decisions_replaced ON decisions (replaced);

-- What the search index reads. Copies with the same words are found through the one that is indexed.
CREATE VIEW searchable AS SELECT id, title, text FROM articles WHERE indexed;
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, text, content='searchable', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);

-- The corpus: one row a cluster.
CREATE VIEW corpus AS
SELECT a.key AS id, a.title, a.language, a.language_confidence, a.byline, a.published,
    substr(a.published, 1, 4) AS year, a.words, d.name AS source, a.line_start AS start_line, a.line_end - 1 AS end_line,
    (SELECT count(*) FROM clusters c WHERE c.representative = a.id) AS copies, a.text
FROM articles a JOIN dumps d ON d.id = a.dump JOIN clusters c ON c.article = a.id AND c.representative = a.id;

-- What is in no article, and why.
CREATE VIEW leftovers AS
SELECT d.name AS source, p.line_start AS line, p.role, p.text, p.evidence
FROM paragraphs p JOIN dumps d ON d.id = p.dump WHERE p.article IS NULL;

-- Where every article came from.
CREATE VIEW provenance AS
SELECT a.key AS id, a.title, a.language, d.name AS source, d.sha256, a.line_start AS start_line, a.line_end - 1 AS end_line,
    a.byte_start, a.byte_end, r.key AS cluster, coalesce(u.kind, 'representative') AS kind, u.similarity,
    a.url, a.origin
FROM articles a JOIN dumps d ON d.id = a.dump
LEFT JOIN clusters c ON c.article = a.id LEFT JOIN articles r ON r.id = c.representative
LEFT JOIN duplicates u ON u.article = a.id;

-- Duplicates, the closest calls first.
CREATE VIEW duplicate_review AS
SELECT a.key AS id, k.key AS kept, u.kind, u.similarity, a.title, k.title AS kept_title, a.words,
    k.words AS kept_words, u.scores
FROM duplicates u JOIN articles a ON a.id = u.article JOIN articles k ON k.id = u.kept ORDER BY u.similarity;

-- Translation pairs, the closest calls first.
CREATE VIEW pair_review AS
SELECT s.key AS source, t.key AS target, p.score, s.language AS source_language, t.language AS target_language,
    s.title AS source_title, t.title AS target_title, p.evidence
FROM pairs p JOIN articles s ON s.id = p.source JOIN articles t ON t.id = p.target ORDER BY p.score;

-- Translation pairs with their texts.
CREATE VIEW bitext AS
SELECT s.key AS source, t.key AS target, s.language AS source_language, t.language AS target_language, p.score,
    s.text AS source_text, t.text AS target_text
FROM pairs p JOIN articles s ON s.id = p.source JOIN articles t ON t.id = p.target;
"""

# Each moves an archive one version on; add to the end, never change one that was released.
MIGRATIONS = (VERSION_1,)
VERSION = len(MIGRATIONS)


def version_of(db: Database) -> int:
    """The schema version of the file; 0 when it is empty.

    Raises CorruptError when it is somebody else's database, or from a newer blogarc.
    """
    # Read in one transaction: between two of these, another process may make the archive.
    alone = not db.conn.in_transaction
    if alone:
        db.execute("BEGIN")
    try:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (owner,) = db.execute("PRAGMA application_id").fetchone()
        (objects,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        if alone:
            db.rollback()
    if objects == 0 and version == 0:
        return 0
    if owner != APPLICATION_ID:
        raise CorruptError("This is an SQLite database, but not a blogarc archive.", "Name another file with --db.")
    if version > VERSION:
        raise CorruptError(
            f"This archive was written by a newer blogarc (schema {version}; this one knows {VERSION}).",
            "Upgrade with: pip install --upgrade blogarc",
        )
    return int(version)


def migrate(db: Database) -> None:
    """Move the database to the newest version, each step in a transaction of its own.

    Several processes may do so at once: whoever comes second finds the step done.
    """
    version = version_of(db)
    while version < VERSION:
        # Taken for writing at once, so that the version that is read is the one that is moved on.
        if not db.conn.in_transaction:
            db.execute("BEGIN IMMEDIATE")
        try:
            version = version_of(db)
            if version < VERSION:
                for statement in _split(MIGRATIONS[version]):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {version + 1}")
                version += 1
            db.commit()
        except BaseException:
            db.rollback()
            raise


def columns_of(db: Database) -> set[tuple[str, str]]:
    """All tables and views with their columns.

    >>> db = Database(memory=True)
    >>> migrate(db)
    >>> ("dumps", "sha256") in columns_of(db)
    True
    """
    sql = "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type IN ('table', 'view')"
    return set(db.execute(sql).fetchall())


def _split(script: str) -> list[str]:
    """The statements of a script; `executescript` would commit the transaction around it."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
