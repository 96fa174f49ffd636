"""Lines as logs of containers and hosts have them: each function puts one into an envelope, in pieces if it is long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import orjson

TIME = "2026-03-01T12:00:00.123456789Z"
Text = TypeVar("Text", str, bytes)

PIECE = 16
"""Bytes of a piece, of which Docker and the kubelet have 16,384."""


def docker(line: str) -> list[bytes]:
    """Docker's json-file."""
    return [
        orjson.dumps({"log": piece, "stream": "stdout", "time": TIME})
        for piece in _pieces(line + "\n", lambda text, at: text[at : at + PIECE])
    ]


def cri(line: str) -> list[bytes]:
    """The kubelet's, which cuts between any two bytes."""
    pieces = _pieces(line.encode(), lambda data, at: data[at : at + PIECE]) or [b""]
    tags = [b"P"] * (len(pieces) - 1) + [b"F"]
    return [b"%s stdout %s %s" % (TIME.encode(), tag, piece) for tag, piece in zip(tags, pieces, strict=True)]


def journald(line: str) -> list[bytes]:
    """The JSON of journalctl, of text."""
    return [_journal({"MESSAGE": line})]


def journald_bytes(line: str) -> list[bytes]:
    """The same, of what is not printable."""
    return [_journal({"MESSAGE": [*line.encode()]})]


def docker_in_journald(line: str) -> list[bytes]:
    """What Docker's log driver writes into the journal."""
    pieces = _pieces(line, lambda text, at: text[at : at + PIECE]) or [""]
    last = len(pieces) - 1
    return [
        _journal(
            {"MESSAGE": piece, "CONTAINER_NAME": "ci"} | ({"CONTAINER_PARTIAL_MESSAGE": "true"} if at < last else {})
        )
        for at, piece in enumerate(pieces)
    ]


def syslog_3164(line: str) -> list[bytes]:
    """What is sent over a network."""
    return [f"<14>Mar  1 12:00:00 host-1 ci[42]: {line}".encode()]


def syslog_5424(line: str) -> list[bytes]:
    """The newer form, with structured data."""
    return [rf'<14>1 {TIME} host-1 ci 42 - [a@1 k="\"]\\" l="]"] {line}'.encode()]


def syslog_file(line: str) -> list[bytes]:
    """What a daemon writes into /var/log/syslog."""
    return [f"Mar  1 12:00:00 host-1 ci[42]: {line}".encode()]


def syslog_file_dated(line: str) -> list[bytes]:
    """The same, since Debian 12."""
    return [f"2026-03-01T12:00:00.123456+01:00 host-1 ci[42]: {line}".encode()]


def _journal(fields: Mapping[str, object]) -> bytes:
    usual = {"__REALTIME_TIMESTAMP": "1772366400123456", "_HOSTNAME": "host-1", "_PID": "42", "PRIORITY": "6"}
    return orjson.dumps(
        {"__CURSOR": "s=1", **usual, "SYSLOG_IDENTIFIER": "ci", "_SYSTEMD_UNIT": "ci.service", **fields}
    )


def _pieces(text: Text, cut: Callable[[Text, int], Text]) -> list[Text]:
    return [cut(text, at) for at in range(0, len(text), PIECE)]


ENVELOPES: dict[str, Callable[[str], list[bytes]]] = {
    each.__name__: each
    for each in (
        docker,
        cri,
        journald,
        journald_bytes,
        docker_in_journald,
        syslog_3164,
        syslog_5424,
        syslog_file,
        syslog_file_dated,
    )
}


def enveloped(envelope: str, body: bytes) -> bytes:
    """Each line of a body in an envelope."""
    return b"\n".join(
        piece
        for line in body.removesuffix(b"\n").split(b"\n")
        for piece in ENVELOPES[envelope](line.decode().removesuffix("\r"))
    )
