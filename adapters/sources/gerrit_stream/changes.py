"""What the changes themselves still tell, where nobody kept the events (rest-api-changes, Query Changes)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import structlog

from adapters.sources.gerrit_stream.events import Event
from adapters.sources.gerrit_stream.history import epoch, history
from adapters.sources.gerrit_stream.rest import BackfillFailed, Rest

Change = dict[str, Any]

PATH = "changes/"
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
    start = since
    while fresh := [page for page in _pages(rest, start, seen) if page]:
        yield from (_told(page, since, instance) for page in fresh)
        start = max(epoch(updated) for updated in seen.values())


def _told(changes: list[Change], since: int, instance: str) -> list[Event]:
    told = (event for change in changes for event in _history(change, instance))
    return sorted((event for event in told if (event.created_on or 0) >= since), key=lambda each: each.created_on or 0)


def _history(change: Change, instance: str) -> list[Event]:
    try:
        return [*history(change, instance)]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        _log.error("a change cannot be read", change=change["_number"], reason=repr(error))
        return []


def _pages(rest: Rest, since: int, seen: dict[int, str]) -> Iterator[list[Change]]:
    """The changes that are not `seen` as they are now, and become so."""
    start, more = 0, True
    while more:
        page = _page(rest, since, start)
        yield [change for change in page if seen.get(change["_number"]) != change["updated"]]
        seen.update({change["_number"]: change["updated"] for change in page})
        start, more = start + len(page), bool(page) and page[-1].get("_more_changes", False)


def _page(rest: Rest, since: int, start: int) -> list[Change]:
    after = datetime.fromtimestamp(since, UTC)
    query = [("q", f'after:"{after:%Y-%m-%d %H:%M:%S}"'), ("n", str(PAGE)), ("S", str(start))]
    page = rest.json(PATH, query + [("o", option) for option in _OPTIONS])
    if not isinstance(page, list):
        raise BackfillFailed(
            f"GET {PATH} answered with something else than changes: is http.url that of Gerrit itself?"
        )
    return page
