"""Choosing events by their names: whole ones, or the beginning of some followed by `*`."""

from __future__ import annotations

from collections.abc import Callable, Collection

from adapters.cdevents.vocabulary import CUSTOM_PREFIX, EVENTS, is_custom


def selected(patterns: Collection[str]) -> Callable[[str], bool]:
    """Tells whether an event's name (`<subject>.<predicate>`, or a whole custom type) is one of those."""
    names = frozenset(patterns)
    beginnings = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
    return lambda name: name in names or name.startswith(beginnings)


def possible(pattern: str) -> bool:
    """Whether there may be an event that a pattern chooses."""
    if any(map(selected([pattern]), EVENTS)) or is_custom(pattern):
        return True
    beginning = pattern.removesuffix("*")
    return beginning != pattern and (beginning.startswith(CUSTOM_PREFIX) or CUSTOM_PREFIX.startswith(beginning))
