"""Incidents joined to what was deployed: by the names of the service and its environment, and by time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from adapters.lineage.event import Event

_ROLLOUTS = frozenset({"service.deployed", "service.upgraded", "service.rolledback"})
_BEGINNINGS = frozenset({"incident.detected", "incident.reported"})


def after_rollouts(events: Iterable[Event]) -> Iterator[Event]:
    """The events in order of time; an incident also follows the last rollout of its service before it began, there."""
    latest: dict[tuple[str | None, str | None], str] = {}
    for event in sorted(events, key=lambda each: (each.moment, each.name not in _ROLLOUTS, each.id)):
        place = (event.service, event.environment)
        if event.name in _ROLLOUTS:
            latest[place] = event.id
        rollout = latest.get(place) if event.name in _BEGINNINGS else None
        yield replace(event, parents=(rollout, *event.parents)) if rollout else event
