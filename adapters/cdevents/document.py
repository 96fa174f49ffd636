"""A CDEvent as the JSON document that a spec version wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from adapters.cdevents.fields import Field
from adapters.cdevents.vocabulary import EVENTS, is_custom
from adapters.model import CDEvent, Spec
from adapters.urls import public

Rewrite = Callable[[Any], Any]

_USER = re.compile(rb'://[^" ]*@')


def document(event: CDEvent, spec: Spec) -> dict[str, Any]:
    """The whole CDEvent in a spec's words: context, subject and, where the event has it, customData.

    Absent members are left out, and so is what of a URL may not be told (`adapters.urls`), wherever it stands. What
    needs no change is not copied. A value of the wrong type stays as it is, for validation to find. Raises ValueError
    for a name that is neither in the vocabulary nor a custom type.
    """
    layout, event = _layout(event.name, spec), _told(event)
    context: dict[str, Any] = {
        layout.version_key: layout.version,
        "id": event.id,
        "source": event.source,
        "type": layout.type,
        "timestamp": event.timestamp,
    }
    if event.chain_id is not None:
        context["chainId"] = event.chain_id
    if event.links:
        context["links"] = list(event.links)
    result: dict[str, Any] = {"context": context, "subject": _subject(event, layout)}
    if event.custom_data is not None:
        result["customData"] = event.custom_data
    return result


def _told(event: CDEvent) -> CDEvent:
    """The event without what of a URL may not be told; of most it is known at one look that there is no such thing."""
    try:
        written = orjson.dumps((event.subject_id, event.subject_source, event.content, event.custom_data))
    except orjson.JSONEncodeError:
        return event  # it cannot be told at all
    if not (_USER.search(written) or (b"=" in written and (b"?" in written or b"#" in written))):
        return event
    members = ("subject_id", "subject_source", "content", "custom_data")
    return event._replace(**{name: _public(getattr(event, name)) for name in members})


@dataclass(frozen=True, slots=True)
class _Layout:
    """What is the same in every document of one event type and spec."""

    type: str
    version_key: str
    version: str
    subject_type: str | None
    rewrite: Rewrite | None


def _subject(event: CDEvent, layout: _Layout) -> dict[str, Any]:
    subject: dict[str, Any] = {"id": event.subject_id}
    if event.subject_source is not None:
        subject["source"] = event.subject_source
    if layout.subject_type is not None:
        subject["type"] = layout.subject_type
    subject["content"] = layout.rewrite(event.content) if layout.rewrite else event.content
    return subject


def _public(value: Any) -> Any:
    if isinstance(value, str):
        return public(value)
    if isinstance(value, dict):
        return {key: _public(each) for key, each in value.items()}
    return [_public(each) for each in value] if isinstance(value, list) else value


@lru_cache(maxsize=1024)
def _layout(name: str, spec: Spec) -> _Layout:
    if (event_type := EVENTS.get(name)) is not None:
        type_, subject_type = event_type.type(spec), event_type.subject_type
        rewrite = _rewrite_fields(event_type.content)
    elif is_custom(name):
        type_, subject_type, rewrite = name, name.split(".")[2], None
    else:
        raise ValueError(f"'{name}' is not a CDEvents type")
    if spec is Spec.V0_5_1:
        return _Layout(type_, "specversion", spec.value, None, None)
    return _Layout(type_, "version", spec.value, subject_type, rewrite)


def _rewrite_fields(fields: Mapping[str, Field]) -> Rewrite | None:
    """What turns an object in 0.5.1's words into one in 0.4.1's, or None where they are the same."""
    changes = {name: change for name, field in fields.items() if (change := _change(name, field)) is not None}
    return (lambda value: _rewritten(value, changes) if isinstance(value, dict) else value) if changes else None


def _change(name: str, field: Field) -> tuple[str, Rewrite] | None:
    """A field's name in 0.4.1 and what turns its value, or None where neither differs."""
    earlier_name = field.name(name, Spec.V0_4_1)
    rewrite = _rewrite_values(field) or _rewrite_fields(field.fields)
    return (earlier_name, rewrite or _same) if rewrite or earlier_name != name else None


def _rewrite_values(field: Field) -> Rewrite | None:
    values = field.earlier.values if field.earlier else None
    return (lambda value: values.get(value, value) if isinstance(value, str) else value) if values else None


def _rewritten(content: dict[str, Any], changes: Mapping[str, tuple[str, Rewrite]]) -> dict[str, Any]:
    result = dict(content)
    for name, (earlier_name, rewrite) in changes.items():
        if name in result:
            result[earlier_name] = rewrite(result.pop(name))
    return result


def _same(value: Any) -> Any:
    return value
