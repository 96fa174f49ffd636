"""Up to when everything was heard, while gaps open and are filled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import orjson

from adapters.sources.gerrit.events import Event

TOLERANCE = 10
"""Seconds by which Gerrit may tell of an event (`eventCreatedOn`) later than its change says it happened."""

_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Progress:
    """Times are epoch seconds of Gerrit's clock.

    `complete` is up to when nothing is missing, `latest` the last event that is on disk; they are one while no gap is
    open. `recent` is when each sign was last heard. Gaps are counted, for one that opens during a backfill is not
    filled by it.
    """

    complete: int
    latest: int = 0
    recent: Mapping[str, int] = field(default_factory=dict)
    gap: int = 0
    filled: int = 0

    @classmethod
    def loads(cls, text: str) -> Self:
        """What `dumps` has written; raises ValueError for anything else."""
        kept = orjson.loads(text)
        try:
            return cls(int(kept["complete"]), recent=dict(kept["recent"]))
        except (KeyError, TypeError) as error:
            raise ValueError("not written by this source") from error

    def dumps(self) -> str:
        """The text of a checkpoint."""
        return orjson.dumps({"complete": self.complete, "recent": self.recent}).decode()

    def interrupted(self) -> Self:
        """From here on, events may be missing."""
        return replace(self, gap=self.gap + 1)

    def heard(self, events: Iterable[Event]) -> Self:
        """With these on disk, as the stream told them."""
        signs = {event.sign: event.created_on for event in events if event.sign and event.created_on}
        return replace(self.backfilled(events), recent=self._lately({**self.recent, **signs}))

    def backfilled(self, events: Iterable[Event]) -> Self:
        """With these on disk, from wherever they came."""
        return self._with(self.filled, max((event.created_on or 0 for event in events), default=0))

    def closed(self, gap: int) -> Self:
        """With all on disk that was missing when the gap of this number was the last."""
        return self._with(gap, 0)

    def knows(self, event: Event) -> bool:
        """Whether the stream has told of this, be it at a slightly other time."""
        heard = self.recent.get(event.sign)
        return heard is not None and abs(heard - (event.created_on or 0)) <= TOLERANCE

    def expects(self, since: int) -> bool:
        """Whether there was, from then until the gap, what any backfill would tell of again."""
        return any(since <= heard <= self.complete for heard in self.recent.values())

    def _with(self, filled: int, latest: int) -> Self:
        latest = max(self.latest, latest)
        complete = max(self.complete, latest) if filled == self.gap else self.complete
        return replace(self, complete=complete, latest=latest, filled=filled)

    def _lately(self, signs: Mapping[str, int]) -> dict[str, int]:
        lately = sorted(signs.items(), key=lambda item: item[1])[-_REMEMBERED:]
        return {sign: heard for sign, heard in lately if heard >= self.complete - 2 * TOLERANCE}
