"""A client's TLS, between real sockets."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.tls import Tls, context
from tests.certificates import Identity, identity


@pytest.fixture
def server(tmp_path: Path) -> Identity:
    """Who the server is."""
    return identity(tmp_path, "server")


@pytest.fixture
def client(tmp_path: Path) -> Identity:
    """Who the client is; the server wants to know."""
    return identity(tmp_path, "client")


def talk(server: Identity, client: Identity, tls: Tls) -> bytes:
    """What the server says to a client with these settings."""
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(server.certificate, server.key)
    theirs.load_verify_locations(client.certificate)
    theirs.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        pool.submit(_serve, theirs, listener)
        with (
            socket.create_connection(listener.getsockname(), timeout=5) as plain,
            context(tls).wrap_socket(plain, server_hostname="127.0.0.1") as secured,
        ):
            return secured.recv(5)


def _serve(theirs: ssl.SSLContext, listener: socket.socket) -> None:
    plain, _ = listener.accept()
    with plain, suppress(OSError), theirs.wrap_socket(plain, server_side=True) as secured:
        secured.sendall(b"hello")


def test_both_sides_prove_who_they_are(server: Identity, client: Identity) -> None:
    """With a private authority, and a client certificate."""
    tls = Tls(ca=server.certificate, certificate=client.certificate, key=client.key)
    assert talk(server, client, tls) == b"hello"


def test_a_server_that_is_not_known_is_not_trusted(server: Identity, client: Identity) -> None:
    """The system's authorities have not signed it."""
    with pytest.raises(ssl.SSLCertVerificationError):
        talk(server, client, Tls(certificate=client.certificate, key=client.key))


def test_anybody_is_trusted_where_that_is_written(server: Identity, client: Identity) -> None:
    """Whatever name it has, whoever signed it."""
    assert talk(server, client, Tls(verify=False, certificate=client.certificate, key=client.key)) == b"hello"


def test_a_key_needs_its_certificate(tmp_path: Path) -> None:
    """It is nothing by itself."""
    with pytest.raises(ValidationError, match="'key' needs 'certificate'"):
        Tls(key=tmp_path / "key.pem")


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """In a sentence, at each attempt: it may be there at the next."""
    missing = tmp_path / "ca.pem"
    with pytest.raises(OSError, match=f"TLS cannot use {re.escape(str(missing))}: No such file or directory"):
        context(Tls(ca=missing))


def test_nobody_is_asked_for_a_passphrase(client: Identity) -> None:
    """A service has no terminal: the key is told to be without one."""
    command = ["openssl", "ec", "-in", str(client.key), "-out", str(client.key), "-aes256", "-passout", "pass:s3cret"]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(OSError, match="the key has a passphrase"):
        context(Tls(certificate=client.certificate, key=client.key))
