"""How a problem with a document is told: the path in it, what is there, and what is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_WIDTH = 80


def shown(value: object) -> str:
    """A value as Python writes it, cut to 80 characters."""
    text = repr(value)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


def described(error: ValidationError) -> Iterator[str]:
    """One error of the schema validator as problems, such as `subject.content.uri: 'x' is not a valid uri`."""
    path, wanted = error.instance_path, error.kind.value
    match error.kind.name:
        case "required":
            yield f"{_path([*path, wanted])}: is missing"
        case "additionalProperties":
            yield from (f"{_path([*path, name])}: is not a member of this event" for name in wanted)
        case "minLength":
            yield f"{_path(path)}: is empty"
        case "enum":
            yield f"{_path(path)}: {shown(error.instance)} is not one of {', '.join(wanted)}"
        case "format":
            yield f"{_path(path)}: {shown(error.instance)} is not a valid {wanted}"
        case "type":
            yield f"{_path(path)}: {shown(error.instance)} is not of type {' or '.join(wanted)}"
        case keyword:
            yield f"{_path(path)}: {shown(error.instance)} breaks the rule '{keyword}' ({shown(wanted)})"


def _path(steps: Iterable[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".") or "the document"
