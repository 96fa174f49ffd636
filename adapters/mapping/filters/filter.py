"""What a filter is: a pure function whose annotations say which values and arguments it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, NoReturn, get_args, get_origin, get_type_hints

import orjson

from adapters.mapping.failures import Absent, Failure, kind, shown

ERRORS = (ValueError, OverflowError, OSError, orjson.JSONEncodeError)
"""What a filter's function raises for a value that it cannot take."""


class Known(str):
    """Marks a parameter as text that is known, and checked, when the mapping loads: a regular expression, a path."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument that a filter takes. `check` raises ValueError for one that it never does, whatever the value."""

    name: str
    types: tuple[type, ...]
    required: bool
    variadic: bool
    known: bool = False
    check: Callable[[Any], object] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter by its name in mappings; `gives` are the types of what it finds, none where that may be anything.

    With `may_miss` it may find nothing; values of the types that it `keeps` are what it makes of them. `prepared` makes
    of arguments that are known a function of the value alone.
    """

    name: str
    function: Callable[..., Any]
    accepts: tuple[type, ...]
    parameters: tuple[Parameter, ...]
    gives: tuple[type, ...] = ()
    may_miss: bool = True
    keeps: tuple[type, ...] = ()
    prepared: Callable[..., Callable[[Any], Any]] | None = None

    def __call__(self, value: Any, arguments: Sequence[Any]) -> Any:
        """The filtered value; Absent where it finds nothing; raises Failure for a value that it cannot take."""
        if self.accepts and type(value) not in self.accepts:
            self.refuse(value)
        try:
            return self.function(value, *arguments)
        except ERRORS as error:
            raise Failure(f"{self.name}: {error}") from None

    def refuse(self, value: Any) -> NoReturn:
        """Raises Failure for a value of the wrong kind."""
        raise Failure(f"{self.name} takes {_kinds(self.accepts)}, found {shown(value)}")

    @property
    def signature(self) -> str:
        """How to write it: `split(separator, index)`."""
        words = [
            f"{'...' if each.variadic else ''}{each.name}{'' if each.required else '?'}" for each in self.parameters
        ]
        return f"{self.name}({', '.join(words)})" if words else self.name


def described(
    name: str,
    function: Callable[..., Any],
    keeps: tuple[type, ...] = (),
    prepared: Callable[..., Callable[[Any], Any]] | None = None,
) -> Filter:
    """A filter read off a function's signature, and what is known of it."""
    hints = get_type_hints(function, include_extras=True)
    first, *others = inspect.signature(function).parameters.values()
    parameters = [
        Parameter(
            each.name,
            _types(hints[each.name]),
            _required(each),
            each.kind is each.VAR_POSITIONAL,
            hints[each.name] is Known,
            *getattr(hints[each.name], "__metadata__", ()),
        )
        for each in others
    ]
    given = _types(hints["return"])
    gives = tuple(each for each in given if each is not Absent)
    may_miss, accepts = given == () or gives != given, _types(hints[first.name])
    return Filter(name, function, accepts, tuple(parameters), gives, may_miss, keeps, prepared)


def _required(parameter: inspect.Parameter) -> bool:
    return parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL


def _types(hint: Any) -> tuple[type, ...]:
    """The concrete types of an annotation; none for Any."""
    if hint is Any:
        return ()
    if get_origin(hint) is Annotated:
        return _types(get_args(hint)[0])
    members = get_args(hint) if isinstance(hint, UnionType) else (str if hint is Known else hint,)
    return tuple(get_origin(member) or member for member in members if member is not type(None))


def _kinds(types: tuple[type, ...]) -> str:
    return " or ".join(dict.fromkeys(map(kind, types)))
