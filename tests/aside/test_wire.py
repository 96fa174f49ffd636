"""What goes to another process comes out of it as it was."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.aside import wire
from adapters.aside.helper import answered
from adapters.child.frames import HEAD, Value, framed, value
from adapters.model import NOWHERE, Encoding, Format, Message, Notification, Place, Record, Spec
from adapters.route.rendered import Rendered, at_once

TEXTS = st.text(max_size=5)
HEADERS = st.dictionaries(TEXTS, TEXTS, max_size=2)
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))
RECORDS = st.builds(
    Record, st.integers(1, 2**62), st.builds(Notification, TEXTS, st.binary(max_size=9), TIMES, HEADERS, TEXTS)
)
PLACES = st.just(NOWHERE) | st.builds(Place, TEXTS, TEXTS | st.none(), TEXTS, HEADERS)
MESSAGES = st.builds(
    Message, st.sampled_from(Format), st.sampled_from(Encoding), HEADERS, st.binary(max_size=9), PLACES
)
COUNTS = st.integers(0, 9)
RENDERED = st.none() | st.builds(
    Rendered,
    st.lists(MESSAGES, max_size=2).map(tuple),
    st.lists(TEXTS, max_size=2).map(tuple),
    COUNTS,
    COUNTS,
    COUNTS,
    st.lists(TEXTS, max_size=2).map(tuple),
)


def content(said: Value) -> Value:
    """What arrives of what is said."""
    return arrived(framed(said))


def arrived(frame: bytes) -> Value:
    """What is in a frame, which is whole."""
    assert HEAD.unpack(frame[: HEAD.size]) == (len(frame) - HEAD.size,)
    return value(frame[HEAD.size :])


@settings(max_examples=50)
@given(TEXTS, st.lists(RECORDS, max_size=3))
def test_records_arrive_as_they_are(route: str, records: list[Record]) -> None:
    """With their times to the microsecond, of which ids may be made."""
    named, asked = content(wire.asked(route, records))
    assert (named, [*wire.records(asked)]) == (route, records)


@settings(max_examples=50)
@given(st.lists(RENDERED, max_size=3))
def test_what_is_rendered_arrives_as_it_is(made: list[Rendered | None]) -> None:
    """And what was left is known to be."""
    found = wire.rendered(content(wire.answer(made)))
    assert found == made
    assert [type(each.format) for rendered in found if rendered for each in rendered.messages] == [
        Format for rendered in made if rendered for _ in rendered.messages
    ]


def test_what_no_frame_can_have_is_rendered_by_who_asks() -> None:
    """Values of our own classes do not go to another process."""
    odd = Rendered((Message(Format.CDEVENTS, Encoding.BINARY, {"version": Spec.V0_5_1}, b""),))
    record = Record(1, Notification("tool", b"", datetime(2026, 1, 1, tzinfo=UTC)))
    _, asked = content(wire.asked("cdevents", [record]))
    assert wire.rendered(arrived(answered(at_once(lambda _: odd), asked))) == []
