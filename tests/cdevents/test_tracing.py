"""The trace of a notification."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cdevents.tracing import place, tracing

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
OTHER = f"00-{'1' * 32}-{'2' * 16}-00"
STATE = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"


def test_it_is_in_the_headers_of_a_request() -> None:
    """As W3C has them."""
    assert tracing({"traceparent": PARENT, "tracestate": STATE}, b"{}") == {"traceparent": PARENT, "tracestate": STATE}
    assert tracing({"traceparent": PARENT}, b"{}") == {"traceparent": PARENT}
    assert tracing({"tracestate": STATE}, b"{}") == {}
    assert tracing({}, b"{}") == {}


def test_that_of_a_cloudevent_comes_before_that_of_the_request() -> None:
    """In headers, or in JSON: it is where the event began, the request is only how it came here."""
    hop = {"traceparent": OTHER, "tracestate": "hop=1"}
    assert tracing(hop | {"ce-traceparent": PARENT}, b"{}") == {"traceparent": PARENT}
    event = orjson.dumps({"specversion": "1.0", "traceparent": PARENT, "tracestate": STATE})
    structured = hop | {"content-type": "application/cloudevents+json; charset=utf-8"}
    assert tracing(structured, event) == {"traceparent": PARENT, "tracestate": STATE}
    assert tracing(hop | {"content-type": "application/json"}, event) == hop
    assert tracing(structured, b"[]") == tracing(structured, b"{") == hop


@pytest.mark.parametrize(
    "parent",
    [
        "",
        "x",
        PARENT.upper(),
        PARENT[:-1],
        f"{PARENT}-x",
        f"ff{PARENT[2:]}",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"{PARENT}\n",
    ],
)
def test_what_is_no_trace_is_left_out(parent: str) -> None:
    """By the rules of the specification, which says to take it for none; the state goes with it."""
    assert tracing({"traceparent": parent, "tracestate": STATE}, b"{}") == {}
    assert tracing({"traceparent": parent, "ce-traceparent": OTHER}, b"{}") == {"traceparent": OTHER}


def test_a_later_version_may_have_more() -> None:
    """What is known of it is at its beginning."""
    later = f"01-{TRACE}-{SPAN}-01-more"
    assert tracing({"traceparent": later}, b"{}") == {"traceparent": later}
    assert place(later) == (bytes.fromhex(TRACE), bytes.fromhex(SPAN))


@pytest.mark.parametrize("state", ["", "é=1", "a=1\r\nx-evil: 1", "a" * 513])
def test_a_state_that_cannot_be_a_header_is_left_out(state: str) -> None:
    """The trace stays."""
    assert tracing({"traceparent": PARENT, "tracestate": state}, b"{}") == {"traceparent": PARENT}


@given(st.text() | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", fullmatch=True))
def test_a_place_is_never_nothing(parent: str) -> None:
    """Ids of zeros are refused by who takes traces."""
    found = place(parent)
    assert found is None or (any(found[0]) and any(found[1]) and (len(found[0]), len(found[1])) == (16, 8))
