"""Where to listen, as `host:port`."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from adapters.settings import AfterValidator

_LAST_PORT = 65535


def _has_host_and_port(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) <= _LAST_PORT):
        raise ValueError("expected host:port, such as 127.0.0.1:8080 or [::1]:8080")
    return value


Address = Annotated[str, AfterValidator(_has_host_and_port)]
"""Where to listen, as `host:port`."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
