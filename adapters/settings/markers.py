"""What settings say of a value beside its type, under pydantic's names: what reads them at a start is not pydantic.

Each marker is told twice of the same: `read` makes what reads a value, `full` what pydantic is told.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Literal, NamedTuple, TypeVar, cast

Read = Callable[[Any, Any], Any]
"""Makes of what is written, and of a context, what is meant. Raises ValueError where that is for pydantic to say."""

Validator = TypeVar("Validator")


class Undecided(ValueError):
    """What is written is wrong, or is read by pydantic alone."""


class Info(NamedTuple):
    """What a wrapping validator is told beside the value."""

    context: Any


class SecretStr:
    """A text that is not shown."""

    def __init__(self, value: str) -> None:
        self._secret_value = value

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._secret_value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and self.get_secret_value() == other.get_secret_value()

    def __hash__(self) -> int:
        return hash(self._secret_value)

    def __len__(self) -> int:
        return len(self._secret_value)

    def __str__(self) -> str:
        return "**********" if self._secret_value else ""

    def __repr__(self) -> str:
        return f"SecretStr('{self}')"


_END = re.compile(r"(?<!\\)\$$")
"""The end of a text, as pydantic has it: Python's own `$` is also before a last line feed."""

_BOUNDS: Mapping[str, Callable[[Any, Any], object]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "min_length": lambda value, bound: len(value) >= bound,
    "max_length": lambda value, bound: len(value) <= bound,
    "pattern": lambda value, bound: re.search(_END.sub(r"\\Z", bound), value),
}


class Field:
    """Bounds of a value, how it is called in a file, and what editors tell of it."""

    def __init__(self, *, alias: str | None = None, **told: Any) -> None:
        self.alias, self._told = alias, told

    def read(self, inner: Read) -> Read:
        """Lets through what is within the bounds."""
        bounds = [(_BOUNDS[name], bound) for name, bound in self._told.items() if name in _BOUNDS]

        def read(value: Any, context: Any) -> Any:
            found = inner(value, context)
            if not all(holds(found, bound) for holds, bound in bounds):
                raise Undecided
            return found

        return read if bounds else inner

    def full(self) -> Any:
        """The same for pydantic."""
        told = self._told if self.alias is None else {"alias": self.alias, **self._told}
        return pydantic().Field(**told)


class AfterValidator:
    """Calls a function with what was read, for what is meant; raises ValueError where that is wrong."""

    def __init__(self, check: Callable[[Any], Any]) -> None:
        self._check = check

    def read(self, inner: Read) -> Read:
        """Calls it."""
        return lambda value, context: self._check(inner(value, context))

    def full(self) -> Any:
        """The same for pydantic."""
        return pydantic().AfterValidator(self._check)


class BeforeValidator:
    """Calls a function with what is written, for what is read then; `written` is its type, for editors."""

    def __init__(self, make: Callable[[Any], Any], written: Any) -> None:
        self._make, self._written = make, written

    def read(self, inner: Read) -> Read:
        """Calls it."""
        return lambda value, context: inner(self._make(value), context)

    def full(self) -> Any:
        """The same for pydantic."""
        return full_markers().before(self._make, self._written)


class WrapValidator:
    """Calls a function with what is written, with what reads it, and with an Info."""

    def __init__(self, around: Callable[[Any, Callable[[Any], Any], Info], Any]) -> None:
        self._around = around

    def read(self, inner: Read) -> Read:
        """Calls it."""
        return lambda value, context: self._around(value, lambda given: inner(given, context), Info(context))

    def full(self) -> Any:
        """The same for pydantic."""
        return pydantic().WrapValidator(self._around)


class Aside:
    """A marker that changes nothing of what is read: it tells pydantic something."""

    def read(self, inner: Read) -> Read:
        """Reads the same."""
        return inner


class Instead(Aside):
    """Marks a type that pydantic has under that name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def type_(self) -> Any:
        """The type that pydantic has."""
        return getattr(pydantic(), self._name)


class Only(Aside):
    """A marker that means something to pydantic alone: the one of that name, made of some values."""

    def __init__(self, name: str, *values: Any) -> None:
        self._name, self._values = name, values

    def full(self) -> Any:
        """The one of pydantic."""
        return getattr(pydantic(), self._name)(*self._values)


def model_validator(*, mode: Literal["before", "after"]) -> Callable[[Validator], Validator]:
    """Marks a method that checks all of a model, or, as a class method, makes what is read of what is written."""

    def marked(validator: Validator) -> Validator:
        setattr(validator, MODE, mode)
        return validator

    return marked


MODE = "_validates"
"""The attribute of such a method that has its mode."""


def pydantic() -> Any:
    """The library, imported when it is asked for."""
    return import_module("pydantic")


def full_markers() -> Any:
    """What pydantic is told of markers that it has not itself, imported when it is asked for."""
    return import_module("adapters.settings.full_markers")


def told(error: ValueError) -> list[dict[str, Any]]:
    """What is wrong, as a ValidationError of pydantic tells it, and in a validator's own words."""
    found = cast("list[dict[str, Any]]", cast("Any", error).errors(include_url=False))
    return [{**each, "msg": each["msg"].removeprefix("Value error, ")} for each in found]


def placed(message: str, at: Sequence[str | int], hint: str = "") -> Exception:
    """What a model's validator raises for what is wrong at a place in it."""
    error: Exception = import_module("pydantic_core").PydanticCustomError(
        "placed", "{message}", {"message": message, "at": tuple(at), "hint": hint}
    )
    return error
