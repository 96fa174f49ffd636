"""Who is connected, and who must make room: a process has 1024 files by default, and sinks need some of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

import structlog

from adapters.logs import Seldom

CONNECTIONS = 500
"""How many connections take requests at once."""

PER_ADDRESS = 250
"""How many of them one address may have; as many as there are where all come through one proxy, less than all."""

RESERVE = 50
"""How many more are taken in that may ask for probes only."""


_log = structlog.get_logger(__name__)


class Member(Protocol):
    """A connection, as others see it."""

    client: tuple[str, int] | None

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""

    def close(self) -> None:
        """Ends it."""


class Crowd:
    """All connections of a server, those first that have been idle for longest.

    Where it `leaves`, each answer ends its connection: who has more to say is to make another.
    """

    def __init__(self) -> None:
        self._members: dict[Member, None] = {}
        self._addresses: Counter[str] = Counter()
        self._seldom = Seldom()
        self.leaves = False

    def enter(self, member: Member) -> None:
        """Takes a connection in, and closes one that is idle, or else the new one, where there are too many."""
        self._members[member] = None
        address = _address(member)
        self._addresses[address] += 1
        if self._addresses[address] > PER_ADDRESS:
            self._relieve([each for each in self._members if _address(each) == address], member)
        elif len(self._members) > CONNECTIONS:
            self._relieve(self._members, member if len(self._members) > CONNECTIONS + RESERVE else None)

    def rest(self, member: Member) -> None:
        """Notes that it has just been answered: of those that are idle, it is the last to go."""
        if self._members.pop(member, self) is None:
            self._members[member] = None

    def misunderstood(self, member: Member, reason: str) -> None:
        """Tells, seldom, that a connection does not speak HTTP: a scanner, or HTTPS where there is none."""
        if count := self._seldom.allows("not HTTP"):
            _log.warning("a request is not HTTP", address=_address(member), reason=reason, since_last_said=count)

    def leave(self, member: Member) -> None:
        """Forgets a connection that is closed."""
        if self._members.pop(member, self) is None:
            self._addresses[_address(member)] -= 1
            self._addresses += Counter()

    @property
    def full(self) -> bool:
        """Whether there is room for probes only."""
        return len(self._members) > CONNECTIONS

    def _relieve(self, of: Iterable[Member], otherwise: Member | None) -> None:
        """Closes the one that has been idle for longest, but for the newcomer itself."""
        candidates = [each for each in of if each.idle][:-1]
        if chosen := next(iter(candidates), otherwise):
            self.leave(chosen)
            chosen.close()
            if self._seldom.allows("too many"):
                _log.warning("a connection is closed, for there are too many", address=_address(chosen))


def _address(member: Member) -> str:
    return member.client[0] if member.client else ""
