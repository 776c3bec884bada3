"""The log of stages: what ran on what, so that nothing is done twice and what is out of date is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from blogarc.archive.seals import seal


def record_run(
    db: Database,
    stage: str,
    version: int,
    parameters: Mapping[str, Any],
    input_digest: str,
    output_digest: str,
    counts: Mapping[str, int],
    started: str,
    seconds: float,
) -> None:
    """Write a row; to be called within the transaction of the stage itself."""
    run = db.table("runs").insert(
        {
            "stage": stage,
            "version": version,
            "parameters": json.dumps(parameters, sort_keys=True),
            "input": input_digest,
            "output": output_digest,
            "counts": json.dumps(counts, sort_keys=True),
            "started": started,
            "seconds": round(seconds, 3),
        }
    )
    seal(db, "runs", int(run.last_pk))  # type: ignore[arg-type]  # an INTEGER PRIMARY KEY


def last_run(db: Database, stage: str) -> dict[str, Any] | None:
    """The newest run of a stage."""
    return next(iter(db.query("SELECT * FROM runs WHERE stage = ? ORDER BY id DESC LIMIT 1", [stage])), None)


def is_current(db: Database, stage: str, version: int, parameters: Mapping[str, Any], input_digest: str) -> bool:
    """Whether the last run of the stage had this version, these parameters and this input."""
    run = last_run(db, stage)
    return run is not None and (run["version"], run["parameters"], run["input"]) == (
        version,
        json.dumps(parameters, sort_keys=True),
        input_digest,
    )
