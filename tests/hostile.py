"""Servers on the loopback interface that answer HTTP as no server should."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

Say = Callable[[socket.socket], None]
"""Answers one request."""

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_MEGABYTE = b"x" * (1 << 20)
_LIMIT = 60.0
_BOMB = gzip.compress(bytes(16 << 20)) * 64
"""Members of 16 MiB, all of which are unpacked."""


def gigabyte(connection: socket.socket) -> None:
    """A body without an end, nearly."""
    connection.sendall(_HEAD + b"Content-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        connection.sendall(_MEGABYTE)


def chunks(connection: socket.socket) -> None:
    """The same in chunks, of which nobody knows how many there are."""
    connection.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(1024):
        connection.sendall(b"100000\r\n" + _MEGABYTE + b"\r\n")


def bomb(connection: socket.socket) -> None:
    """A megabyte that unpacks to a gigabyte."""
    _packed(connection, _BOMB, b"gzip")


def bomb_in_a_bomb(connection: socket.socket) -> None:
    """A few kilobytes that unpack to a megabyte, which unpacks to a gigabyte."""
    _packed(connection, gzip.compress(_BOMB), b"gzip, gzip")


def values(connection: socket.socket) -> None:
    """Fifteen megabytes that are five million lists."""
    body = b"[" + b"[]," * 5_000_000 + b"1]"
    connection.sendall(_HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def deep(connection: socket.socket) -> None:
    """Lists in lists, deeper than any decoder goes."""
    body = b"[" * 500_000
    connection.sendall(_HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def trickle(connection: socket.socket) -> None:
    """A byte of the body now and then."""
    connection.sendall(_HEAD + b"Content-Length: 100000\r\n\r\n")
    _slowly(connection, b" ")


def trickling_head(connection: socket.socket) -> None:
    """A byte of a header now and then."""
    connection.sendall(_HEAD + b"X-Long: ")
    _slowly(connection, b"x")


def continues(connection: socket.socket) -> None:
    """An answer is always yet to come."""
    _slowly(connection, b"HTTP/1.1 100 Continue\r\n\r\n")


def headers(connection: socket.socket) -> None:
    """Headers without an end."""
    connection.sendall(_HEAD)
    for _ in range(1024):
        connection.sendall(b"X-Long: " + _MEGABYTE[:60_000] + b"\r\n")


def one_header(connection: socket.socket) -> None:
    """A header without an end."""
    connection.sendall(_HEAD + b"X-Long: ")
    for _ in range(1024):
        connection.sendall(_MEGABYTE)


def nowhere(connection: socket.socket) -> None:
    """A redirect to what is no URL."""
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n")


@contextmanager
def echoing() -> Iterator[str]:
    """The address of a server that refuses each request, and repeats its head."""

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(_LIMIT)
            asked = connection.recv(1 << 16)
            body = asked.partition(b"\r\n\r\n")[0]
            connection.sendall(
                b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
            )

    with _listening(serve) as url:
        yield url


@contextmanager
def answering(say: Say) -> Iterator[str]:
    """The address of a server that answers each request, on each connection, in this way."""

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(_LIMIT)
            while _asked(connection):
                say(connection)

    with _listening(serve) as url:
        yield url


@contextmanager
def _listening(serve: Say) -> Iterator[str]:
    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def _asked(connection: socket.socket) -> bool:
    """Whether there was a request: up to the end of its head."""
    asked = b""
    while b"\r\n\r\n" not in asked:
        if not (piece := connection.recv(1 << 16)):
            return False
        asked += piece
    return True


def _packed(connection: socket.socket, body: bytes, encoding: bytes) -> None:
    connection.sendall(_HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding, len(body)) + body)


def _slowly(connection: socket.socket, piece: bytes) -> None:
    """Until nobody listens any more."""
    end = time.monotonic() + _LIMIT
    while time.monotonic() < end:
        connection.sendall(piece)
        time.sleep(0.02)
