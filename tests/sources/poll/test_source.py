"""What an API lists comes to disk: each state of each item once, in order, over restarts and crashes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import structlog.testing

from adapters.errors import ConfigError, JournalUnavailable
from adapters.model import Checkpoint, Notification
from adapters.sources.poll.errors import Unlisted
from tests.sources.poll.conftest import Settings, World
from tests.sources.poll.fake import NOW, FakeApi
from tests.waiting import eventually


def build(number: int, status: str = "success", at: int = NOW) -> dict[str, Any]:
    """A build as an API lists it."""
    return {"id": number, "status": status, "created": at}


async def test_each_state_of_an_item_is_told_once(world: World, api: FakeApi, settings: Settings) -> None:
    """However often it is asked, and after a restart; the second state is another record."""
    builds = [build(1), build(2, "running")]
    api.lists("/builds", builds)
    assert await world.polled(settings(), 3) == [build(1), build(2, "running")]
    builds[1] = build(2, "failed")
    builds.append(build(3))
    assert await world.polled(settings(), 2) == [build(2, "failed"), build(3)]


async def test_what_does_not_count_is_not_another_state(world: World, api: FakeApi, settings: Settings) -> None:
    """With a `version`, only that decides; without it all of an item does, in whatever order its members are."""
    builds = [{"id": 1, "status": "running", "age": "5 s"}]
    api.lists("/builds", builds)
    assert len(await world.polled(settings(version="status"))) == 1
    builds[0] = {"age": "65 s", "status": "running", "id": 1}
    assert await world.polled(settings(version="status")) == []
    builds[0] = {"age": "90 s", "status": "done", "id": 1}
    assert await world.polled(settings(version="status")) == [builds[0]]


async def test_the_oldest_is_told_first(world: World, api: FakeApi, settings: Settings) -> None:
    """By its time; or, where there is none, in the order in which it is listed, which may be the other way round."""
    api.lists("/builds", [build(3, at=NOW + 3), build(1, at=NOW + 1), build(2, at=NOW + 2)])
    told = await world.polled(settings(time="created"))
    assert [each["id"] for each in told] == [1, 2, 3]


@pytest.mark.parametrize(("order", "first"), [("any", 1), ("oldest", 1), ("newest", 2)])
async def test_the_order_of_a_list_is_kept_or_turned(
    world: World, api: FakeApi, settings: Settings, order: str, first: int
) -> None:
    """As `order` says."""
    api.lists("/builds", [build(1), build(2)])
    told = await world.polled(settings(order=order, time="created"))
    assert told[0]["id"] == first


async def test_a_first_start_tells_nothing_of_the_past(world: World, api: FakeApi, settings: Settings) -> None:
    """But what changes from then on, also what was there, and what happens while it is down."""
    builds = [build(1), build(2, "running")]
    api.lists("/builds", builds)
    assert await world.polled(settings(since="now")) == []
    builds[1] = build(2, "failed")
    builds.append(build(3))
    assert await world.polled(settings(since="now")) == [build(2, "failed"), build(3)]


async def test_a_first_start_tells_of_some_of_the_past(world: World, api: FakeApi, settings: Settings) -> None:
    """By the time of items: what is from before it is not told until it changes."""
    builds = [build(1, at=NOW - 7200), build(2, at=NOW - 60)]
    api.lists("/builds", builds)
    assert await world.polled(settings(since="1h", time="created")) == [builds[1]]
    builds[0] = build(1, "deleted", at=NOW - 7200)
    assert await world.polled(settings(since="1h", time="created")) == [builds[0]]


async def test_a_window_is_asked_for_from_the_last_mark_on(world: World, api: FakeApi, settings: Settings) -> None:
    """Less the overlap; the first time of all there is nothing to say."""
    api.lists("/builds", [build(1, at=NOW - 600), build(2, at=NOW - 500)])
    given = settings(time="created", overlap="100s", query={"after": "${$since}", "per_page": 50})
    await world.polled(given, 2)
    assert api.asked == ["/builds?per_page=50", "/builds?after=2026-05-04T09%3A50%3A00Z&per_page=50"]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("epoch_s", "1777888200"),
        ("epoch_ms", "1777888200000"),
        ("rfc3339", "2026-05-04T09:50:00Z"),
        ("%Y/%m/%d %H:%M", "2026/05/04 11:50"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-05-04T11:50:00+0200"),
    ],
)
async def test_a_window_is_written_as_the_api_wants_it(
    world: World, api: FakeApi, settings: Settings, form: str, text: str
) -> None:
    """Also within a text of its own language."""
    api.lists("/builds", [build(1, at=NOW - 600)])
    given = settings(
        time="created", overlap="0s", form=form, zone="Europe/Berlin", query={"q": 'updated >= "${$since}"'}
    )
    await world.polled(given, 2)
    asked = [dict(parse_qsl(urlsplit(each).query)) for each in api.asked]
    assert asked == [{}, {"q": f'updated >= "{text}"'}]


async def test_an_open_item_holds_the_window(world: World, api: FakeApi, settings: Settings) -> None:
    """By the time at which it began, until it is over, or has been open for too long."""
    builds = [build(1, "running", at=NOW - 5000), build(2, at=NOW - 10)]
    api.lists("/builds", builds)
    given = settings(
        time="created", overlap="0s", form="epoch_s", query={"after": "${$since}"}, open={"status": "running"}
    )
    source = world.source(given)
    for _ in range(2):
        await source.poll(world.journal.append)
    builds[0] = build(1, at=NOW - 5000)
    for _ in range(2):
        await source.poll(world.journal.append)
    after = [each.partition("after=")[2] for each in api.asked]
    assert after == ["", str(NOW - 5001), str(NOW - 5001), str(NOW - 10)]


async def test_a_clock_that_is_ahead_moves_the_window_no_further_than_now(
    world: World, api: FakeApi, settings: Settings
) -> None:
    """So that one item from next year does not hide all that comes before that."""
    api.lists("/builds", [build(1, at=NOW + 10_000_000)])
    given = settings(time="created", overlap="0s", form="epoch_s", query={"after": "${$since}"})
    await world.polled(given, 2)
    assert api.asked[-1] == f"/builds?after={NOW}"


async def test_a_crash_between_two_writes_loses_nothing(world: World, api: FakeApi, settings: Settings) -> None:
    """It goes on from what was not on disk, and tells nothing twice."""
    builds = [build(number, at=NOW + number) for number in range(450)]
    api.lists("/builds", builds)
    room = iter(range(3))

    async def fills(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        if next(room, None) is None:
            raise RuntimeError("killed")
        await world.journal.append(notifications, checkpoints)

    with pytest.raises(RuntimeError):
        await world.polled(settings(time="created"), receive=fills)
    assert len(await world.heard()) == 300
    await world.polled(settings(time="created"))
    assert [each["id"] for each in await world.heard()] == [*range(450)]


async def test_a_crash_in_the_first_poll_tells_nothing_of_the_past(
    world: World, api: FakeApi, settings: Settings
) -> None:
    """What was noted, and what was not yet, was there before it began."""
    api.lists("/builds", [build(number) for number in range(250)])
    room = iter(range(1))

    async def fills(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        if next(room, None) is None:
            raise RuntimeError("killed")
        await world.journal.append(notifications, checkpoints)

    with pytest.raises(RuntimeError):
        await world.polled(settings(since="now"), receive=fills)
    assert len(world.journal.checkpoints("builds")) == 100
    assert await world.polled(settings(since="now")) == []
    api.lists("/builds", [build(number) for number in range(251)])
    assert await world.polled(settings(since="now")) == [build(250)]


async def test_a_journal_that_is_full_is_waited_for(world: World, api: FakeApi, settings: Settings) -> None:
    """What cannot be kept now is kept later."""
    api.lists("/builds", [build(1)])
    full = iter([True, True])

    async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        if next(full, False):
            raise JournalUnavailable("it is full")
        await world.journal.append(notifications, checkpoints)

    assert await world.polled(settings(), receive=receive) == [build(1)]


async def test_items_without_an_id_are_told_once_each(world: World, api: FakeApi, settings: Settings) -> None:
    """By all that is in them, and somebody is told; so are those of which several have one id."""
    api.lists("/builds", [{"name": "a"}, {"name": "b"}, build(7, "x"), build(7, "y")])
    with structlog.testing.capture_logs() as logs:
        assert len(await world.polled(settings(), 3)) == 4
    assert sorted(each["event"][:15] for each in logs) == ["an item has no ", "several items h"]


async def test_null_is_no_id(world: World, api: FakeApi, settings: Settings) -> None:
    """Two that have none are two, whenever they are listed."""
    given = settings(version="status")
    api.lists("/builds", [{"id": None, "status": "done", "name": "a"}])
    assert len(await world.polled(given)) == 1
    api.lists("/builds", [{"id": None, "status": "done", "name": "b"}])
    assert [each["name"] for each in await world.polled(given)] == ["b"]


async def test_items_that_are_no_objects_are_told(world: World, api: FakeApi, settings: Settings) -> None:
    """As the member `value` of one."""
    api.lists("/builds", ["v1.0", "v1.1"])
    assert await world.polled(settings(id="value"), 2) == [{"value": "v1.0"}, {"value": "v1.1"}]


async def test_what_is_no_list_is_told_with_what_to_look_at(world: World, api: FakeApi, settings: Settings) -> None:
    """Nothing is taken for an empty list that is none, and null is one."""
    api.lists("/builds", {"builds": None})
    assert await world.polled(settings(items="builds")) == []
    with pytest.raises(Unlisted, match="there is no list at 'runs'"):
        await world.polled(settings(items="runs"))


async def test_it_polls_until_it_is_stopped(world: World, api: FakeApi, settings: Settings) -> None:
    """Every so often; after trouble sooner, and it goes on by itself. When it began is on disk before anything else."""
    api.refusals.append((500, {}, b""))
    api.lists("/builds", [build(1)])
    source = world.source(settings(every="45s", since="now"))
    task = asyncio.create_task(source.run(world.journal.append))
    try:
        await eventually(lambda: world.pauses.count(45) >= 2 or task.done())
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()
    assert world.pauses[0] < 3
    assert world.journal.checkpoints("builds")["start"].startswith('{"floor":1777888800.0,"first":false')


async def test_a_checkpoint_of_another_source_is_told(world: World, settings: Settings) -> None:
    """A name that another type of source had is no place to go on from."""
    await world.journal.append([], [Checkpoint("builds", "changes", '{"since": 5}')])
    with pytest.raises(ConfigError, match="another type of source had this name"):
        world.source(settings())


async def test_a_source_that_is_led_elsewhere_is_told(world: World, api: FakeApi, settings: Settings) -> None:
    """Other things may have the ids of those that were told; a query is none of that."""
    api.lists("/builds", [{"id": 1}])
    for query in ({}, {"q": "a"}):
        given = settings(query=query)
        with structlog.testing.capture_logs() as logs:
            polling = asyncio.create_task(world.source(given).run(world.journal.append))
            try:
                await eventually(lambda: len(api.asked) > 1)
            finally:
                polling.cancel()
                await asyncio.wait([polling])
        assert not [each for each in logs if "other URLs" in each["event"]]
        api.asked.clear()
    with structlog.testing.capture_logs() as logs:
        world.source(settings(url=f"{api.url}/others"))
    assert len([each for each in logs if "other URLs" in each["event"]]) == 1


async def test_what_is_not_listed_any_more_is_forgotten_after_a_day(
    world: World, api: FakeApi, settings: Settings
) -> None:
    """So that what is known does not grow for ever; what comes back before that is not told again."""
    api.lists("/builds", [build(1), build(2)])
    source = world.source(settings())
    await source.poll(world.journal.append)
    api.lists("/builds", [build(2)])
    await source.poll(world.journal.append)
    world.now += 80_000
    api.lists("/builds", [build(1), build(2)])
    await source.poll(world.journal.append)
    assert len(await world.heard()) == 2
    api.lists("/builds", [build(2)])
    for _ in range(2):
        await source.poll(world.journal.append)
        world.now += 90_000
    await source.poll(world.journal.append)
    assert [at for at in world.journal.checkpoints("builds") if at.startswith('["item"')] == ['["item",[],["2"]]']
