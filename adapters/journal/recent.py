"""The last records of the log, in memory: a route that keeps up takes them from here, and not back from the disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

from adapters.model import Record

MOST, MOST_BYTES = 1000, 1 << 20
"""How many records are kept at most, and how many bytes of bodies."""


class Recent:
    """The end of a log, without a gap; what is not here is in the journal all the same."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque()
        self._bytes = 0

    def add(self, records: Sequence[Record]) -> None:
        """Keeps what was appended last, and lets go of what there is too much of."""
        if self._records and records and records[0].seq != self._records[-1].seq + 1:
            self.forget()
        self._records.extend(records)
        self._bytes += sum(len(each.notification.body) for each in records)
        while len(self._records) > MOST or self._bytes > MOST_BYTES:
            self._bytes -= len(self._records.popleft().notification.body)

    def beyond(self, after: int, limit: int) -> list[Record]:
        """Up to so many records that follow one, in order; none where the next one is not here."""
        start = after + 1 - self._records[0].seq if self._records else -1
        return [*islice(self._records, start, start + limit)] if start >= 0 else []

    def forget(self) -> None:
        """Keeps nothing of what there is."""
        self._records.clear()
        self._bytes = 0
