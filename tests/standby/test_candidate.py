"""One of several hears, and who comes after goes on where all that came of it was delivered."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog.testing

from adapters.journal import Journal
from adapters.model import Checkpoint, Notification
from adapters.sources.pulse import Pulse
from adapters.standby.candidate import Candidate
from adapters.standby.contract import LEASE, Leader
from tests.standby.place import INSTANCE, Clock, Place, candidate
from tests.waiting import eventually

ROUTE = "out"


@dataclass
class Replica:
    """A sidecar's journal and candidate, and a source that counts: its checkpoint is the next number."""

    journal: Journal
    candidate: Candidate
    clock: Clock
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    runs: int = 0

    def start(self, most: Callable[[], int]) -> None:
        """Stands by, and hears up to a number while it leads."""

        async def hear() -> None:
            self.runs += 1
            number = int(self.journal.checkpoints("tool").get("next", "0"))
            while True:
                if number < most():
                    note = Notification("tool", b"%d" % number, datetime.now(UTC))
                    await self.candidate.append([note], [Checkpoint("tool", "next", str(number + 1))])
                    self.heard.append(number)
                    number += 1
                await asyncio.sleep(0)

        self.tasks = [
            asyncio.create_task(self.candidate.run()),
            asyncio.create_task(self.candidate.leading(hear, Pulse())),
        ]

    async def delivers(self, seq: int) -> None:
        """Its route has passed a record."""
        await self.journal.advance(ROUTE, seq)

    async def dies(self) -> None:
        """At once, as by kill -9: nothing is released."""
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)

    @property
    def leads(self) -> bool:
        """Whether it does."""
        return self.candidate.leaders()["tool"]


@dataclass
class World:
    """Replicas with journals of their own, around one place."""

    folder: Path
    place: Place = field(default_factory=Place)
    told: int = 0
    replicas: list[Replica] = field(default_factory=list)

    def replica(self, name: str) -> Replica:
        """One that runs; a name that was there before has the same journal."""
        clock = Clock()
        journal = Journal(self.folder / f"{name}.db", max_bytes=64 << 20, routes=[ROUTE])
        made = Replica(journal, candidate(self.place, journal, ["tool"], clock), clock)
        made.start(lambda: self.told)
        self.replicas.append(made)
        return made


@asynccontextmanager
async def around(folder: Path) -> AsyncIterator[World]:
    """A world, tidied up at the end."""
    world = World(folder)
    yield world
    for each in world.replicas:
        await each.dies()
        await each.journal.aclose()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A place at which nobody ever led."""
    async with around(tmp_path) as made:
        yield made


async def test_one_hears_and_the_other_stands_by(world: World) -> None:
    """However long it goes on."""
    first = world.replica("a")
    await eventually(lambda: first.leads)
    second = world.replica("b")
    world.told = 5
    await eventually(lambda: first.heard == [0, 1, 2, 3, 4] and second.clock.now > 30)
    assert (second.leads, second.heard, second.runs) == (False, [], 0)


async def test_a_standby_goes_on_after_what_was_delivered(world: World) -> None:
    """What was heard, but not delivered, is heard again: it may be in a journal that is gone."""
    first = world.replica("a")
    world.told = 5
    await eventually(lambda: first.heard == [0, 1, 2, 3, 4])
    assert world.place.shared.get("tool", {}) == {}
    await first.delivers(3)
    await eventually(lambda: world.place.shared.get("tool") == {"next": "3"})
    await first.dies()
    world.place.leader = None
    second = world.replica("b")
    await eventually(lambda: second.heard == [3, 4])


async def test_the_same_journal_goes_on_where_it_was(world: World) -> None:
    """What it has heard is in it, and is delivered from it: nothing is heard twice."""
    first = world.replica("a")
    world.told = 3
    await eventually(lambda: first.heard == [0, 1, 2])
    await first.delivers(1)
    await eventually(lambda: world.place.shared.get("tool") == {"next": "1"})
    await first.dies()
    await first.journal.aclose()
    world.replicas.clear()
    world.place.leader = None
    again = world.replica("a")
    world.told = 4
    await eventually(lambda: again.heard == [3])
    await again.delivers(4)
    await eventually(lambda: world.place.shared.get("tool") == {"next": "4"})


async def test_a_journal_that_led_before_another_did_goes_on_after_the_other(world: World) -> None:
    """Where it stood itself counts no more."""
    first = world.replica("a")
    world.told = 2
    await eventually(lambda: first.heard == [0, 1])
    await first.delivers(2)
    await eventually(lambda: world.place.shared.get("tool") == {"next": "2"})
    world.place.leader, world.place.term, world.place.shared = object(), "another:7", {"tool": {"next": "7"}}
    await eventually(lambda: not first.leads)
    world.place.leader, world.told = None, 8
    await eventually(lambda: first.heard == [0, 1, 7])


async def test_a_journal_from_a_copy_of_its_volume_goes_on_where_its_leader_was(world: World) -> None:
    """What it has itself is older than what was delivered since, by whichever term."""
    first = world.replica("a")
    world.told = 2
    await eventually(lambda: first.heard == [0, 1])
    await first.delivers(2)
    await eventually(lambda: world.place.shared.get("tool") == {"next": "2"})
    with sqlite3.connect(world.folder / "a.db") as there, sqlite3.connect(world.folder / "b.db") as copy:
        there.backup(copy)
    world.told = 4
    await eventually(lambda: first.heard == [0, 1, 2, 3])
    await first.delivers(4)
    await eventually(lambda: world.place.shared.get("tool") == {"next": "4"})
    await first.dies()
    world.place.leader = None
    restored = world.replica("b")
    world.told = 5
    await eventually(lambda: restored.heard == [4])
    await restored.dies()
    world.place.leader = None
    again = Replica(first.journal, candidate(world.place, first.journal, ["tool"]), Clock())
    world.replicas.append(again)
    again.start(lambda: world.told)
    await eventually(lambda: again.heard == [4])


async def test_marks_of_a_source_of_which_nothing_is_shared_are_kept(world: World) -> None:
    """It was one of this sidecar's own, and is one of several now: it goes on where it was, and shares that."""
    journal = Journal(world.folder / "a.db", max_bytes=64 << 20, routes=[ROUTE])
    await journal.append([], [Checkpoint("tool", "next", "7")])
    await journal.aclose()
    world.place.term, world.place.shared = "another:3", {"elsewhere": {"next": "9"}}
    first = world.replica("a")
    world.told = 8
    await eventually(lambda: first.heard == [7])
    await first.delivers(1)
    await eventually(lambda: world.place.shared == {"elsewhere": {"next": "9"}, "tool": {"next": "8"}})


async def test_who_stands_by_says_who_leads(world: World) -> None:
    """Once; and that it will hear nothing where that has other sources: a place that two groups share by mistake."""
    world.place.leader = object()
    world.place.told = Leader("host-1", "2026-03-01T08:00:00Z", {"tool": INSTANCE})
    with structlog.testing.capture_logs() as logs:
        first = world.replica("a")
        await eventually(lambda: first.clock.now > 5)
        world.place.told = Leader("host-2", "2026-03-01T09:00:00Z", {"tool": "https://other.example.com/"})
        await eventually(lambda: first.clock.now > 10)
    said = [(each["event"].split(":")[0], each["leader"]) for each in logs]
    assert said == [
        ("standing by", "host-1"),
        ("standing by", "host-2"),
        ("who leads has other sources", "host-2"),
    ]
    assert logs[-1]["leads"] == {"tool": "https://other.example.com/"}


async def test_another_instance_under_the_same_name_is_told(world: World) -> None:
    """It goes on where the one before was, which may be too far for another tool."""
    world.place.term, world.place.shared = "another:3", {"tool": {"next": "9"}}
    world.place.told = Leader("host-1", "", {"tool": "https://old.example.com/"})
    with structlog.testing.capture_logs() as logs:
        first = world.replica("a")
        await eventually(lambda: first.leads)
    [said] = [each for each in logs if "another instance" in each["event"]]
    assert (said["source"], said["was"], said["instance"]) == ("tool", "https://old.example.com/", INSTANCE)


async def test_what_others_share_at_the_same_place_stays(world: World) -> None:
    """A lock that two deployments were given by mistake: who leads again removes nothing of what it does not hear."""
    first = world.replica("a")
    world.told = 1
    await eventually(lambda: first.heard == [0])
    await first.delivers(1)
    await eventually(lambda: world.place.shared.get("tool") == {"next": "1"})
    world.place.shared["elsewhere"] = {"next": "9"}
    await first.dies()
    await first.journal.aclose()
    world.replicas.clear()
    world.place.leader, world.told = None, 2
    again = world.replica("a")
    await eventually(lambda: again.heard == [1])
    await again.delivers(2)
    await eventually(lambda: world.place.shared.get("tool") == {"next": "2"})
    assert world.place.shared["elsewhere"] == {"next": "9"}


async def test_a_leader_that_cannot_renew_stops_before_its_lease_ends(world: World) -> None:
    """It goes on for a while, and then hears nothing, and begins again when it can be asked."""
    first = world.replica("a")
    await eventually(lambda: first.leads)
    world.place.away = True
    began = first.clock.now
    async with asyncio.timeout(60):
        while first.leads:  # noqa: ASYNC110 - at each step, for its clock goes on meanwhile
            await asyncio.sleep(0)
    world.told = 1
    stopped = first.clock.now - began
    assert stopped < LEASE
    await eventually(lambda: first.clock.now > 60)
    assert first.heard == []
    world.place.away = False
    await eventually(lambda: first.heard == [0])
    assert first.runs == 2


async def test_a_leader_that_stood_still_takes_nothing(world: World) -> None:
    """Its lease has ended meanwhile, which it knows before anybody tells it."""
    first = world.replica("a")
    await eventually(lambda: first.leads)
    first.clock.now += 3600
    taking = asyncio.create_task(first.candidate.append([Notification("tool", b"late", datetime.now(UTC))]))
    world.place.leader = object()
    await eventually(lambda: first.runs == 1 and not first.leads and first.clock.now > 3620)
    assert not taking.done()
    assert await first.journal.read(0, 10) == []
    taking.cancel()


async def test_who_stops_lets_another_lead_at_once(world: World) -> None:
    """And leaves what is delivered until then: nothing is heard twice."""
    first = world.replica("a")
    world.told = 2
    await eventually(lambda: first.heard == [0, 1])
    await first.dies()
    await first.delivers(2)
    await first.candidate.resign()
    assert (world.place.leader, world.place.shared) == (None, {"tool": {"next": "2"}})
    second = world.replica("b")
    world.told = 3
    await eventually(lambda: second.heard == [2])


async def test_what_is_under_way_when_its_source_ends_is_shared(world: World) -> None:
    """The journal keeps what it was given, though who gave it waits for it no more: it would be heard again."""
    first = world.replica("a")
    world.told = 1
    await eventually(lambda: first.heard == [0])

    async def hear() -> None:
        await first.candidate.append([Notification("tool", b"1", datetime.now(UTC))], [Checkpoint("tool", "next", "2")])

    hearing = asyncio.create_task(first.candidate.leading(hear, Pulse()))
    while not first.candidate._under_way:  # noqa: ASYNC110 - as soon as it is begun
        await asyncio.sleep(0)
    hearing.cancel()
    await asyncio.wait([hearing])
    await first.delivers(2)
    await eventually(lambda: world.place.shared.get("tool") == {"next": "2"})


async def test_checkpoints_from_before_are_the_first_to_be_shared(world: World) -> None:
    """A sidecar that had none beside it keeps its place when it is given one."""
    journal = Journal(world.folder / "a.db", max_bytes=64 << 20, routes=[ROUTE])
    await journal.append([], [Checkpoint("tool", "next", "9")])
    await journal.aclose()
    world.replica("a")
    await eventually(lambda: world.place.shared == {"tool": {"next": "9"}})
