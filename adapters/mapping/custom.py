"""JSON Schemas of the custom events that mappings make, read off what their rules write as content.

CDEvents has one schema for all custom events, in which content is open; an event is held to the one that its
`context.schemaUri` names as well (github.com/cdevents/spec, custom/README.md). So these say nothing but what the type
has as its content, in any version of CDEvents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.cdevents.document import schema_uri
from adapters.cdevents.vocabulary import is_custom
from adapters.mapping import syntax
from adapters.mapping.document import MappingFile
from adapters.mapping.emitted import types
from adapters.mapping.filters import FILTERS
from adapters.mapping.structures import is_structured
from adapters.mapping.syntax import Expression
from adapters.yamlfile import YamlFile

Schema = dict[str, Any]

_ANYTHING: Schema = {}
_TEXT: Schema = {"type": "string"}
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
DEEPEST = 20
"""Names of `let` that are followed one into the other."""


def schemas(files: Iterable[YamlFile], at: str = "") -> dict[str, Schema]:
    """The schema of each custom type that some mapping files make, by the type; `at` is where they are published."""
    found: dict[str, list[Schema]] = {}
    for model in (file.validate(MappingFile) for file in files):
        reading = _Reading(model.let)
        for rule in model.rules.values():
            for type_ in filter(is_custom, _types(rule.emit, model.tables)):
                found.setdefault(type_, []).append(reading.content(rule.subject.content))
    return {type_: _of_event(type_, _any_of(contents), at) for type_, contents in sorted(found.items())}


def _types(emit: str, tables: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    try:
        return types(emit, tables)
    except ValueError:
        return ()  # a lookup says it, which is not read here


def _of_event(type_: str, content: Schema, at: str) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"$id": schema_uri(at, type_)} if at else {}),
        "title": type_,
        **_needed(
            context=_needed(type={"const": type_}),
            subject=_needed(content=content),
        ),
    }


def _needed(**members: Schema) -> Schema:
    return {"type": "object", "properties": members, "required": [*members]}


def _any_of(schemas: Iterable[Schema]) -> Schema:
    """One of some schemas, each told once."""
    distinct: list[Schema] = []
    for schema in schemas:
        if schema == _ANYTHING:
            return _ANYTHING
        if schema not in distinct:
            distinct.append(schema)
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


class _Reading:
    """Reads what is written as values of one mapping, which may use its names of `let`."""

    def __init__(self, let: Mapping[str, Any]) -> None:
        self._let = let

    def content(self, node: Any) -> Schema:
        """What an event's content may be: an object, however it is written."""
        found = self._value(node, DEEPEST)
        return {"type": "object"} if found == _ANYTHING else found

    def _value(self, node: Any, deep: int) -> Schema:
        match node:
            case str():
                return self._template(node, deep)
            case list():
                return {"type": "array", **self._items(node, deep)}
            case dict() if is_structured(node):
                return self._structure(node, deep)
            case dict():
                return self._object(node, deep)
            case None:
                return _ANYTHING
            case _:
                return {"const": node}

    def _object(self, node: Mapping[str, Any], deep: int) -> Schema:
        known = {key: value for key, value in node.items() if "${" not in key}
        properties = {_name(key): self._value(value, deep) for key, value in known.items()}
        required = sorted({_name(key) for key in known if not key.endswith("?")})
        return {"type": "object", "properties": properties, **({"required": required} if required else {})}

    def _structure(self, node: Mapping[str, Any], deep: int) -> Schema:
        if "$if" in node:
            branches = [node[each] for each in ("then", "else") if node.get(each) is not None]
            return _any_of(self._value(each, deep) for each in branches)
        if "$each" in node:
            return {"type": "array", **self._items([node.get("value")], deep)}
        return self._value(node["$optional"], deep) if "$optional" in node else {"type": "object"}

    def _items(self, nodes: Sequence[Any], deep: int) -> Schema:
        items = _any_of(self._value(each, deep) for each in nodes) if nodes else _ANYTHING
        return {"items": items} if items != _ANYTHING else {}

    def _template(self, text: str, deep: int) -> Schema:
        try:
            parts = syntax.template(text)
        except ValueError:
            return _ANYTHING
        match parts:
            case (Expression() as expression,):
                return self._expression(expression, deep)
            case (str(constant),):
                return {"const": constant}
        return _TEXT

    def _expression(self, expression: Expression, deep: int) -> Schema:
        path, calls = expression.path, expression.calls
        if calls:
            return _given(calls[-1].name)
        if path.name is not None and path.name in self._let and not path.steps and deep:
            return self._value(self._let[path.name], deep - 1)
        return _ANYTHING


def _name(key: str) -> str:
    """The member that a key of a mapping names."""
    name = key.removesuffix("?")
    return name.removeprefix("$") if name.startswith("$$") else name


def _given(filter_: str) -> Schema:
    """What a filter gives; anything, where it may, or only passes values on, as `default` does."""
    gives = FILTERS[filter_].gives if filter_ in FILTERS else ()
    kinds = [_KINDS[each] for each in gives if each in _KINDS]
    if not kinds or len(kinds) < len(gives):
        return _ANYTHING
    return {"type": kinds[0] if len(kinds) == 1 else kinds}
