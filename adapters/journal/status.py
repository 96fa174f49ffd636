"""How far each route has come: what metrics, `status` and health checks show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from adapters.journal import deadletters, log
from adapters.journal.database import Database, micros


@dataclass(frozen=True, slots=True)
class RouteStatus:
    """`lag` counts the records a route has still to pass, `oldest` is the age in seconds of the first of them."""

    route: str
    cursor: int
    lag: int
    oldest: float
    dead_letters: int


def routes(database: Database, names: Iterable[str], now: datetime) -> list[RouteStatus]:
    """The status of each named route."""
    return [_route(database, name, now) for name in names]


def known_routes(database: Database) -> list[str]:
    """Every route that has a cursor or a dead letter, configured or not."""
    rows = database.run("SELECT route FROM cursor UNION SELECT route FROM dead_letter ORDER BY route")
    return [name for (name,) in rows]


def _route(database: Database, name: str, now: datetime) -> RouteStatus:
    cursor = log.cursor(database, name)
    first = database.run("SELECT seq, received_at FROM notification WHERE seq > ? ORDER BY seq LIMIT 1", cursor)
    open_letters = deadletters.count(database, name)
    if not first:
        return RouteStatus(name, cursor, 0, 0.0, open_letters)
    [(seq, received_at)] = first
    oldest = max(0.0, (micros(now) - received_at) / 1e6)
    return RouteStatus(name, cursor, log.last(database) - seq + 1, oldest, open_letters)
