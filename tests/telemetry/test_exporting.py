"""The sidecar's own metrics over OTLP, told to a real server that answers as it is told."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

pytest.importorskip("opentelemetry.proto", reason="needs the extra otlp")

from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as service
from opentelemetry.proto.metrics.v1 import metrics_pb2 as otlp

from adapters.journal.status import RouteStatus
from adapters.metrics import Metrics
from adapters.sinks.otlp.endpoint import MetricsEndpoint
from adapters.telemetry.exporting import Exporter
from tests.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that is up."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def metrics() -> Metrics:
    """Some that count something."""
    metrics = Metrics()
    metrics.received("jenkins", 3)
    metrics.watch(lambda: [RouteStatus("cd", 5, 2, 7.5, 1)], lambda: 4096)
    return metrics


async def told(receiver: Receiver, metrics: Metrics, *, times: int = 1) -> list[dict[str, otlp.Metric]]:
    """What is exported at each of some intervals, and at the end, by name."""
    url = receiver.url.partition("/events")[0]
    endpoint = MetricsEndpoint.model_validate(
        {"url": url, "every": 5, "resource": {"deployment.environment.name": "ci"}}
    )
    slept: list[float] = []
    over = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) > times:
            over.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(Exporter(endpoint, metrics.registry, "host /journal.db").run(sleep))
    await asyncio.wait_for(over.wait(), 30)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert set(slept) == {5.0}
    return [_named(request.body) for request in receiver.requests]


def _named(body: bytes) -> dict[str, otlp.Metric]:
    request = service.ExportMetricsServiceRequest.FromString(gzip.decompress(body))
    [resource] = request.resource_metrics
    said = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert (said["service.name"], said["service.instance.id"]) == ("cdevents-adapters", "host /journal.db")
    assert said["deployment.environment.name"] == "ci"
    return {each.name: each for each in resource.scope_metrics[0].metrics}


async def test_they_are_told_at_each_interval_and_at_the_end(receiver: Receiver, metrics: Metrics) -> None:
    """Counters as sums since they began, with their unit; what nobody counted yet is left out."""
    found = await told(receiver, metrics, times=2)
    assert len(found) == 3
    assert receiver.requests[0].path == "/v1/metrics"
    counter = found[0]["cdevents_adapters_notifications_received"]
    assert (counter.sum.is_monotonic, counter.sum.aggregation_temporality) == (
        True,
        otlp.AGGREGATION_TEMPORALITY_CUMULATIVE,
    )
    [point] = counter.sum.data_points
    assert (point.as_double, point.attributes[0].key, point.attributes[0].value.string_value) == (
        3,
        "source",
        "jenkins",
    )
    assert 0 < point.start_time_unix_nano < point.time_unix_nano
    oldest = found[0]["cdevents_adapters_route_oldest_undelivered_seconds"]
    assert (oldest.unit, oldest.gauge.data_points[0].as_double) == ("s", 7.5)
    assert found[0]["cdevents_adapters_journal_bytes"].unit == "By"
    assert "cdevents_adapters_delivery_retries" not in found[0]


async def test_each_metric_is_told(receiver: Receiver, metrics: Metrics) -> None:
    """None is of a kind that would be left out."""
    metrics.stalls(lambda: {"jenkins": 0.0})
    [found, _] = await told(receiver, metrics)
    assert found.keys() == {each.name for each in metrics.registry.collect() if each.samples}
    assert {each.WhichOneof("data") for each in found.values()} == {"sum", "gauge"}


async def test_what_fails_is_logged_and_told_next_time(receiver: Receiver, metrics: Metrics) -> None:
    """The sidecar goes on; when it works again the log says for how long it did not."""
    receiver.answers.extend([(503, {}, b"full"), (400, {}, b"no")])
    with capture_logs() as logs:
        found = await told(receiver, metrics, times=3)
    assert [each["event"] for each in logs] == ["metrics not exported"] * 2 + ["metrics are exported again"]
    assert "answered 503: full" in logs[0]["reason"]
    assert found[0].keys() == found[-1].keys()


async def test_what_is_rejected_is_logged(receiver: Receiver, metrics: Metrics) -> None:
    """With the words of who rejected it."""
    partial = service.ExportMetricsPartialSuccess(rejected_data_points=2, error_message="out of order")
    body = service.ExportMetricsServiceResponse(partial_success=partial).SerializeToString()
    receiver.answers.append((200, {"content-type": "application/x-protobuf"}, body))
    with capture_logs() as logs:
        await told(receiver, metrics)
    assert [(each["points"], each["reason"]) for each in logs] == [(2, "out of order")]
