"""A signature that has a time is good for one request, though it stays right for minutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.sources.auth.contract import Once, Unproven

REPLAYED = "this was signed for a request that is here already"


class Replays:
    """What was signed for requests that are kept, in the memory of this process, until it is too old anyway."""

    def __init__(self) -> None:
        self._until: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    @contextmanager
    def first(self, once: Once, now: float) -> Iterator[None]:
        """A request is the first of its signature, unless it is not kept in the end; a second one raises Unproven."""
        self._forget(now)
        if once.signed in self._until:
            raise Unproven(REPLAYED)
        self._until[once.signed] = once.until
        try:
            yield
        except BaseException:
            del self._until[once.signed]
            raise

    def _forget(self, now: float) -> None:
        while self._until and self._until[oldest := next(iter(self._until))] < now:
            del self._until[oldest]
