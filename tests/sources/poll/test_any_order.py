"""Whatever happens at an API while it is read, and whenever the source is killed: each state is told once, in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification
from adapters.sources.contract import Context
from adapters.sources.poll.settings import PollSettings
from adapters.sources.poll.source import Poll
from tests.sources.poll.fake import NOW, FakeApi, Given, answer, listening

SIZE, OVER = 3, 2
WINDOW = {"overlap": "0s", "form": "epoch_s", "query": {"after": "${$since}"}}
OPEN = {"open": {"state": {"lt": 2}}, "time": "created"}
WAYS: Mapping[str, tuple[dict[str, Any], str, bool]] = {
    "all": ({"order": "any"}, "-id", True),
    "newest": ({"order": "newest", "overlap": "0s", **OPEN}, "-id", False),
    "begun after": ({"order": "newest", **WINDOW, **OPEN}, "-id", False),
    "changed after": ({"order": "oldest", "time": "updated", **WINDOW}, "updated", False),
}
"""How an API is described, how it sorts its list, and whether what goes may make others slip, for all is read again."""

Step = tuple[str, int]


class Killed(Exception):
    """The process ends."""


@dataclass
class Builds:
    """Builds that are begun, run, end and are deleted; a second passes with each step, also while they are listed."""

    sort: str
    now: int = NOW
    all: dict[int, dict[str, Any]] = field(default_factory=dict)
    begun: int = 0
    meanwhile: list[Step] = field(default_factory=list)

    def step(self, step: Step) -> None:
        """Something happens."""
        self.now += 1
        kind, which = step
        there = sorted(self.all)
        number = there[which % len(there)] if there else 0
        build = self.all.get(number)
        if kind == "begin" or build is None:
            self.begun += 1
            self.all[self.begun] = {"id": self.begun, "state": 0, "created": self.now, "updated": self.now}
        elif kind == "change" and build["state"] < OVER:
            self.all[number] = {**build, "state": build["state"] + 1, "updated": self.now}
        elif kind == "delete" and build["state"] == OVER:
            del self.all[number]

    def page(self, query: Mapping[str, str]) -> Given:
        """Some of them; after that something may happen."""
        of = "created" if self.sort == "-id" else "updated"
        found = [each for each in self.all.values() if each[of] > int(query.get("after", 0))]
        found.sort(key=lambda each: each[self.sort.removeprefix("-")], reverse=self.sort.startswith("-"))
        begin = int(query["o"])
        result = answer(found[begin : begin + SIZE])
        if self.meanwhile:
            self.step(self.meanwhile.pop(0))
        return result


@dataclass
class Disk:
    """What lasts. It is out of order after so many writes: before or after one, the process is killed."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    checkpoints: dict[str, str] = field(default_factory=dict)
    killed: int | None = None
    after: bool = False

    async def receive(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        """All or none."""
        self.killed = None if self.killed is None else self.killed - 1
        if self.killed == 0 and not self.after:
            raise Killed
        self.heard += (orjson.loads(each.body) for each in notifications)
        self.checkpoints |= {each.key: each.value for each in checkpoints if each.value is not None}
        for each in checkpoints:
            if each.value is None:
                self.checkpoints.pop(each.key, None)
        if self.killed == 0:
            raise Killed

    async def polled(self, api: FakeApi, builds: Builds, given: dict[str, Any], times: int) -> None:
        """A process of its own, which may be killed."""
        usual = {"type": "poll", "instance": "https://ci.example.com/", "since": "beginning", "pages": {"offset": "o"}}
        config = PollSettings.model_validate(usual | {"url": f"{api.url}/builds", "requests_per_second": 1e6} | given)
        clock = lambda: datetime.fromtimestamp(builds.now, UTC)  # noqa: E731
        context = Context("builds", lambda: None, self.checkpoints, Metrics(), clock)
        source = Poll(config, context, sleep=lambda _: asyncio.sleep(0))
        for _ in range(times):
            await source.poll(self.receive)


STEP = st.tuples(st.sampled_from(["begin", "begin", "change", "change", "change", "delete"]), st.integers(0, 30))
ROUND = st.tuples(
    st.lists(STEP, max_size=8), st.lists(STEP, max_size=3), st.none() | st.integers(1, 4), st.booleans(), st.booleans()
)


@pytest.fixture(scope="module")
def api() -> Any:
    """One server for all of them."""
    with listening() as fake:
        yield fake


@pytest.mark.parametrize("way", WAYS)
@given(rounds=st.lists(ROUND, min_size=1, max_size=8))
@settings(max_examples=15, deadline=None)
def test_each_state_is_told_once_and_in_order(api: FakeApi, way: str, rounds: list[Any]) -> None:
    """What was to be seen when it was read, that is: of two changes between two polls only the second is."""
    described, sort, slips = WAYS[way]
    builds, disk = Builds(sort), Disk()
    api.answers["/builds"] = builds.page

    async def run() -> None:
        for number, (before, meanwhile, killed, after, again) in enumerate(rounds):
            for step in before:
                builds.step(step if slips or step[0] != "delete" else ("begin", 0))
            quiet = number % 2 and not slips
            builds.meanwhile = [] if quiet else [each for each in meanwhile if slips or each[0] != "delete"]
            disk.killed, disk.after = killed, after
            with suppress(Killed):
                await disk.polled(api, builds, described, 2 if again else 1)
        disk.killed, builds.meanwhile = None, []
        await disk.polled(api, builds, described, 2)

    asyncio.run(run())
    told = defaultdict[int, list[int]](list)
    for each in disk.heard:
        told[each["id"]].append(each["state"])
    assert all(states == sorted(set(states)) for states in told.values())
    assert {number: told[number][-1:] for number in builds.all} == {
        number: [build["state"]] for number, build in builds.all.items()
    }
