"""The server on a real socket: health, readiness, metrics, and how it stops."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from structlog.testing import capture_logs

from adapters.answers import WHOLE, Receive, Route, Scope, Send, json_answer
from adapters.errors import AddressUnavailable
from adapters.server import Server, application, bind, connection
from tests.asgi import route
from tests.waiting import PATIENCE, eventually


def reasons(*said: str) -> Callable[[], Awaitable[Sequence[str]]]:
    """Not ready for these reasons; ready without any."""

    async def readiness() -> Sequence[str]:
        return said

    return readiness


@asynccontextmanager
async def running(serving: Server) -> AsyncIterator[tuple[str, int]]:
    """A server on a port of its own, stopped at the end."""
    with bind("127.0.0.1", 0) as listener:
        task = asyncio.create_task(serving.serve([listener]))
        try:
            yield listener.getsockname()
        finally:
            serving.stop()
            await task


async def get(serving: Server, path: str) -> httpx.Response:
    """One answer over a real connection."""
    async with running(serving) as (host, port), httpx.AsyncClient() as client:
        return await client.get(f"http://{host}:{port}{path}")


async def test_alive_is_whoever_answers() -> None:
    """`/healthz` is 200 even while not ready, and names no software."""
    answer = await get(Server(application([], CollectorRegistry, reasons("the disk is full")), grace=1), "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert "server" not in answer.headers


@pytest.mark.parametrize(("said", "status"), [((), 200), (("the disk is full",), 503)])
async def test_readiness_gives_its_reasons(said: tuple[str, ...], status: int) -> None:
    """`/readyz` is 503 with every reason."""
    answer = await get(Server(application([], CollectorRegistry, reasons(*said)), grace=1), "/readyz")
    assert (answer.status_code, answer.json()) == (status, {"ready": not said, "reasons": [*said]})


async def test_metrics_are_in_prometheus_format() -> None:
    """`/metrics` shows the registry it was given."""
    registry = CollectorRegistry()
    Counter("things", "Things", registry=registry).inc(3)
    answer = await get(Server(application([], lambda: registry, reasons()), grace=1), "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "things_total 3.0" in answer.text


async def test_a_probe_is_asked_and_not_told() -> None:
    """Another method than GET and HEAD is 405, with what to use."""
    serving = Server(application([], CollectorRegistry, reasons()), grace=1)
    async with running(serving) as (host, port), httpx.AsyncClient(base_url=f"http://{host}:{port}") as client:
        told, headed = await client.post("/readyz"), await client.head("/readyz")
    assert (told.status_code, told.headers["allow"], told.json()["hint"]) == (405, "GET, HEAD", "use GET")
    assert (headed.status_code, headed.content) == (200, b"")


async def test_elsewhere_is_nothing() -> None:
    """404, in JSON."""
    answer = await get(Server(application([], CollectorRegistry, reasons()), grace=1), "/secret")
    assert (answer.status_code, answer.json()["error"]) == (404, "no webhook here")


@pytest.mark.parametrize("path", ["/jenkins/", "//jenkins", "//jenkins//", "/%2Fjenkins"])
async def test_slashes_too_many_are_as_none(path: str) -> None:
    """Who joined a URL carelessly is heard; where a source has just this path, it is that one's."""
    routes = [route(each, _says(each)) for each in ("/jenkins", "/exact/", "/exact")]
    serving = Server(application(routes, CollectorRegistry, reasons()), grace=1)
    async with running(serving) as (host, port), httpx.AsyncClient(base_url=f"http://{host}:{port}") as client:
        assert (await client.get(f"http://{host}:{port}{path}")).text == "/jenkins"
        assert (await client.get("/exact/")).text == "/exact/"
        assert (await client.get("/jenkins/more")).status_code == 404


def _says(path: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_request: Request) -> Response:
        return PlainTextResponse(path)

    return answer


async def test_a_request_that_is_here_to_its_end_says_so() -> None:
    """What reads its body need watch no clock then; where the body is still to come, it must."""
    said: list[bool] = []

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        said.append(WHOLE in scope)
        assert (await receive())["body"] == b"abc"
        await json_answer(202, {})(scope, receive, send)

    serving = Server(application([Route("/told", told)], CollectorRegistry, reasons()), grace=1)
    async with running(serving) as address:
        reader, writer = await asyncio.open_connection(*address)
        for pieces in ((_HEAD + b"abc",), (_HEAD, b"abc"), (_HEAD + b"abc",)):
            heard = len(said)
            for piece in pieces:
                writer.write(piece)
                await eventually(lambda heard=heard: len(said) > heard)  # type: ignore[misc]  # as it is now
            assert (await asyncio.wait_for(reader.readuntil(b"{}"), PATIENCE)).startswith(b"HTTP/1.1 202")
        writer.close()
    assert said == [True, False, True]


_HEAD = b"POST /told HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"


async def test_what_is_not_http_and_what_goes_nowhere_is_told_once() -> None:
    """A scanner is answered each time, and does not fill the log; the first line of each kind says what came."""
    scans = (
        b"\x16\x03\x01\x02\x00\x01",
        b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /.git HTTP/1.0\r\n\r\n",
    )
    with capture_logs() as told:
        async with running(Server(application([], CollectorRegistry, reasons()), grace=1)) as address:
            statuses = [await _status(address, scan) for scan in scans * 3]
    assert statuses == [400, 400, 404] * 3
    assert [(line["event"], line.get("address"), line.get("path")) for line in told] == [
        ("a request is not HTTP", "127.0.0.1", None),
        ("nothing is at this path", None, "/.git"),
    ]


async def _status(address: tuple[str, int], sent: bytes) -> int:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    return int(answer.split()[1])


async def test_a_request_under_way_is_answered_before_it_stops() -> None:
    """Stopping closes the door, and finishes with those inside."""
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Response:
        inside.set()
        await go_on.wait()
        return PlainTextResponse("done")

    serving = Server(application([route("/slow", slow)], CollectorRegistry, reasons()), grace=5)
    async with running(serving) as (host, port), httpx.AsyncClient() as client:
        asking = asyncio.create_task(client.get(f"http://{host}:{port}/slow"))
        await inside.wait()
        serving.stop()
        while await connects(host, port):  # noqa: ASYNC110 - nobody is told when a socket closes
            await asyncio.sleep(0.01)
        go_on.set()
        assert (await asking).text == "done"


async def test_a_request_that_outlasts_a_stop_is_told_to_come_again(caplog: pytest.LogCaptureFixture) -> None:
    """It is answered 503 once the time is out, which may be cut short while it runs; no traceback tells of it."""
    inside = asyncio.Event()

    async def endless(_: Request) -> Response:
        inside.set()
        await asyncio.Event().wait()
        raise AssertionError

    serving = Server(application([route("/endless", endless)], CollectorRegistry, reasons()), grace=10 * PATIENCE)
    async with running(serving) as (host, port), httpx.AsyncClient(timeout=PATIENCE) as client:
        asking = asyncio.create_task(client.get(f"http://{host}:{port}/endless"))
        await inside.wait()
        serving.stop()
        while await connects(host, port):  # noqa: ASYNC110 - nobody is told when a socket closes
            await asyncio.sleep(0.01)
        serving.stop(grace=0)
        answer = await asking
    assert (answer.status_code, answer.headers["connection"]) == (503, "close")
    assert answer.json() == {"error": "it is stopping", "hint": "send it again"}
    assert not [each for each in caplog.records if each.exc_info]


async def test_who_has_just_come_is_heard_before_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """His request is on its way: the connection is closed behind the answer, and not before it."""
    monkeypatch.setattr(connection, "NEWCOMER_SECONDS", PATIENCE)
    serving = Server(application([], CollectorRegistry, reasons()), grace=PATIENCE)
    async with running(serving) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        await eventually(lambda: serving.server_state.connections)
        serving.stop()
        while await connects(host, port):  # noqa: ASYNC110 - nobody is told when a socket closes
            await asyncio.sleep(0.01)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in answer


async def test_who_came_long_ago_and_asks_nothing_does_not_hold_up_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """His connection is closed with the others that are idle."""
    monkeypatch.setattr(connection, "NEWCOMER_SECONDS", 0)
    serving = Server(application([], CollectorRegistry, reasons()), grace=PATIENCE)
    async with running(serving) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        await eventually(lambda: serving.server_state.connections)
        serving.stop()
        assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize(
    ("before", "sent"), [(0, b""), (0, b"GET / HTTP/1.1\r\nHost: x\r\n"), (1, b"\r\n"), (2, b"GET / HTTP/1.1\r\n")]
)
async def test_a_connection_that_sends_no_head_is_closed(
    before: int, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may not be held open by sending slowly, neither at first nor after requests that were answered."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)
    async with running(Server(application([], CollectorRegistry, reasons()), grace=1)) as address:
        whole = [b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"] * before
        assert (await said(address, *whole, sent)).count(b"HTTP/1.1 200") == before


async def test_a_head_that_never_ends_is_not_read_for_ever() -> None:
    """64 KiB are enough."""
    async with running(Server(application([], CollectorRegistry, reasons()), grace=1)) as address:
        assert await said(address, b"GET / HTTP/1.1\r\n" + b"X-Header: value\r\n" * 5000) == b""


async def test_a_body_may_take_longer_than_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of a head do not hold for what follows it."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)

    async def slow(request: Request) -> Response:
        await asyncio.sleep(0.2)
        return PlainTextResponse(str(len(await request.body())))

    routes = [route("/slow", slow, methods=["POST"])]
    serving = Server(application(routes, CollectorRegistry, reasons()), grace=1)
    async with running(serving) as (host, port), httpx.AsyncClient() as client:
        answer = await client.post(f"http://{host}:{port}/slow", content=bytes(1 << 20))
    assert answer.text == str(1 << 20)


async def said(address: tuple[str, int], *parts: bytes) -> bytes:
    """All that a server says until it closes the connection; each part is sent after an answer to the one before."""
    reader, writer = await asyncio.open_connection(*address)
    answer = b""
    for part in parts[:-1]:
        writer.write(part)
        answer += await reader.readuntil(b"}")
    writer.write(parts[-1])
    try:
        with suppress(ConnectionError):
            while chunk := await asyncio.wait_for(reader.read(1 << 16), 4):
                answer += chunk
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return answer


async def connects(host: str, port: int) -> bool:
    """Whether somebody listens."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


def test_an_address_in_use_is_said_so() -> None:
    """Not a traceback, but which address, and what to do."""
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressUnavailable, match=f"^server.listen: 127.0.0.1:{port} is in use "):
            bind("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_said_so(host: str) -> None:
    """An address of another machine, or a name without one."""
    with pytest.raises(AddressUnavailable, match=f"server.listen: {host}:0 cannot be listened on: "):
        bind(host, 0)


def test_ipv6_is_listened_on() -> None:
    """Where the machine has it."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6 on this machine")
    with bind("::1", 0) as listener:
        assert listener.family is socket.AF_INET6


@pytest.mark.parametrize("size", [0, 1, 1 << 20], ids=["no body", "a byte", "a mebibyte"])
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "in two parts"])
async def test_an_upgrade_that_is_offered_costs_no_body(size: int, apart: bool) -> None:
    """A client may offer HTTP/2, as Java's does by default: it is answered in HTTP/1.1, and so is its next request."""

    async def measure(request: Request) -> Response:
        return PlainTextResponse(f"{len(await request.body())} bytes")

    serving = Server(application([route("/hook", measure, methods=["POST"])], CollectorRegistry, reasons()), grace=1)
    offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\n"
    head = f"POST /hook HTTP/1.1\r\nHost: x\r\n{offer}Content-Length: {size}\r\n\r\n".encode()
    async with running(serving) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        for _ in range(2):
            for part in (head, bytes(size)) if apart else (head + bytes(size),):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            async with asyncio.timeout(10):
                answer = await reader.readuntil(b" bytes")
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert answer.endswith(b"\r\n\r\n%d bytes" % size)
        writer.close()
        await writer.wait_closed()
