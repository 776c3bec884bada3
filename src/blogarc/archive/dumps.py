"""The dumps of an archive: their bytes, how they are read, where their paragraphs stand, and what persons said of them.

A dump is its bytes as they were received. All else can be read from them again, by the recipe that is kept with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlite_utils import Database

from blogarc import languages, profiles, reading
from blogarc.archive import pieces, ready
from blogarc.archive.connection import writing
from blogarc.archive.runs import last_run
from blogarc.archive.seals import seal
from blogarc.errors import CorruptError, InputError
from blogarc.model import Dump, Profile
from blogarc.reading import formats
from blogarc.reading.formats import Recipe
from blogarc.reading.packing import Unpacked, open_packed
from blogarc.text import fingerprint, skeleton

# Bytes of a paragraph. SQLite keeps no text above 1,000,000,000; an article is its paragraphs.
LONGEST_PARAGRAPH = 500_000_000


def load_bytes(db: Database, dump: int) -> bytes:
    """The dump as it was received."""
    kept = db.execute("SELECT data FROM dump_chunks WHERE dump = ? ORDER BY ordinal", [dump])
    return b"".join(pieces.unpack(data for (data,) in kept))


def load_recipe(db: Database, dump: int) -> Recipe:
    """How the file of a dump is read. Raises CorruptError if that is not known."""
    reader, rendered, fields = db.execute("SELECT reader, rendered, fields FROM dumps WHERE id = ?", [dump]).fetchone()
    try:
        return formats.recipe_of(reader, rendered, json.loads(fields or "{}"))
    except ValueError as error:
        raise CorruptError(
            f"It is not known how a dump is read: {error}.", "Restore the archive from a copy; blogarc check says more."
        ) from error


def load_dump(db: Database, dump: int) -> Dump:
    """The dump read again from its bytes; ready articles are a dump without paragraphs."""
    (name,) = db.execute("SELECT name FROM dumps WHERE id = ?", [dump]).fetchone()
    recipe, data = load_recipe(db, dump), load_bytes(db, dump)
    if recipe.reader is not None:
        return ready.dump_of(data, name, open_packed(data, name))
    return reading.dump_of(data, name, recipe)[0]


def load_text(db: Database, dump: int) -> bytes:
    """What is in a file, in which the lines and bytes of its articles count."""
    (name,) = db.execute("SELECT name FROM dumps WHERE id = ?", [dump]).fetchone()
    return reading.text_in(open_packed(load_bytes(db, dump), name), load_recipe(db, dump)).text


def known_dump(db: Database, sha256: str) -> int | None:
    """The number of the dump with these bytes, if the archive has it."""
    row = db.execute("SELECT id FROM dumps WHERE sha256 = ?", [sha256]).fetchone()
    return None if row is None else int(row[0])


def read_dump(data: bytes, name: str, recipe: Recipe, file: Unpacked, sha256: str = "") -> tuple[Dump, str]:
    """A file as a dump, and in words what of it could not be read; `sha256` is of its bytes, if that is known. Raises
    InputError if nothing in it is for us."""
    if recipe.reader is None:
        dump, lost = reading.dump_of(data, name, recipe, file)
        reading.require_text(dump)
        longest = max(dump.paragraphs, key=lambda paragraph: paragraph.bytes.end - paragraph.bytes.start)
        if longest.bytes.end - longest.bytes.start > LONGEST_PARAGRAPH:
            raise InputError(
                f"{name} has a paragraph of {longest.bytes.end - longest.bytes.start:,} bytes, at line {longest.lines.start:,};"
                f" no more than {LONGEST_PARAGRAPH:,} can be kept.",
                "Break its lines first, where posts or sentences end: fold -s -w 10000 FILE",
            )
        return dump, lost
    ready.require_records(file, recipe, name)
    return ready.dump_of(data, name, file, sha256), ""


def store_dump(
    db: Database, dump: Dump, data: bytes, recipe: Recipe, packing: str | None, damage: str, ingested: str = ""
) -> int:
    """Keep a dump with its bytes and its paragraphs, to be split later; its number. To be called within a transaction.

    `packing` and `damage` say how it was packed, and what of it could not be read; `ingested` when it came, if that is not now.
    """
    id_ = add_dump(db, dump, recipe, packing, damage, ingested)
    for _ in store_bytes(db, id_, data):
        pass
    store_paragraphs(db, id_, dump)
    seal(db, "dumps", id_)
    return id_


def add_dump(db: Database, dump: Dump, recipe: Recipe, packing: str | None, damage: str, ingested: str = "") -> int:
    """The row of a dump, to be sealed when all of it is there; its number."""
    row = {
        "name": dump.name,
        "sha256": dump.sha256,
        "size": dump.size,
        **reading_row(dump),
        "packing": packing,
        **recipe_row(recipe),
        "damage": damage,
        "ingested": ingested or now(),
    }
    return int(db.table("dumps").insert(row).last_pk)  # type: ignore[arg-type]  # an INTEGER PRIMARY KEY


def store_bytes(db: Database, id_: int, data: bytes) -> Iterator[int]:
    """Store the bytes of a dump, packed, a piece at a time; after each, how many they are so far."""
    for ordinal, piece in enumerate(pieces.pack(data)):
        db.conn.execute("INSERT INTO dump_chunks (dump, ordinal, data) VALUES (?, ?, ?)", (id_, ordinal, piece))
        yield min((ordinal + 1) * pieces.PIECE, len(data))


def reading_row(dump: Dump) -> dict[str, object]:
    """What was found when a file was read."""
    return {
        "encoding": dump.encoding,
        "encoding_source": dump.encoding_source,
        "layout": str(dump.layout),
        "lines": dump.lines,
        "repaired": dump.repaired,
    }


def recipe_row(recipe: Recipe) -> dict[str, object]:
    """How a file is read, so that `load_recipe` tells it."""
    return {
        "reader": recipe.reader,
        "fields": None if recipe.reader is None else json.dumps(dict(recipe.fields)),
        "rendered": recipe.rendered,
        "libraries": recipe.libraries,
    }


def store_paragraphs(db: Database, id_: int, dump: Dump) -> None:
    db.conn.executemany(
        "INSERT INTO paragraphs (dump, ordinal, line_start, line_end, byte_start, byte_end, fingerprint, letters)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                id_,
                p.ordinal,
                p.lines.start,
                p.lines.end,
                p.bytes.start,
                p.bytes.end,
                fingerprint(p.text),
                len(skeleton(p.text)),
            )
            for p in dump.paragraphs
        ),
    )


def outdated(db: Database) -> dict[int, Recipe]:
    """The dumps that were read by other versions of libraries than those that are installed, and how they are read."""
    read_by = db.execute("SELECT id, libraries FROM dumps WHERE libraries <> ''").fetchall()
    recipes = ((dump, libraries, load_recipe(db, dump)) for dump, libraries in read_by)
    return {dump: recipe for dump, libraries, recipe in recipes if recipe.libraries != libraries}


def load_profile(db: Database, dump: int) -> Profile | None:
    """The profile of the site of a dump, if it has one."""
    row = db.execute("SELECT text FROM dumps d JOIN profiles p ON p.id = d.profile WHERE d.id = ?", [dump]).fetchone()
    return None if row is None else profiles.parse(row[0])


def set_profile(db: Database, dump: int, text: str) -> None:
    """Give a dump a profile, or take the one it has away if this one is empty."""
    with writing(db):
        id_ = None
        if profiles.parse(text):
            db.execute("INSERT OR IGNORE INTO profiles (text) VALUES (?)", [text])
            (id_,) = db.execute("SELECT id FROM profiles WHERE text = ?", [text]).fetchone()
        db.execute("UPDATE dumps SET profile = ? WHERE id = ?", [id_, dump])


def has_other_profile(db: Database, dump: int, text: str) -> bool:
    row = db.execute("SELECT text FROM dumps d JOIN profiles p ON p.id = d.profile WHERE d.id = ?", [dump]).fetchone()
    return (row[0] if row else None) != (text if profiles.parse(text) else None)


def spoken_languages(db: Database) -> tuple[str, ...]:
    """The languages that are told apart in this archive."""
    run = last_run(db, "languages")
    return tuple(json.loads(run["parameters"])["languages"]) if run else languages.LANGUAGES


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
