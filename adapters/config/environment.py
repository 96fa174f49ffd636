"""Settings that variables of the environment say, whatever a file says: `CDEVENTS_ADAPTERS__SINKS__HTTP__URL=...`."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from adapters import plain
from adapters.config.models import Config
from adapters.errors import AdapterError, Problem
from adapters.settings.reading import encodable
from adapters.yamlfile import DEEPEST, Location, Mark, YamlFile

PREFIX = "CDEVENTS_ADAPTERS__"
"""What the name of such a variable begins with; the steps to a setting follow, with `__` between them."""

_NAMED = {"sources": "source", "sinks": "sink", "routes": "route", "shadows": "shadow"}
_NEARLY = re.compile(rf"{PREFIX[:-1]}({'|'.join(Config.model_fields)})__.+", re.IGNORECASE)
_JSON = ("{", "[", '"')


class _Astray(AdapterError):
    """A variable leads to no setting: why, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def overridden(file: YamlFile, environ: Mapping[str, str]) -> tuple[YamlFile, list[Problem]]:
    """The document with what the environment says, the mark of which is the variable; what is deeper counts last.

    And a problem for every variable that leads nowhere.

    A step is a key in any case, with `_` for each character that no variable may have; one that the file has not is in
    small letters. A value is text, as that of `${env:NAME}`, or JSON where it begins with `{`, `[` or `"`.
    """
    problems: list[Problem] = []
    if not isinstance(file.data, dict):
        return file, problems
    data, marks = copy.deepcopy(file.data), dict(file.marks)
    said: dict[Location, str] = {}
    for variable in sorted(filter(_is_meant, environ), key=lambda name: (name.count("__"), name)):
        try:
            at = _place(variable, data)
            if (other := said.setdefault(at, variable)) is not variable:
                raise _twice(other)
            _put(data, marks, at, _value(environ[variable]), Mark(variable, 0, 0))
        except _Astray as error:
            problems.append(Problem(variable, error.message, error.hint))
    return replace(file, data=data, marks=marks), problems


def _is_meant(variable: str) -> bool:
    return variable.upper().startswith(PREFIX) or _NEARLY.fullmatch(variable) is not None


def _place(variable: str, data: Any) -> Location:
    """The keys that a variable's steps stand for."""
    if not variable.upper().startswith(PREFIX):
        raise _Astray("it sets nothing", f"what sets one begins with {PREFIX}, with two '_' behind it")
    at: list[str] = []
    *steps, last = variable[len(PREFIX) :].split("__")
    node = data
    for step in steps:
        key = _key(step, node)
        if len(at) == 1 and at[0] in _NAMED and key not in (node or {}):
            raise _unknown(at[0], key, node)
        at.append(key)
        node = node.get(key) if isinstance(node, dict) else None
    return (*at, _key(last, node))


def _key(step: str, node: Any) -> str:
    """The key of an object that a step stands for: one that it has, or else a new one."""
    if not step.strip("_") or step != step.strip("_"):
        raise _Astray("a step of its name is empty, or has '_' at an end", "steps have '__' between them, and no more")
    if node is not None and not isinstance(node, dict):
        raise _Astray(f"there is no '{step.lower()}' in a value that is no object", "write all of that value, as JSON")
    found = [key for key in node or {} if _written(key) == step.upper()]
    if len(found) > 1:
        raise _Astray(f"it may mean {' or '.join(map(repr, found))}", "write what is around it, as JSON")
    return found[0] if found else step.lower()


def _written(key: Any) -> str:
    """As a variable may have it."""
    return re.sub("[^A-Za-z0-9]", "_", str(key)).upper()


def _unknown(section: str, key: str, node: Any) -> _Astray:
    hint = plain.suggestion(key, node or ())
    new = f"a new one is one object as JSON, in {PREFIX}{section.upper()}__{key.upper()}"
    return _Astray(f"there is no {_NAMED[section]} '{key}'", hint or new)


def _twice(other: str) -> _Astray:
    return _Astray(f"{other} says the same setting", "leave one of them out")


def _value(text: str) -> Any:
    value = _parsed(text) if text.lstrip().startswith(_JSON) else text
    if not _within(DEEPEST, value):
        raise _Astray(f"its value is nested deeper than {DEEPEST}")
    if not encodable(json.dumps(value, ensure_ascii=False)):
        raise _Astray("its value is not UTF-8 text")
    return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        where = f", at {error.lineno}:{error.colno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else ""
        hint = "what begins with { or [ is JSON; a text that does so is written in quotation marks"
        raise _Astray(f"its value is no JSON{where}", hint) from None


def _within(levels: int, value: Any) -> bool:
    """Whether a value has no more levels than that."""
    inner = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return not inner or (levels > 0 and all(_within(levels - 1, each) for each in inner))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _Astray(f"'{key}' is written twice in its value")
        result[key] = value
    return result


def _put(data: Any, marks: dict[Location, Mark], at: Location, value: Any, mark: Mark) -> None:
    for place in [place for place in marks if place[: len(at)] == at]:
        del marks[place]
    node = data
    for end, key in enumerate(at[:-1], start=1):
        if node.get(key) is None:
            node[key] = {}
            marks.setdefault(at[:end], mark)
        node = node[key]
    node[at[-1]] = value
    marks.update(dict.fromkeys(_places(value, at), mark))


def _places(value: Any, at: Location) -> Iterator[Location]:
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _places(each, (*at, key))
