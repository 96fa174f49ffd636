"""Files of a JENKINS_HOME, read with care: no links, no pipes, no more than a limit."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 64 << 10


Version = tuple[int, int]
"""When a file was saved, in nanoseconds since 1970, and its inode: two saves within a tick of the clock have two."""


NONE: Version = (0, 0)
"""The version of a file that is not there."""


class Unreadable(Exception):
    """A file cannot be used as it is now; the message says why."""


class NotNow(Unreadable):
    """A file is there and cannot be read, for whatever reason that may be over at the next look."""


def read(path: str, limit: int) -> bytes | None:
    """The whole of a file, None where there is none; raises Unreadable for more than `limit` bytes and for a link."""
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Unreadable("is a link, which is not followed") from None
        raise NotNow(f"cannot be read: {error.strerror}") from None
    try:
        return _whole(descriptor, limit)
    except OSError as error:
        raise NotNow(f"cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)


def _whole(descriptor: int, limit: int) -> bytes:
    # No file object: it would cost more than reading most of these files does.
    size = os.fstat(descriptor).st_size
    if size > limit:
        raise Unreadable(f"is larger than {limit} bytes")
    return os.read(descriptor, size)


def version(path: str) -> Version:
    """The version of a file, NONE where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  a Path costs more than the stat
    except OSError:
        return NONE
    return found.st_mtime_ns, found.st_ino


def tail(path: str, length: int) -> bytes:
    """The last bytes of a file, none where it cannot be read."""
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - length))
            return file.read(length)
    except OSError:
        return b""


def lines(path: str, *, longest: int, most: int) -> Iterator[bytes]:
    """The lines in the first `most` bytes of a file, each cut off after `longest` bytes; none where it cannot be read.

    Never holds more than a line and a chunk, however long the lines are.
    """
    try:
        file = os.fdopen(os.open(path, _FLAGS), "rb")
    except OSError:
        return
    with file:
        begun, left = b"", most
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            first, *others = chunk.split(b"\n")
            begun += first[: max(0, longest - len(begun))]
            for other in others:
                yield begun
                begun = other[:longest]
        if begun:
            yield begun
