"""The nodes of a Pipeline's flow, from `workflow/*.xml` or `flowNodeStore.xml`, and the stages among them. Pure.

A stage is the body of a `stage` step: a start node with a label, as in the stage view (pipeline-stage-view's
`StageNodeExt`), so that its id is the one that the REST API gives. Facts: workflow-support's
`SimpleXStreamFlowNodeStorage` and `BulkFlowNodeStorage`, workflow-api's actions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from adapters.sources.jenkins.documents import whole
from adapters.sources.jenkins_home.xstream import Graph

MARK = b"StageStep"
"""Is in every file that has a stage's node in it."""

_END, _WARNING = b"startId", b"WarningAction"
"""Are in every file that has a node that closes a block, or a warning, in it."""

_ID, _START_ID = re.compile(rb"<id>([^<&]+)</id>"), re.compile(rb"<startId>([^<&]+)</startId>")

_STATUS = {"UNSTABLE": "UNSTABLE", "FAILURE": "FAILED", "NOT_BUILT": "NOT_BUILT", "ABORTED": "ABORTED"}
"""Of Jenkins' results, from the least to the worst (`hudson.model.Result`), but for success."""

_WORSE = {status: rank for rank, status in enumerate(_STATUS.values())}

Stage = dict[str, Any]
"""A stage as `adapters.sources.jenkins` describes it; `status` is there once it has ended."""


class FlowNode(NamedTuple):
    """What stages are made of. `starts`: it opens a block; `start` names the block that it closes; `time` is in ms."""

    id: str
    parent: str | None
    starts: bool
    start: str | None
    stage: str | None
    time: int | None
    status: str | None
    warning: str | None
    error: str | None


def telling(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those files of a flow that say something of its stages, by their paths; all of them, if a step has set a warning.

    Most nodes are steps that only stand between others, or close blocks that are no stages: what they are is of use to
    find the blocks around a warning.
    """
    if any(_WARNING in content for content in contents.values()):
        return {**contents}
    ids = [_ID.findall(content) for content in contents.values() if MARK in content]
    stages = {each for some in ids for each in some} if all(ids) else None
    return {path: content for path, content in contents.items() if MARK in content or _closes(content, stages)}


def _closes(content: bytes, stages: Collection[bytes] | None) -> bool:
    """Whether a file may have a node in it that closes one of these blocks: of any, where it is not known of which."""
    if _END not in content:
        return False
    blocks = _START_ID.findall(content)
    return stages is None or not blocks or any(block in stages for block in blocks)


def nodes(root: Element) -> Iterator[FlowNode]:
    """The nodes of a document, which holds one or all of a flow."""
    graph = Graph(root)
    for tag in [root, *(tag for entry in root.findall("entry") for tag in entry)]:
        node = tag.find("node")
        if node is not None and (name := node.findtext("id")):
            actions = {_class(action.tag): action for some in tag.findall("actions") for action in some}
            yield _node(name, node, _Actions(graph, actions))


class _Actions(NamedTuple):
    """The actions of a node by their classes; what one says may stand at another node, as XStream writes it."""

    graph: Graph
    by_class: Mapping[str, Element]

    def text(self, action: str, *names: str) -> str | None:
        return self.graph.text(self.by_class[action], *names) if action in self.by_class else None

    def result(self, action: str, *names: str) -> str | None:
        """The status that a result stands for; a result is a structure with a name, or that name."""
        if action not in self.by_class:
            return None
        result = self.text(action, *names, "result", "name") or self.text(action, *names, "result")
        return _STATUS.get(result or "")


def _node(name: str, node: Element, actions: _Actions) -> FlowNode:
    starts = node.get("class", "").endswith("StartNode")
    is_stage = starts and (node.findtext("descriptorId") or "").endswith(MARK.decode())
    return FlowNode(
        id=name,
        parent=_first(node, "parentIds", "string"),
        starts=starts,
        start=node.findtext("startId"),
        stage=actions.text("LabelAction", "displayName") if is_stage else None,
        time=whole(actions.text("TimingAction", "startTime")),
        status=_status(actions),
        warning=actions.result("WarningAction"),
        error=actions.text("ErrorAction", "error", "detailMessage"),
    )


def _first(element: Element, outer: str, inner: str) -> str | None:
    """What `findtext` finds of a path, which takes it several times as long."""
    for each in element.findall(outer):
        if (text := each.findtext(inner)) is not None:
            return text
    return None


def _status(actions: _Actions) -> str | None:
    """What a node says of the stage that it begins or ends: skipped, or how an error ended it; else nothing.

    An interruption (by a user, a timeout, a newer build) has the result that it is to have, any other error is a
    failure (pipeline-graph-analysis' `StatusAndTiming`).
    """
    tags, error = actions.by_class.get("TagsAction"), actions.by_class.get("ErrorAction")
    if tags is not None and any("SKIPPED" in (tag.text or "") for tag in tags.iter()):
        return "NOT_EXECUTED"
    if error is None:
        return None
    cause = actions.graph.child(error, "error")
    interrupted = cause is not None and cause.get("class", "").endswith("FlowInterruptedException")
    return actions.result("ErrorAction", "error") or ("ABORTED" if interrupted else "FAILED")


def stages(flow: Iterable[FlowNode]) -> list[Stage]:
    """The stages of a flow, in the order in which they began."""
    by_id = {node.id: node for node in sorted(flow, key=lambda node: (len(node.id), node.id))}
    ends = {node.start: node for node in by_id.values() if node.start}
    warnings = _warnings(by_id)
    return [_stage(node, ends.get(node.id), warnings.get(node.id)) for node in by_id.values() if node.stage]


def _stage(node: FlowNode, end: FlowNode | None, warning: str | None) -> Stage:
    stage: Stage = {"id": node.id, "name": node.stage, "started": node.time}
    if end is not None:
        status = node.status or end.status or warning or "SUCCESS"
        stage |= {"finished": end.time, "status": status, "error": end.error}
    return {name: value for name, value in stage.items() if value is not None}


def _warnings(by_id: Mapping[str, FlowNode]) -> dict[str, str]:
    """The worst that a step in each block was set to, as `unstable` and `catchError(stageResult: ...)` do."""
    around: dict[str, tuple[str, ...]] = {}
    worst: dict[str, str] = {}
    for node in by_id.values():
        around[node.id] = _around(node, by_id, around)
        if node.warning:
            for block in (*around[node.id], node.id):
                worst[block] = max(worst.get(block, node.warning), node.warning, key=_WORSE.__getitem__)
    return worst


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
