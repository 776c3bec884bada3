"""Rows and bytes that went through the network for each table of a run, from the event log of Spark.

    export PYSPARK_SUBMIT_ARGS="--conf spark.eventLog.enabled=true --conf spark.eventLog.dir=file:/tmp/events \\
        --conf spark.eventLog.rolling.enabled=false --conf spark.eventLog.compress=false pyspark-shell"
    python -m blogarc.spark INPUT -o OUTPUT --master 'local[2]' --steps ingest,dedupe
    python -m benchmarks.spark.shuffle /tmp/events/*

In local mode nothing leaves the machine, but what is written to be shuffled is the same as on a cluster.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path


def shuffled(lines: Iterable[str]) -> dict[str, Counter[str]]:
    """By table: tasks, rows and bytes written to be shuffled, and milliseconds of the wall clock (of its jobs, which may be
    side by side) and of its tasks."""
    tables: dict[int, str] = {}
    jobs: dict[int, tuple[str, int]] = {}
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        event = json.loads(line)
        if event["Event"] == "SparkListenerJobStart":
            name = (event.get("Properties") or {}).get("spark.job.description") or "reports"
            name = name.removeprefix("blogarc ")
            jobs[event["Job ID"]] = name, event["Submission Time"]
            for stage in event["Stage IDs"]:
                tables.setdefault(stage, name)
        elif event["Event"] == "SparkListenerJobEnd":
            name, began = jobs[event["Job ID"]]
            told[name].update(wall=event["Completion Time"] - began)
        elif event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
            written = event["Task Metrics"]["Shuffle Write Metrics"]
            told[tables[event["Stage ID"]]].update(
                tasks=1,
                rows=written["Shuffle Records Written"],
                bytes=written["Shuffle Bytes Written"],
                busy=event["Task Metrics"]["Executor Run Time"],
            )
    return told


def main() -> None:
    for path in sys.argv[1:]:
        with Path(path).open(encoding="utf-8") as lines:
            told = shuffled(lines)
        for name, counts in told.items():
            print(f"| {name} | {counts['rows']:,} | {counts['bytes'] / 1e6:.1f} |")
        print(f"| all | | {sum(counts['bytes'] for counts in told.values()) / 1e6:.1f} |")


if __name__ == "__main__":
    main()
