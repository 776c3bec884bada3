"""`python -m blogarc.spark`, for `spark-submit`: the same as `blogarc spark run`, in the session that spark-submit has made."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from blogarc import languages, spark
from blogarc.errors import BlogarcError
from blogarc.spark import engine, inputs

_PARTIAL = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps, and write the report to standard output as JSON; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m blogarc.spark", description=__doc__)
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="files, folders or patterns that Spark reads")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="where the tables go")
    parser.add_argument("--master", metavar="URL", help="where Spark runs; spark-submit says it itself")
    parser.add_argument("--memory", default="2g", metavar="SIZE", help="of a session on this machine [2g]")
    parser.add_argument("--steps", default=",".join(spark.STEPS), metavar="A,B", help="%(default)s")
    parser.add_argument("--languages", default=",".join(languages.LANGUAGES), metavar="A,B", help="%(default)s")
    parser.add_argument("--drop-work", action="store_true", help="take away what only a later run would need")
    parser.add_argument("--apart", action="store_true", help="part also what one task could hold, to see what it costs")
    given = parser.parse_args(arguments)
    try:
        session = engine.start(given.master, given.memory, quick=inputs.seem_little(given.inputs))
        try:
            report = spark.run(
                session,
                given.inputs,
                given.output,
                steps=given.steps.split(","),
                spoken=given.languages.split(","),
                keep_work=not given.drop_work,
                apart=given.apart,
            )
        finally:
            session.stop()
    except BlogarcError as error:
        sys.stderr.write("\n".join(filter(None, (f"Error: {error.message}", error.hint))) + "\n")
        return error.exit_code
    sys.stdout.write(json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n")
    return _PARTIAL if report.problem_count else 0


if __name__ == "__main__":
    raise SystemExit(main())
