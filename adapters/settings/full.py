"""Settings as models of pydantic, made of the same classes when something is wrong, to be written, or a JSON Schema."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

import pydantic
from pydantic import BaseModel, ConfigDict, TypeAdapter

from adapters.settings.markers import Instead, SecretStr
from adapters.settings.model import ModelType, Settings, validators


class _FullType(type(BaseModel), ModelType):  # type: ignore[misc]  # it has the methods of the class that it is made of
    pass


class _Full(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


@cache
def full_model(model: type[Settings]) -> type[BaseModel]:
    """The model of pydantic that has the same fields and validators."""
    parts = model.model_fields
    given = {name: full_value(part.default) for name, part in parts.items() if not part.required}
    checks = {
        each.__name__: pydantic.model_validator(mode=mode)(each)
        for mode in ("before", "after")
        for each in validators(model, mode)
    }
    namespace = {
        "__module__": model.__module__,
        "__qualname__": model.__qualname__,
        "__doc__": model.__doc__,
        "__annotations__": {name: full_type(part.whole) for name, part in parts.items()},
        "model_config": model.model_config,
    }
    return cast("type[BaseModel]", _FullType(model.__name__, (_Full, model), namespace | given | checks))


def full_type(annotation: Any) -> Any:
    """A type as pydantic is told it."""
    if isinstance(annotation, ModelType):
        return full_model(annotation)
    if annotation is SecretStr:
        return pydantic.SecretStr
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        base, *markers = arguments
        if isinstance(markers[0], Instead):
            return markers[0].type_()
        return Annotated[(full_type(base), *(each.full() if hasattr(each, "full") else each for each in markers))]
    if origin in (Union, UnionType):
        return Union[tuple(map(full_type, arguments))]  # noqa: UP007 - made, not written
    return origin[tuple(map(full_type, arguments))] if origin in (list, dict, tuple) else annotation


def checked(type_: Any, value: Any, *, context: Any = None) -> Any:
    """A value of a type, such as a text of a kind; raises ValidationError."""
    return light_value(TypeAdapter(full_type(type_)).validate_python(value, context=context))


def light_value(value: Any) -> Any:
    """What pydantic made, with settings as they are used."""
    match value:
        case _Full():
            model: type[Settings] = type(value).__bases__[1]
            told = {name: light_value(each) for name, each in vars(value).items()}
            made = model.model_made(told)
            made.__dict__["_told"] = frozenset(value.model_fields_set)
            return made
        case pydantic.SecretStr():
            return SecretStr(value.get_secret_value())
    return _within(value, light_value)


def full_value(value: Any) -> Any:
    """The way back, with nothing checked."""
    match value:
        case Settings() if not isinstance(value, _Full):
            made = full_model(type(value)).model_construct()
            made.__dict__.clear()
            made.__dict__.update({name: full_value(each) for name, each in value})
            object.__setattr__(made, "__pydantic_fields_set__", {*value.model_fields_set})
            return made
        case SecretStr():
            return pydantic.SecretStr(value.get_secret_value())
    return _within(value, full_value)


def _within(value: Any, change: Any) -> Any:
    if type(value) in (list, tuple):
        return type(value)(map(change, value))
    return {key: change(each) for key, each in value.items()} if type(value) is dict else value
