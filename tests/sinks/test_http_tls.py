from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from adapters.errors import TransientError
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from tests.sinks.conftest import Make

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make certificates")


@dataclass(frozen=True)
class Identity:
    """A certificate, and its key."""

    certificate: Path
    key: Path


def identity(directory: Path, name: str, authority: Identity | None = None) -> Identity:
    """A new one for the loopback, that signs itself, or that an authority has signed."""
    made = Identity(directory / f"{name}.pem", directory / f"{name}.key")
    subject = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    output = ["-keyout", str(made.key), "-out", str(made.certificate)]
    signed = ["-CA", str(authority.certificate), "-CAkey", str(authority.key)] if authority else []
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run([*command, "-days", "1", *subject, *output, *signed], check=True, capture_output=True)
    return made


class Handler(BaseHTTPRequestHandler):
    """Takes whatever is posted."""

    def do_POST(self) -> None:
        """Answers 200."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


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
    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        http.socket = context.wrap_socket(http.socket, server_side=True)
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Server(f"https://127.0.0.1:{http.server_port}/", own, client)
        http.shutdown()
        thread.join()


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
