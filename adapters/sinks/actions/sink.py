"""A sink that acts on events, one after the other, and on each only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from adapters.errors import DeliveryError, PermanentError
from adapters.model import Format, Message
from adapters.sinks.actions.done import Done
from adapters.sinks.actions.settings import ActionSettings
from adapters.worker import Worker

Act = Callable[[Mapping[str, Any]], None]
"""Acts on a CDEvent; raises TransientError or PermanentError. It may block."""


class ActionSink:
    """Acts on each CDEvent that it has not acted on: one source does not use an id twice, two sources may."""

    def __init__(self, settings: ActionSettings, act: Act) -> None:
        self._act = act
        self._done = Done(settings.done)
        self._worker = Worker(f"{settings.type}-sink")

    async def publish(self, batch: Sequence[Message]) -> None:
        """Acts on each event in order; returning means that all were acted on, now or before."""
        for index, message in enumerate(batch):
            try:
                await self._worker.run(lambda message=message: self._once(message))  # type: ignore[misc]  # bound now
            except DeliveryError as error:
                error.delivered = index
                raise

    async def aclose(self) -> None:
        """Ends the thread."""
        self._worker.close()

    def _once(self, message: Message) -> None:
        if message.format is not Format.CDEVENTS:
            raise PermanentError("an action takes CDEvents, and this route is of legacy events")
        name = f"{message.attributes['source']} {message.attributes['id']}"
        if not self._done.has(name):
            self._act(orjson.loads(message.data))
            self._done.add(name)
