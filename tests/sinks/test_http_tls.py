"""The HTTP sink over TLS."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.errors import TransientError
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from tests.certificates import Identity, identity
from tests.receiver import receiving
from tests.sinks.conftest import Make


@dataclass(frozen=True)
class Server:
    """A server over TLS that asks for a client certificate that signs itself like its own."""

    url: str
    server: Identity
    client: Identity


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One that is up."""
    own, client = identity(tmp_path, "server"), identity(tmp_path, "client")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(client.certificate)
    with receiving(context) as receiver:
        yield Server(receiver.url, own, client)


def opened(server: Server, **tls: object) -> HttpSink:
    """A sink for a server."""
    return HttpSink(HttpSettings.model_validate({"type": "http", "url": server.url, "tls": tls}))


async def test_a_private_authority_and_a_client_certificate(
    server: Server, make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Both sides prove who they are; another bundle in the environment does not take the place of `ca`."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(identity(tmp_path, "other").certificate))
    client = {"certificate": server.client.certificate, "key": server.client.key}
    sink = opened(server, ca=server.server.certificate, **client)
    await sink.publish([make()])
    await sink.aclose()


async def test_a_server_that_cannot_be_trusted_is_told(server: Server, make: Make) -> None:
    """The reason is that of the TLS library; nothing was sent."""
    sink = opened(server)
    with pytest.raises(TransientError, match="certificate verify failed"):
        await sink.publish([make()])
    await sink.aclose()


async def test_an_authority_file_that_is_missing_is_told(server: Server, make: Make, tmp_path: Path) -> None:
    """With its path; it may be mounted later."""
    sink = opened(server, ca=tmp_path / "missing.pem")
    with pytest.raises(TransientError, match=r"missing\.pem"):
        await sink.publish([make()])
    await sink.aclose()
