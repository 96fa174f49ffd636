"""Messages, and an HTTP server on the loopback that answers as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from adapters.model import Encoding, Format, Message
from tests.receiver import Receiver, receiving

Make = Callable[..., Message]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that is up."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def make() -> Make:
    """What makes a message with a number."""

    def make(
        number: int = 1, *, encoding: Encoding = Encoding.STRUCTURED, data: bytes = b'{"a": 1}', **more: str
    ) -> Message:
        attributes = {
            "specversion": "1.0",
            "id": f"id-{number}",
            "source": "https://jenkins.example.com/",
            "type": "legacy.jenkins.notification",
            "time": "2026-03-01T12:00:00Z",
            "datacontenttype": "application/json",
        }
        return Message(Format.LEGACY, encoding, attributes | more, data)

    return make
