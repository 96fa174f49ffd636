"""HTTP POSTs: one message each, or a batch; any 2xx answer is the acknowledgement.

Redirects are not followed, for they may turn a POST into a GET or carry credentials to another host.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from threading import Event
from typing import TypeVar

from adapters.cdevents.cloudevents import BATCH_JSON, STRUCTURED_JSON, batch, binary_headers, structured
from adapters.errors import DeliveryError, PermanentError, TransientError
from adapters.model import Encoding, Message
from adapters.redaction import redaction
from adapters.sinks.binding import counterparts
from adapters.sinks.contract import Taken, untold
from adapters.sinks.http_client import Client
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.http_transfers import UNSENT, Post, Transfers
from adapters.sinks.permission import Permission
from adapters.worker import Worker

FEW, SMALL = 4, 256 << 10
"""Posts that the event loop sends itself, and the bytes of all their bodies: more would keep others waiting."""

Result = TypeVar("Result")
Outcomes = list[DeliveryError | None]


class HttpSink:
    """Posts over up to `connections` kept-alive connections; what has one partition key goes one by one, in order.

    What may go better later is a TransientError: no connection, a timeout, 401, 407, 408, 425, 429, 5xx. Any other
    answer that is not 2xx is a PermanentError. What a message says of its path is below the sink's URL. A refused batch
    is cut in halves until the message at fault is found.
    """

    def __init__(self, settings: HttpSettings, *, clock: Callable[[], float] = time.time) -> None:
        client = Client(settings, redaction(settings), clock)
        self._transfers = Transfers(settings.connections, client.handle, client.prepare, client.judge)
        self._worker = Worker("http-sink")
        self._permission = _permission(settings)

    def publish(self, batch: Sequence[Message]) -> Awaitable[None]:
        """Posts each message, or all as one CloudEvents batch where that is their encoding."""
        return self.tell(batch, untold)

    def tell(self, batch: Sequence[Message], taken: Taken) -> Awaitable[None]:
        """As in Telling."""
        if batch[0].encoding is Encoding.BATCH:
            return self._publish_batch(batch)
        return self._exchange([_post(message) for message in batch], taken)

    async def aclose(self) -> None:
        """Closes the connections."""
        self._worker.close(self._transfers.close)

    async def _publish_batch(self, messages: Sequence[Message]) -> None:
        try:
            await self._exchange([Post({"content-type": BATCH_JSON}, batch(messages), "")])
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

    def _exchange(self, posts: Sequence[Post], taken: Taken = untold) -> Awaitable[None]:
        if self._permission is not None:
            return self._permitted(posts, self._permission, taken)
        return self._sent(posts, taken, _raise_settled)

    async def _permitted(self, posts: Sequence[Post], permission: Permission, taken: Taken) -> None:
        """One by one, as often as it may be."""
        await self._worker.run(permission.obtain)
        outcomes: Outcomes = []
        for post in posts:
            await asyncio.sleep(permission.wait(time.monotonic()))
            permitted = post._replace(headers={**post.headers, **permission.headers})
            outcomes += await self._sent([permitted], untold, list)
            if outcomes[-1] is None:
                taken(len(outcomes) - 1)
            if isinstance(outcomes[-1], TransientError):
                break
        _raise_settled([*outcomes, *[UNSENT] * (len(posts) - len(outcomes))])

    def _sent(
        self, posts: Sequence[Post], taken: Taken, settled: Callable[[Outcomes], Result]
    ) -> asyncio.Future[Result]:
        """What is `settled` by what becomes of them. A few are on their way when it returns: no thread has to wake."""
        stop, transfers = Event(), self._transfers
        if self._worker.idle and len(posts) <= FEW and sum(len(post.body) for post in posts) <= SMALL:
            begun = transfers.begin(posts, stop, taken)
            sent = self._worker.run(lambda: settled(transfers.end(begun)))
        else:
            sent = self._worker.run(lambda: settled(transfers.end(transfers.begin(posts, stop, taken))))
        sent.add_done_callback(lambda _: stop.set())
        return sent


def _permission(settings: HttpSettings) -> Permission | None:
    if settings.handshake is None:
        return None
    from adapters.sinks.http_session import asking  # noqa: PLC0415 - its client is needed for nothing else here

    return Permission(settings.handshake, asking(settings))


def _post(message: Message) -> Post:
    headers, body = _request(message)
    return Post(headers, body, message.attributes.get("partitionkey", ""), message.place)


def _request(message: Message) -> tuple[dict[str, str], bytes]:
    key = {**message.place.headers, "idempotency-key": message.attributes["id"]}
    match message.encoding:
        case Encoding.BINARY:
            return binary_headers(message) | key, message.data
        case Encoding.RAW:
            content_type = {"content-type": message.attributes["datacontenttype"]}
            return content_type | counterparts(message) | key, message.data
    return {"content-type": STRUCTURED_JSON} | key, structured(message)


def _raise_settled(outcomes: Outcomes) -> None:
    """Raises the first failure, which says what else is settled; nothing, where all were taken.

    Where the first that was not taken was never sent, that is the first of those that kept it from being sent.
    """
    first = next((place for place, each in enumerate(outcomes) if each is not None), None)
    if first is None:
        return
    failure = outcomes[first] if outcomes[first] is not UNSENT else next(filter(_is_in_the_way, outcomes))
    assert failure is not None  # noqa: S101 - see `first`
    failure.delivered = first
    failure.beyond = {
        place: None if each is None else str(each)
        for place, each in enumerate(outcomes)
        if place > first and not isinstance(each, TransientError)
    }
    raise failure


def _is_in_the_way(outcome: DeliveryError | None) -> bool:
    return isinstance(outcome, TransientError) and outcome is not UNSENT
