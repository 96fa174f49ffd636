"""Types of settings: durations, sizes, words, and those of one of many kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters import plain
from adapters.settings.markers import (
    AfterValidator,
    Aside,
    BeforeValidator,
    Field,
    Instead,
    Read,
    Undecided,
    full_markers,
    placed,
)
from adapters.settings.model import Settings

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


def _with_unit(units: dict[str, Any], example: str) -> BeforeValidator:
    pattern = re.compile(rf"(\d+(?:\.\d+)?)\s*({'|'.join(units)})")

    def parse(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if (match := pattern.fullmatch(value.strip())) is None:
            raise ValueError(f"expected a number with a unit ({', '.join(units)}), such as {example}")
        return float(match[1]) * units[match[2]]

    return BeforeValidator(parse, str | float)


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

    def read(self, _inner: Read) -> Read:
        """Reads by the model."""
        return lambda value, context: self.model(value).model_read(value, context)

    def full(self) -> Any:
        """The same for pydantic."""
        return full_markers().OneOf(self.model, self._table)

    def model(self, value: Any) -> type[Settings]:
        """The model of what is written; raises ValueError where its word is not in the table."""
        if not isinstance(value, dict):
            raise Undecided
        every = f"there are {', '.join(self._table)}"
        if "type" not in value:
            raise placed("'type' is missing", (), every)
        if (word := str(value["type"])) not in self._table:
            raise placed("there is no such type", ("type",), plain.suggestion(word, self._table) or every)
        return self._table[word]()


class Expected(Aside):
    """Annotates a text whose pattern is told in words to whom it does not match: `a path such as /jenkins`."""

    def __init__(self, words: str) -> None:
        self._words = words

    def full(self) -> Any:
        """The same for pydantic."""
        return full_markers().Worded(self._words)


AwareDatetime = Annotated[datetime, Instead("AwareDatetime")]
"""A time with its zone."""

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
