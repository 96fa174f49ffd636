"""The records in a file of lines, from any place in it. A record may be of several lines, and is never cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from adapters.mapping import Framing, Grouping

LONGEST = 16 << 20
"""Bytes of a record that are read; the rest of a longer line is skipped, and what was read cannot be translated."""

_BLOCK = 1 << 20
_BEFORE = 2 << 20
"""Bytes that are looked at before a part, to know whether its first line belongs to a record of the part before."""


class Place(NamedTuple):
    """Where reading goes on: an offset in the unit's own measure, and the number of the line that begins there."""

    offset: int = 0
    line: int = 1


class Found(NamedTuple):
    """A record, where it begins, and the place after it."""

    body: bytes
    place: Place
    after: Place


class _Line(NamedTuple):
    """A line with its end; of one that is too long its beginning."""

    raw: bytes
    place: Place
    after: Place


def records(file: BinaryIO, start: Place, end: int | None, grouping: Grouping, *, amid: bool) -> Iterator[Found]:
    """The records that begin before `end`, of a file that is read from `start` on; `amid`: maybe within a record."""
    group: list[_Line] = []
    size = 0
    for line in _lines(file, start):
        if grouping.begins(line.raw.rstrip(b"\r\n")) or (group and size + len(line.raw) > LONGEST):
            yield from _found(group)
            group, size, amid = [], 0, False
            if end is not None and line.place.offset >= end:
                return
        if not amid:
            group.append(line)
            size += len(line.raw)
    yield from _found(group)


def _found(group: list[_Line]) -> Iterator[Found]:
    if body := b"".join(line.raw for line in group).rstrip():
        yield Found(body, group[0].place, group[-1].after)


def _lines(file: BinaryIO, start: Place) -> Iterator[_Line]:
    offset, number = start
    while line := file.readline(LONGEST):
        place = Place(offset, number)
        offset, number = offset + len(line), number + 1
        if len(line) == LONGEST and not line.endswith(b"\n"):
            offset += _skip_line(file)
        yield _Line(line, place, Place(offset, number))


def part(file: BinaryIO, begin: int, framing: Framing) -> tuple[Place, Grouping]:
    """The place of the first line that begins at an offset or after it, and what the lines before it say of it."""
    place = _first_line(file, begin)
    grouping = Grouping(framing)
    file.seek(before := max(0, place.offset - _BEFORE))
    lines = file.read(place.offset - before).split(b"\n")
    for line in lines[:-1] if before == 0 else lines[1:-1]:
        grouping.begins(line.removesuffix(b"\r"))
    return place, grouping


def _first_line(file: BinaryIO, begin: int) -> Place:
    newlines = last = 0
    left = begin
    while left and (block := file.read(min(_BLOCK, left))):
        newlines += block.count(b"\n")
        left -= len(block)
        last = block[-1]
    if last == ord("\n"):
        return Place(begin, newlines + 1)
    return Place(begin + _skip_line(file), newlines + 2)


def _skip_line(file: BinaryIO) -> int:
    """Reads to the end of a line; how many bytes that were."""
    skipped = 0
    while rest := file.readline(_BLOCK):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped
