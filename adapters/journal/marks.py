"""What a route's sink took lately, message by message: what the next process does not publish again.

A mark is put into memory that is a file's: a kill leaves what is there, and nothing waits for a thread, a commit or a
flush. A loss of power may take the last ones, which are then published again, as does whatever damages the file: a mark
is a digest of a message and its record, and what was torn or is another's is the digest of none.
"""

from __future__ import annotations

import errno
import os
from mmap import mmap
from pathlib import Path
from struct import Struct
from threading import Lock

import structlog

from adapters import private

ROOM = 4096
"""How many marks there is room for, the last ones: of more batches than are ever under way."""

_MAGIC = b"cdevents-adapters marks 1\n"
_COUNT, _MARK = Struct("<Q"), Struct("<Q16s")
_AT, _FIRST = 32, 64
"""Where in the file the count of all marks is, and the first of them."""

_SIZE = _FIRST + ROOM * _MARK.size
_log = structlog.get_logger(__name__)


class Marks:
    """The marks of one route in a file, which is made where it does not exist; for any thread.

    The file is written to its end at once, also where it was there, for a copy may have holes: a disk that is full when
    one of them is filled ends the process (SIGBUS, mmap(2)).
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file cannot be made or read, or is a link to another."""
        file = private.opener(str(path), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW)
        try:
            found = os.pread(file, _SIZE, 0)
            if not found.startswith(_MAGIC) or len(found) < _SIZE:
                if found:
                    _log.warning("not a file of marks, begun anew: some events may be published again", file=str(path))
                found = _MAGIC.ljust(_SIZE, b"\0")
            if os.pwrite(file, found, 0) < _SIZE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._memory = mmap(file, _SIZE)
        finally:
            os.close(file)
        private.closed_to_others(path)
        (self._count,) = _COUNT.unpack_from(found, _AT)
        self._lock = Lock()

    def put(self, seq: int, mark: bytes) -> None:
        """Notes 16 bytes for a message of a record, in the place of the oldest."""
        with self._lock:
            at = _FIRST + self._count % ROOM * _MARK.size
            self._count = (self._count + 1) % (1 << 63)
            _COUNT.pack_into(self._memory, _AT, self._count)
            _MARK.pack_into(self._memory, at, seq, mark)

    def beyond(self, seq: int) -> frozenset[bytes]:
        """The marks of records beyond one."""
        with self._lock:
            found = self._memory[_FIRST:]
        return frozenset(mark for number, mark in _MARK.iter_unpack(found) if number > seq)


def marks(path: Path) -> Marks | None:
    """The marks in a file; None, and the log says why, where none can be kept."""
    try:
        return Marks(path)
    except (OSError, ValueError) as error:
        told = "a kill will repeat more events than it need: what a sink took cannot be noted one by one"
        _log.warning(told, file=str(path), error=str(error))
        return None
