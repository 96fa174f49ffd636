"""What is new in a JENKINS_HOME: one look at a time, in batches that go with their checkpoints."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from adapters.logs import Seldom
from adapters.sources.jenkins.news import news
from adapters.sources.jenkins.progress import Progress, mark, parse
from adapters.sources.jenkins_home import files
from adapters.sources.jenkins_home.builds import Listing, listing
from adapters.sources.jenkins_home.reader import Place, Reader
from adapters.sources.jenkins_home.stamps import Stamps
from adapters.sources.jenkins_home.tree import Job, Tree, Unavailable

_BATCH = 500

_log = structlog.get_logger(__name__)

Step = tuple[Sequence[Mapping[str, Any]], Progress]
"""What is told, and the progress of a job that goes with it."""


@dataclass(slots=True)
class Batch:
    """Documents, and how far their jobs are told with them; None for a job that is gone."""

    documents: list[Mapping[str, Any]] = field(default_factory=list)
    progress: dict[str, Progress | None] = field(default_factory=dict)


class Watch:
    """A home and how much of it was told, by the URLs of its jobs.

    Of a home whose `history` is not wanted, nothing is told that began before `since` (ms since 1970).
    """

    def __init__(self, tree: Tree, stamps: Stamps, reader: Reader, told: Mapping[str, str], since: int = 0) -> None:
        self._tree, self._stamps, self._reader = tree, stamps, reader
        self._progress = {url: parse(text) for url, text in told.items()}
        self._gone: dict[str, str] = {}
        self._listings: dict[str, Listing] = {}
        self._looked, self._builds = False, 0
        self._since = since
        self._passes_over = bool(since) and not told
        self._jenkins_started = 0
        self._seldom = Seldom()

    def look(self) -> Iterator[Batch]:
        """What has come since the last look. To ask for the next batch is to say that the last one is kept."""
        if self._is_there():
            yield from self._untold()
            if not self._looked:
                self._tree.report(self._builds)
            self._tree.passed_over.tell()
            self._looked, self._passes_over = True, False

    def catch_up(self) -> Iterator[Batch]:
        """The same, without a word of what the home is like: that is for who goes on looking."""
        if self._is_there():
            yield from self._untold()

    @property
    def looked(self) -> bool:
        """Whether a look has come to its end."""
        return self._looked

    @property
    def told(self) -> dict[str, str]:
        """How much was told, as it was given: the checkpoints of jobs."""
        return {url: progress.text for url, progress in self._progress.items()}

    def _is_there(self) -> bool:
        try:
            self._tree.refresh(expected=bool(self._progress))
        except Unavailable as error:
            if self._seldom.allows("home"):
                _log.warning("Jenkins home not available, waiting for it", reason=str(error))
            return False
        return True

    def _untold(self) -> Iterator[Batch]:
        self._jenkins_started = self._tree.jenkins_started()
        for batch in self._batches():
            yield batch
            self._keep(batch)

    def _keep(self, batch: Batch) -> None:
        for url, progress in batch.progress.items():
            if progress is None:
                del self._progress[url]
                self._listings.pop(url, None)
            else:
                self._progress[url] = progress

    def _batches(self) -> Iterator[Batch]:
        batch, gone = Batch(), self._progress.keys() - self._tree.jobs.keys()
        self._gone = {known: url for url in gone if (known := self._progress[url].mark)}
        for job in list(self._tree.jobs.values()):
            for documents, progress in self._job(job):
                batch.documents += documents
                batch.progress[job.url] = progress
                if len(batch.documents) >= _BATCH:
                    yield batch
                    batch = Batch()
        batch.progress |= dict.fromkeys(gone)
        if batch.documents or batch.progress:
            yield batch

    def _job(self, job: Job) -> Iterator[Step]:
        """The steps of a job's progress, each with what is told by it."""
        before, found = self._progress.get(job.url, Progress()), self._changed(job)
        if found is None and not before.open:
            return
        if self._looked:
            self._tree.look_within(job)
        known = before if job.url in self._progress or found is None else self._known_before(job, found)
        progress = known if found is None else self._of_those(job, known, found)
        if progress != before:
            yield (), progress
        for number in progress.untold(progress.open if found is None else found.numbers):
            documents, after = self._build(job, number, progress)
            if after != progress:
                yield documents, after
            progress = after

    def _build(self, job: Job, number: int, progress: Progress) -> Step:
        self._stamps.beat()
        told = progress.told(number)
        place = self._place(job, number, new=self._looked and number not in progress.open)
        if (found := self._reader.read(place)) is None:
            if not self._looked:
                place.note(self._tree.passed_over)
            return (), progress.after(number, told, ended=False)
        tidings = news(found, told)
        if tidings.ended:
            self._reader.forget(place)
        return tidings.documents, progress.after(number, tidings.told, ended=tidings.ended, mark=mark(found))

    def _known_before(self, job: Job, found: Listing) -> Progress:
        """The progress of a job that has come: of one that is gone, if it has the newest build that was told of that.

        Else what began before `since` is passed over, where there is one.
        """
        numbers = {int(known.partition(" ")[0]) for known in self._gone}
        for build in self._read_again(job, found.numbers & numbers):
            if (url := self._gone.get(mark(build))) is not None:
                _log.info("job was renamed or moved, and goes on", job=url, now=job.url)
                return self._progress[url]
        old = self._read_again(job, found.numbers if self._since else frozenset())
        return Progress(next((build["number"] for build in old if build["started"] < self._since), 0))

    def _read_again(self, job: Job, numbers: frozenset[int]) -> Iterator[Mapping[str, Any]]:
        """Builds, from the newest, as far as they can be read."""
        for number in sorted(numbers, reverse=True):
            with suppress(ValueError):
                if build := self._reader.described(self._place(job, number)):
                    yield build

    def _place(self, job: Job, number: int, *, new: bool = False) -> Place:
        found = self._listings.get(job.url, Listing())
        return Place(job, number, found.name(number), new, number < found.top, self._jenkins_started)

    def _changed(self, job: Job) -> Listing | None:
        """The builds there are, None when they are those there were."""
        try:
            if not self._stamps.changed(job.builds):
                return None
            found = listing(job.builds, self._tree.links, self._tree.passed_over)
        except OSError:
            self._stamps.forget(job.builds)
            return None
        self._listings[job.url] = found.summary
        self._builds += 0 if self._looked else len(found.numbers)
        return found

    def _of_those(self, job: Job, progress: Progress, found: Listing) -> Progress:
        """The progress, without the builds that are no more."""
        if self._passes_over:
            return Progress(found.top)
        if found.top < progress.top and _next_number(job) <= progress.top:
            _log.info("job was made anew, its builds count from the start", job=job.url)
            return Progress()
        gone = progress.open.keys() - found.numbers
        for number in gone:
            self._reader.forget(self._place(job, number))
        return progress.without(gone) if gone else progress


def _next_number(job: Job) -> float:
    """The number that the job's next build will have; beyond all where that is not known."""
    try:
        return int(files.read(f"{job.directory}/nextBuildNumber", 64) or b"")
    except (ValueError, files.Unreadable):
        return math.inf
