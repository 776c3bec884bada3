"""numpy is told of slow registers before it is loaded, and of nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blogarc import processor

ZEN_4 = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\nflags\t\t: fpu sse avx2 avx512f avx512bw\n"


@pytest.mark.parametrize(
    ("told", "slow"),
    [
        (ZEN_4, True),
        (ZEN_4.replace("AuthenticAMD", "GenuineIntel"), False),
        (ZEN_4.replace(": 25", ": 26"), False),
        (ZEN_4.replace("avx512f ", ""), False),  # Zen 3
        ("Processor: ARMv8\n", False),
    ],
)
def test_only_zen_4_is_told(tmp_path: Path, told: str, slow: bool) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(told)
    assert processor.has_slow_compress(path) is slow


def test_what_somebody_chose_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(ZEN_4)
    monkeypatch.setattr(processor, "_TOLD_BY", path)
    monkeypatch.setitem(os.environ, "NPY_DISABLE_CPU_FEATURES", "AVX512_SPR")
    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    processor.choose_sorting()
    assert os.environ["NPY_DISABLE_CPU_FEATURES"] == "AVX512_SPR"


def test_numpy_sorts_the_same_without_them(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from blogarc import processor;"
        f"processor._TOLD_BY = Path({str(tmp_path / 'cpuinfo')!r}); processor.choose_sorting();"
        "import os, numpy as np; a = np.random.default_rng(1).integers(0, 99, 5000);"
        "print('NPY_DISABLE_CPU_FEATURES' in os.environ, np.sort(a).tolist() == sorted(a.tolist()))"
    )
    (tmp_path / "cpuinfo").write_text(ZEN_4)
    environment = {name: value for name, value in os.environ.items() if name != "NPY_DISABLE_CPU_FEATURES"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"], done.stderr
