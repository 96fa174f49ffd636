"""The data that flows: frozen, and free of behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol


class Spec(StrEnum):
    """The CDEvents versions that a route can publish, from the oldest on: as text they are in this order, too."""

    V0_3_0 = "0.3.0"
    V0_4_1 = "0.4.1"
    V0_5_1 = "0.5.1"
    V0_6_0 = "0.6.0-draft"

    __hash__ = str.__hash__  # Enum's own is a Python function, and caches ask for it several times a record

    @property
    def experimental(self) -> bool:
        """Whether it is a draft, which may yet change."""
        return self.endswith("-draft")


class Format(StrEnum):
    """What a route publishes: the tool's own event, its translation, or that in the words of another tool."""

    LEGACY = "legacy"
    CDEVENTS = "cdevents"
    MAPPED = "mapped"


class Encoding(StrEnum):
    """How a message is laid on the wire: a CloudEvents content mode, or the bare data."""

    STRUCTURED = "structured"
    BINARY = "binary"
    BATCH = "batch"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a source has read one of its inputs; `value` is the source's own text, None to forget the input."""

    source: str
    key: str
    value: str | None


TRUNCATED = "x-truncated"
"""The header of a notification that its source had to cut: the bytes there were, at least, or `<bytes>/<limit>`."""

STUB = 64 << 10
"""Bytes that are kept of a notification that is too large for its source."""


LOOKED_UP = "x-image-labels"
"""The header of a notification whose source asked a registry about images: a JSON object, by package URL.

Of each it has labels, under their own names, and what else `registry.api.Registry.told` tells. Once it had labels only.
"""

JOINED = "x-joined"
"""The header of a notification whose sidecar knew what its events follow: a JSON object of `cdevents.joined.Joined`s,
by the event's id."""

REDACTED = "x-redacted"
"""The header of a notification out of which its source was told to leave something: how many values and passages."""

DROPPED = "x-dropped"
"""The header of a notification out of which its mapping or source dropped something: the paths of what is gone."""

FILE = "x-file"
"""The header of a notification that is all of a file that is replayed: its path, as the user gave it."""

RELAYED = "x-relayed"
"""The header of a notification that another adapter has heard and published: the id of its legacy event."""

LENT = "x-lent"
"""The header of a notification that its broker still has, until each route has passed it."""

DAMAGED = "x-damaged"
"""The header of a notification that is not any more what was kept of it."""


LARGE = 128 << 10
"""Bytes of a body beyond which a notification is large: it is decoded beside the event loop, one at a time."""


class Notification(NamedTuple):
    """What a tool said, as it said it.

    `source` names the configured source; `headers` has lower-case names and never a credential; `received_at` is
    aware, in UTC. `position` tells it from another notification with the same bytes (a file and offset, a stream's
    sequence number) and is empty where the same bytes mean the same notification (a redelivered webhook).
    """

    source: str
    body: bytes
    received_at: datetime
    headers: Mapping[str, str] = {}
    position: str = ""


class Record(NamedTuple):
    """A notification at its place in a log; `seq` grows and is never used again."""

    seq: int
    notification: Notification


class CDEvent(NamedTuple):
    """One CDEvent, before a spec version is chosen; its content is shaped as in CDEvents 0.5.1.

    `name` is `<subject>.<predicate>` of the vocabulary, or a whole custom type
    (`dev.cdeventsx.<tool>-<subject>.<predicate>.<version>`). `timestamp` is RFC 3339 in UTC, ending in `Z`.
    """

    name: str
    id: str
    source: str
    timestamp: str
    subject_id: str
    content: Mapping[str, Any]
    subject_source: str | None = None
    chain_id: str | None = None
    links: Sequence[Mapping[str, Any]] = ()
    custom_data: Mapping[str, Any] | None = None


class Place(NamedTuple):
    """Where one message goes at its sink, as far as it says so itself: None, or nothing, is as the sink is set."""

    topic: str | None = None
    method: str | None = None
    path: str | None = None
    headers: Mapping[str, str] = {}


NOWHERE = Place()
"""The place of what does not say it."""


class Mapped(NamedTuple):
    """A CDEvent in another tool's words: what an export mapping makes, one of several perhaps.

    `name` is the message's in the mapping; `id` is the same whenever it is made of the same event; `type` is what a
    broker or a CloudEvent calls it; `body` is JSON. `key` is equal for all that must keep its order.
    """

    name: str
    id: str
    type: str
    body: Any
    place: Place = NOWHERE
    key: str | None = None


class Message(NamedTuple):
    """One event ready for any sink: CloudEvents attributes (extensions included) and the data's bytes.

    `attributes` always has specversion, id, source, type, time and datacontenttype, all as strings;
    `partitionkey` is equal for all that must keep its order. `place` is what it says itself of where it goes.
    """

    format: Format
    encoding: Encoding
    attributes: Mapping[str, str]
    data: bytes
    place: Place = NOWHERE


class Receive(Protocol):
    """Takes what a source heard."""

    async def __call__(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> object:
        """Returns when the notifications, and where their source stands after them, are on disk: all or none.

        Raises JournalUnavailable when they are not.
        """
