"""What was told is known, for as long as it may be asked for again, and no longer."""

from __future__ import annotations

import pytest

from adapters.sources.gerrit.events import Event
from adapters.sources.gerrit_api.progress import Progress
from tests.sources.gerrit.said import NOW, rest_time

OVERLAP = 60


def event(key: str, at: int) -> Event:
    """One that a change tells of."""
    return Event(b"{}", "comment-added", at, key=key)


def page(*updates: int) -> list[dict[str, str]]:
    """Changes that were updated then."""
    return [{"updated": rest_time(NOW + at)} for at in updates]


def test_what_may_be_asked_for_again_is_remembered_and_nothing_else() -> None:
    """The history of a server's years is not."""
    told = [event("old", NOW - 9999), event("late", NOW + 50), event("last", NOW + 100)]
    progress = Progress(NOW - 10_000).after(page(100, 50), told, OVERLAP).ended(OVERLAP)
    assert progress == Progress(NOW + 40, {"late": NOW + 50, "last": NOW + 100})
    assert progress.news([*told, event("new", NOW + 101)]) == [told[0], event("new", NOW + 101)]


def test_the_first_page_says_until_when_it_is_complete() -> None:
    """What was updated later is found the next time; the others say how far back it is told."""
    first = Progress(NOW).after(page(100, 90), [], OVERLAP)
    second = first.after(page(90, 80), [event("x", NOW + 99)], OVERLAP)
    assert (first.until, first.before) == (NOW + 100, NOW + 91)
    assert (second.until, second.before, second.told) == (NOW + 100, NOW + 81, {"x": NOW + 99})


def test_without_changes_it_stays_where_it_was() -> None:
    """However often it is asked."""
    progress = Progress(NOW, {"x": NOW + 1})
    assert progress.ended(OVERLAP) == progress


def test_it_never_goes_back() -> None:
    """Not even to what the first start was not to tell."""
    assert Progress(NOW).after(page(1), [], OVERLAP).ended(OVERLAP).since == NOW


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    """With changes gone through half-way, too."""
    for progress in (Progress(NOW, {"x": NOW}), Progress(NOW).after(page(100), [event("y", NOW + 99)], OVERLAP)):
        assert Progress.loads(progress.dumps()) == progress


@pytest.mark.parametrize("text", ["17", '{"complete":1,"recent":{}}', "{", '{"since":1,"told":[7]}'])
def test_another_sources_checkpoint_is_none(text: str) -> None:
    """It would begin anywhere."""
    with pytest.raises(ValueError, match=r".+"):
        Progress.loads(text)
