"""How far the deliveries of a webhook have been told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import orjson

from adapters.sources.github_deliveries.delivery import Delivery

REMEMBERED = 1000
"""Events, the last that were told, of which it is known later than `since` that they were: any may be sent again."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Times are epoch seconds of GitHub's clock.

    Everything that was tried before `since` is told or not wanted, and so are the events in `told`, by their guid, with
    times, whenever they are tried again.
    """

    since: float
    told: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def loads(cls, text: str) -> Self:
        """What `dumps` has written; raises ValueError for anything else."""
        kept = orjson.loads(text)
        try:
            return cls(float(kept["since"]), dict(kept["told"]))
        except (KeyError, TypeError) as error:
            raise ValueError("not written by this source") from error

    def dumps(self) -> str:
        """The text of a checkpoint."""
        return orjson.dumps({"since": self.since, "told": self.told}).decode()

    def news(self, listed: Iterable[Delivery], *, missed: bool) -> list[Delivery]:
        """Of each event that was not told the first delivery, in the order of time; only `missed` ones, or all.

        An event is missed that arrived neither at first nor when it was sent again.
        """
        tried = sorted((each for each in listed if each.at >= self.since), key=lambda each: (each.at, each.number))
        over = {each.guid for each in tried if missed and each.arrived} | self.told.keys()
        first = {each.guid: each for each in reversed(tried) if each.guid not in over}
        return sorted(first.values(), key=lambda each: (each.at, each.number))

    def after(self, told: Sequence[Delivery]) -> Self:
        """With these on disk."""
        return replace(self, told={**self.told, **{each.guid: each.at for each in told}})

    def ended(self, latest: float, overlap: float) -> Self:
        """With all told that was tried until `latest`: the next time, what was tried since, and a little before."""
        since = max(self.since, latest - overlap)
        last = sorted(self.told, key=self.told.__getitem__)[-REMEMBERED:]
        kept = {guid: self.told[guid] for guid in last} | {guid: at for guid, at in self.told.items() if at >= since}
        return type(self)(since, kept)
