"""Where the time of a story went."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.lineage.event import Event, event
from adapters.lineage.spans import Phase, spans, spent
from tests.lineage.support import document


def of(name: str, second: int, subject: str = "x", id_: str = "", **content: Any) -> Event:
    """An event of a type, so many seconds after the beginning."""
    made = document(id_ or f"{name}-{second}-{subject}", second, subject=subject, **content)
    made["context"]["type"] = f"dev.cdevents.{name}.0.3.0"
    return event(made)


def times(*events: Event) -> list[tuple[str, float | None]]:
    """The phases of events, each with how long it was."""
    return [(span.phase.value, span.seconds) for span in spans(events)]


def test_each_kind_has_its_phases() -> None:
    """A change is reviewed, a run waits and runs, an incident lasts."""
    assert times(of("change.created", 0), of("change.updated", 3), of("change.merged", 9)) == [("review", 9)]
    run = of("taskrun.queued", 0), of("taskrun.started", 2), of("taskrun.finished", 7)
    assert times(*run) == [("waiting", 2), ("running", 5)]
    assert times(of("incident.detected", 1), of("incident.resolved", 4)) == [("incident", 3)]


def test_what_ended_without_a_start_waited_to_its_end() -> None:
    """A run that was cancelled in the queue never ran."""
    assert times(of("pipelinerun.queued", 0), of("pipelinerun.finished", 5)) == [("waiting", 5)]


def test_what_has_no_end_goes_on() -> None:
    """And no number is guessed for it."""
    [one] = spent(spans([of("change.created", 0)]))
    assert (one.phase, one.seconds, one.spans, one.open, one.longest) == (Phase.REVIEW, None, 1, 1, None)


def test_what_comes_again_is_another_span() -> None:
    """An alert that fires twice, and a run that is told twice of, count each time."""
    again = [of(f"incident.{what}", at) for at, what in enumerate(("detected", "resolved", "detected", "resolved"))]
    assert times(*again) == [("incident", 1), ("incident", 1)]


def test_two_runs_at_once_count_once() -> None:
    """The time of a phase is that in which at least one span of it was."""
    first = of("build.started", 0, "a"), of("build.finished", 10, "a")
    second = of("build.started", 4, "b"), of("build.finished", 12, "b")
    third = of("build.started", 20, "c"), of("build.finished", 21, "c")
    [one] = spent(spans([*first, *second, *third]))
    assert (one.seconds, one.spans, one.longest and one.longest.seconds) == (13, 3, 10)


def test_deploying_is_from_the_artifact_to_its_first_rollout_in_each_environment() -> None:
    """What is told again of the same artifact there is no deployment; a service is another one in each environment."""
    image = f"pkg:oci/a@sha256:{'1' * 64}"
    there: dict[str, Any] = {"artifactId": image, "environment": {"id": "live"}}
    found = times(
        of("artifact.published", 2, image),
        of("service.deployed", 5, "shop", artifactId=image, environment={"id": "test"}),
        of("service.deployed", 9, "shop", **there),
        of("service.deployed", 30, "shop", **there),
    )
    assert found == [("deploying", 3), ("deploying", 7)]


def test_a_rollout_of_no_known_artifact_is_deployed_from_what_it_follows() -> None:
    """By its links; without any, nothing is said."""
    followed = of("pipelinerun.started", 1, id_="run")
    rollout = document("out", 4, ("PATH", "run"), subject="shop")
    rollout["context"]["type"] = "dev.cdevents.service.deployed.0.3.0"
    assert ("deploying", 3) in times(followed, event(rollout))
    assert times(event(rollout)) == []


NAMES = ("change.created", "change.merged", "build.queued", "build.started", "build.finished", "incident.detected")


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 59), st.sampled_from("ab")), max_size=20))
def test_no_time_is_negative_nor_longer_than_the_story(told: list[tuple[str, int, str]]) -> None:
    """In whatever order things are told, and whatever is missing."""
    for each in spent(spans([of(*one) for one in told])):
        assert each.seconds is None or 0 <= each.seconds <= 59
