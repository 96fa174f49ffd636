"""The jobs of a JENKINS_HOME, found again at the price of one `stat` for each folder.

    jobs/<job>/builds    jobs/<folder>/jobs/<job>/builds    jobs/<multibranch>/branches/<mangled>/builds

A directory's modification time changes with what is directly in it. Symbolic links are not followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from adapters.logs import Seldom
from adapters.sources.jenkins.names import job_url
from adapters.sources.jenkins_home import files

_FOLDERS = ("jobs", "branches")
_BUILDS = "builds"
_REAL_NAME = "name-utf8.txt"  # branch-api mangles the names of branches to be safe for a file system
_SETTLED = 2 * 10**9

_log = structlog.get_logger(__name__)


class Unavailable(Exception):
    """The home is not there, or not wholly: nothing can be said of what is gone."""


class Stamps:
    """Which directories have changed since they were looked at, by their modification times.

    One that changed within the last two seconds may change again without another time: it is looked at again.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        """Times are from `clock`, in nanoseconds since 1970."""
        self._clock = clock
        self._seen: dict[str, int] = {}

    def changed(self, directory: str) -> bool:
        """Whether to look at it (again); raises OSError where it cannot be."""
        time = os.stat(directory).st_mtime_ns  # noqa: PTH116  a Path costs more than the stat, thousands of times a poll
        if self._seen.get(directory) == time:
            return False
        self._seen[directory] = time if self._clock() - time > _SETTLED else -1
        return True

    def forget(self, directory: str) -> None:
        """The next time it counts as changed."""
        self._seen.pop(directory, None)


@dataclass(frozen=True, slots=True)
class Job:
    """A job that may have builds: its relative URL, its directory, and the one of its builds."""

    url: str
    directory: str
    builds: str


class Tree:
    """What jobs there are, by URL, as of the last `refresh`."""

    def __init__(self, home: str, stamps: Stamps) -> None:
        self.jobs: dict[str, Job] = {}
        self._top = f"{home}/{_FOLDERS[0]}"
        self._stamps = stamps
        self._children: dict[str, dict[str, str]] = {}
        self._urls: dict[str, str] = {self._top: ""}
        self._empty: dict[str, str] = {}
        self._seldom = Seldom()

    def refresh(self, *, expected: bool) -> None:
        """Looks at what has changed. Raises Unavailable where no home is, or none of the jobs that are `expected`."""
        self._check_top(expected=expected)
        for folder in list(self._urls):
            self._look(folder)
        for item, url in list(self._empty.items()):
            if self._changed(item):
                self._add(item, url)

    def _check_top(self, *, expected: bool) -> None:
        # A disk that is not mounted is no reason to forget everything.
        try:
            with os.scandir(self._top) as entries:
                empty = next(entries, None) is None
        except OSError as error:
            raise Unavailable(f"{self._top} cannot be read: {error.strerror}") from None
        if empty and expected:
            raise Unavailable(f"{self._top} is empty, and was not before")

    def _look(self, folder: str) -> None:
        if folder not in self._urls or not self._changed(folder):
            return
        if (found := self._directories(folder)) is None:
            return
        known = self._children.get(folder, {})
        self._children[folder] = found
        for name in known.keys() - found.keys():
            self._remove(known[name])
        for name in sorted(found.keys() - known.keys()):
            self._add(found[name], job_url(self._urls[folder], _real_name(found[name])))

    def _add(self, item: str, url: str) -> None:
        inside = self._directories(item) or {}
        for name in _FOLDERS:
            if name in inside:
                self._urls[inside[name]] = url
                self._look(inside[name])
        if _BUILDS in inside:
            self.jobs[url] = Job(url, item, inside[_BUILDS])
        if inside.keys() & {*_FOLDERS, _BUILDS}:
            self._empty.pop(item, None)
        else:
            self._empty[item] = url

    def _remove(self, item: str) -> None:
        inside = f"{item}/"
        for folder in [folder for folder in self._urls if folder.startswith(inside)]:
            del self._urls[folder]
            self._children.pop(folder, None)
            self._stamps.forget(folder)
        self._empty = _outside(self._empty, inside)
        self.jobs = {url: job for url, job in self.jobs.items() if not job.builds.startswith(inside)}

    def _changed(self, directory: str) -> bool:
        try:
            return self._stamps.changed(directory)
        except OSError:
            return False

    def _directories(self, directory: str) -> dict[str, str] | None:
        try:
            with os.scandir(directory) as entries:
                return {entry.name: entry.path for entry in entries if entry.is_dir(follow_symlinks=False)}
        except OSError as error:
            self._stamps.forget(directory)
            if self._seldom.allows(directory):
                _log.warning("directory skipped for now", directory=directory, reason=error.strerror)
            return None


def _outside(paths: Mapping[str, str], inside: str) -> dict[str, str]:
    return {path: url for path, url in paths.items() if not f"{path}/".startswith(inside)}


def _real_name(item: str) -> str:
    try:
        name = files.read(f"{item}/{_REAL_NAME}", 4096)
    except files.Unreadable:
        name = None
    return name.decode("utf-8", "replace").strip() if name and name.strip() else os.path.basename(item)  # noqa: PTH119  item is text
