"""The vocabulary: names, types and versions, and what an event may hold."""

from __future__ import annotations

import pytest

from adapters.cdevents.vocabulary import EVENTS, is_custom
from adapters.model import Spec


def test_names_and_types_belong_together() -> None:
    """An event type is found by its name, knows its halves, and writes its version in each spec."""
    finished = EVENTS["pipelinerun.finished"]
    assert (finished.subject, finished.predicate, finished.subject_type) == ("pipelinerun", "finished", "pipelineRun")
    assert finished.type(Spec.V0_4_1) == "dev.cdevents.pipelinerun.finished.0.2.0"
    assert finished.type(Spec.V0_5_1) == "dev.cdevents.pipelinerun.finished.0.3.0"
    assert {spec: sum(spec in event.versions for event in EVENTS.values()) for spec in Spec} == {
        Spec.V0_3_0: 39,
        Spec.V0_4_1: 45,
        Spec.V0_5_1: 45,
        Spec.V0_6_0: 48,
    }


def test_content_tells_what_a_mapping_may_write() -> None:
    """A mapping can be checked against the table alone: needed fields, allowed values, fields inside fields."""
    content = EVENTS["testcaserun.finished"].content
    assert {name for name, field in content.items() if field.required} == {"environment", "outcome"}
    assert content["outcome"].values == ("success", "failure", "cancel", "error")
    assert content["testCase"].fields["id"].required
    assert EVENTS["taskrun.finished"].content["outcome"].values == content["outcome"].values


def test_fields_know_what_the_earlier_spec_called_them() -> None:
    """A renamed field has both names, and stays required under the other."""
    uri = EVENTS["pipelinerun.started"].content["uri"]
    assert (uri.name("uri", Spec.V0_4_1), uri.name("uri", Spec.V0_5_1)) == ("url", "uri")
    assert uri.shape(Spec.V0_4_1).required
    assert uri.shape(Spec.V0_5_1) is uri


@pytest.mark.parametrize(
    "name", ["dev.cdeventsx.harbor-quota.exceeded.0.1.0", "dev.cdeventsx.Tool2-tag.movedAway.9.9.9"]
)
def test_custom_types(name: str) -> None:
    """A tool's own subject and predicate, with a version."""
    assert is_custom(name)


@pytest.mark.parametrize(
    "name",
    [
        "dev.cdevents.change.created.0.4.0",
        "dev.cdeventsx.quota.exceeded.0.1.0",
        "dev.cdeventsx.my_tool-quota.exceeded.0.1.0",
        "dev.cdeventsx.harbor-quota2.exceeded.0.1.0",
        "dev.cdeventsx.harbor-quota.wip-changed.0.1.0",
        "dev.cdeventsx.harbor-quota.exceeded.0.10.0",
        "dev.cdeventsx.harbor-quota.exceeded.0.1.0-draft",
        "dev.cdeventsx.harbor-quota.exceeded.0.1.0\n",
        "dev.cdeventsx.harbor-quota.exceeded",
    ],
)
def test_not_custom_types(name: str) -> None:
    """A hyphen, an underscore or a digit in the wrong part, or a version of another shape, is refused."""
    assert not is_custom(name)
