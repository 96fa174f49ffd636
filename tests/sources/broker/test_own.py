"""The loop guard: ours or not, told by the message alone."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cdevents.cloudevents import (
    batch,
    binary_headers,
    cdevents_message,
    legacy_message,
    mapped_message,
    structured,
)
from adapters.cdevents.document import document
from adapters.model import CDEvent, Encoding, Mapped, Message, Notification, Place, Spec
from adapters.sinks.binding import parts
from adapters.sources.broker.consuming import lowered
from adapters.sources.broker.own import is_own
from tests.sources.broker.support import INSTANCE, context

HEARD = context().clock()


def event(name: str) -> Message:
    """A CDEvent as a route publishes it."""
    made = CDEvent(name, "1", INSTANCE, "2026-03-01T12:00:00Z", "subject", {})
    return cdevents_message(document(made, Spec.V0_5_1), Encoding.BINARY, {"legacyid": "2"})


def legacy(body: bytes) -> Message:
    """A tool's own event as a route publishes it, of a source that has no mapping."""
    notification = Notification("gerrit", body, HEARD)
    return legacy_message(
        notification, instance=INSTANCE, type_="legacy.gerrit.events", encoding=Encoding.BINARY, extensions={}
    )


def mapped() -> Message:
    """What an export mapping makes of a CDEvent, as a route publishes it."""
    made = Mapped("told", "3", "mapped.told", {"text": "it works"}, Place("ci.told", headers={"x-team": "red"}))
    return mapped_message(made, event("build.started").attributes, Encoding.BINARY)


MESSAGES = [event("build.started"), event("dev.cdeventsx.gerrit-hashtag.changed.0.1.0"), legacy(b'{"a":1}'), mapped()]


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("prefix", ["ce_", "ce-", "cloudEvents_", "cloudEvents:"])
def test_binary_mode_is_known_by_its_attributes(message: Message, prefix: str) -> None:
    """Whatever the protocol's prefix is."""
    assert is_own(lowered(parts(message, prefix).headers.items()), message.data)


@pytest.mark.parametrize("message", MESSAGES)
def test_structured_mode_and_batches_are_known_by_what_is_in_them(message: Message) -> None:
    """Also where the content type was lost on the way."""
    assert is_own({}, structured(message))
    assert is_own({}, batch([message, message]))


def test_bare_data_is_known_by_its_headers() -> None:
    """That of the sinks; a bare CDEvent needs none."""
    for message in MESSAGES:
        raw = message._replace(encoding=Encoding.RAW)
        assert is_own(parts(raw, "ce_").headers, raw.data)
    assert is_own({}, MESSAGES[0].data)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b'{"type":"ref-updated","comment":"see dev.cdevents.build.finished, legacy and all"}'),
        ({}, b'{"type":"legacy.thing"}'),
        ({}, b"dev.cdevents.build.finished: not JSON"),
        ({}, b'{"specversion":"1.0","type":"zotregistry.image.updated","data":{"name":"legacy"}}'),
        ({}, b'[{"context":"legacy"},1]'),
        ({}, b"[]"),
        ({"ce-type": "zotregistry.image.updated"}, b"{}"),
        ({"ce-type": "legacy.billing.invoice", "ce-legacyid": "7", "ce-cdeventids": "8"}, b"{}"),
        ({"legacy-id": "7", "adapter": "modem"}, b"{}"),
        ({}, b'{"specversion":"1.0","type":"legacy.billing.invoice","legacyid":"7","data":"cdevents-adapters"}'),
    ],
)
def test_what_others_say_is_theirs(headers: dict[str, str], body: bytes) -> None:
    """Even where they talk about us."""
    assert not is_own(headers, body)


def test_a_batch_that_is_not_all_ours_is_not_ours() -> None:
    """Better heard twice than lost."""
    assert not is_own({}, b'[{"type":"ref-updated"},' + structured(MESSAGES[0]) + b"]")


@given(body=st.binary(max_size=200) | st.from_type(dict).map(repr).map(str.encode))
def test_anything_can_be_asked_about(body: bytes) -> None:
    """No body makes it fail, and what has none of our marks is not ours."""
    assert is_own({}, body + b" dev.cdevents cdevents-adapters") is False


@given(body=st.dictionaries(st.text(max_size=5), st.integers(0, 9)))
def test_every_legacy_event_is_known_in_every_mode_with_attributes(body: dict[str, int]) -> None:
    """Whatever the tool has said."""
    message = legacy(orjson.dumps(body))
    assert is_own({}, structured(message))
    assert is_own(lowered(binary_headers(message).items()), message.data)
