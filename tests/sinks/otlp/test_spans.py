"""Which spans events make."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.mapping.library import find, shipped
from adapters.sinks.otlp.ids import trace_id
from adapters.sinks.otlp.memory import Memory
from adapters.sinks.otlp.spans import Span, spans
from adapters.sinks.otlp.told import told
from tests.sinks.otlp.events import CHAIN, COMMIT, IMAGE, RUN, STORY, event

NOON = 1_772_366_400


def made(folder: Path, *documents: dict[str, Any]) -> list[Span]:
    """The spans of events in their order, by a sink that remembers what it told before in the same folder."""
    memory = Memory(folder / "otlp.db", 1000)
    with memory.batch():
        found = [span for each in documents for span in spans(told(each), memory)]
    memory.close()
    return found


def of(event_id: str) -> bytes:
    """The id of the span of an event."""
    return sha256(event_id.encode()).digest()[:8]


def named(found: Iterable[Span]) -> dict[str, Span]:
    """Spans by their names."""
    return {each.name: each for each in found}


@pytest.fixture
def story(tmp_path: Path) -> dict[str, Span]:
    """The spans of a change's story, by their names."""
    return named(made(tmp_path, *STORY))


def test_a_chain_is_one_trace(story: dict[str, Span]) -> None:
    """Its id is the chain's."""
    assert {each.place.trace for each in story.values()} == {UUID(CHAIN).bytes}


def test_what_ran_is_a_span_from_its_start_to_its_end(story: dict[str, Span]) -> None:
    """That it waited is another."""
    times = {name: ((each.start / 1e9) - NOON, (each.end / 1e9) - NOON) for name, each in story.items()}
    assert times == {
        "change.created": (0, 0),
        "queue RUN shop": (10, 25),
        "RUN shop": (25, 60),
        "compile": (30, 40),
        "testcaserun shop.Basket.total": (48.5, 50),
        "artifact.published": (55, 55),
        "service.deployed": (90, 90),
    }


def test_spans_stand_under_what_they_followed(story: dict[str, Span]) -> None:
    """The span of a run has the id of the event that it started by, which is what others are linked to."""
    parents = {name: each.parent for name, each in story.items()}
    assert parents == {
        "change.created": None,
        "queue RUN shop": of("created"),
        "RUN shop": of("queued"),
        "compile": of("started"),
        "testcaserun shop.Basket.total": of("started"),
        "artifact.published": of("started"),
        "service.deployed": of("started"),
    }
    assert story["RUN shop"].place.span == of("started")
    assert story["queue RUN shop"].place.span == of("queued")


def test_the_conventions_name_what_a_run_says(story: dict[str, Span]) -> None:
    """Of a pipeline's run, of a task, of a test."""
    run, task, test = story["RUN shop"], story["compile"], story["testcaserun shop.Basket.total"]
    assert run.server
    assert run.resource == {
        "service.name": "jenkins.example.com",
        "cicd.pipeline.name": "shop",
        "cicd.pipeline.run.id": "job/shop/7/",
        "cicd.pipeline.run.url.full": RUN["uri"],
    }
    assert (run.attributes["cicd.pipeline.result"], run.attributes["error.type"]) == ("failure", "failure")
    assert (run.error, test.error, task.error) == ("", "1 is not 2", None)
    assert not task.server
    assert task.resource["cicd.pipeline.run.id"] == "job/shop/7/"
    assert {name: value for name, value in task.attributes.items() if name.startswith("cicd")} == {
        "cicd.pipeline.task.name": "compile",
        "cicd.pipeline.task.run.id": "compile-1",
        "cicd.pipeline.task.run.url.full": f"{RUN['uri']}compile",
        "cicd.pipeline.task.run.result": "success",
    }
    assert "error.type" not in task.attributes
    assert (test.attributes["test.case.name"], test.attributes["test.case.result.status"]) == (
        "shop.Basket.total",
        "fail",
    )
    assert story["queue RUN shop"].attributes == {"cicd.pipeline.run.state": "pending"}


def test_the_conventions_name_changes_artifacts_and_deployments(story: dict[str, Span]) -> None:
    """What was rolled out is told by its package URL, without where it is found."""
    change, artifact, rollout = (story[each] for each in ("change.created", "artifact.published", "service.deployed"))
    assert change.resource == {
        "service.name": "gerrit.example.com",
        "vcs.repository.name": "shop",
        "vcs.ref.head.revision": COMMIT,
        "vcs.ref.base.name": "main",
    }
    assert (change.attributes["vcs.change.id"], change.attributes["vcs.change.state"]) == ("17", "open")
    purl = IMAGE.partition("?")[0].replace("%3A", ":")
    assert (artifact.attributes["artifact.purl"], artifact.attributes["artifact.hash"]) == (purl, "5" * 64)
    said = rollout.attributes
    assert (said["deployment.environment.name"], said["deployment.status"]) == ("production", "succeeded")
    assert (said["deployment.name"], said["artifact.purl"]) == ("shop", purl)
    assert (said["cloudevents.event_id"], said["cloudevents.event_type"]) == (
        "deployed",
        "dev.cdevents.service.deployed.0.3.0",
    )


@given(st.lists(st.integers(1, len(STORY) - 1), max_size=4, unique=True).map(sorted))
@settings(max_examples=10, deadline=None)
def test_nothing_changes_when_it_is_told_again(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    """By a sink that was started anew anywhere in between, or by one that was told some events before."""
    folder = tmp_path_factory.mktemp("again")
    whole = made(folder, *STORY)
    assert made(folder, *STORY) == whole
    pieces, other = [0, *cuts, len(STORY)], tmp_path_factory.mktemp("pieces")
    found = [made(other, *STORY[begin:end]) for begin, end in pairwise(pieces)]
    assert [span for each in found for span in each] == whole


def test_two_that_heard_of_one_tool_each_agree(tmp_path: Path, story: dict[str, Span]) -> None:
    """Sidecars that never meet: what the one says stands under what the other says."""
    apart = [
        span
        for source in {each["context"]["source"] for each in STORY}
        for span in made(tmp_path / source[8:12], *(each for each in STORY if each["context"]["source"] == source))
    ]
    assert named(apart) == story


def test_an_end_without_a_beginning_has_no_length(tmp_path: Path) -> None:
    """It has an id of its own, under the span of its beginning, which somebody else may have heard of."""
    [run] = made(tmp_path, STORY[7])
    assert (run.start, run.place.span, run.parent) == (run.end, of("finished"), of("started"))


def test_a_run_that_was_started_again_is_told_from_the_first(tmp_path: Path) -> None:
    """By the link of its end; where there is none, by time."""
    first = event("taskrun.started", "first", 1, "t", taskName="t")
    again = event("taskrun.started", "again", 5, "t", taskName="t")
    linked = event("taskrun.finished", "end", 9, "t", links=[("PATH", "first")], taskName="t", outcome="cancel")
    unlinked = event("taskrun.finished", "end-too", 9, "t", taskName="t", outcome="success")
    [one, other] = made(tmp_path, first, again, linked, unlinked)
    assert (one.place.span, other.place.span) == (of("first"), of("again"))
    assert one.attributes["cicd.pipeline.task.run.result"] == "cancellation"
    early = event("taskrun.finished", "early", 3, "t", taskName="t", outcome="success")
    assert made(tmp_path, early)[0].place.span == of("first")


def test_what_never_began_but_waited_is_told(tmp_path: Path) -> None:
    """It was cancelled in the queue: it waited until then."""
    waited, run = made(tmp_path, *STORY[1:2], event("pipelinerun.finished", "end", 20, "job/shop/7/", **RUN))
    assert (waited.end - waited.start, run.end - run.start) == (10 * 10**9, 0)


def test_what_follows_an_end_stands_under_what_ended(tmp_path: Path) -> None:
    """A link to its last event leads to the same span as one to its first."""
    after = event("pipelinerun.queued", "next", 70, "job/next/1/", links=[("TRIGGER", "finished")], pipelineName="next")
    started = event("pipelinerun.started", "next-started", 71, "job/next/1/", pipelineName="next")
    *_, waited = made(tmp_path, *STORY, after, started)
    assert (waited.name, waited.parent) == ("queue RUN next", of("started"))


def test_a_change_of_another_chain_is_linked_to(tmp_path: Path) -> None:
    """A parent is in its own trace; of a merge that was not heard nobody knows the trace."""
    other = "0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a"
    merged = event("change.merged", "of-another-chain", 80, "team%2Fother~3", chain=other)
    *_, rollout = made(tmp_path, merged, *STORY)
    assert (rollout.parent, rollout.links) == (of("started"), [(UUID(other).bytes, of("of-another-chain"))])
    [alone] = made(tmp_path / "alone", STORY[-1])
    assert alone.links == []


def test_what_is_in_no_chain_is_a_trace_of_its_subject(tmp_path: Path) -> None:
    """Or it is in that of what it follows."""
    begin = event("testsuiterun.started", "b", 1, "s", chain=None)
    end = event("testsuiterun.finished", "e", 2, "s", chain=None, outcome="success")
    output = event("testoutput.published", "o", 3, "report", chain=None, links=[("PATH", "e")])
    suite, report = made(tmp_path, begin, end, output)
    assert suite.place.trace == report.place.trace == trace_id("testsuiterun|https://jenkins.example.com/|s")
    assert report.parent == suite.place.span


@pytest.mark.parametrize("chain", ["", "00000000-0000-0000-0000-000000000000", "no-uuid"])
def test_an_id_of_a_trace_is_never_nothing(chain: str) -> None:
    """Whatever somebody takes for a chain: OTLP refuses zeros."""
    assert len(trace_id(chain)) == 16
    assert any(trace_id(chain))


@pytest.mark.parametrize("stamp", ["1969-12-31T23:59:59Z", "2300-01-01T00:00:00Z"])
def test_a_time_that_otlp_cannot_tell_is_refused(stamp: str) -> None:
    """It counts nanoseconds since 1970."""
    document = event("change.created", "c", 0, "c")
    document["context"]["timestamp"] = stamp
    with pytest.raises(ValueError, match="none that OTLP can tell"):
        told(document)


def test_what_failed_is_an_error_without_an_outcome_too(tmp_path: Path) -> None:
    """A rollout that failed is an event of its own."""
    failed = event("dev.cdeventsx.argocd-sync.failed", "f", 1, "a", environment={"id": "prod"}, message="no image")
    [span] = made(tmp_path, failed)
    assert (span.name, span.error) == ("argocd-sync.failed", "no image")
    assert (span.attributes["error.type"], span.attributes["deployment.status"]) == ("failure", "failed")


def test_the_sink_forgets_what_was_told_longest_ago(tmp_path: Path) -> None:
    """It remembers as many runs as it is told to."""
    memory = Memory(tmp_path / "otlp.db", 1000)
    with memory.batch():
        for number in range(1010):
            spans(told(event("pipelinerun.started", f"s{number}", number, f"r{number}")), memory)
    assert [memory.find(each) is None for each in ("s0", "s9", "s10", "s1009")] == [True, True, False, False]
    memory.close()


@pytest.mark.parametrize("mapping", shipped())
def test_every_event_of_the_examples_makes_spans(tmp_path: Path, mapping: str) -> None:
    """Each of what ended or happened is told by one, which is in the trace of its chain."""
    files = sorted(find(mapping).with_name("expected").iterdir())
    events = [event for file in files for event in orjson.loads(file.read_bytes())]
    found = made(tmp_path, *events)
    assert all(each.start <= each.end and each.name and each.place.span != each.parent for each in found)
    traces = {(told["cloudevents.event_id"], each.place.trace) for each in found if len(told := each.attributes) > 1}
    over = [each["context"] for each in events if each["context"]["type"].split(".")[-4] not in {"queued", "started"}]
    assert {id_ for id_, _ in traces} == {each["id"] for each in over}
    assert {(each["id"], UUID(each["chainId"]).bytes) for each in over if "chainId" in each} <= traces


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(
    ["outcome", "uri", "errors", "environment", "repository", "testCase", "pipelineRun", "change"]
)
ODD = st.builds(
    lambda name, content, custom: event(name, "id", 1, "s", custom=custom, **content),
    st.sampled_from(["pipelinerun.finished", "testcaserun.skipped", "change.merged", "service.deployed", "x.failed"]),
    st.dictionaries(MEMBERS, JSON, max_size=4),
    st.dictionaries(st.sampled_from(["seconds", "change", "repository", "branch", "team", "revision"]), JSON) | JSON,
)


@given(st.lists(ODD, min_size=1, max_size=3))
@settings(max_examples=50, deadline=None)
def test_whatever_an_event_says_can_be_exported(tmp_path_factory: pytest.TempPathFactory, odd: list[Any]) -> None:
    """Members of any kind: what is not what the conventions want is left out, and the event is told."""
    wire = pytest.importorskip("adapters.sinks.otlp.wire", reason="needs the extra otlp")
    found = made(tmp_path_factory.mktemp("odd"), *(orjson.loads(orjson.dumps(each)) for each in odd))
    assert len(found) == len(odd)
    assert all(isinstance(value, str) for each in found for value in {**each.attributes, **each.resource}.values())
    assert wire.trace_request(found)
