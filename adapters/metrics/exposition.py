"""The service's metrics as Prometheus' client has them; every name begins with `cdevents_adapters_`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from adapters.errors import JournalUnavailable
from adapters.metrics.counting import Counter, Told, Watched

PREFIX = "cdevents_adapters"


def registry(told: Told) -> CollectorRegistry:
    """A registry that asks for metrics at each scrape."""
    found = CollectorRegistry()
    found.register(_Collector(told))
    return found


class _Collector(Collector):
    def __init__(self, told: Told) -> None:
        self._told = told

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from map(_counted, self._told.counters)
        if self._told.watched:
            yield from _journal(self._told.watched)
        if self._told.stalled:
            words = "How long a source has made no progress; 0 while it does"
            yield _by_source("source_stalled_seconds", words, self._told.stalled())
        if self._told.led:
            words = "Whether this is who hears a source that only one of several hears"
            yield _by_source("source_leader", words, self._told.led())


def _counted(counter: Counter) -> Metric:
    family = CounterMetricFamily(f"{PREFIX}_{counter.name}", counter.documentation, labels=counter.labels)
    for values, count, created in counter.samples():
        family.add_metric(values, count, created)
    return family


def _journal(watched: Watched) -> Iterator[Metric]:
    """A journal that cannot be read is told as such, and takes nothing from the other metrics."""
    up = _gauge("journal_up", "Whether the journal can be read")
    try:
        families = [*_routes(watched), _size(watched)]
    except JournalUnavailable:
        families = []
    up.add_metric([], 1 if families else 0)
    return iter([up, *families])


def _routes(watched: Watched) -> list[Metric]:
    lag = _gauge("route_lag_records", "Records that a route has still to pass", "route")
    oldest = _gauge("route_oldest_undelivered_seconds", "Age of the first record a route has to pass", "route")
    shadow_lag = _gauge("shadow_lag_records", "Records that a shadow has still to compare", "shadow")
    open_letters = _gauge("dead_letters_open", "Dead letters that wait for an operator", "route")
    for route in watched.routes():
        lag.add_metric([route.route], route.lag)
        oldest.add_metric([route.route], route.oldest)
        open_letters.add_metric([route.route], route.dead_letters)
    for shadow in watched.shadows():
        shadow_lag.add_metric([shadow.route], shadow.lag)
        open_letters.add_metric([shadow.route], shadow.dead_letters)
    return [lag, oldest, shadow_lag, open_letters]


def _size(watched: Watched) -> Metric:
    size = _gauge("journal_bytes", "Bytes in use in the journal")
    size.add_metric([], watched.size())
    return size


def _by_source(name: str, documentation: str, values: Mapping[str, float]) -> Metric:
    family = _gauge(name, documentation, "source")
    for source, value in values.items():
        family.add_metric([source], value)
    return family


def _gauge(name: str, documentation: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", documentation, labels=labels)
