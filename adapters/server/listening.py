"""The socket that is listened on."""

from __future__ import annotations

import errno
import socket

from adapters.errors import AddressUnavailable


def bind(host: str, port: int, setting: str = "server.listen") -> socket.socket:
    """A listening socket; raises AddressUnavailable when the address, which a setting says, cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise AddressUnavailable(f"{setting}: {host}:{port} {_reason(error)}") from None


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "is in use (stop the other process, or choose another port)"
        case errno.EACCES:
            return "is not permitted (choose a port above 1023)"
    return f"cannot be listened on: {error.strerror}"
