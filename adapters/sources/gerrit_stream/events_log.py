"""What the events-log plugin kept (gerrit.googlesource.com/plugins/events-log).

It answers with the oldest events of a range, a few thousand at most, and not yet with those of the last seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from adapters.sources.gerrit.events import Event, parse
from adapters.sources.gerrit.rest import Rest

PATH = "plugins/events-log/events/"

_log = structlog.get_logger(__name__)


def events(rest: Rest, since: int, zone: ZoneInfo) -> Iterator[list[Event]]:
    """Every event from `since` (epoch seconds) to now, page by page; raises BackfillFailed, or NotInstalled."""
    known: set[bytes] = set()
    while True:
        page = _page(rest, since, zone)
        fresh = [event for event in page if event.body not in known]
        if not fresh:
            return
        yield fresh
        known = {event.body for event in page}
        since = max(event.created_on or since for event in page)


def _page(rest: Rest, since: int, zone: ZoneInfo) -> list[Event]:
    start = datetime.fromtimestamp(since, UTC).astimezone(zone)
    lines = [text for line in rest.lines(PATH, [("t1", f"{start:%Y-%m-%d %H:%M:%S}")]) if (text := line.strip())]
    page = [event for line in lines if (event := _event(line))]
    if lines and not page:
        raise rest.stranger(PATH, "events")
    return page


def _event(line: bytes) -> Event | None:
    """Without a sign, for its time is the stream's own: what was heard already has the same id."""
    try:
        return replace(parse(line), sign="")
    except ValueError as error:
        _log.warning("events-log told of something that is not an event", line=repr(line[:99]), reason=str(error))
        return None
