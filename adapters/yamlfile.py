"""YAML in which every value knows its line and column.

The subset is the safe one: YAML 1.2's core scalars (`no`, `on` and dates stay strings), no tags, no duplicate keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from adapters import plain
from adapters.errors import ConfigError, Problem
from adapters.settings import Settings, told

Location = tuple[str | int, ...]
"""A place in a document: the keys and indexes that lead to it."""

Finding = tuple[Location, str, str]
"""Where something is wrong, what is, and what to do."""

Placed = Callable[[Location, str, str], Problem]
"""Makes a problem of a place, of what is wrong there and of what to do; `YamlFile.problem` is one."""

Model = TypeVar("Model", bound=Settings)

DEEPEST = 100
"""Levels that a file may have."""

MOST = 100_000
"""Values that a file may have, those that aliases repeat counted each time."""

_SCALARS = {
    "tag:yaml.org,2002:null": r"~|null|Null|NULL|",
    "tag:yaml.org,2002:bool": r"true|True|TRUE|false|False|FALSE",
    "tag:yaml.org,2002:int": r"[-+]?[0-9]+",
    "tag:yaml.org,2002:float": r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
}


_KINDS = {
    "bool_type": "true or false",
    "dict_type": "an object",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "a list",
    "mapping_type": "an object",
    "model_type": "an object",
    "path_type": "a path",
    "string_type": "text",
    "tuple_type": "a list",
}
"""What a value is to be, by the error that says that it is of another type."""


class _CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml, where it is
    yaml_implicit_resolvers: dict[str, Any] = {}


for _tag, _pattern in _SCALARS.items():
    _CoreLoader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})$"), None)


class Mark(NamedTuple):
    """Where something stands: a file by its name, a line and a column, from 1; line 0 is a variable's."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A parsed document: `data` is plain Python, `marks` says where each place in it stands.

    It may be made of several files; `texts` has the text of each, by its name.
    """

    name: str
    data: Any
    marks: Mapping[Location, Mark]
    texts: Mapping[str, str] = field(default_factory=dict)

    def mark(self, location: Location) -> Mark | None:
        """Where a place stands, or the nearest one around it that is in a file."""
        around = (self.marks.get(location[:end]) for end in range(len(location), -1, -1))
        return next(filter(None, around), None)

    def where(self, location: Location) -> str:
        """`file:line:column` of a place, or of the nearest one around it that is in the file."""
        return str(self.mark(location) or self.name)

    def problem(self, location: Location, message: str, hint: str = "") -> Problem:
        """A problem at a place of this file, or of one that it includes."""
        mark = self.mark(location)
        included = f"included by {self.name}" if mark and mark.line and mark.file != self.name else ""
        return Problem(str(mark or self.name), message, "; ".join(filter(None, (hint, included))))

    def validate(self, model: type[Model], at: Location = (), context: Any = None) -> Model:
        """The document, or what is at a place of it, as a model; raises ConfigError with every problem where it is.

        `context` is for the model's validators.
        """
        try:
            return model.model_validate(reduce(lambda node, step: node[step], at, self.data), context=context)
        except ValueError as error:  # pydantic's own
            raise ConfigError(list(self._problems(error, model, at))) from None

    def _problems(self, error: Any, model: type[Settings], at: Location) -> Iterator[Problem]:
        kinds: dict[Location, dict[str, None]] = {}
        for detail in told(error):
            place: Location = detail.get("ctx", {}).get("at", ())
            location = self._in_file(at, (*detail["loc"], *place))
            message = detail["msg"]
            if (kind := _KINDS.get(detail["type"])) is not None:
                kinds.setdefault(location, {})[kind] = None
            elif detail["type"] == "extra_forbidden":
                message = f"unknown key '{detail['loc'][-1]}'"
                yield self.problem(location, message, _right_key(detail["loc"], model))
            elif detail["type"] == "missing":
                yield self.problem(location, f"'{detail['loc'][-1]}' is missing")
            elif detail["type"] in ("literal_error", "enum"):
                yield self.problem(location, *plain.choice(detail))
            else:
                yield self.problem(location, message, detail.get("ctx", {}).get("hint", ""))
        for location, found in kinds.items():
            yield self.problem(location, f"this is to be {' or '.join(found)}")

    def _in_file(self, at: Location, location: Location) -> Location:
        """A model's location, below a place, without the steps that pydantic adds for unions and validators."""
        kept: list[str | int] = [*at]
        for step in location:
            if (*kept, step) in self.marks:
                kept.append(step)
        return tuple(kept)


def shown(path: Path) -> str:
    """The path as the reader would write it: from the working directory, where it is below it."""
    here = Path.cwd()
    return str(path.resolve().relative_to(here)) if path.resolve().is_relative_to(here) else str(path)


def is_file(path: Path) -> bool:
    """Whether there is a file at a path; true also where that cannot be found out: to read it says why."""
    try:
        return path.is_file()
    except OSError:
        return True


def load(path: Path, name: str | None = None) -> YamlFile:
    """The YAML file at a path; raises ConfigError when it cannot be read or parsed."""
    name = name or str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text; save it as that"
        raise ConfigError([Problem(name, f"cannot be read: {reason}")]) from None
    return parse(text, name)


def parse(text: str, name: str) -> YamlFile:
    """A YAML text; raises ConfigError when it is not one document of the subset."""
    try:
        _check_depth(text)
        node = yaml.compose(text, Loader=_CoreLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ConfigError([Problem(where, *plain.syntax(error, text))]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError([Problem(f"{name}:{line}", f"is no text: {error.reason}")]) from None
    reader = _Reader(name)
    data = reader.value(node, ()) if node is not None else {}
    if reader.problems:
        raise ConfigError(reader.problems)
    return YamlFile(name, data, reader.marks, {name: text})


def _check_depth(text: str) -> None:
    """Raises MarkedYAMLError for a text that is nested too deeply: it is composed by recursion, without a bound."""
    depth = 0
    for event in yaml.parse(text, Loader=_CoreLoader):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem=f"is nested deeper than {DEEPEST}", problem_mark=event.start_mark)  # type: ignore[arg-type]


class _Reader:
    """Turns nodes into plain values, and notes where each one stood."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.marks: dict[Location, Mark] = {}
        self.problems: list[Problem] = []
        self.around: list[Node] = []

    def value(self, node: Node, at: Location) -> Any:
        if len(self.marks) > MOST:
            raise ConfigError([Problem(str(self._mark(node)), f"more than {MOST} values, aliases and all")])
        self.marks.setdefault(at, self._mark(node))
        if any(node is outer for outer in self.around):
            self._report(node, "this refers to itself")
            return None
        self.around.append(node)
        value = self._value(node, at)
        self.around.pop()
        return value

    def _value(self, node: Node, at: Location) -> Any:
        if isinstance(node, MappingNode):
            return self._mapping(node, at)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*at, index)) for index, item in enumerate(node.value)]
        return self._scalar(node) if isinstance(node, ScalarNode) else None

    def _mapping(self, node: MappingNode, at: Location) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._report(key_node, "a key must be a plain word")
                continue
            if key_node.value == "<<":
                self._report(key_node, "'<<' merges nothing in YAML 1.2: write the members out")
            if (key := key_node.value) in result:
                self._report(key_node, f"'{key}' is written twice")
            self.marks[(*at, key)] = self._mark(key_node)
            result[key] = self.value(value_node, (*at, key))
        return result

    def _scalar(self, node: ScalarNode) -> Any:
        try:
            return _scalar(node)
        except ValueError:
            number = node.tag.endswith((":int", ":float"))
            self._report(node, "no such number can be read" if number else f"the tag {node.tag} is not supported")
            return None

    def _report(self, node: Node, message: str) -> None:
        self.problems.append(Problem(str(self._mark(node)), message))

    def _mark(self, node: Node) -> Mark:
        return Mark(self.name, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(node: ScalarNode) -> Any:
    match node.tag.removeprefix("tag:yaml.org,2002:"):
        case "str":
            return node.value
        case "null":
            return None
        case "bool":
            return node.value.lower() == "true"
        case "int":
            return int(node.value)
        case "float":
            return float(node.value)
    raise ValueError(node.tag)


suggestion = plain.suggestion


def _right_key(at: Location, model: type[Settings]) -> str:
    word, known = str(at[-1]), field_names(model)
    beside = suggestion(word, model.model_fields) if len(at) == 1 else ""
    return beside or ("it is for another place" if word in known else suggestion(word, known))


def field_names(model: type[Settings]) -> set[str]:
    """Every key that a settings model and the models inside it know."""
    return set(_names(model.model_json_schema()))


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for part in schema.values():
            yield from _names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _names(part)
