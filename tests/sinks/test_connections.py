"""A connection to a broker may end, or fall silent, at any moment: the sink tells, and goes on over another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.errors import TransientError
from adapters.model import Encoding
from adapters.sinks import SINKS
from adapters.sinks.contract import Pipelined, Sink
from tests import brokers
from tests.faults.brokers import BROKERS
from tests.faults.flow import Broker
from tests.faults.proxy import Proxy
from tests.sinks.conftest import Make

pytestmark = pytest.mark.slow

STEP = 61
"""Bytes from one place where a connection is torn to the next: there are some in every message of a handshake."""


@dataclass(frozen=True)
class Place:
    """A broker, and the network to it."""

    broker: Broker
    network: Proxy


@pytest.fixture(scope="module", params=[*BROKERS.values()], ids=[*BROKERS])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Each broker in turn."""
    with Proxy() as network:
        broker: Broker = request.param(tmp_path_factory.mktemp("broker"), network.port)
        network.target = broker.server.port
        with brokers.running(broker.server):
            broker.prepare()
            yield Place(broker, network)


@pytest.fixture
async def sink(place: Place) -> AsyncIterator[Sink]:
    """A sink that reaches it by that network, and waits a second for an answer."""
    settings: dict[str, Any] = {**place.broker.sink(place.network.port), "timeout": 1}
    kind = SINKS[settings["type"]]
    sink = kind.build(kind.settings.model_validate(settings))
    yield sink
    place.network.resume()
    await sink.aclose()


async def test_a_connection_may_end_anywhere(place: Place, sink: Sink, make: Make) -> None:
    """In the handshake, in a message or in its acknowledgement: it is transient, and the next attempt works."""
    torn, after = True, 0
    while torn:
        await sink.aclose()
        tear = place.network.tear(after)
        try:
            await sink.publish([make(after)])
        except TransientError:
            await sink.publish([make(after)])
        torn, after = tear.is_set(), after + STEP
    assert after > 5 * STEP


async def test_a_silent_connection_is_given_up(place: Place, sink: Sink, make: Make) -> None:
    """When nothing is heard in time; the next attempt, when the network is back, is made over another connection."""
    await sink.publish([make(0)])
    place.network.stall()
    for _ in range(2):
        with pytest.raises(TransientError, match="within 1 s"):
            await sink.publish([make(1)])
    place.network.resume()
    await sink.publish([make(1)])


async def test_a_broker_that_takes_no_more_bytes_is_given_up(place: Place, sink: Sink, make: Make) -> None:
    """Though a batch is larger than what is kept on the way to it."""
    await sink.publish([make(0)])
    batch = [make(number, data=b'"%s"' % (b"x" * 900_000)) for number in range(1, 21)]
    place.broker.server.pause()
    try:
        with pytest.raises(TransientError):
            await sink.publish(batch)
    finally:
        place.broker.server.resume()
    await sink.publish(batch)


async def test_nothing_overtakes_what_a_connection_took_down(place: Place, sink: Sink, make: Make) -> None:
    """What is sent behind a batch that is lost, but not yet known to be, does not arrive before it."""
    if not isinstance(sink, Pipelined):
        pytest.skip("it has one batch under way at a time")
    first, second, third = (make(number, encoding=Encoding.BINARY) for number in range(5000, 5003))
    await sink.publish([first])
    place.network.stall()
    lost = asyncio.ensure_future(await sink.send([second]))
    place.network.cut()
    place.network.resume()
    behind: list[asyncio.Future[None]] = []
    while not lost.done():
        with suppress(TransientError):
            behind.append(asyncio.ensure_future(await sink.send([third])))
        await asyncio.sleep(0)
    await asyncio.gather(*behind, return_exceptions=True)
    assert isinstance(lost.exception(), TransientError)
    await sink.publish([second, third])
    ids = [event.attributes.get("id", "") for event in await asyncio.to_thread(place.broker.events)]
    assert [each for each in dict.fromkeys(ids) if each >= "id-5"] == ["id-5000", "id-5001", "id-5002"]
