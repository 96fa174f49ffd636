"""What leadership is: held by one of several at a time, and with it, where the sources of whoever led stand."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

from adapters.errors import AdapterError
from adapters.model import Checkpoint

LEASE = 8
"""Seconds without a renewal after which another may lead."""

HELD = 6.0
"""Seconds after the beginning of a renewal that whoever leads relies on it: shorter, for what is under way has to end.

Between them is what clocks that run at different speeds, and a source that is stopped, may take.
"""

EVERY = 1.0
"""Seconds between two renewals, and between two attempts of who stands by."""

ANSWER = 5.0
"""Seconds that one request may take."""


class Unavailable(AdapterError):
    """Who leads cannot be asked now: ask again, and lead on for as long as the last renewal is good for."""


class Lost(AdapterError):
    """Another leads, or may: stop at once."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What whoever led before has left: what that called its lead, and where its sources stood, by source and key.

    There is nothing of what was not delivered by all routes. `term` is None where nobody ever led. `instances` are
    those of its sources, by name.
    """

    term: str | None = None
    checkpoints: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    instances: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads, since when, and the instances of its sources by name: what is not told is empty."""

    by: str = ""
    since: str = ""
    instances: Mapping[str, str] = field(default_factory=dict)


def process() -> str:
    """A name that no other process has, though its host be called the same and its journal be a copy."""
    return f"{socket.gethostname()}_{uuid4()}"


class Leadership(Protocol):
    """Where it is decided who leads. Blocks, but for `abort`; raises Unavailable."""

    def leader(self) -> Leader | None:
        """Who leads now, if anybody does: nothing is taken."""

    def acquire(self) -> Shared | Leader:
        """Tries once; who leads, while another does."""

    def renew(self, term: str, checkpoints: Sequence[Checkpoint]) -> None:
        """Leads on for LEASE seconds, and leaves checkpoints and in which term they are, all or none; raises Lost."""

    def release(self) -> None:
        """Lets another lead at once."""

    def abort(self) -> None:
        """Ends a call that is under way in another thread, which then raises Unavailable."""
