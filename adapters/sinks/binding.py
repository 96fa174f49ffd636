"""A message in the terms of a protocol that has headers, a content type and a body.

Bindings: github.com/cloudevents/spec (bindings/kafka, mqtt, nats), and for AMQP 0-9-1 Knative's RabbitMQ binding. They
differ in the prefix of an attribute's header.
"""

from __future__ import annotations

from typing import NamedTuple

from adapters.cdevents.cloudevents import (
    ADAPTER,
    CDEVENT_IDS,
    LEGACY_ID,
    STRUCTURED_JSON,
    TRACEPARENT,
    TRACESTATE,
    structured,
)
from adapters.model import Encoding, Format, Message

ENCODINGS = frozenset({Encoding.STRUCTURED, Encoding.BINARY, Encoding.RAW})
"""What such a protocol can carry: none of the bindings has a batch."""


_NAMES = {
    Format.LEGACY: ("id", CDEVENT_IDS),
    Format.CDEVENTS: (LEGACY_ID, "id"),
    Format.MAPPED: (LEGACY_ID, CDEVENT_IDS),
}
"""Which attributes have the ids of the tool's own event and of the CDEvents, by what a message is."""


class Parts(NamedTuple):
    """What a message is on the wire, before the protocol writes it down."""

    headers: dict[str, str]
    content_type: str
    body: bytes


def parts(message: Message, prefix: str) -> Parts:
    """The message by its encoding: `prefix` stands before the attributes that are headers in binary mode."""
    if message.encoding is Encoding.STRUCTURED:
        return Parts({**message.place.headers}, STRUCTURED_JSON, structured(message))
    content_type = message.attributes["datacontenttype"]
    if message.encoding is Encoding.RAW:
        return Parts({**message.place.headers, **counterparts(message)}, content_type, message.data)
    attributes = {prefix + name: value for name, value in message.attributes.items() if name != "datacontenttype"}
    return Parts({**message.place.headers, **attributes}, content_type, message.data)


def counterparts(message: Message) -> dict[str, str]:
    """Headers by which the two forms of an event name each other, the adapter, and a trace, where they are bare."""
    attributes = message.attributes
    legacy, cdevents = _NAMES[message.format]
    named = {
        "legacy-id": attributes.get(legacy),
        "cdevents-ids": attributes.get(cdevents),
        **{name: attributes.get(name) for name in (ADAPTER, TRACEPARENT, TRACESTATE)},
    }
    return {name: value for name, value in named.items() if value}
