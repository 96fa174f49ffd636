"""From an export mapping's file to what makes messages of CDEvents."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from adapters.cdevents.ids import named_id
from adapters.cdevents.selection import possibly_custom, selected
from adapters.cdevents.vocabulary import EVENTS
from adapters.mapping.code import Code, Function, folded, remembered
from adapters.mapping.compiling import Compiling, checked
from adapters.mapping.export.astray import astray
from adapters.mapping.export.document import ExportFile, MessageRule, Types
from adapters.mapping.export.event import NAMES, decoded
from adapters.mapping.failures import Failure, shown
from adapters.mapping.needs import needed, text_only
from adapters.mapping.scope import Closure, Constant, Scope
from adapters.mapping.translator import Mapper, Rule, whole
from adapters.mapping.values import Values
from adapters.mapping.within import path
from adapters.model import Mapped, Place
from adapters.yamlfile import Location, Placed, YamlFile

Exporter = Mapper[Mapped]
"""What makes messages of CDEvents."""

_NONE = Constant(None)
_VISIBLE = "".join(map(chr, range(0x20, 0x7F)))


def exporter(
    file: YamlFile, name: str, where: Path, variables: Mapping[str, Any], *, asked: Placed | None = None
) -> Exporter:
    """An export mapping with variables. Raises ConfigError with every problem of the file.

    `asked` is as in `compiler.compiled`.
    """
    model = file.validate(ExportFile)

    def make() -> tuple[Exporter, Values]:
        compiler = _Compiler(file, model, variables)
        made = compiler.exporter(name, where)
        for at, message, hint in () if compiler.values.problems else astray(model):
            compiler.values.report(at, message, hint)
        return made, compiler.values

    return checked(file, model, variables, asked, make)


@dataclass(frozen=True, slots=True)
class Message:
    """The parts of a message. What is made of them raises Failure where one is missing or unusable."""

    name: str
    id: Closure
    type: Closure
    body: Closure
    topic: Closure
    method: str | None
    path: Closure
    headers: Closure
    key: Closure

    def write(self, function: Function) -> str:
        """The statements that make it."""
        topic, path, headers = map(function.value, (self.topic, self.path, self.headers))
        place = f"{function.bind(Place)}({topic}, {self.method!r}, {path}, {headers})"
        id_, type_, body, key = map(function.value, (self.id, self.type, self.body, self.key))
        return function.assign(f"{function.bind(Mapped)}({self.name!r}, {id_}, {type_}, {body}, {place}, {key})")


class _Compiler(Compiling):
    """Compiles the parts of one export mapping."""

    def __init__(self, file: YamlFile, model: ExportFile, variables: Mapping[str, Any]) -> None:
        self.model = model
        super().__init__(file, model, {name: remembered(each, name) for name, each in NAMES.items()}, variables)

    def exporter(self, name: str, where: Path) -> Exporter:
        return Mapper(
            name=name,
            path=where,
            instance="",
            headers=frozenset(),
            decode=decoded,
            split=whole,
            ignores=self.ignores(),
            rules=self.choice([self._rule(each, rule) for each, rule in self.model.messages.items()]),
            picks=True,
        )

    def _rule(self, name: str, model: MessageRule) -> Rule[Mapped]:
        at: Location = ("messages", name)
        when = {"all": [_of(model.types), model.when]} if "$type" in model.when else {**_of(model.types), **model.when}
        return Rule(
            name=name,
            where=self.file.where(at),
            when=self.values.condition(when, (*at, "when")),
            split=self.rule_splitter(model.split, (*at, "split")),
            build=Code(self._message(name, model, at).write),
        )

    def _message(self, name: str, model: MessageRule, at: Location) -> Message:
        values, headers = self.values, (*at, "headers")
        return Message(
            name=name,
            id=self._text(model.id, (*at, "id"), "an id") if model.id else _own_id(name),
            type=self._text(model.type or f"mapped.{name}", (*at, "type"), "a type"),
            body=values.required(model.body, (*at, "body")),
            topic=self._text(model.topic, (*at, "topic"), "a topic"),
            method=model.method,
            path=self._path(model.path, (*at, "path")),
            headers=_texts(values.members(model.headers, headers), self.file.where(headers)),
            key=self._text(model.key, (*at, "key"), "a key"),
        )

    def _text(self, node: Any, at: Location, what: str) -> Closure:
        if node is None:
            return _NONE
        where = self.file.where(at)
        return needed(text_only(self.values.optional(node, at), where, what), where)

    def _path(self, template: str | None, at: Location) -> Closure:
        if template is None:
            return _NONE
        return _passed(self._text(template, at, "a path"), path(template), self.file.where(at))


def _of(types: Types) -> dict[str, Any]:
    """The condition that an event is of one of some types, which are written out where they are known."""
    wanted = selected(types)
    known = [name for name in EVENTS if wanted(name)]
    custom = [each for each in types if possibly_custom(each)]
    if not custom:
        return {"$type": known}
    patterns = "|".join(re.escape(each.removesuffix("*")) + (".*" if each.endswith("*") else "") for each in custom)
    return {"any": [{"$type": known}, {"$type": {"matches": patterns}}]}


def _own_id(name: str) -> Closure:
    """What a message is called that says no id of its own."""

    def made(scope: Scope) -> str:
        context = scope["context"]
        return named_id([context["source"], context["id"], name])

    return made


def _texts(headers: Closure, where: str) -> Closure:
    """Headers, each of them a text; what is no visible ASCII is percent-encoded, as in CloudEvents over HTTP."""

    def checked(found: dict[str, Any]) -> dict[str, str]:
        for name, value in found.items():
            if not isinstance(value, str):
                raise Failure(f"{shown(value)} cannot be the header {name}")
        return {name: quote(value, safe=_VISIBLE) for name, value in found.items()}

    return _passed(headers, checked, where)


def _passed(closure: Closure, check: Callable[[Any], Any], where: str) -> Closure:
    """What a check gives of a value, at a place of the file."""

    def write(function: Function) -> str:
        value = function.value(closure)
        with function.at(where):
            return function.assign(f"{function.bind(check)}({value})")

    return folded(Code(write), [closure])
