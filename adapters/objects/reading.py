"""What comes in pieces, read as a file; where the connection ends, it is read on from there."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

Pieces = Callable[[int], Iterator[bytes]]
"""Gives what there is from an offset on."""

ATTEMPTS = 5
"""How often in a row a connection may end without that anything came of it."""


class Reading(io.RawIOBase):
    """`size` bytes; raises what the pieces raise, but for `broken`, which is tried again."""

    def __init__(self, pieces: Pieces, size: int, broken: type[Exception]) -> None:
        super().__init__()
        self._pieces, self._size, self._broken = pieces, size, broken
        self._at = 0
        self._stream: Iterator[bytes] = iter(())
        self._piece = memoryview(b"")
        self._open = False

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is: what is passed over is not fetched."""
        return True

    def tell(self) -> int:
        """Where the next byte is from."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The next byte is from there."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset != self._at:
            self._at, self._open, self._piece = base + offset, False, memoryview(b"")
        return self._at

    def readinto(self, buffer: object) -> int:
        """Up to as many bytes as there is room for; 0 at the end."""
        into = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # any buffer, as the protocol has it
        if not self._piece and self._at < self._size:
            self._piece = memoryview(self._fetched())
        count = min(len(into), len(self._piece))
        into[:count] = self._piece[:count]
        self._piece, self._at = self._piece[count:], self._at + count
        return count

    def _fetched(self) -> bytes:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                if not self._open:
                    self._stream, self._open = self._pieces(self._at), True
                return next(filter(None, self._stream), b"")
            except self._broken:
                self._open = False
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError
