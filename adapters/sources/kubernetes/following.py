"""Follows the objects of one list, from the very first on and across restarts: listed once, then watched.

What a watch has told is taken again only if it was not kept, so each state is judged in its order. Where the server
does not remember so far back (410), all is listed anew and held against what was kept of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import structlog

from adapters.sources.kubernetes.api import Api, ApiSilent, Expired, Json, Watch
from adapters.sources.patience import Sleep, patient
from adapters.worker import Worker

LONGEST_PAUSE = 30.0
"""Seconds between two attempts at most, while the API server does not answer."""

BREATH = 1.0
"""Seconds before it asks again where a watch ended at once, or its position is forgotten as soon as it is told."""

_GONE = 410

_log = structlog.get_logger(__name__)


class Change(NamedTuple):
    """What a watch says of an object: ADDED, MODIFIED or DELETED."""

    type: str
    object: Json


class Follower(Protocol):
    """Makes something of what becomes of objects, and keeps it together with how far that is.

    Each method returns when all is on disk. It may raise ApiSilent: then the same comes again.
    """

    @property
    def position(self) -> str | None:
        """The resourceVersion from which to go on; empty: list again; None: nothing was ever listed."""

    async def forget(self) -> None:
        """There is no going on from the position."""

    def begin(self) -> None:
        """A list begins, of which some may have been told before it broke."""

    async def listed(self, objects: Sequence[Json]) -> None:
        """Some of what there is now, for the first time or again."""

    async def complete(self, version: str) -> None:
        """All was listed that there was at this resourceVersion."""

    async def changed(self, changes: Sequence[Change], version: str) -> None:
        """What was watched, up to a resourceVersion; without changes only this has moved."""


class Following:
    """One list of one cluster; blocking calls are made in a thread of its own."""

    def __init__(self, name: str, api: Api, path: str, selectors: Mapping[str, str], sleep: Sleep) -> None:
        self._name, self._api, self._path, self._selectors, self._sleep = name, api, path, selectors, sleep
        self._worker = Worker(f"kubernetes {path}")
        self._watching: Watch | None = None

    async def run(self, follower: Follower) -> None:
        """Follows until cancelled; what fails is tried again, after longer and longer pauses."""
        asking = patient(self._name, ApiSilent, "the API server does not answer", self._sleep, longest=LONGEST_PAUSE)
        try:
            while True:
                await asking(self._once, follower)
        finally:
            self._worker.close(self._end)

    async def _once(self, follower: Follower) -> None:
        """One list, or one watch to its end; raises ApiSilent unless a watch has told something before it broke."""
        try:
            if not follower.position:
                await self._list(follower)
            else:
                await self._watch(follower, follower.position)
        except Expired as error:
            _log.info("listing all again", source=self._name, path=self._path, reason=str(error))
            if follower.position is not None:  # else it is a first list that took too long, and still the first
                await follower.forget()
            await self._sleep(BREATH)

    async def _list(self, follower: Follower) -> None:
        pages, version = self._api.pages(self._path, self._selectors), ""
        follower.begin()
        while (page := await self._worker.run(lambda: next(pages, None))) is not None:
            await follower.listed(page.objects)
            version = page.version
        if not version:
            raise ApiSilent(f"GET {self._path}: the list has no resourceVersion; is this the URL of an API server?")
        await follower.complete(version)

    async def _watch(self, follower: Follower, position: str) -> None:
        watch = await self._worker.run(lambda: self._begun(position))
        told = False
        try:
            while (events := await self._worker.run(watch.read)) is not None:
                changes, version, ended = _sorted(events, self._path)
                if version:
                    await follower.changed(changes, version)
                    told = True
                if ended:
                    raise ended
            if not told:
                await self._sleep(BREATH)
        except ApiSilent as error:
            if not told:
                raise
            _log.warning("watch lost", source=self._name, path=self._path, reason=str(error))
        finally:
            watch.close()

    def _begun(self, position: str) -> Watch:
        self._watching = self._api.watch(self._path, position, self._selectors)
        return self._watching

    def _end(self) -> None:
        """Who was cancelled while a watch began never had it, and could not close it."""
        if self._watching is not None:
            self._watching.close()


def _sorted(events: Sequence[Json], path: str) -> tuple[list[Change], str, Exception | None]:
    """The changes that some events tell of, the resourceVersion after them, and why the watch ends with them."""
    changes: list[Change] = []
    version = ""
    for event in events:
        kind, found = event.get("type"), event.get("object")
        if not isinstance(found, dict):
            continue
        if kind == "ERROR":
            return changes, version, _error(found, path)
        about = found.get("metadata")
        if isinstance(about, dict) and isinstance(about.get("resourceVersion"), str):
            version = about["resourceVersion"]
            if kind != "BOOKMARK":
                changes.append(Change(str(kind), found))
    return changes, version, None


def _error(status: Json, path: str) -> Exception:
    """Of a Status, as an API server sends it in a watch that it ends."""
    told = f"watch of {path} ends: {str(status.get('message'))[:300]}"
    return Expired(told) if status.get("code") == _GONE or status.get("reason") == "Expired" else ApiSilent(told)
