"""Where a sidecar is asked: its webhooks, and what tells of it, there as well or at an address of its own.

Sockets and servers go by the names of the settings: `listen`, and `admin` where it is set.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from adapters.config.models import Server as ServerSettings
from adapters.listening import Bound, bind, host_and_port
from adapters.server import Readiness, Server, application, probes, served
from adapters.sidecar import Sidecar


@contextmanager
def listeners(settings: ServerSettings, early: Bound) -> Iterator[Mapping[str, socket.socket]]:
    """The sockets, those that are bound already or else new ones, closed at the end. Raises AddressUnavailable."""
    named = {"listen": settings.listen, "admin": settings.admin}
    with ExitStack() as sockets:
        yield {
            name: sockets.enter_context(early.get(address) or bind(*host_and_port(address), setting=f"server.{name}"))
            for name, address in named.items()
            if address is not None
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
