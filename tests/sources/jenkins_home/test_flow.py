"""Stages, from the nodes of a flow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.mapping import xml
from adapters.sources.jenkins_home import flow
from adapters.sources.jenkins_home.stages import Stages
from tests.sources.jenkins_home.homes import STARTED, node

ERROR = "<wf.a.ErrorAction><error class='{}'>{}</error></wf.a.ErrorAction>"
FAILED = ERROR.format("hudson.AbortException", "<detailMessage>script returned exit code 1</detailMessage>")
ABORTED = ERROR.format(
    "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException",
    "<result><name>ABORTED</name><ordinal>4</ordinal></result>",
)
SUPERSEDED = ABORTED.replace("ABORTED", "NOT_BUILT")
UNSTABLE = "<wf.a.WarningAction><result><name>UNSTABLE</name></result></wf.a.WarningAction>"
SKIPPED = (
    "<wf.a.TagsAction><tags><entry><string>STAGE_STATUS</string><string>SKIPPED_FOR_CONDITIONAL</string></entry></tags>"
    "</wf.a.TagsAction>"
)


def stages(*nodes: str) -> list[dict[str, Any]]:
    """The stages among nodes."""
    return flow.stages(found for each in nodes for found in flow.nodes(xml.root(each.encode())))


def test_a_stage_is_a_labelled_body_of_a_stage_step() -> None:
    """It has the id and time of its start node, and the time of the node that closes it."""
    other = node(7, "StepStartNode", parent=6, stage="x").replace("StageStep", "ExecutorStep")
    found = stages(node(6, "StepStartNode", stage="Build"), other, node(12, "StepEndNode", parent=7, start=6))
    assert found == [
        {"id": "6", "name": "Build", "started": STARTED + 6, "finished": STARTED + 12, "status": "SUCCESS"}
    ]


def test_a_stage_that_goes_on_has_no_end() -> None:
    """Neither a time nor a status is made up."""
    assert stages(node(6, "StepStartNode", stage="Build")) == [{"id": "6", "name": "Build", "started": STARTED + 6}]


@pytest.mark.parametrize(
    ("on_end", "on_start", "status"),
    [
        (FAILED, "", "FAILED"),
        (ABORTED, "", "ABORTED"),
        (SUPERSEDED, "", "NOT_BUILT"),
        (ERROR.format("org.jenkinsci.plugins.workflow.steps.FlowInterruptedException", ""), "", "ABORTED"),
        ("", SKIPPED, "NOT_EXECUTED"),
        ("", "", "SUCCESS"),
    ],
)
def test_the_status_is_that_of_the_end(on_end: str, on_start: str, status: str) -> None:
    """In the words of the stage view."""
    start = node(6, "StepStartNode", stage="Build", actions=on_start)
    (found,) = stages(start, node(9, "StepEndNode", parent=6, start=6, actions=on_end))
    assert found["status"] == status


def test_the_message_of_a_failure_is_kept() -> None:
    """What made a stage fail, in one line."""
    (found,) = stages(
        node(6, "StepStartNode", stage="Build"), node(9, "StepEndNode", parent=6, start=6, actions=FAILED)
    )
    assert found["error"] == "script returned exit code 1"


def test_a_warning_makes_the_stages_around_it_unstable() -> None:
    """Those that the step is in, and not the parallel one, nor the one after."""
    found = stages(
        node(3, "StepStartNode", stage="Outer"),
        node(4, "StepStartNode", parent=3, stage="A"),
        node(5, "StepStartNode", parent=3, stage="B"),
        node(6, "StepAtomNode", parent=4, actions=UNSTABLE),
        node(7, "StepAtomNode", parent=5),
        node(8, "StepEndNode", parent=6, start=4),
        node(9, "StepEndNode", parent=7, start=5),
        node(10, "StepEndNode", parent=8, start=3),
        node(11, "StepStartNode", parent=10, stage="After"),
        node(12, "StepEndNode", parent=11, start=11),
    )
    assert {stage["name"]: stage["status"] for stage in found} == {
        "Outer": "UNSTABLE",
        "A": "UNSTABLE",
        "B": "SUCCESS",
        "After": "SUCCESS",
    }


def test_nodes_in_one_file_are_the_same_as_in_many(tmp_path: Path) -> None:
    """Once a build is over its nodes are put together in flowNodeStore.xml."""
    nodes = [node(6, "StepStartNode", stage="Build"), node(9, "StepEndNode", parent=6, start=6)]
    tags = (each.partition("?>")[2].strip() for each in nodes)
    entries = "".join(f"<entry><string>1</string>{tag}</entry>" for tag in tags)
    (tmp_path / "workflow-completed").mkdir()
    (tmp_path / "workflow-completed" / "flowNodeStore.xml").write_text(f"<?xml version='1.1'?>\n<map>{entries}</map>")
    assert Stages(1 << 20).read(str(tmp_path), {"running": False}) == stages(*nodes)


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("actions", ["", UNSTABLE])
def test_a_build_that_is_over_has_the_stages_of_all_its_nodes(tmp_path: Path, actions: str, *, running: bool) -> None:
    """Though files that say nothing of them are not looked into, unless a step has set what the stages are to be."""
    nodes = [
        node(6, "StepStartNode", stage="Build"),
        node(7, "StepStartNode", parent=6),
        node(8, "StepAtomNode", parent=7),
        node(9, "StepAtomNode", parent=8, actions=actions),
        node(10, "StepEndNode", parent=9, start=7),
        node(11, "StepEndNode", parent=10, start=6),
    ]
    (tmp_path / "workflow").mkdir()
    for number, each in enumerate(nodes, start=6):
        (tmp_path / "workflow" / f"{number}.xml").write_text(each)
    assert Stages(1 << 20).read(str(tmp_path), {"running": running}) == stages(*nodes)
    assert [each["status"] for each in stages(*nodes)] == ["UNSTABLE" if actions else "SUCCESS"]


def test_what_says_nothing_of_stages_is_left_out() -> None:
    """Steps between others, and ends of other blocks where it is known of which; all tell something of a warning."""
    kinds = {
        "6.xml": node(6, "StepStartNode", stage="Build"),
        "7.xml": node(7, "StepAtomNode", parent=6),
        "8.xml": node(8, "StepEndNode", parent=7, start=6),
        "9.xml": node(9, "StepEndNode", parent=8, start=5),
    }
    contents = {name: each.encode() for name, each in kinds.items()}
    assert [*flow.telling(contents)] == ["6.xml", "8.xml"]
    odd = contents | {"6.xml": contents["6.xml"].replace(b"<id>6", b"<id>&#54;")}
    assert [*flow.telling(odd)] == ["6.xml", "8.xml", "9.xml"]
    odd = contents | {"8.xml": contents["8.xml"].replace(b"<startId>6", b"<startId>&#54;")}
    assert [*flow.telling(odd)] == ["6.xml", "8.xml"]
    assert flow.telling(contents | {"10.xml": UNSTABLE.encode()}).keys() == {*kinds, "10.xml"}


def test_what_an_argument_contains_is_no_node() -> None:
    """A step's arguments are the author's: they cannot make up a stage."""
    inner = node(99, "StepStartNode", stage="Fake").partition("?>")[2]
    assert stages(node(6, "StepAtomNode", actions=f"<arguments><entry>{inner}</entry></arguments>")) == []


def test_names_of_old_versions_are_read() -> None:
    """Before aliases, classes were written with their packages."""
    old = node(6, "StepStartNode", stage="Build").replace("cps.n.", "org.jenkinsci.plugins.workflow.cps.nodes.")
    old = old.replace("wf.a.", "org.jenkinsci.plugins.workflow.actions.")
    assert stages(old) == stages(node(6, "StepStartNode", stage="Build"))


@pytest.mark.parametrize(
    ("results", "status"),
    [
        (["UNSTABLE", "FAILURE"], "FAILED"),
        (["ABORTED", "UNSTABLE"], "ABORTED"),
        (["NOT_BUILT", "FAILURE"], "NOT_BUILT"),
        (["SUCCESS"], "SUCCESS"),
    ],
)
def test_a_stage_is_as_bad_as_the_worst_that_a_step_was_set_to(results: list[str], status: str) -> None:
    """`catchError(stageResult: ...)` lets the build go on, and says what the stage is to be."""
    caught = [
        node(7 + index, "StepAtomNode", parent=6 + index, actions=UNSTABLE.replace("UNSTABLE", result))
        for index, result in enumerate(results)
    ]
    (found,) = stages(node(6, "StepStartNode", stage="Build"), *caught, node(20, "StepEndNode", parent=9, start=6))
    assert found["status"] == status


def test_what_was_said_at_another_node_counts() -> None:
    """In a document of all nodes, XStream writes a result or an error once, and refers to it after that."""
    first, again = (
        UNSTABLE.replace("UNSTABLE", "FAILURE"),
        "<wf.a.WarningAction><result reference='{}'/></wf.a.WarningAction>",
    )
    nodes = [
        node(6, "StepStartNode", stage="A"),
        node(7, "StepAtomNode", parent=6, actions=first),
        node(8, "StepEndNode", parent=7, start=6),
        node(9, "StepStartNode", parent=8, stage="B"),
        node(
            10,
            "StepAtomNode",
            parent=9,
            actions=again.format("../../../../../entry[2]/Tag/actions/wf.a.WarningAction/result"),
        ),
        node(11, "StepEndNode", parent=10, start=9),
    ]
    entries = [f"<entry><string>x</string>{text.partition('?>')[2].strip()}</entry>" for text in nodes]
    found = stages(f"<linked-hash-map>{''.join(entries)}</linked-hash-map>")
    assert [stage["status"] for stage in found] == ["FAILED", "FAILED"]
