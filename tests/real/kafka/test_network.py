"""A network between a cluster and those who listen to it that breaks while messages flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import brokers
from tests.faults.proxy import Proxy
from tests.kafka_topics import produce
from tests.real.kafka.server import Listener, kafka
from tests.service import Service, configuration, free_port, running
from tests.sources.broker.groups import MEMBER
from tests.waiting import until

pytestmark = pytest.mark.real


class Heard(NamedTuple):
    """A cluster, a sidecar that listens to it, and the network between them."""

    server: brokers.Server
    network: Proxy
    sidecar: Service

    def numbers(self) -> list[int]:
        """What it has heard, in order, each once."""
        return [*dict.fromkeys(int(each["data"]) for each in self.sidecar.published("heard"))]


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    """They have said and heard a hundred numbers."""
    with Proxy() as network:
        inner = Listener("NETWORK", free_port(), network.port)
        network.target = inner.port
        source = {"type": "kafka", "brokers": [f"127.0.0.1:{network.port}"], "topics": ["tool"], "timeout": "2s"}
        config = configuration(
            sources={"tool": {**source, "instance": "https://tool.example.com/", "properties": MEMBER}},
            sinks={"file": {"type": "file", "path": "heard.jsonl"}},
            routes={"legacy": {"format": "legacy", "sink": "file"}},
        )
        with brokers.running(kafka(tmp_path, [inner])) as server, running(tmp_path, config) as sidecar:
            say(server, range(100))
            heard = Heard(server, network, sidecar)
            until(lambda: len(heard.numbers()) == 100)
            yield heard


@pytest.mark.parametrize("breaks", [Proxy.cut, Proxy.stall])
def test_what_is_said_meanwhile_is_heard_afterwards(heard: Heard, breaks: Callable[[Proxy], None]) -> None:
    """All of it, in order, also where nobody is told that the connections are dead."""
    breaks(heard.network)
    say(heard.server, range(100, 200))
    until(lambda: "brokers are down" in heard.sidecar.log())
    heard.network.resume()
    say(heard.server, range(200, 300))
    until(lambda: len(heard.numbers()) == 300)
    assert heard.numbers() == [*range(300)]


def test_a_cluster_that_is_away_does_not_hold_up_the_end(heard: Heard) -> None:
    """Though an offset that is not committed would have librdkafka wait for it for ever."""
    heard.network.cut()
    assert heard.sidecar.stop(timeout=30) == 0


def say(server: brokers.Server, numbers: range) -> None:
    """Messages of one key, straight to the cluster."""
    produce(server.address, "tool", (b"%d" % number for number in numbers), b"one")
