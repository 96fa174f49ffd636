"""From lines to records: out of their envelopes, pieces put together, and the lines that belong to one record.

Whoever cuts a log into notifications asks `Grouping` which lines must stay in one; the decoder then finds the same
records in it. Both know lines by the same two things: the envelope, and the pattern of a record's first line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from adapters.mapping.envelopes import Kind, Opened, may_be_in, opener
from adapters.mapping.patterns import compiled
from adapters.marks import unmarked

PATIENCE = 100
"""So many lines after a piece of a line its rest is not to come any more: whatever wrote it was killed."""

_RETURN = ord("\r")


Record = tuple[bytes, int, dict[str, Any] | None]
"""A record's text, the number of its first line, and what the envelope of that says (None without one)."""


@dataclass(slots=True)
class _Line:
    """A line out of its envelope, of which more pieces may come; then a record, to which lines are added."""

    pieces: list[bytes]
    number: int
    said: dict[str, Any] | None
    writer: str

    def text(self) -> bytes:
        """All pieces as one."""
        return b"".join(self.pieces)


class Framing:
    """How the lines of a log become records. Raises ValueError for a `start` that is no regular expression."""

    def __init__(self, envelope: Kind = "auto", start: str | None = None) -> None:
        self._envelope: Kind = envelope
        self.open = opener(envelope)
        self.start: Any = compiled(start) if start is not None else None

    def starting(self, start: str) -> Framing:
        """The same envelope, with records that start so."""
        return Framing(self._envelope, start)

    def simple(self, lines: bytes) -> bool:
        """Whether it is certain that each of these lines is a record as it stands."""
        return self.start is None and (self.open is None or not may_be_in(lines))

    def records(self, body: bytes) -> list[Record]:
        """The records in some lines, in the order of their first ones; blank ones too."""
        body = unmarked(body)
        lines = body.split(b"\n")
        if not self.simple(body):
            return self._gathered(lines)
        if _RETURN in body:
            lines = [line.rstrip(b"\r") for line in lines]
        return [(line, number, None) for number, line in enumerate(lines, start=1)]

    def _gathered(self, lines: Iterable[bytes]) -> list[Record]:
        records: list[_Line] = []
        latest: dict[str, _Line] = {}
        for line in self._whole(lines):
            before = latest.get(line.writer)
            if before is not None and self._continues(line.text()):
                before.pieces += [b"\n", *line.pieces]
            else:
                records.append(line)
                latest[line.writer] = line
        return [(each.text().rstrip(b"\n"), each.number, each.said) for each in records]

    def _whole(self, lines: Iterable[bytes]) -> list[_Line]:
        """The lines out of their envelopes, pieces put together, in the order of their first ones."""
        found: list[_Line] = []
        waiting: dict[str, _Line] = {}
        for number, line in enumerate(lines, start=1):
            text, said, writer, partial = self._opened(line)
            if begun := waiting.pop(writer, None):
                begun.pieces.append(text)
            else:
                found.append(begun := _Line([text], number, said, writer))
            if partial:
                waiting[writer] = begun
        return found

    def _opened(self, line: bytes) -> tuple[bytes, dict[str, Any] | None, str, bool]:
        text, said, writer, partial = (self.open(line) if self.open else None) or (line, None, "", False)
        return text if partial else text.rstrip(b"\r"), said, writer, partial

    def _continues(self, text: bytes) -> bool:
        return self.start is not None and not self.start.match(text)


EACH_LINE = Framing("none")
"""Each line is a record as it stands."""


@dataclass(slots=True)
class Grouping:
    """Tells of line after line of a log which begins a record; the first one always does."""

    framing: Framing
    _begun: bool = False
    _waiting: dict[str, int] = field(default_factory=dict)

    @property
    def unfinished(self) -> bool:
        """Whether the next line may belong to the last record."""
        return bool(self._waiting) or (self._begun and self.framing.start is not None)

    def begins(self, line: bytes) -> bool:
        """Whether a line begins a record; otherwise it belongs to the one before."""
        found = self.framing.open(line) if self.framing.open else None
        waited = found is not None and bool(self._waiting)
        if self._waiting or (found and found.partial):
            self._wait(found)
        return not waited and self._starts(found.text if found else line)

    def _starts(self, text: bytes) -> bool:
        first, self._begun = not self._begun, True
        start = self.framing.start
        return first or start is None or bool(start.match(text))

    def _wait(self, found: Opened | None) -> None:
        """Notes whose lines have a rest to come, and for how many lines it is waited for."""
        if found is None:
            self._waiting = {}
            return
        self._waiting.pop(found.writer, None)
        self._waiting = {writer: lines - 1 for writer, lines in self._waiting.items() if lines > 1}
        if found.partial:
            self._waiting[found.writer] = PATIENCE
