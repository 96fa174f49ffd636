"""Imports that wait until they are needed: a sidecar pays for what it is configured to do, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from adapters.settings import Settings


def late(module: str, maker: str) -> Callable[..., Any]:
    """Calls the maker of that name in a module, which is imported only then."""

    def make(*arguments: Any) -> Any:
        return named(module, maker)(*arguments)

    return make


def named(module: str, name: str) -> Any:
    """What has that name in a module, which is imported now."""
    return getattr(import_module(module), name)


def settings(module: str, model: str) -> Any:
    """The type of a field whose settings are that model of a module, which is imported when the field is set."""
    return Annotated[Settings, _Late(lambda: named(module, model))]


class _Late:
    """Validates by a model that is asked for when there is something to validate, or a JSON Schema to write."""

    def __init__(self, find: Callable[[], type[Settings]]) -> None:
        self._find = find

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validated)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # Within one that has definitions it is one of them, and not written out for each field.
        return handler(core_schema.definitions_schema(self._find().__pydantic_core_schema__, []))

    def _validated(self, value: Any, info: ValidationInfo) -> Settings:
        return self._find().model_validate(value, context=info.context)
