"""Where an action goes for an event, kept to what is set (see `adapters.mapping.within`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.mapping import within
from adapters.sinks.actions.asked import kept
from adapters.sinks.actions.shape import Tables, shape, text

Place = Callable[[Mapping[str, Any]], str]
"""What an event makes of a template; raises PermanentError where that leads elsewhere."""


def url(template: str, tables: Tables) -> Place:
    """The URL of a call, as `within.url` has it; raises ValueError."""
    return _place(template, within.url(template), tables)


def names(template: str, tables: Tables) -> Place:
    """Names between slashes, as `within.names` has it; raises ValueError."""
    return _place(template, within.names(template), tables)


def name(template: str, tables: Tables) -> Place:
    """One name, as `within.name` has it; raises ValueError."""
    return _place(template, within.name(template), tables)


def _place(template: str, check: within.Check, tables: Tables) -> Place:
    closure = shape(template, tables)

    def place(document: Mapping[str, Any]) -> str:
        return kept(check, text(closure, document))

    return place
