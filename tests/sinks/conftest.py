"""Messages, and HTTP servers on the loopback, of which one answers as it is told and one wants to be trusted."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.model import Encoding, Format, Message
from tests.certificates import Identity, identity
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


@dataclass(frozen=True)
class Private:
    """A server over TLS whose certificate signs itself, and that wants to be shown one that does."""

    receiver: Receiver
    url: str
    own: Identity
    client: Identity


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Private]:
    """One that is up."""
    own, client = identity(tmp_path, "own"), identity(tmp_path, "client")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(client.certificate)
    with receiving(context) as receiver:
        yield Private(receiver, receiver.url.partition("/events")[0], own, client)
