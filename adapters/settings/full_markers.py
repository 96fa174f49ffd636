"""What pydantic is told of the markers that it has not itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from adapters.settings.full import full_model, full_type
from adapters.settings.model import Settings


def before(make: Callable[[Any], Any], written: Any) -> BeforeValidator:
    """A validator that makes what is read of what is written, which is of a type."""
    return BeforeValidator(make, json_schema_input_type=full_type(written))


class OneOf:
    """Validates by a model that is found by what is written; a JSON Schema has all of a table."""

    def __init__(
        self, model: Callable[[Any], type[Settings]], table: Mapping[str, Callable[[], type[Settings]]]
    ) -> None:
        self._model, self._table = model, table

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validated)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        choices: dict[Any, CoreSchema] = {name: _schema_of(find()) for name, find in self._table.items()}
        return handler(core_schema.tagged_union_schema(choices, discriminator="type"))

    def _validated(self, value: Any, info: ValidationInfo) -> Settings:
        if not isinstance(value, dict):
            raise PydanticKnownError("dict_type")
        return self._model(value).model_validate(value, context=info.context)


class Late:
    """Validates by a model that is asked for when there is something to validate, or a JSON Schema to write."""

    def __init__(self, find: Callable[[], type[Settings]]) -> None:
        self._find = find

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validated)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # Within one that has definitions it is one of them, and not written out for each field.
        return handler(core_schema.definitions_schema(_schema_of(self._find()), []))

    def _validated(self, value: Any, info: ValidationInfo) -> Settings:
        return self._find().model_validate(value, context=info.context)


class Worded:
    """Tells in words to whom a text's pattern does not match."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._check, handler(source))

    def _check(self, value: Any, inner: Any) -> Any:
        try:
            return inner(value)
        except ValidationError as error:
            if error.errors(include_url=False)[0]["type"] != "string_pattern_mismatch":
                raise
            raise ValueError(f"expected {self._words}") from None


def _schema_of(model: type[Settings]) -> Any:
    return full_model(model).__pydantic_core_schema__
