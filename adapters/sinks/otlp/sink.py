"""The OTLP sink: spans of the events of a batch, in one request."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import structlog
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from adapters.cdevents.cloudevents import TRACEPARENT
from adapters.cdevents.tracing import place
from adapters.errors import DeliveryError, PermanentError
from adapters.model import Message
from adapters.sinks.otlp.client import Client
from adapters.sinks.otlp.memory import Memory
from adapters.sinks.otlp.settings import OtlpSettings
from adapters.sinks.otlp.spans import Place, Span, spans
from adapters.sinks.otlp.told import told
from adapters.sinks.otlp.wire import trace_request
from adapters.worker import Worker

_log = structlog.get_logger(__name__)


class OtlpSink:
    """Remembers what begins, and exports what ended or happened; a batch that comes again makes the same spans.

    A refused batch is cut in halves until the event at fault is found.
    """

    def __init__(self, settings: OtlpSettings) -> None:
        self._client = Client(settings, "traces")
        self._memory = Memory(settings.path, settings.remembers)
        self._worker = Worker("otlp-sink")

    async def publish(self, batch: Sequence[Message]) -> None:
        """Exports the spans of all messages, or of those before the first that is no CDEvent."""
        await self._worker.run(lambda: self._publish(batch))

    async def aclose(self) -> None:
        """Closes the connection and the memory."""
        await self._worker.run(self._memory.close)
        self._worker.close()
        self._client.close()

    def _publish(self, batch: Sequence[Message]) -> None:
        made: list[list[Span]] = []
        failure: PermanentError | None = None
        with self._memory.batch():
            for message in batch:
                try:
                    made.append(spans(told(orjson.loads(message.data)), self._memory, _heard_in(message)))
                except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
                    failure = PermanentError(f"no span can be made of this event: {error!r}", delivered=len(made))
                    break
        self._export(made)
        if failure:
            raise failure

    def _export(self, made: Sequence[Sequence[Span]]) -> None:
        together = [span for each in made for span in each]
        if not together:
            return
        try:
            self._judge(self._client.export(trace_request(together)), len(together), alone=len(made) == 1)
        except PermanentError:
            if len(made) == 1:
                raise
            self._export_halves(made, len(made) // 2)

    def _export_halves(self, made: Sequence[Sequence[Span]], half: int) -> None:
        self._export(made[:half])
        try:
            self._export(made[half:])
        except DeliveryError as error:
            error.delivered += half
            raise

    def _judge(self, answer: bytes, sent: int, *, alone: bool) -> None:
        """Looks whether all was taken. Which spans were not is not said, and they must not be sent again."""
        try:
            partial = ExportTraceServiceResponse.FromString(answer).partial_success
        except DecodeError:
            return
        if partial.rejected_spans and alone:
            raise PermanentError(f"the endpoint rejected it: {partial.error_message}")
        if partial.rejected_spans:
            _log.error("spans rejected", rejected=partial.rejected_spans, of=sent, reason=partial.error_message)
        elif partial.error_message:
            _log.warning("the endpoint took all spans, and says", message=partial.error_message)


def _heard_in(message: Message) -> Place | None:
    """The span of the tool's own that told of the event; None where it said none."""
    found = place(message.attributes.get(TRACEPARENT, ""))
    return Place(*found) if found else None
