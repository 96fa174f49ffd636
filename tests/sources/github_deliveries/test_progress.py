"""What is news of the deliveries of a webhook, however they are listed, and whatever a server says they are."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.github_deliveries.delivery import Delivery, notified
from adapters.sources.github_deliveries.progress import REMEMBERED, Progress

TRIES = st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=30)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ITEM = {"id": 1, "guid": "g", "delivered_at": "2026-05-04T10:00:00Z", "status_code": 502, "redelivery": False}


@given(TRIES, st.integers(1, 5))
def test_each_event_that_never_arrived_is_news_once(tries: list[tuple[int, bool]], together: int) -> None:
    """However many of its deliveries come at once, over checkpoints that are written and read."""
    listed: list[Delivery] = []
    progress, told = Progress(0), list[str]()
    for at, (event, arrived) in enumerate(tries, start=1):
        again = any(each.guid == str(event) for each in listed)
        listed.append(Delivery(at, str(event), float(at), arrived, again))
        if at % together == 0 or at == len(tries):
            news = progress.news(reversed(listed), missed=True)
            told += (each.guid for each in news)
            progress = Progress.loads(progress.after(news).ended(float(at), 2).dumps())
    assert len(told) == len(set(told))
    assert {each.guid for each in listed} - {each.guid for each in listed if each.arrived} <= set(told)


def test_it_does_not_remember_for_ever() -> None:
    """But the last that were told, and all that may be listed again."""
    tried = [Delivery(number, str(number), float(number), arrived=False) for number in range(3 * REMEMBERED)]
    progress = Progress(0).after(tried)
    assert [*progress.ended(1e6, 10).told] == [str(number) for number in range(2 * REMEMBERED, 3 * REMEMBERED)]
    assert len(progress.ended(3 * REMEMBERED, 2 * REMEMBERED).told) == 2 * REMEMBERED


@pytest.mark.parametrize("text", ["[]", "{}", '{"since":1}', '{"since":"x","told":{}}', "no"])
def test_a_checkpoint_of_another_is_refused(text: str) -> None:
    """Rather than taken for one that knows nothing."""
    with pytest.raises(ValueError, match=r".+"):
        Progress.loads(text)


@given(st.sampled_from([*ITEM]), JSON)
def test_what_is_no_delivery_is_refused(name: str, value: Any) -> None:
    """Whatever stands in one member of it."""
    with suppress(ValueError):
        assert isinstance(Delivery.of(ITEM | {name: value}).at, float)
    with suppress(ValueError):
        Delivery.of(value)


@given(JSON, st.sampled_from(["request", "payload", "headers"]))
def test_what_was_sent_is_an_object_or_forgotten(value: Any, name: str) -> None:
    """Whatever the server says that it was."""
    request: dict[str, Any] = {"payload": {"action": "opened"}, "headers": {"X-GitHub-Event": "push"}}
    detail = {"request": value} if name == "request" else {"request": request | {name: value}}
    for told in (detail, value):
        found = notified(told, {"x-github-event"})
        assert found is None or (found[0].startswith(b"{") and found[1]["content-type"] == "application/json")
