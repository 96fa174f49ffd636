"""What a source of a JENKINS_HOME is told."""

from __future__ import annotations

from typing import Annotated, Literal

from adapters.settings import Duration, Expected, Field, Size, TimeZone
from adapters.sources.contract import SourceSettings
from adapters.sources.jenkins_home.archived import Name


class JenkinsHomeSettings(SourceSettings):
    """Where Jenkins keeps its jobs.

    `home` is the directory with `jobs` in it; it is only read. Links that lead out of it are followed into the roots of
    `follow` only. Files of more than `max_file` are skipped. Without `history`, the builds that are there at the very
    first start are passed over, and those of jobs that come later and began before it. `time_zone` is that of
    directories with a date, as Jenkins before 1.597 named them. `archive` names files that builds archive, whose texts
    are told with their ends.
    """

    type: Literal["jenkins-home"]
    home: Annotated[str, Field(min_length=1)]
    poll: Annotated[Duration, Field(gt=0)] = 1.0
    max_file: Annotated[Size, Field(gt=0)] = 16 << 20
    history: bool = True
    follow: list[Annotated[str, Field(pattern="^/"), Expected("a whole path, from / on")]] = []
    time_zone: TimeZone = "UTC"
    archive: list[Name] = []

    @property
    def single(self) -> bool:
        """As in SourceSettings."""
        return True
