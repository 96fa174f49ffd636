"""Our encoders against the CloudEvents SDK, and against the specification where the SDK has nothing."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings import http
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from adapters.cdevents.cloudevents import (
    STRUCTURED_JSON,
    batch,
    binary_headers,
    cdevents_message,
    legacy_message,
    structured,
)
from adapters.cdevents.document import document
from adapters.cdevents.ids import legacy_id
from adapters.errors import MappingError
from adapters.model import CDEvent, Encoding, Format, Message, Notification, Spec

MakeEvent = Callable[..., CDEvent]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
VALUES = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT, st.lists, max_leaves=5)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=4)
MOMENTS = st.datetimes(timezones=st.just(UTC))


def _notification(body: bytes, content_type: str | None = None, **changes: Any) -> Notification:
    headers = {} if content_type is None else {"content-type": content_type}
    return Notification("jenkins", body, datetime(2026, 3, 20, 14, 27, 5, tzinfo=UTC), headers, **changes)


def _legacy(notification: Notification, **extensions: str) -> Message:
    return legacy_message(
        notification,
        instance="https://ci.example.com/",
        type_="dev.example.jenkins",
        encoding=Encoding.STRUCTURED,
        extensions=extensions,
    )


def _by_sdk(message: Message, data: Any) -> CloudEvent:
    attributes: dict[str, Any] = dict(message.attributes)
    return CloudEvent(attributes | {"time": datetime.fromisoformat(attributes["time"])}, data)


@st.composite
def _messages(draw: st.DrawFn) -> tuple[Message, Any]:
    """A message of generated attributes, and its data as the SDK takes it."""
    data = draw(OBJECTS)
    attributes = {
        "specversion": "1.0",
        "id": draw(TEXT),
        "source": draw(TEXT),
        "type": draw(TEXT),
        "time": draw(MOMENTS).isoformat().replace("+00:00", "Z"),
        "subject": draw(TEXT),
        "datacontenttype": draw(st.sampled_from(["application/json", "application/vnd.x.v2+json; charset=utf-8"])),
        "partitionkey": draw(TEXT),
    }
    body = json.dumps(data, indent=draw(st.sampled_from([None, 1]))).encode()
    return Message(Format.LEGACY, Encoding.STRUCTURED, attributes, body), data


@given(_messages())
def test_structured_mode_is_the_sdks(made: tuple[Message, Any]) -> None:
    """The SDK writes the same JSON, and reads ours back as the same event."""
    message, data = made
    line = structured(message)
    assert json.loads(line) == json.loads(http.to_structured(_by_sdk(message, data), JSONFormat()).body)
    read = http.from_structured_event(http.HTTPMessage({"content-type": STRUCTURED_JSON}, line))
    assert (read.get_attributes(), read.get_data()) == (_by_sdk(message, data).get_attributes(), data)


@given(_messages())
def test_binary_mode_is_the_sdks(made: tuple[Message, Any]) -> None:
    """The SDK writes the same headers, and reads ours back as the same event."""
    message, data = made
    expected = http.to_binary(_by_sdk(message, message.data), JSONFormat())
    assert binary_headers(message) == expected.headers
    read = http.from_binary_event(http.HTTPMessage(binary_headers(message), message.data))
    assert read.get_attributes() == _by_sdk(message, data).get_attributes()
    assert (read.get_data() or {}) == data


@given(st.lists(_messages(), max_size=4))
def test_a_batch_is_an_array_of_structured_events(made: list[tuple[Message, Any]]) -> None:
    """A batch holds each event as structured mode writes it, in order, and nothing else."""
    messages = [message for message, _ in made]
    assert json.loads(batch(messages)) == [json.loads(structured(message)) for message in messages]


def test_a_cdevent_becomes_a_cloudevent(event: MakeEvent) -> None:
    """The attributes are those of the CDEvents binding, and the data is the whole document."""
    found = document(event(chain_id="4c8cb7dd-3448-41de-8768-eec704e2829b"), Spec.V0_5_1)
    message = cdevents_message(found, Encoding.BINARY, {"legacyid": "x"})
    assert message.attributes == {
        "specversion": "1.0",
        "id": "271069a8-fc18-44f1-b38f-9d70a1695819",
        "source": "https://ci.example.com/",
        "type": "dev.cdevents.pipelinerun.finished.0.3.0",
        "time": "2026-03-20T14:27:05.315384Z",
        "subject": "job/app/42/",
        "datacontenttype": "application/json",
        "partitionkey": "4c8cb7dd-3448-41de-8768-eec704e2829b",
        "legacyid": "x",
    }
    assert (message.format, message.encoding) == (Format.CDEVENTS, Encoding.BINARY)
    assert json.loads(message.data) == found
    assert json.loads(structured(message))["data"] == found


@pytest.mark.parametrize(("source", "whose"), [(None, "https://ci.example.com/"), ("https://git/", "https://git/")])
def test_without_a_chain_a_subject_keeps_its_order(event: MakeEvent, source: str | None, whose: str) -> None:
    """The partition key of an event that is in no chain is its subject, within the source that names it."""
    message = cdevents_message(document(event(subject_source=source), Spec.V0_5_1), Encoding.STRUCTURED, {})
    assert message.attributes["partitionkey"] == f"{whose}|job/app/42/"


def test_what_json_cannot_hold_is_a_mapping_error(event: MakeEvent) -> None:
    """A payload nested too deeply is parked with its event's id, and brings nothing down."""
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    with pytest.raises(MappingError, match=r"271069a8-.* cannot be written as JSON"):
        cdevents_message(document(event(custom_data={"x": deep}), Spec.V0_5_1), Encoding.STRUCTURED, {})


def test_a_legacy_message_is_the_tools_own() -> None:
    """Its bytes are untouched; source and partition key are the tool, and the id is that of its place and bytes."""
    message = _legacy(_notification(b'{"a": 1}\n', position="log:7"), cdeventids="a b")
    assert message.data == b'{"a": 1}\n'
    assert message.attributes == {
        "specversion": "1.0",
        "id": legacy_id("https://ci.example.com/", "log:7", b'{"a": 1}\n'),
        "source": "https://ci.example.com/",
        "type": "dev.example.jenkins",
        "time": "2026-03-20T14:27:05Z",
        "datacontenttype": "application/json",
        "partitionkey": "https://ci.example.com/",
        "adapter": "cdevents-adapters",
        "cdeventids": "a b",
    }


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b' {"a": 1}', "application/json"),
        (b"[1]", "application/json"),
        (b"[2026-03-20] INFO started", "text/plain"),
        (b"<?xml version='1.0'?><run/>", "application/xml"),
        (b"<13>Mar 20 syslog", "text/plain"),
        (b"", "text/plain"),
        (b"\xff\xfe", "application/octet-stream"),
        (b'\xef\xbb\xbf{"a": 1}', "application/json"),
        (b"\xef\xbb\xbf<run/>", "application/xml"),
    ],
)
def test_a_body_without_a_type_is_looked_at(body: bytes, content_type: str) -> None:
    """JSON, XML, text and the rest are told apart by what they are."""
    assert _legacy(_notification(body)).attributes["datacontenttype"] == content_type


def test_embedded_json_keeps_its_tokens() -> None:
    """An event is one line; numbers, escapes and the order of keys stay as the tool wrote them."""
    body = b'{\r\n "z": 1.50,\n "a": 123456789012345678901234567890, "e": "\\u00e9\\n"\n}'
    line = structured(_legacy(_notification(body, "application/json")))
    assert line.endswith(b'"data":{ "z": 1.50, "a": 123456789012345678901234567890, "e": "\\u00e9\\n"}}')


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"a":1}', '{"a":1}'.encode("utf-16")])
def test_json_with_a_byte_order_mark_is_embedded_without_it(body: bytes) -> None:
    """JSON has none (RFC 8259, section 8.1); tools on Windows write one all the same."""
    message = _legacy(_notification(body, "application/json"))
    assert structured(message).endswith(b'"data":{"a":1}}')
    assert message.data == body


@pytest.mark.parametrize("content_type", ["text/plain", "text/xml; charset=UTF-8", "application/xml", "image/svg+xml"])
def test_text_becomes_a_string(content_type: str) -> None:
    """Text in UTF-8 is readable in the event, and still one line of it."""
    line = structured(_legacy(_notification("é\n<b>".encode(), content_type)))
    assert json.loads(line)["data"] == "é\n<b>"
    assert b"\n" not in line


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x00\xff", "application/octet-stream"),
        (b"plain", "application/octet-stream"),
        (b'{"a": NaN}', "application/json"),
        (b'"\\ud800"', "application/json"),
        (b"not json", "text/json"),
        (b"a=1&b=2", "application/x-www-form-urlencoded"),
        (b"caf\xe9", "text/plain"),
        (b"cafe", "text/plain; charset=iso-8859-1"),
    ],
)
def test_anything_else_is_base64(body: bytes, content_type: str) -> None:
    """What is neither valid JSON nor UTF-8 text travels as it is, in base64."""
    found = json.loads(structured(_legacy(_notification(body, content_type))))
    assert b64decode(found["data_base64"]) == body
    assert "data" not in found


def test_empty_data_is_left_out() -> None:
    """A message without a body is an event without data."""
    assert {"data", "data_base64"}.isdisjoint(json.loads(structured(_legacy(_notification(b"")))))


@given(st.binary(max_size=40), st.sampled_from(["application/json", "text/plain", "application/octet-stream", ""]))
def test_no_body_is_lost_or_breaks_the_line(body: bytes, content_type: str) -> None:
    """Any bytes at all give one line of JSON from which they, or their JSON value, come back."""
    line = structured(_legacy(_notification(body, content_type)))
    found = json.loads(line)
    assert b"\n" not in line
    if "data_base64" in found:
        assert b64decode(found["data_base64"]) == body
    elif "data" in found and found["datacontenttype"] in ("text/plain", "application/xml"):
        assert found["data"].encode() == body
    elif "data" in found:
        assert found["data"] == json.loads(body)
    else:
        assert body == b""


def test_what_curl_calls_a_form_is_taken_for_what_it_is() -> None:
    """`curl -d` says that everything is a form; JSON that it sends is embedded as JSON."""
    notification = Notification(
        "jenkins", b'{"a": 1}', datetime(2026, 1, 1, tzinfo=UTC), {"content-type": "application/x-www-form-urlencoded"}
    )
    message = legacy_message(
        notification, instance="https://ci/", type_="legacy.x", encoding=Encoding.STRUCTURED, extensions={}
    )
    assert message.attributes["datacontenttype"] == "application/json"
    assert json.loads(structured(message))["data"] == {"a": 1}
