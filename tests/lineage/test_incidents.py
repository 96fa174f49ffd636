"""Incidents stand under the rollout that they came after."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.lineage.event import Event, event
from adapters.lineage.story import story
from adapters.lineage.tree import Node
from tests.lineage.support import document


def rollout(id_: str, time: int, service: str = "shop", environment: str = "prod", kind: str = "deployed") -> Event:
    """A service that went to an environment."""
    return _made(
        document(id_, time, chain=f"c{id_}", subject=service, environment={"id": environment}), f"service.{kind}"
    )


def incident(id_: str, time: int, *links: tuple[str, str], kind: str = "detected", **content: Any) -> Event:
    """Something wrong with the shop in production, unless told otherwise."""
    content = {"environment": {"id": "prod"}, "service": {"id": "shop"}, **content}
    return _made(document(id_, time, *links, chain="alert", **content), f"incident.{kind}")


def _made(made: dict[str, Any], name: str) -> Event:
    made["context"]["type"] = f"dev.cdevents.{name}.0.3.0"
    return event(made)


def shown(nodes: list[Node]) -> list[Any]:
    """A forest as ids, each with what is under it."""
    return [[node.event.id, *shown(node.children)] for node in nodes]


@pytest.mark.parametrize("kind", ["deployed", "upgraded", "rolledback"])
def test_an_incident_is_of_the_story_of_the_last_rollout(kind: str) -> None:
    """Of this service to this environment, before it began; its end is under it."""
    events = [
        *(rollout("old", 1), rollout("new", 5, kind=kind), rollout("later", 20)),
        *(rollout("cart", 8, service="cart"), rollout("lab", 9, environment="lab")),
        *(incident("wrong", 10), incident("over", 30, ("PATH", "wrong"), kind="resolved")),
    ]
    assert shown(story(events, "new")) == [["new", ["wrong", ["over"]]]]
    assert shown(story(events, "wrong")) == [["new", ["wrong", ["over"]]]]
    assert shown(story(events, "old")) == [["old"]]
    assert shown(story(events, "later")) == [["later"]]


def test_what_began_with_the_rollout_came_after_it() -> None:
    """Both may have the same second."""
    assert shown(story([incident("wrong", 5), rollout("new", 5)], "new")) == [["new", ["wrong"]]]


@pytest.mark.parametrize("content", [{"service": {"id": "cart"}}, {"environment": {"id": "lab"}}, {"service": {}}])
def test_of_another_service_or_environment_it_is_a_story_of_its_own(content: dict[str, Any]) -> None:
    """As is one that does not say which."""
    assert shown(story([rollout("new", 5), incident("wrong", 10, **content)], "new")) == [["new"]]


def test_a_removal_is_no_rollout() -> None:
    """What is gone has broken nothing."""
    assert shown(story([rollout("gone", 5, kind="removed"), incident("wrong", 10)], "wrong")) == [["wrong"]]
