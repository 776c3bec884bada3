"""Every tool on the same task: JSON Lines in, a label a document out. Run by `compare` in a process of its own.

    python -m benchmarks.dedupe.runners NAME[@JACCARD] CORPUS.jsonl LABELS

Each peer runs as its documentation shows it, with shingles of three words; those that have such a threshold at the Jaccard
coefficient of 0.5, or another that is given with the name, as in `daft@0.7`.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

THRESHOLD, SHINGLE, PERMUTATIONS, BANDS = 0.5, 3, 128, 32
_WORD = re.compile(r"\w+")
Labels = Sequence[object]


def documents(path: Path) -> Iterator[str]:
    """The texts, one by one."""
    try:
        loads: Callable[[bytes], Any] = import_module("orjson").loads
    except ImportError:
        loads = json.loads
    with path.open("rb") as stream:
        for line in stream:
            yield loads(line)["text"]


def read(path: Path) -> list[str]:
    return list(documents(path))


def shingles(text: str) -> list[str]:
    listed = _WORD.findall(text.lower())
    return [" ".join(listed[n : n + SHINGLE]) for n in range(len(listed) - SHINGLE + 1)] or [" ".join(listed)]


class Sets:
    """Which documents are together: a forest of links to the first."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, place: int) -> int:
        while self.parent[place] != place:
            self.parent[place] = place = self.parent[self.parent[place]]
        return place

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self.parent[high] = low

    @property
    def labels(self) -> list[int]:
        return [self.find(place) for place in range(len(self.parent))]


def blogarc(path: Path) -> Labels:
    """The engine alone, on plain texts."""
    from blogarc import dedupe

    return dedupe(documents(path))


def blogarc_archive(path: Path) -> Labels:
    """Through the front door: ingest and dedupe, with the archive on disk."""
    from blogarc import Archive

    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder, "archive.db")) as archive:
        archive.ingest(path)
        archive.dedupe()
        sql = "SELECT c.representative FROM articles a JOIN clusters c ON c.article = a.id ORDER BY a.paragraph_start"
        return [row[0] for row in archive._db.execute(sql)]


def blogarc_spark(path: Path) -> Labels:
    """The engine on Spark, two cores: from JSON to clusters, as the peers do, without splitting and languages."""
    from pyspark.sql import functions as f

    from blogarc.duplicates import DuplicateConfig
    from blogarc.spark import copies, engine, inputs
    from blogarc.spark.tables import Store, Table

    session = engine.start("local[2]", "3g", quick=path.stat().st_size < inputs.LITTLE)
    little = path.stat().st_size < inputs.LITTLE
    with tempfile.TemporaryDirectory() as folder, engine.tuned(session, little):
        store = Store(session, folder)
        read_in = session.read.schema("id bigint, text string").json(str(path.absolute()))
        given = {"title": "''", "title_source": "'derived'", "source": "''", "start_line": "id", "end_line": "id"}
        key = f.substring(f.sha2("text", 256), 1, 16)
        columns = [
            f.col("id").alias("position"),
            key.alias("id"),
            "text",
            *(f.expr(v).alias(k) for k, v in given.items()),
        ]
        told = read_in.select(*columns)
        # What is read once need not be written first.
        articles = Table("articles", told, "", True, {"letters": path.stat().st_size})
        if not little:
            articles = store.keep("articles", {}, lambda: told, count=copies.LETTERS)
        clusters, _ = copies.find_copies(store, articles, DuplicateConfig())
        labels = [told[1] for told in sorted(clusters.rows.select("position", "representative").collect())]
    session.stop()
    return labels


def pyspark(path: Path) -> Labels:
    """MinHash as it is usually written for PySpark: a function of Python for every document, and buckets by key; two cores, and
    a session as PySpark makes it."""
    import numpy as np
    from pyspark.sql import SparkSession

    rows = PERMUTATIONS // BANDS
    prime = (1 << 61) - 1
    dice = np.random.default_rng(1)
    factors, terms = (dice.integers(1, prime, PERMUTATIONS, dtype=np.uint64) for _ in range(2))
    folded, pattern, size = np.uint64((1 << 32) - 1), _WORD, SHINGLE

    def sign(document: Any) -> Iterator[tuple[tuple[int, bytes], int]]:
        import hashlib

        listed = pattern.findall(document.text.lower())
        grams = {" ".join(listed[n : n + size]) for n in range(max(1, len(listed) - size + 1))}
        hashed = [int.from_bytes(hashlib.sha1(gram.encode()).digest()[:4], "little") for gram in grams]
        least = ((np.array(hashed, np.uint64)[:, None] * factors + terms) % np.uint64(prime) & folded).min(axis=0)
        for band in range(0, len(least), rows):
            yield (band, least[band : band + rows].tobytes()), document.id

    session = SparkSession.builder.master("local[2]").config("spark.driver.memory", "3g").getOrCreate()
    documents_ = session.read.schema("id bigint, text string").json(str(path.absolute())).repartition(4)
    buckets = documents_.rdd.flatMap(sign).groupByKey()
    edges = buckets.flatMap(lambda bucket: [(min(bucket[1]), one) for one in bucket[1]]).distinct().collect()
    sets = Sets(documents_.count())
    for one, other in edges:
        sets.join(one, other)
    session.stop()
    return sets.labels


def datasketch(path: Path) -> Labels:
    module, digest = import_module("datasketch"), import_module("xxhash").xxh32_intdigest
    index = module.MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    empty = module.MinHash(num_perm=PERMUTATIONS, hashfunc=digest)
    texts, made = read(path), []
    sets = Sets(len(texts))
    for place, text in enumerate(texts):
        sketch = empty.copy()
        sketch.update_batch([shingle.encode() for shingle in set(shingles(text))])
        made.append(sketch)
        for other in index.query(sketch):
            if sketch.jaccard(made[other]) >= THRESHOLD:
                sets.join(place, other)
        index.insert(place, sketch, check_duplication=False)
    return sets.labels


def rensa(path: Path) -> Labels:
    module, texts = import_module("rensa"), read(path)
    made: list[Any] = []
    for at in range(0, len(texts), 2000):
        part = [shingles(text) for text in texts[at : at + 2000]]
        made += module.RMinHash.from_token_sets(part, num_perm=PERMUTATIONS, seed=42)
    index = module.RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
    index.insert_pairs(list(enumerate(made)))
    sets = Sets(len(texts))
    for at in range(0, len(texts), 5000):
        for place, found in enumerate(index.query_all(made[at : at + 5000]), at):
            for other in found:
                if other < place and made[place].jaccard(made[other]) >= THRESHOLD:
                    sets.join(place, other)
    return sets.labels


def gaoya(path: Path) -> Labels:
    texts = read(path)
    index = import_module("gaoya").minhash.MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD, num_bands=BANDS, band_size=PERMUTATIONS // BANDS,
        num_hashes=PERMUTATIONS, analyzer="word", lowercase=True, ngram_range=(SHINGLE, SHINGLE), id_container="smallvec",
    )  # fmt: skip
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    sets = Sets(len(texts))
    for at in range(0, len(texts), 5000):
        for place, found in enumerate(index.par_bulk_query(texts[at : at + 5000]), at):
            for other in found:
                sets.join(place, other)
    return sets.labels


def daft(path: Path) -> Labels:
    """Its MinHash expression; bands and components in numpy, which is quicker than its own joins."""
    import numpy as np

    module, graph, sparse = (import_module(name) for name in ("daft", "scipy.sparse.csgraph", "scipy.sparse"))
    text = module.col("text").normalize(remove_punct=True, lowercase=True, nfd_unicode=False, white_space=True)
    frame = module.read_json(str(path)).with_column("folded", text)
    frame = frame.with_column(
        "sketch", module.col("folded").minhash(num_hashes=PERMUTATIONS, ngram_size=SHINGLE, seed=1)
    )
    table = frame.select("id", "sketch").to_arrow()
    ids = table["id"].to_numpy()
    sketches = np.concatenate([chunk.flatten().to_numpy() for chunk in table["sketch"].chunks]).reshape(len(ids), -1)
    rows, links = PERMUTATIONS // BANDS, []
    for band in range(BANDS):
        part = sketches[:, band * rows : (band + 1) * rows].astype(np.uint64)
        key = part[:, 0].copy()
        for column in range(1, rows):
            key = key * np.uint64(0x9E3779B97F4A7C15) + part[:, column]
        order = np.argsort(key, kind="stable")
        same = key[order][1:] == key[order][:-1]
        links.append(np.stack((order[:-1][same], order[1:][same])))
    one, other = np.concatenate(links, axis=1)
    alike = (sketches[one] == sketches[other]).mean(axis=1) >= THRESHOLD
    one, other = ids[one[alike]], ids[other[alike]]
    matrix = sparse.coo_matrix((np.ones(len(one), np.int8), (one, other)), shape=(len(ids), len(ids)))
    return list(graph.connected_components(matrix, directed=False)[1].tolist())


def semhash(path: Path) -> Labels:
    """Exact and semantic neighbours by static embeddings; needs its model, which it fetches."""
    texts = read(path)
    found = import_module("semhash").SemHash.from_records(records=texts).self_deduplicate(threshold=0.9)
    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        first.setdefault(text, place)
    sets = Sets(len(texts))
    for record in found.filtered:
        for other, _ in record.duplicates:
            sets.join(first[record.record], first[other])
    for place, text in enumerate(texts):
        sets.join(place, first[text])
    return sets.labels


def datatrove(path: Path) -> Labels:
    """Its local executor, as in its example of MinHash deduplication."""
    import struct

    dedup, config = (import_module(f"datatrove.pipeline.dedup{name}") for name in ("", ".minhash"))
    reader = import_module("datatrove.pipeline.readers").JsonlReader
    executor = import_module("datatrove.executor.local").LocalPipelineExecutor
    hashing = import_module("datatrove.utils.hashing").HashConfig
    with tempfile.TemporaryDirectory() as folder:
        lines = path.read_bytes().splitlines(keepends=True)
        half = (len(lines) + 1) // 2
        Path(folder, "in").mkdir()
        for part in range(2):
            Path(folder, "in", f"{part:05d}.jsonl").write_bytes(b"".join(lines[part * half : (part + 1) * half]))
        options = config.MinhashConfig(
            hash_config=hashing(precision=64), num_buckets=14, hashes_per_bucket=8, n_grams=5
        )
        read_in = reader(f"{folder}/in", glob_pattern="*.jsonl")
        sign = dedup.MinhashDedupSignature(output_folder=f"{folder}/sig", config=options, language="en")
        match = config.MinhashDedupBuckets(input_folder=f"{folder}/sig", output_folder=f"{folder}/dups", config=options)
        executor([read_in, sign], tasks=2, workers=2, logging_dir=f"{folder}/1").run()
        executor([match], tasks=14, workers=2, logging_dir=f"{folder}/2").run()
        sets = Sets(len(lines))
        for found in Path(folder, "dups").rglob("*.dups"):
            for file, document, other_file, other in struct.iter_unpack("<4I", found.read_bytes()):
                sets.join(file * half + document, other_file * half + other)
        return sets.labels


def text_dedup(path: Path) -> Labels:
    """Its MinHash command, as it is published."""
    import pickle

    with tempfile.TemporaryDirectory() as folder:
        options = {
            "path": "json", "data_files": str(path.absolute()), "split": "train", "cache_dir": f"{folder}/cache",
            "output": f"{folder}/out", "column": "text", "batch_size": "10000", "num_proc": "2", "ngram": str(SHINGLE),
            "num_perm": str(PERMUTATIONS), "threshold": str(THRESHOLD), "min_length": "0", "hash_func": "xxh3",
        }  # fmt: skip
        given = [argument for name, value in options.items() for argument in (f"--{name}", value)]
        import_module("text_dedup.minhash").main.main([*given, "--debug"], standalone_mode=False)
        groups = pickle.loads(Path(folder, "out", "uf.pkl").read_bytes())
        return [groups.find(place) for place in range(sum(1 for _ in path.open("rb")))]


RUNNERS: dict[str, Callable[[Path], Labels]] = {
    "blogarc": blogarc,
    "blogarc archive": blogarc_archive,
    "blogarc spark": blogarc_spark,
    "pyspark": pyspark,
    "daft": daft,
    "gaoya": gaoya,
    "rensa": rensa,
    "datasketch": datasketch,
    "datatrove": datatrove,
    "text-dedup": text_dedup,
    "semhash": semhash,
}

if __name__ == "__main__":
    name, _, threshold = sys.argv[1].partition("@")
    THRESHOLD = float(threshold or THRESHOLD)
    found = RUNNERS[name](Path(sys.argv[2]))
    Path(sys.argv[3]).write_text("\n".join(map(str, found)) + "\n", "utf-8")
    # What the system says of a child includes the memory of the process that started it; this is its own (Linux only).
    status = Path("/proc/self/status")
    peak = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    Path(f"{sys.argv[3]}.peak").write_text(peak[1] if peak else "")
