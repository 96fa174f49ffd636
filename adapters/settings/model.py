"""What every settings model shares: it is frozen, and an unknown key is an error.

A model is written as one of pydantic, and is none: what is plainly right is read without, since to import pydantic and
to build its models takes as long as the rest of a start. What is not, pydantic reads, and says what is wrong with it.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Annotated, Any, ClassVar, Self, cast, dataclass_transform, get_args, get_origin

import orjson

from adapters.settings.markers import MODE, Read, Undecided
from adapters.settings.reading import reader

_TOLD = "_told"
_NONE = object()


@dataclass(frozen=True, slots=True)
class Part:
    """One field: its type with what is said of it, what it is called in a file, and what it is where nobody says."""

    whole: Any
    alias: str | None
    read: Read
    default: Any = _NONE

    @property
    def annotation(self) -> Any:
        """The type alone."""
        return get_args(self.whole)[0] if get_origin(self.whole) is Annotated else self.whole

    @property
    def required(self) -> bool:
        """Whether it has to be said."""
        return self.default is _NONE


class _Fields:
    """The fields of a model, by their names."""

    def __get__(self, _instance: object, model: type[Settings]) -> Mapping[str, Part]:
        return _parts(model)


def _apart(name: str, annotation: Any) -> bool:
    return name.startswith("_") or str(annotation).startswith("ClassVar")


@dataclass_transform(kw_only_default=True)
class ModelType(type):
    """Keeps the fields of a model, and reads nothing of them until they are asked for."""

    model_declared: Mapping[str, Any]
    model_defaults: Mapping[str, Any]

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
        """A model; one of pydantic is left as it is."""
        if cls is ModelType:
            if strange := [key for key, each in namespace.items() if type(each).__module__.startswith("pydantic")]:
                raise TypeError(f"{name}.{strange[0]}: what is read has its marker from adapters.settings")
            declared = namespace.pop("__annotations__", {})
            if not all(isinstance(type_, str) for type_ in declared.values()):
                raise TypeError(f"{name}: types are read when they are needed: from __future__ import annotations")
            fields = {name: type_ for name, type_ in declared.items() if not _apart(name, type_)}
            namespace["model_declared"] = fields
            namespace["model_defaults"] = {name: namespace.pop(name) for name in fields if name in namespace}
        return super().__new__(cls, name, bases, namespace)


class Settings(metaclass=ModelType):
    """Base of every part of a configuration."""

    model_fields: ClassVar[Any] = _Fields()
    model_config: ClassVar[Any] = {}

    def __init__(self, **given: Any) -> None:
        """Raises pydantic's ValidationError."""
        self.__dict__.update(type(self).model_validate(given).__dict__)

    @classmethod
    def model_validate(cls, value: Any, *, context: Any = None) -> Self:
        """The model that is written as a value; raises pydantic's ValidationError. `context` is for validators."""
        try:
            return cls.model_read(value, context)
        except ValueError:
            pass
        full = _full()
        return cast("Self", full.light_value(full.full_model(cls).model_validate(value, context=context)))

    @classmethod
    def model_read(cls, value: Any, context: Any) -> Self:
        """The same, of what is plainly right; raises ValueError where that is for pydantic to say."""
        if isinstance(value, cls):
            return value
        for before in validators(cls, "before"):
            value = before.__get__(None, cls)(value)
        if type(value) is not dict:
            raise Undecided
        parts, told = _parts(cls), {}
        for name, part in parts.items():
            if (key := part.alias or name) in value:
                told[name] = part.read(value[key], context)
            elif part.required:
                raise Undecided
        if len(told) != len(value):
            raise Undecided
        made = cls.model_made(told)
        for after in validators(cls, "after"):
            after(made)
        return made

    @classmethod
    def model_made(cls, told: Mapping[str, Any]) -> Self:
        """A model of the fields that are told, which are not checked."""
        made = cls.__new__(cls)
        for name, part in _parts(cls).items():
            if name in told or not part.required:
                made.__dict__[name] = told[name] if name in told else _copied(part.default)
        made.__dict__[_TOLD] = frozenset(told)
        return made

    @classmethod
    def model_construct(cls, **told: Any) -> Self:
        """The same, as pydantic has it."""
        return cls.model_made(told)

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """A model that differs in some fields, which are not checked."""
        made = copy.copy(self)
        made.__dict__.update(update)
        made.__dict__[_TOLD] = self.model_fields_set | update.keys()
        return made

    @property
    def model_fields_set(self) -> frozenset[str]:
        """The fields that somebody said."""
        return cast("frozenset[str]", self.__dict__[_TOLD])

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """As pydantic has it."""
        return cast("dict[str, Any]", _full().full_value(self).model_dump(**options))

    def model_dump_json(self, **options: Any) -> str:
        """As pydantic has it."""
        return cast("str", _full().full_value(self).model_dump_json(**options))

    @classmethod
    def model_validate_json(cls, text: str | bytes) -> Self:
        """As pydantic has it."""
        try:
            return cls.model_read(orjson.loads(text), None)
        except ValueError:
            pass
        return cast("Self", _full().light_value(_full().full_model(cls).model_validate_json(text)))

    @classmethod
    def model_json_schema(cls, **options: Any) -> dict[str, Any]:
        """As pydantic has it."""
        return cast("dict[str, Any]", _full().full_model(cls).model_json_schema(**options))

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((name, self.__dict__[name]) for name in _parts(type(self)) if name in self.__dict__)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} is frozen")
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and [*self] == [*other]

    def __hash__(self) -> int:
        return hash((type(self), *self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self)})"


def _copied(default: Any) -> Any:
    return copy.deepcopy(default) if isinstance(default, list | dict) and default else default


@cache
def _parts(model: type[Settings]) -> Mapping[str, Part]:
    """The fields of a model and of those that it extends, these first."""
    parts: dict[str, Part] = {}
    for each in reversed(model.__mro__):
        if type(each) is ModelType:
            parts |= _own(each)
    return parts


@cache
def _own(model: ModelType) -> Mapping[str, Part]:
    """The fields that a model has itself: the types of all that are texts are read at once, which is quick."""
    declared = model.model_declared
    written = ", ".join(f"{name!r}: ({type_})" for name, type_ in declared.items() if isinstance(type_, str))
    texts = eval(f"{{{written}}}", vars(sys.modules[model.__module__]))  # noqa: S307 - the annotations of our own classes
    types = {**declared, **texts}
    return {name: _part(type_, model.model_defaults.get(name, _NONE)) for name, type_ in types.items()}


def _part(type_: Any, default: Any) -> Part:
    markers = get_args(type_)[1:] if get_origin(type_) is Annotated else ()
    alias = next(filter(None, (getattr(each, "alias", None) for each in markers)), None)
    return Part(type_, alias, reader(type_), default)


@cache
def validators(model: type[Settings], mode: str) -> list[Callable[..., Any]]:
    """What checks all of a model, in the order in which it is written, those of models that it extends first."""
    named: dict[str, Callable[..., Any]] = {}
    for each in reversed(model.__mro__):
        if type(each) is ModelType:
            named |= {name: found for name, found in vars(each).items() if getattr(found, MODE, None) == mode}
    return [*named.values()]


def _full() -> Any:
    return import_module("adapters.settings.full")
