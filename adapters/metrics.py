"""What the service counts, for Prometheus; every name begins with `cdevents_adapters_`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from adapters.errors import JournalUnavailable
from adapters.journal.status import RouteStatus

PREFIX = "cdevents_adapters"

Statuses = Callable[[], Iterable[RouteStatus]]
"""Tells how far routes, or shadows, have come; raises JournalUnavailable when it cannot."""


class Metrics:
    """The counters, on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._received = self._counter("notifications_received", "Notifications kept in the journal", "source")
        self._passed_over = self._counter("messages_passed_over", "Messages of a broker for other sources", "source")
        self._answers = self._counter("webhook_answers", "HTTP answers given to tools", "source", "status")
        self._ignored = self._counter("records_ignored", "Records that a mapping ignores", "route", "source")
        self._unmatched = self._counter("records_unmatched", "Records that no rule covers", "route", "source")
        self._unsaid = self._counter("events_unsaid", "CDEvents that a route's spec has no type for", "route", "event")
        self._translated = self._counter("events_translated", "CDEvents made", "route", "type")
        self._delivered = self._counter("messages_delivered", "Messages that a sink took", "route")
        self._retries = self._counter("delivery_retries", "Deliveries tried again after a failure", "route")
        self._parked = self._counter("dead_letters_parked", "Records parked as dead letters", "route")
        self._shadowed = self._counter("shadow_notifications", "What shadows found", "shadow", "verdict")

    def received(self, source: str, count: int = 1) -> None:
        """Notifications of a source are in the journal."""
        self._received.labels(source).inc(count)

    def passed_over(self, source: str, count: int) -> None:
        """A source heard what is not for it, such as what an adapter has published, and passed it over."""
        self._passed_over.labels(source).inc(count)

    def answered(self, source: str, status: int) -> None:
        """A webhook has answered its tool."""
        self._answers.labels(source, str(status)).inc()

    def ignored(self, route: str, source: str, count: int) -> None:
        """Records that a mapping ignores on purpose."""
        self._ignored.labels(route, source).inc(count)

    def unmatched(self, route: str, source: str, count: int) -> None:
        """Records that no rule of a mapping covers."""
        self._unmatched.labels(route, source).inc(count)

    def unsaid(self, route: str, name: str, count: int) -> None:
        """CDEvents that are not published, as the route's spec has no type for them."""
        self._unsaid.labels(route, name).inc(count)

    def translated(self, route: str, type_: str, count: int) -> None:
        """CDEvents of a type were made."""
        self._translated.labels(route, type_).inc(count)

    def delivered(self, route: str, count: int) -> None:
        """Messages that a sink took."""
        self._delivered.labels(route).inc(count)

    def retried(self, route: str) -> None:
        """A delivery failed and is tried again."""
        self._retries.labels(route).inc()

    def parked(self, route: str) -> None:
        """A record became a dead letter, or did so again."""
        self._parked.labels(route).inc()

    def shadowed(self, shadow: str, verdict: str) -> None:
        """A shadow has compared what two mappings make of a notification."""
        self._shadowed.labels(shadow, verdict).inc()

    def watch(self, routes: Statuses, size: Callable[[], int], shadows: Statuses = tuple) -> None:
        """Asks the journal at each scrape how far its routes and shadows are and how many bytes it holds.

        A shadow has no age that could be alerted on: that it is behind is late for nobody.
        """
        self.registry.register(_JournalCollector(routes, size, shadows))

    def stalls(self, seconds: Callable[[], Mapping[str, float]]) -> None:
        """Asks at each scrape for how long sources have stalled."""
        self.registry.register(_StallCollector(seconds))

    def leaders(self, leaders: Callable[[], Mapping[str, bool]]) -> None:
        """Asks at each scrape whether this is who hears sources that only one of several hears."""
        self.registry.register(_LeaderCollector(leaders))

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(name, documentation, labels, namespace=PREFIX, registry=self.registry)


class _JournalCollector(Collector):
    def __init__(self, routes: Statuses, size: Callable[[], int], shadows: Statuses) -> None:
        self._routes, self._size, self._shadows = routes, size, shadows

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """A journal that cannot be read is told as such, and takes nothing from the other metrics."""
        up = _gauge("journal_up", "Whether the journal can be read")
        try:
            families = [*self._of_routes(), self._of_size()]
        except JournalUnavailable:
            families = []
        up.add_metric([], 1 if families else 0)
        return iter([up, *families])

    def _of_routes(self) -> list[GaugeMetricFamily]:
        lag = _gauge("route_lag_records", "Records that a route has still to pass", "route")
        oldest = _gauge("route_oldest_undelivered_seconds", "Age of the first record a route has to pass", "route")
        shadow_lag = _gauge("shadow_lag_records", "Records that a shadow has still to compare", "shadow")
        open_letters = _gauge("dead_letters_open", "Dead letters that wait for an operator", "route")
        for route in self._routes():
            lag.add_metric([route.route], route.lag)
            oldest.add_metric([route.route], route.oldest)
            open_letters.add_metric([route.route], route.dead_letters)
        for shadow in self._shadows():
            shadow_lag.add_metric([shadow.route], shadow.lag)
            open_letters.add_metric([shadow.route], shadow.dead_letters)
        return [lag, oldest, shadow_lag, open_letters]

    def _of_size(self) -> GaugeMetricFamily:
        size = _gauge("journal_bytes", "Bytes in use in the journal")
        size.add_metric([], self._size())
        return size


class _StallCollector(Collector):
    def __init__(self, seconds: Callable[[], Mapping[str, float]]) -> None:
        self._seconds = seconds

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        stalled = _gauge("source_stalled_seconds", "How long a source has made no progress; 0 while it does", "source")
        for source, seconds in self._seconds().items():
            stalled.add_metric([source], seconds)
        yield stalled


class _LeaderCollector(Collector):
    def __init__(self, leaders: Callable[[], Mapping[str, bool]]) -> None:
        self._leaders = leaders

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        leads = _gauge("source_leader", "Whether this is who hears a source that only one of several hears", "source")
        for source, leading in self._leaders().items():
            leads.add_metric([source], leading)
        yield leads


def _gauge(name: str, documentation: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", documentation, labels=labels)
