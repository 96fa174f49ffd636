"""The JSON Schema of mapping files, for editors: the models of `document`, and each event's content by its `emit`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.cdevents.fields import Field, Kind
from adapters.cdevents.vocabulary import EVENTS, EventType
from adapters.mapping.document import MappingFile, SharedFile

Schema = dict[str, Any]

_DIALECT: Schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_TEMPLATE: Schema = {"type": "string", "pattern": r"\$\{"}


def schema() -> Schema:
    """The schema of a mapping file.

    A file that begins with `# yaml-language-server: $schema=<path or URL of this schema>` is completed and checked by
    every editor that has the YAML language server (in VS Code: the extension YAML).
    """
    result = {**_DIALECT, **MappingFile.model_json_schema()}
    result["$defs"]["Rule"]["allOf"] = [_content_of(event) for event in EVENTS.values()]
    return result


def shared_schema() -> Schema:
    """The schema of a file that mappings include."""
    return {**_DIALECT, **SharedFile.model_json_schema()}


def _content_of(event: EventType) -> Schema:
    subject = {"properties": {"content": _object(event.content)}}
    return {
        "if": {"properties": {"emit": {"const": event.name}}, "required": ["emit"]},
        "then": {"properties": {"subject": subject}},
    }


def _object(fields: Mapping[str, Field]) -> Schema:
    """What a mapping may write for an object: optional fields with `?` or without, required ones only without."""
    properties: Schema = {}
    for name, field in fields.items():
        properties[name] = _value(field)
        if not field.required:
            properties[f"{name}?"] = _value(field)
    needed = [name for name, field in fields.items() if field.required]
    result: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return result | ({"required": needed} if needed else {})


def _value(field: Field) -> Schema:
    match field.kind:
        case Kind.OBJECT:
            return {"anyOf": [_object(field.fields), _TEMPLATE]}
        case Kind.LIST:
            return {"type": ["array", "string"]}
    return {"anyOf": [{"enum": list(field.values)}, _TEMPLATE]} if field.values else {"type": "string"}
