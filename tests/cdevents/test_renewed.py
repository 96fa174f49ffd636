"""CDEvents of earlier versions, read in the words of 0.5.1."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import orjson
import pytest

from adapters.cdevents.document import document
from adapters.cdevents.renewed import renewed
from adapters.cdevents.validation import schema_problems
from adapters.cdevents.vocabulary import EVENTS, has_type, name_of
from adapters.goldens import run
from adapters.model import CDEvent, Spec
from tests.checkout import SPECIFICATION, needs_specification

MAPPINGS = ["jenkins/notification", "gerrit/events", "junit/report", "alertmanager/webhook", "github/checks"]
EVENTS_MADE = [event for mapping in MAPPINGS for golden in run(mapping).goldens for event in golden.events]


@pytest.mark.parametrize("spec", [Spec.V0_4_1, Spec.V0_3_0])
def test_what_was_written_for_an_old_consumer_is_read_as_it_was(spec: Spec) -> None:
    """Every event of some mappings, there and back; what the old version has no place for is not there."""
    for event in EVENTS_MADE:
        if has_type(spec, event.name):
            there, here = document(event, spec), document(event, Spec.V0_5_1)
            found = renewed(there)["subject"]["content"]
            assert found == {name: value for name, value in here["subject"]["content"].items() if name in found}


@needs_specification
def test_the_examples_of_0_4_1_are_read_as_0_5_1_has_them() -> None:
    """CDEvents' own: what is read has no field that the newer version does not know."""
    for path in sorted((SPECIFICATION / "v0.4.1/conformance").glob("*.json")):
        event = orjson.loads(path.read_bytes())
        known = EVENTS[name_of(event["context"]["type"])].content
        assert set(renewed(event)["subject"]["content"]) <= known.keys(), path.name


def test_nothing_is_changed_in_what_is_given() -> None:
    """It is read by others, too."""
    old = _finished("pass")
    before = deepcopy(old)
    assert renewed(old)["subject"]["content"]["outcome"] == "success"
    assert old == before


@pytest.mark.parametrize(
    "change",
    [
        {"context": {"type": "dev.cdeventsx.acme-x.y.0.1.0"}},
        {"context": {"specversion": "0.5.1"}},
        {"subject": {"content": None}},
        {"subject": {"content": {"outcome": "odd", "more": 1}}},
        {"subject": {"content": {"outcome": {"a": 1}, "testCase": "odd"}}},
    ],
)
def test_what_is_not_as_the_old_version_has_it_stays(change: dict[str, Any]) -> None:
    """Others may send anything."""
    old = _finished("pass")
    event = {name: {**value, **change.get(name, {})} for name, value in old.items()}
    assert renewed(event) == event


def _finished(outcome: str) -> dict[str, Any]:
    event = CDEvent(
        name="testcaserun.finished",
        id="1",
        source="https://ci.example.com/",
        timestamp="2026-03-02T08:15:30Z",
        subject_id="t",
        content={"environment": {"id": "ci"}, "outcome": "success"},
    )
    made = document(event, Spec.V0_4_1)
    assert schema_problems(made, Spec.V0_4_1) == []
    assert made["subject"]["content"]["outcome"] == outcome
    return made
