"""From a `build.xml` to a build as `adapters.sources.jenkins` describes it. Pure.

Facts: Jenkins' `hudson/model/Run.java`; for Pipelines `WorkflowRun.java` of workflow-job. A build that is over and has
no result was cut off by a crash: Jenkins takes it for a failure when it loads it (`Run.reload`, `WorkflowRun.onLoad`).
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from adapters.sources.jenkins.documents import whole
from adapters.sources.jenkins_home import actions
from adapters.sources.jenkins_home.xstream import Graph

_PIPELINE = "flow-build"
_CUT_OFF = "FAILURE"


def running(root: Element) -> bool:
    """Whether the build goes on, as far as its file tells (see `ended_at_once` and `cut_off`)."""
    if root.tag == _PIPELINE and (completed := root.findtext("completed")) is not None:
        return completed.strip() != "true"
    return not _number(root, "duration") or (root.tag == _PIPELINE and result(root) is None)


def cut_off(root: Element) -> bool:
    """Whether a build that is no Pipeline's was saved before its end, so that it may have had none."""
    return root.tag != _PIPELINE and result(root) is None and not _number(root, "duration")


def ended_at_once(root: Element) -> bool:
    """Whether a build has a result but took no time: it ended within a millisecond, or was saved before its end."""
    return root.tag != _PIPELINE and result(root) is not None and not _number(root, "duration")


def started(root: Element) -> int | None:
    """When it began, in ms since 1970, as far as its file tells."""
    return _number(root, "startTime") or _number(root, "timestamp")


def described(root: Element, url: str, saved: int, *, running: bool, began: int | None = None) -> dict[str, Any]:
    """The build at a relative URL, whose file was saved at `saved` (ms since 1970), but for its stages.

    `began` is when it did, where something else than the file says so. Absent members are left out. Raises ValueError
    when the file does not describe a build.
    """
    graph = Graph(root)
    members = {
        "pipeline": root.tag == _PIPELINE,
        "running": running,
        **_times(root, saved, began, running=running),
        "result": None if running else result(root) or _CUT_OFF,
        "queue_id": whole(graph.text(root, "queueId")),
        "display_name": graph.text(root, "displayName"),
        **actions.described(graph, url),
    }
    return {name: value for name, value in members.items() if value not in (None, {}, [])}


def result(root: Element) -> str | None:
    """SUCCESS, FAILURE, ...: a text, or in some versions a structure with a name."""
    text = root.findtext("result/name") or root.findtext("result") or ""
    return text.strip() or None


def _times(root: Element, saved: int, began: int | None, *, running: bool) -> dict[str, int | None]:
    at = started(root) or began
    duration = max(0, _number(root, "duration") or 0)  # clocks were set back in between
    if running:
        return {"started": at or saved}
    if at is None:
        at = saved - duration
    return {"started": at, "finished": at + duration, "duration": duration}


def _number(root: Element, name: str) -> int | None:
    text = (root.findtext(name) or "").strip()
    if not text:
        return None
    if (number := whole(text)) is None:
        raise ValueError(f"has '{text[:40]}' for {name}, which should be a number")
    return number
