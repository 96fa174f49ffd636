"""Incidents stand under the rollout that they came after."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    return _made(document(id_, time, *links, chain=f"c{id_}", **content), f"incident.{kind}")


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


def test_before_any_rollout_it_is_a_story_of_its_own() -> None:
    """What comes later has not broken it."""
    assert shown(story([incident("wrong", 4), rollout("new", 5)], "wrong")) == [["wrong"]]


def merge(id_: str, time: int, branch: str = "main") -> Event:
    """A change of its own chain came to a branch of the shop, as a commit that is called as it is."""
    made = document(id_, time, chain=f"c{id_}", repository={"id": "team/shop"})
    made["customData"] = {"change": {"branch": branch}, "newRev": f"commit of {id_}"}
    return _made(made, "change.merged")


def rollout_of(commit: str, id_: str, time: int) -> Event:
    """The shop went to production, built from a commit."""
    made = document(id_, time, chain=f"c{commit}", subject="shop", environment={"id": "prod"})
    made["customData"] = {"revision": f"commit of {commit}"}
    return _made(made, "service.upgraded")


SHIPPED = [
    *(merge("one", 1), merge("two", 3), merge("side", 4, "next"), merge("three", 5), merge("four", 15)),
    *(rollout_of("one", "old", 2), rollout_of("three", "new", 9), incident("wrong", 10)),
]
"""Two changes go to production at once, a third one was there, and something is wrong with it then."""


def test_a_rollout_is_of_the_story_of_each_change_in_it() -> None:
    """Of those merged since what ran there before, and no others; the incident is of the story of each, too."""
    expected = [["two", ["new", ["wrong"]]], ["three"]]
    for wanted in ("two", "three", "new", "wrong"):
        assert shown(story(SHIPPED, wanted)) == expected
    assert shown(story(SHIPPED, "one")) == [["one"], ["old"]]
    assert shown(story(SHIPPED, "four")) == [["four"]]


def test_going_back_brings_no_change() -> None:
    """It is of the story of what runs again."""
    events = [*SHIPPED, rollout_of("one", "back", 20), incident("again", 21)]
    assert shown(story(events, "again")) == [["one"], ["old"], ["back", ["again"]]]


@given(st.permutations([*SHIPPED, *SHIPPED]))
def test_a_story_is_the_same_in_whichever_order_its_events_come(events: list[Event]) -> None:
    """Late, early or twice."""
    assert shown(story(events, "wrong")) == shown(story(SHIPPED, "wrong"))
