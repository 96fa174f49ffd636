"""`${env:NAME}` and `${file:path}` in a configuration's strings, resolved before anything else looks at them.

No message ever holds a resolved value: a problem names the variable or the file, and where it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr

from adapters.errors import Problem
from adapters.yamlfile import Location, YamlFile

Secret = Annotated[SecretStr, Field(min_length=1)]
"""A value that is never shown. Empty is refused: it usually is a variable that somebody forgot to set."""

Secrets = Annotated[
    tuple[Secret, ...],
    BeforeValidator(lambda value: value if isinstance(value, list | tuple) else (value,), Secret | list[Secret]),
    Field(min_length=1),
]
"""A secret, or a list of them, of which any may be the right one while they are being exchanged."""

_REFERENCE = re.compile(r"\$\{(env|file):([^}]*)\}")


class _Missing(Exception):
    """A reference to something that is not there: what, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def resolve(file: YamlFile, environ: Mapping[str, str]) -> tuple[YamlFile, list[Problem]]:
    """The document with every reference replaced, and a problem for each one that could not be.

    `${env:NAME}` is an environment variable, `${env:NAME:-default}` the same with a value for when it is unset or
    empty, `${file:path}` a file's text without its last line break. What cannot be resolved stays as written.
    """
    problems: list[Problem] = []

    def walk(value: Any, at: Location) -> Any:
        if isinstance(value, dict):
            return {key: walk(item, (*at, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, (*at, index)) for index, item in enumerate(value)]
        return text(value, at) if isinstance(value, str) else value

    def text(value: str, at: Location) -> str:
        try:
            return _REFERENCE.sub(lambda match: _value(match[1], match[2], environ), value)
        except _Missing as missing:
            problems.append(file.problem(at, missing.message, missing.hint))
            return value

    return replace(file, data=walk(file.data, ())), problems


def _value(kind: str, name: str, environ: Mapping[str, str]) -> str:
    return _file(name) if kind == "file" else _variable(name, environ)


def _variable(reference: str, environ: Mapping[str, str]) -> str:
    name, has_default, default = reference.partition(":-")
    if has_default:
        return environ.get(name) or default
    if name not in environ:
        raise _Missing(f"the environment variable {name} is not set", f"set it, or write ${{env:{name}:-default}}")
    return environ[name]


def _file(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise _Missing(f"the file {name} is not UTF-8 text", "a secret is one line of text") from None
    except OSError as error:
        raise _Missing(f"the file {name} cannot be read: {error.strerror}", "check the path and its owner") from None
