"""The socket that is listened on: bound before the rest of a start, so that who comes meanwhile waits and is heard."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent, MappingStartEvent, ScalarEvent

from adapters.errors import AddressUnavailable

_AT = ("server", "listen")
_OVERRIDING = "CDEVENTS_ADAPTERS__SERVER"
_BACKLOG = 2048
_LAST_PORT = 65535

Bound = Mapping[str, socket.socket]
"""Sockets that listen, by their addresses as they are written."""


def host_and_port(address: str) -> tuple[str, int]:
    """The host of an Address, without brackets, and the port."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def bind(host: str, port: int, setting: str = "server.listen") -> socket.socket:
    """A listening socket; raises AddressUnavailable when the address, which a setting says, cannot be had."""
    try:
        return _listening(host, port)
    except OSError as error:
        raise AddressUnavailable(f"{setting}: {host}:{port} {_reason(error)}") from None


@contextmanager
def early(file: Path) -> Iterator[Bound]:
    """The socket of `server.listen` as a file writes it, closed at the end.

    None where that is not written out, or cannot be had: to tell so is left to who reads all of the file.
    """
    bound: dict[str, socket.socket] = {}
    with suppress(OSError, ValueError, yaml.YAMLError):
        if (address := _written(file)) and not any(name.upper().startswith(_OVERRIDING) for name in os.environ):
            host, port = host_and_port(address)
            if port <= _LAST_PORT:
                bound[address] = _listening(host, port)
    try:
        yield bound
    finally:
        for each in bound.values():
            each.close()


def _listening(host: str, port: int) -> socket.socket:
    """Where the host is `::`, of IPv4 too."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((host, port), family=family, backlog=_BACKLOG, dualstack_ipv6=both)


def _written(file: Path) -> str | None:
    with file.open("rb") as stream:
        events = iter(yaml.parse(stream, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        next(events, None), next(events, None)  # the starts of the stream and of its document
        return _text(events, _AT)


def _text(events: Iterator[Any], steps: tuple[str, ...]) -> str | None:
    """What is written at these keys, read no further than there: of a large file that is a small part."""
    for step in steps:
        if not isinstance(next(events, None), MappingStartEvent):
            return None
        while isinstance(key := next(events, None), ScalarEvent) and key.value != step:
            _skip(events)
        if not isinstance(key, ScalarEvent):
            return None
    found = next(events, None)
    return found.value if isinstance(found, ScalarEvent) else None


def _skip(events: Iterator[Any]) -> None:
    depth = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if not depth:
            return


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "is in use (stop the other process, or choose another port)"
        case errno.EACCES:
            return "is not permitted (choose a port above 1023)"
    return f"cannot be listened on: {error.strerror}"
