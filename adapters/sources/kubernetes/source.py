"""One cluster, followed: every list by itself, each with its own position."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from adapters.model import Receive
from adapters.sources.contract import Context
from adapters.sources.kubernetes.access import access
from adapters.sources.kubernetes.api import Api, ApiSilent
from adapters.sources.kubernetes.changes import Changes
from adapters.sources.kubernetes.following import LONGEST_PAUSE, Following
from adapters.sources.kubernetes.keeping import Kept
from adapters.sources.kubernetes.resource import Resource, discovered
from adapters.sources.kubernetes.settings import KubernetesSettings, Watched
from adapters.sources.patience import Sleep, patient


class Kubernetes:
    """The source; it asks nothing before it runs."""

    def __init__(self, settings: KubernetesSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises ConfigError where there is no way in, by a file that is missing or not as it must be."""
        self._settings, self._context, self._sleep = settings, context, sleep
        self._api = Api(access(settings), settings.timeout)

    async def run(self, receive: Receive) -> None:
        """Follows all that is configured until cancelled."""
        async with asyncio.TaskGroup() as group:
            for watched in self._settings.watch:
                group.create_task(self._watch(watched, receive))

    async def _watch(self, watched: Watched, receive: Receive) -> None:
        resource = await self._resource(watched)
        selectors = {"labelSelector": watched.labels, "fieldSelector": watched.fields}
        selectors = {name: value for name, value in selectors.items() if value}
        async with asyncio.TaskGroup() as group:
            for namespace in self._namespaces(resource):
                path = resource.path(namespace)
                key = "?".join(filter(None, (path, "&".join(selectors.values()))))
                follower = Changes(watched, Kept(self._context, key, receive, self._sleep))
                following = Following(self._context.name, self._api, path, selectors, self._sleep)
                group.create_task(following.run(follower))

    def _namespaces(self, resource: Resource) -> Sequence[str | None]:
        return self._settings.namespaces if resource.namespaced and self._settings.namespaces else (None,)

    async def _resource(self, watched: Watched) -> Resource:
        """Waits for as long as there is no such kind: its CRD may be installed after this."""
        trouble = "the API server does not tell of a kind"
        asking = patient(self._context.name, ApiSilent, trouble, self._sleep, longest=LONGEST_PAUSE)
        found: Resource = await asking(asyncio.to_thread, discovered, self._api, watched.api_version, watched.kind)
        return found
