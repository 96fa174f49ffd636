"""The network that faults happen to does what they ask of it."""

from __future__ import annotations

import select
import socket
import socketserver
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from tests.faults.proxy import ADDRESS, CHUNK, Proxy

PATIENCE = 20.0


class Server(socketserver.ThreadingTCPServer):
    """Answers what it hears, and keeps it."""

    daemon_threads = True
    block_on_close = False
    heard = b""

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answers a connection until it ends."""
        del client_address
        while chunk := request.recv(CHUNK):
            self.heard += chunk
            request.sendall(chunk)


@pytest.fixture
def server() -> Iterator[Server]:
    """One that listens."""
    with Server((ADDRESS, 0), socketserver.BaseRequestHandler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """A network that leads to it."""
    with Proxy(server.server_address[1]) as proxy:
        yield proxy


def connected(proxy: Proxy) -> socket.socket:
    """A connection into the network."""
    return socket.create_connection((ADDRESS, proxy.port), timeout=PATIENCE)


def test_what_is_sent_passes_both_ways(proxy: Proxy) -> None:
    """While the network is up."""
    with connected(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(CHUNK) == b"hello"


def test_a_cut_closes_what_is_open_and_what_comes(proxy: Proxy) -> None:
    """Until the network is up again."""
    with connected(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(CHUNK) == b"hello"
        proxy.cut()
        assert client.recv(CHUNK) == b""
    with connected(proxy) as client:
        assert client.recv(CHUNK) == b""
    proxy.resume()
    test_what_is_sent_passes_both_ways(proxy)


def test_a_stall_tells_nobody(proxy: Proxy, server: Server) -> None:
    """A stalled connection stays silent when the network is up again; a new one passes."""
    with connected(proxy) as stalled:
        stalled.sendall(b"hello")
        assert stalled.recv(CHUNK) == b"hello"
        proxy.stall()
        stalled.sendall(b"lost")
        proxy.resume()
        stalled.sendall(b"lost, too")
        test_what_is_sent_passes_both_ways(proxy)
        assert _silent(stalled)
    assert server.heard == b"hellohello"


def test_a_connection_made_in_a_stall_is_silent(proxy: Proxy, server: Server) -> None:
    """It is taken, and hears nothing."""
    proxy.stall()
    with connected(proxy) as client:
        client.sendall(b"lost")
        assert _silent(client)
    assert server.heard == b""


def test_a_tear_ends_a_connection_in_mid_message(proxy: Proxy, server: Server) -> None:
    """After exactly as many bytes as it was told; the next connection passes."""
    with connected(proxy) as client:
        torn = proxy.tear(3)
        client.sendall(b"hello")
        assert torn.wait(PATIENCE)
    test_what_is_sent_passes_both_ways(proxy)
    assert server.heard == b"hel" + b"hello"


def _silent(client: socket.socket) -> bool:
    """Whether neither an answer nor an end is told for a moment."""
    return not select.select([client], [], [], 0.1)[0]
