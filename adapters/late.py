"""Imports that wait until they are needed: a sidecar pays for what it is configured to do, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

from adapters.settings import Settings
from adapters.settings.markers import Read, full_markers


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
    return Annotated[Settings, Late(lambda: named(module, model))]


class Late:
    """Reads by a model that is asked for when there is something to read."""

    def __init__(self, find: Callable[[], type[Settings]]) -> None:
        self.find = find

    def read(self, _inner: Read) -> Read:
        """Reads by the model."""
        return lambda value, context: self.find().model_read(value, context)

    def full(self) -> Any:
        """The same for pydantic."""
        return full_markers().Late(self.find)
