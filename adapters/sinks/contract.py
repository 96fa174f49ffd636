"""What a sink is, and what every sink's settings have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol, runtime_checkable

from adapters.model import Message
from adapters.settings import Settings


class SinkSettings(Settings):
    """What every sink has: the word that names its type."""

    type: str

    @classmethod
    def shaped(cls) -> Collection[str]:
        """The settings with `${...}` of the event."""
        return ()

    @property
    def templated(self) -> bool:
        """Whether it says itself what is sent for a CDEvent; a message of an export mapping says so otherwise."""
        return False


class Sink(Protocol):
    """Where messages go. One sink may serve many routes at once."""

    def publish(self, batch: Sequence[Message]) -> Awaitable[None]:
        """Hands over messages in order; what it returns is to be awaited, and is the acknowledgement of all of them.

        That raises TransientError or PermanentError, with the number of messages that were taken before the one that
        failed.
        """

    async def aclose(self) -> None:
        """Lets go of connections and files; nothing is published afterwards."""


Taken = Callable[[int], None]
"""Is told from any thread, and at once, the index of each message of a batch that was taken.

What was told is not sent again after a kill. So of those that keep their order none is told before all before it are.
"""


def untold(_index: int) -> None:
    """What nobody wants to know."""


@runtime_checkable
class Telling(Sink, Protocol):
    """A sink that takes the messages of a batch one by one, and tells of each."""

    def tell(self, batch: Sequence[Message], taken: Taken) -> Awaitable[None]:
        """Does what `publish` does."""


@runtime_checkable
class Pipelined(Sink, Protocol):
    """A sink that takes a batch before the one before it is acknowledged, and keeps their order all the same."""

    async def send(self, batch: Sequence[Message], taken: Taken = untold) -> Awaitable[None]:
        """Hands over messages in order; what it returns is to be awaited, and says what `publish` says.

        It raises by itself when a message could not be handed over: nothing may be sent behind what was not. Of what
        was sent behind a message that the other side then refuses, anything may have arrived.
        """
