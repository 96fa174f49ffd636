"""Which of the shipped mappings drop what, and that nothing of it is kept of their examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from adapters.goldens import sent
from adapters.mapping import load
from adapters.mapping.library import find, shipped
from adapters.model import DROPPED, Notification
from tests.mappings.support import HEARD, events, instance

SECRET = b"not-a-real"
"""What the examples have where their tools tell secrets."""
DROPPING = [name for name in shipped() if load(name, instance=instance(name), variables={}).drop]
TELLING = [
    "argocd/application",
    "atlantis/webhook",
    "azure/devops",
    "buildkite/webhook",
    "drone/webhook",
    "flux/resource",
    "fleet/bundledeployment",
    "gitlab/events",
    "tekton/run",
    "terraform/json",
    "travis/webhook",
    "woodpecker/pipeline",
    "zuul/mqtt",
]
PLACES: dict[str, list[tuple[str, Any]]] = {
    "argocd/application": [
        ("app", {"spec": {"source": {"helm": {"values": "MARK", "valuesObject": {"a": "MARK"}}}}}),
        ("app", {"status": {"history": [{"sources": [{"plugin": {"env": [{"value": "MARK"}]}}]}]}}),
        ("object", {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "MARK"}}}),
    ],
    "atlantis/webhook": [("Pull", {"BaseRepo": {"CloneURL": "https://x:MARK@git.example.com/"}})],
    "azure/devops": [
        ("resource", {"parameters": '{"token": "MARK"}', "templateParameters": {"token": "MARK"}}),
        (
            "resource",
            {"environment": {"variables": {"TOKEN": {"value": "MARK"}}, "workflowTasks": [{"inputs": {"a": "MARK"}}]}},
        ),
    ],
    "buildkite/webhook": [
        ("build", {"env": {"TOKEN": "MARK"}, "meta_data": {"token": "MARK"}}),
        ("detail", {"job": {"command": "make TOKEN=MARK"}}),
    ],
    "dependency-track/notification": [("notification", {"subject": {"bom": {"content": "MARK"}}})],
    "drone/webhook": [("build", {"params": {"TOKEN": "MARK"}})],
    "woodpecker/pipeline": [
        ("variables", {"TOKEN": "MARK"}),
        ("repo", {"last_pipeline": {"variables": {"TOKEN": "MARK"}}}),
    ],
    "fleet/bundledeployment": [("object", {"spec": {"options": {"helm": {"values": {"a": "MARK"}}}}})],
    "flux/resource": [("object", {"spec": {"values": {"a": "MARK"}, "postBuild": {"substitute": {"a": "MARK"}}}})],
    "gitlab/events": [("object_attributes", {"variables": [{"key": "TOKEN", "value": "MARK"}]})],
    "gitlab/issues": [("object_attributes", {"variables": [{"key": "TOKEN", "value": "MARK"}]})],
    "grype/report": [("source", {"target": {"config": "MARK", "manifest": "MARK"}})],
    "tekton/run": [
        ("pipelineRun", {"spec": {"params": [{"name": "token", "value": "MARK"}]}}),
        ("object", {"status": {"pipelineSpec": {"tasks": [{"params": [{"value": "MARK"}]}]}}}),
        ("taskRun", {"status": {"taskSpec": {"steps": [{"script": "MARK"}]}}}),
    ],
    "terraform/json": [
        ("outputs", {"key": {"sensitive": True, "value": {"deep": ["MARK"]}}}),
        ("diagnostic", {"snippet": {"values": [{"statement": "MARK"}]}}),
    ],
    "travis/webhook": [
        ("config", {"env": ["TOKEN=MARK"]}),
        ("matrix", [{"config": {"notifications": {"webhooks": ["https://ci.example.com/?key=MARK"]}}}]),
    ],
    "trivy/report": [
        ("Results", [{"Secrets": [{"Match": "MARK", "Code": {"Lines": [{"Content": "MARK"}]}}]}]),
        ("Metadata", {"ImageConfig": {"config": {"Env": ["MARK"]}}}),
    ],
    "zuul/mqtt": [("buildset", {"builds": [{"returned_data": {"token": "MARK"}}]})],
}
"""Where their tools tell secrets, or what may be of any size."""


def kept(mapping: str, body: bytes) -> Notification:
    """A notification as its source keeps it."""
    return load(mapping, instance=instance(mapping), variables={}).drop(Notification("test", body, HEARD))


def bodies(mapping: str) -> Iterator[bytes]:
    """Its examples as they are sent."""
    yield from (each.body for path in find(mapping).with_name("inputs").iterdir() for each in sent(path))


def test_these_mappings_drop_something() -> None:
    """Each of them is in the table here."""
    assert set(DROPPING) == set(PLACES)


@pytest.mark.parametrize("mapping", TELLING)
def test_an_example_tells_a_secret_that_is_not_kept(mapping: str) -> None:
    """As the tool does; no event is made of it either."""
    telling = [body for body in bodies(mapping) if SECRET in body]
    assert telling
    for body in telling:
        found = kept(mapping, body)
        assert SECRET not in found.body
        assert found.headers[DROPPED]
        assert SECRET.decode() not in str(events(mapping, body))


@pytest.mark.parametrize(("mapping", "place"), [(name, place) for name, places in PLACES.items() for place in places])
def test_a_secret_is_not_kept_wherever_its_tool_tells_one(mapping: str, place: tuple[str, Any]) -> None:
    """Also in the envelope of a container's log, where the mapping reads lines."""
    body = orjson.dumps({"other": 1, place[0]: place[1]})
    found = kept(mapping, body)
    assert b"MARK" not in found.body
    assert b'"other":1' in found.body
    if mapping == "terraform/json":
        envelope = {"log": body.decode() + "\n", "stream": "stdout", "time": "2026-05-04T09:00:00Z"}
        assert b"MARK" not in kept(mapping, b"plain\n" + orjson.dumps(envelope)).body
