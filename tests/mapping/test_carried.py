"""Events that have a name of their own: CDEvents that a record carries, and those that a tool's messages name."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cdevents.document import document
from adapters.lineage.event import event as lineage_event
from adapters.mapping.carried import event as carried_event
from adapters.mapping.explain import explain, uncovered
from adapters.model import Spec
from tests.mapping.support import INSTANCE, events, mapping, notification, problems

MAPPING = """
    cdevents: 0.5.1
    variables: {own: true}
    ignore: [{kind: noise}]
    carried: {$if: {$own: true}, then: "${whole}"}
    rules:
      ended:
        when: {kind: ended}
        emit: dev.cdeventsx.tool-run.finished.0.1.0
        context_id: ${uuid}
        subject: {id: "${run}"}
        links:
          - path: {context_id: "${start}"}
            when: {start: {exists: true}}
          - split: {each: others, as: other, when: {other.id: {exists: true}}}
            relation: {context_id: "${other.id}"}
            kind: ${other.kind}
      again:
        when: {kind: again}
        emit: dev.cdeventsx.tool-run.started.0.1.0
        id: [run]
        subject: {id: "${run}"}
        links: [{path: ended}]
"""
CARRIED: dict[str, Any] = {
    "context": {
        "specversion": "0.5.1",
        "id": "f5a0c3c2-1f5b-5d51-8d15-0a7c9b1de001",
        "source": "https://ci.example.com/",
        "type": "dev.cdevents.pipelinerun.finished.0.3.0",
        "timestamp": "2026-03-04T05:06:07.089Z",
        "chainId": "0a1b2c3d-1111-4222-8333-445566778899",
        "links": [
            {"linkType": "PATH", "from": {"contextId": "f5a0c3c2-1f5b-5d51-8d15-0a7c9b1de002"}, "tags": {"by": "x"}}
        ],
    },
    "subject": {"id": "runs/7", "source": "https://ci.example.com/runs", "content": {"outcome": "failure"}},
    "customData": {"agent": "linux"},
}


def test_what_is_carried_is_passed_on_as_it_is() -> None:
    """Its id, source, chain and links are its own; no rule makes another event of the record."""
    translator = mapping(MAPPING)
    body = {"kind": "ended", "uuid": "u", "run": "7", "whole": CARRIED}
    (event,) = events(translator, body)
    assert document(event, Spec.V0_5_1) == CARRIED
    assert list(explain(translator, notification(body))) == [
        "record 1",
        f"  carried: yes, pipelinerun.finished {event.id}",
    ]
    assert list(uncovered(translator, notification({"whole": CARRIED}))) == []


def test_each_link_of_what_is_carried_has_tags() -> None:
    """If only empty ones: the SDK for Go refuses it otherwise."""
    link = {"linkType": "PATH", "from": {"contextId": "f5a0c3c2-1f5b-5d51-8d15-0a7c9b1de002"}}
    whole = {**CARRIED, "context": {**CARRIED["context"], "links": [link]}}
    (event,) = events(mapping(MAPPING), {"whole": whole})
    assert document(event, Spec.V0_5_1)["context"]["links"] == [{**link, "tags": {}}]


def test_what_is_null_in_what_is_carried_is_not_there() -> None:
    """As the SDK for Go writes links without tags; nothing of the kind keeps an event from being one."""
    link = {"linkType": "PATH", "from": {"contextId": "u-1"}, "tags": None}
    (event,) = events(mapping(MAPPING), {"whole": {**CARRIED, "context": {**CARRIED["context"], "links": [link]}}})
    assert event.links == [{**link, "tags": {}}]
    bare = {**CARRIED, "customData": None, "context": {**CARRIED["context"], "links": None, "chainId": None}}
    (event,) = events(mapping(MAPPING), {"whole": bare})
    assert (event.links, event.chain_id, event.custom_data) == ([], None, None)
    assert lineage_event(bare).parents == ()


def test_what_is_carried_may_be_of_an_earlier_version() -> None:
    """Its words are then those of 0.5.1, and its time is in UTC."""
    context = {**CARRIED["context"], "version": "0.4.1", "timestamp": "2026-03-04T06:06:07+01:00"}
    del context["specversion"]
    early = {**CARRIED, "context": context, "subject": {"id": "runs/7", "content": {"url": "https://ci.example.com/7"}}}
    (event,) = events(mapping(MAPPING), {"whole": early})
    assert event.timestamp == "2026-03-04T05:06:07Z"
    assert event.content == {"uri": "https://ci.example.com/7"}


def test_an_ignore_and_a_variable_come_first() -> None:
    """What is ignored is not passed on, nor what the mapping is not set to."""
    body = {"kind": "ended", "uuid": "u", "run": "7", "whole": CARRIED}
    assert events(mapping(MAPPING), {**body, "kind": "noise"}) == ()
    assert [event.id for event in events(mapping(MAPPING, own=False), body)] == ["u"]
    assert "pipelinerun.finished" in mapping(MAPPING).emits
    assert "pipelinerun.finished" not in mapping(MAPPING, own=False).emits


@pytest.mark.parametrize(
    ("whole", "told"),
    [
        ("text", "is none: context.id: is missing"),
        ({**CARRIED, "context": {**CARRIED["context"], "id": 7}}, "is none: context.id: 7 is not a text"),
        ({**CARRIED, "context": {**CARRIED["context"], "type": "dev.cdevents.run.mad.0.1.0"}}, "is of no type that is"),
        (
            {**CARRIED, "context": {**CARRIED["context"], "timestamp": "noon"}},
            "has no time: 'noon' is not an ISO 8601 time",
        ),
        ({**CARRIED, "context": {**CARRIED["context"], "links": ["x"]}}, "as context.links, which is no list of links"),
        ({**CARRIED, "subject": {"id": "runs/7", "content": []}}, "as subject.content, which is no object"),
    ],
)
def test_what_is_none_is_told_with_its_place(whole: object, told: str) -> None:
    """It is a dead letter, that says why what is carried is no CDEvent."""
    (error,) = mapping(MAPPING).translate(notification({"whole": whole})).errors
    assert error.startswith("test.yaml:5:1: rule carried: the CDEvent that is carried ")
    assert told in error


def test_an_id_of_the_tools_own_is_what_links_name() -> None:
    """`context_id` is the event's id as it is; links of any number lead to such ids, whatever their events are."""
    body = {
        "kind": "ended",
        "uuid": "u-2",
        "run": "7",
        "start": "u-1",
        "others": [{"id": "u-0", "kind": "CAUSE"}, {}, {"id": "u-9", "kind": "CONTEXT"}],
    }
    (event,) = events(mapping(MAPPING), body)
    assert event.id == "u-2"
    assert event.source == INSTANCE
    assert event.links == [
        {"linkType": "PATH", "from": {"contextId": "u-1"}, "tags": {}},
        {"linkType": "RELATION", "linkKind": "CAUSE", "target": {"contextId": "u-0"}, "tags": {}},
        {"linkType": "RELATION", "linkKind": "CONTEXT", "target": {"contextId": "u-9"}, "tags": {}},
    ]
    (bare,) = events(mapping(MAPPING), {"kind": "ended", "uuid": "u-2", "run": "7"})
    assert bare.links == []


def test_a_link_to_a_rule_is_to_its_id() -> None:
    """Also where that is not made of a key."""
    (event,) = events(mapping(MAPPING), {"kind": "again", "run": "7", "uuid": "u-2"})
    assert event.links == [{"linkType": "PATH", "from": {"contextId": "u-2"}, "tags": {}}]


@pytest.mark.parametrize("wrong", ["", "        id: [run]\n        context_id: ${uuid}\n"])
def test_a_rule_has_one_name_for_its_events(wrong: str) -> None:
    """Neither none nor two."""
    (problem,) = problems(MAPPING.replace("        context_id: ${uuid}\n", wrong))
    assert "a rule has an id, or in its place a context_id" in problem


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_in_no_year_of_utc_is_a_problem_of_the_record(time: str) -> None:
    """RFC 3339 has such times, and UTC has not: the record is told of, and nothing ends by it."""
    whole: dict[str, Any] = {**CARRIED, "context": {**CARRIED["context"], "timestamp": time}}
    with pytest.raises(ValueError, match=r"has no time: .* is not in the years 1 to 9999 of UTC"):
        carried_event(whole)
    with pytest.raises(ValueError, match="is not in the years 1 to 9999 of UTC"):
        lineage_event(whole)
