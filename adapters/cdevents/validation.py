"""Whether a document is a valid CDEvent, and if not, what is wrong with it and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from adapters.cdevents.checks import Check, as_schema, checks, purls
from adapters.cdevents.schema import Schema, custom_schema, schema
from adapters.cdevents.vocabulary import EVENTS, EventType, has_type, is_custom
from adapters.cdevents.wording import described, shown
from adapters.model import Spec

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

_TYPES = {spec: {event.type(spec): event for event in EVENTS.values() if spec in event.versions} for spec in Spec}


def problems(document: Mapping[str, Any], spec: Spec) -> list[str]:
    """Everything wrong with a document as a CDEvent of a spec, each problem beginning with its path; empty when valid.

    What its JSON Schema finds comes first; a document of the right shape is then checked for what the schemas miss.
    """
    if (gate := _gate_of(document, spec)) is None:
        return [_unknown_type(document, spec)]
    if gate.quick.is_valid(document):
        return [problem for check in gate.purls for problem in check(document)] if gate.purls else []
    found = _schema_errors(gate, document)
    return found or [problem for check in gate.checks for problem in check(document)]


def schema_problems(document: Mapping[str, Any], spec: Spec) -> list[str]:
    """What the JSON Schema of the document's own type finds wrong, formats included, and nothing else."""
    if (gate := _gate_of(document, spec)) is None:
        return [_unknown_type(document, spec)]
    return _schema_errors(gate, document)


def _schema_errors(gate: _Gate, document: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(text for error in gate.validator.iter_errors(document) for text in described(error)))


def _gate_of(document: Mapping[str, Any], spec: Spec) -> _Gate | None:
    try:
        return _gate(document["context"]["type"], spec)
    except (KeyError, TypeError):
        return None


def _unknown_type(document: Mapping[str, Any], spec: Spec) -> str:
    try:
        return f"context.type: {shown(document['context']['type'])} is not a type of CDEvents {spec}"
    except (KeyError, TypeError):
        return "context.type: is missing"


@dataclass(frozen=True)
class _Gate:
    """What documents of one type, None for custom ones, and spec must pass.

    `quick` accepts no document of which there is anything to tell, but for its `purls`: most are known by it alone.
    """

    event_type: EventType | None
    spec: Spec
    quick: Draft202012Validator
    purls: tuple[Check, ...]

    @cached_property
    def validator(self) -> Draft202012Validator:
        """The published schema."""
        return _compiled(_schema(self.event_type, self.spec))

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What it lets pass, and the specification's prose does not."""
        return checks(self.event_type, self.spec)


@lru_cache(maxsize=1024)
def _gate(type_: str, spec: Spec) -> _Gate | None:
    """The gate of a type, compiled when the type is first seen; None for a type that the spec does not have."""
    if is_custom(type_) and has_type(spec, type_):
        return _custom_gate(spec)
    if (event_type := _TYPES[spec].get(type_)) is None:
        return None
    return _made(event_type, spec)


@lru_cache
def _custom_gate(spec: Spec) -> _Gate:
    return _made(None, spec)


def _made(event_type: EventType | None, spec: Spec) -> _Gate:
    both = _both(_schema(event_type, spec), as_schema(event_type, spec))
    return _Gate(event_type, spec, _compiled(both), purls(event_type))


def _both(one: Schema, other: Schema) -> Schema:
    """A schema of what two accept that say nothing different of one thing."""
    inner = {key: _both(one[key], value) for key, value in other.items() if key in one and isinstance(value, dict)}
    return {**one, **other, **inner}


def _schema(event_type: EventType | None, spec: Spec) -> Schema:
    return schema(event_type, spec) if event_type else custom_schema(spec)


def _compiled(definition: dict[str, Any]) -> Draft202012Validator:
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415 - three MiB, for the first document

    return Draft202012Validator(definition, validate_formats=True, offline=True)
