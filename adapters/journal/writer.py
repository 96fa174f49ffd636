"""One thread that writes, and commits whatever waits for it as one transaction.

A commit costs a disk flush however much it holds, so the callers that wait together pay for it together.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, repeat
from operator import attrgetter
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from adapters.errors import JournalUnavailable
from adapters.journal.database import Database

Argument = TypeVar("Argument")
Result = TypeVar("Result")

GROUP = 512
"""How many jobs share a transaction at most."""

IDLE = 0.5
"""Seconds without a job before the file is set in order."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[list[Any]], Any]
    argument: Any
    announce: Callable[[Any], None]
    future: asyncio.Future[Any]
    flushed: bool = True


class Writer:
    """Runs jobs on the database, in the order they were submitted, each in a transaction, durable unless told.

    `prepare` runs in the thread, outside any transaction, before each group of jobs.
    """

    def __init__(self, database: Database, prepare: Callable[[], None]) -> None:
        self._database = database
        self._prepare = prepare
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], Result], *, flushed: bool = True) -> asyncio.Future[Result]:
        """A future of what `work` returns, done when that is on disk. Cancelling it does not undo the work.

        What need not be `flushed` outlives the process, and the machine only with the next that is.
        """
        return self._put(_Job(lambda _: work(), None, lambda _: None, self._future(), flushed))

    def share(
        self, work: Callable[[list[Argument]], Result], argument: Argument, announce: Callable[[Result], None]
    ) -> asyncio.Future[Result]:
        """The same for work that many ask for: it is called once, with the arguments of all who wait one after another.

        `announce` is told the result in the event loop, before the future is done and even if that is cancelled.
        """
        return self._put(_Job(work, argument, announce, self._future()))

    async def aclose(self) -> None:
        """Commits what was submitted, then ends the thread."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _future(self) -> asyncio.Future[Any]:
        if self._closed:
            raise JournalUnavailable(f"journal {self._database.path}: it is closed; the service is stopping")
        return asyncio.get_running_loop().create_future()

    def _put(self, job: _Job) -> asyncio.Future[Any]:
        self._queue.put(job)
        return job.future

    def _run(self) -> None:
        for jobs in self._groups():
            outcomes = self._commit(jobs)
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                jobs[0].future.get_loop().call_soon_threadsafe(_settle, jobs, outcomes)

    def _groups(self) -> Iterator[list[_Job]]:
        while (job := self._next()) is not None:
            jobs = [job]
            while len(jobs) < GROUP and not self._queue.empty() and (job := self._queue.get()) is not None:
                jobs.append(job)
            yield jobs
            if job is None:
                return

    def _next(self) -> _Job | None:
        untidy = True
        while untidy:
            try:
                return self._queue.get(timeout=IDLE)
            except Empty:
                untidy = self._tidied()
        return self._queue.get()

    def _tidied(self) -> bool:
        """Uses the pause to set the file in order; whether there is more to do."""
        with suppress(JournalUnavailable):
            return self._database.tidy()
        return False

    def _commit(self, jobs: Sequence[_Job]) -> list[Any]:
        """What each job returned or raised; one that fails takes only itself out of its group."""
        try:
            self._prepare()
            with self._database.transaction(flushed=any(job.flushed for job in jobs)):
                return [*_outcomes(jobs)]
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the caller that waits for the job
            if len(jobs) == 1:
                return [error]
        return [outcome for job in jobs for outcome in self._commit([job])]


def _outcomes(jobs: Iterable[_Job]) -> Iterator[Any]:
    """What the jobs' work returns, called once for neighbours that share it."""
    for work, sharing in groupby(jobs, key=attrgetter("work")):
        arguments = [job.argument for job in sharing]
        yield from repeat(work(arguments), len(arguments))


def _settle(jobs: Sequence[_Job], outcomes: Sequence[Any]) -> None:
    for job, outcome in zip(jobs, outcomes, strict=True):
        failed = isinstance(outcome, Exception)
        if not failed:
            job.announce(outcome)
        if not job.future.done():
            (job.future.set_exception if failed else job.future.set_result)(outcome)
