"""The log as somebody looks on: another process, which must cost the service nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from adapters.journal import log
from adapters.journal.database import Database
from adapters.model import Record

AT_ONCE = 500
"""Records of one read; with PAUSE after it, 2,500 a second at most, so that the processor is left to others."""

PAUSE = 0.2
"""Seconds between two reads. No transaction is open meanwhile, so that the write-ahead log can be written anew."""


def follow(
    database: Database, after: int, *, endless: bool, pause: Callable[[float], object] = time.sleep
) -> Iterator[Record]:
    """The records beyond `after`, in order: those that there are now, or `endless`, also those that come.

    Raises JournalUnavailable when the file cannot be read, or is not that of the service any more.
    """
    last = log.last(database)
    while endless or after < last:
        records = log.read(database, after, AT_ONCE)
        yield from records
        after = records[-1].seq if records else max(after, last)
        pause(PAUSE)
        database.check_in_place()
