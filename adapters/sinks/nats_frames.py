"""Messages as NATS has them on the wire, so that those of a batch are written at once.

docs.nats.io/reference/reference-protocols/nats-protocol (HPUB), and ADR-4 for headers. nats-py 2.16 writes one at a
time, which costs twice as much.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_SUBJECT = re.compile(r"[^\s\x00]+")


def header_block(headers: Mapping[str, str]) -> bytes:
    """Headers as they stand before a body; a line break in a value becomes a blank.

    Raises ValueError for a name that is no token of HTTP.
    """
    lines = "".join([f"{_token(name)}: {_line(value)}\r\n" for name, value in headers.items()])
    return f"NATS/1.0\r\n{lines}\r\n".encode()


def frame(subject: str, reply: str, head: bytes, body: bytes) -> tuple[bytes, ...]:
    """The pieces of a message for a subject, whose acknowledgement goes to another; `head` is of `header_block`.

    Raises ValueError for a subject that would be more than one word of the protocol.
    """
    if not _SUBJECT.fullmatch(subject):
        raise ValueError(f"'{subject}' is no subject")
    command = f"HPUB {subject} {reply} {len(head)} {len(head) + len(body)}\r\n"
    return command.encode(), head, body, b"\r\n"


def _token(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' is no name of a header")
    return name


def _line(value: str) -> str:
    return value.strip().replace("\r", " ").replace("\n", " ")
