"""The sockets that are listened on: there before the rest of a start, so that who comes meanwhile waits."""

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
_FIRST_HANDED = 3
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
    """What was handed over, or else the socket of `server.listen` as a file writes it; closed at the end.

    None where that is not written out, or cannot be had: to tell so is left to who reads all of the file.
    """
    bound = _handed_over()
    with suppress(OSError, ValueError, yaml.YAMLError):
        if not bound and (address := _written(file)) and not _overridden():
            host, port = host_and_port(address)
            if port <= _LAST_PORT:
                bound[address] = _listening(host, port)
    try:
        yield bound
    finally:
        for each in bound.values():
            each.close()


def bound_already(bound: Bound, addresses: Mapping[str, str]) -> dict[str, socket.socket]:
    """Of addresses, by the settings that say them, the sockets that are bound already, however they are written there.

    Raises AddressUnavailable where one was handed over that no setting says.
    """
    there = {_place(address): (address, each) for address, each in bound.items()}
    found = {setting: there.pop(_place(address), None) for setting, address in addresses.items()}
    for address, _ in there.values():
        raise AddressUnavailable(
            f"{address} was handed over, and is not what {' or '.join(addresses)} says; "
            "let ListenStream= of the socket unit say the same, or stop that unit"
        )
    return {setting: pair[1] for setting, pair in found.items() if pair}


def _handed_over() -> dict[str, socket.socket]:
    """The sockets on which systemd, or who does as it does, listens for this process: they outlive it.

    Those who come while it is away wait in them for the next one (systemd.socket(5), sd_listen_fds(3)). Raises
    AddressUnavailable for what is none of them.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return {}
    count = os.environ.get("LISTEN_FDS", "0")
    if not count.isdecimal():
        raise AddressUnavailable(f"LISTEN_FDS: '{count}' is not how many sockets were handed over")
    numbers = range(_FIRST_HANDED, _FIRST_HANDED + int(count))
    return {_written_out(each.getsockname()): each for each in map(_taken_over, numbers)}


def _taken_over(number: int) -> socket.socket:
    try:
        handed = socket.socket(fileno=number)
        listens = handed.type == socket.SOCK_STREAM and handed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise AddressUnavailable(f"LISTEN_FDS: file {number} is no socket: {error.strerror}") from None
    if not listens:
        name = _written_out(handed.getsockname())
        handed.close()
        raise AddressUnavailable(
            f"{name} was handed over, and takes no connections; let the socket unit have ListenStream= and Accept=no"
        )
    handed.set_inheritable(False)
    return handed


def _written_out(name: Any) -> str:
    """A socket's name as a setting would say it."""
    match name:
        case (str(host), int(port), *_):
            return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return str(name)


def _place(address: str) -> object:
    """What is equal for two ways to write an address."""
    try:
        return socket.getaddrinfo(*host_and_port(address), type=socket.SOCK_STREAM)[0][4][:2]
    except (OSError, ValueError):
        return address


def _overridden() -> bool:
    return any(name.upper().startswith(_OVERRIDING) for name in os.environ)


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
