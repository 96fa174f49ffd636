"""What a notification tells of a build."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import orjson

from adapters.mapping.xml import XmlShape, documents
from adapters.urls import public
from bench.by_hand.settings import Settings

_XML = XmlShape(
    snake_case=True,
    lists=frozenset({"build.scm.changes", "build.scm.culprits", "build.test_summary.failed_tests"}),
    maps=frozenset({"build.parameters", "build.artifacts"}),
)
_VIEW = re.compile(r"(?:^|(?<=/))(?:view/[^/]+|(?:me|user/[^/]+)/my-views)/")
_REMOTE = re.compile(r"(?:[a-z+]+://)?(?:[^/\s]*@)?([^:/@\s]+)(?::\d+)?[:/](?!//)(.+)")


class Build(NamedTuple):
    """A build; `parent` is the run that a `task` is of, `root` that by which their chain is known."""

    told: dict[str, Any]
    phase: str
    run: str
    url: str
    job: str
    task: bool
    parent: str | None
    root: str
    timestamp: str
    parameters: dict[str, Any]


def read(body: bytes, settings: Settings, heard: datetime) -> Build:
    """The build that a notification in JSON or XML is about."""
    told = (documents(body, _XML)[0] if body.startswith(b"<") else orjson.loads(body))["build"]
    run = _path(told["url"])
    names, rest = [], run.split("/")
    while rest[0] == "job":
        names.append(rest[1])
        rest = rest[2:]
    task, parent = len(rest) > 2, None
    if rest[0] == "promotion":
        names += ["promotion", rest[2]]
    elif task:
        parent = "".join(f"job/{name}/" for name in names) + f"{rest[1]}/"
        names.append(rest[0] if "=" in rest[0] else rest[0].replace("$", ":", 1))
    milliseconds = told.get("timestamp")
    moment = datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if milliseconds else heard
    return Build(
        told=told,
        phase="FINALIZED" if told["phase"] == "FINISHED" else told["phase"],
        run=run,
        url=settings.instance + run,
        job=unquote("/".join(names)),
        task=task,
        parent=parent,
        root=parent or run,
        timestamp=moment.isoformat(timespec="milliseconds")[:-6] + "Z",
        parameters=told.get("parameters") or {},
    )


def checked_out(build: Build) -> dict[str, str]:
    """The repository, the branch and the commit, as far as they are known."""
    scm = build.told.get("scm") or {}
    found = {}
    if url := scm.get("url"):
        if match := _REMOTE.fullmatch(url):
            found["repository"] = f"{match[1]}/{match[2].removesuffix('.git')}".lower()
        found["url"] = public(url, users=False)
    if branch := scm.get("branch"):
        found["branch"] = branch.removeprefix("refs/remotes/").removeprefix("refs/heads/").removeprefix("origin/")
    if commit := scm.get("commit"):
        found["commit"] = commit
    return found


def job_of(run: str) -> str:
    """The full name of the job of a run that is no task."""
    return unquote("/".join(run.split("/")[1:-2:2]))


def _path(url: str) -> str:
    """A build's URL without views, each name encoded as Jenkins does it."""
    if "view" in url:
        url = _VIEW.sub("", url)
    return "/".join(map(_encoded, url.split("/"))) if "%" in url else url


@lru_cache(maxsize=4096)
def _encoded(name: str) -> str:
    return quote(unquote(name), safe="!$&'()*+,=@").replace("~", "%7E") if "%" in name else name
