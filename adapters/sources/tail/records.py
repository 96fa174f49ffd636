"""From bytes to records: lines, or lines that belong together. Pure.

A byte that ends a line is part of no record, nor is the carriage return before it. Blank records are nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from adapters.mapping import EACH_LINE, Framing, Grouping
from adapters.model import STUB

_UTF8 = frozenset({"utf-8", "ascii"})


class Found(NamedTuple):
    """A record: its bytes in UTF-8, the offset of the first, and how many there were if these are not all."""

    offset: int
    body: bytes
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """The records in some bytes, how many of the bytes are dealt with, and whether a line that is too long goes on."""

    records: list[Found]
    consumed: int
    skipping: bool = False


class Shape:
    """How records look: `framing` tells which lines are one."""

    def __init__(self, encoding: str = "utf-8", max_line: int = 1 << 20, framing: Framing = EACH_LINE) -> None:
        self._encoding = encoding
        self._newline = "\n".encode(encoding)
        self._return = "\r".encode(encoding)
        self._framing = framing
        self._max = max_line - max_line % 4

    @property
    def enough(self) -> int:
        """How many bytes hold at least one line, or show that it is too long."""
        return self._max + len(self._newline)

    def rest(self, data: bytes) -> int:
        """How many bytes follow the last newline."""
        return len(self._split(data)[-1])

    def cut(self, data: bytes, base: int, *, skipping: bool = False, quiet: bool = False, ended: bool = False) -> Cut:
        """The records in the bytes at offset `base`, the first of a line, or of the rest of a skipped one.

        The last record is held back for lines that may belong to it unless it is `quiet`, a line without its end
        unless all is `ended`.
        """
        lines = self._split(data)
        rest = lines.pop()
        at = 0
        if skipping:
            if not lines:
                return self._skipped(data, ended=ended)
            at = len(lines.pop(0)) + len(self._newline)
        if ended and rest:
            lines.append(rest)
        elif len(rest) > self._max - 1:
            return self._endless(lines, rest, base, at)
        groups, unfinished = self._grouped(lines, base + at, simple=self._is_simple(data))
        end = len(data) if ended else len(data) - len(rest)
        if unfinished and not (quiet or ended):
            end = groups.pop()[0] - base
        return Cut([found for offset, raw in groups if (found := self._found(offset, raw))], end)

    def _skipped(self, data: bytes, *, ended: bool) -> Cut:
        width = len(self._newline)
        return Cut([], len(data) if ended else len(data) - len(data) % width, skipping=not ended)

    def _endless(self, lines: list[bytes], rest: bytes, base: int, at: int) -> Cut:
        """What comes before a line that is too long; or, when nothing does, its stub."""
        groups, _ = self._grouped(lines, base + at, simple=False)
        records = [found for offset, raw in groups if (found := self._found(offset, raw))]
        begin = at + sum(len(line) + len(self._newline) for line in lines)
        if hole := len(rest) - len(rest.lstrip(b"\0")) if len(self._newline) == 1 else 0:
            return Cut(records, begin + hole)
        stub = Found(base + begin, self._text(rest[:STUB]), len(rest))
        return Cut([*records, stub], begin + len(rest) - len(rest) % len(self._newline), skipping=True)

    def _split(self, data: bytes) -> list[bytes]:
        """The lines, and what follows the last newline. In wide character sets a newline is at a whole character."""
        width = len(self._newline)
        if width == 1:
            return data.split(self._newline)
        lines, begin, at = [], 0, data.find(self._newline)
        while at >= 0:
            if at % width == 0:
                lines.append(data[begin:at])
                begin = at + width
            at = data.find(self._newline, at + 1)
        return [*lines, data[begin:]]

    def _is_simple(self, data: bytes) -> bool:
        return self._framing is EACH_LINE or (self._encoding in _UTF8 and self._framing.simple(data))

    def _grouped(self, lines: list[bytes], offset: int, *, simple: bool) -> tuple[list[tuple[int, bytes]], bool]:
        """The records with the offset of each, and whether more lines may belong to the last one."""
        ends = accumulate((len(line) + len(self._newline) for line in lines), initial=offset)
        single = zip(ends, lines)  # noqa: B905 - there is one more end than there are beginnings
        if simple:
            return list(single), False
        groups: list[tuple[int, list[bytes]]] = []
        grouping = Grouping(self._framing)
        for at, line in single:
            if grouping.begins(self._text(line)):
                groups.append((at, [line]))
            else:
                groups[-1][1].append(line)
        return [(at, self._newline.join(group)) for at, group in groups], grouping.unfinished

    def _found(self, offset: int, raw: bytes) -> Found | None:
        if len(raw) > self._max:
            return Found(offset, self._text(raw[:STUB]), len(raw))
        text = self._text(raw)
        return Found(offset, text) if text.strip() else None

    def _text(self, raw: bytes) -> bytes:
        """The bytes in UTF-8, which they may be already, and then are not touched."""
        if len(self._newline) == 1:
            raw = raw.lstrip(b"\0")
        if self._encoding not in _UTF8:
            raw = raw.decode(self._encoding, "replace").removeprefix("\N{BOM}").encode()
        return raw.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\r")
