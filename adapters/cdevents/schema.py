"""JSON Schemas (draft 2020-12) of CDEvents, generated from the vocabulary.

Each gives the verdict of the schema that the specification publishes for the same type. What those schemas forget, they
forget too: the test events take any string as a source, and `ticket.closed` kept `subject.type` in 0.5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.cdevents.fields import Field, Kind
from adapters.cdevents.vocabulary import CUSTOM_TYPE, DOMAIN_ID, EventType
from adapters.model import Spec

Schema = dict[str, Any]

_ANY_STRING: Schema = {"type": "string"}
_TEXT: Schema = {"type": "string", "minLength": 1}
_TIMESTAMP: Schema = {"type": "string", "format": "date-time"}
_URI: Schema = {"type": "string", "minLength": 1, "format": "uri"}
_SOURCE: Schema = {"type": "string", "minLength": 1, "format": "uri-reference"}
_DOMAIN_ID: Schema = {**_SOURCE, "pattern": DOMAIN_ID}


def schema(event_type: EventType, spec: Spec) -> Schema:
    """The schema of one event type's whole document, of a spec that has the type."""
    tests = event_type.subject in ("testcaserun", "testsuiterun", "testoutput")
    subject: Schema = {"id": _TEXT, "source": _ANY_STRING if tests else _SOURCE}
    if spec < Spec.V0_5_1 or event_type.name == "ticket.closed":
        subject["type"] = {"enum": [event_type.subject_type]}
    subject["content"] = _object(event_type.content, spec)
    context = _context({"enum": [event_type.type(spec)]}, _TEXT if tests else _SOURCE, spec)
    return _document(event_type.type(spec), context, subject, spec)


def custom_schema(spec: Spec) -> Schema:
    """The schema of every custom event, from 0.4.1 on: its content is open."""
    subject: Schema = {"id": _TEXT, "source": _SOURCE, "content": {"type": "object"}}
    if spec < Spec.V0_5_1:
        subject["type"] = {"type": "string", "pattern": "^[a-zA-Z0-9]+-[a-zA-Z]+$"}
    context = _context({"type": "string", "pattern": CUSTOM_TYPE}, _SOURCE, spec)
    return _document("a custom CDEvent", context, subject, spec)


def _document(title: str, context: Schema, subject: Schema, spec: Spec) -> Schema:
    in_subject = ["id", "type", "content"] if spec < Spec.V0_5_1 else ["id", "content"]
    properties = {
        "context": context,
        "subject": _closed(subject, in_subject),
        "customData": {"type": ["object", "string"]},
        "customDataContentType": _ANY_STRING,
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"{title} in CDEvents {spec}"}
    return head | _closed(properties, ["context", "subject"])


def _context(type_: Schema, source: Schema, spec: Spec) -> Schema:
    version = "version" if spec < Spec.V0_5_1 else "specversion"
    needed = {version: _TEXT, "id": _TEXT, "source": source, "type": type_, "timestamp": _TIMESTAMP}
    optional = {"schemaUri": _URI, "chainId": _TEXT, "links": {"type": "array", "items": _link(spec)}}
    return _closed(needed | (optional if spec >= Spec.V0_4_1 else {}), list(needed))


def _link(spec: Spec) -> Schema:
    """An embedded link: chosen by linkType, so that an error is about the link that was meant."""
    event: Schema = {"type": "object", "properties": {"contextId": _TEXT}}
    known_event, target = event | {"required": ["contextId"]}, event
    if spec >= Spec.V0_6_0:
        known_event, target = _event_or_domain(_SOURCE), _event_or_domain(_DOMAIN_ID)
    kinds = {
        "END": _link_of({"from": known_event}, []),
        "PATH": _link_of({"from": known_event}, ["from"]),
        "RELATION": _link_of({"linkKind": _TEXT, "target": target}, ["linkKind", "target"]),
    }
    link_type: Schema = {"enum": list(kinds)}
    return {
        "type": "object",
        "properties": {"linkType": link_type},
        "required": ["linkType"],
        "allOf": [{"if": _is_link(name), "then": kind} for name, kind in kinds.items()],
    }


def _event_or_domain(domain_id: Schema) -> Schema:
    """An event, or what the domain itself calls it: 0.6.0-draft."""
    named = [{"required": [name]} for name in ("contextId", "domainId")]
    return _closed({"contextId": _TEXT, "domainId": domain_id}, []) | {"anyOf": named}


def _is_link(name: str) -> Schema:
    return {"properties": {"linkType": {"const": name}}, "required": ["linkType"]}


def _link_of(members: Schema, required: list[str]) -> Schema:
    return _closed({"linkType": True, "tags": {"type": "object"}} | members, required)


def _object(fields: Mapping[str, Field], spec: Spec, *, closed: bool = True) -> Schema:
    known = {name: field for name, field in fields.items() if spec >= field.since}
    properties = {field.name(name, spec): _field(field.shape(spec), spec) for name, field in known.items()}
    required = [field.name(name, spec) for name, field in known.items() if field.required]
    return _closed(properties, required) | ({} if closed else {"additionalProperties": True})


def _closed(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _field(shape: Field, spec: Spec) -> Schema:
    if shape.kind is Kind.OBJECT:
        return _object(shape.fields, spec, closed=shape.closed)
    if shape.kind is Kind.LIST:
        return {"type": "array", "items": _ANY_STRING}
    return _string(shape, spec)


def _string(shape: Field, spec: Spec) -> Schema:
    result = dict(_TEXT if shape.min_length else _ANY_STRING)
    if shape.kind is not Kind.STRING:
        result["format"] = shape.kind.value
    if shape.values and spec >= shape.enforced:
        result["enum"] = list(shape.values)
    return result
