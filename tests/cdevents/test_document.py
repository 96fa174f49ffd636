"""Documents: one event, written in the words of either spec."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cdevents.document import document, public_part
from adapters.cdevents.validation import problems
from adapters.cdevents.vocabulary import EVENTS, specs
from adapters.model import CDEvent, Spec
from adapters.urls import public

MakeEvent = Callable[..., CDEvent]
CUSTOM = "dev.cdeventsx.gerrit-change.deleted.0.1.0"


@pytest.mark.parametrize(("name", "spec"), [(name, spec) for name in (*EVENTS, CUSTOM) for spec in specs(name)])
@pytest.mark.parametrize("full", [True, False], ids=["full", "minimal"])
def test_every_type_is_valid_in_each_spec_that_has_it(event: MakeEvent, name: str, full: bool, spec: Spec) -> None:
    """One event, written once in today's words, is a valid CDEvent of each of them."""
    assert problems(document(event(name, full=full), spec), spec) == []


def test_a_whole_document(event: MakeEvent) -> None:
    """Everything that an event has stands at its place."""
    link = {"linkType": "PATH", "from": {"contextId": "5328c37f-bb7e-4bb7-84ea-9f5f85e4a7ce"}}
    made = event(
        "change.merged",
        full=False,
        subject_source="https://gerrit.example.com/",
        chain_id="4c8cb7dd-3448-41de-8768-eec704e2829b",
        links=(link,),
        custom_data={"gerrit": {"newRev": "abc"}},
    )
    assert document(made, Spec.V0_5_1) == {
        "context": {
            "specversion": "0.5.1",
            "id": made.id,
            "source": "https://ci.example.com/",
            "type": "dev.cdevents.change.merged.0.3.0",
            "timestamp": "2026-03-20T14:27:05.315384Z",
            "chainId": "4c8cb7dd-3448-41de-8768-eec704e2829b",
            "links": [link],
        },
        "subject": {"id": "job/app/42/", "source": "https://gerrit.example.com/", "content": {}},
        "customData": {"gerrit": {"newRev": "abc"}},
    }


def test_absent_members_are_left_out(event: MakeEvent) -> None:
    """What an event does not have is neither null nor empty in its document."""
    found = document(event("build.started"), Spec.V0_5_1)
    assert set(found) == {"context", "subject"}
    assert set(found["context"]) == {"specversion", "id", "source", "type", "timestamp"}
    assert set(found["subject"]) == {"id", "content"}


def test_the_earlier_spec_has_its_own_words(event: MakeEvent) -> None:
    """0.4.1 gets `version`, `subject.type`, `url` and pass or fail; the event itself is left as it was."""
    started = event("pipelinerun.started")
    found = document(started, Spec.V0_4_1)
    assert found["context"]["version"] == "0.4.1"
    assert found["subject"]["type"] == "pipelineRun"
    assert found["subject"]["content"] == {"pipelineName": "some text", "url": "https://ci.example.com/job/app/42/"}
    assert "uri" in started.content


@pytest.mark.parametrize(
    ("today", "earlier"), [("success", "pass"), ("failure", "fail"), ("cancel", "cancel"), ("error", "error")]
)
def test_test_outcomes_are_translated(event: MakeEvent, today: str, earlier: str) -> None:
    """A test's outcome changes its word between the specs; a pipeline's does not."""
    test = event("testsuiterun.finished", content={"outcome": today})
    pipeline = event("pipelinerun.finished", content={"outcome": today})
    assert document(test, Spec.V0_4_1)["subject"]["content"] == {"outcome": earlier}
    assert document(pipeline, Spec.V0_4_1)["subject"]["content"] == {"outcome": today}


DOMAIN = {"linkType": "RELATION", "linkKind": "causedBy", "target": {"domainId": "cdevents:v0:::::issue:7"}, "tags": {}}
PATH = {"linkType": "PATH", "from": {"contextId": "5328c37f-bb7e-4bb7-84ea-9f5f85e4a7ce"}, "tags": {}}


@pytest.mark.parametrize(
    ("spec", "links"),
    [(Spec.V0_3_0, None), (Spec.V0_4_1, [PATH]), (Spec.V0_5_1, [PATH]), (Spec.V0_6_0, [PATH, DOMAIN])],
)
def test_each_spec_has_the_links_that_it_knows(event: MakeEvent, spec: Spec, links: list[Any] | None) -> None:
    """0.3 has none and no chain, and only the draft has those to what a domain itself names; the ids stay."""
    made = event(chain_id="4c8cb7dd-3448-41de-8768-eec704e2829b", links=(PATH, DOMAIN))
    context = document(made, spec)["context"]
    assert context.get("links") == links
    assert ("chainId" in context) is (links is not None)
    assert context["id"] == made.id


def test_the_oldest_spec_is_without_what_came_after_it(event: MakeEvent) -> None:
    """Fields are left out that 0.3 has not, and events that it has no type for are refused by name."""
    assert document(event("artifact.published"), Spec.V0_3_0) == {
        "context": {
            "version": "0.3.0",
            "id": "271069a8-fc18-44f1-b38f-9d70a1695819",
            "source": "https://ci.example.com/",
            "type": "dev.cdevents.artifact.published.0.1.1",
            "timestamp": "2026-03-20T14:27:05.315384Z",
        },
        "subject": {"id": "pkg:oci/app@sha256:0b31b1c0", "type": "artifact", "content": {}},
    }
    created = document(event("change.created"), Spec.V0_3_0)
    assert set(created["subject"]["content"]) == {"repository"}
    with pytest.raises(ValueError, match=r"'ticket\.closed' is not a type of CDEvents 0\.3\.0"):
        document(event("ticket.closed"), Spec.V0_3_0)


def test_nested_names_are_translated(event: MakeEvent) -> None:
    """The suite of a queued test run had a `url`; that of a started one already had a `uri`."""
    content = {"testSuite": {"id": "unit", "uri": "https://ci.example.com/unit"}}
    queued = document(event("testsuiterun.queued", content=content), Spec.V0_4_1)
    started = document(event("testsuiterun.started", content=content), Spec.V0_4_1)
    assert queued["subject"]["content"]["testSuite"] == {"id": "unit", "url": "https://ci.example.com/unit"}
    assert started["subject"]["content"] == content


@pytest.mark.parametrize("content", [{"testSuite": "unit"}, {"testSuite": None}, {"testSuite": ["unit"]}])
def test_objects_of_the_wrong_type_are_left_for_validation(event: MakeEvent, content: dict[str, Any]) -> None:
    """A value where an object belongs is passed on as it is, and refused there."""
    found = document(event("testsuiterun.queued", content=content), Spec.V0_4_1)
    assert found["subject"]["content"] == content
    assert any(problem.startswith("subject.content.testSuite:") for problem in problems(found, Spec.V0_4_1))


def test_values_of_the_wrong_type_are_left_for_validation(event: MakeEvent) -> None:
    """A list where an outcome belongs is passed on as it is, and refused there."""
    found = document(event("testsuiterun.finished", content={"outcome": ["success"]}), Spec.V0_4_1)
    assert "subject.content.outcome: ['success'] is not one of pass, fail, cancel, error" in problems(
        found, Spec.V0_4_1
    )


def test_custom_events_keep_their_type_and_content(event: MakeEvent) -> None:
    """A custom event is the same in both specs, but for the subject's type that 0.4.1 wants."""
    made = event(CUSTOM, content={"uri": "x", "outcome": 1})
    subject = {"id": "job/app/42/", "content": {"uri": "x", "outcome": 1}}
    assert document(made, Spec.V0_5_1)["subject"] == subject
    assert document(made, Spec.V0_4_1)["subject"] == subject | {"type": "gerrit-change"}
    assert document(made, Spec.V0_4_1)["context"]["type"] == CUSTOM


def test_an_unknown_name_is_an_error(event: MakeEvent) -> None:
    """A name that the vocabulary does not have is refused by name."""
    with pytest.raises(ValueError, match=r"'pipeline\.done' is not a type of CDEvents 0.5.1"):
        document(event("pipeline.done"), Spec.V0_5_1)


URLS = st.lists(
    st.sampled_from(
        [
            *'?&;=#:/@"\\\n\x01 ',
            "a",
            "7",
            "é",
            "://",
            "https://x.example/",
            "to",
            "ken",
            "%74oken",
            "sig",
            "key",
            "git@",
        ]
    ),
    max_size=12,
).map("".join)


def each_public(value: Any) -> Any:
    """A value with every text in it as `public` gives it: the plain way."""
    if isinstance(value, list):
        return [*map(each_public, value)]
    return {name: each_public(each) for name, each in value.items()} if isinstance(value, dict) else public(value)


@given(
    st.recursive(URLS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("url"), inner), max_leaves=4)
)
def test_one_look_finds_all_that_may_not_be_told(part: Any) -> None:
    """What is known at one look to be public is what each of its texts, looked at by itself, is."""
    assert public_part(part) == each_public(part)
