"""What numpy should know of the processor before it is loaded.

numpy sorts with the widest registers that it finds. Those of AMD's Zen 4 have one instruction, on which that sort is built,
in microcode: there sorting takes four times as long as with narrower ones (numpy/x86-simd-sort#6; AMD's Software Optimization
Guide for Zen 4, 2.11.2; OpenJDK leaves them out as well, 8317976). The engine of `dedupe` took 7.6 seconds
of processors for 100,000 posts with these, and 6.1 without.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

_TOLD_BY = Path("/proc/cpuinfo")
_VARIABLE = "NPY_DISABLE_CPU_FEATURES"
# As numpy calls them since 2.4, and before.
_WIDE = "X86_V4 AVX512_SKX AVX512_ICL AVX512_SPR"
# AMD's number of the family of Zen 3 and Zen 4; only Zen 4 of these has such registers.
_FAMILY = 25


def choose_sorting() -> None:
    """Have numpy sort with the narrower registers where the wider are slow. Nothing happens where numpy has been loaded
    already, or where somebody has chosen otherwise."""
    if "numpy" not in sys.modules and _VARIABLE not in os.environ and has_slow_compress(_TOLD_BY):
        os.environ[_VARIABLE] = _WIDE


def has_slow_compress(told_by: Path) -> bool:
    """Whether this is such a processor, by what Linux says of it; elsewhere nobody says.

    >>> has_slow_compress(Path("no such file"))
    False
    """
    try:
        told = told_by.read_text("utf-8", "replace")
    except OSError:
        return False
    fields = dict(re.findall(r"^(vendor_id|cpu family|flags)\s*:\s*(.*)$", told, re.MULTILINE))
    is_family = fields.get("vendor_id") == "AuthenticAMD" and fields.get("cpu family") == str(_FAMILY)
    return is_family and "avx512f" in fields.get("flags", "").split()
