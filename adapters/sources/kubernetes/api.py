"""Asks a cluster's API server: for objects, and for what becomes of them.

Lists and watches are plain HTTP. The official Python client decodes every object of a list into classes, at many times
the memory, and its `Watch` goes on from an old resourceVersion after it was told to list again
(kubernetes-client/python#819): a source that may miss nothing has to have both in its own hands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from adapters.bounds import JSON, MOST_VALUES, too_many
from adapters.errors import AdapterError
from adapters.http.deadline import POOLS
from adapters.sources.kubernetes.access import Access

PAGE = 250
"""Objects of a list that are asked for at once."""

LARGEST = 16 << 20
"""Bytes of an answer, or of one event, at most: etcd keeps no object larger than 1.5 MiB."""

SILENCE = 120
"""Seconds for which one watch is asked for; shortly before it ends, the server says where it stands (a BOOKMARK)."""

_GRACE = 20.0
_CHUNK = 1 << 16
_READ = "get, list and watch"
_VERBS = {"POST": "create", "PUT": "update"}
_GONE, _NOT_FOUND, _FORBIDDEN, _UNAUTHORIZED = 410, 404, 403, 401

Json = dict[str, Any]


class ApiSilent(AdapterError):
    """The API server does not answer as it should: ask again later. The message says what may help."""


class TooLarge(ApiSilent):
    """It answers with more than is taken at once."""


class Forbidden(ApiSilent):
    """It does not let this user do that."""


class NotServed(ApiSilent):
    """There is no such resource."""


class Conflict(ApiSilent):
    """Another has made or changed it meanwhile."""


class Expired(AdapterError):
    """It does not remember what came after that resourceVersion: list again."""


class Page(NamedTuple):
    """Some objects of a list, and the resourceVersion at which they all were so."""

    objects: list[Json]
    version: str


class Api:
    """One cluster. Blocks; every method raises ApiSilent, and Expired where a resourceVersion or a page is too old."""

    def __init__(self, access: Access, timeout: float) -> None:
        self._access, self._timeout = access, timeout
        self._pool: urllib3.PoolManager | None = None

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Json:
        """The JSON object at a path."""
        return self._read(f"GET {path}", self._answer("GET", path, self._timeout, fields=dict(parameters or {})))

    def send(self, method: str, path: str, document: Json) -> Json:
        """The object that POST or PUT makes of one; raises Conflict where another change came first."""
        body, kind = orjson.dumps(document), {"Content-Type": "application/json"}
        return self._read(f"{method} {path}", self._answer(method, path, self._timeout, body=body, headers=kind))

    def _read(self, what: str, answer: urllib3.BaseHTTPResponse) -> Json:
        body = bytearray()
        with _Said(what), answer:
            while len(body) <= LARGEST and (piece := answer.read(_CHUNK, decode_content=True)):
                body += piece
            if len(body) > LARGEST:
                answer.close()
        if len(body) > LARGEST:
            raise TooLarge(f"{what}: the answer is larger than {LARGEST} bytes")
        return _object(bytes(body), what)

    def pages(self, path: str, parameters: Mapping[str, str] | None = None) -> Iterator[Page]:
        """All objects of a list, at most PAGE at a time, and fewer where they are large."""
        limit, wanted = PAGE, dict(parameters or {})
        while True:
            try:
                found = self.get(path, {**wanted, "limit": str(limit)})
            except TooLarge:
                if limit == 1:
                    raise
                limit //= 2
                continue
            about = found.get("metadata")
            about = about if isinstance(about, dict) else {}
            items = found.get("items")
            objects = [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
            yield Page(objects, str(about.get("resourceVersion") or ""))
            if not (following := about.get("continue")):
                return
            wanted["continue"] = str(following)

    def watch(self, path: str, version: str, parameters: Mapping[str, str] | None = None) -> Watch:
        """What becomes of the objects of a list after a resourceVersion."""
        wanted = {
            **(parameters or {}),
            "watch": "1",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(SILENCE),
        }
        return Watch(self._answer("GET", path, SILENCE + _GRACE, fields=wanted), f"watch of {path}")

    def _answer(
        self, method: str, path: str, timeout: float, headers: Mapping[str, str] | None = None, **given: Any
    ) -> urllib3.BaseHTTPResponse:
        what = f"{method} {path}"
        try:
            with _Said(what):
                answer = self._connected().request(
                    method,
                    self._access.url + path,
                    headers={**self._headers(), **(headers or {})},
                    timeout=urllib3.Timeout(connect=self._timeout, read=timeout),
                    preload_content=False,
                    redirect=False,
                    retries=False,
                    **given,
                )
        except ApiSilent:
            self._pool = None  # the files that it was made of may be others by now
            raise
        if answer.status not in (200, 201):  # anything else is a refusal
            raise _refused(answer, what)
        return answer

    def _connected(self) -> urllib3.PoolManager:
        if self._pool is None:
            options: Json = {"ssl_context": self._access.tls(), "maxsize": 4}
            if self._access.server_name:
                options |= {"server_hostname": self._access.server_name, "assert_hostname": self._access.server_name}
            proxy = self._access.proxy
            self._pool = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
            self._pool.pool_classes_by_scheme = POOLS
        return self._pool

    def _headers(self) -> dict[str, str]:
        token = self._access.token()
        headers = {"Accept": "application/json", "User-Agent": "cdevents-adapters"}
        return {**headers, "Authorization": f"Bearer {token}"} if token else headers


class Watch:
    """A stream of events. Blocks; raises ApiSilent where the stream breaks."""

    def __init__(self, answer: urllib3.BaseHTTPResponse, what: str) -> None:
        self._answer, self._what, self._rest = answer, what, b""

    def read(self) -> list[Json] | None:
        """The events that have come, at least part of one; None when the server has ended the stream."""
        with _Said(self._what):
            chunk = self._answer.read1(_CHUNK, decode_content=False)
        if not chunk:
            return None
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LARGEST:
            raise TooLarge(f"{self._what}: an event has more than {LARGEST} bytes")
        return [_object(line, self._what) for line in lines if line.strip()]

    def close(self) -> None:
        """Ends it; a call of `read` that waits ends as well, without which there would be no closing."""
        with suppress(OSError, RuntimeError, ValueError):
            self._answer.shutdown()
        self._answer.close()


class _Said:
    """Makes an ApiSilent of what a connection may come to."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, HTTPError | OSError | ValueError):
            raise ApiSilent(f"{self._what}: {_words(error)}") from None


def _words(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return str(error)[:200] or type(error).__name__


def _object(body: bytes, what: str) -> Json:
    if too_many(body, JSON):
        raise TooLarge(f"{what}: the answer has more than {MOST_VALUES} values")
    try:
        found = orjson.loads(body)
    except ValueError:
        raise ApiSilent(f"{what}: the answer is not JSON; is this the URL of an API server?") from None
    if not isinstance(found, dict):
        raise ApiSilent(f"{what}: the answer is not a JSON object; is this the URL of an API server?")
    return found


def _refused(answer: urllib3.BaseHTTPResponse, what: str) -> AdapterError:
    with answer:
        try:
            said = orjson.loads(answer.read(_CHUNK))["message"]
        except (ValueError, KeyError, TypeError, HTTPError, OSError):
            said = answer.reason
    told = f"{what} is answered {answer.status}: {str(said)[:300]}"
    match answer.status:
        case 410:
            return Expired(told)
        case 404:
            return NotServed(told)
        case 403:
            return Forbidden(f"{told}; let this user's role {_VERBS.get(what.split(maxsplit=1)[0], _READ)} it")
        case 409:
            return Conflict(told)
        case 401:
            return ApiSilent(f"{told}; is the token, or the certificate, still valid?")
    return ApiSilent(told)
