"""What was missed, from the best place that the server has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from adapters.sources.gerrit_stream import changes, events_log
from adapters.sources.gerrit_stream.events import Event
from adapters.sources.gerrit_stream.rest import NotInstalled, Rest
from adapters.sources.gerrit_stream.settings import GerritStreamSettings

Backfill = Callable[[int], Iterator[list[Event]]]
"""Every event since a time in epoch seconds, in pages; blocks, and raises BackfillFailed."""


def backfill(settings: GerritStreamSettings) -> Backfill:
    """What `backfill` in the settings stands for."""
    rest = Rest(settings.http, settings.instance)
    zone = ZoneInfo(settings.http.time_zone)

    def from_log(since: int) -> Iterator[list[Event]]:
        return events_log.events(rest, since, zone)

    def from_changes(since: int) -> Iterator[list[Event]]:
        return changes.events(rest, since, settings.instance)

    def from_either(since: int) -> Iterator[list[Event]]:
        try:
            yield from from_log(since)
        except NotInstalled:
            yield from from_changes(since)

    def from_nowhere(_since: int) -> Iterator[list[Event]]:
        return iter(())

    choices = {"events-log": from_log, "changes": from_changes, "auto": from_either, "none": from_nowhere}
    return choices[settings.backfill]
