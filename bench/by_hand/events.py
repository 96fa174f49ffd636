"""The events of a build: what each has of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from adapters.mapping.filters.purl import generic_purl, image_purl, tag_purl
from adapters.mapping.filters.url import url_join
from adapters.urls import public
from bench.by_hand.build import Build, checked_out
from bench.by_hand.change import Deployed
from bench.by_hand.settings import Settings

_OUTCOMES = {
    "SUCCESS": "success",
    "UNSTABLE": "failure",
    "FAILURE": "failure",
    "FAILED": "failure",
    "ABORTED": "cancel",
    "NOT_BUILT": "cancel",
}
_COMMIT = re.compile("[0-9a-f]{7,64}")
_ARCHIVED = re.compile(r"[^?#]+/artifact/([^?#]+)")
_REPOSITORY = re.compile(r"[a-z][a-z0-9+.-]*://[^ ]+")


class Told(NamedTuple):
    """An event: its type, what its id is made of, what it is about, and what else is told of it."""

    name: str
    key: list[str]
    subject: str
    content: dict[str, Any]
    more: dict[str, Any]


def told(build: Build, settings: Settings, what: Deployed | None) -> Iterator[Told]:
    """What happened, in the order in which it is told."""
    if build.phase in ("QUEUED", "STARTED"):
        yield _run(build, "taskrun" if build.task else "pipelinerun", build.phase.lower(), {})
        return
    content = {"outcome": _OUTCOMES.get(build.told["status"], "error")}
    more = {"result": build.told["status"]}
    if (duration := build.told.get("duration")) is not None:
        more["duration"] = int(duration)
    if scm := checked_out(build):
        more["scm"] = scm
    yield _run(build, "taskrun" if build.task else "pipelinerun", "finished", content, more)
    if "total" in (summary := build.told.get("test_summary") or {}):
        yield from _tests(build, summary, each=settings.failed_tests)
    if settings.artifacts and _commit(build):
        yield from _files(build, settings)
    if settings.deploy_jobs and build.told["status"] == "SUCCESS" and settings.deploy_jobs.fullmatch(build.job):
        assert what is not None
        yield _deployed(build, what)
    if settings.image_jobs and build.told["status"] in ("SUCCESS", "UNSTABLE"):
        yield from _pushed(build, settings.image_jobs)


def _run(build: Build, kind: str, phase: str, content: dict[str, Any], more: dict[str, Any] | None = None) -> Told:
    name = {"taskName" if build.task else "pipelineName": build.job, "uri": build.url}
    of = {"pipelineRun": {"id": build.parent}} if build.parent else {}
    return Told(f"{kind}.{phase}", [build.run], build.run, {**name, **of, **content}, more or {})


def _tests(build: Build, summary: dict[str, Any], *, each: bool) -> Iterator[Told]:
    failed, total, subject = int(summary["failed"]), int(summary["total"]), f"{build.run}tests"
    content: dict[str, Any] = {"environment": {"id": "ci"}, "outcome": "failure" if failed else "success"}
    if failed:
        content["reason"] = f"{failed} of {total} failed"
    content["testSuite"] = {"id": build.job, "uri": f"{build.url}testReport/"}
    more = {"total": total, "failed": failed}
    more |= {name: int(summary[name]) for name in ("passed", "skipped") if summary.get(name) is not None}
    yield Told("testsuiterun.finished", [build.run], subject, content, more)
    for test in summary.get("failed_tests", ()) if each else ():
        content = {"environment": {"id": "ci"}, "outcome": "failure", "testCase": {"id": test}}
        content["testSuiteRun"] = {"id": subject}
        yield Told("testcaserun.finished", [build.run, test], f"{subject}/{test}", content, {})


def _files(build: Build, settings: Settings) -> Iterator[Told]:
    namespace, number = f"{urlsplit(settings.instance).netloc}/{build.job}", str(build.told["number"])
    for name, place in (build.told.get("artifacts") or {}).items():
        archived = _ARCHIVED.match(place["archive"] if isinstance(place, dict) else place[0])
        path = unquote(archived[1]) if archived else name
        subject = generic_purl(path, namespace, number, url_join(path, f"{build.url}artifact/"))
        yield Told("artifact.packaged", [build.run, name], subject, {"change": _change(build)}, {})


def _deployed(build: Build, what: Deployed) -> Told:
    action = build.parameters.get("ACTION") or "deployed"
    content = {"environment": {"id": build.parameters["ENVIRONMENT"]}, "artifactId": what.artifact}
    service = build.parameters.get("SERVICE") or build.job
    revision = {"revision": what.revision} if what.revision else {}
    return Told(f"service.{action}", [build.run], service, content, {"action": action, **revision})


def _pushed(build: Build, jobs: re.Pattern[str]) -> Iterator[Told]:
    if not (image := build.parameters.get("IMAGE")) or not jobs.fullmatch(build.job):
        return
    tagged = tag_purl(image)
    purl = tagged if isinstance(tagged, str) else image_purl(image)
    yield Told("build.finished", [build.run], build.run, {"artifactId": purl}, {})
    if _commit(build):
        yield Told("artifact.packaged", [build.run, purl], purl, {"change": _change(build)}, {})


def _commit(build: Build) -> bool:
    return _COMMIT.fullmatch((build.told.get("scm") or {}).get("commit") or "") is not None


def _change(build: Build) -> dict[str, str]:
    scm = build.told["scm"]
    url = scm.get("url") or ""
    return {"id": scm["commit"], **({"source": public(url, users=False)} if _REPOSITORY.fullmatch(url) else {})}
