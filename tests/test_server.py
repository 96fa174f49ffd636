"""The server on a real socket: health, readiness, metrics, and how it stops."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.errors import AddressUnavailable
from adapters.server import Server, application, bind


def reasons(*said: str) -> Callable[[], Awaitable[Sequence[str]]]:
    """Not ready for these reasons; ready without any."""

    async def readiness() -> Sequence[str]:
        return said

    return readiness


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[tuple[str, int]]:
    """A server on a port of its own, stopped at the end."""
    with bind("127.0.0.1", 0) as listener:
        task = asyncio.create_task(server.serve([listener]))
        yield listener.getsockname()
        server.stop()
        await task


async def get(server: Server, path: str) -> httpx.Response:
    """One answer over a real connection."""
    async with running(server) as (host, port), httpx.AsyncClient() as client:
        return await client.get(f"http://{host}:{port}{path}")


async def test_alive_is_whoever_answers() -> None:
    """`/healthz` is 200 even while not ready, and names no software."""
    answer = await get(Server(application([], CollectorRegistry(), reasons("the disk is full")), grace=1), "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert "server" not in answer.headers


@pytest.mark.parametrize(("said", "status"), [((), 200), (("the disk is full",), 503)])
async def test_readiness_gives_its_reasons(said: tuple[str, ...], status: int) -> None:
    """`/readyz` is 503 with every reason."""
    answer = await get(Server(application([], CollectorRegistry(), reasons(*said)), grace=1), "/readyz")
    assert (answer.status_code, answer.json()) == (status, {"ready": not said, "reasons": [*said]})


async def test_metrics_are_in_prometheus_format() -> None:
    """`/metrics` shows the registry it was given."""
    registry = CollectorRegistry()
    Counter("things", "Things", registry=registry).inc(3)
    answer = await get(Server(application([], registry, reasons()), grace=1), "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "things_total 3.0" in answer.text


async def test_elsewhere_is_nothing() -> None:
    """404, in JSON."""
    answer = await get(Server(application([], CollectorRegistry(), reasons()), grace=1), "/secret")
    assert (answer.status_code, answer.json()["error"]) == (404, "no webhook here")


async def test_a_request_under_way_is_answered_before_it_stops() -> None:
    """Stopping closes the door, and finishes with those inside."""
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Response:
        inside.set()
        await go_on.wait()
        return PlainTextResponse("done")

    server = Server(application([Route("/slow", slow)], CollectorRegistry(), reasons()), grace=5)
    async with running(server) as (host, port), httpx.AsyncClient() as client:
        asking = asyncio.create_task(client.get(f"http://{host}:{port}/slow"))
        await inside.wait()
        server.stop()
        while await connects(host, port):  # noqa: ASYNC110 - nobody is told when a socket closes
            await asyncio.sleep(0.01)
        go_on.set()
        assert (await asking).text == "done"


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
