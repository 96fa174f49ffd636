"""A CDEvent as the JSON document that a spec version wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from adapters.cdevents.fields import Field
from adapters.cdevents.vocabulary import EVENTS, has_type, is_custom
from adapters.model import CDEvent, Spec
from adapters.urls import may_ask_secretly, public

Rewrite = Callable[[Any], Any]
Links = Sequence[Mapping[str, Any]]

_USER = re.compile(rb'://[^" ]*@')


def document(event: CDEvent, spec: Spec, schemas: str = "") -> dict[str, Any]:
    """The whole CDEvent in a spec's words: context, subject and, where the event has it, customData.

    Absent members are left out, and so is what of a URL may not be told (`adapters.urls`), wherever it stands, and what
    the spec has no word for: fields that came after it, links, the chain. What needs no change is not copied. A value
    of the wrong type stays as it is, for validation to find. Raises ValueError for a name that is neither a type of the
    spec nor a custom one.

    `schemas` is the URL of a folder of schemas of custom types, which those events then name in `schemaUri`.
    """
    return written(event, spec, schemas)[0]


def written(event: CDEvent, spec: Spec, schemas: str = "") -> tuple[dict[str, Any], bytes | None]:
    """The same, and its JSON: None where it cannot be written as such, and then nothing is left out of it."""
    layout = _layout(event.name, spec)
    made = _made(event, layout, schemas)
    try:
        data = orjson.dumps(made)
        if _may_tell(data):
            made = _made(_told(event), layout, schemas)
            data = orjson.dumps(made)
    except orjson.JSONEncodeError:
        return made, None
    return made, data


def _made(event: CDEvent, layout: _Layout, schemas: str) -> dict[str, Any]:
    context: dict[str, Any] = {
        layout.version_key: layout.version,
        "id": event.id,
        "source": event.source,
        "type": layout.type,
        "timestamp": event.timestamp,
    }
    if schemas and layout.custom:
        context["schemaUri"] = schema_uri(schemas, event.name)
    if event.chain_id is not None and layout.chained:
        context["chainId"] = event.chain_id
    if event.links and (links := _links(event.links, layout)):
        context["links"] = links
    subject: dict[str, Any] = {"id": event.subject_id}
    if event.subject_source is not None:
        subject["source"] = event.subject_source
    if layout.subject_type is not None:
        subject["type"] = layout.subject_type
    subject["content"] = layout.rewrite(event.content) if layout.rewrite else event.content
    made: dict[str, Any] = {"context": context, "subject": subject}
    if event.custom_data is not None:
        made["customData"] = event.custom_data
    return made


def schema_uri(folder: str, type_: str) -> str:
    """Where the schema of a custom type is, of those that are published in a folder at a URL."""
    return f"{folder.rstrip('/')}/{type_}.json"


def _told(event: CDEvent) -> CDEvent:
    """The event without what of a URL may not be told."""
    parts = event.subject_id, event.subject_source, event.content, event.custom_data
    subject_id, subject_source, content, custom_data = _public(parts)
    return event._replace(
        subject_id=subject_id, subject_source=subject_source, content=content, custom_data=custom_data
    )


def public_part(part: Any) -> Any:
    """A part of an event without what of a URL may not be told, wherever it stands; itself, where nothing is.

    Of most that is known at one look.
    """
    try:
        written = orjson.dumps(part)
    except orjson.JSONEncodeError:
        return part  # it cannot be told at all
    return _public(part) if _may_tell(written) else part


def _may_tell(written: bytes) -> bool:
    """Whether there may be something in JSON that may not be told; an escape in it might hide that."""
    if b"@" in written and _USER.search(written):
        return True
    if b"=" not in written or not (b"?" in written or b"#" in written):
        return False
    return b"\\" in written or may_ask_secretly(written.decode())


@dataclass(frozen=True, slots=True)
class _Layout:
    """What is the same in every document of one event type and spec."""

    type: str
    version_key: str
    version: str
    subject_type: str | None
    rewrite: Rewrite | None
    chained: bool
    custom: bool
    domains: bool


def _links(links: Links, layout: _Layout) -> Links:
    """What a spec has of an event's links: 0.3 none, and none before 0.6 has those to a domain's own id."""
    if not layout.chained:
        return ()
    if not layout.domains:
        for link in links:
            if "domainId" in link.get("target", ()):
                return [each for each in links if "domainId" not in each.get("target", ())]
    return [*links]


def _public(value: Any) -> Any:
    if isinstance(value, str):
        return public(value)
    if isinstance(value, dict):
        return {key: _public(each) for key, each in value.items()}
    return [_public(each) for each in value] if isinstance(value, (list, tuple)) else value


@lru_cache(maxsize=1024)
def _layout(name: str, spec: Spec) -> _Layout:
    if name in EVENTS and has_type(spec, name):
        event_type = EVENTS[name]
        type_, subject_type = event_type.type(spec), event_type.subject_type
        rewrite = _rewrite_fields(event_type.content, spec)
    elif is_custom(name) and has_type(spec, name):
        type_, subject_type, rewrite = name, name.split(".")[2], None
    else:
        raise ValueError(f"'{name}' is not a type of CDEvents {spec}")
    early = spec < Spec.V0_5_1
    return _Layout(
        type=type_,
        version_key="version" if early else "specversion",
        version=spec.value,
        subject_type=subject_type if early else None,
        rewrite=rewrite,
        chained=spec >= Spec.V0_4_1,
        custom=name not in EVENTS,
        domains=spec >= Spec.V0_6_0,
    )


def _rewrite_fields(fields: Mapping[str, Field], spec: Spec) -> Rewrite | None:
    """What turns an object in 0.5.1's words into one in a spec's, or None where they are the same."""
    found = ((name, _change(name, field, spec)) for name, field in fields.items())
    changes = {name: change for name, change in found if change is not None}
    return (lambda value: _rewritten(value, changes) if isinstance(value, dict) else value) if changes else None


def _change(name: str, field: Field, spec: Spec) -> tuple[str, Rewrite] | None:
    """A field's name in a spec, empty where it has none, and what turns its value; None where neither differs."""
    if spec < field.since:
        return "", _same
    named = field.name(name, spec)
    rewrite = _rewrite_values(field, spec) or _rewrite_fields(field.fields, spec)
    return (named, rewrite or _same) if rewrite or named != name else None


def _rewrite_values(field: Field, spec: Spec) -> Rewrite | None:
    values = field.earlier.values if field.earlier and spec < Spec.V0_5_1 else None
    return (lambda value: values.get(value, value) if isinstance(value, str) else value) if values else None


def _rewritten(content: dict[str, Any], changes: Mapping[str, tuple[str, Rewrite]]) -> dict[str, Any]:
    result = dict(content)
    for name, (named, rewrite) in changes.items():
        if name in result:
            value = result.pop(name)
            if named:
                result[named] = rewrite(value)
    return result


def _same(value: Any) -> Any:
    return value
