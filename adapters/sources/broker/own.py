"""Is it our own? Answered by the message alone, so that no restart and no other replica makes a difference.

A tool's own event that an adapter has published says so, in any encoding but one: raw, on a way that loses its headers.
A CDEvent counts as ours whoever made it, for there is nothing to translate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from adapters.cdevents.cloudevents import ADAPTER, ADAPTER_NAME

_CDEVENTS = ("dev.cdevents.", "dev.cdeventsx.")
_TRACES = (b"dev.cdevents", ADAPTER_NAME.encode())


def is_own(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an adapter published it, this one or another.

    `headers` has lower-case names, and CloudEvents attributes as `ce-<name>`.
    """
    if headers.get("ce-type", "").startswith(_CDEVENTS):
        return True
    if ADAPTER_NAME in (headers.get(f"ce-{ADAPTER}"), headers.get(ADAPTER)):
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
        return _is_cdevent(event) or event.get(ADAPTER) == ADAPTER_NAME
    context = event.get("context")
    return isinstance(context, dict) and _is_cdevent(context)


def _is_cdevent(named: Mapping[str, Any]) -> bool:
    return str(named.get("type")).startswith(_CDEVENTS)
