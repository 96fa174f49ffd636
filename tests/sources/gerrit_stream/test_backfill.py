"""What was missed, as the REST API tells it: all of it, in however many answers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import structlog.testing

from adapters.sources.gerrit.rest import BackfillFailed
from adapters.sources.gerrit_stream.backfill import backfill
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from tests.sources.gerrit.said import NOW, change_info, logged, rest_time, uploaded
from tests.sources.gerrit.server import HttpGerrit

Settings = Callable[..., GerritStreamSettings]


def missed(settings: GerritStreamSettings, since: int = NOW) -> list[dict[str, Any]]:
    """All that a backfill brings."""
    return [orjson.loads(event.body) for page in backfill(settings)(since) for event in page]


def numbers(events: list[dict[str, Any]]) -> list[int]:
    """The numbers of the changes that events are of."""
    return [event["change"]["number"] for event in events]


def test_events_log_tells_all_in_many_answers(http: HttpGerrit, settings: Settings) -> None:
    """It never tells more than a page; asked from its last event on, it tells the rest, and each event comes once."""
    http.log = [logged(uploaded(change, NOW + change // 3)) for change in range(50)]
    http.page = 7
    assert missed(settings()) == http.log
    assert {path for path, _ in http.asked} == {"/a/plugins/events-log/events/"}


def test_events_log_is_asked_in_its_own_time(http: HttpGerrit, settings: Settings) -> None:
    """The plugin reads times in the zone of its server."""
    http.log = [logged(uploaded(1, NOW)), logged(uploaded(2, NOW - 1))]
    http.zone = "America/Los_Angeles"
    in_zone = {"url": http.url, "time_zone": "America/Los_Angeles"}
    assert numbers(missed(settings(http=in_zone))) == [1]
    assert http.asked[0][1] == {"t1": ["2026-05-28 13:26:40"]}


def test_credentials_are_sent_where_there_are_any(http: HttpGerrit, settings: Settings) -> None:
    """With them, the path is Gerrit's for known users; without, for anybody."""
    http.log = []
    missed(settings())
    missed(settings(http={"url": http.url}))
    assert http.authorizations == [f"Basic {b64encode(b'cdevents:secret').decode()}", None]
    assert [path for path, _ in http.asked] == ["/a/plugins/events-log/events/", "/plugins/events-log/events/"]


def test_a_line_that_is_no_event_costs_only_itself(http: HttpGerrit, settings: Settings) -> None:
    """The plugin has been seen to keep what is not an event."""
    http.log = [{"author": 1, "eventCreatedOn": NOW}, logged(uploaded(1, NOW))]
    with structlog.testing.capture_logs() as logs:
        assert numbers(missed(settings())) == [1]
    assert logs[0]["reason"] == "it has no type"


def test_without_events_log_the_changes_are_asked(http: HttpGerrit, settings: Settings) -> None:
    """`auto` takes what the server has."""
    http.changes = [change_info([uploaded(7, NOW), uploaded(7, NOW + 5, patch=2)])]
    assert numbers(missed(settings())) == [7, 7]
    assert [path for path, _ in http.asked][:2] == ["/a/plugins/events-log/events/", "/a/changes/"]


def test_who_wants_events_log_gets_nothing_else(http: HttpGerrit, settings: Settings) -> None:
    """Where it was asked for by name, its absence is an error, and says what to do."""
    with pytest.raises(BackfillFailed, match="plugins/events-log/events/ answered 404"):
        missed(settings(backfill="events-log"))
    assert len(http.asked) == 1


def test_changes_tell_only_of_what_came_since(http: HttpGerrit, settings: Settings) -> None:
    """A change that was updated has a past that is known."""
    http.changes = [change_info([uploaded(7, NOW - 100), uploaded(7, NOW + 5, patch=2)])]
    [only] = missed(settings(backfill="changes"))
    assert only["patchSet"]["number"] == 2


def test_changes_come_in_many_answers(http: HttpGerrit, settings: Settings) -> None:
    """All pages are asked for, and each change is told of once."""
    http.changes = [change_info([uploaded(change, NOW + change)]) for change in range(1, 24)]
    http.page = 5
    assert sorted(numbers(missed(settings(backfill="changes")))) == list(range(1, 24))


def test_a_change_that_moves_while_it_is_asked_for_is_not_missed(http: HttpGerrit, settings: Settings) -> None:
    """Gerrit lists what changed last first: what is updated jumps to a page that was read already."""
    http.changes = [change_info([uploaded(change, NOW + change)]) for change in range(1, 11)]
    http.page = 3

    def touch(gerrit: HttpGerrit) -> None:
        if len(gerrit.asked) == 2:
            gerrit.changes[0]["updated"] = rest_time(NOW + 60)

    http.before_answer = touch
    assert set(numbers(missed(settings(backfill="changes")))) == set(range(1, 11))


def test_a_change_that_cannot_be_read_costs_only_itself(http: HttpGerrit, settings: Settings) -> None:
    """The log says which, and the others are told of."""
    broken = change_info([uploaded(2, NOW + 2)]) | {"revisions": {"x": {"_number": 1}}}
    http.changes = [change_info([uploaded(1, NOW + 1)]), broken]
    with structlog.testing.capture_logs() as logs:
        assert numbers(missed(settings(backfill="changes"))) == [1]
    assert logs[0]["change"] == 2


@pytest.mark.parametrize("kind", ["events-log", "changes"])
def test_a_refusal_says_what_to_compare(http: HttpGerrit, settings: Settings, kind: str) -> None:
    """A wrong password is told with the names of the settings, and never with what is in them."""
    http.refusals = [401]
    with pytest.raises(BackfillFailed) as refused:
        missed(settings(backfill=kind))
    assert "answered 401: not now (compare http.username and http.password" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("kind", ["events-log", "changes"])
def test_a_page_of_another_server_is_no_answer(http: HttpGerrit, settings: Settings, kind: str) -> None:
    """A login page with status 200 does not mean that nothing was missed."""
    http.page_of_another = b"<html>\n<body>Please log in</body>\n</html>"
    with pytest.raises(BackfillFailed, match=r"is http\.url that of Gerrit itself\?"):
        missed(settings(backfill=kind))


def test_nobody_there_is_a_failure_that_may_pass(settings: Settings, unused_port: int) -> None:
    """Whatever breaks on the way, the backfill can be tried again."""
    with pytest.raises(BackfillFailed, match="GET "):
        missed(settings(http={"url": f"http://127.0.0.1:{unused_port}", "timeout": "1s"}))


def test_none_asks_nobody(http: HttpGerrit, settings: Settings) -> None:
    """Written out, gaps stay gaps."""
    assert missed(settings(backfill="none")) == []
    assert http.asked == []
