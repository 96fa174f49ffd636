"""What Harness calls CDEvents becomes CDEvents."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cdevents.validation import problems
from adapters.model import Spec
from tests.mappings.support import events, golden, inputs, invalid, translation

HARNESS = "harness/cdevents"


def told(name: str) -> Any:
    """The event of an example."""
    (found,) = events(HARNESS, golden(HARNESS, f"{name}.json"))
    return found


@pytest.mark.parametrize("file", [file.name for file in inputs(HARNESS) if file.stem != "in-a-cloudevent"])
def test_what_comes_is_wrong_and_what_goes_is_right(file: str) -> None:
    """In both versions."""
    body = golden(HARNESS, file)
    assert any(problems(body, spec) for spec in Spec)
    assert invalid(events(HARNESS, body)) == []


def test_start_and_end_are_two_events_of_one_run() -> None:
    """One subject, the execution, and one chain; Harness has one id for both, and the pipeline as subject."""
    begun, over = told("started"), told("finished-success")
    assert begun.id != over.id
    assert (begun.subject_id, begun.chain_id) == (over.subject_id, over.chain_id)
    assert begun.id in str(over.links)
    assert begun.timestamp < over.timestamp


def test_two_runs_of_a_pipeline_are_two_chains() -> None:
    """Harness has its name for all of them."""
    other = golden(HARNESS, "started.json")
    other["context"]["id"] = other["customData"]["executionId"] = "another"
    assert events(HARNESS, other)[0].chain_id != told("started").chain_id


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("success", "success"), ("FAILED", "failure"), ("Aborted", "cancel"), ("EXPIRED", "error"), ("PAUSED", None)],
)
def test_an_outcome_is_never_guessed(said: str, outcome: str | None) -> None:
    """It is in CDEvents' words or left out, and always as it was said beside it."""
    body = golden(HARNESS, "finished-success.json")
    body["subject"]["content"]["outcome"] = said
    (found,) = events(HARNESS, body)
    assert found.content.get("outcome") == outcome
    assert found.custom_data is not None
    assert found.custom_data["outcome"] == said


def test_a_type_that_no_rule_is_about_is_unmatched() -> None:
    """As one of a template of one's own."""
    body = golden(HARNESS, "started.json")
    body["context"]["type"] = "dev.cdevents.environment.created.0.3.0-draft"
    found = translation(HARNESS, body)
    assert (found.events, found.errors, found.unmatched) == ((), (), 1)
