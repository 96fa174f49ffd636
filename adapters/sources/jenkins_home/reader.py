"""Reads one build's directory, and only when something in it has changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from xml.etree.ElementTree import Element

import structlog

from adapters.logs import Seldom
from adapters.mapping import xml
from adapters.sources.jenkins.documents import encoded
from adapters.sources.jenkins.names import build_url
from adapters.sources.jenkins.passed_over import PassedOver
from adapters.sources.jenkins_home import archived, build, builds, files, junit
from adapters.sources.jenkins_home.files import NotNow, Unreadable, Version
from adapters.sources.jenkins_home.stages import DIRECTORIES, Stages
from adapters.sources.jenkins_home.tree import Job

_HEAD = 64 << 10
_LAST_LINE = 200

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """A build of a job in a directory with a name, and what is known of it before its files are read.

    `new`: it has come while the home was watched, so that without a build.xml it is one that runs. `later`: the job has
    begun another after it. `jenkins_started`: when Jenkins was started for the last time, in ms since 1970, or 0.
    """

    job: Job
    number: int
    name: str
    new: bool = False
    later: bool = False
    jenkins_started: int = 0

    @property
    def url(self) -> str:
        """The build's relative URL."""
        return build_url(self.job.url, self.number)

    @property
    def directory(self) -> str:
        """Where its files are."""
        return f"{self.job.builds}/{self.name}"

    def note(self, passed_over: PassedOver) -> None:
        """Says that nothing can be told of the build, where its file is not there."""
        if files.version(f"{self.directory}/build.xml") == files.NONE:
            passed_over.note(builds.FILELESS, self.directory)


class Later(ValueError):
    """A build's files cannot be read now: its user's rights, or the share that they are on, may be back at once."""


class Reader:
    """Describes builds, from files of at most `limit` bytes each; dates of directories are in a time zone.

    Of builds that are over it also tells what they archived under some names.
    """

    def __init__(self, limit: int, zone: tzinfo = UTC, archive: Sequence[str] = ()) -> None:
        self._limit, self._zone, self._archive = limit, zone, archive
        self._seen: dict[str, tuple[str, tuple[Version, ...]]] = {}
        self._stages = Stages(limit)
        self._seldom = Seldom()

    def read(self, place: Place) -> dict[str, Any] | None:
        """The build, None where it is as it was at the last time, or nothing can be told of it yet."""
        signature = (place.directory, (*_signature(place.directory), (place.later, place.jenkins_started)))
        if self._seen.get(place.url) == signature:
            return None
        self._seen[place.url] = signature
        try:
            return self.described(place)
        except Later as error:
            del self._seen[place.url]
            self._skipped("build cannot be read, it is tried again", place, error)
        except ValueError as error:
            self._skipped("build skipped until it changes", place, error)
        return None

    def _skipped(self, event: str, place: Place, error: ValueError) -> None:
        if count := self._seldom.allows(event):
            _log.warning(event, build=place.directory, reason=str(error), since_last_said=count)

    def described(self, place: Place) -> dict[str, Any] | None:
        """The build, None when nothing can be told of it yet; raises ValueError (Later too) when it cannot be read."""
        try:
            found = self._read(place)
        except NotNow as error:
            raise Later(str(error)) from None
        except Unreadable as error:
            raise ValueError(str(error)) from None
        if found is None:
            return None
        found = {"url": place.url, "job": place.job.url, "number": place.number, **_whole(place, found)}
        encoded(found)
        return found

    def forget(self, place: Place) -> None:
        """A build that is told to its end, or gone."""
        self._seen.pop(place.url, None)
        self._stages.forget(place.directory)

    def _read(self, place: Place) -> dict[str, Any] | None:
        directory = place.directory
        if (root := self._root(f"{directory}/build.xml")) is None:
            is_told = place.new and not self._config_has(place.job, b"<flow-definition")
            return _begun(directory, builds.began(place.name, self._zone)) if is_told else None
        running = self._running(place, root)
        saved, began = _saved(f"{directory}/build.xml"), builds.began(place.name, self._zone)
        found = build.described(root, place.url, saved, running=running, began=began)
        if found["pipeline"]:
            found["stages"] = self._stages.read(directory, found)
        if running:
            return found
        told = archived.texts(directory, self._archive)
        return self._with_tests(directory, {**found, "archived": told} if told else found)

    def _running(self, place: Place, root: Element) -> bool:
        if build.ended_at_once(root):
            return not _log_says(place.directory, build.result(root))
        return build.running(root) and not (build.cut_off(root) and self._is_over(place, root))

    def _is_over(self, place: Place, root: Element) -> bool:
        """Whether a build that has no end had to have one: Jenkins was started again, or began the job's next build."""
        if (build.started(root) or place.jenkins_started) < place.jenkins_started:
            return True
        alone = place.job.item.part_of is None and not self._config_has(place.job, b"<concurrentBuild>true<")
        return place.later and alone

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

    def _config_has(self, job: Job, mark: bytes) -> bool:
        """Whether a job's configuration has some words in it."""
        return mark in (files.read(f"{job.directory}/config.xml", self._limit) or b"")


def _whole(place: Place, found: dict[str, Any]) -> dict[str, Any]:
    """With the build that a build of a part of a job belongs to: that of its number, or the one that it promotes."""
    above, number = place.job.item.part_of, found.pop("promotes", None)
    if not place.job.item.is_promotion:
        number = place.number
    if above is None or number is None:
        return found
    whole = build_url(above, number)
    root = {"root": whole} if found.get("root") == place.url else {}
    return {**found, "part_of": whole, **root}


def _begun(directory: str, began: int | None) -> dict[str, Any]:
    """A build that has a directory, and nothing more: it came into being with it, or at the date that is its name."""
    return {"pipeline": False, "running": True, "started": _saved(directory) if began is None else began}


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
