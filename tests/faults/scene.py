"""The dumps that faults happen to, the commands under which they happen, and what an archive comes to in the end."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from sqlite_utils import Database

from blogarc import Archive, export
from blogarc.archive import checking, corpus, decisions
from blogarc.archive.reports import no_progress
from tests.faults.processes import ROOT, run
from tests.planting import plant

PLANTED = (("doubled", 7), ("paginated", 7))
SAMPLES = ROOT / "sample_data"  # where there are translations
_NEEDS = {"parquet": "pyarrow", "hf": "pyarrow", "bagit": "bagit"}
# All whose libraries are here.
FORMATS = tuple(name for name in export.FORMATS if name not in _NEEDS or find_spec(_NEEDS[name]))


@dataclass(frozen=True, slots=True)
class Job:
    """A command, the state in which it finds the archive, and what it writes beside it."""

    name: str
    line: tuple[str, ...]
    before: str  # new, ingested, deduped, paired, unsplit
    environment: Mapping[str, str] = field(default_factory=dict)


# In `migrate`, the archive is from before a migration that `child` knows and blogarc does not. `ingest-parts` splits dumps in
# blocks and stretches, as if they were large.
JOBS = (
    Job("ingest", ("ingest", "dumps"), "new"),
    Job("ingest-parts", ("ingest", "dumps"), "new", {"FAULT_LARGEST": "60000"}),
    Job("dedupe", ("dedupe",), "ingested"),
    Job("pairs", ("pairs",), "deduped"),
    Job("rebuild", ("rebuild",), "unsplit"),
    Job("export", ("export", "-o", "corpus.jsonl"), "paired"),
    Job("migrate", ("stats",), "paired", {"FAULT_MIGRATION": "1"}),
)


class Scene:
    """Archives in every state a job may find, made once; `fresh` copies one into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        dumps = folder / "dumps"
        dumps.mkdir(parents=True)
        for path in SAMPLES.glob("*.txt"):
            shutil.copy(path, dumps)
        for kind, seed in PLANTED:
            for name, text in plant(kind, seed).files.items():
                (dumps / name).write_text(text, "utf-8", newline="")
        self.states: dict[str, Path | None] = {"new": None}
        with Archive(folder / "work.db") as archive:
            archive.ingest(dumps)
            self._keep("ingested")
            archive.dedupe()
            self._keep("deduped")
            self._decide(archive)
            archive.pairs()
            self._keep("paired")
            # All splits are to be stored again, as after a change of the rules.
            archive._db.execute("UPDATE dumps SET segmented = 'by other rules'")
            self._keep("unsplit")
        self._ends: dict[str, tuple[str, float]] = {}

    @staticmethod
    def _decide(archive: Archive) -> None:
        """A few decisions, one of them undone and one replaced."""
        ids = [told["id"] for told in archive.list()]
        archive.decide("different", ids[0], ids[1])
        archive.decide("same", ids[2], ids[3])
        archive.undo(2)
        archive.decide("pair", ids[4], ids[5])
        archive.decide("not-pair", ids[4], ids[5])

    def _keep(self, state: str) -> None:
        self.states[state] = Path(shutil.copy(self.folder / "work.db", self.folder / f"{state}.db"))

    def fresh(self, folder: Path, state: str) -> Path:
        """A folder with the dumps and an archive in this state."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "dumps").symlink_to(self.folder / "dumps")
        source = self.states[state]
        if source is not None:
            shutil.copy(source, folder / "blogarc.db")
        return folder

    def undisturbed(self, job: Job) -> str:
        """What a folder comes to when the job is left alone."""
        return self._end(job)[0]

    def seconds(self, job: Job) -> float:
        """How long the job takes when it is left alone."""
        return self._end(job)[1]

    def _end(self, job: Job) -> tuple[str, float]:
        with self._lock:  # of cases that run beside each other, the first finds it out for all
            if job.name not in self._ends:
                folder = self.fresh(self.folder / f"undisturbed-{job.name}", job.before)
                clock = time.perf_counter()
                ended = run(folder, job.line, environment=job.environment)
                seconds = time.perf_counter() - clock
                assert ended.code == 0, ended.err
                self._ends[job.name] = outcome(folder), seconds
            return self._ends[job.name]


def outcome(folder: Path) -> str:
    """A digest of all that a folder holds for its user: the corpus, what was set aside and decided, dumps, exports.

    Row numbers and times are left out: they tell how it came about.
    """
    return digest(folder_lines(folder))


def folder_lines(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):  # which follows no link
        # A journal that is still there when an archive was opened is none that SQLite needs: it began, and nothing was written
        # to the archive yet. It is taken away with the next write, and a command that has nothing to do writes nothing.
        if path.name == "dumps" or path.suffix == ".db" or path.name.endswith(".db-journal") or path.is_dir():
            continue
        yield f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest() if 'schema' not in path.name else 'a copy'}"
    if (folder / "blogarc.db").exists():
        yield from archive_lines(folder / "blogarc.db")


def archive_lines(path: Path) -> Iterator[str]:
    with opened(path) as db:
        for number, name, sha256 in db.execute("SELECT id, name, sha256 FROM dumps ORDER BY sha256").fetchall():
            yield f"dump {name} {sha256} {hashlib.sha256(checking.restore(db, number)).hexdigest()}"
        for row in (*corpus.leftovers(db), *decisions.listed(db, every=True)):
            yield json.dumps(row, sort_keys=True)
        # Straight from the tables: an export would first bring up to date what a kill left behind.
        for sql in (
            "SELECT id, title, language, words, source, copies, text FROM corpus ORDER BY 1, 5",
            "SELECT * FROM provenance ORDER BY source, start_line, id",
            "SELECT source, target, score, evidence FROM pair_review ORDER BY 1, 2",
            "SELECT (SELECT count(*) FROM beads), (SELECT count(*) FROM unpaired)",
        ):
            yield from map(str, db.execute(sql))


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """The archive as it is, of whatever version; a journal that a kill left is played back."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield Database(connection, execute_plugins=False)
    finally:
        connection.close()


def digest(lines: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def sound(folder: Path) -> str:
    """Empty if the archive of the folder opens and checks, else what is wrong."""
    path = folder / "blogarc.db"
    if not path.exists():
        return ""
    with opened(path) as db:
        if not db.table_names():
            return ""  # killed before there was a first table
        report = checking.check(db, no_progress)
    return "; ".join(problem for problem in report.problems if "not split yet" not in problem)
