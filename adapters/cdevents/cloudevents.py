"""CloudEvents 1.0: making messages, and laying them on the wire.

Bindings: github.com/cloudevents/spec (formats/json-format.md, bindings/http-protocol-binding.md), and for CDEvents its
cloudevents-binding.md.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from enum import Enum, auto
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson

from adapters.bounds import JSON as JSON_MARKS
from adapters.bounds import too_many
from adapters.cdevents.ids import legacy_id
from adapters.errors import MappingError
from adapters.marks import unmarked
from adapters.model import Encoding, Format, Mapped, Message, Notification

JSON = "application/json"
STRUCTURED_JSON = "application/cloudevents+json"
BATCH_JSON = "application/cloudevents-batch+json"

LEGACY_ID = "legacyid"
"""The extension of a CDEvent that names the tool's own message it was translated from."""
CDEVENT_IDS = "cdeventids"
"""The extension of a tool's own message that names the CDEvents translated from it, separated by commas."""
LEFT_OUT = "redacted"
"""The extension of a tool's own message that says how much was left out of it before it was kept."""
DROPPED_PATHS = "dropped"
"""The extension of a tool's own message that says what was dropped before it was kept: paths, separated by commas."""
ADAPTER, ADAPTER_NAME = "adapter", "cdevents-adapters"
"""The extension of a tool's own message, and its value, that tell other adapters that they need not hear it."""

LEGACY_TYPE = "legacy"
"""What the type of a tool's own message begins with, before a dot."""
TOOL_HEADERS = "toolheaders"
"""The extension of a tool's own message that another adapter is to translate: a JSON object of what came with it."""

TRACEPARENT, TRACESTATE = "traceparent", "tracestate"
"""The attributes of CloudEvents' extension Distributed Tracing (extensions/distributed-tracing.md)."""

CORRELATION_ID, CAUSATION_ID = "correlationid", "causationid"
"""The attributes of CloudEvents' extension Correlation (extensions/correlation.md)."""

_CHARSET = re.compile(r'charset="?([^";\s]+)')
_XML_START = re.compile(rb"\s*<[?!A-Za-z]")
_HEADER_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
_PLAIN_HEADER = re.compile(f"[{re.escape(_HEADER_SAFE)}]*")


def cdevents_message(
    document: Mapping[str, Any], encoding: Encoding, extensions: Mapping[str, str], data: bytes | None = None
) -> Message:
    """A CDEvent's document as a message; the keys of `extensions` are `[a-z0-9]+`, `data` is its JSON if it is known.

    Its `partitionkey` is the chain, or else the subject, so that what belongs together keeps its order. Raises
    MappingError when the document cannot be written as JSON (nested too deeply, say).
    """
    context, subject = document["context"], document["subject"]
    attributes = {
        "specversion": "1.0",
        "id": context["id"],
        "source": context["source"],
        "type": context["type"],
        "time": context["timestamp"],
        "subject": subject["id"],
        "datacontenttype": JSON,
        "partitionkey": context.get("chainId") or f"{subject.get('source', context['source'])}|{subject['id']}",
        **extensions,
    }
    return Message(Format.CDEVENTS, encoding, attributes, _written(document) if data is None else data)


def mapped_message(mapped: Mapped, event: Mapping[str, str], encoding: Encoding) -> Message:
    """What an export mapping makes of an event, of which `event` has the attributes, as a message.

    Its `cdeventids` is the event's id, and it says that it is an adapter's, so that others need not hear it. Raises
    MappingError when it cannot be written as JSON.
    """
    attributes = {
        "specversion": "1.0",
        "id": mapped.id,
        "source": event["source"],
        "type": mapped.type,
        "time": event["time"],
        "datacontenttype": JSON,
        "partitionkey": mapped.key or event["partitionkey"],
        CDEVENT_IDS: event["id"],
        ADAPTER: ADAPTER_NAME,
        **{name: event[name] for name in (TRACEPARENT, TRACESTATE) if name in event},
    }
    try:
        data = orjson.dumps(mapped.body)
    except orjson.JSONEncodeError as error:
        raise MappingError(f"the message {mapped.name} cannot be written as JSON: {error}") from None
    return Message(Format.MAPPED, encoding, attributes, data, mapped.place)


def correlation(document: Mapping[str, Any]) -> dict[str, str]:
    """CloudEvents' extension of this name: the chain as `correlationid`, what is followed first as `causationid`."""
    context = document["context"]
    ends = (link.get("from") or link.get("target") or {} for link in context.get("links", ()))
    causes = (end["contextId"] for end in ends if "contextId" in end)
    found = {CORRELATION_ID: context.get("chainId"), CAUSATION_ID: next(causes, None)}
    return {name: value for name, value in found.items() if value}


def legacy_message(
    notification: Notification, *, instance: str, type_: str, encoding: Encoding, extensions: Mapping[str, str]
) -> Message:
    """A tool's own message, its bytes untouched; the keys of `extensions` are `[a-z0-9]+`.

    `instance` is the tool's URL: the source, and the `partitionkey` unless `extensions` have another, so that one
    tool's messages keep their order.
    """
    attributes = {
        "specversion": "1.0",
        "id": legacy_id(instance, notification.position, notification.body),
        "source": instance,
        "type": type_,
        "time": notification.received_at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": _content_type(notification.headers.get("content-type", ""), notification.body),
        "partitionkey": instance,
        ADAPTER: ADAPTER_NAME,
        **extensions,
    }
    return Message(Format.LEGACY, encoding, attributes, notification.body)


def structured(message: Message) -> bytes:
    """The message as one CloudEvent in JSON, on one line without its end.

    JSON data is embedded token by token as it was, less its line breaks; text in UTF-8 becomes a string, and anything
    else `data_base64`. Empty data is left out.
    """
    if message.format is not Format.LEGACY:
        return b'%b,"data":%b}' % (orjson.dumps(message.attributes)[:-1], message.data)
    return orjson.dumps({**message.attributes, **_data(message)})


def batch(messages: Iterable[Message]) -> bytes:
    """The messages as one JSON batch, in their order."""
    return b"[" + b",".join(map(structured, messages)) + b"]"


def binary_headers(message: Message) -> dict[str, str]:
    """The HTTP headers of binary mode, whose body is the message's data; values are percent-encoded ASCII."""
    attributes = dict(message.attributes)
    content_type = attributes.pop("datacontenttype")
    return {f"ce-{name}": _header_value(value) for name, value in attributes.items()} | {"content-type": content_type}


def _written(document: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError as error:
        raise MappingError(f"the CDEvent {document['context']['id']} cannot be written as JSON: {error}") from None


def _data(message: Message) -> dict[str, Any]:
    if not message.data:
        return {}
    match _kind(message.attributes["datacontenttype"]):
        case _Kind.JSON if _is_json(data := unmarked(message.data)):
            # JSON strings cannot hold a raw line break, so each one stands between tokens.
            return {"data": orjson.Fragment(data.replace(b"\n", b"").replace(b"\r", b""))}
        case _Kind.TEXT if (text := _utf8(message.data)) is not None:
            return {"data": text}
    return {"data_base64": b64encode(message.data).decode()}


class _Kind(Enum):
    JSON = auto()
    TEXT = auto()
    BINARY = auto()


@lru_cache(maxsize=256)
def _kind(content_type: str) -> _Kind:
    media_type, _, parameters = content_type.lower().partition(";")
    media_type = media_type.strip()
    if media_type.endswith(("/json", "+json")):
        return _Kind.JSON
    is_text = media_type.startswith("text/") or media_type.endswith(("/xml", "+xml"))
    charset = _CHARSET.search(parameters)
    return _Kind.TEXT if is_text and (charset is None or charset[1] in ("utf-8", "us-ascii")) else _Kind.BINARY


def _content_type(said: str, body: bytes) -> str:
    """The type that a body came with; JSON that is said to be a form is what `curl -d` makes of it."""
    plain = unmarked(body)
    if said and not (said.startswith("application/x-www-form-urlencoded") and _is_json(plain)):
        return said
    if _utf8(body) is None:
        return "application/octet-stream"
    if plain.lstrip()[:1] in (b"{", b"[") and _is_json(plain):
        return JSON
    return "application/xml" if _XML_START.match(plain) else "text/plain"


def _is_json(data: bytes) -> bool:
    """Whether data is JSON; of what has too many values that is not found out."""
    if too_many(data, JSON_MARKS):
        return False
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _header_value(value: str) -> str:
    return value if _PLAIN_HEADER.fullmatch(value) else quote(value, safe=_HEADER_SAFE)
