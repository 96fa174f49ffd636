"""A route that chooses its events by a condition."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.model import Encoding, Format, Record, Spec
from adapters.route import Rendered, choosing, renderer
from tests.route.conftest import heard, origins


def chosen(when: dict[str, Any], body: str, format_: Format = Format.CDEVENTS, **options: Any) -> Rendered:
    """What a route with a condition makes of a body."""
    return choosing(renderer(origins, format_=format_, **options), when)(Record(1, heard(body)))


def subjects(rendered: Rendered) -> list[str]:
    """What the messages are about."""
    return [message.attributes["subject"] for message in rendered.messages]


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize(
    ("when", "left"),
    [
        ({}, ["one", "two"]),
        ({"subject.id": "two"}, ["two"]),
        ({"subject.content.outcome": ["success", "failure"], "subject.id": {"matches": "o.*"}}, ["one"]),
        ({"subject.content.outcome": "failure"}, []),
        ({"context.type": {"matches": "dev.cdevents.pipelinerun.*"}, "not": {"subject.id": "one"}}, ["two"]),
        ({"customData.number": {"exists": True}}, []),
        ({"$headers.content-type": "text/plain"}, ["one", "two"]),
    ],
)
def test_a_condition_is_about_the_event(when: dict[str, Any], left: list[str], encoding: Encoding) -> None:
    """Whatever the encoding; what came with the notification can be asked for, too."""
    assert subjects(chosen(when, "one two", encoding=encoding)) == left


def test_a_condition_is_in_the_words_of_the_routes_spec() -> None:
    """It is the document as it is published."""
    assert subjects(chosen({"context.version": "0.4.1"}, "one", spec=Spec.V0_4_1)) == ["one"]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ('{"build": {"phase": "FINALIZED"}}', 1),
        ('{"build": {"phase": "STARTED"}}', 0),
        ("<build/>", 0),
        ("[1, 2]", 0),
        ("", 0),
    ],
)
def test_a_condition_of_a_legacy_route_is_about_what_the_tool_said(body: str, count: int) -> None:
    """Where that is no JSON object, every path is missing."""
    assert len(chosen({"build.phase": "FINALIZED"}, body, Format.LEGACY).messages) == count
    assert len(chosen({"build": {"exists": False}}, body, Format.LEGACY).messages) == (not body.startswith("{"))


def test_what_cannot_be_decided_is_an_error_of_its_record() -> None:
    """The other events go out, and so does every other reason."""
    rendered = chosen({"subject.id | int": {"ge": 5}}, "7 x e2 4")
    assert subjects(rendered) == ["7"]
    assert rendered.errors[0] == "mapping.yaml:7:3: e2"
    assert rendered.errors[1].startswith("the route's when: int: ")
