"""Which JENKINS_HOME is watched, and how, in plain values: another process can be told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from adapters.sources.jenkins_home.reader import Reader
from adapters.sources.jenkins_home.stamps import Stamps
from adapters.sources.jenkins_home.tree import Tree
from adapters.sources.jenkins_home.watch import Watch

if TYPE_CHECKING:
    from adapters.sources.jenkins_home.settings import JenkinsHomeSettings


class Home(NamedTuple):
    """As the settings have it; `since` is that of a Watch."""

    path: str
    follow: tuple[str, ...]
    max_file: int
    time_zone: str
    archive: tuple[str, ...]
    since: int

    def watch(self, told: Mapping[str, str], beat: Callable[[], None]) -> Watch:
        """Watches it, where so much was told of its jobs; `beat` says that it comes on."""
        stamps = Stamps(time.time_ns, beat)
        reader = Reader(self.max_file, ZoneInfo(self.time_zone), self.archive)
        return Watch(Tree(self.path, stamps, self.follow), stamps, reader, told, self.since)


def home(settings: JenkinsHomeSettings, since: int) -> Home:
    """The home of settings."""
    path, follow, archive = settings.home.rstrip("/"), tuple(settings.follow), tuple(settings.archive)
    return Home(path, follow, settings.max_file, settings.time_zone, archive, since)
