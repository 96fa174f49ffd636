"""What a route makes of the records that it reads: batches of messages, in order, rendered here or elsewhere."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from typing import Any

import structlog

from adapters.logs import Seldom
from adapters.metrics import Metrics
from adapters.model import LARGE, Record
from adapters.route.batch import Batch
from adapters.route.chunk import BATCH_BYTES, Aside, Chunk
from adapters.route.contract import Log
from adapters.route.large import Large
from adapters.route.rendered import Render, Rendered
from adapters.route.turns import Turn

_UNSAID = "an event is not published: the route's spec has no type for it"

_log = structlog.get_logger(__name__)


@dataclass
class Making:
    """Makes a route's batches; a bug that a record brings to light is a reason why this one record fails.

    What is `large`, or may be what ended a process, is rendered with care: `persistently` notes that in the log.
    """

    route: str
    log: Log
    render: Render
    metrics: Metrics
    large: Large
    turn: Turn
    aside: Aside
    persistently: Callable[..., Awaitable[Any]]
    _deadly: int = 0
    _seldom: Seldom = field(default_factory=Seldom)

    @property
    def careful(self) -> int:
        """The number up to which a record may be what ended a process, this one before its start, or the one aside."""
        return max(self.log.careful, self._deadly)

    async def batches(self, chunk: Chunk) -> AsyncGenerator[Batch]:
        """What the records become: bounded by what is in memory at once, however large one is."""
        answer = await chunk.answered(self.aside)
        if answer.deadly:
            self._deadly = chunk.records[-1].seq
        batch = Batch()
        for record, made in zip_longest(chunk.records, answer.made):
            if len(record.notification.body) > LARGE or record.seq <= self.careful:
                yield self._counted(batch)
                async with aclosing(self._pieces(record)) as pieces:
                    async for piece in pieces:
                        yield self._counted(piece)
                batch = Batch()
                continue
            batch.add(record, self._rendered(record, made))
            if batch.size > BATCH_BYTES:
                yield self._counted(batch)
                batch = Batch()
            await self.turn.passed()
        yield self._counted(batch)

    async def _pieces(self, record: Record) -> AsyncGenerator[Batch]:
        """A batch of each piece of a record, and one at its end."""
        end = Batch(last=record.seq)
        begun, over = partial(self.persistently, self.log.begun), partial(self.persistently, self.log.over)
        try:
            async with aclosing(self.large.rendered(record, self.render, begun, over)) as pieces:
                async for piece in pieces:
                    batch = Batch()
                    batch.add(record, self.render.after(record, piece), last=False)
                    yield batch
        except Exception as error:  # noqa: BLE001 - a crash would meet the same record again, for ever
            end.add(record, self._bug(record, error))
        yield end

    def _counted(self, batch: Batch) -> Batch:
        batch.count(self.route, self.metrics)
        return batch

    def _rendered(self, record: Record, made: Rendered | None) -> Rendered:
        """What the record becomes, or is made already; a bug that it brings to light holds up this record only."""
        try:
            rendered = self.render.after(record, made or self.render(record))
        except Exception as error:  # noqa: BLE001 - a crash would meet the same record again, for ever
            return self._bug(record, error)
        if rendered.unmatched and self._seldom.allows(record.notification.source):
            _log.warning("no rule covers a record", route=self.route, source=record.notification.source, seq=record.seq)
        for name in rendered.unsaid:
            if count := self._seldom.allows(name):
                _log.warning(_UNSAID, route=self.route, name=name, since_last_said=count)
        return rendered

    def _bug(self, record: Record, error: Exception) -> Rendered:
        if self._seldom.allows(type(error).__name__):
            _log.error("a bug, please report it", route=self.route, seq=record.seq, exc_info=error)
        return Rendered(errors=(f"bug: {type(error).__name__}: {error}",))
