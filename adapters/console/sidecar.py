"""What the sidecar says of itself, asked where it listens; seldom, for its answer is checked on its disk."""

from __future__ import annotations

import http.client
import threading
import time
from ipaddress import ip_address
from typing import NamedTuple

import orjson

from adapters.config.models import Server
from adapters.listening import host_and_port

EVERY = 10.0
"""Seconds for which an answer holds, whoever asks."""

TIMEOUT = 1.0
"""Seconds that it has to answer."""

_LARGEST = 64 << 10


class Said(NamedTuple):
    """Whether a sidecar answers, and why it is not ready; `address` is where it was asked."""

    address: str
    answers: bool
    reasons: tuple[str, ...] = ()


class Sidecar:
    """The sidecar of a configuration, as it is seen from the same machine."""

    def __init__(self, settings: Server) -> None:
        self._host, self._port = host_and_port(settings.admin or settings.listen)
        self._lock, self._asked = threading.Lock(), float("-inf")
        self._said = Said("", answers=False)

    def said(self) -> Said:
        """What it said last, asked anew where that is EVERY seconds ago."""
        with self._lock:
            if time.monotonic() - self._asked >= EVERY:
                self._said = self._ask()
                self._asked = time.monotonic()
            return self._said

    def _ask(self) -> Said:
        host = _here(self._host)
        connection = http.client.HTTPConnection(host, self._port, timeout=TIMEOUT)
        address = f"http://{host}:{self._port}/readyz"
        try:
            connection.request("GET", "/readyz")
            found = orjson.loads(connection.getresponse().read(_LARGEST))
            return Said(address, answers=True, reasons=tuple(map(str, found["reasons"])))
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return Said(address, answers=False)
        finally:
            connection.close()


def _here(host: str) -> str:
    """The address at which this machine asks what listens on a host: on all of them, the loopback's."""
    try:
        listened = ip_address(host)
    except ValueError:
        return host
    loopback = "127.0.0.1" if listened.version == 4 else "::1"  # noqa: PLR2004 - IPv4
    return loopback if listened.is_unspecified else host
