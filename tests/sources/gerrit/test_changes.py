"""All changes are gone through, however many there are, and whatever happens to them meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.gerrit.attributes import epoch
from adapters.sources.gerrit.changes import pages
from adapters.sources.gerrit.rest import Params, Rest
from tests.sources.gerrit.said import NOW, change_info, rest_time, uploaded
from tests.sources.gerrit.server import HttpGerrit


class Direct:
    """A Gerrit that is asked without HTTP between; `then` happens before each answer but the first."""

    def __init__(self, gerrit: HttpGerrit, then: Callable[[], None] = lambda: None) -> None:
        self.asked: list[str] = []
        self._gerrit, self._then = gerrit, then

    def changes(self, params: Params) -> list[dict[str, Any]]:
        """The changes of a query."""
        if self.asked:
            self._then()
        query = defaultdict[str, list[str]](list)
        for name, value in params:
            query[name].append(value)
        self.asked += query["q"]
        return self._gerrit.query(query)


def found(direct: Direct, **given: Any) -> list[int]:
    """The numbers of the changes on all pages."""
    told = pages(cast("Rest", direct), given.pop("since", NOW), **given)
    return [change["_number"] for page in told for change in page]


def gerrit(*updates: int, page: int = 3) -> HttpGerrit:
    """One with a change for each of these times, numbered from 1."""
    changes = [change_info([uploaded(number, NOW + at)]) for number, at in enumerate(updates, start=1)]
    return HttpGerrit(changes=changes, page=page)


def test_each_change_comes_once_and_the_last_update_first() -> None:
    """However many there are; by time, and not by place."""
    direct = Direct(gerrit(*range(10)))
    assert found(direct) == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert direct.asked[0] == 'after:"2026-05-28 20:26:40"'
    assert direct.asked[1] == 'after:"2026-05-28 20:26:40" before:"2026-05-28 20:26:48"'


def test_many_changes_may_have_one_second() -> None:
    """More of them than are on a page."""
    assert sorted(found(Direct(gerrit(1, *[5] * 11, 9)))) == [*range(1, 14)]


def test_a_change_that_is_deleted_meanwhile_hides_no_other() -> None:
    """What is counted by place would move up by one, to a page that was read already."""
    server = gerrit(*range(10))

    def delete() -> None:
        server.changes.pop()

    direct = Direct(server, delete)
    assert set(found(direct)) >= {1, 2, 3, 4, 5, 6}


def test_it_goes_on_from_where_it_was() -> None:
    """After a crash, from what is on disk."""
    assert found(Direct(gerrit(*range(10))), before=NOW + 4) == [5, 4, 3, 2, 1]


def test_more_terms_are_a_term_of_their_own() -> None:
    """Whatever operators are in them."""
    direct = Direct(gerrit(1))
    found(direct, query="project:a OR project:b")
    assert direct.asked == ['after:"2026-05-28 20:26:40" (project:a OR project:b)']


def test_a_server_that_does_not_know_before_is_asked_by_place() -> None:
    """There is an end to it, and nothing is missing."""
    server = gerrit(*range(20))
    whole = server.query
    server.query = lambda query: whole(query | {"q": [query["q"][0].partition(" before:")[0]]})  # type: ignore[method-assign]
    assert set(found(Direct(server))) == {*range(1, 21)}


TIMES = st.lists(st.integers(0, 20), min_size=1, max_size=20)


@given(TIMES, st.lists(st.integers(0, 19), max_size=20), st.integers(2, 5))
def test_what_is_updated_meanwhile_is_found_next_time(updates: list[int], moved: list[int], page: int) -> None:
    """A change that moves to the front has then an update that is later than all that there were at the beginning."""
    server = gerrit(*updates, page=page)
    moves = iter(moved)
    clock = iter(range(NOW + 21, NOW + 99))

    def move() -> None:
        if (index := next(moves, None)) is not None and index < len(server.changes):
            server.changes[index]["updated"] = rest_time(next(clock))

    latest = max(epoch(change["updated"]) for change in server.changes)
    now = found(Direct(server, move))
    later = found(Direct(server), since=latest)
    assert {*now, *later} == {*range(1, len(updates) + 1)}
