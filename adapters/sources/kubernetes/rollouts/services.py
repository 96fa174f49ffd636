"""Which Services there are, and whose pods they choose: what is behind one answers to it once it runs."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from adapters.sources.kubernetes.api import Json
from adapters.sources.kubernetes.following import Change
from adapters.sources.kubernetes.keeping import Kept, Knowing, News, uid
from adapters.sources.kubernetes.rollouts.parts import text, texts


class Service(NamedTuple):
    """One that chooses pods by their labels."""

    namespace: str
    name: str
    selector: Mapping[str, str]

    def chooses(self, labels: Mapping[str, str]) -> bool:
        """Whether it chooses pods with these labels; one without a selector chooses none (Kubernetes, Service)."""
        return bool(self.selector) and self.selector.items() <= labels.items()


class Services:
    """All that are known, of all lists of a source."""

    def __init__(self, lists: int) -> None:
        self._known: dict[str, dict[str, Service]] = defaultdict(dict)
        self._unlisted, self._complete = lists, asyncio.Event()
        self.heard: list[Callable[[Service], Awaitable[None]]] = []
        """Who wants to know of each that is new, or chooses others now."""

    def listed(self) -> None:
        """One more list is known as a whole."""
        self._unlisted -= 1
        if self._unlisted == 0:
            self._complete.set()

    async def complete(self) -> None:
        """Returns when all lists are known."""
        await self._complete.wait()

    def put(self, key: str, service: Service) -> None:
        """One is there, or chooses others."""
        self._known[service.namespace][key] = service

    def drop(self, key: str, namespace: str) -> None:
        """One is gone."""
        self._known[namespace].pop(key, None)

    def answers(self, namespace: str | None, labels: Mapping[str, str]) -> Service | None:
        """One that chooses pods with these labels; the first by name."""
        found = [each for each in self._known[namespace or ""].values() if each.chooses(labels)]
        return min(found, default=None, key=lambda each: each.name)


class Listing(Knowing):
    """A Follower of Services: it tells nothing itself."""

    def __init__(self, services: Services, kept: Kept) -> None:
        super().__init__(kept)
        self._services, self._is_new = services, not self.position
        for key in kept:
            services.put(key, _service(kept.of(key) or {}))
        if not self._is_new:
            services.listed()

    async def listed(self, objects: Sequence[Json]) -> None:
        """As in Follower."""
        self._listed.update(filter(None, map(uid, objects)))
        news = News(self._kept)
        await self._take(news, objects)
        await self._kept.keep([], news.known)

    async def complete(self, version: str) -> None:
        """As in Follower."""
        await super().complete(version)
        if self._is_new:
            self._is_new = False
            self._services.listed()

    async def changed(self, changes: Sequence[Change], version: str) -> None:
        """As in Follower."""
        news = News(self._kept)
        for change in changes:
            if change.type != "DELETED":
                await self._take(news, [change.object])
            elif key := uid(change.object):
                self._gone(news, key, change.object)
        await self._kept.keep([], news.known, version)

    async def _take(self, news: News, objects: Sequence[Json]) -> None:
        for each in objects:
            service = _service_of(each)
            if not (key := uid(each)) or service is None or news.of(key) == service._asdict():
                continue
            news.known[key] = service._asdict()
            self._services.put(key, service)
            if self.position is not None:
                for tell in self._services.heard:
                    await tell(service)

    def _gone(self, news: News, key: str, last: Json) -> None:  # noqa: ARG002 - what is known of it is enough
        if known := news.of(key):
            news.known[key] = None
            self._services.drop(key, known["namespace"])


def _service_of(found: Json) -> Service | None:
    namespace, name = text(found, "metadata", "namespace"), text(found, "metadata", "name")
    return Service(namespace, name, texts(found, "spec", "selector")) if namespace and name else None


def _service(known: Json) -> Service:
    return Service(known["namespace"], known["name"], known["selector"])
