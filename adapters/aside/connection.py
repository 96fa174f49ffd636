"""This end of the process that renders: what it was asked, and its answers, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from adapters.aside import wire
from adapters.aside.plan import Generation
from adapters.child import process
from adapters.child.frames import Value
from adapters.child.process import Child, Ended
from adapters.model import Record
from adapters.route.chunk import Answer

HELPER = "adapters.aside.helper"

ROOM = 3
"""Batches that it has at once: one that it renders, and the next, so that it does not wait for us."""

START = 30.0
"""Seconds that it gets to start, for which nobody waits."""

PATIENCE = 5.0
"""Seconds that it gets for an answer: then it is taken for stuck."""


Span = tuple[int, int]
"""The numbers of the first and the last record of a batch."""


def span(records: Sequence[Record]) -> Span:
    """That of a batch."""
    return records[0].seq, records[-1].seq


class Connection:
    """The process, and its answers to come. Whatever ends it, who waits for one is told to render by himself."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._asked: deque[tuple[Span, asyncio.Future[Answer]]] = deque()
        self._answered = 0

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._child.process.pid

    @property
    def asked(self) -> int:
        """Of how many spans it was asked for that it has not answered, for all the routes."""
        return len({span for span, _ in self._asked})

    async def load(self, plan: Value) -> Generation | None:
        """Has it load a plan; what that is made of, None where that changes just now. Raises Ended."""
        self._child.tell(plan)
        try:
            async with asyncio.timeout(START):
                generation: Generation | None = await self._child.hear()
        except TimeoutError:
            raise Ended(f"it has not started after {START:.0f} s") from None
        return generation

    def ask(self, route: str, records: Sequence[Record]) -> asyncio.Future[Answer]:
        """Asks how a route renders records; the answer comes while `listen` runs."""
        self._child.tell(wire.asked(route, records))
        asked: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked.append((span(records), asked))
        return asked

    async def listen(self) -> None:
        """Hands out the answers, until it raises Ended."""
        while True:
            self._tell(Answer(wire.rendered(await self._child.hear())))
            self._answered += 1

    async def watch(self) -> None:
        """Raises Ended when an answer is overdue."""
        while True:
            before, due = self._answered, self.asked > 0
            await asyncio.sleep(PATIENCE)
            if due and before == self._answered:
                raise Ended(f"it has not answered for {PATIENCE:.0f} s")

    def forget(self, *, deadly: bool) -> None:
        """What it has not answered is to be rendered by who asked; one may be `deadly`."""
        while self._asked:
            self._tell(Answer(deadly=deadly))

    def _tell(self, answer: Answer) -> None:
        if not (asked := self._asked.popleft()[1]).done():
            asked.set_result(answer)


@asynccontextmanager
async def started() -> AsyncIterator[Connection]:
    """A process that was told nothing yet, and is ended after. Raises OSError when there can be none."""
    async with process.started(HELPER) as child:
        connection = Connection(child)
        try:
            yield connection
        except Ended:
            connection.forget(deadly=True)
            raise
        finally:
            connection.forget(deadly=False)
