"""Spans as OTLP writes them: github.com/open-telemetry/opentelemetry-proto, in Protocol Buffers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from adapters.sinks.otlp.attributes import SCHEMA
from adapters.sinks.otlp.spans import Span

SCOPE = InstrumentationScope(name="cdevents-adapters")


def trace_request(spans: Iterable[Span]) -> bytes:
    """An ExportTraceServiceRequest, in which spans of one resource are together."""
    by_resource: dict[tuple[tuple[str, str], ...], list[Span]] = defaultdict(list)
    for span in spans:
        by_resource[tuple(span.resource.items())].append(span)
    return ExportTraceServiceRequest(
        resource_spans=[
            trace_pb2.ResourceSpans(
                resource=Resource(attributes=key_values(dict(resource))),
                scope_spans=[trace_pb2.ScopeSpans(scope=SCOPE, spans=map(_span, each), schema_url=SCHEMA)],
                schema_url=SCHEMA,
            )
            for resource, each in by_resource.items()
        ]
    ).SerializeToString()


def key_values(attributes: Mapping[str, str]) -> Iterator[KeyValue]:
    """Attributes whose values are text."""
    return (KeyValue(key=name, value=AnyValue(string_value=value)) for name, value in attributes.items())


def _span(span: Span) -> trace_pb2.Span:
    return trace_pb2.Span(
        trace_id=span.place.trace,
        span_id=span.place.span,
        parent_span_id=span.parent or b"",
        name=span.name,
        kind=trace_pb2.Span.SPAN_KIND_SERVER if span.server else trace_pb2.Span.SPAN_KIND_INTERNAL,
        start_time_unix_nano=span.start,
        end_time_unix_nano=span.end,
        attributes=key_values(span.attributes),
        links=[trace_pb2.Span.Link(trace_id=each.trace, span_id=each.span) for each in span.links],
        status=_status(span),
    )


def _status(span: Span) -> trace_pb2.Status | None:
    """Only of what failed: that it went well is for those to say who know (specification/trace/api.md, Set Status)."""
    return None if span.error is None else trace_pb2.Status(code=trace_pb2.Status.STATUS_CODE_ERROR, message=span.error)
