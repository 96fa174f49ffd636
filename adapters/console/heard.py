"""The events of a journal, translated once and kept: a story is asked for more often than something is heard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import NamedTuple

from adapters.journal import Database, log
from adapters.lineage.event import Event
from adapters.lineage.reading import events_of
from adapters.mapping import Translator
from adapters.route.rendered import Render

RECORDS = 50_000
"""Records of a journal that are looked at, the latest, and the events of these that are kept."""

_AT_ONCE = 500


class Known(NamedTuple):
    """Events by their ids, each with the number of the record that it is of; `partial` where there are older ones."""

    events: Mapping[str, tuple[Event, int]]
    partial: bool


class Heard:
    """What was heard last, by the mappings as they are now; where these change, all of it is translated again."""

    def __init__(
        self,
        sources: Collection[str],
        translator: Callable[[str], Translator | None],
        render: Render,
        most: int = RECORDS,
    ) -> None:
        self._sources = sources
        self._translator = translator
        self._render = render
        self._most = most
        self._turn = threading.Lock()
        self._translators: Mapping[str, Translator | None] = {}
        self._events: dict[str, tuple[Event, int]] = {}
        self._after, self._partial = 0, False

    def known(self, database: Database) -> Known:
        """All that is known after what the journal has now was read."""
        with self._turn:
            current = {name: self._translator(name) for name in self._sources}
            if self._is_of_others(current) or log.last(database) < self._after:
                self._events, self._after, self._partial = {}, 0, False
            self._translators = current
            self._begin(database)
            self._read(database)
            return Known(dict(self._events), self._partial)

    def _is_of_others(self, current: Mapping[str, Translator | None]) -> bool:
        return any(translator is not self._translators.get(name) for name, translator in current.items())

    def _begin(self, database: Database) -> None:
        """Passes over what is too old, where nothing newer was read yet."""
        if (first := log.back(database, self._most)) > self._after:
            self._after, self._partial = first, True

    def _read(self, database: Database) -> None:
        while records := log.read(database, self._after, _AT_ONCE):
            for record in records:
                for message in self._render(record).messages:
                    self._events.update((each.id, (each, record.seq)) for each in events_of(message.data))
            self._after = records[-1].seq
            self._bound()

    def _bound(self) -> None:
        for id_ in list(islice(self._events, max(0, len(self._events) - self._most))):
            del self._events[id_]
            self._partial = True
