"""What stands at the end of a file already when its sink starts: a kill came before that was noted."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from adapters.model import Encoding, Message
from adapters.sinks.lines import line

TAIL = 8 << 20
"""Bytes at the end of a file that are looked at: more than a batch has."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Some lines by their digests: a message whose line is among them is there already.

    What is `raw` never is: with no id in it, two that are the same may be two occurrences.
    """

    digests: frozenset[bytes]

    @classmethod
    def at_end_of(cls, file: int) -> Standing:
        """The last whole lines of an open file; raises OSError."""
        start = max(0, os.fstat(file).st_size - TAIL)
        first, *lines = os.pread(file, TAIL, start).split(b"\n")
        return cls(frozenset(_digest(each) for each in (lines if start else [first, *lines]) if each))

    def rest(self, batch: Iterable[Message]) -> bytes:
        """The lines of those messages that are not there."""
        return b"".join([text for message in batch if not self._has(message, text := line(message))])

    def _has(self, message: Message, text: bytes) -> bool:
        return message.encoding is not Encoding.RAW and bool(self.digests) and _digest(text[:-1]) in self.digests


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=16).digest()
