"""What the service counts, by labels. Prometheus' client is imported when somebody asks, or is to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from adapters.metrics.counting import Statuses, Told, Watched

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


class Metrics:
    """The counters, and who is asked at each scrape."""

    def __init__(self) -> None:
        self._told = told = Told()
        self._received = told.counter("notifications_received", "Notifications kept in the journal", "source")
        self._passed_over = told.counter("messages_passed_over", "Messages of a broker for other sources", "source")
        self._answers = told.counter("webhook_answers", "HTTP answers given to tools", "source", "status")
        self._ignored = told.counter("records_ignored", "Records that a mapping ignores", "route", "source")
        self._unmatched = told.counter("records_unmatched", "Records that no rule covers", "route", "source")
        self._unsaid = told.counter("events_unsaid", "CDEvents that a route's spec has no type for", "route", "event")
        self._translated = told.counter("events_translated", "CDEvents made", "route", "type")
        self._delivered = told.counter("messages_delivered", "Messages that a sink took", "route")
        self._retries = told.counter("delivery_retries", "Deliveries tried again after a failure", "route")
        self._parked = told.counter("dead_letters_parked", "Records parked as dead letters", "route")
        self._shadowed = told.counter("shadow_notifications", "What shadows found", "shadow", "verdict")

    @cached_property
    def registry(self) -> CollectorRegistry:
        """All of it as Prometheus' client has it, as it is at each scrape."""
        from adapters.metrics.exposition import registry  # noqa: PLC0415 - as above

        return registry(self._told)

    def received(self, source: str, count: int = 1) -> None:
        """Notifications of a source are in the journal."""
        self._received.add(source, count=count)

    def passed_over(self, source: str, count: int) -> None:
        """A source heard what is not for it, such as what an adapter has published, and passed it over."""
        self._passed_over.add(source, count=count)

    def answered(self, source: str, status: int) -> None:
        """A webhook has answered its tool."""
        self._answers.add(source, str(status))

    def ignored(self, route: str, source: str, count: int) -> None:
        """Records that a mapping ignores on purpose."""
        self._ignored.add(route, source, count=count)

    def unmatched(self, route: str, source: str, count: int) -> None:
        """Records that no rule of a mapping covers."""
        self._unmatched.add(route, source, count=count)

    def unsaid(self, route: str, name: str, count: int) -> None:
        """CDEvents that are not published, as the route's spec has no type for them."""
        self._unsaid.add(route, name, count=count)

    def translated(self, route: str, type_: str, count: int) -> None:
        """CDEvents of a type were made."""
        self._translated.add(route, type_, count=count)

    def delivered(self, route: str, count: int) -> None:
        """Messages that a sink took."""
        self._delivered.add(route, count=count)

    def retried(self, route: str) -> None:
        """A delivery failed and is tried again."""
        self._retries.add(route)

    def parked(self, route: str) -> None:
        """A record became a dead letter, or did so again."""
        self._parked.add(route)

    def shadowed(self, shadow: str, verdict: str) -> None:
        """A shadow has compared what two mappings make of a notification."""
        self._shadowed.add(shadow, verdict)

    def watch(self, routes: Statuses, size: Callable[[], int], shadows: Statuses = tuple) -> None:
        """Asks the journal at each scrape how far its routes and shadows are and how many bytes it holds.

        A shadow has no age that could be alerted on: that it is behind is late for nobody.
        """
        self._told.watched = Watched(routes, size, shadows)

    def stalls(self, seconds: Callable[[], Mapping[str, float]]) -> None:
        """Asks at each scrape for how long sources have stalled."""
        self._told.stalled = seconds

    def leaders(self, leaders: Callable[[], Mapping[str, bool]]) -> None:
        """Asks at each scrape whether this is who hears sources that only one of several hears."""
        self._told.led = leaders
