"""CloudEvents of others, read by the SDK: what it takes, what it does not, and that nothing it does is a crash."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings import amqp, http, kafka, rabbitmq
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v03.event import CloudEvent as OldEvent
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from adapters.bounds import MOST_VALUES
from adapters.cdevents.heard import cdevents
from adapters.sources.broker.consuming import lowered

TYPE = "dev.cdevents.change.merged.0.1.2"
MERGED: dict[str, Any] = {
    "context": {"version": "0.3.0", "id": "1", "source": "/forge", "type": TYPE, "timestamp": "2023-01-01T00:00:00Z"},
    "subject": {"id": "7 é %", "type": "change", "content": {"repository": {"id": "shop"}}},
}
ENVELOPE = {"specversion": "1.0", "id": "1", "source": "/forge é %", "type": TYPE}
BINARY = {f"ce-{name}": value for name, value in ENVELOPE.items()}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = [*ENVELOPE, "time", "subject", "datacontenttype", "datacontentencoding", "data", "data_base64", "ext"]


def sent(encode: Any) -> CloudEvent:
    """What another's SDK sends."""
    return CloudEvent({**ENVELOPE, "time": datetime(2026, 1, 1, tzinfo=UTC), "traceparent": "00-1"}, encode)


def texts(headers: dict[str, Any]) -> dict[str, str]:
    """Headers as each source on a broker has them."""
    return lowered(headers.items())


def test_what_the_sdk_sends_in_any_mode_over_anything_is_heard() -> None:
    """In headers with any of its prefixes, or in JSON; the data is the same."""
    event, form = sent(MERGED), JSONFormat()
    for made in (http.to_binary(event, form), http.to_structured(event, form)):
        assert cdevents(made.body, texts(made.headers)) == ([MERGED], [])
    for each in (kafka.to_binary(event, form), kafka.to_structured(event, form)):
        assert cdevents(each.value, texts(each.headers)) == ([MERGED], [])
    for other in (amqp.to_binary(event, form), amqp.to_structured(event, form)):
        assert cdevents(other.application_data, texts(other.application_properties)) == ([MERGED], [])
    for last in (rabbitmq.to_binary(event, form), rabbitmq.to_structured(event, form)):
        assert cdevents(last.body, texts(last.headers)) == ([MERGED], [])


def test_an_old_cloudevent_is_read_as_its_version_says() -> None:
    """0.3 says by an attribute that its data is base64."""
    old = {"specversion": "0.3", "id": "1", "source": "/forge", "type": TYPE, "datacontentencoding": "base64"}
    body = http.to_structured(OldEvent(dict(old), orjson.dumps(MERGED)), JSONFormat()).body
    assert cdevents(body, {}) == ([MERGED], [])
    assert cdevents(orjson.dumps({**old, "data": b64encode(orjson.dumps(MERGED)).decode()}), {}) == ([MERGED], [])


@pytest.mark.parametrize(
    "more",
    [
        {"time": "yesterday"},
        {"time": "2026-01-01T00:00:00"},
        {"time": 7},
        {"subject": ""},
        {"dataschema": 7},
        {"datacontenttype": "text/plain"},
        {"Some_Extension": {"a": 1}},
        {"traceparent": None},
    ],
    ids=str,
)
def test_what_may_be_missing_loses_nothing(more: dict[str, Any]) -> None:
    """An optional attribute that is not as it should be is none that matters here."""
    assert cdevents(orjson.dumps({**ENVELOPE, **more, "data": MERGED}), {}) == ([MERGED], [])
    named = {f"ce-{name.lower()}": str(value) for name, value in more.items()}
    assert cdevents(orjson.dumps(MERGED), {**BINARY, **named, "content-type": "text/plain"}) == ([MERGED], [])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"type": ""}, "Attribute 'type' must not be None or empty"),
        ({"source": None}, "Attribute 'source' must not be None or empty"),
        ({"id": 7}, "Attribute 'id' must be a <class 'str'>"),
        ({"specversion": "2.0"}, "Attribute 'specversion' must be '1.0'"),
        ({"specversion": ["1.0"]}, "Attribute 'specversion' must be a <class 'str'>"),
        ({"data": None, "data_base64": 7}, "it cannot be read: argument should be a bytes-like object"),
        ({"data": None, "data_base64": "a"}, "it cannot be read: Invalid base64-encoded string"),
        ({"specversion": "0.3", "datacontentencoding": 7, "data": "x"}, "it cannot be read: 'int' object has no"),
    ],
    ids=str,
)
def test_what_must_be_there_is_told_and_does_not_stop_a_batch(wrong: dict[str, Any], reason: str) -> None:
    """One bad event of a batch is one problem."""
    bad = {**ENVELOPE, "data": MERGED, **wrong}
    good = {**ENVELOPE, "data": MERGED}
    documents, [problem] = cdevents(orjson.dumps([good, bad, good]), {})
    assert documents == [MERGED, MERGED]
    assert problem.startswith(f"this is no CloudEvent: {reason}")


@pytest.mark.parametrize("name", ["id", "source", "type"])
def test_what_an_envelope_leaves_out_its_event_says(name: str) -> None:
    """In JSON and in headers; only where neither does, it is told."""
    less = {key: value for key, value in ENVELOPE.items() if key != name}
    headers = {f"ce-{key}": value for key, value in less.items()}
    assert cdevents(orjson.dumps({**less, "data": MERGED}), {}) == ([MERGED], [])
    assert cdevents(orjson.dumps(MERGED), headers) == ([MERGED], [])
    for body in ({**less, "data": {}}, {}):
        assert len(cdevents(orjson.dumps(body), headers)[1]) == 1


def test_what_is_in_base64_is_bounded_too() -> None:
    """It is counted when it is unfolded, before it is objects."""
    many = b64encode(b"[" + b"0," * MOST_VALUES + b"0]").decode()
    assert cdevents(orjson.dumps({**ENVELOPE, "data_base64": many}), {})[0] == []


@pytest.mark.parametrize("depth", [300, 900, 5000])
def test_depth_is_no_crash(depth: int) -> None:
    """Wherever it is: an event deep in its data is taken, or a problem."""
    deep = b"[" * depth + b"]" * depth
    for member in (b"id", b"data", b"ext"):
        body = orjson.dumps({**ENVELOPE, "x": 0})[:-1] + b',"' + member + b'":' + deep + b"}"
        documents, problems = cdevents(body, {})
        assert (documents, len(problems)) == ([], 1)


@given(st.dictionaries(st.sampled_from(MEMBERS), VALUES), st.dictionaries(st.sampled_from([*BINARY, "x"]), st.text()))
def test_anything_may_be_said(said: dict[str, Any], headers: dict[str, str]) -> None:
    """Whatever is in an envelope or in headers is an event or a problem."""
    body = orjson.dumps([{**ENVELOPE, **_small(said)}])
    documents, problems = cdevents(body, headers)
    assert len(documents) + len(problems) == 1
    documents, problems = cdevents(orjson.dumps(MERGED), headers)
    assert len(documents) + len(problems) == 1


def test_what_a_configuration_may_not_ask_for_is_not_imported_before_it_does() -> None:
    """The SDK, clients and what else takes memory and time at the start."""
    program = "import sys, adapters.app, adapters.cdevents.heard; print(*(each.split('.')[0] for each in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    late = {"cloudevents", "requests", "cryptography", "asyncssh", "aio_pika", "confluent_kafka", "duckdb", "nats"}
    assert not late & {*done.stdout.split()}


def _small(value: Any) -> Any:
    """The value without the integers that orjson cannot write."""
    match value:
        case dict():
            return {key: _small(each) for key, each in value.items()}
        case list():
            return [_small(each) for each in value]
        case int() if abs(value) >= 1 << 63:
            return 0
    return value
