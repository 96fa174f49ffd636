"""What a route has read before its turn, so that another process can render it meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from adapters.model import Record
from adapters.route.chunk import Answer, Aside, Chunk, made, movable
from adapters.route.rendered import Render
from adapters.route.turns import Turn


@dataclass
class Ahead:
    """Reads for a route, in order, as far ahead as another process is of use; what that has no room for is made here.

    `read` has up to `batch` records that are new; up to the number `careful` they wait for their turn. While somebody
    waits to be answered nothing is given away: what comes back so soon would take of the time for that.
    """

    route: str
    batch: int
    render: Render
    aside: Aside
    read: Callable[[], Awaitable[Sequence[Record]]]
    careful: Callable[[], int]
    turn: Turn
    _chunks: deque[Chunk] = field(default_factory=deque)

    def __bool__(self) -> bool:
        """Whether there is something that was read."""
        return bool(self._chunks)

    async def next(self) -> Chunk | None:
        """What comes next, None where there is nothing."""
        while len(self._chunks) < self.aside.ahead and await self._more():
            pass
        return self._chunks.popleft() if self._chunks else None

    def forget(self) -> None:
        """What was read is to be read again."""
        self._chunks.clear()

    async def _more(self) -> bool:
        if self._chunks and len(self._chunks[-1].records) < self.batch:
            return False
        if records := await self.read():
            revision = self.aside.revision
            self._chunks.append(Chunk(records, await self._answer(records), revision))
        return len(records) == self.batch

    async def _answer(self, records: Sequence[Record]) -> Awaitable[Answer] | None:
        if len(records) < self.batch or not movable(records, self.careful()):
            return None
        asked = None if self.turn.yields else self.aside.begin(self.route, records)
        return asked if asked or not self._chunks else await self._here(records)

    async def _here(self, records: Sequence[Record]) -> asyncio.Future[Answer]:
        rendered = []
        for each in made(self.render, records):
            rendered.append(each)
            await self.turn.passed()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        answer.set_result(Answer(rendered))
        return answer
