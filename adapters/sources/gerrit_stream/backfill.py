"""What was missed, from the best place that the server has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from adapters.gerrit import client
from adapters.redaction import redaction
from adapters.sources.gerrit import changes
from adapters.sources.gerrit.events import Event
from adapters.sources.gerrit.rest import NotInstalled, Rest, whole
from adapters.sources.gerrit_stream import events_log
from adapters.sources.gerrit_stream.settings import GerritStreamSettings, Http
from adapters.tls import Tls

Backfill = Callable[[int], Iterator[list[Event]]]
"""Every event since a time in epoch seconds, in pages; blocks, and raises BackfillFailed."""


def backfill(settings: GerritStreamSettings, asks: Callable[[], None] = lambda: None) -> Backfill:
    """What `backfill` in the settings stands for; `asks` is called before each request."""
    rest = _rest(settings.http, settings.instance, asks)
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


def _rest(http: Http, instance: str, asks: Callable[[], None]) -> Rest:
    user = (http.username, http.password) if http.username and http.password else None
    api = client(http.url or instance, user, Tls(ca=http.ca), http.timeout, whole())
    return Rest(api, redaction(http), prefix="http.", asks=asks)
