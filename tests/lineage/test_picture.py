"""A story as a picture over time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.lineage.event import Event, event
from adapters.lineage.picture import ROW, Picture, picture, told
from adapters.lineage.spans import spans
from adapters.lineage.story import story
from adapters.lineage.tree import Node
from tests.lineage.support import document
from tests.lineage.test_spans import of


def drawn(*events: Event) -> Picture:
    """The picture of events."""
    pairs = list(told(story(events, "c")))
    return picture(pairs, spans(each for each, _ in pairs))


def test_time_goes_to_the_right() -> None:
    """What is later is further to the right, and what is at once is beside each other within its row."""
    found = drawn(of("build.queued", 0), of("build.started", 2), of("build.finished", 2), of("change.created", 2, "y"))
    assert [mark.event.name for mark in sorted(found.marks, key=lambda mark: (mark.y, mark.x))] == [
        "build.queued",
        "build.finished",
        "build.started",
        "change.created",
    ]
    assert {mark.y for mark in found.marks} == {row.y for row in found.rows}


def test_a_long_pause_is_wider_than_a_short_one() -> None:
    """Though not in proportion, so that both are seen."""
    first, second, third = (mark.x for mark in drawn(*(of("change.updated", at) for at in (0, 1, 59))).marks)
    assert 1 < (third - second) / (second - first) < 59


def test_a_span_is_between_its_events() -> None:
    """One that goes on ends with the picture."""
    found = drawn(of("build.queued", 0), of("build.started", 9))
    waiting, running = found.bars
    queued, started = found.marks
    assert (waiting.x, waiting.x + waiting.width, waiting.y) == (queued.x, started.x, queued.y)
    assert running.x + running.width > started.x


def test_what_follows_has_a_line() -> None:
    """From what it follows to it."""
    events = [event(document("a", 1)), event(document("b", 2, ("PATH", "a")))]
    [line] = drawn(*events).lines
    assert (line.begin.event.id, line.end.event.id) == ("a", "b")


def test_a_story_may_be_deep() -> None:
    """A job that starts itself makes one as deep as it is old."""
    node = Node(event(document("0", 0)))
    for number in range(1, 5000):
        node = Node(event(document(str(number), 0)), [node])
    assert len(list(told([node]))) == 5000


@given(st.lists(st.tuples(st.integers(0, 59), st.sampled_from("abcdef")), min_size=1, max_size=60))
def test_all_of_it_is_within_the_picture(told_: list[tuple[int, str]]) -> None:
    """Marks, bars, labels and times; and no two marks are on each other."""
    found = drawn(*(of("build.started", at, subject, f"{n}") for n, (at, subject) in enumerate(told_)))
    assert all(0 <= mark.x <= found.width and 0 < mark.y + ROW / 2 <= found.height for mark in found.marks)
    assert all(bar.x >= 0 and bar.x + bar.width <= found.width for bar in found.bars)
    assert all(0 <= tick.x <= found.width for tick in found.ticks)
    assert len({(mark.x, mark.y) for mark in found.marks}) == len(found.marks)
