"""CloudEvents that are heard, as CloudEvents' own SDK reads them: of 1.0 and 0.3, in headers or in JSON.

Only what there must be is asked for: no event is lost for its `time`, an extension, or what else may be missing. What
an envelope leaves out of that, the CDEvent in it says as well (CDEvents' cloudevents-binding.md). Data that is JSON is
not made anew, which takes memory. The SDK costs a few MB and a tenth of a second to import: who hears no CloudEvents
does not import this (`late`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.http import HTTPMessage, from_binary
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat

from adapters.bounds import JSON, too_many

_REQUIRED = ("specversion", "id", "source", "type")
_CONTEXT = ("id", "source", "type")
_ENCODED = ("data", "data_base64", "datacontentencoding")
_FORMAT = JSONFormat()


def structured(item: Mapping[str, Any]) -> Any:
    """The data of a CloudEvent in JSON, of which a batch has many. Raises ValueError with why it is none."""
    said = {name: item[name] for name in (*_REQUIRED, *_ENCODED) if name in item}
    carried = said.pop("data") if isinstance(said.get("data"), dict | list) else None
    said = {**_own(carried), **said}
    read = _event(lambda: _FORMAT.read(None, orjson.dumps(said)))
    return _decoded(read.get_data()) if carried is None else carried


def binary(headers: Mapping[str, str], data: Any) -> Any:
    """The data of a CloudEvent whose attributes are in headers, as `ce-<name>`. Raises ValueError as above."""
    said = {name: headers[name] for each in _REQUIRED if (name := f"ce-{each}") in headers}
    own = {f"ce-{name}": str(value) for name, value in _own(data).items()}
    _event(lambda: from_binary(HTTPMessage({**own, **said}, b""), _FORMAT))
    return data


def _own(data: Any) -> dict[str, Any]:
    """What a CDEvent says of itself that its envelope has to say, too."""
    context = data.get("context") if isinstance(data, dict) else None
    return {name: context[name] for name in _CONTEXT if name in context} if isinstance(context, dict) else {}


def _event(read: Callable[[], BaseCloudEvent]) -> BaseCloudEvent:
    try:
        return read()
    except CloudEventValidationError as invalid:
        raise ValueError(next(str(each) for errors in invalid.errors.values() for each in errors)) from None
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise ValueError(f"it cannot be read: {error}") from None


def _decoded(data: Any) -> Any:
    """What base64 held, if that is JSON, and not too much of it; otherwise nothing that could be an event."""
    if not isinstance(data, bytes):
        return data
    try:
        return None if too_many(data, JSON) else orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
