"""Shorthand for tests of the mapping language."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import orjson

from adapters import yamlfile
from adapters.errors import ConfigError
from adapters.mapping import Translator
from adapters.mapping.closures import Names, pipeline
from adapters.mapping.compiler import compiled
from adapters.mapping.scope import Constant
from adapters.mapping.syntax import expression
from adapters.model import CDEvent, Notification

INSTANCE = "https://tool.example.com/"
HEARD = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def mapping(text: str, **variables: Any) -> Translator:
    """The translator of a mapping written in a test."""
    return compiled(yamlfile.parse(dedent(text), "test.yaml"), "test", Path("test.yaml"), INSTANCE, variables)


def problems(text: str, **variables: Any) -> list[str]:
    """What is wrong with a mapping written in a test."""
    try:
        mapping(text, **variables)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


def notification(body: Any, **headers: str) -> Notification:
    """A notification with a body of bytes, or of a value as JSON."""
    return Notification("test", body if isinstance(body, bytes) else orjson.dumps(body), HEARD, headers)


def events(translator: Translator, body: Any) -> tuple[CDEvent, ...]:
    """The events of one body, from which nothing was in error."""
    translation = translator.translate(notification(body))
    assert translation.errors == ()
    return translation.events


def evaluate(text: str, scope: dict[str, Any], **names: Any) -> Any:
    """The value of an expression over a scope."""
    tables = names.pop("tables", {})
    return pipeline(expression(text), Names({name: Constant(value) for name, value in names.items()}, tables))(scope)
