"""Validation: what is wrong with an event, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.cdevents.checks import checks
from adapters.cdevents.document import document
from adapters.cdevents.validation import problems, schema_problems
from adapters.cdevents.vocabulary import EVENTS, specs
from adapters.model import CDEvent, Spec

MakeEvent = Callable[..., CDEvent]
NEW = Spec.V0_5_1
CUSTOM = "dev.cdeventsx.tool-thing.seen.0.1.0"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"outcome": "SUCCESS"}, "subject.content.outcome: 'SUCCESS' is not one of success, failure, cancel, error"),
        ({"url": "x"}, "subject.content.url: is not a member of this event"),
        ({"uri": "job/42"}, "subject.content.uri: 'job/42' is not a valid uri"),
        ({"errors": None}, "subject.content.errors: None is not of type string"),
    ],
)
def test_a_problem_names_its_place_and_what_is_wanted(event: MakeEvent, content: dict[str, Any], problem: str) -> None:
    """A person can find the value and mend it from the message alone."""
    assert problems(document(event(content=content), NEW), NEW) == [problem]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": ""}, "context.id: is empty"),
        ({"source": "a b"}, "context.source: 'a b' is not a valid uri-reference"),
        ({"timestamp": "2026-03-20 14:27:05"}, "context.timestamp: '2026-03-20 14:27:05' is not a valid date-time"),
        ({"links": [{"linkType": "PATH"}]}, "context.links[0].from: is missing"),
        ({"links": [{"linkType": "X"}]}, "context.links[0].linkType: 'X' is not one of END, PATH, RELATION"),
        ({"custom_data": [1]}, "customData: [1] is not of type string or object"),
    ],
)
def test_the_context_is_checked(event: MakeEvent, changes: dict[str, Any], problem: str) -> None:
    """Ids, sources, times and links are held to the schema, formats included."""
    assert problems(document(event(**changes), NEW), NEW) == [problem]


def test_every_problem_is_told(event: MakeEvent) -> None:
    """A document with two faults has two problems."""
    found = problems(document(event(id="", content={"outcome": "x"}), NEW), NEW)
    assert [problem.partition(":")[0] for problem in found] == ["context.id", "subject.content.outcome"]


def test_long_values_are_cut(event: MakeEvent) -> None:
    """A problem never repeats a whole payload."""
    (problem,) = problems(document(event(content={"outcome": "x" * 10_000}), NEW), NEW)
    assert len(problem) < 200
    assert "xxx... is not one of" in problem


@pytest.mark.parametrize("broken", [{}, {"context": None}, {"context": {}}, {"context": {"type": ["x"]}}])
def test_a_document_without_a_type_is_invalid(broken: dict[str, Any]) -> None:
    """Whatever stands where the type should, the answer is a problem and not an exception."""
    assert problems(broken, NEW) == schema_problems(broken, NEW)
    assert problems(broken, NEW)[0].startswith("context.type: ")


def test_each_spec_has_its_own_types(event: MakeEvent) -> None:
    """A document of one spec is not valid in the other."""
    found = document(event(), Spec.V0_4_1)
    type_ = "dev.cdevents.pipelinerun.finished.0.2.0"
    assert problems(found, NEW) == [f"context.type: '{type_}' is not a type of CDEvents 0.5.1"]


@pytest.mark.parametrize(
    ("name", "changes", "problem"),
    [
        ("artifact.published", {"subject_id": "app:1.0"}, "subject.id: 'app:1.0' is not a package URL"),
        ("service.deployed", {"content": {"environment": {"id": "x"}, "artifactId": "app"}}, "artifactId: 'app' is"),
        ("build.finished", {"content": {"artifactId": ""}}, "subject.content.artifactId: '' is not a package URL"),
        ("change.merged", {"chain_id": "project~1"}, "context.chainId: 'project~1' is not a UUID"),
        (
            "taskrun.finished",
            {"content": {"outcome": "ok"}},
            "subject.content.outcome: 'ok' is not one of success, failure, cancel, error",
        ),
        (
            "change.merged",
            {"links": [{"linkType": "RELATION", "linkKind": "TRIGGER", "target": {}}]},
            "context.links[0].target.contextId: is missing",
        ),
        (
            "change.merged",
            {"links": [{"linkType": "END"}, {"linkType": "END", "tags": {"build": 1}}]},
            "context.links[1].tags.build: 1 is not a string",
        ),
    ],
)
def test_prose_is_checked_beyond_the_schema(event: MakeEvent, name: str, changes: dict[str, Any], problem: str) -> None:
    """What the schemas let pass and the specification's text forbids is a problem all the same."""
    found = document(event(name, **changes), NEW)
    assert schema_problems(found, NEW) == []
    (told,) = problems(found, NEW)
    assert problem in told


@pytest.mark.parametrize(
    ("spec", "key"), [(Spec.V0_4_1, "version"), (Spec.V0_5_1, "specversion"), (Spec.V0_6_0, "specversion")]
)
def test_the_version_is_that_of_the_schema(event: MakeEvent, spec: Spec, key: str) -> None:
    """A document that claims another spec than the one it is held to is refused."""
    found = document(event(), spec)
    found["context"][key] = "0.3.0"
    assert schema_problems(found, spec) == []
    assert problems(found, spec) == [f"context.{key}: '0.3.0' is not {spec}"]


def test_the_draft_holds_tasks_to_their_outcomes_by_its_schema(event: MakeEvent) -> None:
    """What only the prose of 0.5.1 has, 0.6.0-draft enumerates."""
    found = document(event("taskrun.finished", content={"outcome": "ok"}), NEW)
    assert (schema_problems(found, NEW), len(problems(found, NEW))) == ([], 1)
    found = document(event("taskrun.finished", content={"outcome": "ok"}), Spec.V0_6_0)
    assert schema_problems(found, Spec.V0_6_0) == problems(found, Spec.V0_6_0) != []


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("approval.created", {"requestor": "me"}, "requestor: 'me' is not a valid uri"),
        ("approval.updated", {"decision": "yes"}, "decision: 'yes' is not one of escalated"),
        ("approval.closed", {"status": "done"}, "status: 'done' is not one of approved"),
    ],
)
def test_approvals_are_as_the_draft_has_them(event: MakeEvent, name: str, content: Any, problem: str) -> None:
    """Who decided is a URI, and what was decided is one of a few words."""
    made = event(name)
    found = document(made._replace(content={**made.content, **content}), Spec.V0_6_0)
    (told,) = problems(found, Spec.V0_6_0)
    assert problem in told


@pytest.mark.parametrize(
    ("domain_id", "valid"),
    [
        ("cdevents:v0:github::acme:shop:pr:42", True),
        ("cdevents:v0:::::commit:8f6c3d1", True),
        ("cdevents:v0:gitlab::acme:platform/backend:pr:99", True),
        ("cdevents:v0:github::acme:shop:pr:", False),
        ("cdevents:v0:github::acme:shop::42", False),
        ("cdevents:v0:github::acme:/shop:pr:42", False),
        ("cdevents:v0:github:acme:shop:pr:42", False),
        ("cdevents:v1:github::acme:shop:pr:42", False),
        ("cdevents:v0:github::acme:a shop:pr:42", False),
    ],
)
def test_a_domains_own_ids_have_eight_parts(event: MakeEvent, domain_id: str, valid: bool) -> None:
    """Of which the type and the resource are never empty, and groups do not begin or end with a slash."""
    link = {"linkType": "RELATION", "linkKind": "causedBy", "target": {"domainId": domain_id}, "tags": {}}
    found = problems(document(event(links=(link,)), Spec.V0_6_0), Spec.V0_6_0)
    assert (found == []) is valid, found


def test_the_earlier_spec_leaves_task_outcomes_free(event: MakeEvent) -> None:
    """In 0.4.1 the outcome of a task is any string."""
    assert problems(document(event("taskrun.finished", content={"outcome": "ok"}), Spec.V0_4_1), Spec.V0_4_1) == []


@pytest.mark.parametrize("spec", specs("dev.cdeventsx.harbor-quota.exceeded.0.1.0"))
def test_custom_events_are_open_only_inside(event: MakeEvent, spec: Spec) -> None:
    """A custom event may hold anything as content, and nothing beside it."""
    found = document(event("dev.cdeventsx.harbor-quota.exceeded.0.1.0", content={"any": [1]}), spec)
    assert problems(found, spec) == []
    found["subject"]["extra"] = 1
    assert problems(found, spec) == ["subject.extra: is not a member of this event"]


DAMAGE: list[Any] = [
    None,
    "",
    "x",
    "a b",
    7,
    True,
    [],
    {},
    [{}],
    {"x": 1},
    {"contextId": ""},
    "pass",
    "0.6.0",
    "2026-13-01",
]


def _damaged(value: Any) -> Iterator[Any]:
    """Copies of a value with one of its places damaged, or gone, or with one member more."""
    if isinstance(value, dict):
        yield {**value, "more": 1}
        for key, member in value.items():
            yield {name: each for name, each in value.items() if name != key}
            yield from ({**value, key: each} for each in (*DAMAGE, *_damaged(member)))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], each, *value[index + 1 :]] for each in (*DAMAGE, *_damaged(item)))


@pytest.mark.parametrize("spec", Spec)
@pytest.mark.parametrize("name", ["testsuiterun.finished", "change.reviewed", "artifact.published", CUSTOM])
def test_what_is_known_at_one_look_is_what_is_found_by_looking_at_all(event: MakeEvent, name: str, spec: Spec) -> None:
    """However a document is damaged, that is told which the published schema refuses, or else the prose."""
    if spec not in specs(name):
        pytest.skip("the spec has no such event")
    links = [
        {"linkType": "PATH", "from": {"contextId": "one"}, "tags": {"a": "b"}},
        {"linkType": "RELATION", "linkKind": "CAUSE", "target": {"contextId": "two"}},
        {"linkType": "END", "from": {"contextId": "three"}, "tags": {}},
    ]
    whole = document(
        event(name, links=links, chain_id="271069a8-fc18-44f1-b38f-9d70a1695819", custom_data={"a": 1}), spec
    )
    assert problems(whole, spec) == []
    for each in _damaged(whole):
        found = schema_problems(each, spec)
        if not found:
            found = [problem for check in checks(EVENTS.get(name), spec) for problem in check(each)]
        assert problems(each, spec) == found, each
