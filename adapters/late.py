"""Imports that wait until they are needed: a sidecar pays for what it is configured to do, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def late(module: str, maker: str) -> Callable[..., Any]:
    """Calls the maker of that name in a module, which is imported only then."""

    def make(*arguments: Any) -> Any:
        return named(module, maker)(*arguments)

    return make


def named(module: str, name: str) -> Any:
    """What has that name in a module, which is imported now."""
    return getattr(import_module(module), name)
