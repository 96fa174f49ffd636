"""Up to when everything was heard: what each step makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.gerrit.events import Event, parse
from adapters.sources.gerrit_stream.progress import TOLERANCE, Progress
from tests.sources.gerrit.said import BOB, NOW, event, line, logged, uploaded

START = Progress(NOW)


def heard_at(seconds: int | None) -> Event:
    """An event of a time."""
    return Event(b"{}", "ref-updated", seconds)


def comment(at: int, text: str = "Patch Set 1:\n\nNice", **more: int) -> Event:
    """A comment on a change."""
    return parse(line(event("comment-added", more.get("change", 7), at, author=BOB, approvals=[], comment=text)))


def test_without_a_gap_each_event_moves_the_checkpoint() -> None:
    """But never back: Gerrit's events are not in the order of their times."""
    assert START.heard([heard_at(NOW + 9), heard_at(NOW + 5)]).heard([heard_at(NOW + 7)]).complete == NOW + 9


def test_in_a_gap_nothing_moves_until_it_is_filled() -> None:
    """Then all that was heard meanwhile counts at once."""
    gap = START.interrupted()
    assert gap.heard([heard_at(NOW + 9)]).backfilled([heard_at(NOW + 5)]).complete == NOW
    assert gap.heard([heard_at(NOW + 9)]).closed(gap.gap).complete == NOW + 9


def test_a_backfill_fills_no_gap_that_opened_after_it_began() -> None:
    """It may have asked too early for what that one hides."""
    first = START.interrupted()
    second = first.interrupted()
    assert second.heard([heard_at(NOW + 9)]).closed(first.gap).complete == NOW
    assert second.heard([heard_at(NOW + 9)]).closed(second.gap).complete == NOW + 9


def test_events_without_a_time_move_nothing() -> None:
    """The oldest servers do not say when."""
    assert START.heard([heard_at(None)]).complete == NOW


def test_what_was_heard_is_known_at_a_slightly_other_time() -> None:
    """The same comment on the same patch set, a few seconds earlier, is the same; an hour earlier, it is another."""
    progress = START.heard([comment(NOW)])
    assert progress.knows(comment(NOW - 1))
    assert not progress.knows(comment(NOW - TOLERANCE - 1))
    assert not progress.knows(comment(NOW, "Patch Set 1:\n\nNot nice"))
    assert not progress.knows(comment(NOW, change=8))


def test_the_shape_of_an_event_does_not_matter() -> None:
    """Numbers may be text, and projects objects."""
    said = event("change-abandoned", 7, NOW, abandoner=BOB, reason="Old")
    assert parse(line(logged(said))).sign == parse(line(said)).sign


JSON = st.recursive(
    st.none() | st.integers(-(2**63), 2**63) | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    max_leaves=9,
)


@given(JSON)
def test_no_shape_of_an_event_is_an_accident(anything: object) -> None:
    """Whatever a plugin sends under the names of Gerrit's own, it is an event."""
    document = {"type": "comment-added", "change": anything, "patchSet": anything, "comment": anything}
    assert parse(line(document)).type == "comment-added"


def test_what_happens_once_is_always_asked_for() -> None:
    """Its id is the same wherever it comes from."""
    upload = parse(line(uploaded(7, NOW)))
    assert not START.heard([upload]).knows(upload)


def test_what_is_long_past_is_forgotten() -> None:
    """The checkpoint stays small, for it is written with every batch."""
    progress = START.heard([comment(NOW + second, str(second)) for second in range(3000)])
    assert len(progress.recent) <= 1000
    assert len(progress.heard([comment(NOW + 9999)]).heard([comment(NOW + 9999, "again")]).recent) == 2


@given(st.integers(0, 2**40), st.lists(st.integers(NOW, NOW + 20), max_size=5))
def test_a_checkpoint_is_read_as_it_was_written(complete: int, times: list[int]) -> None:
    """All that counts after a restart is in it."""
    progress = Progress(complete).heard([comment(each, str(each)) for each in times])
    assert Progress.loads(progress.dumps()) == Progress(progress.complete, recent=progress.recent)


@pytest.mark.parametrize("text", ["", "17", "{}", '{"complete": 1}', "[]", "null"])
def test_what_this_source_did_not_write_is_no_checkpoint(text: str) -> None:
    """Another source may have had its name."""
    with pytest.raises(ValueError, match=r"."):
        Progress.loads(text)
