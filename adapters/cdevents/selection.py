"""Choosing events by their names: whole ones, or the beginning of some followed by `*`."""

from __future__ import annotations

from collections.abc import Callable, Collection

from adapters.cdevents.vocabulary import CUSTOM_PREFIX, EVENTS, has_type, is_custom
from adapters.model import Spec


def selected(patterns: Collection[str]) -> Callable[[str], bool]:
    """Tells whether an event's name (`<subject>.<predicate>`, or a whole custom type) is one of those."""
    names = frozenset(patterns)
    beginnings = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
    return lambda name: name in names or name.startswith(beginnings)


def possible(pattern: str) -> bool:
    """Whether there may be an event that a pattern chooses."""
    return any(map(selected([pattern]), EVENTS)) or possibly_custom(pattern)


def said(pattern: str, spec: Spec) -> bool:
    """Whether a spec has a type for an event that a pattern chooses."""
    chosen = filter(selected([pattern]), EVENTS)
    return any(has_type(spec, name) for name in chosen) or (spec >= Spec.V0_4_1 and possibly_custom(pattern))


def possibly_custom(pattern: str) -> bool:
    """Whether there may be a custom event that a pattern chooses."""
    beginning = pattern.removesuffix("*")
    if beginning == pattern:
        return is_custom(pattern)
    return beginning.startswith(CUSTOM_PREFIX) or CUSTOM_PREFIX.startswith(beginning)
