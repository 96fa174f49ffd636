"""Ids of traces and spans, computed, so that all who tell of the same come to the same. Pure."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID


def trace_id(chain: str) -> bytes:
    """The 16 bytes of a chain's UUID, or the first of the SHA-256 of what is none."""
    try:
        found = UUID(chain).bytes
    except ValueError:
        found = bytes(16)
    return found if any(found) else sha256(chain.encode()).digest()[:16]


def span_id(event: str) -> bytes:
    """The first 8 bytes of the SHA-256 of the id of an event."""
    return sha256(event.encode()).digest()[:8]
