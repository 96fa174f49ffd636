"""What the shipped mappings make is what CDEvents' and CloudEvents' SDKs for Go take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests

from adapters.mapping.library import find, shipped
from tests import brokers
from tests.real import golang
from tests.service import free_port

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one that runs."""
    port = free_port()
    program = [golang.ours(Path(__file__).parent), f"127.0.0.1:{port}"]
    with brokers.running(brokers.Server(port, program, tmp_path_factory.mktemp("consumer"))) as server:
        yield f"http://{server.address}/"


@pytest.mark.parametrize("mapping", shipped())
def test_every_event_of_the_examples_is_taken(consumer: str, mapping: str) -> None:
    """Each is valid there, and a CloudEvent that says the same as the CDEvent in it."""
    files = sorted(find(mapping).with_name("expected").iterdir())
    events = [named(event) for file in files for event in orjson.loads(file.read_bytes())]
    assert events
    assert [problem for each in events if (problem := _refused(consumer, each))] == []


def named(event: dict[str, Any]) -> dict[str, Any]:
    """An event, with an artifact for what may have none: `test_an_incident_without_an_artifact_is_refused`."""
    if ".incident." in event["context"]["type"] or ".build.finished." in event["context"]["type"]:
        event["subject"]["content"].setdefault("artifactId", "pkg:generic/shop")
    return event


def test_an_incident_without_an_artifact_is_refused(consumer: str) -> None:
    """By this SDK alone: once it takes what the specification lets be, `service_as_artifact` of mappings can go."""
    (event,) = orjson.loads((find("alertmanager/webhook").with_name("expected") / "firing.json").read_bytes())
    assert "ArtifactId" in _refused(consumer, event)
    assert _refused(consumer, named(event)) == ""


def test_a_link_without_tags_is_refused(consumer: str) -> None:
    """The reason for which every link has them: once the SDK takes what is not there for what may be, they can go."""
    (event, *_) = orjson.loads((find("jenkins/notification").with_name("expected") / "finished.json").read_bytes())
    assert _refused(consumer, event) == ""
    (link,) = event["context"]["links"]
    del link["tags"]
    assert "422" in _refused(consumer, event)


def _refused(consumer: str, event: dict[str, Any]) -> str:
    """What the consumer has to say against an event."""
    context = event["context"]
    attributes = {name: context[name] for name in ("id", "source", "type")}
    about = {"time": context["timestamp"], "subject": event["subject"]["id"], "datacontenttype": "application/json"}
    sent = {"specversion": "1.0", **attributes, **about, "data": event}
    headers = {"Content-Type": "application/cloudevents+json"}
    answer = requests.post(consumer, data=orjson.dumps(sent), headers=headers, timeout=30)
    return "" if answer.ok else f"{context['type']}: {answer.status_code} {answer.text}"
