"""Imports that wait until something is made of them: a sidecar pays for the clients that it uses, and no others."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def late(module: str, maker: str) -> Callable[..., Any]:
    """Calls the maker of that name in a module, which is imported only then."""

    def make(*arguments: Any) -> Any:
        return getattr(import_module(module), maker)(*arguments)

    return make
