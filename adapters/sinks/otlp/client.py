"""OTLP over HTTP: one request of one signal, and what its answer means.

github.com/open-telemetry/opentelemetry-proto, docs/specification.md, "OTLP/HTTP".
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

import requests
from google.protobuf.message import DecodeError
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from adapters.errors import PermanentError, TransientError
from adapters.http import no_answer, retry_after
from adapters.redaction import redaction
from adapters.sinks.http_answer import said
from adapters.sinks.http_session import asked, session
from adapters.sinks.otlp.endpoint import Endpoint
from adapters.urls import origin

_TAKEN = range(200, 300)
_TRY_LATER = frozenset({429, 502, 503, 504})
"""The statuses that the specification calls retryable."""
_TRY_WITH_OTHER_CREDENTIALS = frozenset({401, 407})
"""These say nothing of what was sent: somebody has to renew a token."""


class Client:
    """Posts to an endpoint, over one kept-alive connection; used by one thread."""

    def __init__(self, endpoint: Endpoint, signal: str, *, clock: Callable[[], float] = time.time) -> None:
        self._url = f"{endpoint.url.rstrip('/')}/v1/{signal}"
        self._timeout = endpoint.timeout
        self._compressed = endpoint.compression == "gzip"
        self._session = session(endpoint.auth, endpoint.headers, endpoint.tls)
        self._redact = redaction(endpoint)
        self._clock = clock

    def export(self, request: bytes) -> bytes:
        """The body of an answer that is 2xx.

        Raises TransientError for no answer, 429, 502, 503, 504, 401 and 407, and PermanentError for any other.
        """
        headers = {"content-type": "application/x-protobuf"}
        if self._compressed:
            request, headers["content-encoding"] = gzip.compress(request, mtime=0), "gzip"
        try:
            answer = asked(self._session, "POST", self._url, data=request, headers=headers, timeout=self._timeout)
        except OSError as error:
            raise TransientError(f"POST {origin(self._url)}: {no_answer(error)}") from None
        if answer.status_code in _TAKEN:
            return answer.content
        raise self._refusal(answer)

    def close(self) -> None:
        """Closes the connection."""
        self._session.close()

    def _refusal(self, answer: requests.Response) -> TransientError | PermanentError:
        told = said(self._redact(_reason(answer)))
        message = f"POST {origin(self._url)} answered {answer.status_code}" + (f": {told}" if told else "")
        if answer.status_code in _TRY_LATER | _TRY_WITH_OTHER_CREDENTIALS:
            return TransientError(message, retry_after=retry_after(answer.headers.get("retry-after"), self._clock()))
        return PermanentError(message)


def _reason(answer: requests.Response) -> str:
    """What went wrong, said in a google.rpc.Status: its `message` has the number that it has in a span's Status."""
    if answer.headers.get("content-type", "").startswith("application/x-protobuf"):
        try:
            return Status.FromString(answer.content).message
        except DecodeError:
            return ""
    return answer.content.decode(errors="replace")
