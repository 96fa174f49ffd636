"""What has arrived at a sink, in either form."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faults.flow import Event


class Evidence:
    """`told` has the hashes of legacy data; `promised` are the ids of CDEvents that legacy events name."""

    def __init__(self) -> None:
        self.legacy: set[str] = set()
        self.told: set[int] = set()
        self.promised: set[str] = set()
        self.cdevents: set[str] = set()

    def add(self, events: Iterable[Event]) -> None:
        """Takes note of events."""
        for attributes, data in events:
            if attributes["type"].startswith("legacy."):
                self.legacy.add(attributes["id"])
                self.told.add(hash(data))
                self.promised.update(attributes["cdeventids"].split(","))
            else:
                self.cdevents.add(attributes["id"])
