"""What expressions are evaluated over, and what they are when compiled: closures over a scope.

A scope is a record's members, with what is not the payload's beside them under keys that no payload has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from adapters.mapping.failures import Absent, Failure, shown
from adapters.mapping.filters.text import sha256
from adapters.model import LOOKED_UP, Notification

Scope = Mapping[Any, Any]
Closure = Callable[[Scope], Any]
"""Gives a value, or Absent; raises Failure for what is there and cannot be used."""

BODY, HEADERS, RECEIVED_AT, MEMO = "\0body", "\0headers", "\0received_at", "\0memo"
"""The scope's keys of the whole document, of what came with it, and of what was evaluated already, by name."""

ITEM = "\0item"
"""The scope's key of what was evaluated already of one item of a split, and may be another value for the next one."""

DIGEST = "\0digest"
"""The scope's key of where the digest of the whole document is kept, for all that is made of it: it may be large."""

ENVELOPE = "\0envelope"
"""The scope's key of what was around the document's line in a log; only of those that had something."""


_NO_ENVELOPE = Absent("the record came without an envelope")


class Enveloped(NamedTuple):
    """A document, and what the envelope of its line says."""

    document: Any
    said: Mapping[str, Any]


def scope(document: Any, notification: Notification) -> Scope:
    """The scope of a document that came in a notification."""
    if type(document) is Enveloped:
        return {**scope(document.document, notification), ENVELOPE: document.said}
    members = dict(document) if isinstance(document, dict) else {}
    members[BODY] = document
    members[HEADERS] = notification.headers
    members[RECEIVED_AT] = notification.received_at
    members[DIGEST] = []
    members[MEMO] = {}
    members[ITEM] = {}
    return members


def inside(outside: Scope, members: Mapping[Any, Any]) -> Scope:
    """A scope of other members, with what is not the payload's as it is outside."""
    envelope = outside.get(ENVELOPE, _NO_ENVELOPE)
    given = {key: outside[key] for key in (BODY, HEADERS, RECEIVED_AT, DIGEST)}
    return {**members, **given, ENVELOPE: envelope, MEMO: {}, ITEM: {}}


def each_of(outside: Scope, name: str, found: Any, where: str = "") -> Iterator[Scope]:
    """The scope once for each item of a list, or member of an object as `{key, value}`, with the item under a name.

    Raises Failure, with its place, for what has no items.
    """
    if isinstance(found, dict):
        found = [{"key": key, "value": value} for key, value in found.items()]
    if not isinstance(found, list):
        raise Failure(f"cannot split {shown(found)}", where)
    for item in found:
        yield {**outside, name: item, ITEM: {}}


@dataclass(frozen=True, slots=True)
class Constant:
    """A closure whose value is known when the mapping loads."""

    value: Any

    def __call__(self, _: Scope) -> Any:
        """The value, whatever the scope."""
        return self.value


def never(closure: Closure) -> bool:
    """Whether it is known when the mapping loads that nothing is there."""
    return isinstance(closure, Constant) and type(closure.value) is Absent


_NO_IMAGES = Absent("no image was looked up")


def received_at(scope: Scope) -> str:
    """When the notification was heard, in RFC 3339 with milliseconds."""
    moment: datetime = scope[RECEIVED_AT]
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def body_digest(scope: Scope) -> str:
    """The SHA-256, in hex, of the whole document as JSON with sorted keys: made once, whatever it is split into."""
    known: list[str] = scope[DIGEST]
    if not known:
        try:
            known.append(sha256(scope[BODY]))
        except (ValueError, TypeError) as error:
            raise Failure(f"$body_digest: {error}") from None
    return known[0]


GIVEN: Mapping[str, Closure] = {
    "body": lambda scope: scope[BODY],
    "body_digest": body_digest,
    "headers": lambda scope: scope[HEADERS],
    "received_at": received_at,
    "envelope": lambda scope: scope.get(ENVELOPE, _NO_ENVELOPE),
}
"""What every notification comes with, by the name that an expression reads it by (`$body`)."""


def images(scope: Scope) -> dict[str, Any] | Absent:
    """What the source looked up: what a registry says of images, by package URL."""
    text = scope[HEADERS].get(LOOKED_UP)
    return _NO_IMAGES if text is None else orjson.loads(text)


UNSPLIT = frozenset({*GIVEN.values(), images})
"""What gives the same for all that a record is split into: it reads none of its members."""
