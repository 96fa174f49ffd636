"""HTTP POSTs: one message each, or a batch; any 2xx answer is the acknowledgement.

Redirects are not followed, for they may turn a POST into a GET or carry credentials to another host.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import requests

from adapters.cdevents.cloudevents import BATCH_JSON, STRUCTURED_JSON, batch, binary_headers, structured
from adapters.errors import DeliveryError, PermanentError, TransientError
from adapters.http import no_answer, origin
from adapters.model import NOWHERE, Encoding, Message, Place
from adapters.redaction import redaction
from adapters.sinks.binding import counterparts
from adapters.sinks.http_answer import judge
from adapters.sinks.http_session import asked, session
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.permission import Permission
from adapters.urls import below
from adapters.worker import Worker


class HttpSink:
    """Posts in order over one kept-alive connection.

    What may go better later is a TransientError: no connection, a timeout, 401, 407, 408, 425, 429, 5xx. Any other
    answer that is not 2xx is a PermanentError. What a message says of its path is below the sink's URL. A refused batch
    is cut in halves until the message at fault is found.
    """

    def __init__(self, settings: HttpSettings, *, clock: Callable[[], float] = time.time) -> None:
        self._url = settings.url
        self._timeout = (settings.connect_timeout, settings.read_timeout)
        self._session = session(settings.auth, settings.headers, settings.tls)
        self._clock = clock
        self._redact = redaction(settings)
        self._worker = Worker("http-sink")
        self._permission = Permission(settings.handshake, partial(self._ask, "OPTIONS")) if settings.handshake else None

    async def publish(self, batch: Sequence[Message]) -> None:
        """Posts each message, or all as one CloudEvents batch where that is their encoding."""
        if batch[0].encoding is Encoding.BATCH:
            await self._publish_batch(batch)
        else:
            await self._publish_each(batch)

    async def aclose(self) -> None:
        """Closes the connection."""
        self._worker.close()
        self._session.close()

    async def _publish_each(self, messages: Sequence[Message]) -> None:
        for index, message in enumerate(messages):
            try:
                await self._post(*_request(message), message.place)
            except DeliveryError as error:
                error.delivered = index
                raise

    async def _publish_batch(self, messages: Sequence[Message]) -> None:
        try:
            await self._post({"content-type": BATCH_JSON}, batch(messages))
        except PermanentError:
            if len(messages) == 1:
                raise
            await self._publish_halves(messages, len(messages) // 2)

    async def _publish_halves(self, messages: Sequence[Message], half: int) -> None:
        await self._publish_batch(messages[:half])
        try:
            await self._publish_batch(messages[half:])
        except DeliveryError as error:
            error.delivered += half
            raise

    async def _post(self, headers: dict[str, str], body: bytes, place: Place = NOWHERE) -> None:
        if self._permission is not None:
            await self._worker.run(self._permit)
            await asyncio.sleep(self._permission.wait(time.monotonic()))
            headers = headers | self._permission.headers
        await self._worker.run(lambda: self._exchange(headers, body, place))

    def _permit(self) -> None:
        assert self._permission is not None  # noqa: S101 - its caller looked
        with self._asking("OPTIONS"):
            self._permission.obtain()

    def _exchange(self, headers: Mapping[str, str], body: bytes, place: Place) -> None:
        method = place.method or "POST"
        with self._asking(method):
            answer = self._ask(method, headers, body, below(self._url, place.path))
            judge(answer, self._clock(), self._redact)

    def _ask(
        self, method: str, headers: Mapping[str, str], body: bytes | None = None, url: str | None = None
    ) -> requests.Response:
        return asked(self._session, method, url or self._url, data=body, headers=headers, timeout=self._timeout)

    @contextmanager
    def _asking(self, method: str) -> Iterator[None]:
        try:
            yield
        except (requests.exceptions.InvalidHeader, UnicodeError) as error:
            raise PermanentError(f"the message cannot be sent in HTTP headers: {error}") from None
        except OSError as error:
            raise TransientError(f"{method} {origin(self._url)}: {no_answer(error)}") from None


def _request(message: Message) -> tuple[dict[str, str], bytes]:
    key = {**message.place.headers, "idempotency-key": message.attributes["id"]}
    match message.encoding:
        case Encoding.BINARY:
            return binary_headers(message) | key, message.data
        case Encoding.RAW:
            content_type = {"content-type": message.attributes["datacontenttype"]}
            return content_type | counterparts(message) | key, message.data
    return {"content-type": STRUCTURED_JSON} | key, structured(message)
