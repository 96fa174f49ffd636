"""What comes alone is rendered while it is on its way to the log: nobody else wants the processor then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from adapters.model import Notification, Record
from adapters.route.rendered import Render, Rendered
from adapters.route.translation import Remembered, Translates

AHEAD = 8 << 10
"""Bytes of a body up to which it is rendered ahead: that takes no longer than to flush it to a disk."""


class Foresight:
    """Of the routes of one log, which share what `translate` remembers.

    What was made at another `revision` of the mappings than there is now is made anew.
    """

    def __init__(self, translate: Remembered, revision: Callable[[], object] = lambda: None) -> None:
        self._translate, self._revision = translate, revision
        self._routes: list[_Next] = []

    def of(self, render: Render) -> Render:
        """Renders as `render` does, where what it is asked for was not made ahead."""
        self._routes.append(ahead := _Next(render, self._revision))
        return Render(ahead.pieces)

    def see(self, translator: Translates | None, seq: int, notifications: Sequence[Notification]) -> None:
        """Renders what comes alone, and is small, as the record that it is to be; a bug that this meets is met then."""
        if len(notifications) == 1 and len(notifications[0].body) <= AHEAD:
            with suppress(Exception):
                if translator is not None:
                    self._translate.ahead(translator, notifications[0])
                for each in self._routes:
                    each.make(Record(seq, notifications[0]))


class _Next:
    """What a route will render, once it is asked to."""

    def __init__(self, render: Render, revision: Callable[[], object]) -> None:
        self._render, self._revision = render, revision
        self._made: tuple[object, Record, Rendered] | None = None

    def make(self, record: Record) -> None:
        self._made = self._revision(), record, self._render(record)

    def pieces(self, record: Record, size: int) -> Iterator[Rendered]:
        made, self._made = self._made, None
        if made is not None and made[:2] == (self._revision(), record) and size == sys.maxsize:
            return iter(made[2:])
        return self._render.pieces(record, size)
