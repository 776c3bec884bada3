"""What a browser of tables, Datasette, is told of the archive: titles, facets, and queries that people ask for.

The words are those of the report's catalogue; the SQL is here. A column called `page` holds the path of one of our pages.
"""

from __future__ import annotations

from typing import Any

from blogarc.report.messages import Messages

# What dedupe and the stages keep for themselves, and what nobody can read.
_INTERNAL = ("sketches", "sketch_buckets", "likenesses", "dump_chunks", "searchable", "runs", "profiles")
_FACETS = {
    "corpus": ["language", "year", "source"],
    "articles": ["language", "title_source", "mixed"],
    "provenance": ["kind", "language", "source"],
    "leftovers": ["role", "source"],
    "duplicate_review": ["kind"],
    "dumps": ["layout", "encoding"],
    "decisions": ["verdict"],
    "paragraphs": ["role"],
}
_LABELS = {"articles": "title", "dumps": "name"}

QUERIES = {
    # Accents are folded by the index itself; an empty search finds nothing, instead of being wrong.
    "search": """
SELECT '/-/blogarc/article/' || a.key AS page, a.title, a.language, a.published, a.words, d.name AS dump,
    a.line_start AS line, snippet(articles_fts, 1, '[', ']', '…', 24) AS found
FROM articles_fts JOIN articles a ON a.id = articles_fts.rowid JOIN dumps d ON d.id = a.dump
WHERE articles_fts MATCH escape_fts(coalesce(nullif(trim(:words), ''), '-'))
ORDER BY bm25(articles_fts, 4.0, 1.0), a.key LIMIT 200
""",
    "near_duplicates": """
SELECT '/-/blogarc/duplicate/' || a.key || '-' || k.key AS page, u.kind, u.similarity, a.title, k.title AS kept_title,
    a.words, k.words AS kept_words, d.name AS dump, a.line_start AS line
FROM duplicates u JOIN articles a ON a.id = u.article JOIN articles k ON k.id = u.kept JOIN dumps d ON d.id = a.dump
WHERE a.key <> k.key ORDER BY u.similarity, a.key
""",
    "pairs": """
SELECT '/-/blogarc/pair/' || s.key || '-' || t.key AS page, round(p.score, 3) AS score, s.title, t.title AS translation,
    s.words, t.words AS translation_words, s.published
FROM pairs p JOIN articles s ON s.id = p.source JOIN articles t ON t.id = p.target ORDER BY p.score, s.key
""",
    "leftovers_least_sure": """
SELECT d.name AS dump, p.line_start AS line, p.role, p.text,
    round((SELECT coalesce(sum(e.value), 0) FROM json_each(p.evidence) e), 2) AS evidence
FROM paragraphs p JOIN dumps d ON d.id = p.dump WHERE p.article IS NULL ORDER BY 5, d.name, p.ordinal
""",
    "languages_by_year": """
SELECT coalesce(year, '') AS year, language, count(*) AS posts, sum(words) AS words FROM corpus GROUP BY 1, 2 ORDER BY 1, 2
""",
}


def metadata(database: str, name: str, language: str) -> dict[str, Any]:
    """Datasette's metadata for an archive that it calls `database`, whose file is called `name`."""
    text = Messages(language).text
    tables: dict[str, Any] = {table: {"hidden": True} for table in _INTERNAL}
    for table, facets in _FACETS.items():
        tables[table] = {
            "facets": facets,
            "title": text(f"browse.{table}"),
            "description": text(f"browse.{table}.what"),
        }
    for table, label in _LABELS.items():
        tables[table]["label_column"] = label
    tables["articles"] |= {"fts_table": "articles_fts", "fts_pk": "id"}
    queries = {
        query: {
            "sql": sql.strip(),
            "title": text(f"browse.{query}"),
            "description": text(f"browse.{query}.what"),
            "hide_sql": True,
        }
        for query, sql in QUERIES.items()
    }
    return {
        "title": text("title", name=name),
        "description": text("browse.what"),
        "databases": {database: {"description": text("browse.what"), "tables": tables, "queries": queries}},
    }
