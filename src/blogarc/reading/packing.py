"""Packed files: gzip, bzip2, xz and zstd are undone, within limits, and what is wrong with them is said.

A packed file of a few megabytes can hold terabytes of zeros, so what comes out is counted while it comes: neither more than
`Limits.most` bytes, nor, beyond a floor, more than `Limits.ratio` times the bytes that went in. A file that was cut short
gives what can be read of it, and says at which byte it ends; the usual readers take the beginning of a gzip file for all of
it. Several streams in a row are read as one, as gunzip reads them. What comes out is not unpacked once more.
"""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from blogarc.errors import InputError, UsageError

# Deflate cannot pack better than 1032 to 1, and text hardly better than 20 to 1; bzip2, xz and zstd pack a repeated page
# better than that. Below the floor nobody is hurt by any ratio.
_RATIO, _FLOOR = 200, 64 << 20
_IN, _OUT = 1 << 16, 1 << 20
# What undoing may take of memory: xz -9 takes 65 MB, zstd --ultra a window of 128 MB.
_XZ_MEMORY, _ZSTD_WINDOW = 256 << 20, 27
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be: `most` bytes once unpacked, and `ratio` times what it is packed, beyond `floor`."""

    most: int = 4 << 30
    ratio: int = _RATIO
    floor: int = _FLOOR


USUAL = Limits()
NO_LIMITS = Limits(sys.maxsize, sys.maxsize)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What is in a file: all of it, or what could be read of it, and then `damage` says what is wrong.

    `members` are the streams that it was packed in: where each starts in the file, and in the data.
    """

    data: bytes
    packing: str | None = None
    damage: str = ""
    members: tuple[tuple[int, int], ...] = ()
    received: int = 0  # bytes of the file

    def place(self, start: int) -> int | None:
        """Where in the file the stream starts that has the data from `start`; None if no stream starts there."""
        if self.packing is None:
            return start
        index = bisect_right(self.members, start, key=lambda member: member[1]) - 1
        return self.members[index][0] if index >= 0 and self.members[index][1] == start else None


class _Decoder(Protocol):
    """What bz2, lzma and zstd call it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Zlib:
    """zlib under the names that the other three use."""

    def __init__(self, window: int) -> None:
        self._stream = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._stream.decompress(data or self._stream.unconsumed_tail, max(max_length, 0))


def _zstd() -> _Decoder:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    decoder: _Decoder = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW})
    return decoder


_DECODERS: Mapping[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(31),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
    "zstd": _zstd,
    # Of pages in a WARC file.
    "deflate": lambda: _Zlib(15),
    "raw deflate": lambda: _Zlib(-15),
}


def packing_of(data: bytes) -> str | None:
    """How a file that begins so is packed.

    >>> packing_of(b"\\x1f\\x8b\\x08\\x00"), packing_of(b"BZh is no bzip2 file"), packing_of(b"A text.")
    ('gzip', None, None)
    """
    if data.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if data[:3] == b"BZh" and data[3:4] in b"123456789" and data[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return "bzip2"
    if data.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    # The second: a frame for programs, which pzstd puts first.
    if data.startswith(b"\x28\xb5\x2f\xfd") or (data[1:4] == b"\x2a\x4d\x18" and data[0] & 0xF0 == 0x50):
        return "zstd"
    return None


def open_packed(data: bytes, name: str, limits: Limits = NO_LIMITS) -> Unpacked:
    """What is in the file, packed or not.

    Raises InputError if it is larger than the limits allow, or packed and nothing of it can be read.
    """
    packing = packing_of(data)
    if packing is not None:
        return unpack(data, packing, name, limits)
    if len(data) > limits.most:
        raise _too_large(name, limits)
    return Unpacked(data, received=len(data))


def unpack(data: bytes, packing: str, name: str, limits: Limits) -> Unpacked:
    """What is in a file of this packing. Raises InputError as `open_packed` does."""
    out = io.BytesIO()
    members: list[tuple[int, int]] = []
    damage = ""
    at = 0
    while at < len(data) and not damage:
        if members and packing_of(data[at : at + 16]) != packing:
            # Padding with zeros is usual on tapes, and part of the format of xz.
            following = len(data) - len(data[at:].lstrip(b"\0"))
            if packing_of(data[following : following + 16]) != packing:
                if following < len(data):
                    damage = f"after its end, at byte {at:,}, come {len(data) - at:,} bytes that are not {packing}"
                break
            at = following
        members.append((at, out.tell()))
        at, damage = _unpack_stream(data, at, packing, out, name, limits)
    if damage and not out.tell():
        raise InputError(
            f"{name} cannot be unpacked: {damage}.", "Nothing of it could be read; copy or download the file again."
        )
    return Unpacked(out.getvalue(), packing, damage, tuple(members), len(data))


def _unpack_stream(
    data: bytes, start: int, packing: str, out: io.BytesIO, name: str, limits: Limits
) -> tuple[int, str]:
    """Write what one stream holds; where it ends, and what is wrong with it."""
    decoder = _DECODERS[packing]()
    first, position = out.tell(), start
    while not decoder.eof:
        piece, wanted = b"", decoder.needs_input
        if wanted:
            piece = data[position : position + _IN]
            position += len(piece)
        try:
            got = decoder.decompress(piece, _OUT)
        except _errors() as error:
            out.write(_last_words(data, start, position - len(piece), packing, out.tell() - first))
            return len(data), f"it is damaged near byte {position - len(piece):,} ({error})"
        out.write(got)
        hold(out.tell(), position, name, limits)
        if wanted and not piece and not got:
            return len(data), f"it is cut short: it ends at byte {len(data):,}, within a stream of {packing}"
    return position - len(decoder.unused_data), ""


def _last_words(data: bytes, start: int, certain: int, packing: str, known: int) -> bytes:
    """What a damaged stream still gives after its first `known` bytes, when it is fed byte by byte from `certain` on.

    A decoder that finds damage gives nothing of the piece in which it is.
    """
    decoder = _DECODERS[packing]()
    told, count = io.BytesIO(), 0
    ends = [*range(start + _IN, certain, _IN), *range(certain, min(certain + _IN, len(data)) + 1)]
    try:
        for begin, end in pairwise([start, *ends]):
            piece = data[begin:end]
            while piece or not decoder.needs_input:
                got = decoder.decompress(piece, _OUT)
                told.write(got[max(0, known - count) :])
                count, piece = count + len(got), b""
    except _errors():
        pass
    return told.getvalue()


def _errors() -> tuple[type[Exception], ...]:
    """What decoders raise; zstd's own only where it was imported."""
    module = sys.modules.get("compression.zstd") or sys.modules.get("backports.zstd")
    return (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, *([module.ZstdError] if module else ()))


def parse_size(told: str) -> int:
    """A number of bytes as people write it. Raises UsageError for what is none.

    >>> parse_size("500M"), parse_size("1.5 GB"), parse_size("4GiB") == 4 << 30
    (524288000, 1610612736, True)
    """
    text = told.strip().upper().removesuffix("B").removesuffix("I")
    number, unit = (text[:-1], text[-1]) if text[-1:] in tuple("KMGT") else (text, "")
    try:
        size = int(float(number) * _UNITS[unit])
    except (ValueError, OverflowError):
        size = 0
    if size <= 0:
        raise UsageError(f"{told!r} is no size.", "Like this: --max-bytes 500M, or 8G")
    return size


def hold(out: int, taken: int, name: str, limits: Limits) -> None:
    """Raises InputError if so many bytes that came out are more than the limits allow, of so many that were taken in."""
    if out > limits.most:
        raise _too_large(name, limits)
    if out > limits.floor and out > limits.ratio * taken:
        raise InputError(
            f"{name} was not unpacked: its first {taken:,} bytes hold more than {limits.ratio} times as many.",
            "It may be made to fill the disk. If you trust it, unpack it first and ingest what comes out.",
        )


def _too_large(name: str, limits: Limits) -> InputError:
    return InputError(
        f"{name} holds more than {limits.most:,} bytes, which is the limit.", "Raise it with --max-bytes, as in: 8G"
    )
