"""Each truth catches what it is for, and lets pass what is right."""

from __future__ import annotations

import pytest

from adapters.cdevents.ids import chain_id, context_id
from adapters.goldens.truths import Sample, violations
from adapters.model import CDEvent

SOURCE = "https://ci.example.com/"
PURL = "pkg:oci/app@sha256:" + "ab" * 32


def run_event(predicate: str, timestamp: str, run: str = "app/7", **changes: object) -> CDEvent:
    """A pipeline run's event; `changes` replace its fields."""
    name = f"pipelinerun.{predicate}"
    content = {"pipelineName": "app", "uri": f"{SOURCE}{run}"}
    event = CDEvent(name, context_id(SOURCE, name, [run]), SOURCE, timestamp, run, content, chain_id=chain_id([run]))
    return event._replace(**changes)  # type: ignore[arg-type]  # the tests name real fields


def path(event: CDEvent) -> list[dict[str, object]]:
    """Links that follow an event."""
    return [{"linkType": "PATH", "from": {"contextId": event.id}}]


def found(*events: CDEvent) -> list[str]:
    """The problems of events, each from a file of its own: a.json, b.json, ..."""
    samples = [Sample(f"{letter}.json", 1, event) for letter, event in zip("abcdef", events, strict=False)]
    return [str(problem) for problem in violations(samples)]


QUEUED = run_event("queued", "2026-01-01T10:00:00Z")
STARTED = run_event("started", "2026-01-01T10:00:01Z", links=path(QUEUED))
FINISHED = run_event("finished", "2026-01-01T10:00:02Z", links=path(STARTED))


def test_a_run_as_it_should_be_breaks_no_truth() -> None:
    """Queued, started and finished in this order, linked, of one subject and one chain."""
    assert found(QUEUED, STARTED, FINISHED) == []


def test_an_event_is_valid_in_each_version() -> None:
    """A value that only some versions refuse is told once, and they are named."""
    wrong = run_event("finished", "2026-01-01T10:00:02Z", content={"outcome": "SUCCESS"})
    [problem] = found(wrong)
    assert problem.startswith(
        "a.json: event 1, pipelinerun.finished of app/7: not valid in CDEvents 0.5.1, 0.6.0-draft:"
    )


@pytest.mark.parametrize("timestamp", ["2026-01-01T10:00:00+01:00", "2016-12-31T23:59:60Z"])
def test_times_are_utc(timestamp: str) -> None:
    """An offset, or a leap second that not every consumer can read, is refused though schemas allow it."""
    [problem] = found(run_event("queued", timestamp))
    assert f"its timestamp {timestamp} is not a UTC time" in problem


def test_an_invalid_event_is_told_once() -> None:
    """Nothing more is said of an event that is not valid, and the others are still looked at."""
    early = run_event("finished", "2026-01-01T09:00:00Z")
    problems = found(run_event("queued", "yesterday"), STARTED, early)
    assert {problem.partition(":")[0] for problem in problems} == {"a.json", "c.json"}


def test_ids_are_uuids() -> None:
    """Consumers store ids as UUIDs."""
    [problem] = found(run_event("queued", "2026-01-01T10:00:00Z", id="app/7"))
    assert "its id app/7 is not a UUID" in problem


@pytest.mark.parametrize("other", [run_event("queued", "2026-01-01T10:00:00Z", run="app/8"), STARTED])
def test_one_id_names_one_type_and_subject(other: CDEvent) -> None:
    """A natural key that forgets what tells runs, or phases, apart is found."""
    problems = found(QUEUED, other._replace(id=QUEUED.id, links=()))
    assert any(problem.startswith("b.json") and "has the id of pipelinerun.queued" in problem for problem in problems)


def test_the_same_event_heard_twice_is_no_problem() -> None:
    """Two inputs may tell of one occurrence."""
    assert found(QUEUED, QUEUED) == []


@pytest.mark.parametrize(
    ("early", "late"),
    [("queued", "started"), ("queued", "finished"), ("started", "finished")],
)
def test_stages_of_a_run_are_in_order_of_time(early: str, late: str) -> None:
    """The later stage is blamed, whichever file comes first; the same moment is allowed."""
    after, before = run_event(early, "2026-01-01T10:00:00.001Z"), run_event(late, "2026-01-01T10:00:00Z")
    [problem] = found(before, after)
    assert problem.startswith("a.json")
    assert f"is before pipelinerun.{early} of app/7 (b.json, event 1)" in problem
    assert found(after, before._replace(timestamp=after.timestamp)) == []


def test_other_runs_may_be_earlier() -> None:
    """Only events of one subject are compared."""
    assert found(STARTED, run_event("finished", "2025-01-01T00:00:00Z", run="app/6")) == []


def test_a_path_keeps_the_subject_of_a_run() -> None:
    """An id that changes between phases is found through the link."""
    moved = FINISHED._replace(subject_id="https://ci.example.com/app/7")
    problems = found(STARTED, moved)
    assert len(problems) == 1
    assert "b.json" in problems[0]
    assert "of another subject.id" in problems[0]


def test_what_follows_a_finished_run_may_be_another_run() -> None:
    """A run that starts another is linked to it by a path, too."""
    next_run = run_event("queued", "2026-01-01T10:00:03Z", "deploy/1", links=path(FINISHED), chain_id=FINISHED.chain_id)
    assert found(FINISHED, next_run) == []


def test_a_path_keeps_the_chain() -> None:
    """Linked events are of one chain; one without a chain is not."""
    for other in (None, chain_id(["other"])):
        [problem] = found(STARTED, FINISHED._replace(chain_id=other))
        assert "of another chainId" in problem


def test_a_path_out_of_the_goldens_is_let_be() -> None:
    """What the linked event is like is not known here."""
    assert found(FINISHED) == []


def artifact(purl: str, **content: object) -> CDEvent:
    """An artifact's event."""
    name = "artifact.published"
    return CDEvent(name, context_id(SOURCE, name, [purl]), SOURCE, "2026-01-01T10:00:00Z", purl, content)


def test_purls_are_as_they_would_be_written() -> None:
    """A package URL that is written differently is another id to whoever compares text."""
    assert found(artifact(PURL)) == []
    [problem] = found(artifact(PURL.replace("pkg:oci", "pkg:OCI")))
    assert f"that would be {PURL}" in problem


def test_purls_inside_the_content_count_too() -> None:
    """Wherever the content has a package URL."""
    name = "service.deployed"
    content = {"environment": {"id": "production"}, "artifactId": "pkg:OCI/app@1"}
    event = CDEvent(name, context_id(SOURCE, name, ["1"]), SOURCE, "2026-01-01T10:00:00Z", "app", content)
    [problem] = found(event)
    assert "pkg:OCI/app@1 is not a canonical package URL" in problem


def test_custom_events_have_stages_too() -> None:
    """The predicate of a custom type counts like any other."""
    name = "dev.cdeventsx.acme-scan.{}.0.1.0"
    started, finished = (
        CDEvent(name.format(stage), context_id(SOURCE, name.format(stage), ["1"]), SOURCE, time, "scan/1", {})
        for stage, time in (("started", "2026-01-01T10:00:00Z"), ("finished", "2026-01-01T09:00:00Z"))
    )
    [problem] = found(started, finished)
    assert "is before dev.cdeventsx.acme-scan.started.0.1.0" in problem
