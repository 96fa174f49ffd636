"""What is posted is signed as Standard Webhooks has it, so that another sidecar, or anybody, may know who sent it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import responses
from pydantic import ValidationError

from adapters import standard_webhooks
from adapters.errors import PermanentError, TransientError
from adapters.model import Encoding, Place
from adapters.secrets import FRESH, Rotated
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.signing import Signing
from adapters.sources.auth import Unproven
from tests.receiver import Received, Receiver
from tests.sinks.actions.support import ENDPOINT, call, message
from tests.sinks.conftest import Make
from tests.sources.auth.support import guarded

NOW = 1_772_366_400.0
NEW = "whsec_" + base64.b64encode(b"the new secret, of 32 bytes long").decode()
OLD = "whsec_" + base64.b64encode(b"the old secret, of 32 bytes long").decode()
NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


def opened(url: str, secret: str | list[str] = NEW, at: float = NOW) -> HttpSink:
    """A sink that signs, at a time."""
    settings = HttpSettings.model_validate({"type": "http", "url": url, "sign": {"secret": secret}})
    return HttpSink(settings, clock=lambda: at)


async def why_not(request: Received, secret: str = NEW, at: float = NOW) -> str:
    """Why a webhook with this secret would not let a request in; empty when it would."""
    sealed = guarded(hmac={"scheme": "standard-webhooks", "secret": secret})
    headers = {name.encode(): value.encode() for name, value in request.headers.items()}
    assert sealed.proof is not None
    try:
        await sealed.proof(headers, request.body, datetime.fromtimestamp(at, UTC))
    except Unproven as reason:
        return str(reason)
    return ""


def test_the_example_of_the_specification_is_what_is_signed() -> None:
    """From Standard Webhooks' own libraries, which all have this test."""
    key = standard_webhooks.key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = standard_webhooks.signed([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', 1614265330.9)
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("encoding", [Encoding.STRUCTURED, Encoding.BINARY, Encoding.BATCH, Encoding.RAW])
async def test_another_sidecar_lets_it_in(receiver: Receiver, make: Make, encoding: Encoding) -> None:
    """However it is encoded, the signature is that of the very bytes which are sent; those of others are refused."""
    sink = opened(receiver.url)
    await sink.publish([make(1, encoding=encoding)])
    await sink.aclose()
    [request] = receiver.requests
    assert await why_not(request) == ""
    assert await why_not(request, OLD)
    assert "301 s ago" in await why_not(request, at=NOW + 301)


async def test_an_attempt_has_its_own_time_and_the_id_of_the_event(receiver: Receiver, make: Make) -> None:
    """Who has had it knows it again by the id, and takes a retry for none that somebody recorded."""
    for at in (NOW, NOW + 600):
        sink = opened(receiver.url, at=at)
        await sink.publish([make(1)])
        await sink.aclose()
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "id-1"
    assert await why_not(second, at=NOW + 600) == ""
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


async def test_a_batch_has_the_id_of_what_is_in_it(receiver: Receiver, make: Make) -> None:
    """The same batch, sent again, is the same message; another is another."""
    sink = opened(receiver.url)
    both = [make(1, encoding=Encoding.BATCH), make(2, encoding=Encoding.BATCH)]
    for batch in (both, both, both[:1]):
        await sink.publish(batch)
    await sink.aclose()
    first, again, other = (request.headers["webhook-id"] for request in receiver.requests)
    assert first == again != other
    assert "." not in first


async def test_there_is_a_signature_by_each_secret(receiver: Receiver, make: Make) -> None:
    """While they are being exchanged, who has the one or the other lets it in."""
    sink = opened(receiver.url, [NEW, OLD])
    await sink.publish([make(1)])
    await sink.aclose()
    [request] = receiver.requests
    assert (await why_not(request, NEW), await why_not(request, OLD)) == ("", "")
    assert [each[:3] for each in request.headers["webhook-signature"].split(" ")] == ["v1,", "v1,"]


@pytest.mark.parametrize("event", ["a.1772366400.b", "b\u00fcild 7", "", "x" * 129])
def test_an_id_that_cannot_stand_in_what_is_signed_is_a_digest(event: str) -> None:
    """A dot would move what is signed, and no header has the rest; it still is the event's, whenever it is sent."""
    found = standard_webhooks.identity(event, b"{}")
    assert found == standard_webhooks.identity(event, b"{}") != standard_webhooks.identity(event, b"{ }")
    assert found.replace("_", "").isalnum()


async def test_a_message_does_not_sign_itself(receiver: Receiver, make: Make) -> None:
    """Headers of a mapping's making are no signature, in whatever case they are."""
    sink = opened(receiver.url)
    own = Place(headers=dict.fromkeys(("Webhook-Id", "webhook-signature"), "forged"))
    await sink.publish([make(1)._replace(place=own)])
    await sink.aclose()
    assert await why_not(receiver.requests[0]) == ""


async def test_a_call_is_signed(tmp_path: Path) -> None:
    """The sink http-call has the same, over the body that it makes."""
    with responses.RequestsMock() as server:
        server.post(f"{ENDPOINT}/runs/1", status=204)
        await call(tmp_path, sign={"secret": NEW}).publish([message()])
        sent = server.calls[0].request
    headers = {name.lower(): value for name, value in sent.headers.items()}
    assert headers["webhook-id"] == message().attributes["id"]
    at = float(headers["webhook-timestamp"])
    assert await why_not(Received("/", headers, bytes(sent.body or b""), 0), at=at) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize("secret", ["correct horse", "whsec_", "whsec_not base64!", []])
def test_what_is_no_secret_of_the_scheme_is_refused_at_the_start(secret: Any) -> None:
    """The message says what it should be, and not what it is."""
    with pytest.raises(ValidationError) as raised:
        opened("http://127.0.0.1:1/", secret)
    assert "correct horse" not in str(raised.value)


async def test_a_secret_that_became_none_holds_messages_up(tmp_path: Path, receiver: Receiver, make: Make) -> None:
    """Nothing goes unsigned, and no message is refused for it: the next try has the file as it is then."""
    file, now = tmp_path / "secret", [0.0]
    file.write_text("half written")
    model = HttpSettings.model_validate({"type": "http", "url": receiver.url, "sign": {"secret": NEW}})
    rotated = Rotated(NEW, (file,), clock=lambda: now[0])
    sink = HttpSink(model.model_copy(update={"sign": Signing.model_construct(secret=(rotated,))}), clock=lambda: NOW)
    now[0] += FRESH
    with pytest.raises(TransientError, match="nothing can be signed: a 'secret'"):
        await sink.publish([make(1)])
    file.write_text(OLD)
    now[0] += FRESH
    await sink.publish([make(1)])
    await sink.aclose()
    assert await why_not(receiver.requests[0], OLD) == ""


async def test_no_answer_repeats_a_secret(receiver: Receiver, make: Make) -> None:
    """Of what a server says, a secret that signs is left out like any other."""
    receiver.answers.append((422, {}, f"bad key {NEW}".encode()))
    sink = opened(receiver.url)
    with pytest.raises(PermanentError) as raised:
        await sink.publish([make(1)])
    await sink.aclose()
    assert "bad key" in str(raised.value)
    assert NEW not in str(raised.value)
