"""Events on their way from a tool, through a sidecar and a network, to a broker: what the faults happen to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tests import brokers
from tests.faults.gerrit import Gerrit, uploading
from tests.faults.proxy import Proxy
from tests.service import Service, configuration, running
from tests.waiting import until

PATIENCE = 90.0
"""Seconds after which something will not happen any more."""

ROUTES = ("legacy", "cdevents")
GERRIT = {"type": "webhook", "path": "/gerrit", "instance": "https://gerrit.example.com/", "mapping": "gerrit/events"}


class Event(NamedTuple):
    """A message on a broker: the attributes of the CloudEvent by their names, and its data."""

    attributes: dict[str, str]
    data: bytes


class Broker(Protocol):
    """A real broker whose storage outlives it."""

    server: brokers.Server
    """It listens at `server.port`, where the network leads to; it is started again by `server.start()`."""

    def sink(self, port: int) -> dict[str, Any]:
        """The settings of a sink that reaches it at this port of the loopback interface, but for the timeout."""

    def prepare(self) -> None:
        """Makes, while it runs, what keeps all events until they are read."""

    def crash(self) -> None:
        """Ends it in the worst way that it promises to survive."""

    def events(self) -> Sequence[Event]:
        """All that it has, as a consumer reads it that has never been away; not over the network of the sidecar."""


MakeBroker = Callable[[Path, int], Broker]
"""Makes a broker, which does not run yet: its folder, and the port at which the sidecar reaches it (to advertise)."""


@dataclass(frozen=True)
class Flow:
    """All that takes part in it."""

    gerrit: Gerrit
    sidecar: Service
    network: Proxy
    broker: Broker

    def goes_on(self) -> None:
        """Returns when both routes have delivered more."""
        self._grows("messages_delivered_total")

    def falters(self) -> None:
        """Returns when both routes have noticed, once more, that the sink does not take messages."""
        self._grows("delivery_retries_total")

    def ends(self) -> None:
        """Returns when all that was accepted is delivered, and the sidecar has ended."""
        self.gerrit.rest()
        until(lambda: not any(self._counts("route_lag_records")), timeout=PATIENCE)
        assert self.sidecar.stop() == 0

    def _grows(self, name: str) -> None:
        before = self._counts(name)
        until(lambda: all(now > then for now, then in zip(self._counts(name), before, strict=True)), timeout=PATIENCE)

    def _counts(self, name: str) -> list[float]:
        metrics = self.sidecar.metrics()
        return [metrics.get(f'{name}{{route="{route}"}}', 0.0) for route in ROUTES]


@contextmanager
def flowing(folder: Path, make: MakeBroker) -> Iterator[Flow]:
    """Events that flow in both forms; sinks give up on an answer after two seconds."""
    with Proxy() as network:
        broker = make(folder, network.port)
        network.target = broker.server.port
        with brokers.running(broker.server):
            broker.prepare()
            config = configuration(
                sources={"gerrit": GERRIT},
                sinks={"broker": {**broker.sink(network.port), "timeout": "2s"}},
                routes={name: {"format": name, "sink": "broker", "encoding": "binary"} for name in ROUTES},
            )
            with running(folder, config) as sidecar, uploading(sidecar) as gerrit:
                yield Flow(gerrit, sidecar, network, broker)
