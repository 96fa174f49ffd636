"""Where a sidecar is asked: its webhooks, and what tells of it, there as well or at an address of its own.

Sockets and servers go by the names of the settings: `listen`, and `admin` where it is set.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from adapters.config.models import Server as ServerSettings
from adapters.listening import Bound, bind, bound_already, host_and_port
from adapters.server import Readiness, Server, application, probes, served
from adapters.sidecar import Sidecar


@contextmanager
def listeners(settings: ServerSettings, early: Bound) -> Iterator[Mapping[str, socket.socket]]:
    """The sockets, those that are bound already or else new ones, closed at the end. Raises AddressUnavailable."""
    addresses = {"server.listen": settings.listen} | ({"server.admin": settings.admin} if settings.admin else {})
    there = bound_already(early, addresses)
    with ExitStack() as sockets:
        yield {
            setting.removeprefix("server."): sockets.enter_context(
                there.get(setting) or bind(*host_and_port(address), setting)
            )
            for setting, address in addresses.items()
        }


def servers(sidecar: Sidecar, readiness: Readiness) -> Mapping[str, Server]:
    """The servers for these sockets."""
    settings, metrics = sidecar.settings.server, sidecar.metrics
    webhooks = [*sidecar.mounts()]
    if settings.admin is None:
        return {"listen": Server(application(webhooks, lambda: metrics.registry, readiness), settings.drain / 2)}
    own = served(probes(lambda: metrics.registry, readiness))
    return {"listen": Server(served(webhooks), settings.drain / 2), "admin": Server(own, grace=1)}


def addresses(sockets: Mapping[str, socket.socket]) -> dict[str, str]:
    """What is listened on."""
    return {name: "{}:{}".format(*listener.getsockname()) for name, listener in sockets.items()}
