"""What can be said of a rule's content before any notification arrives: held against the CDEvents vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from adapters.cdevents.fields import Field, Kind
from adapters.cdevents.vocabulary import EVENTS, has_type, is_custom
from adapters.mapping import syntax
from adapters.mapping.closures import table_of
from adapters.mapping.emitted import types
from adapters.mapping.failures import Unknown
from adapters.mapping.shapes import branches, shape
from adapters.mapping.structures import is_structured
from adapters.mapping.syntax import Argument, Expression, Literal
from adapters.mapping.values import Values
from adapters.model import Spec
from adapters.yamlfile import Location, suggestion

_NO_TYPES: Sequence[str] = ()


def check_emit(values: Values, emit: str, at: Location, spec: Spec) -> Sequence[str]:
    """The event types that an `emit` may come to; notes a problem for each that a spec has not."""
    names = values.attempt(at, lambda: types(emit, values.names.tables), _NO_TYPES)
    return [name for name in names if _is_type(values, name, at, spec)]


def _is_type(values: Values, name: str, at: Location, spec: Spec) -> bool:
    if is_custom(name) or (name in EVENTS and has_type(spec, name)):
        return True
    if name in EVENTS:
        values.report(at, f"CDEvents {spec} has no '{name}'", f"the mapping may be written in {Spec.V0_6_0}")
        return False
    if name.startswith("dev.cdeventsx."):
        hint = "a custom type is dev.cdeventsx.<tool>-<subject>.<predicate>.<M.m.p>: letters, and one digit a part"
    else:
        hint = suggestion(name, EVENTS)
    values.report(at, f"there is no CDEvent '{name}'", hint)
    return False


def check_content(values: Values, name: str, content: Mapping[str, Any], at: Location) -> None:
    """Notes a problem for each field that the event's content has not, each that it must have, each wrong constant."""
    if (event := EVENTS.get(name)) is not None:
        _check_object(values, event.content, content, at, name)


def check_tags(values: Values, tags: Mapping[str, Any], at: Location) -> None:
    """Notes a problem for each tag of a link that can never be text."""
    for key, value, here in shape(tags, at).members:
        _check_value(values, Field(), value, here, key.removesuffix("?"))


def _check_object(values: Values, fields: Mapping[str, Field], node: Any, at: Location, of: str) -> None:
    """Checks each object that something written for one may come to."""
    for part, here in branches(node, at):
        if isinstance(part, dict) and (not is_structured(part) or "$merge" in part):
            _check_fields(values, fields, part, here, of)
        elif not isinstance(part, str) or "${" not in part:
            values.report(here, f"'{of}' is an object")


def _check_fields(values: Values, fields: Mapping[str, Field], node: Mapping[str, Any], at: Location, of: str) -> None:
    members, sure = shape(node, at)
    written = {key for key, _, _ in members}
    for key, value, here in members:
        name = key.removesuffix("?")
        if (field := fields.get(name)) is None:
            _report_name(values, fields, name, here, of)
            continue
        if field.required and key.endswith("?") and name not in written:
            values.report(here, f"{of} requires '{name}': it cannot be left out", "write it without '?'")
        _check_value(values, field, value, here, name)
    for name, field in fields.items():
        if field.required and sure is not None and name not in sure:
            values.report(at, f"{of} requires '{name}'")


def _report_name(values: Values, fields: Mapping[str, Field], name: str, at: Location, of: str) -> None:
    if "${" in name:
        values.report(at, f"{of} has fixed fields: '{name}' cannot be one", f"there are {', '.join(fields)}")
        return
    hint = suggestion(name, fields) or "what CDEvents has no field for goes to custom_data"
    values.report(at, f"{of} has no field '{name}'", hint)


def _check_value(values: Values, field: Field, node: Any, at: Location, name: str) -> None:
    if field.kind is Kind.OBJECT:
        _check_object(values, field.fields, node, at, name)
    elif field.kind is not Kind.LIST:
        for value, here in branches(node, at):
            _check_text(values, field, value, here, name)


def _check_text(values: Values, field: Field, value: Any, at: Location, name: str) -> None:
    if not isinstance(value, str):
        values.report(at, f"'{name}' is text", "put it in quotes")
        return
    for constant in _constants(values, value) if field.values else ():
        if constant not in field.values:
            allowed = ", ".join(field.values)
            hint = suggestion(str(constant), field.values)
            values.report(at, f"'{name}' can never be {constant!r}: it is one of {allowed}", hint)


def _constants(values: Values, text: str) -> Iterator[Any]:
    """Every value that a template is sure to come to: itself, if a constant, or what its last filter may give."""
    try:
        parts = syntax.template(text)
        match parts:
            case (str(constant),):
                yield constant
            case (Expression(calls=(*_, last)),) if last.name == "table":
                yield from table_of(last, values.names)[1].values()
                yield from _literals(last.arguments[1:])
            case (Expression(calls=(*_, last)),) if last.name in ("default", "if"):
                yield from _literals(last.arguments)
    except (syntax.SyntaxProblem, Unknown):
        return  # the compiler reports it


def _literals(arguments: Iterable[Argument]) -> Iterator[Any]:
    return (argument.value for argument in arguments if isinstance(argument, Literal))
