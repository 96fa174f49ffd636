"""Connections whose answers end in time: a timeout of `http.client` is for each read, and a trickle outlasts it.

The head of an answer (also those before it, of statuses 1xx) and its body have as long, together, as the timeout that
the connection was given when the answer was asked for.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPResponse
from typing import Any, cast

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class _Timely(io.RawIOBase):
    """What comes over a socket, until it is too late."""

    def __init__(self, raw: io.RawIOBase, sock: Any, seconds: float) -> None:
        self._raw, self._sock, self._until = raw, sock, time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: Any, *, seconds: float, **options: Any) -> None:
        super().__init__(sock, **options)
        self.fp = io.BufferedReader(_Timely(self.fp.detach(), sock, seconds))


class _Timed:
    """Of a connection: what makes its answers."""

    timeout: Any

    @property
    def response_class(self) -> Callable[..., HTTPResponse]:
        """As in `http.client.HTTPConnection`."""
        if isinstance(self.timeout, int | float):
            return partial(_Answer, seconds=self.timeout)
        return HTTPResponse


class _Http(_Timed, HTTPConnection):  # type: ignore[misc]  # what makes an answer is not always a class
    pass


class _Https(_Timed, HTTPSConnection):  # type: ignore[misc]
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


POOLS = {"http": _HttpPool, "https": _HttpsPool}
"""For `PoolManager.pool_classes_by_scheme` of urllib3."""
