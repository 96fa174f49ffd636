"""How much of requests' bodies the server has in its hands: bounded over all of them, whoever sends."""

from __future__ import annotations

import asyncio

from adapters.answers import Application, Message, Receive, Scope, Send

LIMIT = 32 << 20
"""Bytes over all bodies, beyond which they are read one after the other."""

SMALL = 64 << 10
"""Bytes of a body that are read in any case: what most tools send is no larger."""


class Hands:
    """Lets a request read on only while there is room, or it is the oldest: the others stay in their clients' sockets.

    They wait there for as long as their source gives a body to come.
    """

    def __init__(self, app: Application) -> None:
        self._app = app
        self._held: dict[object, int] = {}
        self._total = 0
        self._freed = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request; what it held is free when it is answered."""
        request = object()
        self._held[request] = 0

        async def read() -> Message:
            while self._waits(request):
                await self._freed.wait()
            message = await receive()
            size = len(message.get("body", b""))
            self._held[request] += size
            self._total += size
            return message

        try:
            await self._app(scope, read, send)
        finally:
            self._total -= self._held.pop(request)
            self._freed.set()
            self._freed = asyncio.Event()

    def _waits(self, request: object) -> bool:
        return self._total > LIMIT and self._held[request] >= SMALL and request is not next(iter(self._held))
