"""The OTLP sink, against a real server that answers as it is told."""

from __future__ import annotations

import gzip
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

pytest.importorskip("opentelemetry.proto", reason="needs the extra otlp")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from adapters.errors import PermanentError, TransientError
from adapters.sinks.otlp.settings import OtlpSettings
from adapters.sinks.otlp.sink import OtlpSink
from tests.receiver import Receiver
from tests.sinks.conftest import Make
from tests.sinks.otlp.events import STORY, event, message

PROTOBUF = {"content-type": "application/x-protobuf"}
INSTANTS = [message(event("change.updated", f"id-{number}", number, "c")) for number in range(4)]

Open = Callable[..., OtlpSink]


@pytest.fixture
def opened(receiver: Receiver, tmp_path: Path) -> Open:
    """What makes a sink for the receiver."""

    def opened(**more: Any) -> OtlpSink:
        url = receiver.url.partition("/events")[0]
        return OtlpSink(OtlpSettings.model_validate({"type": "otlp", "url": url, "path": tmp_path / "o.db"} | more))

    return opened


def exported(body: bytes) -> list[str]:
    """The names of the spans in a request."""
    request = ExportTraceServiceRequest.FromString(body)
    return [span.name for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]


async def test_a_batch_is_one_request_in_protocol_buffers(opened: Open, receiver: Receiver) -> None:
    """Compressed, to the path of traces; what only begins is not sent."""
    sink = opened(headers={"X-Scope-OrgID": "ci"})
    await sink.publish([message(each) for each in STORY])
    await sink.publish([message(STORY[2]), message(event("pipelinerun.queued", "q", 1, "r"))])
    await sink.aclose()
    first, second = receiver.requests
    assert (first.path, first.headers["content-type"], first.headers["x-scope-orgid"]) == (
        "/v1/traces",
        "application/x-protobuf",
        "ci",
    )
    assert first.headers["content-encoding"] == "gzip"
    assert len(exported(gzip.decompress(first.body))) == 7
    assert exported(gzip.decompress(second.body)) == ["queue RUN shop"]


async def test_a_request_may_be_uncompressed(opened: Open, receiver: Receiver) -> None:
    """A path of the URL comes before that of traces, as OTEL_EXPORTER_OTLP_ENDPOINT has it."""
    sink = opened(url=receiver.url.partition("/events")[0] + "/otlp/", compression="none")
    await sink.publish(INSTANTS)
    await sink.aclose()
    [request] = receiver.requests
    assert "content-encoding" not in request.headers
    assert (request.path, exported(request.body)) == ("/otlp/v1/traces", ["change.updated"] * 4)


async def test_a_span_says_all_in_the_words_of_otlp(opened: Open, receiver: Receiver) -> None:
    """Kind, times, status, parent; a resource's spans are together."""
    sink = opened(compression="none")
    await sink.publish([message(each) for each in STORY])
    await sink.aclose()
    request = ExportTraceServiceRequest.FromString(receiver.requests[0].body)
    assert len(request.resource_spans) == len({str(each.resource) for each in request.resource_spans})
    group = next(
        each for each in request.resource_spans if "RUN shop" in [span.name for span in each.scope_spans[0].spans]
    )
    waited, run = group.scope_spans[0].spans
    assert (run.kind, waited.kind) == (run.SPAN_KIND_SERVER, run.SPAN_KIND_INTERNAL)
    assert (run.end_time_unix_nano - run.start_time_unix_nano, run.status.code) == (
        35 * 10**9,
        Status.STATUS_CODE_ERROR,
    )
    assert run.parent_span_id == waited.span_id
    assert waited.status.code == Status.STATUS_CODE_UNSET
    assert group.schema_url == "https://opentelemetry.io/schemas/1.44.0"


async def test_a_span_is_linked_to_that_of_the_tool_that_told(opened: Open, receiver: Receiver) -> None:
    """Where what it said came with a trace."""
    told = message(STORY[0])
    trace = {**told.attributes, "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    sink = opened(compression="none")
    await sink.publish([told._replace(attributes=trace)])
    await sink.aclose()
    request = ExportTraceServiceRequest.FromString(receiver.requests[0].body)
    [link] = request.resource_spans[0].scope_spans[0].spans[0].links
    assert (link.trace_id, link.span_id) == (b"\xaa" * 16, b"\xbb" * 8)


@pytest.mark.parametrize("status", [401, 407, 429, 502, 503, 504])
async def test_what_may_go_better_later_is_transient(opened: Open, receiver: Receiver, status: int) -> None:
    """What the specification calls retryable, and where somebody has to renew a token; it says when, if it does."""
    receiver.answers.append((status, {"Retry-After": "17", **PROTOBUF}, Status(message="too busy").SerializeToString()))
    sink = opened()
    with pytest.raises(TransientError, match=rf"/?POST http://[^/]+ answered {status}: too busy$") as caught:
        await sink.publish(INSTANTS)
    assert (caught.value.retry_after, caught.value.delivered) == (17.0, 0)
    await sink.aclose()


async def test_no_answer_is_transient(opened: Open, receiver: Receiver) -> None:
    """The same spans go again, with the same ids."""
    receiver.answers.append(None)
    sink = opened()
    with pytest.raises(TransientError, match="POST http://127"):
        await sink.publish([message(each) for each in STORY])
    await sink.publish([message(each) for each in STORY])
    await sink.aclose()
    first, second = receiver.requests
    assert first.body == second.body


@pytest.mark.parametrize("status", [301, 400, 403, 404, 413, 500, 501])
async def test_any_other_answer_is_permanent(opened: Open, receiver: Receiver, status: int) -> None:
    """As the specification has it: these must not be tried again."""
    receiver.answers.append((status, {"location": "/elsewhere"}, b"no"))
    sink = opened()
    with pytest.raises(PermanentError, match=rf"answered {status}: no"):
        await sink.publish(INSTANTS[:1])
    assert len(receiver.requests) == 1
    await sink.aclose()


async def test_a_refused_batch_is_cut_until_the_event_at_fault_is_found(opened: Open, receiver: Receiver) -> None:
    """What came before it is delivered."""
    receiver.answers.extend([(400, {}, b""), (200, PROTOBUF, b""), (400, {}, b""), (400, {}, b"bad")])
    sink = opened(compression="none")
    with pytest.raises(PermanentError, match="answered 400: bad") as caught:
        await sink.publish(INSTANTS)
    await sink.aclose()
    assert caught.value.delivered == 2
    assert [len(exported(each.body)) for each in receiver.requests] == [4, 2, 2, 1]


async def test_a_partial_success_is_told_and_not_tried_again(opened: Open, receiver: Receiver) -> None:
    """Which spans were rejected, the answer does not say; of one event alone it is clear."""
    rejecting = ExportTraceServiceResponse(
        partial_success=ExportTracePartialSuccess(rejected_spans=1, error_message="too old")
    ).SerializeToString()
    receiver.answers.extend([(200, PROTOBUF, rejecting)] * 2)
    sink = opened()
    with capture_logs() as logs:
        await sink.publish(INSTANTS)
    assert [(each["event"], each["rejected"], each["of"], each["reason"]) for each in logs] == [
        ("spans rejected", 1, 4, "too old")
    ]
    with pytest.raises(PermanentError, match="too old"):
        await sink.publish(INSTANTS[:1])
    assert len(receiver.requests) == 2
    await sink.aclose()


async def test_a_warning_of_a_full_success_is_told(opened: Open, receiver: Receiver) -> None:
    """An endpoint may take all and have something to say."""
    said = ExportTracePartialSuccess(error_message="use gzip")
    receiver.answers.append((200, PROTOBUF, ExportTraceServiceResponse(partial_success=said).SerializeToString()))
    sink = opened()
    with capture_logs() as logs:
        await sink.publish(INSTANTS)
    assert [each["message"] for each in logs] == ["use gzip"]
    await sink.aclose()


async def test_what_is_no_cdevent_is_named(opened: Open, receiver: Receiver, make: Make) -> None:
    """What came before it is delivered."""
    sink = opened(compression="none")
    with pytest.raises(PermanentError, match="no span can be made of this event") as caught:
        await sink.publish([*INSTANTS[:2], make(1), *INSTANTS[2:]])
    assert caught.value.delivered == 2
    assert len(exported(receiver.requests[0].body)) == 2
    await sink.aclose()


async def test_a_beginning_is_remembered_when_it_is_acknowledged(opened: Open, receiver: Receiver) -> None:
    """By the next process; the file is its owner's alone."""
    for each in STORY[1:3], STORY[7:8]:
        sink = opened(compression="none")
        await sink.publish([message(document) for document in each])
        await sink.aclose()
    request = ExportTraceServiceRequest.FromString(receiver.requests[-1].body)
    [run] = request.resource_spans[0].scope_spans[0].spans
    assert run.end_time_unix_nano - run.start_time_unix_nano == 35 * 10**9


async def test_a_memory_that_cannot_be_written_is_waited_for(opened: Open, tmp_path: Path, receiver: Receiver) -> None:
    """Nothing is acknowledged, nothing sent, and the error names the file."""
    sink = opened()
    await sink.publish(INSTANTS[:1])
    assert stat.S_IMODE((tmp_path / "o.db").stat().st_mode) == 0o600
    await sink.aclose()
    with sqlite3.connect(tmp_path / "o.db") as database:
        database.execute("drop table events")
        database.execute("create table events (id text primary key, about, predicate, time)")
    broken = opened()
    with pytest.raises(TransientError, match=r"o\.db, the memory of an otlp sink, cannot be used"):
        await broken.publish([message(STORY[2])])
    assert len(receiver.requests) == 1
    await broken.aclose()
