"""Metrics as OTLP writes them, under the names that Prometheus has them by, less `_total`. Pure.

What exports them to Prometheus adds it again (specification/compatibility/prometheus_and_openmetrics.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1 import metrics_pb2 as otlp
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from prometheus_client import Metric

from adapters.sinks.otlp.wire import SCOPE, key_values

_UNITS = {"_seconds": "s", "_bytes": "By"}
"""UCUM's unit of what a name ends in."""
_NANO = 1e9

Labels = tuple[tuple[str, str], ...]


def metrics_request(metrics: Iterable[Metric], resource: Mapping[str, str], now: float) -> bytes:
    """An ExportMetricsServiceRequest of counters and gauges, as of a time in seconds since 1970."""
    scope = otlp.ScopeMetrics(scope=SCOPE, metrics=[_metric(each, now) for each in metrics if each.samples])
    told = Resource(attributes=key_values(resource))
    return ExportMetricsServiceRequest(
        resource_metrics=[otlp.ResourceMetrics(resource=told, scope_metrics=[scope])]
    ).SerializeToString()


def _metric(metric: Metric, now: float) -> otlp.Metric:
    unit = next((unit for ending, unit in _UNITS.items() if metric.name.endswith(ending)), "")
    points = list(_points(metric, now))
    if metric.type == "counter":
        kind = otlp.AGGREGATION_TEMPORALITY_CUMULATIVE
        total = otlp.Sum(data_points=points, aggregation_temporality=kind, is_monotonic=True)
        return otlp.Metric(name=metric.name, description=metric.documentation, unit=unit, sum=total)
    return otlp.Metric(
        name=metric.name, description=metric.documentation, unit=unit, gauge=otlp.Gauge(data_points=points)
    )


def _points(metric: Metric, now: float) -> Iterator[otlp.NumberDataPoint]:
    created = {_labels(each.labels): each.value for each in metric.samples if each.name.endswith("_created")}
    for sample in metric.samples:
        if not sample.name.endswith("_created"):
            yield otlp.NumberDataPoint(
                attributes=key_values(sample.labels),
                start_time_unix_nano=round(created.get(_labels(sample.labels), 0) * _NANO),
                time_unix_nano=round(now * _NANO),
                as_double=sample.value,
            )


def _labels(labels: Mapping[str, str]) -> Labels:
    return tuple(labels.items())
