"""A network on the loopback interface that can be cut, stalled and torn."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from threading import Event, Lock, Thread
from typing import Self

ADDRESS = "127.0.0.1"
CHUNK = 1 << 16


class Network(Enum):
    """All passes; nobody is let in; or what is sent disappears, and nobody is told."""

    UP = auto()
    CUT = auto()
    STALLED = auto()


@dataclass(eq=False)
class Link:
    """A connection; once it is `lost`, it carries nothing ever again, not even that an end has closed."""

    client: socket.socket
    server: socket.socket
    lost: bool

    def close(self) -> None:
        """Tells both ends that it is over."""
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Proxy:
    """Passes connections to `port` on to the port `target`, while the network is up."""

    def __init__(self, target: int = 0) -> None:
        self.target = target
        self._listener = socket.create_server((ADDRESS, 0))
        self.port: int = self._listener.getsockname()[1]
        self._network = Network.UP
        self._links: set[Link] = set()
        self._lock = Lock()
        self._allowance = sys.maxsize
        self._torn = Event()

    def __enter__(self) -> Self:
        Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self.cut()

    def cut(self) -> None:
        """Closes all connections, and every new one at once."""
        self._network = Network.CUT
        self._close_links()

    def stall(self) -> None:
        """Swallows all that is sent: connections stay, new ones are taken, and nobody is told."""
        with self._lock:
            self._network = Network.STALLED
            for link in self._links:
                link.lost = True

    def resume(self) -> None:
        """Lets new connections pass, whole; stalled ones never come back, as if a router had forgotten them."""
        self._network = Network.UP
        self._allowance = sys.maxsize

    def tear(self, after: int) -> Event:
        """Closes all connections when so many more bytes have passed, either way; set when that happens."""
        torn = self._torn = Event()
        self._allowance = after
        return torn

    def _listen(self) -> None:
        with self._listener, suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection((ADDRESS, self.target)) as server:
            link = self._linked(client, server)
            back = Thread(target=self._pass, args=(link, server, client), daemon=True)
            back.start()
            self._pass(link, client, server)
            back.join()
            with self._lock:
                self._links.discard(link)

    def _linked(self, client: socket.socket, server: socket.socket) -> Link:
        with self._lock:
            link = Link(client, server, lost=self._network is Network.STALLED)
            self._links.add(link)
        if self._network is Network.CUT:
            link.close()
        return link

    def _pass(self, link: Link, start: socket.socket, end: socket.socket) -> None:
        with suppress(OSError):
            while chunk := start.recv(CHUNK):
                if not link.lost:
                    self._send(chunk, end)
        if not link.lost:
            link.close()

    def _send(self, chunk: bytes, end: socket.socket) -> None:
        with self._lock:
            part = chunk[: self._allowance]
            self._allowance -= len(part)
        end.sendall(part)
        if len(part) < len(chunk):
            self._allowance = sys.maxsize
            self._torn.set()
            self._close_links()

    def _close_links(self) -> None:
        with self._lock:
            links = [*self._links]
        for link in links:
            link.close()
