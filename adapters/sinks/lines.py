"""A message as one line, for sinks that write lines."""

from __future__ import annotations

from adapters.cdevents.cloudevents import structured
from adapters.model import Encoding, Message


def line(message: Message) -> bytes:
    """One line with its end: a structured CloudEvent, or for `raw` the data alone, with spaces for its line breaks."""
    if message.encoding is Encoding.RAW:
        return b" ".join(message.data.splitlines()) + b"\n"
    return structured(message) + b"\n"
