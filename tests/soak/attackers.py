"""Who means ill, from an address of their own: floods that are pipelined and never read, and a crowd that is idle."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from threading import Event

from tests import hostile

ADDRESS = "127.0.0.2"
"""Where they come from: all of 127.0.0.0/8 is the loopback interface on Linux."""

CROWD = 200
"""Connections that are held with half a request on them, until they are closed."""

FLOOD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2000

ANSWERS = (hostile.trickle, hostile.headers, hostile.nowhere, hostile.deep)
"""How a tool answers that is asked."""


class Attackers:
    """They attack until they are told to rest; `rounds` counts what they have done by kind."""

    def __init__(self, port: int) -> None:
        self.rounds = {"flood": 0, "crowd": 0}
        self._port, self._rest = port, Event()
        pool = ThreadPoolExecutor(2, "attackers")
        self._attacks = [pool.submit(self._over_and_over, each) for each in (self._flood, self._crowd)]

    def rest(self) -> None:
        """Ends all attacks."""
        self._rest.set()
        for attack in self._attacks:
            attack.result()

    def _over_and_over(self, attack: Callable[[], None]) -> None:
        while not self._rest.wait(0.2):
            with suppress(OSError):
                attack()

    def _flood(self) -> None:
        with self._connected() as connection:
            self.rounds["flood"] += 1
            connection.sendall(FLOOD)
            self._rest.wait(0.5)

    def _crowd(self) -> None:
        with ExitStack() as stack:
            for _ in range(CROWD):
                stack.enter_context(self._connected()).sendall(b"POST /jenkins HTTP/1.1\r\nHost: x\r\nContent-Le")
            self.rounds["crowd"] += 1
            self._rest.wait(3)

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), timeout=2, source_address=(ADDRESS, 0))


@contextmanager
def attacking(port: int) -> Iterator[Attackers]:
    """Attackers of a port from now to the end."""
    attackers = Attackers(port)
    try:
        yield attackers
    finally:
        attackers.rest()


@contextmanager
def answering_badly() -> Iterator[str]:
    """The address of a tool whose answers are hostile, each in another way."""
    turns = itertools.cycle(ANSWERS)

    def answer(connection: socket.socket) -> None:
        next(turns)(connection)

    with hostile.answering(answer) as url:
        yield url
