"""The HTTP sink asks for permission first, where it is told to: CloudEvents' webhooks, against a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.errors import TransientError
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.permission import Handshake, Permission
from tests.receiver import Receiver
from tests.sinks.conftest import Make

ORIGIN = "cdevents.example.com"
Open = Callable[..., HttpSink]


@pytest.fixture
def opened(receiver: Receiver) -> Open:
    """What makes a sink for the receiver that asks first."""

    def opened(**handshake: Any) -> HttpSink:
        settings = {"type": "http", "url": receiver.url, "handshake": {"origin": ORIGIN, **handshake}}
        return HttpSink(HttpSettings.model_validate(settings))

    return opened


@pytest.mark.parametrize("allowed", [ORIGIN, ORIGIN.upper(), "*"])
async def test_permission_is_asked_for_once_and_then_it_sends(
    opened: Open, receiver: Receiver, make: Make, allowed: str
) -> None:
    """Each request says who sends; a rate is only asked for where one is set."""
    receiver.answers.append((200, {"WebHook-Allowed-Origin": allowed}, b""))
    sink = opened()
    await sink.publish([make(1), make(2)])
    await sink.publish([make(3)])
    assert [each.method for each in receiver.requests] == ["OPTIONS", "POST", "POST", "POST"]
    assert {each.headers["webhook-request-origin"] for each in receiver.requests} == {ORIGIN}
    assert "webhook-request-rate" not in receiver.requests[0].headers
    assert receiver.requests[0].body == b""
    await sink.aclose()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((405, {}, b""), "OPTIONS answered 405 and no WebHook-Allowed-Origin"),
        ((200, {}, b""), "OPTIONS answered 200 and no WebHook-Allowed-Origin"),
        ((200, {"WebHook-Allowed-Origin": "other.example.com"}, b""), "WebHook-Allowed-Origin: other.example.com"),
        ((403, {"WebHook-Allowed-Origin": ORIGIN}, b""), "OPTIONS answered 403"),
        ((302, {"Location": "/x", "WebHook-Allowed-Origin": ORIGIN}, b""), "OPTIONS answered 302"),
        (None, "OPTIONS http://"),
    ],
)
async def test_without_permission_nothing_is_sent(
    opened: Open, receiver: Receiver, make: Make, answer: Any, reason: str
) -> None:
    """It is asked for again when the message is tried again, and nothing is lost."""
    receiver.answers.extend([answer] * (2 if answer is None else 1))
    sink = opened()
    with pytest.raises(TransientError, match=reason) as caught:
        await sink.publish([make(1)])
    assert "s3cret" not in str(caught.value)
    assert "POST" not in {each.method for each in receiver.requests}
    receiver.answers.clear()
    receiver.answers.append((204, {"WebHook-Allowed-Origin": "*"}, b""))
    await sink.publish([make(1)])
    assert [each.method for each in receiver.requests][-2:] == ["OPTIONS", "POST"]
    await sink.aclose()


async def test_a_rate_is_asked_for_and_kept_to(opened: Open, receiver: Receiver, make: Make) -> None:
    """As many requests a minute as the receiver allows, which may be fewer than were asked for."""
    receiver.answers.append((200, {"WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "60000"}, b""))
    sink = opened(rate=120_000)
    await sink.publish([make(1), make(2)])
    assert receiver.requests[0].headers["webhook-request-rate"] == "120000"
    await sink.aclose()


@pytest.mark.parametrize(
    ("rate", "waits"), [("120", [0.0, 0.5, 1.0]), ("*", [0.0] * 3), ("", [0.0] * 3), ("x", [0.0] * 3)]
)
def test_turns_come_as_often_as_the_rate_says(rate: str, waits: list[float]) -> None:
    """Evenly, from the first one on."""

    class Answer:
        status_code = 200
        headers = {"webhook-allowed-origin": "*", "webhook-allowed-rate": rate}

    permission = Permission(Handshake(origin=ORIGIN), lambda _: Answer())  # type: ignore[arg-type, return-value]
    permission.obtain()
    assert [permission.wait(100.0) for _ in waits] == waits
    assert permission.wait(200.0) == 0.0


@pytest.mark.parametrize("origin", ["", "https://cdevents.example.com", "a b", "host/path"])
def test_an_origin_is_the_name_of_a_host(origin: str) -> None:
    """As DNS has it, with a port or not."""
    with pytest.raises(ValidationError):
        Handshake(origin=origin)
