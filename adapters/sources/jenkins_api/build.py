"""From a build as the REST API has it to one as `adapters.sources.jenkins` describes it. Pure.

Facts: Jenkins' exported beans (`hudson/model/Run.java`), the git plugin's `BuildData`, and pipeline-stage-view's
rest-api/README.md for stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from adapters.mapping.filters.jenkins import jenkins_job_name
from adapters.sources.jenkins import gerrit
from adapters.sources.jenkins.names import build_url, upstream_url
from adapters.sources.jenkins_api.answers import Json, objects, whole

TREE = (
    "number,building,result,timestamp,duration,queueId,displayName,"
    "actions[parameters[name,value],causes[userId,upstreamUrl,upstreamBuild],"
    "lastBuiltRevision[SHA1,branch[name]],remoteUrls,failCount,skipCount,totalCount]"
)
"""What of a build to ask for, as the API's `tree` wants it; `_class` comes without asking."""

_PIPELINE = ".WorkflowRun"
_UNENDED = ("IN_PROGRESS", "PAUSED_PENDING_INPUT")


def described(value: Json, job: str) -> dict[str, Any]:
    """The build of the job at a relative URL, but for its stages and since when it was queued.

    Absent members are left out. Raises KeyError or TypeError when it is not a build.
    """
    url = build_url(job, value["number"])
    actions = [action for action in value.get("actions") or () if action]
    causes = [_cause(cause) for action in actions for cause in action.get("causes") or ()]
    upstream = next((cause["upstream"] for cause in causes if "upstream" in cause), None)
    members = {
        "url": url,
        "job": job,
        "number": value["number"],
        "pipeline": str(value.get("_class")).endswith(_PIPELINE),
        "running": bool(value.get("building")),
        **_times(value),
        "queue_id": value.get("queueId"),
        "display_name": value.get("displayName"),
        "causes": causes,
        "upstream": upstream,
        "root": upstream or url,
        "parameters": dict(_parameters(actions)),
        "gerrit": _gerrit(value, job, actions),
        "scm": _scm(actions),
        "tests": next(_tests(actions), None),
    }
    return {name: member for name, member in members.items() if member not in (None, {}, [])}


def _times(value: Json) -> dict[str, Any]:
    started = value["timestamp"]
    if value.get("building"):
        return {"started": started}
    duration = value.get("duration") or 0
    return {"started": started, "finished": started + duration, "duration": duration, "result": value.get("result")}


def _cause(cause: Json) -> dict[str, Any]:
    url, number = cause.get("upstreamUrl"), cause.get("upstreamBuild")
    upstream = upstream_url(url, number)
    members = {"type": cause.get("_class"), "user": cause.get("userId"), "upstream": upstream}
    return {name: member for name, member in members.items() if member is not None}


def _parameters(actions: Sequence[Json]) -> Iterator[tuple[str, str]]:
    """Those with a value, as text; of passwords the API gives none."""
    for action in actions:
        for parameter in action.get("parameters") or ():
            name, value = parameter.get("name"), parameter.get("value")
            if name and isinstance(value, str | int | float):
                yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _scm(actions: Sequence[Json]) -> dict[str, str]:
    """What was built; nothing where several repositories were checked out, for the API does not say which it was."""
    checkouts = [_checkout(action) for action in actions if action.get("lastBuiltRevision")]
    return checkouts[0] if len({each.get("commit") for each in checkouts}) == 1 else {}


def _checkout(action: Json) -> dict[str, str]:
    revision = action["lastBuiltRevision"]
    branch = next((each.get("name") for each in revision.get("branch") or ()), None)
    members = {
        "url": next(iter(action.get("remoteUrls") or ()), None),
        "branch": branch,
        "commit": revision.get("SHA1"),
    }
    return {name: member for name, member in members.items() if member}


def _gerrit(value: Json, job: str, actions: Sequence[Json]) -> dict[str, str]:
    """The change that was built, where a Pipeline is on a branch that is one (see `sources.jenkins.gerrit`)."""
    if not str(value.get("_class")).endswith(_PIPELINE):
        return {}
    branch = unquote(jenkins_job_name(job).rpartition("/")[2])
    remotes = (url for action in actions for url in action.get("remoteUrls") or ())
    return gerrit.change(branch, next(remotes, None))


def _tests(actions: Sequence[Json]) -> Iterator[dict[str, int]]:
    for action in actions:
        if (total := action.get("totalCount")) is not None:
            failed, skipped = action.get("failCount") or 0, action.get("skipCount") or 0
            yield {"total": total, "failed": failed, "passed": max(0, total - failed - skipped), "skipped": skipped}


def stages(value: Json) -> list[dict[str, Any]]:
    """The stages of a build, from its `wfapi/describe`; without those that have no id or did not start."""
    return [
        _stage(stage) for stage in objects(value, "stages") if stage.get("id") and whole(stage.get("startTimeMillis"))
    ]


def _stage(stage: Json) -> dict[str, Any]:
    found = {"id": stage["id"], "name": stage.get("name") or stage["id"], "started": stage["startTimeMillis"]}
    if (status := stage.get("status")) in _UNENDED:
        return found
    error = (stage.get("error") or {}).get("message")
    finished = stage["startTimeMillis"] + (stage.get("durationMillis") or 0)
    return {**found, "finished": finished, "status": status} | ({"error": error} if error else {})
