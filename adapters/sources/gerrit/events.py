"""Gerrit's events, as far as a source must know them: when, of which type, and which bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

DROPPED = "dropped-output"
"""The event by which Gerrit says that it could not send others (cmd-stream-events)."""

_STATES = frozenset({"wip-state-changed", "private-state-changed"})
_TIMED = frozenset({"comment-added", "change-abandoned", "change-restored"}) | _STATES
"""What can happen to a patch set twice, so that only its time tells one from the other."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `created_on` is in epoch seconds of Gerrit's clock, None from servers that do not say.

    `sign` names what happened without saying when; it is empty where the event's id needs no time. `key` names it among
    all that changes tell of themselves: a commit, or a message's id.
    """

    body: bytes
    type: str
    created_on: int | None
    sign: str = ""
    key: str = ""


def parse(line: bytes) -> Event:
    """The event on a line of the stream or of events-log; raises ValueError for anything else."""
    document = orjson.loads(line)
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise ValueError("it has no type")  # noqa: TRY004 - a value of the wrong kind, of Gerrit
    created_on = document.get("eventCreatedOn")
    return Event(line, document["type"], created_on if isinstance(created_on, int) else None, _sign(document))


def _sign(document: Mapping[str, Any]) -> str:
    if document["type"] not in _TIMED:
        return ""
    change, patch_set = (
        part if isinstance(part := document.get(name), dict) else {} for name in ("change", "patchSet")
    )
    said = str(document.get("comment") or document.get("reason") or "").strip()
    words = (document["type"], change.get("number"), patch_set.get("number"), sha256(said.encode()).hexdigest()[:16])
    state = (change.get("wip", False), change.get("private", False)) if document["type"] in _STATES else ()
    return " ".join(map(str, (*words, *state)))
