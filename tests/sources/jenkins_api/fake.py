"""A Jenkins for tests, which answers as the REST API does, and a source that polls it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
from requests import PreparedRequest

from adapters.metrics import Metrics
from adapters.sources.contract import Context
from adapters.sources.jenkins.names import job_url
from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from adapters.sources.jenkins_api.source import JenkinsApi
from tests.sources.jenkins_home.homes import HEARD, STARTED

ROOT = "https://jenkins.internal/ci/"

_PARTS = {"activeConfigurations": "=", "modules": "$"}

Answer = tuple[int, dict[str, str], bytes]


def run(
    number: int, *, result: str | None = "SUCCESS", kind: str = "hudson.model.FreeStyleBuild", **members: Any
) -> Any:
    """A build as the API has it; one without a result goes on."""
    over = {"building": False, "result": result, "duration": 1000}
    state = over if result else {"building": True, "result": None, "duration": 0}
    base = {"_class": kind, "number": number, "timestamp": STARTED, "queueId": 1000 + number, "actions": [{}]}
    return {**base, **state, **members}


def pipeline(number: int, **members: Any) -> Any:
    """A Pipeline's build."""
    return run(number, kind="org.jenkinsci.plugins.workflow.job.WorkflowRun", **members)


@dataclass
class FakeJenkins:
    """Jobs by relative URL, each with its builds, oldest first; `failures` are answers to the next requests.

    One whose `headers` do not say that it is a Jenkins of today fails at a range, but for one that has `ranges`.
    """

    jobs: dict[str, list[Any]] = field(default_factory=dict)
    parts: dict[str, list[Any]] = field(default_factory=dict)
    queue: list[dict[str, Any]] = field(default_factory=list)
    stages: dict[str, list[Any]] = field(default_factory=dict)
    next_numbers: dict[str, int] = field(default_factory=dict)
    failures: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    requests: list[PreparedRequest] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=lambda: {"X-Jenkins": "2.516.3"})
    ranges: bool = False

    def answer(self, request: PreparedRequest) -> Answer:
        """What Jenkins says to a request."""
        parts = urlsplit(str(request.url))
        path = parts.path.removeprefix(urlsplit(ROOT).path)
        self.asked.append(path)
        self.requests.append(request)
        for pattern, answers in self.failures.items():
            if re.search(pattern, path) and answers:
                return answers.pop(0)
        tree = parse_qs(parts.query).get("tree", [""])[0]
        found = self._found(path, tree)
        if "{" in tree and self.headers.get("X-Jenkins", "1.567") == "1.567" and not self.ranges:
            return 500, self.headers, b"<html>IllegalArgumentException</html>"
        return (404, {}, b"<html>Not Found</html>") if found is None else (200, self.headers, orjson.dumps(found))

    def _found(self, path: str, tree: str) -> Any:
        if path == "api/json":
            return {"_class": "hudson.model.Hudson", "jobs": self._items("", tree.count("jobs["))}
        if path == "queue/api/json":
            return {"items": self.queue}
        job, number, rest = re.fullmatch(r"((?:job/[^/]+/)+(?:[^/]*[=$][^/]*/)?)(?:(\d+)/)?(.+)", path).groups()  # type: ignore[union-attr]  # every other path is one of these
        if rest == "wfapi/describe":
            stages = self.stages.get(f"{job}{number}/")
            return None if stages is None else {"stages": stages}
        if number:
            return next((each for each in self._builds(job) if each["number"] == int(number)), None)
        return self._page(job, tree)

    def _page(self, job: str, tree: str) -> Any:
        if job not in self.jobs | self.parts:
            return None
        newest_first = self._builds(job)[::-1]
        last_build = {"number": newest_first[0]["number"]} if newest_first else None
        if "{" not in tree:
            return {"lastBuild": last_build, "builds": newest_first}
        first, last = map(int, re.findall(r"\{(\d+),(\d+)\}", tree)[-1])
        return {"lastBuild": last_build, "allBuilds": newest_first[first:last]}

    def _items(self, folder: str, levels: int) -> list[Any]:
        """What is in a folder, so many levels down."""
        names = dict.fromkeys(
            url.removeprefix(folder).split("/")[1] for url in self.jobs if url.startswith(folder + "job/")
        )
        return [self._item(folder, unquote(name), levels - 1) for name in names] if levels else []

    def _item(self, folder: str, name: str, levels: int) -> dict[str, Any]:
        url = job_url(folder, name)
        builds = self.jobs.get(url)
        if builds is None:
            return {"name": name, "jobs": self._items(url, levels)} if levels else {"name": name}
        last = builds[-1]["number"] if builds else 0
        following = self.next_numbers.get(url, last + 1)
        item = {"name": name, "lastBuild": {"number": last} if builds else None, "nextBuildNumber": following}
        parts = [part.removeprefix(url).rstrip("/") for part in self.parts if part.startswith(url)]
        return item | {kind: self._parts(url, parts, mark) for kind, mark in _PARTS.items()}

    def _parts(self, url: str, names: list[str], mark: str) -> list[dict[str, Any]]:
        found = [(name, self.parts[f"{url}{name}/"][-1]["number"]) for name in names if mark in name]
        return [{"name": name.replace("$", ":"), "lastBuild": {"number": number}} for name, number in found]

    def _builds(self, job: str) -> list[Any]:
        return [*self.jobs.get(job, ()), *self.parts.get(job, ())]


@dataclass
class Nap:
    """Sleeps no time, and remembers for how long it was asked to."""

    naps: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Returns at once."""
        self.naps.append(seconds)


def source(checkpoints: Mapping[str, str] | None = None, nap: Nap | None = None, **settings: Any) -> JenkinsApi:
    """A source over the fake, which goes on after checkpoints."""
    context = Context("jenkins", lambda: None, checkpoints or {}, Metrics(), lambda: HEARD)
    values = {"type": "jenkins-api", "instance": "https://jenkins.example.com/", "url": ROOT, **settings}
    return JenkinsApi(JenkinsApiSettings.model_validate(values), context, nap or Nap())
