"""The jobs of a JENKINS_HOME, found again at the price of one `stat` for each folder.

A directory's modification time changes with what is directly in it. See `layout` for where jobs are, and `links` for
which symbolic links are followed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from xml.sax.saxutils import unescape

import structlog

from adapters.roots import is_in
from adapters.sources.jenkins.passed_over import PassedOver
from adapters.sources.jenkins_home import files
from adapters.sources.jenkins_home.layout import BUILDS, CELLS, FOLDERS, HOLDERS, Item, builds_elsewhere, holds, inside
from adapters.sources.jenkins_home.links import UNREADABLE, Links
from adapters.sources.jenkins_home.stamps import Stamps

_STARTED = ".lastStarted"  # Jenkins.STARTUP_MARKER_FILE
_REAL_NAME = "name-utf8.txt"  # branch-api mangles the names of branches to be safe for a file system
_BUILDS_DIR = re.compile(rb"<buildsDir>([^<]*)</buildsDir>")
_MOST_CONFIG = 4 << 20
_USUAL = (None, "", "${ITEM_ROOTDIR}/builds")

_log = structlog.get_logger(__name__)


class Unavailable(Exception):
    """The home is not there, or not wholly: nothing can be said of what is gone."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job that may have builds: what it is, its directory, and that of its builds."""

    item: Item
    directory: str
    builds: str

    @property
    def url(self) -> str:
        """Its relative URL."""
        return self.item.url


class Tree:
    """What jobs there are, by URL, as of the last `refresh`."""

    def __init__(
        self, home: str, stamps: Stamps, follow: Sequence[str] = (), passed_over: PassedOver | None = None
    ) -> None:
        """Links are followed within the home and the roots to `follow`."""
        self.jobs: dict[str, Job] = {}
        self.passed_over = passed_over or PassedOver()
        self.links = Links(home, follow, self.passed_over)
        self._home, self._top = home, f"{home}/{HOLDERS[0]}"
        self._stamps = stamps
        self._folders: dict[str, tuple[Item, str]] = {self._top: (Item(), HOLDERS[0])}
        self._children: dict[str, dict[str, str]] = {}
        self._incomplete: dict[str, Item] = {}
        self._builds_dir: str | None = None

    def refresh(self, *, expected: bool) -> None:
        """Looks at what has changed. Raises Unavailable where no home is, or none of the jobs that are `expected`."""
        self._check_top(expected=expected)
        if not self._children:
            self._builds_dir = _builds_dir(f"{self._home}/config.xml")
        for folder in list(self._folders):
            self._look(folder)
        for directory, item in list(self._incomplete.items()):
            if self._changed(directory):
                self._add(directory, item)

    def look_within(self, job: Job) -> None:
        """Looks whether a job has got parts, such as the modules of a Maven job, which come with its builds."""
        if self._changed(job.directory):
            self._add(job.directory, job.item)

    def jenkins_started(self) -> int:
        """When Jenkins was last started, in ms since 1970: it touches a file then; 0 where it is too old to."""
        return files.version(f"{self._home}/{_STARTED}")[0] // 10**6

    def report(self, builds: int) -> None:
        """Says what was found, at the start; a home without jobs, or one that keeps builds where none are, loudly."""
        if self.jobs and not builds and self._builds_dir not in _USUAL:
            hint = "is that folder here, and may this user read it?"
            _log.warning("no builds where Jenkins keeps them", home=self._home, builds_dir=self._builds_dir, hint=hint)
        elif self.jobs:
            _log.info("Jenkins home read", home=self._home, jobs=len(self.jobs), builds=builds)
        else:
            hint = "is it the whole JENKINS_HOME, and may this user read it?"
            _log.warning("no jobs in the Jenkins home", home=self._home, hint=hint)

    def _check_top(self, *, expected: bool) -> None:
        # A disk that is not mounted is no reason to forget everything.
        try:
            with os.scandir(self._top) as entries:
                empty = next(entries, None) is None
        except OSError as error:
            reason = f"{self._top} cannot be read: {error.strerror}; is {self._home} a JENKINS_HOME?"
            raise Unavailable(reason) from None
        if empty and expected:
            raise Unavailable(f"{self._top} is empty, and was not before")

    def _look(self, folder: str) -> None:
        if folder not in self._folders or not self._changed(folder):
            return
        if (found := self._directories(folder)) is None:
            return
        known = self._children.get(folder, {})
        self._children[folder] = found
        for name in known.keys() - found.keys():
            self._remove(known[name])
        item, holder = self._folders[folder]
        for name in sorted(found.keys() - known.keys()):
            if holder == CELLS:
                self._hold(found[name], item, name)
            else:
                self._add(found[name], inside(item, holder, _real_name(found[name], holder)))

    def _hold(self, folder: str, item: Item, holder: str) -> None:
        if folder not in self._folders:
            self._folders[folder] = (item, holder)
            self._look(folder)

    def _add(self, directory: str, item: Item) -> None:
        found = self._directories(directory, lambda name: name == BUILDS or holds(name, item)) or {}
        for name, path in found.items():
            if name != BUILDS:
                self._hold(path, item, name)
        builds = self._builds(directory, item, found)
        if builds:
            self.jobs[item.url] = Job(item, directory, builds)
        elif item.url in self.jobs and self.jobs[item.url].directory == directory:
            del self.jobs[item.url]
        if found.keys() & {*FOLDERS, BUILDS} and not os.path.islink(f"{directory}/{BUILDS}"):  # noqa: PTH114  text
            self._incomplete.pop(directory, None)
        else:
            self._incomplete[directory] = item

    def _builds(self, directory: str, item: Item, found: Mapping[str, str]) -> str | None:
        elsewhere = builds_elsewhere(self._builds_dir, self._home, directory, item)
        if elsewhere is None or found.keys() & {*FOLDERS}:
            return found.get(BUILDS)
        return elsewhere

    def _remove(self, directory: str) -> None:
        for folder in [folder for folder in self._folders if is_in(folder, directory)]:
            del self._folders[folder]
            self._children.pop(folder, None)
            self._stamps.forget(folder)
        self.links.forget(directory)
        self._incomplete = {path: item for path, item in self._incomplete.items() if not is_in(path, directory)}
        self.jobs = {url: job for url, job in self.jobs.items() if not is_in(job.directory, directory)}

    def _changed(self, directory: str) -> bool:
        try:
            return self._stamps.changed(directory)
        except OSError:
            return False

    def _directories(self, directory: str, wanted: Callable[[str], bool] = bool) -> dict[str, str] | None:
        try:
            return self.links.directories(directory, wanted)
        except OSError as error:
            self._stamps.forget(directory)
            self.passed_over.note(f"{UNREADABLE}: {error.strerror}", directory)
            return None


def _real_name(directory: str, holder: str) -> str:
    name = None
    if holder in FOLDERS:
        with suppress(files.Unreadable):
            name = files.read(f"{directory}/{_REAL_NAME}", 4096)
    return name.decode("utf-8", "replace").strip() if name and name.strip() else os.path.basename(directory)  # noqa: PTH119  text


def _builds_dir(config: str) -> str | None:
    """The `buildsDir` of Jenkins' own configuration, None where it has none."""
    with suppress(files.Unreadable):
        if match := _BUILDS_DIR.search(files.read(config, _MOST_CONFIG) or b""):
            return unescape(match[1].decode("utf-8", "replace")).strip()
    return None
