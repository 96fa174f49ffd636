"""A real OpenTelemetry Collector takes what a sidecar exports, traces and metrics, and says it again as it took it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from adapters.mapping.library import find
from tests import brokers
from tests.real import golang
from tests.receiver import Receiver, receiving
from tests.service import configuration, free_port, running
from tests.waiting import until

pytest.importorskip("opentelemetry.proto", reason="needs the extra otlp")
pytestmark = pytest.mark.real

CONFIGURATION = """
receivers:
  otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}
exporters:
  otlp_http: {{endpoint: "{url}", encoding: json, compression: none, sending_queue: {{enabled: false}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlp_http]}}
    metrics: {{receivers: [otlp], exporters: [otlp_http]}}
"""
INPUTS = find("jenkins/notification").with_name("inputs")
BEGAN = 1_767_225_600.0
"""When the run of the inputs came into the queue, in seconds since 1970."""


@pytest.fixture(scope="module")
def told() -> Iterator[Receiver]:
    """Whom the Collector tells what it took."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def collector(told: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one that runs."""
    folder, port = tmp_path_factory.mktemp("collector"), free_port()
    url = told.url.partition("/events")[0]
    (folder / "config.yaml").write_text(CONFIGURATION.format(port=port, url=url))
    program = [golang.ours(Path(__file__).parent), "--config", str(folder / "config.yaml")]
    with brokers.running(brokers.Server(port, program, folder)) as server:
        yield f"http://{server.address}"


def found(told: Receiver, path: str, group: str, scope: str, kind: str) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Each span or metric that the Collector took, with its resource."""
    documents = [orjson.loads(each.body) for each in list(told.requests) if each.path == path]
    return [
        (attributes(resource["resource"]["attributes"]), each)
        for resource in chain.from_iterable(document[group] for document in documents)
        for part in resource[scope]
        for each in part[kind]
    ]


def spans(told: Receiver) -> dict[str, tuple[dict[str, str], dict[str, Any]]]:
    """Those it took, by name."""
    taken = found(told, "/v1/traces", "resourceSpans", "scopeSpans", "spans")
    return {span["name"]: (resource, span) for resource, span in taken}


def attributes(told: list[dict[str, Any]]) -> dict[str, str]:
    """Attributes by their names."""
    return {each["key"]: each["value"]["stringValue"] for each in told}


def seconds(span: Mapping[str, str]) -> tuple[float, float]:
    """When a span began and ended, after the run of the inputs was queued."""
    begin, end = (int(span[each]) / 1e9 - BEGAN for each in ("startTimeUnixNano", "endTimeUnixNano"))
    return round(begin, 3), round(end, 3)


def test_a_run_that_jenkins_tells_of_is_a_trace(collector: str, told: Receiver, tmp_path: Path) -> None:
    """Its queue, the run under that, and its tests under the run: though the sidecar was killed in between."""
    hook = {"type": "webhook", "path": "/jenkins", "instance": "https://jenkins.example.com/"}
    config = configuration(
        sources={"jenkins": {**hook, "mapping": "jenkins/notification"}},
        sinks={"traces": {"type": "otlp", "url": collector, "path": "otlp.db"}},
        routes={"traces": {"format": "cdevents", "sink": "traces"}},
        metrics={"otlp": {"url": collector, "every": "1s"}},
    )
    with running(tmp_path, config) as service:
        for name in ("queued", "started"):
            assert service.ask("POST", "/jenkins", (INPUTS / f"{name}.json").read_bytes())[0] == 202
        until(lambda: "queue RUN team/shop" in spans(told))
        until(lambda: not service.lag())
        service.kill()
        service.start()
        assert service.ask("POST", "/jenkins", (INPUTS / "finished.json").read_bytes())[0] == 202
        until(lambda: not service.lag())
        metric = "cdevents_adapters_messages_delivered"
        until(lambda: metric in {each["name"] for _, each in metrics(told)})
        assert service.stop() == 0
    taken = spans(told)
    (_, waited), (resource, run) = taken["queue RUN team/shop"], taken["RUN team/shop"]
    assert (seconds(waited), seconds(run)) == ((0, 5.123), (5.123, 67.599))
    assert (run["kind"], run["status"]["code"], run["parentSpanId"]) == (2, 2, waited["spanId"])
    assert UUID(run["traceId"])
    assert {span["traceId"] for _, span in taken.values()} == {run["traceId"]}
    assert resource["cicd.pipeline.run.url.full"] == "https://jenkins.example.com/job/team/job/shop/17/"
    assert attributes(run["attributes"])["cicd.pipeline.result"] == "failure"
    assert {span["parentSpanId"] for name, (_, span) in taken.items() if name.startswith("test")} == {run["spanId"]}


def metrics(told: Receiver) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Those it took."""
    return found(told, "/v1/metrics", "resourceMetrics", "scopeMetrics", "metrics")


def test_its_own_metrics_are_told_at_its_end(collector: str, told: Receiver, tmp_path: Path) -> None:
    """Under the names that Prometheus has; an hour is not waited for."""
    hook = {"type": "webhook", "path": "/jenkins", "instance": "https://jenkins.example.com/"}
    config = configuration(
        sources={"jenkins": {**hook, "mapping": "jenkins/notification"}},
        metrics={"otlp": {"url": collector, "every": "1h", "resource": {"deployment.environment.name": "last"}}},
    )
    with running(tmp_path, config) as service:
        service.ask("POST", "/jenkins", (INPUTS / "queued.json").read_bytes())
        assert service.stop() == 0
    own = {each["name"]: each for resource, each in metrics(told) if "last" in resource.values()}
    heard = own["cdevents_adapters_notifications_received"]["sum"]
    assert heard["isMonotonic"]
    assert [(each["asDouble"], attributes(each["attributes"])) for each in heard["dataPoints"]] == [
        (1, {"source": "jenkins"})
    ]
    assert own["cdevents_adapters_journal_bytes"]["unit"] == "By"
