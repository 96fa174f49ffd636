"""What can be said of a rule's content before any notification arrives: held against the CDEvents vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.cdevents.fields import Field, Kind
from adapters.cdevents.vocabulary import EVENTS, is_custom
from adapters.mapping import syntax
from adapters.mapping.closures import Unknown, table_of
from adapters.mapping.syntax import Expression, Literal
from adapters.mapping.values import Values
from adapters.yamlfile import Location, suggestion


def check_name(values: Values, name: str, at: Location) -> bool:
    """Notes a problem where a name is no event type; whether it is one."""
    if name in EVENTS or is_custom(name):
        return True
    if name.startswith("dev.cdeventsx."):
        hint = "a custom type is dev.cdeventsx.<tool>-<subject>.<predicate>.<M.m.p>: letters, and one digit a part"
    else:
        hint = suggestion(name, EVENTS)
    values.report(at, f"there is no CDEvent '{name}'", hint)
    return False


def check_content(values: Values, name: str, content: Mapping[str, Any], at: Location) -> None:
    """Notes a problem for each field that the event's content has not, each that it must have, each wrong constant."""
    if (event := EVENTS.get(name)) is not None:
        _check_fields(values, event.content, content, at, name)


def _check_fields(values: Values, fields: Mapping[str, Field], node: Mapping[str, Any], at: Location, of: str) -> None:
    for key, value in node.items():
        field = fields.get(key.removesuffix("?"))
        if field is None:
            hint = suggestion(key.removesuffix("?"), fields) or "what CDEvents has no field for goes to custom_data"
            values.report((*at, key), f"{of} has no field '{key.removesuffix('?')}'", hint)
            continue
        if field.required and key.endswith("?"):
            values.report((*at, key), f"{of} requires '{key[:-1]}': it cannot be left out", "write it without '?'")
        _check_value(values, field, value, (*at, key), key.removesuffix("?"))
    for key, field in fields.items():
        if field.required and not {key, f"{key}?"} & node.keys():
            values.report(at, f"{of} requires '{key}'")


def _check_value(values: Values, field: Field, value: Any, at: Location, name: str) -> None:
    if field.kind is Kind.OBJECT:
        if isinstance(value, dict):
            _check_fields(values, field.fields, value, at, name)
        elif not isinstance(value, str) or "${" not in value:
            values.report(at, f"'{name}' is an object")
    elif field.kind is not Kind.LIST and not isinstance(value, str):
        values.report(at, f"'{name}' is text", "put it in quotes")
    elif field.values and isinstance(value, str):
        for constant in _constants(values, value):
            if constant not in field.values:
                allowed = ", ".join(field.values)
                values.report(
                    at,
                    f"'{name}' can never be {constant!r}: it is one of {allowed}",
                    suggestion(str(constant), field.values),
                )


def _constants(values: Values, text: str) -> Iterator[Any]:
    """Every value that a template is sure to come to: itself, if a constant, or what its last filter may give."""
    try:
        parts = syntax.template(text)
        match parts:
            case (str(constant),):
                yield constant
            case (Expression(calls=(*_, last)),) if last.name == "table":
                yield from table_of(last, values.names)[1].values()
                yield from (argument.value for argument in last.arguments[1:] if isinstance(argument, Literal))
            case (Expression(calls=(*_, last)),) if last.name == "default":
                yield from (argument.value for argument in last.arguments if isinstance(argument, Literal))
    except (syntax.SyntaxProblem, Unknown):
        return  # the compiler reports it
