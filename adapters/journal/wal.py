"""Whether the write-ahead log that a crash left is whole (sqlite.org/fileformat2.html#walformat).

SQLite reads it up to the first frame whose checksum is wrong, and forgets the rest without a word: right where a crash
tore what was being written, which was never acknowledged; wrong where a disk damaged what was.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

_MAGIC, _BIG_ENDIAN = 0x377F0682, 1
_HEADER, _FRAME = struct.Struct(">8I"), struct.Struct(">6I")
_MASK = 0xFFFFFFFF
_LARGEST_PAGE, _USUAL_PAGE = 1 << 16, 1 << 12


@dataclass(frozen=True, slots=True)
class Damage:
    """The first frame that is not as it was written, of how many, and the commits that SQLite would forget."""

    frame: int
    frames: int
    commits: int

    @property
    def torn(self) -> bool:
        """Whether a loss of power may have torn it: with more commits behind it, it was flushed, and good, once."""
        return self.commits == 1

    def __str__(self) -> str:
        return f"frame {self.frame} of {self.frames} in its write-ahead log is damaged: {self.commits} commits are lost"


class _Frame(NamedTuple):
    number: int
    commits: bool
    whole: bool


def damage(log: Path) -> Damage | None:
    """What is wrong with a write-ahead log; None where nothing is, or there is none."""
    frames = list(_frames(log))
    bad = next((frame.number for frame in frames if not frame.whole), None)
    lost = sum(frame.commits for frame in frames if bad is not None and frame.number >= bad)
    return Damage(bad, len(frames), lost) if bad is not None and lost else None


def _frames(log: Path) -> Iterator[_Frame]:
    """The frames of the log's present round, and whether each goes with all before it."""
    with suppress(FileNotFoundError), log.open("rb") as file:
        if len(header := file.read(_HEADER.size)) == _HEADER.size:
            yield from _round(file, header)


def _round(file: BinaryIO, header: bytes) -> Iterator[_Frame]:
    magic, _, size, _, *salts, first, second = _HEADER.unpack(header)
    order = ">" if magic & _BIG_ENDIAN else "<"
    size = size if size.bit_count() == 1 and size <= _LARGEST_PAGE else _USUAL_PAGE
    whole = magic & ~_BIG_ENDIAN == _MAGIC and _sums(header[:24], order, (0, 0)) == (first, second)
    before, number = (first, second), 0
    while len(frame := file.read(_FRAME.size + size)) == _FRAME.size + size:
        number += 1
        _, commit, *own, first, second = _FRAME.unpack(frame[: _FRAME.size])
        after = _sums(frame[_FRAME.size :], order, _sums(frame[:8], order, before))
        if own != salts and after != (first, second):
            continue  # of an earlier round
        whole = whole and own == salts and after == (first, second)
        before = first, second
        yield _Frame(number, commit > 0, whole)


def _sums(content: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    """SQLite's running checksum over some more words."""
    first, second = sums
    words = iter(struct.unpack(f"{order}{len(content) // 4}I", content))
    for even, odd in zip(words, words, strict=True):
        first = (first + even + second) & _MASK
        second = (second + odd + first) & _MASK
    return first, second
