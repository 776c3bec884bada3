"""How Java starts quickly: with the classes of Spark as it had them in memory, kept in a file for the next time.

Of a run over a few megabytes most is Java reading, checking and compiling classes. Java can write what it has loaded to an
archive (class data sharing), and map that when it starts again, which halves the time until Spark is there. The first session
on a machine leaves the archive behind as it ends; it has some 200 MB, and stands with the caches of the user. It is for one
Java, and one Spark; what does not fit Java passes over. A half-written one would end Java, so that one is written beside its
place, and gets there once it is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path
from time import time

VERSION = 1
# How an archive begins, which Java writes last (the magic of a dynamic archive, in the order of bytes of the machine).
_MAGIC = 0xF00BABA8
_NEEDED = 2 << 30  # bytes that have to be free before one is written
_KEPT = 2  # archives, of as many environments
_FORGOTTEN = 86_400  # seconds after which nobody finishes what was begun
# No word of Java about its archives, which would go to standard output.
_SILENT = ("-Xlog:disable", "-Xlog:all=error:stderr")
# The compiler that begins at once, and the collector that needs no threads: what runs for seconds does not earn more.
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def options(java: str) -> tuple[str, ...]:
    """What Java is told, so that it uses the archive, or leaves one behind. `java` is what it says of its version."""
    try:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / f"spark-{_digest(java)}.jsa"
        _tidy(place)
        if " " in str(place) or (not place.exists() and shutil.disk_usage(folder).free < _NEEDED):
            return ()
    except OSError:  # a home that cannot be written
        return ()
    told = f"SharedArchiveFile={place}" if place.exists() else f"ArchiveClassesAtExit={place}.{os.getpid()}"
    return (*_SILENT, f"-XX:{told}")


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "blogarc"


def _digest(java: str) -> str:
    """The same for the same Java and the same Spark, at the same place."""
    import pyspark

    home = Path(os.environ.get("SPARK_HOME") or Path(pyspark.__file__).parent)
    jars = sorted((jar.name, jar.stat().st_size, jar.stat().st_mtime_ns) for jar in home.joinpath("jars").glob("*.jar"))
    told = (VERSION, java, os.environ.get("JAVA_HOME"), str(home), jars)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _tidy(place: Path) -> None:
    """Give what a session has left behind its name, once it is whole and on the disk; take away what is left over."""
    for left in place.parent.glob(f"{place.name}.*"):
        with left.open("rb") as stream:
            whole = int.from_bytes(stream.read(4), sys.byteorder) == _MAGIC
            if whole and not place.exists():
                os.fsync(stream.fileno())
        if whole and not place.exists():
            left.replace(place)
        elif whole or time() - left.stat().st_mtime > _FORGOTTEN:
            left.unlink()
    by_age = sorted(place.parent.glob("spark-*.jsa"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in by_age[_KEPT:]:
        old.unlink()
