"""What can happen to a flow of events. Each fault is over, though not yet forgotten, when its function returns."""

from __future__ import annotations

from tests.faults.flow import PATIENCE, Flow

TEARS = (1, 1_000, 10_000, 30_000)
"""Bytes that still pass: a tear is somewhere in a message, another one each time."""

KILLS = 3


def broker_crashes(flow: Flow) -> None:
    """And is started again when the sidecar has noticed."""
    flow.broker.crash()
    flow.falters()
    flow.broker.server.start()


def network_is_cut(flow: Flow) -> None:
    """Connections are closed, and no other is to be had."""
    flow.network.cut()
    flow.falters()
    flow.network.resume()


def network_stalls(flow: Flow) -> None:
    """Nothing is heard any more, not even that a connection has ended; the connections of before never come back."""
    flow.network.stall()
    flow.falters()
    flow.network.resume()


def connections_tear(flow: Flow) -> None:
    """In the middle of a message, again and again."""
    for after in TEARS:
        assert flow.network.tear(after).wait(PATIENCE)


def sidecar_is_killed(flow: Flow) -> None:
    """With kill -9, while it delivers; and again as soon as it has delivered something."""
    for _ in range(KILLS):
        flow.goes_on()
        flow.sidecar.kill()
        flow.sidecar.start()


FAULTS = (broker_crashes, network_is_cut, network_stalls, connections_tear, sidecar_is_killed)
