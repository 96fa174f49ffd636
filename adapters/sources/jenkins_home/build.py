"""From a `build.xml` to a build as `adapters.sources.jenkins` describes it. Pure.

Facts: Jenkins' `hudson/model/Run.java`; for Pipelines `WorkflowRun.java` of workflow-job.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from adapters.sources.jenkins_home import actions
from adapters.sources.jenkins_home.xstream import Graph

_PIPELINE = "flow-build"


def running(root: Element) -> bool:
    """Whether the build goes on, as far as its file tells (see `ended_at_once`)."""
    if root.tag == _PIPELINE and (completed := root.findtext("completed")) is not None:
        return completed.strip() != "true"
    return result(root) is None or not _number(root, "duration")


def ended_at_once(root: Element) -> bool:
    """Whether a build has a result but took no time: it ended within a millisecond, or was saved before its end."""
    return root.tag != _PIPELINE and result(root) is not None and not _number(root, "duration")


def described(root: Element, url: str, saved: int, *, running: bool) -> dict[str, Any]:
    """The build at a relative URL, whose file was saved at `saved` (ms since 1970), but for its stages.

    Absent members are left out. Raises ValueError when the file does not describe a build.
    """
    graph = Graph(root)
    members = {
        "pipeline": root.tag == _PIPELINE,
        "running": running,
        **_times(root, saved, running=running),
        "result": None if running else result(root),
        "queue_id": _number(root, "queueId"),
        "display_name": graph.text(root, "displayName"),
        **actions.described(graph, url),
    }
    return {name: value for name, value in members.items() if value not in (None, {}, [])}


def result(root: Element) -> str | None:
    """SUCCESS, FAILURE, ...: a text, or in some versions a structure with a name."""
    text = root.findtext("result/name") or root.findtext("result") or ""
    return text.strip() or None


def _times(root: Element, saved: int, *, running: bool) -> dict[str, int | None]:
    started = _number(root, "startTime") or _number(root, "timestamp")
    duration = _number(root, "duration") or 0
    if running:
        return {"started": started or saved}
    if started is None:
        started = saved - duration  # cores before 1.597 kept the time in the directory's name
    return {"started": started, "finished": started + duration, "duration": duration}


def _number(root: Element, name: str) -> int | None:
    text = (root.findtext(name) or "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"has '{text[:40]}' for {name}, which should be a number") from None
