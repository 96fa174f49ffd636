"""What one client, or very many, can make the server keep: bounded, whatever they send and do not read."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from adapters.answers import Route
from adapters.server import Server, application, connection, crowd, hands
from tests.asgi import route
from tests.test_server import reasons, running

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Gate:
    """A route that answers when it is told to."""

    def __init__(self) -> None:
        self.inside, self.open = asyncio.Semaphore(0), asyncio.Event()
        self.route = route("/slow", self._slow, methods=["GET", "POST"])

    async def _slow(self, request: Request) -> Response:
        size = len(await request.body())
        self.inside.release()
        await self.open.wait()
        return PlainTextResponse(f"{size} bytes")


@asynccontextmanager
async def connected(*routes: Route) -> AsyncIterator[Callable[[], Awaitable[Streams]]]:
    """A server, and what opens connections to it, each closed at the end."""
    serving = Server(application(routes, CollectorRegistry, reasons()), grace=1)
    async with running(serving) as address, AsyncExitStack() as stack:

        async def connect() -> Streams:
            peer = socket.create_connection(address)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
            reader, writer = await asyncio.open_connection(sock=peer, limit=64 << 10)
            stack.push_async_callback(hung_up, writer)
            return reader, writer

        yield connect


async def hung_up(writer: asyncio.StreamWriter) -> None:
    """Ends a connection, whatever was still to be sent."""
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def answer(streams: Streams, sent: bytes = GET) -> bytes:
    """The head of an answer, its body read; nothing where the connection is closed."""
    reader, writer = streams
    writer.write(sent)
    try:
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
            size = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    return head


def under_way() -> int:
    """How many requests the server keeps."""
    return sum(isinstance(each, RequestResponseCycle) for each in gc.get_objects())


async def test_requests_that_are_not_waited_for_stay_in_the_clients_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many requests sent without reading an answer, the server knows a few; when they are read, it goes on."""
    monkeypatch.setattr(connection, "REQUESTS", 1 << 30)
    sent = GET * 400_000
    async with connected() as connect:
        reader, writer = await connect()
        writer.write(sent)
        while (left := writer.transport.get_write_buffer_size()) and await moves(writer.transport, left):
            assert under_way() < 100
        assert left > 1 << 20
        answered, tail = 0, b""
        async with asyncio.timeout(20):
            while answered < 50_000:
                chunk = await reader.read(1 << 20)
                answered, tail = answered + (tail + chunk).count(b"HTTP/1.1 200"), chunk[-11:]
        assert under_way() < 100


async def moves(transport: asyncio.WriteTransport, left: int) -> bool:
    """Whether the other side reads on, within half a second."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            while transport.get_write_buffer_size() == left:  # noqa: ASYNC110 - nobody is told when others read
                await asyncio.sleep(0.05)
            return True
    return False


async def test_requests_behind_a_body_are_answered_in_their_order() -> None:
    """A POST and what is sent right behind it, with bodies of their own and of every size."""
    gate = Gate()
    gate.open.set()
    sizes = [0, 1, 5000, 200_000, 3, 70_000]
    async with connected(gate.route) as connect:
        reader, writer = await connect()
        writer.write(
            b"".join(b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % n + bytes(n) for n in sizes)
        )
        async with asyncio.timeout(10):
            for size in sizes:
                assert (await reader.readuntil(b" bytes")).endswith(b"\r\n\r\n%d bytes" % size)


async def test_an_endless_head_behind_a_request_is_not_read_for_ever() -> None:
    """The bound on a head holds for one that is sent while another request is under way."""
    gate = Gate()
    async with connected(gate.route) as connect:
        reader, writer = await connect()
        writer.write(GET.replace(b"healthz", b"slow"))
        writer.write(b"GET / HTTP/1.1\r\n" + b"X-Header: value\r\n" * 10_000)
        async with asyncio.timeout(5):
            with suppress(ConnectionError):
                assert await reader.read() == b""
        gate.open.set()


async def _large(_: Request) -> Response:
    return PlainTextResponse("x" * (64 << 20))


async def test_answers_that_are_not_read_end_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client has its time to read; then it is cut off, and what was kept for it is free."""
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.1)
    large = route("/large", _large)
    async with connected(large) as connect:
        reader, writer = await connect()
        writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(0.5)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(64 << 20)


async def test_a_connection_is_closed_after_many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last answer says so, and the client can connect anew."""
    monkeypatch.setattr(connection, "REQUESTS", 3)
    async with connected() as connect:
        streams = await connect()
        heads = [await answer(streams) for _ in range(3)]
        assert [b"connection: close" in head.lower() for head in heads] == [False, False, True]
        assert await streams[0].read() == b""


async def test_who_is_idle_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle connections, however many, keep nobody out: the one that is idle for longest goes first."""
    monkeypatch.setattr(crowd, "CONNECTIONS", 3)
    async with connected() as connect:
        others = [await connect() for _ in range(3)]
        assert all([(await answer(each)).startswith(b"HTTP/1.1 200") for each in others])
        assert (await answer(others[0])).startswith(b"HTTP/1.1 200")
        assert (await answer(await connect())).startswith(b"HTTP/1.1 200")
        assert [bool(await answer(each)) for each in others] == [True, False, True]


async def test_probes_are_answered_however_many_requests_are_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """All connections busy: 503 for one more webhook, 200 for a probe, nothing at all beyond the reserve."""
    monkeypatch.setattr(crowd, "CONNECTIONS", 3)
    monkeypatch.setattr(crowd, "RESERVE", 1)
    gate = Gate()
    async with connected(gate.route) as connect:
        busy = [await connect() for _ in range(3)]
        waiting = [asyncio.create_task(answer(each, GET.replace(b"healthz", b"slow"))) for each in busy]
        for _ in busy:
            await gate.inside.acquire()
        assert (await answer(await connect())).startswith(b"HTTP/1.1 200")
        refused = await answer(await connect(), GET.replace(b"healthz", b"slow"))
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 5" in refused.lower()
        gate.open.set()
        assert all(head.startswith(b"HTTP/1.1 200") for head in await asyncio.gather(*waiting))


async def test_one_address_cannot_have_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own idle connections make room for it; where all are busy, one more is closed at once."""
    monkeypatch.setattr(crowd, "PER_ADDRESS", 2)
    gate = Gate()
    async with connected(gate.route) as connect:
        busy = [await connect() for _ in range(2)]
        waiting = [asyncio.create_task(answer(each, GET.replace(b"healthz", b"slow"))) for each in busy]
        for _ in busy:
            await gate.inside.acquire()
        assert await answer(await connect()) == b""
        gate.open.set()
        assert all(head.startswith(b"HTTP/1.1 200") for head in await asyncio.gather(*waiting))


async def test_large_bodies_are_read_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a bound over all they wait in their sockets; a small one gets through, and each is whole at the end."""
    monkeypatch.setattr(hands, "LIMIT", 4 << 20)
    gate, read = Gate(), 0
    size, count = 4 << 20, 12

    async def counted(request: Request) -> Response:
        nonlocal read
        whole = 0
        async for part in request.stream():
            read, whole = read + len(part), whole + len(part)
        await gate.open.wait()
        return PlainTextResponse(f"{whole} bytes")

    async with connected(route("/large", counted, methods=["POST"]), gate.route) as connect:
        sent = b"POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + bytes(size)
        others = [await connect() for _ in range(count)]
        asking = [asyncio.create_task(answer(each, sent)) for each in others]
        before = -1
        while before != (before := read):  # noqa: ASYNC110 - nobody is told that nothing more is read
            await asyncio.sleep(0.3)
        assert size <= read < (4 << 20) + size + count * 300_000
        small = await connect()
        small[1].write(GET.replace(b"healthz", b"slow"))
        async with asyncio.timeout(5):
            await gate.inside.acquire()
        gate.open.set()
        assert all(head.startswith(b"HTTP/1.1 200") for head in await asyncio.gather(*asking))
        assert read == size * count
