"""Where it is decided who leads, in memory: what a test says happens there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.journal import Journal
from adapters.model import Checkpoint
from adapters.standby.candidate import Candidate
from adapters.standby.contract import Leader, Lost, Shared, Unavailable

INSTANCE = "https://tool.example.com/"


@dataclass
class Place:
    """One lock and what is shared; `away` says that nobody can ask it."""

    leader: object = None
    term: str | None = None
    told: Leader = field(default_factory=Leader)
    shared: dict[str, dict[str, str]] = field(default_factory=dict)
    away: bool = False

    def answer(self) -> None:
        """Raises Unavailable while it is away."""
        if self.away:
            raise Unavailable("nobody is there")


class Elector:
    """A Leadership of one candidate at a place."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def leader(self) -> Leader | None:
        """As in Leadership."""
        return self.place.told if self.place.leader else None

    def acquire(self) -> Shared | Leader:
        """As in Leadership."""
        self.place.answer()
        if self.place.leader not in (None, self):
            return self.place.told
        self.place.leader = self
        return Shared(
            self.place.term,
            {name: dict(each) for name, each in self.place.shared.items()},
            self.place.told.instances,
        )

    def renew(self, term: str, checkpoints: Sequence[Checkpoint]) -> None:
        """As in Leadership."""
        self.place.answer()
        if self.place.leader is not self:
            raise Lost("another leads")
        self.place.term = term
        for each in checkpoints:
            known = self.place.shared.setdefault(each.source, {})
            known.pop(each.key, None)
            if each.value is not None:
                known[each.key] = each.value

    def release(self) -> None:
        """As in Leadership."""
        if self.place.leader is self:
            self.place.leader = None

    def abort(self) -> None:
        """As in Leadership; nothing takes long here."""


class Clock:
    """Time that goes on when somebody sleeps, and when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Goes on by so many seconds, and lets others do something."""
        self.now += seconds
        await asyncio.sleep(0.001)


def candidate(place: Place, journal: Journal, sources: Sequence[str], clock: Clock | None = None) -> Candidate:
    """Somebody who may lead there."""
    clock = clock or Clock()
    return Candidate(Elector(place), journal, dict.fromkeys(sources, INSTANCE), clock=clock, sleep=clock.sleep)
