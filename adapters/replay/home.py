"""A JENKINS_HOME as an archive: each build is a unit, told as the source `jenkins-home` would have told it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from adapters.model import Notification
from adapters.reading.lines import Place as After
from adapters.reading.units import Item
from adapters.sources.jenkins.documents import encoded
from adapters.sources.jenkins.news import news
from adapters.sources.jenkins_home.builds import listing
from adapters.sources.jenkins_home.links import UNREADABLE
from adapters.sources.jenkins_home.reader import Place, Reader
from adapters.sources.jenkins_home.stamps import Stamps
from adapters.sources.jenkins_home.tree import Job, Tree

MAX_FILE = 64 << 20
"""Bytes of a file that are read; a build with a larger one is parked."""


@dataclass(frozen=True, slots=True)
class Build:
    """One build: its start, and its end if it has come."""

    place: Place
    reader: Reader
    size: int = 2

    @property
    def name(self) -> str:
        """The build's folder."""
        return self.place.directory

    def where(self, line: int) -> str:  # noqa: ARG002  a build has no lines
        """The build's folder."""
        return self.name

    def read(self, source: str, start: After) -> Iterator[Item]:
        """What there is to tell of the build; raises ValueError when its files cannot be used."""
        build = self.reader.described(self.place)
        self.reader.forget(self.place)
        for index, document in enumerate(news(build, frozenset()).documents if build else ()):
            if index >= start.offset:
                yield Item(_notification(source, document), 0, After(index + 1))


def is_home(path: Path) -> bool:
    """Whether a folder is a JENKINS_HOME: it has jobs."""
    return (path / "jobs").is_dir()


def builds(home: Path, follow: Sequence[str] = (), zone: tzinfo = UTC, archive: Sequence[str] = ()) -> Iterator[Build]:
    """Every build of a home, job by job, in the order of their numbers; says what there is, and what is passed over.

    Links that lead out of the home are followed into the roots to `follow`; dates of directories are in a time zone;
    what builds archived under the names in `archive` is told too.
    """
    tree, reader = Tree(str(home), Stamps(time.time_ns), follow), Reader(MAX_FILE, zone, archive)
    tree.refresh(expected=False)
    found = [place for url in sorted(tree.jobs) for place in _places(tree, tree.jobs[url])]
    tree.report(len(found))
    tree.passed_over.tell()
    yield from (Build(place, reader) for place in found)


def _places(tree: Tree, job: Job) -> Iterator[Place]:
    try:
        found = listing(job.builds, tree.links, tree.passed_over)
    except OSError as error:
        tree.passed_over.note(f"{UNREADABLE}: {error.strerror}", job.builds)
        return
    started = tree.jenkins_started()
    for number in sorted(found.numbers):
        later = number < found.top
        place = Place(job, number, found.name(number), later=later, jenkins_started=started)
        place.note(tree.passed_over)
        yield place


def _notification(source: str, document: Mapping[str, Any]) -> Notification:
    at = document.get("finished", document.get("started", 0))
    try:
        moment = datetime.fromtimestamp(at / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise ValueError(f"has {at} for a time, which is none") from None
    return Notification(source, encoded(document), moment, position=document["url"])
