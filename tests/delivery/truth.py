"""What is true of a history, reckoned from how it was made and not from its events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which a share of them lies, between two of them in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass
class Truth:
    """What was put into a history, by service; times are spans in seconds."""

    first: date = date.max
    last: date = date.min
    leads: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    reviews: list[float] = field(default_factory=list)
    deployed: dict[str, Counter[date]] = field(default_factory=lambda: defaultdict(Counter))
    failed: Counter[str] = field(default_factory=Counter)
    recoveries: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    rework: Counter[str] = field(default_factory=Counter)
    queues: list[float] = field(default_factory=list)
    spans: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    tests: set[str] = field(default_factory=set)
    flaky: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)

    def seen(self, day: date) -> None:
        """Something happened on a day."""
        self.first, self.last = min(self.first, day), max(self.last, day)

    def deployments(self, service: str) -> int:
        """How many there were."""
        return self.deployed[service].total()

    def daily(self, services: Sequence[str]) -> list[int]:
        """Deployments of each day, also of those without any."""
        together = sum((self.deployed[each] for each in services), Counter())
        return [*together.values(), *[0] * ((self.last - self.first).days + 1 - len(together))]
