"""Keep an archive of the present schema as SQL text, for tests of later ones: tests/fixtures/schema-N.sql.

    python -m tests.keep_schema

Done once for each schema that is released, and never again: later versions must open what this one wrote.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from blogarc import Archive, schema

FIXTURES = Path(__file__).parent / "fixtures"
# Written for this: two posts, each in two languages, and one of them twice.
DUMP = """The lamp on the mole

The harbour office has bought a new lamp for the end of the mole, and on Tuesday the old keeper lit it for the first time.

Eleven boats came home by its light that night, although three of them had no reason to be out so late.

La lámpara del muelle

La oficina del puerto ha comprado una lámpara nueva para la punta del muelle, y el martes el viejo farero la encendió por
primera vez.

Aquella noche once barcas volvieron a casa con su luz, aunque tres de ellas no tenían motivo para salir tan tarde.

Read more

The lamp on the mole

The harbour office has bought a new lamp for the end of the mole, and on Tuesday the old keeper lit it for the first time.

Eleven boats came home by its light that night, although three of them had no reason to be out so late.

Read more

A school for gulls

Somebody has painted numbers on the roof of the fish hall, one to forty, and the gulls have begun to sit on them in order.

The teacher says that it is chance. The children, who counted them before breakfast on nine days, say that it is not.
"""


def build(path: Path) -> None:
    """An archive in which every stage ran, with a decision that holds and one that was undone."""
    dump = path.with_name("mole.txt")
    dump.write_text(DUMP, "utf-8", newline="\n")
    with Archive(path) as archive:
        archive.ingest(dump)
        archive.pairs()
        ids = sorted({told["id"] for told in archive.list()})
        archive.decide("different", ids[0], ids[1])
        archive.decide("not-pair", ids[0], ids[1])
        archive.undo()
        archive.pairs()


def statements(path: Path) -> Iterator[str]:
    """SQL that makes the archive again. The search index is made from the articles: what it consists of is SQLite's affair."""
    db = sqlite3.connect(path)
    try:
        objects = db.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
        ).fetchall()
        own = [row for row in objects if not row[1].startswith("articles_fts_")]
        for kind in ("table", "index", "view"):
            for name, sql in [(name, sql) for told, name, sql in own if told == kind and name != "articles_fts"]:
                yield f"{sql};"
                if kind != "table":
                    continue
                columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
                values = " || ', ' || ".join(f"quote({column})" for column in columns)
                for (row,) in db.execute(f"SELECT {values} FROM {name}"):
                    yield f"INSERT INTO {name} VALUES ({row});"
        yield next(sql for _, name, sql in own if name == "articles_fts") + ";"
        yield "INSERT INTO articles_fts (articles_fts) VALUES ('rebuild');"
        for pragma in ("application_id", "user_version"):
            yield f"PRAGMA {pragma} = {db.execute(f'PRAGMA {pragma}').fetchone()[0]};"
    finally:
        db.close()


def archive_of(version: int, path: Path) -> Path:
    """The archive of a released schema, made from its SQL text."""
    db = sqlite3.connect(path)
    db.executescript((FIXTURES / f"schema-{version}.sql").read_text("utf-8"))
    db.close()
    return path


def main() -> None:
    target = FIXTURES / f"schema-{schema.VERSION}.sql"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kept.db")
        build(path)
        FIXTURES.mkdir(exist_ok=True)
        target.write_text("\n".join(statements(path)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
