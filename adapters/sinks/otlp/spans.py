"""Which spans an event makes, with what is remembered of those before it.

A run is one span: it has the id, the parent and the time of the event that it started by, and is told when it ends.
The time that it waited is another. Whatever else happens is a span without length, which needs no memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import orjson

from adapters.sinks.otlp import attributes
from adapters.sinks.otlp.ids import span_id, trace_id
from adapters.sinks.otlp.memory import Remembered
from adapters.sinks.otlp.told import Told

QUEUED, STARTED = "queued", "started"
_ENDED = frozenset({"finished", "skipped"})
_OTHER_CHAIN = "CHANGE"
"""The kind of a link that may lead into the chain of another change."""


class Place(NamedTuple):
    """A span, wherever it is: the ids of its trace and of itself."""

    trace: bytes
    span: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """A span of OpenTelemetry; times are in ns since 1970, `error` is why it failed, None where it did not."""

    place: Place
    parent: bytes | None
    name: str
    start: int
    end: int
    resource: attributes.Attributes
    attributes: Mapping[str, str]
    links: Sequence[Place] = ()
    error: str | None = None
    server: bool = field(default=False, kw_only=True)


class Memory(Protocol):
    """What is remembered of events before."""

    def keep(self, event: Remembered) -> None:
        """Remembers an event."""

    def find(self, id_: str) -> Remembered | None:
        """The event with this id."""

    def latest(self, about: str, predicate: str, until: int) -> Remembered | None:
        """The last that happened to a subject, up to a time."""


_Link = tuple[str, str]
"""The id of an event that is followed, and the kind of the relation."""


def spans(told: Told, memory: Memory, heard_in: Place | None = None) -> list[Span]:
    """The spans that an event is the end of, in order; what later ones will ask about it is in the memory.

    `heard_in` is a span of somebody else's, in which the event was told: that of the event has a link to it.
    """
    return list(_Telling(told, memory, heard_in).spans())


class _Telling:
    def __init__(self, told: Told, memory: Memory, heard_in: Place | None) -> None:
        self._told, self._memory, self._heard_in = told, memory, heard_in
        self._links: Sequence[_Link] = [(each.target, each.rel) for each in told.follows]
        self._trace = told.own_trace or self._trace_of_what_is_followed() or trace_id(told.about)

    def spans(self) -> Iterator[Span]:
        predicate = self._told.row.predicate
        if predicate in _ENDED:
            yield from self._ended()
        elif predicate in {QUEUED, STARTED}:
            if predicate == STARTED:
                yield from self._waited()
            self._keep(self._told.span)
        else:
            yield self._span(self._told.span, self._told.time, self._links)
            if self._told.row.predicate == "merged":
                self._keep(self._told.span)

    def _ended(self) -> Iterator[Span]:
        told, begun = self._told, self._before(STARTED)
        if begun is None:
            yield from self._waited()
            yield self._span(told.span, told.time - _took(told), self._links)
            return
        links = [*orjson.loads(begun.follows), *(each for each in self._links if each[0] != begun.id)]
        self._keep(begun.span)
        yield self._span(begun.span, min(begun.time, told.time), links)

    def _waited(self) -> Iterator[Span]:
        if queued := self._before(QUEUED):
            waiting = {"cicd.pipeline.run.state": "pending"} if self._told.row.subject == "pipelinerun" else {}
            parent, others = self._tied(orjson.loads(queued.follows))
            yield Span(
                Place(self._trace, queued.span),
                parent,
                f"queue {attributes.name(self._told)}",
                min(queued.time, self._told.time),
                self._told.time,
                attributes.resource(self._told),
                waiting,
                others,
            )

    def _span(self, id_: bytes, start: int, links: Iterable[_Link]) -> Span:
        told = self._told
        parent, others = self._tied(links)
        return Span(
            Place(self._trace, id_),
            parent,
            attributes.name(told) if told.row.predicate in _ENDED else f"{told.row.subject}.{told.row.predicate}",
            start,
            told.time,
            attributes.resource(told),
            attributes.attributes(told),
            [*others, self._heard_in] if self._heard_in else others,
            attributes.reason(told) if attributes.failed(told) else None,
            server=told.row.subject == "pipelinerun" and told.row.predicate in _ENDED,
        )

    def _before(self, predicate: str) -> Remembered | None:
        """What happened to its subject before it: what it is linked to, or else the last by time."""
        followed = (self._memory.find(target) for target, _ in self._links)
        mine = (each for each in followed if each and (each.about, each.predicate) == (self._told.about, predicate))
        return next(mine, None) or self._memory.latest(self._told.about, predicate, self._told.time)

    def _tied(self, links: Iterable[_Link]) -> tuple[bytes | None, list[Place]]:
        """The span above it, which is in its own trace, and those it is linked to."""
        places = list(dict.fromkeys(place for place in map(self._place, links) if place))
        parent = next((each for each in places if each.trace == self._trace), None)
        return parent and parent.span, [each for each in places if each != parent]

    def _place(self, link: _Link) -> Place | None:
        target, relation = link
        if known := self._memory.find(target):
            return Place(known.trace, known.span)
        return None if relation == _OTHER_CHAIN else Place(self._trace, span_id(target))

    def _trace_of_what_is_followed(self) -> bytes | None:
        return next((known.trace for target, _ in self._links if (known := self._memory.find(target))), None)

    def _keep(self, span: bytes) -> None:
        row = self._told.row
        self._memory.keep(
            Remembered(
                row.id,
                self._told.about,
                row.predicate,
                self._told.time,
                self._trace,
                span,
                orjson.dumps(self._links).decode(),
            )
        )


def _took(told: Told) -> int:
    """For how long it says that it took, in ns: `customData.seconds`, whose name says the unit; 0 where it does not."""
    seconds = told.custom.get("seconds")
    return round(seconds * 1e9) if isinstance(seconds, int | float) and 0 <= seconds < told.time / 1e9 else 0
