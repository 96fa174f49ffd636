"""What a sink is, and what every sink's settings have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from adapters.model import Message
from adapters.settings import Settings


class SinkSettings(Settings):
    """What every sink has: the word that names its type."""

    type: str


class Sink(Protocol):
    """Where messages go. One sink may serve many routes at once."""

    async def publish(self, batch: Sequence[Message]) -> None:
        """Hands over messages in order; returning is the acknowledgement of all of them.

        Raises TransientError or PermanentError, with the number of messages that were taken before the one that failed.
        """

    async def aclose(self) -> None:
        """Lets go of connections and files; nothing is published afterwards."""
