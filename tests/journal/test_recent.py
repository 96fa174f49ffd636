"""What was appended last, in memory: the same as in the file, without a gap, and never very much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.journal import Journal, RouteLog
from adapters.journal.recent import MOST, MOST_BYTES, Recent
from adapters.model import LENT, Notification, Record
from tests.journal.conftest import START, Heard

SIZES = st.lists(st.lists(st.sampled_from([1, 1000, MOST_BYTES // 3, MOST_BYTES + 1]), max_size=4), max_size=8)


def records(first: int, sizes: list[int]) -> list[Record]:
    """Records of these sizes that follow one another."""
    return [Record(seq, Notification("jenkins", b"x" * size, START)) for seq, size in enumerate(sizes, start=first)]


@given(appends=SIZES, after=st.integers(0, 40), limit=st.integers(1, 5))
def test_what_it_has_is_what_follows_without_a_gap(appends: list[list[int]], after: int, limit: int) -> None:
    """The records right behind any number, or none; the last are there unless they are too large."""
    recent, log = Recent(), list[Record]()
    for sizes in appends:
        log += (new := records(len(log) + 1, sizes))
        recent.add(new)
    found = recent.beyond(after, limit)
    assert found in ([], log[after : after + limit])
    if after < len(log) and sum(len(each.notification.body) for each in log[after:]) <= MOST_BYTES:
        assert found


def test_of_very_many_the_last_are_kept() -> None:
    """However small they are."""
    recent = Recent()
    recent.add(records(1, [1] * (MOST + 1)))
    assert not recent.beyond(0, 10)
    assert [each.seq for each in recent.beyond(1, 2 * MOST)] == [*range(2, MOST + 2)]


def test_what_does_not_follow_takes_the_place_of_what_there_was() -> None:
    """Where others were appended in between, those before are in the file."""
    recent = Recent()
    recent.add(records(1, [1, 1]))
    recent.add(records(5, [1]))
    assert not recent.beyond(0, 10)
    assert [each.seq for each in recent.beyond(4, 10)] == [5]


async def test_a_route_reads_the_same_from_memory_and_from_the_file(journal: Journal, heard: Heard) -> None:
    """Bytes, headers, position and time, and no further than it asks for."""
    await journal.append([heard(b"\x00a"), heard(b"b")._replace(position="7", headers={"x-event": "\u00fc"})])
    await journal.append([heard(b"c")])
    assert await RouteLog(journal, "raw").read(2) == await journal.read(0, 2) == journal.recent(0, 2)
    assert journal.recent(2, 9) == await journal.read(2, 9)


async def test_what_is_taken_back_is_read_no_more(journal: Journal, heard: Heard) -> None:
    """Its broker has it still, and gives it to another."""
    journal.routes = ["raw"]
    await journal.append([heard(b"kept"), heard(b"lent", source="queue")._replace(headers={LENT: "true"})])
    await journal.take_back("queue", 0)
    assert [each.notification.body for each in await RouteLog(journal, "raw").read(9)] == [b"kept"]
