"""One cluster, followed: every list by itself, each with its own position."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

import orjson

from adapters.model import Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.kubernetes.access import access
from adapters.sources.kubernetes.api import Api, ApiSilent, Json
from adapters.sources.kubernetes.changes import Changes, Show
from adapters.sources.kubernetes.following import LONGEST_PAUSE, Follower, Following
from adapters.sources.kubernetes.keeping import Kept
from adapters.sources.kubernetes.resource import Resource, discovered
from adapters.sources.kubernetes.rollouts.follower import Rollouts
from adapters.sources.kubernetes.rollouts.services import Listing, Services
from adapters.sources.kubernetes.rollouts.standing import KINDS
from adapters.sources.kubernetes.settings import KubernetesSettings, Watched
from adapters.sources.patience import Sleep, patient
from adapters.sources.redaction.receiving import left_out
from adapters.sources.redaction.redactor import redactor

_Make = Callable[[str | None, Kept], Follower]


class _Followed(NamedTuple):
    """Objects of a kind, what makes a Follower of them, and the paths that it looks at (none: rollouts)."""

    api_version: str
    kind: str
    selectors: Mapping[str, str]
    make: _Make
    paths: Sequence[str] = ()

    def key(self, path: str) -> str:
        """Of a checkpoint: what is known by other selectors or paths is nothing to go on from."""
        looked_at = "\n".join((*self.selectors.values(), *self.paths))
        return f"{path}?{sha256(looked_at.encode()).hexdigest()[:12]}" if looked_at else path


class Kubernetes:
    """The source; it asks nothing before it runs."""

    def __init__(self, settings: KubernetesSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises ConfigError where there is no way in, by a file that is missing or not as it must be."""
        self._settings, self._context, self._sleep = settings, context, sleep
        self._api = Api(access(settings), settings.timeout)

    async def run(self, receive: Receive) -> None:
        """Follows all that is configured until cancelled."""
        show = _shown(self._settings, self._context)
        async with asyncio.TaskGroup() as group:
            for watched in self._settings.watch:
                selectors = _given(labelSelector=watched.labels, fieldSelector=watched.fields)
                followed = _Followed(
                    watched.api_version, watched.kind, selectors, _changes(watched, show), watched.changes
                )
                group.create_task(self._follow(followed, receive))
            if rollouts := self._settings.rollouts:
                services = Services(len(self._settings.namespaces) or 1) if rollouts.published else None
                if services:
                    followed = _Followed("v1", "Service", {}, _services(services))
                    group.create_task(self._follow(followed, receive))
                    await services.complete()
                for name in rollouts.kinds:
                    selectors, make = _given(labelSelector=rollouts.labels), self._rollouts(name, services)
                    group.create_task(self._follow(_Followed(KINDS[name].api_version, name, selectors, make), receive))

    async def _follow(self, followed: _Followed, receive: Receive) -> None:
        """Waits for as long as there is no such kind: its CRD may be installed after this."""
        trouble = "the API server does not tell of a kind"
        asking = patient(self._context.name, ApiSilent, trouble, self._sleep, longest=LONGEST_PAUSE)
        kind = (followed.api_version, followed.kind)
        resource: Resource = await asking(asyncio.to_thread, discovered, self._api, *kind)
        namespaces = self._settings.namespaces if resource.namespaced else ()
        async with asyncio.TaskGroup() as group:
            for namespace in namespaces or (None,):
                path = resource.path(namespace)
                follower = followed.make(namespace, Kept(self._context, followed.key(path), receive, self._sleep))
                following = Following(self._context.name, self._api, path, followed.selectors, self._sleep)
                group.create_task(following.run(follower))

    def _rollouts(self, kind: str, services: Services | None) -> _Make:
        def make(namespace: str | None, kept: Kept) -> Rollouts:
            found = Rollouts(KINDS[kind], self._api, namespace, kept, services)
            if services:
                services.heard.append(found.answered)
            return found

        return make


def _services(services: Services) -> _Make:
    return lambda _, kept: Listing(services, kept)


def _changes(watched: Watched, show: Show) -> _Make:
    return lambda _, kept: Changes(watched, kept, show)


def _shown(settings: KubernetesSettings, context: Context) -> Show:
    """Leaves out of an object what its mapping drops and its source redacts, as in the document that tells of it."""
    redact = redactor(settings.redact)

    def show(found: Json) -> Json:
        mapping = context.translator()
        if settings.redact is None and not (mapping and mapping.drop):
            return found
        told = Notification(context.name, orjson.dumps({"object": found}), context.clock())
        try:
            left: Json = orjson.loads(left_out(redact, mapping)(told).body).get("object", {})
        except orjson.JSONDecodeError:  # it is left out as a whole
            return {}
        return left

    return show


def _given(**selectors: str) -> dict[str, str]:
    return {name: value for name, value in selectors.items() if value}
