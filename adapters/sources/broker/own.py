"""Is it for this source? Answered by the message alone, so that no restart and no other replica makes a difference.

A tool's own event that an adapter has published says so, in any encoding but one: raw, on a way that loses its headers.
A CDEvent counts as ours whoever made it, for there is nothing to translate: only who acts on CDEvents wants it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.cdevents.cloudevents import ADAPTER, ADAPTER_NAME
from adapters.cdevents.heard import is_cdevent, items, type_of

_CDEVENT, _OURS = b"dev.cdevents", ADAPTER_NAME.encode()


def is_own(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an adapter published it, this one or another; of a batch, all of it.

    `headers` has lower-case names, and CloudEvents attributes as `ce-<name>`.
    """
    if is_cdevent(headers.get("ce-type")) or ADAPTER_NAME in (headers.get(f"ce-{ADAPTER}"), headers.get(ADAPTER)):
        return True
    found = items(body) if _CDEVENT in body or _OURS in body else []
    return bool(found) and all(is_cdevent(type_of(item)) or _is_marked(item) for item in found)


def has_cdevents(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether it is a CDEvent, whoever made it; of a batch, any of it. `headers` are as above."""
    if is_cdevent(headers.get("ce-type")):
        return True
    return _CDEVENT in body and any(is_cdevent(type_of(item)) for item in items(body))


def _is_marked(item: Any) -> bool:
    return isinstance(item, dict) and "specversion" in item and item.get(ADAPTER) == ADAPTER_NAME
