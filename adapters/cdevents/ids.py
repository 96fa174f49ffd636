"""Ids that follow from what they name, so that the same thing heard twice, anywhere, has one id.

What is hashed is a compact JSON array in UTF-8: no two different lists of values are written alike. The namespaces are
part of every id ever published: they never change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha1, sha256
from typing import Any
from uuid import UUID

import orjson

from adapters.cdevents.vocabulary import CUSTOM_PREFIX
from adapters.cdevents.wording import shown

EVENT_NAMESPACE = UUID("6f0d3c5e-5a0b-4c1e-9d57-2b8e1f7a4c63").bytes
MESSAGE_NAMESPACE = UUID("d2a4b9f1-83c7-4e0a-b6d5-7c19e5f0a822").bytes
MAPPED_NAMESPACE = UUID("3b7e10c4-2f58-4d93-8a61-95c0de47ab1f").bytes

LONGEST_ID = 1024
"""Characters: what headers, keys of brokers and indexes of databases have room for."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def id_problem(id_: str) -> str | None:
    """Why a text that another tool made cannot be a `context.id`, None where it can: it goes into headers and keys.

    CloudEvents has no control characters in its attributes (cloudevents/spec.md, Type System).
    """
    if len(id_) > LONGEST_ID:
        return f"{shown(id_)} is {len(id_):,} characters long, and an id at most {LONGEST_ID:,}"
    return f"{shown(id_)} has control characters, and an id has none" if _CONTROL.search(id_) else None


def context_id(source: str, name: str, values: Sequence[str]) -> str:
    """The `context.id` of an event: a UUIDv5 of its source, its name without version, and its natural key.

    `values` name the occurrence itself (a run's URL and phase, say), never the message that told of it.
    """
    return event_ids(source, name)(values)


@lru_cache(maxsize=1024)
def event_ids(source: str, name: str) -> Callable[[Sequence[str]], str]:
    """What gives the `context.id` of one source's events of one name, by their natural keys."""
    if name.startswith(CUSTOM_PREFIX):
        name = name.rsplit(".", 3)[0]
    named = EVENT_NAMESPACE + orjson.dumps([source, name])[:-1]
    alone, begun = (sha1(named + end, usedforsecurity=False) for end in (b"]", b","))

    def context_id(values: Sequence[str]) -> str:
        if not values:
            return _uuid(alone.hexdigest(), "5")
        digest = begun.copy()
        digest.update(orjson.dumps(values)[1:])
        return _uuid(digest.hexdigest(), "5")

    return context_id


def chain_id(values: Sequence[str]) -> str:
    """The `chainId` of all that descends from one root: shaped as the v4 UUID that the specification asks for."""
    return _uuid(sha256(orjson.dumps([*values])).hexdigest(), "4")


def legacy_id(instance: str, position: str, body: bytes) -> str:
    """The id of a tool's own message: a UUIDv5 of the instance that sent it, where it stood there, and its bytes."""
    digest = _of_instance(instance).copy()
    digest.update(orjson.dumps(position) + b"]")
    digest.update(body)
    return _uuid(digest.hexdigest(), "5")


@lru_cache(maxsize=1024)
def _of_instance(instance: str) -> Any:
    """What the digests of all messages of an instance begin with."""
    return sha1(MESSAGE_NAMESPACE + orjson.dumps([instance])[:-1] + b",", usedforsecurity=False)


def named_id(values: Sequence[Any]) -> str:
    """A UUIDv5 of whatever values name something of another tool's."""
    return _uuid5(MAPPED_NAMESPACE + orjson.dumps(values))


def _uuid5(namespaced: bytes) -> str:
    return _uuid(sha1(namespaced, usedforsecurity=False).hexdigest(), "5")


def _uuid(digest: str, version: str) -> str:
    """The first 128 bits of a digest in RFC 9562's layout: what uuid.UUID writes, several times faster."""
    variant = _VARIANTS[digest[16]]
    return f"{digest[:8]}-{digest[8:12]}-{version}{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"
