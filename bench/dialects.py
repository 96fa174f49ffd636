"""From a notification's bytes to CDEvents, of each CI tool: beside Jenkins, for an event and a body of like size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from types import MappingProxyType
from typing import Any

import orjson

from adapters.cdevents.document import document
from adapters.goldens import context, sent
from adapters.mapping import load
from adapters.mapping.library import find
from adapters.model import Notification, Spec
from bench.table import Row

JENKINS = "jenkins/notification"
INPUTS = {
    "github/events": ("run-success.json", "job-failure.json", "deployment-success.json", "request-opened.json"),
    "gitlab/events": ("pipeline-success.json", "job-failed.json", "deployment-success.json", "request-opened.json"),
    "circleci/webhook": ("workflow-success.json", "job-failed.json"),
    "travis/webhook": ("passed.json",),
    "buildkite/webhook": ("passed.json", "job-failed.json"),
    "drone/webhook": ("success.json",),
    "bitbucket/cloud": ("status-successful.http", "created.http", "fulfilled.http"),
    "bitbucket/datacenter": ("opened.json", "merged.json"),
    "azure/devops": ("run-failed.json", "job-failed.json", "pull-request-created.json"),
    "zuul/mqtt": ("success.json",),
    "tekton/run": ("finished.http",),
}
"""Of each mapping some of its examples, of whatever it tells."""

EVENTS = {"run": "workflow_run", "job": "workflow_job", "deployment": "deployment_status", "request": "pull_request"}
"""What GitHub says in a header that an example is of."""

NOW = datetime(2026, 8, 1, tzinfo=UTC)
AT_MOST, ROUNDS, REPEATS = 1.3, 15, 200


def rows() -> Iterator[Row]:
    """Microseconds of processor time for one event; the least of many rounds, in which both take turns."""
    for mapping, names in INPUTS.items():
        for name in names:
            [heard] = sent(find(mapping).with_name("inputs") / name)
            body = orjson.dumps(orjson.loads(heard.body))
            event = {"x-github-event": EVENTS[name.partition("-")[0]]} if mapping == "github/events" else {}
            dialect, jenkins = _each(mapping, body, {**heard.headers, **event}), _each(JENKINS, _of_jenkins(len(body)))
            figure, baseline = _beside(dialect, jenkins)
            what = f"dialects: {mapping} {Path(name).stem}, an event of {len(body)} bytes, beside one of Jenkins"
            yield Row(what, figure, "us", baseline, at_most=AT_MOST)


def _of_jenkins(size: int) -> bytes:
    """The end of a build, with as many parameters as it takes to be of a size."""
    told: dict[str, Any] = orjson.loads(Path(__file__).with_name("notification.json").read_bytes())
    del told["build"]["test_summary"]  # which is another event
    parameters = told["build"]["parameters"]
    while len(body := orjson.dumps(told)) < size:
        parameters[f"PARAMETER_{len(parameters)}"] = "what somebody has said"
    return body


def _each(
    mapping: str, body: bytes, headers: Mapping[str, str] = MappingProxyType({})
) -> tuple[Callable[[], object], int]:
    """Translates a body, and how many events that makes."""
    translator = load(mapping, instance=context(mapping).instance, variables={})
    notification = Notification("bench", body, NOW, headers)
    events = translator.translate(notification).events
    return lambda: [document(each, Spec.V0_5_1) for each in translator.translate(notification).events], len(events)


def _beside(*each: tuple[Callable[[], object], int]) -> tuple[float, ...]:
    rounds = [[_micros(work) / events for work, events in each] for _ in range(ROUNDS)]
    return tuple(map(min, zip(*rounds, strict=True)))


def _micros(work: Callable[[], object]) -> float:
    start = process_time()
    for _ in range(REPEATS):
        work()
    return (process_time() - start) / REPEATS * 1e6
