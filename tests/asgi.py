"""What tests serve: functions of Starlette at paths of the service's own server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette import routing
from starlette.requests import Request

from adapters.answers import Route


def route(path: str, answer: Callable[[Request], Any], **options: Any) -> Route:
    """What a function answers at a path."""
    return Route(path, routing.Route(path, answer, **options).handle)
