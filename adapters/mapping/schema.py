"""The JSON Schema of mapping files, for editors: the models of `document`, and each event's content by its `emit`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.cdevents.fields import Field, Kind
from adapters.cdevents.vocabulary import EVENTS, EventType
from adapters.mapping.document import MappingFile, SharedFile
from adapters.mapping.export.document import ExportFile
from adapters.mapping.structures import STRUCTURES
from adapters.settings import Settings

Schema = dict[str, Any]

_DIALECT: Schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_TEMPLATE: Schema = {"type": "string", "pattern": r"\$\{"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _structured(otherwise: Schema, *words: str) -> Schema:
    """The schema of a structure where an object is one of those, and otherwise another."""
    for word in words:
        otherwise = {
            "if": {"type": "object", "required": [word]},
            "then": _ref(STRUCTURES[word].__name__),
            "else": otherwise,
        }
    return otherwise


_MEMBERS: Schema = {
    "type": "object",
    "propertyNames": {"not": {"pattern": r"^\$[A-Za-z_]"}},
    "additionalProperties": _ref("Value"),
}
_ANYTHING: Schema = {
    "anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "items": _ref("Item")},
        _MEMBERS,
    ]
}
_VALUES: Schema = {
    "Object": _structured(_MEMBERS, "$merge", "$if"),
    "Item": _structured(_ref("Value"), "$optional"),
    "Value": _structured(_ANYTHING, "$merge", "$each", "$if"),
    "Text": _structured({"type": "string"}, "$if"),
    "MadeText": {"anyOf": [_TEMPLATE, _ref("Choice")]},
    "MadeObject": {"anyOf": [_TEMPLATE, _ref("Choice"), _ref("Merge")]},
}
_VALUES_OF: tuple[tuple[str, str, Schema], ...] = (
    ("Common", "custom_data", _ref("Object")),
    ("Rule", "custom_data", _ref("Object")),
    ("Link", "tags", _ref("Object")),
    ("MessageRule", "body", _ref("Value")),
    ("Choice", "then", _ref("Value")),
    ("Choice", "else", _ref("Value")),
    ("Each", "value", _ref("Item")),
    ("Merge", "$merge", {"items": _ref("Item")}),
    ("Optional", "$optional", _ref("Value")),
)
"""Which members of which definitions are values."""


def schema() -> Schema:
    """The schema of a mapping file.

    A file that begins with `# yaml-language-server: $schema=<path or URL of this schema>` is completed and checked by
    every editor that has the YAML language server (in VS Code: the extension YAML).
    """
    result = _of(MappingFile)
    result["$defs"]["Rule"]["allOf"] = [_content_of(event) for event in EVENTS.values()]
    return result


def export_schema() -> Schema:
    """The schema of an export mapping's file."""
    return _of(ExportFile)


def shared_schema() -> Schema:
    """The schema of a file that mappings include."""
    return _of(SharedFile)


def _of(model: type[Settings]) -> Schema:
    """A model's schema, in which a structured value may stand for each value, and is checked like any other part."""
    schema = {**_DIALECT, **model.model_json_schema()}
    definitions = schema["$defs"]
    definitions |= _VALUES | {each.__name__: each.model_json_schema() for each in STRUCTURES.values()}
    lets = schema["properties"]["let"]
    lets["patternProperties"] = dict.fromkeys(lets["patternProperties"], _ref("Value"))
    for where, name, of in _VALUES_OF:
        if where in definitions:
            definitions[where]["properties"][name] |= of
    return schema


def _content_of(event: EventType) -> Schema:
    subject = {"properties": {"content": _structured(_object(event.content), "$merge", "$if")}}
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
            return {"anyOf": [_object(field.fields), _ref("MadeObject")]}
        case Kind.LIST:
            return _ref("Value")
    return {"anyOf": [{"enum": list(field.values)}, _ref("MadeText")]} if field.values else _ref("Text")
