"""Which kinds of notifications there are: told apart by a field, such as `event`, or by a header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.mapping.syntax import written
from adapters.scaffold.fields import Field, Fields, Steps, standing
from adapters.scaffold.words import plain

MOST, DEEPEST = 20, 2
"""Kinds that a field may tell apart, and how far from the root it may be."""

_HEADER = re.compile(r"(x-)?[a-z0-9-]*-event(-?(key|type|name))?")
_NAMES = re.compile(
    r"(?i)(event_?(type|name)?|event_?key|webhook_?event|object_?kind|type|kind|pattern|notification_?type|topic|action)"
)
_VALUE = re.compile(r"[A-Za-z][\w.:/ -]{0,80}")


@dataclass(frozen=True, slots=True)
class Heard:
    """One record as it is decoded: its document, what can be read in it, and the headers that came with it."""

    document: Any
    fields: Fields
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one kind: `key` is what is looked at, as a condition has it, and `value` what it is.

    Without a value they are those that have no `key`; without a key nothing tells kinds apart.
    """

    key: str
    value: str
    heard: tuple[Heard, ...]

    @property
    def when(self) -> dict[str, Any]:
        """The condition that holds for these alone."""
        return {self.key: self.value or {"exists": False}} if self.key else {}


def groups(heard: Sequence[Heard]) -> list[Group]:
    """The records by kind, in the order in which the kinds come; those without one are a kind that has no value."""
    key, values = _discriminator(heard)
    found: dict[str, list[Heard]] = {}
    for each, value in zip(heard, values, strict=True):
        found.setdefault(value, []).append(each)
    return [Group(key, value, tuple(each)) for value, each in found.items()]


def _discriminator(heard: Sequence[Heard]) -> tuple[str, Sequence[str]]:
    """What tells kinds apart, as an expression, and its value in each record; empty where nothing does."""
    headers = sorted({name for each in heard for name in each.headers if _HEADER.fullmatch(name)})
    candidates = [(written((name,), "$headers"), [each.headers.get(name, "") for each in heard]) for name in headers]
    steps = dict.fromkeys(steps for each in heard for steps in each.fields if _may_tell(steps))
    candidates += [
        (written(each), [_text(one.fields.get(each)) for one in heard]) for each in sorted(steps, key=_precedence)
    ]
    return next((found for found in candidates if _tells(found[1])), ("", [""] * len(heard)))


def _may_tell(steps: Steps) -> bool:
    return len(steps) <= DEEPEST and _NAMES.fullmatch(steps[-1]) is not None and standing(Field(steps, ())) >= -DEEPEST


def _tells(values: Sequence[str]) -> bool:
    there = [value for value in values if value]
    return 2 * len(there) > len(values) and len({*there}) <= MOST and all(_VALUE.fullmatch(value) for value in there)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _precedence(steps: Steps) -> tuple[int, int]:
    """The nearest to the root first; of those, what says `event` before what says `type` or `action`."""
    order = ("pattern", "event", "objectkind", "kind", "type", "topic", "action")
    name = plain(steps[-1]).replace("_", "")
    return len(steps), next((at for at, word in enumerate(order) if word in name), len(order))
