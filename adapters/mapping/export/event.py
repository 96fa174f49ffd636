"""What an export mapping is given: CDEvents, and names for what their types say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.cdevents.document import public_part
from adapters.cdevents.heard import cdevents
from adapters.cdevents.renewed import renewed
from adapters.cdevents.vocabulary import name_of
from adapters.mapping.failures import Absent
from adapters.mapping.scope import GIVEN, Closure, Scope

_SUBJECT, _PREDICATE = 2, 3
"""Which part of `dev.cdevents.change.merged.0.2.0` it is."""


def decoded(body: bytes) -> list[Any]:
    """The CDEvents in a body, bare or in CloudEvents, of any version in the words of 0.5.1.

    Without what of a URL may not be told. Raises ValueError, worded to follow "the body ".
    """
    documents, problems = cdevents(body, {})
    if problems:
        raise ValueError(f"is not one of CDEvents: {problems[0]}")
    return [public_part(renewed(each)) for each in documents]


def _part(index: int) -> Closure:
    def part(scope: Scope) -> str | Absent:
        parts = _type(scope).split(".")
        return parts[index] if len(parts) > index else Absent(f"the type {_type(scope)} has too few parts")

    return part


def _type(scope: Scope) -> str:
    type_: str = scope["context"]["type"]
    return type_


NAMES: Mapping[str, Closure] = {
    "body": GIVEN["body"],
    "body_digest": GIVEN["body_digest"],
    "type": lambda scope: name_of(_type(scope)),
    "subject": _part(_SUBJECT),
    "predicate": _part(_PREDICATE),
}
