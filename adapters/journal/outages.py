"""Why a route's sink took nothing, and since when: what those who look on cannot see in how far the route has come.

It is kept among the checkpoints, and written when it changes, not at each attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from adapters.journal import log
from adapters.journal.database import Database, micros, moment
from adapters.model import Checkpoint

OWNER = ":outages"
"""What it is kept under; no source has such a name."""


@dataclass(frozen=True, slots=True)
class Outage:
    """The last one of a route, with the reason that it had last; `until` is None while it lasts."""

    route: str
    reason: str
    since: datetime
    until: datetime | None


def known(database: Database) -> dict[str, Outage]:
    """The last outage of each route that had one, by the route's name."""
    return {route: _outage(route, text) for route, text in log.checkpoints(database, OWNER).items()}


def note(database: Database, route: str, reason: str | None, at: datetime) -> None:
    """Notes why a route's sink takes nothing, where an outage begins or has another reason; None where it ends."""
    last = known(database).get(route)
    lasting = last if last is not None and last.until is None else None
    if reason is not None:
        _keep(database, Outage(route, reason, lasting.since if lasting else at, None))
    elif lasting:
        _keep(database, Outage(route, lasting.reason, lasting.since, at))


def end(database: Database, at: datetime) -> None:
    """Ends those that last: the process that knew of them is gone, and the next one finds out for itself."""
    for route, last in known(database).items():
        if last.until is None:
            note(database, route, None, at)


def _keep(database: Database, outage: Outage) -> None:
    until = None if outage.until is None else micros(outage.until)
    text = orjson.dumps({"reason": outage.reason, "since": micros(outage.since), "until": until}).decode()
    log.keep(database, Checkpoint(OWNER, outage.route, text))


def _outage(route: str, text: str) -> Outage:
    found = orjson.loads(text)
    until = found["until"]
    return Outage(route, found["reason"], moment(found["since"]), None if until is None else moment(until))
