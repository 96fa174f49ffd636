"""A route's `when:`, checked when the configuration loads."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cdevents.members import members
from adapters.mapping import when
from adapters.model import Spec

EVERY = members(Spec.V0_5_1)
FINISHED = members(Spec.V0_5_1, ["pipelinerun.finished", "change.*"])


@pytest.mark.parametrize(
    "condition",
    [
        {"subject.content.outcome": "failure", "subject.id": {"exists": True}},
        {"context.specversion": "0.5.1", "context.chainId": {"exists": False}, "customData.a.b": [1, 2]},
        {"any": [{"context.type": "a"}, {"not": {"subject.content.anything": "b"}}], "$headers.x": "1"},
        {"subject.content.uri | url_path": {"matches": "job/.*"}, "$received_at": {"exists": True}},
    ],
)
def test_what_can_hold_is_fine(condition: dict[str, Any]) -> None:
    """Paths into a CDEvent, into what is free in it, and beside it."""
    assert list(when.findings(condition, EVERY)) == []


@pytest.mark.parametrize(
    ("condition", "at", "message", "hint"),
    [
        ({"contxt.id": 1}, ("contxt.id",), "an event has no 'contxt' there", "did you mean 'context'?"),
        ({"context.typ": 1}, ("context.typ",), "an event has no 'typ' there", "did you mean 'type'?"),
        ({"subject[0]": 1}, ("subject[0]",), "an event has no '0' there", "there are id, source, content"),
        ({"subject.content.outcom": 1}, ("subject.content.outcom",), "an event has no 'outcom' there", "'outcome'"),
        ({"all": [{}, {"outcome": 1}]}, ("all", 1, "outcome"), "an event has no 'outcome' there", "there are context"),
        ({"not": {"x": 1}}, ("not", "x"), "an event has no 'x' there", "there are context"),
        ({"subject.id": {"like": "a"}}, ("subject.id",), "there is no comparison 'like'", ""),
        ({"subject.id | upr": 1}, ("subject.id | upr",), "there is no filter 'upr'", "did you mean 'upper'?"),
        ({"$header.x": 1}, ("$header.x",), "$header is not defined", "did you mean 'headers'?"),
        ({"any": {"a": 1}}, ("any",), "'any' takes a list of conditions", ""),
        ({"a |": 1}, ("a |",), "expected a name, found the end in 'a |'", ""),
    ],
)
def test_what_cannot_hold_is_told(
    condition: dict[str, Any], at: tuple[str | int, ...], message: str, hint: str
) -> None:
    """Where, what, and the nearest name."""
    [(where, what, instead)] = when.findings(condition, FINISHED)
    assert (where, what) == (at, message)
    assert hint in instead


def test_every_problem_is_told() -> None:
    """Not only the first."""
    assert len(list(when.findings({"a": 1, "b": 1, "any": [{"c": 1}, {"d": 1}]}, EVERY))) == 4


def test_the_words_are_those_of_the_spec_and_of_the_types() -> None:
    """0.4.1 has `version`; a route of custom events may have any content."""
    assert list(when.findings({"context.version": "0.4.1", "subject.type": "a"}, members(Spec.V0_4_1))) == []
    assert len(list(when.findings({"context.version": "0.4.1", "subject.type": "a"}, EVERY))) == 2
    custom = members(Spec.V0_5_1, ["change.merged", "dev.cdeventsx.*"])
    assert list(when.findings({"subject.content.whatever": 1}, custom)) == []


def test_without_members_any_path_is_fine() -> None:
    """What a tool says is not known."""
    assert list(when.findings({"anything.at[0].all": 1})) == []
