"""What changes themselves still tell, where nobody kept the events (rest-api-changes, Query Changes)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import structlog

from adapters.sources.gerrit.attributes import Json, epoch
from adapters.sources.gerrit.events import Event
from adapters.sources.gerrit.history import history
from adapters.sources.gerrit.rest import Rest

Name = tuple[int, str]
"""A change's number and its last update: what of it was read."""

PAGE = 50

_OPTIONS = ("ALL_REVISIONS", "ALL_COMMITS", "DETAILED_ACCOUNTS", "MESSAGES")
_log = structlog.get_logger(__name__)


def events(rest: Rest, since: int, instance: str) -> Iterator[list[Event]]:
    """What `history` knows of all changes, from `since` (epoch seconds) on; raises BackfillFailed.

    In order within a page only, for Gerrit lists what changed last first. It is asked again until nothing has changed
    meanwhile: a change that moves to the front is missing from the pages behind. A comment that is made just then may
    be told here and on the stream, with two times and so two ids.
    """
    seen: dict[int, str] = {}
    start, moved = since, True
    while moved:
        moved = False
        for page in pages(rest, start):
            if fresh := [change for change in page if seen.get(change["_number"]) != change["updated"]]:
                moved = True
                seen.update({change["_number"]: change["updated"] for change in fresh})
                yield told(fresh, since, instance)
        start = max(map(epoch, seen.values()), default=since)


def pages(rest: Rest, since: int, *, before: int | None = None, query: str = "") -> Iterator[list[Json]]:
    """The changes that were updated from `since` on, and until `before`, last update first, with all their history.

    `query` are more terms of Gerrit's search. What is asked for next is told by the time of the last one: places shift
    while changes are updated or deleted, so that they are only counted where one time has more than a page, and anew
    where they have shifted. Raises BackfillFailed.
    """
    start, more, seen, last = 0, True, set[Name](), None
    while more:
        page = _page(rest, since, before, query, start)
        names = [(change["_number"], change["updated"]) for change in page]
        if start and last is not None and last not in names[:1]:
            start = 0
            continue
        if fresh := [change for change, name in zip(page, names, strict=True) if name not in seen]:
            yield fresh
        more = bool(page) and page[-1].get("_more_changes", False)
        if (oldest := beyond(page, before)) != before:
            before, start, seen = oldest, 0, set(names)
        else:
            start, seen = start + max(1, len(page) - 1), seen.union(names)
        last = names[-1] if len(names) > 1 else None


def beyond(page: list[Json], before: int | None) -> int | None:
    """Until when (epoch seconds) what follows a page was updated: its last second may have more."""
    oldest = min((epoch(change["updated"]) + 1 for change in page), default=before)
    return oldest if before is None or oldest is None else min(oldest, before)


def told(changes: list[Json], since: int, instance: str) -> list[Event]:
    """What changes tell from `since` on, in order; one that cannot be read costs only itself, and is logged."""
    found = (event for change in changes for event in _history(change, instance))
    return sorted((event for event in found if (event.created_on or 0) >= since), key=lambda each: each.created_on or 0)


def _history(change: Json, instance: str) -> list[Event]:
    try:
        return [*history(change, instance)]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        _log.error("a change cannot be read", change=change["_number"], reason=repr(error))
        return []


def _page(rest: Rest, since: int, before: int | None, query: str, start: int) -> list[Json]:
    until = "" if before is None else f" before:{_time(before)}"
    terms = f"after:{_time(since)}{until}" + (f" ({query})" if query else "")
    return rest.changes([("q", terms), ("n", str(PAGE)), ("S", str(start)), *(("o", option) for option in _OPTIONS)])


def _time(seconds: int) -> str:
    return f'"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"'
