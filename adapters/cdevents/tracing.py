"""The trace that a notification is of: heard as W3C's Trace Context, told as CloudEvents' Distributed Tracing. Pure.

www.w3.org/TR/trace-context; github.com/cloudevents/spec, extensions/distributed-tracing.md: the attributes of an event
are the trace that it began in, whichever way it goes; they come before the headers of the request that brought it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.cdevents.cloudevents import STRUCTURED_JSON, TRACEPARENT, TRACESTATE
from adapters.cdevents.heard import items

HEADERS = frozenset({TRACEPARENT, TRACESTATE})
"""What is kept of the headers of a notification."""

_TOLD = frozenset({TRACEPARENT, f"ce-{TRACEPARENT}"})
_PARENT = re.compile(
    r"(?:00|(?!ff)[0-9a-f]{2})-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})(?P<span>[0-9a-f]{16})-[0-9a-f]{2}"
    r"(?P<more>-[!-~]{0,200})?"
)
_STATE = re.compile(r"[ -~]{1,512}")


def tracing(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """The attributes, `traceparent` and perhaps `tracestate`; none where it is of no trace, or says so badly.

    `headers` has lower-case names, and the attributes of a CloudEvent that is in them as `ce-<name>`.
    """
    if _TOLD.isdisjoint(headers) and not headers.get("content-type", "").startswith(STRUCTURED_JSON):
        return {}  # as most
    for said in _said(headers, body):
        parent, state = said.get(TRACEPARENT), said.get(TRACESTATE)
        if isinstance(parent, str) and place(parent):
            valid = isinstance(state, str) and _STATE.fullmatch(state)
            return {TRACEPARENT: parent} | ({TRACESTATE: str(state)} if valid else {})
    return {}


def place(parent: str) -> tuple[bytes, bytes] | None:
    """The ids of the trace and of the span in a `traceparent`; None where it is none."""
    found = _PARENT.fullmatch(parent)
    if found is None or (found["more"] and parent.startswith("00")):
        return None
    return bytes.fromhex(found["trace"]), bytes.fromhex(found["span"])


def _said(headers: Mapping[str, str], body: bytes) -> Iterator[Mapping[str, Any]]:
    if headers.get("content-type", "").startswith(STRUCTURED_JSON):
        found = items(body)
        yield from (each for each in found if len(found) == 1 and isinstance(each, dict))
    yield {name: headers[f"ce-{name}"] for name in HEADERS if f"ce-{name}" in headers}
    yield headers
