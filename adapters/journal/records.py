"""A record as a row of the journal's table, and back, with a checksum over all of it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson

from adapters.journal.database import micros, moment
from adapters.model import DAMAGED, Notification, Record

INSERT = "INSERT INTO notification (source, received_at, headers, position, body, checksum) VALUES (?, ?, ?, ?, ?, ?)"
COLUMNS = "seq, source, received_at, headers, position, body, checksum"


def row(notification: Notification) -> tuple[Any, ...]:
    """What INSERT takes."""
    heard, headers = micros(notification.received_at), orjson.dumps(dict(notification.headers))
    checksum = _checksum(notification.source, heard, headers, notification.position, notification.body)
    return notification.source, heard, headers, notification.position, notification.body, checksum


def record(row: Sequence[Any]) -> Record:
    """The record in a row of COLUMNS; of one that is not what was stored, what is left, with the header DAMAGED."""
    seq, source, heard, headers, position, body, checksum = row
    if checksum is not None and checksum != _checksum(source, heard, headers, position, body):
        return Record(seq, _remains(source, heard, headers, position, body))
    return Record(seq, Notification(source, body, moment(heard), orjson.loads(headers), position))


def _checksum(source: Any, heard: Any, headers: Any, position: Any, body: Any) -> int:
    """CRC-32, which finds every flipped bit; of values of any type, for damage may change even that."""
    values = f"{source}\0{heard}\0{position}\0".encode()
    return zlib.crc32(_bytes(body), zlib.crc32(_bytes(headers), zlib.crc32(values)))


def _remains(source: Any, heard: Any, headers: Any, position: Any, body: Any) -> Notification:
    known, at = {}, moment(0)
    with suppress(ValueError, TypeError, OverflowError):
        at = moment(heard)
    with suppress(ValueError, TypeError):
        known = {str(name): str(value) for name, value in orjson.loads(_bytes(headers)).items()}
    return Notification(str(source), _bytes(body), at, {**known, DAMAGED: "true"}, str(position))


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
