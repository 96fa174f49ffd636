"""Ids, as RFC 9562 has them."""

from __future__ import annotations

from hashlib import sha1, sha256
from uuid import UUID, uuid5

import orjson

_EVENTS = UUID("6f0d3c5e-5a0b-4c1e-9d57-2b8e1f7a4c63")
_MESSAGES = UUID("d2a4b9f1-83c7-4e0a-b6d5-7c19e5f0a822").bytes


def context_id(source: str, name: str, *key: str) -> str:
    """The id of an event."""
    return str(uuid5(_EVENTS, orjson.dumps([source, name, *key]).decode()))


def chain_id(*key: str) -> str:
    """The id of all that descends from one root."""
    return str(UUID(bytes=sha256(orjson.dumps(key)).digest()[:16], version=4))


def legacy_id(instance: str, body: bytes) -> str:
    """The id of the notification."""
    digest = sha1(_MESSAGES + orjson.dumps([instance, ""]) + body, usedforsecurity=False).digest()
    return str(UUID(bytes=digest[:16], version=5))
