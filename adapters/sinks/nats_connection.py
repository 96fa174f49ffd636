"""One connection to NATS, and the acknowledgements that come over it.

It does not come back by itself: what it would then send again is what the route sends again, too. Acknowledgements are
read here, because the asynchronous publishing of nats-py 2.16 loses those that are errors.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, Error, FlushTimeoutError
from nats.js.errors import NotFoundError

from adapters.brokers.closing import closed
from adapters.brokers.nats import connect
from adapters.cdevents.cloudevents import binary_headers
from adapters.errors import DeliveryError, PermanentError, TransientError
from adapters.model import Encoding, Message
from adapters.sinks.acks import Acks
from adapters.sinks.binding import parts
from adapters.sinks.broker_settings import NatsSettings, NatsStream
from adapters.sinks.nats_frames import frame, header_block

_NO_RESPONDERS = "503"
_TOO_LARGE = 10054
"""JetStream's code for a message beyond what its stream allows (nats-server, server/errors.json)."""

_LONGEST = 2048
"""Bytes of a subject, which leave room in a line of the protocol (4096, nats-server's max_control_line)."""


class NoStream(DeliveryError):
    """No stream answered for a subject: there is none, or it has no leader just now."""


class NatsConnection:
    """A connection once it is opened, until it is closed by either side."""

    def __init__(self) -> None:
        self.complaint = ""
        self._client = Client()
        self._waiting: dict[str, tuple[Acks, int, str]] = {}
        self._numbers = itertools.count()

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return not self._client.is_connected

    async def open(self, settings: NatsSettings) -> None:
        """Connects, and makes the stream if there is to be one; raises OSError or nats.errors.Error."""
        self._client = await connect(
            settings,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            flush_timeout=settings.timeout,
            error_cb=self._note,
            closed_cb=self._lost,
        )
        self._inbox = self._client.new_inbox()
        await self._client.subscribe(f"{self._inbox}.*", cb=self._take)
        if settings.stream:
            await self._make(settings.stream)

    async def send(self, batch: Sequence[tuple[str, Message]], acks: Acks) -> None:
        """Sends messages, each for its subject, up to the first that cannot be sent; their answers go to `acks`."""
        pieces: list[bytes] = []
        refused: tuple[int, DeliveryError] | None = None
        for index, (subject, message) in enumerate(batch):
            try:
                pieces += self._frame(subject, message, acks, index)
            except PermanentError as error:
                refused = index, error
                break
        try:
            await self._write(b"".join(pieces))
        except TransientError as error:
            refused = 0, error
        if refused:
            acks.stop(*refused)

    def forget(self, acks: Acks) -> None:
        """Lets go of what no answer has come for."""
        self._waiting = {number: each for number, each in self._waiting.items() if each[0] is not acks}

    async def why_no_stream(self, subject: str, delivered: int) -> DeliveryError:
        """Why no stream answered for a subject, as JetStream knows it."""
        try:
            await self._client.jetstream().find_stream_name_by_subject(subject)
        except NotFoundError:
            return PermanentError(f"no stream of NATS takes the subject {subject}", delivered=delivered)
        except (OSError, Error) as error:
            return TransientError(f"JetStream does not answer: {error}", delivered=delivered)
        return TransientError(f"the stream for {subject} has no leader", delivered=delivered)

    async def close(self) -> None:
        """Closes it, if it is open."""
        if self._client.is_connected:
            await closed(self._client.close())

    def _frame(self, subject: str, message: Message, acks: Acks, index: int) -> tuple[bytes, ...]:
        """A message as it is written; from now on its answer is waited for."""
        if len(subject.encode()) > _LONGEST:
            raise PermanentError(f"NATS cannot carry the message: its subject has more than {_LONGEST} bytes")
        headers, body = _laid(message)
        number = str(next(self._numbers))
        try:
            head = header_block(headers | {"Nats-Msg-Id": _identity(subject, message)})
            pieces = frame(subject, f"{self._inbox}.{number}", head, body)
        except ValueError as error:
            raise PermanentError(f"NATS cannot carry the message: {error}") from None
        if len(head) + len(body) > self._client.max_payload:
            raise PermanentError(f"the message is larger than the {self._client.max_payload} bytes that NATS takes")
        self._waiting[number] = acks, index, subject
        return pieces

    async def _write(self, frames: bytes) -> None:
        """Hands frames to the client, which waits where the server takes no more bytes."""
        try:
            if self.closed:
                raise ConnectionClosedError
            await self._client._send_command(frames)  # noqa: SLF001 - what its own `publish` does with one message
            await self._client._flush_pending()  # noqa: SLF001 - as above
        except (OSError, Error) as error:
            raise TransientError(f"NATS does not take messages: {self.complaint or error}") from None

    async def _make(self, stream: NatsStream) -> None:
        jetstream = self._client.jetstream()
        try:
            await jetstream.stream_info(stream.name)
        except NotFoundError:
            await jetstream.add_stream(
                name=stream.name,
                subjects=list(stream.subjects),
                duplicate_window=stream.duplicate_window,
                num_replicas=stream.replicas,
            )

    async def _take(self, answer: Msg) -> None:
        acks, index, _ = self._waiting.pop(answer.subject.rpartition(".")[2], (None, 0, ""))
        if acks is not None:
            acks.put(index, _failure(answer))

    async def _note(self, error: Exception) -> None:
        """Takes what the server says outside of any answer, such as that a subject is not allowed.

        Raises FlushTimeoutError, which is what `publish` then raises: the server takes no more bytes.
        """
        self.complaint = str(error).removeprefix("nats: ")
        if isinstance(error, FlushTimeoutError):
            raise error
        for number, (acks, index, subject) in list(self._waiting.items()):
            if f'permissions violation for publish to "{subject.lower()}"' in self.complaint.lower():
                del self._waiting[number]
                acks.put(index, PermanentError(f"NATS refuses the message: {self.complaint}"))

    async def _lost(self) -> None:
        for acks in {id(each): each for each, _, _ in self._waiting.values()}.values():
            acks.abandon(TransientError(f"the connection to NATS was lost: {self.complaint or 'it closed'}"))


def _failure(answer: Msg) -> DeliveryError | None:
    """What an acknowledgement of JetStream says."""
    if answer.headers and answer.headers.get("Status") == _NO_RESPONDERS:
        return NoStream("no stream answered")
    error = orjson.loads(answer.data).get("error")
    if error is None:
        return None
    kind = PermanentError if error.get("err_code") == _TOO_LARGE else TransientError
    return kind(f"JetStream refuses the message: {error.get('description', error)}")


def _laid(message: Message) -> tuple[dict[str, str], bytes]:
    """Headers and body: the data's type is an attribute like any other, a content type says that it is structured."""
    if message.encoding is Encoding.BINARY:
        headers = binary_headers(message)
        headers["ce-datacontenttype"] = headers.pop("content-type")
        return headers, message.data
    laid = parts(message, "ce-")
    return {**laid.headers, "content-type": laid.content_type}, laid.body


def _identity(subject: str, message: Message) -> str:
    """What JetStream knows a message by: all that tells two apart, for a stream may get each event in many forms."""
    return f"{message.attributes['id']}|{message.attributes['type']}|{message.encoding}|{subject}"
