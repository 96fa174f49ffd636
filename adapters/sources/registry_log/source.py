"""A tail of the registry's log, in which the lines of a tag get its digest before they are kept.

The digest is a header of the notification, as the registry itself would send it, so that the line stays as it was and
translation needs to ask nobody. A line whose digest cannot be found goes without.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from adapters.logs import Seldom
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.registry_log.lines import Tag, tag
from adapters.sources.registry_log.lookup import LookupFailed, finder
from adapters.sources.registry_log.settings import RegistryLogSettings
from adapters.sources.tail.source import Tail

DIGEST = "docker-content-digest"
"""The header of a notification that has the digest."""

ATTEMPTS = 3

_log = structlog.get_logger(__name__)


class RegistryLog:
    """A tail that knows the registry."""

    def __init__(
        self,
        settings: RegistryLogSettings,
        context: Context,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._name, self._pulse, self._sleep = context.name, context.pulse, context.pulse.resting(sleep)
        self._tail = Tail(settings, context)
        self._find = finder(settings.lookup, context.clock)
        self._seldom = Seldom()

    async def run(self, receive: Receive) -> None:
        """Follows the files until cancelled."""

        async def complete(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
            await receive([await self._completed(each) for each in notifications], checkpoints)

        await self._tail.run(complete)

    async def _completed(self, notification: Notification) -> Notification:
        self._pulse.beat()
        pushed = tag(notification.body)
        digest = await self._digest(pushed) if pushed else None
        return notification._replace(headers={**notification.headers, DIGEST: digest}) if digest else notification

    async def _digest(self, pushed: Tag) -> str | None:
        patiently = AsyncRetrying(
            sleep=self._sleep,
            wait=wait_exponential(),
            stop=stop_after_attempt(ATTEMPTS),
            retry=retry_if_exception_type(LookupFailed),
            reraise=True,
        )
        try:
            found: str | None = await patiently(asyncio.to_thread, self._find, pushed)
        except LookupFailed as error:
            if self._seldom.allows("lookup"):
                _log.error(
                    "no digest for a tag",
                    source=self._name,
                    tag=f"{pushed.repository}:{pushed.name}",
                    reason=str(error),
                )
            return None
        return found
