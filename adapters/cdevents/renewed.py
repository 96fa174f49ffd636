"""A CDEvent of an earlier version in the words of CDEvents 0.5.1, for whoever wants to read all of them alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.cdevents.fields import Field
from adapters.cdevents.vocabulary import EVENTS, name_of
from adapters.model import Spec

_EARLY = Spec.V0_4_1
"""What has the words of all versions before 0.5."""


def renewed(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document, whose content is as 0.5.1 has it; itself, where that is known to be so, or its type is unknown.

    An earlier version is known by `context.version`, which is `specversion` since. What is not as that version has it
    stays as it is.
    """
    context, subject = document["context"], document["subject"]
    event = EVENTS.get(name_of(context["type"]))
    content = subject.get("content")
    if "specversion" in context or event is None or not isinstance(content, dict):
        return document
    return {**document, "subject": {**subject, "content": _object(content, event.content)}}


def _object(value: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    result = dict(value)
    for name, field in fields.items():
        earlier = field.name(name, _EARLY)
        if earlier in result and (earlier == name or name not in result):
            result[name] = _value(result.pop(earlier), field)
    return result


def _value(value: Any, field: Field) -> Any:
    if isinstance(value, dict) and field.fields:
        return _object(value, field.fields)
    if isinstance(value, str) and field.earlier is not None:
        return {earlier: name for name, earlier in field.earlier.values.items()}.get(value, value)
    return value
