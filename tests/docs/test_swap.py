"""The page on swapping the tool: one consumer, and one metric, of one pipeline that six tools tell of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest

from adapters.cdevents.document import document
from adapters.cdevents.validation import problems
from adapters.delivery.measuring import Question
from adapters.delivery.stores import measured_of
from adapters.model import Spec
from tests.docs.pages import blocks, page
from tests.docs.swap import ENDED, MERGED, TOOLS, Run

[CONSUMER] = blocks(page("docs/swap.md"), "python")
DEPLOYED = ENDED + timedelta(seconds=60)


@pytest.fixture(scope="module")
def consumer() -> Mapping[str, Any]:
    """The functions of the page."""
    found: dict[str, Any] = {}
    exec(CONSUMER, found)
    return found


def published(tool: str, spec: Spec = Spec.V0_5_1, **run: Any) -> list[dict[str, Any]]:
    """The CDEvents of a change and of the run after it, as the sidecars publish them."""
    merge, told = TOOLS[tool]
    return [document(event, spec) for event in (*merge.told(), *told(Run(merge, **run)))]


def acted(consumer: Mapping[str, Any], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the consumer tells of what it has deployed."""
    found = ((event, consumer["green_on_main"](event)) for event in events)
    when = f"{DEPLOYED:%FT%TZ}"
    return [consumer["deployment"](event, *what, when) for event, what in found if what]


@pytest.mark.parametrize("spec", [Spec.V0_4_1, Spec.V0_5_1])
@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_green_on_main_is_deployed(tool: str, spec: Spec, consumer: Mapping[str, Any]) -> None:
    """Once, of the commit that was merged, whichever tool built it."""
    merge, _ = TOOLS[tool]
    [told] = acted(consumer, published(tool, spec))
    assert told["customData"]["revision"] == merge.commit
    assert told["subject"]["id"] == merge.repository.rsplit("/", 1)[-1]
    assert problems(told, Spec.V0_5_1) == []


@pytest.mark.parametrize(
    "run",
    [{"outcome": "failure"}, {"outcome": "cancel"}, {"branch": "rounding"}, {"of_fork": True}],
    ids=["red", "stopped", "another branch", "a fork's main"],
)
@pytest.mark.parametrize("tool", TOOLS)
def test_nothing_else_is_deployed(tool: str, run: dict[str, Any], consumer: Mapping[str, Any]) -> None:
    """Though the run is told, with its end."""
    events = published(tool, **run)
    assert sum(".pipelinerun.finished." in event["context"]["type"] for event in events) == 1
    assert acted(consumer, events) == []


@pytest.mark.parametrize("outcome", ["success", "failure", "cancel"])
def test_all_tools_tell_the_same_of_a_run(outcome: str) -> None:
    """Types, times, outcomes, branches and repositories, in the same places."""
    told = {
        tool: sorted(_said(event, TOOLS[tool][0].repository) for event in published(tool, outcome=outcome))
        for tool in TOOLS
    }
    first = told["Jenkins"]
    assert len(first) == 4
    assert {tool: each for tool, each in told.items() if each != first} == {}


def _said(event: Mapping[str, Any], repository: str) -> tuple[str, ...]:
    """What must be equal; a start may not know yet what it is of."""
    scm = event["customData"].get("scm", {}) if ".finished." in event["context"]["type"] else {}
    assert scm.get("repository", "") in ("", repository.removeprefix("https://"))
    content = event["subject"]["content"]
    said = event["context"]["type"], event["context"]["timestamp"][:19], content.get("outcome", "")
    return (*said, scm.get("branch", ""), "known" if scm.get("commit") else "")


@pytest.mark.parametrize("tool", TOOLS)
def test_the_metrics_are_the_same(tool: str, consumer: Mapping[str, Any]) -> None:
    """Lead time, from the merge to the deployment, and the time of the run, of nothing but the events."""
    events = published(tool)
    report = measured_of([orjson.dumps(each) for each in (*events, *acted(consumer, events))], Question())
    assert report is not None
    figures = {figure.metric: (figure.p50, figure.events) for figure in report.figures if figure.scope == ""}
    assert figures["change lead time"] == ((DEPLOYED - MERGED).total_seconds(), 1)
    assert figures["run time"] == (480.0, 1)


def test_no_tool_is_named_in_the_consumer() -> None:
    """In no line of it."""
    words = {word for tool in TOOLS for word in tool.lower().split()} - {"ci"}
    assert not words & set(re.findall(r"[a-z]+", CONSUMER.lower()))
