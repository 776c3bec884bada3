"""The session: Spark on this machine unless a master is given, quiet, and with data moved as Arrow batches.

Within `spark-submit`, or where a notebook has a session already, that one is taken as it is. What is missing is said with the
way to get it: the extra from the package index, and Java, the one thing that has to come from the system.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from blogarc.errors import UsageError
from blogarc.spark import classes

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

JAVA = 17  # the oldest that Spark 4 runs on
_NEEDED = ("pyspark", "pyarrow")
# A task reads so many bytes of files, or one file if that is larger: with all that is made of them they fit into a gigabyte.
_BYTES_OF_A_TASK = 32 << 20
# Rows that Python gets at once, and bytes.
_ROWS_AT_ONCE, _BYTES_AT_ONCE = 8192, 64 << 20
_ATTEMPTS = 4  # of one task, as on a cluster
_QUIET = Path(__file__).with_name("log4j2.properties")


def start(master: str | None = None, memory: str = "2g", *, quick: bool = False) -> SparkSession:
    """The session to work in: the one that there is, or a new one at `master` (by default all cores of this machine).

    `memory` is what the Java process of a local session may take; `quick` is for one that has little to do. Raises UsageError
    if pyspark or Java is not there.
    """
    require_spark()
    # While Java starts.
    Thread(target=import_module, args=("blogarc.spark.collecting",), daemon=True).start()
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: SparkSession.Builder = SparkSession.builder.appName("blogarc")
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if SparkSession.getActiveSession() is None and not submitted:
        require_java()
        where = _forgiving(master or os.environ.get("MASTER") or "local[*]")
        builder = builder.master(where)
        if where.startswith("local"):
            for name, value in _local(memory, quick).items():
                builder = builder.config(name, value)
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


_SETTINGS = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(_ROWS_AT_ONCE),
    "spark.sql.execution.arrow.maxBytesPerBatch": str(_BYTES_AT_ONCE),
    "spark.sql.files.maxPartitionBytes": str(_BYTES_OF_A_TASK),
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.skewJoin.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
}


@contextmanager
def tuned(session: SparkSession, little: bool) -> Iterator[None]:
    """While there is `little` to do: plans are neither made anew between the stages of a job, nor compiled, and what is
    shuffled goes to as many tasks as there are cores. What was set before is set again."""
    if not little:
        yield
        return
    told = _LITTLE | {"spark.sql.shuffle.partitions": str(min(_FEW_TASKS, session.sparkContext.defaultParallelism))}
    before = {name: str(session.conf.get(name)) for name in told}
    for name, value in told.items():
        session.conf.set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            session.conf.set(name, value)


_LITTLE = {"spark.sql.adaptive.enabled": "false"}
_FEW_TASKS = 8


def _forgiving(master: str) -> str:
    """On this machine Spark gives a task up at its first failure, unless it is told how many there may be: a process of Python
    that the system ends for want of memory is no reason to lose the others' work.

    >>> _forgiving("local[2]"), _forgiving("local[*,1]"), _forgiving("spark://host:7077")
    ('local[2,4]', 'local[*,1]', 'spark://host:7077')
    """
    found = re.fullmatch(r"local(?:\[([\d*]+)\])?", master)
    return f"local[{found[1] or 1},{_ATTEMPTS}]" if found else master


def _local(memory: str, quick: bool) -> dict[str, str]:
    """What is set for a session on this machine only; a cluster has its own settings."""
    os.environ.setdefault("SPARK_LAUNCHER_OPTS", " ".join(classes.QUICK))
    told = [f"-Dlog4j2.configurationFile={_QUIET.as_uri()}", *classes.options(_java() or "")]
    if quick:
        told += classes.QUICK
    return {
        "spark.driver.memory": memory,
        "spark.io.compression.codec": "zstd",  # of what is shuffled
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # So many at most: they are put together, by the bytes that are in them.
        "spark.sql.shuffle.partitions": str(max(64, 4 * (os.cpu_count() or 1))),
        "spark.driver.extraJavaOptions": " ".join(told),
    }


def require_spark() -> None:
    """Raises UsageError if a library of the extra is not installed."""
    absent = [module for module in _NEEDED if find_spec(module) is None]
    if absent:
        raise UsageError(
            f"blogarc spark needs {' and '.join(absent)}, which {'is' if len(absent) == 1 else 'are'} not installed.",
            f'Install the extra: pip install "blogarc[spark]"; Java {JAVA} or newer comes from the system.',
        )


def require_java() -> None:
    """Raises UsageError if there is no Java, or one that is too old."""
    version = java_version()
    if version is None or version < JAVA:
        told = "Java was not found" if version is None else f"Java {version} is too old"
        raise UsageError(
            f"{told}: Spark runs on Java {JAVA} or newer.",
            f"On Debian or Ubuntu: apt install openjdk-{JAVA}-jre-headless. Elsewhere: https://adoptium.net, and JAVA_HOME.",
        )


def java_version() -> int | None:
    """The major version of the Java that Spark would take; None if there is none that starts."""
    version = re.search(r'version "(?:1\.)?(\d+)', _java() or "")
    return int(version[1]) if version else None


def _java() -> str | None:
    """What the Java that Spark would take says of its version; None if there is none that starts."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if found is None:
        return None
    try:
        told = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stderr + told.stdout
