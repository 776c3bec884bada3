"""Feed the readers and the splitter what a coverage-guided fuzzer (atheris) thinks of.

    python -m tests.fuzzing [TARGET ...] [--seconds 60]      or: make fuzz

A target may refuse its input with a BlogarcError; anything else that it raises is a bug, and is printed with the bytes that
made it, as base64. What was found interesting is kept in `fuzz/TARGET/`, which is not part of the repository.
"""

from __future__ import annotations

import argparse
import base64
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
KEPT = Path("fuzz")
# Inputs larger than this teach a fuzzer nothing, and cost it its speed.
LARGEST = 8192
# Characters that turn the direction of what follows.
_TURNING = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


def read_dump(data: bytes) -> None:
    """Any bytes as a dump: decoding, layout, paragraphs; the spans tile what was read."""
    from blogarc.paragraphs import read_dump

    dump = read_dump(data, "fuzz")
    for before, after in zip(dump.paragraphs, dump.paragraphs[1:], strict=False):
        assert before.bytes.end <= after.bytes.start
        assert before.lines.end <= after.lines.start


def segment(data: bytes) -> None:
    """Any text as a dump that is split: every paragraph is in one article or set aside."""
    from blogarc import segmentation
    from blogarc.paragraphs import read_dump

    dump = read_dump(data, "fuzz")
    (split,) = segmentation.segment([dump])
    assert len(split.roles) == len(split.owners) == len(dump.paragraphs)
    for role, owner in zip(split.roles, split.owners, strict=True):
        assert (owner < 0) == role.is_leftover


def records(data: bytes) -> None:
    """Any bytes as a file of the format that they show, packed or not; web pages both ways."""
    from blogarc.reading import dump_of, formats
    from blogarc.reading.packing import Limits, open_packed

    file = open_packed(data, "fuzz", Limits(most=1 << 24, floor=1 << 20))
    for whole_page in (False, True):
        recipe = formats.choose(file, "fuzz", {}, whole_page=whole_page)
        if recipe.reader is None:
            dump_of(data, "fuzz", recipe, file)
            continue
        for entry in formats.reader_called(recipe.reader).read(file, {}):
            assert 0 <= entry.bytes.start <= entry.bytes.end <= len(file.data)


def profile(data: bytes) -> None:
    """Any text as the profile of a site."""
    from blogarc import profiles

    profiles.parse(data.decode("utf-8", "replace"))


def words(data: bytes) -> None:
    """Any text through everything that is done to words: keys, sketches, languages, duplicates, alignment."""
    from blogarc import align, dedupe, detect
    from blogarc.text import content_key, fingerprint, visible

    text = data.decode("utf-8", "surrogateescape")
    half = len(text) // 2
    content_key([text])
    fingerprint(text)
    shown = visible(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown if c not in "\n\t")
    assert not any(unicodedata.bidirectional(c) in _TURNING for c in shown)
    detect(text)
    dedupe([text, text[:half], text[half:]])
    align(text[:half], text[half:])


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (read_dump, segment, records, profile, words)
}


def work(name: str, seconds: int) -> None:
    """Fuzz one target in this process, which atheris ends."""
    import atheris

    with atheris.instrument_imports(include=["blogarc"]):
        import blogarc.paragraphs
        import blogarc.profiles
        import blogarc.reading.formats
        import blogarc.segmentation  # noqa: F401  # instrumented as they are imported
    from blogarc.errors import BlogarcError
    from tests.packed import ATOM, RSS, TITLES, WORDPRESS, page, table, web_archive

    target = TARGETS[name]

    def one(data: bytes) -> None:
        try:
            target(data)
        except BlogarcError:
            pass
        except BaseException:
            sys.stderr.write(f"\n{name} failed on {base64.b64encode(data).decode()}\n")
            raise

    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for path in SAMPLES.iterdir():
        (corpus / f"sample-{path.name}").write_bytes(path.read_bytes()[:LARGEST])
    if name == "records":
        for format, text in {
            "rss": RSS,
            "atom": ATOM,
            "wxr": WORDPRESS,
            "html": page(TITLES[0]),
            "csv": table(),
        }.items():
            (corpus / f"sample-{format}").write_text(text, "utf-8")
        (corpus / "sample-warc").write_bytes(web_archive(packed=False))
        (corpus / "sample-warc.gz").write_bytes(web_archive(packed=True))
    options = [f"-max_total_time={seconds}", f"-max_len={LARGEST}", "-timeout=30", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={corpus}/crash-", str(corpus)], one)
    atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "names", nargs="*", metavar="TARGET", help=f"which of {', '.join(TARGETS)}; all if none is named"
    )
    parser.add_argument("--seconds", type=int, default=60, help="how long, for each")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        work(given.names[0], given.seconds)
    failed = []
    for name in given.names or TARGETS:
        command = [sys.executable, "-m", "tests.fuzzing", name, "--seconds", str(given.seconds), "--alone"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        told = [line for line in ended.stderr.splitlines() if line.startswith("Done")]
        print(f"{name}: {told[-1] if told else 'failed'}", flush=True)
        if ended.returncode != 0:
            failed.append(name)
            print(ended.stderr[-4000:], flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
