"""What the events-log plugin kept (gerrit.googlesource.com/plugins/events-log).

It answers with the oldest events of a range, a few thousand at most, and not yet with those of the last seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from adapters.sources.gerrit_stream.events import Event, parse
from adapters.sources.gerrit_stream.rest import Rest

PATH = "plugins/events-log/events/"

_log = structlog.get_logger(__name__)


def events(rest: Rest, since: int, zone: ZoneInfo) -> Iterator[list[Event]]:
    """Every event from `since` (epoch seconds) to now, page by page; raises BackfillFailed, or NotInstalled."""
    known: set[bytes] = set()
    while page := [event for event in _page(rest, since, zone) if event.body not in known]:
        yield page
        known = {event.body for event in page}
        since = max(event.created_on or since for event in page)


def _page(rest: Rest, since: int, zone: ZoneInfo) -> Iterator[Event]:
    start = datetime.fromtimestamp(since, UTC).astimezone(zone)
    for line in rest.lines(PATH, [("t1", f"{start:%Y-%m-%d %H:%M:%S}")]):
        if text := line.strip():
            try:
                yield parse(text)
            except ValueError as error:
                _log.warning("events-log holds a line that is not an event", reason=str(error))
