"""Is it our own? Answered by the message alone, so that no restart and no other replica makes a difference.

Every message that an adapter publishes says what it is, in any encoding but one: a tool's own event, raw, on a way that
loses its headers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from adapters.cdevents.cloudevents import CDEVENT_IDS, LEGACY_ID

_TYPES = ("dev.cdevents.", "dev.cdeventsx.", "legacy.")
_EXTENSIONS = (LEGACY_ID, CDEVENT_IDS)
_HEADERS = ("legacy-id", "cdevents-ids", *(f"ce-{name}" for name in _EXTENSIONS))
_TRACES = (b"dev.cdevents", b"legacy")


def is_own(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an adapter published it, this one or another; a CDEvent counts as ours whoever made it.

    `headers` has lower-case names, and CloudEvents attributes as `ce-<name>`.
    """
    if headers.get("ce-type", "").startswith(_TYPES) or any(name in headers for name in _HEADERS):
        return True
    return any(trace in body for trace in _TRACES) and _is_own_document(body)


def _is_own_document(body: bytes) -> bool:
    """Whether it is a CloudEvent of ours, a batch of them, or a bare CDEvent, all in JSON."""
    events = list(_objects(body))
    return bool(events) and all(_is_own_event(event) for event in events)


def _objects(body: bytes) -> Iterator[Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    yield from document if isinstance(document, list) else [document]


def _is_own_event(event: Any) -> bool:
    if not isinstance(event, dict):
        return False
    if "specversion" in event:
        return str(event.get("type")).startswith(_TYPES) or any(name in event for name in _EXTENSIONS)
    context = event.get("context")
    return isinstance(context, dict) and str(context.get("type")).startswith(_TYPES[:2])
