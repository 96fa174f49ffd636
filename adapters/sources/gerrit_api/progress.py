"""How far changes have been told, while they are gone through from the last update back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import orjson

from adapters.sources.gerrit.attributes import Json, epoch
from adapters.sources.gerrit.changes import beyond
from adapters.sources.gerrit.events import Event


@dataclass(frozen=True, slots=True)
class Progress:
    """Times are epoch seconds of Gerrit's clock.

    Everything before `since` is told or not wanted, and of what happened afterwards the keys in `told`, with times.
    While changes are gone through, `until` is the last update that there was at the beginning, and `before` how far
    back they have been told.
    """

    since: int
    told: Mapping[str, int] = field(default_factory=dict)
    until: int | None = None
    before: int | None = None

    @classmethod
    def loads(cls, text: str) -> Self:
        """What `dumps` has written; raises ValueError for anything else."""
        kept = orjson.loads(text)
        try:
            return cls(int(kept["since"]), dict(kept["told"]), kept["until"], kept["before"])
        except (KeyError, TypeError) as error:
            raise ValueError("not written by this source") from error

    def dumps(self) -> str:
        """The text of a checkpoint."""
        kept = {"since": self.since, "told": self.told, "until": self.until, "before": self.before}
        return orjson.dumps(kept).decode()

    def news(self, events: Iterable[Event]) -> list[Event]:
        """Those that have not been told."""
        return [event for event in events if event.key not in self.told]

    def after(self, page: list[Json], events: Iterable[Event], overlap: int) -> Self:
        """With these of a page of changes on disk."""
        latest = max(epoch(change["updated"]) for change in page)
        until = self.until if self.until is not None else max(latest, self.since)
        again = {event.key: when for event in events if (when := event.created_on or 0) >= until - overlap}
        return replace(self, told={**self.told, **again}, until=until, before=beyond(page, self.before))

    def ended(self, overlap: int) -> Self:
        """With all changes told: the next time, those are asked for that were updated since, and a little before."""
        since = max(self.since, (self.until or 0) - overlap)
        return type(self)(since, {key: when for key, when in self.told.items() if when >= since})
