"""What every settings model shares: strictness, durations, sizes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from adapters import plain

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


class Settings(BaseModel):
    """Base of every part of a configuration: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


def _with_unit(units: dict[str, Any], example: str) -> BeforeValidator:
    pattern = re.compile(rf"(\d+(?:\.\d+)?)\s*({'|'.join(units)})")

    def parse(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if (match := pattern.fullmatch(value.strip())) is None:
            raise ValueError(f"expected a number with a unit ({', '.join(units)}), such as {example}")
        return float(match[1]) * units[match[2]]

    return BeforeValidator(parse, json_schema_input_type=str | float)


Duration = Annotated[float, _with_unit(_SECONDS, "30s")]
"""Seconds, written as `250ms`, `30s`, `5m`, `12h` or `7d`."""

Size = Annotated[int, _with_unit(_BYTES, "64MiB")]
"""Bytes, written as `512KiB`, `64MiB` or `2GiB`."""


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected a time zone's name, such as Europe/Berlin") from None
    return value


TimeZone = Annotated[str, AfterValidator(_known_zone)]
"""The name of a time zone, such as `Europe/Berlin`."""


class ByType:
    """Annotates a field whose settings are those that a table has for the word after its `type:`.

    A model is asked of the table when its word is met, and all of them are for a JSON Schema.
    """

    def __init__(self, table: Mapping[str, Callable[[], type[Settings]]]) -> None:
        self._table = table

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validated)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        choices: dict[Any, CoreSchema] = {name: find().__pydantic_core_schema__ for name, find in self._table.items()}
        return handler(core_schema.tagged_union_schema(choices, discriminator="type"))

    def _validated(self, value: Any, info: ValidationInfo) -> Settings:
        if not isinstance(value, dict):
            raise PydanticKnownError("dict_type")
        word = str(value.get("type"))
        if word not in self._table:
            raise self._unknown(value)
        return self._table[word]().model_validate(value, context=info.context)

    def _unknown(self, value: Mapping[str, Any]) -> Exception:
        every = f"there are {', '.join(self._table)}"
        if "type" not in value:
            return PydanticCustomError("placed", "'type' is missing", {"at": (), "hint": every})
        hint = plain.suggestion(str(value["type"]), self._table) or every
        return PydanticCustomError("placed", "there is no such type", {"at": ("type",), "hint": hint})


class Expected:
    """Annotates a text whose pattern is told in words to whom it does not match: `a path such as /jenkins`."""

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


Word = Annotated[str, Field(pattern=r"^[A-Za-z_][\w-]*$"), Expected("a word of letters, digits, - and _")]
"""A name that a user gives to something of their own."""


def _postgresql_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("expected a URL such as postgresql://ci@db.example.com/delivery?sslmode=verify-full")
    if ":" in parts.netloc.rpartition("@")[0]:
        raise ValueError("expected a URL without a password: write it under 'password'")
    return value


PostgresqlUrl = Annotated[str, AfterValidator(_postgresql_url)]
"""A connection URI as libpq has them, without a password."""
