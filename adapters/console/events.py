"""The events that pages tell of: those of the journal, and those of the store if there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from starlette.requests import Request

from adapters.cdevents.heard import cdevents
from adapters.console.console import Console
from adapters.console.heard import RECORDS
from adapters.console.stored import Answer, Stored, store
from adapters.errors import AdapterError, JournalUnavailable
from adapters.journal import log
from adapters.lineage.event import Event

LONGEST = 2048
"""Characters of what may be asked for."""


def asked(request: Request, name: str) -> str:
    """A parameter of a page's address, empty where it is not there; without what no text of a database can have."""
    return request.query_params.get(name, "").replace("\0", "").strip()[:LONGEST]


class Found(NamedTuple):
    """Events, some of them perhaps twice, and what a reader has to know of where they are from."""

    events: Sequence[Event]
    notes: Sequence[str]


def found(console: Console, ask: Callable[[Stored], Answer]) -> Found:
    """What the journal has, and what a store answers; one that cannot be asked is told, if the other can.

    Raises JournalUnavailable where there is neither.
    """
    notes: list[str] = []
    events: list[Event] = []
    if kept := store(console.settings):
        try:
            answer = ask(kept)
            events += answer.events
            if answer.partial:
                notes.append("The store has more of it than can be shown: these are the nearest, and the latest.")
        except AdapterError as error:
            notes.append(f"The store is left out. {error}")
    try:
        with console.journal() as journal:
            known = console.heard.known(journal)
    except JournalUnavailable as error:
        if kept is None or notes:
            raise
        return Found(events, [f"The journal is left out. {error}"])
    if known.partial and (kept is None or notes):
        notes.append(f"Of the journal it is the latest {RECORDS:,} events. A store keeps all of them.")
    return Found([*events, *(event for event, _ in known.events.values())], notes)


class Shown(NamedTuple):
    """An event as it is published, and the number of the record that it is of, None where only a store has it."""

    body: bytes
    record: int | None


def shown(console: Console, id_: str) -> Shown | None:
    """The event of an id, from the journal or else the store; None where neither has it."""
    try:
        with console.journal() as journal:
            _, number = console.heard.known(journal).events.get(id_, (None, None))
            record = log.record(journal, number) if number else None
    except JournalUnavailable:
        record = None
    if record:
        for message in console.render(record).messages:
            for document in cdevents(message.data, {})[0]:
                if document["context"]["id"] == id_:
                    return Shown(message.data, record.seq)
    kept = store(console.settings)
    body = kept.document(id_) if kept else None
    return Shown(body, None) if body else None
