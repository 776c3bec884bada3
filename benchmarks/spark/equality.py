"""Whether Spark and an archive find the same: articles, clusters, duplicates and pairs, row by row.

python -m benchmarks.spark.equality cache/20000-7.jsonl            # what one task holds in one task
python -m benchmarks.spark.equality cache/20000-7.jsonl --apart    # all in parts, as for a large corpus
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from pyarrow import parquet

from blogarc import Archive, spark
from blogarc.spark import engine

# For each table its columns, and what an archive says of the same.
TABLES = {
    "articles": (
        ("sha256", "start_line", "byte_start", "byte_end", "id", "title", "text", "language", "language_confidence"),
        "SELECT d.sha256, a.line_start, a.byte_start, a.byte_end, a.key, a.title, a.text, a.language, a.language_confidence"
        " FROM articles a JOIN dumps d ON d.id = a.dump",
    ),
    "clusters": (
        ("source", "start_line", "cluster", "kind", "similarity"),
        "SELECT d.name, a.line_start, r.key, coalesce(u.kind, 'representative'), coalesce(u.similarity, 1.0) FROM articles a"
        " JOIN dumps d ON d.id = a.dump JOIN clusters c ON c.article = a.id JOIN articles r ON r.id = c.representative"
        " LEFT JOIN duplicates u ON u.article = a.id",
    ),
    "duplicates": (
        ("source", "start_line", "kept_source", "kept_start_line", "kind", "similarity", "scores"),
        "SELECT d.name, a.line_start, e.name, k.line_start, u.kind, u.similarity, u.scores FROM duplicates u"
        " JOIN articles a ON a.id = u.article JOIN dumps d ON d.id = a.dump"
        " JOIN articles k ON k.id = u.kept JOIN dumps e ON e.id = k.dump",
    ),
    "pairs": (
        ("source", "target", "score", "evidence"),
        "SELECT s.key, t.key, p.score, p.evidence FROM pairs p JOIN articles s ON s.id = p.source"
        " JOIN articles t ON t.id = p.target",
    ),
}


def rows_of(place: Path, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    table = parquet.read_table(place, columns=list(columns))
    return sorted(zip(*(table.column(name).to_pylist() for name in columns), strict=True), key=repr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="2g")
    given = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="blogarc-equality-") as place:
        clock = time.perf_counter()
        session = engine.start(given.master, given.memory)
        spark.run(session, given.inputs, place, apart=given.apart)
        session.stop()
        print(f"Spark: {time.perf_counter() - clock:.0f} s", flush=True)
        clock = time.perf_counter()
        with Archive(Path(place, "archive.db")) as archive:
            archive.ingest(*given.inputs)
            archive.pairs()
            print(f"archive: {time.perf_counter() - clock:.0f} s", flush=True)
            for name, (columns, query) in TABLES.items():
                ours = rows_of(Path(place, name), columns)
                theirs = sorted(archive._db.execute(query).fetchall(), key=repr)
                differ = len(set(ours) ^ set(theirs)) or int(ours != theirs)
                wrong += differ
                print(f"{name}: {len(ours):,} rows, {'the same' if not differ else f'{differ:,} differ'}", flush=True)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
