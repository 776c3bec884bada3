"""`python -m blogarc`, and the command `blogarc`."""

from __future__ import annotations


def main() -> None:
    """Run the command line, and leave with its exit code."""
    from blogarc.processor import choose_sorting

    choose_sorting()

    from blogarc.cli import run

    raise SystemExit(run())


if __name__ == "__main__":
    main()
