"""What reads a value of a type, without pydantic: what is plainly right.

All else is Undecided, and left to pydantic: what is wrong, for it says how, and types that are not known here. What is
read here, pydantic reads the same (tests/settings/test_reading.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from adapters.settings.markers import Read, SecretStr, Undecided

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_HALF = re.compile("[\\ud800-\\udfff]")
_TRUTH = {"true": True, "false": False}
_LARGE = 2.0**53
"""Up to which a float is a whole number exactly."""


def reader(annotation: Any) -> Read:
    """What reads values of a type; of one that is not known here, none."""
    origin = get_origin(annotation)
    if origin in _GENERIC:
        return _GENERIC[origin](get_args(annotation))
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _chosen([*annotation])
    return getattr(annotation, "model_read", _undecided)


def _anything(value: Any, _context: Any) -> Any:
    return value


def _undecided(_value: Any, _context: Any) -> Any:
    raise Undecided


def _none(value: Any, _context: Any) -> None:
    if value is not None:
        raise Undecided


def encodable(text: str) -> bool:
    """Whether a text is one in UTF-8: bytes of the environment that are not are halves of characters in Python."""
    return text.isascii() or _HALF.search(text) is None


def _str(value: Any, _context: Any) -> str:
    if type(value) is str and encodable(value):
        return value
    raise Undecided


def _int(value: Any, _context: Any) -> int:
    """A number, as of `1.5MiB`, or the text of one, as of a variable of the environment."""
    if type(value) is int:
        return value
    if (type(value) is float and value.is_integer() and abs(value) < _LARGE) or _is_text(_WHOLE, value):
        return int(value)
    raise Undecided


def _float(value: Any, _context: Any) -> float:
    if type(value) is float:
        return value
    if (type(value) is int and abs(value) < _LARGE) or _is_text(_NUMBER, value):
        return float(value)
    raise Undecided


def _bool(value: Any, _context: Any) -> bool:
    if type(value) is bool:
        return value
    if type(value) is str and value in _TRUTH:
        return _TRUTH[value]
    raise Undecided


def _is_text(pattern: re.Pattern[str], value: Any) -> bool:
    return type(value) is str and pattern.fullmatch(value) is not None


def _path(value: Any, _context: Any) -> Path:
    if type(value) is str or isinstance(value, Path):
        return Path(value)
    raise Undecided


def _secret(value: Any, _context: Any) -> SecretStr:
    if type(value) is str and encodable(value):
        return SecretStr(value)
    if isinstance(value, SecretStr):
        return value
    raise Undecided


def _annotated(arguments: Sequence[Any]) -> Read:
    read = reader(arguments[0])
    for marker in arguments[1:]:
        read = marker.read(read) if hasattr(marker, "read") else _undecided
    return read


def _chosen(choices: Sequence[Any]) -> Read:
    """One of some values; a member of an enumeration is also written as its value."""
    members = {(type(each), each): each for each in choices}
    written = {(type(each.value), each.value): each for each in choices if isinstance(each, Enum)}
    known = {**written, **members}

    def read(value: Any, _context: Any) -> Any:
        if not isinstance(value, str | int) or (found := known.get((type(value), value), known)) is known:
            raise Undecided
        return found

    return read


def _union(arguments: Sequence[Any]) -> Read:
    """The one that takes a value; of several that do, the one that leaves it as it is."""
    readers = [reader(each) for each in arguments]

    def read(value: Any, context: Any) -> Any:
        found = []
        for each in readers:
            with suppress(ValueError):
                found.append(each(value, context))
        same = [each for each in found if each is value]
        if len(found) == 1 or same:
            return (same or found)[0]
        raise Undecided

    return read


def _list(arguments: Sequence[Any]) -> Read:
    read = reader(arguments[0])

    def items(value: Any, context: Any) -> Any:
        if type(value) is not list:
            raise Undecided
        return [read(each, context) for each in value]

    return items


def _tuple(arguments: Sequence[Any]) -> Read:
    if arguments[1:] != (...,):
        return _undecided
    read = reader(arguments[0])

    def items(value: Any, context: Any) -> Any:
        if type(value) is not list and type(value) is not tuple:
            raise Undecided
        return tuple(read(each, context) for each in value)

    return items


def _dict(arguments: Sequence[Any]) -> Read:
    key, read = map(reader, arguments)

    def members(value: Any, context: Any) -> Any:
        if type(value) is not dict:
            raise Undecided
        return {key(name, context): read(each, context) for name, each in value.items()}

    return members


_GENERIC: Mapping[Any, Callable[[Sequence[Any]], Read]] = {
    Annotated: _annotated,
    Literal: _chosen,
    Union: _union,
    UnionType: _union,
    list: _list,
    tuple: _tuple,
    dict: _dict,
}
_SIMPLE: Mapping[Any, Read] = {
    Any: _anything,
    NoneType: _none,
    str: _str,
    int: _int,
    float: _float,
    bool: _bool,
    Path: _path,
    SecretStr: _secret,
}
