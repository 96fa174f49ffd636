"""A message as body and headers, as each protocol has it."""

from __future__ import annotations

import pytest

from adapters.cdevents.cloudevents import structured
from adapters.model import Encoding, Format
from adapters.sinks import SINKS
from adapters.sinks.binding import parts
from tests.sinks.conftest import Make


def test_a_structured_message_is_all_in_its_body(make: Make) -> None:
    """No headers but the content type."""
    message = make(1)
    assert parts(message, "ce_") == ({}, "application/cloudevents+json", structured(message))


def test_the_attributes_of_a_binary_message_are_headers(make: Make) -> None:
    """With the protocol's prefix; the data's type is the content type instead."""
    message = make(1, encoding=Encoding.BINARY, data=b"\x00", datacontenttype="x/y")
    headers, content_type, body = parts(message, "ce_")
    assert headers == {f"ce_{name}": value for name, value in message.attributes.items() if name != "datacontenttype"}
    assert (content_type, body) == ("x/y", b"\x00")


def test_a_bare_cdevent_names_its_legacy_message(make: Make) -> None:
    """And itself, in headers that have no prefix."""
    message = make(7, encoding=Encoding.RAW, legacyid="old")._replace(format=Format.CDEVENTS)
    assert parts(message, "ce_") == ({"legacy-id": "old", "cdevents-ids": "id-7"}, "application/json", message.data)


def test_a_bare_message_is_of_its_trace(make: Make) -> None:
    """In the headers that W3C has for it; with its attributes, it is one of them."""
    trace = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "vendor=1"}
    assert trace.items() <= parts(make(1, encoding=Encoding.RAW, **trace), "ce_").headers.items()
    assert parts(make(1, encoding=Encoding.BINARY, **trace), "ce_").headers["ce_traceparent"] == trace["traceparent"]


@pytest.mark.parametrize("word", ["kafka", "nats", "rabbitmq", "mqtt"])
def test_no_broker_is_asked_for_a_batch(word: str) -> None:
    """Their bindings have none, so a route that wants one is told when the configuration loads."""
    assert SINKS[word].encodings == {Encoding.STRUCTURED, Encoding.BINARY, Encoding.RAW}
