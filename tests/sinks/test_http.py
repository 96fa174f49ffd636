"""The HTTP sink, against a real server that answers as it is told."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from adapters.errors import PermanentError, TransientError
from adapters.http import retry_after
from adapters.model import Encoding, Format, Place
from adapters.sinks.http import SMALL, HttpSink
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.window import FEW
from tests.receiver import Receiver
from tests.sinks.conftest import Make
from tests.sinks.slow import Slow
from tests.waiting import eventually, until

NOW = 1_772_366_400.0  # Sun, 01 Mar 2026 12:00:00 GMT


@pytest.fixture
def opened(receiver: Receiver) -> Callable[..., HttpSink]:
    """What makes a sink for the receiver, unless told another URL."""

    def opened(**settings: Any) -> HttpSink:
        model = HttpSettings.model_validate({"type": "http", "url": receiver.url} | settings)
        return HttpSink(model, clock=lambda: NOW)

    return opened


Open = Callable[..., HttpSink]


async def test_structured_messages_go_one_by_one_in_order(opened: Open, receiver: Receiver, make: Make) -> None:
    """Each is a CloudEvent in JSON, with its id for a key; all go over one connection."""
    sink = opened()
    await sink.publish([make(1), make(2)])
    await sink.publish([make(3)])
    assert [orjson.loads(request.body)["id"] for request in receiver.requests] == ["id-1", "id-2", "id-3"]
    assert [request.headers["idempotency-key"] for request in receiver.requests] == ["id-1", "id-2", "id-3"]
    assert {request.headers["content-type"] for request in receiver.requests} == {"application/cloudevents+json"}
    assert {request.path for request in receiver.requests} == {"/events?token=s3cret"}
    assert len({request.connection for request in receiver.requests}) == 1
    await sink.aclose()


async def test_binary_messages_have_their_attributes_in_headers(opened: Open, receiver: Receiver, make: Make) -> None:
    """Values are percent-encoded; the body is the data, byte for byte."""
    sink = opened()
    await sink.publish([make(1, encoding=Encoding.BINARY, data=b"\x00\xff", subject="a b/\u00e9%")])
    [request] = receiver.requests
    assert (request.body, request.headers["content-type"]) == (b"\x00\xff", "application/json")
    assert (request.headers["ce-id"], request.headers["ce-subject"]) == ("id-1", "a%20b/%C3%A9%25")
    await sink.aclose()


async def test_what_has_a_key_of_its_own_does_not_wait(opened: Open, make: Make) -> None:
    """All keys are under way at once, up to as many as there are connections; of one key there is one at a time."""
    messages = [make(number, partitionkey=f"key {number % 7}") for number in range(70)]
    async with Slow().listening() as slow:
        sink = opened(url=slow.url, connections=5)
        await sink.publish(messages)
        assert slow.most == 5
        assert slow.crowded == set()
        await sink.aclose()
    for key in range(7):
        assert [number for number in slow.taken if number % 7 == key] == [*range(key, 70, 7)]


async def test_a_server_that_takes_its_time_gets_more_at_once(opened: Open, make: Make) -> None:
    """Few before the first answer, and then as many as there are connections."""
    known: list[int] = []
    async with Slow(pause=0.05).listening() as slow:
        sink = opened(url=slow.url)
        messages = [make(number, partitionkey=f"key {number}") for number in range(70)]
        await sink.tell(messages, lambda _: known.append(slow.most))
        await sink.aclose()
    assert known[0] <= FEW < slow.most


async def test_after_a_failure_nothing_more_is_sent(opened: Open, make: Make) -> None:
    """What was under way is settled, and told beside the failure; what came behind it in its key was never sent."""
    messages = [make(number, partitionkey=f"key {number % 4}") for number in range(40)]
    async with Slow(failing={5: 503, 6: 422}).listening() as slow:
        sink = opened(url=slow.url, connections=4)
        with pytest.raises(TransientError, match="answered 503") as caught:
            await sink.publish(messages)
        await sink.aclose()
    error = caught.value
    assert error.delivered == 5
    settled = {*range(error.delivered), *error.beyond}
    assert settled == {*slow.taken, 6} - {5}
    assert {place for place, reason in error.beyond.items() if reason} == {6}
    assert not {9, 13} & {*slow.taken}


async def test_a_stop_begins_nothing_more(opened: Open, make: Make) -> None:
    """Cancelled, what is under way comes to its end, and nothing follows it."""
    async with Slow(pause=0.05).listening() as slow:
        sink = opened(url=slow.url, connections=2)
        publishing = asyncio.ensure_future(sink.publish([make(number, partitionkey="one") for number in range(40)]))
        await eventually(lambda: slow.taken)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
        await sink.publish([make(99, partitionkey="one")])
        assert slow.taken[-1] == 99
        assert len(slow.taken) < 40
        await sink.aclose()


async def test_what_is_called_back_at_once_holds_up_nothing(opened: Open, make: Make) -> None:
    """It may have been sent, or not; what follows goes all the same, and so does a sink that is closed then."""
    async with Slow(pause=0.05).listening() as slow:
        sink = opened(url=slow.url)
        for number in range(3):
            asyncio.ensure_future(sink.publish([make(number, partitionkey="one")])).cancel()
            await sink.publish([make(10 + number, partitionkey="one")])
        assert [each for each in slow.taken if each >= 10] == [10, 11, 12]
        asyncio.ensure_future(sink.publish([make(99, partitionkey="one")])).cancel()
        await sink.aclose()


async def test_what_comes_alone_is_sent_at_once(opened: Open, receiver: Receiver, make: Make) -> None:
    """Before whoever asked for it waits, and though the loop has no turn meanwhile."""
    sink = opened()
    await sink.publish([make(1)])  # there is a connection now
    published = sink.publish([make(2)])
    until(lambda: len(receiver.requests) == 2)
    await published
    await sink.aclose()


async def test_what_is_large_is_sent_by_a_thread(receiver: Receiver, make: Make) -> None:
    """To sign and to write it would keep others waiting for the event loop; of what is small, nobody notices."""
    threads: list[str] = []

    def clock() -> float:
        threads.append(threading.current_thread().name)
        return NOW

    settings = {"type": "http", "url": receiver.url, "sign": {"secret": "whsec_" + b64encode(b"k" * 32).decode()}}
    sink = HttpSink(HttpSettings.model_validate(settings), clock=clock)
    for size in (1, SMALL, 1):
        await sink.publish([make(data=b'"%s"' % (b"x" * size), encoding=Encoding.RAW)])
        await eventually(lambda: sink._worker.idle)
    await sink.aclose()
    assert threads == ["MainThread", "http-sink", "MainThread"]


async def test_a_batch_is_one_request(opened: Open, receiver: Receiver, make: Make) -> None:
    """All messages, in order, in a CloudEvents batch."""
    sink = opened()
    await sink.publish([make(number, encoding=Encoding.BATCH) for number in range(3)])
    [request] = receiver.requests
    assert request.headers["content-type"] == "application/cloudevents-batch+json"
    assert [event["id"] for event in orjson.loads(request.body)] == ["id-0", "id-1", "id-2"]
    await sink.aclose()


async def test_a_raw_legacy_message_is_what_the_tool_sent(opened: Open, receiver: Receiver, make: Make) -> None:
    """Bytes and content type are the tool's; headers name it and its CDEvents."""
    sink = opened()
    message = make(7, encoding=Encoding.RAW, data=b"<x/>", datacontenttype="text/xml; charset=latin1", cdeventids="a,b")
    await sink.publish([message, make(8, encoding=Encoding.RAW)])
    first, second = receiver.requests
    assert (first.body, first.headers["content-type"]) == (b"<x/>", "text/xml; charset=latin1")
    assert (first.headers["legacy-id"], first.headers["cdevents-ids"]) == ("id-7", "a,b")
    assert "cdevents-ids" not in second.headers
    await sink.aclose()


async def test_a_raw_cdevent_names_its_legacy_message(opened: Open, receiver: Receiver, make: Make) -> None:
    """The same two headers, the other way round."""
    sink = opened()
    message = make(7, encoding=Encoding.RAW, legacyid="old")._replace(format=Format.CDEVENTS)
    await sink.publish([message])
    headers = receiver.requests[0].headers
    assert (headers["legacy-id"], headers["cdevents-ids"]) == ("old", "id-7")
    await sink.aclose()


async def test_a_connection_that_is_idle_keeps_no_message(opened: Open, make: Make) -> None:
    """There may be a thousand connections, and a message may be large."""
    bodies = [orjson.dumps({"id": f"id-{number}", "partitionkey": str(number)}) for number in range(5)]
    holders = [sys.getrefcount(body) for body in bodies]
    async with Slow().listening() as slow:
        sink = opened(url=slow.url)
        await sink.publish([make(data=body, encoding=Encoding.RAW, partitionkey=str(body)) for body in bodies])
        assert slow.most == 5
        await eventually(lambda: [sys.getrefcount(body) for body in bodies] == holders)
        await sink.aclose()


async def test_a_message_may_say_where_it_goes_below_the_url(opened: Open, receiver: Receiver, make: Make) -> None:
    """By which method, at which path, and with which headers; the next goes where the sink says."""
    sink = opened(connections=1)
    place = Place(method="PUT", path="/a b/c?x=1", headers={"X-Of": "it"})
    await sink.publish([make(1)._replace(place=place), make(2)])
    first, second = receiver.requests
    assert (first.method, first.path, first.headers["x-of"]) == ("PUT", "/events/a%20b/c?token=s3cret&x=1", "it")
    assert (second.method, second.path, second.headers.get("x-of")) == ("POST", "/events?token=s3cret", None)
    await sink.aclose()


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_an_acknowledgement(opened: Open, receiver: Receiver, make: Make, status: int) -> None:
    """Whatever the answer holds."""
    receiver.answers.append((status, {}, b"" if status == 204 else b"thanks"))
    sink = opened()
    await sink.publish([make()])
    await sink.aclose()


async def test_a_body_that_is_cut_off_takes_no_acknowledgement_back(
    opened: Open, receiver: Receiver, make: Make
) -> None:
    """The status line has said that the event was taken: it is not sent again."""
    receiver.answers.append((200, {"Transfer-Encoding": "chunked", "Connection": "close"}, b"40\r\nthan"))
    sink = opened()
    await sink.publish([make()])
    await sink.aclose()
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [401, 407, 408, 425, 429, 500, 502, 503, 504, 599])
async def test_what_may_go_better_later_is_transient(opened: Open, receiver: Receiver, make: Make, status: int) -> None:
    """The messages before are counted as delivered, and no later one was sent."""
    receiver.answers.extend([(204, {}, b""), (status, {"Retry-After": "17"}, b"busy\r\n now")])
    sink = opened()
    with pytest.raises(TransientError, match=rf"answered {status}.*: busy now") as caught:
        await sink.publish([make(number) for number in range(4)])
    assert (caught.value.delivered, caught.value.retry_after, len(receiver.requests)) == (1, 17.0, 2)
    await sink.aclose()


@pytest.mark.parametrize("status", [300, 400, 403, 404, 410, 413, 415, 422])
async def test_what_will_never_work_is_permanent(opened: Open, receiver: Receiver, make: Make, status: int) -> None:
    """It is the message at `delivered`, and the reason has the beginning of the answer; it holds up no other."""
    receiver.answers.extend([(204, {}, b""), (status, {}, b"x" * 500)])
    sink = opened()
    with pytest.raises(PermanentError, match=rf"answered {status}.*: x{{200}}$") as caught:
        await sink.publish([make(number) for number in range(4)])
    assert (caught.value.delivered, caught.value.beyond, len(receiver.requests)) == (1, {2: None, 3: None}, 4)
    await sink.aclose()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(opened: Open, receiver: Receiver, make: Make, status: int) -> None:
    """It is a permanent error that says which server to configure."""
    receiver.answers.append((status, {"Location": "https://user:pw@new.example/x?key=1"}, b""))
    sink = opened()
    with pytest.raises(PermanentError, match=r"it redirects to https://new\.example; configure the final URL$"):
        await sink.publish([make()])
    assert len(receiver.requests) == 1
    await sink.aclose()


@pytest.mark.parametrize("place", ["http://[::1", "//[x", "http://a b:c/"])
async def test_a_redirect_to_what_is_no_url_is_permanent(
    opened: Open, receiver: Receiver, make: Make, place: str
) -> None:
    """Whatever a server says, it is told, and stops nothing."""
    receiver.answers.append((302, {"location": place}, b""))
    sink = opened()
    with pytest.raises(PermanentError, match="answered 302 Found: it redirects to "):
        await sink.publish([make(1)])
    await sink.aclose()


@pytest.mark.parametrize(
    "proxy", ["us:s3cret@h:99999999", "http://us er:s3cret@h", "http://us:s3cret%00@h", "x://us:s3cret@h"]
)
async def test_no_error_shows_the_password_of_a_proxy(
    opened: Open, make: Make, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that cannot be used is told of, without what may be secret in it."""
    monkeypatch.setenv("http_proxy", proxy)
    sink = opened(url="http://events.example.com/")
    with pytest.raises(
        TransientError, match=r"^POST http://events.example.com: the connection failed \(.+\)"
    ) as caught:
        await sink.publish([make(1)])
    assert "s3cret" not in str(caught.value)
    await sink.aclose()


async def test_no_error_shows_a_credential(opened: Open, receiver: Receiver, make: Make) -> None:
    """Neither the URL's query nor a header is in what is logged."""
    receiver.answers.extend([(500, {}, b""), (400, {}, b""), None, None])
    sink = opened(auth={"bearer": "hush"}, headers={"X-Key": "psst"})
    for error in (TransientError, PermanentError, TransientError):
        with pytest.raises(error) as caught:
            await sink.publish([make()])
        assert not {word for word in ("s3cret", "hush", "psst") if word in str(caught.value)}
    assert "hush" not in repr(
        HttpSettings.model_validate({"type": "http", "url": "http://a", "auth": {"bearer": "hush"}})
    )
    await sink.aclose()


async def test_a_batch_with_one_bad_message_loses_only_that(opened: Open, receiver: Receiver, make: Make) -> None:
    """A refused batch is halved until the message at fault is alone; those before it are delivered."""
    # 0-7 is refused, 0-3 taken, 4-7 refused, 4-5 refused, 4 taken, 5 refused.
    receiver.answers.extend((status, {}, b"") for status in (422, 204, 422, 422, 204, 422))
    sink = opened()
    with pytest.raises(PermanentError) as caught:
        await sink.publish([make(number, encoding=Encoding.BATCH) for number in range(8)])
    sizes = [len(orjson.loads(request.body)) for request in receiver.requests]
    assert (caught.value.delivered, sizes) == (5, [8, 4, 4, 2, 1, 1])
    await sink.aclose()


async def test_a_server_that_is_away_is_transient(opened: Open, make: Make) -> None:
    """The message says why, in the system's words, and which server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sink = opened(url=f"http://127.0.0.1:{port}/")
    with pytest.raises(TransientError, match=rf"POST http://127\.0\.0\.1:{port}: Connection refused"):
        await sink.publish([make()])
    await sink.aclose()


async def test_a_server_that_is_silent_is_transient(opened: Open, make: Make) -> None:
    """No answer within the read timeout."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sink = opened(url=f"http://127.0.0.1:{silent.getsockname()[1]}/", read_timeout=0.05)
        with pytest.raises(TransientError, match="no answer in time"):
            await sink.publish([make()])
        await sink.aclose()


async def test_a_connection_that_breaks_is_transient(opened: Open, receiver: Receiver, make: Make) -> None:
    """And the next attempt goes over a new one."""
    receiver.answers.append(None)
    sink = opened()
    with pytest.raises(TransientError, match="connection"):
        await sink.publish([make(1)])
    await sink.publish([make(1)])
    assert len(receiver.requests) == 2
    await sink.aclose()


@pytest.mark.parametrize("secret", ["s3cr\u20act", "s3\x00cret"])
async def test_a_secret_that_no_header_can_hold_refuses_no_message(
    opened: Open, receiver: Receiver, make: Make, secret: str
) -> None:
    """It is waited for whoever mends it, as with a token that has expired, and nothing of it is told."""
    for settings in ({"auth": {"bearer": secret}}, {"headers": {"X-Key": secret}}):
        sink = opened(**settings)
        with pytest.raises(TransientError, match="what the settings say cannot be sent in HTTP headers: ") as caught:
            await sink.publish([make(1)])
        assert not any(part in str(caught.value) for part in ("s3", "cret", "20ac", "\u20ac"))
        await sink.aclose()
    assert receiver.requests == []


async def test_what_no_header_can_hold_is_permanent(opened: Open, receiver: Receiver, make: Make) -> None:
    """A content type with a line break in it cannot be sent, now or ever."""
    sink = opened()
    message = make(1, encoding=Encoding.RAW, datacontenttype="text/plain\r\nX-Evil: 1")
    with pytest.raises(PermanentError, match="HTTP headers"):
        await sink.publish([message])
    assert receiver.requests == []
    await sink.aclose()


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"bearer": "t0ken"}, "Bearer t0ken"),
        ({"basic": {"username": "j\u00fc", "password": "p:w"}}, "Basic " + b64encode("j\u00fc:p:w".encode()).decode()),
        (None, None),
    ],
)
async def test_credentials_are_sent_as_configured(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    opened: Open,
    receiver: Receiver,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    auth: Any,
    expected: Any,
) -> None:
    """A token or Basic; what a `.netrc` has for the host is never sent."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    sink = opened(auth=auth, headers={"X-Key": "psst"})
    await sink.publish([make()])
    [request] = receiver.requests
    assert (request.headers.get("authorization"), request.headers["x-key"]) == (expected, "psst")
    await sink.aclose()


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://a"},
        {"url": "/relative"},
        {"url": "https://user:pw@a/"},
        {"url": "https://a b/"},
        {"url": "https://*.a/"},
        {"url": "https://a\nb/"},
        {"url": "https://[::1/"},
        {"url": "https://a:65536/"},
        {"url": "https://a:b/"},
        {"auth": {}},
        {"auth": {"bearer": "a", "basic": {"username": "u", "password": "p"}}},
        {"tls": {"key": "key.pem"}},
        {"headers": {"X Bad": "1"}},
        {"read_timeout": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    """When the configuration is read, not at the first event."""
    with pytest.raises(ValidationError):
        HttpSettings.model_validate({"type": "http", "url": "https://a/"} | settings)


@pytest.mark.parametrize(
    "url", ["HTTPS://A:8443", "http://a_b.svc./x y?é#z", "https://é.example:/", "http://[::1]:80/"]
)
def test_urls_that_can_be_called_are_taken(url: str) -> None:
    """As people write them."""
    assert HttpSettings.model_validate({"type": "http", "url": url}).url == url


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("120", 120.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_in_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    """RFC 9110 §10.2.3; what is neither says nothing."""
    assert retry_after(value, NOW) == seconds
