"""Hints from the kernel that files may have changed. They are never needed, and a network share gives none."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Self

import structlog
from watchdog.events import (
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

DIRECTORIES = 32
"""With more of them than this there are no hints: watchdog takes two threads for each."""

_CHANGES: list[type[FileSystemEvent]] = [FileModifiedEvent, FileCreatedEvent, FileDeletedEvent, FileMovedEvent]

_log = structlog.get_logger(__name__)


class Watcher(FileSystemEventHandler):
    """Watches directories for whoever waits for a change in them, and only while nothing has changed."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._observer: BaseObserver = Observer()
        self._watches: dict[str, ObservedWatch] = {}
        self._hint = asyncio.Event()

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._observer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._observer.stop()
        self._observer.join()

    async def wait(self, directories: Collection[str], seconds: float) -> None:
        """Returns when something changes in the directories, at the latest after so many seconds."""
        await asyncio.to_thread(self._watch, directories if len(directories) <= DIRECTORIES else ())
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hint.wait()
                await asyncio.to_thread(self._watch, ())
        self._hint.clear()

    def dispatch(self, _event: FileSystemEvent) -> None:
        """What watchdog calls, in a thread of its own."""
        if not self._hint.is_set():
            self._loop.call_soon_threadsafe(self._hint.set)

    def _watch(self, directories: Collection[str]) -> None:
        """Watches these, and no others."""
        for directory in self._watches.keys() - {*directories}:
            self._observer.unschedule(self._watches.pop(directory))
        for directory in {*directories} - self._watches.keys():
            self._schedule(directory)

    def _schedule(self, directory: str) -> None:
        try:
            self._watches[directory] = self._observer.schedule(self, directory, event_filter=_CHANGES)
        except OSError as error:
            _log.debug("no hints of changes", source=self._source, directory=directory, reason=error.strerror)
