"""A sink that acts on events, one after the other, and on each only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic

from adapters.errors import DeliveryError
from adapters.model import Message
from adapters.sinks.actions.asked import Asked
from adapters.sinks.actions.done import Done
from adapters.sinks.actions.settings import ActionSettings
from adapters.worker import Worker


class ActionSink(Generic[Asked]):
    """Acts on each message that it has not acted on: one source does not use an id twice, two sources may.

    `asking` reads of a message what to do, `act` does it; both raise TransientError or PermanentError, and may block.
    """

    def __init__(
        self, settings: ActionSettings, asking: Callable[[Message], Asked], act: Callable[[Asked], None]
    ) -> None:
        self._asking, self._act = asking, act
        self._done = Done(settings.done)
        self._worker = Worker(f"{settings.type}-sink")

    async def publish(self, batch: Sequence[Message]) -> None:
        """Acts on each message in order; returning means that all were acted on, now or before."""
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
        name = f"{message.attributes.get('source')} {message.attributes['id']}"
        if not self._done.has(name):
            self._act(self._asking(message))
            self._done.add(name)
