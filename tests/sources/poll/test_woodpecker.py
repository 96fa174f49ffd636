"""The ready configuration hears a whole tool, Woodpecker CI, by its REST API as it is: no code of ours knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import pytest

from adapters import config
from adapters.mapping import load
from adapters.model import CDEvent
from adapters.sources.poll.settings import PollSettings
from tests.checkout import ROOT
from tests.mappings.support import golden
from tests.sources.poll.conftest import World
from tests.sources.poll.fake import NOW, FakeApi, Given, answer

MAPPING = "woodpecker/pipeline"


class Woodpecker:
    """As server/api/pipeline.go and server/store/datastore/pipeline.go answer: `after` a time, the newest first."""

    def __init__(self, api: FakeApi) -> None:
        self.pipelines: dict[int, list[dict[str, Any]]] = {17: [], 18: []}
        repo = golden(MAPPING, "pending.json")["repo"]
        repos = [repo, {**repo, "id": 18, "full_name": "ferry/quay"}, {**repo, "id": 19, "active": False}]
        api.lists("/api/user/repos", repos)
        api.answers |= {f"/api/repos/{repo}/pipelines": self.listing(repo) for repo in self.pipelines}

    def listing(self, repo: int) -> Any:
        """What answers for one of the repositories."""

        def answered(query: Mapping[str, str]) -> Given:
            after = datetime.fromisoformat(query["after"]).timestamp() if "after" in query else 0
            found = [each for each in self.pipelines[repo] if each["created"] > after]
            begin, size = (int(query["page"]) - 1) * int(query["perPage"]), int(query["perPage"])
            return answer(found[::-1][begin : begin + size])

        return answered

    def tells(self, name: str, repo: int, number: int, **more: Any) -> None:
        """Has a pipeline of an example, instead of the one that has its number."""
        pipeline = {**golden(MAPPING, name), "number": number, "created": NOW, **more}
        del pipeline["repo"]
        others = [each for each in self.pipelines[repo] if each["number"] != number]
        self.pipelines[repo] = sorted([*others, pipeline], key=lambda each: int(each["number"]))


@pytest.fixture
def described(api: FakeApi) -> PollSettings:
    """Its source in the ready configuration, which may ask as often as it likes."""
    names = ("WOODPECKER_TOKEN", "EVENTS_URL", "EVENTS_TOKEN", "WOODPECKER_URL")
    environ = {**dict.fromkeys(names, "https://ci.example.com/"), "WOODPECKER_API_URL": f"{api.url}/api"}
    found = config.load(ROOT / "config" / "poll.yaml", environ).sources["woodpecker"]
    return cast("PollSettings", found.model_copy(update={"requests_per_second": 1e6}))


async def events(world: World, settings: PollSettings) -> list[CDEvent]:
    """What becomes of what is on disk."""
    translator = load(MAPPING, instance=settings.instance, variables={})
    records = await world.journal.read(0, 1000)
    return [event for record in records for event in translator.translate(record.notification).events]


async def test_pipelines_are_told_as_they_go(world: World, api: FakeApi, described: PollSettings) -> None:
    """Those that are there from the first start on: waiting, running, ended; in each of the active repositories."""
    woodpecker = Woodpecker(api)
    woodpecker.tells("success.json", 17, 1, created=NOW - 90_000)
    source = world.source(described)
    await source.poll(world.journal.append)
    assert await world.heard() == []
    for name in ("pending.json", "running.json", "success.json"):
        world.now += 3600
        woodpecker.tells(name, 17, 212)
        woodpecker.tells("success.json", 18, 1000 + int(world.now) % 1000, created=int(world.now))
        await source.poll(world.journal.append)
    told = [(each.subject_id, each.name.removeprefix("pipelinerun.")) for each in await events(world, described)]
    berth = [what for subject, what in told if subject == "ferry/berth/212"]
    assert berth == ["queued", "started", "started", "finished"]
    assert len([what for subject, what in told if subject.startswith("ferry/quay/")]) == 6
    assert all("/19/" not in each for each in api.asked)


async def test_many_pipelines_are_read_page_by_page(world: World, api: FakeApi, described: PollSettings) -> None:
    """The oldest first, and only once, over a restart."""
    woodpecker = Woodpecker(api)
    await world.source(described).poll(world.journal.append)
    for number in range(1, 124):
        woodpecker.tells("failure.json", 17, number, created=NOW + number)
    world.now += 1000
    for _ in range(2):
        await world.source(described).poll(world.journal.append)
    assert [each["number"] for each in await world.heard()] == [*range(1, 124)]
