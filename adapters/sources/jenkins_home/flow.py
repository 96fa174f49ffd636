"""The nodes of a Pipeline's flow, from `workflow/*.xml` or `flowNodeStore.xml`, and the stages among them. Pure.

A stage is the body of a `stage` step: a start node with a label, as in the stage view (pipeline-stage-view's
`StageNodeExt`), so that its id is the one that the REST API gives. Facts: workflow-support's
`SimpleXStreamFlowNodeStorage` and `BulkFlowNodeStorage`, workflow-api's actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

MARK = b"StageStep"
"""Is in every file that has a stage's node in it."""

Stage = dict[str, Any]
"""A stage as `adapters.sources.jenkins` describes it; `status` is there once it has ended."""


@dataclass(frozen=True, slots=True)
class FlowNode:
    """What stages are made of. `starts`: it opens a block; `start` names the block that it closes; `time` is in ms."""

    id: str
    parent: str | None
    starts: bool
    start: str | None
    stage: str | None
    time: int | None
    status: str | None
    error: str | None


def nodes(root: Element) -> Iterator[FlowNode]:
    """The nodes of a document, which holds one or all of a flow."""
    for tag in [root, *root.iterfind("entry/*")]:
        node = tag.find("node")
        if node is not None and (name := node.findtext("id")):
            yield _node(name, node, {_class(action.tag): action for action in tag.iterfind("actions/*")})


def _node(name: str, node: Element, actions: Mapping[str, Element]) -> FlowNode:
    starts = node.get("class", "").endswith("StartNode")
    is_stage = starts and (node.findtext("descriptorId") or "").endswith(MARK.decode())
    return FlowNode(
        id=name,
        parent=node.findtext("parentIds/string"),
        starts=starts,
        start=node.findtext("startId"),
        stage=_text(actions, "LabelAction", "displayName") if is_stage else None,
        time=_milliseconds(_text(actions, "TimingAction", "startTime")),
        status=_status(actions),
        error=_text(actions, "ErrorAction", "error/detailMessage"),
    )


def _status(actions: Mapping[str, Element]) -> str | None:
    """What a node says of the stages around it: FAILED, ABORTED, UNSTABLE, NOT_EXECUTED, or nothing."""
    if (tags := actions.get("TagsAction")) is not None and any("SKIPPED" in (tag.text or "") for tag in tags.iter()):
        return "NOT_EXECUTED"
    if "ErrorAction" in actions:
        aborted = _text(actions, "ErrorAction", "error/result/name") or _text(actions, "ErrorAction", "error/result")
        return "ABORTED" if aborted == "ABORTED" else "FAILED"
    if _text(actions, "WarningAction", "result/name") or _text(actions, "WarningAction", "result"):
        return "UNSTABLE"
    return None


def stages(flow: Iterable[FlowNode]) -> list[Stage]:
    """The stages of a flow, in the order in which they began."""
    by_id = {node.id: node for node in sorted(flow, key=lambda node: (len(node.id), node.id))}
    ends = {node.start: node for node in by_id.values() if node.start}
    worst = _unstable(by_id)
    return [_stage(node, ends.get(node.id), worst) for node in by_id.values() if node.stage]


def _stage(node: FlowNode, end: FlowNode | None, unstable: frozenset[str]) -> Stage:
    stage: Stage = {"id": node.id, "name": node.stage, "started": node.time}
    if end is not None:
        status = node.status or end.status or ("UNSTABLE" if node.id in unstable else "SUCCESS")
        stage |= {"finished": end.time, "status": status, "error": end.error}
    return {name: value for name, value in stage.items() if value is not None}


def _unstable(by_id: Mapping[str, FlowNode]) -> frozenset[str]:
    """The blocks with an unstable step in them."""
    around: dict[str, tuple[str, ...]] = {}
    for node in by_id.values():
        around[node.id] = _around(node, by_id, around)
    return frozenset(block for node in by_id.values() if node.status == "UNSTABLE" for block in around[node.id])


def _around(node: FlowNode, by_id: Mapping[str, FlowNode], around: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The blocks that a node is in, from those of its parent, whose id is lower."""
    before = by_id.get(node.parent or "")
    if before is None:
        return ()
    if before.start:
        return around.get(before.start, ())
    return (*around.get(before.id, ()), before.id) if before.starts else around.get(before.id, ())


def _class(tag: str) -> str:
    return tag.rpartition(".")[2]


def _text(actions: Mapping[str, Element], action: str, path: str) -> str | None:
    found = actions[action].findtext(path) if action in actions else None
    return found.strip() or None if found else None


def _milliseconds(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
