"""Records that are large, or that may have ended the process: rendered with care.

One at a time over all routes, so that one at most is in memory as objects; in pieces, so that its messages never are
all at once; in a thread, so that others are answered meanwhile; and each attempt is noted on disk before it begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice

from adapters.model import Record
from adapters.route.rendered import Render, Rendered

PIECE = 200
"""Messages that are made at once of such a record."""

ATTEMPTS = 2
"""How often a record may end the process."""

PATIENCE = 5.0
"""Seconds that a route may keep a record in memory while its sink takes a piece; then others have their turn."""

_ENDED = (
    f"rendering it ended or stalled the process {ATTEMPTS} times: it may be too large for the memory, or a bug; "
    "give the process more memory and retry, or report it"
)


Note = Callable[[int], Awaitable[int]]
"""Notes on disk that a record is begun, or that it is over; the first tells how often it was begun."""


class Large:
    """Renders such records of all routes in turn."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="large-records")

    async def rendered(self, record: Record, render: Render, begun: Note, over: Note) -> AsyncGenerator[Rendered]:
        """The pieces of a record; what a route does with one may take its time, in which others have their turn."""
        pieces = asyncio.Queue[Rendered | Exception | None](1)
        making = asyncio.create_task(_Making(record, render, begun, over, pieces).run(self._turn, self._worker))
        try:
            while (piece := await pieces.get()) is not None:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)


@dataclass
class _Making:
    """One record while it is rendered, for somebody who takes the pieces; at the end there is None."""

    record: Record
    render: Render
    begun: Note
    over: Note
    pieces: asyncio.Queue[Rendered | Exception | None]
    done: int = 0

    async def run(self, turn: asyncio.Lock, worker: ThreadPoolExecutor) -> None:
        try:
            while (left := await self._hold(turn, worker)) is not None:
                await self.pieces.put(left)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to who takes the pieces
            await self.pieces.put(error)
        await self.pieces.put(None)

    async def _hold(self, turn: asyncio.Lock, worker: ThreadPoolExecutor) -> Rendered | None:
        """Makes pieces until there are no more (None), or one is not taken in time: that one."""
        async with turn, self._noted() as attempt:
            made = islice(self._made(attempt), self.done, None)
            while (piece := await asyncio.get_running_loop().run_in_executor(worker, next, made, None)) is not None:
                self.done += 1
                try:
                    async with asyncio.timeout(PATIENCE):
                        await self.pieces.put(piece)
                except TimeoutError:
                    return piece
        return None

    def _made(self, attempt: int) -> Iterator[Rendered]:
        ended = Rendered(errors=(_ENDED,))
        return iter((ended,)) if attempt > ATTEMPTS else self.render.pieces(self.record, PIECE)

    @asynccontextmanager
    async def _noted(self) -> AsyncIterator[int]:
        """How often it was begun, noted until it is over: if it ends the process, or has too often, the note stays."""
        attempt = await self.begun(self.record.seq)
        try:
            yield attempt
        finally:
            if attempt <= ATTEMPTS:
                await self.over(self.record.seq)
