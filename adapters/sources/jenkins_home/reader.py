"""Reads one build's directory, and only when something in it has changed."""

from __future__ import annotations

import os
from typing import Any
from xml.etree.ElementTree import Element

import structlog

from adapters.mapping import xml
from adapters.sources.jenkins.names import build_url
from adapters.sources.jenkins_home import build, files, junit
from adapters.sources.jenkins_home.files import Unreadable, Version
from adapters.sources.jenkins_home.stages import DIRECTORIES, Stages
from adapters.sources.jenkins_home.tree import Job

_HEAD = 64 << 10
_LAST_LINE = 200

_log = structlog.get_logger(__name__)


class Reader:
    """Describes builds, from files of at most `limit` bytes each."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: dict[str, tuple[Version, ...]] = {}
        self._stages = Stages(limit)

    def read(self, job: Job, number: int, *, new: bool) -> dict[str, Any] | None:
        """The build, None where it is as it was at the last time, or nothing can be told of it yet.

        `new` is for a build that has come while the home was watched: without a build.xml it is one that runs.
        """
        directory = f"{job.builds}/{number}"
        signature = _signature(directory)
        if self._seen.get(directory) == signature:
            return None
        self._seen[directory] = signature
        try:
            return self.described(job, number, new=new)
        except ValueError as error:
            _log.warning("build skipped until it changes", build=directory, reason=str(error))
            return None

    def described(self, job: Job, number: int, *, new: bool = False) -> dict[str, Any] | None:
        """The build, None when nothing can be told of it yet; raises ValueError when its files cannot be used."""
        url = build_url(job.url, number)
        try:
            found = self._read(job, f"{job.builds}/{number}", url, new=new)
        except Unreadable as error:
            raise ValueError(str(error)) from None
        return found and {"url": url, "job": job.url, "number": number, **found}

    def forget(self, job: Job, number: int) -> None:
        """A build that is told to its end, or gone."""
        directory = f"{job.builds}/{number}"
        self._seen.pop(directory, None)
        self._stages.forget(directory)

    def _read(self, job: Job, directory: str, url: str, *, new: bool) -> dict[str, Any] | None:
        if (root := self._root(f"{directory}/build.xml")) is None:
            return _begun(directory) if new and not self._is_pipeline(job) else None
        running = build.running(root) and not (build.ended_at_once(root) and _log_says(directory, build.result(root)))
        saved = _saved(f"{directory}/build.xml")
        found = build.described(root, url, saved, running=running)
        if found["pipeline"]:
            found["stages"] = self._stages.read(directory, found)
        return found if running else self._with_tests(directory, found)

    def _with_tests(self, directory: str, found: dict[str, Any]) -> dict[str, Any]:
        """With the names of failed tests, and the numbers where the build itself has none."""
        if "tests" in found and not found["tests"]["failed"]:
            return found
        path = f"{directory}/junitResult.xml"
        try:
            root = self._root(path)
        except (Unreadable, ValueError) as error:
            _log.warning("test results skipped", file=path, reason=str(error))
            return found
        return found if root is None else {**found, "tests": {**junit.described(root), **found.get("tests", {})}}

    def _root(self, path: str) -> Element | None:
        """The XML in a file, None where there is none."""
        if (content := files.read(path, self._limit)) is None:
            return None
        try:
            return xml.root(content)
        except ValueError as error:
            raise ValueError(f"{os.path.basename(path)} {error}") from None  # noqa: PTH119  path is text

    def _is_pipeline(self, job: Job) -> bool:
        """A Pipeline's builds have a build.xml before they start."""
        return b"<flow-definition" in (files.read(f"{job.directory}/config.xml", self._limit) or b"")[:_HEAD]


def _begun(directory: str) -> dict[str, Any]:
    """A build that has a directory, and nothing more: it came into being with it."""
    return {"pipeline": False, "running": True, "started": _saved(directory)}


def _signature(directory: str) -> tuple[Version, ...]:
    """Is another when a build, or the flow of a Pipeline, was saved."""
    return tuple(files.version(f"{directory}/{name}") for name in ("build.xml", *DIRECTORIES))


def _saved(path: str) -> int:
    """When, in milliseconds since 1970; 0 where there is nothing."""
    return files.version(path)[0] // 10**6


def _log_says(directory: str, result: str | None) -> bool:
    """Whether the log's last line is `Finished: RESULT`, in any language."""
    last = files.tail(f"{directory}/log", _LAST_LINE).rstrip().rpartition(b"\n")[2]
    return result is not None and last.endswith(result.encode())
