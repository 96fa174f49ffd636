"""A JENKINS_HOME as an archive: each build is a unit, told as the source `jenkins-home` would have told it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from adapters.model import Notification
from adapters.replay.units import Item, Place
from adapters.sources.jenkins.news import news
from adapters.sources.jenkins_home.reader import Reader
from adapters.sources.jenkins_home.tree import Job, Stamps, Tree

MAX_FILE = 64 << 20
"""Bytes of a file that are read; a build with a larger one is parked."""


@dataclass(frozen=True, slots=True)
class Build:
    """One build: its start, and its end if it has come."""

    job: Job
    number: int
    reader: Reader
    size: int = 2

    @property
    def name(self) -> str:
        """The build's folder."""
        return f"{self.job.builds}/{self.number}"

    def where(self, line: int) -> str:  # noqa: ARG002  a build has no lines
        """The build's folder."""
        return self.name

    def read(self, source: str, start: Place) -> Iterator[Item]:
        """What there is to tell of the build; raises ValueError when its files cannot be used."""
        build = self.reader.described(self.job, self.number)
        self.reader.forget(self.job, self.number)
        for index, document in enumerate(news(build, frozenset()).documents if build else ()):
            if index >= start.offset:
                yield Item(_notification(source, document), 0, Place(index + 1))


def is_home(path: Path) -> bool:
    """Whether a folder is a JENKINS_HOME: it has jobs."""
    return (path / "jobs").is_dir()


def builds(home: Path) -> Iterator[Build]:
    """Every build of a home, job by job, in the order of their numbers."""
    tree, reader = Tree(str(home), Stamps(time.time_ns)), Reader(MAX_FILE)
    tree.refresh(expected=False)
    for url in sorted(tree.jobs):
        job = tree.jobs[url]
        numbers = sorted(int(path.name) for path in Path(job.builds).iterdir() if _is_build(path))
        yield from (Build(job, number, reader) for number in numbers)


def _is_build(path: Path) -> bool:
    return path.name.isascii() and path.name.isdecimal() and path.is_dir() and not path.is_symlink()


def _notification(source: str, document: Mapping[str, Any]) -> Notification:
    moment = datetime.fromtimestamp(document.get("finished", document.get("started", 0)) / 1000, UTC)
    return Notification(source, orjson.dumps(document), moment, position=document["url"])
