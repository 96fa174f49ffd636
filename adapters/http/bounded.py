"""The adapter of requests that everything asks through: what comes back is whole, small enough, and in time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import ProxyManager, Timeout
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

from adapters.http.deadline import POOLS
from adapters.http.words import Unusable
from adapters.urls import origin, same_origin

MOST_VALUES = 2_000_000
"""Values of an answer in JSON at most: with as many, of whatever kind, a process stays under 256 MiB."""

_PIECE = 64 << 10


class Bounded(HTTPAdapter):
    """Reads each answer to its end, whether it is streamed or not: at most `largest` bytes after decoding.

    A timeout of t seconds is for all of a request and its answer, (c, r) are c to connect and r for the whole answer.
    With `excerpt`, it is the status that counts: left out is what is beyond `largest`, and what does not come, unless
    it was to GET. Without it, `send` raises Unusable or another of requests' exceptions. With `stays`, a redirect is
    refused that leads to another server, or out of TLS.
    """

    def __init__(self, largest: int, *, excerpt: bool = False, stays: bool = False) -> None:
        self._largest, self._excerpt, self._stays = largest, excerpt, stays
        super().__init__()

    def init_poolmanager(self, *sizes: Any, **options: Any) -> None:
        """As in HTTPAdapter, with connections that have a deadline."""
        super().init_poolmanager(*sizes, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """As in HTTPAdapter, with connections that have a deadline; those through SOCKS have none."""
        manager = super().proxy_manager_for(proxy, **options)
        if type(manager) is ProxyManager:
            manager.pool_classes_by_scheme = POOLS
        return manager

    def send(
        self, request: requests.PreparedRequest, stream: bool = False, timeout: Any = None, *others: Any, **options: Any
    ) -> requests.Response:
        """As in HTTPAdapter; the answer's `content` is there, or what is taken of it.

        A secret that no header can hold is Unusable, which says nothing of it.
        """
        request.headers["Accept-Encoding"] = "gzip"
        try:
            answer = super().send(request, stream, _total(timeout), *others, **options)
        except requests.RequestException:
            raise
        except ValueError:
            reason = "what the settings say cannot be sent in HTTP headers: has a secret two lines, or other letters?"
            raise Unusable(reason, request=request) from None
        answer._content = self._read(answer)  # noqa: SLF001 - as `Response.content` does
        answer._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
        if answer.is_redirect:
            self._may_lead(answer)
        return answer

    def _read(self, answer: requests.Response) -> bytes:
        found = bytearray()
        try:
            while len(found) <= self._largest and (piece := answer.raw.read(_PIECE, decode_content=True)):
                found += piece
        except (HTTPError, OSError) as error:
            answer.close()
            if not self._excerpt or answer.request.method == "GET":
                raise _broken(error, answer) from error
        if len(found) > self._largest:
            answer.close()
        if not self._excerpt:
            self._bound(found, answer)
        return bytes(found[: self._largest])

    def _bound(self, found: bytearray, answer: requests.Response) -> None:
        if len(found) > self._largest:
            raise Unusable(f"the answer is larger than {self._largest} bytes", response=answer)
        if len(found) > MOST_VALUES and sum(map(found.count, b",[{")) > MOST_VALUES:
            raise Unusable(f"the answer has more than {MOST_VALUES} values", response=answer)

    def _may_lead(self, answer: requests.Response) -> None:
        try:
            to = urljoin(answer.url, answer.headers["location"])
            if self._stays and not _same(answer.url, to):
                raise Unusable(f"it redirects to {origin(to)}; configure the final URL", response=answer)
        except ValueError:
            raise Unusable("it redirects to what is no URL", response=answer) from None


def bounded(session: requests.Session, adapter: Bounded) -> None:
    """Lets a session ask through the adapter, whatever the URL."""
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.max_redirects = 5


def _total(timeout: Any) -> Any:
    if isinstance(timeout, tuple):
        connect, read = timeout
        return Timeout(total=connect + read, connect=connect, read=read)
    return timeout if timeout is None else Timeout(total=timeout)


def _broken(error: Exception, answer: requests.Response) -> requests.RequestException:
    if isinstance(error, DecodeError):
        return Unusable("the answer is not compressed as it says", response=answer)
    kind = requests.ReadTimeout if isinstance(error, ReadTimeoutError | TimeoutError) else requests.ConnectionError
    return kind(error, request=answer.request)


def _same(asked: str, to: str) -> bool:
    """Whether a redirect stays at the server that was asked, or is its way to TLS; raises ValueError for no URL."""
    begin, end = urlsplit(asked), urlsplit(to)
    to_tls = begin.hostname == end.hostname and (begin.scheme, end.scheme) == ("http", "https")
    return to_tls or same_origin(asked, to)
