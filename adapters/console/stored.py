"""The store that a configuration has a sink for, asked for events; the sidecar does not know of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple

from adapters.config import Config
from adapters.delivery import related
from adapters.delivery.engine import Engine
from adapters.delivery.stores import opened
from adapters.lineage.event import Event
from adapters.lineage.reading import events
from adapters.lineage.wanted import Wanted
from adapters.sinks.store_settings import ParquetSettings, PostgresqlSettings

TIMEOUT = 60.0
"""Seconds that a statement may take while somebody waits."""


class Answer(NamedTuple):
    """Events of a store; `partial` where there are more."""

    events: Sequence[Event]
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A store: PostgreSQL by its URL, or a folder of Parquet. What cannot be asked raises AdapterError."""

    place: str
    password: str | None = None

    def opened(self, timeout: float = TIMEOUT) -> AbstractContextManager[Engine]:
        """A session with it, in which a statement of PostgreSQL may take so many seconds."""
        return opened(self.place, self.password, timeout)

    def related(self, wanted: Wanted) -> Answer:
        """What has to do with what is wanted, and perhaps more."""
        with self.opened() as engine:
            found = related.related(engine, wanted.names(), wanted.number)
        return Answer(list(events(found.bodies)), found.partial)

    def services(self, service: str | None = None, environment: str | None = None) -> Answer:
        """What is where, and the history of a service, in all environments or one, with changes and runs."""
        with self.opened() as engine:
            bodies = list(related.services(engine, service, environment))
        return Answer(list(events(bodies)), len(bodies) >= related.MOST)

    def document(self, id_: str) -> bytes | None:
        """An event as it was stored, None where it is not there."""
        with self.opened() as engine:
            return next(related.documents(engine, id_), None)


def store(settings: Config) -> Stored | None:
    """That of the first sink that is one."""
    for sink in settings.sinks.values():
        if isinstance(sink, PostgresqlSettings):
            return Stored(sink.url, sink.password.get_secret_value() if sink.password else None)
        if isinstance(sink, ParquetSettings):
            return Stored(str(sink.path))
    return None
