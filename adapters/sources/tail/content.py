"""The bytes of a file from any offset, whether it is plain or compressed by gzip."""

from __future__ import annotations

import gzip
import os
import zlib
from typing import Protocol

_CHUNK = 256 << 10

SUFFIX = ".gz"
"""The end of the names of compressed files."""


class Content(Protocol):
    """The bytes of one open file."""

    descriptor: int

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` bytes from an offset; fewer only at the end."""

    def head(self, size: int) -> bytes:
        """Up to `size` bytes, of the first 256, from the beginning."""

    def size(self) -> int:
        """How many bytes there are now."""

    def close(self) -> None:
        """Lets go of the file."""


class Plain:
    """A file as it is."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def read(self, at: int, size: int) -> bytes:
        """One `pread`, which on a regular file is only short at its end."""
        return os.pread(self.descriptor, size, at)

    def head(self, size: int) -> bytes:
        """The beginning."""
        return os.pread(self.descriptor, size, 0)

    def size(self) -> int:
        """What the kernel says."""
        return os.fstat(self.descriptor).st_size

    def close(self) -> None:
        """Closes the descriptor."""
        os.close(self.descriptor)


class Gzip:
    """A compressed file: offsets are those of what was compressed. Reading backwards starts again at the beginning.

    A file that is not whole yet ends where it ends. Raises OSError when it is not gzip at all.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._base, self._buffer = 0, b""
        self._rewind()
        self._head = self.read(0, 256)

    def read(self, at: int, size: int) -> bytes:
        """The bytes, for which all before them is decompressed."""
        if at < self._base:
            self._rewind()
        while self._base + len(self._buffer) < at + size and (more := self._more()):
            dropped = max(0, min(at - self._base, len(self._buffer)))
            self._base, self._buffer = self._base + dropped, self._buffer[dropped:] + more
        return self._buffer[at - self._base : at - self._base + size] if at >= self._base else b""

    def head(self, size: int) -> bytes:
        """The beginning, which was kept."""
        return self._head[:size]

    def size(self) -> int:
        """What is found by decompressing all of it."""
        while more := self._more():
            self._base, self._buffer = self._base + len(self._buffer), more
        return self._base + len(self._buffer)

    def close(self) -> None:
        """Closes the file."""
        os.close(self.descriptor)

    def _rewind(self) -> None:
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        self._file = gzip.GzipFile(fileobj=open(self.descriptor, "rb", closefd=False))  # noqa: SIM115 - a view of it
        self._base, self._buffer = 0, b""

    def _more(self) -> bytes:
        try:
            return self._file.read1(_CHUNK)
        except EOFError:
            return b""
        except zlib.error as error:
            raise OSError(f"is not gzip: {error}") from None


def opened(path: str) -> Content:
    """The bytes of a file, decompressed if its name ends in `.gz`; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    if not path.endswith(SUFFIX):
        return Plain(descriptor)
    try:
        return Gzip(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
