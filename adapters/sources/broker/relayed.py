"""What an adapter published of a tool's own words, taken out of its CloudEvent again: the second half of two.

A legacy route with `relay: true` publishes what the mapping needs beside the words. In binary mode they are the very
bytes; in a structured event JSON is written anew, and says the same.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

import orjson

from adapters.cdevents.cloudevents import ADAPTER, ADAPTER_NAME, DROPPED_PATHS, LEFT_OUT, LEGACY_TYPE, TOOL_HEADERS
from adapters.cdevents.heard import items
from adapters.cdevents.tracing import HEADERS
from adapters.model import DROPPED, REDACTED, RELAYED

_TOLD = {LEFT_OUT: REDACTED, DROPPED_PATHS: DROPPED, **{name: name for name in HEADERS}}
"""Extensions that were headers of the notification, and are again."""


class Relayed(NamedTuple):
    """A tool's words, with what came with them; `heard_at` is None where that is not told."""

    body: bytes
    headers: dict[str, str]
    heard_at: datetime | None


def relayed(headers: Mapping[str, str], body: bytes) -> Iterator[Relayed]:
    """The tools' own words in a message, in whichever mode; nothing of anything else.

    `headers` has lower-case names, and CloudEvents attributes as `ce-<name>`.
    """
    if headers.get(f"ce-{ADAPTER}") == ADAPTER_NAME:
        attributes = {name.removeprefix("ce-"): value for name, value in headers.items() if name.startswith("ce-")}
        yield from _words({"datacontenttype": headers.get("content-type", ""), **attributes}, body)
    elif headers.get(ADAPTER) == ADAPTER_NAME and "legacy-id" in headers:
        bare = {"type": LEGACY_TYPE, "id": headers["legacy-id"], "datacontenttype": headers.get("content-type", "")}
        yield from _words({**headers, **bare}, body)
    elif headers.get("content-type", "").startswith("application/cloudevents"):
        for item in items(body):
            if isinstance(item, dict) and item.get(ADAPTER) == ADAPTER_NAME:
                yield from _words(item, _data(item))


def _words(attributes: Mapping[str, Any], body: bytes) -> Iterator[Relayed]:
    if not str(attributes.get("type")).startswith(LEGACY_TYPE):
        return
    told = {name: str(attributes[each]) for each, name in _TOLD.items() if each in attributes}
    own = {"content-type": str(attributes.get("datacontenttype", "")), RELAYED: str(attributes.get("id", ""))}
    said = {**_came_with(attributes.get(TOOL_HEADERS)), **told, **own}
    yield Relayed(body, {name: value for name, value in said.items() if value}, _moment(attributes.get("time")))


def _data(item: Mapping[str, Any]) -> bytes:
    if "data_base64" in item:
        return b64decode(item["data_base64"])
    data = item.get("data", "")
    of_json = "json" in str(item.get("datacontenttype", "json"))
    return data.encode() if isinstance(data, str) and not of_json else orjson.dumps(data)


def _came_with(said: Any) -> dict[str, str]:
    """The headers; percent-encoded where a binding wants that of an attribute."""
    if not isinstance(said, str):
        return {}
    try:
        found = orjson.loads(said if said.startswith('{"') else unquote(said))
    except orjson.JSONDecodeError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _moment(said: Any) -> datetime | None:
    """In UTC, as the journal has it; None for what is no time with an offset, or none that UTC has a year for."""
    try:
        found = datetime.fromisoformat(str(said))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
