"""The batches of a sink that are not settled yet, and the connection that each went over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, Generic, TypeVar

from adapters.errors import TransientError

Connection = TypeVar("Connection")


class UnderWay(Generic[Connection]):
    """Keeps a batch from overtaking one that went down with its connection, before the route has learned of that."""

    def __init__(self) -> None:
        self._batches: list[tuple[Connection, asyncio.Future[None]]] = []

    async def behind(self, connecting: Awaitable[Connection]) -> Connection:
        """The connection to send over.

        Raises TransientError where what is under way now went over another one.
        """
        before = self._unsettled()
        connection = await connecting
        if any(each is not connection for each, _ in before):
            raise TransientError("the connection is gone over which was sent what is not settled yet")
        return connection

    def add(self, connection: Connection, settling: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
        """What was sent over a connection is under way until it settles."""
        settled = asyncio.ensure_future(settling)
        self._batches = [*self._unsettled(), (connection, settled)]
        return settled

    def _unsettled(self) -> list[tuple[Connection, asyncio.Future[None]]]:
        return [(connection, settled) for connection, settled in self._batches if not settled.done()]
